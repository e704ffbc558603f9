import { beforeAll, describe, expect, test } from "vitest";
import { moveDesk, startDesk } from "../src/features/desk/desk";
import { lonLat, sure } from "../src/features/marks/positionWords";
import { i18n } from "../src/i18n/i18n";
import { peoplePoints } from "../src/map/features";
import {
  fadedAfter,
  farFrom,
  fixOf,
  lastTrace,
  nearest,
  peopleOut,
  placeOfCommand,
  toldOf,
} from "../src/state/positions";
import { reduce } from "../src/state/reduce";
import { type County, emptyWorld } from "../src/state/world";
import type { Stage } from "../src/wire/view";
import { alarm, command, fact, snapshot, task } from "./night";

const at = (minute: number) => `2026-08-20T18:${String(minute).padStart(2, "0")}:00Z`;
const ms = (minute: number) => Date.parse(at(minute));
const said = (
  kind: "on_scene" | "working" | "need_help",
  minute: number,
  seal: string,
  more = {},
) => fact(kind, { by: "a", means: "app", at: at(minute), position: seal, ...more });

function night(...commands: ReturnType<typeof command>[]): County {
  const world = reduce(emptyWorld, snapshot(1, [alarm("k1")], commands), 0);
  return world.counties.get("j") as County;
}

beforeAll(() => i18n.activate("zh"));

describe("what was sealed", () => {
  test("is a place, or words, or a border, or not here", () => {
    const text = '{"lon":120.9,"lat":29.5,"accuracy_m":12.4}';
    expect(fixOf(text)).toEqual({ lon: 120.9, lat: 29.5, accuracy: 12.4 });
    expect(fixOf('{"lon":120.9,"lat":29.5,"accuracy_m":null}')?.accuracy).toBeNull();
    expect(fixOf('{"type":"Polygon","coordinates":[]}')).toBeNull();
    expect(fixOf("村口桥头")).toBeNull();
    expect(fixOf('{"lon":')).toBeNull();
    expect(fixOf(undefined)).toBeNull();
  });

  test("is told to a metre", () => {
    expect(lonLat({ lon: 120.9, lat: 29.51234567, accuracy: null })).toBe("120.90000, 29.51235");
    expect(sure({ lon: 0, lat: 0, accuracy: 12.4 })).toBe(" ±12\u00a0m");
    expect(sure({ lon: 0, lat: 0, accuracy: 1_240 })).toBe(" ±1.2\u00a0km");
    expect(sure({ lon: 0, lat: 0, accuracy: null })).toBe("");
  });
});

describe("the last place", () => {
  test("is the newest one their own phone told", () => {
    const one = task("a", "working", {
      facts: [
        said("on_scene", 5, "p1"),
        said("working", 9, "p2"),
        fact("done", { by: "officer", means: "phone", at: at(20), position: "desk" }),
      ],
    });
    expect(lastTrace(one)).toEqual({ seal: "p2", at: ms(9) });
    expect(lastTrace(task("a", "seen"))).toBeNull();
  });

  test("a press that waited tells of when it was pressed; a clock that is days off does not", () => {
    const late = said("working", 40, "p1", { device_at: at(10) });
    expect(lastTrace(task("a", "working", { facts: [late] }))?.at).toBe(ms(10));
    const ahead = said("working", 40, "p1", { device_at: "2026-11-30T19:00:00Z" });
    expect(lastTrace(task("a", "working", { facts: [ahead] }))?.at).toBe(ms(40));
    const behind = said("working", 40, "p1", { device_at: "2026-08-01T00:00:00Z" });
    expect(lastTrace(task("a", "working", { facts: [behind] }))?.at).toBe(ms(40));
  });

  test("a picture's own place says nothing of the person", () => {
    const shot = (place: "picture" | "phone") => ({ of: "o", taken: null, place });
    const of = (place: "picture" | "phone") =>
      lastTrace(
        task("a", "working", {
          facts: [
            fact("photo", {
              by: "a",
              means: "app",
              at: at(9),
              position: "p",
              shot: shot(place),
            }),
          ],
        }),
      );
    expect(of("picture")).toBeNull();
    expect(of("phone")?.seal).toBe("p");
  });

  test("fades in words everybody can check", () => {
    expect([5, 20, 31].map((minutes) => fadedAfter(minutes * 60_000))).toEqual([
      "fresh",
      "late",
      "stale",
    ]);
  });
});

describe("people who are out", () => {
  const two = [
    command([task("a", "working", { facts: [said("working", 9, "p1")] }), task("b", "seen")]),
    command(
      [
        task("a", "accepted", { id: "c2.a", facts: [said("on_scene", 12, "p2")] }),
        task("c", "verified"),
      ],
      { id: "c2" },
    ),
  ];

  test("are listed once, at their newest place, without those who are through", () => {
    const out = peopleOut(night(...two).commands);
    expect(out.map((one) => [one.person, one.trace?.seal ?? null, one.task.id])).toEqual([
      ["a", "p2", "c2.a"],
      ["b", null, "c1.b"],
    ]);
  });

  test("who needs help comes first and keeps the task of the call", () => {
    const call = task("b", "seen", { needs_help: true });
    const out = peopleOut(night(command([task("a", "seen"), call]), ...two.slice(1)).commands);
    expect(out[0]).toMatchObject({ person: "b", help: true, task: { id: "c1.b" } });
  });

  test("are on the map where their place has been opened, paler with age", () => {
    const texts = new Map([["p2", '{"lon":120.91,"lat":29.5}']]);
    const county = night(...two);
    const [point] = peoplePoints(county, texts, ms(35));
    expect(point).toMatchObject({ id: "a", lon: 120.91, properties: { fade: "late", help: 0 } });
    expect(peoplePoints(county, texts, ms(43))[0]?.properties.fade).toBe("stale");
    expect(peoplePoints(county, new Map(), ms(35))).toEqual([]);
  });
});

describe("the tasks that are told where their person is", () => {
  const own = (id: string, stage: Stage, minute = 0) => ({
    command: command([], { issued: at(minute) }),
    task: task("a", stage, { id }),
  });
  test("are those they said yes to, until they are done", () => {
    const yes: Stage[] = ["accepted", "en_route", "on_scene", "working"];
    const no: Stage[] = ["issued", "no_reply", "delivered", "seen", "declined", "done"];
    const over: Stage[] = ["verified", "cancelled", "superseded", "reassigned"];
    for (const stage of yes)
      expect([stage, toldOf([own("t", stage)], null)]).toEqual([stage, ["t"]]);
    for (const stage of [...no, ...over])
      expect([stage, toldOf([own("t", stage)], null)]).toEqual([stage, []]);
    for (const stage of no) expect([stage, toldOf([own("t", stage)], "t")]).toEqual([stage, ["t"]]);
    for (const stage of over) expect([stage, toldOf([own("t", stage)], "t")]).toEqual([stage, []]);
  });

  test("are three, the one on the screen and then the newest", () => {
    const tasks = [
      own("old", "working", 1),
      own("older", "accepted", 0),
      own("new", "accepted", 9),
      own("newer", "on_scene", 12),
      own("unread", "delivered", 30),
    ];
    expect(toldOf(tasks, null)).toEqual(["newer", "new", "old"]);
    expect(toldOf(tasks, "unread")).toEqual(["unread", "newer", "new"]);
    expect(toldOf(tasks, "older")).toEqual(["older", "newer", "new"]);
  });
});

describe("where that is", () => {
  test("the nearest station names it, as long as it is near", () => {
    const county = night();
    expect(nearest(county, { lon: 120.901, lat: 29.5, accuracy: null })?.station.id).toBe("s1");
    expect(nearest(county, { lon: 121.2, lat: 29.5, accuracy: null })).toBeNull();
  });

  test("is measured from the station that the command is about", () => {
    const about = command([], { alarm: "k1" });
    const station = placeOfCommand(night(about), about);
    expect(station?.id).toBe("s1");
    const fix = { lon: 120.9, lat: 29.51, accuracy: null };
    expect(farFrom(station, fix)).toBeCloseTo(1_113, 0);
    expect(farFrom(placeOfCommand(night(), command([])), fix)).toBeNull();
  });
});

test("a place is looked at on the map, and one step back leads to where one came from", () => {
  const board = moveDesk(startDesk, { to: "board", command: "c1", task: "c1.a" });
  const there = moveDesk(board, { to: "spot", lon: 120.9, lat: 29.5 });
  expect(there).toMatchObject({ view: "map", spot: { from: "board" } });
  const again = moveDesk(there, { to: "spot", lon: 121, lat: 29.5 });
  expect(moveDesk(again, { to: "back" })).toMatchObject({
    view: "board",
    command: "c1",
    task: "c1.a",
    spot: null,
  });
  expect(moveDesk(there, { to: "unanswered" }).spot).toBeNull();
});
