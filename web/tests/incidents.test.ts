import { expect, test } from "vitest";
import { commandsAbout, decisionsOf, partsFor } from "../src/state/incidents";
import type { Decision, IncidentView } from "../src/wire/view";
import { alarm, command, play, situation, snapshot, task, told } from "./night";

const decision = (at: string, more: Partial<Decision> = {}): Decision => ({
  response: 2,
  level: 3,
  by: "p",
  at: `2026-08-20T18:${at}:00Z`,
  reason: null,
  command: null,
  ...more,
});
const order = (id: string, more: object = {}) => command([task("a", "accepted")], { id, ...more });
const many = Array.from({ length: 20 }, (_, n) =>
  situation(`more-${n}`, { level: 1, opened: `2026-08-20T16:${10 + n}:00Z` }),
);
const county = play(
  snapshot(
    10,
    [alarm("a", { situation: "part" })],
    [
      order("by-alarm", { alarm: "a" }),
      order("by-decision"),
      order("alone"),
      order("over", { cancelled: "2026-08-20T18:00:00Z" }),
      order("over-by-decision", { cancelled: "2026-08-20T18:00:00Z" }),
    ],
  ),
  told(
    ...[
      situation("whole", {
        level: 4,
        decisions: [decision("01"), decision("09", { command: "by-decision" })],
      }),
      situation("part", { merged_into: "whole" }),
      situation("other", {
        level: 3,
        decisions: [decision("05", { command: "over-by-decision" })],
      }),
      ...many,
    ].map((one) => ({ kind: "situation", situation: one })),
  ),
);
const incident = { situations: ["other", "whole", "gone"], commands: ["alone"] } as IncidentView;
const ids = (list: readonly { id: string }[]) => list.map((one) => one.id);

test("every open situation and command may be gathered, worst first, and none twice", () => {
  const parts = partsFor(county, null);
  expect(parts.situations).toHaveLength(22);
  expect(ids(parts.situations).slice(0, 2)).toEqual(["whole", "other"]);
  expect(ids(parts.commands).sort()).toEqual(["alone", "by-alarm", "by-decision"]);
  const left = partsFor(county, incident);
  expect(ids(left.situations)).not.toContain("whole");
  expect(ids(left.commands).sort()).toEqual(["by-alarm", "by-decision"]);
});

test("a command comes with its situation, by its alarm or as the decision, also when it is over", () => {
  expect([...commandsAbout(county, new Set(["whole"]))].sort()).toEqual([
    "by-alarm",
    "by-decision",
  ]);
  expect([...commandsAbout(county, new Set(["part"]))]).toEqual(["by-alarm"]);
  expect(ids(partsFor(county, null, new Set(["other"])).commands)).toContain("over-by-decision");
});

test("what was decided is listed newest first, with its situation", () => {
  const list = decisionsOf(county, incident);
  expect(list.map((one) => [one.situation.id, one.decision.at.slice(14, 16)])).toEqual([
    ["whole", "09"],
    ["other", "05"],
    ["whole", "01"],
  ]);
});
