// The numbers of one rule with a field beside each: "50 instead of 60" is typed here.
import { limit } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { boundKey, crossed, type Edits, flawOf, isShared } from "../../state/backtest";
import type { RuleBoundView, RuleView } from "../../wire/view";
import { Mark } from "../marks/Mark";
import { flawWords } from "./trialWords";

interface BoundTableProps {
  rule: RuleView;
  /** As this station has them, or all of them. */
  bounds: readonly RuleBoundView[];
  edits: Edits;
  onEdit: (edits: Edits) => void;
}

export function BoundTable({ rule, bounds, edits, onEdit }: BoundTableProps) {
  const over = crossed({ ...rule, bounds: [...bounds] }, edits);
  const set = (key: string, typed: string) => onEdit(new Map(edits).set(key, typed));
  return (
    <>
      <table className="bounds" data-testid="bounds">
        <thead>
          <tr>
            <th>{i18n.t("级别")}</th>
            <th className="r">{i18n.t("现在")}</th>
            <th className="r">{i18n.t("试一试")}</th>
          </tr>
        </thead>
        <tbody>
          {bounds.map((bound) => {
            const key = boundKey(bound);
            const typed = edits.get(key) ?? "";
            const flaw = flawOf(typed, bound);
            const name = `${levelName(bound.level)} ${windowName(bound)}`.trim();
            return (
              <tr key={key}>
                <td>
                  <span className="f">
                    <Mark level={bound.level} size={14} />
                    {name}
                  </span>
                </td>
                <td className="r">{numbers(bound)}</td>
                <td className="r">
                  <input
                    className="in num"
                    inputMode="decimal"
                    value={typed}
                    placeholder={isShared(bound) ? bound.lowest : "±"}
                    aria-label={
                      isShared(bound)
                        ? i18n.t("{name}改成", { name })
                        : i18n.t("{name}各站加减", { name })
                    }
                    aria-invalid={flaw !== null}
                    onChange={(event) => set(key, event.target.value)}
                    data-testid={`bound-${key}`}
                  />
                  {flaw ? <b className="s flaw">{flawWords(flaw)}</b> : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {bounds.some((bound) => !isShared(bound)) ? (
        <p className="s i2">
          {i18n.t("各站的数不同的那几行，填加减多少，例如 -0.20；选一个站就能直接填新的数。")}
        </p>
      ) : null}
      {over.length > 0 ? (
        <p className="s" role="status">
          <b>
            {i18n.t("{levels}开始得不比轻一级的晚，轻的那一级就看不到了。", {
              levels: over.map(levelName).join(i18n.t("、")),
            })}
          </b>
        </p>
      ) : null}
    </>
  );
}

function numbers(bound: RuleBoundView): string {
  if (isShared(bound)) return `${bound.lowest} ${bound.unit}`;
  return `${bound.lowest}–${bound.highest} ${bound.unit}`;
}

export function windowName(bound: RuleBoundView): string {
  return bound.window_ms === null ? "" : limit(bound.window_ms);
}
