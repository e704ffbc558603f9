import { expect, test } from "vitest";
import { type GroundFeature, metresBetween, packOf, projection } from "../src/state/mapPack";
import { reduce } from "../src/state/reduce";
import { emptyWorld } from "../src/state/world";
import { snapshot } from "./night";

const square = (code: string, lon: number): GroundFeature => ({
  properties: { code, name: `镇${code}` },
  geometry: {
    type: "Polygon",
    coordinates: [
      [
        [lon, 29],
        [lon + 0.1, 29],
        [lon + 0.1, 29.1],
        [lon, 29.1],
        [lon, 29],
      ],
    ],
  },
});
const ground = [square("t1", 120), square("T2", 120.1), square("T3", 125)];
const world = reduce(emptyWorld, snapshot(1), 0);
const county = [...world.counties.values()][0];

test("a pack holds the own township, what touches it, and its stations", () => {
  if (!county) throw new Error("the night has a county");
  const pack = packOf(ground, county, "t1", 5, 6);
  expect(pack.own?.code).toBe("t1");
  expect(pack.around.map((area) => area.code)).toEqual(["T2"]);
  expect(pack.bytes).toBeGreaterThan(100);
  expect(pack.stations.map((one) => one.id)).toEqual(["s1"]);
  expect(packOf(ground, county, "T2", 5, 6).stations).toEqual([]);
});

test("who has no township gets the county", () => {
  if (!county) throw new Error("the night has a county");
  const pack = packOf(ground, county, null, 5, null);
  expect(pack.own).toBe(null);
  expect(pack.around).toHaveLength(3);
});

test("north is up and a kilometre is a kilometre in both directions", () => {
  const bounds = { west: 120, east: 120.1, south: 29, north: 29.1 };
  const { place, metres, height } = projection(bounds, 390, 16);
  expect(place([120, 29.1])).toEqual([16, 16]);
  const [east] = place([120.1, 29.1]);
  const [, south] = place([120, 29]);
  expect((east - 16) * metres).toBeCloseTo(metresBetween([120, 29.1], [120.1, 29.1]), -2);
  expect((south - 16) * metres).toBeCloseTo(metresBetween([120, 29], [120, 29.1]), -2);
  expect(height).toBeCloseTo(south + 16);
});
