import { expect, test } from "vitest";
import { type DeskMove, moveDesk, startDesk } from "../src/features/desk/desk";

const go = (...moves: DeskMove[]) => moves.reduce(moveDesk, startDesk);

test("a command begun from a situation is about it, and the next one from an alarm is not", () => {
  const about = go({ to: "situation", situation: "s" }, { to: "compose", situation: "s" });
  expect(about).toMatchObject({ view: "composer", about: "s", situation: "s" });
  const next = moveDesk(about, { to: "compose", alarm: "a" });
  expect(next).toMatchObject({
    alarm: "a",
    about: null,
    reach: { people: [], groups: [], round: 0 },
  });
});

test("an area that was drawn is let go once a command goes on from it, with its people", () => {
  const drawing = {
    border: { type: "Polygon" as const, coordinates: [] },
    stations: [],
    townships: [],
  };
  const desk = go(
    { to: "draw", drawing },
    { to: "draw", drawing: null },
    { to: "compose", situation: "s", people: ["li"] },
  );
  expect(desk).toMatchObject({
    view: "composer",
    drawing: null,
    about: "s",
    reach: { people: ["li"], groups: [], round: 0 },
  });
});

test("the page of incidents keeps the one that is open", () => {
  const there = go({ to: "incidents", incident: "i" }, { to: "map" }, { to: "incidents" });
  expect(there.incident).toBe("i");
});

test("moments stay with their report, and another report begins without any", () => {
  const night = { kind: "interval", from: 0, to: 60_000 } as const;
  const open = go({ to: "report", ask: night }, { to: "moments", moments: [60_000] });
  const away = [{ to: "map" }, { to: "report" }] as const;
  expect(away.reduce<typeof open>(moveDesk, open).moments).toEqual([60_000]);
  // Asked for once more it is the same report.
  expect(moveDesk(open, { to: "report", ask: { ...night } }).moments).toEqual([60_000]);
  expect(moveDesk(open, { to: "report", ask: { ...night, to: 120_000 } }).moments).toEqual([]);
  expect(moveDesk(open, { to: "report", ask: { kind: "incident", id: "i" } }).moments).toEqual([]);
});
