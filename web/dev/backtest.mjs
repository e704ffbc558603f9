// The stand-in's answer to a back-test: the night's own alarms as A, moved and added to as B.
import { iso, MIN, random } from "./storm.mjs";

const tally = (raises, level, events) => {
  const mine = raises.filter((one) => one.level === level);
  return {
    level,
    raises: mine.length,
    falls: mine.filter((one) => one.end).length,
    stations: new Set(mine.map((one) => one.station)).size,
    first: mine[0]?.begin ?? null,
    first_station: mine[0]?.station ?? null,
    events: events
      ? {
          confirmed: Math.round(mine.length * 0.7),
          false_alarms: mine.length - Math.round(mine.length * 0.7),
          caught: Math.min(3, mine.length),
          missed: mine.length > 2 ? 0 : 1,
          median_lead_ms: mine.length > 0 ? (20 + level * 7) * MIN : null,
        }
      : null,
    followed: null,
  };
};

function outcome(name, county, raises, now, lead) {
  raises.sort((a, b) => (a.begin < b.begin ? -1 : 1));
  const levels = (list) => [1, 2, 3, 4].map((level) => tally(list, level, true));
  const rules = [
    ...new Set(county.stations.flatMap((s) => s.series[0].thresholds.map((t) => t.rule))),
  ];
  const loud = Math.round(raises.length / 9);
  return {
    name,
    notes: [],
    ignored: 0,
    refused: 12,
    levels: levels(raises),
    rules: rules.map((rule) => ({
      rule,
      title: county.alarms.find((one) => one.rule === rule)?.title ?? { zh: rule, en: rule },
      hazard: "flood",
      forecast: false,
      levels: levels(raises.filter((one) => one.rule === rule)),
    })),
    raises,
    events: [
      ["e1", -95, 3, "镜岭镇", "西坑村过水路面漫顶"],
      ["e2", -70, 2, "回山镇", "后山小型滑坡，堵路"],
      ["e3", -20, 4, "澄潭街道", "沿江低洼处进水，转移 46 人"],
    ].map(([id, minutes, rank, area, words], n) => ({
      id,
      time: iso(now + minutes * MIN),
      rank,
      area,
      text: words,
      stations: 6,
      raise: n === 1 && lead < 30 ? null : n,
      lead_ms: n === 1 && lead < 30 ? null : (lead - n * 9) * MIN,
    })),
    load: {
      begin: iso(now - 60 * MIN),
      all: {
        district: "",
        transitions: loud * 6,
        alarms: loud * 3,
        situations: 5,
        annunciations: 14,
      },
      districts: [],
    },
  };
}

export function backtestOf(county, asked, now) {
  const rnd = random(5);
  const from = asked.from ?? iso(now - 24 * 60 * MIN);
  const inside = county.alarms.filter((one) => one.raised >= from && !one.forecast);
  const raise = (alarm, begin) => ({
    rule: alarm.rule,
    station: alarm.station,
    station_name: county.stations.find((one) => one.id === alarm.station)?.name,
    quantity: alarm.quantity,
    level: alarm.worst,
    forecast: false,
    begin: iso(begin),
    end: alarm.returned,
    event: null,
    judged: true,
    confirmed: begin % 7 !== 3,
    lead_ms: null,
  });
  const a = inside.map((alarm) => raise(alarm, Date.parse(alarm.raised)));
  const other =
    asked.bounds.length + asked.clocks.length > 0 || Object.keys(asked.against).length > 0;
  const pairs = [];
  const pair = (movement, one, begin) =>
    pairs.push({
      movement,
      station: one.station,
      quantity: one.quantity,
      level: one.level,
      a: movement === "new" ? null : one.begin,
      b: begin,
      by_ms:
        movement === "earlier" || movement === "later"
          ? Date.parse(begin) - Date.parse(one.begin)
          : null,
    });
  const b = [];
  let same = 0;
  for (const [n, one] of a.entries()) {
    const begin = Date.parse(one.begin);
    if (n % 11 === 3) pair("gone", one, null);
    else if (n % 4 === 0) {
      const earlier = iso(begin - Math.ceil(rnd() * 9) * 5 * MIN);
      b.push({ ...one, begin: earlier });
      pair("earlier", one, earlier);
    } else {
      b.push(one);
      same += 1;
    }
    if (n % 6 === 1) {
      const added = { ...one, level: Math.max(1, one.level - 1), begin: iso(begin - 25 * MIN) };
      b.push(added);
      pair("new", added, added.begin);
    }
  }
  pairs.sort((x, y) => ((x.a ?? x.b) < (y.a ?? y.b) ? -1 : 1));
  const count = (movement) => pairs.filter((one) => one.movement === movement).length;
  return {
    data: "demo",
    from,
    to: asked.to ?? iso(now),
    window_ms: 6 * 60 * MIN,
    readings: a.length === 0 ? 0 : 58_412,
    a: outcome("in force", county, a, now, 24),
    b: other ? outcome("proposed", county, b, now, 41) : null,
    difference: other
      ? {
          same,
          earlier: count("earlier"),
          later: 0,
          new: count("new"),
          gone: count("gone"),
          pairs,
        }
      : null,
  };
}

export const FILES = [
  {
    file: "10-river.toml",
    text: `[[rule]]
id = "threshold:water_level"
title = "河道水位过线"
title_en = "River stage above its lines"
hazard = "flood"
quantity = "water_level"
subjects = { kinds = ["river"] }

[rule.levels]
yellow = { raise = "station.warning_stage", deadband = "0.10 m", on = "5m", off = "30m" }
red = { raise = "station.guarantee_stage", deadband = "0.10 m", off = "30m" }
`,
  },
  {
    file: "20-rain.toml",
    text: `[[rule]]
id = "rain:1h"
title = "1 小时雨量"
title_en = "Rain in 1 h"
hazard = "rainstorm"
quantity = "rain"
measure = { sum = "1h" }

[rule.levels]
blue = { raise = "35 mm" }
yellow = { raise = "45 mm" }
orange = { raise = "60 mm" }
red = { raise = "80 mm" }
`,
  },
  { file: "30-landslide.toml", text: "# 位移速率与切线角\n" },
];

/** What the server would say of edited files: every line with the slip `rais`. */
export function slipsOf(files) {
  return Object.entries(files).flatMap(([file, text]) =>
    text.split("\n").flatMap((line, place) =>
      line.includes("rais =")
        ? [
            {
              file: `rules/${file}`,
              line: place + 1,
              column: line.indexOf("rais") + 1,
              what: "unknown key `rais`",
              expected: "one of `raise`, `deadband`, `on`, `off`",
              near: "did you mean `raise`?",
              stops: true,
            },
          ]
        : [],
    ),
  );
}
