import { expect, test } from "vitest";
import { isAbout, markedLines, offsetOf } from "../src/state/ruletext";
import type { Problem } from "../src/wire/site";

const problem = (file: string, line: number | null, stops: boolean): Problem => ({
  file,
  line,
  column: 1,
  what: "",
  expected: null,
  near: null,
  stops,
});

test("a place is found in the text, also behind wide characters", () => {
  const text = 'id = "雨"\ntitle = "🌧x"\n';
  expect(text.slice(offsetOf(text, { line: 1, column: 7 }))[0]).toBe("雨");
  expect(text.slice(offsetOf(text, { line: 2, column: 11 }))[0]).toBe("x");
  expect(offsetOf(text, { line: 1, column: 1 })).toBe(0);
  expect(offsetOf(text, { line: 99, column: 99 })).toBe(text.length);
});

test("lines of one file are marked, the worse of two problems counting", () => {
  const found = [
    problem("rules/a.toml", 3, false),
    problem("rules/a.toml", 3, true),
    problem("rules/a.toml", 9, false),
    problem("rules/a.toml", null, true),
    problem("rules/b.toml", 4, true),
  ];
  expect([...markedLines(found, "a.toml")]).toEqual([
    [3, true],
    [9, false],
  ]);
  expect(isAbout(problem("site.toml", 1, true), "site.toml")).toBe(true);
  const policy = problem("jurisdictions/330624/policies/10.toml", 1, true);
  expect([isAbout(policy, "policies/10.toml"), isAbout(policy, "posts.toml")]).toEqual([
    true,
    false,
  ]);
});
