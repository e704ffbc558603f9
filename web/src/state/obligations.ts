// What the desk still owes: who needs a person now, who has not answered, what is to be verified.
import type { CommandView, TaskView } from "../wire/view";
import { cached, isAnswered, isClosed, isWithdrawn } from "./select";

/** Why a task wants a person; the order is the order of urgency. */
export type Want =
  | "help"
  | "conflict"
  | "crew"
  | "clock"
  | "declined"
  | "crossed"
  | "gave_up"
  | "overdue"
  | "verify"
  | "end_unseen"
  | "silent";

export interface Obligation {
  command: CommandView;
  task: TaskView;
  want: Want;
}

export const ORDER: Want[] = [
  "help",
  "crew",
  "clock",
  "conflict",
  "crossed",
  "declined",
  "gave_up",
  "overdue",
  "verify",
  "end_unseen",
  "silent",
];

/** What this task wants of the desk, or null while it goes its way. */
export function want(command: CommandView, task: TaskView): Want | null {
  // Only a person ends it, and whoever is out there may call after their task has ended.
  if (task.needs_help) return "help";
  if (task.crossed) return "crossed";
  if (task.end_unseen) return "end_unseen";
  if (isClosed(task)) return null;
  if (task.crew?.some((one) => one.critical)) return "crew";
  if (task.conflict) return "conflict";
  if (command.cancelled !== null) return null;
  if (task.stage === "declined") return "declined";
  if (!isAnswered(task)) {
    const given = task.facts.some((fact) => fact.fact === "escalated" && fact.step >= 3);
    return given ? "gave_up" : "silent";
  }
  if (task.stage === "done") return "verify";
  return task.overdue.length > 0 ? "overdue" : null;
}

/** A task in the order of its command's board. */
export interface Ranked {
  command: CommandView;
  task: TaskView;
  want: Want | null;
  rank: number;
  /** When something happens by itself; what has nothing ahead comes last. */
  at: string;
}

export const before = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A command's tasks, most urgent first, then by the next automatic step, soonest first; who owes nothing
 * follows, who is through comes last. Each is judged once, since a command may have thousands.
 */
export const ranked = cached((command: CommandView): readonly Ranked[] => {
  const list = command.tasks.map((task) => {
    const found = want(command, task);
    const rank = found ? ORDER.indexOf(found) : ORDER.length + (isClosed(task) ? 1 : 0);
    return { command, task, want: found, rank, at: task.next?.at ?? "9" };
  });
  return list.sort((a, b) => a.rank - b.rank || before(a.at, b.at) || before(a.task.id, b.task.id));
});

/** All obligations, most urgent first, then by the next automatic step, soonest first. */
export function obligations(commands: readonly CommandView[]): Obligation[] {
  const owes = (one: Ranked): one is Ranked & Obligation => one.want !== null;
  const lists = commands.map((command) => ranked(command).filter(owes));
  if (lists.length === 1) return lists[0] ?? [];
  return lists
    .flat()
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        b.command.level - a.command.level ||
        before(a.at, b.at) ||
        before(a.task.id, b.task.id),
    );
}

/** How many of four stations are behind, and how it ended short of the last. */
export interface Pipped {
  filled: number;
  end: "none" | "silent" | "refused";
}

/** Four stations of a task's way: issued–delivered–seen–answered, for the pips. */
export function pips(task: TaskView): Pipped {
  if (task.stage === "declined") return { filled: 3, end: "refused" };
  if (isAnswered(task)) return { filled: 4, end: "none" };
  const facts = new Set(task.facts.map((fact) => fact.fact));
  const filled = facts.has("seen") ? 3 : facts.has("delivered") ? 2 : 1;
  return { filled, end: task.stage === "no_reply" ? "silent" : "none" };
}

export interface Tally {
  total: number;
  done: number;
  working: number;
  accepted: number;
  declined: number;
  open: number;
  silent: number;
}

/** How a command's people are spread over the stages. */
export function tally(command: CommandView): Tally {
  const count: Tally = {
    total: command.tasks.length,
    done: 0,
    working: 0,
    accepted: 0,
    declined: 0,
    open: 0,
    silent: 0,
  };
  for (const task of command.tasks) {
    if (task.stage === "done" || task.stage === "verified") count.done += 1;
    else if (task.stage === "working" || task.stage === "on_scene") count.working += 1;
    else if (task.stage === "accepted" || task.stage === "en_route") count.accepted += 1;
    else if (task.stage === "declined") count.declined += 1;
    else if (task.stage === "no_reply") count.silent += 1;
    else if (!isWithdrawn(task)) count.open += 1;
  }
  return count;
}

/** The soonest automatic step among a command's tasks. */
export function nextStep(command: CommandView) {
  let soonest: { task: TaskView; at: string } | null = null;
  for (const task of command.tasks) {
    if (task.next && (!soonest || task.next.at < soonest.at)) soonest = { task, at: task.next.at };
  }
  return soonest?.task.next ?? null;
}
