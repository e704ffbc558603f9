// Deadbands and delays of one rule with a field in place of each: asked for less often than the bounds.
import { i18n } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { bandFlaw, bandKey, clockKey, delayFlaw, type Edits, HOLD } from "../../state/backtest";
import type { RuleBoundView, RuleView } from "../../wire/view";
import { Mark } from "../marks/Mark";
import { windowName } from "./BoundTable";
import { flawWords } from "./trialWords";

interface ClockTableProps {
  rule: RuleView;
  edits: Edits;
  onEdit: (edits: Edits) => void;
}

export function ClockTable({ rule, edits, onEdit }: ClockTableProps) {
  const set = (key: string, typed: string) => onEdit(new Map(edits).set(key, typed));
  const keys = rule.bounds.flatMap((one) => [
    bandKey(one),
    clockKey("on", one.level),
    clockKey("off", one.level),
  ]);
  const touched = [...keys, HOLD].some((key) => (edits.get(key) ?? "").trim() !== "");
  const first = (bound: RuleBoundView) =>
    rule.bounds.find((one) => one.level === bound.level) === bound;
  const minutes = (ms: number | undefined) => String(Math.round((ms ?? 0) / 600) / 100);
  const field = (key: string, known: string, label: string, flaw: (typed: string) => boolean) => (
    <input
      className="in num"
      inputMode="decimal"
      value={edits.get(key) ?? ""}
      placeholder={known}
      aria-label={label}
      aria-invalid={flaw(edits.get(key) ?? "")}
      onChange={(event) => set(key, event.target.value)}
      data-testid={`clock-${key}`}
    />
  );
  const delay = (key: string, ms: number | undefined, label: string) =>
    field(key, minutes(ms), label, (typed) => delayFlaw(typed) !== null);
  const flawed = [
    ...rule.bounds.map((one) => bandFlaw(edits.get(bandKey(one)) ?? "", one)),
    ...keys.filter((key) => !key.endsWith("/band")).map((key) => delayFlaw(edits.get(key) ?? "")),
    delayFlaw(edits.get(HOLD) ?? ""),
  ].find((flaw) => flaw !== null);
  return (
    <details className="clocks" open={touched || undefined} data-testid="clocks">
      <summary>{i18n.t("回差和延时")}</summary>
      <table className="bounds">
        <thead>
          <tr>
            <th>{i18n.t("级别")}</th>
            <th className="r">{i18n.t("回差")}</th>
            <th className="r">{i18n.t("起报要持续（分）")}</th>
            <th className="r">{i18n.t("解除要持续（分）")}</th>
          </tr>
        </thead>
        <tbody>
          {rule.bounds.map((bound) => {
            const { level } = bound;
            const name = `${levelName(level)} ${windowName(bound)}`.trim();
            return (
              <tr key={bandKey(bound)}>
                <td>
                  <span className="f">
                    <Mark level={level} size={14} />
                    {name}
                  </span>
                </td>
                <td className="r">
                  {field(
                    bandKey(bound),
                    bound.deadband ?? "—",
                    i18n.t("{name}的回差改成", { name }),
                    (typed) => bandFlaw(typed, bound) !== null,
                  )}
                </td>
                <td className="r">
                  {first(bound)
                    ? delay(
                        clockKey("on", level),
                        rule.on_delay_ms[level - 1],
                        i18n.t("{name}起报要持续几分钟", { name }),
                      )
                    : null}
                </td>
                <td className="r">
                  {first(bound)
                    ? delay(
                        clockKey("off", level),
                        rule.off_delay_ms[level - 1],
                        i18n.t("{name}解除要持续几分钟", { name }),
                      )
                    : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="f">
        <span className="g">{i18n.t("报警至少保持（分）")}</span>
        {delay(HOLD, rule.min_hold_ms, i18n.t("报警至少保持几分钟"))}
      </p>
      {flawed ? <b className="s flaw">{flawWords(flawed)}</b> : null}
      <p className="s i3">{i18n.t("灰字是现在的数。延时对这条规则的全部站，不分站。")}</p>
    </details>
  );
}
