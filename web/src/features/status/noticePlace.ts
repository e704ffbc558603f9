// Where a notice about ourselves leads.
import { i18n } from "../../i18n/i18n";
import { isBlindSpot } from "../../state/select";
import type { County } from "../../state/world";
import type { RunView, SystemKind, SystemView } from "../../wire/view";
import type { DeskMove } from "../desk/desk";
import { commandOf, reportOf } from "./noticeWords";

export interface Place {
  words: string;
  go: DeskMove;
}

/** Null where this desk has no place for it. */
export function placeOf(
  county: County,
  { kind, subject }: { kind: SystemKind; subject: string },
): Place | null {
  switch (kind) {
    case "unanswered":
    case "need_help":
    case "crew_overdue":
      return board(county, subject);
    case "calls_exhausted":
    case "legal_clock":
    case "empty_step":
      return ofRun(county, county.runs.get(subject.split("#")[0] ?? ""));
    case "undecided":
      return situation(county, subject);
    case "report_overdue": {
      const found = reportOf(county, subject);
      return found && open({ to: "incidents", incident: found.incident.id });
    }
    case "sight_lost":
    case "blind_spot":
    case "unstable_signal":
    case "sensor_repair":
      return station(county, kind, subject.split("/")[0] ?? "");
    case "channel_lost":
      return { words: i18n.t("看通道"), go: { to: "duty", tab: "contacts" } };
    case "suppression_ending":
      return { words: i18n.t("看台账"), go: { to: "ledger", entry: subject } };
    case "rules_refused":
      return { words: i18n.t("看规则"), go: { to: "rules" } };
    case "rule_failing":
      return { words: i18n.t("看规则"), go: { to: "rules", rule: subject.split("@")[0] ?? null } };
    case "coverage_gap":
    case "not_signed_in":
      return { words: i18n.t("看值班"), go: { to: "duty", tab: "now", post: subject } };
    case "handover_open":
      return { words: i18n.t("看值班"), go: { to: "duty", tab: "handover" } };
    case "flood_mode":
      return { words: i18n.t("看负荷"), go: { to: "dialog", dialog: "load" } };
    case "reply_unread":
      return { words: i18n.t("看回信"), go: { to: "intake" } };
    case "link_down":
    case "interface_down":
      return { words: i18n.t("看接口"), go: { to: "intake" } };
    case "disk_full":
    case "clock_stepped":
    case "journal_broken":
      return null;
    default:
      return null;
  }
}

/** Where a line of many leads: to the board of their command, or to the page of all such things. */
export function placeOfMany(county: County, line: readonly SystemView[]): Place | null {
  const [entry] = line;
  if (!entry) return null;
  if (line.length === 1 || entry.kind === "unanswered") return placeOf(county, entry);
  switch (entry.kind) {
    case "blind_spot":
      return blindSituation(county, line) ?? { words: i18n.t("看站点"), go: { to: "stations" } };
    case "sight_lost":
    case "unstable_signal":
      return { words: i18n.t("看站点"), go: { to: "stations" } };
    case "rule_failing":
      return { words: i18n.t("看规则"), go: { to: "rules" } };
    case "calls_exhausted":
    case "legal_clock":
      return open({ to: "unanswered" });
    case "report_overdue":
      return open({ to: "incidents" });
    default:
      return placeOf(county, entry);
  }
}

/** The situation that all these blind spots are in, if it is one. */
function blindSituation(county: County, line: readonly SystemView[]): Place | null {
  const stations = new Set(line.map((entry) => entry.subject));
  const alarms = [...county.alarms.values()].filter(
    (one) => isBlindSpot(one) && stations.has(one.station),
  );
  const [id, ...others] = new Set(alarms.map((one) => one.situation));
  return id && others.length === 0 ? situation(county, id) : null;
}

const open = (go: DeskMove): Place => ({ words: i18n.t("打开"), go });

function board(county: County, task: string): Place | null {
  const command = commandOf(county, task);
  return command ? open({ to: "board", command, task }) : null;
}

function situation(county: County, id: string): Place | null {
  return county.situations.has(id) ? open({ to: "situation", situation: id }) : null;
}

/** The alarm that lost its sight, or that of the blind spot; else the station itself. */
function station(county: County, kind: SystemKind, id: string): Place | null {
  const here = [...county.alarms.values()].filter((one) => one.station === id);
  const alarm =
    kind === "sight_lost"
      ? here.find((one) => one.sight_lost)
      : kind === "blind_spot"
        ? here.find(isBlindSpot)
        : undefined;
  if (alarm) return open({ to: "open", alarm: alarm.key, station: id });
  return county.stations.has(id)
    ? { words: i18n.t("看站点"), go: { to: "stations", station: id } }
    : null;
}

function ofRun(county: County, run: RunView | undefined): Place | null {
  if (!run) return null;
  const { about } = run;
  if ("situation" in about) return situation(county, about.situation);
  if ("task" in about) return board(county, about.task);
  if ("notice" in about) return placeOf(county, about.notice);
  return "roll_call" in about
    ? { words: i18n.t("看点名"), go: { to: "duty", tab: "roll" } }
    : { words: i18n.t("看通道"), go: { to: "duty", tab: "contacts" } };
}
