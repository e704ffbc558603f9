// The county's book of events: what was fetched with what was heard since, filtered. Pure.
import type { EventView } from "../wire/view";

/** Fetched events with those heard of since; dropped ones leave, the newest first. */
export function book(
  fetched: readonly EventView[],
  heard: ReadonlyMap<string, EventView>,
): EventView[] {
  const all = new Map(fetched.map((one) => [one.id, one]));
  for (const [id, one] of heard) all.set(id, one);
  return [...all.values()]
    .filter((one) => !one.dropped)
    .sort((a, b) => (a.from < b.from ? 1 : a.from > b.from ? -1 : a.id < b.id ? -1 : 1));
}

export type Kept = "all" | "entered" | "marked";

export function only(list: readonly EventView[], kept: Kept): EventView[] {
  return kept === "all" ? [...list] : list.filter((one) => one.source === kept);
}

/** Those that had begun by then. */
export function begunBy(list: readonly EventView[], at: number): EventView[] {
  return list.filter((one) => Date.parse(one.from) <= at);
}
