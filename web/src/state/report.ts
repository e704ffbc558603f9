// What a report is asked for, and what was written to it. Pure.
import type { ReportOf, ReportSection, ReportText } from "../wire/report";

const MINUTE = 60_000;

/** An incident, or an interval, ms since the epoch. */
export type ReportAsk =
  | { kind: "incident"; id: string }
  | { kind: "interval"; from: number; to: number };

/** Sections that people may write to, in the order of the report. */
export const SECTIONS: readonly ReportSection[] = [
  "summary",
  "course",
  "response",
  "loss",
  "lessons",
];

/** Forms in which a report is taken away, beside its tables. */
export const FORMS = ["docx", "pdf", "page", "json", "geojson"] as const;
export type ReportForm = (typeof FORMS)[number] | "fragment" | "csv";

/** Tables of a report. */
export const SHEETS = [
  "keys",
  "figures",
  "alarms",
  "tasks",
  "facts",
  "calls",
  "steps",
  "channels",
  "clocks",
  "decisions",
  "course",
  "readings",
  "villages",
  "losses",
  "entries",
] as const;
export type ReportSheet = (typeof SHEETS)[number];

/** Whole minutes around an interval: what two people choose by hand is then the same report. */
export function interval(from: number, to: number): ReportAsk {
  const begin = Math.floor(from / MINUTE) * MINUTE;
  const end = Math.max(Math.ceil(to / MINUTE) * MINUTE, begin + MINUTE);
  return { kind: "interval", from: begin, to: end };
}

/** Why an interval cannot be reported on. */
export function flaw(from: number, to: number, now: number): "order" | "long" | "future" | null {
  if (to <= from) return "order";
  if (to - from > 31 * 24 * 60 * MINUTE) return "long";
  return from > now ? "future" : null;
}

/** What the server calls the same report. */
export function ofAsk(ask: ReportAsk): ReportOf {
  if (ask.kind === "incident") return { incident: ask.id };
  const whole = (at: number) => rfc(at).replace(".000Z", "Z");
  return { interval: { from: whole(ask.from), to: whole(ask.to) } };
}

const rfc = (at: number) => new Date(at).toISOString();

/** The other way round. */
export function askOf(of: ReportOf): ReportAsk {
  if ("incident" in of) return { kind: "incident", id: of.incident };
  const { from, to } = of.interval;
  return { kind: "interval", from: Date.parse(from), to: Date.parse(to) };
}

export function isSame(a: ReportAsk, b: ReportAsk): boolean {
  if (a.kind === "incident") return b.kind === "incident" && a.id === b.id;
  return b.kind === "interval" && a.from === b.from && a.to === b.to;
}

/** More maps than this the server does not draw. */
export const MOST_MOMENTS = 12;

/** Between which times its maps can lie, as far as that is known here; `closed` is when its incident ended. */
export function bounds(ask: ReportAsk, closed: number | null): { from: number; to: number } {
  if (ask.kind === "interval") return { from: ask.from, to: ask.to };
  return { from: Number.NEGATIVE_INFINITY, to: closed ?? Number.POSITIVE_INFINITY };
}

/** Why a moment gets no map of its own. */
export function momentFlaw(
  moments: readonly number[],
  at: number,
  within: { from: number; to: number },
  now: number,
): "many" | "there" | "future" | "outside" | null {
  if (moments.includes(wholeMinute(at))) return "there";
  if (moments.length >= MOST_MOMENTS) return "many";
  if (at > now) return "future";
  return at < within.from || at > within.to ? "outside" : null;
}

/** With one more, in the order of time. */
export function withMoment(moments: readonly number[], at: number): number[] {
  return [...new Set([...moments, wholeMinute(at)])].sort((a, b) => a - b);
}

/** What a moment is chosen from first: the end of the report, or now. */
export function lastMoment(within: { to: number }, now: number): number {
  return wholeMinute(Math.min(within.to, now));
}

const wholeMinute = (at: number) => Math.floor(at / MINUTE) * MINUTE;

/** What a report is asked for beside what it is about. */
export interface ReportMore {
  jurisdiction: string;
  lang: string;
  /** Only where the county has none of its own. */
  zone: string | null;
  /** When it shows a map beside those it has of itself; tables have none. */
  moments: readonly number[];
}

/** The parameters of a report, or of one of its tables. */
export function parameters(ask: ReportAsk, more: ReportMore, table?: ReportSheet): string {
  const query = new URLSearchParams({ jurisdiction: more.jurisdiction, lang: more.lang });
  if (ask.kind === "incident") query.set("incident", ask.id);
  else {
    query.set("from", rfc(ask.from));
    query.set("to", rfc(ask.to));
  }
  if (more.zone) query.set("zone", more.zone);
  if (table) query.set("table", table);
  else if (more.moments.length > 0) query.set("at", more.moments.map(rfc).join());
  return query.toString();
}

/** Versions of a section of one report, oldest first. */
export function versions(
  texts: readonly ReportText[],
  ask: ReportAsk,
  section: ReportSection,
): ReportText[] {
  return texts.filter((one) => one.section === section && isSame(askOf(one.of), ask));
}

/** Reports that somebody wrote to, the newest first. */
export function written(texts: readonly ReportText[]): { ask: ReportAsk; last: ReportText }[] {
  const list: { ask: ReportAsk; last: ReportText }[] = [];
  for (const text of [...texts].reverse()) {
    const ask = askOf(text.of);
    if (!list.some((one) => isSame(one.ask, ask))) list.push({ ask, last: text });
  }
  return list;
}
