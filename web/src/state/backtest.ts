// A back-test as a planner asks for it and reads it: numbers typed against those in force, two runs side by
// side. Pure.
import type {
  BacktestMovement,
  BacktestOutcome,
  BacktestPair,
  BacktestReport,
  BacktestRequest,
  BoundChange,
  LevelTally,
} from "../wire/backtest";
import type { Level, RuleBoundView, RuleView } from "../wire/view";

/** What was typed beside each bound, by `boundKey`; absent or blank: it stays. */
export type Edits = ReadonlyMap<string, string>;

export function boundKey(bound: Pick<RuleBoundView, "level" | "window_ms">): string {
  return `${bound.level}/${bound.window_ms ?? ""}`;
}

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

/** The changes that the typed numbers ask for; what is as it is in force is none. */
export function changesOf(rule: RuleView, edits: Edits, station: string | null): BoundChange[] {
  const changes: BoundChange[] = [];
  for (const bound of rule.bounds) {
    const typed = edits.get(boundKey(bound))?.trim() ?? "";
    if (typed === "" || flawOf(typed, bound)) continue;
    const shared = isShared(bound);
    if (Number(typed) === (shared ? Number(bound.lowest) : 0)) continue;
    changes.push({
      rule: rule.id,
      level: bound.level,
      station,
      window_ms: bound.window_ms,
      raise: shared ? typed : null,
      shift: shared ? null : typed,
    });
  }
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
    return own ? [{ ...bound, lowest: own.raise, highest: own.raise, stations: 1 }] : [];
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

/** What is to be tried. */
export interface Draft {
  by: "numbers" | "files";
  rule: string | null;
  /** Only on this station. */
  station: string | null;
  edits: Edits;
  /** Rule files of B that are other than those on disk, by name. */
  files: Readonly<Record<string, string>>;
  /** The same for A, where it is not what is in force. */
  base: Readonly<Record<string, string>>;
  /** The last hours; absent: from and to. */
  hours: number | null;
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
    hours: 24,
    from: now - 24 * 3_600_000,
    to: now,
  };
}

/** The request of a draft; null while it asks for nothing that could be run. */
export function requestOf(
  draft: Draft,
  changes: BoundChange[],
  jurisdiction: string,
  now: number,
): BacktestRequest | null {
  const { from, to } =
    draft.hours === null ? draft : { from: now - draft.hours * 3_600_000, to: now };
  if (!(from < to)) return null;
  const numbers = draft.by === "numbers";
  return {
    jurisdiction,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    rules: numbers ? {} : { ...draft.base },
    against: numbers ? {} : { ...draft.files },
    bounds: numbers ? changes : [],
  };
}
