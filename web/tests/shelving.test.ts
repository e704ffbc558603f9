import { expect, test } from "vitest";
import { ownSnapshot } from "../src/shells/shelving";
import { reduce } from "../src/state/reduce";
import { emptyWorld } from "../src/state/world";
import type { TemplateView } from "../src/wire/view";
import { command, snapshot, task } from "./night";

const template = (id: string) =>
  ({ id, title: { zh: id, en: id }, fields: [{ id: "q", kind: "text" }] }) as never as TemplateView;

test("a phone that opens with no network still asks what its tasks' templates ask", () => {
  const mine = command([task("a", "accepted"), task("b", "accepted")], { template: "search" });
  const other = command([task("b", "accepted")], { id: "c2", template: "gates" });
  const message = snapshot(1, [], [mine, other]);
  if (message.type !== "snapshot") throw new Error("no snapshot");
  for (const county of message.counties) county.templates = [template("search"), template("gates")];
  const kept = ownSnapshot(reduce(emptyWorld, message, 0), "a");
  const again = reduce(emptyWorld, { type: "snapshot", ...(kept as NonNullable<typeof kept>) }, 0);
  const county = again.counties.get("j");
  expect(county?.templates.map((one) => one.id)).toEqual(["search"]);
  expect(county?.templates[0]?.fields).toHaveLength(1);
  expect([...(county?.commands.values() ?? [])].map((one) => one.id)).toEqual([mine.id]);
});
