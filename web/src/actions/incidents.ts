// What an officer does with warnings, incidents and the reports that are owed.
import type { Shown } from "../wire/acts";
import type { Level } from "../wire/view";
import { press } from "./act";

export interface Call {
  hazard: string;
  level: Level;
  /** Township code; empty: the whole county. */
  township: string;
  text: string;
  /** In words, or the border that was drawn as GeoJSON. */
  place: string;
  how: "call" | "drawn";
}

/** Opens a situation that no gauge raised; its id follows from the op. */
export function openSituation(
  { hazard, level, township, text, place, how }: Call,
  op: string,
): Promise<string> {
  return press(
    {
      action: "open_situation",
      hazard,
      level,
      how,
      text,
      ...(township ? { area: { kind: "township" as const, code: township } } : {}),
      ...(place ? { place } : {}),
    },
    op,
  );
}

/** Another level for a situation opened by hand: a rise waits for somebody to look again. */
export function gradeSituation(situation: string, level: Level): Promise<string> {
  return press({ action: "grade_situation", situation, level });
}

/** Ends a situation opened by hand, as it was shown: what was called since then stands. */
export function closeSituation(
  situation: string,
  reason: string,
  [shown]: readonly Shown[],
): Promise<string> {
  return press({ action: "close_situation", situation, reason, ...(shown ? { shown } : {}) });
}

/** A response level, or none: decided not to act, and why. */
export function decide(
  situation: string,
  response: number | null,
  reason: string,
): Promise<string> {
  return press({ action: "decide", situation, response, ...(reason ? { reason } : {}) });
}

export interface NewIncident {
  title: string;
  class: string;
  situations: string[];
  commands: string[];
}

export function openIncident(incident: NewIncident): Promise<string> {
  return press({ action: "open_incident", ...incident });
}

export function gather(
  incident: string,
  situations: string[],
  commands: string[],
): Promise<string> {
  return press({ action: "gather_incident", incident, situations, commands });
}

/** `photos` are ids of pictures that the server has. */
export function noteIncident(
  incident: string,
  text: string,
  photos: readonly string[],
): Promise<string> {
  return press({ action: "note_incident", incident, text, photos: [...photos] });
}

export function mergeIncident(incident: string, into: string): Promise<string> {
  return press({ action: "merge_incident", incident, into });
}

export function closeIncident(incident: string, reason: string): Promise<string> {
  return press({ action: "close_incident", incident, reason });
}

/** Says that a report was sent: this press is its proof. */
export function sendReport(
  incident: string,
  clock: string,
  text: string,
  receivedBy: string,
  photos: readonly string[],
): Promise<string> {
  return press({
    action: "send_report",
    incident,
    clock,
    text,
    received_by: receivedBy,
    photos: [...photos],
  });
}
