import { describe, expect, test } from "vitest";
import { narrowing, noFilter, passes, withLevel } from "../src/state/filters";
import { covers, endingSoon, ledger, longest, wouldCover } from "../src/state/ledger";
import { compression, grade } from "../src/state/load";
import { neighbours } from "../src/state/neighbours";
import { reduce } from "../src/state/reduce";
import { type County, emptyWorld, quietLoad } from "../src/state/world";
import type {
  AlarmView,
  CountyView,
  FeedMessage,
  StationView,
  SuppressionView,
  Update,
} from "../src/wire/view";
import { alarm, snapshot, updates } from "./night";

const NOW = Date.parse("2026-08-20T18:00:00Z");
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const change = (seq: number, n: number, kind: object) =>
  ({ seq, n, ...kind }) as Omit<Update, "jurisdiction">;

function play(alarms: AlarmView[], more: Partial<CountyView> = {}, ...rest: FeedMessage[]): County {
  const first = snapshot(10, alarms);
  if (first.type === "snapshot")
    first.counties = first.counties.map((one) => ({ ...one, ...more }));
  const world = [first, ...rest].reduce((now, message) => reduce(now, message, 0), emptyWorld);
  const county = world.counties.get("j");
  if (!county) throw new Error("the county is gone");
  return county;
}

function quiet(id: string, more: Partial<SuppressionView> = {}): SuppressionView {
  return {
    id,
    kind: "silenced",
    by: "p",
    from: at(-10),
    until: at(60),
    reason: null,
    ticket: null,
    matcher: { hazard: "flood" },
    alarm: null,
    stations: [],
    approved_by: null,
    waits_for_approval: false,
    matches: [],
    ended: false,
    ...more,
  };
}

describe("the ledger of everything that makes no noise", () => {
  test("waits for a second person first, then soonest end, then no end", () => {
    const county = play([], {
      suppressions: [
        quiet("endless", { kind: "out_of_service", until: null }),
        quiet("later"),
        quiet("soon", { until: at(5) }),
        quiet("asked", { waits_for_approval: true, until: at(90) }),
      ],
    });
    const rows = ledger(county);
    expect(rows.map((row) => row.id)).toEqual(["asked", "soon", "later", "endless"]);
    expect(endingSoon(rows, NOW)).toBe(1);
  });

  test("an ended one leaves with the update that ends it", () => {
    const county = play(
      [],
      { suppressions: [quiet("a")] },
      updates(change(11, 0, { kind: "suppression", suppression: quiet("a", { ended: true }) })),
    );
    expect(ledger(county)).toEqual([]);
  });

  test("what no person began is in it too: unstable, inhibited, flood mode", () => {
    const county = play(
      [
        alarm("shaky", { quiet: [{ kind: "flapping", by: null, until: at(20) }], swings: 6 }),
        alarm("x", { quiet: [{ kind: "inhibited", by: "source", until: null }] }),
        alarm("y", { quiet: [{ kind: "inhibited", by: "source", until: null }] }),
      ],
      { load: { ...quietLoad, flood_since: at(-6) } },
    );
    const rows = ledger(county).map((row) => [row.kind, row.matches]);
    expect(rows).toEqual([
      ["flapping", ["shaky"]],
      ["flood", []],
      ["inhibited", ["x", "y"]],
    ]);
  });

  test("an inhibition the server lists itself is not told twice", () => {
    const county = play(
      [alarm("x", { quiet: [{ kind: "inhibited", by: "source", until: null }] })],
      {
        suppressions: [
          quiet("i", { kind: "inhibited", alarm: "source", until: null, matcher: null }),
        ],
      },
    );
    expect(ledger(county)).toHaveLength(1);
  });
});

describe("what a silence would cover", () => {
  const county = play([
    alarm("yellow"),
    alarm("orange", { level: 3, worst: 3 }),
    alarm("red", { level: 4, worst: 4 }),
    alarm("rain", { hazard: "rainstorm" }),
    alarm("over", { process: "returned", level: 0 }),
  ]);

  test("up to orange unless red is asked for; the rest is told apart", () => {
    const { covered, above } = wouldCover({ hazard: "flood" }, county);
    expect(covered.map((one) => one.key)).toEqual(["yellow", "orange"]);
    expect(above.map((one) => one.key)).toEqual(["red"]);
    expect(wouldCover({ hazard: "flood", up_to: 4 }, county).covered).toHaveLength(3);
  });

  test("nothing but a level narrows nothing and covers nothing", () => {
    expect(wouldCover({ up_to: 4 }, county)).toEqual({ covered: [], above: [] });
  });

  test("every field given must agree", () => {
    const one = alarm("yellow");
    expect(covers({ township: "t1", station: "s1", hazard: "flood" }, one, county)).toBe(true);
    expect(covers({ township: "elsewhere", hazard: "flood" }, one, county)).toBe(false);
  });

  test("red shortens what is possible", () => {
    expect(longest({ up_to: 4 })).toBe(2 * 3_600_000);
    expect(longest({})).toBe(12 * 3_600_000);
  });
});

describe("narrowing the list", () => {
  const county = play([]);
  const quietOne = alarm("q", { quiet: [{ kind: "shelved", by: "x", until: null }] });

  test("each field lets through only what agrees", () => {
    const filter = { ...noFilter, hazard: "flood", township: "t1", quiet: "yes" as const };
    expect(passes(filter, quietOne, county)).toBe(true);
    expect(passes(filter, alarm("loud"), county)).toBe(false);
    expect(passes({ ...noFilter, forecast: "yes" }, quietOne, county)).toBe(false);
    expect(passes({ ...noFilter, unacked: true }, quietOne, county)).toBe(true);
    expect(narrowing(filter)).toBe(3);
  });

  test("levels switch on and off; none chosen is all", () => {
    const orange = withLevel(noFilter, 3);
    expect(passes(orange, alarm("y"), county)).toBe(false);
    expect(withLevel(orange, 3)).toEqual(noFilter);
  });
});

describe("load and neighbours", () => {
  test("the published limits, and no ratio before anything sounded", () => {
    expect([1, 2, 3, 10, 11].map(grade)).toEqual(["steady", "limit", "high", "high", "flood"]);
    expect(compression(quietLoad)).toBeNull();
    expect(compression({ ...quietLoad, all_transitions: 4816, all_told: 44 })).toBe(109);
  });

  test("upstream, downstream, then the same catchment worst first", () => {
    const station = (id: string, more: Partial<StationView> = {}): StationView => ({
      id,
      name: { zh: id, en: id },
      lon: null,
      lat: null,
      kind: "river",
      township: null,
      tags: [],
      series: [],
      catchment: "c",
      zones: [],
      upstream: [],
      ...more,
    });
    const county = play([], {
      stations: [
        station("here", { upstream: ["up"] }),
        station("up"),
        station("down", { upstream: ["here"] }),
        station("beside"),
        station("far", { catchment: "other" }),
      ],
    });
    expect(neighbours(county, "here").map((one) => `${one.side} ${one.station}`)).toEqual([
      "upstream up",
      "downstream down",
      "beside beside",
    ]);
    expect(neighbours(county, "nowhere")).toEqual([]);
  });
});
