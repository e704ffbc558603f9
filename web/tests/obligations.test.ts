import { describe, expect, test } from "vitest";
import { nextStep, obligations, pips, tally, want } from "../src/state/obligations";
import { isOpen } from "../src/state/select";
import { command, fact, task } from "./night";

describe("what the desk owes", () => {
  test("each task wants what its facts say, and nothing once it is closed", () => {
    const check = (one: ReturnType<typeof task>, wanted: string | null) =>
      expect(want(command([one]), one)).toBe(wanted);
    check(task("a", "issued"), "silent");
    check(task("a", "seen"), "silent");
    check(task("a", "no_reply", { facts: [fact("escalated", { step: 3 } as never)] }), "gave_up");
    check(task("a", "declined"), "declined");
    check(task("a", "accepted"), null);
    check(task("a", "working", { overdue: ["update_due"] }), "overdue");
    check(task("a", "done"), "verify");
    check(task("a", "working", { conflict: true }), "conflict");
    check(task("a", "issued", { needs_help: true }), "help");
    check(task("a", "verified"), null);
    check(task("a", "cancelled", { end_unseen: true }), "end_unseen");
    check(task("a", "superseded", { end_unseen: true, crossed: true }), "crossed");
    check(task("a", "reassigned"), null);
    const crew = { timer: "personnel" as const, every_ms: 60_000, since: "2026-08-20T18:00:00Z" };
    check(task("a", "on_scene", { crew: [{ ...crew, warned: true, critical: true }] }), "crew");
    check(task("a", "on_scene", { crew: [{ ...crew, warned: true, critical: false }] }), null);
  });

  test("a call for help stands until a person ends it, whatever has become of its task", () => {
    const stages = ["verified", "cancelled", "superseded", "reassigned"] as const;
    for (const stage of stages) {
      const one = task("a", stage, { needs_help: true });
      expect(want(command([one], { cancelled: "2026-08-20T18:00:00Z" }), one)).toBe("help");
      expect(isOpen(command([one]))).toBe(true);
      expect(isOpen(command([task("a", stage)]))).toBe(false);
    }
  });

  test("a call for help stands above all, silence last and by its next step", () => {
    const next = (at: string) => ({ at, step: "remind" as const, to: null, crew: null });
    const list = obligations([
      command([
        task("late", "issued", { next: next("2026-08-20T18:09:00Z") }),
        task("soon", "issued", { next: next("2026-08-20T18:05:00Z") }),
        task("done", "done"),
        task("help", "accepted", { needs_help: true }),
      ]),
    ]);
    expect(list.map((one) => one.task.person)).toEqual(["help", "done", "soon", "late"]);
  });

  test("pips fill with facts, not with guesses", () => {
    expect(pips(task("a", "issued")).filled).toBe(1);
    expect(pips(task("a", "delivered", { facts: [fact("delivered")] })).filled).toBe(2);
    expect(pips(task("a", "no_reply", { facts: [fact("delivered")] }))).toEqual({
      filled: 2,
      end: "silent",
    });
    expect(pips(task("a", "declined")).end).toBe("refused");
    expect(pips(task("a", "accepted")).filled).toBe(4);
  });

  test("everyone is counted once", () => {
    const all = command(
      ["issued", "no_reply", "declined", "accepted", "working", "done", "verified"].map(
        (stage, n) => task(`p${n}`, stage as never),
      ),
    );
    const count = tally(all);
    expect(
      count.done + count.working + count.accepted + count.declined + count.open + count.silent,
    ).toBe(count.total);
    expect(count).toMatchObject({ total: 7, done: 2, silent: 1 });
    expect(nextStep(all)).toBeNull();
  });
});
