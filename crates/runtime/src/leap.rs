//! Readings that claim it is more than a day later, held until enough series say so.
//!
//! Only on a feed clock. The first such reading and everything behind it wait in their order, so
//! that neither the two that come before the third voice nor what follows them is refused or
//! overtaken. It decides nothing about a reading; it says whether a leap of the clock is believed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use model::intake::Taken;
use model::{JurisdictionSlot, SeriesSlot, Time};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::feedclock::LEAP_MS;
use crate::inbox::{Draft, Item};

/// A sender that never gives the missing voices is answered after this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Items looked through for voices; a night sent at once has thousands a day.
const MOST_LOOKED_AT: usize = 4_096;

/// What is left of a submission, and what its first items were told.
pub(crate) struct Held {
    pub(crate) interface: u8,
    pub(crate) items: VecDeque<Item>,
    pub(crate) taken: Vec<Taken>,
    pub(crate) answer: oneshot::Sender<Vec<Taken>>,
    /// Given back when the last item is taken, so that a held flood holds its senders.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// Whether a leap is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Enough series say that it is about this time.
    Believed(Time),
    /// An ordinary reading, or too few voices for too long.
    Refused,
    /// More has to be heard first.
    Open,
}

/// The submissions that wait, oldest first; the first item of the first claims a leap.
#[derive(Default)]
pub(crate) struct Leap {
    pub(crate) held: VecDeque<Held>,
    /// Since when the oldest waits for voices.
    since: Option<Instant>,
}

/// When a reading says it is now.
pub(crate) fn claim(draft: &Draft) -> Time {
    draft.received.unwrap_or(draft.observed)
}

impl Leap {
    /// Whether nothing is held.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// When an open question is closed, whatever was heard.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.since.map(|since| since + PATIENCE)
    }

    /// Puts back what could not be gone through yet; it waits since `moment` unless it did before.
    pub(crate) fn put_back(&mut self, held: Held, moment: Instant) {
        self.since.get_or_insert(moment);
        self.held.push_front(held);
    }

    /// The question is closed; the next one has its own patience.
    pub(crate) fn close(&mut self) {
        self.since = None;
    }

    /// What is known of the leap that `first` claims, from the readings in it and in what is held,
    /// at feed time `now`, when `enough` series have to agree.
    pub(crate) fn verdict(&self, first: &Held, now: Time, enough: usize) -> Verdict {
        let mut leap = None;
        let mut voices: Vec<(JurisdictionSlot, SeriesSlot)> = Vec::with_capacity(enough);
        let all = drafts(first).chain(self.held.iter().flat_map(drafts));
        for (looked, draft) in all.enumerate() {
            let says = claim(draft);
            if says.since_ms(now) <= LEAP_MS || looked == MOST_LOOKED_AT {
                return Verdict::Refused;
            }
            let leap = *leap.get_or_insert(says);
            let who = (draft.jurisdiction, draft.series);
            if says.since_ms(leap).abs() <= LEAP_MS && !voices.contains(&who) {
                voices.push(who);
                if voices.len() >= enough {
                    return Verdict::Believed(leap);
                }
            }
        }
        Verdict::Open
    }
}

fn drafts(held: &Held) -> impl Iterator<Item = &Draft> {
    held.items.iter().filter_map(|item| match item {
        Item::Reading(draft) => Some(draft),
        Item::Bad(_) => None,
    })
}
