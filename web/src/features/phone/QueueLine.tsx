// Always on top of the phone: in touch or not, how much waits here, how old the oldest is, last sync.
import { age, hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { isUnderWay } from "../../state/select";
import { useApp } from "../../state/store";
import { useMono } from "../clock/useNow";

export function QueueLine({ onOpen }: { onOpen: () => void }) {
  const connection = useApp((state) => state.connection);
  const outbox = useApp((state) => state.outbox);
  const heartbeat = useApp((state) => state.world.heartbeat);
  const ready = useApp((state) => state.outboxReady);
  useMono();
  const photos = useApp((state) => state.photos).filter(isUnderWay);
  const waiting = outbox.filter(isUnderWay);
  const live = connection.phase === "live";
  const oldest = waiting[0];
  const stuck = [...waiting, ...photos].some((one) => one.state === "stuck");
  const words = live
    ? i18n.t("县里在线")
    : connection.phase === "connecting"
      ? i18n.t("正在连接")
      : connection.phase === "unauthorised"
        ? i18n.t("请重新登录")
        : i18n.t("没有信号");
  return (
    <button
      type="button"
      className={`qline${live && !stuck ? "" : " inv"}`}
      onClick={onOpen}
      data-testid="queue-line"
      data-phase={connection.phase}
      data-waiting={waiting.length}
      data-photos={photos.length}
      data-ready={ready}
    >
      <b>{words}</b>
      <span className="g" />
      <span className="s nw">
        {photos.length > 0
          ? i18n.t("待发 {n} · 照片 {photos}", { n: waiting.length, photos: photos.length })
          : i18n.t("待发 {n}", { n: waiting.length })}
        {oldest ? ` · ${i18n.t("最早 {age}", { age: age(Date.now() - oldest.at) })}` : ""}
        {heartbeat ? ` · ${i18n.t("同步 {time}", { time: hm(heartbeat.nowMs) })}` : ""}
      </span>
    </button>
  );
}
