// What a list of alarms is narrowed to. Each field not given lets everything through.
import type { AlarmView, Level } from "../wire/view";
import { isUnacked, shownLevel } from "./select";
import type { County } from "./world";

export type Only = "any" | "yes" | "no";

export interface AlarmFilter {
  hazard: string | null;
  /** Empty: every level. */
  levels: readonly Level[];
  township: string | null;
  unacked: boolean;
  quiet: Only;
  forecast: Only;
}

export const noFilter: AlarmFilter = {
  hazard: null,
  levels: [],
  township: null,
  unacked: false,
  quiet: "any",
  forecast: "any",
};

function agrees(only: Only, holds: boolean): boolean {
  return only === "any" || (only === "yes") === holds;
}

export function passes(filter: AlarmFilter, alarm: AlarmView, county: County): boolean {
  return (
    (filter.hazard === null || alarm.hazard === filter.hazard) &&
    (filter.levels.length === 0 || filter.levels.includes(shownLevel(alarm))) &&
    (filter.township === null ||
      county.stations.get(alarm.station)?.township === filter.township) &&
    (!filter.unacked || isUnacked(alarm)) &&
    agrees(filter.quiet, alarm.quiet.length > 0) &&
    agrees(filter.forecast, alarm.forecast)
  );
}

/** How many fields narrow the list beside "unacknowledged only", which has its own switch. */
export function narrowing(filter: AlarmFilter): number {
  return (
    Number(filter.hazard !== null) +
    Number(filter.levels.length > 0) +
    Number(filter.township !== null) +
    Number(filter.quiet !== "any") +
    Number(filter.forecast !== "any")
  );
}

/** With the level switched on or off. */
export function withLevel(filter: AlarmFilter, level: Level): AlarmFilter {
  const levels = filter.levels.includes(level)
    ? filter.levels.filter((one) => one !== level)
    : [...filter.levels, level];
  return { ...filter, levels };
}

/** Hazards and townships that occur, for the choices. */
export function occurring(alarms: Iterable<AlarmView>, county: County) {
  const hazards = new Set<string>();
  const townships = new Set<string>();
  for (const alarm of alarms) {
    hazards.add(alarm.hazard);
    const township = county.stations.get(alarm.station)?.township;
    if (township) townships.add(township);
  }
  return { hazards: [...hazards].sort(), townships: [...townships].sort() };
}
