import { expect, test, vi } from "vitest";
import { createStore } from "../src/state/store";
import { over, restBefore, withFault, withoutFault } from "../src/ui/faults";

const news = (part: string, at: number) => ({
  part,
  name: () => part,
  why: `it broke at ${at}`,
  at,
  state: "down" as const,
});

test("a part that fails again is one line that is counted, the newest first", () => {
  const list = [news("alarms", 1), news("map", 2), news("alarms", 3)].reduce(withFault, []);
  expect(list.map(({ part, times, at }) => [part, times, at])).toEqual([
    ["alarms", 2, 3],
    ["map", 1, 2],
  ]);
});

test("that a part failed stays said once it stands again, until it is read", () => {
  const list = over(withFault([], news("alarms", 1)), "alarms", "up");
  expect(list).toMatchObject([{ part: "alarms", state: "up", times: 1 }]);
  expect(over(list, "alarms", "past")).toBe(list);
  expect(withoutFault(list, "alarms")).toEqual([]);
});

test("a part tries again by itself later and later, and then no more", () => {
  const rests = [0, 1, 2].map((tries) => restBefore(tries) ?? 0);
  expect(rests).toEqual([...rests].sort((a, b) => a - b));
  expect(restBefore(3)).toBeNull();
});

test("a listener that fails keeps no other from hearing of the world", () => {
  const store = createStore(0);
  const heard = vi.fn();
  store.subscribe(() => {
    throw new Error("a screen broke");
  });
  store.subscribe(heard);
  expect(() => store.set({ leaving: true })).toThrow("a screen broke");
  expect(heard).toHaveBeenCalledOnce();
});
