// Logging in and out, and opening the feed for whoever is there.
import * as api from "../link/api";
import { keepMe } from "../link/shelf";
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

export async function login(name: string, password: string): Promise<Me> {
  await api.login(name, password);
  const me = await api.me();
  if (!me) throw new Error("logged in, yet the session is unknown");
  await keepMe(me);
  return me;
}

export async function logout(): Promise<void> {
  await api.logout().catch(() => {});
  await keepMe(null);
  unplug();
  stopOutbox();
  store.set({ me: null });
}

/** Looks at another jurisdiction, for someone who sees several. */
export function chooseCounty(code: string): void {
  store.set({ chosen: code });
}

export { me, Refused } from "../link/api";
