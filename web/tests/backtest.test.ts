import { expect, test } from "vitest";
import {
  bandKey,
  boundKey,
  boundsOn,
  changesOf,
  clockKey,
  clocksOf,
  crossed,
  delayFlaw,
  flawOf,
  HOLD,
  instantsOf,
  isFlawed,
  judgedIn,
  requestOf,
  rows,
  rulesThatDiffer,
  spanOf,
  spokenIn,
  startDraft,
  tallies,
} from "../src/state/backtest";
import type { BacktestOutcome, BacktestRaise, BacktestReport } from "../src/wire/backtest";
import type { Level, RuleBoundView, RuleView } from "../src/wire/view";

const NOW = Date.parse("2026-08-21T02:00:00Z");
const HOUR = 3_600_000;

const bound = (level: Level, lowest: string, more: Partial<RuleBoundView> = {}): RuleBoundView => ({
  level,
  window_ms: null,
  deadband: null,
  lowest,
  highest: lowest,
  unit: "mm",
  stations: 2,
  ...more,
});
const rule = (bounds: RuleBoundView[], below = false): RuleView => ({
  id: "rain:1h",
  title: { zh: "雨", en: "Rain" },
  hazard: "rainstorm",
  owner: "",
  plan: "",
  advice: { zh: "", en: "" },
  basis: "",
  certainty: "a",
  forecast: false,
  priority: 1,
  condition: { zh: "", en: "" },
  on_delay_ms: [0, 0, 0, 0],
  off_delay_ms: [0, 0, 0, 0],
  min_hold_ms: 0,
  latch: false,
  subjects: 2,
  active: 0,
  episodes: 0,
  found_true: 0,
  found_false: 0,
  bounds,
  below,
});
const edits = (pairs: [RuleBoundView, string][]) =>
  new Map(pairs.map(([one, typed]) => [boundKey(one), typed]));

test("50 instead of 60 is one change; what is as it is, is none", () => {
  const [yellow, orange] = [bound(2, "45.0"), bound(3, "60.0")];
  const one = rule([yellow, orange]);
  const typed = edits([
    [yellow, "45"],
    [orange, " 50 "],
  ]);
  expect(changesOf(one, typed, null)).toEqual([
    {
      rule: "rain:1h",
      level: 3,
      station: null,
      window_ms: null,
      raise: "50",
      shift: null,
      deadband: null,
    },
  ]);
  expect(changesOf(one, typed, "ST01")[0]?.station).toBe("ST01");
  expect(changesOf(one, new Map(), null)).toEqual([]);
});

test("where each station has its own number, something is added to each", () => {
  const varied = bound(2, "41.20", { highest: "63.10" });
  const shifted = changesOf(rule([varied]), edits([[varied, "-0.20"]]), null);
  expect(shifted[0]).toMatchObject({ raise: null, shift: "-0.20" });
  expect(changesOf(rule([varied]), edits([[varied, "0"]]), null)).toEqual([]);
});

test("a window of several is named by its length", () => {
  const [short, long] = [
    bound(3, "60.0", { window_ms: HOUR }),
    bound(3, "100.0", { window_ms: 3 * HOUR }),
  ];
  expect(boundKey(short)).not.toBe(boundKey(long));
  const found = changesOf(rule([short, long]), edits([[long, "90"]]), null);
  expect(found.map((one) => one.window_ms)).toEqual([3 * HOUR]);
});

test("another deadband goes with its bound, alone or beside another number", () => {
  const own = bound(3, "60.0", { deadband: "5.0" });
  const typed = (band: string, raise = "") =>
    new Map([
      [bandKey(own), band],
      [boundKey(own), raise],
    ]);
  const [wider] = changesOf(rule([own]), typed("8"), null);
  expect(wider).toMatchObject({ raise: null, shift: null, deadband: "8" });
  expect(changesOf(rule([own]), typed("8", "50"), null)[0]).toMatchObject({
    raise: "50",
    deadband: "8",
  });
  expect(changesOf(rule([own]), typed("5.0"), null)).toEqual([]);
  expect(isFlawed(rule([own]), typed("-1"))).toBe(true);
  expect(changesOf(rule([own]), typed("-1"), null)).toEqual([]);
});

test("delays are typed in minutes, and those as they are ask for nothing", () => {
  const one = { ...rule([bound(2, "45.0"), bound(3, "60.0")]), on_delay_ms: [0, 360_000, 0, 0] };
  const typed = new Map([
    [clockKey("on", 2), "6"],
    [clockKey("on", 3), "10"],
    [clockKey("off", 3), "0.5"],
    [HOLD, "20"],
  ]);
  expect(clocksOf(one, typed)).toEqual([
    { rule: "rain:1h", level: 3, on_ms: 600_000, off_ms: 30_000, hold_ms: null },
    { rule: "rain:1h", level: null, on_ms: null, off_ms: null, hold_ms: 1_200_000 },
  ]);
  expect([delayFlaw("-1"), delayFlaw("99999"), delayFlaw("1.234"), delayFlaw("")]).toEqual([
    "no_number",
    "no_number",
    "too_fine",
    null,
  ]);
  expect(isFlawed(one, new Map([[HOLD, "x"]]))).toBe(true);
});

test("what is no number, or finer than the quantity, is not sent", () => {
  const own = bound(3, "60.0");
  for (const [typed, flaw] of [
    ["", null],
    ["50", null],
    ["50.5", null],
    ["-3", null],
    ["50.25", "too_fine"],
    ["5O", "no_number"],
    ["50.", "no_number"],
    ["50 mm", "no_number"],
  ] as const) {
    expect(flawOf(typed, own), typed).toBe(flaw);
  }
  expect(changesOf(rule([own]), edits([[own, "5O"]]), null)).toEqual([]);
});

test("a level that begins no later than the milder one before it is told", () => {
  const [yellow, orange] = [bound(2, "45.0"), bound(3, "60.0")];
  expect(crossed(rule([yellow, orange]), edits([[orange, "50"]]))).toEqual([]);
  expect(crossed(rule([yellow, orange]), edits([[orange, "45"]]))).toEqual([3]);
  const falling = rule([bound(2, "20.0"), bound(3, "10.0")], true);
  expect(crossed(falling, new Map())).toEqual([]);
  const [, lower] = falling.bounds;
  expect(lower && crossed(falling, edits([[lower, "25"]]))).toEqual([3]);
});

test("one station shows its own numbers and leaves out what stands in the rule", () => {
  const varied = bound(2, "41.20", { highest: "63.10" });
  const window = bound(2, "45.0", { window_ms: HOUR });
  const line = { rule: "rain:1h", level: 2 as Level, raise: "55.30" };
  const own = boundsOn(rule([varied, window]), [line, { ...line, rule: "other" }]);
  expect(own).toEqual([
    { ...varied, lowest: "55.30", highest: "55.30", stations: 1, deadband: null },
  ]);
});

const raise = (begin: string, more: Partial<BacktestRaise> = {}): BacktestRaise => ({
  rule: "rain:1h",
  station: "ST01",
  station_name: { zh: "", en: "" },
  quantity: "rain",
  level: 3,
  forecast: false,
  begin,
  end: null,
  event: null,
  judged: false,
  confirmed: false,
  lead_ms: null,
  ...more,
});
const outcome = (raises: BacktestRaise[]): BacktestOutcome => {
  const levels = [1, 2, 3, 4].map((level) => {
    const mine = raises.filter((one) => one.level === level);
    return {
      level,
      raises: mine.length,
      falls: 0,
      stations: mine.length,
      first: mine[0]?.begin ?? null,
      first_station: mine[0]?.station ?? null,
      events: null,
      followed: null,
    };
  });
  const only = { rule: "rain:1h", title: { zh: "", en: "" }, hazard: "rainstorm", forecast: false };
  return {
    name: "",
    notes: [],
    ignored: 0,
    refused: 0,
    levels,
    rules: [{ ...only, levels }],
    raises,
    events: [],
    load: null,
  };
};
const [EARLY, LATE] = ["2026-08-21T00:40:00Z", "2026-08-21T01:00:00Z"];
const report = (a: BacktestRaise[], b: BacktestRaise[] | null): BacktestReport => ({
  data: "",
  from: EARLY,
  to: LATE,
  window_ms: 0,
  readings: 10,
  a: outcome(a),
  b: b && outcome(b),
  difference: b && {
    same: 0,
    earlier: 1,
    later: 0,
    new: 0,
    gone: 0,
    pairs: [
      {
        movement: "earlier",
        station: "ST01",
        quantity: "rain",
        level: 3,
        a: LATE,
        b: EARLY,
        by_ms: -1_200_000,
      },
    ],
  },
});

test("both runs stand side by side, the most severe level first", () => {
  const both = report([raise(LATE)], [raise(EARLY), raise(LATE, { station: "ST02" })]);
  const table = tallies(both, null);
  expect(table.map((one) => one.level)).toEqual([4, 3, 2, 1]);
  expect([table[1]?.a.raises, table[1]?.b?.raises]).toEqual([1, 2]);
  expect(rulesThatDiffer(both)).toEqual(["rain:1h"]);
  expect(rulesThatDiffer(report([raise(LATE)], [raise(LATE)]))).toEqual([]);
});

test("a difference knows its instants in both runs; one run alone lists every raise", () => {
  const both = report([raise(LATE)], [raise(EARLY), raise(EARLY, { level: 2 })]);
  const [row] = rows(both);
  expect(row?.movement).toBe("earlier");
  const marks = row && instantsOf(both, row);
  expect(marks?.a.map((one) => one.begin)).toEqual([LATE]);
  expect(marks?.b.map((one) => one.begin)).toEqual([EARLY]);
  const [alone] = rows(report([raise(LATE)], null));
  expect([alone?.movement, alone?.a, alone?.b]).toEqual([null, LATE, null]);
});

test("a row knows whether anything came of it in either run", () => {
  const hit = { judged: true, confirmed: true };
  const both = report([raise(LATE, { judged: true })], [raise(EARLY, hit)]);
  const [row] = rows(both);
  expect(row && judgedIn(both, row)).toEqual({ a: "false", b: "hit" });
  const unknown = report([raise(LATE)], [raise(EARLY)]);
  const [other] = rows(unknown);
  expect(other && judgedIn(unknown, other)).toEqual({ a: null, b: null });
});

test("the bar marks each minute of a level once a run, and no forecast", () => {
  const many = [raise(LATE), raise(LATE, { station: "ST02" }), raise(EARLY, { forecast: true })];
  const spoken = spokenIn(report(many, [raise(EARLY)]));
  expect(spoken.map((one) => [one.side, one.at])).toEqual([
    ["a", Date.parse(LATE)],
    ["b", Date.parse(EARLY)],
  ]);
});

test("a draft means what the time bar shows, the last hours or its own time", () => {
  const draft = startDraft("rain:1h", NOW);
  const bar = { from: NOW - 3 * HOUR, to: NOW - HOUR };
  expect(spanOf(draft, bar, NOW)).toEqual(bar);
  expect(spanOf(draft, null, NOW)).toEqual({ from: NOW - 24 * HOUR, to: NOW });
  expect(spanOf({ ...draft, when: 6 }, bar, NOW)).toEqual({ from: NOW - 6 * HOUR, to: NOW });
  const own = { ...draft, when: "own" as const, from: 1, to: 2 };
  expect(spanOf(own, bar, NOW)).toEqual({ from: 1, to: 2 });
});

test("a draft becomes a request of its time, or none", () => {
  const draft = startDraft("rain:1h", NOW);
  const span = { from: NOW - 6 * HOUR, to: NOW };
  const none = { bounds: [], clocks: [] };
  const asked = requestOf(draft, none, "330624", span);
  expect([asked?.from, asked?.to]).toEqual([
    "2026-08-20T20:00:00.000Z",
    "2026-08-21T02:00:00.000Z",
  ]);
  expect(requestOf(draft, none, "330624", { from: NOW, to: NOW })).toBeNull();
  const change = {
    rule: "r",
    level: 3 as Level,
    station: null,
    window_ms: null,
    raise: "1",
    shift: null,
    deadband: null,
  };
  const slower = { rule: "r", level: null, on_ms: 1, off_ms: null, hold_ms: null };
  const changes = { bounds: [change], clocks: [slower] };
  const files = { ...draft, by: "files" as const, files: { "a.toml": "x" } };
  expect(requestOf(files, changes, "330624", span)).toMatchObject({
    against: { "a.toml": "x" },
    bounds: [],
    clocks: [],
  });
  expect(requestOf({ ...files, by: "numbers" }, changes, "330624", span)).toMatchObject({
    against: {},
    bounds: [change],
    clocks: [slower],
  });
});
