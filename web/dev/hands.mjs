// What people themselves open and gather in the invented night: situations no gauge raised, decisions,
// incidents, and who looks after a notice.
import { createHash } from "node:crypto";
import { iso, MIN } from "./storm.mjs";

/** The id that follows from the press, as the real program makes it. */
function situationOf(county, hazard, op) {
  const hash = createHash("sha256");
  for (const part of [county, hazard, `by_hand:${op}`, "0"]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(part)));
    hash.update(length).update(part);
  }
  return hash.digest("hex").slice(0, 16);
}

function byHand(county, op, at, { hazard, level, how, area, text, place, by }) {
  const id = situationOf(county.code, hazard, op);
  const whole = { kind: "county", code: county.code, title: county.title, people: 0 };
  const known = county.areas.find((one) => one.kind === area?.kind && one.code === area?.code);
  const where = known ?? whole;
  return {
    id,
    hazard,
    area: where,
    level,
    worst: level,
    opened: at,
    changed: at,
    first: id,
    newest: id,
    members: [],
    active: 1,
    unacked: 1,
    quiet: 0,
    people: where.people,
    townships: where.kind === "township" ? [where.code] : [],
    told: 1,
    told_at: at,
    told_for: "new",
    next_notice: null,
    merged_into: null,
    manual: {
      how,
      by,
      level,
      text,
      place,
      task: null,
      episode: `${at}`,
      acked_by: null,
      acked_at: null,
    },
    decisions: [],
    undecided_since: null,
    decide_by: null,
    closed: false,
  };
}

function acknowledge(one, by, at, until = null) {
  Object.assign(one.manual, { acked_by: by, acked_at: at, lease_until: until });
  one.unacked = 0;
}

/** A call and an area drawn on the map: situations no gauge raised. */
export function addByHand(county, now, texts) {
  const seal = (n, words) => {
    const id = `f${n}`.repeat(32);
    texts[id] = words;
    return id;
  };
  const towns = county.areas.filter((one) => one.kind === "township");
  const ago = (minutes) => iso(now - minutes * MIN);
  const call = byHand(county, "night-call", ago(5), {
    hazard: "gas",
    level: 3,
    how: "call",
    area: towns[2],
    text: seal(1, "鼓山路 38 号群众来电：门前燃气管被树压断，闻到气味。"),
    place: seal(2, "鼓山路 38 号"),
    by: "p-zhou",
  });
  const ring = [
    [120.83, 29.43],
    [120.87, 29.42],
    [120.88, 29.46],
    [120.84, 29.47],
    [120.83, 29.43],
  ];
  const drawn = byHand(county, "night-drawn", ago(18), {
    hazard: "landslide",
    level: 2,
    how: "drawn",
    area: towns[4],
    text: seal(3, "后山坡面开裂，圈定范围内先不让人进。"),
    place: seal(4, JSON.stringify({ type: "Polygon", coordinates: [ring] })),
    by: "p-lyu",
  });
  acknowledge(drawn, "p-lyu", ago(17), ago(-13));
  county.situations.push(call, drawn);
}

/** Notices of the program itself: nobody takes those on. */
const NOBODYS = ["link_down", "clock_stepped", "disk_full", "rules_refused", "flood_mode"];

/** The answer and the changes to tell, or null where the action is none of these. */
export function pressHands(night, act, by, now, seal) {
  const { county } = night;
  const { action } = act;
  const at = iso(now);
  const refuse = (why) => ({ answer: { answer: "refused", why }, changes: [] });
  const done = (...changes) => ({ answer: { answer: "done" }, changes });
  const situation = county.situations.find((one) => one.id === action.situation);
  const incident = county.incidents?.find((one) => one.id === action.incident);
  const told = (one) => done({ kind: "situation", situation: one });
  const gathered = (one) => done({ kind: "incident", incident: one });
  switch (action.action) {
    case "open_situation": {
      const text = seal(action.text);
      const place = action.place ? seal(action.place) : null;
      const one = byHand(county, act.op, at, { ...action, text, place, by: by.id });
      county.situations.push(one);
      return told(one);
    }
    case "grade_situation": {
      if (!situation?.manual) return refuse("no_such_situation");
      const rises = action.level > situation.manual.level;
      situation.manual.level = action.level;
      Object.assign(situation, { level: action.level, changed: at });
      situation.worst = Math.max(situation.worst, action.level);
      if (rises) {
        Object.assign(situation.manual, { acked_by: null, acked_at: null });
        situation.unacked = 1;
      }
      return told(situation);
    }
    case "close_situation":
      if (!situation?.manual) return refuse("no_such_situation");
      if (action.shown && action.shown.episode !== situation.manual.episode) {
        return refuse("not_as_shown");
      }
      county.situations = county.situations.filter((one) => one !== situation);
      return told({ ...situation, level: 0, closed: true });
    case "decide": {
      if (!situation) return refuse("no_such_situation");
      decided(situation, {
        response: action.response,
        by: by.id,
        at,
        reason: action.reason ? seal(action.reason) : null,
        command: null,
      });
      return told(situation);
    }
    case "open_incident": {
      county.incidents ??= [];
      const kind = county.event_classes?.find((one) => one.id === action.class);
      const one = {
        id: act.op,
        title: seal(action.title),
        class: action.class,
        by: by.id,
        opened: at,
        situations: action.situations,
        commands: action.commands,
        reports: (kind?.clocks ?? []).map(({ within_ms, ...clock }) => ({
          ...clock,
          due: iso(now + within_ms),
          overdue: false,
          sent: [],
          filed: null,
        })),
        notes: [],
        merged_into: null,
        closed: null,
        losses: { townships: [], totals: [], doubles: [] },
      };
      county.incidents.push(one);
      return gathered(one);
    }
    case "gather_incident":
      if (!incident) return refuse("no_such_incident");
      incident.situations = [...new Set([...incident.situations, ...action.situations])];
      incident.commands = [...new Set([...incident.commands, ...action.commands])];
      return gathered(incident);
    case "take_notice": {
      const notice = night.system.find(
        (one) => one.kind === action.notice && one.subject === action.subject,
      );
      if (!notice || NOBODYS.includes(notice.kind)) return refuse("no_such_notice");
      if (!county.people.some((one) => one.id === action.owner)) return refuse("no_such_person");
      notice.owner = action.owner;
      return done({ kind: "system", system: notice });
    }
    default:
      return null;
  }
}

function decided(situation, decision) {
  situation.decisions ??= [];
  situation.decisions.push({ level: situation.level, ...decision });
  Object.assign(situation, { undecided_since: null, decide_by: null });
}

/** A command from a situation takes note of the members it names, and is the decision about it. */
export function noteShown(night, command, alarms, now) {
  const one = night.county.situations.find((each) => each.id === command.situation);
  if (!one) return [];
  const at = iso(now);
  const changes = [];
  for (const key of alarms) {
    const alarm = night.county.alarms.find((each) => each.key === key);
    if (!alarm || alarm.ack || !one.members.includes(key)) continue;
    alarm.ack = { by: command.by, at, lease_until: iso(now + 15 * MIN) };
    changes.push({ kind: "alarm", alarm });
  }
  if (one.manual) acknowledge(one, command.by, at, iso(now + 15 * MIN));
  const { by, id, level } = command;
  decided(one, { response: 5 - level, by, at, reason: null, command: id });
  return [...changes, { kind: "situation", situation: one }];
}
