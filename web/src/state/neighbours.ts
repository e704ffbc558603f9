// Stations that say something about a station: up and down the same water, and in the same catchment.
import { stationLevel } from "./select";
import type { County } from "./world";

export interface Neighbour {
  station: string;
  side: "upstream" | "downstream" | "beside";
}

const BESIDE_SHOWN = 8;

/** Upstream, then downstream, then the same catchment worst first; the station itself is not among them. */
export function neighbours(county: County, id: string): Neighbour[] {
  const own = county.stations.get(id);
  if (!own) return [];
  const up = (own.upstream ?? []).filter((one) => county.stations.has(one));
  const down = [...county.stations.values()]
    .filter((one) => one.upstream?.includes(id))
    .map((one) => one.id);
  const near = new Set([id, ...up, ...down]);
  const beside = own.catchment
    ? [...county.stations.values()].filter(
        (one) => one.catchment === own.catchment && !near.has(one.id),
      )
    : [];
  beside.sort(
    (a, b) =>
      stationLevel(county, b.id) - stationLevel(county, a.id) ||
      Number(b.kind === own.kind) - Number(a.kind === own.kind) ||
      a.id.localeCompare(b.id),
  );
  return [
    ...up.map((station) => ({ station, side: "upstream" as const })),
    ...down.map((station) => ({ station, side: "downstream" as const })),
    ...beside
      .slice(0, BESIDE_SHOWN)
      .map(({ id: station }) => ({ station, side: "beside" as const })),
  ];
}
