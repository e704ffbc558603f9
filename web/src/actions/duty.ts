// What people press about posts, roll-calls and handovers, and what they ask beside the feed.
import type { Means } from "../wire/view";
import { press } from "./act";

export { contacts, duty, reach, runs } from "../link/api";

/** On duty and here. */
export function signIn(post: string): Promise<string> {
  return press({ action: "sign_in", post });
}

/** Who goes signs first, who comes second. */
export function signHandover(post: string, note: string): Promise<string> {
  return press({ action: "sign_handover", post, ...(note ? { note } : {}) });
}

export interface DutyChange {
  post: string;
  from: number;
  until: number;
  /** Who is away, and who comes instead or besides. */
  out: string | null;
  into: string | null;
}

export function changeDuty({ post, from, until, out, into }: DutyChange): Promise<string> {
  return press({
    action: "change_duty",
    post,
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    ...(out ? { out } : {}),
    ...(into ? { into } : {}),
  });
}

/** Two people take each other's shift, each named with the begin of their own. */
export function swapShifts(
  post: string,
  one: { person: string; from: string },
  other: { person: string; from: string },
): Promise<string> {
  return press({
    action: "swap_shifts",
    post,
    first: one.person,
    first_at: one.from,
    second: other.person,
    second_at: other.from,
  });
}

/** Takes a swap or a change back, as of now. */
export function endDutyChange(change: string): Promise<string> {
  return press({ action: "end_duty_change", change });
}

/** Calls these posts, or all of them. */
export function callRoll(posts: readonly string[]): Promise<string> {
  return press({ action: "call_roll", posts: [...posts] });
}

/** Nobody more is called. */
export function endRun(run: string): Promise<string> {
  return press({ action: "end_run", run });
}

/** A call was in front of its person; it answers nothing. */
export function seePage(page: string): Promise<string> {
  return press({ action: "see_page", page });
}

/** One's own answer to a call. */
export function answerCall(page: string, ack: boolean, reason = ""): Promise<string> {
  return press({ action: "answer_page", page, ack, ...(reason ? { reason } : {}) });
}

/** What somebody said whose turn to be called had not come, recorded by an officer. */
export function answerBefore(
  run: string,
  person: string,
  ack: boolean,
  means: Means,
): Promise<string> {
  return press({ action: "answer_call", run, person, ack, means });
}

/** What somebody said, recorded by an officer. */
export function recordAnswer(
  page: string,
  ack: boolean,
  means: Means,
  reason = "",
): Promise<string> {
  return press({ action: "answer_page", page, ack, means, ...(reason ? { reason } : {}) });
}

/** Tries every contact point of these people once. */
export function testContacts(people: readonly string[]): Promise<string> {
  return press({ action: "test_contacts", people: [...people] });
}
