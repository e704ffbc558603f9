import { expect, test } from "vitest";
import {
  askOf,
  bounds,
  flaw,
  interval,
  isSame,
  lastMoment,
  MOST_MOMENTS,
  momentFlaw,
  ofAsk,
  parameters,
  type ReportAsk,
  versions,
  withMoment,
  written,
} from "../src/state/report";
import type { ReportText } from "../src/wire/report";

const T = Date.parse("2026-08-20T18:13:00Z");
const MINUTE = 60_000;

const night: ReportAsk = { kind: "interval", from: T, to: T + 60 * MINUTE };
const incident: ReportAsk = { kind: "incident", id: "op-1" };

const text = (entry: number, ask: ReportAsk, more: Partial<ReportText> = {}): ReportText => ({
  of: ofAsk(ask),
  section: "lessons",
  by: "p-zhou",
  at: "2026-08-20T20:00:00Z",
  entry,
  text: String(entry).padStart(64, "0"),
  ...more,
});

test("an interval is whole minutes around what was chosen, and never empty", () => {
  expect(interval(T + 1, T + 60 * MINUTE - 1)).toEqual(night);
  expect(interval(T, T)).toEqual({ kind: "interval", from: T, to: T + MINUTE });
});

test("what cannot be reported on is said before it is asked for", () => {
  expect(flaw(T, T, T)).toBe("order");
  expect(flaw(T, T + 32 * 24 * 60 * MINUTE, T)).toBe("long");
  expect(flaw(T + 1, T + 2, T)).toBe("future");
  expect(flaw(T - MINUTE, T + MINUTE, T)).toBe(null);
});

test("the server's name of a report and the screen's are the same report", () => {
  for (const ask of [night, incident]) expect(isSame(askOf(ofAsk(ask)), ask)).toBe(true);
  expect(ofAsk(night)).toEqual({
    interval: { from: "2026-08-20T18:13:00Z", to: "2026-08-20T19:13:00Z" },
  });
  expect(isSame(night, incident)).toBe(false);
  expect(isSame(night, { ...night, to: night.to + MINUTE })).toBe(false);
});

test("the parameters say what is asked for and nothing else", () => {
  const more = { jurisdiction: "330624", lang: "zh", zone: null, moments: [] };
  expect(parameters(incident, more)).toBe("jurisdiction=330624&lang=zh&incident=op-1");
  const query = new URLSearchParams(parameters(night, { ...more, zone: "UTC" }, "keys"));
  expect(query.get("from")).toBe("2026-08-20T18:13:00.000Z");
  expect([query.get("zone"), query.get("table"), query.get("incident")]).toEqual([
    "UTC",
    "keys",
    null,
  ]);
});

test("the maps that are asked for stand in what is asked, and no table has any", () => {
  const moments = [T + MINUTE, T + 2 * MINUTE];
  const more = { jurisdiction: "330624", lang: "zh", zone: null, moments };
  const at = (words: string) => new URLSearchParams(words).get("at");
  const both = "2026-08-20T18:14:00.000Z,2026-08-20T18:15:00.000Z";
  expect(at(parameters(night, more))).toBe(both);
  expect(at(parameters(incident, more))).toBe(both);
  expect(at(parameters(night, more, "keys"))).toBeNull();
  expect(at(parameters(night, { ...more, moments: [] }))).toBeNull();
});

test("moments are whole minutes in their order, each once", () => {
  expect(withMoment([T + 5 * MINUTE], T + 2 * MINUTE + 59_999)).toEqual([
    T + 2 * MINUTE,
    T + 5 * MINUTE,
  ]);
  expect(withMoment([T], T + 1)).toEqual([T]);
});

test("a moment that gets no map is refused with its reason", () => {
  const within = bounds(night, null);
  const now = T + 30 * MINUTE;
  const check = (at: number, had: number[] = []) => momentFlaw(had, at, within, now);
  expect([check(T), check(now), check(T + 20 * MINUTE, [T])]).toEqual([null, null, null]);
  expect(check(T - MINUTE)).toBe("outside");
  expect(momentFlaw([], T + 61 * MINUTE, within, T + 99 * MINUTE)).toBe("outside");
  expect(check(now + MINUTE)).toBe("future");
  expect(check(T + 1, [T])).toBe("there");
  const full = Array.from({ length: MOST_MOMENTS }, (_, n) => T + n * MINUTE);
  expect(check(T + 20 * MINUTE, full)).toBe("many");
  expect(check(T + 20 * MINUTE, full.slice(1))).toBeNull();
});

test("of an incident only its end is known here, and that only once it has one", () => {
  const now = T + 30 * MINUTE;
  expect(momentFlaw([], T - 9_999 * MINUTE, bounds(incident, null), now)).toBeNull();
  expect(momentFlaw([], now + MINUTE, bounds(incident, null), now)).toBe("future");
  expect(momentFlaw([], T + MINUTE, bounds(incident, T), now)).toBe("outside");
});

test("the first moment to choose from lies in the report", () => {
  expect(lastMoment(bounds(night, null), T + 30 * MINUTE + 1)).toBe(T + 30 * MINUTE);
  expect(lastMoment(bounds(night, null), T + 99 * MINUTE)).toBe(T + 60 * MINUTE);
  expect(lastMoment(bounds(incident, T + 90_000), T + 99 * MINUTE)).toBe(T + MINUTE);
});

test("versions of one section of one report, and the reports somebody wrote to", () => {
  const list = [
    text(10, night),
    text(11, night, { section: "summary" }),
    text(12, incident),
    text(13, night),
  ];
  expect(versions(list, night, "lessons").map((one) => one.entry)).toEqual([10, 13]);
  expect(versions(list, incident, "summary")).toEqual([]);
  const reports = written(list);
  expect(reports.map((one) => one.last.entry)).toEqual([13, 12]);
  expect(isSame(reports[0]?.ask ?? incident, night)).toBe(true);
});
