// The wire, written by hand after `crates/model/src/{view,task,action,config,effect}.rs`.
// To be replaced by `generated.ts` (`npm run gen`, from the program's own OpenAPI document) as soon
// as that document is committed; until then a change there is repeated here in the same commit.

/** RFC 3339, UTC with `Z`. */
export type Time = string;
/** Both languages; Chinese is the source. */
export interface Text {
  zh: string;
  en: string;
}
/** A warning level: 1 blue Ⅳ, 2 yellow Ⅲ, 3 orange Ⅱ, 4 red Ⅰ. */
export type Level = 1 | 2 | 3 | 4;

export type Clock =
  | { kind: "wall" }
  | { kind: "scaled"; start: Time; factor: number }
  | { kind: "feed" };
export type Role = "viewer" | "planner" | "responder" | "duty_officer" | "administrator";
export type Quality = "good" | "doubtful" | "bad" | "missing";
export type Freshness = "never" | "fresh" | "late" | "stale" | "dead";
export type Truth = "unverified" | "true" | "false" | "test";

export interface ThresholdView {
  rule: string;
  title: Text;
  level: Level;
  raise: string;
  reset: string;
  below: boolean;
  on_value: boolean;
}

export interface SeriesNow {
  station: string;
  quantity: string;
  value: string | null;
  observed: Time | null;
  received: Time | null;
  quality: Quality;
  freshness: Freshness;
  level: number;
  expected_ms: number | null;
}

export interface SeriesView extends SeriesNow {
  title: Text;
  unit: string;
  decimals: number;
  thresholds: ThresholdView[];
}

export interface StationView {
  id: string;
  name: Text;
  lon: number | null;
  lat: number | null;
  kind: string;
  township: string | null;
  tags: string[];
  series: SeriesView[];
}

export interface AckView {
  by: string;
  at: Time;
  lease_until: Time | null;
}

export interface AlarmView {
  key: string;
  episode: string;
  occurrence: number;
  rule: string;
  title: Text;
  hazard: string;
  advice: Text;
  station: string;
  quantity: string;
  process: "active" | "returned" | "unknown";
  level: number;
  worst: number;
  raised: Time;
  changed: Time;
  returned: Time | null;
  value: string | null;
  peak: string | null;
  peak_at: Time | null;
  ack: AckView | null;
  sight_lost: boolean;
  latched: boolean;
  doubtful: boolean;
  truth: Truth;
  commands: string[];
  closed: boolean;
}

export type StepKind =
  | "remind"
  | "substitute"
  | "tell_desk"
  | "update_due"
  | "arrive_due"
  | "done_due"
  | "verify_due";

export interface NextStep {
  at: Time;
  step: StepKind;
  to: string | null;
}

export type Stage =
  | "issued"
  | "no_reply"
  | "delivered"
  | "seen"
  | "declined"
  | "accepted"
  | "en_route"
  | "on_scene"
  | "working"
  | "done"
  | "verified"
  | "cancelled";

export type FactKind =
  | { fact: "issued" }
  | { fact: "delivered" }
  | { fact: "seen" }
  | { fact: "accepted" }
  | { fact: "declined" }
  | { fact: "en_route" }
  | { fact: "on_scene" }
  | { fact: "working"; percent: number }
  | { fact: "done" }
  | { fact: "verified" }
  | { fact: "rejected" }
  | { fact: "need_help" }
  | { fact: "no_reply" }
  | { fact: "escalated"; step: number }
  | { fact: "cancelled" }
  | { fact: "cancel_seen" };

export type FactName = FactKind["fact"];
export type Means = "app" | "phone" | "radio" | "in_person" | "system";

export type Fact = FactKind & {
  op: string | null;
  by: string | null;
  means: Means;
  at: Time;
  device_at: Time | null;
  note: string | null;
  position: string | null;
  photos: string[];
};

export interface TaskView {
  id: string;
  command: string;
  person: string;
  stage: Stage;
  percent: number | null;
  heard: Time | null;
  needs_help: boolean;
  overdue: StepKind[];
  next: NextStep | null;
  facts: Fact[];
  conflict: boolean;
  version: number;
}

export interface TaskClocks {
  ack_by_ms: number | null;
  update_every_ms: number | null;
  arrive_by_ms: number | null;
  done_by_ms: number | null;
  verify_by_ms: number | null;
}

export interface CommandView {
  id: string;
  alarm: string | null;
  template: string;
  title: Text;
  level: Level;
  by: string;
  issued: Time;
  wording: string;
  groups: string[];
  clocks: TaskClocks;
  proof: boolean;
  cancelled: Time | null;
  worst: Stage;
  tasks: TaskView[];
}

export type SystemKind =
  | "sight_lost"
  | "link_down"
  | "clock_stepped"
  | "unanswered"
  | "need_help"
  | "disk_full";

export interface SystemView {
  kind: SystemKind;
  subject: string;
  since: Time;
  until: Time | null;
}

export interface GroupView {
  id: string;
  title: Text;
  members: string[];
}

export interface TemplateView {
  id: string;
  title: Text;
  wording: Text;
  clocks: [TaskClocks, TaskClocks, TaskClocks, TaskClocks];
  proof: boolean;
}

export interface PersonView {
  id: string;
  name: string;
  post: Text;
  role: Role;
  township: string | null;
  phone: string | null;
  substitute: string | null;
}

export interface CountyView {
  code: string;
  title: Text;
  demo: boolean;
  rules_version: string;
  stations: StationView[];
  alarms: AlarmView[];
  commands: CommandView[];
  groups: GroupView[];
  templates: TemplateView[];
  people: PersonView[];
}

export interface ClockView {
  clock: Clock;
  now: Time;
}

export interface SnapshotView {
  seq: number;
  clock: ClockView;
  counties: CountyView[];
  system: SystemView[];
}

export type Change =
  | { kind: "alarm"; alarm: AlarmView }
  | { kind: "command"; command: CommandView }
  | { kind: "task"; task: TaskView; worst: Stage }
  | { kind: "system"; system: SystemView }
  | { kind: "configured" };

export type Update = { seq: number; n: number; jurisdiction: string } & Change;

export type FeedMessage =
  | ({ type: "snapshot" } & SnapshotView)
  | { type: "updates"; updates: Update[] }
  | { type: "values"; seq: number; jurisdiction: string; values: SeriesNow[] }
  | { type: "beat"; seq: number; clock: ClockView }
  | { type: "behind" };

export interface SampleView {
  time: Time;
  received: Time;
  value: string | null;
  quality: Quality;
  revision: number;
  late: boolean;
}

/** Who is logged in. */
export interface Me {
  person: PersonView;
  /** Absent for someone who sees all of them. */
  jurisdiction: string | null;
}
