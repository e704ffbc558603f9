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

export interface Outlook {
  /** No contact point at all. */
  none: string[];
  /** Nothing has proven to reach them for a month, and something failed last. */
  failed: string[];
  /** Nothing has proven to reach them for a month. */
  unproven: string[];
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

export function outlook(
  people: readonly Reached[],
  contacts: readonly PersonContacts[],
  lost: readonly LostReach[],
  now: number,
): Outlook {
  const known = new Map(contacts.map((one) => [one.person, one.contacts]));
  const found: Outlook = { none: [], failed: [], unproven: [], lost: [], first: [], after: [] };
  const first = new Map<Channel, number>();
  const after = new Map<Channel, number>();
  for (const { id } of people) {
    const points = known.get(id) ?? [];
    const [start] = points;
    if (!start) {
      found.none.push(id);
      continue;
    }
    first.set(start.channel, (first.get(start.channel) ?? 0) + 1);
    for (const [place, { channel }] of points.entries())
      if (place > 0) after.set(channel, Math.min(place, after.get(channel) ?? place));
    if (points.some((one) => isProven(one, now))) continue;
    const isFailed = points.some((one) => proofOf(one, now).state === "failed");
    (isFailed ? found.failed : found.unproven).push(id);
  }
  found.first = [...first].map(([channel, n]) => ({ channel, people: n }));
  found.first.sort((a, b) => b.people - a.people);
  found.after = [...after].sort((a, b) => a[1] - b[1]).map(([channel]) => channel);
  for (const { township, channel } of lost) {
    const has = (id: string) => known.get(id)?.some((one) => one.channel === channel) ?? false;
    const here = people.filter((one) => one.township === township && has(one.id));
    const ids = here.map((one) => one.id);
    const alone = ids.filter((id) => known.get(id)?.every((one) => one.channel === channel));
    if (ids.length > 0) found.lost.push({ township, channel, people: ids, alone });
  }
  return found;
}
