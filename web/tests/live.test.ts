// Laws of the source itself: who may ask which time is shown, and how a form is left.
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { isMass, ownHand } from "../src/state/select";
import { store } from "../src/state/store";
import { county, play, snapshot } from "./night";

const src = new URL("../src/", import.meta.url);
const files = readdirSync(src, { recursive: true })
  .map(String)
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(new URL(name, src), "utf8") }));

afterEach(() => store.set({ me: null, leaving: false }));

test("only the layer of actions, its selectors and two plugs ask whether time is live", () => {
  const asks = files.filter(({ text }) => /\bisPast\b/.test(text)).map(({ name }) => name);
  expect(asks.sort()).toEqual([
    "actions/act.ts",
    "features/clock/usePast.ts",
    "features/timebar/whyNot.ts",
    "state/select.ts",
  ]);
});

test("no form is left before its press is kept", () => {
  // A press let go of, and the form closed on the next line: what was typed is lost where it was not kept.
  const leaves = /void \w+\([^;]*?\);\s*(?:onClose|onDone|onSent)\(\);/;
  const inHand = /onReason=\{\([^)]*\) => void /;
  const loses = files.filter(
    ({ name, text }) => name.startsWith("features/") && (leaves.test(text) || inHand.test(text)),
  );
  expect(loses.map(({ name }) => name)).toEqual([]);
});

test("nobody's own hand is at the screen while the past is shown", () => {
  store.set({ me: { person: { id: "li", role: "responder" } } as never });
  expect(ownHand(store.get())).toBe("li");
  store.set({ leaving: true });
  expect(ownHand(store.get())).toBeUndefined();
});

test("what is a large command is the server's word", () => {
  const mass = { above: 50, hold_ms: 20_000 };
  expect(county().mass, "a server that does not say asks for the number itself").toEqual({
    above: 0,
    hold_ms: 0,
  });
  const first = snapshot(1) as never as { counties: object[] };
  const told = { ...first, counties: first.counties.map((one) => ({ ...one, mass })) };
  const here = play(told as never);
  expect(here.mass).toEqual(mass);
  expect([50, 51].map((people) => isMass(here, people))).toEqual([false, true]);
  expect(isMass(county(), 2_000)).toBe(false);
});
