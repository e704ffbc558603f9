//! The facts of a task, and the stage they add up to.

use serde::{Deserialize, Serialize};

use crate::command::{CrewKind, FormAnswer, ProofReading, VillageCount};
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
    /// The assignee has seen that it was cancelled, superseded or given to another.
    CancelSeen,
    /// Another command took its place.
    Superseded,
    /// Another person took it over.
    Reassigned,
    /// An officer is calling them; the next automatic step waits for it.
    Called,
    /// An officer moved the next automatic step.
    Postponed {
        minutes: u16,
    },
    /// An officer had the next automatic step taken at once.
    Hastened,
    /// The crew checked in.
    CheckedIn {
        timer: CrewKind,
    },
    /// 80 % of a crew timer is over.
    CrewWarned {
        timer: CrewKind,
    },
    /// A crew timer is over.
    CrewCritical {
        timer: CrewKind,
    },
    /// A picture of an earlier report has come. It is no new word of anybody, and moves nothing.
    Photo,
    /// An officer called them and nobody picked up. It is no word of theirs, and moves nothing.
    NotReached,
}

/// Where the place of a picture is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ShotPlace {
    /// Written into it by the camera.
    Picture,
    /// It has none of its own: where the phone was when it was taken or chosen.
    Phone,
    /// Nobody knows.
    None,
}

/// What is known of a picture that follows its report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Shot {
    /// The press it belongs to.
    pub of: OpId,
    /// When it was taken, as the camera wrote into it; absent where it does not say.
    pub taken: Option<Time>,
    pub place: ShotPlace,
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

impl Means {
    /// Whether an officer records what they heard of somebody else.
    pub const fn is_heard(self) -> bool {
        matches!(self, Means::Phone | Means::Radio | Means::InPerson)
    }
}

/// A fact with its witness and both times. Free text, photos and positions stand outside, by seal. What it does not
/// say takes no room where it is written: a storm leaves tens of thousands of them.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Seal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Seal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Seal>,
    /// The task's version its device knew; absent where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub count: Vec<VillageCount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<FormAnswer>,
    /// The reading that verified it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<ProofReading>,
    /// Pictures that the device said it would send after it.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub coming: u8,
    /// The picture that this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shot: Option<Shot>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_nought(number: &u8) -> bool {
    *number == 0
}

/// Where the phone of a task's person was, as it told by itself: the newest place, no word of anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Place {
    pub op: OpId,
    /// When the server had it.
    pub at: Time,
    /// What the device's clock said when it was there.
    pub device_at: Option<Time>,
    pub position: Seal,
}

/// A device's clock that claims to be further back than this is not believed.
const BELIEVED_MS: i64 = 86_400_000;

/// What a device says of when something was, where that can be: it may have waited for a network since.
fn believed(device_at: Option<Time>, at: Time) -> Time {
    let claimed = device_at.filter(|claimed| {
        let before_ms = at.since_ms(*claimed);
        before_ms > 0 && before_ms < BELIEVED_MS
    });
    claimed.unwrap_or(at)
}

impl Place {
    /// When the phone was there: one that waited for a network tells where it was before.
    pub fn stood(&self) -> Time {
        believed(self.device_at, self.at)
    }
}

impl Fact {
    /// When it was said: one that waited for a network tells what was before. It decides no clock.
    pub fn said(&self) -> Time {
        believed(self.device_at, self.at)
    }
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
    Superseded,
    Reassigned,
}

/// The stage that facts in journal order add up to: states only move forward, a rejection opens a
/// new round of work, an answer after silence moves on, a refusal takes back what is not done yet, a
/// cancellation ends whatever was open.
pub fn stage(facts: &[Fact]) -> Stage {
    facts
        .iter()
        .fold(Stage::Issued, |stage, fact| step(stage, fact.kind))
}

fn step(stage: Stage, fact: FactKind) -> Stage {
    let forward = |to: Stage| match stage {
        Stage::Cancelled | Stage::Superseded | Stage::Reassigned | Stage::Verified => stage,
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
        | FactKind::Called
        | FactKind::Postponed { .. }
        | FactKind::Hastened
        | FactKind::CheckedIn { .. }
        | FactKind::CrewWarned { .. }
        | FactKind::CrewCritical { .. }
        | FactKind::Photo
        | FactKind::NotReached
        | FactKind::CancelSeen => stage,
        // Silence shows only while there is nothing better to show than what was sent.
        FactKind::NoReply if stage <= Stage::Seen => Stage::NoReply,
        FactKind::NoReply => stage,
        FactKind::Delivered => forward(Stage::Delivered),
        FactKind::Seen => forward(Stage::Seen),
        // What is done waits for its verifier; until then a person may still say no, and yes again.
        FactKind::Declined if stage <= Stage::Working => Stage::Declined,
        FactKind::Declined => stage,
        FactKind::Accepted => forward(Stage::Accepted),
        FactKind::EnRoute => forward(Stage::EnRoute),
        FactKind::OnScene => forward(Stage::OnScene),
        FactKind::Working { .. } => forward(Stage::Working),
        FactKind::Done => forward(Stage::Done),
        FactKind::Verified => forward(Stage::Verified),
        FactKind::Rejected if stage == Stage::Done => Stage::Working,
        FactKind::Rejected => stage,
        // What ended first stays the end.
        FactKind::Cancelled | FactKind::Superseded | FactKind::Reassigned if stage.is_closed() => {
            stage
        }
        FactKind::Cancelled => Stage::Cancelled,
        FactKind::Superseded => Stage::Superseded,
        FactKind::Reassigned => Stage::Reassigned,
    }
}

impl Stage {
    /// Whether nothing more is awaited from the assignee or a verifier.
    pub const fn is_closed(self) -> bool {
        matches!(self, Stage::Verified) || self.is_withdrawn()
    }

    /// Whether the desk ended it, so that the assignee has to take note.
    pub const fn is_withdrawn(self) -> bool {
        matches!(
            self,
            Stage::Cancelled | Stage::Superseded | Stage::Reassigned
        )
    }

    /// Whether the assignee has answered, either way.
    pub const fn is_answered(self) -> bool {
        !matches!(
            self,
            Stage::Issued | Stage::NoReply | Stage::Delivered | Stage::Seen
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage_of(kinds: &[FactKind]) -> Stage {
        kinds
            .iter()
            .fold(Stage::Issued, |stage, kind| step(stage, *kind))
    }

    #[test]
    fn a_refusal_takes_back_what_is_not_done_and_a_later_word_moves_on() {
        use FactKind::{Accepted, Declined, Done, EnRoute, OnScene, Rejected, Seen};
        let working = FactKind::Working { percent: 40 };
        for before in [Accepted, EnRoute, OnScene, working] {
            assert_eq!(stage_of(&[before, Declined]), Stage::Declined, "{before:?}");
            assert_eq!(stage_of(&[before, Declined, Seen]), Stage::Declined);
            assert_eq!(stage_of(&[before, Declined, Accepted]), Stage::Accepted);
            assert_eq!(stage_of(&[before, Declined, Done]), Stage::Done);
        }
        assert_eq!(stage_of(&[Done, Declined]), Stage::Done);
        assert_eq!(stage_of(&[Done, Rejected, Declined]), Stage::Declined);
        assert_eq!(
            stage_of(&[Accepted, FactKind::Cancelled, Declined]),
            Stage::Cancelled
        );
    }
}
