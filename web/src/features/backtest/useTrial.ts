// The one trial of this desk: what was asked and what came of it stay while other pages are looked at.
import { useSyncExternalStore } from "react";
import { backtest } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import type { Draft } from "../../state/backtest";
import type { BacktestReport, BacktestRequest } from "../../wire/backtest";
import { failure } from "../rules/failure";

export type Run =
  | { kind: "idle" }
  | { kind: "running"; since: number }
  | { kind: "done"; report: BacktestReport; asked: BacktestRequest }
  | { kind: "failed"; words: string };

interface Trial {
  county: string;
  draft: Draft;
  run: Run;
}

let trial: Trial | null = null;
let stopping: AbortController | null = null;
const listeners = new Set<() => void>();

function keep(next: Trial): void {
  trial = next;
  for (const listener of listeners) listener();
}

/** The trial of this county, begun with `start` where there is none. */
export function useTrial(county: string, start: () => Draft): Trial {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => {
      if (trial?.county !== county) {
        stopping?.abort();
        trial = { county, draft: start(), run: { kind: "idle" } };
      }
      return trial;
    },
  );
}

export function setDraft(part: Partial<Draft>): void {
  if (trial) keep({ ...trial, draft: { ...trial.draft, ...part } });
}

export async function startRun(asked: BacktestRequest): Promise<void> {
  if (!trial) return;
  stopping?.abort();
  const own = new AbortController();
  stopping = own;
  const set = (run: Run) => {
    if (stopping === own && trial) keep({ ...trial, run });
  };
  set({ kind: "running", since: performance.now() });
  try {
    const report = await backtest(asked, own.signal);
    set({ kind: "done", report, asked });
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    const words = late ? i18n.t("一分钟还没有算完。把时段缩短一些再试。") : failure(error);
    set({ kind: "failed", words });
  }
}

export function stopRun(): void {
  stopping?.abort();
  stopping = null;
  if (trial) keep({ ...trial, run: { kind: "idle" } });
}
