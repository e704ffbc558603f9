import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hindrance, press, startOutbox, stopOutbox, Unpressed } from "../src/actions/act";
import { dropEvent, keepEvent, warnOfWeather } from "../src/actions/events";
import { mark } from "../src/actions/marks";
import { closeShelf } from "../src/link/shelf";
import { mayAct, mayEnter } from "../src/state/select";
import { store } from "../src/state/store";

const NOON = Date.parse("2026-07-15T12:00:00Z");
const EVENT = {
  kind: "flood",
  area: null,
  stations: [],
  level: null,
  from: "2026-07-15T11:00:00Z",
  until: null,
  text: "桥头过水",
};

/** Shows the present, or a moment of the past. */
function show(past: boolean) {
  const replay = past ? { speed: 0, knowledge: "then", last: "", ended: false } : null;
  const view = { clock: { kind: "wall" }, now: new Date(NOON).toISOString(), replay };
  const heartbeat = { view, nowMs: NOON, heardAt: performance.now() } as never;
  store.set({ world: { ...store.get().world, heartbeat }, leaving: false });
}

beforeEach(async () => {
  await closeShelf();
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("no network");
  });
  const person = { id: "li", role: "duty_officer" };
  store.set({ me: { person, jurisdiction: "j" } as never, unkept: false });
  startOutbox("li");
  await vi.waitFor(() => expect(store.get().outboxReady).toBe(true));
  show(false);
});
afterEach(() => {
  stopOutbox();
  store.set({ me: null, unkept: false });
  vi.unstubAllGlobals();
});

test("what is pressed on the past is not kept and says so; on the present it is", async () => {
  expect(await hindrance(keepEvent(EVENT))).toBeNull();
  await vi.waitFor(() => expect(store.get().outbox).toHaveLength(1));
  show(true);
  expect(await hindrance(keepEvent(EVENT))).toBe("past");
  expect(await hindrance(dropEvent("e", "记错"))).toBe("past");
  const area = { kind: "county" as const, code: "j" };
  const until = "2026-07-15T18:00:00Z";
  expect(await hindrance(warnOfWeather({ kind: "gale", level: 2, area, until }))).toBe("past");
  // Another time is on its way: what is shown is of neither.
  show(false);
  store.set({ leaving: true });
  expect(await hindrance(keepEvent(EVENT))).toBe("past");
  expect(store.get().outbox).toHaveLength(1);
});

test("a note may be left on the past", async () => {
  show(true);
  expect(await hindrance(mark(NOON - 60_000, NOON, "桥头过水"))).toBeNull();
});

test("nobody may enter on the past what they may enter now", () => {
  expect([mayAct(store.get()), mayEnter(store.get())]).toEqual([true, true]);
  show(true);
  expect([mayAct(store.get()), mayEnter(store.get())]).toEqual([false, false]);
});

test("where nobody is logged in, or nothing can be stored, nothing is taken for kept", async () => {
  store.set({ me: null });
  expect(await hindrance(keepEvent(EVENT))).toBe("nobody");
  await expect(press({ action: "see_page", page: "p" })).rejects.toBeInstanceOf(Unpressed);
  const person = { id: "li", role: "duty_officer" };
  store.set({ me: { person, jurisdiction: "j" } as never });
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const put = vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(await hindrance(keepEvent(EVENT))).toBe("full");
  put.mockRestore();
  expect(await hindrance(keepEvent(EVENT)), "there is room again").toBeNull();
});

test("what is no hindrance is a fault, and thrown", async () => {
  await expect(hindrance(Promise.reject(new Error("a slip")))).rejects.toThrow("a slip");
});
