// A press: an op id minted here, both clocks, and the outbox. Every action of a person goes this way.
import { v7 } from "uuid";
import { type Outbox, openOutbox } from "../link/outbox";
import { engineGuess, engineNow } from "../state/clock";
import { countyOf, isPast } from "../state/select";
import { store } from "../state/store";
import type { Action } from "../wire/acts";

let outbox: Outbox | null = null;

/** Why a press is not kept: what is shown is the past, nobody is logged in, this machine has no room. */
export type Hindrance = "past" | "nobody" | "full";

export class Unpressed extends Error {
  constructor(readonly why: Hindrance) {
    super(`not pressed: ${why}`);
  }
}

/** A new op id, ordered by time. */
export function newOp(): string {
  return v7();
}

/** Opens this person's outbox; presses of others stay on the shelf untouched. */
export function startOutbox(person: string): void {
  stopListening();
  outbox?.close();
  outbox = openOutbox(person, {
    changed: (outbox, photos) => store.set({ outbox, photos, outboxReady: true }),
    engineNow: () => engineNow(store.get().world.heartbeat, performance.now()),
    loggedOut: () => store.set({ connection: { phase: "unauthorised", since: performance.now() } }),
  });
  stopListening = listen();
}

let stopListening = () => {};

/** The county is heard again, or another hand has pressed: no reason to sit out the rest of a wait. */
function listen(): () => void {
  let before = store.get().connection.phase;
  const unsubscribe = store.subscribe(() => {
    const { phase } = store.get().connection;
    if (phase === "live" && before !== "live") kickOutbox();
    before = phase;
  });
  // Something was pressed on a notice, and lies on the same shelf.
  const worker = globalThis.navigator?.serviceWorker;
  worker?.addEventListener?.("message", kickOutbox);
  return () => {
    unsubscribe();
    worker?.removeEventListener?.("message", kickOutbox);
  };
}

export function stopOutbox(): void {
  stopListening();
  outbox?.close();
  outbox = null;
  store.set({ outbox: [], photos: [], outboxReady: false });
}

/** Lets a picture go that the county refused; a person has read why. */
export function letPhotoGo(photo: string): void {
  void outbox?.letGo(photo);
}

/** Tries a press once more that was refused; a person has read why. */
export function pressAgain(op: string): void {
  void outbox?.again(op, newOp());
}

/** Tries now what waits. */
export function kickOutbox(): void {
  outbox?.kick();
}

/**
 * Keeps a press and sends it as soon as it can be. Resolves when it is safe in this machine; where it finds
 * no room it is not kept, and the screen says so.
 */
export async function press(
  action: Action,
  op = newOp(),
  photos: readonly string[] = [],
): Promise<string> {
  const person = store.get().me?.person.id;
  if (!person || !outbox) throw new Unpressed("nobody");
  // Every button but that of a note is grey there already; this holds whatever a screen forgets.
  const isNote = action.action === "mark" || action.action === "write_report";
  if (isPast(store.get()) && !isNote) throw new Unpressed("past");
  const { me } = store.get();
  const jurisdiction = me?.jurisdiction ? null : (countyOf(store.get())?.code ?? null);
  const engineAt = engineGuess(store.get().world.heartbeat, performance.now());
  try {
    await outbox.put({ op, person, action, jurisdiction, photos, at: Date.now(), engineAt });
    if (store.get().unkept) store.set({ unkept: false });
  } catch (error) {
    console.warn("a press could not be kept", error);
    store.set({ unkept: true, cramped: true });
  }
  return op;
}

/** Why a press was not kept; null once it is safe in this machine. What is no hindrance is a fault and thrown. */
export async function hindrance(made: Promise<unknown>): Promise<Hindrance | null> {
  try {
    await made;
  } catch (error) {
    if (error instanceof Unpressed) return error.why;
    throw error;
  }
  return store.get().unkept ? "full" : null;
}
