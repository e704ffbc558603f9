// How sure single numbers of a rule are, said beside them.
import { i18n } from "../../i18n/i18n";
import { certaintySentence } from "../../i18n/words";
import type { Graded, RuleNumber, RuleView } from "../../wire/view";

/** The number that begins each level. */
export const LEVEL_NUMBERS: RuleNumber[] = ["blue", "yellow", "orange", "red"];

/** Numbers that are surer, or less sure, than the rule; an older server sends none. */
export function gradesOf(rule: RuleView): Graded[] {
  return rule.grades ?? [];
}

/** The grade beside a number that has one of its own; what is to be confirmed first stands out. */
export function Grade({ rule, number }: { rule: RuleView; number: RuleNumber | undefined }) {
  const graded = gradesOf(rule).find((one) => one.number === number);
  if (!graded) return null;
  const words = certaintySentence(graded.certainty);
  const said = graded.basis ? `${words} · ${graded.basis}` : words;
  return (
    <abbr
      className={`tag${graded.certainty === "t" ? " inv" : " ln"}`}
      title={said}
      aria-label={said}
      data-testid="grade"
    >
      {graded.certainty.toUpperCase()}
    </abbr>
  );
}

/** Which numbers are to be confirmed before operation though the rule as a whole is sure; else nothing. */
export function gradesSentence(rule: RuleView): string {
  const names = gradesOf(rule)
    .filter((one) => one.certainty === "t" && rule.certainty !== "t")
    .map((one) => numberName(one.number));
  return names.length === 0
    ? ""
    : ` · ${i18n.t("{numbers}：T，使用前须确认", { numbers: names.join("、") })}`;
}

export function numberName(number: RuleNumber): string {
  switch (number) {
    case "blue":
      return i18n.t("蓝色");
    case "yellow":
      return i18n.t("黄色");
    case "orange":
      return i18n.t("橙色");
    case "red":
      return i18n.t("红色");
    case "measure":
      return i18n.t("看多长、看多远");
    case "deadband":
      return i18n.t("死区");
    case "on_delay":
      return i18n.t("持续多久才报");
    case "off_delay":
      return i18n.t("回落多久才算完");
    case "min_hold":
      return i18n.t("至少保持");
    case "doubtful_up_to":
      return i18n.t("可疑读数最多报到");
  }
}
