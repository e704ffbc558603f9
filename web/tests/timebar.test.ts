import { expect, test } from "vitest";
import { reduce } from "../src/state/reduce";
import {
  around,
  following,
  holding,
  knownBy,
  placeOf,
  roomy,
  shownSpan,
  spaced,
  stretches,
  ticks,
  timeAt,
  worst,
} from "../src/state/timebar";
import { emptyWorld } from "../src/state/world";
import type { LanesView } from "../src/wire/replay";
import type { FeedMessage } from "../src/wire/view";

const HOUR = 3_600_000;
const T = Date.parse("2026-08-20T18:00:00Z");

test("a place on the bar and the time there are the same thing", () => {
  const span = following(T, 6);
  for (const place of [0, 1, 333, 999, 1000]) {
    expect(placeOf(timeAt(place, span, 1000), span, 1000)).toBeCloseTo(place, 6);
  }
  expect(timeAt(-50, span, 1000)).toBe(span.from);
  expect(timeAt(2000, span, 1000)).toBe(span.to);
});

test("the bar stays where it is until the time shown would leave it", () => {
  const span = { from: T, to: T + 6 * HOUR };
  expect(holding(span, T + 3 * HOUR)).toBe(span);
  for (const at of [T, T + 6 * HOUR]) expect(holding(span, at)).toBe(span);
  for (const [at, place] of [
    [T - HOUR, 80],
    [T + 6 * HOUR + 1, 20],
    [T + 100 * HOUR, 20],
  ] as const) {
    const moved = holding(span, at);
    expect(moved.to - moved.from).toBeCloseTo(6 * HOUR, 3);
    expect(placeOf(at, moved, 100)).toBeCloseTo(place, 6);
  }
});

test("another length keeps the time shown on the bar, and not much of the future", () => {
  const span = around(T, 24, T + HOUR);
  expect(span.to - span.from).toBe(24 * HOUR);
  expect(span.from).toBeLessThan(T);
  expect(span.to).toBeGreaterThan(T);
  expect(span.to).toBeLessThan(T + 4 * HOUR);
});

test("ticks are whole steps, far enough apart to be read", () => {
  const span = following(T + 1234, 6);
  const list = ticks(span, 1000, 84);
  expect(list.length).toBeLessThanOrEqual(12);
  expect(list.every((time) => time % (30 * 60_000) === 0)).toBe(true);
  // A week is written by days that begin at midnight in the county.
  expect(ticks(following(T, 168), 1000, 84).every((t) => (t + 8 * HOUR) % (24 * HOUR) === 0)).toBe(
    true,
  );
});

test("buckets of one level are one stretch, and none is no stretch", () => {
  const lanes = { from: "2026-08-20T18:00:00Z", bucket_ms: 60_000, levels: [0, 1, 1, 3, 0, 3] };
  const found = stretches(lanes as unknown as LanesView);
  expect(found.map((one) => [(one.from - T) / 60_000, (one.to - T) / 60_000, one.level])).toEqual([
    [1, 3, 1],
    [3, 4, 3],
    [5, 6, 3],
  ]);
});

test("a bucket shows the worst that was reached in it", () => {
  expect(worst([0, 0, 0, 0, 0])).toBeNull();
  expect(worst([4, 0, 0, 0, 0])).toBe(0);
  expect(worst([1, 2, 0, 1, 0])).toBe(3);
});

test("a label is written only where nothing follows too close", () => {
  expect(roomy([0, 10, 95, 100, 300], (one) => one, 92)).toEqual([100, 300]);
});

test("flags that would lie on one another are left out, the first stays", () => {
  const kept = spaced([0, 10, 95, 100, 300], (one) => one, 92);
  expect([...kept]).toEqual([0, 95, 300]);
});

test("nothing that was told in the past is told again", () => {
  const updates: FeedMessage = {
    type: "updates",
    mode: "replay",
    updates: [
      {
        seq: 7,
        n: 0,
        jurisdiction: "330624",
        kind: "annunciation",
        annunciation: { situation: "s", level: 4, reason: "new", at: "2026-08-20T18:00:00Z" },
      },
    ],
  };
  const snapshot: FeedMessage = {
    type: "snapshot",
    seq: 1,
    clock: { clock: { kind: "wall" }, now: "2026-08-20T18:00:00Z" },
    counties: [
      {
        code: "330624",
        title: { zh: "新昌县", en: "Xinchang" },
        demo: true,
        drill: null,
        rules_version: "1",
        stations: [],
        alarms: [],
        commands: [],
        groups: [],
        templates: [],
        people: [],
      },
    ],
    system: [],
  };
  const world = reduce(emptyWorld, snapshot, 0);
  expect(world.begun).toBe(1);
  const told = (mode: "live" | "replay") =>
    reduce(world, { ...updates, mode }, 0).counties.get("330624")?.told.length;
  expect(told("live")).toBe(1);
  expect(told("replay")).toBe(0);
});

test("what the bar keeps comes to rest, live and in the past, wherever the clock has gone", () => {
  const span = { from: T, to: T + 6 * HOUR };
  const broken = { from: Number.NaN, to: Number.NaN };
  for (const kept of [null, span, broken])
    for (const past of [false, true])
      for (const at of [0, T - HOUR, T, T + 3 * HOUR, T + 3 * HOUR + 0.5, T + 99 * HOUR]) {
        // Live is another object with every drawing.
        const first = shownSpan(kept, past, following(at, 6), at);
        const second = shownSpan(first.keep, past, following(at, 6), at);
        expect(second.keep).toBe(first.keep);
        expect(second.span).toEqual(first.span);
      }
  expect(shownSpan(span, false, following(T, 6), T)).toEqual({ span: following(T, 6), keep: null });
  expect(shownSpan(span, true, following(T, 6), T).span).toBe(span);
});

test("the lanes are asked for as of the time shown, and by what is known now as of no time", () => {
  const replay = {
    speed: 0,
    knowledge: "then" as const,
    last: "2026-08-21T00:00:00Z",
    ended: false,
  };
  expect(knownBy(replay, T + 123)).toBe(T + 123);
  expect(knownBy({ ...replay, knowledge: "now" }, T)).toBeNull();
  // Running it is asked for a few times a second at most, and never of a time that is not shown yet.
  for (const speed of [1, 60, 3600]) {
    const asked = new Set<number | null>();
    for (let ms = 0; ms < 10_000; ms += 50) {
      const now = T + 777 + ms * speed;
      const by = knownBy({ ...replay, speed }, now);
      expect(by).toBeLessThanOrEqual(now);
      asked.add(by);
    }
    expect(asked.size).toBeGreaterThan(1);
    expect(asked.size).toBeLessThanOrEqual(21);
  }
  const ended = { ...replay, speed: 3600, ended: true };
  expect(knownBy(ended, T + 123), "what has come to its end is whole").toBe(T + 123);
});
