// After-action reports: fetched, written to, followed to single entries of the journal.
import { ofAsk, type ReportAsk } from "../state/report";
import type { ReportSection } from "../wire/report";
import { press } from "./act";

export { entry, reportAddress, reportFragment, reportTexts } from "../link/api";

/** A new version of a section; an empty one takes it back. Earlier versions stay. */
export function writeReport(ask: ReportAsk, section: ReportSection, text: string): Promise<string> {
  return press({ action: "write_report", of: ofAsk(ask), section, text });
}
