import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test } from "vitest";
import { Refused } from "../src/link/api";
import { type Line, type Outbox, openOutbox, STUCK_AFTER, wait } from "../src/link/outbox";
import { closeShelf } from "../src/link/shelf";
import type { Pending } from "../src/state/store";
import type { Act, Action, Answer } from "../src/wire/acts";

/** A line to the county that the test holds in its hands: up or down, and a clock that it winds. */
class Wire implements Line {
  up = true;
  received: Act[] = [];
  photos = 0;
  answer: () => Answer = () => ({ answer: "done" });
  fault: Error | null = null;
  timers: { ms: number; run: () => void }[] = [];
  now = () => 1_000;
  random = () => 0;
  act = async (act: Act) => {
    if (!this.up) throw new TypeError("no network");
    if (this.fault) throw this.fault;
    this.received.push(act);
    return this.answer();
  };
  leavePhoto = async () => {
    if (!this.up) throw new TypeError("no network");
    this.photos += 1;
    return `photo-${this.photos}`;
  };
  later = (ms: number, run: () => void) => {
    const timer = { ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  };
  ring() {
    const due = this.timers;
    this.timers = [];
    for (const timer of due) timer.run();
  }
}

let seen: Pending[] = [];
let loggedOut = 0;
const watcher = {
  changed: (list: Pending[]) => {
    seen = list;
  },
  engineNow: () => 5_000,
  loggedOut: () => {
    loggedOut += 1;
  },
};
const open = (wire: Wire, person = "p1") => openOutbox(person, watcher, wire);
const report = (fact: string): Action =>
  ({ action: "report_task", task: "c1.p1", means: "app", fact }) as Action;
const put = (outbox: Outbox, op: string, fact = "accepted", photos: Blob[] = []) =>
  outbox.put({ op, person: "p1", action: report(fact), at: 1_000, photos });
const settled = (what: () => void) =>
  expect
    .poll(() => {
      what();
      return true;
    })
    .toBe(true);

beforeEach(async () => {
  await closeShelf();
  globalThis.indexedDB = new IDBFactory();
  seen = [];
  loggedOut = 0;
});

describe("the outbox", () => {
  test("a press is received only after the server has answered", async () => {
    const wire = new Wire();
    const outbox = open(wire);
    await put(outbox, "o1");
    await settled(() => expect(seen.map((one) => one.state)).toEqual(["received"]));
    expect(seen[0]?.receivedAt).toBe(5_000);
    expect(wire.received[0]?.device_at).toBe(new Date(1_000).toISOString());
  });

  test("offline nothing is lost, a reload included, and the order is kept", async () => {
    const wire = new Wire();
    wire.up = false;
    const before = open(wire);
    await put(before, "o1", "accepted");
    await put(before, "o2", "on_scene");
    await put(before, "o3", "done");
    await settled(() => expect(seen[0]?.tries).toBeGreaterThan(0));
    before.close();
    await closeShelf();

    const after = new Wire();
    after.up = true;
    open(after);
    await settled(() =>
      expect(seen.map((one) => one.state)).toEqual(["received", "received", "received"]),
    );
    expect(after.received.map((act) => act.op)).toEqual(["o1", "o2", "o3"]);
  });

  test("it backs off to a bound, calls itself stuck after five, and never drops", async () => {
    const wire = new Wire();
    wire.up = false;
    const outbox = open(wire);
    await put(outbox, "o1");
    await settled(() => expect(seen[0]?.tries).toBeGreaterThan(0));
    for (let n = 0; n < STUCK_AFTER + 3; n++) {
      await outbox.idle();
      await settled(() => expect(wire.timers).toHaveLength(1));
      const before = seen[0]?.tries ?? 0;
      wire.ring();
      await settled(() => expect(seen[0]?.tries).toBe(before + 1));
    }
    await outbox.idle();
    expect(seen[0]?.state).toBe("stuck");
    expect(wait(30, 1)).toBe(300_000);
    wire.up = true;
    outbox.kick();
    await settled(() => expect(seen[0]?.state).toBe("received"));
  });

  test("a call for help goes before what waited longer", async () => {
    const wire = new Wire();
    wire.up = false;
    const outbox = open(wire);
    await put(outbox, "o1", "working");
    await put(outbox, "o2", "need_help");
    await outbox.idle();
    wire.up = true;
    outbox.kick();
    await settled(() => expect(wire.received.map((act) => act.op)).toEqual(["o2", "o1"]));
  });

  test("photos go first and are not sent twice when the line breaks after them", async () => {
    const wire = new Wire();
    wire.fault = new TypeError("broke");
    const outbox = open(wire);
    await put(outbox, "o1", "done", [new Blob(["a"]), new Blob(["b"])]);
    await settled(() => expect(seen[0]?.tries).toBeGreaterThan(0));
    await outbox.idle();
    expect(wire.photos).toBe(2);
    wire.fault = null;
    outbox.kick();
    await settled(() => expect(seen[0]?.state).toBe("received"));
    expect(wire.photos).toBe(2);
    expect(wire.received[0]?.action).toMatchObject({ photos: ["photo-1", "photo-2"] });
  });

  test("what the server refuses is told with its reason and does not hold up the rest", async () => {
    const wire = new Wire();
    wire.answer = () =>
      wire.received.length === 1 ? { answer: "refused", why: "task_closed" } : { answer: "done" };
    const outbox = open(wire);
    await put(outbox, "o1");
    await put(outbox, "o2");
    await settled(() => expect(seen.map((one) => one.state)).toEqual(["refused", "received"]));
    expect(seen[0]?.why).toBe("task_closed");
  });

  test("an ended session keeps everything and asks for a login", async () => {
    const wire = new Wire();
    wire.fault = new Refused(401, { code: "no_session", zh: "", en: "" });
    const outbox = open(wire);
    await put(outbox, "o1");
    await settled(() => expect(loggedOut).toBeGreaterThan(0));
    expect(seen[0]?.state).toBe("waiting");
  });

  test("presses of another person on this phone stay untouched", async () => {
    const wire = new Wire();
    wire.up = false;
    const mine = open(wire);
    await put(mine, "o1");
    await settled(() => expect(seen[0]?.tries).toBeGreaterThan(0));
    mine.close();
    const other = new Wire();
    const theirs = open(other, "p2");
    await settled(() => expect(seen).toEqual([]));
    await theirs.idle();
    expect(other.received).toEqual([]);
  });

  test("the same press put twice is one press", async () => {
    const wire = new Wire();
    wire.up = false;
    const outbox = open(wire);
    await put(outbox, "o1");
    await expect(put(outbox, "o1")).rejects.toThrow();
  });
});
