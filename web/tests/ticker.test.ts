import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { shownNow, subscribe } from "../src/features/clock/ticker";
import { store } from "../src/state/store";

const NOON = Date.parse("2026-07-15T12:00:00Z");
let leave = () => {};

/** The server says what time it is; nothing moves in between. */
function beat(nowMs: number) {
  const view = { clock: { clock: "scaled", factor: 0 }, now: new Date(nowMs).toISOString() };
  const heartbeat = { view, nowMs, heardAt: performance.now() } as never;
  store.set({ world: { ...store.get().world, heartbeat } });
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  leave();
  vi.useRealTimers();
});

test("another time that was gone to is shown at once, the next second at the next step", () => {
  let told = 0;
  leave = subscribe(() => {
    told += 1;
  });
  beat(NOON);
  expect(shownNow(), "the first word of all").toBe(NOON);
  const before = told;
  beat(NOON - 300_000);
  expect([shownNow(), told - before], "five minutes back").toEqual([NOON - 300_000, 1]);
  beat(NOON - 299_000);
  expect(shownNow(), "a second on waits for its step").toBe(NOON - 300_000);
  vi.advanceTimersByTime(600);
  expect(shownNow()).toBe(NOON - 299_000);
  leave();
  beat(NOON);
  expect(shownNow(), "nobody looks, nothing steps").toBe(NOON - 299_000);
});
