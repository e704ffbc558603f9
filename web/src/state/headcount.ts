// The head-count of an evacuation: to move = moved + refused + unreachable, per village, everybody who is left
// behind known by a name or a picture. Pure; shared by the phone of who counted and by the desk that heard it.
import type { CountedVillage } from "../wire/acts";
import type {
  CommandView,
  CountView,
  Fact,
  LeftBehind,
  TaskView,
  VillageCount,
} from "../wire/view";

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

/** A village as counted last, and by which task. */
interface Counted {
  row: VillageCount;
  task: string;
  fact: Fact;
}

/** Somebody else's count that was made after this one, though it came before. */
const isOvertaken = (fact: Fact, known: Fact) =>
  fact.by !== known.by &&
  !!fact.device_at &&
  !!known.device_at &&
  Date.parse(fact.device_at) < Date.parse(known.device_at);

/**
 * The newest count of each village that is known here. A picture says nothing of numbers: it adds whom it shows
 * to the count that stands.
 */
function countedBefore(command: CommandView): Map<string, Counted> {
  const facts = command.tasks.flatMap((task) =>
    task.facts.map((fact) => ({ task: task.id, fact })),
  );
  facts.sort((a, b) => Date.parse(a.fact.at) - Date.parse(b.fact.at));
  const newest = new Map<string, Counted>();
  for (const { task, fact } of facts.filter((one) => one.fact.fact !== "photo")) {
    for (const row of fact.count ?? []) {
      const known = newest.get(row.village);
      if (!known || !isOvertaken(fact, known.fact)) newest.set(row.village, { row, task, fact });
    }
  }
  for (const { fact } of facts.filter((one) => one.fact.fact === "photo")) {
    for (const { village, left } of fact.count ?? []) {
      const known = newest.get(village);
      if (known) newest.set(village, { ...known, row: withLeft(known.row, left) });
    }
  }
  return newest;
}

/** A count with these people as well who are known by a picture. */
function withLeft(row: VillageCount, left: readonly LeftBehind[]): VillageCount {
  const known = new Set(row.left.map((one) => one.photo));
  const more = left.filter((one) => one.photo !== null && !known.has(one.photo));
  return more.length > 0 ? { ...row, left: [...row.left, ...more] } : row;
}

/** Refused and unreachable people without a name or a picture. */
function namesShort(row: VillageCount): number {
  const known = (why: Left) =>
    row.left.filter((one) => one.why === why && (one.name !== null || one.photo !== null)).length;
  return LEFT.reduce((sum, why) => sum + Math.max(0, row[why] - known(why)), 0);
}

/**
 * The command's count once these facts of its tasks have come: the villages that they count, as counted last;
 * all others as the server told them.
 */
export function recounted(command: CommandView, fresh: readonly Fact[]): CountView[] {
  const told = command.count ?? [];
  const names = new Set(fresh.flatMap((fact) => fact.count ?? []).map((row) => row.village));
  if (names.size === 0 || command.kind !== "evacuation") return told;
  const newest = countedBefore(command);
  const rows = new Map(told.map((row) => [row.village, row]));
  for (const village of names) {
    const found = newest.get(village);
    if (!found) continue;
    const { moved, refused, unreachable } = found.row;
    const target = command.villages?.find((one) => one.village === village);
    const to_move = target?.to_move ?? found.row.to_move;
    const people_short = Math.abs(to_move - moved - refused - unreachable);
    const names_short = namesShort(found.row);
    const { task } = found;
    rows.set(village, {
      village,
      to_move,
      moved,
      refused,
      unreachable,
      people_short,
      names_short,
      task,
    });
  }
  return [...rows.values()];
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
    const known = before.get(village)?.row ?? null;
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

/**
 * What a picture says of whom it shows: of which village, and why they are still there. It counts nobody: how
 * many there are was told by the report before it, or by somebody since.
 */
export function shownIn({ village, why }: Behind, photo: string): CountedVillage {
  return { village, to_move: 0, moved: 0, refused: 0, unreachable: 0, left: [{ why, photo }] };
}
