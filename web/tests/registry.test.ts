import { expect, test } from "vitest";
import { fromLocal, instantOf, setZoneFor, toLocal } from "../src/i18n/format";
import {
  alsoFrom,
  cellsOf,
  histories,
  levelOf,
  resetFor,
  sourceOf,
  uploadOf,
} from "../src/state/registry";

const COLUMNS = ["rule", "station", "level", "raise", "reset", "unit", "source", "valid_from"];
const sheet = (rows: string[][]) => cellsOf({ file: "thresholds.csv", columns: COLUMNS, rows });
const NOW = Date.parse("2026-08-21T02:00:00Z");

test("a changed cell is sent with what names its row and nothing else", () => {
  const [row] = sheet([["river", "ST01", "yellow", "42.10", "42.00", "m", "survey", ""]]);
  if (!row) throw new Error("one row was given");
  expect(uploadOf({ kind: "thresholds", row, cells: { raise: "42.30" } })).toBe(
    "rule,station,level,valid_from,raise\nriver,ST01,yellow,,42.30\n",
  );
  const station = { id: "RN01", name: "沙溪" };
  expect(uploadOf({ kind: "stations", row: station, cells: { name: '沙溪, "上"' } })).toBe(
    'id,name\nRN01,"沙溪, ""上"""\n',
  );
});

test("a new row from a day on takes everything else along", () => {
  const [row] = sheet([["river", "*", "3", "41.5", "41.4", "m", "demo", ""]]);
  if (!row) throw new Error("one row was given");
  const edit = alsoFrom("thresholds", row, { station: "ST01", valid_from: "2026-09-01" });
  expect(uploadOf(edit)).toBe(
    "rule,station,level,valid_from,raise,reset,unit,source\n" +
      "river,ST01,3,2026-09-01,41.5,41.4,m,demo\n",
  );
});

test("rows about one thing are its history, with the one that holds now", () => {
  setZoneFor("330624");
  const row = (raise: string, from: string) => ["river", "ST01", "2", raise, "", "m", "", from];
  const rows = sheet([row("40", ""), row("42", "2027-04-15"), row("41", "2026-06-01")]);
  const [one] = histories(rows, ["rule", "station", "level"], NOW, instantOf);
  expect(one?.rows.map((each) => each.raise)).toEqual(["42", "41", "40"]);
  expect(one?.now).toBe(1);
  const [coming] = histories(sheet([row("42", "2027-04-15")]), ["rule"], NOW, instantOf);
  expect(coming?.now).toBe(-1);
});

test("a line comes from the station's own row before the one for all", () => {
  const row = (station: string, level: string) => ["river", station, level, "1", "", "m", "", ""];
  const rows = sheet([row("*", "yellow"), row("ST01", "2"), row("*", "3")]);
  const all = histories(rows, ["rule", "station", "level"], NOW, instantOf);
  expect(sourceOf(all, "river", 2, "ST01")?.own).toBe(true);
  expect(sourceOf(all, "river", 3, "ST01")?.own).toBe(false);
  expect(sourceOf(all, "river", 4, "ST01")).toBeNull();
  expect(levelOf("5")).toBeNull();
});

test("the deadband goes along with the bound", () => {
  expect(resetFor({ raise: "42.10", reset: "42.00" }, "42.30")).toBe("42.20");
  expect(resetFor({ raise: "60", reset: "57.5" }, "50")).toBe("47.5");
  expect(resetFor({ raise: "60", reset: "" }, "50")).toBe("");
  expect(resetFor({ raise: "60", reset: "58" }, "5O")).toBe("58");
});

test("fields of date and time are the county's own time", () => {
  setZoneFor("330624");
  expect(toLocal(NOW)).toBe("2026-08-21T10:00");
  expect(fromLocal("2026-08-21T10:00")).toBe(NOW);
  expect(fromLocal("")).toBeNull();
  expect(instantOf("2026-06-01")).toBe(Date.parse("2026-05-31T16:00:00Z"));
  expect(instantOf("soon")).toBeNull();
});
