import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTelling } from "../src/actions/place";
import { letPosition } from "../src/actions/position";
import { TaskList } from "../src/features/phone/TaskList";
import { i18n } from "../src/i18n/i18n";
import { store } from "../src/state/store";
import type { Act } from "../src/wire/acts";
import type { PersonView } from "../src/wire/view";
import { command, task } from "./night";

// Outside a browser nothing is listened to: a part of the state is read once.
vi.mock("../src/state/store", async (original) => {
  const real = await original<typeof import("../src/state/store")>();
  return { ...real, useApp: (select: (state: never) => unknown) => select(store.get() as never) };
});

vi.mock("../src/features/clock/useNow", () => ({ useNow: () => 0, useMono: () => 0 }));

const MINUTE = 60_000;
/** Which tasks were told, in order; the next answers, then "done". */
let told: string[] = [];
let answers: (() => Response)[] = [];
const here = (lon: number) =>
  store.set({
    where: {
      goes: true,
      found: { position: { lon, lat: 29.5, accuracy_m: 9 }, at: Date.now() },
      trouble: null,
    },
  });

/** So many minutes pass on a road, each with a new fix. */
async function drive(minutes: number, from = 120.9) {
  for (let minute = 0; minute < minutes; minute++) {
    here(from + minute * 0.01);
    await vi.advanceTimersByTimeAsync(MINUTE);
  }
}

let tell: ReturnType<typeof startTelling>;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-08-20T18:00:00Z") });
  told = [];
  answers = [];
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("localStorage", { setItem: () => {}, getItem: () => null });
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    const { action, by } = JSON.parse(String(init.body)) as Act;
    if (action.action === "report_place") told.push(`${by} ${action.task}`);
    return answers.shift()?.() ?? new Response('{"answer":"done"}');
  });
  i18n.activate("zh");
  here(120.9);
  tell = startTelling("li");
});
afterEach(() => {
  tell([]);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("each task is told on the way, and one that stays is not begun anew by another", async () => {
  tell(["a"]);
  await drive(2);
  expect(told).toEqual(["li a", "li a"]);
  here(120.92);
  tell(["a", "b"]);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["li a", "li a", "li b"]);
  tell(["b"]);
  await drive(2, 121);
  expect(told.slice(3)).toEqual(["li b", "li b"]);
  tell([]);
  await drive(2, 122);
  expect(told).toHaveLength(5);
});

test("who stands still is told again after ten minutes", async () => {
  tell(["a"]);
  for (let minute = 0; minute < 10; minute++) {
    here(120.9);
    await vi.advanceTimersByTimeAsync(MINUTE);
  }
  expect(told).toHaveLength(2);
});

test("nothing is told that its person does not let go", async () => {
  letPosition(false);
  tell(["a"]);
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(told).toEqual([]);
});

test("a task that is refused is told no more", async () => {
  answers = [() => new Response('{"answer":"refused","why":"task_closed"}')];
  tell(["a"]);
  await drive(3);
  expect(told).toHaveLength(1);
  answers = [() => new Response("{}", { status: 403 })];
  tell(["b"]);
  await drive(3, 121);
  expect(told).toHaveLength(2);
});

test("a login that ran out, or a place too soon, ends nothing", async () => {
  answers = [401, 429, 503].map((status) => () => new Response("{}", { status }));
  tell(["a"]);
  await drive(5);
  expect(told.length).toBeGreaterThan(3);
});

test("the list says that the desk is told, with its switch, while it is", () => {
  const me = { id: "li", name: "李", post: { zh: "", en: "" } } as unknown as PersonView;
  const tasks = [{ command: command([]), task: task("li", "working") }];
  const list = (told: boolean) =>
    renderToStaticMarkup(createElement(TaskList, { me, tasks, told, onOpen: () => {} }));
  expect(list(false)).not.toContain("position-line");
  expect(list(true)).toContain("任务中值班台看得到你在哪");
  expect(list(true)).toContain("position-switch");
  // Switched off it stays, to be switched on again.
  store.set({ where: { ...store.get().where, goes: false } });
  expect(list(true)).toContain("值班台看不到你在哪");
});
