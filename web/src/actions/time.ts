// Which time the screens show: plugs the feed of the present or of a moment of the past into the store.
import { type Feed, openFeed, type Source } from "../link/feed";
import { countyOf } from "../state/select";
import { store } from "../state/store";
import type { Span } from "../state/timebar";
import type { Knowledge } from "../wire/replay";

let feed: Feed | null = null;
let of: string | null = null;
/** What is asked of the past; absent while live is followed. */
let past: { at: number; speed: number; knowledge: Knowledge } | null = null;

/** Opens the live feed of a jurisdiction, or of all a person sees. */
export function follow(jurisdiction: string | null): void {
  feed?.close();
  of = jurisdiction;
  past = null;
  feed = openFeed(store, live());
}

export function unplug(): void {
  feed?.close();
  feed = null;
  past = null;
}

/** Shows the moment `at`; from live this leaves it, standing still. */
export function goTo(at: number): void {
  const next = { speed: 0, knowledge: "then" as Knowledge, ...past, at: Math.floor(at) };
  if (past && feed) {
    past = next;
    feed.order({ do: "seek", at: new Date(next.at).toISOString() }, source(next));
    return;
  }
  past = next;
  plug(source(next));
}

/** Goes on at this many seconds in one; 0 stands still. */
export function pace(speed: number): void {
  if (!past || !feed) return;
  past = { ...past, at: shownAt() ?? past.at, speed };
  feed.order({ do: "pace", speed }, source(past));
}

/** Goes by what was known then, or by what is known now. */
export function know(knowledge: Knowledge): void {
  if (!past || !feed) return;
  past = { ...past, at: shownAt() ?? past.at, knowledge };
  feed.order({ do: "know", knowledge }, source(past));
}

/** Back to what is. */
export function goLive(): void {
  if (!past) return;
  past = null;
  plug(live());
}

function plug(next: Source): void {
  feed?.close();
  // Until the other time is there, what is on the screen is of neither: nobody acts on it.
  store.set({ leaving: true, connection: { phase: "connecting", since: performance.now() } });
  feed = openFeed(store, next);
}

function live(): Source {
  return { path: "feed", query: of ? { jurisdiction: of } : {} };
}

function source(next: { at: number; speed: number; knowledge: Knowledge }): Source {
  const code = of ?? countyOf(store.get())?.code;
  return {
    path: "replay/feed",
    query: {
      at: new Date(next.at).toISOString(),
      speed: String(next.speed),
      knowledge: next.knowledge,
      changes: "true",
      ...(code ? { jurisdiction: code } : {}),
    },
  };
}

/** Remembers what the bar shows, for whoever asks about that time. */
export function noteBar(bar: Span): void {
  const known = store.get().bar;
  if (known?.from !== bar.from || known.to !== bar.to) store.set({ bar });
}

function shownAt(): number | null {
  return store.get().world.heartbeat?.nowMs ?? null;
}
