//! What people's programs send: plain content where the journal holds seals.

use model::action::{Matcher, Truth};
use model::config::TaskClocks;
use model::effect::SystemKind;
use model::task::{FactKind, Means};
use model::view::PersonView;
use model::{
    AlarmKey, CommandId, GroupId, Level, OpId, PageId, PersonId, PostId, RunId, Seal, SituationId,
    TaskId, Time,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest free text of a person, in bytes.
pub(crate) const MAX_TEXT: usize = 8 * 1024;
/// Most photos of one fact.
pub(crate) const MAX_PHOTOS: usize = 12;

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
    pub action: ActionRequest,
}

/// What was pressed, with its content.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ActionRequest {
    Acknowledge {
        alarms: Vec<AlarmKey>,
    },
    MarkTruth {
        alarm: AlarmKey,
        truth: Truth,
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
    },
    /// Takes note of a situation: of these members and of nothing that came after.
    AcknowledgeSituation {
        situation: SituationId,
        alarms: Vec<AlarmKey>,
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
    /// A page reached its person, or they say no; an officer may record it from a call.
    AnswerPage {
        page: PageId,
        ack: bool,
        #[serde(default)]
        means: Option<Means>,
        #[serde(default)]
        reason: Option<String>,
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
    /// The program's version.
    pub version: String,
}
