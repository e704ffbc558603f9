// The hydrograph of one series with its threshold lines, and the same numbers as a table.
import { useEffect, useMemo, useRef, useState } from "react";
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
          {i18n.t("报警本身不受影响；连上服务器后再打开。")}
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
  // Readings heard since the history was fetched stay in it. Kept while it is drawn: see the bar of time.
  if (list && list !== history) setHistory(list);
  return { list, failed };
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
