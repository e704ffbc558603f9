//! What screens and outside programs see: the JSON of `/api/v1` and of the feed.
//!
//! Field names are the wire's; they grow by addition. Times are RFC 3339, values decimal strings.

use serde::{Deserialize, Serialize};

use crate::action::Truth;
use crate::changed::ChangedView;
use crate::command::{CrewKind, CrewTimer, Field, Phase, ProofBound, TemplateKind, VillageTarget};
use crate::config::{Certainty, Clock, Role, TaskClocks, Text};
use crate::effect::SystemKind;
use crate::id::{AlarmKey, CommandId, GroupId, PersonId, Seal, SituationId, TaskId};
use crate::incident::{EventClass, IncidentView};
use crate::intake::Quality;
use crate::level::Level;
use crate::page::{Channel, PageId};
use crate::replay::{Mode, ReplayView};
use crate::task::{Fact, Place, Stage};
use crate::time::Time;

pub use crate::calling::{
    CancelReason, ContactView, DutyChangeView, EndingQuiet, GapView, HandoverView, LawClock,
    LostReach, NextCall, Obligations, PageEntry, PageStage, PageView, PersonContacts, PlanResult,
    PlanView, PostCalled, PostView, ReachView, RunEntry, RunLine, RunState, RunView, RunningClock,
    ShiftView, SignIn, Unheard,
};
pub use crate::field::{EventSource, EventView, WeatherView};
pub use crate::past::{SampleView, StateHash};
pub use crate::quiet::{
    AnnunciationView, AreaView, LoadView, QuietKind, QuietView, RuleBoundView, RuleView,
    SituationView, SuppressionView,
};

/// One transition as told to outside programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TransitionView {
    pub rule: String,
    /// Station id.
    pub subject: String,
    pub prev: u8,
    pub level: u8,
    pub time: Time,
    /// 1, 2, 3 … without gaps over all jurisdictions.
    pub seq: u64,
    pub jurisdiction: String,
}

/// How recently a series was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Freshness {
    /// Nothing ever came.
    #[default]
    Never,
    Fresh,
    Late,
    Stale,
    /// A day without a word.
    Dead,
}

/// One threshold line of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ThresholdView {
    pub rule: String,
    pub title: Text,
    pub level: Level,
    pub raise: String,
    pub reset: String,
    /// True where the dangerous side is below.
    pub below: bool,
    /// The line applies to the value itself and can be drawn in its chart.
    pub on_value: bool,
    /// The bounds are no values of the quantity but spans of time, written with their unit.
    #[serde(default)]
    pub is_span: bool,
}

/// What changes about a series with each reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SeriesNow {
    pub station: String,
    pub quantity: String,
    pub value: Option<String>,
    pub observed: Option<Time>,
    pub received: Option<Time>,
    pub quality: Quality,
    pub freshness: Freshness,
    /// Highest level any rule stands at on this series; 0 none.
    pub level: u8,
    /// When it becomes LATE, STALE or DEAD next if nothing is heard.
    pub expected_ms: Option<i64>,
    /// Why the newest value is not good, most important first.
    #[serde(default)]
    pub doubts: Vec<Doubt>,
}

impl SeriesNow {
    /// A series of which nothing has been heard.
    pub fn of_nothing(station: String, quantity: String) -> SeriesNow {
        SeriesNow {
            station,
            quantity,
            value: None,
            observed: None,
            received: None,
            quality: Quality::Good,
            freshness: Freshness::Never,
            level: 0,
            expected_ms: None,
            doubts: Vec::new(),
        }
    }
}

/// Why a value is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Doubt {
    /// Its sender says so.
    Source,
    /// Its clock was ahead of its arrival.
    Clock,
    Jump,
    Stuck,
    OutOfRange,
    Oscillating,
    /// The station is being worked on.
    Maintenance,
}

/// A series with what does not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SeriesView {
    #[serde(flatten)]
    pub now: SeriesNow,
    pub title: Text,
    pub unit: String,
    pub decimals: u8,
    pub thresholds: Vec<ThresholdView>,
}

/// A station on the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StationView {
    pub id: String,
    pub name: Text,
    /// WGS 84 degrees; absent where the source has none.
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub kind: String,
    pub township: Option<String>,
    pub tags: Vec<String>,
    pub series: Vec<SeriesView>,
    #[serde(default)]
    pub catchment: Option<String>,
    #[serde(default)]
    pub zones: Vec<String>,
    /// Ids of the nearest gauges upstream.
    #[serde(default)]
    pub upstream: Vec<String>,
}

/// Where an alarm's condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ProcessView {
    Active,
    /// Returned to normal.
    Returned,
    /// Its gauge is silent beyond the horizon; the level is the last known.
    Unknown,
}

/// Who took note of an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AckView {
    pub by: PersonId,
    pub at: Time,
    /// After this it is unacknowledged again unless there is progress.
    pub lease_until: Option<Time>,
}

/// One alarm, its four regions apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AlarmView {
    pub key: AlarmKey,
    /// `<key>-<occurrence>`, an id of this episode.
    pub episode: String,
    pub occurrence: u32,
    pub rule: String,
    pub title: Text,
    pub hazard: String,
    pub advice: Text,
    pub station: String,
    pub quantity: String,
    pub process: ProcessView,
    /// Level now; 0 once returned.
    pub level: u8,
    /// Worst level of this episode.
    pub worst: u8,
    pub raised: Time,
    /// Last rise, fall or return.
    pub changed: Time,
    pub returned: Option<Time>,
    /// Value and observed time that decided the last change.
    pub value: Option<String>,
    pub peak: Option<String>,
    pub peak_at: Option<Time>,
    pub ack: Option<AckView>,
    pub sight_lost: bool,
    pub latched: bool,
    pub doubtful: bool,
    pub truth: Truth,
    /// Commands issued for it that are still open.
    pub commands: Vec<CommandId>,
    /// Returned, acknowledged, nothing open: it leaves the list.
    pub closed: bool,
    /// It says what will be, not what is.
    #[serde(default)]
    pub forecast: bool,
    #[serde(default)]
    pub priority: u8,
    #[serde(default)]
    pub plan: String,
    #[serde(default)]
    pub certainty: Certainty,
    /// Everything that keeps it quiet, any number at once.
    #[serde(default)]
    pub quiet: Vec<QuietView>,
    /// Changes of level counted while it is unstable; absent while it is not.
    #[serde(default)]
    pub swings: Option<u32>,
    /// Clocks still running: what becomes of which level, and when.
    #[serde(default)]
    pub clocks: Vec<LevelClock>,
    /// The samples that decided the last change, newest last.
    #[serde(default)]
    pub evidence: Vec<EvidenceView>,
    /// The situation it is told with.
    #[serde(default)]
    pub situation: Option<SituationId>,
    #[serde(default)]
    pub doubts: Vec<Doubt>,
    /// The alarm that is kept, where this one is its duplicate.
    #[serde(default)]
    pub duplicate_of: Option<AlarmKey>,
    /// The level it is told at: while it is unstable, the worst of its swings.
    #[serde(default)]
    pub told: u8,
}

/// A deadline of one level of an alarm's condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LevelClock {
    pub level: Level,
    /// True: it begins to count then; false: it ends then.
    pub rises: bool,
    /// First observed time of the run.
    pub since: Time,
    pub due: Time,
}

/// A sample that decided something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EvidenceView {
    pub time: Time,
    pub value: Option<String>,
    pub quality: Quality,
    /// The station of another series that had a part in it; absent: the alarm's own.
    #[serde(default)]
    pub station: Option<String>,
    /// Its quantity.
    #[serde(default)]
    pub quantity: Option<String>,
}

/// A window that is running for a task, and what happens by itself when it closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NextStep {
    pub at: Time,
    pub step: StepKind,
    /// Who is told then.
    pub to: Option<PersonId>,
    /// The crew timer, for steps about one.
    #[serde(default)]
    pub crew: Option<CrewKind>,
}

/// Automatic steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StepKind {
    /// The order is delivered again.
    Remind,
    /// The substitute is told.
    Substitute,
    /// The desk is told that nobody answers.
    TellDesk,
    UpdateDue,
    ArriveDue,
    DoneDue,
    VerifyDue,
    MoveDue,
    /// 80 % and all of a crew timer.
    CrewWarning,
    CrewCritical,
}

/// One person's task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskView {
    pub id: TaskId,
    pub command: CommandId,
    pub person: PersonId,
    pub stage: Stage,
    pub percent: Option<u8>,
    /// Last fact of the person, whoever recorded it.
    pub heard: Option<Time>,
    pub needs_help: bool,
    /// A clock was missed: which, most important first.
    pub overdue: Vec<StepKind>,
    pub next: Option<NextStep>,
    pub facts: Vec<Fact>,
    /// Facts that contradict each other, for the desk to resolve.
    pub conflict: bool,
    pub version: u32,
    /// The desk ended it and the assignee has not taken note yet.
    #[serde(default)]
    pub end_unseen: bool,
    /// The assignee reported something after it had ended: "cancelled while you were away".
    #[serde(default)]
    pub crossed: bool,
    /// Who took it over.
    #[serde(default)]
    pub reassigned_to: Option<PersonId>,
    /// Crew timers that run, with when each was last met.
    #[serde(default)]
    pub crew: Vec<CrewView>,
    /// The newest call about it on each channel of the person.
    #[serde(default)]
    pub calls: Vec<TaskCall>,
    /// The next call, unless they are heard before.
    #[serde(default)]
    pub next_call: Option<NextTry>,
    /// The newest place that their phone told by itself; those that came with reports stand in the facts.
    #[serde(default)]
    pub place: Option<Place>,
}

/// A call about a task and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskCall {
    pub page: PageId,
    pub channel: Channel,
    pub stage: PageStage,
    pub decided: Time,
    /// Absent while the limits of the contact hold it back.
    pub sent: Option<Time>,
}

/// The channel that is tried next, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NextTry {
    pub at: Time,
    pub channel: Channel,
}

/// A crew timer that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CrewView {
    pub timer: CrewKind,
    pub every_ms: i64,
    /// Last check-in, or when it began.
    pub since: Time,
    pub warned: bool,
    pub critical: bool,
}

/// A village of an evacuation as last counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CountView {
    pub village: String,
    pub to_move: u32,
    pub moved: u32,
    pub refused: u32,
    pub unreachable: u32,
    /// People not accounted for, and people left behind without a name or a picture.
    pub people_short: u32,
    pub names_short: u32,
    /// The task that counted it last; absent: nobody has.
    pub task: Option<TaskId>,
}

/// A command and where it stands: its worst task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CommandView {
    pub id: CommandId,
    pub alarm: Option<AlarmKey>,
    pub template: String,
    pub title: Text,
    pub level: Level,
    pub by: PersonId,
    pub issued: Time,
    pub wording: Seal,
    pub groups: Vec<GroupId>,
    pub clocks: TaskClocks,
    pub proof: bool,
    pub cancelled: Option<Time>,
    pub worst: Stage,
    pub tasks: Vec<TaskView>,
    #[serde(default)]
    pub kind: TemplateKind,
    #[serde(default)]
    pub phase: Phase,
    /// Who will be reached, while nobody has been told.
    #[serde(default)]
    pub reach: Vec<PersonId>,
    #[serde(default)]
    pub approved_by: Option<PersonId>,
    #[serde(default)]
    pub supersedes: Option<CommandId>,
    #[serde(default)]
    pub superseded_by: Option<CommandId>,
    #[serde(default)]
    pub villages: Vec<VillageTarget>,
    #[serde(default)]
    pub count: Vec<CountView>,
    #[serde(default)]
    pub proven_by: Option<ProofBound>,
}

/// A condition of the system itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SystemView {
    pub kind: SystemKind,
    pub subject: String,
    pub since: Time,
    /// Absent while it lasts.
    pub until: Option<Time>,
    /// How bad, for kinds that have a level.
    #[serde(default)]
    pub level: Option<Level>,
    /// Who looks after it.
    #[serde(default)]
    pub owner: Option<PersonId>,
}

/// A group as the composer offers it: its members and whoever holds its posts now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GroupView {
    pub id: GroupId,
    pub title: Text,
    pub members: Vec<PersonId>,
}

/// A template as the composer offers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TemplateView {
    pub id: String,
    pub title: Text,
    pub wording: Text,
    pub clocks: [TaskClocks; 4],
    pub proof: bool,
    #[serde(default)]
    pub kind: TemplateKind,
    /// Hazards it is offered for first; empty: no one more than another.
    #[serde(default)]
    pub hazards: Vec<String>,
    #[serde(default)]
    pub correction: Option<String>,
    /// From this level on a second person has to agree.
    #[serde(default)]
    pub approve_from: Option<Level>,
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub crew: Vec<CrewTimer>,
    #[serde(default)]
    pub proven_by: Option<ProofBound>,
}

/// A person as others may see them; from the site's people file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonView {
    pub id: PersonId,
    pub name: String,
    pub post: Text,
    pub role: Role,
    pub township: Option<String>,
    /// Present for those who may call.
    pub phone: Option<String>,
    pub substitute: Option<PersonId>,
}

/// One jurisdiction, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CountyView {
    pub code: String,
    pub title: Text,
    pub demo: bool,
    /// It is a drill; absent: it is real.
    #[serde(default)]
    pub drill: Option<crate::drill::DrillMark>,
    pub rules_version: String,
    pub stations: Vec<StationView>,
    pub alarms: Vec<AlarmView>,
    pub commands: Vec<CommandView>,
    pub groups: Vec<GroupView>,
    pub templates: Vec<TemplateView>,
    pub people: Vec<PersonView>,
    #[serde(default)]
    pub situations: Vec<SituationView>,
    #[serde(default)]
    pub suppressions: Vec<SuppressionView>,
    #[serde(default)]
    pub areas: Vec<AreaView>,
    #[serde(default)]
    pub load: LoadView,
    /// Weather warnings that stand.
    #[serde(default)]
    pub weather: Vec<WeatherView>,
    #[serde(default)]
    pub incidents: Vec<IncidentView>,
    #[serde(default)]
    pub event_classes: Vec<EventClass>,
    /// Escalations that run, and those that ended lately.
    #[serde(default)]
    pub runs: Vec<RunView>,
    /// The pages of the runs that run.
    #[serde(default)]
    pub pages: Vec<PageView>,
    /// Posts and who holds them, in the order of the files.
    #[serde(default)]
    pub posts: Vec<PostView>,
    #[serde(default)]
    pub mass: MassView,
}

/// What a large command waits for here, as `policy.toml` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MassView {
    /// A command to more people than this is confirmed by their number; 0: none is.
    pub above: u16,
    /// Milliseconds in which a confirmed one can be stopped before anybody is told.
    pub hold_ms: i64,
}

/// Where the engine's clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ClockView {
    pub clock: Clock,
    /// The engine's now; ages are counted from here, never from the reader's own clock.
    pub now: Time,
    /// Of a replay: how it goes.
    #[serde(default)]
    pub replay: Option<ReplayView>,
}

/// First message of the feed: everything, as of journal number `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SnapshotView {
    pub seq: u64,
    pub clock: ClockView,
    pub counties: Vec<CountyView>,
    pub system: Vec<SystemView>,
    #[serde(default)]
    pub mode: Mode,
}

/// What follows a snapshot: numbered, each naming its jurisdiction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Update {
    /// Journal number of the input that caused it.
    pub seq: u64,
    /// Position among the updates of that input.
    pub n: u32,
    pub jurisdiction: String,
    #[serde(flatten)]
    pub change: Change,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Change {
    Alarm {
        alarm: AlarmView,
    },
    /// A command with all its tasks is new or cancelled.
    Command {
        command: CommandView,
    },
    Task {
        task: TaskView,
        worst: Stage,
    },
    System {
        system: SystemView,
    },
    Situation {
        situation: SituationView,
    },
    Annunciation {
        annunciation: AnnunciationView,
    },
    Suppression {
        suppression: SuppressionView,
    },
    Load {
        load: LoadView,
    },
    Incident {
        incident: IncidentView,
    },
    Weather {
        weather: WeatherView,
    },
    Event {
        event: EventView,
    },
    Run {
        run: RunView,
    },
    Page {
        page: PageView,
    },
    /// Who holds a post, or what is owed there, changed.
    Duty {
        post: PostView,
    },
    /// Other people belong to a group, for its posts changed hands.
    Group {
        group: GroupView,
    },
    /// The jurisdiction's files changed; ask for a new snapshot.
    Configured,
}

/// One message of the WebSocket at `/api/v1/feed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum FeedMessage {
    Snapshot(Box<SnapshotView>),
    /// In place of a later snapshot, to a client that asked for it.
    Changed(Box<ChangedView>),
    /// Alarms, commands, tasks: in order, never dropped.
    Updates {
        updates: Vec<Update>,
        #[serde(default)]
        mode: Mode,
    },
    /// Newest values of series that changed since the last such message; latest wins.
    Values {
        seq: u64,
        jurisdiction: String,
        values: Vec<SeriesNow>,
        #[serde(default)]
        mode: Mode,
    },
    /// At least every second: the engine's now and how far the journal is.
    Beat {
        seq: u64,
        clock: ClockView,
        #[serde(default)]
        mode: Mode,
    },
    /// Sent before closing a client too slow to follow; reconnect with `since`.
    Behind,
}
