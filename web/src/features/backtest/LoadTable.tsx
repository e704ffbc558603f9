// How loud the worst hour would have been for the desk.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { BacktestReport } from "../../wire/backtest";

export function LoadTable({ report, now }: { report: BacktestReport; now: number }) {
  const sides = [
    ["A", report.a.load],
    ["B", report.b?.load ?? null],
  ] as const;
  if (!sides.some(([, load]) => load)) return null;
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("最忙的一小时")}</h2>
      </div>
      <table data-testid="trial-load">
        <thead>
          <tr>
            <th style={{ width: 28 }} />
            <th>{i18n.t("从")}</th>
            <th className="r">{i18n.t("级别变化")}</th>
            <th className="r">{i18n.t("新报警")}</th>
            <th className="r">{i18n.t("态势")}</th>
            <th className="r">{i18n.t("响几次")}</th>
          </tr>
        </thead>
        <tbody>
          {sides.map(([side, load]) =>
            load ? (
              <tr key={side}>
                <td>{side}</td>
                <td>{stamp(load.begin, now)}</td>
                <td className="r">{load.all.transitions}</td>
                <td className="r">{load.all.alarms}</td>
                <td className="r">{load.all.situations}</td>
                <td className="r">
                  <b>{load.all.annunciations}</b>
                </td>
              </tr>
            ) : null,
          )}
        </tbody>
      </table>
    </>
  );
}
