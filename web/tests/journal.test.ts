import { describe, expect, test } from "vitest";
import { journal, partOf, sealsOf, shiftSpan } from "../src/state/journal";
import { reduce } from "../src/state/reduce";
import { type County, emptyWorld } from "../src/state/world";
import type { DeedView } from "../src/wire/replay";
import type { IncidentView, PostView, SuppressionView } from "../src/wire/view";
import { alarm, command, snapshot, task } from "./night";

const at = (minute: number) => new Date(Date.UTC(2026, 7, 20, 18, minute)).toISOString();
const ms = (minute: number) => Date.parse(at(minute));
const span = { from: ms(0), to: ms(60) };

function deed(kind: DeedView["kind"], minute: number, more: Partial<DeedView> = {}): DeedView {
  return {
    kind,
    at: at(minute),
    pressed: null,
    until: null,
    op: `${kind}${minute}`,
    by: "wang",
    title: null,
    level: null,
    note: null,
    about: 1,
    ...more,
  };
}

function post(more: Partial<PostView> = {}): PostView {
  return {
    id: "desk",
    title: { zh: "县值班室", en: "Desk" },
    duty: "duty",
    unit: null,
    township: null,
    now: ["wang"],
    shifts: [{ from: at(-60), until: at(660), people: ["wang"], short: false }],
    gaps: [],
    signed_in: [{ by: "wang", at: at(2) }],
    sign_in_by: null,
    changes: [],
    handover: null,
    ...more,
  } as PostView;
}

const incident: IncidentView = {
  id: "i1",
  title: "t",
  class: "urgent",
  by: "wang",
  opened: at(20),
  situations: [],
  commands: [],
  reports: [
    {
      id: "phone_leader",
      title: { zh: "电话报县主要领导", en: "Phone" },
      to: { zh: "县主要领导", en: "Leader" },
      due: at(30),
      overdue: false,
      sent: [{ by: "wang", at: at(25), text: "x", received_by: "r", photos: ["p"] }],
      filed: null,
    },
  ],
  notes: [{ by: "li", at: at(27), text: "n", photos: [] }],
  merged_into: null,
  closed: { by: "wang", at: at(50), reason: "over", open: [] },
  losses: { townships: [], totals: [], doubles: [] },
};

function county(more: Partial<County> = {}): County {
  const alarms = [
    alarm("red", { level: 4, worst: 4, raised: at(5), changed: at(8) }),
    alarm("was", { level: 2, worst: 3, raised: at(6), changed: at(40) }),
    alarm("blue", { level: 1, worst: 1, raised: at(7), changed: at(7) }),
  ];
  const commands = [command([task("a", "seen")], { issued: at(10), by: "wang" })];
  const world = reduce(emptyWorld, snapshot(1, alarms, commands), 0);
  return { ...(world.counties.get("j") as County), ...more };
}

describe("the journal of a shift", () => {
  test("writes itself in the order in which things happened, newest last", () => {
    const all = county({ incidents: new Map([["i1", incident]]) });
    expect(journal(all, [post()], [], span).map((entry) => entry.what)).toEqual([
      "sign_in",
      "alarm",
      "alarm",
      "command",
      "incident",
      "report",
      "incident_note",
      "incident",
    ]);
  });

  test("an alarm stands where it came to its worst, blue and yellow ones are left out", () => {
    const found = journal(county(), [], [], span).filter((entry) => entry.what === "alarm");
    expect(found.map((entry) => [entry.key, entry.at])).toEqual([
      ["alarm/was", ms(6)],
      ["alarm/red", ms(8)],
    ]);
  });

  test("says nothing twice that a press and its outcome both tell", () => {
    const quiet = { id: "q1", kind: "silenced", by: "wang", from: at(30) } as SuppressionView;
    const all = county({
      incidents: new Map([["i1", incident]]),
      suppressions: new Map([["q1", quiet]]),
    });
    const deeds = [
      deed("command", 10, { op: "c1" }),
      deed("decide", 20, { op: "i1" }),
      deed("decide", 25, { op: "another" }),
      deed("quiet", 30, { op: "q1" }),
      deed("decide", 33, { note: "why" }),
    ];
    const found = journal(all, [], deeds, span).filter((entry) => entry.what === "deed");
    expect(found.map((entry) => entry.key)).toEqual(["decide33"]);
  });

  test("presses of one kind that follow each other are one line with their sum", () => {
    const deeds = [
      deed("acknowledge", 11, { about: 4 }),
      deed("acknowledge", 12),
      deed("acknowledge", 13, { by: "li" }),
      deed("acknowledge", 30),
    ];
    const found = journal(county(), [], deeds, span).flatMap((entry) =>
      entry.what === "deed" ? [[entry.by, entry.count, entry.at]] : [],
    );
    expect(found).toEqual([
      ["wang", 5, ms(11)],
      ["li", 1, ms(13)],
      ["wang", 1, ms(30)],
    ]);
  });

  test("holds notes as they were written, and their seals are asked for", () => {
    const found = journal(county(), [], [deed("mark", 15, { note: "m", until: at(16) })], span);
    const note = found.find((entry) => entry.what === "mark");
    expect(note).toMatchObject({ note: "m", until: ms(16), by: "wang" });
    expect(note && partOf(note)).toBe("note");
    expect(sealsOf(found)).toContain("m");
  });

  test("ends where it is looked at from", () => {
    const found = journal(county(), [post()], [], { from: ms(0), to: ms(6) });
    expect(found.map((entry) => entry.what)).toEqual(["sign_in", "alarm"]);
  });
});

describe("the shift", () => {
  test("is the one that runs in the room", () => {
    expect(shiftSpan([post()], ms(30))).toEqual({ from: ms(-60), to: ms(30) });
  });

  test("goes on while nobody has taken over", () => {
    const handover = { from: ["wang"], to: ["li"], due: at(-60), signed: null, note: null };
    const late = post({ handover: handover as unknown as PostView["handover"] });
    expect(shiftSpan([late], ms(30)).from).toBe(ms(-60 - 720));
  });

  test("is half a day where nobody is on a roster", () => {
    expect(shiftSpan([], ms(30)).from).toBe(ms(30 - 720));
  });
});
