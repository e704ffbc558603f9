import { describe, expect, test } from "vitest";
import { isMet, owedReports, photosOf } from "../src/state/incidents";
import {
  cellOf,
  columnsOf,
  draftOf,
  flawsOf,
  newCase,
  nextStages,
  requestOf,
  shown,
  typed,
  wentDown,
} from "../src/state/losses";
import type {
  CaseView,
  IncidentView,
  LossStage,
  LossTable,
  LossVersion,
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
