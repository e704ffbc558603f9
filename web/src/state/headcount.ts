// The head-count of an evacuation: to move = moved + refused + unreachable, per village, everybody who is left
// behind known by a name or a picture. Pure; shared by the phone of who counted and by the desk that heard it.
import type { CountedVillage } from "../wire/acts";
import type { CommandView, LeftBehind, TaskView, VillageCount } from "../wire/view";

export type Left = LeftBehind["why"];
export const LEFT: readonly Left[] = ["refused", "unreachable"];
export type Cell = "to_move" | "moved" | Left;

/** Whom a picture stands for: somebody of this village who was left behind. */
export interface Behind {
  village: string;
  why: Left;
}

/** One village as it is written down. */
export interface CountRow extends Record<Cell, string> {
  village: string;
  /** The command says how many, so it is not asked. */
  given: boolean;
  /** Counted here: what nobody touched is not sent, for others may have counted it. */
  touched: boolean;
  /** As typed, one a line; null while nobody touched them and those told before stand. */
  names: Record<Left, string | null>;
  /** As counted before. */
  before: VillageCount | null;
}

/** Sealed names as they were opened. */
export type Texts = ReadonlyMap<string, string>;

const number = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : 0);

export function emptyRow(): CountRow {
  return {
    village: "",
    given: false,
    touched: false,
    to_move: "",
    moved: "",
    refused: "",
    unreachable: "",
    names: { refused: null, unreachable: null },
    before: null,
  };
}

/** The newest count of each village that is known here. */
function countedBefore(command: CommandView): Map<string, VillageCount> {
  const facts = command.tasks.flatMap((task) => task.facts);
  facts.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return new Map(facts.flatMap((fact) => fact.count ?? []).map((row) => [row.village, row]));
}

/** Rows to begin with: the command's villages, else those counted before, with what is known of each. */
export function beginCount(command: CommandView, task: TaskView): CountRow[] {
  const before = countedBefore(command);
  const sums = new Map((command.count ?? []).map((row) => [row.village, row]));
  const own = new Set(task.facts.flatMap((fact) => fact.count ?? []).map((row) => row.village));
  const targets = command.villages ?? [];
  const names = targets.length > 0 ? targets.map((one) => one.village) : [...before.keys()];
  const rows = names.map((village): CountRow => {
    const target = targets.find((one) => one.village === village);
    const known = before.get(village) ?? null;
    const sum = sums.get(village);
    const told = known ?? (sum?.task ? sum : null);
    const text = (count: number | undefined) => (count === undefined ? "" : String(count));
    return {
      ...emptyRow(),
      village,
      given: target !== undefined,
      touched: own.has(village),
      to_move: text(target?.to_move ?? told?.to_move),
      moved: text(told?.moved),
      refused: text(told?.refused),
      unreachable: text(told?.unreachable),
      before: known,
    };
  });
  return rows.length > 0 ? rows : [emptyRow()];
}

/** The row with something written in it; under another name nothing was counted before. */
export function written(row: CountRow, change: Partial<CountRow>): CountRow {
  const next = { ...row, ...change, touched: true };
  return next.before && next.before.village !== next.village ? { ...next, before: null } : next;
}

/** Rows that say something. */
export function saidOf(rows: readonly CountRow[]): CountRow[] {
  return rows.filter((row) => row.touched && row.village.trim() !== "");
}

/** Seals of the names that were told before. */
export function sealedNames(rows: readonly CountRow[]): string[] {
  return rows.flatMap((row) => row.before?.left.flatMap((one) => one.name ?? []) ?? []);
}

const left = (row: CountRow, why: Left) => row.before?.left.filter((one) => one.why === why) ?? [];

/** Names of those left behind, one a line: as typed, else as told before. */
export function namesOf(row: CountRow, why: Left, texts: Texts): string {
  const known = left(row, why).flatMap((one) => texts.get(one.name ?? "") ?? []);
  return row.names[why] ?? known.join("\n");
}

/** Pictures of people without a name that the county has. */
export function picturesOf(row: CountRow, why: Left): string[] {
  return left(row, why).flatMap((one) => (one.name === null && one.photo ? one.photo : []));
}

export function namesIn(text: string): string[] {
  return text
    .split(/[\n,，、]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** How many of those left behind are known; `taken` are pictures that are still in this phone. */
export function knownOf(row: CountRow, why: Left, texts: Texts, taken = 0): number {
  return namesIn(namesOf(row, why, texts)).length + picturesOf(row, why).length + taken;
}

export interface Short {
  people: number;
  names: number;
}

/** People not accounted for or accounted for twice, and people without a name or a picture. */
export function shortOf(
  rows: readonly CountRow[],
  texts: Texts,
  taken: (behind: Behind) => number = () => 0,
): Short {
  const sum = { people: 0, names: 0 };
  for (const row of rows) {
    const found = number(row.moved) + number(row.refused) + number(row.unreachable);
    sum.people += Math.abs(number(row.to_move) - found);
    for (const why of LEFT) {
      const known = knownOf(row, why, texts, taken({ village: row.village.trim(), why }));
      sum.names += Math.max(0, number(row[why]) - known);
    }
  }
  return sum;
}

/** The row as it is sent; a picture that belonged to a name stays with it. */
export function countedRow(row: CountRow, texts: Texts): CountedVillage {
  const people = LEFT.flatMap((why) => {
    const photos = new Map(left(row, why).map((one) => [texts.get(one.name ?? ""), one.photo]));
    const named = namesIn(namesOf(row, why, texts)).map((name) => {
      const photo = photos.get(name);
      return photo ? { why, name, photo } : { why, name };
    });
    return [...named, ...picturesOf(row, why).map((photo) => ({ why, photo }))];
  });
  return {
    village: row.village.trim(),
    to_move: number(row.to_move),
    moved: number(row.moved),
    refused: number(row.refused),
    unreachable: number(row.unreachable),
    left: people,
  };
}

/** Whether anybody of this kind is left behind. */
export function isLeft(row: CountRow, why: Left): boolean {
  return number(row[why]) > 0;
}

/** A count with these pictures as well, each for somebody without a name. */
export function withPictures(
  row: CountedVillage,
  pictures: readonly { why: Left; photo: string }[],
): CountedVillage {
  const known = new Set((row.left ?? []).map((one) => one.photo));
  const more = pictures.filter((one) => !known.has(one.photo));
  return { ...row, left: [...(row.left ?? []), ...more] };
}
