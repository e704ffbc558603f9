// One alarm: what it says, why, what still runs, what stands beside it, what can be done about it.
// Acknowledging is "I have seen it", no more.
import { lazy, Suspense } from "react";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName } from "../../i18n/words";
import { seriesOf, shownLevel } from "../../state/select";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Key, Panel } from "../../ui/Panel";
import type { AlarmView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { AlarmMark } from "../marks/Mark";
import { ruleOf, useRules } from "../rules/useRules";
import { openedName } from "../situations/situationWords";
import { townshipName } from "../stations/townships";
import { SENSOR, StationNotices } from "../status/StationNotices";
import { AlarmActions } from "./AlarmActions";
import { Notes, Numbers } from "./AlarmFacts";
import { AlarmTags } from "./AlarmRow";
import { Condition } from "./Condition";
import { Evidence, ownEvidence } from "./Evidence";
import { Neighbours } from "./Neighbours";
import { reason } from "./reason";

const Hydrograph = lazy(() => import("./Hydrograph").then((m) => ({ default: m.Hydrograph })));

export function AlarmDetail({ county, alarmKey }: { county: County; alarmKey: string }) {
  const now = useNow();
  const { move } = useDesk();
  const rules = useRules(county);
  const alarm = county.alarms.get(alarmKey);
  if (!alarm) {
    return (
      <Panel title={i18n.t("报警")} testId="alarm-detail">
        <Empty title={i18n.t("这条报警已经结束，离开了列表。")}>
          <Button onPress={() => move({ to: "back" })}>{i18n.t("回到地图")}</Button>
        </Empty>
      </Panel>
    );
  }
  const station = county.stations.get(alarm.station);
  const { fixed, now: latest } = seriesOf(county, alarm);
  const { situation } = alarm;
  return (
    <section className="p greys" data-testid="alarm-detail" data-alarm={alarm.key}>
      <header className="dhead">
        <AlarmMark alarm={alarm} size={56} />
        <div className="g">
          <h1>
            {say(station?.name) || alarm.station} · {levelName(shownLevel(alarm))}{" "}
            <AlarmTags alarm={alarm} />
          </h1>
          <p className="i2">
            {hazardName(alarm.hazard)} · {alarm.forecast ? "" : `${say(alarm.title)} · `}
            {reason(alarm, county, now)} · {townshipName(station?.township)}
            {situation && county.situations.has(situation) ? (
              <>
                {" · "}
                <button
                  type="button"
                  className="link"
                  onClick={() => move({ to: "situation", situation })}
                  data-testid="open-situation"
                >
                  {openedName(county, situation)}
                </button>
              </>
            ) : null}
          </p>
        </div>
        <AlarmActions alarm={alarm} county={county} now={now} />
      </header>
      <div className="pb">
        <Notes alarm={alarm} county={county} now={now} />
        <StationNotices county={county} station={alarm.station} kinds={SENSOR} />
        <Numbers alarm={alarm} county={county} now={now} />
        <div className="hydro">
          {fixed ? (
            <Suspense fallback={<Empty title={i18n.t("正在取过程线…")} />}>
              <Hydrograph series={fixed} latest={latest} now={now} evidence={ownEvidence(alarm)} />
            </Suspense>
          ) : (
            <Empty title={i18n.t("这条报警没有可画的序列。")} />
          )}
        </div>
        <div className="two flow">
          <Condition alarm={alarm} rule={ruleOf(rules, alarm.rule)} county={county} now={now} />
          <Advice alarm={alarm} county={county} />
        </div>
        <div className="two flow">
          <Evidence alarm={alarm} county={county} now={now} unit={fixed?.unit} />
          <Neighbours alarm={alarm} county={county} now={now} />
        </div>
      </div>
      <div className="pk">
        <Key k="A">{i18n.t("确认")}</Key>
        <Key k="C">{i18n.t("下指令")}</Key>
        <Key k="Esc">{situation ? i18n.t("返回") : i18n.t("回到地图")}</Key>
      </div>
    </section>
  );
}

function Advice({ alarm, county }: { alarm: AlarmView; county: County }) {
  const { move } = useDesk();
  return (
    <Panel title={i18n.t("该做什么")}>
      <div className="empty">
        <p>{say(alarm.advice) || i18n.t("规则没有写建议。")}</p>
        {alarm.plan ? <p>{i18n.t("预案：{plan}", { plan: alarm.plan })}</p> : null}
        {alarm.commands.map((id) => (
          <p key={id}>
            <Button small onPress={() => move({ to: "board", command: id })}>
              {i18n.t("看指令：{title}", { title: say(county.commands.get(id)?.title) || id })}
            </Button>
          </p>
        ))}
      </div>
    </Panel>
  );
}
