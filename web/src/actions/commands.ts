// What an officer does with commands and, on someone's word, with their tasks.
import type { CountedVillage, Shown } from "../wire/acts";
import type { FormAnswer, Level, Means, TaskClocks, VillageTarget } from "../wire/view";
import { press } from "./act";

export interface Draft {
  /** Minted when the draft was begun: sending twice is one command. */
  op: string;
  alarm: string | null;
  template: string;
  level: Level;
  groups: string[];
  people: string[];
  wording: string;
  clocks: TaskClocks | null;
  /** As typed, for a large one: the server compares it with whom it would reach. */
  count?: number;
  supersedes?: string;
  /** The situation it is issued from, and the members it acknowledges in the officer's name. */
  situation?: string;
  alarms?: string[];
  villages?: VillageTarget[];
  /** The alarms it names, as they stood before the officer. */
  shown: readonly Shown[];
}

export function issueCommand(draft: Draft): Promise<string> {
  const { op, shown, ...rest } = draft;
  const seen = shown.length > 0 ? { shown: [...shown] } : {};
  return press({ action: "issue_command", ...rest, ...seen }, op);
}

export function confirmCommand(command: string, count: number): Promise<string> {
  return press({ action: "confirm_command", command, count });
}

/** A second person agrees, or does not; never the one who wrote it. */
export function approveCommand(command: string, approve: boolean): Promise<string> {
  return press({ action: "approve_command", command, approve });
}

/** Stops a command of which nobody has been told. */
export function stopCommand(command: string): Promise<string> {
  return press({ action: "stop_command", command });
}

export function reassignTask(task: string, to: string, reason: string): Promise<string> {
  return press({ action: "reassign_task", task, to, ...(reason ? { reason } : {}) });
}

/** The next automatic step after silence, now. */
export function hastenTask(task: string): Promise<string> {
  return press({ action: "hasten_task", task });
}

export function postponeTask(task: string, minutes: number): Promise<string> {
  return press({ action: "postpone_task", task, by_ms: minutes * 60_000 });
}

/** Says that this officer is calling the person now, so that nobody else does. */
export function calling(task: string): Promise<string> {
  return press({ action: "report_task", task, means: "phone", fact: "called" });
}

export function cancelCommand(command: string, reason: string): Promise<string> {
  return press({ action: "cancel_command", command, ...(reason ? { reason } : {}) });
}

export type Recorded =
  | "accepted"
  | "declined"
  | "not_reached"
  | "en_route"
  | "on_scene"
  | "done"
  | "need_help";

export interface Word {
  note: string;
  count: CountedVillage[];
  form: FormAnswer[];
}

/** Records what someone said by another means: the witness is the officer. */
export function recordFor(
  task: string,
  fact: { fact: Recorded } | { fact: "working"; percent: number },
  means: Exclude<Means, "app" | "system">,
  { note, count, form }: Word,
): Promise<string> {
  return press({
    action: "report_task",
    task,
    means,
    ...fact,
    ...(note ? { note } : {}),
    ...(count.length > 0 ? { count } : {}),
    ...(form.length > 0 ? { form } : {}),
  });
}

/** A second person confirms that it is done, or sends it back. */
export function verify(task: string, good: boolean, note: string): Promise<string> {
  return press({
    action: "report_task",
    task,
    fact: good ? "verified" : "rejected",
    means: "app",
    ...(note ? { note } : {}),
  });
}
