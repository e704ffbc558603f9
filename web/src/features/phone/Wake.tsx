// Whether a page wakes this phone, and what does not work where the address is not encrypted.
import type { Waking } from "../../actions/wake";
import { i18n } from "../../i18n/i18n";
import type { WakeState } from "./useWaking";

/** One verb that turns waking on and off, or the sentence that says why it cannot be. */
export function Wake({ waking: { state, failed, press } }: { waking: WakeState }) {
  if (state === null) return null;
  if (state === "insecure") {
    return (
      <p className="s" style={{ padding: "0 16px" }} data-testid="insecure">
        {i18n.t(
          "这个地址没有加密（不是 HTTPS），所以没信号时打不开本页，不能推送叫醒，也可能不能拍照定位。",
        )}{" "}
        <a href="/trust">{i18n.t("怎样让这台手机用加密地址")}</a>
      </p>
    );
  }
  const able = state === "on" || state === "off" || state === "unsure";
  return (
    <button
      type="button"
      className="verb wide"
      disabled={!able}
      onClick={press}
      data-testid="wake"
      data-state={state}
    >
      <b>{state === "on" ? i18n.t("不再叫醒这台手机") : i18n.t("有消息时叫醒这台手机")}</b>
      <small>{failed ? i18n.t("没有办成，请在有信号时再按一次。") : wakeWords(state)}</small>
    </button>
  );
}

function wakeWords(state: Waking): string {
  switch (state) {
    case "on":
      return i18n.t("县里已确认。有任务或呼叫时会弹出通知。");
    case "unsure":
      return i18n.t("县里还没有确认，现在叫不醒这台手机。有信号时自己再试，也可以按一下。");
    case "denied":
      return i18n.t("浏览器里禁止了通知，请在手机设置里允许。");
    case "unable":
      return i18n.t("这个浏览器不能推送。");
    default:
      return i18n.t("按一下，并允许通知。");
  }
}
