// The engine's now, told from its beats. Ages and deadlines on every screen are counted from here,
// never from the reader's own clock: a PC an hour off must not make an alarm an hour old.
import type { Heartbeat } from "./world";

/**
 * Beats come at least every second. Beyond this long without one (ms) the clock stands still: what is
 * shown then is what was known then.
 */
export const TRUST_MS = 3_000;

/** Milliseconds since the epoch on the engine's clock; `mono` is this machine's monotonic clock. */
export function engineNow(heartbeat: Heartbeat | null, mono: number): number | null {
  if (!heartbeat) return null;
  const passed = Math.min(Math.max(0, mono - heartbeat.heardAt), TRUST_MS);
  return heartbeat.nowMs + passed * pace(heartbeat);
}

/** How many engine milliseconds one of ours is. Fed clocks move only when a message moves them. */
export function pace(heartbeat: Heartbeat): number {
  const clock = heartbeat.view.clock;
  if (clock.kind === "scaled") return clock.factor;
  return clock.kind === "wall" ? 1 : 0;
}

/**
 * What the engine's clock would say if it still runs as it did when last heard: for telling when a press
 * was made without a network, never for deciding or for ages of what others said.
 */
export function engineGuess(heartbeat: Heartbeat | null, mono: number): number | null {
  if (!heartbeat) return null;
  return heartbeat.nowMs + Math.max(0, mono - heartbeat.heardAt) * pace(heartbeat);
}
