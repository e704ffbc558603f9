// Where this phone is, told without a press for the tasks its person is out for, as long as its person lets
// it. Never kept for later: an old place says nothing, and nothing that was pressed waits behind it.

import { act, Refused } from "../link/api";
import { metresBetween } from "../state/mapPack";
import { newOp } from "./act";
import { lastPosition } from "./position";

/** At most so often, ms; the server takes no more. */
const EVERY_MS = 60_000;
/** How often this is looked at: the first fix may take a while, ms. */
const LOOK_MS = 5_000;
/** Who stands still is told again after this long, ms. */
const STILL_MS = 10 * 60_000;
/** Nearer than this is the same place, metres. */
const MOVED_M = 100;
/** The login ran out and is renewed, or it was too soon: that passes. */
const PASSING = [401, 429];

/** Tells the places of one open task until the returned function is called. */
function tellPlaces(task: string, person: string): () => void {
  let told: { lon: number; lat: number; at: number } | null = null;
  let tried = 0;
  let over = false;
  const tell = async () => {
    const position = lastPosition();
    const now = Date.now();
    if (!position || over || !navigator.onLine || now - tried < EVERY_MS) return;
    const moved = told && metresBetween([told.lon, told.lat], [position.lon, position.lat]);
    if (told && moved !== null && moved < MOVED_M && now - told.at < STILL_MS) return;
    tried = now;
    try {
      const { answer } = await act({
        op: newOp(),
        by: person,
        device_at: new Date(now).toISOString(),
        action: { action: "report_place", task, position },
      });
      told = { lon: position.lon, lat: position.lat, at: now };
      over = answer === "refused";
    } catch (error) {
      // What the server understood and does not take, it will not take later either.
      over = error instanceof Refused && error.status < 500 && !PASSING.includes(error.status);
    }
  };
  void tell();
  const timer = setInterval(() => void tell(), LOOK_MS);
  return () => clearInterval(timer);
}

/** Tells the tasks it was given last: those it was given before go on undisturbed, others end. */
export function startTelling(person: string): (tasks: readonly string[]) => void {
  const stops = new Map<string, () => void>();
  return (tasks) => {
    for (const [task, stop] of stops) {
      if (tasks.includes(task)) continue;
      stop();
      stops.delete(task);
    }
    for (const task of tasks) {
      if (!stops.has(task)) stops.set(task, tellPlaces(task, person));
    }
  };
}
