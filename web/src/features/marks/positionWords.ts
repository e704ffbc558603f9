// Places in words: near which station, how far, how sure.
import { i18n, say } from "../../i18n/i18n";
import { type Fix, nearest } from "../../state/positions";
import type { County } from "../../state/world";

/** `320 m`, `1.2 km`. */
export function far(metres: number): string {
  const whole = Math.round(metres);
  // A number and its unit stay on one line.
  return whole < 1_000 ? `${whole}\u00a0m` : `${(metres / 1_000).toFixed(1)}\u00a0km`;
}

/** Longitude and latitude to about a metre. */
export function lonLat({ lon, lat }: Fix): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
}

/** ` ±12 m`, where the phone said how sure it was. */
export function sure({ accuracy }: Fix): string {
  return accuracy === null ? "" : ` ±${far(accuracy)}`;
}

/** The nearest station and how far it is, else the bare numbers. */
export function placeName(county: County, fix: Fix): string {
  const near = nearest(county, fix);
  if (!near) return lonLat(fix);
  return i18n.t("{station}附近 {far}", {
    station: say(near.station.name),
    far: far(near.metres),
  });
}
