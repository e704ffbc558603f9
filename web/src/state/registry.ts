// The site's tables as the registry page reads and edits them: rows by their keys, their history by the day
// from which each holds, one changed row as an upload. Pure.
import type { RegistryKind, SheetView } from "../wire/site";
import type { Level } from "../wire/view";
import { quoted } from "./csv";

/** One row by its columns. */
export type Cells = Readonly<Record<string, string>>;

export function cellsOf(sheet: SheetView): Cells[] {
  return sheet.rows.map((row) =>
    Object.fromEntries(sheet.columns.map((column, place) => [column, row[place] ?? ""])),
  );
}

/** The columns that say which row is meant, as the server knows them. */
const KEYS: Record<RegistryKind, readonly string[]> = {
  stations: ["id"],
  people: ["id"],
  series: ["station", "quantity"],
  thresholds: ["rule", "station", "level", "valid_from"],
  attributes: ["station", "attribute", "valid_from"],
  areas: ["kind", "code"],
  units: ["id"],
  posts: ["id"],
  groups: ["id"],
  zones: ["code"],
};

/** A change of one row: what it is called, and the cells that are to be other. */
export interface Edit {
  kind: RegistryKind;
  row: Cells;
  cells: Cells;
}

/** The upload that makes the change: a table of one row. A cell that is not named stays as it is. */
export function uploadOf({ kind, row, cells }: Edit): string {
  const keys = KEYS[kind].filter((column) => column in row || column in cells);
  const columns = [...keys, ...Object.keys(cells).filter((column) => !keys.includes(column))];
  const value = (column: string) => cells[column] ?? row[column] ?? "";
  return `${columns.join(",")}\n${columns.map((column) => quoted(value(column))).join(",")}\n`;
}

/** A new row beside an old one: everything of it, with other cells. */
export function alsoFrom(kind: RegistryKind, row: Cells, cells: Cells): Edit {
  return { kind, row, cells: { ...row, ...cells } };
}

/** Rows about one thing, the newest first; those whose day has not come stand before the one in force. */
export interface History {
  key: string;
  rows: Cells[];
  /** Place of the row that holds now; -1 where none does yet. */
  now: number;
}

/** Groups rows by columns; `instant` reads a `valid_from` cell, whose absence is "always". */
export function histories(
  rows: readonly Cells[],
  by: readonly string[],
  now: number,
  instant: (text: string) => number | null,
): History[] {
  const groups = new Map<string, Cells[]>();
  for (const row of rows) {
    const key = by.map((column) => row[column] ?? "").join(" ");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const from = (row: Cells) =>
    row.valid_from
      ? (instant(row.valid_from) ?? Number.NEGATIVE_INFINITY)
      : Number.NEGATIVE_INFINITY;
  return [...groups].map(([key, group]) => {
    const sorted = [...group].sort((a, b) => (from(a) < from(b) ? 1 : from(a) > from(b) ? -1 : 0));
    return { key, rows: sorted, now: sorted.findIndex((row) => from(row) <= now) };
  });
}

const LEVEL_WORDS = ["blue", "yellow", "orange", "red"];

/** The level a cell of the thresholds table names: a word or a digit. */
export function levelOf(text: string | undefined): Level | null {
  const place = LEVEL_WORDS.indexOf(text ?? "");
  const digit = place >= 0 ? place + 1 : Number(text);
  return digit === 1 || digit === 2 || digit === 3 || digit === 4 ? digit : null;
}

/** The row that a line in force comes from: the station's own before the one for all. */
export function sourceOf(
  all: readonly History[],
  rule: string,
  level: Level,
  station: string,
): { history: History; own: boolean } | null {
  const of = (id: string) =>
    all.find((one) => {
      const row = one.rows[0];
      return row?.rule === rule && row.station === id && levelOf(row.level) === level;
    });
  const own = of(station);
  if (own) return { history: own, own: true };
  const shared = of("*");
  return shared ? { history: shared, own: false } : null;
}

/** The deadband of a bound: what `reset` lies from `raise`, to be kept when `raise` moves. */
export function resetFor(row: Cells, raise: string): string {
  const [was, reset, is] = [row.raise, row.reset, raise].map((text) =>
    text && /^-?\d+(\.\d+)?$/.test(text) ? text : null,
  );
  if (!was || !reset || !is) return row.reset ?? "";
  const places = Math.max(...[was, reset, is].map((text) => text.split(".")[1]?.length ?? 0));
  const steps = (text: string) => Math.round(Number(text) * 10 ** places);
  return ((steps(is) - steps(was) + steps(reset)) / 10 ** places).toFixed(places);
}
