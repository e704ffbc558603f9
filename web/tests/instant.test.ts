import { readdirSync, readFileSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, test } from "vitest";
import { Instant } from "../src/features/clock/Typed";
import { full, setZoneFor } from "../src/i18n/format";
import { i18n } from "../src/i18n/i18n";
import { readDay, readInstant, stepDay, stepInstant } from "../src/state/instant";

const SHOWN = "2026-08-21T02:00";
const AT = "2026-08-21T03:15";

beforeEach(() => {
  i18n.activate("zh");
  setZoneFor("330624");
});

describe("a time is read however it is written", () => {
  test.each([
    ["2026-08-21 03:15", AT],
    [" 2026-8-21  3:15 ", AT],
    ["20260821 0315", AT],
    ["2026/8/21 3:15", AT],
    ["2026.08.21 03:15", AT],
    ["2026-08-21T03:15", AT],
    ["２０２６－０８－２１　０３：１５", AT],
    ["2026–08–21 03：15", AT],
    ["2026年8月21日3点15分", AT],
    ["2026年8月21日 3时15分", AT],
    ["08-21 03:15", AT],
    ["8/21 3:15", AT],
    ["8月21日 03:15", AT],
    ["0821 0315", AT],
    ["3:15", AT],
    ["2024-02-29 00:00", "2024-02-29T00:00"],
  ])("%s", (typed, local) => {
    expect(readInstant(typed, SHOWN)).toEqual({ local });
  });

  test.each([
    ["", "empty"],
    ["　", "empty"],
    ["2026-08-21", "form"],
    ["2026-08-21 03", "form"],
    ["2026-08-21 03:1", "form"],
    ["2026-08-21 03:15:40", "form"],
    ["2026-08-2103:15", "form"],
    ["26-08-21 03:15", "form"],
    ["0226-08-21 03:15", "form"],
    ["明天 3:15", "form"],
    ["0315", "form"],
    ["2026-02-30 03:15", "day"],
    ["02-29 03:15", "day"],
    ["21-08 03:15", "day"],
    ["2026-08-21 24:00", "clock"],
    ["03:60", "clock"],
  ])("and %s is none: %s", (typed, slip) => {
    expect(readInstant(typed, SHOWN)).toEqual({ slip });
  });

  test("without its year it is of the year that is shown", () => {
    expect(readInstant("12-31 23:59", "2024-01-01T00:00")).toEqual({ local: "2024-12-31T23:59" });
    expect(readInstant("03:15", "2024-01-01T00:00")).toEqual({ local: "2024-01-01T03:15" });
  });
});

test("a day is read the same way, and a time is no day", () => {
  for (const typed of ["2026-08-21", "20260821", "2026/8/21", "8-21", "２０２６年８月２１日"])
    expect(readDay(typed, SHOWN)).toEqual({ local: "2026-08-21" });
  expect(readDay(" ", SHOWN)).toEqual({ slip: "empty" });
  expect(readDay("2026-08-21 03:15", SHOWN)).toEqual({ slip: "form" });
  expect(readDay("2026-13-01", SHOWN)).toEqual({ slip: "day" });
});

test("keys go over the hour, the day and the year", () => {
  expect(stepInstant("2026-08-21T03:59", "ArrowUp")).toBe("2026-08-21T04:00");
  expect(stepInstant("2026-01-01T00:00", "ArrowDown")).toBe("2025-12-31T23:59");
  expect(stepInstant("2026-08-21T23:15", "PageUp")).toBe("2026-08-22T00:15");
  expect(stepInstant("2026-08-21T00:15", "PageDown")).toBe("2026-08-20T23:15");
  expect(stepInstant(AT, "ArrowLeft")).toBeNull();
  expect(stepDay("2026-08-31", "ArrowUp")).toBe("2026-09-01");
  expect(stepDay("", "ArrowUp")).toBeNull();
});

test("what stands in the field is read back as the same time", () => {
  const at = Date.parse("2026-08-20T19:15:00Z");
  expect(full(at)).toBe("2026-08-21 03:15");
  expect(readInstant(full(at), SHOWN)).toEqual({ local: AT });
});

test("the field shows our form in either language, and is bound to its name and its words", () => {
  const at = Date.parse("2026-08-20T19:15:40Z");
  for (const locale of ["zh", "en"]) {
    i18n.activate(locale);
    const field = createElement(Instant, { label: "从", at, onChange: () => {}, testId: "x" });
    const page = renderToStaticMarkup(field);
    const input = /<input[^>]*>/.exec(page)?.[0] ?? "";
    expect(input).toContain('value="2026-08-21 03:15"');
    expect(input).toContain('aria-invalid="false"');
    const id = / id="([^"]+)"/.exec(input)?.[1];
    expect(page).toContain(`for="${id}">从</label>`);
    const words = /aria-describedby="([^"]+)"/.exec(input)?.[1];
    expect(page).toContain(`id="${words}"`);
  }
});

test("no field of ours follows the language of the browser", () => {
  const src = new URL("../src/", import.meta.url);
  const screens = readdirSync(src, { recursive: true }).map(String);
  const found = screens.filter(
    (name) =>
      name.endsWith(".tsx") &&
      /type="(datetime-local|date|time|month|week)"/.test(readFileSync(new URL(name, src), "utf8")),
  );
  expect(found).toEqual([]);
});
