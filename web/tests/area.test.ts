import { expect, test } from "vitest";
import { borderOf, within } from "../src/map/inside";
import type { Border } from "../src/map/pen";
import type { County } from "../src/state/world";

const square = (west: number, south: number, side: number): Border => ({
  type: "Polygon",
  coordinates: [
    [
      [west, south],
      [west + side, south],
      [west + side, south + side],
      [west, south + side],
      [west, south],
    ],
  ],
});
const land = (code: string, border: Border) => ({ properties: { code }, geometry: border });
const LANDS = [land("T1", square(120, 29, 1)), land("T2", square(121, 29, 1))];
const station = (id: string, lon: number | null, lat: number | null, township: string | null) =>
  [id, { id, lon, lat, township }] as const;
const county = {
  areas: ["T2", "T1", "T3"].map((code) => ({ kind: "township", code, people: 1 })),
  stations: new Map([
    station("in", 120.5, 29.5, "T1"),
    station("out", 121.5, 29.5, "T2"),
    station("nowhere", null, null, "T3"),
  ]),
} as unknown as County;

test("a drawn area holds the stations inside and every township it touches", () => {
  expect(within(square(120.4, 29.4, 0.2), county, LANDS)).toEqual({
    stations: ["in"],
    townships: ["T1"],
  });
  // Over the border of two, in the county's order.
  expect(within(square(120.9, 29.4, 0.2), county, LANDS)).toEqual({
    stations: [],
    townships: ["T2", "T1"],
  });
  expect(within(square(10, 10, 1), county, LANDS)).toEqual({ stations: [], townships: [] });
});

test("without borders a township is touched where one of its stations lies inside", () => {
  expect(within(square(120.4, 29.4, 2), county, []).townships).toEqual(["T2", "T1"]);
});

test("a place in words is no border", () => {
  expect(borderOf(JSON.stringify(square(1, 2, 3)))).toEqual(square(1, 2, 3));
  for (const place of ["桥头", "{桥头}", '{"type":"Point","coordinates":[1,2]}', undefined]) {
    expect(borderOf(place)).toBeNull();
  }
});
