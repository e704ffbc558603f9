// Feeds a source by difference: only points that changed reach MapLibre.
import type { Feature } from "geojson";
import type { GeoJSONFeatureDiff, GeoJSONSource } from "maplibre-gl";
import type { Point } from "./features";

export interface Fed {
  /** Makes the source show exactly these points. */
  feed(points: Point[]): void;
  /** Forgets what was fed, as after a change of style. */
  forget(): void;
}

/** `source` is asked for at each feeding, since a style change replaces it. */
export function fed(source: () => GeoJSONSource | undefined): Fed {
  let known = new Map<string, { text: string; point: Point }>();
  return {
    forget: () => {
      known = new Map();
    },
    feed: (points) => {
      const target = source();
      if (!target) return;
      const next = new Map(
        points.map((point) => [point.id, { text: JSON.stringify(point), point }]),
      );
      const diff = {
        add: [] as Feature[],
        update: [] as GeoJSONFeatureDiff[],
        remove: [] as string[],
      };
      for (const [id, { text, point }] of next) {
        const before = known.get(id);
        if (!before) diff.add.push(feature(point));
        else if (before.text !== text) diff.update.push(change(before.point, point));
      }
      for (const id of known.keys()) if (!next.has(id)) diff.remove.push(id);
      known = next;
      if (diff.add.length + diff.update.length + diff.remove.length > 0) target.updateData(diff);
    },
  };
}

function feature(point: Point): Feature {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [point.lon, point.lat] },
    properties: point.properties,
  };
}

function change(before: Point, after: Point): GeoJSONFeatureDiff {
  const moved = before.lon !== after.lon || before.lat !== after.lat;
  return {
    id: after.id,
    ...(moved
      ? { newGeometry: { type: "Point" as const, coordinates: [after.lon, after.lat] } }
      : {}),
    addOrUpdateProperties: Object.entries(after.properties)
      .filter(([key, value]) => before.properties[key] !== value)
      .map(([key, value]) => ({ key, value })),
  };
}
