import { describe, expect, test, vi } from "vitest";
import { reduce } from "../src/state/reduce";
import { alarmsByUrgency, reached } from "../src/state/select";
import { createStore } from "../src/state/store";
import { emptyWorld, type World } from "../src/state/world";
import type { FeedMessage, Update } from "../src/wire/view";
import { alarm, command, series, snapshot, task, updates } from "./night";

const play = (...messages: FeedMessage[]): World =>
  messages.reduce((world, message) => reduce(world, message, 0), emptyWorld);
const county = (world: World) => {
  const found = world.counties.get("j");
  if (!found) throw new Error("the county is gone");
  return found;
};
const change = (seq: number, n: number, kind: object) =>
  ({ seq, n, ...kind }) as Omit<Update, "jurisdiction">;

describe("the world after the feed", () => {
  test("an update already seen changes nothing", () => {
    const first = updates(change(11, 0, { kind: "alarm", alarm: alarm("k", { level: 4 }) }));
    const once = play(snapshot(10), first);
    const again = reduce(
      once,
      updates(change(11, 0, { kind: "alarm", alarm: alarm("k", { level: 1 }) })),
      0,
    );
    expect(again).toBe(once);
    expect(county(again).alarms.get("k")?.level).toBe(4);
  });

  test("updates of one input are told apart by their position", () => {
    const world = play(
      snapshot(10),
      updates(change(11, 0, { kind: "alarm", alarm: alarm("a") })),
      updates(
        change(11, 0, { kind: "alarm", alarm: alarm("a") }),
        change(11, 1, { kind: "alarm", alarm: alarm("b") }),
      ),
    );
    expect([...county(world).alarms.keys()]).toEqual(["a", "b"]);
    expect(world.taken).toEqual({ seq: 11, n: 1 });
  });

  test("what the snapshot holds is not applied a second time", () => {
    const world = play(
      snapshot(10, [alarm("k", { level: 3 })]),
      updates(change(10, 5, { kind: "alarm", alarm: alarm("k", { level: 1 }) })),
    );
    expect(county(world).alarms.get("k")?.level).toBe(3);
  });

  test("the tail after a cut message gives the same world as an uncut one", () => {
    const list = [0, 1, 2].map((n) => change(11 + n, 0, { kind: "alarm", alarm: alarm(`k${n}`) }));
    const whole = play(snapshot(10), updates(...list));
    const cut = play(snapshot(10), updates(...list.slice(0, 2)), updates(...list.slice(1)));
    expect(cut).toEqual(whole);
  });

  test("a closed alarm leaves, a task finds its command", () => {
    const world = play(
      snapshot(10, [alarm("k")], [command([task("a", "issued"), task("b", "issued")])]),
      updates(
        change(11, 0, { kind: "alarm", alarm: alarm("k", { closed: true }) }),
        change(11, 1, { kind: "task", task: task("b", "accepted"), worst: "issued" }),
      ),
    );
    expect(county(world).alarms.size).toBe(0);
    expect(
      county(world)
        .commands.get("c1")
        ?.tasks.map((one) => one.stage),
    ).toEqual(["issued", "accepted"]);
  });

  test("newest values replace, thresholds stay", () => {
    const value = { ...series, value: "9.99" };
    const world = play(snapshot(10), {
      type: "values",
      seq: 12,
      jurisdiction: "j",
      values: [value],
    });
    expect(county(world).now.get("s1/water_level")?.value).toBe("9.99");
    expect(county(world).series.get("s1/water_level")?.unit).toBe("m");
    expect(world.seq).toBe(12);
  });

  test("system conditions begin and end by kind and subject", () => {
    const on = {
      kind: "link_down" as const,
      subject: "x",
      since: "2026-08-20T18:00:00Z",
      until: null,
    };
    const lasting = play(snapshot(1), updates(change(2, 0, { kind: "system", system: on })));
    expect(lasting.system).toHaveLength(1);
    const over = reduce(
      lasting,
      updates(change(3, 0, { kind: "system", system: { ...on, until: "2026-08-20T18:01:00Z" } })),
      0,
    );
    expect(over.system).toHaveLength(0);
  });

  test("wire kinds of the future are counted and thrown at nobody", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const store = createStore(0);
    const strange = { type: "weather" } as unknown as FeedMessage;
    store.feed([snapshot(1), strange, updates(change(2, 0, { kind: "omen" }))], 0);
    expect(Object.fromEntries(store.get().world.unknown)).toEqual({ weather: 1, omen: 1 });
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  test("changed files ask for a whole snapshot", () => {
    expect(play(snapshot(1), updates(change(2, 0, { kind: "configured" }))).wantsSnapshot).toBe(
      true,
    );
  });
});

describe("questions screens ask", () => {
  test("unacknowledged first, then worst, then newest; returned after standing ones", () => {
    const ack = { by: "p", at: "2026-08-20T18:00:00Z", lease_until: null };
    const world = play(
      snapshot(1, [
        alarm("acked-red", { level: 4, worst: 4, ack }),
        alarm("old-blue", { level: 1, worst: 1 }),
        alarm("red", { level: 4, worst: 4 }),
        alarm("returned-red", { level: 0, worst: 4, process: "returned" }),
        alarm("new-blue", { level: 1, worst: 1, changed: "2026-08-20T19:00:00Z" }),
      ]),
    );
    expect(alarmsByUrgency(county(world)).map((one) => one.key)).toEqual([
      "red",
      "new-blue",
      "old-blue",
      "returned-red",
      "acked-red",
    ]);
  });

  test("a person in two groups is reached once", () => {
    expect(
      reached(county(play(snapshot(1))), ["g1", "g2"], ["a", "z"]).map((one) => one.id),
    ).toEqual(["a", "b", "c", "z"]);
  });
});
