// The words on notices of the locked phone, left where the service worker finds them, in the language of this phone.
import { useEffect } from "react";
import { leaveNoticeWords } from "../../actions/wake";
import { i18n, useLocale } from "../../i18n/i18n";

/** By verb of a notice, and by how a press on it stands. */
export function noticeWords(): Record<string, string> {
  return {
    accept: i18n.t("收到，接受"),
    help: i18n.t("需要支援"),
    noted: i18n.t("知道了"),
    heard: i18n.t("收到"),
    cannot: i18n.t("我不行"),
    here: i18n.t("我在"),
    kept: i18n.t("记在手机里，还没送到县里"),
    received: i18n.t("县里已收到"),
    refused: i18n.t("县里没有收下，点开看原因"),
  };
}

export function useNoticeWords(): void {
  const locale = useLocale();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another language has other words
  useEffect(() => void leaveNoticeWords(noticeWords()), [locale]);
}
