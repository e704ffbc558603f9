// A back-test as a planner asks for it and reads it: numbers typed against those in force, two runs side by
// side. Pure.
import type {
  BacktestMovement,
  BacktestOutcome,
  BacktestPair,
  BacktestReport,
  BacktestRequest,
  BoundChange,
  ClockChange,
  LevelTally,
} from "../wire/backtest";
import type { Level, RuleBoundView, RuleView } from "../wire/view";
import type { Span } from "./timebar";

/** What was typed beside each number, by its key; absent or blank: it stays. */
export type Edits = ReadonlyMap<string, string>;

type BoundName = Pick<RuleBoundView, "level" | "window_ms">;

export function boundKey(bound: BoundName): string {
  return `${bound.level}/${bound.window_ms ?? ""}`;
}

/** The deadband of a bound. */
export function bandKey(bound: BoundName): string {
  return `${boundKey(bound)}/band`;
}

/** A delay of a level, typed in minutes: before it counts, or before it ends. */
export function clockKey(delay: "on" | "off", level: Level): string {
  return `${level}/${delay}`;
}

/** How long an alarm stays at least, typed in minutes. */
export const HOLD = "hold";

/** All stations share one number: it is replaced. Else each station has its own: something is added. */
export function isShared(bound: RuleBoundView): boolean {
  return bound.lowest === bound.highest;
}

function decimals(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

/** Why a typed number cannot be sent. */
export type Flaw = "no_number" | "too_fine";

export function flawOf(typed: string, bound: RuleBoundView): Flaw | null {
  const text = typed.trim();
  if (text === "") return null;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return "no_number";
  return decimals(text) > decimals(bound.lowest) ? "too_fine" : null;
}

/** Why a typed deadband cannot be sent: it is a number of the bound's own fineness, and never below 0. */
export function bandFlaw(typed: string, bound: RuleBoundView): Flaw | null {
  return typed.trim().startsWith("-") ? "no_number" : flawOf(typed, bound);
}

/** Longest delay, minutes: a week. */
const LONGEST_DELAY = 7 * 24 * 60;

/** Why typed minutes cannot be sent. */
export function delayFlaw(typed: string): Flaw | null {
  const text = typed.trim();
  if (text === "") return null;
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) > LONGEST_DELAY) return "no_number";
  return decimals(text) > 2 ? "too_fine" : null;
}

/** Whether anything typed for a rule cannot be sent. */
export function isFlawed(rule: RuleView, edits: Edits): boolean {
  const typed = (key: string) => edits.get(key) ?? "";
  const delays = levelsOf(rule).flatMap((level) => [clockKey("on", level), clockKey("off", level)]);
  return (
    rule.bounds.some(
      (one) => flawOf(typed(boundKey(one)), one) || bandFlaw(typed(bandKey(one)), one),
    ) || [...delays, HOLD].some((key) => delayFlaw(typed(key)))
  );
}

/** The changes that the typed numbers ask for; what is as it is in force is none. */
export function changesOf(rule: RuleView, edits: Edits, station: string | null): BoundChange[] {
  const changes: BoundChange[] = [];
  for (const bound of rule.bounds) {
    const shared = isShared(bound);
    const typed = sound(edits.get(boundKey(bound)), (text) => flawOf(text, bound));
    const moves = typed !== null && Number(typed) !== (shared ? Number(bound.lowest) : 0);
    const band = sound(edits.get(bandKey(bound)), (text) => bandFlaw(text, bound));
    const known = bound.deadband ?? null;
    const widens = band !== null && (known === null || Number(band) !== Number(known));
    if (!moves && !widens) continue;
    changes.push({
      rule: rule.id,
      level: bound.level,
      station,
      window_ms: bound.window_ms,
      raise: moves && shared ? typed : null,
      shift: moves && !shared ? typed : null,
      deadband: widens ? band : null,
    });
  }
  return changes;
}

function sound(typed: string | undefined, flaw: (text: string) => Flaw | null): string | null {
  const text = typed?.trim() ?? "";
  return text === "" || flaw(text) ? null : text;
}

/** Levels that a rule has a number for, the mildest first. */
export function levelsOf(rule: RuleView): Level[] {
  return [...new Set(rule.bounds.map((bound) => bound.level))].sort((a, b) => a - b);
}

/** The other delays that are asked for; they are the rule's own, on every station. */
export function clocksOf(rule: RuleView, edits: Edits): ClockChange[] {
  const other = (key: string, known: number | undefined) => {
    const typed = sound(edits.get(key), delayFlaw);
    const ms = typed === null ? null : Math.round(Number(typed) * 60_000);
    return ms === known ? null : ms;
  };
  const changes: ClockChange[] = [];
  for (const level of levelsOf(rule)) {
    const on_ms = other(clockKey("on", level), rule.on_delay_ms[level - 1]);
    const off_ms = other(clockKey("off", level), rule.off_delay_ms[level - 1]);
    if (on_ms !== null || off_ms !== null)
      changes.push({ rule: rule.id, level, on_ms, off_ms, hold_ms: null });
  }
  const hold_ms = other(HOLD, rule.min_hold_ms);
  if (hold_ms !== null)
    changes.push({ rule: rule.id, level: null, on_ms: null, off_ms: null, hold_ms });
  return changes;
}

/** Levels that would begin no later than the milder one before them: the milder could never be seen. */
export function crossed(rule: RuleView, edits: Edits): Level[] {
  const found: Level[] = [];
  const windows = new Set(rule.bounds.map((bound) => bound.window_ms));
  for (const window of windows) {
    const line = rule.bounds.filter((bound) => bound.window_ms === window && isShared(bound));
    const numbers = line.map((bound) => {
      const typed = edits.get(boundKey(bound))?.trim() ?? "";
      return Number(typed === "" || flawOf(typed, bound) ? bound.lowest : typed);
    });
    line.forEach((bound, place) => {
      const [milder, own] = [numbers[place - 1], numbers[place]];
      if (milder === undefined || own === undefined) return;
      if (rule.below ? own >= milder : own <= milder) found.push(bound.level);
    });
  }
  return [...new Set(found)];
}

/** The bounds of a rule as one station has them; what the station lacks is left out. */
export function boundsOn(
  rule: RuleView,
  lines: readonly { rule: string; level: Level; raise: string }[],
): RuleBoundView[] {
  return rule.bounds.flatMap((bound) => {
    if (bound.window_ms !== null) return [];
    const own = lines.find((line) => line.rule === rule.id && line.level === bound.level);
    if (!own) return [];
    return [{ ...bound, lowest: own.raise, highest: own.raise, stations: 1, deadband: null }];
  });
}

/** One line of the comparison: a level, or a level of one rule. */
export interface TallyRow {
  rule: string | null;
  level: number;
  a: LevelTally;
  b: LevelTally | null;
}

/** Counts of both runs by level, most severe first; or of one rule. Rows in which nothing came are kept. */
export function tallies(report: BacktestReport, rule: string | null): TallyRow[] {
  const of = (outcome: BacktestOutcome) =>
    rule === null ? outcome.levels : (outcome.rules.find((one) => one.rule === rule)?.levels ?? []);
  const [a, b] = [of(report.a), report.b ? of(report.b) : null];
  const levels = new Set([...a, ...(b ?? [])].map((one) => one.level));
  const empty = (level: number): LevelTally => ({
    level,
    raises: 0,
    falls: 0,
    stations: 0,
    first: null,
    first_station: null,
    events: null,
    followed: null,
  });
  const one = (list: LevelTally[], level: number) =>
    list.find((each) => each.level === level) ?? empty(level);
  return [...levels]
    .sort((x, y) => y - x)
    .map((level) => ({ rule, level, a: one(a, level), b: b ? one(b, level) : null }));
}

/** Rules in which both runs differ in any count, or that spoke at all when there is one run. */
export function rulesThatDiffer(report: BacktestReport): string[] {
  const names = report.a.rules.map((one) => one.rule);
  const more = (report.b?.rules ?? []).map((one) => one.rule);
  return [...new Set([...names, ...more])].filter((rule) =>
    tallies(report, rule).some(({ a, b }) =>
      b ? a.raises !== b.raises || a.first !== b.first : a.raises > 0,
    ),
  );
}

/** Stands for one station's raise in A, in B, or in both; without a movement where there is one run. */
export interface Row extends Omit<BacktestPair, "movement"> {
  key: string;
  movement: BacktestMovement | null;
}

/** Raises that B moves, adds or drops, in order of time; with one run every raise. */
export function rows(report: BacktestReport): Row[] {
  const pairs = report.difference?.pairs;
  if (pairs)
    return pairs.map((pair, n) => ({ ...pair, key: `${pair.station}/${pair.quantity}/${n}` }));
  return report.a.raises.map((raise, n) => ({
    key: `${raise.station}/${raise.quantity}/${n}`,
    movement: null,
    station: raise.station,
    quantity: raise.quantity,
    level: raise.level,
    a: raise.begin,
    b: null,
    by_ms: null,
  }));
}

export const MOVEMENTS: readonly BacktestMovement[] = ["new", "gone", "earlier", "later"];

/** The instants of one row's series in both runs, of its level and above: what a hydrograph marks. */
export function instantsOf(report: BacktestReport, row: Row) {
  const begins = (outcome: BacktestOutcome | null | undefined) =>
    (outcome?.raises ?? []).filter(
      (raise) =>
        raise.station === row.station &&
        raise.quantity === row.quantity &&
        raise.level === row.level,
    );
  return { a: begins(report.a), b: begins(report.b) };
}

/** What to look at around one row: from some hours before the earlier raise to some after the later. */
export function intervalOf(row: Row): { from: number; to: number } {
  const times = [row.a, row.b].flatMap((time) => (time ? [Date.parse(time)] : []));
  const around = 6 * 3_600_000;
  return { from: Math.min(...times) - around, to: Math.max(...times) + around };
}

/** What people know of a raise: something came of it, nothing did, or nobody can say. */
export type Judgement = "hit" | "false" | null;

/** What became of a row's raise in each run, as far as events say. */
export function judgedIn(report: BacktestReport, row: Row): { a: Judgement; b: Judgement } {
  const of = (outcome: BacktestOutcome | null | undefined, begin: string | null): Judgement => {
    const own = outcome?.raises.find(
      (raise) =>
        raise.begin === begin &&
        raise.station === row.station &&
        raise.quantity === row.quantity &&
        raise.level === row.level,
    );
    if (!own?.judged) return null;
    return own.confirmed ? "hit" : "false";
  };
  return { a: of(report.a, row.a), b: of(report.b, row.b) };
}

/** An instant on the time bar at which one of the runs spoke. */
export interface Spoken {
  side: "a" | "b";
  at: number;
  level: number;
}

/** When each run spoke, forecasts left out, at most once a level and minute. */
export function spokenIn(report: BacktestReport): Spoken[] {
  const of = (side: "a" | "b", outcome: BacktestOutcome | null | undefined) => {
    const seen = new Map<string, Spoken>();
    for (const raise of outcome?.raises ?? []) {
      const at = Date.parse(raise.begin);
      if (!raise.forecast)
        seen.set(`${raise.level}/${Math.floor(at / 60_000)}`, { side, at, level: raise.level });
    }
    return [...seen.values()];
  };
  return [...of("a", report.a), ...of("b", report.b)];
}

/** Which time: what the time bar shows, the last hours, or from one instant to another. */
export type When = "bar" | "own" | number;

/** What is to be tried. */
export interface Draft {
  by: "numbers" | "files" | "calls";
  rule: string | null;
  /** Only on this station. */
  station: string | null;
  edits: Edits;
  /** Rule files of B that are other than those on disk, by name. */
  files: Readonly<Record<string, string>>;
  /** The same for A, where it is not what is in force. */
  base: Readonly<Record<string, string>>;
  /** Rosters and policies of B that are other than those on disk, by name. */
  rosters: Readonly<Record<string, string>>;
  /** With other rosters also the other numbers and rule files. */
  together: boolean;
  when: When;
  from: number;
  to: number;
}

export function startDraft(rule: string | null, now: number): Draft {
  return {
    by: "numbers",
    rule,
    station: null,
    edits: new Map(),
    files: {},
    base: {},
    rosters: {},
    together: false,
    when: "bar",
    from: now - 24 * 3_600_000,
    to: now,
  };
}

/** The time that a draft means; `bar` is what the time bar shows. */
export function spanOf(draft: Draft, bar: Span | null, now: number): Span {
  const last = (hours: number) => ({ from: now - hours * 3_600_000, to: now });
  if (draft.when === "own") return { from: draft.from, to: draft.to };
  return draft.when === "bar" ? (bar ?? last(24)) : last(draft.when);
}

/** The request of a draft; null while it asks for nothing that could be run. */
export function requestOf(
  draft: Draft,
  changes: { bounds: BoundChange[]; clocks: ClockChange[] },
  jurisdiction: string,
  { from, to }: Span,
): BacktestRequest | null {
  if (!(from < to)) return null;
  const numbers = draft.by === "numbers";
  return {
    jurisdiction,
    from: new Date(Math.floor(from)).toISOString(),
    to: new Date(Math.ceil(to)).toISOString(),
    rules: numbers ? {} : { ...draft.base },
    against: numbers ? {} : { ...draft.files },
    bounds: numbers ? changes.bounds : [],
    clocks: numbers ? changes.clocks : [],
  };
}
