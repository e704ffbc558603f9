// Dated events of the time, and how early each run told of them.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { BacktestReport } from "../../wire/backtest";
import type { Level } from "../../wire/view";
import { Mark } from "../marks/Mark";
import { leadWords } from "./trialWords";

const SHOWN = 100;

export function EventTable({ report, now }: { report: BacktestReport; now: number }) {
  const events = report.a.events.filter((one) => one.stations > 0);
  if (events.length === 0) return null;
  const other = new Map(report.b?.events.map((one) => [one.id, one]));
  const told = (lead: number | null | undefined) =>
    lead === null || lead === undefined ? <b>{i18n.t("没有报")}</b> : leadWords(lead);
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("事件")}</h2>
        <span className="i2">{events.length}</span>
      </div>
      <table data-testid="trial-events">
        <colgroup>
          <col style={{ width: 104 }} />
          <col />
          <col style={{ width: 120 }} />
          {report.b ? <col style={{ width: 120 }} /> : null}
        </colgroup>
        <thead>
          <tr>
            <th>{i18n.t("时间")}</th>
            <th>{i18n.t("什么事")}</th>
            <th className="r">A</th>
            {report.b ? <th className="r">B</th> : null}
          </tr>
        </thead>
        <tbody>
          {events.slice(0, SHOWN).map((one) => (
            <tr key={one.id}>
              <td>{stamp(one.time, now)}</td>
              <td className="wrap">
                {one.rank ? <Mark level={one.rank as Level} size={14} /> : null} {one.area}{" "}
                <span className="i2">{one.text}</span>
              </td>
              <td className="r">{told(one.lead_ms)}</td>
              {report.b ? <td className="r">{told(other.get(one.id)?.lead_ms)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
      {events.length > SHOWN ? (
        <p className="line i3">{i18n.t("另有 {n} 件", { n: events.length - SHOWN })}</p>
      ) : null}
    </>
  );
}
