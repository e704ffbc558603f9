// A time or a day as people type it, read into our one form. Pure; it knows no zone: what is read is local.

/** Why it cannot be read: nothing is there, it has no form of ours, there is no such day or time of day. */
export type Slip = "empty" | "form" | "day" | "clock";
export type Read = { local: string } | { slip: Slip };

const DAY = /^(?:(?:((?:19|2\d)\d\d)-)?(\d\d?)-(\d\d?)|((?:19|2\d)\d\d)?(\d\d)(\d\d))$/;
const CLOCK = /^(?:(\d\d?):(\d\d)|(\d\d)(\d\d))$/;

/**
 * `2026-08-21T03:15` from `2026-08-21 03:15`, `20260821 0315`, `2026年8月21日 3：15` and the like. Without its
 * year it is one of the year that is shown, and a time alone is one of the day that is shown.
 */
export function readInstant(typed: string, shown: string): Read {
  const text = plain(typed);
  if (text === "") return { slip: "empty" };
  const parts = text.split(" ");
  const [day, clock] = parts.length === 1 && text.includes(":") ? ["", text] : parts;
  if (day === undefined || clock === undefined || parts.length > 2) return { slip: "form" };
  const date = day === "" ? { local: shown.slice(0, 10) } : dayOf(day, shown);
  if ("slip" in date) return date;
  const found = CLOCK.exec(clock);
  if (!found) return { slip: "form" };
  const [hours, minutes] = [found[1] ?? found[3], found[2] ?? found[4]].map(Number);
  if (hours === undefined || minutes === undefined) return { slip: "form" };
  if (hours > 23 || minutes > 59) return { slip: "clock" };
  return { local: `${date.local}T${two(hours)}:${two(minutes)}` };
}

/** `2026-08-21` from `2026-08-21`, `20260821`, `2026/8/21`, `8月21日` and the like. */
export function readDay(typed: string, shown: string): Read {
  const text = plain(typed);
  return text === "" ? { slip: "empty" } : dayOf(text, shown);
}

function dayOf(text: string, shown: string): Read {
  const found = DAY.exec(text);
  if (!found) return { slip: "form" };
  const year = found[1] ?? found[4] ?? shown.slice(0, 4);
  const [month, day] = [found[2] ?? found[5], found[3] ?? found[6]].map(Number);
  const local = `${year}-${two(month ?? 0)}-${two(day ?? 0)}`;
  return isDay(local) ? { local } : { slip: "day" };
}

function isDay(local: string): boolean {
  const time = Date.parse(`${local}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === local;
}

const MINUTE = 60_000;
const MINUTES: Readonly<Record<string, number>> = {
  ArrowUp: 1,
  ArrowDown: -1,
  PageUp: 60,
  PageDown: -60,
};
const DAYS: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1 };

/** What a key makes of a time: up and down a minute, a page an hour; null where it is no key of a time. */
export function stepInstant(local: string, key: string): string | null {
  const minutes = MINUTES[key];
  return minutes === undefined ? null : later(local, minutes * MINUTE);
}

/** The same of a day: up and down a day. */
export function stepDay(local: string, key: string): string | null {
  const days = DAYS[key];
  return days === undefined || local === "" ? null : later(local, days * 1440 * MINUTE);
}

function later(local: string, ms: number): string {
  const time = Date.parse(local.length > 10 ? `${local}Z` : `${local}T00:00Z`);
  return new Date(time + ms).toISOString().slice(0, local.length);
}

/** Narrow digits and signs, one kind of dash, one space: the ways to write the same time fall together. */
function plain(typed: string): string {
  return typed
    .normalize("NFKC")
    .trim()
    .replace(/[年月/.\u2010-\u2015\u2212]/g, "-")
    .replace(/[日T]\s*/g, " ")
    .replace(/[时点]/g, ":")
    .replace(/分$/, "")
    .replace(/\s*([-:])\s*/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

const two = (n: number) => String(n).padStart(2, "0");
