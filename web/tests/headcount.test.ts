import { describe, expect, test } from "vitest";
import {
  beginCount,
  countedRow,
  emptyRow,
  knownOf,
  saidOf,
  shortOf,
  withPictures,
  written,
} from "../src/state/headcount";
import { reduce } from "../src/state/reduce";
import { knownVillages, townshipsOf } from "../src/state/villages";
import { type County, emptyWorld } from "../src/state/world";
import { command, fact, snapshot, task } from "./night";

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

test("a picture is added once, beside what is named", () => {
  const row = { village: "甲村", to_move: 3, moved: 1, refused: 2, unreachable: 0 };
  const one = withPictures({ ...row, left: [{ why: "refused", name: "王" }] }, [
    { why: "refused", photo: "p" },
  ]);
  expect(one.left).toEqual([
    { why: "refused", name: "王" },
    { why: "refused", photo: "p" },
  ]);
  expect(withPictures(one, [{ why: "refused", photo: "p" }]).left).toHaveLength(2);
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
