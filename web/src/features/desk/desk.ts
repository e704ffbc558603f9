// What the officer looks at: selection and the view of the centre zone. Nothing here is sent anywhere.
import { createContext, type Dispatch, useContext } from "react";
import type { Border } from "../../map/pen";
import { isSame, type ReportAsk } from "../../state/report";
import type { Matcher } from "../../wire/view";

export type View =
  | "map"
  | "alarm"
  | "composer"
  | "board"
  | "unanswered"
  | "incidents"
  | "situation"
  | "ledger"
  | "rules"
  | "backtest"
  | "stations"
  | "intake"
  | "events"
  | "duty"
  | "report"
  | "score";
/** Pages that take the room of the centre and the right zone. */
const PAGES: readonly View[] = [
  "unanswered",
  "incidents",
  "ledger",
  "rules",
  "backtest",
  "stations",
  "intake",
  "events",
  "duty",
  "report",
  "score",
];
export const isPage = (view: View): boolean => PAGES.includes(view);
/** On a narrow screen one zone is shown at a time. */
export type Zone = "left" | "centre" | "right" | "more";
/** Who is on duty, the roll-call, the handover, the shift's journal, and by what people can be reached. */
export type DutyTab = "now" | "roll" | "handover" | "journal" | "contacts";
/** An area drawn on the map: being drawn, or closed and what lies in it. */
export type Drawing = "pen" | { border: Border; stations: string[]; townships: string[] };
/** A place to look at on the map, and from where one came to look. */
export interface Spot {
  lon: number;
  lat: number;
  /** Whose place it is, where it is somebody's last. */
  person: string | null;
  from: View;
}
/** What is being written on the ledger page: how it begins, from where it was asked for. */
export type LedgerDraft = { kind: "silence" | "maintenance" | "service"; matcher: Matcher };

/** Whom a command that is begun reaches from the start; another round is another command. */
export type Reach = { people: string[]; groups: string[]; round: number };

export interface Desk {
  view: View;
  alarm: string | null;
  command: string | null;
  /** A task, or among those who have not answered the call at somebody. */
  task: string | null;
  station: string | null;
  /** Somebody in the field, chosen on the map. */
  person: string | null;
  spot: Spot | null;
  /** Alarms of one situation only, by its id. */
  situation: string | null;
  dialog: "keys" | "record" | "load" | "line" | null;
  /** What is opened is to be acknowledged: its page goes to that step by itself, which asks as ever. */
  asking: boolean;
  /** Line of the ledger, and what is being added to it. */
  entry: string | null;
  draft: LedgerDraft | null;
  rule: string | null;
  duty: DutyTab;
  /** A post, or on the page of contacts a person. */
  post: string | null;
  /** The report that is open. */
  report: ReportAsk | null;
  /** When it shows a map beside those it has of itself. */
  moments: readonly number[];
  /** The area drawn on the map. */
  drawing: Drawing | null;
  /** Whom a command that is begun reaches from the start. */
  reach: Reach;
  /** The situation a command is begun from; null: from an alarm, or from nothing. */
  about: string | null;
  incident: string | null;
  zone: Zone;
}

export const startDesk: Desk = {
  view: "map",
  alarm: null,
  command: null,
  task: null,
  station: null,
  person: null,
  spot: null,
  situation: null,
  dialog: null,
  asking: false,
  entry: null,
  draft: null,
  rule: null,
  duty: "now",
  post: null,
  report: null,
  moments: [],
  drawing: null,
  reach: { people: [], groups: [], round: 0 },
  about: null,
  incident: null,
  zone: "left",
};

export type DeskMove =
  | { to: "select"; alarm: string; station: string | null }
  | { to: "open"; alarm: string; station: string | null; asking?: boolean }
  | { to: "station"; station: string }
  | { to: "person"; person: string | null }
  | { to: "spot"; lon: number; lat: number; person?: string }
  | {
      to: "compose";
      alarm?: string | null;
      situation?: string;
      people?: string[];
      groups?: string[];
      anew?: boolean;
    }
  | { to: "draw"; drawing: Drawing | null }
  | { to: "board"; command: string; task?: string | null }
  | { to: "task"; task: string | null }
  | { to: "situation"; situation: string | null; asking?: boolean }
  | { to: "asked" }
  | { to: "ledger"; entry?: string | null; draft?: LedgerDraft | null }
  | { to: "rules"; rule?: string | null }
  | { to: "unanswered"; task?: string | null }
  | { to: "incidents"; incident?: string }
  | { to: "backtest"; rule?: string | null }
  | { to: "stations"; station?: string | null }
  | { to: "intake" }
  | { to: "events" }
  | { to: "duty"; tab?: DutyTab; post?: string | null }
  | { to: "report"; ask?: ReportAsk }
  | { to: "moments"; moments: readonly number[] }
  | { to: "score" }
  | { to: "map" }
  | { to: "zone"; zone: Zone }
  | { to: "dialog"; dialog: Desk["dialog"] }
  | { to: "back" };

export function moveDesk(desk: Desk, move: DeskMove): Desk {
  const next = step(desk, move);
  // A place is looked at while the map is open, and let go with it.
  return next.spot && next.view !== "map" ? { ...next, spot: null } : next;
}

function step(desk: Desk, move: DeskMove): Desk {
  const centre = { ...desk, zone: "centre" as const };
  switch (move.to) {
    case "select":
      return { ...desk, alarm: move.alarm, station: move.station, person: null };
    case "open":
      return {
        ...centre,
        view: "alarm",
        alarm: move.alarm,
        station: move.station,
        asking: move.asking ?? false,
      };
    case "station":
      return { ...desk, station: move.station, person: null };
    case "person":
      return { ...desk, person: move.person, station: null };
    case "spot":
      return {
        ...centre,
        view: "map",
        station: null,
        spot: {
          lon: move.lon,
          lat: move.lat,
          person: move.person ?? null,
          from: desk.view === "map" && desk.spot ? desk.spot.from : desk.view,
        },
      };
    case "compose":
      return {
        ...centre,
        view: "composer",
        alarm: move.alarm === undefined ? desk.alarm : move.alarm,
        about: move.situation ?? null,
        reach: {
          people: move.people ?? [],
          groups: move.groups ?? [],
          round: desk.reach.round + Number(move.anew ?? false),
        },
      };
    case "draw":
      return { ...centre, view: "map", station: null, person: null, drawing: move.drawing };
    case "board":
      return { ...centre, view: "board", command: move.command, task: move.task ?? null };
    case "task":
      return { ...desk, task: move.task };
    case "situation":
      if (move.situation !== null) {
        const { situation, asking = false } = move;
        return { ...centre, view: "situation", situation, asking };
      }
      return { ...desk, view: desk.view === "situation" ? "map" : desk.view, situation: null };
    case "asked":
      return { ...desk, asking: false };
    case "ledger":
      return { ...centre, view: "ledger", entry: move.entry ?? null, draft: move.draft ?? null };
    case "rules":
      return { ...centre, view: "rules", rule: move.rule ?? null };
    case "unanswered":
      return { ...centre, view: "unanswered", task: move.task ?? null };
    case "incidents":
      return {
        ...centre,
        view: "incidents",
        incident: move.incident ?? desk.incident,
        task: null,
      };
    case "backtest":
      return { ...centre, view: "backtest", rule: move.rule ?? null };
    case "stations":
      return { ...centre, view: "stations", station: move.station ?? null };
    case "intake":
      return { ...centre, view: "intake" };
    case "events":
      return { ...centre, view: "events" };
    case "duty":
      return { ...centre, view: "duty", duty: move.tab ?? desk.duty, post: move.post ?? null };
    case "report":
      return { ...centre, view: "report", ...reportOf(desk, move.ask ?? desk.report) };
    case "moments":
      return { ...desk, moments: move.moments };
    case "score":
      return { ...centre, view: "score" };
    case "map":
      return { ...centre, view: "map", task: null, spot: null };
    case "zone":
      return { ...desk, zone: move.zone };
    case "dialog":
      return { ...desk, dialog: move.dialog };
    case "back":
      return back(desk);
  }
}

/** Another report begins with no moments of its own. */
function reportOf(desk: Desk, ask: ReportAsk | null): Pick<Desk, "report" | "moments"> {
  const same = ask && desk.report && isSame(ask, desk.report);
  return { report: ask, moments: same ? desk.moments : [] };
}

/** One step outwards: a dialog, what is being written, the view, then the selection. */
function back(desk: Desk): Desk {
  if (desk.dialog) return { ...desk, dialog: null };
  if (desk.view === "ledger" && (desk.draft || desk.entry))
    return { ...desk, draft: null, entry: null };
  if (desk.view === "rules" && desk.rule) return { ...desk, rule: null };
  if (desk.view === "intake") return { ...desk, view: "stations" };
  if (desk.view === "events") return { ...desk, view: "rules" };
  if (desk.view === "backtest" && desk.rule) return { ...desk, view: "rules" };
  if (desk.view === "duty" && desk.post) return { ...desk, post: null };
  if (desk.view === "stations" && desk.station) return { ...desk, station: null };
  if (desk.view === "alarm" && desk.situation) return { ...desk, view: "situation" };
  if (desk.view === "situation") return { ...desk, view: "map", situation: null, zone: "left" };
  if (desk.view === "map" && desk.drawing) return { ...desk, drawing: null };
  if (desk.view === "map" && desk.person) return { ...desk, person: null };
  if (desk.view === "map" && desk.spot) return { ...desk, view: desk.spot.from, spot: null };
  if (desk.view === "map") return { ...desk, station: null, situation: null, zone: "left" };
  return { ...desk, view: "map", task: null };
}

export const DeskContext = createContext<{ desk: Desk; move: Dispatch<DeskMove> }>({
  desk: startDesk,
  move: () => {},
});

export const useDesk = () => useContext(DeskContext);
