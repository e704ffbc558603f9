import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startOutbox, stopOutbox } from "../src/actions/act";
import { acknowledge, acknowledgeSituation } from "../src/actions/alarms";
import { issueCommand } from "../src/actions/commands";
import { closeShelf } from "../src/link/shelf";
import { reduce } from "../src/state/reduce";
import { store } from "../src/state/store";
import { emptyWorld } from "../src/state/world";
import type { Act } from "../src/wire/acts";
import type { Me } from "../src/wire/view";
import { alarm, snapshot } from "./night";

let sent: Act[] = [];

beforeEach(async () => {
  await closeShelf();
  globalThis.indexedDB = new IDBFactory();
  sent = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body)) as Act);
    return new Response('{"answer":"done"}');
  });
  const alarms = [
    alarm("a", { level: 3, told: 3 }),
    // It swings, and is told at its worst.
    alarm("b", { level: 1, told: 4, episode: "b-7" }),
  ];
  const world = reduce(emptyWorld, snapshot(1, alarms), 0);
  store.set({ world, me: { person: { id: "li" }, jurisdiction: "j" } as Me });
  startOutbox("li");
});
afterEach(() => {
  stopOutbox();
  vi.unstubAllGlobals();
});

const a = { alarm: "a", episode: "a-1", level: 3 };
const b = { alarm: "b", episode: "b-7", level: 4 };

test("taking note says which episode and level were shown, whatever the county has told since", async () => {
  const seen = [...(store.get().world.counties.get("j")?.alarms.values() ?? [])];
  // Both rise between the picture and the press.
  const risen = [
    alarm("a", { level: 4, told: 4 }),
    alarm("b", { level: 4, told: 4, episode: "b-8" }),
  ];
  store.set({ world: reduce(emptyWorld, snapshot(2, risen), 0) });
  await acknowledge(seen);
  const told = { alarm: "s", episode: "s-2", level: 4 };
  await acknowledgeSituation("s", seen.slice(1), [told]);
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]?.action).toMatchObject({ alarms: ["a", "b"], shown: [a, b] });
  expect(sent[1]?.action).toMatchObject({ alarms: ["b"], shown: [told, b] });
});

test("a command says it of the alarms it names, and nothing where it names none", async () => {
  const draft = { template: "t", level: 4 as const, groups: [], people: [], wording: "w" };
  await issueCommand({ op: "c1", alarm: "a", clocks: null, shown: [a], ...draft });
  await issueCommand({ op: "c2", alarm: null, clocks: null, shown: [], ...draft });
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]?.action).toMatchObject({ alarm: "a", shown: [a] });
  expect(sent[1]?.action).not.toHaveProperty("shown");
});
