// World + message = world. Pure: the same messages give the same world, a repeated one changes nothing.
import type { Change, CountyView, FeedMessage, SeriesNow, SystemView, Update } from "../wire/view";
import { type County, emptyWorld, seriesKey, type World } from "./world";

/** Larger than any position among the updates of one input. */
const ALL = Number.MAX_SAFE_INTEGER;

/** The world after one message; `heardAt` is this machine's monotonic clock in ms. */
export function reduce(world: World, message: FeedMessage, heardAt: number): World {
  switch (message.type) {
    case "snapshot":
      return {
        ...emptyWorld,
        unknown: world.unknown,
        seq: message.seq,
        taken: { seq: message.seq, n: ALL },
        heartbeat: beat(message.clock, heardAt),
        counties: new Map(message.counties.map((county) => [county.code, unfold(county)])),
        system: message.system.filter((entry) => entry.until === null),
      };
    case "updates":
      return message.updates.reduce(take, world);
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

function beat(clock: { clock: { kind: string }; now: string }, heardAt: number) {
  return { view: clock, nowMs: Date.parse(clock.now), heardAt } as World["heartbeat"];
}

function unfold(view: CountyView): County {
  const series = view.stations.flatMap((station) =>
    station.series.map((one) => [seriesKey(one.station, one.quantity), one] as const),
  );
  return {
    code: view.code,
    title: view.title,
    demo: view.demo,
    rulesVersion: view.rules_version,
    stations: new Map(view.stations.map((station) => [station.id, station])),
    series: new Map(series),
    now: new Map(series),
    alarms: new Map(view.alarms.filter((a) => !a.closed).map((alarm) => [alarm.key, alarm])),
    commands: new Map(view.commands.map((command) => [command.id, command])),
    groups: view.groups,
    templates: view.templates,
    people: new Map(view.people.map((person) => [person.id, person])),
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

function change(county: County, change: Change): County | null {
  switch (change.kind) {
    case "alarm": {
      const alarms = new Map(county.alarms);
      if (change.alarm.closed) alarms.delete(change.alarm.key);
      else alarms.set(change.alarm.key, change.alarm);
      return { ...county, alarms };
    }
    case "command":
      return {
        ...county,
        commands: new Map(county.commands).set(change.command.id, change.command),
      };
    case "task": {
      const command = county.commands.get(change.task.command);
      if (!command) return county;
      const known = command.tasks.some((task) => task.id === change.task.id);
      const tasks = known
        ? command.tasks.map((task) => (task.id === change.task.id ? change.task : task))
        : [...command.tasks, change.task];
      return {
        ...county,
        commands: new Map(county.commands).set(command.id, {
          ...command,
          tasks,
          worst: change.worst,
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
