// A snapshot told by what differs from the one before it: the lists it was told by, put together again. Entries
// that did not change stay the same values, so that what is made of them need not be made anew.
import type { CountyChanged, CountyView, ListChanged, SeriesNow } from "../wire/view";
import { seriesKey } from "./world";

/** A county as it was told, before any update; `now`: its newest values where they were told apart. */
export type ToldCounty = CountyView & { now?: readonly SeriesNow[] };

/** The county behind a change; null where the change builds on what was never told. */
export function withChanges(
  before: ToldCounty | undefined,
  change: CountyChanged,
): ToldCounty | null {
  try {
    const { code, title, demo, drill, rules_version, load, mass, event_classes } = change;
    const apart = before?.now ?? before?.stations.flatMap((station) => station.series);
    return {
      ...{ code, title, demo, drill, rules_version, load, mass, event_classes },
      stations: list(before?.stations, change.stations, byId),
      now: list(apart, change.now, (one) => seriesKey(one.station, one.quantity)),
      alarms: list(before?.alarms, change.alarms, (one) => one.key),
      commands: list(before?.commands, change.commands, byId),
      groups: list(before?.groups, change.groups, byId),
      templates: list(before?.templates, change.templates, byId),
      people: list(before?.people, change.people, byId),
      situations: list(before?.situations, change.situations, byId),
      suppressions: list(before?.suppressions, change.suppressions, byId),
      areas: list(before?.areas, change.areas, (one) => `${one.kind}/${one.code}`),
      weather: list(before?.weather, change.weather, byId),
      incidents: list(before?.incidents, change.incidents, byId),
      runs: list(before?.runs, change.runs, byId),
      pages: list(before?.pages, change.pages, byId),
      posts: list(before?.posts, change.posts, byId),
    };
  } catch (error) {
    if (error instanceof NeverTold) return null;
    throw error;
  }
}

class NeverTold extends Error {}

const byId = (one: { id: string }) => one.id;

/** The list behind a change; the very same one where nothing changed. */
function list<T>(
  before: readonly T[] | undefined,
  { order, put }: ListChanged<T>,
  id: (one: T) => string,
): T[] {
  if (!order && !before) throw new NeverTold();
  if (!order && put.length === 0) return before as T[];
  const fresh = new Map(put.map((one) => [id(one), one]));
  if (!order) return (before ?? []).map((one) => fresh.get(id(one)) ?? one);
  const known = new Map((before ?? []).map((one) => [id(one), one]));
  return order.map((name) => {
    const one = fresh.get(name) ?? known.get(name);
    if (one === undefined) throw new NeverTold();
    return one;
  });
}
