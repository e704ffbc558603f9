// Times, ages and numbers as text. Clocks are 24 h, durations mm:ss under an hour.
import { i18n } from "@lingui/core";

let zone: string | undefined;

/** Counties with a six-digit code lie in one time zone; other sites use the reader's. */
export function setZoneFor(code: string): void {
  zone = /^\d{6}$/.test(code) ? "Asia/Shanghai" : undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name}|${i18n.locale}|${zone}`;
  let found = formats.get(key);
  if (!found) {
    const tag = i18n.locale === "en" ? "en-GB" : "zh-CN";
    found = new Intl.DateTimeFormat(tag, {
      hourCycle: "h23",
      ...(zone ? { timeZone: zone } : {}),
      ...options,
    });
    formats.set(key, found);
  }
  return found;
}

function ms(time: string | number): number {
  return typeof time === "number" ? time : Date.parse(time);
}

/** `02:13`. */
export function hm(time: string | number): string {
  return format("hm", { hour: "2-digit", minute: "2-digit" }).format(ms(time));
}

/** `02:13:40`. */
export function hms(time: string | number): string {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return format("hms", options).format(ms(time));
}

/** `8月21日 周五` / `Fri, 21 Aug`. */
export function day(time: string | number): string {
  const options = { month: "short", day: "numeric", weekday: "short" } as const;
  return format("day", options).format(ms(time));
}

/** `02:13` today, `08-20 02:13` on another day than `now`. */
export function stamp(time: string | number, now: number): string {
  const options = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const date = format("date", options);
  if (date.format(ms(time)) === date.format(now)) return hm(time);
  const short = format("md", { month: "2-digit", day: "2-digit" }).formatToParts(ms(time));
  const part = (type: string) => short.find((one) => one.type === type)?.value ?? "";
  return `${part("month")}-${part("day")} ${hm(time)}`;
}

/** `04:05` under an hour, `1:04:05` above; never negative. */
export function span(duration: number): string {
  const all = Math.max(0, Math.floor(duration / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** How long ago, in words: `40 秒`, `14 分`, `3 小时`, `2 天`. */
export function age(duration: number): string {
  const seconds = Math.max(0, Math.floor(duration / 1000));
  if (seconds < 60) return i18n.t("{n} 秒", { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return i18n.t("{n} 分", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return i18n.t("{n} 小时", { n: hours });
  return i18n.t("{n} 天", { n: Math.floor(hours / 24) });
}

/** A limit in whole minutes or hours: `5 分钟`, `2 小时`. */
export function limit(duration: number): string {
  const minutes = Math.round(duration / 60_000);
  if (minutes < 1) return i18n.t("{n} 秒", { n: Math.round(duration / 1000) });
  if (minutes > 120 && minutes % 60 !== 0)
    return i18n.t("{h} 小时 {m} 分", { h: Math.floor(minutes / 60), m: minutes % 60 });
  if (minutes % 60 === 0) return i18n.t("{n} 小时", { n: minutes / 60 });
  return i18n.t("{n} 分钟", { n: minutes });
}

/** A value with its unit, a space between; an absent value is a dash. */
export function value(text: string | null | undefined, unit: string | undefined): string {
  if (text === null || text === undefined) return "—";
  return unit ? `${text} ${unit}` : text;
}

/** `2026-08-21 02:13`, whatever day it is. */
export function full(time: string | number): string {
  return toLocal(time).replace("T", " ");
}

/** The minute of an instant on the county's clock: `2026-08-21T02:13`. */
export function toLocal(time: string | number): string {
  return new Date(ms(time) + ahead(ms(time))).toISOString().slice(0, 16);
}

/** The instant of such a minute; null where it is none. */
export function fromLocal(text: string): number | null {
  const guess = Date.parse(`${text}Z`);
  if (Number.isNaN(guess)) return null;
  return guess - ahead(guess - ahead(guess));
}

/** How far the county's time is ahead of UTC at an instant, ms. */
function ahead(time: number): number {
  const options = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  } as const;
  const parts = format("full", options).formatToParts(time);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const shown = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return shown - Math.floor(time / 1000) * 1000;
}

/** The instant of a cell of the site's tables: a day begins at the county's midnight. */
export function instantOf(text: string): number | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return fromLocal(`${text}T00:00`);
  const found = Date.parse(text);
  return Number.isNaN(found) ? null : found;
}
