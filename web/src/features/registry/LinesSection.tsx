// The lines in force on a station, each with where its number is written, and what it was and will be.
import { Fragment } from "react";
import { instantOf } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import {
  alsoFrom,
  type Cells,
  type History,
  histories,
  resetFor,
  sourceOf,
} from "../../state/registry";
import type { SeriesView, ThresholdView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { Past } from "./Past";
import { Change, type SectionProps } from "./section";

const BY = ["rule", "station", "level"];

export function LinesSection({ station, rows, admin, onEdit }: SectionProps) {
  const now = useNow();
  const { move } = useDesk();
  const all = histories(rows, BY, now, instantOf);
  const lines = station.series.flatMap((series) =>
    series.thresholds.map((line) => ({ series, line })),
  );
  const ask = (line: ThresholdView, series: SeriesView, history: History, own: boolean) => {
    const row = history.rows[Math.max(0, history.now)];
    if (!row) return;
    const cells = { raise: row.raise ?? "", reset: row.reset ?? "" };
    const follow = (next: Cells, column: string): Cells =>
      column === "raise" ? { ...next, reset: resetFor(row, next.raise ?? "") } : next;
    onEdit({
      title: i18n.t("改{name}：{station}", {
        name: `${say(line.title)} ${levelName(line.level)}`,
        station: station.id,
      }),
      fields: [
        { column: "raise", label: i18n.t("到多少就报（{unit}）", { unit: series.unit }) },
        { column: "reset", label: i18n.t("回到多少才算完（{unit}）", { unit: series.unit }) },
      ],
      dated: true,
      follow,
      edit: own
        ? { kind: "thresholds", row, cells }
        : alsoFrom("thresholds", row, { ...cells, station: station.id, valid_from: "" }),
      ...(own
        ? {}
        : {
            note: i18n.t("现在用的是对所有站的那一行；这里改了，只有这个站另用自己的数。"),
          }),
    });
  };
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("在判的线")}</h2>
        <span className="i2">{lines.length}</span>
      </div>
      {lines.length === 0 ? (
        <p className="line">
          <b>{i18n.t("没有任何规则看着这个站。")}</b>
        </p>
      ) : null}
      {lines.map(({ series, line }) => {
        const source = sourceOf(all, line.rule, line.level, station.id);
        return (
          <Fragment key={`${series.quantity}/${line.rule}/${line.level}`}>
            <div className="line center" data-testid="line-row" data-rule={line.rule}>
              <Mark level={line.level} size={14} />
              <span className="g">
                <b>{say(line.title)}</b>
                <br />
                <span className="s i2">
                  {source
                    ? source.own
                      ? i18n.t("本站的一行")
                      : i18n.t("对所有站的一行")
                    : i18n.t("写在规则里，或由特征值算出")}
                </span>
              </span>
              <span className="r nw">
                {line.below ? "≤" : "≥"} <b>{line.raise}</b> {series.unit}
                <br />
                <span className="s i3">{i18n.t("复位 {reset}", { reset: line.reset })}</span>
              </span>
              {source ? (
                <Change
                  admin={admin}
                  name={`${say(line.title)} ${levelName(line.level)}`}
                  onPress={() => ask(line, series, source.history, source.own)}
                />
              ) : (
                <button
                  type="button"
                  className="link s"
                  onClick={() => move({ to: "rules", rule: line.rule })}
                >
                  {i18n.t("看规则")}
                </button>
              )}
            </div>
            {source ? <Past history={source.history} column="raise" unit={series.unit} /> : null}
          </Fragment>
        );
      })}
    </>
  );
}
