//! What people's programs send: plain content where the journal holds seals.

use model::action::{Matcher, Shown, Truth};
use model::command::{Left, VillageTarget};
use model::config::{AreaKind, TaskClocks};
use model::effect::SystemKind;
use model::field::{AreaRef, WeatherWarning};
use model::incident::OpenedBy;
use model::report::{ReportOf, ReportSection};
use model::task::{FactKind, Means, Shot};
use model::view::PersonView;
use model::{
    AlarmKey, CommandId, GroupId, Level, OpId, PageId, PersonId, PostId, RunId, Seal, SituationId,
    TaskId, Time,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::losses::{JudgeRequest, LossRequest};

/// Longest free text of a person, in bytes.
pub(crate) const MAX_TEXT: usize = 8 * 1024;
/// Most photos of one fact.
pub(crate) const MAX_PHOTOS: usize = 12;
/// Most villages of one command or one report.
pub(crate) const MAX_VILLAGES: usize = 400;
/// Most people left behind that one report names, all its villages together.
pub(crate) const MAX_LEFT: usize = 400;
/// Most answers of one report.
pub(crate) const MAX_ANSWERS: usize = 64;

/// A login and its password.
#[derive(Deserialize, ToSchema)]
pub struct LoginRequest {
    pub login: String,
    pub password: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MeView {
    pub person: PersonView,
    /// The jurisdiction the account belongs to; null for a token that sees all.
    pub jurisdiction: Option<String>,
}

/// One press.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ActRequest {
    /// Minted where it was pressed, at most 64 characters; sent again it gets the first answer.
    pub op: OpId,
    /// What the device's clock said.
    pub device_at: Option<Time>,
    /// Needed only where an account sees several jurisdictions.
    pub jurisdiction: Option<String>,
    /// Who pressed it: a session of anybody else is answered 401. Absent: whoever the session is of.
    pub by: Option<PersonId>,
    pub action: ActionRequest,
}

/// What was pressed, with its content.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ActionRequest {
    Acknowledge {
        alarms: Vec<AlarmKey>,
        /// How they were shown at the press: what has risen or begun anew since is left out.
        #[serde(default)]
        shown: Vec<Shown>,
    },
    MarkTruth {
        alarm: AlarmKey,
        truth: Truth,
        /// For a duplicate: the alarm that is kept.
        #[serde(default)]
        of: Option<AlarmKey>,
    },
    ResetAlarm {
        alarm: AlarmKey,
        reason: Option<String>,
    },
    IssueCommand(IssueRequest),
    CancelCommand {
        command: CommandId,
        reason: Option<String>,
    },
    ReportTask(ReportRequest),
    /// A notice of the system is dealt with.
    EndNotice {
        notice: SystemKind,
        subject: String,
        /// Of a call for help: how its situation was shown.
        #[serde(default)]
        shown: Option<Shown>,
    },
    /// Takes note of a situation: of these members and of nothing that came after.
    AcknowledgeSituation {
        situation: SituationId,
        alarms: Vec<AlarmKey>,
        /// How they were shown at the press; one opened by hand under its own id, with the `episode` and
        /// `level` of its `manual`.
        #[serde(default)]
        shown: Vec<Shown>,
    },
    /// One alarm makes no noise until then, unless it rises.
    Shelve {
        alarm: AlarmKey,
        until: Time,
        reason: Option<String>,
    },
    Unshelve {
        alarm: AlarmKey,
    },
    /// Everything that matches makes no noise until then.
    Silence {
        matcher: Matcher,
        until: Time,
        reason: String,
    },
    /// Work on stations: their readings are marked, their alarms are created quiet.
    Maintain {
        stations: Vec<String>,
        from: Time,
        until: Time,
        /// The work order, in whatever words; empty: none.
        ticket: String,
    },
    TakeOutOfService {
        station: String,
        reason: String,
    },
    /// A second person agrees.
    ApproveSuppression {
        suppression: OpId,
    },
    EndSuppression {
        suppression: OpId,
    },
    /// Someone of the site looks after a notice until it is ended.
    TakeNotice {
        notice: SystemKind,
        subject: String,
        owner: PersonId,
    },
    /// A weather service warns of an area; replaces the one of the same kind that stands there.
    WarnOfWeather(WeatherWarning),
    LiftWeather {
        warning: OpId,
    },
    /// Something happened in the county.
    KeepEvent(EventRequest),
    /// An event was entered by mistake.
    DropEvent {
        event: OpId,
        reason: String,
    },
    /// A note on a time or an interval of the past.
    Mark {
        at: Time,
        #[serde(default)]
        until: Option<Time>,
        text: String,
    },
    /// How many people a prepared command will reach, typed by the officer.
    ConfirmCommand {
        command: CommandId,
        count: u32,
    },
    /// A second person agrees to a command that waits for one, or does not.
    ApproveCommand {
        command: CommandId,
        approve: bool,
        reason: Option<String>,
    },
    /// Stops a command before anybody is told.
    StopCommand {
        command: CommandId,
    },
    /// Another person takes over a task.
    ReassignTask {
        task: TaskId,
        to: PersonId,
        reason: Option<String>,
    },
    /// The next automatic step of a silent person's task is taken now.
    HastenTask {
        task: TaskId,
    },
    /// That step comes this much later, one to thirty minutes.
    PostponeTask {
        task: TaskId,
        by_ms: i64,
    },
    /// A situation no gauge raised: a telephone call, an area on the map.
    OpenSituation(OpenSituationRequest),
    GradeSituation {
        situation: SituationId,
        level: Level,
    },
    CloseSituation {
        situation: SituationId,
        reason: String,
        #[serde(default)]
        shown: Option<Shown>,
    },
    /// A response level 1 (Ⅰ) to 4 (Ⅳ); null with a reason: decided not to act.
    Decide {
        situation: SituationId,
        response: Option<u8>,
        reason: Option<String>,
    },
    OpenIncident {
        title: String,
        /// An event class of the site, or empty.
        #[serde(default)]
        class: String,
        #[serde(default)]
        situations: Vec<SituationId>,
        #[serde(default)]
        commands: Vec<CommandId>,
    },
    GatherIncident {
        incident: OpId,
        #[serde(default)]
        situations: Vec<SituationId>,
        #[serde(default)]
        commands: Vec<CommandId>,
    },
    NoteIncident {
        incident: OpId,
        text: String,
        #[serde(default)]
        photos: Vec<Seal>,
    },
    MergeIncident {
        incident: OpId,
        into: OpId,
    },
    CloseIncident {
        incident: OpId,
        reason: String,
    },
    /// A report was sent; this press is the proof.
    SendReport {
        incident: OpId,
        clock: String,
        text: String,
        /// Who took it, or the number it was filed under.
        received_by: String,
        #[serde(default)]
        photos: Vec<Seal>,
    },
    /// The next version of what a township lost.
    ReportLoss(LossRequest),
    /// What may be counted twice in loss reports is two, or is open again.
    JudgeDouble(JudgeRequest),
    /// A page of one's own was visible for a second; it answers nothing.
    SeePage {
        page: PageId,
    },
    /// A page reached its person, or they say no; an officer may record it from a call.
    AnswerPage {
        page: PageId,
        ack: bool,
        #[serde(default)]
        means: Option<Means>,
        #[serde(default)]
        reason: Option<String>,
    },
    /// An officer heard what somebody of a run says, whether or not a call has gone out to them yet.
    AnswerCall {
        run: RunId,
        person: PersonId,
        ack: bool,
        means: Means,
        #[serde(default)]
        reason: Option<String>,
    },
    /// The phone of a task's own person tells where it is, by itself, while the task is open. One in half a
    /// minute is taken for each task; the others are answered 429 `too_soon`.
    ReportPlace {
        task: TaskId,
        position: Position,
    },
    /// Somebody is away from a post, comes instead, or besides.
    ChangeDuty {
        post: PostId,
        from: Time,
        until: Time,
        #[serde(default)]
        out: Option<PersonId>,
        #[serde(default)]
        into: Option<PersonId>,
    },
    /// Two people take each other's shift, each named with an instant in their own.
    SwapShifts {
        post: PostId,
        first: PersonId,
        first_at: Time,
        second: PersonId,
        second_at: Time,
    },
    EndDutyChange {
        change: OpId,
    },
    SignIn {
        post: PostId,
    },
    /// Who goes signs first, who comes second.
    SignHandover {
        post: PostId,
        #[serde(default)]
        note: Option<String>,
    },
    /// Calls every post named, or all of them.
    CallRoll {
        #[serde(default)]
        posts: Vec<PostId>,
    },
    EndRun {
        run: RunId,
    },
    /// Tries every contact point of these people once.
    TestContacts {
        people: Vec<PersonId>,
    },
    /// A new version of a section of an after-action report; an empty text takes it back.
    WriteReport {
        of: ReportOf,
        section: ReportSection,
        text: String,
    },
}

/// A dated event. With neither area nor stations it concerns the whole county.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct EventRequest {
    /// A hazard of the rules, or any other word.
    pub kind: String,
    pub area: Option<AreaRef>,
    #[serde(default)]
    pub stations: Vec<String>,
    pub level: Option<Level>,
    pub from: Time,
    /// Absent: a moment.
    pub until: Option<Time>,
    pub text: String,
}

/// A situation as somebody at the desk describes it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct OpenSituationRequest {
    pub hazard: String,
    pub level: Level,
    pub how: OpenedBy,
    /// The named area it lies in; absent: the county.
    pub area: Option<AreaRequest>,
    /// What was said.
    pub text: String,
    /// Where exactly: an address, a point, a border.
    pub place: Option<String>,
}

/// A named area.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AreaRequest {
    pub kind: AreaKind,
    pub code: String,
}

/// A command to groups and people.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct IssueRequest {
    /// The alarm it answers, which it acknowledges in the officer's name.
    pub alarm: Option<AlarmKey>,
    pub template: String,
    pub level: Level,
    #[serde(default)]
    pub groups: Vec<GroupId>,
    #[serde(default)]
    pub people: Vec<PersonId>,
    /// The wording as sent.
    pub wording: String,
    /// Absent: the template's clocks for this level.
    pub clocks: Option<TaskClocks>,
    /// The situation it is issued from.
    #[serde(default)]
    pub situation: Option<SituationId>,
    /// Its members as shown at the press, which it acknowledges in the officer's name.
    #[serde(default)]
    pub alarms: Vec<AlarmKey>,
    /// How many people the officer says it reaches; a large command is only prepared without, and
    /// refused where the number differs.
    pub count: Option<u32>,
    /// The command it takes the place of; for a correction, the one it takes back.
    pub supersedes: Option<CommandId>,
    /// People to be moved, by village, for an evacuation.
    #[serde(default)]
    pub villages: Vec<VillageTarget>,
    /// How the alarms it acknowledges were shown at the press.
    #[serde(default)]
    pub shown: Vec<Shown>,
}

/// A fact about a task: `fact` names it, as in `{"fact":"working","percent":60}`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ReportRequest {
    pub task: TaskId,
    #[serde(flatten)]
    pub kind: FactKind,
    /// Absent: the person's own app.
    pub means: Option<Means>,
    pub note: Option<String>,
    pub position: Option<Position>,
    /// Ids from `POST /blobs`.
    #[serde(default)]
    pub photos: Vec<Seal>,
    /// The task's version the device knew when it was pressed.
    pub version: Option<u32>,
    /// People by village, for an evacuation.
    #[serde(default)]
    pub count: Vec<CountRequest>,
    /// Answers to the template's questions.
    #[serde(default)]
    pub form: Vec<AnswerRequest>,
    /// How many pictures or videos follow by themselves, each as a fact `photo` with its `shot`.
    #[serde(default)]
    pub coming: u8,
    /// The picture this brings.
    #[serde(default)]
    pub shot: Option<Shot>,
}

/// One village as counted by someone who was there.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CountRequest {
    pub village: String,
    pub to_move: u32,
    pub moved: u32,
    pub refused: u32,
    pub unreachable: u32,
    #[serde(default)]
    pub left: Vec<LeftRequest>,
}

/// Someone who refused or was not found: a name or a picture of them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct LeftRequest {
    pub why: Left,
    pub name: Option<String>,
    /// Id from `POST /blobs`.
    pub photo: Option<Seal>,
}

/// The answer to one question of the template.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AnswerRequest {
    pub field: String,
    #[serde(flatten)]
    pub value: AnswerValue,
}

/// What was answered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnswerValue {
    Text { text: String },
    Choice { option: String },
    Number { number: i64 },
}

/// Where a phone was, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    pub lon: f64,
    pub lat: f64,
    /// Radius within which the phone claims to be, metres.
    pub accuracy_m: Option<f64>,
}

impl Position {
    /// Whether this is a place on Earth.
    pub(crate) fn is_sound(&self) -> bool {
        (-180.0..=180.0).contains(&self.lon)
            && (-90.0..=90.0).contains(&self.lat)
            && self
                .accuracy_m
                .is_none_or(|metres| metres.is_finite() && metres >= 0.0)
    }
}

/// The id under which a file is kept.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlobView {
    pub blob: Seal,
}

/// Whether the program is well.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    pub ok: bool,
    /// The loop answers.
    pub loop_alive: bool,
    /// Number of the newest journal entry.
    pub seq: u64,
    /// Readings are being taken; false while the disk's reserve is in use.
    pub readings_open: bool,
    /// Milliseconds since the last commit; null before the first.
    pub last_commit_age_ms: Option<u64>,
    /// Free space where the journal lies.
    pub disk_free_bytes: Option<u64>,
    /// An old part of the journal was found not as it was written; `watchfire verify` says what.
    pub journal_broken: bool,
    /// The program's version.
    pub version: String,
}
