import { readFileSync } from "node:fs";
import { i18n } from "@lingui/core";
import { beforeEach, describe, expect, test } from "vitest";
import { messages as en } from "../src/i18n/catalog/en";
import { messages as zh } from "../src/i18n/catalog/zh";
import * as format from "../src/i18n/format";

beforeEach(() => {
  i18n.load({ zh, en });
  i18n.activate("zh");
  format.setZoneFor("330624");
});

describe("times and numbers", () => {
  test("county times are the county's, whatever the machine's zone", () => {
    expect(format.hms("2026-08-20T18:13:40Z")).toBe("02:13:40");
    expect(format.hm("2026-08-20T16:00:00Z")).toBe("00:00");
    const now = Date.parse("2026-08-20T18:00:00Z");
    expect(format.stamp("2026-08-20T15:59:00Z", now)).toBe("08-20 23:59");
    expect(format.stamp("2026-08-20T16:01:00Z", now)).toBe("00:01");
  });

  test("durations step from mm:ss to h:mm:ss and never below nothing", () => {
    const check = (ms: number, want: string) => expect(format.span(ms)).toBe(want);
    check(-5, "00:00");
    check(38_999, "00:38");
    check(3_599_000, "59:59");
    check(3_661_000, "1:01:01");
  });

  test("ages are words in both languages", () => {
    expect(format.age(40_000)).toBe("40 秒");
    expect(format.age(23 * 60_000)).toBe("23 分");
    i18n.activate("en");
    expect(format.age(23 * 60_000)).toBe("23 min");
    expect(format.age(72 * 3_600_000)).toBe("3 d");
    expect(format.limit(2 * 3_600_000)).toBe("2 h");
    expect(format.limit(90 * 60_000)).toBe("90 min");
    expect(format.limit(346 * 60_000)).toBe("5 h 46 min");
  });

  test("an absent value is a dash, a unit stands apart", () => {
    expect(format.value("63.15", "m")).toBe("63.15 m");
    expect(format.value(null, "m")).toBe("—");
  });
});

describe("the catalogue", () => {
  test("every Chinese message has its English", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    const po = readFileSync(new URL("../src/i18n/catalog/en.po", import.meta.url), "utf8");
    const empty = [...po.matchAll(/^msgid "(.+)"\nmsgstr ""\n/gm)].map((match) => match[1]);
    expect(empty).toEqual([]);
  });

  test("plurals are English's own", () => {
    i18n.activate("en");
    expect(i18n.t("{n} 条", { n: 1 })).toBe("1 entry");
    expect(i18n.t("{n} 条", { n: 3 })).toBe("3 entries");
  });
});
