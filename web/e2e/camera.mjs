// What a phone's camera leaves: a JPEG with place and time written into it, and videos, sound and unsound.

/** One box of an MP4. */
export function boxed(name, body) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(name, 4, "latin1");
  return Buffer.concat([head, body]);
}

/** A video of this many bytes with a place in it; `whole` false leaves out what makes it one. */
export function film(size, whole = true) {
  const mvhd = Buffer.alloc(100);
  mvhd.writeUInt32BE(Math.floor(Date.now() / 1000) + 2_082_844_800, 4);
  const place = boxed(
    "udta",
    boxed("\xa9xyz", Buffer.from("\0\x12\x15\xc7+29.5020+120.9000/", "latin1")),
  );
  const moov = boxed("moov", Buffer.concat([boxed("mvhd", mvhd), place]));
  const ftyp = boxed("ftyp", Buffer.from("mp42\0\0\0\0mp42isom", "latin1"));
  const rest = Buffer.alloc(Math.max(0, size - ftyp.length - moov.length - 8), 7);
  const parts = whole ? [ftyp, moov, boxed("mdat", rest)] : [ftyp, rest];
  return { name: "VID_0001.mp4", mimeType: "video/mp4", buffer: Buffer.concat(parts) };
}

/** The Exif part of a JPEG: time, its offset, place. */
function exif({ at, offset, lat, lon }) {
  const tiff = Buffer.alloc(400);
  tiff.write("MM\0\x2a", 0, "latin1");
  tiff.writeUInt32BE(8, 4);
  let free = 200;
  const row = (start, n, tag, kind, count, value) => {
    const base = start + 2 + 12 * n;
    tiff.writeUInt16BE(tag, base);
    tiff.writeUInt16BE(kind, base + 2);
    tiff.writeUInt32BE(count, base + 4);
    if (typeof value === "number") return tiff.writeUInt32BE(value, base + 8);
    const body = typeof value === "string" ? Buffer.from(`${value}\0`, "latin1") : value;
    if (body.length <= 4) return body.copy(tiff, base + 8);
    tiff.writeUInt32BE(free, base + 8);
    body.copy(tiff, free);
    free += body.length;
  };
  const ratios = (parts) => {
    const body = Buffer.alloc(24);
    parts.forEach((part, n) => {
      body.writeUInt32BE(Math.round(part * 1000), 8 * n);
      body.writeUInt32BE(1000, 8 * n + 4);
    });
    return body;
  };
  tiff.writeUInt16BE(2, 8);
  row(8, 0, 0x8769, 4, 1, 50);
  row(8, 1, 0x8825, 4, 1, 100);
  tiff.writeUInt16BE(offset ? 2 : 1, 50);
  row(50, 0, 0x9003, 2, 20, at);
  if (offset) row(50, 1, 0x9011, 2, 7, offset);
  if (lat && lon) {
    tiff.writeUInt16BE(4, 100);
    row(100, 0, 1, 2, 2, "N");
    row(100, 1, 2, 5, 3, ratios(lat));
    row(100, 2, 3, 2, 2, "E");
    row(100, 3, 4, 5, 3, ratios(lon));
  }
  const part = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(part.length + 2, 2);
  return Buffer.concat([head, part]);
}

/** A JPEG with this written into it, in front of the picture that `jpeg` is, or of none. */
export function jpegWith(said, jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9])) {
  return Buffer.concat([jpeg.subarray(0, 2), exif(said), jpeg.subarray(2)]);
}
