// The lanes of the time bar under a hand: press to go there, drag to choose an interval.
import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { hm, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { placeOf, type Span, ticks, timeAt } from "../../state/timebar";
import type { County } from "../../state/world";
import { CallLane } from "../backtest/CallLane";
import { TrialLane } from "../backtest/TrialLane";
import { useCallReport, useTrialReport } from "../backtest/useTrial";
import { useDesk } from "../desk/desk";
import { LaneRows, laneNames } from "./LaneRows";
import { useKnownBy, useLanes } from "./useLanes";

const LABELS = 84;
const AXIS = 18;
/** A time under the bar stands so far from the cursor's own, px, or is left out. */
const TICK_ROOM = 66;
/** A press that moves less than this, px, is a press and no drag. */
const STILL = 5;

interface StripProps {
  county: County;
  span: Span;
  now: number;
  last: number;
  past: boolean;
  chosen: Span | null;
  onChoose: (span: Span | null) => void;
  onGo: (at: number) => void;
}

/** The lanes themselves: press to go there, drag to choose an interval. */
export function Strip({ county, now, last, past, chosen, onChoose, onGo, ...rest }: StripProps) {
  const { from, to } = rest.span;
  // The same value while it is the same span: the lanes are drawn by it.
  const span = useMemo(() => ({ from, to }), [from, to]);
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 1200, height: 116 });
  const [hover, setHover] = useState<number | null>(null);
  const held = useRef<{ x: number; scrubs: boolean; told: number } | null>(null);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const width = Math.max(100, size.width - LABELS - 16);
  // What rules would have said stands on the bar only while the page that asked is open.
  const { desk } = useDesk();
  const found = useTrialReport(county.code);
  const trial = desk.view === "backtest" ? found : null;
  const foundCalls = useCallReport(county.code);
  const calls = desk.view === "backtest" ? foundCalls : null;
  const names = [...laneNames(), ...(trial || calls ? [i18n.t("推演 A/B")] : [])];
  const row = Math.max(8, (size.height - AXIS) / names.length);
  const { lanes, failed } = useLanes(county.code, span, width, null);
  const x = (time: number) => placeOf(time, span, width);
  // By what was known then, what came after is faint: the way there stays, and says nothing of that moment.
  const by = useKnownBy(now);
  const then = useLanes(county.code, span, width, by ?? undefined);
  const known = by === null ? null : Math.min(now, then.by ?? span.from);
  const edge = known === null ? width : Math.min(width, Math.max(0, x(known)));
  const told = known === null ? lanes : then.lanes;
  const at = (event: PointerEvent) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    return event.clientX - left - LABELS;
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const place = at(event);
    if (place < 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = { x: place, scrubs: past && Math.abs(place - x(now)) < 8, told: 0 };
    onChoose(null);
  };
  const move = (event: PointerEvent) => {
    const place = at(event);
    setHover(place >= 0 && place <= width ? place : null);
    const hold = held.current;
    if (!hold) return;
    if (hold.scrubs) {
      // A hand moves faster than a world can be made: the server takes the last place it hears.
      if (performance.now() - hold.told < 80) return;
      hold.told = performance.now();
      onGo(timeAt(place, span, width));
    } else if (Math.abs(place - hold.x) >= STILL) {
      const ends = [timeAt(hold.x, span, width), timeAt(place, span, width)];
      const [from, to] = [Math.min(...ends), Math.max(...ends)];
      // Beyond the edge there is no time to choose.
      onChoose(to > from ? { from, to } : null);
    }
  };
  const up = (event: PointerEvent) => {
    const hold = held.current;
    held.current = null;
    if (!hold) return;
    const place = at(event);
    if (hold.scrubs || Math.abs(place - hold.x) < STILL) onGo(timeAt(place, span, width));
  };
  const bottom = row * names.length;
  const liveInside = last <= span.to;
  return (
    <div
      ref={box}
      className="tb-lanes greys"
      data-testid="lanes"
      data-from={span.from}
      data-to={span.to}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerLeave={() => setHover(null)}
    >
      <svg width={size.width} height={size.height} role="img" aria-label={i18n.t("发生过什么")}>
        {names.map((name, place) => (
          <g key={name}>
            <text x="12" y={row * place + row - 2}>
              {name}
            </text>
            <line
              x1={LABELS}
              x2={LABELS + width}
              y1={row * (place + 1)}
              y2={row * (place + 1)}
              stroke="var(--line-1)"
            />
          </g>
        ))}
        <g transform={`translate(${LABELS} 0)`}>
          {ticks(span, width, 84).map((time) => (
            <g key={time}>
              <line x1={x(time)} x2={x(time)} y1="0" y2={bottom} stroke="var(--line-1)" />
              {past && Math.abs(x(time) - x(now)) < TICK_ROOM ? null : (
                <text x={x(time)} y={bottom + 13} textAnchor="middle">
                  {stamp(time, now)}
                </text>
              )}
            </g>
          ))}
          <clipPath id="tb-before">
            <rect width={edge} height={bottom} />
          </clipPath>
          <clipPath id="tb-after">
            <rect x={edge} width={width - edge} height={bottom} />
          </clipPath>
          {/* Under the lanes: what is chosen is not veiled. */}
          {chosen ? (
            <rect
              x={x(chosen.from)}
              width={Math.max(1, x(chosen.to) - x(chosen.from))}
              y="0"
              height={bottom}
              fill="var(--sel)"
              stroke="var(--accent)"
              data-testid="chosen"
            />
          ) : null}
          {known !== null && lanes ? (
            <g data-lanes="after" clipPath="url(#tb-after)" opacity="0.3">
              <LaneRows lanes={lanes} span={span} width={width} row={row} bare />
            </g>
          ) : null}
          {told ? (
            <g
              data-lanes="known"
              data-by={by === null ? undefined : (then.by ?? undefined)}
              clipPath={by !== null && (then.by ?? 0) > now ? "url(#tb-before)" : undefined}
            >
              <LaneRows lanes={told} span={span} width={width} row={row} />
            </g>
          ) : null}
          {trial ? (
            <TrialLane
              report={trial}
              span={span}
              width={width}
              top={row * (names.length - 1)}
              row={row}
            />
          ) : null}
          {calls ? (
            <CallLane
              report={calls}
              span={span}
              width={width}
              top={row * (names.length - 1)}
              row={row}
            />
          ) : null}
          {failed ? (
            <text className="tb-word" x={width / 2} y={row * 3} textAnchor="middle">
              {i18n.t("取不到这段时间发生过什么；连上服务器后自己再取。")}
            </text>
          ) : null}
          {liveInside ? (
            <line
              x1={x(last)}
              x2={x(last)}
              y1="0"
              y2={bottom}
              stroke="var(--accent)"
              strokeWidth="2"
              strokeDasharray={past ? "3 3" : undefined}
            />
          ) : (
            <text className="tb-word" x={width} y="11" textAnchor="end">
              {i18n.t("实况 {time} →", { time: stamp(last, now) })}
            </text>
          )}
          {past ? (
            <>
              <line
                x1={x(now)}
                x2={x(now)}
                y1="0"
                y2={bottom}
                stroke="var(--replay)"
                strokeWidth="2"
                data-testid="cursor"
              />
              <rect x={x(now) - 26} y={bottom} width="52" height="16" fill="var(--replay)" />
              <text className="tb-flag" x={x(now)} y={bottom + 12} textAnchor="middle">
                {hm(now)}
              </text>
            </>
          ) : null}
          {hover !== null && held.current === null ? (
            <>
              <line x1={hover} x2={hover} y1="0" y2={bottom} stroke="var(--ink-3)" />
              <text
                className="tb-word"
                x={hover + (hover > width - 70 ? -6 : 6)}
                y={bottom - 3}
                textAnchor={hover > width - 70 ? "end" : "start"}
              >
                {stamp(timeAt(hover, span, width), now)}
              </text>
            </>
          ) : null}
        </g>
      </svg>
    </div>
  );
}
