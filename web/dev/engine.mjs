// A stand-in that answers acts the way the real program does, well enough for screens. It keeps no
// clocks of its own and decides nothing about hazards.
import { noteShown } from "./hands.mjs";
import { applyLedger } from "./ledger.mjs";
import { helpOf } from "./places.mjs";
import { iso, MIN } from "./storm.mjs";

const ORDER = [
  "issued",
  "no_reply",
  "delivered",
  "seen",
  "declined",
  "accepted",
  "en_route",
  "on_scene",
  "working",
  "done",
  "verified",
  "cancelled",
];
const CLOSED = new Set(["verified", "cancelled"]);

/** Applies one act; returns the answer and the changes to tell. */
export function apply(night, act, by, now, seal) {
  const { county } = night;
  night.counted ??= new Map();
  const rows = night.counted;
  const { action } = act;
  const changes = [];
  const alarmChanged = (alarm) => changes.push({ kind: "alarm", alarm });
  const done = () => ({ answer: { answer: "done" }, changes });
  const refuse = (why) => ({ answer: { answer: "refused", why }, changes: [] });
  const alarm = (key) => county.alarms.find((one) => one.key === key);
  const officer = by.role === "duty_officer" || by.role === "administrator";

  const own = action.action === "report_task" || action.action === "report_place";
  if (!own && !officer) return refuse("role_not_allowed");
  const quiet = applyLedger(night, act, by, now, seal);
  if (quiet) return quiet;
  switch (action.action) {
    case "acknowledge":
      for (const one of action.alarms.map(alarm)) {
        if (!one) return refuse("no_such_alarm");
        one.ack = {
          by: by.id,
          at: iso(now),
          lease_until: one.level >= 3 ? iso(now + 15 * MIN) : null,
        };
        one.closed = one.process === "returned" && !one.latched && one.commands.length === 0;
        alarmChanged(one);
      }
      return done();
    case "mark_truth":
      if (!alarm(action.alarm)) return refuse("no_such_alarm");
      alarm(action.alarm).truth = action.truth;
      alarmChanged(alarm(action.alarm));
      return done();
    case "reset_alarm":
      if (!alarm(action.alarm)) return refuse("no_such_alarm");
      alarm(action.alarm).latched = false;
      alarmChanged(alarm(action.alarm));
      return done();
    case "issue_command":
      return issue();
    case "cancel_command": {
      const command = county.commands.find((one) => one.id === action.command);
      if (!command) return refuse("no_such_command");
      command.cancelled = iso(now);
      for (const task of command.tasks) {
        if (CLOSED.has(task.stage)) continue;
        task.facts.push(fact({ fact: "cancelled" }, by.id, "app"));
        Object.assign(task, { stage: "cancelled", next: null, version: task.version + 1 });
      }
      changes.push({ kind: "command", command });
      return done();
    }
    case "report_task":
      return reportTask();
    case "report_place": {
      const command = county.commands.find((one) => one.tasks.some((t) => t.id === action.task));
      const task = command?.tasks.find((one) => one.id === action.task);
      if (!task) return refuse("no_such_task");
      if (CLOSED.has(task.stage)) return refuse("task_closed");
      const position = seal(JSON.stringify(action.position));
      task.place = { op: act.op, at: iso(now), device_at: act.device_at, position };
      changes.push({ kind: "task", task, worst: command.worst });
      return done();
    }
    case "mark": {
      const { at, until = null, text } = action;
      night.marks = [
        ...(night.marks ?? []),
        { kind: "mark", at, until, by: by.id, op: act.op, note: seal(text) },
      ];
      return done();
    }
    case "note_incident":
    case "send_report": {
      const incident = county.incidents.find((one) => one.id === action.incident);
      const said = { by: by.id, at: iso(now), text: seal(action.text), photos: action.photos };
      if (action.action === "note_incident") incident.notes.push(said);
      else
        incident.reports
          .find((one) => one.id === action.clock)
          .sent.push({ ...said, received_by: seal(action.received_by) });
      changes.push({ kind: "incident", incident });
      return done();
    }
    case "end_notice": {
      const gone = night.system.findIndex(
        (one) => one.kind === action.notice && one.subject === action.subject,
      );
      if (gone < 0) return refuse("no_such_notice");
      const [ended] = night.system.splice(gone, 1);
      changes.push({ kind: "system", system: { ...ended, until: iso(now) } });
      for (const command of county.commands)
        for (const task of command.tasks) {
          if (task.id !== action.subject) continue;
          task.needs_help = false;
          changes.push({ kind: "task", task, worst: command.worst });
        }
      return done();
    }
    default:
      return refuse("no_such_task");
  }

  function fact(kind, who, means, more = {}) {
    return {
      ...kind,
      op: act.op,
      by: who,
      means,
      at: iso(now),
      device_at: act.device_at,
      note: null,
      position: null,
      photos: [],
      ...more,
    };
  }

  function issue() {
    const template = county.templates.find((one) => one.id === action.template);
    if (!template) return refuse("no_such_template");
    const ids = new Set(action.people);
    for (const id of action.groups)
      for (const m of county.groups.find((g) => g.id === id)?.members ?? []) ids.add(m);
    if (ids.size === 0) return refuse("nobody_to_reach");
    if (action.situation && !county.situations.some((one) => one.id === action.situation))
      return refuse("no_such_situation");
    const clocks = action.clocks ?? template.clocks[action.level - 1];
    const command = {
      id: act.op,
      alarm: action.alarm,
      template: template.id,
      title: template.title,
      level: action.level,
      by: by.id,
      issued: iso(now),
      wording: seal(action.wording),
      groups: action.groups,
      clocks,
      proof: template.proof,
      cancelled: null,
      worst: "issued",
      tasks: [],
      kind: action.villages ? template.kind : "plain",
      villages: action.villages ?? [],
      count: [],
    };
    command.tasks = [...ids].map((person) => ({
      id: `${act.op}.${person}`,
      command: act.op,
      person,
      stage: "issued",
      percent: null,
      heard: null,
      needs_help: false,
      place: null,
      overdue: [],
      next: { at: iso(now + clocks.ack_by_ms), step: "remind", to: person },
      facts: [fact({ fact: "issued" }, by.id, "system", { device_at: null })],
      conflict: false,
      version: 1,
    }));
    county.commands.push(command);
    changes.push({ kind: "command", command });
    const cause = action.alarm && alarm(action.alarm);
    if (cause) {
      cause.commands.push(command.id);
      cause.ack ??= { by: by.id, at: iso(now), lease_until: iso(now + 15 * MIN) };
      alarmChanged(cause);
    }
    const { situation } = action;
    changes.push(...noteShown(night, { ...command, situation }, action.alarms ?? [], now));
    return done();
  }

  function reportTask() {
    const command = county.commands.find((one) => one.tasks.some((t) => t.id === action.task));
    const task = command?.tasks.find((one) => one.id === action.task);
    if (!task) return refuse("no_such_task");
    const name = action.fact;
    if (!officer && task.person !== by.id) return refuse("not_your_task");
    if (CLOSED.has(task.stage) && name !== "cancel_seen" && name !== "photo")
      return refuse("task_closed");
    if (name === "verified" || name === "rejected") {
      if (task.stage !== "done") return refuse("not_done_yet");
      if (by.id === task.person) return refuse("verifier_is_doer");
    }
    const shown = action.photos?.length || action.coming || action.note;
    if (name === "done" && command.proof && !shown) return refuse("proof_missing");
    const kind = name === "working" ? { fact: name, percent: action.percent } : { fact: name };
    task.facts.push(
      fact(kind, by.id, action.means, {
        note: action.note ? seal(action.note) : null,
        position: action.position ? seal(JSON.stringify(action.position)) : null,
        photos: action.photos ?? [],
        coming: action.coming ?? 0,
        shot: action.shot ?? null,
        count: (action.count ?? []).map((row) => ({
          ...row,
          left: (row.left ?? []).map(({ why, name, photo = null }) => ({
            why,
            name: name ? seal(name) : null,
            photo,
          })),
        })),
        form: (action.form ?? []).map((answer) =>
          answer.kind === "text" ? { ...answer, text: seal(answer.text) } : answer,
        ),
      }),
    );
    if (action.count?.length) recount(command, task);
    task.version += 1;
    if (task.person === by.id || action.means !== "app") task.heard = iso(now);
    if (name === "need_help") {
      task.needs_help = true;
      const town = county.people.find((one) => one.id === task.person)?.township;
      const area = county.areas.find((one) => one.code === town) ?? county.areas[0];
      const situation = helpOf(task, task.facts.at(-1), area);
      county.situations = county.situations.filter((one) => one.id !== situation.id);
      county.situations.push(situation);
      changes.push({ kind: "situation", situation });
      const notice = { kind: "need_help", subject: task.id, since: iso(now), until: null };
      night.system.push(notice);
      changes.push({ kind: "system", system: notice });
    }
    if (name === "rejected") task.stage = "working";
    else if (
      ORDER.includes(name) &&
      (ORDER.indexOf(name) > ORDER.indexOf(task.stage) || task.stage === "no_reply")
    )
      task.stage = name;
    if (name === "working") task.percent = action.percent;
    task.next = next(task, command);
    if (name === "verified") task.needs_help = false;
    changes.push({ kind: "task", task, worst: command.worst });
    return done();
  }

  /** Villages as last counted, those that nobody counted with what is asked. */
  function recount(command, task) {
    const fact = task.facts.at(-1);
    for (const told of fact.count) {
      // A picture moves no number: it adds whom it shows to the count that stands.
      const before = rows.get(`${command.id}/${told.village}`);
      if (fact.fact === "photo" && !before) continue;
      const row =
        fact.fact === "photo" ? { ...before, left: [...before.left, ...told.left] } : told;
      rows.set(`${command.id}/${row.village}`, row);
      const target = command.villages?.find((one) => one.village === row.village);
      const to_move = target?.to_move ?? row.to_move;
      const known = (why) => row.left.filter((one) => one.why === why).length;
      const view = {
        village: row.village,
        to_move,
        moved: row.moved,
        refused: row.refused,
        unreachable: row.unreachable,
        people_short: Math.abs(to_move - row.moved - row.refused - row.unreachable),
        names_short:
          Math.max(0, row.refused - known("refused")) +
          Math.max(0, row.unreachable - known("unreachable")),
        task: task.id,
      };
      const place = command.count.findIndex((one) => one.village === row.village);
      if (place < 0) command.count.push(view);
      else command.count[place] = view;
    }
    changes.push({ kind: "command", command });
  }

  function next(task, command) {
    const { clocks } = command;
    if (CLOSED.has(task.stage) || task.stage === "declined") return null;
    if (task.stage === "done")
      return { at: iso(now + clocks.verify_by_ms), step: "verify_due", to: null };
    if (ORDER.indexOf(task.stage) < ORDER.indexOf("declined")) return task.next;
    return { at: iso(now + clocks.update_every_ms), step: "update_due", to: task.person };
  }
}
