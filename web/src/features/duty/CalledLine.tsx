// Somebody calls the very person at this desk: a line that stays until they have answered.
import { answerCall } from "../../actions/duty";
import { i18n } from "../../i18n/i18n";
import { ownCalls } from "../../state/rollcall";
import { ownHand } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Due } from "../commands/Due";
import { callName } from "./dutyWords";

export function CalledLine({ county, now }: { county: County; now: number }) {
  const me = useApp(ownHand);
  const outbox = useApp((state) => state.outbox);
  if (!me) return null;
  // A call about a situation is answered by acknowledging it, unless everybody has to say so.
  const mine = ownCalls(county, me).filter(
    ({ about, run }) => !("situation" in about) || county.runs.get(run)?.confirm_all === true,
  );
  const [call] = mine;
  if (!call) return null;
  const busy = outbox.some((one) => one.subject.page === call.page && one.state !== "refused");
  return (
    <div className="called" role="alert" data-testid="called">
      <b>{callName(county, call)}</b>
      <Due at={call.at} now={now} />
      <button
        type="button"
        className="btn sm pri"
        disabled={busy}
        onClick={() => void answerCall(call.page, true)}
        data-testid="called-here"
      >
        {busy
          ? i18n.t("正在送到服务器…")
          : "roll_call" in call.about
            ? i18n.t("我在")
            : i18n.t("收到")}
      </button>
      {mine.length > 1 ? (
        <span className="s">{i18n.t("另有 {n} 个", { n: mine.length - 1 })}</span>
      ) : null}
    </div>
  );
}
