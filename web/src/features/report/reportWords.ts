// Names of a report's parts, and what it is called.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { ReportAsk, ReportForm, ReportSheet } from "../../state/report";
import type { County } from "../../state/world";
import type { ReportSection } from "../../wire/report";

export function sectionName(section: ReportSection): string {
  switch (section) {
    case "summary":
      return i18n.t("概况");
    case "course":
      return i18n.t("经过");
    case "response":
      return i18n.t("响应与到达");
    case "loss":
      return i18n.t("转移与损失");
    case "lessons":
      return i18n.t("问题与建议");
  }
}

export function sheetName(sheet: ReportSheet): string {
  switch (sheet) {
    case "keys":
      return i18n.t("关键时刻");
    case "figures":
      return i18n.t("计数");
    case "alarms":
      return i18n.t("报警");
    case "tasks":
      return i18n.t("任务");
    case "facts":
      return i18n.t("回执");
    case "calls":
      return i18n.t("叫应");
    case "steps":
      return i18n.t("叫应步骤");
    case "channels":
      return i18n.t("通知渠道");
    case "clocks":
      return i18n.t("时限");
    case "decisions":
      return i18n.t("决策");
    case "course":
      return i18n.t("经过");
    case "readings":
      return i18n.t("读数");
    case "villages":
      return i18n.t("转移清点");
    case "losses":
      return i18n.t("灾情报告");
    case "entries":
      return i18n.t("数字出处");
  }
}

export function formName(form: ReportForm): string {
  switch (form) {
    case "docx":
      return i18n.t("DOCX（可编辑）");
    case "pdf":
      return "PDF";
    case "page":
    case "fragment":
      return i18n.t("网页");
    case "json":
      return "JSON";
    case "geojson":
      return "GeoJSON";
    case "csv":
      return "CSV";
  }
}

/** What a report is about, in a line. */
export function askName(
  ask: ReportAsk,
  county: County,
  texts: ReadonlyMap<string, string>,
  now: number,
): string {
  if (ask.kind === "interval") return `${stamp(ask.from, now)} – ${stamp(ask.to, now)}`;
  const incident = county.incidents.get(ask.id);
  return (incident && texts.get(incident.title)) ?? i18n.t("应急事件");
}
