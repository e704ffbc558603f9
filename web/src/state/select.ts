// Questions that several screens ask of the world. Pure; results are cached by the county they read.
import type {
  AlarmView,
  CommandView,
  Fact,
  Freshness,
  GroupView,
  Level,
  PersonView,
  SeriesNow,
  SeriesView,
  Stage,
  TaskView,
} from "../wire/view";
import type { AppState, Pending } from "./store";
import { type County, seriesKey, type World } from "./world";

/** The jurisdiction this person looks at: the chosen one, their own, else the first there is. */
export function countyOf(state: AppState): County | null {
  const code = state.chosen ?? state.me?.jurisdiction;
  const own = code ? state.world.counties.get(code) : undefined;
  if (own) return own;
  for (const county of state.world.counties.values()) return county;
  return null;
}

/** Nobody has taken note of it yet. */
export function isUnacked(alarm: AlarmView): boolean {
  return alarm.ack === null;
}

/** The level to show: the level now, or the worst of the episode once it has returned. */
export function shownLevel(alarm: AlarmView): Level {
  const level = alarm.process === "returned" ? alarm.worst : alarm.level || alarm.worst;
  return Math.min(4, Math.max(1, level)) as Level;
}

/** Unacknowledged first, then worst, then newest change; the key settles ties. */
export function byUrgency(a: AlarmView, b: AlarmView): number {
  return (
    Number(isUnacked(b)) - Number(isUnacked(a)) ||
    Number(a.process === "returned") - Number(b.process === "returned") ||
    shownLevel(b) - shownLevel(a) ||
    (a.changed < b.changed ? 1 : a.changed > b.changed ? -1 : a.key < b.key ? -1 : 1)
  );
}

/** Made once for every value it is asked about. */
export function cached<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const memory = new WeakMap<K, V>();
  return (key) => {
    const known = memory.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    memory.set(key, value);
    return value;
  };
}

const NO_ALARMS: AlarmView[] = [];
const sortAlarms = cached((alarms: ReadonlyMap<string, AlarmView>) =>
  [...alarms.values()].sort(byUrgency),
);
export function alarmsByUrgency(county: County | null): AlarmView[] {
  return county ? sortAlarms(county.alarms) : NO_ALARMS;
}

/** How many alarms stand at each level, worst first: red, orange, yellow, blue. */
export function levelCounts(alarms: Iterable<AlarmView>): [number, number, number, number] {
  const counts: [number, number, number, number] = [0, 0, 0, 0];
  for (const alarm of alarms) {
    if (alarm.process === "returned") continue;
    const place = (4 - shownLevel(alarm)) as 0 | 1 | 2 | 3;
    counts[place] += 1;
  }
  return counts;
}

/** An alarm that no rule raised: its gauge is quiet where others are in alarm. */
export function isBlindSpot(alarm: AlarmView): boolean {
  return alarm.rule === "blind_spot";
}

export function seriesOf(county: County, alarm: { station: string; quantity: string }) {
  const key = seriesKey(alarm.station, alarm.quantity);
  const fixed: SeriesView | undefined = county.series.get(key);
  const now: SeriesNow | undefined = county.now.get(key);
  return { fixed, now };
}

/**
 * The value an alarm is about: the newest reading where its line applies to the reading itself, else the
 * sum, rate or count that was judged last.
 */
export function judgedValue(county: County, alarm: AlarmView): string | null {
  const { fixed, now } = seriesOf(county, alarm);
  const onValue =
    fixed?.thresholds.some((line) => line.rule === alarm.rule && line.on_value) ?? true;
  return onValue ? (now?.value ?? alarm.value) : alarm.value;
}

/** The freshness of a station: that of its freshest series. */
export function stationFreshness(county: County, station: string): Freshness {
  const order: Freshness[] = ["fresh", "late", "stale", "dead", "never"];
  const found = county.stations
    .get(station)
    ?.series.map((one) => county.now.get(seriesKey(one.station, one.quantity))?.freshness);
  return order.find((freshness) => found?.includes(freshness)) ?? "never";
}

/** The highest level any of a station's series stands at; 0 none. */
export function stationLevel(county: County, station: string): number {
  const levels = county.stations
    .get(station)
    ?.series.map((one) => county.now.get(seriesKey(one.station, one.quantity))?.level ?? 0);
  return Math.max(0, ...(levels ?? []));
}

const ANSWERED: ReadonlySet<Stage> = new Set<Stage>([
  "declined",
  "accepted",
  "en_route",
  "on_scene",
  "working",
  "done",
  "verified",
  "cancelled",
  "superseded",
  "reassigned",
]);

/** The person has said yes or no. */
export function isAnswered(task: TaskView): boolean {
  return ANSWERED.has(task.stage);
}

export function isClosed(task: TaskView): boolean {
  return task.stage === "verified" || isWithdrawn(task);
}

/** The desk ended it: cancelled, replaced by another command, given to another person. */
export function isWithdrawn(task: TaskView): boolean {
  return ["cancelled", "superseded", "reassigned"].includes(task.stage);
}

/** Its people have been told; an older server tells of no other command. */
export function isIssued(command: CommandView): boolean {
  return (command.phase?.phase ?? "issued") === "issued";
}

/** Something is still awaited: before it goes out, of its people, or of those whose task was ended; or one
 * of them needs help. */
export function isOpen(command: CommandView): boolean {
  const phase = command.phase?.phase ?? "issued";
  if (phase === "stopped") return false;
  if (phase !== "issued") return true;
  if (command.tasks.some((task) => task.end_unseen || task.needs_help)) return true;
  return command.cancelled === null && command.tasks.some((task) => !isClosed(task));
}

const sortCommands = cached((commands: ReadonlyMap<string, CommandView>) =>
  [...commands.values()].sort((a, b) => (a.issued < b.issued ? 1 : -1)),
);
/** Newest first. */
export function commandsOf(county: County | null): CommandView[] {
  return county ? sortCommands(county.commands) : [];
}

/** Who a command to these groups and people reaches: each person once, in the order of the groups. */
export function reached(county: County, groups: Iterable<string>, people: Iterable<string>) {
  const ids = new Set<string>();
  for (const id of groups) {
    const group: GroupView | undefined = county.groups.find((one) => one.id === id);
    for (const member of group?.members ?? []) ids.add(member);
  }
  for (const person of people) ids.add(person);
  return [...ids].map((id) => ({ id, person: county.people.get(id) ?? null }));
}

/** Whether so many people are a large command here: their number is typed, and it is held. */
export function isMass(county: County, people: number): boolean {
  return county.mass.above > 0 && people > county.mass.above;
}

/** Whether the world shown is not the one that is. */
export function isPast(state: AppState): boolean {
  return (state.world.heartbeat?.view.replay ?? null) !== null || state.leaving;
}

/** Whether the person at the screen may act on what is shown: nobody acts on the past. */
export function mayAct(state: AppState): boolean {
  return mayCommand(state.me?.person) && !isPast(state);
}

/** Whose own word a press here would be: the person at the screen; nobody's while the past is shown. */
export function ownHand(state: AppState): string | undefined {
  return isPast(state) ? undefined : state.me?.person.id;
}

/** Whether the person at the screen may leave notes on the bar, also on the past. */
export function mayMark(state: AppState): boolean {
  return mayCommand(state.me?.person) || state.me?.person.role === "planner";
}

/** Whether the person at the screen may change the site's files now. */
export function mayKeepSite(state: AppState): boolean {
  return state.me?.person.role === "administrator" && !isPast(state);
}

export function mayCommand(person: PersonView | undefined): boolean {
  return person?.role === "duty_officer" || person?.role === "administrator";
}

/** Who is told of everybody's tasks and calls; others of their own alone, which says nothing of the rest. */
export function seesTasks(person: PersonView | undefined): boolean {
  return mayCommand(person) || person?.role === "planner";
}

/** Who may try other rules on history. */
export function mayTry(person: PersonView | undefined): boolean {
  return mayCommand(person) || person?.role === "planner";
}

/** Whether the person at the screen may enter what happened, for rules to be judged by. */
export function mayEnter(state: AppState): boolean {
  return mayTry(state.me?.person) && !isPast(state);
}

/** Tasks of one person, newest command first, cancelled ones last. */
export function tasksOf(world: World, person: string) {
  const found: { command: CommandView; task: TaskView }[] = [];
  for (const county of world.counties.values()) {
    for (const command of county.commands.values()) {
      const task = command.tasks.find((one) => one.person === person);
      if (task) found.push({ command, task });
    }
  }
  return found.sort(
    (a, b) =>
      Number(isClosed(a.task)) - Number(isClosed(b.task)) ||
      b.command.level - a.command.level ||
      (a.command.issued < b.command.issued ? 1 : -1),
  );
}

/** Whether something of this machine is still to go to the county. */
export function isUnderWay({ state }: { state: Pending["state"] }): boolean {
  return state === "waiting" || state === "sending" || state === "stuck";
}

/** Pictures that a report said would follow it and that have not come yet. */
export function photosComing(task: TaskView, fact: Fact): number {
  if (!fact.coming || !fact.op) return 0;
  const here = task.facts.filter((one) => one.fact === "photo" && one.shot?.of === fact.op);
  return Math.max(0, fact.coming - here.length);
}
