import { describe, expect, test } from "vitest";
import {
  ackKeys,
  ackViews,
  alarmsUnder,
  asShown,
  cameLater,
  freezeAck,
  LOOSE,
  looseAlarms,
  situationList,
  worstAt,
} from "../src/state/situations";
import type { SituationView, Update } from "../src/wire/view";
import { alarm, play, situation, snapshot, updates } from "./night";

const change = (seq: number, n: number, kind: object) =>
  ({ seq, n, ...kind }) as Omit<Update, "jurisdiction">;
const ack = { by: "p", at: "2026-08-20T18:00:00Z", lease_until: null };

const tell = (...list: SituationView[]) =>
  updates(...list.map((one, n) => change(20, n, { kind: "situation", situation: one })));

describe("situations as the server tells them", () => {
  test("unacknowledged first, then standing, worst, newest", () => {
    const county = play(
      snapshot(10),
      tell(
        situation("acked-red", { level: 4, worst: 4 }),
        situation("returned", { level: 0, worst: 4, active: 0 }),
        situation("yellow-unacked", { unacked: 1 }),
        situation("red-unacked", { level: 4, worst: 4, unacked: 2 }),
        situation("newer-yellow-unacked", { unacked: 1, changed: "2026-08-20T18:05:00Z" }),
      ),
    );
    expect(situationList(county).map((one) => one.id)).toEqual([
      "red-unacked",
      "newer-yellow-unacked",
      "yellow-unacked",
      "acked-red",
      "returned",
    ]);
  });

  test("a closed one leaves, one told again is replaced", () => {
    const county = play(
      snapshot(10),
      tell(situation("a"), situation("b")),
      updates(
        change(21, 0, { kind: "situation", situation: situation("a", { closed: true }) }),
        change(22, 0, { kind: "situation", situation: situation("b", { level: 3 }) }),
      ),
    );
    expect(situationList(county).map((one) => [one.id, one.level])).toEqual([["b", 3]]);
  });

  test("a merged one is found under the larger with its members, and not in the list", () => {
    const county = play(
      snapshot(10, [alarm("a"), alarm("b"), alarm("c")]),
      tell(
        situation("part", { members: ["a"], merged_into: "middle" }),
        situation("middle", { members: ["b"], merged_into: "whole" }),
        situation("whole", { members: ["c"] }),
      ),
    );
    expect(situationList(county).map((one) => one.id)).toEqual(["whole"]);
    expect(alarmsUnder(county, "whole").map((one) => one.key)).toEqual(["a", "b", "c"]);
  });

  test("one whose larger situation is unknown stays in the list by itself", () => {
    const county = play(snapshot(10), tell(situation("part", { merged_into: "gone" })));
    expect(situationList(county).map((one) => one.id)).toEqual(["part"]);
  });

  test("every red and orange is under exactly one row of the list, whatever the server left out", () => {
    const reds = ["a", "b", "c", "d"].map((key) => alarm(key, { level: 4, worst: 4 }));
    const county = play(
      snapshot(10, reds),
      tell(
        situation("one", { members: ["a"] }),
        situation("part", { members: ["b"], merged_into: "one" }),
      ),
    );
    const rows = [...situationList(county).map((one) => one.id), LOOSE];
    const named = rows.flatMap((id) => alarmsUnder(county, id).map((one) => one.key));
    expect([...named].sort()).toEqual(["a", "b", "c", "d"]);
    expect(looseAlarms(county).map((one) => one.key)).toEqual(["c", "d"]);
  });

  test("an older server sends none: every alarm is loose and has its later fields", () => {
    const older = snapshot(10, [alarm("a")]);
    if (older.type === "snapshot") {
      for (const one of older.counties[0]?.alarms ?? [])
        for (const name of ["quiet", "clocks", "evidence", "doubts"] as const) delete one[name];
    }
    const county = play(older);
    expect(looseAlarms(county)[0]).toMatchObject({ quiet: [], clocks: [], evidence: [] });
    expect(county.situations.size).toBe(0);
  });
});

describe("the set that one press acknowledges", () => {
  const red = alarm("red", { level: 4, worst: 4 });
  const county = play(
    snapshot(10, [red, alarm("o", { level: 3, worst: 3 }), alarm("y"), alarm("done", { ack })]),
  );
  const set = freezeAck("s", [...county.alarms.values()]);

  test("red is not taken together, acknowledged ones not at all", () => {
    expect(set.together.map((one) => one.key)).toEqual(["o", "y"]);
    expect(set.byName.map((one) => one.key)).toEqual(["red"]);
    expect(ackKeys(set, new Set(), county)).toEqual(["o", "y"]);
  });

  test("a red goes once it is named", () => {
    expect(ackKeys(set, new Set(["red"]), county)).toEqual(["red", "o", "y"]);
  });

  test("what came later is counted and never sent", () => {
    const later = reduceWith(alarm("late"));
    expect(cameLater(set, [...later.alarms.values()])).toBe(1);
    expect(ackKeys(set, new Set(), later)).toEqual(["o", "y"]);
  });

  test("what rose to red since is no longer taken together", () => {
    expect(ackKeys(set, new Set(), reduceWith(alarm("y", { level: 4, worst: 4 })))).toEqual(["o"]);
  });

  test("what somebody else acknowledged meanwhile is not sent again", () => {
    expect(ackKeys(set, new Set(), reduceWith(alarm("o", { level: 3, worst: 3, ack })))).toEqual([
      "y",
    ]);
  });

  test("what it sends is what was shown when it was frozen, whatever has become of it", () => {
    const fallen = reduceWith(alarm("o", { level: 1, worst: 3, value: "0.50" }));
    expect(ackViews(set, new Set(), fallen).map(asShown)).toEqual([
      { alarm: "o", episode: "o-1", level: 3 },
      { alarm: "y", episode: "y-1", level: 2 },
    ]);
  });

  test("what rose below red or began anew since is left out and counted with what came later", () => {
    const risen = reduceWith(alarm("y", { level: 3, worst: 3 }));
    expect(ackKeys(set, new Set(["red"]), risen)).toEqual(["red", "o"]);
    expect(cameLater(set, [...risen.alarms.values()])).toBe(1);
    const anew = reduceWith(alarm("red", { level: 4, worst: 4, episode: "red-2" }));
    expect(ackKeys(set, new Set(["red"]), anew)).toEqual(["o", "y"]);
    expect(cameLater(set, [...anew.alarms.values()])).toBe(1);
  });

  function reduceWith(one: ReturnType<typeof alarm>) {
    return play(
      snapshot(10, [...county.alarms.values()]),
      updates(change(30, 0, { kind: "alarm", alarm: one })),
    );
  }
});

test("a drawn area is about the worst alarm that stands at a station inside", () => {
  const county = play(
    snapshot(10, [
      alarm("yellow"),
      alarm("red", { level: 4, worst: 4, hazard: "landslide" }),
      alarm("gone", { process: "returned", level: 0, worst: 4 }),
      alarm("elsewhere", { level: 4, worst: 4, station: "s2" }),
    ]),
  );
  expect(worstAt(county, ["s1"])?.key).toBe("red");
  expect(worstAt(county, ["s3"])).toBeNull();
});
