// The drawing of a hydrograph: one series, its threshold lines, the samples and instants that matter.
import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import { hm, stamp } from "../../i18n/format";
import { say, useLocale } from "../../i18n/i18n";
import { ROMAN } from "../../i18n/words";
import type { EvidenceView, SampleView, SeriesView } from "../../wire/view";

/** An instant marked over the whole height, with a word at its top where it has one. */
export interface TimeMark {
  at: number;
  word: string;
  /** The one that is asked about; the others are drawn broken. */
  strong: boolean;
}

const NO_MARKS: readonly TimeMark[] = [];
const NO_EVIDENCE: readonly EvidenceView[] = [];

interface PlotProps {
  list: SampleView[];
  series: SeriesView;
  /** The last hours up to the newest sample … */
  hours?: number;
  /** … or an interval, ms since the epoch. */
  interval?: { from: number; to: number };
  evidence?: readonly EvidenceView[];
  marks?: readonly TimeMark[];
}

export function HydroPlot({
  list,
  series,
  hours = 6,
  interval,
  evidence = NO_EVIDENCE,
  marks = NO_MARKS,
}: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const locale = useLocale();
  const theme = document.documentElement.dataset.theme;
  const data = useMemo<uPlot.AlignedData>(() => {
    const good = list.filter((sample) => sample.value !== null && sample.quality !== "bad");
    return [
      good.map((sample) => Date.parse(sample.time) / 1000),
      good.map((sample) => Number(sample.value)),
    ];
  }, [list]);
  const { from = null, to = null } = interval ?? {};
  const range = (max: number): [number, number] =>
    from !== null && to !== null
      ? [from / 1000, to / 1000]
      : // The whole range asked for, so that an empty stretch is seen as one.
        [max - hours * 3600, max + hours * 72];
  const rings = useRef(evidence);
  rings.current = evidence;
  const instants = useRef(marks);
  instants.current = marks;
  const newest = useRef(data);
  newest.current = data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: rebuilt when the colours or words change
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const size = () => ({
      width: element.clientWidth,
      height: Math.max(150, element.clientHeight),
    });
    const made = new uPlot(
      { ...options(series, range, rings, instants), ...size() },
      newest.current,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [series, hours, from, to, locale, theme]);
  useEffect(() => plot.current?.setData(data), [data]);
  // Its paths stay as they are: with them a chart that is just being made would lose its range.
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when other instants are marked
  useEffect(() => plot.current?.redraw(false), [marks]);
  return <div ref={box} className="chart g" data-testid="hydrograph" aria-hidden="true" />;
}

/** How many samples lie in the stretch that is drawn. */
function shown({ data, scales }: uPlot): number {
  const { min, max } = scales.x ?? {};
  if (min === undefined || max === undefined) return 0;
  return data[0].filter((at) => at >= min && at <= max).length;
}

const bars = uPlot.paths.bars?.({ size: [0.8, 24] }) ?? null;

function options(
  series: SeriesView,
  range: (max: number) => [number, number],
  rings: { current: readonly EvidenceView[] },
  instants: { current: readonly TimeMark[] },
): Omit<uPlot.Options, "width" | "height"> {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${token("font")}`;
  const lines = series.thresholds.filter((line) => line.on_value);
  const marks = lines.map((line) => Number(line.raise));
  // What falls is an amount per reading: bars from the ground, not a line between two amounts.
  const sums = series.quantity.startsWith("rain");
  const axis: uPlot.Axis = {
    stroke: token("ink-3"),
    font,
    grid: { stroke: token("chart-grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    padding: [12, 136, 0, 0],
    scales: {
      x: { range: (_plot, _min, max) => range(max) },
      y: {
        range: (_plot, min, max) => {
          const low = sums ? 0 : Math.min(min, ...marks.slice(0, 1));
          const high = Math.max(max, ...marks.filter((mark) => mark < max + (max - min) * 2 + 1));
          const room = Math.max((high - low) * 0.08, 0.01);
          return [sums ? 0 : low - room, high + room];
        },
      },
    },
    axes: [
      { ...axis, values: (_plot, ticks) => timeTicks(ticks) },
      { ...axis, size: 56 },
    ],
    series: [
      {},
      sums
        ? {
            stroke: token("chart-line"),
            fill: token("chart-2"),
            width: 1,
            ...(bars ? { paths: bars } : {}),
            points: { show: false },
          }
        : { stroke: token("chart-line"), width: 2, spanGaps: false, points: { show: false } },
    ],
    hooks: {
      draw: [
        (plot) => {
          const box = plot.root.parentElement;
          // What was there to be seen from the first moment; a browser story asks for it.
          if (box) box.dataset.first ??= String(shown(plot));
          const pen = plot.ctx;
          pen.save();
          pen.font = `${12 * devicePixelRatio}px ${token("font")}`;
          pen.textBaseline = "middle";
          pen.textAlign = "left";
          for (const line of lines) drawLine(plot, line, token);
          if (!sums) drawRings(plot, rings.current, token);
          for (const mark of instants.current) drawInstant(plot, mark, token);
          pen.restore();
        },
      ],
    },
  };
}

/** Rings round the samples that decided the alarm. */
function drawRings(plot: uPlot, rings: readonly EvidenceView[], token: (name: string) => string) {
  const pen = plot.ctx;
  const { left, top, width, height } = plot.bbox;
  pen.strokeStyle = token("ink-1");
  pen.fillStyle = token("bg-1");
  pen.lineWidth = 1.5 * devicePixelRatio;
  for (const ring of rings) {
    if (ring.value === null) continue;
    const x = plot.valToPos(Date.parse(ring.time) / 1000, "x", true);
    const y = plot.valToPos(Number(ring.value), "y", true);
    if (x < left || x > left + width || y < top || y > top + height) continue;
    pen.beginPath();
    pen.arc(x, y, 4 * devicePixelRatio, 0, Math.PI * 2);
    pen.fill();
    pen.stroke();
  }
}

function drawLine(
  plot: uPlot,
  line: SeriesView["thresholds"][number],
  token: (name: string) => string,
) {
  const pen = plot.ctx;
  const y = plot.valToPos(Number(line.raise), "y", true);
  const { left, top, width, height } = plot.bbox;
  if (y < top || y > top + height) return;
  pen.strokeStyle = token(`lv${line.level}-text`);
  pen.lineWidth = 1.5 * devicePixelRatio;
  pen.beginPath();
  pen.moveTo(left, y);
  pen.lineTo(left + width, y);
  pen.stroke();
  pen.fillStyle = token("ink-2");
  pen.fillText(
    `${ROMAN[line.level]} ${line.raise} ${say(line.title)}`,
    left + width + 6 * devicePixelRatio,
    y,
  );
}

/** Hours of the day; with its date where the day changes from tick to tick. */
function timeTicks(ticks: number[]): string[] {
  const step = ((ticks[1] ?? 0) - (ticks[0] ?? 0)) * 1000;
  if (step < 6 * 3_600_000) return ticks.map((tick) => hm(tick * 1000));
  return ticks.map((tick) => stamp(tick * 1000, 0));
}

/** A line over the whole height at one instant. */
function drawInstant(plot: uPlot, mark: TimeMark, token: (name: string) => string) {
  const pen = plot.ctx;
  const x = plot.valToPos(mark.at / 1000, "x", true);
  const { left, top, width, height } = plot.bbox;
  if (x < left || x > left + width) return;
  const unit = devicePixelRatio;
  pen.strokeStyle = token(mark.strong ? "ink-1" : "ink-3");
  pen.lineWidth = (mark.strong ? 2 : 1.5) * unit;
  pen.setLineDash(mark.strong ? [] : [5 * unit, 4 * unit]);
  pen.beginPath();
  pen.moveTo(x, top);
  pen.lineTo(x, top + height);
  pen.stroke();
  pen.setLineDash([]);
  if (mark.word === "") return;
  const wide = pen.measureText(mark.word).width + 8 * unit;
  const y = top + (mark.strong ? 9 : 25) * unit;
  const start = Math.min(x + 3 * unit, left + width - wide);
  pen.fillStyle = token("bg-1");
  pen.fillRect(start, y - 8 * unit, wide, 16 * unit);
  pen.fillStyle = token(mark.strong ? "ink-1" : "ink-2");
  pen.fillText(mark.word, start + 4 * unit, y);
}
