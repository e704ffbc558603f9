// How often each level was reached in both runs, when first and where, and how that fits the events.
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { type TallyRow, tallies } from "../../state/backtest";
import type { County } from "../../state/world";
import type { BacktestReport, LevelTally } from "../../wire/backtest";
import type { Level } from "../../wire/view";
import { Mark } from "../marks/Mark";
import { leadWords } from "./trialWords";

/** Columns with their widths; the one without takes what is left. */
const WIDTHS: [string, number][] = [
  ["level", 100],
  ["side", 36],
  ["raises", 52],
  ["stations", 60],
  ["first", 0],
];
const JUDGED_WIDTHS: [string, number][] = [
  ...WIDTHS,
  ["hits", 40],
  ["false", 44],
  ["missed", 54],
  ["lead", 108],
];

interface TallyTableProps {
  county: County;
  report: BacktestReport;
  rule: string | null;
  now: number;
}

export function TallyTable({ county, report, rule, now }: TallyTableProps) {
  const all = tallies(report, rule);
  const rows = all.filter(({ a, b }) => a.raises > 0 || (b?.raises ?? 0) > 0 || missed(a) > 0);
  const quiet = all.filter((row) => !rows.includes(row));
  const judged = all.some(({ a }) => a.events || a.followed);
  const place = (id: string | null) => (id ? say(county.stations.get(id)?.name) || id : "");
  const line = (row: TallyRow, side: "a" | "b") => {
    const own = side === "a" ? row.a : row.b;
    if (!own) return null;
    const other = side === "a" ? row.b : row.a;
    const differs = other !== null && (own.raises !== other.raises || own.first !== other.first);
    return (
      <tr key={`${row.level}/${side}`} data-testid="tally" data-level={row.level} data-side={side}>
        <td>
          {side === "a" ? (
            <span className="f">
              <Mark level={row.level as Level} size={14} />
              {levelName(row.level as Level)}
            </span>
          ) : null}
        </td>
        <td>{side.toUpperCase()}</td>
        <td className="r">{differs && side === "b" ? <b>{own.raises}</b> : own.raises}</td>
        <td className="r">{own.stations}</td>
        <td>
          {own.first ? stamp(own.first, now) : "—"}{" "}
          <span className="i3">{place(own.first_station)}</span>
        </td>
        {judged ? <Judged own={own} /> : null}
      </tr>
    );
  };
  return (
    <>
      <div className="widetable">
        <table className="tallies">
          <colgroup>
            {(judged ? JUDGED_WIDTHS : WIDTHS).map(([name, width]) => (
              <col key={name} style={width ? { width } : {}} />
            ))}
          </colgroup>
          <thead>
            <tr>
              <th>{i18n.t("级别")}</th>
              <th />
              <th className="r">{i18n.t("次数")}</th>
              <th className="r">{i18n.t("站数")}</th>
              <th>{i18n.t("第一次")}</th>
              {judged ? (
                <>
                  <th className="r">{i18n.t("命中")}</th>
                  <th className="r">{i18n.t("误报")}</th>
                  <th className="r">{i18n.t("漏报")}</th>
                  <th className="r">{i18n.t("提前（居中）")}</th>
                </>
              ) : null}
            </tr>
          </thead>
          <tbody>{rows.flatMap((row) => [line(row, "a"), line(row, "b")])}</tbody>
        </table>
      </div>
      {quiet.length > 0 ? (
        <p className="line i3">
          {i18n.t("{levels}：没有报", {
            levels: quiet.map((row) => levelName(row.level as Level)).join(i18n.t("、")),
          })}
        </p>
      ) : null}
      {judged ? null : (
        <p className="line i3">{i18n.t("这段时间没有记下的事件，所以没有命中、误报和提前量。")}</p>
      )}
    </>
  );
}

function missed(tally: LevelTally): number {
  return tally.events?.missed ?? 0;
}

/** Hits, false alarms, misses and lead: against events, or of forecasts against what came. */
function Judged({ own }: { own: LevelTally }) {
  const { events, followed } = own;
  return (
    <>
      <td className="r">{events?.confirmed ?? followed?.followed ?? "—"}</td>
      <td className="r">{events?.false_alarms ?? followed?.not_followed ?? "—"}</td>
      <td className="r">{events ? events.missed : "—"}</td>
      <td className="r">{leadWords(events?.median_lead_ms ?? followed?.median_lead_ms ?? null)}</td>
    </>
  );
}
