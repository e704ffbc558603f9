// One decision about a warning: when, who, which level or why not, and the command that was it.
import { useEffect } from "react";
import { wantTexts } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName, ROMAN } from "../../i18n/words";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { Decision, Level } from "../../wire/view";
import { useDesk } from "../desk/desk";

interface DecisionLineProps {
  decision: Decision;
  county: County;
  now: number;
}

export function DecisionLine({ decision, county, now }: DecisionLineProps) {
  const { move } = useDesk();
  const reason = useApp((state) =>
    decision.reason ? state.texts.get(decision.reason) : undefined,
  );
  useEffect(() => wantTexts([decision.reason]), [decision.reason]);
  const by = personName(county.people.get(decision.by), decision.by);
  const level = decision.response ? ROMAN[(5 - decision.response) as Level] : null;
  return (
    <span className="s i2">
      {level
        ? i18n.t("{time} {by} 定 {level} 级响应", { time: stamp(decision.at, now), by, level })
        : i18n.t("{time} {by} 决定不响应，理由：", { time: stamp(decision.at, now), by })}
      {reason ? `“${reason}”` : ""}{" "}
      {decision.command ? (
        <button
          type="button"
          className="chip"
          onClick={() => move({ to: "board", command: decision.command ?? "" })}
        >
          {i18n.t("看指令")}
        </button>
      ) : null}
    </span>
  );
}
