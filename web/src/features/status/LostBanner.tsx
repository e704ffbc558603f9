// What stands between this desk and the server: a line that is lost, a press that was refused.
import { hms, span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { whySentence } from "../../i18n/words";
import { useApp } from "../../state/store";
import { useMono } from "../clock/useNow";

/** A short gap is not worth a banner, ms. */
const PATIENCE = 2_500;

export function LostBanner() {
  const connection = useApp((state) => state.connection);
  const heartbeat = useApp((state) => state.world.heartbeat);
  const seq = useApp((state) => state.world.seq);
  const mono = useMono();
  if (connection.phase !== "lost" || mono - connection.since < PATIENCE) return null;
  const gone = span(mono - connection.since);
  const last = heartbeat ? hms(heartbeat.nowMs) : "--:--:--";
  return (
    <div className="banner" role="alert" data-testid="lost-banner">
      {i18n.t("与服务器断开 {gone}，画面停在 {last}", { gone, last })}
      <p>
        {i18n.t("序号 {seq}。正在重连，第 {tries} 次。此时按下的操作留在本机，连上后送出。", {
          seq: seq.toLocaleString("en-US"),
          tries: connection.tries,
        })}
      </p>
    </div>
  );
}

/** The last press the server refused, with its sentence, for a minute of this machine's time. */
export function RefusedLine() {
  const outbox = useApp((state) => state.outbox);
  useMono();
  const last = outbox.filter((one) => one.state === "refused").at(-1);
  if (!last || Date.now() - last.at > 60_000) return null;
  return (
    <div role="alert" data-testid="refused">
      {i18n.t("没有生效：")}
      {whySentence(last.why ?? "")}
    </div>
  );
}
