// Keeps the person's own tasks in this phone, and brings them back for a start with no network.
import { keepTasks, keepTexts, keptTasks, keptTexts } from "../link/shelf";
import { TRUST_MS } from "../state/clock";
import { reduce } from "../state/reduce";
import { tasksOf } from "../state/select";
import { store } from "../state/store";
import type { County, World } from "../state/world";
import type { CountyView, Me, SnapshotView } from "../wire/view";

/** Written at most this often, ms. */
const PACE_MS = 1_000;

/** The world cut down to one person's tasks. */
export function ownSnapshot(world: World, person: string): SnapshotView | null {
  if (!world.heartbeat) return null;
  const own = tasksOf(world, person);
  const county = (view: County): CountyView => {
    const commands = own.filter(({ command }) => view.commands.has(command.id));
    const issuers = new Set([person, ...commands.map(({ command }) => command.by)]);
    return {
      code: view.code,
      title: view.title,
      demo: view.demo,
      drill: view.drill ?? null,
      rules_version: view.rulesVersion,
      stations: [],
      alarms: [],
      commands: commands.map(({ command, task }) => ({ ...command, tasks: [task] })),
      groups: [],
      // Their questions: "done" is answered with them, also where there is no network.
      templates: view.templates.filter((one) =>
        commands.some(({ command }) => command.template === one.id),
      ),
      people: [...view.people.values()].filter((one) => issuers.has(one.id)),
    };
  };
  return {
    seq: world.seq,
    clock: { ...world.heartbeat.view, now: new Date(world.heartbeat.nowMs).toISOString() },
    counties: [...world.counties.values()].map(county),
    system: [],
  };
}

/** What was kept before stays, with its age. */
const noRoom = (error: unknown) => console.warn("tasks as last seen are not kept", error);

/** Writes after changes until stopped. */
export function keepShelving(person: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept: { counties: unknown; texts: unknown } = { counties: null, texts: null };
  const write = () => {
    timer = undefined;
    const { world, texts, shelved } = store.get();
    if (shelved) return;
    if (world.counties !== kept.counties) {
      const snapshot = ownSnapshot(world, person);
      const silence = performance.now() - (world.heartbeat?.heardAt ?? 0);
      if (snapshot) keepTasks(person, snapshot, Date.now() - silence).catch(noRoom);
    }
    if (texts !== kept.texts) keepTexts(person, texts).catch(noRoom);
    kept = { counties: world.counties, texts };
  };
  const stop = store.subscribe(() => {
    timer ??= setTimeout(write, PACE_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Puts what this phone kept on the screen, unless the server has already spoken. */
export async function takeFromShelf(me: Me): Promise<void> {
  const [kept, texts] = await Promise.all([keptTasks(me.person.id), keptTexts(me.person.id)]);
  const state = store.get();
  store.set({ texts: new Map([...texts, ...state.texts]) });
  if (!kept || state.world.heartbeat) return;
  // The clock stands where it stood: nothing has been heard since. How long that is tells when a press is made.
  const silence = Math.max(TRUST_MS, Date.now() - (kept.at ?? Date.now()));
  const heardAt = performance.now() - silence;
  const world = reduce(state.world, { type: "snapshot", ...kept.snapshot }, heardAt);
  store.set({ world, shelved: true });
}
