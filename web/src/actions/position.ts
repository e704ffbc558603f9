// Where this phone is: watched while a task is open, sent along with reports as long as its person lets it,
// never waited for.
import { store } from "../state/store";
import type { Position } from "../wire/acts";

/** An older fix says nothing about where the press was made, ms. */
const STALE_MS = 120_000;
const SHELF = "watchfire.position";

const patch = (change: Partial<ReturnType<typeof store.get>["where"]>) =>
  store.set({ where: { ...store.get().where, ...change } });

/** Whether reports may say where they were made; kept in this phone. */
export function letPosition(go: boolean): void {
  localStorage.setItem(SHELF, go ? "on" : "off");
  patch({ goes: go });
}

/** Takes what was last chosen here. */
export function startPosition(): void {
  patch({ goes: localStorage.getItem(SHELF) !== "off" });
}

/** Watches until the returned function is called; without permission nothing happens. */
export function watchPosition(): () => void {
  if (!("geolocation" in navigator)) {
    patch({ trouble: "unable" });
    return () => {};
  }
  const id = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const { longitude, latitude, accuracy } = coords;
      const position = { lon: longitude, lat: latitude, accuracy_m: accuracy };
      patch({ trouble: null, found: { position, at: timestamp } });
    },
    ({ code, PERMISSION_DENIED }) => {
      if (code === PERMISSION_DENIED) patch({ trouble: "denied" });
    },
    { enableHighAccuracy: true, maximumAge: 30_000 },
  );
  return () => navigator.geolocation.clearWatch(id);
}

/** Where this phone is, for its own map; null when nobody knows any more. */
export function ownPosition(): Position | null {
  const { found } = store.get().where;
  return found && Date.now() - found.at < STALE_MS ? found.position : null;
}

/** What goes with a report. */
export function lastPosition(): Position | null {
  return store.get().where.goes ? ownPosition() : null;
}
