// Stations as the registry lists them: found by a few letters, with how they stand. Pure.
import type { Freshness, Level, StationView } from "../wire/view";
import { type County, seriesKey } from "./world";

const WORSE: readonly Freshness[] = ["fresh", "late", "stale", "dead", "never"];

/** The highest level of a station's series and the worst of their freshness. */
export function worstOf(county: County, station: StationView) {
  let level = 0;
  let place = 0;
  for (const { station: id, quantity } of station.series) {
    const now = county.now.get(seriesKey(id, quantity));
    level = Math.max(level, now?.level ?? 0);
    place = Math.max(place, WORSE.indexOf(now?.freshness ?? "never"));
  }
  const none = station.series.length === 0;
  return {
    level: level === 1 || level === 2 || level === 3 || level === 4 ? (level as Level) : null,
    freshness: none ? "never" : (WORSE[place] ?? "never"),
  };
}

/** Stations in which every word is found, by name; only those that are quiet, or that no rule watches. */
export function found(
  county: County,
  words: string,
  only: "all" | "quiet" | "unwatched",
): StationView[] {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const place = (code: string | null) =>
    county.areas.find((area) => area.kind === "township" && area.code === code)?.title;
  return [...county.stations.values()]
    .filter((one) => {
      const township = place(one.township);
      const text = [
        one.id,
        one.name.zh,
        one.name.en,
        one.kind,
        one.township,
        township?.zh,
        township?.en,
        ...one.tags,
      ]
        .join(" ")
        .toLowerCase();
      if (!wanted.every((word) => text.includes(word))) return false;
      if (only === "quiet") return worstOf(county, one).freshness !== "fresh";
      if (only === "unwatched") return one.series.every((each) => each.thresholds.length === 0);
      return true;
    })
    .sort((a, b) => a.name.zh.localeCompare(b.name.zh, "zh") || (a.id < b.id ? -1 : 1));
}
