// What screens read beside the feed: sealed texts, history, photos.
import { photoAddress, samples, texts } from "../link/api";
import { store } from "../state/store";

const asked = new Set<string>();
let waiting: string[] = [];

/** Asks for the contents of seals not known yet; they appear in the store. Asks once per seal. */
export function wantTexts(seals: readonly (string | null)[]): void {
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

export { photoAddress, samples };
