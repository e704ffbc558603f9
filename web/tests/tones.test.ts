import { describe, expect, test } from "vitest";
import { NOTICES } from "../src/features/status/notices";
import { reduce } from "../src/state/reduce";
import { LOUD, loudest, type Rung, ring, since, toneOf } from "../src/state/tones";
import { emptyWorld, type Told } from "../src/state/world";
import type {
  FeedMessage,
  Level,
  NoticeReason,
  RunView,
  SystemKind,
  SystemView,
  Update,
} from "../src/wire/view";
import { alarm, situation, snapshot, updates } from "./night";

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

describe("notices that wait for a person", () => {
  const notice = (
    kind: SystemKind,
    subject: string,
    more: Partial<SystemView> = {},
  ): SystemView => ({
    kind,
    subject,
    since: "2026-08-20T18:00:00Z",
    until: null,
    level: null,
    owner: null,
    ...more,
  });
  const nothing = { runs: new Map(), situations: new Map() };
  /** What sounds at each of these minutes, one look after the other. */
  const sounds = (looks: [number, SystemView[]][], about = nothing) => {
    let rung: Rung | null = null;
    return looks.map(([minute, system]) => {
      const { rung: next, due } = ring(system, about, rung, minute * 60_000);
      rung = next;
      return due && `${due.tone} ${due.of.subject}${due.news ? " new" : ""}`;
    });
  };

  test("sound as red does when they come, and every three minutes until somebody deals with them", () => {
    const run = notice("calls_exhausted", "r");
    expect(
      sounds([
        [0, []],
        [1, [run]],
        [2, [run]],
        [4, [run]],
        [6, [run]],
        [7, [run]],
        [12, [{ ...run, owner: "me" }]],
        [20, []],
      ]),
    ).toEqual([null, "red r new", null, "red r", null, "red r", null, null]);
  });

  test("that stood when the page was opened are no news, and are told in their time", () => {
    const late = notice("report_overdue", "i/1");
    expect(
      sounds([
        [0, [late]],
        [1, [late]],
        [3, [late]],
      ]),
    ).toEqual([null, null, "red i/1"]);
  });

  test("are all that wait for a person and may not be folded; a new one before an old one", () => {
    for (const kind of LOUD) expect(NOTICES[kind].full).toBe(true);
    const [crew, gap] = [notice("crew_overdue", "t"), notice("coverage_gap", "p")];
    const clock = notice("legal_clock", "r#5");
    expect(
      sounds([
        [0, []],
        [1, [gap]],
        [2, [gap, crew]],
        [5, [gap, crew, clock]],
      ]),
    ).toEqual([null, null, "red t new", "red r#5 new"]);
  });

  test("are milder for a roll-call, and quiet for a call for help that somebody took note of", () => {
    const rolled = { occasion: "roll_call" } as RunView;
    const roll = { ...nothing, runs: new Map([["r", rolled]]) };
    const run = notice("calls_exhausted", "r");
    const looks: [number, SystemView[]][] = [
      [0, []],
      [1, [run]],
      [5, [run]],
      [11, [run]],
    ];
    expect(sounds(looks, roll)).toEqual([null, "orange r new", null, "orange r"]);
    const help = (unacked: number) => ({
      ...nothing,
      situations: new Map([["h", situation("h", { unacked, manual: { task: "t" } as never })]]),
    });
    const called: [number, SystemView[]][] = [
      [0, []],
      [1, [notice("need_help", "t")]],
    ];
    expect(sounds(called, help(1))).toEqual([null, "red t new"]);
    expect(sounds(called, help(0))).toEqual([null, null]);
  });
});
