import { expect, test } from "vitest";
import { keyOfRules } from "../src/features/rules/useRules";

test("the rules of now are kept under no version of the past", () => {
  const now = { code: "j", rulesVersion: "new" };
  const then = { code: "j", rulesVersion: "old" };
  expect(keyOfRules(now, 0, false)).not.toBe(keyOfRules(then, 0, false));
  // Wherever in the past one looks, they are the same: those of now.
  expect(keyOfRules(then, 0, true)).toBe(keyOfRules(now, 0, true));
  expect([keyOfRules(now, 0, false), keyOfRules(then, 0, false)]).not.toContain(
    keyOfRules(then, 0, true),
  );
});
