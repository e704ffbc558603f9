// Which runs are about a situation, how far each person's calls came, and who has not answered. Pure.
import type {
  Channel,
  CommandView,
  Level,
  PageStage,
  PageView,
  RunView,
  SystemView,
} from "../wire/view";
import { before, ORDER, type Pipped, type Want } from "./obligations";
import { cached, isAnswered, isOpen } from "./select";
import type { County } from "./world";

export type Runs = ReadonlyMap<string, RunView>;
export type Pages = ReadonlyMap<string, PageView>;

/** One person in a run: every channel tried, and the furthest any of it came. */
export interface PersonCall {
  person: string;
  /** The first attempt: silence counts from here. */
  at: string;
  channels: Channel[];
  /** Null: no attempt is known. */
  stage: PageStage | null;
  /** Every attempt, oldest first; an answer names the newest. */
  pages: PageView[];
  answer: "yes" | "no" | null;
}

/** From nothing to an answer. */
export const FURTHER: readonly PageStage[] = [
  "held",
  "bundled",
  "called",
  "accepted",
  "failed",
  "expired",
  "delivered",
  "seen",
  "declined",
  "acked",
];

/** The furthest that any attempt came. */
export function furthest(pages: readonly PageView[]): PageStage | null {
  let best: PageStage | null = null;
  for (const { stage } of pages) {
    if (best === null || FURTHER.indexOf(stage) > FURTHER.indexOf(best)) best = stage;
  }
  return best;
}

/** The situation a run is about; null where it is about something else. */
export function situationOf(run: RunView): string | null {
  const { about } = run;
  return typeof about === "object" && "situation" in about ? about.situation : null;
}

/** What tells whether a call is still anybody's concern. */
export type Calling = Pick<County, "runs" | "situations">;

/**
 * It has called everybody in vain, and that is not dealt with: its notice stands, or nobody has taken note of what
 * it called about. Its own end says only that it calls no more.
 */
export function isUsedUp(run: RunView, county: Calling, system: readonly SystemView[]): boolean {
  if (run.state !== "exhausted") return false;
  const notice = ({ kind, subject, until }: SystemView) =>
    kind === "calls_exhausted" && subject === run.id && until === null;
  if (system.some(notice)) return true;
  // Answered in the end, or nothing to call about any more.
  if (isOver(run)) return false;
  return (county.situations.get(situationOf(run) ?? "")?.unacked ?? 0) > 0;
}

/** Nothing of it waits any more: it was answered, or ended, in the end also where it had called everybody in vain. */
export function isOver({ state, log }: RunView): boolean {
  if (state === "satisfied" || state === "cancelled") return true;
  return log.some(({ what }) => what === "satisfied" || what === "cancelled");
}

/** It still calls, or has called everybody in vain and nobody has dealt with that. */
export function isCalling(run: RunView, county: Calling, system: readonly SystemView[]): boolean {
  return run.state === "running" || isUsedUp(run, county, system);
}

/** Runs about a situation that run, and of the others the newest of each policy. */
export function runsAbout(county: County, situation: string): RunView[] {
  const runs = [...county.runs.values()].filter((run) => situationOf(run) === situation);
  runs.sort((a, b) => Date.parse(b.began) - Date.parse(a.began));
  const policies = new Set<string>();
  return runs.filter((run) => {
    const first = !policies.has(run.policy);
    policies.add(run.policy);
    return first || run.state === "running";
  });
}

/** Pages by run and person, oldest first; made once for each state of the pages. */
const sorted = cached((pages: Pages) => {
  const runs = new Map<string, Map<string, PageView[]>>();
  for (const page of pages.values()) {
    const people = runs.get(page.run) ?? new Map<string, PageView[]>();
    runs.set(page.run, people);
    const list = people.get(page.to);
    if (list) list.push(page);
    else people.set(page.to, [page]);
  }
  for (const people of runs.values())
    for (const list of people.values()) list.sort((a, b) => before(a.at, b.at));
  return runs;
});

/** The people of a run; who has not answered comes first, then who was called first. */
export function callsOf(run: RunView, pages: Pages): PersonCall[] {
  const known = sorted(pages).get(run.id) ?? new Map<string, PageView[]>();
  const waiting = new Set(run.waiting);
  const people = new Set([...known.keys(), ...waiting]);
  const calls = [...people].map((person): PersonCall => {
    const list = known.get(person) ?? [];
    const stage = furthest(list);
    const said = list.some((page) => page.stage === "acked") ? "yes" : "no";
    return {
      person,
      at: list[0]?.at ?? run.began,
      channels: [...new Set(list.map((page) => page.channel))],
      stage,
      pages: list,
      answer: waiting.has(person) ? null : said,
    };
  });
  const rank = { null: 0, no: 1, yes: 2 };
  return calls.sort(
    (a, b) =>
      rank[`${a.answer}`] - rank[`${b.answer}`] || before(a.at, b.at) || before(a.person, b.person),
  );
}

/** A clock of the law that has run out: by then one of some people must have answered. */
export interface MissedClock {
  run: RunView;
  step: number;
  since: string;
  /** Whose answer meets it still. */
  people: string[];
}

/** A clock of a call that still runs: by then one of these people must have answered. */
export interface ClockAhead {
  run: RunView;
  law: NonNullable<NonNullable<RunView["next"]>["law"]>;
}

/** Clocks of calls that have not run out yet, soonest first; none that is told as missed. */
export function clocksAhead(county: County, missed: readonly MissedClock[]): ClockAhead[] {
  const told = new Set(missed.map(({ run, step }) => `${run.id}#${step}`));
  const found = [...county.runs.values()].flatMap((run): ClockAhead[] => {
    const law = run.state === "running" && situationOf(run) !== null ? run.next?.law : null;
    return law && !told.has(`${run.id}#${law.step}`) ? [{ run, law }] : [];
  });
  return found.sort((a, b) => Date.parse(a.law.by) - Date.parse(b.law.by));
}

/** Clocks of calls that have run out and that nobody has met since. */
export function missedClocks(
  runs: Runs,
  pages: Pages,
  system: readonly SystemView[],
): MissedClock[] {
  return system.flatMap(({ kind, subject, since, until }) => {
    if (kind !== "legal_clock" || until !== null) return [];
    const cut = subject.lastIndexOf("#");
    const run = runs.get(subject.slice(0, cut));
    const step = Number(subject.slice(cut + 1));
    if (!run || !Number.isInteger(step)) return [];
    const called = callsOf(run, pages).filter((call) =>
      call.pages.some((page) => page.step === step),
    );
    const people = called.filter((call) => call.answer !== "yes").map((call) => call.person);
    return [{ run, step, since, people }];
  });
}

/** Runs about warnings that still call, or were used up and wait for a person. */
function openRuns(county: Calling, system: readonly SystemView[]): RunView[] {
  const runs = [...county.runs.values()].filter((run) => situationOf(run) !== null);
  return runs.filter((run) => isCalling(run, county, system));
}

/** Calls about warnings that were used up and wait for a person, newest first. */
export function usedUp(county: Calling, system: readonly SystemView[]): RunView[] {
  const runs = openRuns(county, system).filter((run) => run.state === "exhausted");
  return runs.sort((a, b) => Date.parse(b.began) - Date.parse(a.began));
}

/** Everybody asked by open commands and by calls about warnings, and how many of them have answered. */
export function askedOf(
  commands: readonly CommandView[],
  county: Calling,
  system: readonly SystemView[],
): { all: number; answered: number } {
  const tasks = commands.filter(isOpen).flatMap((command) => command.tasks);
  const asked = { all: tasks.length, answered: tasks.filter(isAnswered).length };
  for (const run of openRuns(county, system)) {
    asked.all += run.called;
    asked.answered += run.confirmed + run.refused;
  }
  return asked;
}

/** Somebody who was called about a warning and whose answer is still owed. */
export interface CallOwed {
  /** Of run and person. */
  key: string;
  run: RunView;
  call: PersonCall;
  want: Want;
  rank: number;
  level: Level | 0;
  /** When something happens by itself; what has nothing ahead comes last. */
  at: string;
}

export const callKey = (run: string, person: string): string => `${run}/${person}`;

function callWant(
  run: RunView,
  { answer, person }: PersonCall,
  clocks: MissedClock[],
): Want | null {
  if (answer === "yes") return null;
  if (clocks.some((one) => one.run.id === run.id && one.people.includes(person))) return "clock";
  // A no is an answer, unless everybody has to say yes.
  if (answer === "no") return run.confirm_all ? "declined" : null;
  return run.state === "exhausted" ? "gave_up" : "silent";
}

/** Everybody who was called about a warning and owes an answer, worst first. */
export function callsOwed(
  county: Calling,
  pages: Pages,
  system: readonly SystemView[],
): CallOwed[] {
  const clocks = missedClocks(county.runs, pages, system);
  const owed = openRuns(county, system).flatMap((run) =>
    callsOf(run, pages).flatMap((call): CallOwed[] => {
      const want = callWant(run, call, clocks);
      if (want === null) return [];
      const key = callKey(run.id, call.person);
      const rank = ORDER.indexOf(want);
      return [{ key, run, call, want, rank, level: run.level ?? 0, at: run.next?.at ?? "9" }];
    }),
  );
  return owed.sort(
    (a, b) =>
      a.rank - b.rank ||
      b.level - a.level ||
      before(a.at, b.at) ||
      before(a.call.at, b.call.at) ||
      before(a.key, b.key),
  );
}

/** Four stations of a call's way, for the pips: called, rang, answered, confirmed. */
export function callPips({ stage, answer }: PersonCall): Pipped {
  if (answer === "no") return { filled: 3, end: "refused" };
  if (answer === "yes") return { filled: 4, end: "none" };
  switch (stage) {
    case "seen":
      return { filled: 3, end: "none" };
    case "delivered":
      return { filled: 2, end: "none" };
    case "called":
    case "accepted":
      return { filled: 1, end: "none" };
    case "failed":
    case "expired":
      return { filled: 1, end: "silent" };
    default:
      return { filled: 0, end: "none" };
  }
}
