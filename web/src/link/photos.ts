// Pictures of this phone on their way: kept from the moment they are taken, sent in pieces after the report
// they belong to, taken up again where they were cut off. The server says which bytes it has; this phone
// only believes that. A picture goes from here when the server has named its file and has the report of it.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Behind, shownIn } from "../state/headcount";
import type { Sending } from "../state/store";
import type { Position } from "../wire/acts";
import type { ShotPlace } from "../wire/view";
import * as api from "./api";
import { type KeptPhoto, shelf } from "./shelf";

/** A picture that was taken and belongs to no report yet. */
export interface Draft {
  /** Names the upload and, later, the press that brings it. */
  id: string;
  person: string;
  task: string;
  video: boolean;
  blob: Blob;
  /** When it was taken, as it says itself, ms since the epoch. */
  taken: number | null;
  position: Position | null;
  place: ShotPlace;
  /** Whom it stands for, where it is instead of a name. */
  behind: Behind | null;
  /** When it was chosen, by this device's clock. */
  at: number;
}

/** What sending needs of the outside. */
export interface PhotoLine {
  beginUpload: typeof api.beginUpload;
  addPiece: typeof api.addPiece;
  act: typeof api.act;
}

/** Read at once to be hashed, bytes. */
const STEP = 1024 * 1024;

/** Keeps a picture as soon as it is taken: a phone that closes the page for its camera loses none. */
export async function keepDraft({ blob, ...draft }: Draft): Promise<void> {
  const kept: KeptPhoto = {
    ...draft,
    of: null,
    jurisdiction: null,
    size: blob.size,
    sha256: null,
    received: 0,
    left: null,
    state: "draft",
    tries: 0,
    why: null,
    receivedAt: null,
  };
  const both = (await shelf()).transaction(["photos", "files"], "readwrite");
  await Promise.all([
    both.objectStore("files").put(blob, kept.id),
    both.objectStore("photos").put(kept),
    both.done,
  ]);
}

/** Pictures of a task that belong to no report yet, oldest first. */
export async function draftsOf(person: string, task: string): Promise<Draft[]> {
  const db = await shelf();
  const all = await db.getAllFromIndex("photos", "person", person);
  const own = all.filter((one) => one.state === "draft" && one.task === task);
  const drafts = own.map(async ({ id, video, taken, position, place, behind = null, at }) => {
    const blob = await db.get("files", id);
    return blob ? { id, person, task, video, taken, position, place, behind, at, blob } : [];
  });
  return (await Promise.all(drafts)).flat();
}

/** Lets a picture go for good. */
export async function dropPhoto(id: string): Promise<void> {
  const both = (await shelf()).transaction(["photos", "files"], "readwrite");
  await Promise.all([
    both.objectStore("files").delete(id),
    both.objectStore("photos").delete(id),
    both.done,
  ]);
}

interface Whole {
  id: string;
  /** Whose it is; whoever is signed in now sends nothing of somebody else's. */
  by?: string;
  task: string;
  video: boolean;
  blob: Blob;
  sha256: string;
}

/** Sends a file in pieces, from where the server says it is; its id there, or null where `pause` held it up. */
async function upload(
  { id, by, task, video, blob, sha256 }: Whole,
  line: Pick<PhotoLine, "beginUpload" | "addPiece">,
  note: (received: number) => Promise<void>,
  pause: () => Promise<boolean>,
): Promise<string | null> {
  const kind = video ? "video" : "photo";
  const whose = by === undefined ? {} : { by };
  const what = { upload: id, ...whose, task, kind, size: blob.size, sha256 } as const;
  let view = await line.beginUpload(what);
  // All bytes are there and no file yet: a last piece of nothing asks for it.
  while (!view.blob) {
    await note(view.received);
    if (await pause()) return null;
    const end = Math.min(view.received + view.piece_bytes, blob.size);
    view = await line.addPiece(id, view.received, blob.slice(view.received, end));
  }
  return view.blob;
}

/** Sends a picture of the desk the same way, at once; `of` is what it belongs to. Its id at the server. */
export async function uploadNow(id: string, of: string, blob: Blob): Promise<string> {
  const file = { id, task: of, video: false, blob, sha256: await hashOf(blob) };
  const still = async () => false;
  return (await upload(file, api, async () => {}, still)) ?? "";
}

/** How sending one picture ended for now. */
export type Sent = "sent" | "failed" | "refused" | "logged-out";

/** Sends what is left of one picture; `pause` says that something more urgent waits. */
export async function sendPhoto(
  photo: KeptPhoto,
  line: PhotoLine,
  save: (photo: KeptPhoto) => Promise<void>,
  pause: () => Promise<boolean>,
  engineNow: () => number | null,
): Promise<Sent> {
  let now = photo;
  const keep = async (change: Partial<KeptPhoto>) => {
    now = { ...now, ...change };
    await save(now);
  };
  /** What the server will say again is no reason to stop where this phone has no room to note it. */
  const note = (change: Partial<KeptPhoto>) =>
    keep(change).catch((error) => console.warn("no room to note how far a picture is", error));
  try {
    if (!now.left) {
      const blob = await (await shelf()).get("files", now.id);
      if (!blob) {
        await keep({ state: "refused", why: "no_such_file" });
        return "refused";
      }
      if (!now.sha256) await note({ sha256: await hashOf(blob) });
      const file = { ...now, by: now.person, blob, sha256: now.sha256 ?? "" };
      const left = await upload(file, line, (received) => note({ received }), pause);
      if (!left) return "sent";
      await note({ received: now.size, left });
    }
    const answer = await line.act({
      op: now.id,
      by: now.person,
      device_at: new Date(now.at).toISOString(),
      ...(now.jurisdiction ? { jurisdiction: now.jurisdiction } : {}),
      action: {
        action: "report_task",
        task: now.task,
        means: "app",
        fact: "photo",
        photos: now.left ? [now.left] : [],
        shot: {
          of: now.of ?? "",
          taken: now.taken === null ? null : new Date(now.taken).toISOString(),
          place: now.place,
        },
        ...(now.position ? { position: now.position } : {}),
        ...(now.behind && now.left ? { count: [shownIn(now.behind, now.left)] } : {}),
      },
    });
    if (answer.answer === "refused") {
      await keep({ state: "refused", why: answer.why });
      return "refused";
    }
    // The county has it: the phone needs its room.
    try {
      await keep({ state: "received", receivedAt: engineNow() });
      await (await shelf()).delete("files", now.id);
    } catch {
      await dropPhoto(now.id);
    }
    return "sent";
  } catch (error) {
    if (!(error instanceof api.Refused)) return "failed";
    if (error.status === 401) return "logged-out";
    // Gone, damaged or out of step, or stopped by something on the way: the next attempt asks from where to go on.
    if (!api.isFinal(error) || error.status === 404) return "failed";
    await keep({ state: "refused", why: error.body.code });
    return "refused";
  }
}

/** SHA-256 of a file, read step by step so that a video need not fit into memory. */
async function hashOf(blob: Blob): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < blob.size; at += STEP) {
    hash.update(new Uint8Array(await blob.slice(at, at + STEP).arrayBuffer()));
  }
  return [...hash.digest()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sending(photo: KeptPhoto): Sending {
  const { id, task, video, size, received, state, tries, why, receivedAt, at, taken, place } =
    photo;
  return {
    id,
    of: photo.of ?? "",
    task,
    video,
    size,
    received,
    state: state === "draft" ? "waiting" : state,
    tries,
    why,
    receivedAt,
    at,
    taken,
    place,
  };
}
