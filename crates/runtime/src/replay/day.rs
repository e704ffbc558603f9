//! What one day leaves for the lanes, by the minute, and when each part of it became known.

use std::collections::BTreeMap;

use model::config::Text;
use model::replay::{DeedKind, DeedView};
use model::{Level, OpId, PersonId, Seal, Time};
use serde::{Deserialize, Serialize};

/// Deeds kept one by one a day and jurisdiction; beyond it they are only counted.
const MOST_DEEDS: usize = 10_000;

/// Readings that came in late, kept a day of observation; beyond it they are known only then.
const MOST_DELAYED: usize = 250_000;

/// States of one minute that are told apart by when they were known; at it, the newest is known only as
/// late as what was added to it.
const MOST_STATES: usize = 16;

/// One day of all jurisdictions.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Day {
    /// Records up to here are in it.
    pub(crate) through: u64,
    pub(crate) counties: BTreeMap<u16, CountyDay>,
    /// Readings observed on this day that came in long after.
    pub(crate) delayed: Vec<Delayed>,
}

impl Day {
    pub(crate) fn delay(&mut self, delayed: Delayed) {
        if self.delayed.len() < MOST_DELAYED {
            self.delayed.push(delayed);
        }
    }
}

/// A reading that came in long after its observation, as its record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delayed {
    pub(crate) seq: u64,
    /// When the configuration that its slots belong to came into force.
    pub(crate) floor: Time,
    pub(crate) payload: Vec<u8>,
}

/// One day of one jurisdiction.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct CountyDay {
    pub(crate) minutes: BTreeMap<u16, Course>,
    pub(crate) deeds: Vec<Deed>,
}

impl CountyDay {
    pub(crate) fn keep(&mut self, deed: Deed) {
        if self.deeds.len() < MOST_DEEDS {
            self.deeds.push(deed);
        }
    }
}

/// What was known of one minute, from each entry on that said more of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Course(Vec<(Time, Minute)>);

impl Course {
    /// What an entry at `entered` says more of the minute.
    pub(crate) fn enter(&mut self, entered: Time, say: impl FnOnce(&mut Minute)) {
        let mut minute = self.known(None).unwrap_or_default();
        say(&mut minute);
        let full = self.0.len() >= MOST_STATES;
        match self.0.last_mut() {
            Some((_, held)) if *held == minute => {}
            Some((at, held)) if full || *at == entered => (*at, *held) = (entered, minute),
            Some(_) | None => self.0.push((entered, minute)),
        }
    }

    /// The minute as it was known at `by`, or as it is known now.
    pub(crate) fn known(&self, by: Option<Time>) -> Option<Minute> {
        let mut states = self.0.iter().rev();
        let state = states.find(|(at, _)| by.is_none_or(|by| *at <= by));
        state.map(|(_, minute)| *minute)
    }
}

/// What happened in a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Minute {
    /// Highest rain reading.
    pub(crate) rain: i64,
    /// Worst level that stood at any moment, and at the end, where a level changed.
    pub(crate) levels: Option<(u8, u8)>,
    pub(crate) alarms: [u32; 5],
    pub(crate) calls: u32,
    pub(crate) commands: u32,
    pub(crate) reports: u32,
    pub(crate) decisions: u32,
    pub(crate) late: u32,
}

/// One press.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deed {
    pub(crate) kind: DeedKind,
    pub(crate) pressed: Time,
    pub(crate) at: Time,
    pub(crate) until: Option<Time>,
    pub(crate) op: OpId,
    pub(crate) by: PersonId,
    pub(crate) title: Option<Text>,
    pub(crate) level: Option<Level>,
    pub(crate) note: Option<Seal>,
    pub(crate) about: u32,
}

impl Deed {
    pub(crate) fn view(&self) -> DeedView {
        let Deed {
            kind,
            pressed,
            at,
            until,
            op,
            by,
            title,
            level,
            note,
            about,
        } = self.clone();
        DeedView {
            kind,
            pressed: (pressed != at).then_some(pressed),
            at,
            until,
            op,
            by,
            title,
            level,
            note,
            about,
        }
    }
}
