// What an officer may do with an alarm: acknowledge, order, shelve, silence, reset.
import { useEffect, useRef, useState } from "react";
import { acknowledge, resetAlarm } from "../../actions/alarms";
import { age, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { AlarmView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { useKeep } from "../keep/useKeep";
import { ShelveDialog } from "./ShelveDialog";

export function AlarmActions({
  alarm,
  county,
  now,
}: {
  alarm: AlarmView;
  county: County;
  now: number;
}) {
  const { desk, move } = useDesk();
  const box = useRef<HTMLDivElement>(null);
  // Asked for by the line: the press is at hand, and still to be made.
  useEffect(() => {
    if (!desk.asking) return;
    move({ to: "asked" });
    box.current?.querySelector("button")?.focus();
  }, [desk.asking, move]);
  const allowed = useApp(mayAct);
  const waiting = useApp((state) =>
    state.outbox.some(
      (one) =>
        one.subject.alarms?.includes(alarm.key) &&
        one.state !== "received" &&
        one.state !== "refused",
    ),
  );
  const [resetting, setResetting] = useState(false);
  const [shelving, setShelving] = useState(false);
  const canReset = alarm.latched || alarm.sight_lost || alarm.process === "unknown";
  return (
    <div ref={box} className="acts" style={{ alignItems: "center" }}>
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
          onPress={() => void acknowledge([alarm])}
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
      <Button disabled={!allowed} onPress={() => setShelving(true)} testId="shelve">
        {i18n.t("搁置…")}
      </Button>
      <Button
        disabled={!allowed}
        onPress={() =>
          move({
            to: "ledger",
            draft: { kind: "silence", matcher: { hazard: alarm.hazard, station: alarm.station } },
          })
        }
        testId="silence-from-alarm"
      >
        {i18n.t("静默…")}
      </Button>
      {shelving ? (
        <ShelveDialog alarm={alarm} county={county} onClose={() => setShelving(false)} />
      ) : null}
      {resetting ? <ResetDialog alarm={alarm.key} onClose={() => setResetting(false)} /> : null}
    </div>
  );
}

function ResetDialog({ alarm, onClose }: { alarm: string; onClose: () => void }) {
  const [why, setWhy] = useState("");
  const { keep, unkept } = useKeep();
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
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={why.trim() === ""}
          onPress={() => keep(() => resetAlarm(alarm, why.trim()), onClose)}
          testId="reset-confirm"
        >
          {i18n.t("复位")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不复位")}</Button>
      </div>
    </Dialog>
  );
}
