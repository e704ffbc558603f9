//! What becomes of one reading at the door.

use serde::{Deserialize, Serialize};

use crate::config::{LatePolicy, Text};
use crate::time::Time;

/// How much a reading can be trusted, as its sender says.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Quality {
    #[default]
    Good = 0,
    /// May raise with a mark, never clears.
    Doubtful = 1,
    /// Kept, shown, decides nothing.
    Bad = 2,
    /// The station says it has no value.
    Missing = 3,
}

impl Quality {
    /// The quality of a byte written by [`crate::codec`].
    pub const fn from_byte(byte: u8) -> Option<Quality> {
        match byte {
            0 => Some(Quality::Good),
            1 => Some(Quality::Doubtful),
            2 => Some(Quality::Bad),
            3 => Some(Quality::Missing),
            _ => None,
        }
    }

    /// The word used on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Quality::Good => "good",
            Quality::Doubtful => "doubtful",
            Quality::Bad => "bad",
            Quality::Missing => "missing",
        }
    }
}

/// Why a message was not taken. Counted by kind and interface; the message lies in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Refusal {
    /// No observation could be read from it.
    Malformed,
    /// No such station, or no such quantity there.
    Unknown,
    /// Its clock is too far ahead to be believed.
    Future,
    /// Larger than an observation can be.
    Oversized,
    /// Another value already stands under this identity.
    Conflict,
}

impl Refusal {
    /// All kinds, in the order of the counts.
    pub const ALL: [Refusal; 5] = [
        Refusal::Malformed,
        Refusal::Unknown,
        Refusal::Future,
        Refusal::Oversized,
        Refusal::Conflict,
    ];

    /// The word used on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Refusal::Malformed => "malformed",
            Refusal::Unknown => "unknown",
            Refusal::Future => "future",
            Refusal::Oversized => "oversized",
            Refusal::Conflict => "conflict",
        }
    }
}

/// The answer to one message, true once it is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Accepted,
    /// Stored and marked; it decides nothing (too late) or only the present (within the lateness).
    Late,
    /// The same identity and value again: confirmed, not written a second time.
    Duplicate,
    Refused(Refusal),
}

/// Counts of one interface since the journal began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Counts {
    pub accepted: u64,
    pub duplicate: u64,
    pub late: u64,
    pub refused: RefusedCounts,
}

/// Refusals by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RefusedCounts {
    pub malformed: u64,
    pub unknown: u64,
    pub future: u64,
    pub oversized: u64,
    pub conflict: u64,
}

impl Counts {
    /// Counts one answer.
    pub fn add(&mut self, taken: Taken) {
        match taken {
            Taken::Accepted => self.accepted += 1,
            Taken::Late => self.late += 1,
            Taken::Duplicate => self.duplicate += 1,
            Taken::Refused(Refusal::Malformed) => self.refused.malformed += 1,
            Taken::Refused(Refusal::Unknown) => self.refused.unknown += 1,
            Taken::Refused(Refusal::Future) => self.refused.future += 1,
            Taken::Refused(Refusal::Oversized) => self.refused.oversized += 1,
            Taken::Refused(Refusal::Conflict) => self.refused.conflict += 1,
        }
    }

    /// Adds another set of counts to this one.
    pub fn merge(&mut self, other: &Counts) {
        self.accepted += other.accepted;
        self.duplicate += other.duplicate;
        self.late += other.late;
        self.refused.malformed += other.refused.malformed;
        self.refused.unknown += other.refused.unknown;
        self.refused.future += other.refused.future;
        self.refused.oversized += other.refused.oversized;
        self.refused.conflict += other.refused.conflict;
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Counts::default()
    }
}

/// One way readings come in: what came by it, and whether it is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InterfaceView {
    pub id: String,
    pub title: Text,
    pub late: LatePolicy,
    /// Series that were last heard by it, and how many of these are silent for too long.
    pub series: u32,
    pub silent: u32,
    /// When the last valid reading came by it; absent: none did.
    pub heard: Option<Time>,
    /// So many series went silent together that it counts as down.
    pub down: bool,
    pub counts: Counts,
}
