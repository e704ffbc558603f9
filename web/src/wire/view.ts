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
export type Truth = "unverified" | "true" | "false" | "test" | "duplicate";
/** Why a value is not trusted. */
export type Doubt =
  | "source"
  | "clock"
  | "jump"
  | "stuck"
  | "out_of_range"
  | "oscillating"
  | "maintenance";
/** How sure the numbers of a rule are; `t` is ours alone, to be confirmed before operation. */
export type Certainty = "a" | "b" | "c" | "t" | "unsaid";
export type AreaKind = "township" | "catchment" | "zone" | "county";

export interface ThresholdView {
  rule: string;
  title: Text;
  level: Level;
  raise: string;
  reset: string;
  below: boolean;
  on_value: boolean;
  is_span?: boolean;
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
  doubts?: Doubt[];
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
  catchment?: string | null;
  zones?: string[];
  /** Ids of the nearest gauges upstream. */
  upstream?: string[];
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
  /** It says what will be, not what is. */
  forecast: boolean;
  priority: number;
  plan: string;
  certainty: Certainty;
  /** Everything that keeps it quiet, any number at once. */
  quiet: QuietView[];
  /** Changes of level counted while it is unstable; null while it is not. */
  swings: number | null;
  clocks: LevelClock[];
  /** The samples that decided the last change, newest last. */
  evidence: EvidenceView[];
  situation: string | null;
  doubts: Doubt[];
}

/** An alarm as an older server sends it: what came later may be absent. */
export type SentAlarm = Omit<AlarmView, keyof typeof ALARM_LATER> & Partial<AlarmView>;

/** What stands for fields that an older server does not send. */
export const ALARM_LATER = {
  forecast: false,
  priority: 0,
  plan: "",
  certainty: "unsaid" as Certainty,
  quiet: [] as QuietView[],
  swings: null,
  clocks: [] as LevelClock[],
  evidence: [] as EvidenceView[],
  situation: null,
  doubts: [] as Doubt[],
};

export type QuietKind =
  | "shelved"
  | "inhibited"
  | "silenced"
  | "maintenance"
  | "out_of_service"
  | "flapping";

export interface QuietView {
  kind: QuietKind;
  /** The suppression of the ledger, or the alarm that inhibits; null for flapping. */
  by: string | null;
  until: Time | null;
}

/** A deadline of one level of an alarm's condition: it begins to count then, or ends then. */
export interface LevelClock {
  level: Level;
  rises: boolean;
  since: Time;
  due: Time;
}

export interface EvidenceView {
  time: Time;
  value: string | null;
  quality: Quality;
}

/** What a silence covers: everything that agrees with each field that is given. */
export interface Matcher {
  hazard?: string | null;
  rule?: string | null;
  station?: string | null;
  township?: string | null;
  catchment?: string | null;
  /** Alarms up to this level; absent: up to orange. */
  up_to?: Level | null;
}

export interface SuppressionView {
  /** Op id of the press that began it. */
  id: string;
  kind: QuietKind;
  by: string | null;
  from: Time;
  until: Time | null;
  /** Seal of the reason's text. */
  reason: string | null;
  ticket: string | null;
  matcher: Matcher | null;
  /** The alarm of a shelf; the source of an inhibition. */
  alarm: string | null;
  stations: string[];
  approved_by: string | null;
  waits_for_approval: boolean;
  /** Alarms it keeps quiet now. */
  matches: string[];
  ended: boolean;
}

export type NoticeReason =
  | "new"
  | "rise"
  | "spread"
  | "people"
  | "repeat"
  | "lease_lapsed"
  | "suppression_ended"
  | "after_restart";

export interface AreaView {
  kind: AreaKind;
  code: string;
  title: Text;
  people: number;
}

export interface SituationView {
  id: string;
  hazard: string;
  area: AreaView;
  /** Worst level now; 0 when every member has returned. */
  level: number;
  worst: number;
  opened: Time;
  changed: Time;
  /** The alarm that began it. */
  first: string;
  /** The member that changed last. */
  newest: string;
  /** Open members, worst first. */
  members: string[];
  active: number;
  unacked: number;
  quiet: number;
  people: number;
  townships: string[];
  told: number;
  told_at: Time | null;
  told_for: NoticeReason | null;
  next_notice: Time | null;
  merged_into: string | null;
  closed: boolean;
}

/** The only thing that makes noise. */
export interface AnnunciationView {
  situation: string;
  level: Level;
  reason: NoticeReason;
  at: Time;
}

export interface LoadView {
  /** Within the flood window: transitions, alarms raised, annunciations. */
  transitions: number;
  raised: number;
  told: number;
  alarms: number;
  situations: number;
  flood_since: Time | null;
  all_transitions: number;
  all_raised: number;
  all_situations: number;
  all_told: number;
}

export interface RuleView {
  id: string;
  title: Text;
  hazard: string;
  owner: string;
  plan: string;
  advice: Text;
  /** Where its numbers come from. */
  basis: string;
  certainty: Certainty;
  forecast: boolean;
  priority: number;
  /** In words, in both languages. */
  condition: Text;
  on_delay_ms: [number, number, number, number];
  off_delay_ms: [number, number, number, number];
  min_hold_ms: number;
  latch: boolean;
  /** Stations it watches. */
  subjects: number;
  /** Standing at a level now. */
  active: number;
  episodes: number;
  found_true: number;
  found_false: number;
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
  | "disk_full"
  | "blind_spot"
  | "interface_down"
  | "unstable_signal"
  | "suppression_ending"
  | "flood_mode"
  | "rules_refused"
  | "rule_failing";

export interface SystemView {
  kind: SystemKind;
  subject: string;
  since: Time;
  until: Time | null;
  level?: Level | null;
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
  alarms: SentAlarm[];
  commands: CommandView[];
  groups: GroupView[];
  templates: TemplateView[];
  people: PersonView[];
  situations?: SituationView[];
  suppressions?: SuppressionView[];
  areas?: AreaView[];
  load?: LoadView;
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
  | { kind: "alarm"; alarm: SentAlarm }
  | { kind: "command"; command: CommandView }
  | { kind: "task"; task: TaskView; worst: Stage }
  | { kind: "system"; system: SystemView }
  | { kind: "situation"; situation: SituationView }
  | { kind: "annunciation"; annunciation: AnnunciationView }
  | { kind: "suppression"; suppression: SuppressionView }
  | { kind: "load"; load: LoadView }
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
