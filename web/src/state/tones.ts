// What makes which sound. Of hazards annunciations alone decide: a change of an alarm is no noise. Of ourselves
// those notices sound that wait for a person, until one deals with them.
import type { AnnunciationView, SystemKind, SystemView } from "../wire/view";
import type { County, Told } from "./world";

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

/** Notices that a room must hear, whatever it looks at. */
export const LOUD: ReadonlySet<SystemKind> = new Set([
  "need_help",
  "crew_overdue",
  "calls_exhausted",
  "legal_clock",
  "report_overdue",
]);

/** Between two sounds of a notice that nobody deals with, ms: as red and orange are repeated. */
const REPEAT = { red: 180_000, orange: 600_000, lost: 180_000 } as const;

type About = Pick<County, "runs" | "situations">;

/** It waits for a person: nobody has taken it on, nor note of the call for help that it tells of. */
export function isLoud(
  { kind, subject, until, owner }: SystemView,
  { situations }: About,
): boolean {
  if (!LOUD.has(kind) || until !== null || owner !== null) return false;
  if (kind !== "need_help") return true;
  const call = [...situations.values()].find((one) => one.manual?.task === subject);
  return call === undefined || call.unacked > 0;
}

/** A roll-call that was called out is no danger of its own; everything else is as urgent as red. */
function toneOfNotice({ kind, subject }: SystemView, { runs }: About): Tone {
  const rolled = kind === "calls_exhausted" && runs.get(subject)?.occasion === "roll_call";
  return rolled ? "orange" : "red";
}

/** When each loud notice sounded last, by this machine's monotonic clock, ms. */
export type Rung = ReadonlyMap<string, number>;

/** What to play for the notices as they stand; null for nothing. One sound tells of all that are due. */
export function ring(
  system: readonly SystemView[],
  about: About,
  before: Rung | null,
  now: number,
): { rung: Rung; due: { tone: Tone; of: SystemView; news: boolean } | null } {
  const rung = new Map<string, number>();
  let due: { tone: Tone; of: SystemView; news: boolean } | null = null;
  for (const of of system.filter((one) => isLoud(one, about))) {
    const key = `${of.kind}/${of.subject}`;
    const tone = toneOfNotice(of, about);
    // What stood before the page was opened is no news, and is told again in its time.
    const last = before === null ? now : before.get(key);
    const news = last === undefined;
    const sounds = last === undefined || now - last >= REPEAT[tone];
    rung.set(key, sounds ? now : last);
    const louder = (one: NonNullable<typeof due>) =>
      one.tone !== tone ? tone === "red" : news && !one.news;
    if (sounds && (due === null || louder(due))) due = { tone, of, news };
  }
  return { rung, due };
}
