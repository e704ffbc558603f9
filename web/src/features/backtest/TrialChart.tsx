// The hydrograph of one difference: when A spoke, when B spoke, on the line that both looked at.
import { useEffect, useMemo, useState } from "react";
import { samples } from "../../actions/read";
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { instantsOf, intervalOf, type Row } from "../../state/backtest";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { BacktestReport } from "../../wire/backtest";
import type { SampleView } from "../../wire/view";
import { SampleTable } from "../alarms/Hydrograph";
import { HydroPlot, type TimeMark } from "../alarms/HydroPlot";

interface TrialChartProps {
  county: County;
  report: BacktestReport;
  row: Row;
  now: number;
}

export function TrialChart({ county, report, row, now }: TrialChartProps) {
  const [table, setTable] = useState(false);
  const [list, setList] = useState<SampleView[] | null>(null);
  const [failed, setFailed] = useState(false);
  const station = county.stations.get(row.station);
  const series = station?.series.find((one) => one.quantity === row.quantity);
  const interval = useMemo(() => intervalOf(row), [row]);
  const marks = useMemo<TimeMark[]>(() => {
    const both = instantsOf(report, row);
    const mark = (side: "A" | "B", begin: string, own: string | null): TimeMark => ({
      at: Date.parse(begin),
      word: begin === own ? `${side} ${hm(begin)}` : "",
      strong: side === "B" || report.b === null,
    });
    return [
      ...both.a.map((one) => mark("A", one.begin, row.a)),
      ...both.b.map((one) => mark("B", one.begin, row.b)),
    ];
  }, [report, row]);
  useEffect(() => {
    let gone = false;
    const { from, to } = interval;
    samples(row.station, row.quantity, new Date(from), new Date(to))
      .then((found) => !gone && setList(found))
      .catch(() => !gone && setFailed(true));
    return () => {
      gone = true;
    };
  }, [row.station, row.quantity, interval]);
  if (!series) return <Empty title={i18n.t("这个站现在已经不在站网里，没有过程线。")} />;
  return (
    <section className="hydro trialchart" aria-label={say(station?.name)} data-testid="trial-chart">
      <div className="pf" style={{ background: "var(--bg-2)" }}>
        <b>
          {say(station?.name)} · {say(series.title)} {series.unit}
        </b>
        <span className="el">{report.b ? i18n.t("虚线是 A 报的时刻，实线是 B 报的时刻") : ""}</span>
        <span className="g" />
        <Chip on={table} onPress={() => setTable(!table)}>
          {i18n.t("表")}
        </Chip>
      </div>
      {failed ? (
        <Empty title={i18n.t("取不到过程线。")} />
      ) : list === null ? (
        <Empty title={i18n.t("正在取过程线…")} />
      ) : list.length === 0 ? (
        <Empty title={i18n.t("这段时间没有数据。")} />
      ) : table ? (
        <SampleTable list={list} unit={series.unit} now={now} />
      ) : (
        <HydroPlot list={list} series={series} interval={interval} marks={marks} />
      )}
    </section>
  );
}
