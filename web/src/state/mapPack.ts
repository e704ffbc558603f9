// The ground around one person as a phone keeps it for use without a network: the border of their township,
// the borders around it, and its stations with their last readings. Pure.
import type { Level, StationView, Text, Time } from "../wire/view";
import { worstOf } from "./stations";
import { type County, seriesKey } from "./world";

export type Point = [lon: number, lat: number];

export interface PackArea {
  code: string;
  name: Text;
  rings: Point[][];
}

export interface PackStation {
  id: string;
  name: Text;
  at: Point;
  level: Level | null;
  readings: { title: Text; value: string; unit: string; observed: Time | null }[];
}

export interface MapPack {
  /** The person's own township; null: the whole county. */
  own: PackArea | null;
  /** What lies around it, for orientation. */
  around: PackArea[];
  stations: PackStation[];
  /** By this device's clock, ms since the epoch. */
  at: number;
  /** The same instant on the county's clock, where it was known. */
  engineAt: number | null;
  bytes: number;
}

/** What the server's ground file holds of a township. */
export interface GroundFeature {
  properties: { code: string; name: string; name_en?: string };
  geometry:
    | { type: "Polygon"; coordinates: number[][][] }
    | { type: "MultiPolygon"; coordinates: number[][][][] };
}

export function areaOf({ properties, geometry }: GroundFeature): PackArea {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const point = (pair: number[]): Point => [round(pair[0] ?? 0), round(pair[1] ?? 0)];
  return {
    code: properties.code,
    name: { zh: properties.name, en: properties.name_en ?? properties.name },
    rings: polygons.flatMap((rings) => rings.map((ring) => ring.map(point))),
  };
}

/** A metre is enough. */
function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
}

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

export function boundsOf(areas: readonly PackArea[], stations: readonly PackStation[]): Bounds {
  const points = [
    ...areas.flatMap((area) => area.rings.flat()),
    ...stations.map((station) => station.at),
  ];
  const bounds = { west: 180, south: 90, east: -180, north: -90 };
  for (const [lon, lat] of points) {
    bounds.west = Math.min(bounds.west, lon);
    bounds.east = Math.max(bounds.east, lon);
    bounds.south = Math.min(bounds.south, lat);
    bounds.north = Math.max(bounds.north, lat);
  }
  return bounds;
}

function meets(a: Bounds, b: Bounds): boolean {
  return a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
}

/** A station with what is known of it now. */
export function packStation(county: County, station: StationView): PackStation | null {
  const { lon, lat } = station;
  if (lon === null || lat === null) return null;
  const readings = station.series.flatMap((series) => {
    const now = county.now.get(seriesKey(series.station, series.quantity));
    if (!now || now.value === null) return [];
    const { title, unit } = series;
    return [{ title, unit, value: now.value, observed: now.observed }];
  });
  const { level } = worstOf(county, station);
  return { id: station.id, name: station.name, at: [round(lon), round(lat)], level, readings };
}

/** The pack of one township, or of the county where the person has none. */
export function packOf(
  ground: readonly GroundFeature[],
  county: County,
  township: string | null,
  at: number,
  engineAt: number | null,
): MapPack {
  const areas = ground.map(areaOf);
  const own = areas.find((area) => area.code === township) ?? null;
  const near = own ? boundsOf([own], []) : null;
  const around = areas.filter(
    (area) => area !== own && (!near || meets(near, boundsOf([area], []))),
  );
  const stations = [...county.stations.values()].flatMap((station) => {
    if (own && station.township !== own.code) return [];
    return packStation(county, station) ?? [];
  });
  const pack = { own, around, stations, at, engineAt, bytes: 0 };
  return { ...pack, bytes: new TextEncoder().encode(JSON.stringify(pack)).length };
}

/** Places as points of a picture of this width; north is up, and a kilometre is as long in both directions. */
export function projection(bounds: Bounds, width: number, margin: number) {
  const narrow = Math.cos((((bounds.south + bounds.north) / 2) * Math.PI) / 180);
  const span = Math.max((bounds.east - bounds.west) * narrow, 1e-4);
  const scale = (width - 2 * margin) / span;
  const height = Math.max((bounds.north - bounds.south) * scale, 1) + 2 * margin;
  const place = ([lon, lat]: Point): Point => [
    margin + (lon - bounds.west) * narrow * scale,
    margin + (bounds.north - lat) * scale,
  ];
  /** Metres in one unit of the picture. */
  const metres = 111_320 / scale;
  return { height, place, metres };
}

/** Metres between two places, good enough for a township. */
export function metresBetween([lon1, lat1]: Point, [lon2, lat2]: Point): number {
  const narrow = Math.cos((((lat1 + lat2) / 2) * Math.PI) / 180);
  return Math.hypot((lon2 - lon1) * narrow, lat2 - lat1) * 111_320;
}
