// Everything that makes no noise now, as one list; and what a silence would cover before it is begun.
import type { AlarmView, Level, Matcher, QuietKind, SuppressionView, Time } from "../wire/view";
import { shownLevel } from "./select";
import type { County } from "./world";

/** Longest a silence may last, ms; the server holds it, the screen says it beforehand. */
export const SILENCE_MS = 12 * 3_600_000;
/** The same where it covers red; a second person must agree. */
export const SILENCE_RED_MS = 2 * 3_600_000;
export const SHELVE_MS = 12 * 3_600_000;
/** This long before its end an entry is told to its owner and the desk, ms. */
export const WARN_MS = 10 * 60_000;

export type LedgerKind = QuietKind | "flood";

export interface LedgerRow {
  id: string;
  kind: LedgerKind;
  by: string | null;
  from: Time | null;
  until: Time | null;
  /** Alarms it keeps quiet now. */
  matches: readonly string[];
  /** Waits for a second person: not in force. */
  waits: boolean;
  /** The server's own entry; null for what follows from alarms or from flood mode. */
  suppression: SuppressionView | null;
  /** The alarm it is about: shelved, unstable, or the one that inhibits. */
  alarm: string | null;
}

/** Waiting for a second person first, then what ends soonest, then what has no end. */
export function ledger(county: County): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (const one of county.suppressions.values()) {
    rows.push({
      id: one.id,
      kind: one.kind,
      by: one.by,
      from: one.from,
      until: one.until,
      matches: one.matches,
      waits: one.waits_for_approval,
      suppression: one,
      alarm: one.alarm,
    });
  }
  rows.push(...inhibitions(county), ...unstable(county));
  if (county.load.flood_since !== null) {
    rows.push({
      id: "flood",
      kind: "flood",
      by: null,
      from: county.load.flood_since,
      until: null,
      matches: [],
      waits: false,
      suppression: null,
      alarm: null,
    });
  }
  return rows.sort(
    (a, b) =>
      Number(b.waits) - Number(a.waits) ||
      (a.until ?? "9").localeCompare(b.until ?? "9") ||
      a.kind.localeCompare(b.kind) ||
      a.id.localeCompare(b.id),
  );
}

/** Inhibitions the server does not list by themselves, gathered by the alarm that causes them. */
function inhibitions(county: County): LedgerRow[] {
  const bySource = new Map<string, string[]>();
  for (const alarm of county.alarms.values()) {
    for (const quiet of alarm.quiet) {
      if (quiet.kind !== "inhibited" || (quiet.by && county.suppressions.has(quiet.by))) continue;
      const source = quiet.by ?? "";
      bySource.set(source, [...(bySource.get(source) ?? []), alarm.key]);
    }
  }
  const known = new Set(
    [...county.suppressions.values()].flatMap((one) =>
      one.kind === "inhibited" && one.alarm ? [one.alarm] : [],
    ),
  );
  return [...bySource].flatMap(([source, matches]) =>
    known.has(source)
      ? []
      : [
          {
            id: `inhibited/${source}`,
            kind: "inhibited" as const,
            by: null,
            from: null,
            until: null,
            matches,
            waits: false,
            suppression: null,
            alarm: source || null,
          },
        ],
  );
}

function unstable(county: County): LedgerRow[] {
  return [...county.alarms.values()].flatMap((alarm) =>
    alarm.quiet.flatMap((quiet) =>
      quiet.kind === "flapping"
        ? [
            {
              id: `flapping/${alarm.key}`,
              kind: "flapping" as const,
              by: null,
              from: alarm.changed,
              until: quiet.until,
              matches: [alarm.key],
              waits: false,
              suppression: null,
              alarm: alarm.key,
            },
          ]
        : [],
    ),
  );
}

/** Milliseconds to its end, or null where nothing ends it by itself. */
export function leftOf(row: { until: Time | null }, now: number): number | null {
  return row.until === null ? null : Date.parse(row.until) - now;
}

export function isEnding(row: LedgerRow, now: number): boolean {
  const left = leftOf(row, now);
  return !row.waits && left !== null && left <= WARN_MS;
}

/** How many entries end within the warning time. */
export function endingSoon(rows: readonly LedgerRow[], now: number): number {
  return rows.filter((row) => isEnding(row, now)).length;
}

/** The highest level a silence keeps quiet: orange unless red is asked for. */
export function highest(matcher: Matcher): Level {
  return matcher.up_to ?? 3;
}

/** Whether nothing but the level narrows it: it would silence the county, which is refused. */
export function isOpenMatcher(matcher: Matcher): boolean {
  return !(
    matcher.hazard ||
    matcher.rule ||
    matcher.station ||
    matcher.township ||
    matcher.catchment
  );
}

/** Whether a silence with this matcher would cover the alarm. */
export function covers(matcher: Matcher, alarm: AlarmView, county: County): boolean {
  const station = county.stations.get(alarm.station);
  const agrees = (wanted: string | null | undefined, has: string | null | undefined) =>
    !wanted || wanted === has;
  return (
    agrees(matcher.hazard, alarm.hazard) &&
    agrees(matcher.rule, alarm.rule) &&
    agrees(matcher.station, alarm.station) &&
    agrees(matcher.township, station?.township) &&
    agrees(matcher.catchment, station?.catchment) &&
    shownLevel(alarm) <= highest(matcher)
  );
}

/** What it would cover now, and what it would not because it stands higher. */
export function wouldCover(matcher: Matcher, county: County) {
  if (isOpenMatcher(matcher)) return { covered: [], above: [] };
  const covered: AlarmView[] = [];
  const above: AlarmView[] = [];
  for (const alarm of county.alarms.values()) {
    if (alarm.process === "returned") continue;
    if (covers(matcher, alarm, county)) covered.push(alarm);
    else if (covers({ ...matcher, up_to: 4 }, alarm, county)) above.push(alarm);
  }
  return { covered, above };
}

/** The longest it may last, ms. */
export function longest(matcher: Matcher): number {
  return highest(matcher) === 4 ? SILENCE_RED_MS : SILENCE_MS;
}
