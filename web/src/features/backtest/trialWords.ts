// Words of a back-test: what B does otherwise, why a number cannot be tried.
import { limit } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { Flaw, Judgement } from "../../state/backtest";
import type { BacktestMovement } from "../../wire/backtest";

export function movementName(movement: BacktestMovement): string {
  switch (movement) {
    case "new":
      return i18n.t("多报");
    case "gone":
      return i18n.t("不再报");
    case "earlier":
      return i18n.t("提前");
    case "later":
      return i18n.t("推后");
  }
}

/** `早 14 分钟`, `晚 2 小时`. */
export function shiftWords(ms: number | null): string {
  if (ms === null) return "";
  const words = lasting(Math.abs(ms));
  return ms < 0 ? i18n.t("早 {words}", { words }) : i18n.t("晚 {words}", { words });
}

/** A span in whole minutes, in hours from three hours on. */
export function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 180) return limit(minutes * 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return i18n.t("{h} 小时 {m} 分", { h: hours, m: minutes % 60 });
  return i18n.t("{n} 天", { n: Math.round(hours / 24) });
}

/** From the rule's word to the event: `提前 40 分钟`, `迟到 5 分钟`. */
export function leadWords(ms: number | null): string {
  if (ms === null) return "—";
  const words = lasting(Math.abs(ms));
  return ms < 0 ? i18n.t("迟到 {words}", { words }) : i18n.t("提前 {words}", { words });
}

export function judgedWords(judged: Exclude<Judgement, null>): string {
  return judged === "hit" ? i18n.t("命中") : i18n.t("误报");
}

export function flawWords(flaw: Flaw): string {
  switch (flaw) {
    case "no_number":
      return i18n.t("不是一个数");
    case "too_fine":
      return i18n.t("小数位太多");
  }
}
