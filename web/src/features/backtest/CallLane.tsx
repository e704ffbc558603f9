// When each run of the trial called people, as a lane of the time bar: A above, B below; what both called is
// paler. Nothing of it happens.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { type CalledMinute, calledIn } from "../../state/calltrial";
import { placeOf, type Span } from "../../state/timebar";
import type { CallReport } from "../../wire/backtest";

interface CallLaneProps {
  report: CallReport;
  span: Span;
  width: number;
  /** Top and height of the lane, px. */
  top: number;
  row: number;
}

export function CallLane({ report, span, width, top, row }: CallLaneProps) {
  const half = row / 2;
  const inside = (one: CalledMinute) => one.at >= span.from && one.at <= span.to;
  return (
    <g data-testid="call-lane">
      {calledIn(report)
        .filter(inside)
        .map((one) => (
          <rect
            key={`${one.side}/${one.at}`}
            x={placeOf(one.at, span, width) - 1}
            width="2"
            y={one.side === "a" ? top + 1 : top + half}
            height={half - 1}
            fill={one.side === "a" ? "var(--ink-2)" : "var(--replay)"}
            opacity={one.differs ? 1 : 0.4}
            data-side={one.side}
          >
            <title>
              {i18n.t("{side} 在 {time} 叫了 {n} 次（推演）", {
                side: one.side === "a" ? "A" : "B",
                time: stamp(one.at, span.to),
                n: one.count,
              })}
            </title>
          </rect>
        ))}
    </g>
  );
}
