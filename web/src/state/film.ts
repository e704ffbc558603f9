// The boxes of an MP4: what its camera wrote about place and time, and where in the file that stands, so
// that it can be blanked without moving anything else. Pure.
import { NOTHING, type Written } from "./exif";

export interface Box {
  name: string;
  /** Where it begins, where its content begins, and where it ends, from the beginning of the bytes. */
  start: number;
  body: number;
  end: number;
}

/** The box that begins at `start` of a file this long, from at least 16 bytes there; null when it does not hold. */
export function boxAt(head: DataView, start: number, size: number): Box | null {
  if (head.byteLength < 8) return null;
  const short = head.getUint32(0);
  const name = String.fromCharCode(...[4, 5, 6, 7].map((at) => head.getUint8(at)));
  const long = short === 1 && head.byteLength >= 16;
  const length = short === 0 ? size - start : long ? Number(head.getBigUint64(8)) : short;
  const body = start + (long ? 16 : 8);
  const end = start + length;
  return end >= body && end <= size ? { name, start, body, end } : null;
}

function boxes(view: DataView, from: number, to: number): Box[] {
  const found: Box[] = [];
  let at = from;
  while (at + 8 <= to) {
    const head = new DataView(view.buffer, view.byteOffset + at, Math.min(16, to - at));
    const box = boxAt(head, at, to);
    if (!box) break;
    found.push(box);
    at = box.end;
  }
  return found;
}

/** Blanks what a camera wrote into the content of `moov`, in place, and says what it was. */
export function blank(moov: Uint8Array): Written {
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength);
  let said: Written = NOTHING;
  const within: [number, number][] = [[0, moov.byteLength]];
  for (let next = within.pop(); next; next = within.pop()) {
    for (const box of boxes(view, ...next)) {
      if (box.name === "mvhd") said = { ...said, taken: made(view, box) ?? said.taken };
      if (box.name === "trak") within.push([box.body, box.end]);
      if (box.name !== "udta" && box.name !== "meta" && box.name !== "uuid") continue;
      const text = new TextDecoder("latin1").decode(moov.subarray(box.body, box.end));
      said = { ...said, position: said.position ?? place(text) };
      moov.set([0x66, 0x72, 0x65, 0x65], box.start + 4);
      moov.fill(0, box.body, box.end);
    }
  }
  return said;
}

/** Seconds since 1904, which cameras give in UTC; nought where they do not know. */
function made(view: DataView, box: Box): number | null {
  if (box.end - box.body < 12) return null;
  const wide = view.getUint8(box.body) === 1;
  const seconds = wide ? Number(view.getBigUint64(box.body + 4)) : view.getUint32(box.body + 4);
  const since1970 = (seconds - 2_082_844_800) * 1_000;
  return since1970 > Date.UTC(2000, 0, 1) ? since1970 : null;
}

/** ISO 6709, as in `+29.5012+120.9034/`. */
function place(text: string): Written["position"] {
  const parts = /([+-]\d{1,2}\.\d+)([+-]\d{1,3}\.\d+)/.exec(text);
  if (!parts) return null;
  const [lat, lon] = [Number(parts[1]), Number(parts[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0)
    ? { lon, lat }
    : null;
}
