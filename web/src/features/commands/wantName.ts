import { i18n } from "../../i18n/i18n";
import type { Want } from "../../state/obligations";

/** Why a person is wanted, in a word. */
export function wantName(want: Want): string {
  switch (want) {
    case "help":
      return i18n.t("要帮助");
    case "conflict":
      return i18n.t("说法不一");
    case "declined":
      return i18n.t("拒绝");
    case "gave_up":
      return i18n.t("叫不应");
    case "overdue":
      return i18n.t("逾期");
    case "verify":
      return i18n.t("待核实");
    case "silent":
      return i18n.t("未应答");
    case "crew":
      return i18n.t("没有报平安");
    case "crossed":
      return i18n.t("撤销后还在做");
    case "end_unseen":
      return i18n.t("没看到撤销");
    case "clock":
      return i18n.t("过时限");
  }
}
