// This machine's shelf (IndexedDB): presses not yet received, who was logged in, own tasks as last seen.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Behind } from "../state/headcount";
import type { Sheets } from "../state/lossSheets";
import type { MapPack } from "../state/mapPack";
import type { Pending, Sending } from "../state/store";
import type { Action, Position } from "../wire/acts";
import type { Me, SnapshotView } from "../wire/view";

/** One press as kept until, and for a while after, the server's receipt. */
export interface Kept extends Omit<Pending, "subject"> {
  /** Order of presses in this machine. */
  place?: number;
  person: string;
  action: Action;
  jurisdiction: string | null;
  /** The county itself has refused it, and remembers that under its op. */
  recorded?: boolean;
}

/** One picture as kept from when it is taken until the server has it; its bytes lie beside it. */
export interface KeptPhoto extends Omit<Sending, "of" | "state"> {
  person: string;
  jurisdiction: string | null;
  /** The press it belongs to; none while it is a draft. */
  of: string | null;
  state: Sending["state"] | "draft";
  position: Position | null;
  sha256: string | null;
  /** The id of its file at the server. */
  left: string | null;
  /** Whom it stands for; absent in what was kept before there were such. */
  behind?: Behind | null;
}

/** Own tasks as last seen, and when that was by this device's clock, ms since the epoch. */
export interface KeptTasks {
  seq: number;
  snapshot: SnapshotView;
  at?: number;
}

interface Schema extends DBSchema {
  presses: { key: number; value: Kept; indexes: { op: string; person: string } };
  photos: { key: string; value: KeptPhoto; indexes: { person: string } };
  /** Bytes of pictures, written once: what changes about one is written often. */
  files: { key: string; value: Blob };
  shelf: {
    key: string;
    value: Me | KeptTasks | Record<string, string> | MapPack | Sheets | string;
  };
}

export type Shelf = IDBPDatabase<Schema>;

let opened: Promise<Shelf> | null = null;

export function shelf(): Promise<Shelf> {
  opened ??= openDB<Schema>("watchfire", 2, {
    upgrade(db, before) {
      if (before < 1) {
        const presses = db.createObjectStore("presses", { keyPath: "place", autoIncrement: true });
        presses.createIndex("op", "op", { unique: true });
        presses.createIndex("person", "person");
        db.createObjectStore("shelf");
      }
      const photos = db.createObjectStore("photos", { keyPath: "id" });
      photos.createIndex("person", "person");
      db.createObjectStore("files");
    },
    // Another page of ours wants a newer shelf: let go, so that it is not held up.
    blocking: () => void closeShelf(),
  });
  return opened;
}

/** The next call opens a new connection, as after a reload. */
export async function closeShelf(): Promise<void> {
  (await opened)?.close();
  opened = null;
}

/** Where there is no room the phone works all the same, and asks again the next time. */
export async function keepMe(me: Me | null): Promise<void> {
  const db = await shelf();
  if (!me) return db.delete("shelf", "me");
  await db.put("shelf", me, "me").catch((error) => console.warn("who is here is not kept", error));
}

export async function keptMe(): Promise<Me | null> {
  return ((await (await shelf()).get("shelf", "me")) as Me | undefined) ?? null;
}

/** Somebody has left this machine, and the server does not know it yet. */
export async function noteLeft(left: boolean): Promise<void> {
  const db = await shelf();
  if (!left) return db.delete("shelf", "left");
  await db
    .put("shelf", "left", "left")
    .catch((error) => console.warn("leaving is not kept", error));
}

export async function hasLeft(): Promise<boolean> {
  return (await (await shelf()).get("shelf", "left")) !== undefined;
}

/** Who asked on this phone to be woken; a browser may lose that by itself, and is then asked again. */
export async function keepWoken(person: string | null): Promise<void> {
  const db = await shelf();
  if (!person) return db.delete("shelf", "woken");
  await db
    .put("shelf", person, "woken")
    .catch((error) => console.warn("who is woken is not kept", error));
}

export async function keptWoken(): Promise<string | null> {
  return ((await (await shelf()).get("shelf", "woken")) as string | undefined) ?? null;
}

/** The words of notices in the language of this phone: the service worker has no catalogue. */
export async function keepNoticeWords(words: Record<string, string>): Promise<void> {
  await (await shelf())
    .put("shelf", words, "notice-words")
    .catch((error) => console.warn("the words of notices are not kept", error));
}

export async function keptNoticeWords(): Promise<Record<string, string>> {
  const kept = await (await shelf()).get("shelf", "notice-words");
  return (kept as Record<string, string> | undefined) ?? {};
}

export async function keepTasks(person: string, snapshot: SnapshotView, at: number): Promise<void> {
  await (await shelf()).put("shelf", { seq: snapshot.seq, snapshot, at }, `tasks/${person}`);
}

export async function keptTasks(person: string): Promise<KeptTasks | null> {
  const kept = await (await shelf()).get("shelf", `tasks/${person}`);
  return (kept as KeptTasks | undefined) ?? null;
}

export async function keepTexts(person: string, texts: ReadonlyMap<string, string>): Promise<void> {
  await (await shelf()).put("shelf", Object.fromEntries(texts), `texts/${person}`);
}

export async function keptTexts(person: string): Promise<Map<string, string>> {
  const kept = await (await shelf()).get("shelf", `texts/${person}`);
  return new Map(Object.entries((kept as Record<string, string> | undefined) ?? {}));
}

/** What a person has written of an incident's losses and not sent; none: nothing is. */
export async function keepSheets(
  person: string,
  incident: string,
  sheets: Sheets | null,
): Promise<void> {
  const db = await shelf();
  const key = `losses/${person}/${incident}`;
  await (sheets ? db.put("shelf", sheets, key) : db.delete("shelf", key));
}

export async function keptSheets(person: string, incident: string): Promise<Sheets | null> {
  const kept = await (await shelf()).get("shelf", `losses/${person}/${incident}`);
  return (kept as Sheets | undefined) ?? null;
}
