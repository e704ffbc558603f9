// The invented night as a drill: its mark, its notes, and a table of how it goes.
import { iso, MIN } from "./storm.mjs";

const TITLE = {
  zh: "长诏水库泄洪，下游一村失联",
  en: "Changzhao Reservoir releases, one village does not answer",
};

export function asDrill(night, start) {
  const { county } = night;
  county.title = { zh: `【演练】${county.title.zh}`, en: `[DRILL] ${county.title.en}` };
  county.drill = {
    id: "changzhao-release",
    title: TITLE,
    start: iso(start - 48 * MIN),
    end: iso(start + 42 * MIN),
  };
  for (const person of county.people) person.phone = null;
}

export function drillsOf(night, now) {
  const mark = night.county.drill ?? null;
  const note = (ago, zh, en) => ({
    at: iso(now - ago * MIN),
    title: { zh: "消息", en: "Word" },
    text: { zh, en },
  });
  return {
    here: mark && {
      mark,
      now: iso(now),
      over: now >= Date.parse(mark.end),
      notes: [
        note(
          2,
          "安仁村一位村民骑摩托到镇上：村口桥已过水，村主任手机没电。",
          "A villager came to town by motorcycle: water is over the bridge at Anren, the head's phone is dead.",
        ),
        note(48, "演练开始。请按平时的岗位值班。", "The drill begins. Keep your posts as usual."),
      ],
    },
    beside: night.beside ? { title: TITLE, address: "http://127.0.0.1:8088" } : null,
  };
}

export function scoreOf(night, start) {
  const mark = night.county.drill;
  const by = night.county.people[0].id;
  const post = night.county.posts[0];
  const at = (minute) => iso(Date.parse(mark.start) + minute * MIN);
  const line = (inject, title, given, asked, within, met, verdict) => ({
    inject,
    title,
    given: at(given),
    post: post.id,
    asked,
    began: at(given + 1),
    within_ms: within === null ? null : within * MIN,
    due: within === null ? null : at(given + 1 + within),
    met: met === null ? null : { at: at(met), by: asked === "escalated_to_nobody" ? null : by },
    verdict,
  });
  const pool = { zh: "库水位一路上涨", en: "The pool keeps rising" };
  const call = {
    zh: "水库管理局来电：请求泄洪",
    en: "The dam office telephones: release requested",
  };
  const jump = { zh: "开闸，坝下水位陡涨", en: "Gates open, the river below jumps up" };
  return {
    drill: mark.id,
    title: mark.title,
    start: mark.start,
    end: mark.end,
    through: iso(start),
    over: false,
    lines: [
      line("pool", pool, 1, "acknowledged", 5, 3.4, "kept"),
      line("pool", pool, 1, "commanded", 20, 11.2, "kept"),
      line("request", call, 15, "acknowledged", 3, 21.6, "missed"),
      line("request", call, 15, "commanded", 15, 24, "kept"),
      line("request", call, 15, "escalated_to_nobody", null, 20, "missed"),
      line("release", jump, 45, "acknowledged", 3, 46.9, "kept"),
      line("release", jump, 45, "commanded", 10, null, "running"),
      line("release", jump, 45, "on_scene", 25, null, "running"),
      line("release", jump, 45, "proven", 40, null, "running"),
    ],
    posts: [{ post: post.id, title: post.title, kept: 4, missed: 2, running: 3, void: 0 }],
  };
}
