// One task on the phone: what is asked on top, the verbs below, each with its own proof.
import { useEffect, useState } from "react";
import { wantTexts } from "../../actions/read";
import { report } from "../../actions/tasks";
import { hm, limit, span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { factName, levelName, personName, personPost, stageName } from "../../i18n/words";
import { isClosed, isUnderWay, isWithdrawn } from "../../state/select";
import { useApp } from "../../state/store";
import { Button } from "../../ui/Button";
import type { PersonView, TaskView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { Mark } from "../marks/Mark";
import { placeWords } from "../marks/shotWords";
import { PositionLine } from "./PositionLine";
import { proofOfPhoto } from "./photoWords";
import { PROOF_CLASS, proofOf } from "./proof";
import type { Own } from "./TaskList";
import { useSeen } from "./useReceipts";
import { Verbs } from "./Verbs";

export function TaskPage({
  own,
  issuer,
  onBack,
}: {
  own: Own;
  issuer: PersonView | null;
  onBack: () => void;
}) {
  const { command, task } = own;
  const now = useNow();
  const wording = useApp((state) => state.texts.get(command.wording));
  const [more, setMore] = useState(false);
  const live = useApp((state) => state.connection.phase === "live");
  useEffect(() => {
    if (live) wantTexts([command.wording, ...task.facts.map((fact) => fact.note)]);
  }, [live, command.wording, task.facts]);
  useSeen(task);
  return (
    <div
      className="col"
      style={{ flex: 1 }}
      data-testid="task-page"
      data-task={task.id}
      data-stage={task.stage}
    >
      <div className="read">
        <div className="head f" style={{ alignItems: "flex-start" }}>
          <Mark level={command.level} size={52} ring={task.stage === "issued" ? "un" : "ack"} />
          <div className="g">
            <h1>{say(command.title)}</h1>
            <p className="s i2">
              {levelName(command.level)} · {stageName(task.stage, task.percent)}
            </p>
          </div>
          <Button small onPress={onBack} testId="back">
            {i18n.t("返回")}
          </Button>
        </div>
        <Ended own={own} />
        {isWithdrawn(task) ? null : <Returned own={own} />}
        <p style={{ padding: "12px 16px" }} data-testid="task-wording">
          {wording ?? i18n.t("正文还没有取到，有信号会自动取。")}
        </p>
        {isClosed(task) || command.cancelled !== null ? null : <Clocks own={own} now={now} />}
        <div className="kv">
          <span className="k">{i18n.t("联系谁")}</span>
          <span>
            {personName(issuer, command.by)} <span className="s i2">{personPost(issuer)}</span>
          </span>
          {issuer?.phone ? (
            <a href={`tel:${issuer.phone.replaceAll(" ", "")}`}>{issuer.phone}</a>
          ) : (
            <span />
          )}
        </div>
        <PhotoLine task={task} />
        <button
          type="button"
          className="kv"
          style={{ width: "100%" }}
          onClick={() => setMore(!more)}
          aria-expanded={more}
        >
          <span className="k">{i18n.t("经过")}</span>
          <span>{i18n.t("{n} 条", { n: task.facts.length })}</span>
          <span>{more ? "▴" : "▾"}</span>
        </button>
        {more
          ? task.facts.map((fact, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: facts are only ever added
              <div key={place} className="kv s">
                <span className="k">{hm(fact.at)}</span>
                <span>{factName(fact)}</span>
                <span />
              </div>
            ))
          : null}
      </div>
      <PositionLine open={!isClosed(task)} />
      <Verbs own={own} />
    </div>
  );
}

/** Pictures of this task that are still in this phone, or were refused. */
function PhotoLine({ task }: { task: TaskView }) {
  const outbox = useApp((state) => state.outbox);
  const photos = useApp((state) => state.photos).filter((one) => one.task === task.id);
  return photos
    .filter((one) => one.state !== "received")
    .map((photo) => {
      const report = outbox.find((one) => one.op === photo.of);
      const proof = proofOfPhoto(photo, !report || !isUnderWay(report));
      return (
        <div key={photo.id} className="kv" data-testid="task-photo" data-state={photo.state}>
          <span className="k">{photo.video ? i18n.t("录像") : i18n.t("照片")}</span>
          <span className="s i2">{placeWords(photo.place)}</span>
          <span className={PROOF_CLASS[proof.state]}>{proof.words}</span>
        </div>
      );
    });
}

function Clocks({ own: { command, task }, now }: { own: Own; now: number }) {
  const { clocks } = command;
  // While the county is not heard its clock stands still here: when is still true, how long no more.
  const live = useApp((state) => state.connection.phase === "live");
  const issued = Date.parse(command.issued);
  const answered = task.facts.some((fact) => fact.fact === "accepted" || fact.fact === "declined");
  const arrived = task.facts.some((fact) => fact.fact === "on_scene");
  const done = task.stage === "done" || task.stage === "verified";
  const lines: [string, number | null][] = [
    [i18n.t("应答"), answered || clocks.ack_by_ms === null ? null : issued + clocks.ack_by_ms],
    [
      i18n.t("到场"),
      arrived || done || clocks.arrive_by_ms === null ? null : issued + clocks.arrive_by_ms,
    ],
    [i18n.t("完成"), done || clocks.done_by_ms === null ? null : issued + clocks.done_by_ms],
  ];
  return (
    <>
      {lines.map(([name, at]) =>
        at === null ? null : (
          <div key={name} className="kv">
            <span className="k">{name}</span>
            <span>{i18n.t("{time} 前", { time: hm(at) })}</span>
            {!live ? (
              <span />
            ) : at >= now ? (
              <b>{span(at - now)}</b>
            ) : (
              <span className="tag inv">{i18n.t("已过 {span}", { span: span(now - at) })}</span>
            )}
          </div>
        ),
      )}
      {clocks.update_every_ms !== null && answered && !done ? (
        <div className="kv">
          <span className="k">{i18n.t("下次要报")}</span>
          <span>
            {task.next?.step === "update_due" ? hm(task.next.at) : ""}{" "}
            <span className="s i2">
              {i18n.t("每 {time}一次", { time: limit(clocks.update_every_ms) })}
            </span>
          </span>
          <span />
        </div>
      ) : null}
    </>
  );
}

function endSentence(task: TaskView): string {
  switch (task.stage) {
    case "superseded":
      return i18n.t("这条指令已被新的取代。请看新的任务。");
    case "reassigned":
      return i18n.t("这件任务已交给别人。你不用再做。");
    case "verified":
      return i18n.t("指令后来撤销了。你这一件已经核实，算数，不用再做什么。");
    case "done":
      return i18n.t("指令撤销了。你报的完成县里留着，不用再做什么。");
    case "declined":
      return i18n.t("指令撤销了。你没有接，不用再做什么。");
    default:
      return i18n.t("前一条指令作废。请原地待命，等下一条。");
  }
}

/** That the task, or its command, is over for this person, in the words of how it came to that. */
export function Ended({ own: { command, task } }: { own: Own }) {
  const outbox = useApp((state) => state.outbox);
  if (!isWithdrawn(task) && command.cancelled === null) return null;
  // What was through before is not taken back, and nothing of it needs to be noted.
  if (!isWithdrawn(task) && !task.end_unseen) {
    return (
      <div className="head" role="status" data-testid="command-ended">
        <b>{endSentence(task)}</b>
      </div>
    );
  }
  const proof = proofOf(task, "cancel_seen", outbox);
  // An answer that crossed the end asks for the receipt again.
  const again = task.crossed && proof.state === "received";
  return (
    <div className="bad" role="alert">
      <b>{endSentence(task)}</b>
      <p className="s">
        {task.crossed
          ? i18n.t("你按下时它已经结束，你不在线。你报的都留着，没有丢。")
          : i18n.t("你在没有信号时按下的都留着，没有丢。")}
      </p>
      {proof.state === "none" || again ? (
        <Button
          onPress={() => void report({ task: task.id, fact: { fact: "cancel_seen" } })}
          testId="cancel-seen"
        >
          {i18n.t("看到撤销了")}
        </Button>
      ) : (
        <span className="s">{proof.words}</span>
      )}
    </div>
  );
}

/** The last answer of the verifier was no: why, in their words. */
function Returned({ own: { task } }: { own: Own }) {
  const turns = task.facts.filter((fact) => fact.fact === "rejected" || fact.fact === "done");
  const last = turns.at(-1);
  const note = useApp((state) => (last?.note ? state.texts.get(last.note) : undefined));
  if (last?.fact !== "rejected") return null;
  return (
    <div className="bad">
      <b>{i18n.t("县里退回了，请接着做。")}</b>
      {note ? <p>“{note}”</p> : null}
    </div>
  );
}
