// The invented night's posts, rosters, roll-calls and contact points, and the presses about them.
import { endClocks } from "./warnings.mjs";

const MIN = 60_000;
const HOUR = 60 * MIN;
const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
const text = (zh, en) => ({ zh, en });

/** A roster's shifts as the server tells them: the one that runs and those that follow. */
function shiftsOf(post, now) {
  const { from, hours, crews } = post.roster;
  const length = hours * HOUR;
  const first = Math.floor((now - from) / length);
  return Array.from({ length: Math.min(15, Math.ceil(168 / hours)) }, (_, n) => {
    const begin = from + (first + n) * length;
    const crew = crews[(first + n) % crews.length];
    return { from: begin, until: begin + length, people: changed(post, crew, begin, now) };
  });
}

/** The crew at an instant with what was pressed since. */
function changed(post, crew, begin, now) {
  const at = Math.max(begin, now);
  let people = [...crew];
  for (const one of post.changes) {
    if (!(Date.parse(one.from) <= at && at < Date.parse(one.until))) continue;
    if (one.out) people = people.flatMap((id) => (id === one.out ? (one.into ?? []) : id));
    else if (one.into) people.push(one.into);
  }
  return [...new Set(people)];
}

function obligations(county, until) {
  const open = county.commands.flatMap((command) => (command.cancelled ? [] : command.tasks));
  const going = open.filter((task) => task.next && task.stage !== "verified");
  return {
    alarms: county.alarms
      .filter((one) => !one.closed)
      .sort((a, b) => b.worst - a.worst)
      .map((one) => one.key),
    unanswered: going
      .filter((task) => ["issued", "no_reply", "delivered", "seen"].includes(task.stage))
      .map((task) => task.id),
    clocks: going
      .map((task) => ({ task: task.id, due: task.next.at }))
      .sort((a, b) => a.due.localeCompare(b.due)),
    endings: county.suppressions
      .filter((one) => one.until && Date.parse(one.until) <= until && !one.ended)
      .map((one) => ({ id: one.id, until: one.until })),
    runs: county.runs.filter((run) => run.state === "running").map((run) => run.id),
  };
}

/** One post as the server would tell it now. */
export function postView(night, post, now) {
  const base = {
    id: post.id,
    title: post.title,
    duty: post.kind,
    unit: null,
    township: post.township,
    now: post.people,
    shifts: [],
    gaps: [],
    signed_in: [],
    sign_in_by: null,
    changes: post.changes.filter((one) => Date.parse(one.until) > now),
    handover: null,
  };
  if (!post.roster) return base;
  const shifts = shiftsOf(post, now);
  const [running] = shifts;
  const next = post.held ? running : shifts[1];
  const opens = post.roster.handover && (post.held || next.from - now <= HOUR);
  return {
    ...base,
    now: [...new Set([...(post.held ?? []), ...running.people])],
    shifts: shifts.map((one) => ({
      from: iso(one.from),
      until: iso(one.until),
      people: one.people,
      short: one.people.length < post.roster.least,
    })),
    gaps: shifts
      .filter((one) => one.people.length < post.roster.least)
      .map((one) => ({
        post: post.id,
        from: iso(Math.max(now, one.from)),
        until: iso(one.until),
        people: one.people,
        least: post.roster.least,
      })),
    signed_in: post.signedIn,
    sign_in_by: post.roster.sign ? iso(running.from + post.roster.sign * MIN) : null,
    handover: opens
      ? {
          from: post.held ?? running.people,
          to: next.people,
          due: iso(next.from),
          signed: post.signed,
          note: post.note,
          obligations: obligations(night.county, next.until),
        }
      : null,
  };
}

export const postsOf = (night, now) => night.posts.map((post) => postView(night, post, now));

const CHANNELS = {
  duty_officer: ["desk", "push", "voice", "sms"],
  responder: ["push", "sms", "voice"],
  administrator: ["mail"],
};

/** Puts posts, runs, pages and contact points into the night. */
export function addDuty(night, now, mode, townships) {
  const { county } = night;
  const storm = mode === "storm";
  const midnight = now - ((now + 8 * HOUR) % (24 * HOUR));
  const post = (id, title, more) => ({
    id,
    title,
    kind: "duty",
    township: null,
    people: [],
    roster: null,
    changes: [],
    signedIn: [],
    signed: null,
    note: null,
    held: null,
    ...more,
  });
  county.people.push(
    officer("p-sun", "孙海涛", text("县值班副班", "county deputy on duty"), "139 0000 0112"),
    officer("p-head", "金书明", text("县长", "head of the county"), "139 0000 0113"),
  );
  const room = post("county-duty", text("县值班室", "County duty desk"), {
    // In the storm the shift ended at two and is not handed over yet.
    roster: {
      from: storm ? midnight - 10 * HOUR : midnight - 4 * HOUR,
      hours: 12,
      crews: [["p-zhou"], ["p-lyu"]],
      least: 1,
      sign: 15,
      handover: true,
    },
    held: storm ? ["p-zhou"] : null,
    signedIn: storm ? [] : [{ by: "p-zhou", at: iso(midnight - 4 * HOUR + 3 * MIN) }],
  });
  night.posts = [
    room,
    post("county-deputy", text("县值班副班", "County deputy on duty"), {
      kind: "deputy",
      people: ["p-sun"],
    }),
    post("county-head", text("县长", "Head of the county"), { kind: "head", people: ["p-head"] }),
    ...townships.map(({ properties: town }, n) => {
      const crew = county.people.filter((one) => one.township === town.code).slice(0, 3);
      const crews = crew.map((one) => [one.id]);
      if (storm && n === 4) crews[1] = [];
      if (storm && n === 7) crews[0] = crews[1] = crews[2] = [];
      const signed = [{ by: crew[0].id, at: iso(midnight - 16 * HOUR + (n % 5) * 2 * MIN) }];
      return post(`town-${town.code}`, text(`${town.name}值班`, `Duty, ${town.name_en}`), {
        township: town.code,
        roster: {
          from: midnight - 16 * HOUR - 3 * 24 * HOUR,
          hours: 24,
          crews: crews.length === 3 ? crews : [[crew[0].id]],
          least: 1,
          sign: 15,
          handover: false,
        },
        signedIn: storm && (n === 2 || n === 7) ? [] : signed,
      });
    }),
  ];
  county.runs = [];
  county.pages = [];
  night.contacts = county.people
    .filter((one) => CHANNELS[one.role])
    .slice(0, 90)
    .map((person, n) => ({
      person: person.id,
      contacts: CHANNELS[person.role].map((channel, place) => proof(channel, n, place, now, storm)),
    }))
    .filter((_, n) => !storm || n % 17 !== 9);
  night.reach = reachOf(night, now, storm, townships);
  const began = storm ? now - 4 * MIN - 20_000 : midnight - 3 * HOUR;
  const run = beginRoll(night, "0198c0de-0821-7007-8000-0000000000c1", [], began);
  const quiet = storm ? [2, 5, 8, 10, 13] : [];
  let place = 0;
  for (const one of run.posts) {
    if (one.people.length === 0) continue;
    place += 1;
    if (quiet.includes(place)) continue;
    for (const person of one.people)
      answer(run, county, person, began + (18 + place * 9) * 1000, null);
  }
  for (const page of county.pages) {
    if (page.stage !== "acked") furthen(page, began);
  }
  if (!storm) settle(run, began + 4 * MIN);
  else {
    for (const page of [...county.pages]) {
      if (page.stage === "acked" || page.channel === "voice") continue;
      const voice = pageOf(run, page.to, "voice", 2, began + 2 * MIN);
      voice.stage = page.to.endsWith("9") ? "failed" : "called";
      county.pages.push(voice);
    }
    run.step = 2;
    run.next = { at: iso(began + 7 * MIN), step: null, to: [], by: [] };
  }
}

/** Two planned tests, and in the storm a township that short messages do not reach. */
function reachOf(night, now, storm, townships) {
  const tested = now - 12 * 24 * HOUR;
  const callable = night.contacts.map((one) => one.person);
  const towns = townships.map(({ properties }) => properties.code);
  const dark = towns[4];
  const there = night.county.people.filter((one) => one.township === dark).map((one) => one.id);
  if (storm) {
    night.system.push({
      kind: "channel_lost",
      subject: `sms/${dark}`,
      since: iso(now - 6 * MIN),
      until: null,
      level: null,
      owner: null,
    });
  }
  const silent = storm
    ? callable
        .slice(3, 9)
        .map((person, n) => ({ person, by: [[], ["sms"], ["sms", "voice"]][n % 3] }))
    : [];
  return {
    lost: storm
      ? [
          {
            township: dark,
            channel: "sms",
            since: iso(now - 6 * MIN),
            people: callable.filter((id) => there.includes(id)),
          },
        ]
      : [],
    plans: [
      {
        id: "monthly",
        title: text("每月通道测试", "Monthly channel test"),
        groups: [],
        channels: [],
        next: iso(tested + 31 * 24 * HOUR),
        put_off: false,
        last: {
          at: iso(tested),
          over: true,
          people: callable.length,
          reached: callable.length - 2 * silent.length,
          answered: callable.length - silent.length,
          silent,
        },
      },
      {
        id: "dams",
        title: text("水库每周测试", "Weekly test, dam keepers"),
        groups: [night.county.groups[0]?.id ?? ""],
        channels: ["sms", "voice"],
        next: iso(now + 31 * HOUR),
        put_off: storm,
        last: null,
      },
    ],
  };
}

function officer(id, name, post, phone) {
  return { id, name, post, role: "duty_officer", township: null, phone, substitute: null };
}

function furthen(page, began) {
  const turn = page.to.charCodeAt(page.to.length - 1) % 3;
  if (turn === 0) page.stage = "delivered";
  if (turn === 1) page.stage = "accepted";
  page.facts = [{ at: iso(began + 3000), fact: "sent", by: null, note: null }];
}

function proof(channel, n, place, now, storm) {
  const ago = (minutes) => iso(now - minutes * MIN);
  const none = {
    channel,
    tried: null,
    tested: null,
    accepted: null,
    reached: null,
    answered: null,
    failed: null,
    why: null,
  };
  const turn = (n * 7 + place * 3) % 11;
  // In the storm some are reached by nothing: every channel failed, or none was ever tried.
  if (storm && n % 13 === 5)
    return { ...none, tried: ago(12), failed: ago(12 - place), why: "not reachable" };
  if (storm && n % 13 === 11) return none;
  if (turn === 0) return none;
  const one = { ...none, tried: ago(30 + turn), tested: ago(60 * 24 * (turn + 2)) };
  if (turn === 1) return { ...one, accepted: ago(31) };
  if (turn === 2 && storm)
    return { ...one, reached: ago(60 * 24 * 3), failed: ago(18), why: "no such number" };
  if (turn === 3)
    return { ...one, tried: ago(60 * 24 * 40), reached: ago(60 * 24 * 40), tested: null };
  if (turn < 7) return { ...one, accepted: ago(30), reached: ago(29), answered: ago(28) };
  return { ...one, accepted: ago(30), reached: ago(29) };
}

function pageOf(run, to, channel, step, at) {
  return {
    id: `${run.id}.1.${step}.${to}.${channel}`,
    run: run.id,
    to,
    channel,
    about: run.about,
    level: null,
    round: 1,
    step,
    stage: "called",
    at: iso(at),
    sent: iso(at),
    held_until: null,
    bundled: null,
    repeated: false,
    open: true,
    facts: [],
  };
}

const firstChannel = (county, id) =>
  CHANNELS[county.people.find((one) => one.id === id)?.role]?.[0] ?? null;

function beginRoll(night, op, posts, at) {
  const { county } = night;
  const meant = night.posts.filter((post) => posts.length === 0 || posts.includes(post.id));
  const run = {
    id: op,
    about: { roll_call: op },
    policy: "roll-call",
    title: text("一键点名", "Roll-call"),
    occasion: "roll_call",
    level: null,
    state: "running",
    began: iso(at),
    ended: null,
    round: 1,
    rounds: 2,
    step: 1,
    steps: 2,
    next: null,
    uncalled: [],
    confirm_all: true,
    called: 0,
    confirmed: 0,
    refused: 0,
    waiting: [],
    vacant: [],
    posts: meant.map((post) => ({
      post: post.id,
      people: postView(night, post, at).now,
      here: null,
    })),
    log: [{ at: iso(at), what: "began", level: null }],
  };
  const people = [...new Set(run.posts.flatMap((one) => one.people))];
  for (const person of people) {
    const channel = firstChannel(county, person);
    if (channel) county.pages.push(pageOf(run, person, channel, 1, at));
  }
  run.called = people.length;
  run.waiting = people;
  run.vacant = run.posts.filter((one) => one.people.length === 0).map((one) => one.post);
  run.next = { at: iso(at + 2 * MIN), step: 2, to: people, by: ["voice", "sms"] };
  county.runs.push(run);
  return run;
}

function answer(run, county, person, at, by) {
  for (const page of county.pages) {
    if (page.run !== run.id || page.to !== person) continue;
    page.stage = "acked";
    page.open = false;
    page.facts.push({ at: iso(at), fact: "acked", by, note: null });
  }
  run.waiting = run.waiting.filter((one) => one !== person);
  run.confirmed = run.called - run.waiting.length;
  for (const post of run.posts)
    if (post.here === null && post.people.includes(person)) post.here = { by: person, at: iso(at) };
  if (run.confirm_all && run.waiting.length === 0) settle(run, at);
}

function settle(run, at) {
  Object.assign(run, { state: "satisfied", ended: iso(at), next: null, waiting: [] });
}

/** The presses this file knows; others are for the night itself. */
export function pressDuty(night, act, person, now, seal) {
  const { action, ...asked } = act.action;
  const { county } = night;
  const officers = person.role === "duty_officer" || person.role === "administrator";
  const done = (...changes) => ({ answer: { answer: "done" }, changes });
  const no = (why) => ({ answer: { answer: "refused", why }, changes: [] });
  const post = night.posts.find((one) => one.id === asked.post);
  const told = () => ({ kind: "duty", post: postView(night, post, now) });
  const runChanged = (run) => [
    { kind: "run", run },
    ...county.pages.filter((page) => page.run === run.id).map((page) => ({ kind: "page", page })),
  ];
  switch (action) {
    case "sign_in": {
      if (!post) return no("no_such_post");
      if (!postView(night, post, now).now.includes(person.id)) return no("not_on_duty");
      post.signedIn.push({ by: person.id, at: iso(now) });
      return done(told());
    }
    case "sign_handover": {
      const { handover } = post ? postView(night, post, now) : {};
      if (!handover) return no("nothing_changes");
      if (!post.signed) {
        if (handover.to.includes(person.id)) return no("first_signature_missing");
        if (!handover.from.includes(person.id)) return no("not_on_duty");
        post.signed = { by: person.id, at: iso(now) };
        post.note = asked.note ? seal(asked.note) : null;
        return done(told());
      }
      if (post.signed.by === person.id) return no("signed_already");
      if (!handover.to.includes(person.id)) return no("not_on_duty");
      Object.assign(post, { signed: null, note: null, held: null });
      post.signedIn = [{ by: person.id, at: iso(now) }];
      return done(told());
    }
    case "change_duty": {
      if (!officers) return no("role_not_allowed");
      if (!post) return no("no_such_post");
      if (!asked.out && !asked.into) return no("nothing_changes");
      const { from, until, out = null, into = null } = asked;
      post.changes.push({ op: act.op, post: post.id, from, until, out, into, by: person.id });
      return done(told());
    }
    case "swap_shifts": {
      if (!officers) return no("role_not_allowed");
      const shifts = postView(night, post, now).shifts;
      for (const [at, out, into] of [
        [asked.first_at, asked.first, asked.second],
        [asked.second_at, asked.second, asked.first],
      ]) {
        const shift = shifts.find((one) => one.from === at);
        if (!shift?.people.includes(out)) return no("not_on_duty");
        const { from, until } = shift;
        post.changes.push({ op: act.op, post: post.id, from, until, out, into, by: person.id });
      }
      return done(told());
    }
    case "end_duty_change": {
      if (!officers) return no("role_not_allowed");
      const of = night.posts.filter((one) => one.changes.some((each) => each.op === asked.change));
      for (const one of of) one.changes = one.changes.filter((each) => each.op !== asked.change);
      if (of.length === 0) return no("no_such_duty_change");
      return done(...of.map((one) => ({ kind: "duty", post: postView(night, one, now) })));
    }
    case "call_roll": {
      if (!officers) return no("role_not_allowed");
      return done(...runChanged(beginRoll(night, act.op, asked.posts ?? [], now)));
    }
    case "end_run": {
      if (!officers) return no("role_not_allowed");
      const run = county.runs.find((one) => one.id === asked.run);
      if (run?.state !== "running") return no("no_such_run");
      Object.assign(run, { state: "cancelled", ended: iso(now), next: null });
      run.log.push({ at: iso(now), what: "cancelled", why: "ended" });
      for (const page of county.pages) if (page.run === run.id) page.open = false;
      return done(...runChanged(run));
    }
    case "see_page": {
      const page = county.pages.find((one) => one.id === asked.page);
      if (!page) return no("no_such_page");
      if (page.to !== person.id) return no("not_your_page");
      if (!page.facts.some((one) => one.fact === "seen")) {
        page.facts.push({ at: iso(now), fact: "seen", by: null, note: null });
        page.stage = "seen";
      }
      return done(...runChanged(county.runs.find((one) => one.id === page.run)));
    }
    case "answer_page": {
      const page = county.pages.find((one) => one.id === asked.page);
      if (!page) return no("no_such_page");
      const own = page.to === person.id;
      if (!own && !(officers && asked.means && asked.means !== "app")) return no("not_your_page");
      const run = county.runs.find((one) => one.id === page.run);
      if (asked.ack) {
        answer(run, county, page.to, now, own ? null : person.id);
        return done(...runChanged(run), ...endClocks(night, run, page.to, now));
      }
      page.stage = "declined";
      page.open = false;
      const note = asked.reason ? seal(asked.reason) : null;
      page.facts.push({ at: iso(now), fact: "declined", by: own ? null : person.id, note });
      run.refused += 1;
      run.waiting = run.waiting.filter((one) => one !== page.to);
      return done(...runChanged(run));
    }
    case "test_contacts": {
      if (!officers) return no("role_not_allowed");
      for (const one of night.contacts.filter((each) => asked.people.includes(each.person)))
        for (const contact of one.contacts)
          Object.assign(contact, { tried: iso(now), tested: iso(now), accepted: iso(now) });
      return done();
    }
    default:
      return null;
  }
}
