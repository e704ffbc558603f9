// Small pieces of a night for the tests of screens.
import { reduce } from "../src/state/reduce";
import { type County, emptyWorld } from "../src/state/world";
import {
  ALARM_LATER,
  type AlarmView,
  type CommandView,
  type Fact,
  type FeedMessage,
  type SeriesView,
  type SituationView,
  type Stage,
  type TaskView,
  type Update,
} from "../src/wire/view";

const text = (words: string) => ({ zh: words, en: words });

export function alarm(key: string, more: Partial<AlarmView> = {}): AlarmView {
  return {
    key,
    episode: `${key}-1`,
    occurrence: 1,
    rule: "threshold:water_level",
    title: text("水位"),
    hazard: "flood",
    advice: text("巡堤"),
    station: "s1",
    quantity: "water_level",
    process: "active",
    level: 2,
    worst: 2,
    raised: "2026-08-20T18:00:00Z",
    changed: "2026-08-20T18:00:00Z",
    returned: null,
    value: "1.00",
    peak: "1.00",
    peak_at: null,
    ack: null,
    sight_lost: false,
    latched: false,
    doubtful: false,
    truth: "unverified",
    commands: [],
    closed: false,
    ...ALARM_LATER,
    ...more,
  };
}

export function task(person: string, stage: Stage, more: Partial<TaskView> = {}): TaskView {
  return {
    id: `c1.${person}`,
    command: "c1",
    person,
    stage,
    percent: null,
    heard: null,
    needs_help: false,
    overdue: [],
    next: null,
    facts: [],
    conflict: false,
    version: 1,
    end_unseen: false,
    crossed: false,
    reassigned_to: null,
    crew: [],
    calls: [],
    next_call: null,
    place: null,
    ...more,
  };
}

export function fact(kind: Fact["fact"], more: Partial<Fact> = {}): Fact {
  return {
    fact: kind,
    op: null,
    by: null,
    means: "system",
    at: "2026-08-20T18:00:00Z",
    device_at: null,
    note: null,
    position: null,
    photos: [],
    version: null,
    count: [],
    form: [],
    reading: null,
    coming: 0,
    shot: null,
    ...more,
  } as Fact;
}

export function situation(id: string, more: Partial<SituationView> = {}): SituationView {
  return {
    id,
    hazard: "flood",
    area: { kind: "catchment", code: "c", title: { zh: "河", en: "river" }, people: 0 },
    level: 2,
    worst: 2,
    opened: "2026-08-20T17:00:00Z",
    changed: "2026-08-20T18:00:00Z",
    first: "a",
    newest: "a",
    members: [],
    active: 1,
    unacked: 0,
    quiet: 0,
    people: 0,
    townships: [],
    told: 1,
    told_at: null,
    told_for: null,
    next_notice: null,
    merged_into: null,
    manual: null,
    decisions: [],
    undecided_since: null,
    decide_by: null,
    closed: false,
    ...more,
  };
}

const clocks = {
  ack_by_ms: 300_000,
  move_by_ms: null,
  update_every_ms: null,
  arrive_by_ms: null,
  done_by_ms: null,
  verify_by_ms: null,
};

export function command(tasks: TaskView[], more: Partial<CommandView> = {}): CommandView {
  return {
    id: "c1",
    alarm: null,
    template: "evacuate",
    title: text("转移"),
    level: 4,
    by: "officer",
    issued: "2026-08-20T18:00:00Z",
    wording: "w",
    groups: [],
    clocks,
    proof: false,
    cancelled: null,
    worst: "issued",
    tasks,
    kind: "plain",
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

export const series: SeriesView = {
  station: "s1",
  quantity: "water_level",
  value: "1.00",
  observed: "2026-08-20T18:00:00Z",
  received: "2026-08-20T18:00:01Z",
  quality: "good",
  freshness: "fresh",
  level: 0,
  expected_ms: null,
  doubts: [],
  title: text("水位"),
  unit: "m",
  decimals: 2,
  thresholds: [],
};

export function snapshot(
  seq: number,
  alarms: AlarmView[] = [],
  commands: CommandView[] = [],
): FeedMessage {
  return {
    type: "snapshot",
    seq,
    clock: { clock: { kind: "wall" }, now: "2026-08-20T18:00:00Z" },
    system: [],
    counties: [
      {
        code: "j",
        title: text("县"),
        demo: true,
        drill: null,
        rules_version: "1",
        stations: [
          {
            id: "s1",
            name: text("站"),
            lon: 120.9,
            lat: 29.5,
            kind: "river",
            township: "t1",
            tags: [],
            series: [series],
            catchment: null,
            zones: [],
            upstream: [],
          },
        ],
        alarms,
        commands,
        groups: [
          { id: "g1", title: text("一组"), members: ["a", "b"] },
          { id: "g2", title: text("二组"), members: ["b", "c"] },
        ],
        templates: [],
        people: [],
      },
    ],
  };
}

/** The county of a snapshot without anything, with what a test puts into it. */
export function county(more: Partial<County> = {}): County {
  const found = reduce(emptyWorld, snapshot(1), 0).counties.get("j");
  if (!found) throw new Error("the county is gone");
  return { ...found, ...more };
}

export function updates(...list: Omit<Update, "jurisdiction">[]): FeedMessage {
  return { type: "updates", updates: list.map((one) => ({ ...one, jurisdiction: "j" }) as Update) };
}

/** The county after these messages. */
export function play(...messages: FeedMessage[]): County {
  const world = messages.reduce((now, message) => reduce(now, message, 0), emptyWorld);
  const county = world.counties.get("j");
  if (!county) throw new Error("the county is gone");
  return county;
}

/** Situations, incidents and the like, as updates after a snapshot at 10. */
export function told(...changes: object[]): FeedMessage {
  return updates(
    ...changes.map((change, n) => ({ seq: 20, n, ...change }) as Omit<Update, "jurisdiction">),
  );
}
