// What lies in a drawn area: stations by their place, townships by their borders.
import { booleanIntersects } from "@turf/boolean-intersects";
import { booleanPointInPolygon } from "@turf/boolean-point-in-polygon";
import type { County } from "../state/world";
import type { Border } from "./pen";

export interface Inside {
  /** Ids of stations. */
  stations: string[];
  /** Codes of townships whose land the area touches, in the county's order. */
  townships: string[];
}

interface Township {
  properties: { code: string };
  geometry: Border;
}

export const TOWNSHIPS = "/geo/townships.geojson";
let borders: Promise<Township[]> | null = null;

/** The borders the map itself draws; none where the page carries none. */
function townshipBorders(): Promise<Township[]> {
  borders ??= fetch(TOWNSHIPS)
    .then((answer) => (answer.ok ? answer.json() : { features: [] }))
    .then((file: { features: Township[] }) => file.features)
    .catch(() => {
      borders = null;
      return [];
    });
  return borders;
}

export async function inside(border: Border, county: County): Promise<Inside> {
  return within(border, county, await townshipBorders());
}

export function within(border: Border, county: County, borders: Township[]): Inside {
  const stations = [...county.stations.values()].filter(
    ({ lon, lat }) => lon !== null && lat !== null && booleanPointInPolygon([lon, lat], border),
  );
  const touched = new Set(
    borders
      .filter(({ geometry }) => booleanIntersects(geometry, border))
      .map(({ properties }) => properties.code),
  );
  // Where the borders are not known, a township is touched where one of its stations is.
  for (const { township } of stations) if (township) touched.add(township);
  const known = county.areas.filter(({ kind, code }) => kind === "township" && touched.has(code));
  return { stations: stations.map(({ id }) => id), townships: known.map(({ code }) => code) };
}

/** A border written down with a situation, or none where a place is told in words. */
export function borderOf(place: string | undefined): Border | null {
  if (!place?.startsWith("{")) return null;
  try {
    const read = JSON.parse(place) as Border;
    return read.type === "Polygon" && Array.isArray(read.coordinates[0]) ? read : null;
  } catch {
    return null;
  }
}
