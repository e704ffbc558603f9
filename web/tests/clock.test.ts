import { describe, expect, test } from "vitest";
import { sinceAfter, wait } from "../src/link/resume";
import { engineGuess, engineNow, TRUST_MS } from "../src/state/clock";
import { failed, heard } from "../src/state/connection";
import type { Clock, FeedMessage, Update } from "../src/wire/view";
import { snapshot, updates } from "./night";

const beat = (clock: Clock) => ({
  view: { clock, now: "2026-08-20T18:00:00Z" },
  nowMs: Date.parse("2026-08-20T18:00:00Z"),
  heardAt: 1_000,
});

describe("the engine's now", () => {
  test("a wall clock runs as ours does, a scaled one at its factor, a fed one not at all", () => {
    const at = (clock: Clock) => (engineNow(beat(clock), 2_000) ?? 0) - beat(clock).nowMs;
    expect(at({ kind: "wall" })).toBe(1_000);
    expect(at({ kind: "scaled", start: "2026-08-20T16:00:00Z", factor: 20 })).toBe(20_000);
    expect(at({ kind: "feed" })).toBe(0);
  });

  test("without beats it stands still after a moment: what is shown is what was known", () => {
    const wall = beat({ kind: "wall" });
    expect(engineNow(wall, 60_000)).toBe(wall.nowMs + TRUST_MS);
    expect(engineGuess(wall, 61_000)).toBe(wall.nowMs + 60_000);
  });

  test("before the first beat there is no time", () => {
    expect(engineNow(null, 5)).toBeNull();
  });
});

describe("connection", () => {
  test("lost counts from the last word heard, however many attempts follow", () => {
    const live = heard(heard({ phase: "connecting", since: 0 }, 100), 900);
    const lost = failed(failed(live, 5_000), 9_000);
    expect(lost).toEqual({ phase: "lost", since: 900, tries: 2 });
  });
});

describe("taking up the feed again", () => {
  const resumed = (messages: FeedMessage[]) => messages.reduce<number | null>(sinceAfter, null);
  const at = (seq: number) => updates({ seq, n: 0, kind: "alarm" } as Omit<Update, "jurisdiction">);

  test("the last input heard is asked for again, since it may have been cut", () => {
    expect(resumed([snapshot(10)])).toBe(10);
    expect(resumed([snapshot(10), at(11)])).toBe(10);
    expect(resumed([snapshot(10), at(11), at(20)])).toBe(19);
  });

  test("changed files need a whole snapshot", () => {
    expect(resumed([snapshot(10), updates({ seq: 11, n: 0, kind: "configured" })])).toBeNull();
  });

  test("waits grow to a bound and no two machines wait alike", () => {
    expect(wait(1, 0)).toBe(250);
    expect(wait(1, 1)).toBe(500);
    expect(wait(40, 1)).toBe(15_000);
    expect(wait(40, 0)).toBe(7_500);
  });
});
