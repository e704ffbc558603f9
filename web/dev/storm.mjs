// An invented county night for development and pictures: same seed, same night. Never shipped.

import { readFileSync } from "node:fs";
import { addIncidents, addOrders } from "./boards.mjs";
import { addByHand } from "./hands.mjs";
import { addHelp, addPlaces } from "./places.mjs";
import {
  addMerged,
  catchmentOf,
  gather,
  makeAreas,
  makeLoad,
  makeSuppressions,
  makeSystem,
  markQuiet,
} from "./situations.mjs";
import { FOUR, TEMPLATES } from "./templates.mjs";

const here = new URL("../public/geo/", import.meta.url);
export const geo = (name) => JSON.parse(readFileSync(new URL(name, here), "utf8"));

/** A small seeded generator (mulberry32). */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const text = (zh, en) => ({ zh, en });
const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
const MIN = 60_000;

function inside([x, y], ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

const KINDS = {
  river: {
    plan: "防汛应急预案 3.2",
    zh: "河道站",
    en: "gauge",
    quantity: "water_level",
    title: text("水位", "Stage"),
    unit: "m",
    decimals: 2,
    hazard: "flood",
    rule: "threshold:water_level",
    rt: text("河道水位", "River stage"),
    advice: text(
      "通知下游村巡堤，准备转移低洼处群众。",
      "Tell villages downstream to walk the levee; prepare to move people from low ground.",
    ),
  },
  rain: {
    zh: "雨量站",
    en: "rain gauge",
    quantity: "rain",
    title: text("雨量", "Rain"),
    unit: "mm",
    decimals: 1,
    hazard: "rainstorm",
    rule: "rain:1h",
    rt: text("1 小时雨量", "Rain in 1 h"),
    advice: text(
      "巡查山洪沟和屋后坡，叫醒责任人。",
      "Walk the gullies and slopes behind houses; wake the people responsible.",
    ),
  },
  reservoir: {
    zh: "水库",
    en: "reservoir",
    quantity: "water_level",
    title: text("库水位", "Reservoir stage"),
    unit: "m",
    decimals: 2,
    hazard: "reservoir",
    rule: "threshold:water_level",
    rt: text("水库水位", "Reservoir stage"),
    advice: text("核对泄洪流量，通知坝下。", "Check the release and tell those below the dam."),
  },
  landslide: {
    plan: "地质灾害应急预案 4.1",
    zh: "测缝",
    en: "crack gauge",
    quantity: "displacement",
    title: text("位移", "Displacement"),
    unit: "mm",
    decimals: 1,
    hazard: "landslide",
    rule: "rate:displacement",
    rt: text("位移", "Displacement"),
    advice: text("先撤人，再核实。", "Move people first, verify after."),
  },
};
const PLACES =
  "镜岭 黄婆滩 楼基 竹潭 棠村 横联 左于 梅渚 官塘 贤辅 溪西 潭角 里小将 外婆坑 岩泉 安山 肇圃 殿前 冷水 坊下 里镜屏 西坑 下岩贝 长诏 钦寸 巧英 石溪 回山 彩烟 沃洲 大市聚 儒岙 天姥 班竹 斑坑 拔茅 城南 梅湖 茶亭 鼓山 东茗 后岱 下潘 新天 方口 小将 旧坞 结局山 罗坑 沙溪 真诏 茅洋 董村 遁山 丁村 王泗洲 兰洲 渡王 祝家庙 万石".split(
    " ",
  );
const PINYIN =
  "Jingling Huangpotan Louji Zhutan Tangcun Henglian Zuoyu Meizhu Guantang Xianfu Xixi Tanjiao Lixiaojiang Waipokeng Yanquan Anshan Zhaopu Dianqian Lengshui Fangxia Lijingping Xikeng Xiayanbei Changzhao Qincun Qiaoying Shixi Huishan Caiyan Wozhou Dashiju Ruao Tianmu Banzhu Bankeng Bamao Chengnan Meihu Chating Gushan Dongming Houdai Xiapan Xintian Fangkou Xiaojiang Jiuwu Jiejushan Luokeng Shaxi Zhenzhao Maoyang Dongcun Dunshan Dingcun Wangsizhou Lanzhou Duwang Zhujiamiao Wanshi".split(
    " ",
  );
const SURNAMES = "张吕潘陈梁王石俞吴赵徐董杨周何章袁丁盛裘".split("");
const GIVEN =
  "建忠 志明 水根 伟江 小娟 学军 春燕 海波 彩英 国强 国良 敏 燕 海明 建军 晓红 德林 永春 佳 勇 春林 丽君 柏林 月仙".split(
    " ",
  );
const SURNAMES_EN =
  "Zhang Lyu Pan Chen Liang Wang Shi Yu Wu Zhao Xu Dong Yang Zhou He Zhang Yuan Ding Sheng Qiu".split(
    " ",
  );

/** A night: `mode` is `storm` or `calm`; `now` is the engine's now in ms. */
export function makeNight({ mode, now, seed = 7, scale = 2 }) {
  const rnd = random(seed);
  const townships = geo("townships.geojson").features;
  const stations = makeStations(rnd, townships, now, mode, scale);
  const people = makePeople(rnd, townships);
  const groups = makeGroups(people, townships);
  const alarms = mode === "storm" ? makeAlarms(rnd, stations, now) : [];
  for (const alarm of alarms) raiseSeries(stations, alarm, now);
  const county = {
    code: "330624",
    title: text("新昌县", "Xinchang"),
    demo: true,
    rules_version: "3f9a12c4",
    mass: { above: 20, hold_ms: 10_000 },
    stations,
    alarms,
    commands: [],
    groups,
    templates: TEMPLATES,
    people,
    areas: makeAreas(townships),
    situations: [],
    suppressions: [],
  };
  const texts = {};
  if (mode === "storm") {
    county.commands = makeCommands(rnd, county, now, texts);
    addOrders(county, now, texts);
    addPlaces(county, now, texts);
    county.suppressions = makeSuppressions(county, now, texts);
    markQuiet(county);
  }
  county.situations = gather(county, now);
  if (mode === "storm") {
    addMerged(county, now);
    addIncidents(county, now, texts);
    addHelp(county);
    addByHand(county, now, texts);
  }
  county.load = makeLoad(county, now, mode);
  const marks = mode === "storm" ? makeMarks(now, texts) : [];
  return { county, system: makeSystem(county, now, mode), texts, marks };
}

/** What people wrote on the bar. */
function makeMarks(now, texts) {
  const words = [
    [95, "市里来电问镜岭水位，已报 62.8 m", "p-zhou"],
    [31, "镜岭大桥封闭，交警到位", "p-zhou"],
    [9, "移动公司：回山 4G 抢修车 02:40 到", "p-lyu"],
  ];
  return words.map(([ago, note, by], n) => {
    const seal = `${"f".repeat(60)}${String(1000 + n)}`;
    texts[seal] = note;
    return { kind: "mark", at: iso(now - ago * MIN), until: null, by, op: `mark-${n}`, note: seal };
  });
}

function makeStations(rnd, townships, now, mode, scale) {
  const list = [];
  const wanted = [
    ["river", 46],
    ["rain", 92],
    ["reservoir", 14],
    ["landslide", 52],
  ];
  for (const [kind, count] of wanted) {
    for (let i = 0; i < count * scale; i++) {
      const place = (list.length * 7 + i) % PLACES.length;
      const town = townships[Math.floor(rnd() * townships.length)];
      const [lon, lat] = pointIn(rnd, town.geometry);
      const k = KINDS[kind];
      const id = `${kind.slice(0, 2)}${String(i + 1).padStart(3, "0")}`;
      const line =
        kind === "river" || kind === "reservoir"
          ? 40 + Math.round(rnd() * 900) / 10
          : kind === "rain"
            ? 35
            : 5;
      const gap = kind === "rain" ? 15 : kind === "landslide" ? 2.5 : 0.6;
      const value = mode === "storm" ? line - gap * (0.5 + rnd()) : line - gap * (3 + 2 * rnd());
      const late = rnd() < 0.05 ? "late" : rnd() < 0.04 ? "stale" : rnd() < 0.02 ? "dead" : "fresh";
      const ago = { fresh: 1 + rnd() * 4, late: 14, stale: 50, dead: 1700 }[late];
      const observed = iso(Math.floor((now - ago * MIN) / MIN) * MIN);
      list.push({
        id,
        name: text(`${PLACES[place]}${k.zh}`, `${PINYIN[place]} ${k.en}`),
        lon,
        lat,
        kind,
        township: town.properties.code,
        tags: ["control_point"],
        series: [
          {
            station: id,
            quantity: k.quantity,
            value: Math.max(0, value).toFixed(k.decimals),
            observed,
            received: observed,
            quality: "good",
            freshness: late,
            level: 0,
            expected_ms: 300_000,
            title: k.title,
            unit: k.unit,
            decimals: k.decimals,
            thresholds: [1, 2, 3, 4].map((level) => ({
              rule: k.rule,
              title: [
                text("防汛", "Flood watch"),
                text("警戒", "Warning"),
                text("橙线", "Orange line"),
                text("保证", "Guarantee"),
              ][level - 1],
              level,
              raise: (line + gap * (level - 1)).toFixed(k.decimals),
              reset: (line + gap * (level - 1) - gap / 8).toFixed(k.decimals),
              below: false,
              on_value: kind !== "rain",
            })),
          },
        ],
      });
    }
  }
  // Gauges of one catchment stand in a chain; the water of each comes from the one before.
  const last = new Map();
  for (const station of list) {
    station.catchment = catchmentOf(townships, station.township);
    station.zones = [];
    station.upstream = [];
    if (station.kind !== "river") continue;
    const above = last.get(station.catchment);
    if (above) station.upstream.push(above);
    last.set(station.catchment, station.id);
  }
  return list;
}

function pointIn(rnd, geometry) {
  const ring = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates[0][0];
  const xs = ring.map((p) => p[0]);
  const ys = ring.map((p) => p[1]);
  for (;;) {
    const x = Math.min(...xs) + rnd() * (Math.max(...xs) - Math.min(...xs));
    const y = Math.min(...ys) + rnd() * (Math.max(...ys) - Math.min(...ys));
    if (inside([x, y], ring)) return [Math.round(x * 1e5) / 1e5, Math.round(y * 1e5) / 1e5];
  }
}

function makePeople(rnd, townships) {
  const posts = [
    ["村主任", "village head"],
    ["支书", "secretary"],
    ["网格员", "grid worker"],
    ["预警员", "warner"],
    ["库管员", "dam keeper"],
  ];
  const people = [
    {
      id: "p-zhou",
      name: "周立群",
      post: text("县值班员", "county duty officer"),
      role: "duty_officer",
      township: null,
      phone: "139 0000 0110",
      substitute: "p-lyu",
    },
    {
      id: "p-lyu",
      name: "吕国平",
      post: text("带班领导", "duty leader"),
      role: "duty_officer",
      township: null,
      phone: "139 0000 0111",
      substitute: null,
    },
    {
      id: "p-admin",
      name: "徐丹",
      post: text("管理员", "administrator"),
      role: "administrator",
      township: null,
      phone: null,
      substitute: null,
    },
  ];
  for (let i = 0; i < 72; i++) {
    const post = posts[i % posts.length];
    const town = townships[i % townships.length].properties;
    const s = Math.floor(rnd() * SURNAMES.length);
    people.push({
      id: `r-${String(i + 1).padStart(3, "0")}`,
      name: SURNAMES[s] + GIVEN[Math.floor(rnd() * GIVEN.length)],
      post: text(
        `${town.name}${PLACES[i % PLACES.length]}${post[0]}`,
        `${PINYIN[i % PINYIN.length]} ${post[1]}, ${SURNAMES_EN[s]}`,
      ),
      role: "responder",
      township: town.code,
      phone: `139 0000 ${String(1000 + i)}`,
      substitute: `r-${String(((i + 12) % 72) + 1).padStart(3, "0")}`,
    });
  }
  people[3] = { ...people[3], name: "张建忠" };
  return people;
}

function makeGroups(people, townships) {
  const field = people.filter((person) => person.role === "responder");
  const byTown = townships.map(({ properties: p }) => ({
    id: `g-${p.code}`,
    title: text(`${p.name}责任人`, `${p.name_en} wardens`),
    members: field.filter((person) => person.township === p.code).map((person) => person.id),
  }));
  return [
    ...byTown,
    {
      id: "g-river",
      title: text("澄潭江沿线转移责任人", "Chengtan river wardens"),
      members: field.slice(0, 38).map((p) => p.id),
    },
    {
      id: "g-rescue",
      title: text("县救援队", "County rescue team"),
      members: field.slice(60, 66).map((p) => p.id),
    },
    { id: "g-empty", title: text("回山镇巡查员", "Huishan patrol"), members: [] },
  ];
}

/** As many as a desk may have to bear in one storm. */
const ALARMS = 300;

function makeAlarms(rnd, stations, now) {
  const list = [];
  const levels = [4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3];
  while (levels.length < 44) levels.push(3);
  while (levels.length < ALARMS) levels.push(levels.length % 3 === 0 ? 2 : 1);
  const pool = [...stations];
  for (const [i, level] of levels.entries()) {
    const station = pool.splice(Math.floor(rnd() * pool.length), 1)[0];
    const series = station.series[0];
    const k = KINDS[station.kind];
    const ago = i === 0 ? 0.6 : i < 6 ? 2 + rnd() * 40 : 4 + rnd() * 290;
    const changed = now - ago * MIN;
    const returned = i > ALARMS - 30;
    const acked = i > 3 && !(i % 9 === 0);
    const forecast = station.kind === "river" && i % 7 === 3;
    const value = (Number(series.thresholds[level - 1].raise) + rnd() * 0.4).toFixed(
      series.decimals,
    );
    const key = ((0x9e3779b97f4a7c15n * BigInt(i + 1)) % 0xffffffffffffffffn)
      .toString(16)
      .padStart(16, "0");
    list.push({
      key,
      episode: `${key}-1`,
      occurrence: 1,
      rule: forecast ? "forecast:water_level" : k.rule,
      title: forecast ? text("预计过线", "Expected to pass a line") : k.rt,
      hazard: k.hazard,
      advice: k.advice,
      station: station.id,
      quantity: series.quantity,
      process: i === 5 ? "unknown" : returned ? "returned" : "active",
      level: returned ? 0 : level,
      worst: level,
      raised: iso(Math.floor((changed - rnd() * 60 * MIN) / 1000) * 1000),
      changed: iso(Math.floor(changed / 1000) * 1000),
      returned: returned ? iso(Math.floor(changed / 1000) * 1000) : null,
      value,
      peak: value,
      peak_at: iso(Math.floor(changed / 1000) * 1000),
      ack: acked
        ? {
            by: "p-zhou",
            at: iso(Math.floor((changed + 60_000) / 1000) * 1000),
            lease_until: level >= 3 ? iso(now + 42 * MIN) : null,
          }
        : null,
      sight_lost: i === 5,
      latched: i === 4,
      doubtful: i === 8,
      truth: i === 6 ? "true" : "unverified",
      commands: [],
      closed: false,
      forecast,
      priority: level,
      plan: k.plan ?? "",
      certainty: forecast || k.hazard === "landslide" ? "t" : k.hazard === "rainstorm" ? "b" : "a",
      quiet: i === 18 ? [{ kind: "flapping", by: null, until: iso(now + 22 * MIN) }] : [],
      swings: i === 18 ? 6 : null,
      clocks: clocksOf(level, returned, changed, now),
      evidence: evidenceOf(series, Number(value), Math.max(changed, now - 40 * MIN)),
      situation: null,
      doubts: i === 8 ? ["stuck", "source"] : i === 22 ? ["jump"] : [],
    });
  }
  hideOne(list[9], list[0]);
  decideTogether(list[2], list[0], list[1]);
  return list;
}

/** One of them is a blind spot: its gauge is quiet beside the worst. */
function hideOne(alarm, beside) {
  alarm.rule = "blind_spot";
  alarm.title = text("盲区：险情在附近，本站没有数据", "Blind spot: danger near, nothing heard");
  alarm.certainty = "unsaid";
  Object.assign(alarm, { value: null, peak: null, peak_at: null, clocks: [], forecast: false });
  alarm.evidence = ofOthers(beside);
}

/** One that others had a part in. */
function decideTogether(alarm, ...others) {
  alarm.evidence = [...alarm.evidence, ...others.flatMap(ofOthers)];
}

function ofOthers({ station, quantity, evidence }) {
  return evidence.map((sample) => ({ ...sample, station, quantity }));
}

/** What still runs: the way up to the next level, the way down from this one. */
function clocksOf(level, returned, changed, now) {
  if (returned) return [];
  const since = iso(Math.floor((now - 3 * MIN) / 1000) * 1000);
  const up = { level: level + 1, rises: true, since, due: iso(now + 2 * MIN + 20_000) };
  const down = { level, rises: false, since, due: iso(now + 22 * MIN) };
  const turn = Math.floor(changed / MIN) % 3;
  return turn === 0 && level < 4 ? [up] : turn === 1 ? [down] : [];
}

function evidenceOf(series, value, changed) {
  return [4, 3, 2, 1, 0].map((back) => ({
    time: iso(Math.floor((changed - back * 5 * MIN) / MIN) * MIN),
    value: (value - back * 0.07).toFixed(series.decimals),
    quality: back === 3 ? "doubtful" : "good",
  }));
}

function raiseSeries(stations, alarm, now) {
  const series = stations.find((one) => one.id === alarm.station)?.series[0];
  if (!series) return;
  series.level = alarm.level;
  if (alarm.process !== "returned") series.value = alarm.value;
  series.observed = series.received = iso(now - (alarm.sight_lost ? 23 : 2) * MIN);
  if (alarm.sight_lost) series.freshness = "stale";
  else series.freshness = "fresh";
  series.doubts = alarm.doubts;
  if (alarm.doubts.length > 0) series.quality = "doubtful";
}

/** One order of the storm night, its people at every stage there is. */
function makeCommands(rnd, county, now, texts) {
  const issued = now - 6 * MIN;
  const seal = "a".repeat(64);
  texts[seal] = TEMPLATES[0].wording.zh;
  const group = county.groups.find((one) => one.id === "g-river");
  const alarm = county.alarms[0];
  const id = "0198c0de-0821-7007-8000-000000000007";
  const command = {
    id,
    alarm: alarm.key,
    template: "evacuate",
    title: TEMPLATES[0].title,
    level: 4,
    by: "p-zhou",
    issued: iso(issued),
    wording: seal,
    groups: [group.id],
    clocks: FOUR[3],
    proof: true,
    cancelled: null,
    worst: "issued",
    tasks: [],
  };
  const at = (minutes) => iso(Math.round((issued + minutes * MIN) / 1000) * 1000);
  const fact = (kind, minutes, by, means = "app") => ({
    ...kind,
    op: null,
    by,
    means,
    at: at(minutes),
    device_at: null,
    note: null,
    position: null,
    photos: [],
  });
  for (const [i, person] of group.members.entries()) {
    if (person === "r-001") continue;
    const facts = [fact({ fact: "issued" }, 0, null, "system")];
    const go = (...kinds) => {
      for (const [n, kind] of kinds.entries())
        facts.push(fact(kind, 0.2 + n * 0.9 + rnd() * 0.4, person));
    };
    let stage = "issued";
    let next = { at: at(5 + 2), step: "substitute", to: "r-020" };
    let percent = null;
    const turn = i % 12;
    if (turn < 5) {
      go({ fact: "delivered" }, { fact: "seen" }, { fact: "accepted" });
      stage = "accepted";
      next = { at: at(18 + turn), step: "update_due", to: null };
    } else if (turn === 5) {
      go(
        { fact: "delivered" },
        { fact: "seen" },
        { fact: "accepted" },
        { fact: "on_scene" },
        { fact: "working", percent: 60 },
      );
      stage = "working";
      percent = 60;
      next = { at: at(20), step: "update_due", to: null };
    } else if (turn === 6) {
      go({ fact: "delivered" }, { fact: "seen" }, { fact: "declined" });
      stage = "declined";
      next = null;
    } else if (turn === 7) {
      go({ fact: "delivered" }, { fact: "seen" });
      stage = "seen";
    } else if (turn === 8) {
      go({ fact: "delivered" });
      stage = "delivered";
    } else if (turn === 9) {
      go(
        { fact: "delivered" },
        { fact: "seen" },
        { fact: "accepted" },
        { fact: "on_scene" },
        { fact: "done" },
      );
      stage = "done";
      next = { at: at(36), step: "verify_due", to: null };
    } else if (turn === 10) {
      go({ fact: "delivered" });
      facts.push(
        fact({ fact: "no_reply" }, 5, null, "system"),
        fact({ fact: "escalated", step: 1 }, 5, null, "system"),
      );
      stage = "no_reply";
    }
    const help = i === 17;
    if (help) facts.push(fact({ fact: "need_help" }, 5.2, person));
    const heard = facts.filter((one) => one.by === person).at(-1)?.at ?? null;
    command.tasks.push({
      id: `${id}.${person}`,
      command: id,
      person,
      stage,
      percent,
      heard,
      needs_help: help,
      overdue: stage === "no_reply" ? ["remind"] : [],
      next,
      facts,
      conflict: false,
      version: facts.length,
    });
  }
  alarm.commands = [id];
  return [command];
}

export { iso, MIN, TEMPLATES };
