// Faults of this page that nobody expected: said in the strip until somebody has read of them.
import { useEffect } from "react";
import { age } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { isUnacked, levelCounts } from "../../state/select";
import type { County } from "../../state/world";
import { dropFault, type Fault, useFaults, watchFaults } from "../../ui/faults";
import { useMono } from "../clock/useNow";
import { Counts } from "../marks/Mark";

const words: Record<Fault["state"], (name: string) => string> = {
  down: (name) => i18n.t("{name}出错了，没有画出来。", { name }),
  up: (name) => i18n.t("{name}出过错，现在又好了。", { name }),
  past: (name) => i18n.t("{name}出过错。", { name }),
};

export function FaultLines() {
  const faults = useFaults();
  useMono();
  useEffect(() => watchFaults(() => i18n.t("本页")), []);
  return faults.map(({ part, name, why, at, times, state }) => (
    <div key={part} role="alert" data-testid="fault" data-part={part}>
      <span className="g">
        <b>{words[state](name())}</b> {i18n.t("{age}前", { age: age(Date.now() - at) })}
        {times > 1 ? ` · ${i18n.t("共 {n} 次", { n: times })}` : ""} ·{" "}
        {i18n.t("再出错就告诉管理员：{why}", { why })}
      </span>
      {state === "down" ? null : (
        <button
          type="button"
          className="more nw"
          onClick={() => dropFault(part)}
          data-testid="fault-read"
        >
          {i18n.t("知道了")}
        </button>
      )}
    </div>
  ));
}

/** What is still said of the alarms where their list cannot be drawn. */
export function AlarmsStill({ county }: { county: County }) {
  const alarms = [...county.alarms.values()];
  return (
    <p className="f" data-testid="alarms-still">
      <Counts counts={levelCounts(alarms)} />
      <b>{i18n.t("未确认 {unacked}", { unacked: alarms.filter(isUnacked).length })}</b>
    </p>
  );
}
