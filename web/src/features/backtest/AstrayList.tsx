// What of the record had no place in a run: it is counted and told, and nothing is put in its stead.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName, whySentence } from "../../i18n/words";
import { isAstray } from "../../state/calltrial";
import type { County } from "../../state/world";
import type { CallReport } from "../../wire/backtest";

interface AstrayListProps {
  county: County;
  report: CallReport;
  now: number;
}

export function AstrayList({ county, report, now }: AstrayListProps) {
  const sides = [
    ["A", report.a],
    ["B", report.b],
  ] as const;
  const astray = sides.filter(([, one]) => isAstray(one));
  if (astray.length === 0) return null;
  return (
    <section data-testid="astray">
      <div className="pt">
        <h2>{i18n.t("记录里用不上的")}</h2>
      </div>
      {astray.map(([side, { astray: own }]) => (
        <div key={side}>
          <p className="line">
            {i18n.t("{side}：回执和应答 {receipts} 条，按键 {presses} 次，读数 {readings} 条", {
              side,
              receipts: own.receipts,
              presses: own.presses,
              readings: own.readings,
            })}
          </p>
          {own.refused.map((one) => (
            <p className="line i2" key={`${one.at}/${one.by}`} data-testid="refused-press">
              {stamp(one.at, now)} {personName(county.people.get(one.by), one.by)}
              {i18n.t("：")}
              {whySentence(one.why)}
            </p>
          ))}
        </div>
      ))}
      <p className="line i3">
        {i18n.t("它们回答的叫应在那一遍里没有，或者还没有叫；不拿别的顶替，只记数。")}
      </p>
    </section>
  );
}
