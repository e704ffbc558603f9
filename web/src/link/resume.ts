// Where to take up the feed again, and how long to wait before trying. Pure; tested without a socket.
import type { FeedMessage } from "../wire/view";

/** Longest wait between two attempts, ms. */
export const LONGEST_WAIT = 15_000;

/**
 * The `since` of the next attempt, or null for a whole snapshot. An input's updates may be cut between
 * two messages, so the last input heard is asked for again; the reducer ignores what it has.
 */
export function sinceAfter(since: number | null, message: FeedMessage): number | null {
  switch (message.type) {
    case "snapshot":
    case "changed":
      return message.seq;
    case "updates": {
      const last = message.updates.at(-1);
      if (message.updates.some((update) => update.kind === "configured")) return null;
      return last && since !== null ? Math.max(since, last.seq - 1) : since;
    }
    default:
      return since;
  }
}

/**
 * The journal number of a message that tells a whole world, from its text alone; null for any other. A world is
 * megabytes: taken apart here it would have to be copied to the page piece by piece, which takes as long again.
 */
export function wholeAt(text: string): number | null {
  const found = /^\{"type":"(?:snapshot|changed)","seq":(\d+),/.exec(text.slice(0, 60));
  return found ? Number(found[1]) : null;
}

/** Wait before attempt `tries` (1, 2, …), ms: doubles from half a second, with full jitter on half. */
export function wait(tries: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(tries - 1, 10));
  return whole / 2 + (whole / 2) * random;
}
