//! Deadlines, all of them: absolute instants that are part of the state.

use std::collections::BTreeSet;

use model::page::Channel;
use model::{CommandId, OpId, PersonId, PostId, RunId, SituationId, Time};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;

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

impl Due {
    /// Its place in the order among equal instants.
    fn rank(&self) -> u8 {
        match self {
            Due::Level { .. } => LEVEL,
            Due::Freshness { .. } => FRESHNESS,
            Due::Lease { .. } => LEASE,
            Due::Rest { .. } => REST,
            Due::Task { .. } => 4,
            Due::Command { .. } => 5,
            Due::Silence { .. } => SILENCE,
            Due::Suppression { .. } => 7,
            Due::Calm { .. } => CALM,
            Due::Decision { .. } => 9,
            Due::Report { .. } => 10,
            Due::Load => 11,
            Due::Weather { .. } => 12,
            Due::Duty { .. } => 13,
            Due::Run { .. } => 14,
            Due::Contact { .. } => 15,
            Due::Reach { .. } => 16,
            Due::Plan { .. } => 17,
            Due::Situation { .. } => 18,
        }
    }
}

const LEVEL: u8 = 0;
const FRESHNESS: u8 = 1;
const LEASE: u8 = 2;
const REST: u8 = 3;
const SILENCE: u8 = 6;
const CALM: u8 = 8;

/// A deadline of a watch or a series: its rank, whose it is, and of which level. Same order as [`Due`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Small {
    rank: u8,
    slot: u32,
    level: u8,
}

impl Small {
    fn of(due: &Due) -> Option<Small> {
        let (slot, level) = match due {
            Due::Level { watch, level } => (*watch, *level),
            Due::Freshness { series } => (*series, 0),
            Due::Lease { watch }
            | Due::Rest { watch }
            | Due::Silence { watch }
            | Due::Calm { watch } => (*watch, 0),
            Due::Task { .. }
            | Due::Command { .. }
            | Due::Suppression { .. }
            | Due::Decision { .. }
            | Due::Report { .. }
            | Due::Load
            | Due::Weather { .. }
            | Due::Duty { .. }
            | Due::Run { .. }
            | Due::Contact { .. }
            | Due::Reach { .. }
            | Due::Plan { .. }
            | Due::Situation { .. } => return None,
        };
        Some(Small {
            rank: due.rank(),
            slot,
            level,
        })
    }

    fn due(self) -> Due {
        let (watch, level) = (self.slot, self.level);
        match self.rank {
            LEVEL => Due::Level { watch, level },
            FRESHNESS => Due::Freshness { series: watch },
            LEASE => Due::Lease { watch },
            REST => Due::Rest { watch },
            SILENCE => Due::Silence { watch },
            _ => Due::Calm { watch },
        }
    }
}

/// The deadlines that lie ahead, earliest first.
///
/// Thousands belong to watches and series and move all day: they are kept as small keys in a calendar, since
/// what a reading costs among many stations is the memory it touches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(crate) struct Timers {
    small: Calendar<Small>,
    others: BTreeSet<(Time, Due)>,
    /// The earliest of both: every input asks for it.
    earliest: Option<Time>,
}

/// [`Timers`] as they are written.
#[derive(Serialize, Deserialize)]
struct Stored {
    set: BTreeSet<(Time, Due)>,
}

impl From<Stored> for Timers {
    fn from(Stored { set }: Stored) -> Timers {
        let mut timers = Timers::default();
        for (at, due) in set {
            timers.arm(at, due);
        }
        timers
    }
}

impl From<Timers> for Stored {
    fn from(timers: Timers) -> Stored {
        let small = timers.small.iter().map(|(at, small)| (at, small.due()));
        Stored {
            set: timers.others.iter().cloned().chain(small).collect(),
        }
    }
}

impl Timers {
    pub(crate) fn arm(&mut self, at: Time, due: Due) {
        match Small::of(&due) {
            Some(small) => self.small.insert(at, small),
            None => {
                self.others.insert((at, due));
            }
        }
        if self.earliest.is_none_or(|earliest| at < earliest) {
            self.earliest = Some(at);
        }
    }

    pub(crate) fn disarm(&mut self, at: Time, due: Due) {
        match Small::of(&due) {
            Some(small) => self.small.remove(at, small),
            None => {
                self.others.remove(&(at, due));
            }
        }
        if self.earliest == Some(at) {
            self.look();
        }
    }

    fn look(&mut self) {
        let small = self.small.first().map(|(at, _)| at);
        let other = self.others.first().map(|(at, _)| *at);
        self.earliest = match (small, other) {
            (Some(small), Some(other)) => Some(small.min(other)),
            (one, None) | (None, one) => one,
        };
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
        let small = self.small.first().map(|(at, small)| (at, small.rank));
        let other = self.others.first().map(|(at, due)| (*at, due.rank()));
        let first = match (small, other) {
            (Some(small), Some(other)) if other < small => self.others.pop_first(),
            (Some(_), _) => self.small.pop().map(|(at, small)| (at, small.due())),
            (None, _) => self.others.pop_first(),
        };
        self.look();
        first
    }

    /// Takes every deadline at or before `until` that `which` picks, earliest first.
    pub(crate) fn take(&mut self, until: Time, which: impl Fn(&Due) -> bool) -> Vec<Due> {
        let small = self.small.up_to(until);
        let small = small.map(|(at, small)| (at, small.due()));
        let others = self.others.iter().take_while(|(at, _)| *at <= until);
        let early = small.chain(others.cloned());
        let mut picked: Vec<(Time, Due)> = early.filter(|(_, due)| which(due)).collect();
        picked.sort();
        for (at, due) in &picked {
            self.disarm(*at, due.clone());
        }
        picked.into_iter().map(|(_, due)| due).collect()
    }

    /// Drops the deadlines that `keep` refuses; used when slots change their meaning.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Due) -> bool) {
        self.small.retain(|small| keep(&small.due()));
        self.others.retain(|(_, due)| keep(due));
        self.look();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_due() -> impl Strategy<Value = Due> {
        (0u8..12, 0u32..4, 1u8..5).prop_map(|(kind, slot, level)| match kind {
            0 => Due::Level { watch: slot, level },
            1 => Due::Freshness { series: slot },
            2 => Due::Lease { watch: slot },
            3 => Due::Rest { watch: slot },
            4 => Due::Silence { watch: slot },
            5 => Due::Calm { watch: slot },
            6 => Due::Load,
            // Those whose rank lies among the small ones.
            7 => Due::Task {
                command: slot.to_string().as_str().into(),
                place: level.into(),
            },
            8 => Due::Command {
                command: slot.to_string().as_str().into(),
            },
            9 => Due::Suppression {
                suppression: slot.to_string().as_str().into(),
            },
            10 => Due::Plan {
                plan: slot.to_string(),
            },
            _ => Due::Reach {
                township: slot.to_string(),
                channel: Channel::Sms,
            },
        })
    }

    proptest! {
        #[test]
        fn they_fall_due_in_the_order_of_instant_and_kind(
            steps in proptest::collection::vec((any::<bool>(), 0i64..6, any_due()), 0..60)
        ) {
            let (mut timers, mut plain) = (Timers::default(), BTreeSet::new());
            for (arms, at, due) in steps {
                let at = Time::from_ms(at);
                if arms {
                    plain.insert((at, due.clone()));
                    timers.arm(at, due);
                } else {
                    plain.remove(&(at, due.clone()));
                    timers.disarm(at, due);
                }
                prop_assert_eq!(timers.next(), plain.first().map(|(at, _)| *at));
            }
            let stored = Stored::from(timers.clone());
            prop_assert_eq!(&stored.set, &plain);
            prop_assert_eq!(&Timers::from(stored), &timers);
            let mut order = Vec::new();
            while let Some(due) = timers.pop(Time::from_ms(i64::MAX)) {
                order.push(due);
            }
            prop_assert_eq!(order, plain.into_iter().collect::<Vec<_>>());
        }
    }
}
