// World + message = world. Pure: the same messages give the same world, a repeated one changes nothing.
import {
  ALARM_LATER,
  type AlarmView,
  type FeedMessage,
  type SentAlarm,
  type SeriesNow,
  type SituationView,
  type SnapshotView,
  type StationView,
  type SuppressionView,
  type SystemView,
  type Update,
} from "../wire/view";
import { type ToldCounty, withChanges } from "./changed";
import { recounted } from "./headcount";
import { cached } from "./select";
import {
  type County,
  emptyWorld,
  noMass,
  quietLoad,
  seriesKey,
  TOLD_KEPT,
  type World,
} from "./world";

/** Larger than any position among the updates of one input. */
const ALL = Number.MAX_SAFE_INTEGER;

/** The world after one message; `heardAt` is this machine's monotonic clock in ms. */
export function reduce(world: World, message: FeedMessage, heardAt: number): World {
  switch (message.type) {
    case "snapshot":
      return whole(world, message, message.counties, heardAt);
    case "changed": {
      const counties = message.counties.map((county) =>
        withChanges(world.told.get(county.code), county),
      );
      // What was never heard cannot be gone on from.
      if (counties.includes(null)) return { ...world, wantsSnapshot: true };
      return whole(world, message, counties as ToldCounty[], heardAt);
    }
    case "updates":
      // What was told in the past is not told again: nothing sounds in a replay.
      return message.updates
        .filter((update) => message.mode !== "replay" || update.kind !== "annunciation")
        .reduce(take, world);
    case "values":
      return values(world, message.seq, message.jurisdiction, message.values);
    case "beat":
      return {
        ...world,
        seq: Math.max(world.seq, message.seq),
        heartbeat: beat(message.clock, heardAt),
      };
    case "behind":
      return world;
    default:
      return countUnknown(world, (message as { type?: unknown }).type);
  }
}

/** Another world in place of this one. */
function whole(
  world: World,
  { seq, clock, system }: Pick<SnapshotView, "seq" | "clock" | "system">,
  counties: readonly ToldCounty[],
  heardAt: number,
): World {
  return {
    ...emptyWorld,
    unknown: world.unknown,
    begun: world.begun + 1,
    seq,
    taken: { seq, n: ALL },
    heartbeat: beat(clock, heardAt),
    told: new Map(counties.map((county) => [county.code, county])),
    counties: new Map(
      counties.map((county) => [county.code, unfold(county, world.counties.get(county.code))]),
    ),
    system: system.filter((entry) => entry.until === null),
  };
}

function beat(clock: { clock: { kind: string }; now: string }, heardAt: number) {
  return { view: clock, nowMs: Date.parse(clock.now), heardAt } as World["heartbeat"];
}

/** An older server's alarm with what came later filled in; of the same alarm the same value. */
const full = cached((alarm: SentAlarm): AlarmView => ({ ...ALARM_LATER, ...alarm }));

/** Made of a list once: from one time to another most lists stay the same, and so does what is drawn of them. */
const stationsOf = cached(
  (list: readonly StationView[]) => new Map(list.map((station) => [station.id, station])),
);
const seriesOf = cached(
  (list: readonly StationView[]) =>
    new Map(
      list.flatMap((station) =>
        station.series.map((one) => [seriesKey(one.station, one.quantity), one] as const),
      ),
    ),
);
const valuesOf = cached(
  (list: readonly SeriesNow[]): ReadonlyMap<string, SeriesNow> =>
    new Map(list.map((one) => [seriesKey(one.station, one.quantity), one])),
);
const alarmsOf = cached(
  (list: readonly SentAlarm[]) =>
    new Map(list.filter((one) => !one.closed).map((alarm) => [alarm.key, full(alarm)])),
);
const situationsOf = cached(
  (list: readonly SituationView[]) =>
    new Map(list.filter((one) => !one.closed).map((one) => [one.id, one])),
);
const suppressionsOf = cached(
  (list: readonly SuppressionView[]) =>
    new Map(list.filter((one) => !one.ended).map((one) => [one.id, one])),
);
const namedOf = cached(
  (list: readonly { id: string }[]) => new Map(list.map((one) => [one.id, one])),
);
const byId = <T extends { id: string }>(list: readonly T[] | undefined) =>
  namedOf(list ?? NONE) as ReadonlyMap<string, unknown> as ReadonlyMap<string, T>;
const NONE: readonly never[] = [];

function unfold(view: ToldCounty, before: County | undefined): County {
  const series = seriesOf(view.stations);
  return {
    code: view.code,
    title: view.title,
    demo: view.demo,
    drill: view.drill ?? null,
    rulesVersion: view.rules_version,
    stations: stationsOf(view.stations),
    series,
    now: view.now ? valuesOf(view.now) : series,
    alarms: alarmsOf(view.alarms),
    commands: byId(view.commands),
    groups: view.groups,
    templates: view.templates,
    people: byId(view.people),
    situations: situationsOf(view.situations ?? NONE),
    suppressions: suppressionsOf(view.suppressions ?? NONE),
    areas: view.areas ?? NONE,
    load: view.load ?? quietLoad,
    incidents: byId(view.incidents),
    eventClasses: view.event_classes ?? NONE,
    weather: byId(view.weather),
    // The book is asked for anew with each world: what was heard of another time says nothing of this one.
    events: new Map(),
    runs: byId(view.runs),
    pages: byId(view.pages),
    posts: byId(view.posts),
    mass: view.mass ?? noMass,
    // What was told stays told: a new snapshot is no news.
    told: before?.told ?? [],
  };
}

function take(world: World, update: Update): World {
  const { taken } = world;
  if (update.seq < taken.seq || (update.seq === taken.seq && update.n <= taken.n)) return world;
  const next: World = {
    ...world,
    seq: Math.max(world.seq, update.seq),
    taken: { seq: update.seq, n: update.n },
  };
  if (update.kind === "system") return { ...next, system: system(world.system, update.system) };
  if (update.kind === "configured") return { ...next, wantsSnapshot: true };
  const county = world.counties.get(update.jurisdiction);
  if (!county) return next;
  const changed = change(county, update);
  if (!changed) return countUnknown(next, (update as { kind?: unknown }).kind);
  return { ...next, counties: new Map(world.counties).set(county.code, changed) };
}

/** The map with this entry, or without it once it is over. */
function put<V>(map: ReadonlyMap<string, V>, key: string, entry: V, over: boolean) {
  const next = new Map(map);
  if (over) next.delete(key);
  else next.set(key, entry);
  return next;
}

function change(county: County, change: Update): County | null {
  switch (change.kind) {
    case "alarm": {
      const alarm = full(change.alarm);
      return { ...county, alarms: put(county.alarms, alarm.key, alarm, alarm.closed) };
    }
    case "situation": {
      const { situation } = change;
      const situations = put(county.situations, situation.id, situation, situation.closed);
      return { ...county, situations };
    }
    case "suppression": {
      const { suppression } = change;
      const suppressions = put(county.suppressions, suppression.id, suppression, suppression.ended);
      return { ...county, suppressions };
    }
    case "annunciation": {
      const told = [...county.told, { ...change.annunciation, seq: change.seq, n: change.n }];
      return { ...county, told: told.slice(-TOLD_KEPT) };
    }
    case "incident":
      return {
        ...county,
        incidents: new Map(county.incidents).set(change.incident.id, change.incident),
      };
    case "weather": {
      const { weather } = change;
      return { ...county, weather: put(county.weather, weather.id, weather, weather.ended) };
    }
    case "event":
      return { ...county, events: put(county.events, change.event.id, change.event, false) };
    case "load":
      return { ...county, load: change.load };
    case "run":
      return { ...county, runs: put(county.runs, change.run.id, change.run, false) };
    case "page":
      return { ...county, pages: put(county.pages, change.page.id, change.page, false) };
    case "duty":
      return { ...county, posts: put(county.posts, change.post.id, change.post, false) };
    case "group": {
      const { group } = change;
      return { ...county, groups: county.groups.map((one) => (one.id === group.id ? group : one)) };
    }
    case "command":
      return {
        ...county,
        commands: new Map(county.commands).set(change.command.id, change.command),
      };
    case "task": {
      const command = county.commands.get(change.task.command);
      if (!command) return county;
      const known = command.tasks.find((task) => task.id === change.task.id);
      const tasks = known
        ? command.tasks.map((task) => (task === known ? change.task : task))
        : [...command.tasks, change.task];
      const next = { ...command, tasks, worst: change.worst };
      // Facts are only ever added. Where the whole command came with them, none is new here.
      const fresh = change.task.facts.slice(known?.facts.length ?? 0);
      return {
        ...county,
        commands: new Map(county.commands).set(command.id, {
          ...next,
          count: recounted(next, fresh),
        }),
      };
    }
    // Both belong to the whole process and are taken before a county is looked up.
    case "system":
    case "configured":
      return county;
    default:
      return null;
  }
}

/** System conditions that last, oldest first; one entry per kind and subject. */
function system(list: readonly SystemView[], entry: SystemView): readonly SystemView[] {
  const others = list.filter((one) => one.kind !== entry.kind || one.subject !== entry.subject);
  return entry.until === null ? [...others, entry] : others;
}

function values(world: World, seq: number, jurisdiction: string, list: SeriesNow[]): World {
  const county = world.counties.get(jurisdiction);
  if (!county) return world;
  const now = new Map(county.now);
  for (const value of list) now.set(seriesKey(value.station, value.quantity), value);
  return {
    ...world,
    seq: Math.max(world.seq, seq),
    counties: new Map(world.counties).set(jurisdiction, { ...county, now }),
  };
}

function countUnknown(world: World, kind: unknown): World {
  const name = String(kind);
  const unknown = new Map(world.unknown).set(name, (world.unknown.get(name) ?? 0) + 1);
  return { ...world, unknown };
}
