// The engine's now in components.
import { useSyncExternalStore } from "react";
import { shownMono, shownNow, subscribe } from "./ticker";

/** Engine time in whole seconds, as ms since the epoch; 0 before the first beat. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(shownNow() / 1000) * 1000);
}

/** The same in whole minutes, for what need not be drawn every second. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(shownNow() / 60_000) * 60_000);
}

/** This machine's monotonic clock, for ages of the connection itself, in half seconds. */
export function useMono(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(shownMono() / 500) * 500);
}
