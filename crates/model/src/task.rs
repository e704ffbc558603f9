//! The facts of a task, and the stage they add up to.

use serde::{Deserialize, Serialize};

use crate::id::{OpId, PersonId, Seal};
use crate::time::Time;

/// One thing known about one assignee's task; facts are only added, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum FactKind {
    Issued,
    /// The app's or handset's own receipt.
    Delivered,
    /// Visible to its person for a second.
    Seen,
    Accepted,
    Declined,
    EnRoute,
    OnScene,
    Working {
        percent: u8,
    },
    Done,
    /// By someone other than the doer.
    Verified,
    /// Not accepted as done: a new round of work.
    Rejected,
    NeedHelp,
    /// The window to answer closed with nothing heard; a later fact moves on.
    NoReply,
    /// An automatic step after silence: `step` 1 reminds, 2 calls the substitute, 3 tells the desk.
    Escalated {
        step: u8,
    },
    Cancelled,
    /// The assignee has seen that it was cancelled.
    CancelSeen,
}

/// How a fact came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Means {
    /// From the person's own app.
    App,
    /// An officer recorded it from a call.
    Phone,
    /// An officer recorded it from the radio.
    Radio,
    /// An officer recorded it, met in person.
    InPerson,
    /// The system itself.
    System,
}

/// A fact with its witness and both times. Free text, photos and positions stand outside, by seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Fact {
    #[serde(flatten)]
    pub kind: FactKind,
    /// The press that made it; absent for the system's own.
    pub op: Option<OpId>,
    /// Who witnesses it; absent for the system's own.
    pub by: Option<PersonId>,
    pub means: Means,
    /// When the server had it: decides clocks.
    pub at: Time,
    /// What the device's clock said: evidence.
    pub device_at: Option<Time>,
    pub note: Option<Seal>,
    pub position: Option<Seal>,
    pub photos: Vec<Seal>,
}

/// How far a task is: a reading of its facts, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Stage {
    Issued,
    NoReply,
    Delivered,
    Seen,
    Declined,
    Accepted,
    EnRoute,
    OnScene,
    Working,
    Done,
    Verified,
    Cancelled,
}

/// The stage that facts in journal order add up to: states only move forward, a rejection opens a
/// new round of work, an answer after silence moves on, a cancellation ends whatever was open.
pub fn stage(facts: &[Fact]) -> Stage {
    facts
        .iter()
        .fold(Stage::Issued, |stage, fact| step(stage, fact.kind))
}

fn step(stage: Stage, fact: FactKind) -> Stage {
    let forward = |to: Stage| match stage {
        Stage::Cancelled | Stage::Verified => stage,
        Stage::Issued
        | Stage::NoReply
        | Stage::Delivered
        | Stage::Seen
        | Stage::Declined
        | Stage::Accepted
        | Stage::EnRoute
        | Stage::OnScene
        | Stage::Working
        | Stage::Done => stage.max(to),
    };
    match fact {
        FactKind::Issued
        | FactKind::NeedHelp
        | FactKind::Escalated { .. }
        | FactKind::CancelSeen => stage,
        // Silence shows only while there is nothing better to show than what was sent.
        FactKind::NoReply if stage <= Stage::Seen => Stage::NoReply,
        FactKind::NoReply => stage,
        FactKind::Delivered => forward(Stage::Delivered),
        FactKind::Seen => forward(Stage::Seen),
        FactKind::Declined => forward(Stage::Declined),
        FactKind::Accepted => forward(Stage::Accepted),
        FactKind::EnRoute => forward(Stage::EnRoute),
        FactKind::OnScene => forward(Stage::OnScene),
        FactKind::Working { .. } => forward(Stage::Working),
        FactKind::Done => forward(Stage::Done),
        FactKind::Verified => forward(Stage::Verified),
        FactKind::Rejected if stage == Stage::Done => Stage::Working,
        FactKind::Rejected => stage,
        FactKind::Cancelled if stage == Stage::Verified => stage,
        FactKind::Cancelled => Stage::Cancelled,
    }
}

impl Stage {
    /// Whether nothing more is awaited from the assignee or a verifier.
    pub const fn is_closed(self) -> bool {
        matches!(self, Stage::Verified | Stage::Cancelled)
    }

    /// Whether the assignee has answered, either way.
    pub const fn is_answered(self) -> bool {
        !matches!(
            self,
            Stage::Issued | Stage::NoReply | Stage::Delivered | Stage::Seen
        )
    }
}
