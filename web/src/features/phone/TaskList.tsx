import { hm, span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { factName, levelName, personPost, stageName } from "../../i18n/words";
import { isClosed } from "../../state/select";
import { useApp } from "../../state/store";
import { Empty } from "../../ui/Panel";
import type { CommandView, Fact, PersonView, StepKind, TaskView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { Mark } from "../marks/Mark";
import { PositionLine } from "./PositionLine";
import { PROOF_CLASS, proofOfPress } from "./proof";

export interface Own {
  command: CommandView;
  task: TaskView;
}

interface TaskListProps {
  me: PersonView;
  tasks: Own[];
  /** Some of them are told where their person is. */
  told: boolean;
  onOpen: (id: string) => void;
}

export function TaskList({ me, tasks, told, onOpen }: TaskListProps) {
  const shelved = useApp((state) => state.shelved);
  const open = tasks.filter(({ task }) => !isClosed(task));
  return (
    <>
      <div className="read" data-testid="task-list">
        <div className="head">
          <h1>{i18n.t("我的任务 {n}", { n: open.length })}</h1>
          <p className="i2">
            {me.name} · {personPost(me)}
          </p>
          {shelved ? <p className="s i2">{i18n.t("这是手机里存的，连上后更新。")}</p> : null}
        </div>
        {tasks.length === 0 ? (
          <Empty title={i18n.t("现在没有你的任务。")}>
            {i18n.t("有新任务会自动出现，请保持这个页面可以打开。")}
          </Empty>
        ) : (
          tasks.map((own) => <TaskRow key={own.task.id} own={own} onOpen={onOpen} />)
        )}
      </div>
      {told ? <PositionLine open /> : null}
    </>
  );
}

function TaskRow({ own: { command, task }, onOpen }: { own: Own; onOpen: (id: string) => void }) {
  const now = useNow();
  const outbox = useApp((state) => state.outbox);
  const live = useApp((state) => state.connection.phase === "live");
  const last = outbox
    .filter((one) => one.subject.task === task.id && one.subject.fact !== "delivered")
    .at(-1);
  const proof = last ? proofOfPress(last) : null;
  // What the county has is its own word; what it has not is told beside it, by name.
  const owed = last && last.state !== "received" ? last.subject : null;
  const closed = isClosed(task);
  const left = task.next && now > 0 ? Date.parse(task.next.at) - now : null;
  return (
    <button
      type="button"
      className={`trow${closed ? " closed" : ""}`}
      onClick={() => onOpen(task.id)}
      data-testid="task-row"
      data-command={command.id}
      data-stage={task.stage}
    >
      <Mark
        level={command.level}
        size={40}
        ring={closed ? "none" : task.stage === "issued" ? "un" : "ack"}
      />
      <span className="col">
        <b className="el">{say(command.title)}</b>
        <span className="s i2">
          {levelName(command.level)} · {i18n.t("{time} 下达", { time: hm(command.issued) })}
        </span>
        <span className="s">
          {i18n.t("现在：{stage}", { stage: stageName(task.stage, task.percent) })}{" "}
          {proof && !owed ? <span className={PROOF_CLASS[proof.state]}>{proof.words}</span> : null}
        </span>
        {proof && owed?.fact ? (
          <span className="s" data-testid="row-owed">
            {i18n.t("你按了：{fact}", {
              fact: factName({ fact: owed.fact as Fact["fact"], percent: owed.percent ?? 0 }),
            })}{" "}
            <span className={PROOF_CLASS[proof.state]}>{proof.words}</span>
          </span>
        ) : null}
        {left !== null && !closed && task.next ? (
          <span className="s">
            {live ? awaited(task.next.step) : dueBy(task.next.step, hm(task.next.at))}{" "}
            {!live ? null : left >= 0 ? (
              span(left)
            ) : (
              <span className="tag inv">{i18n.t("已过 {span}", { span: span(-left) })}</span>
            )}
          </span>
        ) : null}
      </span>
    </button>
  );
}

/** What the next automatic step waits for, as said to the person it waits for. */
function awaited(step: StepKind): string {
  switch (step) {
    case "remind":
    case "substitute":
    case "tell_desk":
      return i18n.t("请应答，还有");
    case "update_due":
      return i18n.t("请报进展，还有");
    case "arrive_due":
      return i18n.t("请到场，还有");
    case "done_due":
      return i18n.t("请完成，还有");
    case "verify_due":
      return i18n.t("等县里核实");
    case "move_due":
      return i18n.t("请出发，还有");
    case "crew_warning":
    case "crew_critical":
      return i18n.t("请报平安，还有");
  }
}

/** The same while the county is not heard: its clock stands still here, so no time that is left is told. */
function dueBy(step: StepKind, time: string): string {
  switch (step) {
    case "remind":
    case "substitute":
    case "tell_desk":
      return i18n.t("请在 {time} 前应答", { time });
    case "update_due":
      return i18n.t("请在 {time} 前报进展", { time });
    case "arrive_due":
      return i18n.t("请在 {time} 前到场", { time });
    case "done_due":
      return i18n.t("请在 {time} 前完成", { time });
    case "verify_due":
      return i18n.t("等县里核实");
    case "move_due":
      return i18n.t("请在 {time} 前出发", { time });
    case "crew_warning":
    case "crew_critical":
      return i18n.t("请在 {time} 前报平安", { time });
  }
}
