// Losses in words: items with their units, stages, why something may be counted twice, what a form lacks.
import { i18n } from "../../i18n/i18n";
import type { Flaw, Refusal } from "../../state/losses";
import type { County } from "../../state/world";
import type { CaseKind, LossItem, LossStage, PossibleDouble } from "../../wire/view";
import { areaName } from "../stations/townships";

export function itemName(item: LossItem): string {
  switch (item) {
    case "affected":
      return i18n.t("受灾");
    case "dead":
      return i18n.t("死亡");
    case "missing":
      return i18n.t("失踪");
    case "injured":
      return i18n.t("受伤");
    case "relocated":
      return i18n.t("转移安置");
    case "in_need":
      return i18n.t("需救助");
    case "homes_collapsed":
      return i18n.t("倒塌住房");
    case "homes_damaged":
      return i18n.t("损坏住房");
    case "crops":
      return i18n.t("农作物");
    case "money":
      return i18n.t("直接损失");
  }
}

export function unitName(item: LossItem): string {
  switch (item) {
    case "homes_collapsed":
    case "homes_damaged":
      return i18n.t("户");
    case "crops":
      return i18n.t("公顷");
    case "money":
      return i18n.t("万元");
    case "affected":
    case "dead":
    case "missing":
    case "injured":
    case "relocated":
    case "in_need":
      return i18n.t("人");
  }
}

export function stageName(stage: LossStage): string {
  switch (stage) {
    case "first":
      return i18n.t("初报");
    case "follow_up":
      return i18n.t("续报");
    case "verified":
      return i18n.t("核报");
    case "correction":
      return i18n.t("更正");
  }
}

/** A version by its stage and its number among those. */
export function versionName(stage: LossStage, nth: number): string {
  return stage === "first" || (stage === "verified" && nth === 1)
    ? stageName(stage)
    : `${stageName(stage)} ${nth}`;
}

export function caseName(kind: CaseKind): string {
  switch (kind) {
    case "dead":
      return i18n.t("死亡");
    case "missing":
      return i18n.t("失踪");
    case "home":
      return i18n.t("倒房");
  }
}

/** Why a stage may not come now. */
export function refusalWords(refusal: Refusal): string {
  switch (refusal) {
    case "verified":
      return i18n.t("已经核报，只能更正。");
    case "reporter":
      return i18n.t("你报过这个乡镇的数，要由别人核报。");
    case "first":
      return i18n.t("先要有初报。");
    case "unverified":
      return i18n.t("核报以后才有更正。");
  }
}

export function flawWords(flaw: Flaw): string {
  switch (flaw) {
    case "number":
      return i18n.t("有的数字不对：只填数字，公顷和万元最多两位小数。");
    case "nothing":
      return i18n.t("至少填一个数，没有损失填 0。");
    case "case":
      return i18n.t("台账每条要写村；撤下的要写理由。");
    case "above":
      return i18n.t("台账里的人或户比填的数多。");
    case "short":
      return i18n.t("核报时，死亡、失踪、倒房每一个都要在台账里。");
    case "note":
      return i18n.t("数字下调或更正，要写说明。");
    case "photos":
      return i18n.t("响应级事件，每版要有至少三张照片。");
  }
}

/** What may be counted twice, with the other side. */
export function doubleWords(county: County, incident: string, row: PossibleDouble): string {
  const here = areaName(county, "township", row.township);
  const there = areaName(county, "township", row.other_township);
  const outside = row.other_incident !== incident;
  switch (row.kind) {
    case "same_name":
      return outside
        ? i18n.t("{here} 与另一事件的 {there}：两条个案同名", { here, there })
        : i18n.t("{here} 与 {there}：两条个案同名", { here, there });
    case "same_village":
      return i18n.t("{here} 与 {there}：列了同一个村", { here, there });
    case "other_incident":
      return i18n.t("{here}：另一个事件也报了这个乡镇", { here });
  }
}

/** A name or reason that stands outside the journal: on its way, what it says, or gone for good. */
export function sealedWords(texts: ReadonlyMap<string, string | null>, seal: string): string {
  return texts.has(seal) ? (texts.get(seal) ?? i18n.t("已抹除")) : "…";
}
