// Who would have been called under other rosters, policies or rules: what is asked, and both runs side by
// side. Pure.
import type {
  BoundChange,
  CallMade,
  CallMovement,
  CallOutcome,
  CallPair,
  CallReport,
  CallTrialRequest,
  ClockChange,
} from "../wire/backtest";
import type { GapView } from "../wire/view";
import type { Draft } from "./backtest";
import type { Span } from "./timebar";

/** The request of a draft; null while it asks for nothing that could be run. */
export function callRequestOf(
  draft: Draft,
  changes: { bounds: BoundChange[]; clocks: ClockChange[] },
  jurisdiction: string,
  { from, to }: Span,
): CallTrialRequest | null {
  if (!(from < to)) return null;
  return {
    jurisdiction,
    from: new Date(Math.floor(from)).toISOString(),
    to: new Date(Math.ceil(to)).toISOString(),
    organisation: { ...draft.rosters },
    against: draft.together ? { ...draft.files } : {},
    bounds: draft.together ? changes.bounds : [],
    clocks: draft.together ? changes.clocks : [],
  };
}

export const CALL_MOVEMENTS: readonly CallMovement[] = ["new", "gone", "earlier", "later", "same"];

/** One line of the comparison. */
export interface CallRow extends CallPair {
  key: string;
}

/** Calls of one kind, or all that differ; in order of time. */
export function callRows(report: CallReport, only: CallMovement | null): CallRow[] {
  return report.difference.pairs
    .map((pair, n) => ({ ...pair, key: `${pair.person}/${pair.channel}/${n}` }))
    .filter((pair) => (only ? pair.movement === only : pair.movement !== "same"));
}

/** What B's call is known to have led to; of a call that only A made, A's. */
export function madeIn(row: CallPair): CallMade | null {
  return row.b ?? row.a;
}

/** Calls of one run in one minute, as the time bar marks them. */
export interface CalledMinute {
  side: "a" | "b";
  at: number;
  count: number;
  /** The other run called otherwise in that minute. */
  differs: boolean;
}

export function calledIn(report: CallReport): CalledMinute[] {
  const all = new Map<string, CalledMinute>();
  for (const pair of report.difference.pairs) {
    for (const side of ["a", "b"] as const) {
      const made = pair[side];
      if (!made) continue;
      const minute = Math.floor(Date.parse(made.at) / 60_000);
      const key = `${side}/${minute}`;
      const known = all.get(key) ?? { side, at: minute * 60_000, count: 0, differs: false };
      const differs = known.differs || pair.movement !== "same";
      all.set(key, { ...known, count: known.count + 1, differs });
    }
  }
  return [...all.values()].sort((x, y) => x.at - y.at || x.side.localeCompare(y.side));
}

/** Gaps of B that A does not have. */
export function newGaps(report: CallReport): GapView[] {
  const name = (gap: GapView) => `${gap.post}/${gap.from}/${gap.until}/${gap.people.join()}`;
  const known = new Set(report.a.gaps.map(name));
  return report.b.gaps.filter((gap) => !known.has(name(gap)));
}

/** Runs that went otherwise in B: another end, or other empty steps. */
export function runsThatDiffer(report: CallReport) {
  const empty = (steps: readonly unknown[] | undefined) => JSON.stringify(steps ?? []);
  return report.runs.filter(
    ({ movement, a, b }) =>
      movement !== "same" || a?.state !== b?.state || empty(a?.empty) !== empty(b?.empty),
  );
}

/** Whether anything of the record had no place in a run. */
export function isAstray({ astray }: CallOutcome): boolean {
  return astray.readings + astray.receipts + astray.presses > 0;
}
