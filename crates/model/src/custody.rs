//! What is on record about the record itself: who looked at, took away or erased what is personal,
//! and which clock the site lives by.
//!
//! None of it decides anything. It names people by id, files by seal, and never says what was in them.

use serde::{Deserialize, Serialize};

use crate::config::Clock;
use crate::id::{PersonId, Seal};
use crate::time::Time;

/// Most seals that one bundle names; what is more is counted.
pub const MOST_SEALS: usize = 256;

/// What one person did to personal data, bundled over at most a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Minted where it was noted: the same id twice is one access, told again after a crash.
    pub id: String,
    pub by: Accessor,
    /// By the machine's clock, first and last of the bundle.
    pub first: Time,
    pub last: Time,
    #[serde(flatten)]
    pub deed: AccessDeed,
}

/// Who it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accessor {
    /// Signed in at a screen.
    Person(PersonId),
    /// At the machine itself, by the number of the system's user.
    Console(u32),
    /// The site's own rule of how long things are kept.
    Retention,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum AccessDeed {
    /// Telephone numbers of so many people were shown.
    SawTelephones { people: u32 },
    /// Texts, positions or photos were shown.
    SawFiles { seals: Vec<Seal>, more: u32 },
    /// Entries of an interval were taken out with their proofs.
    Exported { from: Time, to: Time, entries: u64 },
    /// An after-action report of an interval was made, for a screen or as a file.
    Reported { from: Time, to: Time },
    /// Everything up to an entry was copied to another place.
    BackedUp { through: u64 },
    /// This data folder was made from a copy, up to an entry, and so many files of people came with it.
    Restored { through: u64, files: u64 },
    /// Files were erased for good; `person` when all of one person's were asked for.
    Erased {
        seals: Vec<Seal>,
        more: u32,
        person: Option<PersonId>,
    },
}

/// Cuts a list of seals at [`MOST_SEALS`] and counts the rest.
pub fn bounded(mut seals: Vec<Seal>) -> (Vec<Seal>, u32) {
    let more = seals.len().saturating_sub(MOST_SEALS);
    seals.truncate(MOST_SEALS);
    (seals, u32::try_from(more).unwrap_or(u32::MAX))
}

/// Which clock the site lives by, and what the machine says of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timekeeping {
    pub clock: Clock,
    /// Who keeps the machine's clock right, as `chrony` or `systemd-timesyncd`; absent: unknown.
    pub keeper: Option<String>,
    /// Whether it says that the clock is right; absent: it does not say.
    pub synchronized: Option<bool>,
    /// How far the machine's clock is from its reference, ahead is positive, in microseconds.
    pub offset_us: Option<i64>,
    /// What the machine's clock showed when it was asked.
    pub system: Time,
}

impl Timekeeping {
    /// Whether `next` says something that an inquiry would want to know: another clock, another
    /// keeper, right or no longer right, or a tenth of a second further off.
    pub fn differs(&self, next: &Timekeeping) -> bool {
        const WORTH_TELLING_US: u64 = 100_000;
        let apart = match (self.offset_us, next.offset_us) {
            (Some(one), Some(other)) => one.abs_diff(other) >= WORTH_TELLING_US,
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        };
        self.clock != next.clock
            || self.keeper != next.keeper
            || self.synchronized != next.synchronized
            || apart
    }
}
