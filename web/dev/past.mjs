// The invented night's past: what its replay tells, and what happened when.
import { gather } from "./situations.mjs";
import { iso, MIN, random } from "./storm.mjs";

/** The county as it was known at `t`: what was raised and said by then. */
export function countyAt(county, t) {
  const by = (time) => Date.parse(time) <= t;
  const alarms = county.alarms
    .filter((one) => by(one.raised))
    .map((one) =>
      by(one.changed) ? one : { ...one, process: "active", ack: null, returned: null },
    );
  const commands = county.commands
    .filter((one) => by(one.issued))
    .map((one) => ({
      ...one,
      tasks: one.tasks.map((task) => ({
        ...task,
        facts: task.facts.filter((fact) => by(fact.at)),
      })),
    }));
  const then = { ...county, alarms, commands, suppressions: [] };
  const byHand = county.situations.filter((one) => one.manual && by(one.opened));
  then.situations = [...gather(then, t), ...byHand];
  then.load = county.load && { ...county.load, alarms: alarms.length, flood_since: null };
  return then;
}

/** Answers one socket as `/api/v1/replay/feed` does. */
export function replayTo(client, url, night, seq, live) {
  const asked = new URL(url, "http://fake").searchParams;
  let speed = Number(asked.get("speed") ?? 0);
  let knowledge = asked.get("knowledge") ?? "then";
  let at = Math.min(Date.parse(asked.get("at")), live());
  let moved = Date.now();
  const clock = () => ({
    clock: { kind: "scaled", start: iso(at), factor: at >= live() ? 0 : speed },
    now: new Date(at).toISOString(),
    replay: { speed, knowledge, last: iso(live()), ended: at >= live() },
  });
  const say = (message) => client.send(JSON.stringify({ ...message, mode: "replay" }));
  const whole = () =>
    say({
      type: "snapshot",
      seq: seq(),
      clock: clock(),
      counties: [countyAt(night.county, at)],
      system: [],
    });
  whole();
  const timer = setInterval(() => {
    const before = countyAt(night.county, at).alarms.length;
    at = Math.min(live(), at + (Date.now() - moved) * speed);
    moved = Date.now();
    if (countyAt(night.county, at).alarms.length !== before) whole();
    else say({ type: "beat", seq: seq(), clock: clock() });
  }, 500);
  client.on("message", (text) => {
    const order = JSON.parse(String(text));
    if (order.do === "seek") at = Math.min(Date.parse(order.at), live());
    if (order.do === "pace") speed = order.speed;
    if (order.do === "know") knowledge = order.knowledge;
    moved = Date.now();
    if (order.do === "pace") say({ type: "beat", seq: seq(), clock: clock() });
    else whole();
  });
  client.on("close", () => clearInterval(timer));
}

/** What happened in a span, as `/api/v1/replay/lanes` says it. */
export function lanesOf(night, query, live) {
  const [from, to] = [Date.parse(query.get("from")), Date.parse(query.get("to"))];
  const wanted = Number(query.get("buckets") ?? 480);
  // Only what had been entered by then.
  const by =
    query.get("knowledge") === "then" ? Date.parse(query.get("at") ?? query.get("to")) : Infinity;
  const isKnown = (time) => Date.parse(time) <= by;
  const bucket_ms = Math.max(1, Math.ceil((to - from) / wanted / MIN)) * MIN;
  const count = Math.ceil((to - from) / bucket_ms);
  const zeros = () => Array.from({ length: count }, () => 0);
  const lanes = {
    from: iso(from),
    to: iso(to),
    bucket_ms,
    first: iso(live() - 30 * 3_600_000),
    last: iso(live()),
    rain: zeros(),
    rain_decimals: 1,
    rain_unit: "mm",
    levels: zeros(),
    alarms: Array.from({ length: count }, () => [0, 0, 0, 0, 0]),
    calls: zeros(),
    commands: zeros(),
    reports: zeros(),
    decisions: zeros(),
    late: zeros(),
    deeds: [],
    all_deeds: 0,
  };
  const place = (time) => {
    const at = Math.floor((Date.parse(time) - from) / bucket_ms);
    return at >= 0 && at < count ? at : null;
  };
  const add = (lane, time) => {
    const at = place(time);
    if (at !== null && isKnown(time)) lane[at] += 1;
  };
  const storm = live() - 100 * MIN;
  const rnd = random(5);
  for (let at = 0; at < count; at++) {
    const time = from + at * bucket_ms;
    if (time > Math.min(live(), by)) break;
    const away = (time - storm) / (120 * MIN);
    lanes.rain[at] = Math.round((180 * Math.exp(-away * away) + rnd() * 6) * (0.7 + rnd() * 0.6));
    if (rnd() < 0.02) lanes.late[at] = 1 + Math.floor(rnd() * 4);
    const standing = night.county.alarms.filter((one) => Date.parse(one.raised) <= time);
    lanes.levels[at] = Math.max(0, ...standing.map((one) => one.worst));
  }
  for (const alarm of night.county.alarms) {
    const raised = place(alarm.raised);
    if (raised !== null && isKnown(alarm.raised)) lanes.alarms[raised][alarm.worst] += 1;
    const changed = place(alarm.changed);
    if (changed !== null && isKnown(alarm.changed)) lanes.alarms[changed][alarm.level] += 1;
    add(lanes.calls, alarm.changed);
    if (alarm.ack)
      deed(lanes, { kind: "acknowledge", at: alarm.ack.at, by: alarm.ack.by, op: alarm.key });
  }
  for (const command of night.county.commands) {
    add(lanes.commands, command.issued);
    const { title, level, by } = command;
    deed(lanes, { kind: "command", at: command.issued, title, level, by, op: command.id });
    for (const task of command.tasks) for (const fact of task.facts) add(lanes.reports, fact.at);
  }
  for (const one of night.marks ?? []) deed(lanes, one);
  const inside = lanes.deeds.filter(
    (one) => place(one.at) !== null && isKnown(one.pressed ?? one.at),
  );
  for (const one of inside) if (one.kind !== "command") add(lanes.decisions, one.at);
  lanes.deeds = inside.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  lanes.all_deeds = lanes.deeds.length;
  return lanes;
}

function deed(lanes, one) {
  lanes.deeds.push({ until: null, title: null, level: null, note: null, about: 1, ...one });
}
