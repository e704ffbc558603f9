// The hydrograph of one series with its threshold lines, and the same numbers as a table.
import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { samples } from "../../actions/read";
import { hm, stamp } from "../../i18n/format";
import { i18n, say, useLocale } from "../../i18n/i18n";
import { qualityName, ROMAN } from "../../i18n/words";
import { useApp } from "../../state/store";
import { Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { EvidenceView, SampleView, SeriesNow, SeriesView } from "../../wire/view";

interface HydrographProps {
  series: SeriesView;
  latest: SeriesNow | undefined;
  now: number;
  /** Samples that decided something: ringed in the line. */
  evidence?: readonly EvidenceView[];
}

const RANGES = [6, 24, 72];

export function Hydrograph({ series, latest, now, evidence = [] }: HydrographProps) {
  const [hours, setHours] = useState(6);
  const [table, setTable] = useState(false);
  const { list, failed } = useSamples(series, latest, now, hours);
  return (
    <section className="col" style={{ flex: "3 1 180px" }} aria-label={say(series.title)}>
      <div className="pf" style={{ background: "var(--bg-2)" }}>
        <b>
          {say(series.title)} {series.unit}
        </b>
        {series.thresholds.length > 0 && !series.thresholds.some((line) => line.on_value) ? (
          <span className="el">{i18n.t("规则按累计或变化判定，图上是逐次读数")}</span>
        ) : null}
        <span className="g" />
        {RANGES.map((range) => (
          <Chip key={range} on={hours === range} onPress={() => setHours(range)}>
            {range} h
          </Chip>
        ))}
        <Chip on={table} onPress={() => setTable(!table)} testId="chart-table">
          {i18n.t("表")}
        </Chip>
      </div>
      {failed ? (
        <Empty title={i18n.t("取不到过程线。")}>
          {i18n.t("报警本身不受影响；连上服务器后再打开。")}
        </Empty>
      ) : list === null ? (
        <Empty title={i18n.t("正在取过程线…")} />
      ) : list.length === 0 ? (
        <Empty title={i18n.t("这段时间没有数据。")} />
      ) : table ? (
        <Table list={list} unit={series.unit} now={now} />
      ) : (
        <Plot list={list} series={series} hours={hours} evidence={evidence} />
      )}
    </section>
  );
}

/** History once per range; what comes in afterwards is added at the end. */
function useSamples(series: SeriesView, latest: SeriesNow | undefined, now: number, hours: number) {
  const [history, setHistory] = useState<SampleView[] | null>(null);
  const [failed, setFailed] = useState(false);
  const until = useRef(now);
  until.current = now;
  const { station, quantity } = series;
  const begun = useApp((state) => state.world.begun);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a world that began anew has another history
  useEffect(() => {
    let gone = false;
    setHistory(null);
    setFailed(false);
    const to = new Date(until.current + 60_000);
    samples(station, quantity, new Date(until.current - hours * 3_600_000), to)
      .then((list) => !gone && setHistory(list))
      .catch(() => !gone && setFailed(true));
    return () => {
      gone = true;
    };
  }, [station, quantity, hours, begun]);
  const list = useMemo(() => {
    if (!history || !latest?.observed || latest.value === null) return history;
    const last = history.at(-1);
    if (last && last.time >= latest.observed) return history;
    const sample: SampleView = {
      time: latest.observed,
      received: latest.received ?? latest.observed,
      value: latest.value,
      quality: latest.quality,
      revision: 0,
      late: false,
    };
    return [...history, sample];
  }, [history, latest]);
  // Readings heard since the history was fetched stay in it.
  useEffect(() => {
    if (list && list !== history) setHistory(list);
  }, [list, history]);
  return { list, failed };
}

function Table({ list, unit, now }: { list: SampleView[]; unit: string; now: number }) {
  return (
    <div className="pb" style={{ maxHeight: 360 }}>
      <table data-testid="sample-table">
        <thead>
          <tr>
            <th>{i18n.t("观测")}</th>
            <th>{i18n.t("收到")}</th>
            <th className="r">{unit}</th>
            <th>{i18n.t("质量")}</th>
          </tr>
        </thead>
        <tbody>
          {list
            .slice(-400)
            .reverse()
            .map((sample) => (
              <tr key={`${sample.time}/${sample.revision}`}>
                <td>{stamp(sample.time, now)}</td>
                <td className="i3">{stamp(sample.received, now)}</td>
                <td className="r">{sample.value ?? "—"}</td>
                <td className="i3">{sampleWords(sample)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

/** Nothing where it is good: only what is not wants a word. */
function sampleWords(sample: SampleView): string {
  const late = sample.late ? i18n.t("太迟") : "";
  const quality = sample.quality === "good" ? "" : qualityName(sample.quality);
  return [quality, late].filter(Boolean).join(" · ");
}

interface PlotProps {
  list: SampleView[];
  series: SeriesView;
  hours: number;
  evidence: readonly EvidenceView[];
}

function Plot({ list, series, hours, evidence }: PlotProps) {
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
  const rings = useRef(evidence);
  rings.current = evidence;
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
      { ...options(series, hours, rings), ...size() },
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
  }, [series, hours, locale, theme]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div ref={box} className="chart g" data-testid="hydrograph" aria-hidden="true" />;
}

const bars = uPlot.paths.bars?.({ size: [0.8, 24] }) ?? null;

function options(
  series: SeriesView,
  hours: number,
  rings: { current: readonly EvidenceView[] },
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
      // The whole range asked for, so that an empty stretch is seen as one.
      x: { range: (_plot, _min, max) => [max - hours * 3600, max + hours * 72] },
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
      { ...axis, values: (_plot, ticks) => ticks.map((tick) => hm(tick * 1000)) },
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
          const pen = plot.ctx;
          pen.save();
          pen.font = `${12 * devicePixelRatio}px ${token("font")}`;
          pen.textBaseline = "middle";
          pen.textAlign = "left";
          for (const line of lines) drawLine(plot, line, token);
          if (!sums) drawRings(plot, rings.current, token);
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
