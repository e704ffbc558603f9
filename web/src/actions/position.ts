// Where this phone was last: watched while a task is open, never waited for.
import type { Position } from "../wire/acts";

/** An older fix says nothing about where the press was made, ms. */
const STALE_MS = 120_000;
let last: { position: Position; at: number } | null = null;

/** Watches until the returned function is called; without permission nothing happens. */
export function watchPosition(): () => void {
  if (!("geolocation" in navigator)) return () => {};
  const id = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const { longitude, latitude, accuracy } = coords;
      last = { position: { lon: longitude, lat: latitude, accuracy_m: accuracy }, at: timestamp };
    },
    () => {},
    { enableHighAccuracy: true, maximumAge: 30_000 },
  );
  return () => navigator.geolocation.clearWatch(id);
}

export function lastPosition(): Position | null {
  return last && Date.now() - last.at < STALE_MS ? last.position : null;
}
