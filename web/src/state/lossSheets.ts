// What is being written of a township's losses: on which version it was begun, how it goes on behind a newer one,
// and what of it is kept in this machine. Pure.

import type { LossItem, LossStage, LossTable, TownshipLoss } from "../wire/view";
import type { Attachment } from "./attachment";
import { type CaseDraft, cellOf, type Draft, draftOf, ITEMS, nextStages } from "./losses";

export interface LossSheet {
  /** What stood when it was begun. */
  row: TownshipLoss | undefined;
  stage: LossStage;
  draft: Draft;
}

/** A sheet with the pictures chosen for it. */
export interface KeptSheet extends LossSheet {
  photos: Attachment[];
  /** The version it was sent as: it is kept until that one stands, since a newer one may have refused it. */
  sent?: string;
}

/** What is written and not sent, by township. */
export type Sheets = Readonly<Record<string, KeptSheet | undefined>>;

/** What is written of a township and stands in no version. */
export function unsentOf(
  table: LossTable,
  township: string,
  sheet: KeptSheet | undefined,
): KeptSheet | undefined {
  const row = table.townships.find((one) => one.township === township);
  return row?.versions.some((version) => version.id === sheet?.sent) ? undefined : sheet;
}

/** What of the sheets is worth keeping; none: nothing is written. */
export function worthKeeping(table: LossTable, sheets: Sheets): Sheets | null {
  const unsent = Object.entries(sheets).filter(([of, sheet]) => unsentOf(table, of, sheet));
  return unsent.length > 0 ? Object.fromEntries(unsent) : null;
}

/** Sheets found again: what was being written since stays, and a picture that was under way is to be sent anew. */
export function foundAgain(kept: Sheets, since: Sheets): Sheets {
  const stopped = (one: Attachment) => ({ ...one, failed: one.seal === null });
  const found = Object.entries(kept).map(([township, sheet]) => [
    township,
    sheet && { ...sheet, photos: sheet.photos.map(stopped) },
  ]);
  return { ...Object.fromEntries(found), ...since };
}

/** A sheet filled in with what stands. */
export function sheetOf(row: TownshipLoss | undefined, me: string | undefined): LossSheet {
  return { row, stage: firstStage(row, me), draft: draftOf(row) };
}

function firstStage(row: TownshipLoss | undefined, me: string | undefined): LossStage {
  return nextStages(row?.versions ?? [], me).find((one) => one.not === null)?.stage ?? "first";
}

/** Whether a newer version has come in since it was begun. */
export function isBehind(sheet: LossSheet, now: TownshipLoss | undefined): boolean {
  return (now?.versions.length ?? 0) !== (sheet.row?.versions.length ?? 0);
}

export interface Newer {
  item: LossItem;
  before: number | null;
  after: number;
}

/** The numbers that stand otherwise now than when it was begun. */
export function newerFigures(sheet: LossSheet, now: TownshipLoss | undefined): Newer[] {
  return ITEMS.flatMap((item) => {
    const before = (sheet.row && cellOf(sheet.row, item)?.value) ?? null;
    const after = (now && cellOf(now, item)?.value) ?? null;
    return after === null || after === before ? [] : [{ item, before, after }];
  });
}

/** The same sheet behind a newer version: what was written stays, what was not is filled in anew. */
export function carriedOver(
  sheet: LossSheet,
  now: TownshipLoss | undefined,
  me: string | undefined,
): LossSheet {
  const [old, fresh, mine] = [draftOf(sheet.row), draftOf(now), sheet.draft];
  const figures = Object.fromEntries(
    ITEMS.map((item) => [
      item,
      mine.figures[item] === old.figures[item] ? fresh.figures[item] : mine.figures[item],
    ]),
  ) as Draft["figures"];
  const photos = same(mine.photos, old.photos) ? fresh.photos : mine.photos;
  const stages = nextStages(now?.versions ?? [], me);
  const may = stages.some((one) => one.stage === sheet.stage && one.not === null);
  return {
    row: now,
    stage: may ? sheet.stage : firstStage(now, me),
    draft: {
      figures,
      cases: carriedCases(mine.cases, old.cases, fresh.cases, now),
      photos,
      note: mine.note,
    },
  };
}

function carriedCases(
  mine: readonly CaseDraft[],
  old: readonly CaseDraft[],
  fresh: readonly CaseDraft[],
  now: TownshipLoss | undefined,
): CaseDraft[] {
  const by = (list: readonly CaseDraft[]) => new Map(list.map((one) => [one.case, one]));
  const [ours, before] = [by(mine), by(old)];
  const known = fresh.map((one) => {
    const [written, was] = [ours.get(one.case), before.get(one.case)];
    return written ? merged(written, was ?? one, one) : one;
  });
  const there = new Set(fresh.map((one) => one.case));
  const all = new Map((now?.cases ?? []).map((one) => [one.case, one]));
  const rest = mine.flatMap((one) => {
    if (there.has(one.case)) return [];
    if (one.known === null) return [one];
    // It was taken out by the newer version: what was written of it since is not lost.
    const was = before.get(one.case);
    const written = !one.withdrawn && was !== undefined && !same(one, was);
    return written ? [{ ...one, known: all.get(one.case) ?? one.known }] : [];
  });
  return [...known, ...rest];
}

/** A case of both: field by field, what was written stays. */
function merged(mine: CaseDraft, was: CaseDraft, fresh: CaseDraft): CaseDraft {
  return {
    ...fresh,
    kind: mine.kind === was.kind ? fresh.kind : mine.kind,
    village: mine.village === was.village ? fresh.village : mine.village,
    name: mine.name,
    withdrawn: mine.withdrawn,
    reason: mine.reason,
  };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
