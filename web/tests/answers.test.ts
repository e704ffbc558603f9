import { describe, expect, test } from "vitest";
import { answers } from "../src/state/answers";
import { situationOf } from "../src/state/ids";
import { freezeAck } from "../src/state/situations";
import { offered } from "../src/state/templates";
import type { AlarmView, TemplateView } from "../src/wire/view";
import { alarm, play, situation, snapshot, told } from "./night";

const ack = { by: "p", at: "2026-08-20T18:00:00Z", lease_until: null };
const red = (key: string, more: Partial<AlarmView> = {}) =>
  alarm(key, { level: 4, worst: 4, ...more });
const flood = (members: string[], ...alarms: AlarmView[]) =>
  play(snapshot(10, alarms), told({ kind: "situation", situation: situation("s", { members }) }));
const all = ["red", "other", "yellow"];
const newest = { changed: "2026-08-20T18:05:00Z" };
const county = flood(all, red("red", newest), red("other"), alarm("yellow"));
const set = freezeAck("s", [...county.alarms.values()]);

describe("a command from a situation", () => {
  test("names the situation and every member that was shown, red ones as they were named", () => {
    expect(answers(county, set, new Set(["red", "other"]))).toEqual({
      alarm: "red",
      situation: "s",
      alarms: ["red", "other", "yellow"],
      shown: [
        { alarm: "red", episode: "red-1", level: 4 },
        { alarm: "other", episode: "other-1", level: 4 },
        { alarm: "yellow", episode: "yellow-1", level: 2 },
      ],
    });
  });

  test("a red that is taken off is neither acknowledged nor answered", () => {
    const sent = answers(county, set, new Set(["other"]));
    expect(sent).toMatchObject({ alarm: "other", alarms: ["other", "yellow"] });
    expect(answers(county, set, new Set())).toMatchObject({ alarm: "yellow", alarms: ["yellow"] });
  });

  test("what came later or rose to red meanwhile is left out", () => {
    const later = flood([...all, "late"], red("red"), red("yellow"), red("late"));
    const sent = answers(later, set, new Set(["red", "other"]));
    expect(sent).toMatchObject({ alarm: "red", alarms: ["red"] });
  });

  test("it hangs on an alarm that somebody else acknowledged meanwhile, and acknowledges it no second time", () => {
    const since = flood(all, red("red", { ack }), alarm("yellow"));
    expect(answers(since, set, new Set(["red"]))).toMatchObject({
      alarm: "red",
      alarms: ["yellow"],
    });
  });

  test("one with no alarm is about the situation alone", () => {
    const byHand = flood([]);
    const none = freezeAck("s", []);
    expect(answers(byHand, none, new Set())).toEqual({
      alarm: null,
      situation: "s",
      alarms: [],
      shown: [],
    });
  });

  test("a situation that ended meanwhile is not named, so that the command goes out", () => {
    const gone = play(snapshot(10));
    expect(answers(gone, set, new Set(["red"]))).toEqual({ alarm: null, shown: [] });
  });
});

test("the id of a situation opened by hand follows from the press, as the server makes it", () => {
  const op = "0198c0de-0821-7007-8000-000000000001";
  expect(situationOf("330624", "gas", op)).toBe("48a614a3c79dc3a6");
  expect(situationOf("330624", "山火", "op-1")).toBe("e6fdc6912c335966");
});

describe("the templates that are offered", () => {
  const template = (id: string, hazards?: string[], kind = "plain") =>
    ({ id, kind, ...(hazards ? { hazards } : {}) }) as TemplateView;
  const list = [
    template("gas", ["gas"]),
    template("any"),
    template("empty", []),
    template("flood", ["flash_flood", "flood"]),
    template("back", ["flood"], "correction"),
    template("slope", ["landslide"]),
  ];
  const ids = (hazard?: string | null) => offered(list, hazard).map((one) => one.id);

  test("those for the hazard come first, then those for any, then the others", () => {
    expect(ids("flood")).toEqual(["flood", "any", "empty", "gas", "slope"]);
    expect(ids("flash-flood")[0]).toBe("flood");
  });

  test("a hazard that none names begins with one for any", () => {
    expect(ids("wind")).toEqual(["any", "empty", "gas", "flood", "slope"]);
  });

  test("without a hazard they stand as in the files", () => {
    expect(ids()).toEqual(["gas", "any", "empty", "flood", "slope"]);
    expect(ids(null)).toEqual(ids());
  });
});
