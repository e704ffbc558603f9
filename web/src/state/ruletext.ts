// The text of an edited rule file: where a place lies in it, which lines something is wrong with. Pure.
import type { Problem } from "../wire/site";

/** A place in the text, both from 1; columns are counted in characters, as the reader of the files does. */
export interface Place {
  line: number;
  column: number;
}

/** Where a place lies in the text, in the units that a text field counts by. */
export function offsetOf(text: string, { line, column }: Place): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const own = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("");
  return Math.min(text.length, before + own.length);
}

/** `rules/20-rain.toml` is called `20-rain.toml` beside its text, and a jurisdiction's policy by its folder too. */
export function isAbout(problem: Problem, file: string): boolean {
  return problem.file === file || problem.file.endsWith(`/${file}`);
}

/** Lines of a file that something is wrong with; true where it keeps the file from being used. */
export function markedLines(
  problems: readonly Problem[],
  file: string,
): ReadonlyMap<number, boolean> {
  const lines = new Map<number, boolean>();
  for (const problem of problems) {
    const { line } = problem;
    if (!isAbout(problem, file) || line === null || line === undefined) continue;
    lines.set(line, (lines.get(line) ?? false) || problem.stops);
  }
  return lines;
}
