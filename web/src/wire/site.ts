// What the site's own files say of themselves: checking, reloading, importing. Answers of
// `POST /api/v1/site/check`, `/site/reload` and `/registry/<what>`.

export interface Problem {
  file: string;
  line: number | null;
  column: number | null;
  what: string;
  expected: string | null;
  /** The nearest spelling that is known. */
  near: string | null;
  /** It keeps the files from being taken over. */
  stops: boolean;
}

export interface SiteCheck {
  problems: Problem[];
  /** What would change, one line each. */
  difference: string[];
  applied: boolean;
}

export type RegistryKind =
  | "stations"
  | "series"
  | "thresholds"
  | "attributes"
  | "areas"
  | "zones"
  | "people";

export interface ImportRow {
  /** Line of the upload; null for what is only in the old file. */
  row: number | null;
  kind: "added" | "changed" | "removed" | "bad" | "same";
  what: string;
}

export interface ImportResult {
  rows: ImportRow[];
  problems: Problem[];
  /** What would change for the running county, one line each. */
  difference: string[];
  applied: boolean;
}
