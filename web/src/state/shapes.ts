// The geometry of the level marks: paths in a box of 16, shared by the page's SVG and the map's canvas.
import type { Level } from "../wire/view";

export interface MarkPaths {
  shape: string;
  ring: string;
  strokes: string;
  strokeWidth: number;
}

const CIRCLE = (r: number) => `M${8 - r} 8a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

export const MARK_PATHS: Record<Level, MarkPaths> = {
  1: {
    shape: CIRCLE(7.2),
    ring: CIRCLE(10.4),
    strokes: "M4.6 4.8v6.4M6.9 4.8l2.3 6.2 2.3-6.2",
    strokeWidth: 1.5,
  },
  2: {
    shape: "M1.4 1.4h13.2v13.2h-13.2z",
    ring: "M-2-2h20v20h-20z",
    strokes: "M4.7 4.4v7.2M8 4.4v7.2M11.3 4.4v7.2",
    strokeWidth: 1.5,
  },
  3: {
    shape: "M8-.6 16.6 8 8 16.6-.6 8z",
    ring: "M8-5.6 21.6 8 8 21.6-5.6 8z",
    strokes: "M6.3 4.4v7.2M9.7 4.4v7.2",
    strokeWidth: 1.5,
  },
  4: {
    shape: "M8-.8 17 15H-1z",
    ring: "M8-7.4 22.2 17.8H-6.2z",
    strokes: "M8 5.2v7.6",
    strokeWidth: 2,
  },
};
