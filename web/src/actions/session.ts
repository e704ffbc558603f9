// Logging in and out, and opening the feed for whoever is there.
import * as api from "../link/api";
import { hasLeft, keepMe, noteLeft } from "../link/shelf";
import { letMeSleep } from "../link/wake";
import { store } from "../state/store";
import type { Me } from "../wire/view";
import { startOutbox, stopOutbox } from "./act";
import { follow, unplug } from "./time";

/** Takes this person as the one at the screen: outbox and feed are theirs from here. */
export function begin(me: Me): void {
  store.set({ me, chosen: null, connection: { phase: "connecting", since: performance.now() } });
  startOutbox(me.person.id);
  follow(me.jurisdiction || null);
}

/** Who the session belongs to; null when there is none. Throws when nobody answers. */
export async function askWho(): Promise<Me | null> {
  await endLeft();
  return api.me();
}

let ending: Promise<void> | null = null;

/** Ends the session of somebody who left while the server could not be told. One at a time: an answer
 * that comes late would end the session of whoever came next. */
function endLeft(): Promise<void> {
  ending ??= tellLeft().finally(() => {
    ending = null;
  });
  return ending;
}

async function tellLeft(): Promise<void> {
  if (!(await hasLeft())) return;
  // Whoever left is woken here no more; without their session the server would not hear of it.
  await letMeSleep().catch(() => {});
  await api.logout().catch((error) => {
    // Whose session is over already has nothing to end.
    if (!(error instanceof api.Refused)) throw error;
  });
  await noteLeft(false);
}

export async function login(name: string, password: string): Promise<Me> {
  await endLeft();
  await api.login(name, password);
  const me = await api.me();
  if (!me) throw new Error("logged in, yet the session is unknown");
  await keepMe(me);
  return me;
}

/** Leaves this machine at once; the server is told when it can be reached. */
export async function logout(): Promise<void> {
  await noteLeft(true);
  await keepMe(null);
  unplug();
  stopOutbox();
  store.set({ me: null });
  await endLeft().catch(() => {
    const again = () => void endLeft().catch(() => {});
    window.addEventListener("online", again, { once: true });
  });
}

/** Looks at another jurisdiction, for someone who sees several. */
export function chooseCounty(code: string): void {
  store.set({ chosen: code });
}

export { Refused } from "../link/api";
