// What screens read beside the feed: sealed texts, history, photos.
import * as api from "../link/api";
import { photoAddress, texts } from "../link/api";
import { store } from "../state/store";
import type { SampleView } from "../wire/view";

const asked = new Set<string>();
let waiting: string[] = [];

/** Asks for the contents of seals not known yet; they appear in the store. Asks once per seal. */
export function wantTexts(seals: readonly (string | null | undefined)[]): void {
  const known = store.get().texts;
  const missing = seals.filter(
    (seal): seal is string => !!seal && !known.has(seal) && !asked.has(seal),
  );
  if (missing.length === 0) return;
  for (const seal of missing) asked.add(seal);
  if (waiting.length === 0) queueMicrotask(fetchTexts);
  waiting.push(...missing);
}

async function fetchTexts(): Promise<void> {
  const seals = [...new Set(waiting)];
  waiting = [];
  for (let start = 0; start < seals.length; start += 50) {
    const part = seals.slice(start, start + 50);
    try {
      const found = await texts(part);
      const next = new Map(store.get().texts);
      for (const [seal, text] of Object.entries(found)) next.set(seal, text);
      store.set({ texts: next });
    } catch {
      // Asked again when the screen next wants them.
      for (const seal of part) asked.delete(seal);
    }
  }
}

/** History of one series, from ≤ t < to, as far as it is known at the time that is shown. */
export async function samples(
  station: string,
  quantity: string,
  from: Date,
  to: Date,
): Promise<SampleView[]> {
  const list = await api.samples(station, quantity, from, to);
  const { heartbeat } = store.get().world;
  const replay = heartbeat?.view.replay;
  if (!replay) return list;
  const now = heartbeat.nowMs;
  const known = (one: SampleView) =>
    Date.parse(one.time) <= now && (replay.knowledge === "now" || Date.parse(one.received) <= now);
  return list.filter(known);
}

/** What happened in a span, in at most so many pieces: only what had been entered `by` a moment, or all of it. */
export function lanesOf(
  code: string,
  from: number,
  to: number,
  buckets: number,
  by: number | null,
) {
  const known = by === null ? null : new Date(by);
  return api.lanes(code, new Date(from), new Date(to), buckets, known);
}

export { photoAddress };
