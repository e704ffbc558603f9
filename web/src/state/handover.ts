// What the next shift takes over, gathered as a person reads it. Pure.
import type {
  AlarmView,
  CommandView,
  HandoverView,
  RunView,
  SituationView,
  SuppressionView,
  SystemView,
  TaskView,
} from "../wire/view";
import { isUsedUp } from "./calls";
import { type Owed, owedReports, undecided } from "./incidents";
import {
  byUrgency,
  commandsOf,
  isAnswered,
  isClosed,
  isIssued,
  isOpen,
  isUnacked,
  isWithdrawn,
} from "./select";
import type { County } from "./world";

/** Open alarms of one situation; of none where the server put them into none. */
export interface AlarmGroup {
  situation: SituationView | null;
  alarms: AlarmView[];
  unacked: number;
}

export interface OwedTask {
  command: CommandView;
  task: TaskView;
}

export interface OwedClock extends OwedTask {
  due: string;
}

export interface Owing {
  alarms: AlarmGroup[];
  alarmCount: number;
  unacked: number;
  unanswered: { command: CommandView; tasks: TaskView[] }[];
  unansweredCount: number;
  /** Their person called for help, and nobody has ended that. */
  help: OwedTask[];
  /** Somebody said no, and nobody has it instead. */
  declined: OwedTask[];
  /** Reported done, waiting for whoever verifies it, with no clock that runs. */
  unverified: OwedTask[];
  /** Ended by the desk, and its person has not taken note of it. */
  endUnseen: OwedTask[];
  /** Nobody has been told of them yet. */
  untold: CommandView[];
  /** Opened by hand, and open. */
  byHand: SituationView[];
  clocks: OwedClock[];
  endings: { entry: SuppressionView | null; id: string; until: string }[];
  runs: RunView[];
  /** Called everybody in vain, and nobody has dealt with that. */
  usedUp: RunView[];
  undecided: SituationView[];
  reports: Owed[];
}

/** What is owed: by the list the server would have signed, or as the desk sees it while there is none. */
export function owing(
  county: County,
  handover: HandoverView | null,
  system: readonly SystemView[],
): Owing {
  const list = handover?.obligations ?? null;
  const open = list
    ? list.alarms.flatMap((key) => county.alarms.get(key) ?? [])
    : [...county.alarms.values()].filter((alarm) => !alarm.closed).sort(byUrgency);
  const tasks = new Map<string, OwedTask>();
  for (const command of commandsOf(county).filter(isOpen))
    for (const task of command.tasks) tasks.set(task.id, { command, task });
  /** As signed, else as it is seen here. */
  const those = (signed: readonly string[] | undefined, seen: (task: TaskView) => boolean) =>
    signed
      ? signed.flatMap((id) => tasks.get(id) ?? [])
      : [...tasks.values()].filter(({ task }) => seen(task));
  const waiting = those(list?.unanswered, (task) => !isClosed(task) && !isAnswered(task));
  const clocks = list
    ? list.clocks.flatMap(({ task, due }) => {
        const found = tasks.get(task);
        return found ? [{ ...found, due }] : [];
      })
    : [...tasks.values()]
        .flatMap((one) => (one.task.next ? [{ ...one, due: one.task.next.at }] : []))
        .sort((a, b) => a.due.localeCompare(b.due));
  const endings = list
    ? list.endings.map(({ id, until }) => ({
        id,
        until,
        entry: county.suppressions.get(id) ?? null,
      }))
    : [...county.suppressions.values()]
        .flatMap((entry) => (entry.until ? [{ id: entry.id, until: entry.until, entry }] : []))
        .sort((a, b) => a.until.localeCompare(b.until));
  const runs = list
    ? list.runs.flatMap((id) => county.runs.get(id) ?? [])
    : [...county.runs.values()].filter((run) => run.state === "running");
  // What an older server signed names fewer kinds: the others are as they are seen here.
  const usedUp = list?.exhausted
    ? list.exhausted.flatMap((id) => county.runs.get(id) ?? [])
    : [...county.runs.values()].filter(
        (run) => !("task" in run.about) && isUsedUp(run, county, system),
      );
  const untold = list?.untold
    ? list.untold.flatMap((id) => county.commands.get(id) ?? [])
    : commandsOf(county).filter((command) => isOpen(command) && !isIssued(command));
  const byHand = list?.by_hand
    ? list.by_hand.flatMap((id) => county.situations.get(id) ?? [])
    : [...county.situations.values()].filter(
        ({ closed, manual }) => !closed && manual !== null && manual.task === null,
      );
  return {
    alarms: bySituation(county, open),
    alarmCount: open.length,
    unacked: open.filter(isUnacked).length,
    unanswered: byCommand(waiting),
    unansweredCount: waiting.length,
    help: those(list?.help, (task) => task.needs_help),
    declined: those(list?.declined, (task) => task.stage === "declined"),
    unverified: those(list?.unverified, (task) => task.stage === "done" && task.next === null),
    endUnseen: those(list?.end_unseen, (task) => isWithdrawn(task) && task.end_unseen),
    untold,
    byHand,
    clocks,
    endings,
    runs,
    usedUp,
    undecided: undecided(county),
    reports: owedReports(county),
  };
}

/** Worst situation first; alarms of no situation last. */
function bySituation(county: County, alarms: readonly AlarmView[]): AlarmGroup[] {
  const groups = new Map<string, AlarmGroup>();
  for (const alarm of alarms) {
    const situation = alarm.situation ? (county.situations.get(alarm.situation) ?? null) : null;
    const key = situation?.id ?? "";
    const group = groups.get(key) ?? { situation, alarms: [], unacked: 0 };
    group.alarms.push(alarm);
    if (isUnacked(alarm)) group.unacked += 1;
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) =>
      Number(a.situation === null) - Number(b.situation === null) ||
      (b.situation?.level ?? 0) - (a.situation?.level ?? 0) ||
      b.unacked - a.unacked,
  );
}

function byCommand(list: readonly { command: CommandView; task: TaskView }[]) {
  const found = new Map<string, { command: CommandView; tasks: TaskView[] }>();
  for (const { command, task } of list) {
    const one = found.get(command.id) ?? { command, tasks: [] };
    one.tasks.push(task);
    found.set(command.id, one);
  }
  return [...found.values()].sort((a, b) => b.tasks.length - a.tasks.length);
}
