// Why a person cannot press here: the role, or that what is shown is not now.
import { i18n } from "../../i18n/i18n";
import { isPast } from "../../state/select";
import { store } from "../../state/store";

/** `role` is the reason that holds while live is shown. */
export function whyNot(role: string): string {
  return isPast(store.get()) ? i18n.t("复盘里不能操作，也不叫任何人") : role;
}
