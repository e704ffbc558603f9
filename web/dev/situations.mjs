// Gathers the invented night's alarms into situations, and says what is quiet and how loud it is.
// Groups are hazard and catchment, the way the real program names them; it decides nothing else.
import { iso, MIN } from "./storm.mjs";

const text = (zh, en) => ({ zh, en });

export const CATCHMENTS = [
  ["chengtan", text("澄潭江流域", "Chengtan River")],
  ["xinchang", text("新昌江流域", "Xinchang River")],
  ["huangze", text("黄泽江流域", "Huangze River")],
];

/** The catchment a township drains to; invented. */
export function catchmentOf(townships, code) {
  const place = townships.findIndex((one) => one.properties.code === code);
  return CATCHMENTS[Math.max(0, place) % CATCHMENTS.length][0];
}

export function makeAreas(townships) {
  return [
    ...townships.map(({ properties: p }, n) => ({
      kind: "township",
      code: p.code,
      title: text(p.name, p.name_en),
      people: 400 + ((n * 733) % 2600),
    })),
    ...CATCHMENTS.map(([code, title], n) => ({
      kind: "catchment",
      code,
      title,
      people: 4200 + n * 1900,
    })),
  ];
}

const idOf = (hazard, area) => {
  let hash = 7;
  for (const c of `${hazard}|${area}`) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return hash.toString(16).padStart(8, "0").repeat(2);
};

/** Situations of the alarms that are open, with what was told of them before kept. */
export function gather(county, now, before = []) {
  const known = new Map(before.map((one) => [one.id, one]));
  const groups = new Map();
  for (const alarm of county.alarms) {
    if (alarm.closed) continue;
    const station = county.stations.find((one) => one.id === alarm.station);
    const id = idOf(alarm.hazard, station?.catchment ?? "");
    alarm.situation = id;
    const group = groups.get(id) ?? { id, hazard: alarm.hazard, area: station?.catchment, of: [] };
    group.of.push({ alarm, township: station?.township });
    groups.set(id, group);
  }
  return [...groups.values()].map(({ id, hazard, area, of }) => {
    const alarms = of.map((one) => one.alarm);
    const standing = alarms.filter((one) => one.process !== "returned");
    const worst = Math.max(...alarms.map((one) => one.worst));
    const level = Math.max(0, ...standing.map((one) => one.level || one.worst));
    const townships = [...new Set(of.map((one) => one.township))].sort();
    const by = (field, sign) =>
      [...alarms].sort((a, b) => (a[field] < b[field] ? -sign : sign))[0].key;
    const unacked = alarms.filter((one) => !one.ack).length;
    const old = known.get(id);
    const repeat = worst === 4 ? 3 : 10;
    return {
      id,
      hazard,
      area: county.areas.find((one) => one.code === area) ?? {
        kind: "county",
        code: county.code,
        title: county.title,
        people: 0,
      },
      level,
      worst,
      opened: alarms.map((one) => one.raised).sort()[0],
      changed: alarms
        .map((one) => one.changed)
        .sort()
        .at(-1),
      first: by("raised", 1),
      newest: by("changed", -1),
      members: [...alarms].sort((a, b) => b.level - a.level || b.worst - a.worst).map((a) => a.key),
      active: standing.length,
      unacked,
      quiet: alarms.filter((one) => one.quiet.length > 0).length,
      people: county.areas
        .filter((one) => one.kind === "township" && townships.includes(one.code))
        .reduce((sum, one) => sum + one.people, 0),
      townships,
      told: old?.told ?? 1 + (alarms.length % 5),
      told_at: old?.told_at ?? iso(now - (1 + (alarms.length % 7)) * MIN),
      told_for: old?.told_for ?? ["new", "rise", "spread", "repeat"][alarms.length % 4],
      next_notice:
        unacked > 0 && level >= 3
          ? iso(now + (repeat - 1) * MIN + (id.charCodeAt(3) % 50) * 1000)
          : null,
      merged_into: null,
      manual: null,
      decisions: old?.decisions ?? [],
      undecided_since: old?.undecided_since ?? null,
      decide_by: old?.decide_by ?? null,
      closed: false,
    };
  });
}

/** Two small groups that have become part of a larger one. */
export function addMerged(county, now) {
  const slides = county.situations.filter((one) => one.hazard === "landslide");
  const into = slides.sort((a, b) => b.members.length - a.members.length)[0];
  if (!into) return;
  for (const code of into.townships.slice(0, 2)) {
    const area = county.areas.find((one) => one.code === code);
    county.situations.push({
      ...into,
      id: idOf("landslide", code),
      area,
      members: [],
      active: 0,
      unacked: 0,
      quiet: 0,
      people: area.people,
      townships: [code],
      next_notice: null,
      opened: iso(now - 95 * MIN),
      merged_into: into.id,
    });
  }
}

/** One of everything that can keep something quiet. */
export function makeSuppressions(county, now, texts) {
  let sealed = 0;
  const seal = (words) => {
    const id = `${"b".repeat(60)}${String(1000 + sealed++)}`;
    texts[id] = words;
    return id;
  };
  const at = (minutes) => iso(now + minutes * MIN);
  const entry = (id, kind, by, more) => ({
    id,
    kind,
    by,
    from: at(-40),
    until: null,
    reason: null,
    ticket: null,
    matcher: null,
    alarm: null,
    stations: [],
    approved_by: null,
    waits_for_approval: false,
    matches: [],
    ended: false,
    ...more,
  });
  const of = (test) => county.alarms.filter((one) => one.process === "active" && test(one));
  const town = (alarm) => county.stations.find((one) => one.id === alarm.station)?.township;
  const yellow = of((one) => one.level === 2 && one.hazard === "rainstorm");
  const code = yellow[0] ? town(yellow[0]) : county.areas[0].code;
  const silenced = yellow.filter((one) => town(one) === code).map((one) => one.key);
  const shelf = of((one) => one.level === 1)[0];
  const cause = of((one) => one.level === 3 && one.hazard === "flood")[0];
  const below = of((one) => one.level <= 2 && one.hazard === "flood")
    .slice(0, 9)
    .map((one) => one.key);
  const worked = of((one) => one.level === 1 && one.hazard === "landslide").slice(0, 2);
  const list = [
    entry("0198c0de-5111-7001-8000-000000000001", "silenced", "p-zhou", {
      until: at(18),
      reason: seal("鼓山下穿泵站已开，水位在降，现场有人。"),
      matcher: { hazard: "rainstorm", township: code, up_to: 2 },
      matches: silenced,
    }),
    entry("0198c0de-5111-7001-8000-000000000002", "silenced", "p-lyu", {
      from: at(-3),
      until: at(87),
      reason: seal("镜岭站探头被漂木撞歪，已派人，期间按桥下水尺报。"),
      matcher: { station: county.alarms[2]?.station ?? "ri001", up_to: 4 },
      waits_for_approval: true,
    }),
    entry("0198c0de-5111-7001-8000-000000000004", "maintenance", "p-admin", {
      from: at(-130),
      until: at(107),
      reason: seal("0820-3"),
      stations: worked.map((one) => one.station),
      matches: worked.map((one) => one.key),
    }),
    entry("0198c0de-5111-7001-8000-000000000005", "out_of_service", "p-admin", {
      from: at(-2900),
      reason: seal("雷击损坏，厂家周四到。"),
      stations: [county.stations.at(-3).id],
      approved_by: "p-lyu",
    }),
  ];
  if (shelf)
    list.push(
      entry("0198c0de-5111-7001-8000-000000000003", "shelved", "p-zhou", {
        until: at(7),
        alarm: shelf.key,
        reason: seal("跳变，已报修。"),
        matches: [shelf.key],
      }),
    );
  if (cause && below.length)
    list.push(
      entry(`inhibited-${cause.key}`, "inhibited", null, {
        alarm: cause.key,
        matches: below,
      }),
    );
  return list;
}

/** Writes on each alarm what keeps it quiet. */
export function markQuiet(county) {
  for (const alarm of county.alarms) {
    alarm.quiet = alarm.quiet.filter((one) => one.kind === "flapping");
    for (const one of county.suppressions) {
      if (one.ended || one.waits_for_approval || !one.matches.includes(alarm.key)) continue;
      alarm.quiet.push({
        kind: one.kind,
        by: one.kind === "inhibited" ? one.alarm : one.id,
        until: one.until,
      });
    }
  }
}

export function makeLoad(county, now, mode) {
  const storm = mode === "storm";
  return {
    transitions: storm ? 412 : 0,
    raised: storm ? 23 : 0,
    told: storm ? 4 : 0,
    alarms: county.alarms.length,
    situations: county.situations.filter((one) => !one.merged_into).length,
    flood_since: storm ? iso(now - 6 * MIN - 40_000) : null,
    all_transitions: storm ? 4816 : 21,
    all_raised: storm ? 486 : 3,
    all_situations: storm ? 31 : 2,
    all_told: storm ? 44 : 2,
  };
}

/** What gauges and the machine itself say beside alarms. */
export function makeSystem(county, now, mode) {
  if (mode !== "storm") return [];
  const at = (minutes) => iso(now - minutes * MIN);
  const shelf = county.suppressions.find((one) => one.kind === "shelved");
  const one = (kind, subject, minutes, level = null, owner = null) => ({
    kind,
    subject,
    since: at(minutes),
    until: null,
    level,
    owner,
  });
  const helped = county.commands.flatMap((each) => each.tasks).find((task) => task.needs_help);
  const late = county.situations.filter((each) => Date.parse(each.decide_by) < now);
  const overdue = (county.incidents ?? []).flatMap(({ id, reports }) =>
    reports.filter((each) => each.overdue).map((clock) => `${id}/${clock.id}`),
  );
  const quiet = county.stations.filter((s) => s.series[0].freshness === "stale");
  return [
    ...(helped ? [one("need_help", helped.id, 1, 4)] : []),
    ...late.map((each) => one("undecided", each.id, 2, 4)),
    ...overdue.map((subject) => one("report_overdue", subject, 4, 4)),
    one("sight_lost", county.alarms[5].station, 23),
    one("link_down", "sl651-huishan", 9),
    one("interface_down", "town-4g-huishan", 23),
    ...quiet.slice(0, 2).map((station) => one("blind_spot", station.id, 12, 3)),
    one("unstable_signal", county.alarms[18].station, 31),
    one("sensor_repair", county.alarms[18].station, 31, null, "p-lyu"),
    ...(shelf ? [one("suppression_ending", shelf.id, 3)] : []),
    one("flood_mode", "", 7),
  ];
}
