import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { closeShelf, keepSheets, keptSheets } from "../src/link/shelf";
import { isMet, owedReports, photosOf } from "../src/state/incidents";
import {
  cellOf,
  columnsOf,
  doublesOf,
  draftOf,
  flawsOf,
  lossesOf,
  newCase,
  nextStages,
  requestOf,
  sealsIn,
  shown,
  sidesOf,
  typed,
  wentDown,
} from "../src/state/losses";
import {
  carriedOver,
  foundAgain,
  isBehind,
  newerFigures,
  sheetOf,
  unsentOf,
  worthKeeping,
} from "../src/state/lossSheets";
import type {
  CaseView,
  IncidentView,
  LossStage,
  LossTable,
  LossVersion,
  PossibleDouble,
  TownshipLoss,
} from "../src/wire/view";
import { play, snapshot, told } from "./night";

const version = (
  number: number,
  stage: LossStage,
  more: Partial<LossVersion> = {},
): LossVersion => ({
  id: `v${number}`,
  number,
  stage,
  nth: 1,
  by: "wang",
  at: "2026-08-20T18:00:00Z",
  figures: [],
  cases: [],
  photos: [],
  note: null,
  response: null,
  late: false,
  ...more,
});
const known: CaseView = {
  case: "k1",
  kind: "missing",
  was: [],
  village: "上村",
  name: "seal",
  note: null,
  versions: ["v1"],
  withdrawn: null,
};
const row: TownshipLoss = {
  township: "T1",
  owed: false,
  versions: [version(1, "first", { photos: ["p1"] }), version(2, "follow_up", { photos: ["p2"] })],
  cells: [
    {
      item: "dead",
      value: 2,
      steps: [
        { version: "v1", value: 3, down: false },
        { version: "v2", value: 2, down: true },
      ],
      listed: 0,
    },
    { item: "missing", value: 1, steps: [{ version: "v1", value: 1, down: false }], listed: 1 },
    {
      item: "crops",
      value: 1250,
      steps: [{ version: "v1", value: 1250, down: false }],
      listed: null,
    },
  ],
  cases: [known, { ...known, case: "gone", withdrawn: "why" }],
};
const table: LossTable = {
  townships: [row],
  totals: [
    { item: "dead", value: 2, townships: 1, versions: ["v2"] },
    { item: "crops", value: 1250, townships: 1, versions: ["v1"] },
  ],
  doubles: [],
};

describe("the numbers", () => {
  test("are shown and read with the decimals of their item", () => {
    expect(shown("crops", 1250)).toBe("12.5");
    expect(shown("dead", 3)).toBe("3");
    expect(typed("crops", "12.5")).toBe(1250);
    expect(typed("money", "7")).toBe(700);
    expect(typed("dead", " 0 ")).toBe(0);
    expect(typed("dead", "")).toBeNull();
    for (const wrong of ["1.5", "-1", "三", "1e3"]) expect(typed("dead", wrong)).toBeNaN();
  });

  test("that nobody stated have no column, save those that are always there", () => {
    expect(columnsOf(table)).toEqual(["affected", "dead", "missing", "homes_collapsed", "crops"]);
  });

  test("that went down say so for good", () => {
    expect(row.cells.map(wentDown)).toEqual([true, false, false]);
    expect(cellOf(row, "money")).toBeUndefined();
  });
});

describe("the next version", () => {
  const may = (versions: LossVersion[], me: string) =>
    nextStages(versions, me).map(({ stage, not }) => `${stage} ${not ?? "may"}`);
  test("comes in the legal order, and is verified by somebody else", () => {
    expect(may([], "wang")).toEqual(["first may"]);
    const first = [version(1, "first")];
    expect(may(first, "wang")).toEqual([
      "follow_up may",
      "verified reporter",
      "correction unverified",
    ]);
    expect(may(first, "li")[1]).toBe("verified may");
    const verified = [...first, version(2, "verified", { by: "li" })];
    expect(may(verified, "li")).toEqual([
      "follow_up verified",
      "verified verified",
      "correction may",
    ]);
    const corrected = [...verified, version(3, "correction")];
    expect(may(corrected, "wang")).toEqual([
      "follow_up verified",
      "verified reporter",
      "correction may",
    ]);
    expect(may(corrected, "li")[1]).toBe("verified may");
  });

  test("is filled in with what stands, and what was taken out of the ledger is not in it", () => {
    const draft = draftOf(row);
    expect(draft.figures).toMatchObject({ dead: "2", missing: "1", crops: "12.5", affected: "" });
    expect(draft.cases.map((one) => one.case)).toEqual(["k1"]);
    expect(draft.photos).toEqual(["p2"]);
  });

  test("sends every number that is typed, and of the ledger what changes alone", () => {
    const draft = draftOf(row);
    const quiet = requestOf("i1", "T1", "follow_up", row, draft, []);
    expect(quiet).toEqual({
      incident: "i1",
      township: "T1",
      stage: "follow_up",
      after: 2,
      figures: [
        { item: "dead", value: 2 },
        { item: "missing", value: 1 },
        { item: "crops", value: 1250 },
      ],
      cases: [],
      photos: ["p2"],
    });
    const [found] = draft.cases;
    if (!found) throw new Error("a case");
    draft.cases = [
      { ...found, kind: "dead" },
      { ...newCase("k2", "home"), village: " 下村 ", name: " 张三 " },
      { ...newCase("k3", "home"), village: "下村", withdrawn: true, reason: "x" },
    ];
    draft.note = " 已找到 ";
    const changed = requestOf("i1", "T1", "follow_up", row, draft, ["p9"]);
    expect(changed.cases).toEqual([
      { change: "enter", case: "k1", kind: "dead", village: "上村" },
      { change: "enter", case: "k2", kind: "home", village: "下村", name: "张三" },
    ]);
    expect([changed.photos, changed.note]).toEqual([["p2", "p9"], "已找到"]);
    draft.cases = [{ ...found, withdrawn: true, reason: "重名" }];
    expect(requestOf("i1", "T1", "follow_up", row, draft, []).cases).toEqual([
      { change: "withdraw", case: "k1", reason: "重名" },
    ]);
  });

  test("is held back with the county's own reasons", () => {
    const flaws = (change: (draft: ReturnType<typeof draftOf>) => void, stage: LossStage) => {
      const draft = draftOf(row);
      change(draft);
      return flawsOf(draft, row, stage, 1, false);
    };
    expect(flaws(() => {}, "follow_up")).toEqual([]);
    expect(flaws((draft) => (draft.figures.dead = "x"), "follow_up")).toEqual(["number"]);
    expect(flaws((draft) => (draft.figures.dead = "1"), "follow_up")).toEqual(["note"]);
    expect(flaws(() => {}, "verified")).toEqual(["short"]);
    expect(flaws(() => {}, "correction")).toEqual(["note"]);
    expect(
      flaws(
        (draft) => draft.cases.push({ ...newCase("k", "missing"), village: "上村" }),
        "follow_up",
      ),
    ).toEqual(["above"]);
    expect(flaws((draft) => draft.cases.push(newCase("k", "dead")), "follow_up")).toEqual(["case"]);
    const draft = draftOf(row);
    expect(flawsOf(draft, row, "follow_up", 2, true)).toEqual(["photos"]);
    expect(flawsOf(draft, row, "follow_up", 3, true)).toEqual([]);
    for (const item of ["dead", "missing", "crops"] as const) draft.figures[item] = "0";
    expect(flawsOf({ ...draft, note: "x", cases: [] }, row, "follow_up", 0, true)).toEqual([]);
  });
});

describe("a newer version while one is written", () => {
  const newer: TownshipLoss = {
    ...row,
    versions: [...row.versions, version(3, "follow_up", { by: "li", photos: ["p3"] })],
    cells: row.cells.map((cell) =>
      cell.item === "missing"
        ? { ...cell, value: 4, steps: [...cell.steps, { version: "v3", value: 4, down: false }] }
        : cell,
    ),
    cases: [
      { ...known, village: "中村" },
      { ...known, case: "k9", name: null },
    ],
  };
  const written = () => {
    const sheet = sheetOf(row, "wang");
    sheet.draft.figures.dead = "5";
    sheet.draft.note = "又找到三人";
    const [first] = sheet.draft.cases;
    if (!first) throw new Error("a case");
    sheet.draft.cases = [
      { ...first, kind: "dead" },
      { ...newCase("k2", "dead"), village: "下村", name: "张三" },
    ];
    return sheet;
  };

  test("is told with what it changed, and takes nothing away by itself", () => {
    const sheet = written();
    expect(isBehind(sheet, row)).toBe(false);
    expect(isBehind(sheet, newer)).toBe(true);
    expect(newerFigures(sheet, newer)).toEqual([{ item: "missing", before: 1, after: 4 }]);
    expect(sheet.draft.figures).toMatchObject({ dead: "5", missing: "1" });
  });

  test("may be gone on from: what was written stays, the rest is filled in anew", () => {
    const carried = carriedOver(written(), newer, "wang");
    expect(carried.draft.figures).toMatchObject({ dead: "5", missing: "4", crops: "12.5" });
    expect(carried.draft.note).toBe("又找到三人");
    expect(carried.draft.photos).toEqual(["p3"]);
    expect(
      carried.draft.cases.map(({ case: id, kind, village, name }) => [id, kind, village, name]),
    ).toEqual([
      ["k1", "dead", "中村", ""],
      ["k9", "missing", "上村", ""],
      ["k2", "dead", "下村", "张三"],
    ]);
    const sent = requestOf("i1", "T1", carried.stage, carried.row, carried.draft, []);
    expect(sent.after).toBe(3);
    expect(sent.cases).toEqual([
      { change: "enter", case: "k1", kind: "dead", village: "中村" },
      { change: "enter", case: "k2", kind: "dead", village: "下村", name: "张三" },
    ]);
  });

  test("that took a case out leaves what was written of it", () => {
    const without = { ...newer, cases: [{ ...known, withdrawn: "why" }] };
    const touched = carriedOver(written(), without, "wang").draft.cases;
    expect(touched.map((one) => one.case)).toEqual(["k1", "k2"]);
    const untouched = carriedOver(sheetOf(row, "wang"), without, "wang").draft.cases;
    expect(untouched).toEqual([]);
  });

  test("that is verified leaves a correction alone", () => {
    const verified = {
      ...newer,
      versions: [...row.versions, version(3, "verified", { by: "li" })],
    };
    expect(carriedOver(written(), verified, "wang").stage).toBe("correction");
  });
});

describe("what is kept of a sheet in this machine", () => {
  const photo = (seal: string | null) => {
    const blob = new Blob(["x"]);
    return { id: `p-${seal}`, name: "a.jpg", blob, taken: null, seal, failed: false };
  };
  const kept = (sent?: string) => ({
    ...sheetOf(row, "wang"),
    photos: [photo("s1"), photo(null)],
    ...(sent ? { sent } : {}),
  });

  test("is what stands in no version", () => {
    const table = { townships: [row], totals: [], doubles: [] };
    const last = row.versions.at(-1)?.id;
    expect(unsentOf(table, row.township, kept())).toBeDefined();
    expect(unsentOf(table, row.township, kept("under way"))).toBeDefined();
    expect(unsentOf(table, row.township, kept(last))).toBeUndefined();
    expect(worthKeeping(table, { [row.township]: kept(last) })).toBeNull();
    const both = { [row.township]: kept(last), T9: kept() };
    expect(Object.keys(worthKeeping(table, both) ?? {})).toEqual(["T9"]);
  });

  test("is found again after a reload, and what was written since is not overwritten", async () => {
    await keepSheets("wang", "i1", { T1: kept(), T2: kept() });
    await closeShelf();
    const found = (await keptSheets("wang", "i1")) ?? {};
    expect(await keptSheets("li", "i1")).toBeNull();
    const since = { ...kept(), stage: "correction" as const };
    const again = foundAgain(found, { T2: since });
    expect(again.T1?.draft).toEqual(kept().draft);
    expect(again.T1?.photos.map((one) => [one.seal, one.failed])).toEqual([
      ["s1", false],
      [null, true],
    ]);
    expect(again.T2?.stage).toBe("correction");
    await keepSheets("wang", "i1", null);
    expect(await keptSheets("wang", "i1")).toBeNull();
  });
});

describe("what may be counted twice", () => {
  const at = { kind: "same_name", township: "T1", other_incident: "i1", other_township: "T1" };
  const open = { ...at, case: "k1", other_case: "gone", settled: null };
  const settled = {
    ...open,
    settled: { id: "x", by: "li", at: "2026-08-20T18:00:00Z", reason: "r" },
  };
  const incident = {
    id: "i1",
    losses: { ...table, doubles: [settled, open] },
  } as unknown as IncidentView;
  test("stands first while nobody has looked, and names both cases", () => {
    expect(doublesOf(incident)).toEqual([open, settled]);
    const county = play(snapshot(10));
    const sides = sidesOf(county, incident, doublesOf(incident)[0] as PossibleDouble);
    expect(sides.map((one) => one.case)).toEqual(["k1", "gone"]);
    expect(sealsIn(lossesOf(incident))).toContain("r");
  });
});

describe("an incident", () => {
  const owed = {
    id: "first_loss",
    title: { zh: "报", en: "report" },
    to: { zh: "市", en: "city" },
    due: "2026-08-20T20:00:00Z",
    overdue: false,
    sent: [],
  };
  const incident = (filed: object | null) =>
    ({
      id: "i1",
      title: "t",
      class: "loss",
      by: "wang",
      opened: "2026-08-20T18:00:00Z",
      situations: [],
      commands: [],
      reports: [filed ? { ...owed, filed } : owed],
      notes: [],
      merged_into: null,
      closed: null,
      losses: table,
    }) as unknown as IncidentView;
  test("owes its first report until every township has one", () => {
    const filed = { by: "wang", at: "2026-08-20T18:30:00Z" };
    const county = (one: IncidentView) =>
      play(snapshot(10), told({ kind: "incident", incident: one }));
    expect(owedReports(county(incident(null)))).toHaveLength(1);
    expect(owedReports(county(incident(filed)))).toHaveLength(0);
    expect(incident(filed).reports.map(isMet)).toEqual([true]);
  });

  test("counts the pictures of its loss reports", () => {
    expect(photosOf(incident(null))).toEqual(["p1", "p2"]);
  });
});
