// Level marks and station glyphs as images, drawn on a canvas when the map first asks for one.
// Names: `mark/<theme>/<level>/<fade>/<hollow>`, `ring/<theme>/<level>/<ack>`, `glyph/<theme>/<kind>/<fade>`,
// `person/<theme>/<fade>`.
import { MARK_PATHS } from "../state/shapes";
import type { Level } from "../wire/view";

export type Tokens = (name: string) => string;

/** Reads the design tokens in force. */
export function readTokens(): Tokens {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

const BOX = 32;
const RATIO = 2;

const GLYPHS: Record<string, string> = {
  rain: "M5 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
  river: "M4 5h8l-4 6z",
  reservoir: "M4 5h8l-4 6z",
  landslide: "M4 11h8V5z",
};
const OTHER_GLYPH = "M5 5h6v6H5z";

/** The picture of a name, or null when the name is none of ours. */
export function drawImage(name: string, token: Tokens): ImageData | null {
  const [kind, , second = "", third = "", fourth = ""] = name.split("/");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = BOX * RATIO;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.scale(RATIO, RATIO);
  // The shapes stand in a box of 16 whose middle is the place on the map.
  pen.translate(BOX / 2 - 8, BOX / 2 - 8);
  pen.lineJoin = "round";
  if (kind === "mark") mark(pen, Number(second) as Level, third, fourth === "hollow", token);
  else if (kind === "ring") ring(pen, Number(second) as Level, third, token);
  else if (kind === "glyph") glyph(pen, second, third, token);
  else if (kind === "person") person(pen, second, token);
  else return null;
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

export const IMAGE_RATIO = RATIO;

function mark(
  pen: CanvasRenderingContext2D,
  level: Level,
  fade: string,
  hollow: boolean,
  token: Tokens,
) {
  const paths = MARK_PATHS[level];
  const shape = new Path2D(paths.shape);
  const [fill, edge, text, on] = ["", "-edge", "-text", "-on"].map((end) =>
    token(`lv${level}${end}`),
  );
  const faded = fade === "stale" || fade === "dead";
  pen.fillStyle = hollow || fade === "dead" ? token("bg-1") : (fill ?? "");
  // A faded fill still hides what lies under it on the map.
  if (faded && !hollow) {
    pen.fillStyle = token("bg-1");
    pen.fill(shape);
    pen.globalAlpha = fade === "dead" ? 0 : 0.26;
    pen.fillStyle = fill ?? "";
  }
  pen.fill(shape);
  pen.globalAlpha = 1;
  pen.strokeStyle = (fade === "dead" ? token("ink-3") : hollow || faded ? text : edge) ?? "";
  pen.lineWidth = hollow ? 2 : faded ? 1.5 : 1;
  if (faded) pen.setLineDash(fade === "dead" ? [1.5, 2] : [3, 2]);
  pen.stroke(shape);
  pen.setLineDash([]);
  pen.strokeStyle = (hollow ? text : faded ? token("ink-1") : on) ?? "";
  pen.lineWidth = paths.strokeWidth;
  pen.stroke(new Path2D(paths.strokes));
}

function ring(pen: CanvasRenderingContext2D, level: Level, ack: string, token: Tokens) {
  const edge = document.documentElement.dataset.theme === "day" && level !== 2 ? "" : "-edge";
  const colour = { un: token(`lv${level}${edge}`), ack: token("ink-2"), conf: token("ink-1") }[ack];
  if (!colour) return;
  pen.strokeStyle = colour;
  pen.lineWidth = ack === "ack" ? 1 : 2;
  pen.stroke(new Path2D(MARK_PATHS[level].ring));
}

function glyph(pen: CanvasRenderingContext2D, kind: string, fade: string, token: Tokens) {
  const path = new Path2D(GLYPHS[kind] ?? OTHER_GLYPH);
  pen.fillStyle = token("map-land");
  pen.fill(path);
  pen.strokeStyle = token("ink-3");
  pen.lineWidth = 1.2;
  if (fade === "late") pen.globalAlpha = 0.58;
  if (fade === "stale") pen.setLineDash([2.2, 1.6]);
  if (fade === "dead") pen.setLineDash([1, 2]);
  pen.stroke(path);
}

/** An ink square: the older the place, the paler; a broken edge where it hardly says anything. */
function person(pen: CanvasRenderingContext2D, fade: string, token: Tokens) {
  const path = new Path2D("M3 3h10v10H3z");
  pen.fillStyle = token("map-land");
  pen.fill(path);
  pen.globalAlpha = { fresh: 1, late: 0.58 }[fade] ?? 0.26;
  pen.fillStyle = token("ink-2");
  pen.fill(path);
  pen.globalAlpha = 1;
  pen.strokeStyle = fade === "stale" ? token("ink-2") : token("map-halo");
  pen.lineWidth = 1.2;
  if (fade === "stale") pen.setLineDash([2.2, 1.6]);
  pen.stroke(path);
}
