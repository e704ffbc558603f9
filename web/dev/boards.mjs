// What the invented night has on its boards: orders before they go out, a large one with hundreds of
// people, an evacuation by village, warnings without a decision, incidents with their clocks.
import { addLosses } from "./losses.mjs";

const MIN = 60_000;
const iso = (ms) => new Date(ms).toISOString();
const text = (zh, en) => ({ zh, en });

export const DISREGARD = {
  id: "disregard",
  title: text("前令作废", "Disregard"),
  wording: text(
    "前一条指令作废，请原地待命，等下一条。",
    "Disregard the last order. Stay and wait for the next.",
  ),
  kind: "correction",
  proof: false,
};

/** Kinds, corrections and questions for templates that have none. */
export function dress(templates) {
  for (const template of templates) {
    if (template.id === "evacuate") template.kind = "evacuation";
    if (template.kind !== "correction") template.correction = DISREGARD.id;
    template.kind ??= "plain";
    template.fields ??= [];
    template.crew ??= [];
  }
  if (!templates.some((one) => one.id === DISREGARD.id))
    templates.push({ ...DISREGARD, clocks: templates[0].clocks, fields: [], crew: [] });
}

function order(county, now, texts, more) {
  const template = county.templates.find((one) => one.id === more.template);
  const seal = `${more.id.slice(-1)}`.repeat(64);
  texts[seal] = template.wording.zh;
  return {
    alarm: null,
    title: template.title,
    level: 4,
    by: "p-zhou",
    issued: iso(now - 9 * MIN),
    wording: seal,
    groups: [],
    clocks: template.clocks[3],
    proof: template.proof,
    cancelled: null,
    worst: "issued",
    tasks: [],
    kind: template.kind,
    phase: { phase: "issued" },
    reach: [],
    approved_by: null,
    supersedes: null,
    superseded_by: null,
    villages: [],
    count: [],
    proven_by: null,
    ...more,
  };
}

/** Three hundred people of whom most have answered and some never will. */
function crowd(county, now, texts, size) {
  const people = county.people.filter((one) => one.role === "responder");
  for (let n = people.length; n < size; n++) {
    const like = people[n % people.length];
    const person = { ...like, id: `x-${n}`, phone: n % 40 === 7 ? null : like.phone };
    county.people.push(person);
    people.push(person);
  }
  const command = order(county, now, texts, {
    id: "0198c0de-0821-7007-8000-00000000000b",
    template: "patrol",
  });
  const issued = Date.parse(command.issued);
  const fact = (kind, after, by) => ({
    ...kind,
    op: null,
    by,
    means: by ? "app" : "system",
    at: iso(issued + after * 1000),
    device_at: null,
    note: null,
    position: null,
    photos: [],
  });
  command.tasks = people.slice(0, size).map((person, n) => {
    const facts = [fact({ fact: "issued" }, 0, null)];
    let stage = "issued";
    let step = { at: iso(issued + 560_000 + (n % 97) * 1000), step: "remind", to: person.id };
    const turn = n % 10;
    if (turn < 6) {
      facts.push(fact({ fact: "delivered" }, 4, person.id), fact({ fact: "seen" }, 20, person.id));
    }
    if (turn < 4) {
      facts.push(fact({ fact: "accepted" }, 40 + n, person.id));
      stage = "accepted";
      step = { at: iso(now + 6 * MIN + n * 1000), step: "update_due", to: null };
    } else if (turn < 6) stage = "seen";
    else if (turn === 7) {
      facts.push(
        fact({ fact: "no_reply" }, 300, null),
        fact({ fact: "escalated", step: 1 }, 300, null),
      );
      stage = "no_reply";
      step = { at: iso(now + 40_000 + n * 500), step: "substitute", to: people[(n + 1) % size].id };
    } else if (turn === 8 && n % 30 === 8) {
      facts.push(fact({ fact: "declined" }, 90, person.id));
      stage = "declined";
      step = null;
    }
    return {
      id: `${command.id}.${person.id}`,
      command: command.id,
      person: person.id,
      stage,
      percent: null,
      heard: facts.filter((one) => one.by).at(-1)?.at ?? null,
      needs_help: false,
      place: null,
      overdue: [],
      next: step,
      facts,
      conflict: false,
      version: facts.length,
      end_unseen: false,
      crossed: false,
      reassigned_to: null,
      crew: [],
    };
  });
  return command;
}

export function addOrders(county, now, texts) {
  dress(county.templates);
  const responders = county.people.filter((one) => one.role === "responder");
  const ids = responders.slice(0, 57).map((one) => one.id);
  const [evacuation] = county.commands;
  Object.assign(evacuation, {
    kind: "evacuation",
    phase: { phase: "issued" },
    reach: [],
    villages: [
      { village: "黄婆滩村", to_move: 262 },
      { village: "楼基村", to_move: 138 },
      { village: "镜岭村", to_move: 405 },
    ],
    count: [
      {
        village: "镜岭村",
        to_move: 405,
        moved: 0,
        refused: 0,
        unreachable: 0,
        people_short: 405,
        names_short: 0,
        task: null,
      },
      {
        village: "黄婆滩村",
        to_move: 262,
        moved: 238,
        refused: 6,
        unreachable: 7,
        people_short: 11,
        names_short: 2,
        task: evacuation.tasks[0].id,
      },
      {
        village: "楼基村",
        to_move: 138,
        moved: 136,
        refused: 2,
        unreachable: 0,
        people_short: 0,
        names_short: 0,
        task: evacuation.tasks[1].id,
      },
    ],
  });
  addLeft(evacuation, texts);
  county.commands.push(
    order(county, now, texts, {
      id: "0198c0de-0821-7007-8000-00000000000a",
      template: "evacuate",
      issued: iso(now),
      phase: { phase: "held", until: iso(now + 9_000_000) },
      reach: ids,
    }),
    order(county, now, texts, {
      id: "0198c0de-0821-7007-8000-00000000000c",
      template: "close",
      by: "p-other",
      issued: iso(now - 40_000),
      phase: { phase: "waiting" },
      reach: ids.slice(0, 12),
    }),
    crowd(county, now, texts, 300),
  );
}

/** The counts behind the table: names of most of those left behind, and a picture of one. */
function addLeft(evacuation, texts) {
  const name = (n) => {
    const seal = `${"ab".repeat(30)}${String(1000 + n)}`;
    texts[seal] = ["张阿大", "吕来娣", "王小毛", "潘月英", "石老伯", "俞根法"][n % 6];
    return seal;
  };
  for (const [place, row] of evacuation.count.entries()) {
    const task = evacuation.tasks.find((one) => one.id === row.task);
    if (!task) continue;
    const known = Math.max(0, row.refused - row.names_short);
    const left = Array.from({ length: known }, (_, n) => ({
      why: "refused",
      name: n === 0 && place === 1 ? null : name(n + place),
      photo: n === 0 && place === 1 ? PHOTO : null,
    }));
    for (let n = 0; n < row.unreachable; n++)
      left.push({ why: "unreachable", name: name(n + 3), photo: null });
    const { village, to_move, moved, refused, unreachable } = row;
    task.facts.at(-1).count = [{ village, to_move, moved, refused, unreachable, left }];
  }
}

const CLOCKS = [
  [
    "phone_leader",
    text("电话报县主要领导", "Phone county leader"),
    text("县主要领导", "County leader"),
    10,
  ],
  [
    "phone_above",
    text("电话报市", "Phone the city"),
    text("市应急指挥中心", "City emergency centre"),
    20,
  ],
  [
    "pass_on",
    text("转有关部门", "Pass on to departments"),
    text("有关部门", "Departments concerned"),
    30,
  ],
  [
    "written_above",
    text("书面报市", "Written report to city"),
    text("市应急指挥中心", "City emergency centre"),
    40,
  ],
];

/** The picture under which the fake keeps its invented bridge. */
export const PHOTO = "e6".repeat(32);

/** Warnings with and without a decision, and one incident. */
export function addIncidents(county, now, texts) {
  const loud = county.situations.filter((one) => one.level >= 3).sort((a, b) => b.level - a.level);
  for (const one of county.situations) one.decisions = [];
  for (const [n, one] of loud.entries()) {
    if (n % 3 === 2) {
      const seal = `d${n % 10}`.repeat(32);
      texts[seal] = "站点检修后的虚高，已现场核对";
      one.decisions = [
        {
          response: null,
          level: one.level,
          by: "p-zhou",
          at: iso(now - 12 * MIN),
          reason: seal,
          command: null,
        },
      ];
    } else if (n % 3 === 1) {
      one.decisions = [
        {
          response: 2,
          level: one.level,
          by: "p-zhou",
          at: iso(now - 8 * MIN),
          reason: null,
          command: county.commands[0].id,
        },
      ];
    } else {
      one.undecided_since = iso(now - (n + 4) * MIN);
      one.decide_by = iso(now + (n === 0 ? -90_000 : (n + 2) * MIN));
    }
  }
  county.event_classes = [
    {
      id: "urgent",
      title: text("突发险情", "Sudden danger"),
      clocks: CLOCKS.map(([id, title, to, minutes]) => ({
        id,
        title,
        to,
        within_ms: minutes * MIN,
      })),
    },
  ];
  const seals = {
    title: "e1".repeat(32),
    note: "e2".repeat(32),
    report: "e3".repeat(32),
    by: "e4".repeat(32),
    second: "e5".repeat(32),
    photo: PHOTO,
  };
  texts[seals.title] = "澄潭江沿线 8·21 洪水";
  texts[seals.note] = "镜岭中心校安置点已开，余 410 床";
  texts[seals.report] = "02:05 起超红线";
  texts[seals.second] =
    "新昌县：澄潭江沿线 8·21 洪水\n截至 02:11。\n洪水 · 澄潭江流域，23:05 起，现在红色 Ⅰ，涉及 2316 人。\n转移群众：02:07 发出，37 人，完成 3，在做 18，无应答 3。";
  texts[seals.by] = "县长 张国强";
  const opened = now - 24 * MIN;
  county.incidents = [
    {
      id: "incident-1",
      title: seals.title,
      class: "urgent",
      by: "p-zhou",
      opened: iso(opened),
      situations: loud.slice(0, 3).map((one) => one.id),
      commands: county.commands.filter((one) => one.phase.phase === "issued").map((one) => one.id),
      reports: CLOCKS.map(([id, title, to, minutes], n) => ({
        id,
        title,
        to,
        due: iso(opened + minutes * MIN),
        overdue: n === 1,
        sent:
          n === 0
            ? [
                {
                  by: "p-zhou",
                  at: iso(opened + 6 * MIN),
                  text: seals.report,
                  received_by: seals.by,
                  photos: [],
                },
                {
                  by: "p-zhou",
                  at: iso(now - 3 * MIN),
                  text: seals.second,
                  received_by: seals.by,
                  photos: [seals.photo],
                },
              ]
            : [],
        filed: null,
      })),
      notes: [{ by: "p-zhou", at: iso(now - 5 * MIN), text: seals.note, photos: [] }],
      merged_into: null,
      closed: null,
    },
  ];
  addLosses(county, now, texts, seals.photo);
}
