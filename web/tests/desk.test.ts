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
