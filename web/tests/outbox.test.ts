import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test } from "vitest";
import { Refused } from "../src/link/api";
import { type Line, type Outbox, openOutbox, STUCK_AFTER, wait } from "../src/link/outbox";
import { draftsOf, keepDraft } from "../src/link/photos";
import { closeShelf } from "../src/link/shelf";
import type { Behind } from "../src/state/headcount";
import type { Pending, Sending } from "../src/state/store";
import type { Act, Action, Answer, UploadRequest } from "../src/wire/acts";

/** A line to the county that the test holds in its hands: up or down, and a clock that it winds. */
class Wire implements Line {
  up = true;
  received: Act[] = [];
  answer: () => Answer = () => ({ answer: "done" });
  fault: Error | null = null;
  timers: { ms: number; run: () => void }[] = [];
  now = () => 1_000;
  random = () => 0;
  /** Whose session the browser holds; the server takes what says another for nobody's. */
  session: string | null = null;
  private admit(by: string | null | undefined) {
    if (!this.session || this.session === by) return;
    throw new Refused(by ? 401 : 403, { code: "not_your_task", zh: "", en: "", problems: [] });
  }
  act = async (act: Act) => {
    if (!this.up) throw new TypeError("no network");
    if (this.fault) throw this.fault;
    this.admit(act.by);
    this.received.push(act);
    return this.answer();
  };
  /** Bytes of each upload that have come, in pieces of four; `breaks` cuts the line after so many pieces. */
  uploads = new Map<string, number>();
  pieces: [string, number][] = [];
  breaks = Number.POSITIVE_INFINITY;
  refuse: Error | null = null;
  private view(upload: string, size: number) {
    const received = this.uploads.get(upload) ?? 0;
    const blob = received === size ? `blob-${upload}` : null;
    return { upload, size, received, piece_bytes: 4, blob };
  }
  beginUpload = async (asked: UploadRequest) => {
    if (!this.up) throw new TypeError("no network");
    if (this.refuse) throw this.refuse;
    this.admit(asked.by);
    this.uploads.set(asked.upload, this.uploads.get(asked.upload) ?? 0);
    this.sizes.set(asked.upload, asked.size);
    return this.view(asked.upload, asked.size);
  };
  sizes = new Map<string, number>();
  addPiece = async (upload: string, at: number, piece: Blob) => {
    if (!this.up || this.breaks <= 0) throw new TypeError("no network");
    this.breaks -= 1;
    this.pieces.push([upload, at]);
    this.uploads.set(upload, at + piece.size);
    return this.view(upload, this.sizes.get(upload) ?? 0);
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
let sending: Sending[] = [];
let loggedOut = 0;
const watcher = {
  changed: (list: Pending[], photos: Sending[]) => {
    seen = list;
    sending = photos;
  },
  engineNow: () => 5_000,
  loggedOut: () => {
    loggedOut += 1;
  },
};
const open = (wire: Wire, person = "p1") => openOutbox(person, watcher, wire);
const report = (fact: string): Action =>
  ({ action: "report_task", task: "c1.p1", means: "app", fact }) as Action;
const shoot = (id: string, content: string, behind: Behind | null = null) =>
  keepDraft({
    id,
    person: "p1",
    task: "c1.p1",
    video: false,
    blob: new Blob([content]),
    taken: 900,
    position: { lon: 120.9, lat: 29.5, accuracy_m: null },
    place: "picture",
    behind,
    at: 950,
  });
const put = (outbox: Outbox, op: string, fact = "accepted", photos: string[] = []) =>
  outbox.put({ op, person: "p1", action: report(fact), at: 1_000, photos });
/** Winds the clock until the press at this place has failed often enough. */
const untilStuck = async (wire: Wire, outbox: Outbox, place: number) => {
  for (let n = 0; n < STUCK_AFTER && seen[place]?.state !== "stuck"; n++) {
    await outbox.idle();
    const before = seen[place]?.tries ?? 0;
    if (wire.timers.length === 0) outbox.kick();
    else wire.ring();
    await settled(() => expect(seen[place]?.tries).toBeGreaterThan(before));
  }
  await outbox.idle();
  expect(seen[place]?.state).toBe("stuck");
};
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
  sending = [];
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

  test("the report goes first; its pictures follow in pieces, from where the line broke", async () => {
    await shoot("photo-1", "ten bytes!");
    await shoot("photo-2", "four");
    const wire = new Wire();
    wire.breaks = 1;
    const before = open(wire);
    await put(before, "o1", "done", ["photo-1", "photo-2"]);
    await settled(() => expect(sending[0]?.tries).toBeGreaterThan(0));
    expect(wire.received.map((act) => act.op)).toEqual(["o1"]);
    expect(sending[0]).toMatchObject({ received: 4, size: 10, state: "waiting", of: "o1" });
    before.close();
    await closeShelf();

    const after = new Wire();
    after.uploads = wire.uploads;
    open(after);
    await settled(() => expect(sending.map((one) => one.state)).toEqual(["received", "received"]));
    const of = (id: string) => after.pieces.filter(([upload]) => upload === id).map(([, at]) => at);
    expect(of("photo-1")).toEqual([4, 8]);
    expect(after.received.map((act) => act.op)).toEqual(["photo-1", "photo-2"]);
    expect(after.received[0]?.action).toMatchObject({
      fact: "photo",
      photos: ["blob-photo-1"],
      shot: { of: "o1", taken: new Date(900).toISOString(), place: "picture" },
    });
  });

  test("pictures of people left behind say whom they show, and no number", async () => {
    const refused = { village: "甲村", why: "refused" as const };
    await shoot("photo-1", "one", refused);
    await shoot("photo-2", "two", refused);
    await shoot("photo-3", "bridge");
    const wire = new Wire();
    wire.up = false;
    const outbox = open(wire);
    const row = (moved: number) => ({
      village: "甲村",
      to_move: 9,
      moved,
      refused: 3,
      unreachable: 0,
      left: [{ why: "refused" as const, name: "张阿大" }],
    });
    const tell = (op: string, moved: number, photos: string[]) => {
      const action = { ...report("working"), percent: 60, count: [row(moved)] } as Action;
      return outbox.put({ op, person: "p1", action, at: 1_000, photos });
    };
    await tell("o1", 5, ["photo-1", "photo-2", "photo-3"]);
    await tell("o2", 6, []);
    wire.up = true;
    outbox.kick();
    await settled(() => expect(wire.received).toHaveLength(5));
    const counts = wire.received
      .slice(2)
      .map(({ action }) => (action.action === "report_task" ? (action.count ?? null) : null));
    // Whom it shows and nobody's number: a picture that comes late reverts no count.
    const shows = (n: number) => ({
      ...{ village: "甲村", to_move: 0, moved: 0, refused: 0, unreachable: 0 },
      left: [{ why: "refused", photo: `blob-photo-${n}` }],
    });
    expect(counts).toEqual([[shows(1)], [shows(2)], null]);
  });

  test("a press overtakes a picture between two pieces", async () => {
    await shoot("photo-1", "ten bytes!");
    const wire = new Wire();
    const outbox = open(wire);
    const add = wire.addPiece;
    wire.addPiece = async (upload, at, piece) => {
      if (at === 4 && wire.received.length === 1) await put(outbox, "o2", "need_help");
      return add(upload, at, piece);
    };
    await put(outbox, "o1", "working", ["photo-1"]);
    await settled(() => expect(sending[0]?.state).toBe("received"));
    expect(wire.received.map((act) => act.op)).toEqual(["o1", "o2", "photo-1"]);
  });

  test("a picture the county refuses stays with its reason until it is let go", async () => {
    await shoot("photo-1", "no picture");
    await shoot("photo-2", "four");
    const wire = new Wire();
    wire.refuse = new Refused(413, { code: "too_large", zh: "", en: "", problems: [] });
    const outbox = open(wire);
    await put(outbox, "o1", "done", ["photo-1"]);
    await settled(() => expect(sending[0]?.state).toBe("refused"));
    expect(sending[0]?.why).toBe("too_large");
    expect(seen[0]?.state).toBe("received");
    wire.refuse = null;
    await put(outbox, "o2", "working", ["photo-2"]);
    await settled(() => expect(sending[1]?.state).toBe("received"));
    await outbox.letGo("photo-1");
    await settled(() => expect(sending.map((one) => one.id)).toEqual(["photo-2"]));
  });

  test("a picture taken for a report that was never pressed is still there", async () => {
    await shoot("photo-1", "taken");
    await closeShelf();
    expect((await draftsOf("p1", "c1.p1")).map((one) => one.id)).toEqual(["photo-1"]);
    const wire = new Wire();
    const outbox = open(wire);
    await put(outbox, "o1");
    await settled(() => expect(seen[0]?.state).toBe("received"));
    expect(sending).toEqual([]);
    expect(wire.uploads.size).toBe(0);
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

  test("an answer that is not our server's own refuses nothing for good", async () => {
    const other = (status: number, code = `http_${status}`) =>
      new Refused(status, { code, zh: "", en: "", problems: [] });
    for (const [n, fault] of [
      other(403),
      other(404),
      other(407),
      other(413),
      other(451, "walled"),
    ].entries()) {
      const wire = new Wire();
      wire.fault = fault;
      const outbox = open(wire);
      await put(outbox, `o${n}`);
      await untilStuck(wire, outbox, n);
      wire.fault = null;
      outbox.kick();
      await settled(() => expect(seen.at(-1)?.state).toBe("received"));
      await outbox.idle();
      outbox.close();
    }
  });

  test("a press that is turned away again and again holds up nothing that comes after it", async () => {
    await shoot("photo-1", "ten bytes!");
    const wire = new Wire();
    const act = wire.act;
    wire.act = async (one) => {
      if (one.op === "o1")
        throw new Refused(413, { code: "http_413", zh: "", en: "", problems: [] });
      return act(one);
    };
    const outbox = open(wire);
    await put(outbox, "o1");
    await put(outbox, "o2", "done", ["photo-1"]);
    await untilStuck(wire, outbox, 0);
    await settled(() => expect(sending[0]?.state).toBe("received"));
    expect(seen.map((one) => one.state)).toEqual(["stuck", "received"]);
    await outbox.idle();
    expect(wire.timers).toHaveLength(1);
    wire.act = act;
    wire.ring();
    await settled(() => expect(seen[0]?.state).toBe("received"));
    outbox.close();
  });

  test("what our server says of a press itself is final, until a person tries it once more", async () => {
    await shoot("photo-1", "four");
    const wire = new Wire();
    wire.fault = new Refused(403, { code: "role_not_allowed", zh: "", en: "", problems: [] });
    wire.refuse = new TypeError("no network");
    const outbox = open(wire);
    await put(outbox, "o1", "done", ["photo-1"]);
    await settled(() => expect(seen[0]?.state).toBe("refused"));
    expect(seen[0]?.why).toBe("role_not_allowed");
    // The county never took it: it goes under its own name.
    wire.fault = null;
    wire.answer = () => ({ answer: "refused", why: "task_closed" });
    await outbox.again("o1", "new-1");
    await settled(() => expect(seen[0]?.why).toBe("task_closed"));
    // The county remembers what it refused: now it is another press, and its picture follows that.
    wire.answer = () => ({ answer: "done" });
    wire.refuse = null;
    await outbox.again("o1", "new-1");
    await settled(() => expect(seen[0]?.state).toBe("received"));
    await settled(() => expect(wire.received).toHaveLength(3));
    expect(wire.received.map((act) => act.op)).toEqual(["o1", "new-1", "photo-1"]);
    expect(wire.received[2]?.action).toMatchObject({ shot: { of: "new-1" } });
    expect(wire.received[1]?.device_at).toBe(new Date(1_000).toISOString());
    outbox.close();
  });

  test("an ended session keeps everything and asks for a login", async () => {
    const wire = new Wire();
    wire.fault = new Refused(401, { code: "no_session", zh: "", en: "", problems: [] });
    const outbox = open(wire);
    await put(outbox, "o1");
    await settled(() => expect(loggedOut).toBeGreaterThan(0));
    expect(seen[0]?.state).toBe("waiting");
  });

  test("a press waits for whoever pressed it while somebody else is logged in here", async () => {
    await shoot("photo-1", "ten bytes!");
    const wire = new Wire();
    wire.session = "p2";
    const outbox = open(wire);
    await put(outbox, "o1", "done", ["photo-1"]);
    await settled(() => expect(loggedOut).toBeGreaterThan(0));
    await outbox.idle();
    expect(seen[0]?.state).toBe("waiting");
    expect([wire.received, wire.uploads.size]).toEqual([[], 0]);

    wire.session = "p1";
    outbox.kick();
    await settled(() => expect(wire.uploads.size).toBe(1));
    wire.session = "p2";
    await settled(() => expect(loggedOut).toBeGreaterThan(1));
    await outbox.idle();
    expect(sending[0]?.state).not.toBe("refused");
    wire.session = "p1";
    outbox.kick();
    await settled(() => expect(sending[0]?.state).toBe("received"));
    expect(wire.received.map(({ op, by }) => [op, by])).toEqual([
      ["o1", "p1"],
      ["photo-1", "p1"],
    ]);
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

  test("a full phone sends what waits and takes nothing new, pictures included", async () => {
    const wire = new Wire();
    wire.up = false;
    const outbox = open(wire);
    await shoot("photo-1", "ten bytes!");
    await put(outbox, "o1", "done", ["photo-1"]);
    await outbox.idle();
    const { put: write, add } = IDBObjectStore.prototype;
    const noRoom = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
    Object.assign(IDBObjectStore.prototype, { put: noRoom, add: noRoom });
    try {
      await expect(put(outbox, "o2")).rejects.toThrow("no room");
      wire.up = true;
      outbox.kick();
      await settled(() => expect([...seen, ...sending]).toEqual([]));
    } finally {
      Object.assign(IDBObjectStore.prototype, { put: write, add });
    }
    expect(wire.received.map((act) => act.op)).toEqual(["o1", "photo-1"]);
    outbox.close();
  });
});
