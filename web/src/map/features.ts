// World -> point features of the map. Pure, and cheap to compare: a feature is rebuilt only as text.

import { value } from "../i18n/format";
import { say } from "../i18n/i18n";
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
