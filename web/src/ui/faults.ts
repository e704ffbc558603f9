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
  /** `down` until it stands again; `past` where nobody knows whether it would. */
  state: "down" | "up" | "past";
}

type News = Pick<Fault, "part" | "name" | "why" | "at" | "state">;

/** Newest first; the same part again is counted. */
export function withFault(list: readonly Fault[], news: News): readonly Fault[] {
  const before = list.find((one) => one.part === news.part);
  const rest = list.filter((one) => one !== before);
  return [{ ...news, times: (before?.times ?? 0) + 1 }, ...rest];
}

/** The part stands again, or was left; that it had failed stays said. */
export function over(list: readonly Fault[], part: string, state: "up" | "past"): readonly Fault[] {
  if (!list.some((one) => one.part === part && one.state === "down")) return list;
  return list.map((one) => (one.part === part ? { ...one, state } : one));
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
export const noteMended = (part: string): void => keep(over(faults, part, "up"));
export const noteLeft = (part: string): void => keep(over(faults, part, "past"));
export const dropFault = (part: string): void => keep(withoutFault(faults, part));

export function useFaults(): readonly Fault[] {
  return useSyncExternalStore(listen, () => faults);
}

/** Notes what fails outside of any drawing: a press that threw, a message that could not be taken in. */
export function watchFaults(name: () => string): () => void {
  const hear = ({ error }: ErrorEvent) => {
    if (!(error instanceof Error)) return;
    noteFault({ part: "page", name, why: error.message, at: Date.now(), state: "past" });
  };
  window.addEventListener("error", hear);
  return () => window.removeEventListener("error", hear);
}

/** How long a part rests before it tries again by itself, ms; after the last only a hand tries. */
const RESTS = [500, 5_000, 30_000] as const;

export function restBefore(tries: number): number | null {
  return RESTS[tries] ?? null;
}
