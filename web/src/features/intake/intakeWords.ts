// Words about how readings come in.
import { limit } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { InterfaceView, Refusal } from "../../wire/site";

export const REFUSALS: readonly Refusal[] = [
  "malformed",
  "unknown",
  "future",
  "oversized",
  "conflict",
];

export function refusalName(kind: Refusal): string {
  switch (kind) {
    case "malformed":
      return i18n.t("读不懂");
    case "unknown":
      return i18n.t("没有这个站");
    case "future":
      return i18n.t("时间超前");
    case "oversized":
      return i18n.t("太大");
    case "conflict":
      return i18n.t("和已有的值不同");
  }
}

/** The same of one message: what a person wrote back is no reading. */
export function refusedName({ kind, topic }: { kind: Refusal; topic: string }): string {
  if (!topic.startsWith("replies/")) return refusalName(kind);
  return kind === "unknown" ? i18n.t("回信：不知道是谁、回哪一条") : i18n.t("回信：看不懂");
}

/** What whoever looks after the station should do about it. */
export function refusalAdvice(kind: Refusal): string {
  switch (kind) {
    case "malformed":
      return i18n.t("对照下面的原文改报文：缺的字段、单位、小数位数。");
    case "unknown":
      return i18n.t("核对站号和要素；新站请管理员先导入。");
    case "future":
      return i18n.t("站上的钟快了，请校时。");
    case "oversized":
      return i18n.t("一条报文只放一个读数。");
    case "conflict":
      return i18n.t("同一时刻先到的值有效；更正请把修订号加一。");
  }
}

export function lateWords({ late }: InterfaceView): string {
  return late.kind === "discard"
    ? i18n.t("迟到的只存不算")
    : i18n.t("迟到 {span} 内照算", { span: limit(late.within_ms) });
}

export function refusedCount({ counts }: InterfaceView): number {
  return REFUSALS.reduce((sum, kind) => sum + counts.refused[kind], 0);
}
