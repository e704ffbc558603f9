// The invented night's calls about its warnings: who is called, how far each came, a clock of the law that ran out.
import { iso, MIN } from "./storm.mjs";

const text = (zh, en) => ({ zh, en });
const POLICIES = {
  red: text("红色预警叫应", "Calls about red"),
  orange: text("橙色预警叫应", "Calls about orange"),
};

/** A run about a situation; `calls` are [person, minutes after it began, step, channel, stage]. */
export function warningRun(county, situation, policy, began, calls, more = {}) {
  const id = `${situation.id}-${policy}-${began.toString(16)}`;
  const about = { situation: situation.id };
  for (const [to, after, step, channel, stage] of calls) {
    const at = iso(began + after * MIN);
    const fact = (kind, late) => ({
      fact: kind,
      at: iso(began + after * MIN + late * 1000),
      by: null,
      note: null,
      ...(kind === "failed" ? { why: "no answer" } : {}),
      ...(kind === "accepted" ? { reference: null } : {}),
    });
    county.pages.push({
      id: `${id}.1.${step}.${to}.${channel}`,
      run: id,
      to,
      channel,
      about,
      level: situation.worst,
      round: 1,
      step,
      stage,
      at,
      sent: at,
      held_until: null,
      bundled: null,
      repeated: false,
      open: stage !== "acked",
      facts: [fact("sent", 1), ...(stage === "called" ? [] : [fact(stage, 9)])],
    });
  }
  const people = [...new Set(calls.map(([to]) => to))];
  const said = (to, stage) => calls.some((one) => one[0] === to && one[4] === stage);
  const waiting = people.filter((to) => !said(to, "acked") && !said(to, "declined"));
  const run = {
    id,
    about,
    policy,
    title: POLICIES[policy],
    occasion: "situation",
    level: situation.worst,
    state: "running",
    began: iso(began),
    ended: null,
    round: 1,
    rounds: 3,
    step: Math.max(...calls.map((one) => one[2])),
    steps: 7,
    next: null,
    uncalled: [],
    confirm_all: false,
    called: people.length,
    confirmed: people.filter((to) => said(to, "acked")).length,
    refused: people.filter((to) => said(to, "declined") && !said(to, "acked")).length,
    waiting,
    vacant: [],
    posts: [],
    log: [{ at: iso(began), what: "began", level: situation.worst }],
    ...more,
  };
  county.runs.push(run);
  return run;
}

/** In the storm: a red one whose leader has not been reached in time, an orange one that everybody is to confirm. */
export function addWarnings(night, now, storm) {
  if (!storm) return;
  const { county } = night;
  const loud = county.situations
    .filter((one) => one.level >= 3 && !one.merged_into)
    .sort((a, b) => b.level - a.level);
  const [first, second] = loud;
  if (!first) return;
  const towns = night.posts
    .filter((post) => post.township)
    .flatMap((post) => post.roster.crews[0]?.[0] ?? []);
  const red = warningRun(
    county,
    first,
    "red",
    now - 12 * MIN,
    [
      ["p-zhou", 0, 1, "push", "seen"],
      ["p-zhou", 1, 2, "voice", "called"],
      ["p-sun", 2, 3, "voice", "failed"],
      ["p-sun", 2, 3, "sms", "accepted"],
      [towns[0], 2, 3, "voice", "acked"],
      [towns[1], 2, 3, "voice", "failed"],
      [towns[1], 3, 3, "sms", "delivered"],
      [towns[2], 2, 3, "voice", "declined"],
      ["p-lyu", 5, 4, "voice", "failed"],
      ["p-lyu", 5, 4, "sms", "accepted"],
      ["p-lyu", 10, 5, "voice", "called"],
    ],
    {
      next: {
        at: iso(now + 3 * MIN),
        step: 6,
        to: ["p-head"],
        by: ["voice", "sms"],
        must: true,
        law: { step: 6, by: iso(now + 13 * MIN), of: ["p-head"] },
      },
      uncalled: ["p-head"],
    },
  );
  red.log.push({ at: iso(now - 2 * MIN), what: "clock_missed", step: 5 });
  night.system.push({
    kind: "legal_clock",
    subject: `${red.id}#5`,
    since: iso(now - 2 * MIN),
    until: null,
    level: null,
    owner: null,
  });
  if (!second) return;
  const quiet = [3, 7, 9];
  warningRun(
    county,
    second,
    "orange",
    now - 6 * MIN,
    towns.slice(0, 10).flatMap((to, n) =>
      quiet.includes(n)
        ? [
            [to, 0, 1, "push", n === 7 ? "delivered" : "accepted"],
            [to, 5, 2, "voice", n === 9 ? "failed" : "called"],
          ]
        : [[to, 0, 1, "push", "acked"]],
    ),
    {
      confirm_all: true,
      steps: 3,
      rounds: 2,
      next: {
        at: iso(now + 4 * MIN),
        step: 3,
        to: quiet.map((n) => towns[n]),
        by: ["voice", "sms"],
      },
    },
  );
}

/** Who was awaited by a clock of the law has answered: the notice ends. */
export function endClocks(night, run, person, now) {
  const steps = night.county.pages
    .filter((page) => page.run === run.id && page.to === person)
    .map((page) => `${run.id}#${page.step}`);
  const met = night.system.filter(
    (one) => one.kind === "legal_clock" && steps.includes(one.subject),
  );
  night.system = night.system.filter((one) => !met.includes(one));
  return met.map((one) => ({ kind: "system", system: { ...one, until: iso(now) } }));
}
