// Why a question to the server came to nothing, as a sentence.
import { Refused } from "../../actions/session";
import { i18n, locale } from "../../i18n/i18n";

/** The sentence of a refusal in the language in force, or that nobody answered. */
export function failure(error: unknown): string {
  if (error instanceof Refused) return locale() === "en" ? error.body.en : error.body.zh;
  return i18n.t("服务器没有应答，什么都没有改。");
}
