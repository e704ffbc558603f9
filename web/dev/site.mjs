// The stand-in's rules and its answers about the site's own files.
const text = (zh, en) => ({ zh, en });
const MIN = 60_000;

const rule = (id, hazard, title, condition, more) => ({
  id,
  title,
  hazard,
  owner: "县水利局",
  plan: "",
  advice: text("", ""),
  basis: "",
  certainty: "a",
  forecast: false,
  priority: 2,
  condition,
  on_delay_ms: [5 * MIN, 5 * MIN, 2 * MIN, 0],
  off_delay_ms: [30 * MIN, 30 * MIN, 30 * MIN, 30 * MIN],
  min_hold_ms: 10 * MIN,
  latch: false,
  ...more,
});

const RULES = [
  rule(
    "threshold:water_level",
    "flood",
    text("河道水位过线", "River stage above its lines"),
    text(
      "水位达到本站的防汛、警戒、橙线、保证水位（station.warning_stage 等），蓝色和黄色持续 5 分钟、橙色 2 分钟、红色立即；低于该线 0.08 m 持续 30 分钟才算回落。",
      "The stage reaches the station's own flood watch, warning, orange and guarantee lines (station.warning_stage and so on): for 5 minutes for blue and yellow, 2 for orange, at once for red. It is over after 30 minutes more than 0.08 m below the line.",
    ),
    {
      basis: "水文情报预报规范 GB/T 22482；各站特征水位由县水利局 2025 年核定",
      plan: "防汛应急预案 3.2",
      advice: text(
        "通知下游村巡堤，准备转移低洼处群众。",
        "Tell villages downstream to walk the levee; prepare to move people from low ground.",
      ),
    },
  ),
  rule(
    "rain:1h",
    "rainstorm",
    text("1 小时雨量", "Rain in 1 h"),
    text(
      "任一时段累计达到：1 小时 35 / 45 / 60 / 80 mm，或 3 小时 55 / 75 / 100 / 120 mm，或 6 小时 70 / 95 / 120 / 150 mm（蓝 / 黄 / 橙 / 红）。立即成立，30 分钟后回落。",
      "Any of the sums: 1 h 35 / 45 / 60 / 80 mm, or 3 h 55 / 75 / 100 / 120 mm, or 6 h 70 / 95 / 120 / 150 mm (blue / yellow / orange / red). At once; over after 30 minutes.",
    ),
    {
      basis: "江华县暴雨预警响应办法（公开文本）",
      certainty: "b",
      grades: [
        { number: "red", certainty: "a", basis: "GB/T 28592-2012" },
        { number: "off_delay", certainty: "t", basis: "" },
      ],
      on_delay_ms: [0, 0, 0, 0],
      owner: "县气象局",
      plan: "山洪灾害防御预案",
      advice: text(
        "巡查山洪沟和屋后坡，叫醒责任人。",
        "Walk the gullies and slopes behind houses; wake the people responsible.",
      ),
    },
  ),
  rule(
    "rate:displacement",
    "landslide",
    text("滑坡位移速率", "Landslide displacement rate"),
    text(
      "裂缝位移速率达到 2 / 5 / 10 / 20 mm/h，或切线角超过 45° / 75° / 80° / 85°；回差 20 %。红色须人工复位。",
      "Crack displacement reaches 2 / 5 / 10 / 20 mm/h, or the tangent angle passes 45° / 75° / 80° / 85°; deadband 20 %. Red needs a reset by a person.",
    ),
    {
      basis: "本系统默认值，无官方出处",
      certainty: "t",
      latch: true,
      owner: "县资规局",
      plan: "地质灾害应急预案 4.1",
      advice: text("先撤人，再核实。", "Move people first, verify after."),
    },
  ),
  rule(
    "forecast:water_level",
    "flood",
    text("预计 2 小时内过线", "Expected to pass a line within 2 h"),
    text(
      "按近 1 小时涨率，并用上游站和洪水传播时间修正，2 小时内将达到下一道线。标为预报，不替代、也不遮盖实测报警。",
      "By the rise of the last hour, corrected by the upstream gauge and its travel time, the next line is reached within 2 h. Marked as a forecast; it never replaces or hides an observed alarm.",
    ),
    {
      basis: "本系统默认参数，以汉江 2020 年 8 月资料率定",
      certainty: "t",
      forecast: true,
      on_delay_ms: [10 * MIN, 10 * MIN, 10 * MIN, 10 * MIN],
      plan: "防汛应急预案 3.2",
      advice: text(
        "提前通知沿江责任人到位，不据此转移。",
        "Call the wardens to their posts early; do not evacuate on this alone.",
      ),
    },
  ),
  rule(
    "cluster:rain",
    "flash_flood",
    text("流域多站强雨", "Heavy rain at several stations of a catchment"),
    text(
      "同一流域内 3 个以上雨量站 1 小时雨量超过 50 mm。",
      "At least 3 rain gauges of one catchment pass 50 mm in 1 h.",
    ),
    { basis: "常识，未见公开标准", certainty: "c", plan: "山洪灾害防御预案" },
  ),
  rule(
    "wind:gust",
    "wind",
    text("阵风", "Gusts"),
    text("阵风达到 17.2 / 20.8 / 24.5 / 32.7 m/s。", "Gusts reach 17.2 / 20.8 / 24.5 / 32.7 m/s."),
    { basis: "气象灾害预警信号发布与传播办法", owner: "县气象局" },
  ),
];

/** Rules with what they watch and how they have done so far. */
export function rulesOf(county) {
  return RULES.map((one, place) => {
    const watching = county.stations.filter((station) =>
      station.series.some((series) => series.thresholds.some((line) => line.rule === one.id)),
    );
    const standing = county.alarms.filter(
      (alarm) => alarm.rule === one.id && alarm.process !== "returned",
    );
    return {
      ...one,
      bounds: boundsOf(one, watching),
      below: false,
      subjects: watching.length || (one.forecast ? 46 : [0, 0, 0, 0, 92, 0][place]),
      active: standing.length,
      episodes: [214, 508, 61, 37, 12, 0][place],
      found_true: [171, 322, 28, 22, 11, 0][place],
      found_false: [6, 41, 19, 9, 0, 0][place],
    };
  });
}

const WINDOWS = [
  [60 * MIN, ["35.0", "45.0", "60.0", "80.0"]],
  [180 * MIN, ["55.0", "75.0", "100.0", "120.0"]],
];

/** The numbers of a rule: of the rain rule its windows, else the lowest and highest of its stations. */
function boundsOf(one, watching) {
  if (one.id === "rain:1h")
    return [1, 2, 3, 4].flatMap((level) =>
      WINDOWS.map(([window_ms, raises]) => {
        const raise = raises[level - 1];
        return { level, window_ms, lowest: raise, highest: raise, unit: "mm", stations: 184 };
      }),
    );
  if (one.id === "wind:gust")
    return ["17.2", "20.8", "24.5", "32.7"].map((raise, n) => ({
      level: n + 1,
      window_ms: null,
      lowest: raise,
      highest: raise,
      unit: "m/s",
      stations: 0,
    }));
  return [1, 2, 3, 4].flatMap((level) => {
    const lines = watching.flatMap((station) =>
      station.series.flatMap((series) =>
        series.thresholds
          .filter((line) => line.rule === one.id && line.level === level)
          .map((line) => ({ raise: line.raise, unit: series.unit })),
      ),
    );
    if (lines.length === 0) return [];
    const sorted = lines.map((line) => line.raise).sort((a, b) => Number(a) - Number(b));
    return [
      {
        level,
        window_ms: null,
        lowest: sorted[0],
        highest: sorted.at(-1),
        unit: lines[0].unit,
        stations: lines.length,
      },
    ];
  });
}

/** What is said of the folder as it stands: one line that keeps it out, unless it has been mended. */
export function checkSite(state) {
  const problems = state.mended
    ? []
    : [
        {
          file: "rules/xinchang/river.toml",
          line: 31,
          column: 14,
          what: "没有叫 “sation.guarantee_stage” 的属性",
          expected:
            "station.flood_limit_stage、station.guarantee_stage、station.warning_stage 之一",
          near: "station.guarantee_stage",
          stops: true,
        },
        {
          file: "rules/xinchang/landslide.toml",
          line: 12,
          column: 1,
          what: "规则 “rate:tilt” 没有匹配到任何站",
          expected: '至少一个 kind = "tilt" 的站',
          near: null,
          stops: false,
        },
      ];
  return {
    problems,
    difference: [
      "river.toml  threshold:water_level  橙色 on_delay 2 min → 5 min（46 个站，9 只正在走的钟从头算）",
      "rain.toml   rain:1h  3 小时红色 120 → 110 mm（条件变了，92 个站重新判）",
      "＋ wind.toml  wind:gust  新规则，0 个站",
    ],
    changes: [],
    applied: false,
  };
}

/** A dry run over the lines of a CSV, or the features of a GeoJSON. */
export function importRows(what, body, type) {
  const rows = [];
  const problems = [];
  const bad = (line, words, expected) =>
    problems.push({
      file: what === "zones" ? "zones.geojson" : `${what}.csv`,
      line,
      column: 1,
      what: words,
      expected,
      near: null,
      stops: true,
    });
  if (type.includes("json")) {
    const { features = [] } = JSON.parse(body);
    for (const [n, feature] of features.entries())
      if (feature.geometry)
        rows.push({ row: null, kind: "changed", what: `${feature.properties?.code ?? n + 1}` });
      else bad(n + 1, "a zone needs a border", "a Polygon or a MultiPolygon");
    return { rows, problems };
  }
  for (const [n, line] of body.trim().split(/\r?\n/).slice(1).entries()) {
    const cells = line.split(",");
    if (cells.length < 3) bad(n + 2, `${cells.length} cells`, "at least id, name, kind");
    else if (n % 4 === 0) rows.push({ row: null, kind: "added", what: cells[0] });
    else if (n % 4 === 1)
      rows.push({
        row: null,
        kind: "changed",
        what: `${cells[0]}: name: 镜岭河道站 → ${cells[1]}`,
      });
  }
  return { rows, problems };
}
