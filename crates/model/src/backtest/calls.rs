//! Who would have been called under other rosters, policies or rules: two runs of one recorded night,
//! call by call and run by run, as people and screens read them.

use serde::{Deserialize, Serialize};

use crate::action::Why;
use crate::config::Text;
use crate::id::{PersonId, SituationId};
use crate::level::Level;
use crate::page::{About, Channel};
use crate::time::Time;
use crate::view::{GapView, RunState};

/// One recorded night lived through twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallReport {
    pub from: Time,
    /// The last moment that was lived through: what was asked for, or where the record ends.
    pub to: Time,
    /// Inputs of the record that both runs were given.
    pub inputs: u64,
    /// The files of A were in force all that time: A is what was decided then.
    pub as_it_was: bool,
    pub a: CallOutcome,
    pub b: CallOutcome,
    /// What B does otherwise than A.
    pub difference: CallDifference,
    /// Every run that moved in that time, by its beginning.
    pub runs: Vec<RunPair>,
    /// Situations that are named above.
    pub subjects: Vec<CallSubject>,
}

/// What one run came to. Tests of the channels are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallOutcome {
    /// Where its files are from.
    pub name: String,
    pub calls: u64,
    /// Who was called, each once.
    pub people: u64,
    /// Of whom the record has an answer that this run could take.
    pub answered: u64,
    /// Called here and not in the record: nobody knows whether they would have answered.
    pub unknown: u64,
    /// Calls that the limits of a contact held back until the end.
    pub held: u64,
    pub satisfied: u64,
    pub exhausted: u64,
    pub empty_steps: u64,
    /// Parts of shifts with fewer people than they need.
    pub gaps: Vec<GapView>,
    pub astray: Astray,
}

/// What the record holds and this run had no place for. Nothing is put in its stead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Astray {
    /// Readings of series that its files do not have.
    pub readings: u64,
    /// Receipts and answers to calls that were not made here, or not yet.
    pub receipts: u64,
    /// Presses that were taken then and are refused here; the first of them stand below.
    pub presses: u64,
    pub refused: Vec<RefusedPress>,
}

/// A press that was taken then and is refused in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RefusedPress {
    pub at: Time,
    pub by: PersonId,
    pub why: Why,
}

/// What B does otherwise than A, call by call of one person by one channel about one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallDifference {
    pub same: u64,
    pub earlier: u64,
    pub later: u64,
    /// Only in B.
    pub new: u64,
    /// Only in A.
    pub gone: u64,
    /// Every call of both, by time; those at the same time too.
    pub pairs: Vec<CallPair>,
}

/// One call that both made, or one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallPair {
    pub movement: CallMovement,
    pub about: About,
    pub person: PersonId,
    pub channel: Channel,
    pub a: Option<CallMade>,
    pub b: Option<CallMade>,
    /// How much later B called; negative: earlier.
    pub by_ms: Option<i64>,
}

/// What became of a call, or of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CallMovement {
    Same,
    Earlier,
    Later,
    New,
    Gone,
}

/// A call as one run made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallMade {
    /// When it went out.
    pub at: Time,
    pub policy: String,
    pub level: Option<Level>,
    /// Both from 1; a step above the last of the policy is what is called once it is used up.
    pub round: u8,
    pub step: u16,
    pub reply: Reply,
}

/// What is known of a call's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CallReply))]
pub enum Reply {
    Answered {
        at: Time,
    },
    Declined {
        at: Time,
    },
    /// Its provider gave a definite no.
    Failed {
        at: Time,
    },
    /// They were called in the record too, and nothing came back to that.
    Silent,
    /// The record has no such call, or an answer that came before this one was made: nobody knows
    /// whether they would have answered. The run goes on as with silence.
    Unknown,
}

/// One run of a policy about one thing, in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunPair {
    /// Of its end, and where both run on, of its beginning; new and gone: only one of them had such a run.
    pub movement: CallMovement,
    pub about: About,
    pub policy: String,
    pub title: Text,
    pub a: Option<RunOutcome>,
    pub b: Option<RunOutcome>,
}

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunOutcome {
    pub level: Option<Level>,
    pub began: Time,
    pub state: RunState,
    pub ended: Option<Time>,
    pub rounds: u8,
    /// People called in that time, and those of them with an answer.
    pub called: u32,
    pub answered: u32,
    pub first_call: Option<Time>,
    pub first_answer: Option<Time>,
    /// Steps with nobody on duty, or nobody with a usable channel.
    pub empty: Vec<EmptyStep>,
}

/// A step that called nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EmptyStep {
    pub at: Time,
    pub round: u8,
    pub step: u16,
}

/// What a situation is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallSubject {
    pub situation: SituationId,
    pub hazard: String,
    pub area: Text,
}
