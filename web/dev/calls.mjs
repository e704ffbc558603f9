// The stand-in's answer to other rosters and policies: the night's situations called about as A, and by
// another crew and shorter steps as B.
import { iso, MIN } from "./storm.mjs";

const RED_STEPS = [
  [0, "p-zhou", "push"],
  [1, "p-zhou", "voice"],
  [2, "p-sun", "voice"],
  [5, "p-lyu", "voice"],
  [15, "p-head", "voice"],
];
/** B: the deputy's place is another's, and the leader is called after three minutes. */
const OTHER = { "p-zhou": "p-lyu", "p-lyu": "p-zhou" };

const made = (at, policy, step, level, reply) => ({
  at: iso(at),
  policy,
  level,
  round: 1,
  step,
  reply,
});
const answered = (at) => ({ reply: "answered", at: iso(at) });

function callsOf(one, n, began, asked) {
  const about = { situation: one.id };
  const roster = "posts.toml" in asked.organisation;
  const policy = Object.keys(asked.organisation).some((name) => name.startsWith("policies/"));
  const until = [4, 9, 20][n % 3];
  const pairs = [];
  const pair = (movement, person, channel, a, b) =>
    pairs.push({
      movement,
      about,
      person,
      channel,
      a,
      b,
      by_ms: a && b ? Date.parse(b.at) - Date.parse(a.at) : null,
    });
  for (const [place, [minutes, person, channel]] of RED_STEPS.entries()) {
    if (minutes > until) break;
    const at = began + minutes * MIN;
    const step = place + 1;
    const last = RED_STEPS[place + 1] === undefined || RED_STEPS[place + 1][0] > until;
    const reply = last && until < 20 ? answered(began + until * MIN) : { reply: "silent" };
    const a = made(at, "red", step, one.level, reply);
    if (roster && place < 2 && n % 2 === 0) {
      pair("gone", person, channel, a, null);
      const b = made(at, "red", step, one.level, { reply: "unknown" });
      pair("new", OTHER[person], channel, null, b);
    } else if (policy && minutes >= 5) {
      pair("earlier", person, channel, a, made(at - 2 * MIN, "red", step, one.level, reply));
    } else pair("same", person, channel, a, { ...a });
  }
  return pairs;
}

function runOf(one, n, began, other) {
  const until = [4, 9, 20][n % 3];
  const state = until < 20 ? "satisfied" : "exhausted";
  const outcome = {
    level: one.level,
    began: iso(began),
    state,
    ended: iso(began + until * MIN),
    rounds: state === "exhausted" ? 3 : 1,
    called: 3,
    answered: state === "exhausted" ? 0 : 1,
    first_call: iso(began),
    first_answer: state === "exhausted" ? null : iso(began + until * MIN),
    empty: [],
  };
  const moved = other && n % 3 === 1;
  return {
    movement: moved ? "later" : "same",
    about: { situation: one.id },
    policy: "red",
    title: { zh: "红色叫应", en: "Red alert calls" },
    a: outcome,
    b: moved
      ? {
          ...outcome,
          state: "exhausted",
          ended: iso(began + 31 * MIN),
          empty: [{ at: iso(began + 2 * MIN), round: 1, step: 3 }],
        }
      : { ...outcome },
  };
}

export function callTrialOf(night, asked, now) {
  const { county } = night;
  const from = asked.from ?? iso(now - 24 * 60 * MIN);
  const loud = county.situations.filter((one) => one.level >= 3 && one.opened >= from);
  const other = Object.keys(asked.organisation).length > 0;
  const began = (one) => Date.parse(one.opened) + MIN;
  const pairs = loud.flatMap((one, n) => callsOf(one, n, began(one), asked));
  const when = (one) => (one.a ?? one.b).at;
  pairs.sort((x, y) => (when(x) < when(y) ? -1 : 1));
  const count = (movement) => pairs.filter((one) => one.movement === movement).length;
  const runs = loud.map((one, n) => runOf(one, n, began(one), other));
  const side = (name, key) => {
    const mine = pairs.flatMap((one) => (one[key] ? [{ ...one[key], person: one.person }] : []));
    const people = (reply) =>
      new Set(mine.filter((one) => one.reply.reply === reply).map((one) => one.person)).size;
    const ended = (state) => runs.filter((one) => one[key].state === state).length;
    return {
      name,
      calls: mine.length,
      people: new Set(mine.map((one) => one.person)).size,
      answered: people("answered"),
      unknown: people("unknown"),
      held: 0,
      satisfied: ended("satisfied"),
      exhausted: ended("exhausted"),
      empty_steps: runs.reduce((sum, one) => sum + one[key].empty.length, 0),
      gaps: [],
      astray: { readings: 0, receipts: 0, presses: 0, refused: [] },
    };
  };
  const [a, b] = [side("in force", "a"), side("proposed", "b")];
  if (other && pairs.length > 0) {
    b.astray = {
      readings: 0,
      receipts: count("gone"),
      presses: 1,
      refused: [{ at: iso(now - 44 * MIN), by: "p-zhou", why: "not_on_duty" }],
    };
    b.gaps = [
      {
        post: night.posts[0].id,
        from: iso(now - 50 * MIN),
        until: iso(now - 10 * MIN),
        people: [],
        least: 1,
      },
    ];
  }
  return {
    from,
    to: asked.to ?? iso(now),
    inputs: 58_977,
    as_it_was: true,
    a,
    b,
    difference: {
      same: count("same"),
      earlier: count("earlier"),
      later: count("later"),
      new: count("new"),
      gone: count("gone"),
      pairs,
    },
    runs,
    subjects: loud.map((one) => ({
      situation: one.id,
      hazard: one.hazard,
      area: one.area.title,
    })),
  };
}

export const ORGANISATION = [
  {
    file: "posts.toml",
    text: `[[post]]
id = "county-duty"
title = { zh = "县值班室", en = "County duty desk" }
kind = "duty"
[post.roster]
from = "2026-08-20T20:00:00+08:00"
shifts = ["12h", "12h"]
crews = [["p-zhou"], ["p-lyu"]]
least = 1
sign_in = "15m"
handover = true
`,
  },
  {
    file: "policies/county.toml",
    text: `[[escalation]]
id = "red"
title = { zh = "红色叫应", en = "Red alert calls" }
levels = ["red", "orange"]
loops = 2

[[escalation.step]]
after = "0s"
call = [{ to = ["post:county-duty"], by = ["push"] }]

[[escalation.step]]
after = "1m"
call = [{ to = ["post:county-duty"], by = ["voice"] }]

[[escalation.step]]
after = "5m"
call = [{ to = ["person:p-lyu"], by = ["voice"] }]
`,
  },
];

/** What the server would say of edited files: loops without an end, and people who are not there. */
export function faultsOf(files) {
  const found = (file, line, column, what, expected, near) => ({
    file: `jurisdictions/330624/${file}`,
    line,
    column,
    what,
    expected,
    near,
    stops: true,
  });
  return Object.entries(files).flatMap(([file, text]) =>
    text.split("\n").flatMap((line, place) => {
      if (/loops = ([6-9]|\d\d)/.test(line))
        return [
          found(
            file,
            place + 1,
            9,
            "goes through its steps again and again without an end",
            "0 to 5",
            "what is used up is told at the desk and to whom `exhausted` names",
          ),
        ];
      if (line.includes("p-lyuu"))
        return [
          found(
            file,
            place + 1,
            line.indexOf("p-lyuu") + 1,
            "no person `p-lyuu` in people.csv",
            null,
            "did you mean `p-lyu`?",
          ),
        ];
      return [];
    }),
  );
}
