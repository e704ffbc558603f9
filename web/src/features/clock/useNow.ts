// The engine's now on screens: steps once a second, all readers in the same instant.
import { useSyncExternalStore } from "react";
import { engineNow } from "../../state/clock";
import { store, tellAll } from "../../state/store";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let shown = 0;
let mono = 0;

function step() {
  const { world, connection } = store.get();
  // Once the server is lost the clock stands at its last word, as the banner says.
  const lost = connection.phase === "lost" && world.heartbeat !== null;
  const now = lost ? (world.heartbeat?.nowMs ?? 0) : engineNow(world.heartbeat, performance.now());
  mono = performance.now();
  if (now !== null) {
    // A late beat must not turn a displayed second back; a new night may.
    const back = !lost && now < shown && shown - now < 5_000;
    if (!back) shown = now;
  }
  tellAll(listeners);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    timer = setInterval(step, 500);
    queueMicrotask(step);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

// The first word of the server is shown at once, not at the next half second.
store.subscribe(() => {
  if (shown === 0 && listeners.size > 0 && store.get().world.heartbeat) step();
});

/** Engine time in whole seconds, as ms since the epoch; 0 before the first beat. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(shown / 1000) * 1000);
}

/** The same in whole minutes, for what need not be drawn every second. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(shown / 60_000) * 60_000);
}

/** This machine's monotonic clock, for ages of the connection itself, in half seconds. */
export function useMono(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(mono / 500) * 500);
}
