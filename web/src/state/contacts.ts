// What each contact point of a person has proven, and each channel as a whole. Pure.
import type { Channel, ContactView, LostReach, PersonContacts } from "../wire/view";

/** A receipt older than this proves nothing any more: a test is due once a month, ms. */
export const PROVEN_MS = 31 * 86_400_000;
/** Failures counted as "just now", ms. */
const LATELY_MS = 3_600_000;

export const CHANNELS: readonly Channel[] = [
  "desk",
  "push",
  "robot",
  "sms",
  "voice",
  "mail",
  "loudspeaker",
];

/** The newest thing that is known of a contact point. */
export type Proof =
  | { state: "untried" }
  /** Tried, and nothing came back. */
  | { state: "tried"; at: string }
  /** The provider has it; nobody knows whether the person does. */
  | { state: "accepted"; at: string }
  | { state: "failed"; at: string; why: string }
  | { state: "reached" | "answered"; at: string; old: boolean };

const later = (a: string | null, b: string | null) => (a ?? "") >= (b ?? "");

export function proofOf(contact: ContactView, now: number): Proof {
  const { tried, accepted, reached, answered, failed } = contact;
  if (failed !== null && later(failed, reached) && later(failed, accepted))
    return { state: "failed", at: failed, why: contact.why ?? "" };
  if (reached !== null) {
    const old = now - Date.parse(reached) > PROVEN_MS;
    // An answer is a receipt as well; what is told is the stronger of the two when both are of one time.
    if (answered !== null && later(answered, reached))
      return { state: "answered", at: answered, old };
    return { state: "reached", at: reached, old };
  }
  if (accepted !== null) return { state: "accepted", at: accepted };
  if (tried !== null) return { state: "tried", at: tried };
  return { state: "untried" };
}

/** Whether a receipt of the last month stands, and no failure after it. */
export function isProven(contact: ContactView, now: number): boolean {
  const proof = proofOf(contact, now);
  return (proof.state === "reached" || proof.state === "answered") && !proof.old;
}

/** Whether a person can be reached by anything that has proven itself. */
export function isReachable(person: PersonContacts, now: number): boolean {
  return person.contacts.some((contact) => isProven(contact, now));
}

export interface ChannelSum {
  channel: Channel;
  people: number;
  proven: number;
  failedLately: number;
  /** The last receipt of anybody. */
  reached: string | null;
}

/** Channels that somebody has, in the order they are shown. */
export function channelSums(list: readonly PersonContacts[], now: number): ChannelSum[] {
  return CHANNELS.flatMap((channel) => {
    const points = list.flatMap((one) => one.contacts.filter((c) => c.channel === channel));
    if (points.length === 0) return [];
    const failed = points.filter((c) => {
      const proof = proofOf(c, now);
      return proof.state === "failed" && now - Date.parse(proof.at) < LATELY_MS;
    });
    const reached = points.reduce<string | null>(
      (best, c) => (c.reached !== null && later(c.reached, best) ? c.reached : best),
      null,
    );
    const proven = points.filter((c) => isProven(c, now)).length;
    return [{ channel, people: points.length, proven, failedLately: failed.length, reached }];
  });
}

/** Of those tried in vain on a lost channel: whom another one has reached since, and whom none has. */
export function splitLost(
  lost: LostReach,
  list: readonly PersonContacts[],
): { reached: string[]; unreached: string[] } {
  const byOther = (person: string) => {
    const contacts = list.find((one) => one.person === person)?.contacts ?? [];
    const tried = contacts.find((each) => each.channel === lost.channel)?.tried ?? lost.since;
    const others = contacts.filter((each) => each.channel !== lost.channel);
    return others.some((each) => each.reached !== null && later(each.reached, tried));
  };
  const reached = lost.people.filter(byOther);
  return { reached, unreached: lost.people.filter((person) => !reached.includes(person)) };
}

export type Which = "all" | "duty" | "unproven" | "failed";

/** People of one kind: those on duty now, those nothing has proven to reach, those something failed at. */
export function chosenOf(
  list: readonly PersonContacts[],
  which: Which,
  onDuty: ReadonlySet<string>,
  now: number,
): PersonContacts[] {
  switch (which) {
    case "all":
      return [...list];
    case "duty":
      return list.filter((one) => onDuty.has(one.person));
    case "unproven":
      return list.filter((one) => !isReachable(one, now));
    case "failed":
      return list.filter((one) => one.contacts.some((c) => proofOf(c, now).state === "failed"));
  }
}
