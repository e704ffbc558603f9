import { expect, test } from "vitest";
import { csvOf, groupTable, postTable } from "../src/state/csv";
import type { PostView } from "../src/wire/view";
import { county } from "./night";

const person = (id: string, name: string) => ({
  id,
  name,
  phone: "139 0000 0101",
  post: { zh: "书记", en: "secretary" },
  role: "responder" as const,
  substitute: null,
  township: "t1",
});
const whole = county({ people: new Map([["a", person("a", "张, 建忠")]]) });

test("cells that would be misread stand in quotes, and the encoding is marked", () => {
  const rows = [
    ["1", "a,b"],
    ["#2", 'say "no"'],
    [" x", "线\n二"],
  ];
  expect(csvOf({ columns: ["n", "t"], rows })).toBe(
    '\u{feff}n,t\n1,"a,b"\n"#2","say ""no"""\n" x","线\n二"\n',
  );
});

test("a group has a row for each member, whoever is not known by id alone", () => {
  const { columns, rows } = groupTable(whole);
  expect(columns.slice(0, 5)).toEqual(["group", "title_zh", "title_en", "person", "name"]);
  expect(rows.map((row) => [row[0], row[3], row[4]])).toEqual([
    ["g1", "a", "张, 建忠"],
    ["g1", "b", ""],
    ["g2", "b", ""],
    ["g2", "c", ""],
  ]);
});

test("a post that nobody holds is in the table all the same", () => {
  const post = (id: string, now: string[]): PostView => ({
    id,
    title: { zh: "值班", en: "Duty" },
    duty: "duty",
    unit: null,
    township: null,
    now,
    shifts: [],
    gaps: [],
    signed_in: [],
    sign_in_by: null,
    changes: [],
    handover: null,
  });
  const { columns, rows } = postTable([post("p1", ["a"]), post("p2", [])], whole);
  expect(rows.map((row) => [row[0], row[7], row[8]])).toEqual([
    ["p1", "a", "张, 建忠"],
    ["p2", "", ""],
  ]);
  for (const row of rows) expect(row).toHaveLength(columns.length);
});
