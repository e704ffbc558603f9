import { expect, test } from "vitest";
import { candidates } from "../src/state/duplicates";
import { begunBy, book, only } from "../src/state/events";
import { reduce } from "../src/state/reduce";
import { emptyWorld } from "../src/state/world";
import type { EventView } from "../src/wire/view";
import { alarm, snapshot } from "./night";

const event = (id: string, from: string, more: Partial<EventView> = {}): EventView => ({
  id,
  source: "entered",
  kind: "flood",
  area: null,
  stations: [],
  level: null,
  from,
  until: null,
  text: null,
  by: "officer",
  alarm: null,
  truth: null,
  dropped: false,
  ...more,
});

test("what was heard since joins the book, and what was dropped leaves it", () => {
  const fetched = [event("a", "2026-08-20T10:00:00Z"), event("b", "2026-08-20T11:00:00Z")];
  const heard = new Map([
    ["a", event("a", "2026-08-20T10:00:00Z", { dropped: true })],
    ["c", event("c", "2026-08-20T12:00:00Z", { source: "marked" })],
  ]);
  const all = book(fetched, heard);
  expect(all.map((one) => one.id)).toEqual(["c", "b"]);
  expect(only(all, "marked").map((one) => one.id)).toEqual(["c"]);
  expect(only(all, "all")).toHaveLength(2);
});

test("at a moment of the past only what had begun by then is in the book", () => {
  const all = book(
    [event("a", "2026-08-20T10:00:00Z"), event("b", "2026-08-20T11:00:00Z")],
    new Map(),
  );
  const at = (time: string) => begunBy(all, Date.parse(time)).map((one) => one.id);
  expect(at("2026-08-20T09:59:59Z")).toEqual([]);
  expect(at("2026-08-20T10:00:00Z")).toEqual(["a"]);
  expect(at("2026-08-20T12:00:00Z")).toEqual(["b", "a"]);
});

test("what was heard in another world is not taken into the next", () => {
  const said = { jurisdiction: "j", kind: "event", event: event("a", "2026-08-20T10:00:00Z") };
  const updates = [{ ...said, seq: 2, n: 0 }] as never;
  const heard = reduce(
    reduce(emptyWorld, snapshot(1, []), 0),
    { type: "updates", updates, mode: "replay" },
    0,
  );
  expect(heard.counties.get("j")?.events.size).toBe(1);
  expect(reduce(heard, snapshot(9, []), 0).counties.get("j")?.events.size).toBe(0);
});

test("a duplicate is looked for in its own situation first, and never in itself", () => {
  const here = alarm("here", { situation: "s", station: "s1" });
  const far = alarm("far", { situation: null, station: "s9" });
  const same = alarm("same", { situation: "s", station: "s9" });
  const back = alarm("back", { situation: "s", duplicate_of: "here" });
  const world = reduce(emptyWorld, snapshot(1, [far, back, here, same]), 0);
  const county = world.counties.get("j");
  if (!county) throw new Error("the county is gone");
  expect(candidates(county, here, "").map((one) => one.key)).toEqual(["same", "far"]);
  expect(candidates(county, here, "no such station")).toEqual([]);
});
