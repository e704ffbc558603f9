// This machine's shelf (IndexedDB): presses not yet received, who was logged in, own tasks as last seen.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Pending } from "../state/store";
import type { Action } from "../wire/acts";
import type { Me, SnapshotView } from "../wire/view";

/** One press as kept until, and for a while after, the server's receipt. */
export interface Kept extends Omit<Pending, "photos" | "subject"> {
  /** Order of presses in this machine. */
  place?: number;
  person: string;
  action: Action;
  jurisdiction: string | null;
  /** Photos still to be left with the server, and the ids of those that are there. */
  photos: Blob[];
  left: string[];
}

interface Schema extends DBSchema {
  presses: { key: number; value: Kept; indexes: { op: string; person: string } };
  shelf: {
    key: string;
    value: Me | { seq: number; snapshot: SnapshotView } | Record<string, string> | string;
  };
}

export type Shelf = IDBPDatabase<Schema>;

let opened: Promise<Shelf> | null = null;

export function shelf(): Promise<Shelf> {
  opened ??= openDB<Schema>("watchfire", 1, {
    upgrade(db) {
      const presses = db.createObjectStore("presses", { keyPath: "place", autoIncrement: true });
      presses.createIndex("op", "op", { unique: true });
      presses.createIndex("person", "person");
      db.createObjectStore("shelf");
    },
  });
  return opened;
}

/** For tests: the next call opens a new connection, as after a reload. */
export async function closeShelf(): Promise<void> {
  (await opened)?.close();
  opened = null;
}

export async function keepMe(me: Me | null): Promise<void> {
  const db = await shelf();
  if (me) await db.put("shelf", me, "me");
  else await db.delete("shelf", "me");
}

export async function keptMe(): Promise<Me | null> {
  return ((await (await shelf()).get("shelf", "me")) as Me | undefined) ?? null;
}

export async function keepTasks(person: string, snapshot: SnapshotView): Promise<void> {
  await (await shelf()).put("shelf", { seq: snapshot.seq, snapshot }, `tasks/${person}`);
}

export async function keptTasks(person: string): Promise<SnapshotView | null> {
  const kept = await (await shelf()).get("shelf", `tasks/${person}`);
  return (kept as { snapshot: SnapshotView } | undefined)?.snapshot ?? null;
}

export async function keepTexts(person: string, texts: ReadonlyMap<string, string>): Promise<void> {
  await (await shelf()).put("shelf", Object.fromEntries(texts), `texts/${person}`);
}

export async function keptTexts(person: string): Promise<Map<string, string>> {
  const kept = await (await shelf()).get("shelf", `texts/${person}`);
  return new Map(Object.entries((kept as Record<string, string> | undefined) ?? {}));
}
