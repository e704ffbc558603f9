//! Anywhere in the past: the nearest keyframe before it, and the inputs from there on.
//!
//! A few keyframes that were just asked for stay unpacked in memory, shared by all replays, so that
//! dragging over one night reads the disk once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use store::{JournalReader, Keyframes, Place};

use super::tape::Tape;
use crate::fleet::{Decisions, Fleet};
use crate::replay::ReplayError;
use crate::snapshots::FORMAT;

/// Keyframes kept unpacked.
const MOST_UNPACKED: usize = 4;

/// The past of one journal.
#[derive(Debug)]
pub(crate) struct Rewind {
    pub(crate) journal: JournalReader,
    pub(crate) keyframes: Keyframes,
    unpacked: Mutex<VecDeque<(Place, Arc<Fleet>)>>,
}

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
        }
    }

    /// The newest keyframe that lies no later than `wanted` allows, or the empty beginning.
    ///
    /// # Errors
    /// When the folder of keyframes cannot be listed.
    pub(crate) fn base(&self, wanted: impl Fn(Place) -> bool) -> Result<Base, ReplayError> {
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
