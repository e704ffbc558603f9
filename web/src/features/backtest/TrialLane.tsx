// When each run of the trial spoke, as a lane of the time bar: A above, B below. Nothing of it happened.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { type Spoken, spokenIn } from "../../state/backtest";
import { placeOf, type Span } from "../../state/timebar";
import type { BacktestReport } from "../../wire/backtest";
import type { Level } from "../../wire/view";

interface TrialLaneProps {
  report: BacktestReport;
  span: Span;
  width: number;
  /** Top and height of the lane, px. */
  top: number;
  row: number;
}

export function TrialLane({ report, span, width, top, row }: TrialLaneProps) {
  const half = row / 2;
  const inside = (one: Spoken) => one.at >= span.from && one.at <= span.to;
  return (
    <g data-testid="trial-lane">
      {spokenIn(report)
        .filter(inside)
        .map((one) => {
          const side = one.side === "a" ? "A" : "B";
          return (
            <rect
              key={`${one.side}/${one.level}/${one.at}`}
              x={placeOf(one.at, span, width) - 1}
              width="2"
              y={one.side === "a" ? top + 1 : top + half}
              height={half - 1}
              fill={one.side === "a" ? "var(--ink-2)" : "var(--replay)"}
              data-side={one.side}
            >
              <title>
                {i18n.t("{side} 在 {time} 报{level}（推演）", {
                  side,
                  time: stamp(one.at, span.to),
                  level: levelName(one.level as Level),
                })}
              </title>
            </rect>
          );
        })}
    </g>
  );
}
