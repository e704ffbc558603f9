// What happened, drawn row by row: rain, levels, alarms, late data, calls, commands, reports, decisions.
import { memo, type ReactNode, useEffect } from "react";
import { wantTexts } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { deedName } from "../../i18n/words";
import { useApp } from "../../state/store";
import { bucketAt, placeOf, roomy, type Span, spaced, stretches, worst } from "../../state/timebar";
import type { DeedView, LanesView } from "../../wire/replay";

/** Px a label needs at least. */
const LABEL_ROOM = 92;
/** Px a flag needs; where they stand closer, the others are strokes. */
const FLAG_ROOM = 9;

export function laneNames(): string[] {
  return [
    i18n.t("雨量"),
    i18n.t("水位"),
    i18n.t("报警"),
    i18n.t("迟到的数据"),
    i18n.t("呼叫"),
    i18n.t("指令"),
    i18n.t("上报"),
    i18n.t("决策"),
  ];
}

interface LaneRowsProps {
  lanes: LanesView;
  span: Span;
  width: number;
  /** Height of one row, px. */
  row: number;
  /** Nothing is written beside the signs. */
  bare?: boolean;
}

/** Hundreds of shapes: drawn anew when what they show changes, not with every second of the clock above them. */
export const LaneRows = memo(function LaneRows({ lanes, span, width, row, bare }: LaneRowsProps) {
  const x = (time: number) => placeOf(time, span, width);
  const size = Math.max(1.5, x(span.from + lanes.bucket_ms) - 0.5);
  const most = Math.max(1, ...lanes.rain);
  const commands = lanes.deeds.filter((deed) => deed.kind === "command");
  const decisions = lanes.deeds.filter((deed) => deed.kind !== "command");
  const flagged = spaced(decisions, (deed) => x(Date.parse(deed.at)), FLAG_ROOM);
  const texts = useApp((state) => state.texts);
  useEffect(() => {
    wantTexts(lanes.deeds.filter((deed) => deed.kind === "mark").map((deed) => deed.note));
  }, [lanes]);
  // At the right edge a label has no room ahead.
  const isLast = (deed: DeedView) => x(Date.parse(deed.at)) > width - LABEL_ROOM;
  const title = (deed: DeedView) => {
    if (deed.kind === "command") return say(deed.title);
    return (deed.kind === "mark" && texts.get(deed.note ?? "")) || deedName(deed.kind);
  };
  // What stands where it belongs says when it was entered.
  const told = (deed: DeedView) =>
    deed.pressed
      ? i18n.t("{title}（{time} 记下）", {
          title: title(deed),
          time: stamp(Date.parse(deed.pressed), Date.parse(deed.at)),
        })
      : title(deed);
  return (
    <>
      {decisions
        .filter((deed) => deed.until !== null && deed.kind === "mark")
        .map((deed) => (
          <line
            key={deed.op}
            x1={x(Date.parse(deed.at))}
            x2={x(Date.parse(deed.until ?? deed.at))}
            y1={row * 8 - 1}
            y2={row * 8 - 1}
            stroke="var(--ink-1)"
            strokeWidth="2"
          />
        ))}
      <g data-lane="rain">
        {each(lanes.rain, lanes, (value, at) => {
          const height = Math.max(1, (value / most) * (row - 2));
          return (
            <rect
              key={at}
              x={x(at)}
              width={size}
              y={row - height}
              height={height}
              fill="var(--map-rain)"
            />
          );
        })}
      </g>
      <g data-lane="levels">
        {stretches(lanes).map((one) => (
          <rect
            key={one.from}
            x={x(one.from)}
            width={Math.max(1.5, x(one.to) - x(one.from))}
            y={row * 2 - 2 - (2 + one.level * ((row - 4) / 4))}
            height={2 + one.level * ((row - 4) / 4)}
            fill={`var(--lv${one.level})`}
            stroke={`var(--lv${one.level}-edge)`}
            strokeWidth="0.75"
          />
        ))}
      </g>
      <g data-lane="alarms">
        {lanes.alarms.map((counts, bucket) => {
          const level = worst(counts);
          if (level === null) return null;
          const at = bucketAt(lanes, bucket);
          const height = level === 0 ? 2 : 3 + level * ((row - 4) / 4);
          return (
            <rect
              key={at}
              x={x(at)}
              width="2"
              y={row * 3 - height}
              height={height}
              fill={level === 0 ? "var(--ink-3)" : `var(--lv${level}-text)`}
            />
          );
        })}
      </g>
      <g data-lane="late">
        {each(lanes.late, lanes, (_, at) => (
          <rect key={at} x={x(at)} width="2" y={row * 4 - 5} height="3" fill="var(--ink-3)" />
        ))}
      </g>
      <g data-lane="calls">
        {each(lanes.calls, lanes, (_, at) => (
          <rect
            key={at}
            x={x(at)}
            width="1.5"
            y={row * 4 + 2}
            height={row - 4}
            fill="var(--ink-2)"
          />
        ))}
      </g>
      <Labelled deeds={commands} title={told} lane="commands">
        {(deed) => (
          <path
            d={`M${x(Date.parse(deed.at))} ${row * 5 + 1}l7 ${row / 2 - 1}-7 ${row / 2 - 1}z`}
            fill="var(--ink-1)"
          />
        )}
      </Labelled>
      <g data-lane="reports">
        {each(lanes.reports, lanes, (_, at) => (
          <rect
            key={at}
            x={x(at)}
            width="5"
            y={row * 6 + row / 2 - 3}
            height="5"
            fill="none"
            stroke="var(--ink-2)"
          />
        ))}
      </g>
      <Labelled deeds={decisions.filter((deed) => !flagged.has(deed))} title={told} lane="strokes">
        {(deed) => (
          <rect
            x={x(Date.parse(deed.at))}
            width="1.5"
            y={row * 8 - 5}
            height="4"
            fill="var(--ink-2)"
          />
        )}
      </Labelled>
      <Labelled deeds={[...flagged]} title={told} lane="decisions">
        {(deed) => (
          <path
            d={`M${x(Date.parse(deed.at))} ${row * 8 - 1}v${2 - row}h6v4h-6`}
            stroke="var(--ink-1)"
            fill="none"
          />
        )}
      </Labelled>
      {(bare ? [] : [[commands, 5] as const, [decisions, 7] as const]).map(([deeds, place]) => {
        const at = (deed: DeedView) => x(Date.parse(deed.at));
        // Written to the left at the edge: neither another nor its words, which go to the right, may stand there.
        const free = (deed: DeedView) =>
          !isLast(deed) ||
          deeds.every((one) => one === deed || Math.abs(at(one) - at(deed)) > 2 * LABEL_ROOM);
        return roomy(deeds, at, LABEL_ROOM)
          .filter(free)
          .map((deed) => (
            <text
              key={`${place}/${deed.op}`}
              className="tb-word"
              x={x(Date.parse(deed.at)) + (isLast(deed) ? -4 : 10)}
              textAnchor={isLast(deed) ? "end" : "start"}
              y={row * place + row - 2}
            >
              {title(deed)}
            </text>
          ));
      })}
    </>
  );
});

interface LabelledProps {
  deeds: readonly DeedView[];
  title: (deed: DeedView) => string;
  lane: string;
  children: (deed: DeedView) => ReactNode;
}

function Labelled({ deeds, title, lane, children }: LabelledProps) {
  return (
    <g data-lane={lane}>
      {deeds.map((deed) => (
        <g key={deed.op} data-kind={deed.kind}>
          <title>{title(deed)}</title>
          {children(deed)}
        </g>
      ))}
    </g>
  );
}

function each(
  list: readonly number[],
  lanes: LanesView,
  draw: (value: number, at: number) => ReactNode,
) {
  return list.map((value, bucket) => (value > 0 ? draw(value, bucketAt(lanes, bucket)) : null));
}
