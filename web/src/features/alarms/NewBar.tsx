import { i18n } from "../../i18n/i18n";
import { levelCounts } from "../../state/select";
import { Counts } from "../marks/Mark";

interface NewBarProps {
  /** The alarms behind the new rows. */
  rows: Parameters<typeof levelCounts>[0];
  count: number;
  show: () => void;
}

/** New rows wait here, below the list, while a hand is on it: not even this bar moves a row. */
export function NewBar({ rows, count, show }: NewBarProps) {
  if (count === 0) return null;
  return (
    <button type="button" className="newbar" onClick={show} data-testid="new-bar">
      <b>{i18n.t("有 {n} 条新的", { n: count })}</b>
      <Counts counts={levelCounts(rows)} />
      <span className="g" />
      <kbd>N</kbd>
    </button>
  );
}
