// A curve as what was asked for and what the feed has told since. Pure.
import type { SampleView, SeriesNow } from "../wire/view";

/** So many neighbours say how far apart readings of a series come. */
const LOOKED_AT = 12;

/** The newest reading of a series as a sample; null where none has a value. */
export function sampleOf(latest: SeriesNow): SampleView | null {
  if (!latest.observed || latest.value === null) return null;
  return {
    time: latest.observed,
    received: latest.received ?? latest.observed,
    value: latest.value,
    quality: latest.quality,
    revision: 0,
    late: false,
  };
}

/** The history with those heard since that are newer than all of it; the same value where there are none. */
export function joined(history: SampleView[], heard: readonly SampleView[]): SampleView[] {
  const last = history.at(-1)?.time ?? "";
  const newer = heard.filter((one) => one.time > last);
  return newer.length === 0 ? history : [...history, ...newer];
}

/** Whether readings must lie between those that are known: two of what was heard stand further apart than the others. */
export function gapped(history: readonly SampleView[], heard: readonly SampleView[]): boolean {
  const step = usualStep(history);
  if (step === null) return false;
  let before = history.at(-1);
  for (const one of heard) {
    if (before && one.time > before.time) {
      if (Date.parse(one.time) - Date.parse(before.time) > step * 1.5) return true;
      before = one;
    }
  }
  return false;
}

/** How far apart the last readings came, ms: the middle one of their distances. */
function usualStep(history: readonly SampleView[]): number | null {
  const times = history.slice(-LOOKED_AT).map((one) => Date.parse(one.time));
  const steps = times
    .slice(1)
    .map((time, n) => time - (times[n] ?? time))
    .filter((step) => step > 0)
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? null;
}
