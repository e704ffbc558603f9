// What a camera wrote into a JPEG about place and time. Read before the picture is made anew without it.
// Pure; anything that does not hold is "the picture does not say".

export interface Written {
  /** When it was taken, ms since the epoch; null where the picture does not say. */
  taken: number | null;
  position: { lon: number; lat: number } | null;
}

export const NOTHING: Written = { taken: null, position: null };

/** Enough of a file's beginning to hold what a camera writes. */
export const HEAD_BYTES = 256 * 1024;

/** `zoneMinutes` is the offset of local time from UTC, for cameras that do not name theirs. */
export function written(head: ArrayBuffer, zoneMinutes: (local: Date) => number): Written {
  const tiff = exifOf(new DataView(head));
  if (!tiff) return NOTHING;
  const first = rows(tiff, tiff.long(4));
  const exif = rows(tiff, first.get(0x8769)?.number ?? 0);
  const gps = rows(tiff, first.get(0x8825)?.number ?? 0);
  const at = exif.get(0x9003)?.text ?? first.get(0x0132)?.text ?? "";
  return {
    taken: instant(at, exif.get(0x9011)?.text ?? "", zoneMinutes),
    position: place(gps),
  };
}

interface Tiff {
  byte(at: number): number;
  word(at: number): number;
  long(at: number): number;
  length: number;
}

function exifOf(view: DataView): Tiff | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const mark = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (mark === 0xda || length < 2) return null;
    const end = Math.min(at + 2 + length, view.byteLength);
    if (mark === 0xe1 && at + 18 <= end && view.getUint32(at + 4) === 0x45786966) {
      return tiffOf(new DataView(view.buffer, view.byteOffset + at + 10, end - at - 10));
    }
    at += 2 + length;
  }
  return null;
}

function tiffOf(view: DataView): Tiff | null {
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const inside = (at: number, size: number) => at >= 0 && at + size <= view.byteLength;
  return {
    byte: (at) => (inside(at, 1) ? view.getUint8(at) : 0),
    word: (at) => (inside(at, 2) ? view.getUint16(at, little) : 0),
    long: (at) => (inside(at, 4) ? view.getUint32(at, little) : 0),
    length: view.byteLength,
  };
}

interface Row {
  number: number;
  text: string;
  ratios: number[];
}

/** The rows of one directory by their tags; at most a few hundred are believed. */
function rows(tiff: Tiff, at: number): Map<number, Row> {
  const found = new Map<number, Row>();
  if (at <= 0 || at + 2 > tiff.length) return found;
  const count = Math.min(tiff.word(at), 400);
  for (let place = 0; place < count; place++) {
    const row = at + 2 + 12 * place;
    const kind = tiff.word(row + 2);
    const size = tiff.long(row + 4);
    const number = kind === 3 ? tiff.word(row + 8) : tiff.long(row + 8);
    let text = "";
    if (kind === 2 && size <= 64) {
      const from = size <= 4 ? row + 8 : tiff.long(row + 8);
      for (let n = 0; n < size; n++) {
        const letter = tiff.byte(from + n);
        if (letter === 0) break;
        text += String.fromCharCode(letter);
      }
    }
    const ratios: number[] = [];
    if (kind === 5 && size <= 3) {
      const from = tiff.long(row + 8);
      for (let n = 0; n < size; n++)
        ratios.push(tiff.long(from + 8 * n) / tiff.long(from + 8 * n + 4));
    }
    found.set(tiff.word(row), { number, text, ratios });
  }
  return found;
}

function instant(text: string, zone: string, zoneMinutes: (local: Date) => number): number | null {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 2000 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const named = /^([+-])(\d\d):(\d\d)/.exec(zone);
  const minutes = named
    ? (named[1] === "-" ? -1 : 1) * (Number(named[2]) * 60 + Number(named[3]))
    : zoneMinutes(new Date(year, month - 1, day, hour, minute, second));
  return local - minutes * 60_000;
}

function place(gps: Map<number, Row>): Written["position"] {
  const degrees = (value: number, side: number, negative: string, most: number) => {
    const [whole, minutes, seconds] = gps.get(value)?.ratios ?? [];
    if (whole === undefined || minutes === undefined || seconds === undefined) return null;
    const sum = whole + minutes / 60 + seconds / 3600;
    if (!Number.isFinite(sum) || sum > most) return null;
    return gps.get(side)?.text.startsWith(negative) ? -sum : sum;
  };
  const lat = degrees(2, 1, "S", 90);
  const lon = degrees(4, 3, "W", 180);
  // Nought by nought is what cameras write that know nothing.
  return lat === null || lon === null || (lat === 0 && lon === 0) ? null : { lon, lat };
}
