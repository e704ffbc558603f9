// Faults of this page that nobody expected: kept until somebody has read of them.
import { useSyncExternalStore } from "react";

export interface Fault {
  /** The part of the page that failed; one line for each. */
  part: string;
  name: () => string;
  /** What the machine says of it: small print. */
  why: string;
  /** By this machine's clock, ms since the epoch. */
  at: number;
  times: number;
  /** It has failed and does not stand again yet. */
  down: boolean;
}

type News = Pick<Fault, "part" | "name" | "why" | "at" | "down">;

/** Newest first; the same part again is counted. */
export function withFault(list: readonly Fault[], news: News): readonly Fault[] {
  const before = list.find((one) => one.part === news.part);
  const rest = list.filter((one) => one !== before);
  return [{ ...news, times: (before?.times ?? 0) + 1 }, ...rest];
}

/** The part stands again; that it had failed stays said. */
export function mended(list: readonly Fault[], part: string): readonly Fault[] {
  if (!list.some((one) => one.part === part && one.down)) return list;
  return list.map((one) => (one.part === part ? { ...one, down: false } : one));
}

export function withoutFault(list: readonly Fault[], part: string): readonly Fault[] {
  return list.filter((one) => one.part !== part);
}

let faults: readonly Fault[] = [];
const listeners = new Set<() => void>();

function keep(next: readonly Fault[]): void {
  if (next === faults) return;
  faults = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const noteFault = (news: News): void => keep(withFault(faults, news));
export const noteMended = (part: string): void => keep(mended(faults, part));
export const dropFault = (part: string): void => keep(withoutFault(faults, part));

export function useFaults(): readonly Fault[] {
  return useSyncExternalStore(listen, () => faults);
}

/** Notes what fails outside of any drawing: a press that threw, a message that could not be taken in. */
export function watchFaults(name: () => string): () => void {
  const hear = ({ error }: ErrorEvent) => {
    if (!(error instanceof Error)) return;
    noteFault({ part: "page", name, why: error.message, at: Date.now(), down: false });
  };
  window.addEventListener("error", hear);
  return () => window.removeEventListener("error", hear);
}

/** How long a part rests before it tries again by itself, ms; after the last only a hand tries. */
const RESTS = [500, 5_000, 30_000] as const;

export function restBefore(tries: number): number | null {
  return RESTS[tries] ?? null;
}
