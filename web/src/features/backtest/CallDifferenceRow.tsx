// One call that B moves, adds or drops: whom, by what, when in each run, by which step, and what is known of
// the answer.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { channelName, personName } from "../../i18n/words";
import { type CallRow, madeIn } from "../../state/calltrial";
import type { County } from "../../state/world";
import type { CallMade, CallReport } from "../../wire/backtest";
import { Mark } from "../marks/Mark";
import { aboutWords, callMovementName, policyWords, replyWords } from "./callWords";
import { shiftWords } from "./trialWords";

interface CallDifferenceRowProps {
  row: CallRow;
  report: CallReport;
  county: County;
  now: number;
  selected: boolean;
}

export function CallDifferenceRow({ row, report, county, now, selected }: CallDifferenceRowProps) {
  const made = madeIn(row);
  const time = (one: CallMade | null) => (one ? stamp(one.at, now) : "—");
  return (
    <div
      className={`callrow${selected ? " sel" : ""}`}
      data-testid="call-row"
      data-movement={row.movement}
    >
      <span className="tag ln">{callMovementName(row.movement)}</span>
      {made?.level ? <Mark level={made.level} size={14} /> : <span />}
      <span className="el">
        <b>{personName(county.people.get(row.person), row.person)}</b> {channelName(row.channel)}{" "}
        <span className="i3 s">{aboutWords(row.about, report)}</span>
      </span>
      <span className="s r nw">
        A {time(row.a)} · B {time(row.b)} <b>{shiftWords(row.by_ms)}</b>
      </span>
      <span className="s i2 f">
        <span className="g el">
          {made
            ? i18n.t("{policy} 第 {step} 步", {
                policy: policyWords(made.policy, report),
                step: made.step,
              })
            : ""}
        </span>
        <span className="nw" data-testid="call-reply">
          {made ? replyWords(made.reply) : ""}
        </span>
      </span>
    </div>
  );
}
