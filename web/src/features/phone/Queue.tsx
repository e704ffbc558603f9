// Everything pressed on this phone, each with its own state. Nothing here is ever dropped.
import { kickOutbox, letPhotoGo, pressAgain } from "../../actions/act";
import { age, hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { factName } from "../../i18n/words";
import { isUnderWay, tasksOf } from "../../state/select";
import { type Pending, type Sending, useApp } from "../../state/store";
import { Empty } from "../../ui/Panel";
import type { Fact } from "../../wire/view";
import { placeWords, takenWords } from "../marks/shotWords";
import { proofOfPhoto } from "./photoWords";
import { PROOF_CLASS, proofOfPress } from "./proof";
import { Room } from "./Room";

export function Queue({ person }: { person: string }) {
  const outbox = useApp((state) => state.outbox);
  const world = useApp((state) => state.world);
  const tasks = tasksOf(world, person);
  const sending = useApp((state) => state.photos);
  const waiting = outbox.filter(isUnderWay);
  const photos = sending.filter(isUnderWay).length;
  const title = (press: Pending) => {
    const own = tasks.find(({ task }) => task.id === press.subject.task);
    return own ? say(own.command.title) : "";
  };
  return (
    <>
      <div className="read" data-testid="queue">
        <div className="head">
          <h1>
            {photos > 0
              ? i18n.t("待发 {n}，照片 {photos}", { n: waiting.length, photos })
              : i18n.t("待发 {n}", { n: waiting.length })}
          </h1>
          <p className="i2">{i18n.t("都在手机里，不会丢，不会重复。有信号自动发。")}</p>
          <Room />
        </div>
        {outbox.length === 0 ? <Empty title={i18n.t("还没有按过什么。")} /> : null}
        {[...sending].reverse().map((photo) => (
          <PhotoItem
            key={photo.id}
            photo={photo}
            report={outbox.find((one) => one.op === photo.of)}
          />
        ))}
        {[...outbox]
          .reverse()
          .filter(isTold)
          .map((press) => {
            const proof = proofOfPress(press);
            return (
              <div
                key={press.op}
                className="qitem"
                data-testid="queue-item"
                data-state={press.state}
                data-fact={press.subject.fact}
              >
                <span className="s i2">{hm(press.engineAt ?? press.at)}</span>
                <span>
                  <b>
                    {factName({
                      fact: (press.subject.fact ?? "issued") as Fact["fact"],
                      percent: press.subject.percent ?? 0,
                    })}
                  </b>{" "}
                  {title(press)}
                  <br />
                  <span className="s i2">
                    {press.state === "waiting" || press.state === "stuck"
                      ? i18n.t("等了 {age}，试过 {tries} 次", {
                          age: age(Date.now() - press.at),
                          tries: press.tries,
                        })
                      : ""}
                  </span>
                </span>
                <span className={PROOF_CLASS[proof.state]}>{proof.words}</span>
                {press.state === "refused" ? (
                  <button
                    type="button"
                    className="verb wide"
                    onClick={() => pressAgain(press.op)}
                    data-testid="press-again"
                  >
                    <b>{i18n.t("再发一次")}</b>
                    <small>{i18n.t("县里没有收：{why}", { why: proof.words })}</small>
                  </button>
                ) : null}
              </div>
            );
          })}
      </div>
      {waiting.length + photos > 0 ? (
        <div className="verbs">
          <button
            type="button"
            className="verb wide next"
            onClick={kickOutbox}
            data-testid="try-now"
          >
            <b>{i18n.t("现在再试")}</b>
            <small>{i18n.t("不按也会自己试")}</small>
          </button>
        </div>
      ) : null}
    </>
  );
}

/** What the phone says by itself is nobody's press, and stays out of the list once it is received. */
function isTold({ state, subject }: Pending): boolean {
  const own = subject.fact === "delivered" || subject.action === "see_page";
  return !own || state !== "received";
}

function PhotoItem({ photo, report }: { photo: Sending; report: Pending | undefined }) {
  const reported = !report || report.state === "received" || report.state === "refused";
  const proof = proofOfPhoto(photo, reported);
  const part = photo.size > 0 ? photo.received / photo.size : 0;
  return (
    <div className="qitem" data-testid="queue-photo" data-state={photo.state}>
      <span className="s i2">{hm(report?.engineAt ?? photo.at)}</span>
      <span>
        <b>{photo.video ? i18n.t("录像") : i18n.t("照片")}</b>
        <br />
        <span className="s i2">
          {takenWords(photo.taken)}
          <br />
          {placeWords(photo.place)}
        </span>
        {isUnderWay(photo) ? (
          <progress
            className="far"
            max={100}
            value={Math.round(part * 100)}
            aria-label={i18n.t("已到县里的部分")}
          />
        ) : null}
      </span>
      <span className={PROOF_CLASS[proof.state]}>{proof.words}</span>
      {photo.state === "refused" ? (
        <button
          type="button"
          className="verb wide"
          onClick={() => letPhotoGo(photo.id)}
          data-testid="photo-let-go"
        >
          <b>{i18n.t("知道了，删掉这张")}</b>
          <small>{i18n.t("不按就一直留在手机里")}</small>
        </button>
      ) : null}
    </div>
  );
}
