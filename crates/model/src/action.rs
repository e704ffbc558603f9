//! What people do: each press is an input with an op id, a person and both times.

use serde::{Deserialize, Serialize};

use crate::config::{Role, TaskClocks};
use crate::effect::SystemKind;
use crate::id::{AlarmKey, CommandId, GroupId, OpId, PersonId, Seal, TaskId};
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
}
