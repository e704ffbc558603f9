import { describe, expect, test } from "vitest";
import {
  canSwap,
  gapsAhead,
  lacks,
  lingering,
  maySignIn,
  nextShift,
  postsByNeed,
  roomOf,
  shiftNow,
  signing,
  turns,
} from "../src/state/duty";
import type { HandoverView, PostView, ShiftView } from "../src/wire/view";

const at = (hm: string) => Date.parse(`2026-08-20T${hm}:00Z`);
const iso = (hm: string) => `2026-08-20T${hm}:00Z`;
const shift = (from: string, until: string, ...people: string[]): ShiftView => ({
  from: iso(from),
  until: iso(until),
  people,
  short: people.length < 1,
});
const nothing = {
  alarms: [],
  unanswered: [],
  clocks: [],
  endings: [],
  runs: [],
  help: [],
  by_hand: [],
  declined: [],
  unverified: [],
  end_unseen: [],
  untold: [],
  exhausted: [],
};

function post(id: string, more: Partial<PostView> = {}): PostView {
  return {
    id,
    title: { zh: id, en: id },
    duty: "duty",
    unit: null,
    township: null,
    now: ["li"],
    shifts: [shift("08:00", "12:00", "li"), shift("12:00", "16:00", "chen")],
    gaps: [],
    signed_in: [],
    sign_in_by: null,
    changes: [],
    handover: null,
    ...more,
  };
}

const passing = (more: Partial<HandoverView> = {}): HandoverView => ({
  from: ["li"],
  to: ["chen"],
  due: iso("12:00"),
  signed: null,
  note: null,
  obligations: nothing,
  ...more,
});

describe("who is on duty", () => {
  test("a shift ends at its last instant, and the next begins there", () => {
    expect(shiftNow(post("p"), at("11:59"))?.people).toEqual(["li"]);
    expect(shiftNow(post("p"), at("12:00"))?.people).toEqual(["chen"]);
    expect(nextShift(post("p"), at("11:59"))?.people).toEqual(["chen"]);
    expect(nextShift(post("p"), at("12:00"))).toBeNull();
  });

  test("one signs in for the shift that runs, or within the hour before one's own", () => {
    const one = post("p", { signed_in: [] });
    expect(maySignIn(one, "li", at("08:00"))?.from).toBe(iso("08:00"));
    expect(maySignIn(one, "chen", at("10:59"))).toBeNull();
    expect(maySignIn(one, "chen", at("11:00"))?.from).toBe(iso("12:00"));
    expect(maySignIn(one, "wang", at("11:30"))).toBeNull();
    const there = post("p", { signed_in: [{ by: "li", at: iso("08:03") }] });
    expect(maySignIn(there, "li", at("09:00"))).toBeNull();
  });

  test("what a post lacks, gravest first", () => {
    expect(lacks(post("p"), at("09:00"))).toEqual([]);
    expect(lacks(post("p", { now: [] }), at("09:00"))).toEqual(["vacant"]);
    const late = post("p", { sign_in_by: iso("08:15") });
    expect(lacks(late, at("08:14"))).toEqual([]);
    expect(lacks(late, at("08:15"))).toEqual(["not_signed"]);
    const open = post("p", { handover: passing(), now: ["li", "chen"] });
    expect(lacks(open, at("11:30"))).toEqual([]);
    expect(lacks(open, at("12:00"))).toEqual(["handover"]);
    const gap = { post: "p", from: iso("16:00"), until: iso("20:00"), people: [], least: 1 };
    expect(lacks(post("p", { gaps: [gap] }), at("09:00"))).toEqual(["gap"]);
  });

  test("posts in need come first, the others in the order of the files", () => {
    const list = [
      post("a"),
      post("b", { sign_in_by: iso("08:15") }),
      post("c", { now: [] }),
      post("d"),
    ];
    expect(postsByNeed(list, at("09:00")).map((one) => one.id)).toEqual(["c", "b", "a", "d"]);
    expect(list.map((one) => one.id)).toEqual(["a", "b", "c", "d"]);
  });

  test("the room is the county's post that is handed over, whatever stands before it", () => {
    const town = post("town", { township: "t1", handover: passing() });
    const leader = post("leader", { duty: "leader", shifts: [] });
    expect(roomOf([town, leader, post("desk")])?.id).toBe("desk");
    expect(roomOf([town, leader])).toBeNull();
  });

  test("gaps of all posts, soonest first, without those that are over", () => {
    const gap = (from: string, until: string) => ({
      post: "p",
      from: iso(from),
      until: iso(until),
      people: [],
      least: 1,
    });
    const list = [
      post("a", { gaps: [gap("08:00", "09:00"), gap("16:00", "20:00")] }),
      post("b", { gaps: [gap("12:00", "16:00")] }),
    ];
    expect(gapsAhead(list, at("09:00")).map((one) => one.from)).toEqual([
      iso("12:00"),
      iso("16:00"),
    ]);
  });
});

describe("swaps", () => {
  test("two people, two shifts, and nobody twice in one", () => {
    const one = post("p", {
      shifts: [shift("08:00", "12:00", "li", "wang"), shift("12:00", "16:00", "chen", "wang")],
    });
    const all = turns(one, at("09:00"));
    const find = (person: string, from: string) =>
      all.find((turn) => turn.person === person && turn.from === iso(from)) ?? null;
    expect(canSwap(one, find("li", "08:00"), find("chen", "12:00"))).toBe(true);
    expect(canSwap(one, find("li", "08:00"), find("wang", "08:00"))).toBe(false);
    expect(canSwap(one, find("li", "08:00"), find("wang", "12:00"))).toBe(false);
    expect(canSwap(one, find("li", "08:00"), null)).toBe(false);
  });
});

describe("a handover", () => {
  test("the first stays on the hook until the second has signed", () => {
    const open = post("p", { handover: passing() });
    expect(lingering(open, at("11:59"))).toEqual([]);
    expect(lingering(open, at("12:00"))).toEqual(["li"]);
    const signed = { signed: { by: "li", at: iso("11:50") } };
    expect(lingering(post("p", { handover: passing(signed) }), at("12:30"))).toEqual(["li"]);
    expect(lingering(post("p"), at("12:30"))).toEqual([]);
  });

  test("who goes signs first, who comes second, each once, and nobody else", () => {
    const open = post("p", { handover: passing() });
    expect(signing(open, "li")).toBe("first");
    expect(signing(open, "chen")).toBe("wait");
    expect(signing(open, "wang")).toBe("other");
    const half = post("p", { handover: passing({ signed: { by: "li", at: iso("11:50") } }) });
    expect(signing(half, "li")).toBe("signed");
    expect(signing(half, "chen")).toBe("second");
    expect(signing(post("p"), "li")).toBe("other");
    expect(signing(half, undefined)).toBe("other");
  });
});
