// After-action reports on the wire, under the names this client uses.
import type { components } from "./generated";

type Schemas = components["schemas"];

/** A part of a report that people may write to. */
export type ReportSection = Schemas["ReportSection"];
/** What a report is about: an incident, or an interval. */
export type ReportOf = Schemas["ReportOf"];
/** One version of a section, with its author, time and entry. */
export type ReportText = Schemas["ReportText"];
/** An input of the journal with all that was decided on it. */
export type EntryView = Schemas["EntryView"];
