import { readFileSync } from "node:fs";
import { i18n } from "@lingui/core";
import { beforeAll, describe, expect, test } from "vitest";
import { moveDesk, startDesk } from "../src/features/desk/desk";
import { placeOf, placeOfMany } from "../src/features/status/noticePlace";
import { lines, NOTICES, noticeOf } from "../src/features/status/notices";
import { manySentence, subjectName } from "../src/features/status/noticeWords";
import { messages as en } from "../src/i18n/catalog/en";
import { messages as zh } from "../src/i18n/catalog/zh";
import { systemSentence } from "../src/i18n/words";
import type { IncidentView, PostView, RunView, SystemKind, SystemView } from "../src/wire/view";
import { alarm, command, play, situation, snapshot, task, told } from "./night";

const wire = readFileSync(new URL("../src/wire/generated.ts", import.meta.url), "utf8");
/** Every kind there is on the wire. */
const KINDS = (/^ {8}SystemKind: ([^;]+);/m.exec(wire)?.[1] ?? "")
  .split("|")
  .map((kind) => JSON.parse(kind)) as SystemKind[];

const text = (words: string) => ({ zh: words, en: words });
const run = { id: "run-1", title: text("红色叫应"), about: { situation: "s-1" } };
const report = { id: "written/above", title: text("书面报市"), sent: [] };
const county = play(
  snapshot(
    10,
    [alarm("a", { sight_lost: true })],
    [command([task("zhang", "accepted", { needs_help: true })])],
  ),
  told(
    { kind: "situation", situation: situation("s-1") },
    { kind: "run", run: run as unknown as RunView },
    { kind: "duty", post: { id: "p-1", title: text("带班") } as PostView },
    {
      kind: "suppression",
      suppression: { id: "op-1", kind: "shelved", alarm: "a", stations: [], matches: ["a"] },
    },
    {
      kind: "incident",
      incident: { id: "i/1", title: "seal", reports: [report] } as unknown as IncidentView,
    },
  ),
);
const texts = new Map([["seal", "澄潭江洪水"]]);

/** What each kind is about in this county, and how a person would call that. */
const SUBJECTS: Record<SystemKind, [string, string]> = {
  need_help: ["c1.zhang", "zhang"],
  disk_full: ["", ""],
  journal_broken: ["", ""],
  crew_overdue: ["c1.zhang", "zhang"],
  calls_exhausted: ["run-1", "红色叫应"],
  legal_clock: ["run-1#2", "红色叫应"],
  undecided: ["s-1", "洪水 · 河"],
  report_overdue: ["i/1/written/above", "澄潭江洪水 · 书面报市"],
  reply_unread: ["sms/zhang", "zhang 短信"],
  channel_lost: ["sms/t1", "t1 短信"],
  blind_spot: ["s1", "站"],
  interface_down: ["town-4g", "town-4g"],
  link_down: ["town-4g", "town-4g"],
  unanswered: ["c1.zhang", "zhang"],
  sight_lost: ["s1/water_level", "站"],
  rules_refused: ["", ""],
  rule_failing: ["rate:x@s1", "rate:x · 站"],
  suppression_ending: ["op-1", "搁置 站 水位"],
  empty_step: ["run-1#1", "红色叫应"],
  not_signed_in: ["p-1", "带班"],
  handover_open: ["p-1", "带班"],
  coverage_gap: ["p-1", "带班"],
  clock_stepped: ["", ""],
  unstable_signal: ["s1", "站"],
  sensor_repair: ["s1", "站"],
  flood_mode: ["", ""],
};
/** There is no page for these: an administrator has to look at the machine or the line. */
const NOWHERE: SystemKind[] = ["disk_full", "clock_stepped", "journal_broken"];

const entry = (kind: SystemKind, subject = SUBJECTS[kind][0]): SystemView => ({
  kind,
  subject,
  since: "2026-08-20T18:00:00Z",
  until: null,
  level: null,
  owner: null,
});

beforeAll(() => {
  i18n.load({ zh, en });
  i18n.activate("zh");
});

describe("notices about ourselves", () => {
  test("the wire's kinds are all here and no other", () => {
    expect(KINDS.length).toBeGreaterThan(20);
    expect(Object.keys(NOTICES).sort()).toEqual([...KINDS].sort());
  });

  test.each(KINDS)("%s has a name, a sentence and a readable subject", (kind) => {
    const [subject, name] = SUBJECTS[kind];
    expect(noticeOf(kind).name()).not.toBe(noticeOf("newer" as SystemKind).name());
    expect(subjectName(county, entry(kind), texts)).toBe(name);
    const sentence = systemSentence(kind, name, "3 分");
    expect(sentence).not.toContain(kind);
    if (subject !== name) expect(sentence).not.toContain(subject);
  });

  test.each(KINDS)("%s leads where there is a place to go", (kind) => {
    const place = placeOf(county, entry(kind));
    if (NOWHERE.includes(kind)) return expect(place).toBeNull();
    expect(place?.words).toBeTruthy();
    expect(place && moveDesk(startDesk, place.go)).not.toEqual(startDesk);
  });

  test("a warning and a report lead to the very one", () => {
    const go = (kind: SystemKind) => placeOf(county, entry(kind))?.go;
    expect(go("undecided")).toEqual({ to: "situation", situation: "s-1" });
    expect(go("report_overdue")).toEqual({ to: "incidents", incident: "i/1" });
    expect(go("calls_exhausted")).toEqual({ to: "situation", situation: "s-1" });
    expect(go("sight_lost")).toEqual({ to: "open", alarm: "a", station: "s1" });
  });

  test("many gauges at once lead to the list of stations, many people to their board", () => {
    const two = (kind: SystemKind, ...subjects: string[]) =>
      placeOfMany(
        county,
        subjects.map((subject) => entry(kind, subject)),
      )?.go;
    expect(two("blind_spot", "s1", "s2")).toEqual({ to: "stations" });
    expect(two("unanswered", "c1.zhang", "c1.li")).toMatchObject({ to: "board", command: "c1" });
    expect(two("channel_lost", "sms/t1", "sms/t2")).toEqual({ to: "duty", tab: "contacts" });
  });

  test("a few that wait for a person are told one by one, more of them in one sentence", () => {
    const many = (n: number) =>
      lines(Array.from({ length: n }, (_, k) => entry("crew_overdue", `c1.${k}`))).map(
        (line) => line.length,
      );
    expect(many(3)).toEqual([1, 1, 1]);
    expect(many(4)).toEqual([4]);
    expect(manySentence(county, [entry("crew_overdue"), entry("crew_overdue", "c1.li")])).toContain(
      "2",
    );
  });

  test("the most urgent comes first, and none that may be folded before one that may not", () => {
    const kinds = lines([...KINDS].reverse().map((kind) => entry(kind))).map(([one]) => one?.kind);
    expect(kinds).toEqual(Object.keys(NOTICES).filter((kind) => kind !== "flood_mode"));
    const full = Object.values(NOTICES).map((one) => one.full === true);
    expect(full.lastIndexOf(true)).toBeLessThan(full.indexOf(false));
  });

  test("a kind of a newer server is told last, with what it says itself", () => {
    const newer = entry("newer" as SystemKind, "x");
    expect(lines([newer, entry("sensor_repair")]).at(-1)).toEqual([newer]);
    expect(systemSentence(newer.kind, "x", "")).toContain("newer");
    expect(placeOf(county, newer)).toBeNull();
  });

  test("nobody takes on what the program itself has to end", () => {
    const nobodys = KINDS.filter((kind) => NOTICES[kind].nobodys);
    expect(nobodys.sort()).toEqual(
      [
        "clock_stepped",
        "disk_full",
        "flood_mode",
        "journal_broken",
        "link_down",
        "rules_refused",
      ].sort(),
    );
    expect(nobodys.filter((kind) => NOTICES[kind].byPerson)).toEqual([]);
  });
});
