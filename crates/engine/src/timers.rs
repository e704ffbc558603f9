//! Deadlines, all of them: absolute instants that are part of the state.

use std::collections::BTreeSet;

use model::page::Channel;
use model::{CommandId, OpId, PersonId, PostId, RunId, SituationId, Time};
use serde::{Deserialize, Serialize};

/// What is to happen at a deadline. Order among equal instants is the order of this type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A level of a watch has held, or been gone, for its delay.
    Level { watch: u32, level: u8 },
    /// A series may have become LATE, UNKNOWN, STALE or DEAD.
    Freshness { series: u32 },
    /// The acknowledgement of the alarm of a watch runs out.
    Lease { watch: u32 },
    /// An alarm whose inhibition ended has waited long enough.
    Rest { watch: u32 },
    /// A window of a task closes.
    Task { command: CommandId, place: u32 },
    /// A command goes out, or is dropped, by itself.
    Command { command: CommandId },
    /// A series that a silence rule watches may have been quiet for long enough.
    Silence { watch: u32 },
    /// A suppression begins, is about to end, or ends.
    Suppression { suppression: OpId },
    /// An unstable alarm may have come to rest.
    Calm { watch: u32 },
    /// A warning was to become a decision.
    Decision { situation: SituationId },
    /// A report was to be sent.
    Report { incident: OpId, clock: String },
    /// The alarm load may have fallen.
    Load,
    /// A weather warning ends.
    Weather { warning: OpId },
    /// A shift begins, somebody should have signed in, or a change of a roster begins or ends.
    Duty { post: PostId },
    /// The next step of a run.
    Run { run: RunId },
    /// The limits of a contact allow what waits for it.
    Contact { person: PersonId, channel: Channel },
    /// Receipts of a channel from a township should be there.
    Reach { township: String, channel: Channel },
    /// A planned test of the channels begins.
    Plan { plan: String },
    /// A situation is to be told, or told again. Last, so that one notice tells of all that changed.
    Situation { situation: SituationId },
}

/// The deadlines that lie ahead, earliest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(crate) struct Timers {
    set: BTreeSet<(Time, Due)>,
    /// The earliest of them: every input asks for it, and the set may lie far from the rest.
    #[serde(skip)]
    earliest: Option<Time>,
}

/// [`Timers`] as they are written.
#[derive(Deserialize)]
struct Stored {
    set: BTreeSet<(Time, Due)>,
}

impl From<Stored> for Timers {
    fn from(Stored { set }: Stored) -> Timers {
        let mut timers = Timers {
            set,
            earliest: None,
        };
        timers.look();
        timers
    }
}

impl Timers {
    pub(crate) fn arm(&mut self, at: Time, due: Due) {
        self.set.insert((at, due));
        if self.earliest.is_none_or(|earliest| at < earliest) {
            self.earliest = Some(at);
        }
    }

    pub(crate) fn disarm(&mut self, at: Time, due: Due) {
        self.set.remove(&(at, due));
        if self.earliest == Some(at) {
            self.look();
        }
    }

    fn look(&mut self) {
        self.earliest = self.set.first().map(|(at, _)| *at);
    }

    /// The earliest instant at which something is due.
    pub(crate) fn next(&self) -> Option<Time> {
        self.earliest
    }

    /// Takes the earliest deadline at or before `until`.
    pub(crate) fn pop(&mut self, until: Time) -> Option<(Time, Due)> {
        if self.next()? > until {
            return None;
        }
        let first = self.set.pop_first();
        self.look();
        first
    }

    /// Takes every deadline at or before `until` that `which` picks, earliest first.
    pub(crate) fn take(&mut self, until: Time, which: impl Fn(&Due) -> bool) -> Vec<Due> {
        let early = self.set.iter().take_while(|(at, _)| *at <= until);
        let picked: Vec<(Time, Due)> = early.filter(|(_, due)| which(due)).cloned().collect();
        for row in &picked {
            self.set.remove(row);
        }
        self.look();
        picked.into_iter().map(|(_, due)| due).collect()
    }

    /// Drops the deadlines that `keep` refuses; used when slots change their meaning.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&(Time, Due)) -> bool) {
        self.set.retain(keep);
        self.look();
    }
}
