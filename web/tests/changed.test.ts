import { expect, test } from "vitest";
import { wholeAt } from "../src/link/resume";
import { reduce } from "../src/state/reduce";
import { emptyWorld } from "../src/state/world";
import type { CountyChanged, FeedMessage, SeriesNow, Update } from "../src/wire/view";
import { alarm, command, series, snapshot, task, updates } from "./night";

const same = { put: [] };
const clock = { clock: { kind: "wall" } as const, now: "2026-08-20T17:00:00Z", replay: null };

/** Another time of the county of [`snapshot`]. */
function changed(seq: number, more: Partial<CountyChanged> = {}): FeedMessage {
  const [county] = (snapshot(1) as FeedMessage & { type: "snapshot" }).counties;
  if (!county) throw new Error("no county");
  const { code, title, demo, rules_version } = county;
  const lists = {
    ...{ stations: same, now: same, alarms: same, commands: same, groups: same, templates: same },
    ...{ people: same, situations: same, suppressions: same, areas: same, weather: same },
    ...{ incidents: same, runs: same, pages: same, posts: same },
  };
  const none = { order: [], put: [] };
  const later = { situations: none, suppressions: none, areas: none, weather: none };
  const latest = { incidents: none, runs: none, pages: none, posts: none };
  const one = { code, title, demo, rules_version, drill: null, event_classes: [], load: {} };
  const counties = [
    { ...one, ...lists, ...later, ...latest, ...more },
  ] as unknown as CountyChanged[];
  return { type: "changed", seq, clock, counties, system: [], mode: "replay" };
}

const bare = (value: string): SeriesNow => {
  const { title: _t, unit: _u, decimals: _d, thresholds: _h, ...now } = series;
  return { ...now, value };
};

test("another time is what was told before with what differs put in", () => {
  const before = reduce(
    emptyWorld,
    snapshot(9, [alarm("a"), alarm("b")], [command([task("a", "issued")])]),
    0,
  );
  const next = changed(4, {
    now: { put: [bare("0.40")] },
    alarms: { order: ["c", "a"], put: [alarm("c")] },
  });
  const after = reduce(before, next, 5);
  const [was, is] = [before.counties.get("j"), after.counties.get("j")];
  if (!was || !is) throw new Error("no county");
  expect([...is.alarms.keys()]).toEqual(["c", "a"]);
  expect(is.now.get("s1/water_level")?.value).toBe("0.40");
  expect(is.series.get("s1/water_level")?.unit).toBe("m");
  expect([after.seq, after.begun, after.heartbeat?.nowMs]).toEqual([4, 2, Date.parse(clock.now)]);
  // What did not change is the very same value: nothing of it is drawn anew.
  expect(is.stations).toBe(was.stations);
  expect(is.commands).toBe(was.commands);
  expect(is.groups).toBe(was.groups);
  expect(is.alarms.get("a")).toBe(was.alarms.get("a"));
});

test("what updates told in between does not count: it was told of another time", () => {
  const first = reduce(emptyWorld, snapshot(9, [alarm("a", { level: 2 })]), 0);
  const risen = updates({
    seq: 10,
    n: 0,
    kind: "alarm",
    alarm: alarm("a", { level: 4 }),
  } as Update);
  const later = reduce(first, risen, 1);
  expect(later.counties.get("j")?.alarms.get("a")?.level).toBe(4);
  const back = reduce(later, changed(9), 2);
  expect(back.counties.get("j")?.alarms.get("a")?.level).toBe(2);
  // And once more, against what was told last.
  const alarms = { order: ["a"], put: [alarm("a", { level: 3 })] };
  const on = reduce(back, changed(10, { alarms }), 3);
  expect(on.counties.get("j")?.alarms.get("a")?.level).toBe(3);
});

test("a change against what was never heard asks for the whole", () => {
  expect(reduce(emptyWorld, changed(4), 0).wantsSnapshot).toBe(true);
  const world = reduce(emptyWorld, snapshot(9), 0);
  const gone = changed(4, { alarms: { order: ["never"], put: [] } });
  expect(reduce(world, gone, 0).wantsSnapshot).toBe(true);
  expect(reduce(world, gone, 0).counties).toBe(world.counties);
});

test("a whole world is known by its first letters, without taking it apart", () => {
  expect(wholeAt(JSON.stringify(snapshot(77)))).toBe(77);
  expect(wholeAt(JSON.stringify(changed(78)))).toBe(78);
  expect(wholeAt('{"type":"updates","updates":[{"seq":3}]}')).toBeNull();
  expect(wholeAt('{"type":"beat","seq":3}')).toBeNull();
  expect(wholeAt("")).toBeNull();
});
