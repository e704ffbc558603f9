// The engine's now as it is shown: steps once a second, for all readers in the same instant.
import { engineNow } from "../../state/clock";
import { store, tellAll } from "../../state/store";
import type { World } from "../../state/world";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let shown = 0;
let mono = 0;
/** The beat that was shown last. */
let beat: World["heartbeat"] = null;

function step() {
  const { world, connection } = store.get();
  beat = world.heartbeat;
  // Once the server is lost the clock stands at its last word, as the banner says.
  const lost = connection.phase === "lost" && beat !== null;
  const now = lost ? (beat?.nowMs ?? 0) : engineNow(beat, performance.now());
  mono = performance.now();
  if (now !== null) {
    // A late beat must not turn a displayed second back; a new night may.
    const back = !lost && now < shown && shown - now < 5_000;
    if (!back) shown = now;
  }
  tellAll(listeners);
}

/** Tells of every step until the returned function is called. */
export function subscribe(listener: () => void): () => void {
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

/** Further than this from what is shown it is another time, not the next second, ms. */
const JUMP_MS = 5_000;

// The first word of the server, and another time that was gone to, are shown at once with what was then, not at
// the next half second.
store.subscribe(() => {
  const { heartbeat } = store.get().world;
  if (!heartbeat || heartbeat === beat || listeners.size === 0) return;
  if (shown === 0 || Math.abs(heartbeat.nowMs - shown) > JUMP_MS) step();
});

/** Engine time as it is shown, ms since the epoch; 0 before the first beat. */
export const shownNow = () => shown;

/** This machine's monotonic clock at the last step, ms. */
export const shownMono = () => mono;
