//! The course of things: one line for each thing that happened, in the words of codes.

use model::effect::{NoticeReason, SystemKind};
use model::task::{FactKind, Means};
use model::{Level, PersonId, Seal};
use serde::Serialize;

use crate::facts::{About, Moment};

/// One line of the course of things.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    pub moment: Moment,
    pub by: Option<PersonId>,
    pub about: About,
    #[serde(flatten)]
    pub what: What,
    pub note: Option<Seal>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    Level {
        prev: u8,
        level: u8,
    },
    Told {
        level: Level,
        reason: NoticeReason,
    },
    Fact {
        #[serde(flatten)]
        kind: FactKind,
        means: Means,
    },
    Press {
        deed: Deed,
    },
    Notice {
        kind: SystemKind,
        on: bool,
    },
    LateEvidence {
        prev: u8,
        level: u8,
    },
    Rules,
}

/// What somebody at the desk pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Acknowledge,
    Truth,
    Reset,
    Command,
    Confirm,
    Approve,
    Stop,
    Cancel,
    Reassign,
    Hasten,
    Postpone,
    Open,
    Grade,
    Close,
    Respond(u8),
    NotAct,
    OpenIncident,
    Gather,
    SignIn,
    Handover,
    RollCall,
    Note,
    Merge,
    CloseIncident,
    Report,
    Loss,
    /// A possible double count is two, or is open again.
    Apart,
    Unsure,
    Quiet,
    EndQuiet,
    Notice,
    Weather,
    Event,
    Mark,
}
