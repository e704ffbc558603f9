// What a head-count still lacks: people, names, or both; nothing of what it does not lack.
import { i18n } from "../../i18n/i18n";

export function shortWords({ people, names }: { people: number; names: number }): string {
  const parts = [
    people > 0 ? i18n.t("{n} 人", { n: people }) : "",
    names > 0 ? i18n.t("{n} 个名字", { n: names }) : "",
  ];
  return parts.filter(Boolean).join(i18n.t("、"));
}
