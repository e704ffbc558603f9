import { describe, expect, test } from "vitest";
import {
  beginCount,
  countedRow,
  emptyRow,
  knownOf,
  saidOf,
  shortOf,
  shownIn,
  written,
} from "../src/state/headcount";
import { reduce } from "../src/state/reduce";
import { knownVillages, townshipsOf } from "../src/state/villages";
import { type County, emptyWorld } from "../src/state/world";
import { command, fact, snapshot, task, updates } from "./night";

const texts = new Map([
  ["n1", "张阿大"],
  ["n2", "吕来娣"],
]);
const counted = (village: string, moved: number, at: string, left: object[] = []) =>
  fact("working", {
    by: "a",
    means: "app",
    at,
    count: [{ village, to_move: 10, moved, refused: left.length, unreachable: 0, left }] as never,
  });
const villages = [
  { village: "甲村", to_move: 10 },
  { village: "乙村", to_move: 5 },
];
const evacuation = (facts: ReturnType<typeof fact>[] = [], more = {}) =>
  command([task("a", "working", { facts }), task("b", "seen")], {
    kind: "evacuation",
    villages,
    ...more,
  });
const rowsOf = (one: ReturnType<typeof command>, place = 0) =>
  beginCount(one, one.tasks[place] as ReturnType<typeof task>);

describe("a head-count begins", () => {
  test("with the command's villages, and only what was counted here is said again", () => {
    const rows = rowsOf(evacuation([counted("甲村", 8, "2026-08-20T18:05:00Z")]));
    expect(
      rows.map((row) => [row.village, row.given, row.to_move, row.moved, row.touched]),
    ).toEqual([
      ["甲村", true, "10", "8", true],
      ["乙村", true, "5", "", false],
    ]);
    expect(saidOf(rows).map((row) => row.village)).toEqual(["甲村"]);
  });

  test("with the newest numbers, and untouched where somebody else counted", () => {
    const facts = [
      counted("甲村", 9, "2026-08-20T18:09:00Z"),
      counted("甲村", 8, "2026-08-20T18:05:00Z"),
    ];
    const [row] = rowsOf(evacuation(facts), 1);
    expect([row?.moved, row?.touched]).toEqual(["9", false]);
  });

  test("with one empty line where no village is known", () => {
    expect(rowsOf(evacuation([], { villages: [] }))).toEqual([emptyRow()]);
  });
});

describe("what is short", () => {
  const row = written(emptyRow(), { village: "甲村", to_move: "10", moved: "7", refused: "2" });

  test("are people, and those left behind without a name or a picture", () => {
    expect(shortOf([row], texts)).toEqual({ people: 1, names: 2 });
    const named = written(row, { unreachable: "1", names: { refused: "王、", unreachable: null } });
    expect(shortOf([named], texts)).toEqual({ people: 0, names: 2 });
    const taken = ({ why }: { why: string }) => (why === "unreachable" ? 1 : 0);
    expect(shortOf([named], texts, taken)).toEqual({ people: 0, names: 1 });
  });

  test("counts nobody twice: more names than people make up for nothing else", () => {
    const one = written(row, {
      refused: "1",
      unreachable: "2",
      names: { refused: "王,李", unreachable: null },
    });
    expect(shortOf([one], texts)).toEqual({ people: 0, names: 2 });
  });
});

describe("names told before", () => {
  const left = [
    { why: "refused", name: "n1", photo: null },
    { why: "refused", name: null, photo: "pic" },
  ];
  const [row = emptyRow()] = rowsOf(evacuation([counted("甲村", 8, "2026-08-20T18:05:00Z", left)]));

  test("stand until somebody writes others, and so do pictures", () => {
    expect(knownOf(row, "refused", texts)).toBe(2);
    expect(countedRow(row, texts).left).toEqual([
      { why: "refused", name: "张阿大" },
      { why: "refused", photo: "pic" },
    ]);
    const other = written(row, { names: { ...row.names, refused: "吕来娣" } });
    expect(countedRow(other, texts).left?.map((one) => one.name)).toEqual(["吕来娣", undefined]);
  });

  test("belong to the village they were told of", () => {
    expect(written(row, { village: "丙村" }).before).toBeNull();
  });
});

describe("the table of a command", () => {
  const told = (...list: ReturnType<typeof fact>[]) => {
    const tasks = [task("a", "working", { facts: list })];
    const before = evacuation([], { tasks: [task("a", "seen"), task("b", "seen")] });
    const world = [snapshot(1, [], [before]), updates(newer(2, tasks))].reduce(
      (world, message) => reduce(world, message, 0),
      emptyWorld,
    );
    return world.counties.get("j")?.commands.get("c1")?.count ?? [];
  };
  const newer = (seq: number, [one]: ReturnType<typeof task>[]) =>
    ({ seq, n: 0, kind: "task", task: one, worst: "working" }) as never;
  const numbers = (list: ReturnType<typeof told>) =>
    list.map((row) => [row.village, row.to_move, row.moved, row.people_short, row.names_short]);

  test("follows a report from the field, also where only its task is told", () => {
    const list = told(
      counted("甲村", 8, "2026-08-20T18:05:00Z", [{ why: "refused", name: "n1", photo: null }]),
    );
    expect(numbers(list)).toEqual([["甲村", 10, 8, 1, 0]]);
    expect(list[0]?.task).toBe("c1.a");
  });

  test("is moved by no picture, which only says who is known", () => {
    const late = fact("photo", {
      by: "a",
      at: "2026-08-20T18:20:00Z",
      count: [
        {
          ...shownIn({ village: "甲村", why: "refused" }, "p"),
          left: [{ why: "refused", name: null, photo: "p" }],
        },
      ] as never,
    });
    const nameless = [{ why: "refused", name: null, photo: null }];
    const newest = counted("甲村", 9, "2026-08-20T18:15:00Z", nameless);
    expect(numbers(told(newest))).toEqual([["甲村", 10, 9, 0, 1]]);
    expect(numbers(told(newest, late))).toEqual([["甲村", 10, 9, 0, 0]]);
  });

  test("keeps what somebody else counted later, though it came earlier", () => {
    const mine = {
      ...counted("甲村", 9, "2026-08-20T18:05:00Z"),
      device_at: "2026-08-20T18:04:00Z",
    };
    const old = {
      ...counted("甲村", 3, "2026-08-20T18:30:00Z"),
      by: "b",
      device_at: "2026-08-20T17:50:00Z",
    };
    expect(numbers(told(mine, old))[0]?.[2]).toBe(9);
    expect(numbers(told(mine, { ...old, by: "a" }))[0]?.[2]).toBe(3);
  });
});

describe("villages that are offered", () => {
  test("are those of earlier commands with their newest number", () => {
    const older = evacuation([], {
      id: "c0",
      issued: "2026-08-19T18:00:00Z",
      villages: [
        { village: "甲村", to_move: 8 },
        { village: "丁村", to_move: 2 },
      ],
    });
    const world = reduce(emptyWorld, snapshot(1, [], [older, evacuation()]), 0);
    const county = world.counties.get("j") as County;
    const list = knownVillages(county).map((one) => `${one.village} ${one.to_move}`);
    expect(list.sort()).toEqual(["丁村 2", "乙村 5", "甲村 10"].sort());
    expect(townshipsOf(county, ["a"])).toEqual([]);
  });
});
