// Pages the line can go to, by their names in both languages.
import { i18n } from "../../i18n/i18n";
import type { DeskMove } from "../desk/desk";

interface Page {
  id: string;
  name: () => string;
  words: readonly string[];
  move: DeskMove;
}

export const PAGES: readonly Page[] = [
  { id: "map", name: () => i18n.t("地图"), words: ["指挥", "地图", "map"], move: { to: "map" } },
  {
    id: "unanswered",
    name: () => i18n.t("谁还没有应答"),
    words: ["未应答", "谁还没有应答", "unanswered", "silent"],
    move: { to: "unanswered" },
  },
  {
    id: "incidents",
    name: () => i18n.t("应急事件"),
    words: ["应急事件", "事件", "决策", "incidents"],
    move: { to: "incidents" },
  },
  {
    id: "ledger",
    name: () => i18n.t("台账"),
    words: ["台账", "不响的", "ledger", "quiet"],
    move: { to: "ledger" },
  },
  {
    id: "duty",
    name: () => i18n.t("值班"),
    words: ["值班", "在岗", "duty"],
    move: { to: "duty", tab: "now" },
  },
  {
    id: "roll",
    name: () => i18n.t("点名"),
    words: ["点名", "一键点名", "roll call"],
    move: { to: "duty", tab: "roll" },
  },
  {
    id: "handover",
    name: () => i18n.t("交接班"),
    words: ["交接班", "交班", "接班", "handover"],
    move: { to: "duty", tab: "handover" },
  },
  {
    id: "contacts",
    name: () => i18n.t("通道"),
    words: ["通道", "联系方式", "contacts", "channels"],
    move: { to: "duty", tab: "contacts" },
  },
  {
    id: "rules",
    name: () => i18n.t("规则"),
    words: ["规则", "rules"],
    move: { to: "rules" },
  },
  {
    id: "events",
    name: () => i18n.t("险情和气象预警"),
    words: ["险情和气象预警", "天气", "events", "weather"],
    move: { to: "events" },
  },
  {
    id: "stations",
    name: () => i18n.t("站点"),
    words: ["站点", "stations"],
    move: { to: "stations" },
  },
  {
    id: "intake",
    name: () => i18n.t("接口"),
    words: ["接口", "拒收", "隔离区", "interfaces", "refused"],
    move: { to: "intake" },
  },
  {
    id: "report",
    name: () => i18n.t("复盘"),
    words: ["复盘", "报告", "report"],
    move: { to: "report" },
  },
  {
    id: "backtest",
    name: () => i18n.t("推演"),
    words: ["推演", "假如", "backtest", "what if"],
    move: { to: "backtest" },
  },
  {
    id: "keys",
    name: () => i18n.t("按键表"),
    words: ["按键表", "帮助", "keys", "help"],
    move: { to: "dialog", dialog: "keys" },
  },
];
