// Where people were last, as their phones sent it, and for which tasks a phone tells it. Pure; instants are ms
// since the epoch.
import type { CommandView, Fact, Stage, StationView, TaskView } from "../wire/view";
import { metresBetween } from "./mapPack";
import { cached, isClosed, isIssued } from "./select";
import type { County } from "./world";

/** A place as a phone told it, WGS 84. */
export interface Fix {
  lon: number;
  lat: number;
  /** Radius within which the phone claims to have been, metres. */
  accuracy: number | null;
}

/** Opens what was sealed; null while it is not here, was erased, or tells a place in words. */
export function fixOf(text: string | null | undefined): Fix | null {
  if (!text?.startsWith("{")) return null;
  try {
    const { lon, lat, accuracy_m } = JSON.parse(text) as Record<string, unknown>;
    if (typeof lon !== "number" || typeof lat !== "number") return null;
    return { lon, lat, accuracy: typeof accuracy_m === "number" ? accuracy_m : null };
  } catch {
    return null;
  }
}

const DAY_MS = 86_400_000;

/** A press that waited for a network tells where its phone was at the press, not when it came. */
export function placedAt({ at, device_at }: Pick<Fact, "at" | "device_at">): number {
  const came = Date.parse(at);
  const pressed = device_at ? Date.parse(device_at) : came;
  return pressed < came && came - pressed < DAY_MS ? pressed : came;
}

/** A place that somebody's own phone told, still sealed, and when it was there. */
export interface Trace {
  seal: string;
  at: number;
}

/** Where the person of a task was last; what others recorded, and what a camera wrote, says nothing of that. */
export const lastTrace = cached((task: TaskView): Trace | null => {
  let last: Trace | null = null;
  for (const fact of task.facts) {
    if (!fact.position || fact.by !== task.person || fact.means !== "app") continue;
    if (fact.shot && fact.shot.place !== "phone") continue;
    const at = placedAt(fact);
    if (!last || at >= last.at) last = { seal: fact.position, at };
  }
  const place = task.place;
  const at = place ? placedAt(place) : 0;
  return place && (!last || at >= last.at) ? { seal: place.position, at } : last;
});

/** Somebody with an open task. */
export interface Out {
  person: string;
  command: CommandView;
  /** The task in which they need help, else the one of their last place. */
  task: TaskView;
  trace: Trace | null;
  help: boolean;
}

/** Everybody with an open task, each once: who needs help first, then the newest place. */
export const peopleOut = cached((commands: County["commands"]): readonly Out[] => {
  const found = new Map<string, Out>();
  for (const command of commands.values()) {
    if (!isIssued(command)) continue;
    for (const task of command.tasks) {
      if (isClosed(task)) continue;
      const one = { person: task.person, command, task, trace: lastTrace(task) };
      const known = found.get(task.person);
      const help = task.needs_help;
      if (!known) {
        found.set(task.person, { ...one, help });
        continue;
      }
      const later = (one.trace?.at ?? 0) > (known.trace?.at ?? 0);
      const trace = later ? one.trace : known.trace;
      const leads = (help && !known.help) || (help === known.help && later);
      found.set(task.person, { ...(leads ? one : known), trace, help: help || known.help });
    }
  }
  return [...found.values()].sort(
    (a, b) => Number(b.help) - Number(a.help) || (b.trace?.at ?? 0) - (a.trace?.at ?? 0),
  );
});

/** So many tasks are told where their person is, the one that is looked at and then the newest. */
const MOST_TOLD = 3;
const UNDER_WAY: ReadonlySet<Stage> = new Set<Stage>([
  "accepted",
  "en_route",
  "on_scene",
  "working",
]);

/** The open tasks of one person whose desk is told where they are: the one on the screen, and what they said
 * yes to and have not done yet. */
export function toldOf(
  tasks: readonly { command: CommandView; task: TaskView }[],
  shown: string | null,
): string[] {
  const told = tasks.filter(
    ({ task }) => !isClosed(task) && (task.id === shown || UNDER_WAY.has(task.stage)),
  );
  told.sort(
    (a, b) =>
      Number(b.task.id === shown) - Number(a.task.id === shown) ||
      (a.command.issued < b.command.issued ? 1 : -1),
  );
  return told.slice(0, MOST_TOLD).map(({ task }) => task.id);
}

/** How much a place still says: now, a while ago, or hardly anything. */
export type Faded = "fresh" | "late" | "stale";
const LATE_MS = 10 * 60_000;
const STALE_MS = 30 * 60_000;

export function fadedAfter(age: number): Faded {
  if (age > STALE_MS) return "stale";
  return age > LATE_MS ? "late" : "fresh";
}

/** Farther than this a station names no place, metres. */
const NEAR_M = 3_000;

export interface Near {
  station: StationView;
  metres: number;
}

/** The station that names a place, where one is near enough. */
export function nearest(county: County, fix: Fix): Near | null {
  let best: Near | null = null;
  for (const station of county.stations.values()) {
    if (station.lon === null || station.lat === null) continue;
    const metres = metresBetween([fix.lon, fix.lat], [station.lon, station.lat]);
    if (metres <= (best?.metres ?? NEAR_M)) best = { station, metres };
  }
  return best;
}

/** Where a command is about: the station of its alarm, else the one whose reading proves it. */
export function placeOfCommand(county: County, command: CommandView): StationView | null {
  const alarm = command.alarm ? county.alarms.get(command.alarm) : undefined;
  const id = alarm?.station ?? command.proven_by?.station;
  return (id && county.stations.get(id)) || null;
}

/** Metres from a place to a station, where the station has one. */
export function farFrom(station: StationView | null, fix: Fix): number | null {
  if (!station || station.lon === null || station.lat === null) return null;
  return metresBetween([fix.lon, fix.lat], [station.lon, station.lat]);
}
