import { describe, expect, test } from "vitest";
import {
  askedOf,
  callKey,
  callPips,
  callsOf,
  callsOwed,
  isCalling,
  missedClocks,
  type Pages,
  usedUp,
} from "../src/state/calls";
import { obligations } from "../src/state/obligations";
import { findRows, hasNotAnswered, silences } from "../src/state/silence";
import type { PageView, RunView, SystemView } from "../src/wire/view";
import { command, county, situation, task } from "./night";

const at = (minute: number, second = 0) =>
  new Date(Date.UTC(2026, 7, 20, 18, minute, second)).toISOString();

function run(id: string, waiting: string[], more: Partial<RunView> = {}): RunView {
  return {
    id,
    about: { situation: "s" },
    policy: "red",
    title: { zh: "红色", en: "Red" },
    occasion: "situation",
    level: 4,
    state: "running",
    began: at(0),
    ended: null,
    round: 1,
    rounds: 3,
    step: 2,
    steps: 7,
    next: null,
    confirm_all: false,
    called: waiting.length,
    confirmed: 0,
    refused: 0,
    waiting,
    uncalled: [],
    vacant: [],
    posts: [],
    log: [],
    ...more,
  };
}

function page(
  of: string,
  to: string,
  stage: PageView["stage"],
  more: Partial<PageView> = {},
): PageView {
  const { step = 1, channel = "push" } = more;
  return {
    id: `${of}.1.${step}.${to}.${channel}`,
    run: of,
    to,
    channel,
    about: { situation: "s" },
    level: 4,
    round: 1,
    step,
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
const calling = (...runs: RunView[]) => ({ runs: byId(...runs), situations: new Map() });
const none: Pages = new Map();
const clock = (of: RunView, step: number): SystemView => ({
  kind: "legal_clock",
  subject: `${of.id}#${step}`,
  since: at(10),
  until: null,
  level: null,
  owner: null,
});

describe("how far each person's calls came", () => {
  test("who has not answered first, by the furthest attempt; an answer names the newest", () => {
    const pages = byId(
      page("r", "yes", "acked"),
      page("r", "no", "declined"),
      page("r", "late", "called", { at: at(2) }),
      page("r", "li", "called", { channel: "voice", step: 2, at: at(3) }),
      page("r", "li", "delivered"),
    );
    const calls = callsOf(run("r", ["li", "late"]), pages);
    expect(calls.map((one) => [one.person, one.answer])).toEqual([
      ["li", null],
      ["late", null],
      ["no", "no"],
      ["yes", "yes"],
    ]);
    const [li] = calls;
    expect(li).toMatchObject({ at: at(0), stage: "delivered", channels: ["push", "voice"] });
    expect(li?.pages.at(-1)?.channel).toBe("voice");
    expect(li && callPips(li)).toEqual({ filled: 2, end: "none" });
  });

  test("somebody whose attempts are not known is in the list all the same", () => {
    const [li] = callsOf(run("r", ["li"]), none);
    expect(li).toMatchObject({ person: "li", at: at(0), stage: null, pages: [], answer: null });
  });
});

describe("who owes an answer to a call", () => {
  const owed = (list: RunView[], pages: Pages, system: SystemView[] = []) =>
    callsOwed(calling(...list), pages, system).map((one) => [one.want, one.call.person]);
  const lines = (...what: ("exhausted" | "satisfied")[]): RunView["log"] =>
    what.map((word) => ({
      at: at(5),
      ...(word === "exhausted" ? { what: word, called: 1 } : { what: word }),
    }));
  const used = run("used", ["c"], { state: "exhausted", ended: at(5), log: lines("exhausted") });
  const notice: SystemView = { ...clock(used, 0), kind: "calls_exhausted", subject: "used" };

  test("only of runs about situations that still call, or called everybody in vain", () => {
    const list = [
      run("on", ["a"]),
      used,
      run("over", ["d"], { state: "cancelled", ended: at(5) }),
      run("closed", ["e"], { state: "exhausted", ended: at(5), log: lines("exhausted") }),
      run("roll", ["f"], { about: { roll_call: "o" }, occasion: "roll_call" }),
    ];
    expect(owed(list, none, [notice])).toEqual([
      ["gave_up", "c"],
      ["silent", "a"],
    ]);
    expect(isCalling(used, calling(used), [notice])).toBe(true);
    expect(usedUp(calling(...list), [notice]).map((one) => one.id)).toEqual(["used"]);
  });

  test("what was used up is owed while its notice stands or nobody has taken note, and no longer", () => {
    const about = (unacked: number) => ({
      ...calling(used),
      situations: byId(situation("s", { unacked })),
    });
    const found = (county: ReturnType<typeof about>, system: SystemView[]) =>
      callsOwed(county, none, system).map((one) => one.call.person);
    expect(found(about(1), [])).toEqual(["c"]);
    expect(found(about(0), [notice])).toEqual(["c"]);
    expect(found(about(0), [])).toEqual([]);
    expect(found(about(0), [{ ...notice, until: at(6) }])).toEqual([]);
    // It was answered in the end; what calls now is another run.
    const answered = { ...used, log: lines("exhausted", "satisfied") };
    expect(found({ ...about(1), runs: byId(answered) }, [])).toEqual([]);
    expect(askedOf([], about(1), [])).toEqual({ all: 1, answered: 0 });
    expect(askedOf([], about(0), [])).toEqual({ all: 0, answered: 0 });
  });

  test("a no is an answer, unless everybody has to say yes", () => {
    const pages = byId(page("r", "a", "declined"));
    expect(owed([run("r", [])], pages)).toEqual([]);
    expect(owed([run("r", [], { confirm_all: true })], pages)).toEqual([["declined", "a"]]);
  });

  test("a clock of the law that ran out stands above, for those its step called, until one says yes", () => {
    const red = run("r#1", ["duty", "leader"]);
    const voice = { step: 5, channel: "voice" } as const;
    const pages = byId(page("r#1", "duty", "seen"), page("r#1", "leader", "failed", voice));
    const all = byId(red);
    expect(missedClocks(all, pages, [clock(red, 5)])).toEqual([
      { run: red, step: 5, since: at(10), people: ["leader"] },
    ]);
    expect(owed([red], pages, [clock(red, 5)])).toEqual([
      ["clock", "leader"],
      ["silent", "duty"],
    ]);
    const said = byId(page("r#1", "leader", "declined", voice));
    expect(owed([run("r#1", [])], said, [clock(red, 5)])).toEqual([["clock", "leader"]]);
    expect(missedClocks(all, pages, [{ ...clock(red, 5), until: at(11) }])).toEqual([]);
    expect(missedClocks(new Map(), pages, [clock(red, 5)])).toEqual([]);
  });

  test("who was asked, and how many have answered yes or no", () => {
    const open = command([task("a", "issued"), task("b", "accepted")]);
    const list = [run("r", ["c"], { called: 4, confirmed: 2, refused: 1 })];
    expect(askedOf([open], calling(...list), [])).toEqual({ all: 6, answered: 4 });
  });
});

describe("both kinds of silence in one list", () => {
  const next = (minute: number) => ({
    at: at(minute),
    step: "remind" as const,
    to: null,
    crew: null,
  });
  const orange = command([task("t", "issued", { next: next(1) })], { level: 3 });
  const red = run("r", ["a", "b"], {
    next: { at: at(3), step: 3, to: ["a"], by: ["voice"], must: false, law: null },
  });
  const system = [clock(red, 5)];
  const pages = byId(
    page("r", "a", "called"),
    page("r", "b", "called", { step: 5, channel: "voice" }),
  );
  const rows = silences(obligations([orange]), callsOwed(calling(red), pages, system));

  test("worst first: the clock of the law, then by level, then what comes soonest", () => {
    expect(rows.map((row) => [row.kind, row.person, row.want])).toEqual([
      ["call", "b", "clock"],
      ["call", "a", "silent"],
      ["task", "t", "silent"],
    ]);
    expect(rows.filter(hasNotAnswered).map((row) => row.key)).toEqual([
      callKey("r", "b"),
      callKey("r", "a"),
      "c1.t",
    ]);
  });

  test("one silent person among three hundred called is the one row there is", () => {
    const people = Array.from({ length: 300 }, (_, n) => `p${n}`);
    const many = byId(
      ...people.map((who) => page("m", who, who === "p217" ? "accepted" : "acked")),
    );
    const asked = run("m", ["p217"], { called: 300, confirmed: 299, confirm_all: true });
    const found = silences([], callsOwed(calling(asked), many, []));
    expect(found.map((row) => row.person)).toEqual(["p217"]);
  });

  test("people are found by name, post, township or number", () => {
    const whole = county({
      people: byId({
        id: "a",
        name: "张建忠",
        phone: "139 0000 0101",
        post: { zh: "镜岭村书记", en: "head of Jingling" },
        role: "responder",
        substitute: null,
        township: "t1",
      }),
      areas: [{ kind: "township", code: "t1", title: { zh: "镜岭镇", en: "Jingling" }, people: 1 }],
    });
    const found = (words: string) => findRows(rows, words, whole).map((row) => row.person);
    expect(found("张建")).toEqual(["a"]);
    expect(found("HEAD jing")).toEqual(["a"]);
    expect(found("镜岭镇")).toEqual(["a"]);
    expect(found("0000 0101")).toEqual(["a"]);
    expect(found("  ")).toHaveLength(3);
    expect(found("谁")).toEqual([]);
  });
});
