// A photograph to send: a small picture drawn byte by byte, so that no file is needed beside the story.
import { deflateSync } from "node:zlib";

/** What `setInputFiles` takes: a 320 × 240 PNG of a bridge over water at night, near enough. */
export function photo() {
  return { name: "bridge.png", mimeType: "image/png", buffer: png(320, 240) };
}

function png(width, height) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const deck = y > 110 && y < 122;
      const pier = y >= 122 && x % 80 < 10;
      const water = y > 160 + 4 * Math.sin(x / 12);
      const grey = deck || pier ? 96 : water ? 52 : 24 + Math.floor(y / 12);
      rows.fill(grey, y * (width * 3 + 1) + 1 + x * 3, y * (width * 3 + 1) + 4 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type, body) {
  const name = Buffer.from(type, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(Buffer.concat([name, body])));
  return Buffer.concat([length, name, body, sum]);
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
