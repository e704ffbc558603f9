// What the site's own files say of themselves: checking, reloading, importing. Answers of
// `POST /api/v1/site/check`, `/site/reload` and `/registry/<what>`.

/** `error` keeps the set from being taken over, anything lighter does not. */
export type Weight = "error" | "warning" | "note" | string;

export interface Problem {
  file: string;
  line: number | null;
  column: number | null;
  what: string;
  expected: string | null;
  /** The nearest spelling that is known. */
  near: string | null;
  weight: Weight;
}

export interface SiteCheck {
  problems: Problem[];
  /** What would change, one line each. */
  difference: string[];
  applied: boolean;
}

export type RegistryKind = "stations" | "thresholds" | "areas" | "zones" | "people";

export interface ImportRow {
  row: number;
  kind: "added" | "changed" | "removed" | "bad" | "same";
  what: string;
}

export interface ImportResult {
  rows: ImportRow[];
  applied: boolean;
}
