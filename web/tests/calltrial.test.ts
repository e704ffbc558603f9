import { expect, test } from "vitest";
import { startDraft } from "../src/state/backtest";
import {
  calledIn,
  callRequestOf,
  callRows,
  isAstray,
  madeIn,
  newGaps,
  runsThatDiffer,
} from "../src/state/calltrial";
import type {
  CallMade,
  CallMovement,
  CallOutcome,
  CallPair,
  CallReply,
  CallReport,
  RunOutcome,
} from "../src/wire/backtest";

const NOW = Date.parse("2026-08-21T02:00:00Z");
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const made = (minutes: number, reply: CallReply = { reply: "silent" }): CallMade => ({
  at: at(minutes),
  policy: "red",
  level: 4,
  round: 1,
  step: 1,
  reply,
});
const pair = (
  movement: CallMovement,
  person: string,
  a: CallMade | null,
  b: CallMade | null,
): CallPair => ({
  movement,
  about: { situation: "00000000000000aa" },
  person,
  channel: "voice",
  a,
  b,
  by_ms: a && b ? Date.parse(b.at) - Date.parse(a.at) : null,
});
const outcome = (more: Partial<CallOutcome> = {}): CallOutcome => ({
  name: "",
  calls: 0,
  people: 0,
  answered: 0,
  unknown: 0,
  held: 0,
  satisfied: 0,
  exhausted: 0,
  empty_steps: 0,
  gaps: [],
  astray: { readings: 0, receipts: 0, presses: 0, refused: [] },
  ...more,
});
const report = (pairs: CallPair[], more: Partial<CallReport> = {}): CallReport => ({
  from: at(0),
  to: at(60),
  inputs: 1,
  as_it_was: true,
  a: outcome(),
  b: outcome(),
  difference: { same: 0, earlier: 0, later: 0, new: 0, gone: 0, pairs },
  runs: [],
  subjects: [],
  ...more,
});

test("other rosters are asked alone, or together with other rules", () => {
  const span = { from: NOW, to: NOW + 3_600_000 };
  const draft = {
    ...startDraft(null, NOW),
    by: "calls" as const,
    rosters: { "posts.toml": "x" },
    files: { "10.toml": "y" },
  };
  const clocks = [{ rule: "r", level: null, on_ms: 1, off_ms: null, hold_ms: null }];
  const alone = callRequestOf(draft, { bounds: [], clocks }, "330624", span);
  expect(alone).toMatchObject({
    jurisdiction: "330624",
    organisation: { "posts.toml": "x" },
    against: {},
    clocks: [],
  });
  const both = callRequestOf({ ...draft, together: true }, { bounds: [], clocks }, "330624", span);
  expect(both).toMatchObject({ against: { "10.toml": "y" }, clocks });
  const none = { from: NOW, to: NOW };
  expect(callRequestOf(draft, { bounds: [], clocks }, "330624", none)).toBeNull();
});

test("calls that are the same are left out until they are asked for", () => {
  const found = report([
    pair("same", "p-a", made(1), made(1)),
    pair("gone", "p-b", made(2), null),
    pair("new", "p-c", null, made(2, { reply: "unknown" })),
  ]);
  expect(callRows(found, null).map((one) => one.person)).toEqual(["p-b", "p-c"]);
  expect(callRows(found, "same").map((one) => one.person)).toEqual(["p-a"]);
  const [gone, fresh] = callRows(found, null);
  expect(gone && madeIn(gone)?.reply.reply).toBe("silent");
  expect(fresh && madeIn(fresh)?.reply.reply).toBe("unknown");
});

test("the bar marks each minute once a run, and whether both called alike", () => {
  const found = report([
    pair("same", "p-a", made(1), made(1)),
    pair("earlier", "p-b", made(5), made(1.5)),
  ]);
  expect(calledIn(found).map((one) => [one.side, one.count, one.differs])).toEqual([
    ["a", 1, false],
    ["b", 2, true],
    ["a", 1, true],
  ]);
});

test("runs with another end or other empty steps differ, and gaps that A has are no news", () => {
  const run = (more: Partial<RunOutcome> = {}): RunOutcome => ({
    level: 4,
    began: at(0),
    state: "satisfied",
    ended: at(9),
    rounds: 1,
    called: 1,
    answered: 1,
    first_call: at(0),
    first_answer: at(9),
    empty: [],
    ...more,
  });
  const of = (b: RunOutcome, movement: CallMovement = "same") => ({
    movement,
    about: { situation: "00000000000000aa" },
    policy: "red",
    title: { zh: "", en: "" },
    a: run(),
    b,
  });
  const empty = [{ at: at(2), round: 1, step: 2 }];
  const gap = (post: string) => ({ post, from: at(0), until: at(30), people: [], least: 1 });
  const found = report([], {
    runs: [of(run()), of(run({ empty })), of(run({ ended: at(20) }), "later")],
    a: outcome({ gaps: [gap("desk")] }),
    b: outcome({ gaps: [gap("desk"), gap("leader")] }),
  });
  expect(runsThatDiffer(found)).toHaveLength(2);
  expect(newGaps(found).map((one) => one.post)).toEqual(["leader"]);
});

test("what of the record had no place is told where there is any", () => {
  expect(isAstray(outcome())).toBe(false);
  const astray = { readings: 0, receipts: 2, presses: 0, refused: [] };
  expect(isAstray(outcome({ astray }))).toBe(true);
});
