// What the desk still owes: who needs a person now, who has not answered, what is to be verified.
import type { CommandView, TaskView } from "../wire/view";
import { isAnswered, isClosed, isWithdrawn } from "./select";

/** Why a task wants a person; the order is the order of urgency. */
export type Want =
  | "help"
  | "conflict"
  | "crew"
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
  if (task.needs_help && !isClosed(task)) return "help";
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

/** All obligations, most urgent first, then by the next automatic step, soonest first. */
export function obligations(commands: readonly CommandView[]): Obligation[] {
  const list = commands.flatMap((command) =>
    command.tasks.flatMap((task) => {
      const found = want(command, task);
      return found ? [{ command, task, want: found }] : [];
    }),
  );
  return list.sort(
    (a, b) =>
      ORDER.indexOf(a.want) - ORDER.indexOf(b.want) ||
      b.command.level - a.command.level ||
      (a.task.next?.at ?? "9").localeCompare(b.task.next?.at ?? "9") ||
      a.task.id.localeCompare(b.task.id),
  );
}

/** Four stations of a task's way: issued–delivered–seen–answered, for the pips. */
export function pips(task: TaskView): { filled: number; end: "none" | "silent" | "refused" } {
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
