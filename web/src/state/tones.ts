// Which annunciation makes which sound. Annunciations alone decide: a change of an alarm is no noise.
import type { AnnunciationView } from "../wire/view";
import type { Told } from "./world";

export type Tone = "red" | "orange" | "lost";

/** Red that nobody owns: it has just begun to be, or somebody's word for it has ended. */
const RED_NEWS = new Set<AnnunciationView["reason"]>([
  "new",
  "rise",
  "after_restart",
  "suppression_ended",
  "lease_lapsed",
]);

/**
 * The sound of an annunciation, or null. In flood mode only new red and a new township sound; below
 * orange nothing does outside it either.
 */
export function toneOf(one: AnnunciationView, flood: boolean): Tone | null {
  if (flood) {
    if (one.reason === "spread") return one.level === 4 ? "red" : "orange";
    return one.level === 4 && RED_NEWS.has(one.reason) ? "red" : null;
  }
  if (one.level === 4) return "red";
  return one.level === 3 ? "orange" : null;
}

/** Red that breaks through a silenced desk. */
export function breaksSilence(one: AnnunciationView): boolean {
  return one.level === 4 && RED_NEWS.has(one.reason);
}

export interface Heard {
  seq: number;
  n: number;
}

/** The annunciations after `last`, oldest first. */
export function since(told: readonly Told[], last: Heard): Told[] {
  return told.filter((one) => one.seq > last.seq || (one.seq === last.seq && one.n > last.n));
}

/** What to play for these: red before orange, with the situation to speak of; null for nothing. */
export function loudest(
  fresh: readonly Told[],
  flood: boolean,
  silenced: boolean,
): { tone: Tone; of: Told; breaks: boolean } | null {
  let best: { tone: Tone; of: Told; breaks: boolean } | null = null;
  for (const one of fresh) {
    const breaks = breaksSilence(one);
    const tone = toneOf(one, flood);
    if (tone === null || (silenced && !breaks)) continue;
    if (best === null || (tone === "red" && best.tone !== "red")) best = { tone, of: one, breaks };
  }
  return best;
}
