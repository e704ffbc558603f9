// How loud the room is, against the published limits for one operator.
import type { LoadView } from "../wire/view";

/** Alarms in 10 minutes: about one is steady, about two is the limit, above ten is a flood. */
export const STEADY = 1;
export const LIMIT = 2;
export const FLOOD = 10;

export type Grade = "steady" | "limit" | "high" | "flood";

export function grade(raised: number): Grade {
  if (raised <= STEADY) return "steady";
  if (raised <= LIMIT) return "limit";
  return raised <= FLOOD ? "high" : "flood";
}

/** Changes per annunciation, whole; null before anything was told. */
export function compression(load: LoadView): number | null {
  return load.all_told > 0 ? Math.round(load.all_transitions / load.all_told) : null;
}
