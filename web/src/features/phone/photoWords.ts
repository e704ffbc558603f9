// How far a picture is on its way.
import { hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { whySentence } from "../../i18n/words";
import type { Sending } from "../../state/store";
import type { Proof } from "./proof";

/** `640 KB`, `1.2 MB`. */
export function bytes(n: number): string {
  return n < 1_000_000 ? `${Math.ceil(n / 1_000)} KB` : `${(n / 1_000_000).toFixed(1)} MB`;
}

/** One picture on its way; never "sent" before the county has it. */
export function proofOfPhoto(photo: Sending, reported: boolean): Proof {
  if (photo.state === "received") {
    const time = photo.receivedAt;
    const words =
      time === null ? i18n.t("县里已收到") : i18n.t("县里已收到 {time}", { time: hm(time) });
    return { state: "received", words };
  }
  if (photo.state === "refused") return { state: "refused", words: whySentence(photo.why ?? "") };
  const far = { sent: bytes(photo.received), size: bytes(photo.size) };
  if (photo.state === "stuck")
    return { state: "stuck", words: i18n.t("卡住，还在试 {sent} / {size}", far) };
  if (!reported) return { state: "waiting", words: i18n.t("等那条报告先到") };
  return photo.received === 0
    ? { state: "waiting", words: i18n.t("待发 {size}", far) }
    : { state: "waiting", words: i18n.t("已到 {sent} / {size}", far) };
}
