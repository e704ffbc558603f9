// What a person can say about their task. Fixed places, the next expected one filled; each shows under
// its own name whether the county has it.
import { useState } from "react";
import { report } from "../../actions/tasks";
import { span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { crewName } from "../../i18n/words";
import { isClosed, isUnderWay } from "../../state/select";
import { type Pending, useApp } from "../../state/store";
import { useHold } from "../../ui/useHold";
import type { CrewKind, CrewView, FactName, Field, Stage, TaskView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { CountSheet } from "./CountSheet";
import { NOTHING, PROOF_CLASS, type Proof, proofOf } from "./proof";
import { DeclineSheet, DoneSheet, ProgressSheet } from "./sheets";
import type { Own } from "./TaskList";

/** How long "need help" is held, ms: long enough for no accident, short enough for a cold hand. */
const HELP_HOLD = 1_000;
type Open = "progress" | "done" | "decline" | "count" | null;

const NO_FIELDS: Field[] = [];

export function Verbs({ own }: { own: Own }) {
  const { task, command } = own;
  const outbox = useApp((state) => state.outbox);
  const placed = useApp(({ where }) => where.goes && where.trouble === null);
  const [open, setOpen] = useState<Open>(null);
  const closed = isClosed(task) || command.cancelled !== null;
  const counts = command.kind === "evacuation";
  const fields = useApp((state) => {
    const counties = [...state.world.counties.values()];
    const county = counties.find((one) => one.commands.has(command.id));
    return county?.templates.find((one) => one.id === command.template)?.fields ?? NO_FIELDS;
  });
  const checkIn = (timer: CrewKind) =>
    void report({ task: task.id, fact: { fact: "checked_in", timer }, place: true });
  const proof = (fact: FactName) => proofOf(task, fact, outbox);
  const said = (fact: FactName) => ["received", "waiting", "stuck"].includes(proof(fact).state);
  const refused = saidNo(task, outbox);
  const next = nextVerb(task.stage, said);
  const say = (fact: "seen" | "accepted" | "on_scene" | "need_help", place = false) =>
    void report({ task: task.id, fact: { fact }, place });
  return (
    <div className="verbs" data-testid="verbs">
      <Verb
        fact="seen"
        name={i18n.t("看到了")}
        proof={proof("seen")}
        next={false}
        disabled={closed || said("seen")}
        onPress={() => say("seen")}
        testId="verb-seen"
      />
      <Verb
        fact="accepted"
        name={i18n.t("接受")}
        proof={refused ? NOTHING : proof("accepted")}
        next={next === "accepted"}
        disabled={closed || (said("accepted") && !refused)}
        onPress={() => say("accepted")}
        testId="verb-accept"
      />
      <Verb
        fact="on_scene"
        name={i18n.t("我到场了")}
        proof={proof("on_scene")}
        hint={placed ? i18n.t("会记下时间和位置") : i18n.t("会记下时间")}
        next={next === "on_scene"}
        disabled={closed || said("on_scene")}
        onPress={() => say("on_scene", true)}
        testId="verb-on-scene"
      />
      <Verb
        fact="working"
        name={i18n.t("进度…")}
        proof={proof("working")}
        hint={task.percent === null ? "" : `${task.percent} %`}
        next={next === "working"}
        disabled={closed}
        onPress={() => setOpen("progress")}
        testId="verb-progress"
      />
      <Verb
        fact="done"
        name={i18n.t("完成…")}
        proof={proof("done")}
        hint={counts ? i18n.t("先报人数") : command.proof ? i18n.t("要照片或见证人") : ""}
        next={next === "done"}
        disabled={closed || task.stage === "done"}
        onPress={() => setOpen(counts ? "count" : "done")}
        testId="verb-done"
      />
      <Verb
        fact="declined"
        name={i18n.t("不能去…")}
        proof={proof("declined")}
        next={false}
        disabled={closed || task.stage === "done"}
        onPress={() => setOpen("decline")}
        testId="verb-decline"
      />
      {task.crew?.length ? (
        <CheckIn crew={task.crew} disabled={closed} onPress={(timer) => checkIn(timer)} />
      ) : null}
      <HelpVerb proof={proof("need_help")} onHelp={() => say("need_help", true)} />
      {open === "progress" ? <ProgressSheet task={task} onClose={() => setOpen(null)} /> : null}
      {open === "done" ? (
        <DoneSheet
          task={task}
          proof={command.proof || command.kind === "rescue"}
          fields={fields}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open === "count" ? (
        <CountSheet command={command} task={task} fields={fields} onClose={() => setOpen(null)} />
      ) : null}
      {open === "decline" ? <DeclineSheet task={task} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}

interface CheckInProps {
  crew: readonly CrewView[];
  disabled: boolean;
  onPress: (timer: CrewKind) => void;
}

/** One press says that the crew is well; the timer that runs out first is named. */
function CheckIn({ crew, disabled, onPress }: CheckInProps) {
  const now = useNow();
  const due = (one: CrewView) => Date.parse(one.since) + one.every_ms;
  const first = [...crew].sort((a, b) => due(a) - due(b))[0];
  if (!first) return null;
  const left = due(first) - now;
  return (
    <button
      type="button"
      className={`verb wide${first.warned ? " next" : ""}`}
      disabled={disabled}
      onClick={() => onPress(first.timer)}
      data-testid="verb-check-in"
      data-press="checked_in"
    >
      <b>{i18n.t("报平安：{crew}", { crew: crewName(first.timer) })}</b>
      <small>
        {left >= 0
          ? i18n.t("{span} 内要报平安", { span: span(left) })
          : i18n.t("没报平安 {span}", { span: span(-left) })}
      </small>
    </button>
  );
}

/** Whether the newest answer is a no: one that is still in this phone, else the one the county has. */
function saidNo(task: TaskView, outbox: readonly Pending[]): boolean {
  const answers = outbox.filter(
    ({ subject }) =>
      subject.task === task.id && (subject.fact === "accepted" || subject.fact === "declined"),
  );
  const here = answers.filter(isUnderWay).at(-1);
  return here ? here.subject.fact === "declined" : task.stage === "declined";
}

/** The verb that is expected next, from the server's stage and what waits in this phone. */
function nextVerb(stage: Stage, said: (fact: FactName) => boolean): FactName | null {
  const over: Stage[] = ["done", "verified", "cancelled", "superseded", "reassigned", "declined"];
  if (over.includes(stage) || said("done")) return null;
  const past = (stages: Stage[]) => stages.includes(stage);
  if (!said("accepted") && !past(["accepted", "en_route", "on_scene", "working"]))
    return "accepted";
  if (!said("on_scene") && !past(["on_scene", "working"]) && !said("working")) return "on_scene";
  return "done";
}

interface VerbProps {
  fact: FactName;
  name: string;
  proof: Proof;
  hint?: string;
  next: boolean;
  disabled: boolean;
  onPress: () => void;
  testId: string;
}

function Verb({ fact, name, proof, hint, next, disabled, onPress, testId }: VerbProps) {
  const known = proof.state !== "none";
  return (
    <button
      type="button"
      className={`verb${next && !disabled ? " next" : ""}${known ? " said" : ""}`}
      disabled={disabled}
      onClick={onPress}
      data-testid={testId}
      data-press={fact}
      {...(known ? { "data-state": proof.state } : {})}
    >
      <b>{name}</b>
      <small>
        {known ? <span className={PROOF_CLASS[proof.state]}>{proof.words}</span> : null}
        {hint && !known ? hint : ""}
        {hint && fact === "working" && known ? ` ${hint}` : ""}
      </small>
    </button>
  );
}

/** Never greyed: whoever is out there may need help long after their task has ended. */
function HelpVerb({ proof, onHelp }: { proof: Proof; onHelp: () => void }) {
  const { part, handlers } = useHold(HELP_HOLD, onHelp);
  const known = proof.state !== "none";
  return (
    <button
      type="button"
      className="verb help wide"
      {...handlers}
      data-testid="verb-help"
      data-press="need_help"
      {...(known ? { "data-state": proof.state } : {})}
    >
      <span className="fill" style={{ width: `${part * 100}%` }} />
      <b>{i18n.t("要帮助")}</b>
      <small>
        {known ? (
          <span className={PROOF_CLASS[proof.state]}>{proof.words}</span>
        ) : (
          i18n.t("按住 1 秒，没信号也会留下")
        )}
      </small>
    </button>
  );
}
