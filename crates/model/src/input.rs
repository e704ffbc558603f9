//! Whatever can change a decision, numbered and dated.

use serde::{Deserialize, Serialize};

use crate::action::Act;
use crate::config::Config;
use crate::custody::{Access, Timekeeping};
use crate::fixed::Fixed;
use crate::id::{JurisdictionSlot, OpId, PageId, PersonId, SeriesSlot};
use crate::intake::{Counts, Quality};
use crate::page::{Channel, PageFact};
use crate::time::Time;

/// One journaled input. `at` never goes backwards; `seq` counts from 1 without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub seq: u64,
    pub at: Time,
    pub jurisdiction: JurisdictionSlot,
    pub input: Input,
}

/// A reading as accepted, with what was decided about its place in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Slot of the interface it came by.
    pub interface: u8,
    pub series: SeriesSlot,
    pub observed: Time,
    /// When the sender says it became visible, else when we had it.
    pub received: Time,
    pub value: Fixed,
    pub revision: u16,
    pub quality: Quality,
    /// Not newer than the watermark when it came.
    pub late: bool,
    /// Too late to enter any window: stored, counted, decides nothing.
    pub too_late: bool,
    /// Its clock was ahead of its arrival: it moves no watermark.
    pub suspect: bool,
}

/// A config that takes over, and who had the files read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    pub config: Config,
    /// Absent in journals from before it was written down.
    pub by: Option<Origin>,
}

impl From<Config> for Configured {
    fn from(config: Config) -> Configured {
        Configured { config, by: None }
    }
}

/// The kinds of input. Kinds that change no decision (counts) are here too: they are confirmed alike.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The jurisdiction's files were read and found sound.
    Configured(Box<Configured>),
    Observed(Observed),
    Acted(Box<Act>),
    /// An interface lost or regained its link.
    LinkChanged {
        interface: u8,
        up: bool,
    },
    /// The system clock jumped by this much against the monotonic one.
    ClockStepped {
        by_ms: i64,
    },
    /// The disk has no room for readings any more, or has room again.
    DiskFilled {
        full: bool,
    },
    /// New files of the site were not taken over, or are sound again.
    FilesRefused {
        refused: bool,
    },
    /// The part of the journal that a start does not read was looked through: its chain is broken, or
    /// whole again.
    JournalChecked {
        broken: bool,
    },
    /// A deadline was reached with nothing else to say.
    Ticked,
    /// The process started; deliveries without a receipt are made again.
    Resumed,
    /// What was counted but not journaled one by one: repeats and refusals of one interface.
    Tallied {
        interface: u8,
        counts: Counts,
    },
    /// Somebody looked at, took away or erased what is personal.
    Accessed(Box<Access>),
    /// Which clock the site lives by: at each start, and when it changes.
    ClockRead(Box<Timekeeping>),
    /// What became of a page, from its sender, its person's device or its person.
    Paged {
        page: PageId,
        fact: PageFact,
        /// Names the reply that said it, where somebody wrote back by a gateway: passed on again it is of the
        /// page it was of first.
        reply: Option<OpId>,
    },
    /// Somebody wrote back by a channel, and what they mean is not known: the words lie in quarantine.
    Unread {
        channel: Channel,
        /// Whose number it came from, where that is one person's.
        from: Option<PersonId>,
        /// Names the reply, so that the same again is known.
        reply: Option<OpId>,
    },
}

/// Who an input came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Person(crate::id::PersonId),
    Interface(u8),
    /// The program itself: its start.
    System,
    /// Whoever may send the process a signal.
    Signal,
    /// The token of a ready file.
    LocalCheck,
}
