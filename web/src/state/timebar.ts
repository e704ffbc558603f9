// The time bar as numbers: which span it shows, where a time lies on it, what a bucket is worth. Pure.
import type { LanesView, ReplayView } from "../wire/replay";

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** What the bar shows, ms since the epoch. */
export interface Span {
  from: number;
  to: number;
}

/** Speeds offered, seconds in one. */
export const SPEEDS = [1, 10, 60, 600, 3600] as const;
/** Lengths offered, hours. */
export const LENGTHS = [1, 6, 24, 168] as const;

/** The span that ends now. */
export function following(now: number, hours: number): Span {
  return { from: now - hours * HOUR, to: now };
}

/** The same span; moved once `at` has left it, so that there is more ahead than behind. */
export function holding(span: Span, at: number): Span {
  const length = span.to - span.from;
  if (!(at < span.from || at > span.to)) return span;
  const behind = at > span.to ? 0.2 : 0.8;
  return { from: at - length * behind, to: at + length * (1 - behind) };
}

/**
 * What the bar shows, and what it keeps of it until it is asked again: live nothing, of the past the span itself.
 * Asked again with what it kept it says the same: what is kept in turn must come to rest, or a page that hears
 * much draws itself to death.
 */
export function shownSpan(kept: Span | null, past: boolean, live: Span, at: number) {
  const span = past && kept ? holding(kept, at) : live;
  return { span, keep: past ? span : null };
}

/** A span of this length around `at`, not further into the future than it must. */
export function around(at: number, hours: number, last: number): Span {
  const length = hours * HOUR;
  const to = Math.max(at + length * 0.1, Math.min(at + length / 2, last + length * 0.05));
  return { from: to - length, to };
}

/** Where a time lies, px from the left edge of a bar `width` px wide. */
export function placeOf(time: number, span: Span, width: number): number {
  return ((time - span.from) / (span.to - span.from)) * width;
}

/** Which time lies there; outside the bar the nearest edge. */
export function timeAt(place: number, span: Span, width: number): number {
  const share = Math.min(1, Math.max(0, place / Math.max(1, width)));
  return span.from + share * (span.to - span.from);
}

/** Whole hours or days to write under the bar, not closer together than `least` px. */
export function ticks(span: Span, width: number, least: number): number[] {
  const steps = [5, 10, 30, 60, 120, 180, 360, 720, 1440, 2880].map((n) => n * MINUTE);
  const most = Math.max(1, width / least);
  const step = steps.find((one) => (span.to - span.from) / one <= most) ?? 7 * 24 * HOUR;
  // Days begin where people live, half-days too: the offset of a county's zone is whole hours.
  const shift = step >= 2 * HOUR ? 8 * HOUR : 0;
  const first = Math.ceil((span.from + shift) / step) * step - shift;
  const list: number[] = [];
  for (let time = first; time <= span.to; time += step) list.push(time);
  return list;
}

/** Begin of a bucket, ms. */
export function bucketAt(lanes: LanesView, bucket: number): number {
  return Date.parse(lanes.from) + bucket * lanes.bucket_ms;
}

/** Neighbouring buckets of one level as one stretch. */
export function stretches(lanes: LanesView): { from: number; to: number; level: number }[] {
  const list: { from: number; to: number; level: number }[] = [];
  lanes.levels.forEach((level, bucket) => {
    const [from, to] = [bucketAt(lanes, bucket), bucketAt(lanes, bucket + 1)];
    const last = list.at(-1);
    if (last && last.level === level && last.to === from) last.to = to;
    else list.push({ from, to, level });
  });
  return list.filter((one) => one.level > 0);
}

/** The highest level reached in a bucket; 0 where alarms only ended, null where nothing happened. */
export function worst(counts: readonly number[]): number | null {
  for (let level = counts.length - 1; level >= 0; level--) {
    if ((counts[level] ?? 0) > 0) return level;
  }
  return null;
}

/** Those that have this much room to their right before the next one. */
export function roomy<T>(list: readonly T[], place: (one: T) => number, room: number): T[] {
  return list.filter((one, n) => {
    const next = list[n + 1];
    return next === undefined || place(next) - place(one) >= room;
  });
}

/** Those of a row that can stand at least `room` px apart, from the first on. */
export function spaced<T>(list: readonly T[], place: (one: T) => number, room: number): Set<T> {
  const kept = new Set<T>();
  let last = Number.NEGATIVE_INFINITY;
  for (const one of list) {
    if (place(one) - last < room) continue;
    kept.add(one);
    last = place(one);
  }
  return kept;
}

/** While time runs the lanes follow it in steps: at least this long, ms of the time shown, and of our own. */
const LANE_STEP_MS = 5_000;
const LANE_PACE_MS = 500;

/**
 * As of when the lanes of a replay that stands at `now` are asked for: by what was known then, that moment; by what
 * is known now, null. While it runs it moves by steps, never beyond what is shown.
 */
export function knownBy(replay: ReplayView, now: number): number | null {
  if (replay.knowledge === "now") return null;
  if (replay.speed === 0 || replay.ended) return now;
  const step = Math.max(LANE_STEP_MS, replay.speed * LANE_PACE_MS);
  return Math.floor(now / step) * step;
}
