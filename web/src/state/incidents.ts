// Warnings without a decision, incidents, and the reports that are owed, most urgent first.

import type { CommandView, Decision, IncidentView, OwedReport, SituationView } from "../wire/view";
import { commandsOf, isOpen } from "./select";
import { headOf, situationList } from "./situations";
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

/** Whether a report was sent, or the loss reports it asks for are in. */
export function isMet(report: OwedReport): boolean {
  return report.sent.length > 0 || Boolean(report.filed);
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
      incident.reports.filter((report) => !isMet(report)).map((report) => ({ incident, report })),
    )
    .sort((a, b) => a.report.due.localeCompare(b.report.due));
}

export interface Decided {
  situation: SituationView;
  decision: Decision;
}

/** What was decided about the situations of an incident that still stand, newest first. */
export function decisionsOf(county: County, incident: IncidentView): Decided[] {
  return incident.situations
    .flatMap((id) => {
      const situation = county.situations.get(id);
      return (situation?.decisions ?? []).map((decision) => ({ situation, decision }));
    })
    .filter((one): one is Decided => one.situation !== undefined)
    .sort((a, b) => b.decision.at.localeCompare(a.decision.at));
}

/** Commands about these situations: they answer an alarm of one, or were the decision about it. */
export function commandsAbout(county: County, situations: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const id of situations) {
    for (const { command } of county.situations.get(id)?.decisions ?? [])
      if (command !== null && county.commands.has(command)) found.add(command);
  }
  for (const { id, alarm } of county.commands.values()) {
    const of = county.situations.get(county.alarms.get(alarm ?? "")?.situation ?? "");
    if (of && (situations.has(of.id) || situations.has(headOf(county, of).id))) found.add(id);
  }
  return found;
}

export interface Parts {
  situations: SituationView[];
  commands: CommandView[];
}

/** What may be gathered: everything that is open, and what belongs to the situations that are chosen. */
export function partsFor(
  county: County,
  incident: IncidentView | null,
  chosen: ReadonlySet<string> = new Set(),
): Parts {
  const has = { situations: incident?.situations ?? [], commands: incident?.commands ?? [] };
  const about = commandsAbout(county, chosen);
  return {
    situations: situationList(county)
      .filter((one) => !has.situations.includes(one.id))
      .sort((a, b) => b.level - a.level || b.opened.localeCompare(a.opened)),
    commands: commandsOf(county).filter(
      (one) => !has.commands.includes(one.id) && (isOpen(one) || about.has(one.id)),
    ),
  };
}

/** Pictures that a report on a response-level event needs at least. */
export const PHOTOS_NEEDED = 3;

/** Pictures of an incident's reports and notes, each once. */
export function photosOf(incident: IncidentView): string[] {
  const reports = incident.reports.flatMap((report) => report.sent.flatMap((sent) => sent.photos));
  const notes = incident.notes.flatMap((note) => note.photos);
  const losses = incident.losses?.townships.flatMap((row) => row.versions) ?? [];
  return [...new Set([...reports, ...notes, ...losses.flatMap((version) => version.photos)])];
}

/** Whether a response level was decided for one of its situations. */
export function isResponse(county: County, incident: IncidentView): boolean {
  return incident.situations.some((id) =>
    county.situations.get(id)?.decisions?.some((decision) => decision.response !== null),
  );
}
