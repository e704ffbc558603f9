// Lines of the ledger in words: what is kept quiet, and by what.
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName } from "../../i18n/words";
import { highest, type LedgerRow } from "../../state/ledger";
import type { County } from "../../state/world";
import type { Matcher, SuppressionView } from "../../wire/view";
import { stationName } from "../situations/situationWords";
import { areaName } from "../stations/townships";

function station(county: County, id: string): string {
  return say(county.stations.get(id)?.name) || id;
}

/** `暴雨 · 羽林街道 · 到黄色 Ⅲ`. */
export function matcherWords(county: County, matcher: Matcher): string {
  const parts = [
    matcher.hazard ? hazardName(matcher.hazard) : "",
    matcher.station ? station(county, matcher.station) : "",
    matcher.township ? areaName(county, "township", matcher.township) : "",
    matcher.catchment ? areaName(county, "catchment", matcher.catchment) : "",
    matcher.rule ? i18n.t("规则 {rule}", { rule: matcher.rule }) : "",
    i18n.t("到{level}", { level: levelName(highest(matcher)) }),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** What a suppression keeps quiet. */
export function coverWords(county: County, one: SuppressionView): string {
  if (one.matcher) return matcherWords(county, one.matcher);
  if (one.kind === "inhibited")
    return i18n.t("{n} 条，因为 {source} 已在报警", {
      n: one.matches.length,
      source: stationName(county, county.alarms.get(one.alarm ?? "")) || (one.alarm ?? ""),
    });
  if (one.alarm) {
    const alarm = county.alarms.get(one.alarm);
    return alarm ? `${stationName(county, alarm)} ${say(alarm.title)}` : i18n.t("已结束的报警");
  }
  return one.stations.map((id) => station(county, id)).join(i18n.t("、")) || one.id;
}

/** The same for any line of the ledger, also those that follow from alarms. */
export function rowWords(county: County, row: LedgerRow): string {
  if (row.suppression) return coverWords(county, row.suppression);
  const alarm = row.alarm ? county.alarms.get(row.alarm) : undefined;
  switch (row.kind) {
    case "flood":
      return i18n.t("汇总模式：只有新红色和新乡镇会响");
    case "flapping":
      return i18n.t("{place}，不稳 {n} 次，已按最重级报过一次", {
        place: stationName(county, alarm),
        n: alarm?.swings ?? 0,
      });
    default:
      return i18n.t("{n} 条，因为 {source} 已在报警", {
        n: row.matches.length,
        source: stationName(county, alarm) || i18n.t("另一条报警"),
      });
  }
}

/** The work order of a maintenance; a dash where none is known. */
export function orderWords(order: string | null | undefined): string {
  return order ? i18n.t("工单 {ticket}", { ticket: order }) : "—";
}

/** What ends it when no clock does. */
export function endWords(row: LedgerRow): string {
  switch (row.kind) {
    case "inhibited":
      return i18n.t("随源头结束");
    case "out_of_service":
      return i18n.t("直到恢复使用");
    case "flood":
      return i18n.t("降到 5 条以下");
    default:
      return i18n.t("没有期限");
  }
}
