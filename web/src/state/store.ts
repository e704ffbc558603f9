// The one live store of a client, outside React. Listeners hear of a change once per batch.
import { useSyncExternalStore } from "react";
import type { Position } from "../wire/acts";
import type { FeedMessage, Me, ShotPlace } from "../wire/view";
import type { Connection } from "./connection";
import { reduce } from "./reduce";
import type { Span } from "./timebar";
import { emptyWorld, type World } from "./world";

/** What waits in this machine for the server's receipt. */
export interface Pending {
  op: string;
  /** When it was pressed, by this device's clock, ms since the epoch. */
  at: number;
  /** The same instant on the engine's clock as far as it was known; the one that is shown. */
  engineAt: number | null;
  /** `refused` carries the sentence; `stuck` has failed five times and goes on trying. */
  state: "waiting" | "sending" | "stuck" | "received" | "refused";
  tries: number;
  why: string | null;
  /** Engine time at which the county had it, where known. */
  receivedAt: number | null;
  subject: {
    action: string;
    task?: string;
    alarms?: string[];
    suppression?: string;
    page?: string;
    yes?: boolean;
    post?: string;
    run?: string;
    person?: string;
    fact?: string;
    percent?: number;
  };
}

/** A picture or video of this phone that follows its report. */
export interface Sending {
  id: string;
  /** The press it belongs to. */
  of: string;
  task: string;
  video: boolean;
  size: number;
  /** Bytes the server has said it has. */
  received: number;
  state: "waiting" | "stuck" | "received" | "refused";
  tries: number;
  why: string | null;
  /** Engine time at which the county had it, where known. */
  receivedAt: number | null;
  /** When it was taken or chosen, by this device's clock, ms since the epoch. */
  at: number;
  /** When it was taken, as it says itself. */
  taken: number | null;
  place: ShotPlace;
}

/** Where this phone is, and whether its reports say so. */
export interface Where {
  goes: boolean;
  /** By this device's clock, ms since the epoch. */
  found: { position: Position; at: number } | null;
  /** Why nothing is found: its person forbade it, or this page cannot. */
  trouble: "denied" | "unable" | null;
}

export interface AppState {
  me: Me | null;
  /** The jurisdiction chosen by someone who sees several. */
  chosen: string | null;
  world: World;
  connection: Connection;
  /** Another time was asked for and is not here yet: what is shown is not to be acted on. */
  leaving: boolean;
  /** Sealed texts by their seal. */
  texts: ReadonlyMap<string, string>;
  outbox: readonly Pending[];
  /** Pictures on their way, oldest first. */
  photos: readonly Sending[];
  /** A press found no room in this machine, and was not kept. */
  unkept: boolean;
  /** The last picture or press that was to be kept found no room; browsers no longer tell how much is left. */
  cramped: boolean;
  /** The outbox has been read from the shelf: only then is its absence of a press a fact. */
  outboxReady: boolean;
  /** True where the last world came from this machine's shelf and the server has not spoken yet. */
  shelved: boolean;
  where: Where;
  /** What the time bar shows, or what is chosen on it; null where there is no bar yet. */
  bar: Span | null;
}

export interface Store {
  get(): AppState;
  subscribe(listener: () => void): () => void;
  set(patch: Partial<AppState>): void;
  /** Applies a batch of feed messages and tells listeners once. */
  feed(messages: FeedMessage[], heardAt: number): void;
}

/** One that fails keeps no other from hearing; what it said is thrown once all have heard. */
export function tellAll(listeners: Iterable<() => void>): void {
  const failed: unknown[] = [];
  for (const listener of listeners) {
    try {
      listener();
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
}

export function createStore(at: number): Store {
  let state: AppState = {
    me: null,
    chosen: null,
    world: emptyWorld,
    connection: { phase: "connecting", since: at },
    leaving: false,
    texts: new Map(),
    outbox: [],
    photos: [],
    unkept: false,
    cramped: false,
    outboxReady: false,
    shelved: false,
    where: { goes: true, found: null, trouble: null },
    bar: null,
  };
  const listeners = new Set<() => void>();
  const set = (patch: Partial<AppState>) => {
    state = { ...state, ...patch };
    tellAll(listeners);
  };
  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set,
    feed: (messages, heardAt) => {
      const before = state.world.unknown;
      const world = messages.reduce((w, message) => reduce(w, message, heardAt), state.world);
      if (world.unknown !== before) {
        console.warn("wire kinds this page does not know", Object.fromEntries(world.unknown));
      }
      const fresh = messages.some(({ type }) => type === "snapshot" || type === "changed");
      set(fresh ? { world, shelved: false, leaving: false } : { world });
    },
  };
}

export const store: Store = createStore(performance.now());

/** A part of the state; re-renders only when that part is another value. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
