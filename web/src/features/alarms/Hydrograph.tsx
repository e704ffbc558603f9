// The hydrograph of one series with its threshold lines, and the same numbers as a table.
import { useEffect, useRef, useState } from "react";
import { type Curve, type CurveLine, type Follower, followCurve } from "../../actions/curve";
import { samples } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { qualityName } from "../../i18n/words";
import { useApp } from "../../state/store";
import { Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { EvidenceView, SampleView, SeriesNow, SeriesView } from "../../wire/view";
import { HydroPlot } from "./HydroPlot";

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
          {i18n.t("报警本身不受影响；连上服务器后自己再取。")}
        </Empty>
      ) : list === null ? (
        <Empty title={i18n.t("正在取过程线…")} />
      ) : list.length === 0 ? (
        <Empty title={i18n.t("这段时间没有数据。")} />
      ) : table ? (
        <SampleTable list={list} unit={series.unit} now={now} />
      ) : (
        <HydroPlot list={list} series={series} hours={hours} evidence={evidence} />
      )}
    </section>
  );
}

const NOTHING: Curve = { list: null, failed: false };
const LINE: CurveLine = {
  samples,
  mono: () => performance.now(),
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The readings of the range, kept up with the time that is shown. */
function useSamples(
  series: SeriesView,
  latest: SeriesNow | undefined,
  now: number,
  hours: number,
): Curve {
  const [curve, setCurve] = useState(NOTHING);
  const follower = useRef<Follower | null>(null);
  const { station, quantity } = series;
  const begun = useApp((state) => state.world.begun);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a world that began anew has another history
  useEffect(() => {
    setCurve(NOTHING);
    const mine = followCurve({ station, quantity, hours }, LINE, setCurve);
    follower.current = mine;
    return mine.close;
  }, [station, quantity, hours, begun]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one that begins is told at once what time is shown
  useEffect(
    () => follower.current?.at(now, latest),
    [now, latest, station, quantity, hours, begun],
  );
  return curve;
}

export function SampleTable({
  list,
  unit,
  now,
}: {
  list: SampleView[];
  unit: string;
  now: number;
}) {
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
