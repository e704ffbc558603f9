// What an officer does with commands and, on someone's word, with their tasks.
import type { Level, Means, TaskClocks } from "../wire/view";
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
}

/** Above this many people the officer types the number before sending. */
export const TYPED_COUNT_ABOVE = 20;

export function issueCommand(draft: Draft): Promise<string> {
  const { op, ...rest } = draft;
  return press({ action: "issue_command", ...rest }, op);
}

export function cancelCommand(command: string, reason: string): Promise<string> {
  return press({ action: "cancel_command", command, ...(reason ? { reason } : {}) });
}

export type Recorded = "accepted" | "declined" | "en_route" | "on_scene" | "done" | "need_help";

/** Records what someone said by another means: the witness is the officer. */
export function recordFor(
  task: string,
  fact: Recorded | { fact: "working"; percent: number },
  means: Exclude<Means, "app" | "system">,
  note: string,
): Promise<string> {
  const kind = typeof fact === "string" ? { fact } : fact;
  return press({ action: "report_task", task, means, ...kind, ...(note ? { note } : {}) });
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
