// The foot of the left zone: what makes no noise now, the soonest to end first.
import { useMemo } from "react";
import { i18n } from "../../i18n/i18n";
import { quietName } from "../../i18n/words";
import { endingSoon, ledger } from "../../state/ledger";
import type { County } from "../../state/world";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { Left } from "./Left";
import { rowWords } from "./ledgerWords";

const SHOWN = 5;

export function QuietPanel({ county }: { county: County }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const rows = useMemo(() => ledger(county), [county]);
  const toggle = () => move(desk.view === "ledger" ? { to: "map" } : { to: "ledger" });
  useKeys({ m: toggle });
  const ending = endingSoon(rows, now);
  const waiting = rows.filter((row) => row.waits).length;
  return (
    <section className="p quiet greys" data-testid="quiet-panel">
      <button type="button" className="pt rowbtn" onClick={toggle} data-testid="open-ledger">
        <h2>{i18n.t("当前不响的")}</h2>
        <span className="i2">{rows.length}</span>
        <span className="g" />
        {waiting > 0 ? (
          <span className="tag inv">{i18n.t("{n} 条等人同意", { n: waiting })}</span>
        ) : null}
        {ending > 0 ? (
          <span className="tag inv">{i18n.t("{n} 条快到期", { n: ending })}</span>
        ) : null}
        <kbd>M</kbd>
      </button>
      <div className="quietrows">
        {rows.length === 0 ? (
          <p className="line i3">{i18n.t("没有。所有报警都会响。")}</p>
        ) : (
          rows.slice(0, SHOWN).map((row) => (
            <button
              key={row.id}
              type="button"
              className="line rowbtn"
              onClick={() => move({ to: "ledger", entry: row.id })}
            >
              <span className="s i3 nw kind">{quietName(row.kind)}</span>
              <span className="g el">{rowWords(county, row)}</span>
              <Left row={row} now={now} />
            </button>
          ))
        )}
        {rows.length > SHOWN ? (
          <p className="line s i3">{i18n.t("另有 {n} 条在台账里", { n: rows.length - SHOWN })}</p>
        ) : null}
      </div>
    </section>
  );
}
