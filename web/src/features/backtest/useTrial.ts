// The one trial of this desk: what was asked and what came of it stay while other pages are looked at.
import { useSyncExternalStore } from "react";
import { Refused } from "../../actions/session";
import { backtest, tryCalls, tryOrganisation, tryRules } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import type { Draft } from "../../state/backtest";
import type {
  BacktestReport,
  BacktestRequest,
  CallReport,
  CallTrialRequest,
} from "../../wire/backtest";
import type { Problem, SiteChange } from "../../wire/site";
import { failure } from "../rules/failure";

export type Run =
  | { kind: "idle" }
  | { kind: "running"; since: number }
  | { kind: "done"; report: BacktestReport; asked: BacktestRequest }
  | { kind: "called"; report: CallReport; asked: CallTrialRequest }
  | { kind: "failed"; words: string };

/** What was found in edited files, and in which texts. */
export type Review =
  | { kind: "none" }
  | { kind: "busy" }
  | { kind: "failed"; words: string }
  | {
      kind: "done";
      files: Readonly<Record<string, string>>;
      problems: readonly Problem[];
      changes: readonly SiteChange[];
    };

interface Trial {
  county: string;
  draft: Draft;
  run: Run;
  review: Review;
}

let trial: Trial | null = null;
let stopping: AbortController | null = null;
const listeners = new Set<() => void>();

function keep(next: Trial): void {
  trial = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What came of the newest trial of this county, for screens beside its page. */
export function useTrialReport(county: string): BacktestReport | null {
  return useSyncExternalStore(listen, () =>
    trial?.county === county && trial.run.kind === "done" ? trial.run.report : null,
  );
}

/** Who was called otherwise in the newest trial of this county, for screens beside its page. */
export function useCallReport(county: string): CallReport | null {
  return useSyncExternalStore(listen, () =>
    trial?.county === county && trial.run.kind === "called" ? trial.run.report : null,
  );
}

/** The trial of this county, begun with `start` where there is none. */
export function useTrial(county: string, start: () => Draft): Trial {
  return useSyncExternalStore(listen, () => {
    if (trial?.county !== county) {
      stopping?.abort();
      trial = { county, draft: start(), run: { kind: "idle" }, review: { kind: "none" } };
    }
    return trial;
  });
}

export function setDraft(part: Partial<Draft>): void {
  if (trial) keep({ ...trial, draft: { ...trial.draft, ...part } });
}

export function startRun(asked: BacktestRequest): Promise<void> {
  return work(asked.against ?? {}, async (signal) => {
    const report = await backtest(asked, signal);
    return { kind: "done", report, asked };
  });
}

export function startCalls(asked: CallTrialRequest): Promise<void> {
  return work(asked.organisation ?? {}, async (signal) => {
    const report = await tryCalls(asked, signal);
    return { kind: "called", report, asked };
  });
}

/** Has the server work; what is wrong with `files` is shown beside them. */
async function work(
  files: Readonly<Record<string, string>>,
  ask: (signal: AbortSignal) => Promise<Run>,
): Promise<void> {
  if (!trial) return;
  stopping?.abort();
  const own = new AbortController();
  stopping = own;
  const set = (run: Run) => {
    if (stopping === own && trial) keep({ ...trial, run });
  };
  set({ kind: "running", since: performance.now() });
  try {
    set(await ask(own.signal));
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    const words = late ? i18n.t("一分钟还没有算完。把时段缩短一些再试。") : failure(error);
    set({ kind: "failed", words });
    const problems = error instanceof Refused ? error.body.problems : [];
    if (problems.length > 0 && trial)
      keep({ ...trial, review: { kind: "done", files, problems, changes: [] } });
  }
}

export function stopRun(): void {
  stopping?.abort();
  stopping = null;
  if (trial) keep({ ...trial, run: { kind: "idle" } });
}

/** Has the edited files read as if they were the site's: its rules, or who is on duty and called. */
export async function checkFiles(
  files: Readonly<Record<string, string>>,
  what: "rules" | "rosters",
): Promise<void> {
  const county = trial?.county;
  if (county === undefined) return;
  const set = (review: Review) => {
    if (trial?.county === county && trial) keep({ ...trial, review });
  };
  set({ kind: "busy" });
  try {
    const found = what === "rules" ? tryRules(files) : tryOrganisation(county, files);
    const { problems, changes } = await found;
    set({ kind: "done", files, problems, changes: changes ?? [] });
  } catch (error) {
    set({ kind: "failed", words: failure(error) });
  }
}
