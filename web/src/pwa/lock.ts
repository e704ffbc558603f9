// A press on a notice of the locked phone: kept in this machine first, as any other, then sent; what the county said
// of it stands on the notice afterwards. The page need not be open, and there need be no network.
import { type Outbox, openOutbox } from "../link/outbox";
import { keptMe, keptTasks, shelf } from "../link/shelf";
import { actionOf, taskOf, type Woken } from "./woken";

/** How a press on a notice stands; `nobody` and `full`: it is kept nowhere, and the app has to be opened. */
export type Pressed = "received" | "kept" | "refused" | "nobody" | "full";

const DEAF = { changed: () => {}, engineNow: () => null, loggedOut: () => {} };

/** Goes on with what waits in this machine, for whoever is kept as the one at it. */
export async function sendKept(): Promise<void> {
  const me = await keptMe();
  if (!me) return;
  const outbox = openOutbox(me.person.id, DEAF);
  outbox.kick();
  await idle(outbox);
}

async function idle(outbox: Outbox): Promise<void> {
  await outbox.idle();
  outbox.close();
}

/**
 * Keeps the press of a verb on a notice, says so by `kept`, and sends what waits. Null where the notice has no such
 * verb.
 */
export async function pressOn(
  woken: Partial<Woken>,
  verb: string,
  kept: () => Promise<unknown>,
): Promise<Pressed | null> {
  const me = await keptMe();
  if (!me) return "nobody";
  const action = actionOf(verb, woken, await versionOf(woken, me.person.id));
  if (!action) return null;
  const op = crypto.randomUUID();
  const outbox = openOutbox(me.person.id, DEAF);
  try {
    const { jurisdiction } = me;
    await outbox.put({ op, person: me.person.id, action, jurisdiction, at: Date.now() });
  } catch (error) {
    console.warn("a press on a notice could not be kept", error);
    outbox.close();
    return "full";
  }
  await kept();
  await idle(outbox);
  const now = await (await shelf()).getFromIndex("presses", "op", op);
  // Without room for the note that the county has it, it goes from the shelf instead.
  if (!now || now.state === "received") return "received";
  return now.state === "refused" ? "refused" : "kept";
}

/** The version of the task as this phone last saw it, so that the desk can tell what its person knew. */
async function versionOf(woken: Partial<Woken>, person: string): Promise<number | null> {
  const id = taskOf(woken);
  const seen = id ? await keptTasks(person) : null;
  for (const county of seen?.snapshot.counties ?? [])
    for (const command of county.commands)
      for (const task of command.tasks) if (task.id === id) return task.version;
  return null;
}
