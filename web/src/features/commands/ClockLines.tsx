// Each clock of a command with what happens by itself when it runs out.
import { limit } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { TaskClocks } from "../../wire/view";

export function ClockLines({ clocks }: { clocks: TaskClocks }) {
  const lines: [number | null, (time: string) => string, string][] = [
    [
      clocks.ack_by_ms,
      (time) => i18n.t("{time}内应答", { time }),
      i18n.t("否则再次提醒，再通知代班人，再报值班台"),
    ],
    [clocks.arrive_by_ms, (time) => i18n.t("{time}内到场", { time }), i18n.t("否则在值班台标逾期")],
    [
      clocks.update_every_ms,
      (time) => i18n.t("每 {time}报一次进展", { time }),
      i18n.t("否则在值班台标逾期"),
    ],
    [clocks.done_by_ms, (time) => i18n.t("{time}内完成", { time }), i18n.t("否则在值班台标逾期")],
    [
      clocks.verify_by_ms,
      (time) => i18n.t("报完成后 {time}内核实", { time }),
      i18n.t("否则提醒值班台"),
    ],
  ];
  const shown = lines.filter(([ms]) => ms !== null);
  if (shown.length === 0) return <p className="s i2">{i18n.t("这个模板没有时限。")}</p>;
  return (
    <div data-testid="clock-lines">
      {shown.map(([ms, words, then]) => (
        <div key={words("")} className="f" style={{ alignItems: "baseline" }}>
          <b className="nw">{words(limit(ms ?? 0))}</b>
          <span className="s i3">{then}</span>
        </div>
      ))}
    </div>
  );
}
