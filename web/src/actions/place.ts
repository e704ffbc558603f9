// Where this phone is while the page of an open task is shown, told without a press as long as its person lets it. Never kept for
// later: an old place says nothing, and nothing that was pressed waits behind it.

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

/** Tells the places of one open task until the returned function is called. */
export function tellPlaces(task: string, person: string): () => void {
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
      if (error instanceof Refused && error.status < 500 && error.status !== 429) over = true;
    }
  };
  void tell();
  const timer = setInterval(() => void tell(), LOOK_MS);
  return () => clearInterval(timer);
}
