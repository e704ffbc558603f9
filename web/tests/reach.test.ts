import { expect, test } from "vitest";
import { outlook, troubledFirst } from "../src/state/reach";
import type { Channel, ContactView } from "../src/wire/view";

const NOW = Date.parse("2026-08-20T18:00:00Z");
const HOUR = "2026-08-20T17:00:00Z";
const point = (channel: Channel, more: Partial<ContactView> = {}): ContactView => ({
  channel,
  tried: HOUR,
  tested: null,
  accepted: null,
  reached: null,
  answered: null,
  failed: null,
  why: null,
  ...more,
});
const good = { reached: HOUR };
const CONTACTS = [
  { person: "well", contacts: [point("push", good), point("sms"), point("voice")] },
  { person: "broken", contacts: [point("sms", { failed: HOUR, why: "no" }), point("voice")] },
  { person: "untold", contacts: [point("push"), point("voice", { accepted: HOUR })] },
  { person: "saved", contacts: [point("sms", { failed: HOUR }), point("voice", good)] },
  { person: "officer", contacts: [point("desk", good), point("voice")] },
  { person: "seated", contacts: [point("desk", good)] },
  { person: "lonely", contacts: [point("sms", good)] },
];
const people = (...ids: string[]) => ids.map((id) => ({ id, township: `t-${id[0]}` }));

test("each person who may not be reached has one reason, the gravest, and stands before the others", () => {
  const all = people("well", "untold", "broken", "saved", "nobody");
  const { trouble } = outlook(all, CONTACTS, [], NOW);
  expect(Object.fromEntries(trouble)).toEqual({
    nobody: "none",
    broken: "failed",
    untold: "unproven",
  });
  const ids = troubledFirst(all, trouble).map((one) => one.id);
  expect(ids).toEqual(["nobody", "broken", "untold", "well", "saved"]);
});

test("a receipt of more than a month ago proves nothing", () => {
  const later = NOW + 32 * 86_400_000;
  expect(outlook(people("well"), CONTACTS, [], later).trouble.get("well")).toBe("unproven");
});

test("what is tried first is counted, what follows comes in the order in which it may come", () => {
  const all = people("well", "broken", "untold", "saved", "nobody");
  const { first, after } = outlook(all, CONTACTS, [], NOW);
  expect(first).toEqual([
    { channel: "push", people: 2 },
    { channel: "sms", people: 2 },
  ]);
  expect(after).toEqual(["sms", "voice"]);
  expect(outlook([], CONTACTS, [], NOW)).toMatchObject({ first: [], after: [] });
});

test("nobody is called at a desk: it shows the order by itself", () => {
  const { first, after, trouble } = outlook(people("officer", "seated"), CONTACTS, [], NOW);
  expect(first).toEqual([{ channel: "voice", people: 1 }]);
  expect(after).toEqual([]);
  expect(Object.fromEntries(trouble)).toEqual({ officer: "unproven", seated: "none" });
});

test("a lost channel concerns those of that township who have it, and most those who have nothing else", () => {
  const lost = [{ township: "t-l", channel: "sms" as const, since: HOUR, people: [] }];
  expect(outlook(people("lonely", "saved"), CONTACTS, lost, NOW).lost).toEqual([
    { township: "t-l", channel: "sms", people: ["lonely"], alone: ["lonely"] },
  ]);
  const there = [{ township: "t-s", channel: "sms" as const, since: HOUR, people: [] }];
  expect(outlook(people("lonely", "saved"), CONTACTS, there, NOW).lost).toEqual([
    { township: "t-s", channel: "sms", people: ["saved"], alone: [] },
  ]);
  expect(outlook(people("well"), CONTACTS, lost, NOW).lost).toEqual([]);
});
