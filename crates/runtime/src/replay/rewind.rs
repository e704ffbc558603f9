//! Anywhere in the past: the nearest keyframe before it, and the inputs from there on.
//!
//! A few keyframes that were just asked for stay unpacked in memory, shared by all replays, so that
//! dragging over one night reads the disk once; and a few places between them that were passed on the way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use store::{JournalReader, Keyframes, Place};

use super::tape::Tape;
use crate::fleet::{Decisions, Fleet};
use crate::replay::ReplayError;
use crate::snapshots::FORMAT;

/// Keyframes kept unpacked.
const MOST_UNPACKED: usize = 4;

/// Places kept between keyframes.
const MOST_PASSED: usize = 10;

/// How many records the first of them lies behind its keyframe; each that follows lies twice as far from the
/// one before.
pub(crate) const PASSED_EVERY: u64 = 3_000;

/// Of larger fleets no places are kept between keyframes: they hold too much memory.
const MOST_SERIES: usize = 50_000;

/// The past of one journal.
#[derive(Debug)]
pub(crate) struct Rewind {
    pub(crate) journal: JournalReader,
    pub(crate) keyframes: Keyframes,
    unpacked: Mutex<Held>,
    passed: Mutex<Held>,
}

/// Fleets at places, the one used longest ago first.
type Held = VecDeque<(Place, Arc<Fleet>)>;

/// The fleet as of a record.
pub(crate) struct Base {
    pub(crate) fleet: Fleet,
    pub(crate) number: u64,
}

impl Rewind {
    pub(crate) fn new(journal: JournalReader, keyframes: Keyframes) -> Rewind {
        Rewind {
            journal,
            keyframes,
            unpacked: Mutex::default(),
            passed: Mutex::default(),
        }
    }

    /// The nearest fleet that lies no later than `wanted` allows: a keyframe, a place that was passed, or the
    /// empty beginning.
    ///
    /// # Errors
    /// When the folder of keyframes cannot be listed.
    pub(crate) fn base(&self, wanted: impl Fn(Place) -> bool) -> Result<Base, ReplayError> {
        let passed = self.nearest_passed(&wanted);
        let behind = passed.as_ref().map(|(place, _)| *place);
        let kept = self.kept(|place| wanted(place) && behind.is_none_or(|near| place > near))?;
        Ok(match passed {
            Some((place, fleet)) if kept.number == 0 => Base {
                fleet: Fleet::clone(&fleet),
                number: place.number,
            },
            Some(_) | None => kept,
        })
    }

    /// The newest keyframe that lies no later than `wanted` allows, or the empty beginning: where what follows
    /// must not depend on who looked before.
    ///
    /// # Errors
    /// When the folder of keyframes cannot be listed.
    pub(crate) fn kept(&self, wanted: impl Fn(Place) -> bool) -> Result<Base, ReplayError> {
        let places = self.keyframes.places().map_err(ReplayError::Keyframes)?;
        for place in places.into_iter().rev().filter(|place| wanted(*place)) {
            if let Some(fleet) = self.unpack(place) {
                return Ok(Base {
                    fleet: Fleet::clone(&fleet),
                    number: place.number,
                });
            }
        }
        Ok(Base {
            fleet: Fleet::default(),
            number: 0,
        })
    }

    /// Keeps a fleet that came by a place as it was known then, for whoever goes near it next.
    pub(crate) fn pass(&self, place: Place, fleet: &Fleet) {
        if fleet.series_count() > MOST_SERIES {
            return;
        }
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if passed.iter().any(|(held, _)| *held == place) {
            return;
        }
        if passed.len() == MOST_PASSED {
            passed.pop_front();
        }
        passed.push_back((place, Arc::new(fleet.clone())));
    }

    fn nearest_passed(&self, wanted: &impl Fn(Place) -> bool) -> Option<(Place, Arc<Fleet>)> {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = passed.iter().enumerate();
        let allowed = allowed.filter(|(_, (place, _))| wanted(*place));
        let (index, _) = allowed.max_by_key(|(_, (place, _))| *place)?;
        let held = passed.remove(index)?;
        passed.push_back(held.clone());
        Some(held)
    }

    /// The fleet as it was behind record `number`.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn to_number(&self, number: u64) -> Result<Fleet, ReplayError> {
        let Base {
            mut fleet,
            number: from,
        } = self.base(|place| place.number <= number)?;
        let mut tape = Tape::behind(&self.journal, from);
        let mut decisions = Decisions::default();
        while tape.peek()?.is_some_and(|(seq, _)| seq <= number) {
            let Some(entry) = tape.take() else { break };
            decisions.clear();
            fleet.apply(
                entry.seq,
                entry.at,
                entry.jurisdiction,
                &entry.input,
                &mut decisions,
            );
        }
        Ok(fleet)
    }

    /// Reads one keyframe; one that cannot be read costs time, and is made again.
    pub(crate) fn unpack(&self, place: Place) -> Option<Arc<Fleet>> {
        let open = || self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unpacked = open();
        if let Some(index) = unpacked.iter().position(|(held, _)| *held == place) {
            let held = unpacked.remove(index)?;
            let fleet = Arc::clone(&held.1);
            unpacked.push_back(held);
            return Some(fleet);
        }
        drop(unpacked);
        let content = self.keyframes.read(place, FORMAT);
        let fleet = content.and_then(|bytes| postcard::from_bytes::<Fleet>(&bytes).ok());
        let Some(fleet) = fleet else {
            tracing::warn!(
                number = place.number,
                "a keyframe cannot be read; it is made again"
            );
            if let Err(error) = self.keyframes.remove(place) {
                tracing::warn!(%error, "could not remove it");
            }
            return None;
        };
        let fleet = Arc::new(fleet);
        let mut unpacked = open();
        unpacked.push_back((place, Arc::clone(&fleet)));
        while unpacked.len() > MOST_UNPACKED {
            unpacked.pop_front();
        }
        Some(fleet)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::Time;
    use store::{Journal, JournalOptions, Position};

    use super::*;

    fn place(number: u64) -> Place {
        Place {
            number,
            at: Time::from_ms(number as i64 * 1_000),
        }
    }

    #[test]
    fn what_was_passed_is_begun_at_by_the_nearest_and_hindsight_begins_at_keyframes_alone() {
        let data = tempfile::tempdir().unwrap();
        let options = JournalOptions {
            segment_bytes: 4_096,
            reserve_bytes: 0,
        };
        let nothing = &mut |_: u64, _, _: &[u8]| Ok(());
        let dir = data.path().join("journal");
        let (journal, _) = Journal::open(&dir, options, Position::START, nothing).unwrap();
        let keyframes = Keyframes::open(&data.path().join("keyframes"), 1_000).unwrap();
        let content = postcard::to_stdvec(&Fleet::default()).unwrap();
        keyframes.write(place(50), FORMAT, &content).unwrap();
        let rewind = Rewind::new(journal.reader(), keyframes);
        let base = |number| rewind.base(|place| place.number <= number).unwrap().number;
        assert_eq!((base(49), base(70)), (0, 50));

        rewind.pass(place(20), &Fleet::default());
        rewind.pass(place(60), &Fleet::default());
        assert_eq!((base(19), base(49), base(55)), (0, 20, 50));
        assert_eq!((base(60), base(900)), (60, 60));
        let kept = rewind.kept(|place| place.number <= 900).unwrap();
        assert_eq!(kept.number, 50);

        // As many as there is room for: the one used longest ago goes.
        for number in 101..100 + MOST_PASSED as u64 {
            rewind.pass(place(number), &Fleet::default());
            assert_eq!(base(60), 60);
        }
        assert_eq!((base(49), base(60), base(109)), (0, 60, 109));
    }
}
