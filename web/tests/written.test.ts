import { expect, test } from "vitest";
import { boxed, jpegWith } from "../e2e/camera.mjs";
import { NOTHING, written } from "../src/state/exif";
import { blank, boxAt } from "../src/state/film";

const zone = () => 8 * 60;
const bytes = (buffer: Uint8Array) => new Uint8Array(buffer).buffer;

test("a picture says when and where it was taken", () => {
  const taken = { at: "2026:08:21 02:10:05", lat: [29, 30, 7.2], lon: [120, 54, 0] };
  const said = written(bytes(jpegWith(taken)), zone);
  expect(said.taken).toBe(Date.parse("2026-08-20T18:10:05Z"));
  expect(said.position?.lat).toBeCloseTo(29.502, 6);
  expect(said.position?.lon).toBeCloseTo(120.9, 6);
});

test("a named zone goes before the phone's own", () => {
  const taken = { at: "2026:08:21 02:10:05", offset: "+09:00" };
  expect(written(bytes(jpegWith(taken)), zone).taken).toBe(Date.parse("2026-08-20T17:10:05Z"));
});

test("what does not hold says nothing", () => {
  const whole = jpegWith({ at: "2026:08:21 02:10:05", lat: [29, 30, 7], lon: [120, 54, 0] });
  const empty = [new Uint8Array(), new Uint8Array([0xff, 0xd8]), new Uint8Array(40)];
  for (const head of empty) expect(written(bytes(head), zone)).toEqual(NOTHING);
  for (let cut = 2; cut < 200; cut += 3) written(bytes(whole.subarray(0, cut)), zone);
  expect(
    written(bytes(jpegWith({ at: "0000:00:00 00:00:00", lat: [0, 0, 0], lon: [0, 0, 0] })), zone),
  ).toEqual(NOTHING);
});

test("a video says when and where, and says it to nobody else", () => {
  const mvhd = new Uint8Array(20);
  new DataView(mvhd.buffer).setUint32(4, Date.parse("2026-08-20T18:10:05Z") / 1000 + 2_082_844_800);
  const place = boxed(
    "udta",
    boxed("\xa9xyz", Buffer.from("\0\x12\x15\xc7+29.5020+120.9000/", "latin1")),
  );
  const moov = new Uint8Array(Buffer.concat([boxed("mvhd", mvhd), boxed("trak", place), place]));
  const size = moov.length;
  const said = blank(moov);
  expect(said).toEqual({
    taken: Date.parse("2026-08-20T18:10:05Z"),
    position: { lat: 29.502, lon: 120.9 },
  });
  expect(moov.length).toBe(size);
  expect(Buffer.from(moov).includes("29.5")).toBe(false);
  expect(blank(moov).position).toBe(null);
});

test("a box that does not hold is none", () => {
  const head = (text: string) => new DataView(bytes(Buffer.from(text, "latin1")));
  expect(boxAt(head("\0\0\0\x10ftypmp42\0\0\0\0"), 0, 16)).toMatchObject({ name: "ftyp", end: 16 });
  expect(boxAt(head("\0\0\0\x11ftypmp42\0\0\0\0"), 0, 16)).toBe(null);
  expect(boxAt(head("\0\0"), 0, 2)).toBe(null);
});
