// The other rows about the same thing: what held before, and what will hold from a day on.
import { i18n } from "../../i18n/i18n";
import type { History } from "../../state/registry";
import { usePast } from "../clock/usePast";

interface PastProps {
  history: History;
  column: string;
  unit: string;
}

export function Past({ history, column, unit }: PastProps) {
  const past = usePast();
  if (history.rows.length < 2) return null;
  return (
    <ul className="past" data-testid="past">
      {history.rows.map((row, place) => (
        <li key={row.valid_from || "always"} className={place === history.now ? "" : "i3"}>
          {row.valid_from
            ? i18n.t("{day} 起 {value} {unit}", {
                day: row.valid_from,
                value: row[column] ?? "",
                unit,
              })
            : i18n.t("最初 {value} {unit}", { value: row[column] ?? "", unit })}
          {place === history.now
            ? ` · ${past ? i18n.t("那时") : i18n.t("现在")}`
            : place < history.now || history.now < 0
              ? ` · ${i18n.t("还没有到日子")}`
              : ""}
          {row.source ? <span className="i3"> · {row.source}</span> : null}
        </li>
      ))}
    </ul>
  );
}
