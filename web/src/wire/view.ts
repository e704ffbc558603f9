// The wire under the names this client uses. What the types are stands in `generated.ts`, made from the Rust
// sources by `cargo xtask gen`; here are only names, and what stands for fields an older server does not send.
import type { components } from "./generated";

type Schemas = components["schemas"];

/** RFC 3339, UTC with `Z`. */
export type Time = Schemas["Time"];
/** Both languages; Chinese is the source. */
export type Text = Schemas["Text"];
/** A warning level: 1 blue Ⅳ, 2 yellow Ⅲ, 3 orange Ⅱ, 4 red Ⅰ. */
export type Level = Schemas["Level"];

export type Clock = Schemas["Clock"];
export type Role = Schemas["Role"];
export type Quality = Schemas["Quality"];
export type Freshness = Schemas["Freshness"];
export type Truth = Schemas["Truth"];
/** Why a value is not trusted. */
export type Doubt = Schemas["Doubt"];
/** How sure the numbers of a rule are; `t` is ours alone, to be confirmed before operation. */
export type Certainty = Schemas["Certainty"];
export type AreaKind = Schemas["AreaKind"];

export type ThresholdView = Schemas["ThresholdView"];
export type SeriesNow = Schemas["SeriesNow"];
export type SeriesView = Schemas["SeriesView"];
export type StationView = Schemas["StationView"];
export type AckView = Schemas["AckView"];
export type AlarmView = Schemas["AlarmView"];
export type QuietKind = Schemas["QuietKind"];
export type QuietView = Schemas["QuietView"];
/** A deadline of one level of an alarm's condition: it begins to count then, or ends then. */
export type LevelClock = Schemas["LevelClock"];
export type EvidenceView = Schemas["EvidenceView"];
/** What a silence covers: everything that agrees with each field that is given. */
export type Matcher = Schemas["Matcher"];
export type SuppressionView = Schemas["SuppressionView"];
export type NoticeReason = Schemas["NoticeReason"];
export type AreaView = Schemas["AreaView"];
export type SituationView = Schemas["SituationView"];
/** The only thing that makes noise. */
export type AnnunciationView = Schemas["AnnunciationView"];
/** An escalation or roll-call on its way, and one attempt of it to reach a person. */
export type RunView = Schemas["RunView"];
export type RunEntry = Schemas["RunEntry"];
export type PageView = Schemas["PageView"];
export type PageStage = Schemas["PageStage"];
export type Channel = Schemas["Channel"];
/** A post of a roll-call, and whether somebody there has answered. */
export type PostCalled = Schemas["PostCalled"];
/** A duty, who holds it now, the shifts that follow, and what is missing. */
export type PostView = Schemas["PostView"];
export type ShiftView = Schemas["ShiftView"];
export type GapView = Schemas["GapView"];
export type HandoverView = Schemas["HandoverView"];
/** A person and what each of their contact points has proven. */
export type PersonContacts = Schemas["PersonContacts"];
export type ReachView = Schemas["ReachView"];
export type LostReach = Schemas["LostReach"];
export type PlanView = Schemas["PlanView"];
export type ContactView = Schemas["ContactView"];
/** What a large command waits for, as the site says. */
export type MassView = Schemas["MassView"];
export type LoadView = Schemas["LoadView"];
/** What screens show of a drill. */
export type DrillMark = Schemas["DrillMark"];
export type AreaRef = Schemas["AreaRef"];
/** A weather warning that stands. */
export type WeatherView = Schemas["WeatherView"];
/** Something that happened, entered or known from a marked alarm. */
export type EventView = Schemas["EventView"];
export type RuleView = Older<Schemas["RuleView"], "grades">;
export type Graded = Schemas["Graded"];
export type RuleNumber = Schemas["Number"];
export type RuleBoundView = Schemas["RuleBoundView"];
export type StepKind = Schemas["StepKind"];
export type NextStep = Schemas["NextStep"];
export type Stage = Schemas["Stage"];
export type FactKind = Schemas["FactKind"];
export type FactName = FactKind["fact"];
export type Means = Schemas["Means"];
export type Fact = Schemas["Fact"];
/** Where the place of a picture is from. */
export type ShotPlace = Schemas["ShotPlace"];
export type TaskView = Schemas["TaskView"];
/** A request may leave clocks out; a view always has them, as null where there is none. */
export type TaskClocks = Required<Schemas["TaskClocks"]>;
type Clocked<View extends { clocks: unknown }, Clocks> = Omit<View, "clocks"> & { clocks: Clocks };
export type CommandView = Clocked<Schemas["CommandView"], TaskClocks>;
/** What a command is beyond its tasks. */
export type TemplateKind = Schemas["TemplateKind"];
export type Phase = Schemas["Phase"];
export type Field = Schemas["Field"];
export type FormAnswer = Schemas["FormAnswer"];
export type VillageTarget = Schemas["VillageTarget"];
export type VillageCount = Schemas["VillageCount"];
export type CountView = Schemas["CountView"];
/** Somebody who was not moved: a sealed name, a picture, or both. */
export type LeftBehind = Schemas["LeftBehind"];
/** What a crew is watched for while it is out there. */
export type CrewKind = Schemas["CrewKind"];
export type CrewView = Schemas["CrewView"];
export type ProofBound = Schemas["ProofBound"];
/** Situations opened by hand, decisions, incidents. */
export type ManualView = Schemas["ManualView"];
export type Decision = Schemas["Decision"];
export type EventClass = Schemas["EventClass"];
export type OwedReport = Schemas["OwedReport"];
export type StillOpen = Schemas["StillOpen"];
export type IncidentView = Schemas["IncidentView"];
/** Losses by township: versions, what stands and how it came to it, ledgers, sums, possible double counts. */
export type LossTable = Schemas["LossTable"];
export type TownshipLoss = Schemas["TownshipLoss"];
export type LossVersion = Schemas["LossVersion"];
export type LossCell = Schemas["LossCell"];
export type LossItem = Schemas["LossItem"];
export type LossStage = Schemas["LossStage"];
export type CaseKind = Schemas["CaseKind"];
export type CaseView = Schemas["CaseView"];
export type PossibleDouble = Schemas["PossibleDouble"];
export type SystemKind = Schemas["SystemKind"];
export type SystemView = Schemas["SystemView"];
export type GroupView = Schemas["GroupView"];
export type TemplateView = Omit<Clocked<Schemas["TemplateView"], TaskClocks[]>, "hazards"> & {
  /** Hazards it is meant for; absent or empty: any. */
  hazards?: string[];
};
export type PersonView = Schemas["PersonView"];
export type Mode = Schemas["Mode"];
export type ClockView = Older<Schemas["ClockView"], "replay">;
export type SampleView = Schemas["SampleView"];
/** Who is logged in. */
export type Me = Schemas["MeView"];

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
  duplicate_of: null,
  told: 0,
};

/** A view whose later fields may be absent. */
type Older<View, Later extends PropertyKey> = Omit<View, Later & keyof View> & Partial<View>;

/** An alarm as an older server sends it: what came later may be absent. */
export type SentAlarm = Older<AlarmView, keyof typeof ALARM_LATER>;
type WholeCounty = Omit<Schemas["CountyView"], "alarms" | "commands" | "templates"> & {
  alarms: SentAlarm[];
  commands: CommandView[];
  templates: TemplateView[];
};
export type CountyView = Older<
  WholeCounty,
  | "situations"
  | "suppressions"
  | "areas"
  | "load"
  | "incidents"
  | "event_classes"
  | "weather"
  | "runs"
  | "pages"
  | "posts"
  | "mass"
>;
export type SnapshotView = Omit<Schemas["SnapshotView"], "counties" | "clock" | "mode"> & {
  counties: CountyView[];
  clock: ClockView;
  mode?: Mode;
};

/** What of a list differs from the one told before; see `state/changed.ts`. */
export interface ListChanged<T> {
  order?: string[] | null;
  put: T[];
}
type Sent = {
  [Name in keyof Schemas["CountyChanged"]]: Schemas["CountyChanged"][Name] extends {
    put: (infer One)[];
  }
    ? ListChanged<One>
    : Schemas["CountyChanged"][Name];
};
export type CountyChanged = Omit<Sent, "alarms" | "commands" | "templates"> & {
  alarms: ListChanged<SentAlarm>;
  commands: ListChanged<CommandView>;
  templates: ListChanged<TemplateView>;
};
export type ChangedView = Omit<Schemas["ChangedView"], "counties"> & { counties: CountyChanged[] };

type SentChange = Schemas["Change"];
export type Change =
  | Exclude<SentChange, { kind: "alarm" } | { kind: "command" }>
  | { kind: "alarm"; alarm: SentAlarm }
  | { kind: "command"; command: CommandView };
export type Update = { seq: number; n: number; jurisdiction: string } & Change;

type SentMessage = Schemas["FeedMessage"];
export type FeedMessage =
  | Extract<SentMessage, { type: "behind" }>
  | ({ type: "snapshot" } & SnapshotView)
  | ({ type: "changed" } & ChangedView)
  | { type: "updates"; updates: Update[]; mode?: Mode }
  | Older<Extract<SentMessage, { type: "values" }>, "mode">
  | { type: "beat"; seq: number; clock: ClockView; mode?: Mode };
