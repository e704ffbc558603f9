// The journal of a shift: what happened and what was done about it, gathered from what is known anyway, in the
// order in which it happened. Pure; instants are ms since the epoch.
import type { DeedKind, DeedView } from "../wire/replay";
import type {
  AlarmView,
  CommandView,
  Decision,
  IncidentView,
  LossVersion,
  OwedReport,
  PostView,
  RunView,
  SituationView,
  SuppressionView,
  Text,
} from "../wire/view";
import { roomOf, shiftNow } from "./duty";
import type { Span } from "./timebar";
import type { County } from "./world";

type What =
  | { what: "sign_in"; post: string }
  | { what: "signed_off"; post: string; note: string | null }
  | { what: "roll_call"; run: RunView }
  | { what: "alarm"; alarm: AlarmView }
  | { what: "command"; command: CommandView }
  | { what: "decision"; situation: SituationView; decision: Decision }
  | { what: "incident"; incident: IncidentView; ended: string | null }
  | { what: "incident_note"; incident: IncidentView; note: string; photos: number }
  | { what: "report"; report: OwedReport; n: number; to: string; photos: number }
  | { what: "loss"; township: string; version: LossVersion }
  | { what: "quiet"; suppression: SuppressionView }
  | { what: "mark"; note: string; until: number | null }
  | { what: "deed"; kind: DeedKind; note: string | null; count: number; title: Text | null };

export type Entry = What & {
  key: string;
  at: number;
  /** Who did it; null for what happened by itself. */
  by: string | null;
};

/** What a reader picks out. */
export const PARTS = ["alarm", "order", "decide", "report", "quiet", "duty", "note"] as const;
export type Part = (typeof PARTS)[number];

export function partOf(entry: Entry): Part {
  switch (entry.what) {
    case "alarm":
      return "alarm";
    case "command":
      return "order";
    case "decision":
    case "incident":
      return "decide";
    case "report":
    case "loss":
    case "incident_note":
      return "report";
    case "quiet":
      return "quiet";
    case "sign_in":
    case "signed_off":
    case "roll_call":
      return "duty";
    case "mark":
      return "note";
    case "deed":
      if (entry.kind === "command" || entry.kind === "cancel") return "order";
      return entry.kind === "quiet" ? "quiet" : "decide";
  }
}

const HALF_DAY_MS = 12 * 3_600_000;

/** The shift of the room up to now; one that has run over its end is still the same shift. */
export function shiftSpan(posts: readonly PostView[], now: number): Span {
  const room = roomOf(posts);
  const shift = room && shiftNow(room, now);
  if (!room || !shift) return { from: now - HALF_DAY_MS, to: now };
  const from = Date.parse(shift.from);
  const due = room.handover ? Date.parse(room.handover.due) : now + 1;
  const length = Date.parse(shift.until) - from;
  return { from: due <= now ? due - length : from, to: now };
}

/** When an alarm came to orange or red: its last change where it stands there, else when it was raised. */
function cameAt(alarm: AlarmView): number {
  const stands = alarm.process === "active" && alarm.level === alarm.worst;
  return Date.parse(stands ? alarm.changed : alarm.raised);
}

function ofCounty(county: County, posts: readonly PostView[]): Entry[] {
  const list: Entry[] = [];
  const add = (what: What, key: string, at: string | number, by: string | null) =>
    list.push({ ...what, key, at: typeof at === "number" ? at : Date.parse(at), by });
  for (const post of posts) {
    for (const one of post.signed_in)
      add({ what: "sign_in", post: post.id }, `in/${post.id}/${one.by}`, one.at, one.by);
    const { signed = null, note = null } = post.handover ?? {};
    if (signed)
      add({ what: "signed_off", post: post.id, note }, `off/${post.id}`, signed.at, signed.by);
  }
  for (const run of county.runs.values())
    if ("roll_call" in run.about) add({ what: "roll_call", run }, run.id, run.began, null);
  for (const alarm of county.alarms.values())
    if (alarm.worst >= 3) add({ what: "alarm", alarm }, `alarm/${alarm.key}`, cameAt(alarm), null);
  for (const command of county.commands.values())
    add({ what: "command", command }, command.id, command.issued, command.by);
  for (const situation of county.situations.values())
    for (const decision of situation.decisions ?? [])
      add(
        { what: "decision", situation, decision },
        `${situation.id}/${decision.at}`,
        decision.at,
        decision.by,
      );
  for (const incident of county.incidents.values()) ofIncident(incident, add);
  for (const one of county.suppressions.values())
    if (one.by) add({ what: "quiet", suppression: one }, one.id, one.from, one.by);
  return list;
}

function ofIncident(
  incident: IncidentView,
  add: (what: What, key: string, at: string, by: string) => void,
) {
  const { id, closed } = incident;
  add({ what: "incident", incident, ended: null }, id, incident.opened, incident.by);
  for (const { text, photos, at, by } of incident.notes)
    add(
      { what: "incident_note", incident, note: text, photos: photos.length },
      `${id}/${at}/${text}`,
      at,
      by,
    );
  for (const report of incident.reports)
    report.sent.forEach(({ at, by, received_by: to, photos }, place) => {
      add(
        { what: "report", report, n: place + 1, to, photos: photos.length },
        `${id}/${report.id}/${place}`,
        at,
        by,
      );
    });
  for (const { township, versions } of incident.losses?.townships ?? [])
    for (const version of versions)
      add({ what: "loss", township, version }, version.id, version.at, version.by);
  if (closed)
    add({ what: "incident", incident, ended: closed.reason }, `${id}/end`, closed.at, closed.by);
}

/** Presses of one kind by one person closer together than this are one line, ms. */
const TOGETHER_MS = 10 * 60_000;

/** What the county view tells itself is not told a second time by the presses that made it. */
function ofDeeds(deeds: readonly DeedView[], told: Entry[]): Entry[] {
  const keys = new Map(told.map((entry) => [entry.key, entry]));
  const stamps = new Set(told.map((entry) => `${entry.by}|${entry.at}`));
  const list: Entry[] = [];
  for (const deed of deeds) {
    const at = Date.parse(deed.at);
    const known = keys.get(deed.op);
    if (known) {
      known.by ??= deed.by;
      continue;
    }
    const until = deed.until ? Date.parse(deed.until) : null;
    const base = { key: deed.op, at, by: deed.by };
    if (deed.kind === "mark") {
      if (deed.note) list.push({ ...base, what: "mark", note: deed.note, until });
      continue;
    }
    if (stamps.has(`${deed.by}|${at}`)) continue;
    list.push({
      ...base,
      what: "deed",
      kind: deed.kind,
      note: deed.note,
      count: deed.about,
      title: deed.title,
    });
  }
  return list;
}

/** Neighbouring presses that say the same become one line with their sum, at the time of the first. */
function together(list: readonly Entry[]): Entry[] {
  const found: Entry[] = [];
  for (const entry of list) {
    const last = found.at(-1);
    const same =
      entry.what === "deed" &&
      last?.what === "deed" &&
      entry.note === null &&
      last.note === null &&
      entry.title?.zh === last.title?.zh &&
      entry.kind === last.kind &&
      entry.by === last.by &&
      entry.at - last.at < TOGETHER_MS;
    if (same) found[found.length - 1] = { ...last, count: last.count + entry.count };
    else found.push(entry);
  }
  return found;
}

/** Entries of a span, newest last. */
export function journal(
  county: County,
  posts: readonly PostView[],
  deeds: readonly DeedView[],
  { from, to }: Span,
): Entry[] {
  const told = ofCounty(county, posts);
  const all = [...told, ...ofDeeds(deeds, told)];
  const inside = all.filter((entry) => entry.at >= from && entry.at <= to);
  return together(inside.sort((a, b) => a.at - b.at));
}

/** Seals of the texts in these entries. */
export function sealsOf(entries: readonly Entry[]): (string | null)[] {
  return entries.flatMap((entry) => {
    switch (entry.what) {
      case "signed_off":
      case "mark":
      case "deed":
        return entry.note;
      case "incident_note":
        return [entry.note, entry.incident.title];
      case "incident":
        return [entry.incident.title, entry.ended];
      case "report":
        return entry.to;
      case "decision":
        return entry.decision.reason;
      case "quiet":
        return entry.suppression.reason;
      default:
        return [];
    }
  });
}
