// What the site's own files say of themselves: checking, reloading, tables and their changes. Answers of
// `/api/v1/site/…` and `/api/v1/registry/…`.
import type { components } from "./generated";

type Schemas = components["schemas"];

export type Problem = Schemas["ProblemView"];
export type SiteCheck = Schemas["ReviewView"];
export type SiteChange = Schemas["ChangeView"];
export type ImportRow = Schemas["RegistryRow"];
export type ImportResult = Schemas["RegistryView"];
export type SheetView = Schemas["SheetView"];
export type InterfaceView = Schemas["InterfaceView"];
export type RefusedView = Schemas["RefusedView"];
export type Refusal = Schemas["Refusal"];

/** Tables of a jurisdiction that can be read and changed by upload. */
export type RegistryKind =
  | "stations"
  | "series"
  | "thresholds"
  | "attributes"
  | "areas"
  | "zones"
  | "people"
  | "units"
  | "posts"
  | "groups";
