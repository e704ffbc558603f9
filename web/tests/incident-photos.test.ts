import { expect, test } from "vitest";
import { isResponse, photosOf } from "../src/state/incidents";
import { reduce } from "../src/state/reduce";
import { type County, emptyWorld } from "../src/state/world";
import type { IncidentView, SituationView } from "../src/wire/view";
import { snapshot } from "./night";

const text = { zh: "报", en: "report" };
const sent = (photos: string[]) => ({
  by: "wang",
  at: "2026-08-20T18:00:00Z",
  text: "x",
  received_by: "r",
  photos,
});
const incident: IncidentView = {
  id: "i1",
  title: "t",
  class: "urgent",
  by: "wang",
  opened: "2026-08-20T18:00:00Z",
  situations: ["s1"],
  commands: [],
  reports: [
    {
      id: "a",
      title: text,
      to: text,
      due: "2026-08-20T18:10:00Z",
      overdue: false,
      sent: [sent(["p1"]), sent(["p1", "p2"])],
      filed: null,
    },
  ],
  notes: [{ by: "li", at: "2026-08-20T18:01:00Z", text: "n", photos: ["p3", "p2"] }],
  merged_into: null,
  closed: null,
  losses: { townships: [], totals: [], doubles: [] },
};

function night(response: number | null): County {
  const world = reduce(emptyWorld, snapshot(1), 0);
  const decisions = [
    { response, level: 4, by: "wang", at: "2026-08-20T18:00:00Z", reason: null, command: null },
  ];
  const situation = { id: "s1", decisions } as unknown as SituationView;
  return { ...(world.counties.get("j") as County), situations: new Map([["s1", situation]]) };
}

test("a picture sent again is one picture", () => {
  expect(photosOf(incident)).toEqual(["p1", "p2", "p3"]);
});

test("only a decided level makes it a response", () => {
  expect(isResponse(night(2), incident)).toBe(true);
  expect(isResponse(night(null), incident)).toBe(false);
  expect(isResponse(night(2), { ...incident, situations: [] })).toBe(false);
});
