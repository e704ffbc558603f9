// World -> point features of the map. Pure, and cheap to compare: a feature is rebuilt only as text.

import { age, value } from "../i18n/format";
import { i18n, say } from "../i18n/i18n";
import { fadedAfter, fixOf, peopleOut } from "../state/positions";
import { isUnacked, judgedValue, seriesOf, shownLevel } from "../state/select";
import type { County } from "../state/world";
import { seriesKey } from "../state/world";
import type { AlarmView, Freshness, StationView } from "../wire/view";

export type Properties = Record<string, string | number>;

export interface Point {
  id: string;
  lon: number;
  lat: number;
  properties: Properties;
}

const FADES: Record<Freshness, string> = {
  never: "dead",
  fresh: "fresh",
  late: "late",
  stale: "stale",
  dead: "dead",
};

/** One point per station where an alarm stands: its worst alarm. */
export function alarmPoints(county: County): Point[] {
  const worst = new Map<string, AlarmView>();
  for (const alarm of county.alarms.values()) {
    const known = worst.get(alarm.station);
    if (!known || rank(alarm) > rank(known)) worst.set(alarm.station, alarm);
  }
  return [...worst.values()].flatMap((alarm) => {
    const station = county.stations.get(alarm.station);
    if (!station || station.lon === null || station.lat === null) return [];
    const { fixed, now } = seriesOf(county, alarm);
    const blind = alarm.sight_lost || alarm.process === "unknown";
    const ring = isUnacked(alarm) ? "un" : alarm.ack?.lease_until ? "conf" : "ack";
    const shown = value(judgedValue(county, alarm), fixed?.unit);
    return [
      {
        id: station.id,
        lon: station.lon,
        lat: station.lat,
        properties: {
          id: station.id,
          alarm: alarm.key,
          level: shownLevel(alarm),
          ring,
          unacked: isUnacked(alarm) ? 1 : 0,
          blind: blind ? 1 : 0,
          fade: blind ? "stale" : FADES[now?.freshness ?? "fresh"],
          hollow: alarm.process === "returned" ? "hollow" : "full",
          label: `${say(station.name)}\n${shown}`,
        },
      },
    ];
  });
}

function rank(alarm: AlarmView): number {
  return (
    shownLevel(alarm) * 4 + (isUnacked(alarm) ? 2 : 0) + (alarm.process === "returned" ? 0 : 1)
  );
}

/** Stations where no alarm stands. */
export function stationPoints(county: County): Point[] {
  const alarmed = new Set([...county.alarms.values()].map((alarm) => alarm.station));
  return [...county.stations.values()].flatMap((station) => {
    if (alarmed.has(station.id) || station.lon === null || station.lat === null) return [];
    const first = station.series[0];
    const now = first && county.now.get(seriesKey(first.station, first.quantity));
    return [
      {
        id: station.id,
        lon: station.lon,
        lat: station.lat,
        properties: {
          id: station.id,
          kind: station.kind,
          fade: FADES[now?.freshness ?? "never"],
          label: label(station, now?.value ?? null),
        },
      },
    ];
  });
}

function label(station: StationView, shown: string | null): string {
  return `${say(station.name)}\n${value(shown, station.series[0]?.unit)}`;
}

/** Who needs help and has not been taken note of yet. */
function isUnread(county: County, task: string): boolean {
  for (const { manual } of county.situations.values())
    if (manual?.task === task) return manual.acked_by === null;
  return true;
}

/** People with an open task where they were last, as far as their places are here; `now` in engine ms. */
export function peoplePoints(
  county: County,
  texts: ReadonlyMap<string, string>,
  now: number,
): Point[] {
  return peopleOut(county.commands).flatMap(({ person, task, trace, help }) => {
    const fix = fixOf(texts.get(trace?.seal ?? ""));
    if (!trace || !fix) return [];
    const name = county.people.get(person)?.name ?? person;
    const ago = i18n.t("{age}前", { age: age(Math.max(60_000, now - trace.at)) });
    return [
      {
        id: person,
        lon: fix.lon,
        lat: fix.lat,
        properties: {
          id: person,
          fade: fadedAfter(now - trace.at),
          help: help ? 1 : 0,
          ring: help && isUnread(county, task.id) ? "un" : "ack",
          label: help ? `${i18n.t("要帮助")} ${name}\n${ago}` : `${name}\n${ago}`,
        },
      },
    ];
  });
}
