import { i18n } from "../../i18n/i18n";
import { type Kind, VERBS, type Verb } from "../../state/line";

/** The verb as it is written into the line, in the language in force. */
export function verbWord(verb: Verb): string {
  const [zh = verb, en = verb] = VERBS[verb];
  return i18n.locale === "en" ? en : zh;
}

/** What a verb does, for whoever sees it for the first time. */
export function verbDoes(verb: Verb): string {
  switch (verb) {
    case "ack":
      return i18n.t("打开态势或报警，到确认那一步");
    case "call":
      return i18n.t("打开这个人：电话和代记");
    case "order":
      return i18n.t("开始一条指令，给谁已填好");
    case "silence":
      return i18n.t("开始一条静默，范围已填好");
    case "open":
      return i18n.t("打开态势、报警、指令、站或人");
    case "go":
      return i18n.t("换到另一页");
    case "station":
      return i18n.t("在地图上看一个站");
    case "person":
      return i18n.t("看一个人和他的通道");
  }
}

export function kindName(kind: Kind): string {
  switch (kind) {
    case "situation":
      return i18n.t("一个态势");
    case "alarm":
      return i18n.t("一条报警");
    case "person":
      return i18n.t("一个人");
    case "command":
      return i18n.t("一条指令");
    case "group":
      return i18n.t("一个组");
    case "page":
      return i18n.t("一页");
    case "station":
      return i18n.t("一个站");
  }
}
