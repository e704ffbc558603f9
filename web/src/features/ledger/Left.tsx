// How long something stays quiet: counted down; inverted in its last ten minutes, when it is ours to act.
import { hm, span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { isEnding, type LedgerRow, leftOf } from "../../state/ledger";
import { endWords } from "./ledgerWords";

export function Left({ row, now }: { row: LedgerRow; now: number }) {
  if (row.waits) return <span className="tag inv">{i18n.t("等人同意")}</span>;
  const left = leftOf(row, now);
  if (left === null || row.until === null) return <span className="s i3">{endWords(row)}</span>;
  const ending = isEnding(row, now);
  return (
    <span className={`due${ending ? " past" : ""}`}>
      {ending ? span(left) : hm(row.until)}
      {ending ? <span className="vh">{i18n.t("后到期")}</span> : null}
    </span>
  );
}
