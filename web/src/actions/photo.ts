// Makes a camera's picture fit for a weak link and for strangers' eyes: place and time are read out of it,
// then it is made anew, long edge 1600 px, without anything else the camera wrote. A video is too large
// to be made anew on a phone; what was written into it is blanked instead.
import { type Draft, draftsOf, dropPhoto, keepDraft, uploadNow } from "../link/photos";
import type { Attached } from "../state/attachment";
import { HEAD_BYTES, NOTHING, type Written, written } from "../state/exif";
import { blank, boxAt } from "../state/film";
import type { Behind } from "../state/headcount";
import { store } from "../state/store";
import { newOp } from "./act";
import { lastPosition } from "./position";

const LONG_EDGE = 1600;
const QUALITY = 0.82;
/** What the server takes. */
export const MOST_VIDEO_MB = 48;
const MB = 1024 * 1024;

/** Why a file of the camera was not taken. */
export type Unfit = "unreadable" | "large" | "full";

export class NotTaken extends Error {
  constructor(readonly why: Unfit) {
    super(why);
  }
}

/**
 * Keeps a picture or video of a task in this phone; it goes with the report it is given to. `behind`: it stands
 * for somebody who was left behind, instead of a name.
 */
export async function take(file: File, task: string, behind: Behind | null = null): Promise<Draft> {
  const person = store.get().me?.person.id ?? "";
  const video = file.type.startsWith("video/");
  const { blob, said } = video ? await film(file) : await picture(file);
  const phone = lastPosition();
  // Whoever keeps the place to themselves keeps the one in the picture too.
  const own = store.get().where.goes ? said.position : null;
  const draft: Draft = {
    id: newOp(),
    person,
    task,
    video,
    blob,
    taken: said.taken,
    position: own ? { ...own, accuracy_m: null } : phone,
    place: own ? "picture" : phone ? "phone" : "none",
    behind,
    at: Date.now(),
  };
  try {
    await keepDraft(draft);
    if (store.get().cramped) store.set({ cramped: false });
  } catch {
    store.set({ cramped: true });
    throw new NotTaken("full");
  }
  return draft;
}

/** A picture of the desk: made anew like those of phones, and sent at once. */
export async function attach(file: File): Promise<Attached> {
  const { blob, said } = await picture(file);
  return { id: newOp(), name: file.name, blob, taken: said.taken };
}

/** Its id at the server; throws while nobody is reached. */
export function sendAttached({ id, blob }: Attached, of: string): Promise<string> {
  return uploadNow(id, of, blob);
}

/** Pictures of a task that were taken here and belong to no report yet. */
export async function shotsOf(task: string): Promise<Draft[]> {
  return draftsOf(store.get().me?.person.id ?? "", task);
}

export { type Draft as Shot, dropPhoto as leaveOut };

async function picture(file: Blob): Promise<{ blob: Blob; said: Written }> {
  const head = await file.slice(0, HEAD_BYTES).arrayBuffer();
  let said = NOTHING;
  try {
    said = written(head, (local) => -local.getTimezoneOffset());
  } catch {
    // It does not say, then.
  }
  try {
    return { blob: await shrink(file), said };
  } catch {
    throw new NotTaken("unreadable");
  }
}

async function shrink(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    const made = (small: Blob | null) => (small ? resolve(small) : reject(new Error("no picture")));
    canvas.toBlob(made, "image/jpeg", QUALITY);
  });
}

async function film(file: Blob): Promise<{ blob: Blob; said: Written }> {
  if (file.size > MOST_VIDEO_MB * MB) throw new NotTaken("large");
  let at = 0;
  let known = false;
  while (at + 8 <= file.size) {
    const head = await file.slice(at, at + 16).arrayBuffer();
    const box = boxAt(new DataView(head), at, file.size);
    if (!box) break;
    if (at === 0) known = box.name === "ftyp";
    if (known && box.name === "moov") {
      const moov = new Uint8Array(await file.slice(box.body, box.end).arrayBuffer());
      const said = blank(moov);
      const parts = [file.slice(0, box.body), moov, file.slice(box.end)];
      return { blob: new Blob(parts, { type: "video/mp4" }), said };
    }
    at = box.end;
  }
  throw new NotTaken("unreadable");
}
