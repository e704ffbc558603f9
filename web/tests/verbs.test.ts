import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, test, vi } from "vitest";
import { Ended } from "../src/features/phone/TaskPage";
import { Verbs } from "../src/features/phone/Verbs";
import { i18n } from "../src/i18n/i18n";
import { type Pending, store } from "../src/state/store";
import type { Stage, TaskView } from "../src/wire/view";
import { command, fact, task } from "./night";

// Outside a browser nothing is listened to: a part of the state is read once.
vi.mock("../src/state/store", async (original) => {
  const real = await original<typeof import("../src/state/store")>();
  return { ...real, useApp: (select: (state: never) => unknown) => select(store.get() as never) };
});

const press = (op: string, word: string, state: Pending["state"] = "waiting"): Pending => ({
  op,
  at: 0,
  engineAt: null,
  state,
  tries: 0,
  why: null,
  receivedAt: state === "received" ? 1 : null,
  subject: { action: "report_task", task: "c1.a", fact: word },
});

/** The verbs of a task that can be pressed. */
function open(one: TaskView): string[] {
  const own = { task: one, command: command([one]) };
  const page = renderToStaticMarkup(createElement(Verbs, { own }));
  const buttons = [...page.matchAll(/<button[^>]*>/g)].map(([tag]) => tag);
  const free = buttons.filter((tag) => !tag.includes("disabled"));
  return free.map((tag) => /data-press="(\w+)"/.exec(tag)?.[1] ?? "");
}

beforeEach(() => {
  i18n.activate("zh");
  store.set({ outbox: [] });
});

test("help can be asked for whatever has become of the task", () => {
  const over: Stage[] = ["verified", "cancelled", "superseded", "reassigned"];
  for (const stage of over) expect(open(task("a", stage))).toEqual(["need_help"]);
  expect(open(task("a", "working"))).toContain("need_help");
});

test("who has declined can still say yes, once", () => {
  const facts = [fact("accepted"), fact("declined")];
  expect(open(task("a", "accepted", { facts: [fact("accepted")] }))).not.toContain("accepted");
  expect(open(task("a", "declined", { facts }))).toContain("accepted");
  store.set({ outbox: [press("o1", "accepted", "received"), press("o2", "declined")] });
  expect(open(task("a", "accepted", { facts: [fact("accepted")] }))).toContain("accepted");
  store.set({ outbox: [press("o2", "declined", "received"), press("o3", "accepted")] });
  expect(open(task("a", "declined", { facts }))).not.toContain("accepted");
});

test("who is through is not told to stand by when the command is withdrawn later", () => {
  const said = (one: TaskView) => {
    const own = { task: one, command: command([one], { cancelled: "2026-08-20T19:00:00Z" }) };
    return renderToStaticMarkup(createElement(Ended, { own }));
  };
  expect(said(task("a", "verified"))).toContain("已经核实");
  expect(said(task("a", "verified"))).not.toContain("cancel-seen");
  const open = said(task("a", "cancelled", { facts: [fact("cancelled")], end_unseen: true }));
  expect(open).toContain("原地待命");
  expect(open).toContain("cancel-seen");
  const still = { task: task("a", "working"), command: command([task("a", "working")]) };
  expect(renderToStaticMarkup(createElement(Ended, { own: still }))).toBe("");
});
