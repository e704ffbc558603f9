//! What people do: each press is an input with an op id, a person and both times.

use serde::{Deserialize, Serialize};

use crate::config::{Role, TaskClocks};
use crate::effect::SystemKind;
use crate::id::{
    AlarmKey, CommandId, GroupId, OpId, PageId, PersonId, PostId, RunId, Seal, SituationId, TaskId,
};
use crate::level::Level;
use crate::task::{FactKind, Means};
use crate::time::Time;

/// One press of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Minted where it was pressed; the same op again gets the first answer.
    pub op: OpId,
    pub by: PersonId,
    pub role: Role,
    /// What the device's clock said.
    pub device_at: Option<Time>,
    pub action: Action,
}

/// What was pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// A duty officer has taken note of these alarms, the set frozen at the press.
    Acknowledge {
        alarms: Vec<AlarmKey>,
    },
    /// What the alarm turned out to be.
    MarkTruth {
        alarm: AlarmKey,
        truth: Truth,
    },
    /// Ends a latched alarm, or one whose sight is lost, with a reason.
    ResetAlarm {
        alarm: AlarmKey,
        reason: Option<Seal>,
    },
    IssueCommand(IssueCommand),
    CancelCommand {
        command: CommandId,
        reason: Option<Seal>,
    },
    ReportTask(ReportTask),
    /// A person says that a notice of the system is dealt with.
    EndNotice {
        notice: SystemKind,
        subject: String,
    },
    /// Takes note of a situation: of the members shown at the press, and of nothing that came after.
    AcknowledgeSituation {
        situation: SituationId,
        alarms: Vec<AlarmKey>,
    },
    /// One alarm makes no noise until `until`, unless it rises.
    Shelve {
        alarm: AlarmKey,
        until: Time,
        reason: Option<Seal>,
    },
    Unshelve {
        alarm: AlarmKey,
    },
    /// Everything that matches makes no noise until `until`. Its id is the op id of the press.
    Silence {
        matcher: Matcher,
        until: Time,
        reason: Seal,
    },
    /// The work on a station: its readings are marked, its alarms are created quiet.
    Maintain {
        stations: Vec<String>,
        from: Time,
        until: Time,
        ticket: String,
    },
    /// A station is out of service until it is put back; needs a second person.
    TakeOutOfService {
        station: String,
        reason: Seal,
    },
    /// A second person agrees to a suppression that needs it.
    ApproveSuppression {
        suppression: OpId,
    },
    /// Ends a silence, a maintenance window, or puts a station back in service.
    EndSuppression {
        suppression: OpId,
    },
    /// A person says that a page reached them, or an officer on their word.
    AnswerPage {
        page: PageId,
        /// False: they say no.
        ack: bool,
        means: Means,
        #[serde(default)]
        reason: Option<Seal>,
    },
    /// Somebody is away from a post, somebody comes instead, or besides.
    ChangeDuty {
        post: PostId,
        from: Time,
        until: Time,
        out: Option<PersonId>,
        into: Option<PersonId>,
    },
    /// Two people take each other's shift: the ones at these instants.
    SwapShifts {
        post: PostId,
        first: PersonId,
        first_at: Time,
        second: PersonId,
        second_at: Time,
    },
    /// Takes a change or a swap back, as of now.
    EndDutyChange {
        change: OpId,
    },
    /// On duty and here.
    SignIn {
        post: PostId,
    },
    /// Who goes signs first, who comes second; then the post is handed over.
    SignHandover {
        post: PostId,
        #[serde(default)]
        note: Option<Seal>,
    },
    /// Every post is called to say that it is there; empty: all of them.
    CallRoll {
        posts: Vec<PostId>,
    },
    /// Ends a run: nobody more is called.
    EndRun {
        run: RunId,
    },
}

/// What a silence covers: everything that agrees with each field that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Matcher {
    #[serde(default)]
    pub hazard: Option<String>,
    #[serde(default)]
    pub rule: Option<String>,
    #[serde(default)]
    pub station: Option<String>,
    #[serde(default)]
    pub township: Option<String>,
    #[serde(default)]
    pub catchment: Option<String>,
    /// Alarms up to this level; absent: up to orange, so that red is never silenced by oversight.
    #[serde(default)]
    pub up_to: Option<Level>,
}

impl Matcher {
    /// The highest level it keeps quiet.
    pub fn highest(&self) -> Level {
        self.up_to.unwrap_or(Level::Orange)
    }

    /// Whether no field narrows it: it would cover everything.
    pub fn is_open(&self) -> bool {
        let fields = [
            &self.hazard,
            &self.rule,
            &self.station,
            &self.township,
            &self.catchment,
        ];
        fields.iter().all(|field| field.is_none())
    }
}

/// An order to groups and people; its id is the op id of the press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueCommand {
    /// The alarm it answers, which it acknowledges in the officer's name.
    pub alarm: Option<AlarmKey>,
    pub template: String,
    pub level: Level,
    pub groups: Vec<GroupId>,
    pub people: Vec<PersonId>,
    /// The wording as sent.
    pub wording: Seal,
    /// Absent: the template's clocks for this level.
    pub clocks: Option<TaskClocks>,
}

/// A fact about a task from its assignee, or recorded for them by an officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTask {
    pub task: TaskId,
    #[serde(flatten)]
    pub kind: FactKind,
    pub means: Means,
    pub note: Option<Seal>,
    pub position: Option<Seal>,
    pub photos: Vec<Seal>,
}

/// What an alarm turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Truth {
    #[default]
    Unverified,
    True,
    False,
    Test,
    /// Another alarm tells of the same event.
    Duplicate,
}

/// The answer to a press, remembered under its op id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Answer {
    Done,
    Refused { why: Why },
}

/// Why a press was not honoured; screens have a sentence for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Why {
    NoSuchAlarm,
    NoSuchTask,
    NoSuchCommand,
    NoSuchTemplate,
    NoSuchPerson,
    NobodyToReach,
    NotYourTask,
    RoleNotAllowed,
    AlarmNotOpen,
    TaskClosed,
    NotDoneYet,
    VerifierIsDoer,
    ProofMissing,
    BadPercent,
    NoSuchNotice,
    NoSuchSituation,
    NoSuchStation,
    NoSuchSuppression,
    /// A suppression of this kind may not last that long.
    TooLong,
    /// It ends before it begins, or has ended already.
    NotInFuture,
    /// A matcher without any field would silence the county.
    MatchesEverything,
    /// The second person must be another one.
    ApproverIsOwner,
    /// Nothing waits for a second person.
    NothingToApprove,
    NoSuchPage,
    NoSuchPost,
    NoSuchRun,
    NoSuchDutyChange,
    /// A page of somebody else, answered from one's own device.
    NotYourPage,
    /// Not on duty at this post then.
    NotOnDuty,
    /// The post has no roster, so there is no shift to change, sign in for or hand over.
    NoRoster,
    /// Nobody is named, or the same person twice.
    NothingChanges,
    /// Who goes has to sign before who comes.
    FirstSignatureMissing,
    /// The second signature must be another person's.
    SignedAlready,
    /// No escalation of the files says how posts are called.
    NoRollCallPolicy,
}
