// Before an order is sent: by which channels its people are called, and whom they may not reach. Pure.
import type { Channel, LostReach, PersonContacts } from "../wire/view";
import { isProven, proofOf } from "./contacts";

/** People of an order in a township that a channel does not reach now. */
export interface LostHere {
  township: string;
  channel: Channel;
  people: string[];
  /** Those of them who have nothing else. */
  alone: string[];
}

/** No contact point at all; or nothing has proven to reach them for a month, with or without a failure last. */
export type Trouble = "none" | "failed" | "unproven";
const GRAVEST: readonly Trouble[] = ["none", "failed", "unproven"];

export interface Outlook {
  /** Who may not be reached, and why. */
  trouble: ReadonlyMap<string, Trouble>;
  lost: LostHere[];
  /** What is tried first, with for how many people; most first. */
  first: { channel: Channel; people: number }[];
  /** What is tried after it, in the order in which it comes soonest. */
  after: Channel[];
}

interface Reached {
  id: string;
  township: string | null;
}

function troubleOf(points: PersonContacts["contacts"], now: number): Trouble | null {
  if (points.length === 0) return "none";
  if (points.some((one) => isProven(one, now))) return null;
  return points.some((one) => proofOf(one, now).state === "failed") ? "failed" : "unproven";
}

export function outlook(
  people: readonly Reached[],
  contacts: readonly PersonContacts[],
  lost: readonly LostReach[],
  now: number,
): Outlook {
  // The desk shows an order by itself: nobody is called there.
  const called = (one: PersonContacts) => one.contacts.filter(({ channel }) => channel !== "desk");
  const known = new Map(contacts.map((one) => [one.person, called(one)]));
  const trouble = new Map<string, Trouble>();
  const first = new Map<Channel, number>();
  const after = new Map<Channel, number>();
  for (const { id } of people) {
    const points = known.get(id) ?? [];
    const found = troubleOf(points, now);
    if (found) trouble.set(id, found);
    for (const [place, { channel }] of points.entries()) {
      if (place === 0) first.set(channel, (first.get(channel) ?? 0) + 1);
      else after.set(channel, Math.min(place, after.get(channel) ?? place));
    }
  }
  const here = lost.flatMap(({ township, channel }): LostHere[] => {
    const has = (id: string) => known.get(id)?.some((one) => one.channel === channel) ?? false;
    const there = people.filter((one) => one.township === township && has(one.id));
    const ids = there.map((one) => one.id);
    const alone = ids.filter((id) => known.get(id)?.every((one) => one.channel === channel));
    return ids.length > 0 ? [{ township, channel, people: ids, alone }] : [];
  });
  return {
    trouble,
    lost: here,
    first: [...first]
      .map(([channel, n]) => ({ channel, people: n }))
      .sort((a, b) => b.people - a.people),
    after: [...after].sort((a, b) => a[1] - b[1]).map(([channel]) => channel),
  };
}

/** Those who may not be reached first, the gravest before; everybody else in their order. */
export function troubledFirst<T extends { id: string }>(
  list: readonly T[],
  trouble: Outlook["trouble"],
): T[] {
  const rank = ({ id }: T) => {
    const found = trouble.get(id);
    return found ? GRAVEST.indexOf(found) : GRAVEST.length;
  };
  return [...list].sort((a, b) => rank(a) - rank(b));
}
