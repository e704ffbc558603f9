// Everything pressed on this phone, each with its own state. Nothing here is ever dropped.
import { kickOutbox } from "../../actions/act";
import { age, hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { factName } from "../../i18n/words";
import { tasksOf } from "../../state/select";
import { type Pending, useApp } from "../../state/store";
import { Empty } from "../../ui/Panel";
import type { Fact } from "../../wire/view";
import { PROOF_CLASS, proofOfPress } from "./proof";

export function Queue({ person }: { person: string }) {
  const outbox = useApp((state) => state.outbox);
  const world = useApp((state) => state.world);
  const tasks = tasksOf(world, person);
  const waiting = outbox.filter((one) => one.state !== "received" && one.state !== "refused");
  const photos = waiting.reduce((sum, one) => sum + one.photos, 0);
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
        </div>
        {outbox.length === 0 ? <Empty title={i18n.t("还没有按过什么。")} /> : null}
        {[...outbox].reverse().map((press) => {
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
                  {press.photos > 0 ? ` · ${i18n.t("照片 {n} 张", { n: press.photos })}` : ""}
                </span>
              </span>
              <span className={PROOF_CLASS[proof.state]}>{proof.words}</span>
            </div>
          );
        })}
      </div>
      {waiting.length > 0 ? (
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
