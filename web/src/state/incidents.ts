// Warnings without a decision, incidents, and the reports that are owed, most urgent first.

import type { IncidentView, OwedReport, SituationView } from "../wire/view";
import type { County } from "./world";

/** Open warnings that nobody has decided about, soonest deadline first. */
export function undecided(county: County): SituationView[] {
  return [...county.situations.values()]
    .filter((one) => one.decide_by)
    .sort((a, b) => (a.decide_by ?? "").localeCompare(b.decide_by ?? "") || b.level - a.level);
}

/** Open situations about which something was decided, newest decision first. */
export function decided(county: County): SituationView[] {
  const last = (one: SituationView) => one.decisions?.at(-1)?.at ?? "";
  return [...county.situations.values()]
    .filter((one) => (one.decisions?.length ?? 0) > 0)
    .sort((a, b) => last(b).localeCompare(last(a)));
}

export function isRunning(incident: IncidentView): boolean {
  return incident.closed === null && incident.merged_into === null;
}

/** Open incidents first, newest first. */
export function incidentsOf(county: County): IncidentView[] {
  return [...county.incidents.values()].sort(
    (a, b) => Number(isRunning(b)) - Number(isRunning(a)) || b.opened.localeCompare(a.opened),
  );
}

export interface Owed {
  incident: IncidentView;
  report: OwedReport;
}

/** Reports nobody has sent yet, soonest deadline first. */
export function owedReports(county: County): Owed[] {
  return [...county.incidents.values()]
    .filter(isRunning)
    .flatMap((incident) =>
      incident.reports
        .filter((report) => report.sent.length === 0)
        .map((report) => ({ incident, report })),
    )
    .sort((a, b) => a.report.due.localeCompare(b.report.due));
}

/** Pictures that a report on a response-level event needs at least. */
export const PHOTOS_NEEDED = 3;

/** Pictures of an incident's reports and notes, each once. */
export function photosOf(incident: IncidentView): string[] {
  const reports = incident.reports.flatMap((report) => report.sent.flatMap((sent) => sent.photos));
  const notes = incident.notes.flatMap((note) => note.photos);
  return [...new Set([...reports, ...notes])];
}

/** Whether a response level was decided for one of its situations. */
export function isResponse(county: County, incident: IncidentView): boolean {
  return incident.situations.some((id) =>
    county.situations.get(id)?.decisions?.some((decision) => decision.response !== null),
  );
}
