import { describe, expect, test } from "vitest";
import { reduce } from "../src/state/reduce";
import { loudest, since, toneOf } from "../src/state/tones";
import { emptyWorld, type Told } from "../src/state/world";
import type { FeedMessage, Level, NoticeReason, Update } from "../src/wire/view";
import { alarm, snapshot, updates } from "./night";

const told = (seq: number, level: Level, reason: NoticeReason = "new"): Told => ({
  situation: "s",
  level,
  reason,
  at: "2026-08-20T18:00:00Z",
  seq,
  n: 0,
});
const play = (...messages: FeedMessage[]) =>
  messages.reduce((world, message) => reduce(world, message, 0), emptyWorld).counties.get("j");
const announce = (seq: number, level: Level): Omit<Update, "jurisdiction"> =>
  ({ seq, n: 0, kind: "annunciation", annunciation: told(seq, level) }) as never;

describe("what makes noise", () => {
  test("a change of an alarm, even to red, is no annunciation", () => {
    const county = play(
      snapshot(10),
      updates({ seq: 11, n: 0, kind: "alarm", alarm: alarm("k", { level: 4 }) } as never),
    );
    expect(county?.told).toEqual([]);
  });

  test("annunciations are kept in order, each once, and survive a new snapshot", () => {
    const county = play(
      snapshot(10),
      updates(announce(11, 3), announce(12, 4)),
      updates(announce(12, 4)),
      snapshot(13),
    );
    expect(county?.told.map((one) => one.seq)).toEqual([11, 12]);
    expect(since(county?.told ?? [], { seq: 11, n: 0 }).map((one) => one.seq)).toEqual([12]);
    expect(since(county?.told ?? [], { seq: 12, n: 0 })).toEqual([]);
  });

  test.each<[Level, NoticeReason, string | null, string | null]>([
    [4, "new", "red", "red"],
    [4, "rise", "red", "red"],
    [4, "after_restart", "red", "red"],
    [4, "suppression_ended", "red", "red"],
    [4, "lease_lapsed", "red", "red"],
    [4, "repeat", "red", null],
    [4, "people", "red", null],
    [4, "spread", "red", "red"],
    [3, "new", "orange", null],
    [3, "spread", "orange", "orange"],
    [2, "spread", null, "orange"],
    [2, "new", null, null],
    [1, "new", null, null],
  ])("level %i, %s: %s, in flood mode %s", (level, reason, plain, flood) => {
    expect(toneOf(told(1, level, reason), false)).toBe(plain);
    expect(toneOf(told(1, level, reason), true)).toBe(flood);
  });

  test("of several the red one sounds, once", () => {
    const found = loudest([told(1, 3), told(2, 4), told(3, 4)], false, false);
    expect(found).toMatchObject({ tone: "red", of: { seq: 2 } });
  });

  test("a silenced desk hears only new red, which ends its silence", () => {
    expect(loudest([told(1, 3)], false, true)).toBeNull();
    expect(loudest([told(1, 4, "repeat")], false, true)).toBeNull();
    expect(loudest([told(1, 3), told(2, 4)], false, true)).toMatchObject({
      tone: "red",
      breaks: true,
    });
  });
});
