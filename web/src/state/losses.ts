// Losses of an incident by township: what the table shows, which version may come next, and what a form sends of
// what was typed. Pure.
import type { CaseChange, LossRequest } from "../wire/acts";
import type {
  CaseKind,
  CaseView,
  IncidentView,
  LossCell,
  LossItem,
  LossStage,
  LossTable,
  LossVersion,
  PossibleDouble,
  TownshipLoss,
} from "../wire/view";
import { isResponse, PHOTOS_NEEDED } from "./incidents";
import type { County } from "./world";

/** Every item, in the order of the table. */
export const ITEMS: readonly LossItem[] = [
  "affected",
  "dead",
  "missing",
  "injured",
  "relocated",
  "in_need",
  "homes_collapsed",
  "homes_damaged",
  "crops",
  "money",
];
/** Columns that are there whether or not anybody stated them. */
const ALWAYS: readonly LossItem[] = ["affected", "dead", "missing", "homes_collapsed"];

export const CASES: readonly CaseKind[] = ["dead", "missing", "home"];

export function itemOf(kind: CaseKind): LossItem {
  return kind === "home" ? "homes_collapsed" : kind;
}

const EMPTY: LossTable = { townships: [], totals: [], doubles: [] };

export function lossesOf(incident: IncidentView): LossTable {
  return incident.losses ?? EMPTY;
}

/** Digits of a value that stand behind the point. */
export function decimalsOf(item: LossItem): number {
  return item === "crops" || item === "money" ? 2 : 0;
}

export function shown(item: LossItem, value: number): string {
  const decimals = decimalsOf(item);
  const text = (value / 10 ** decimals).toFixed(decimals);
  return decimals > 0 ? text.replace(/\.?0+$/, "") : text;
}

/** What was typed, in whole steps; null where nothing was, NaN where it is no number. */
export function typed(item: LossItem, text: string): number | null {
  const plain = text.trim();
  if (plain === "") return null;
  const decimals = decimalsOf(item);
  const fits = decimals > 0 ? /^\d{1,12}(\.\d{1,2})?$/ : /^\d{1,12}$/;
  if (!fits.test(plain)) return Number.NaN;
  const [whole = "0", rest = ""] = plain.split(".");
  return Number(whole) * 10 ** decimals + Number(rest.padEnd(decimals, "0") || 0);
}

/** Items to show: those that are always there, and those that any township stated. */
export function columnsOf(table: LossTable): LossItem[] {
  const stated = new Set(table.totals.map((total) => total.item));
  return ITEMS.filter((item) => ALWAYS.includes(item) || stated.has(item));
}

export function cellOf(row: TownshipLoss, item: LossItem): LossCell | undefined {
  return row.cells.find((cell) => cell.item === item);
}

/** Whether a number stands lower than it once stood. */
export function wentDown(cell: LossCell): boolean {
  return cell.steps.some((step) => step.down);
}

export type Refusal = "verified" | "reporter" | "first" | "unverified";

export interface NextStage {
  stage: LossStage;
  /** Why it may not come now. */
  not: Refusal | null;
}

/** The stages that may come after what is there, for this person; of each other one why not. */
export function nextStages(versions: readonly LossVersion[], me: string | undefined): NextStage[] {
  if (versions.length === 0) return [{ stage: "first", not: null }];
  const verified = versions.some((version) => version.stage === "verified");
  const last = versions.at(-1)?.stage;
  const own = versions.some((version) => version.stage !== "verified" && version.by === me);
  const verify = last === "verified" ? "verified" : own ? "reporter" : null;
  return [
    { stage: "follow_up", not: verified ? "verified" : null },
    { stage: "verified", not: verify },
    { stage: "correction", not: verified ? null : "unverified" },
  ];
}

/** A line of a ledger as it is being written. */
export interface CaseDraft {
  case: string;
  /** As all versions say it; null: it is new. */
  known: CaseView | null;
  kind: CaseKind;
  village: string;
  name: string;
  withdrawn: boolean;
  reason: string;
}

export interface Draft {
  figures: Record<LossItem, string>;
  cases: CaseDraft[];
  /** Pictures of the version before that are named again. */
  photos: string[];
  note: string;
}

/** A form filled in with what stands. */
export function draftOf(row: TownshipLoss | undefined): Draft {
  const figures = Object.fromEntries(
    ITEMS.map((item) => {
      const cell = row && cellOf(row, item);
      return [item, cell ? shown(item, cell.value) : ""];
    }),
  ) as Record<LossItem, string>;
  const cases = (row?.cases ?? [])
    .filter((one) => one.withdrawn === null)
    .map((known) => ({
      case: known.case,
      known,
      kind: known.kind,
      village: known.village,
      name: "",
      withdrawn: false,
      reason: "",
    }));
  return { figures, cases, photos: [...(row?.versions.at(-1)?.photos ?? [])], note: "" };
}

export function newCase(id: string, kind: CaseKind): CaseDraft {
  return { case: id, known: null, kind, village: "", name: "", withdrawn: false, reason: "" };
}

export interface Figured {
  item: LossItem;
  value: number;
  before: number | null;
}

/** The numbers that were typed, each with what stands. */
export function figured(draft: Draft, row: TownshipLoss | undefined): Figured[] {
  return ITEMS.flatMap((item) => {
    const value = typed(item, draft.figures[item]);
    if (value === null) return [];
    return [{ item, value, before: (row && cellOf(row, item)?.value) ?? null }];
  });
}

/** Cases of the ledger that a kind of case has once this is sent. */
export function listedOf(draft: Draft, item: LossItem): number {
  return draft.cases.filter((one) => !one.withdrawn && itemOf(one.kind) === item).length;
}

export type Flaw = "number" | "nothing" | "case" | "above" | "short" | "note" | "photos";

/** What the county would refuse of a form, in the order it is asked for. */
export function flawsOf(
  draft: Draft,
  row: TownshipLoss | undefined,
  stage: LossStage,
  photos: number,
  response: boolean,
): Flaw[] {
  const figures = figured(draft, row);
  const flaws: Flaw[] = [];
  if (figures.some(({ value }) => Number.isNaN(value))) return ["number"];
  if (figures.length === 0) flaws.push("nothing");
  const bare = draft.cases.some(
    (one) => one.village.trim() === "" || (one.withdrawn && one.reason.trim() === ""),
  );
  if (bare) flaws.push("case");
  for (const item of CASES.map(itemOf)) {
    const said = figures.find((one) => one.item === item)?.value ?? standing(row, item);
    const listed = listedOf(draft, item);
    if (listed > said && !flaws.includes("above")) flaws.push("above");
    if (stage === "verified" && listed < said && !flaws.includes("short")) flaws.push("short");
  }
  const down = figures.some(({ value, before }) => before !== null && value < before);
  if ((down || stage === "correction") && draft.note.trim() === "") flaws.push("note");
  const something = figures.some(({ value }) => value > 0);
  if (response && something && photos < PHOTOS_NEEDED) flaws.push("photos");
  return flaws;
}

function standing(row: TownshipLoss | undefined, item: LossItem): number {
  return (row && cellOf(row, item)?.value) ?? 0;
}

/** Whether a version of this incident needs pictures. */
export function needsPhotos(county: County, incident: IncidentView): boolean {
  const told = lossesOf(incident).townships.flatMap((row) => row.versions);
  return isResponse(county, incident) || told.some((version) => version.response !== null);
}

/** What is sent of a form: every number that was typed, and of the ledgers what changes. */
export function requestOf(
  incident: string,
  township: string,
  stage: LossStage,
  row: TownshipLoss | undefined,
  draft: Draft,
  photos: readonly string[],
): LossRequest {
  const note = draft.note.trim();
  return {
    incident,
    township,
    stage,
    after: row?.versions.length ?? 0,
    figures: figured(draft, row).map(({ item, value }) => ({ item, value })),
    cases: draft.cases.flatMap(changeOf),
    photos: [...new Set([...draft.photos, ...photos])],
    ...(note ? { note } : {}),
  };
}

function changeOf(one: CaseDraft): CaseChange[] {
  const { known } = one;
  if (one.withdrawn)
    return known ? [{ change: "withdraw", case: one.case, reason: one.reason.trim() }] : [];
  const name = one.name.trim();
  const village = one.village.trim();
  const same = known !== null && known.kind === one.kind && known.village === village;
  if (same && name === "") return [];
  const row = { case: one.case, kind: one.kind, village, ...(name ? { name } : {}) };
  return [{ change: "enter", ...row }];
}

/** What may be counted twice; what nobody has looked at first. */
export function doublesOf(incident: IncidentView): PossibleDouble[] {
  const { doubles } = lossesOf(incident);
  return [...doubles.filter((row) => !row.settled), ...doubles.filter((row) => row.settled)];
}

/** Both cases of a possible double count, as far as they are known here. */
export function sidesOf(county: County, incident: IncidentView, row: PossibleDouble): CaseView[] {
  const caseOf = (
    of: IncidentView | undefined,
    township: string,
    id: string | null | undefined,
  ) => {
    const rows = of ? lossesOf(of).townships : [];
    return (
      rows.find((one) => one.township === township)?.cases.find((one) => one.case === id) ?? []
    );
  };
  const other =
    row.other_incident === incident.id ? incident : county.incidents.get(row.other_incident);
  return [
    caseOf(incident, row.township, row.case),
    caseOf(other, row.other_township, row.other_case),
  ].flat();
}

/** The seals of everything in the table that is text. */
export function sealsIn(table: LossTable): string[] {
  const seals = table.townships.flatMap((row) => [
    ...row.versions.map((version) => version.note),
    ...row.cases.flatMap((one) => [one.name, one.note, one.withdrawn]),
  ]);
  seals.push(...table.doubles.map((row) => row.settled?.reason ?? null));
  return seals.filter((seal): seal is string => seal !== null && seal !== undefined);
}

/** Every version by its id, with its township. */
export function versionsBy(
  table: LossTable,
): Map<string, { row: TownshipLoss; version: LossVersion }> {
  const all = table.townships.flatMap((row) =>
    row.versions.map((version) => [version.id, { row, version }] as const),
  );
  return new Map(all);
}
