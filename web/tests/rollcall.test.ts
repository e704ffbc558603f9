import { describe, expect, test } from "vitest";
import { isOver } from "../src/state/calls";
import { channelSums, chosenOf, isReachable, proofOf, splitLost } from "../src/state/contacts";
import { owing } from "../src/state/handover";
import { boardOf, ownCalls, rollCalls } from "../src/state/rollcall";
import type { CommandView, ContactView, PageView, RunView } from "../src/wire/view";
import { alarm, command, county, task } from "./night";

const at = (minute: number) => new Date(Date.UTC(2026, 7, 20, 18, minute)).toISOString();

function run(more: Partial<RunView> = {}): RunView {
  return {
    id: "r1",
    about: { roll_call: "r1" },
    policy: "roll-call",
    title: { zh: "点名", en: "Roll-call" },
    occasion: "roll_call",
    level: null,
    state: "running",
    began: at(0),
    ended: null,
    round: 1,
    rounds: 2,
    step: 1,
    steps: 2,
    next: null,
    confirm_all: true,
    called: 3,
    confirmed: 1,
    refused: 0,
    uncalled: [],
    waiting: ["li", "zhao"],
    vacant: ["t3"],
    posts: [
      { post: "desk", people: ["wang"], here: { by: "wang", at: at(1) } },
      { post: "t1", people: ["li", "zhao"], here: null },
      { post: "t3", people: [], here: null },
    ],
    log: [],
    ...more,
  };
}

function page(to: string, stage: PageView["stage"], more: Partial<PageView> = {}): PageView {
  return {
    id: `r1.1.1.${to}.push`,
    run: "r1",
    to,
    channel: "push",
    about: { roll_call: "r1" },
    level: null,
    round: 1,
    step: 1,
    stage,
    at: at(0),
    sent: at(0),
    held_until: null,
    bundled: null,
    repeated: false,
    open: true,
    facts: [],
    ...more,
  };
}

const byId = <T extends { id: string }>(...list: T[]) => new Map(list.map((one) => [one.id, one]));

describe("the board of a roll-call", () => {
  test("every post is in one place: nobody there, silent, or here", () => {
    const board = boardOf(run(), [page("wang", "acked"), page("li", "delivered")]);
    expect(board.vacant).toEqual(["t3"]);
    expect(board.silent.map((one) => one.post)).toEqual(["t1"]);
    expect(board.here.map((one) => one.post)).toEqual(["desk"]);
  });

  test("that was called out stays open until somebody ends it, and no longer", () => {
    const line = (what: string) => ({ at: at(9), what }) as RunView["log"][number];
    const out = run({ state: "exhausted", ended: at(9), log: [line("exhausted")] });
    expect(isOver(run())).toBe(false);
    expect(isOver(out)).toBe(false);
    expect(isOver({ ...out, log: [...out.log, line("cancelled")] })).toBe(true);
    expect(isOver(run({ state: "satisfied" }))).toBe(true);
  });

  test("a holder shows the furthest any attempt came; who could not be called shows that", () => {
    const later = page("li", "called", { id: "r1.1.2.li.voice", channel: "voice", at: at(2) });
    const board = boardOf(run(), [later, page("li", "delivered")]);
    const [li, zhao] = board.silent[0]?.holders ?? [];
    expect(li?.stage).toBe("delivered");
    expect(li?.pages.map((one) => one.channel)).toEqual(["push", "voice"]);
    expect(zhao?.stage).toBeNull();
  });

  test("roll-calls only, newest first", () => {
    const list = byId(
      run(),
      run({ id: "r2", began: at(5) }),
      run({ id: "s", occasion: "situation", about: { situation: "7" } }),
    );
    expect(rollCalls(county({ runs: list })).map((one) => one.id)).toEqual(["r2", "r1"]);
  });
});

describe("calls at one person", () => {
  const own = (...pages: PageView[]) => ownCalls(county({ pages: byId(...pages) }), "li");

  test("one call a run, answered by its newest attempt", () => {
    const later = page("li", "called", { id: "r1.1.2.li.voice", channel: "voice", at: at(2) });
    expect(own(page("li", "delivered"), later, page("zhao", "called"))).toEqual([
      {
        run: "r1",
        about: { roll_call: "r1" },
        level: null,
        at: at(0),
        page: "r1.1.2.li.voice",
      },
    ]);
  });

  test("an answer to any attempt ends it, and so does the end of the run", () => {
    const acked = page("li", "acked", { id: "r1.1.2.li.voice", open: false });
    expect(own(page("li", "delivered"), acked)).toEqual([]);
    expect(own(page("li", "declined", { open: true }))).toEqual([]);
    expect(own(page("li", "delivered", { open: false }))).toEqual([]);
  });
});

describe("contact points", () => {
  const now = Date.parse(at(30));
  const none: ContactView = {
    channel: "sms",
    tried: null,
    tested: null,
    accepted: null,
    reached: null,
    answered: null,
    failed: null,
    why: null,
  };
  const state = (more: Partial<ContactView>) => proofOf({ ...none, ...more }, now).state;

  test("a provider's yes proves nothing about the person", () => {
    const one = { person: "li", contacts: [{ ...none, tried: at(1), accepted: at(1) }] };
    expect(state({ tried: at(1), accepted: at(1) })).toBe("accepted");
    expect(isReachable(one, now)).toBe(false);
    expect(isReachable({ ...one, contacts: [{ ...none, reached: at(1) }] }, now)).toBe(true);
  });

  test("the newest word counts: a failure after a receipt, a receipt after a failure", () => {
    expect(state({ reached: at(1), failed: at(2), why: "busy" })).toBe("failed");
    expect(state({ reached: at(3), failed: at(2), why: "busy" })).toBe("reached");
    expect(state({ accepted: at(3), failed: at(2), why: "busy" })).toBe("accepted");
    expect(state({ reached: at(3), answered: at(3) })).toBe("answered");
    expect(state({ reached: at(5), answered: at(3) })).toBe("reached");
    expect(state({ tried: at(1) })).toBe("tried");
    expect(state({})).toBe("untried");
  });

  test("a receipt proves for a month", () => {
    const reached = new Date(now - 31 * 86_400_000).toISOString();
    const older = new Date(now - 31 * 86_400_000 - 1).toISOString();
    expect(proofOf({ ...none, reached }, now)).toMatchObject({ old: false });
    expect(proofOf({ ...none, reached: older }, now)).toMatchObject({ old: true });
  });

  test("each channel counts who has it, whom it reached, and what failed in the last hour", () => {
    const list = [
      { person: "a", contacts: [{ ...none, reached: at(1) }] },
      { person: "b", contacts: [{ ...none, failed: at(2), why: "busy" }] },
      { person: "c", contacts: [{ ...none, channel: "push" as const }] },
    ];
    expect(channelSums(list, now)).toEqual([
      { channel: "push", people: 1, proven: 0, failedLately: 0, reached: null },
      { channel: "sms", people: 2, proven: 1, failedLately: 1, reached: at(1) },
    ]);
    const ids = (which: Parameters<typeof chosenOf>[1]) =>
      chosenOf(list, which, new Set(["c"]), now).map((one) => one.person);
    expect(ids("duty")).toEqual(["c"]);
    expect(ids("unproven")).toEqual(["b", "c"]);
    expect(ids("failed")).toEqual(["b"]);
  });

  test("where a channel is lost, whoever another one reached since is not the one to look for", () => {
    const sms = { ...none, tried: at(5) };
    const voice = { ...none, channel: "voice" as const };
    const list = [
      { person: "a", contacts: [sms, { ...voice, reached: at(6) }] },
      { person: "b", contacts: [sms, { ...voice, reached: at(4) }] },
      { person: "c", contacts: [sms, voice] },
    ];
    const people = ["a", "b", "c", "gone"];
    const lost = { township: "T1", channel: "sms" as const, since: at(7), people };
    expect(splitLost(lost, list)).toEqual({ reached: ["a"], unreached: ["b", "c", "gone"] });
  });
});

describe("what is handed over", () => {
  const open = command([task("a", "issued"), task("b", "accepted"), task("c", "no_reply")]);
  const whole = county({
    alarms: new Map([
      ["k1", alarm("k1")],
      ["k2", alarm("k2", { ack: { by: "p", at: at(0), lease_until: null } })],
    ]),
    commands: byId(open),
  });

  test("while nothing is to be signed it is what the desk itself sees", () => {
    const owed = owing(whole, null, []);
    expect(owed).toMatchObject({ alarmCount: 2, unacked: 1, unansweredCount: 2 });
    expect(owed.unanswered[0]?.tasks.map((one) => one.person)).toEqual(["a", "c"]);
  });

  test("a call for help, a refusal, what waits to be verified and what nobody was told of are owed too", () => {
    const crew = command([
      { ...task("a", "done"), needs_help: true },
      task("b", "declined"),
      { ...task("c", "cancelled"), end_unseen: true },
    ]);
    const held = { ...command([]), id: "c2", phase: { phase: "prepared" as const, until: at(9) } };
    const owed = owing(county({ commands: byId(crew, held as CommandView) }), null, []);
    const people = (list: { task: { person: string } }[]) => list.map((one) => one.task.person);
    expect([owed.help, owed.declined, owed.unverified, owed.endUnseen].map(people)).toEqual([
      ["a"],
      ["b"],
      ["a"],
      ["c"],
    ]);
    expect(owed.untold.map((one) => one.id)).toEqual(["c2"]);
  });

  test("else it is the very list that is signed, and ids this client does not know are not made up", () => {
    const owed = owing(
      whole,
      {
        from: ["li"],
        to: ["chen"],
        due: at(0),
        signed: null,
        note: null,
        obligations: {
          alarms: ["k1", "gone"],
          unanswered: ["c1.a"],
          clocks: [{ task: "c1.b", due: at(9) }],
          endings: [{ id: "quiet", until: at(20) }],
          runs: [],
          help: [],
          by_hand: [],
          declined: [],
          unverified: [],
          end_unseen: [],
          untold: [],
          exhausted: [],
        },
      },
      [],
    );
    expect(owed).toMatchObject({ alarmCount: 1, unansweredCount: 1 });
    expect(owed.clocks.map((one) => [one.task.person, one.due])).toEqual([["b", at(9)]]);
    expect(owed.endings).toEqual([{ id: "quiet", until: at(20), entry: null }]);
  });
});
