// One situation: how bad, where, who is at risk, what began it, what changed last, who has been told, and
// every red and orange in it by name.
import { useEffect, useEffectEvent, useState } from "react";
import { acknowledge } from "../../actions/alarms";
import { hm, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { levelName, noticeName } from "../../i18n/words";
import { isUnacked, mayAct, shownLevel } from "../../state/select";
import {
  type AckSet,
  alarmsUnder,
  asTold,
  freezeAck,
  isUngauged,
  LOOSE,
  matcherOf,
  situationLevel,
} from "../../state/situations";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Key, Panel } from "../../ui/Panel";
import type { AlarmView, SituationView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { Due } from "../commands/Due";
import { useDesk } from "../desk/desk";
import { DecideDialog } from "../incidents/dialogs";
import { useKeys } from "../keys/useKeys";
import { AlarmMark, Mark } from "../marks/Mark";
import { areaName } from "../stations/townships";
import { whyNot } from "../timebar/whyNot";
import { AckDialog } from "./AckDialog";
import { Course } from "./Course";
import { Decided } from "./Decided";
import { ManualBox } from "./ManualBox";
import { AlarmLine } from "./parts";
import { openedName, situationName } from "./situationWords";

export function SituationPage({ county, id }: { county: County; id: string }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const allowed = useApp(mayAct);
  const [ack, setAck] = useState<{ set: AckSet; at: number } | null>(null);
  const [deciding, setDeciding] = useState(false);
  const one = county.situations.get(id);
  const alarms = alarmsUnder(county, id);
  const freeze = () =>
    allowed && setAck({ set: freezeAck(id, alarms, asTold(county, id)), at: now });
  const ask = useEffectEvent(() => {
    move({ to: "asked" });
    if (alarms.some(isUnacked)) freeze();
  });
  useEffect(() => {
    if (desk.asking) ask();
  }, [desk.asking]);
  const worst = alarms.find((alarm) => alarm.process !== "returned") ?? alarms[0];
  const compose = one
    ? ({ to: "compose", situation: id } as const)
    : worst
      ? ({ to: "compose", alarm: worst.key } as const)
      : null;
  useKeys({ A: freeze, ...(allowed && compose ? { c: () => move(compose) } : {}) });
  if (!one && id !== LOOSE) {
    return (
      <Panel title={i18n.t("态势")} testId="situation-page">
        <Empty title={i18n.t("这个态势已经结束，离开了列表。")}>
          <Button onPress={() => move({ to: "back" })}>{i18n.t("回到地图")}</Button>
        </Empty>
      </Panel>
    );
  }
  const ungauged = isUngauged(one, alarms);
  const unacked = alarms.filter(isUnacked).length;
  const unseen = unacked > 0 || (one?.manual && one.manual.acked_by === null);
  return (
    <section className="p greys" data-testid="situation-page" data-situation={id}>
      <header className="dhead">
        {one ? (
          <Mark
            level={situationLevel(one)}
            ring={unseen ? "un" : one.manual?.lease_until ? "conf" : "ack"}
            size={56}
          />
        ) : worst ? (
          <AlarmMark alarm={worst} size={56} />
        ) : null}
        <div className="g">
          <h1>
            {one ? situationName(one) : openedName(county, id)}
            {one ? ` · ${levelName(situationLevel(one))}` : ""}
          </h1>
          <p className="i2">
            {one ? i18n.t("{time} 起", { time: stamp(one.opened, now) }) : ""}
            {one?.townships.length
              ? ` · ${one.townships.map((code) => areaName(county, "township", code)).join(i18n.t("、"))}`
              : ""}
            {one?.merged_into
              ? ` · ${i18n.t("已并入 {name}", { name: openedName(county, one.merged_into) })}`
              : ""}
          </p>
        </div>
        <div className="acts">
          {ungauged ? null : (
            <Button
              kind="primary"
              hint="⇧A"
              disabled={!allowed || unacked === 0}
              onPress={freeze}
              testId="ack-situation"
            >
              {unacked > 0 ? i18n.t("确认列出的 {n} 条…", { n: unacked }) : i18n.t("都已确认")}
            </Button>
          )}
          <Button
            hint="C"
            disabled={!allowed || !compose}
            onPress={() => compose && move(compose)}
            testId="compose-from-situation"
          >
            {i18n.t("下指令")}
          </Button>
          {one?.decide_by ? (
            <Button
              disabled={!allowed}
              onPress={() => setDeciding(true)}
              testId="decide-from-situation"
            >
              {i18n.t("决定…")}
            </Button>
          ) : null}
          {one ? (
            <Button
              disabled={!allowed}
              onPress={() =>
                move({ to: "ledger", draft: { kind: "silence", matcher: matcherOf(one) } })
              }
              testId="silence-from-situation"
            >
              {i18n.t("静默…")}
            </Button>
          ) : null}
        </div>
      </header>
      <div className="pb">
        {one?.manual ? (
          <ManualBox county={county} one={one} manual={one.manual} allowed={allowed} now={now} />
        ) : null}
        {one ? <Numbers one={one} alarms={alarms} ungauged={ungauged} now={now} /> : null}
        {allowed ? null : (
          <p className="note">{whyNot(i18n.t("你可以看，不能确认。确认需要值班员角色。"))}</p>
        )}
        <div className="two flow">
          {one && ungauged ? (
            <Decided one={one} county={county} now={now} />
          ) : (
            <Heavy alarms={alarms} county={county} now={now} allowed={allowed} />
          )}
          {one ? <Course one={one} county={county} alarms={alarms} now={now} /> : null}
        </div>
      </div>
      <div className="pk">
        {ungauged ? null : <Key k="⇧A">{i18n.t("确认列出的")}</Key>}
        <Key k="C">{i18n.t("下指令")}</Key>
        <Key k="Esc">{i18n.t("回到地图")}</Key>
      </div>
      {ack ? (
        <AckDialog
          county={county}
          set={ack.set}
          at={ack.at}
          name={openedName(county, id)}
          shown={alarms}
          now={now}
          onClose={() => setAck(null)}
        />
      ) : null}
      {deciding && one ? <DecideDialog situation={one} onClose={() => setDeciding(false)} /> : null}
    </section>
  );
}

/** Every red and orange by name, each to be acknowledged by itself. */
function Heavy(props: { alarms: AlarmView[]; county: County; now: number; allowed: boolean }) {
  const { alarms, county, now, allowed } = props;
  const heavy = alarms.filter((alarm) => shownLevel(alarm) >= 3);
  return (
    <Panel
      title={i18n.t("红色和橙色，逐站")}
      count={heavy.length}
      aside={<span className="s i3 el">{i18n.t("全部成员在左边")}</span>}
    >
      {heavy.length === 0 ? (
        <Empty title={i18n.t("没有红色和橙色。")} />
      ) : (
        heavy.map((alarm) => (
          <AlarmLine
            key={alarm.key}
            alarm={alarm}
            county={county}
            now={now}
            action={
              isUnacked(alarm) ? (
                <Button
                  small
                  disabled={!allowed}
                  onPress={() => void acknowledge([alarm])}
                  testId="ack-one"
                >
                  {i18n.t("确认")}
                </Button>
              ) : null
            }
          />
        ))
      )}
    </Panel>
  );
}

interface NumbersProps {
  one: SituationView;
  alarms: AlarmView[];
  ungauged: boolean;
  now: number;
}

function Numbers({ one, alarms, ungauged, now }: NumbersProps) {
  return (
    <dl className="facts">
      <div>
        <dt>{i18n.t("报警")}</dt>
        <dd>
          {ungauged ? "—" : alarms.length}
          <small>
            {ungauged
              ? i18n.t("人报的，没有站在看")
              : i18n.t("在报 {active} · 不响 {quiet}", { active: one.active, quiet: one.quiet })}
          </small>
        </dd>
      </div>
      <div>
        <dt>{i18n.t("风险人口")}</dt>
        <dd>
          {one.people > 0 ? one.people.toLocaleString("en-US") : "—"}
          <small>{i18n.t("{n} 个乡镇", { n: one.townships.length })}</small>
        </dd>
      </div>
      <div>
        <dt>{i18n.t("告知")}</dt>
        <dd>
          {i18n.t("{n} 次", { n: one.told })}
          <small>
            {one.told_at && one.told_for
              ? `${hm(one.told_at)} ${noticeName(one.told_for)}`
              : i18n.t("还没有告知")}
          </small>
        </dd>
      </div>
      <div>
        <dt>{i18n.t("没人确认就再报")}</dt>
        <dd>
          {one.next_notice ? <Due at={one.next_notice} now={now} /> : "—"}
          <small>{one.next_notice ? hm(one.next_notice) : i18n.t("不会再响")}</small>
        </dd>
      </div>
    </dl>
  );
}
