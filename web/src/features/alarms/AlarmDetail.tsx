// One alarm: what it says, why, what can be done about it. Acknowledging is "I have seen it", no more.
import { lazy, Suspense, useState } from "react";
import { acknowledge, markTruth, resetAlarm } from "../../actions/alarms";
import { age, stamp, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { freshnessWords, hazardName, levelName, personName, truthName } from "../../i18n/words";
import { mayCommand, seriesOf, shownLevel } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Empty, Key, Panel } from "../../ui/Panel";
import type { AlarmView, Truth } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { AlarmMark } from "../marks/Mark";
import { townshipName } from "../stations/townships";
import { reason } from "./AlarmRow";

const Hydrograph = lazy(() => import("./Hydrograph").then((m) => ({ default: m.Hydrograph })));

export function AlarmDetail({ county, alarmKey }: { county: County; alarmKey: string }) {
  const now = useNow();
  const { move } = useDesk();
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
  return (
    <section className="p" data-testid="alarm-detail" data-alarm={alarm.key}>
      <header className="dhead">
        <AlarmMark alarm={alarm} size={56} />
        <div className="g">
          <h1>
            {say(station?.name) || alarm.station} · {levelName(shownLevel(alarm))}
          </h1>
          <p className="i2">
            {hazardName(alarm.hazard)} · {say(alarm.title)} · {reason(alarm, county, now)} ·{" "}
            {townshipName(station?.township)}
          </p>
        </div>
        <Actions alarm={alarm} county={county} now={now} />
      </header>
      <Numbers alarm={alarm} county={county} now={now} />
      {fixed ? (
        <Suspense fallback={<Empty title={i18n.t("正在取过程线…")} />}>
          <Hydrograph series={fixed} latest={latest} now={now} />
        </Suspense>
      ) : (
        <Empty title={i18n.t("这条报警没有可画的序列。")} />
      )}
      <div className="two">
        <Why alarm={alarm} county={county} now={now} />
        <Panel title={i18n.t("该做什么")}>
          <div className="pb empty">
            <p>{say(alarm.advice) || i18n.t("规则没有写建议。")}</p>
            {alarm.commands.map((id) => (
              <p key={id}>
                <Button small onPress={() => move({ to: "board", command: id })}>
                  {i18n.t("看指令：{title}", { title: say(county.commands.get(id)?.title) || id })}
                </Button>
              </p>
            ))}
          </div>
        </Panel>
      </div>
      <div className="pk">
        <Key k="A">{i18n.t("确认")}</Key>
        <Key k="C">{i18n.t("下指令")}</Key>
        <Key k="Esc">{i18n.t("回到地图")}</Key>
      </div>
    </section>
  );
}

function Actions({ alarm, county, now }: { alarm: AlarmView; county: County; now: number }) {
  const { move } = useDesk();
  const allowed = useApp((state) => mayCommand(state.me?.person));
  const waiting = useApp((state) =>
    state.outbox.some(
      (one) =>
        one.subject.alarms?.includes(alarm.key) &&
        one.state !== "received" &&
        one.state !== "refused",
    ),
  );
  const [resetting, setResetting] = useState(false);
  const canReset = alarm.latched || alarm.sight_lost || alarm.process === "unknown";
  return (
    <div className="acts" style={{ alignItems: "center" }}>
      {alarm.ack ? (
        <span className="i2" data-testid="acked-by">
          {i18n.t("{name} 已确认 {time}", {
            name: personName(county.people.get(alarm.ack.by), alarm.ack.by),
            time: stamp(alarm.ack.at, now),
          })}
          {alarm.ack.lease_until ? (
            <> · {i18n.t("续认 {age}", { age: age(Date.parse(alarm.ack.lease_until) - now) })}</>
          ) : null}
        </span>
      ) : (
        <Button
          kind="primary"
          hint="A"
          disabled={!allowed || waiting}
          onPress={() => void acknowledge([alarm.key])}
          testId="acknowledge"
        >
          {waiting ? i18n.t("正在送到服务器…") : i18n.t("确认")}
        </Button>
      )}
      <Button
        hint="C"
        disabled={!allowed}
        onPress={() => move({ to: "compose" })}
        testId="compose-from-alarm"
      >
        {i18n.t("下指令")}
      </Button>
      {canReset ? (
        <Button disabled={!allowed} onPress={() => setResetting(true)} testId="reset">
          {i18n.t("复位…")}
        </Button>
      ) : null}
      {resetting ? <ResetDialog alarm={alarm.key} onClose={() => setResetting(false)} /> : null}
    </div>
  );
}

function ResetDialog({ alarm, onClose }: { alarm: string; onClose: () => void }) {
  const [why, setWhy] = useState("");
  return (
    <Dialog title={i18n.t("人工复位")} onClose={onClose}>
      <p>{i18n.t("复位表示你已知道现场没有危险。理由会记下来。")}</p>
      <label>
        <span className="lab">{i18n.t("理由")}</span>
        <input
          className="in"
          value={why}
          onChange={(event) => setWhy(event.target.value)}
          data-testid="reset-reason"
        />
      </label>
      <div className="acts">
        <Button
          kind="primary"
          disabled={why.trim() === ""}
          onPress={() => {
            void resetAlarm(alarm, why.trim());
            onClose();
          }}
          testId="reset-confirm"
        >
          {i18n.t("复位")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不复位")}</Button>
      </div>
    </Dialog>
  );
}

function Numbers({ alarm, county, now }: { alarm: AlarmView; county: County; now: number }) {
  const { fixed, now: latest } = seriesOf(county, alarm);
  const since = latest?.received ? age(now - Date.parse(latest.received)) : "";
  const words = latest ? freshnessWords(latest.freshness, since) : null;
  const judged =
    fixed?.thresholds.some((line) => line.rule === alarm.rule && !line.on_value) ?? false;
  return (
    <dl className="facts">
      <div>
        <dt>{i18n.t("现在")}</dt>
        <dd className={words ? "stale" : ""}>
          {value(latest?.value, fixed?.unit)}
          <small>{words ?? i18n.t("{age}前", { age: since })}</small>
        </dd>
      </div>
      {judged ? (
        <div>
          <dt>{i18n.t("判定值，{title}", { title: say(alarm.title) })}</dt>
          <dd>
            {value(alarm.value, fixed?.unit)}
            <small>{stamp(alarm.changed, now)}</small>
          </dd>
        </div>
      ) : null}
      <div>
        <dt>{i18n.t("本次最高")}</dt>
        <dd>
          {value(alarm.peak, fixed?.unit)}
          <small>{alarm.peak_at ? stamp(alarm.peak_at, now) : ""}</small>
        </dd>
      </div>
      <div>
        <dt>{i18n.t("起于")}</dt>
        <dd>
          {stamp(alarm.raised, now)}
          <small>{i18n.t("已 {age}", { age: age(now - Date.parse(alarm.raised)) })}</small>
        </dd>
      </div>
      <div>
        <dt>{i18n.t("最近变化")}</dt>
        <dd>
          {stamp(alarm.changed, now)}
          <small>{i18n.t("{age}前", { age: age(now - Date.parse(alarm.changed)) })}</small>
        </dd>
      </div>
    </dl>
  );
}

function Why({ alarm, county, now }: { alarm: AlarmView; county: County; now: number }) {
  const allowed = useApp((state) => mayCommand(state.me?.person));
  const truths: Truth[] = ["unverified", "true", "false", "test"];
  const lines: [string, string][] = [
    [alarm.raised, i18n.t("报警开始，规则 {rule}", { rule: alarm.rule })],
    ...(alarm.peak_at && alarm.peak
      ? ([[alarm.peak_at, i18n.t("最高 {peak}", { peak: alarm.peak })]] as [string, string][])
      : []),
    ...(alarm.returned ? ([[alarm.returned, i18n.t("回落到线下")]] as [string, string][]) : []),
    ...(alarm.ack
      ? ([
          [
            alarm.ack.at,
            i18n.t("{name} 确认", {
              name: personName(county.people.get(alarm.ack.by), alarm.ack.by),
            }),
          ],
        ] as [string, string][])
      : []),
  ];
  lines.sort((a, b) => a[0].localeCompare(b[0]));
  return (
    <Panel
      title={i18n.t("凭什么")}
      aside={
        <span className="s i3">
          {i18n.t("规则版本 {version}", { version: county.rulesVersion.slice(0, 8) })}
        </span>
      }
    >
      <div className="pb">
        {lines.map(([time, words]) => (
          <div key={words} className="line">
            <span className="t">{stamp(time, now)}</span>
            <span>{words}</span>
          </div>
        ))}
        {alarm.doubtful ? (
          <div className="line">{i18n.t("读数可疑，请看摄像或派人核实。")}</div>
        ) : null}
      </div>
      <div className="pf" style={{ borderTop: "1px solid var(--line-1)" }}>
        {i18n.t("判断")}
        {truths.map((truth) => (
          <Chip
            key={truth}
            on={alarm.truth === truth}
            onPress={() => allowed && void markTruth(alarm.key, truth)}
            testId={`truth-${truth}`}
          >
            {truthName(truth)}
          </Chip>
        ))}
      </div>
    </Panel>
  );
}
