//! What history keeps of a record, and how it is brought up to date before the loop starts.
//!
//! History is a projection: it says itself from which record on it needs the past, and pushing more
//! than that is harmless.

use std::ops::ControlFlow;
use std::sync::Arc;

use model::codec::{Record, decode};
use model::{Effect, Input, JurisdictionSlot, Time};
use store::{History, HistoryItem, JournalError, Roster, Store, TransitionRow};

/// Items pushed at once.
const CHUNK: usize = 8_192;

/// Turns records into history items, in journal order.
#[derive(Debug)]
pub(crate) struct Past {
    /// Time of the newest input.
    at: Time,
    /// Number of the newest transition.
    transitions: u64,
    items: Vec<HistoryItem>,
}

impl Past {
    /// The past behind a record, where this many transitions had been numbered.
    pub(crate) fn behind(transitions: u64) -> Past {
        Past {
            at: Time::MIN,
            transitions,
            items: Vec::new(),
        }
    }

    /// Takes one record, and gives the items to history when there are many.
    pub(crate) fn take(&mut self, seq: u64, record: &Record, history: &History) {
        match record {
            Record::Input {
                at,
                jurisdiction,
                input,
            } => {
                self.at = *at;
                self.items.extend(item_of(seq, *jurisdiction, *at, input));
            }
            Record::Outcome {
                jurisdiction,
                effect: Effect::Transition(transition),
                ..
            } => {
                self.transitions += 1;
                self.items.push(HistoryItem::Transition(TransitionRow {
                    number: self.transitions,
                    seq,
                    jurisdiction: *jurisdiction,
                    at: self.at,
                    transition: *transition,
                }));
            }
            Record::Outcome { .. } => {}
        }
        if self.items.len() >= CHUNK {
            self.give(seq, history);
        }
    }

    /// Gives history what is left, as of record `through`.
    pub(crate) fn give(&mut self, through: u64, history: &History) {
        history.push(std::mem::take(&mut self.items), through);
    }
}

/// What history keeps of an input: readings, and what slots mean from a configuration on.
pub(crate) fn item_of(
    seq: u64,
    jurisdiction: JurisdictionSlot,
    at: Time,
    input: &Input,
) -> Option<HistoryItem> {
    match input {
        Input::Observed(observed) => Some(HistoryItem::Observed {
            seq,
            jurisdiction,
            at,
            observed: *observed,
        }),
        Input::Configured(configured) => Some(HistoryItem::Configured {
            seq,
            jurisdiction,
            roster: Arc::new(Roster::of(&configured.config)),
        }),
        Input::Acted(_)
        | Input::LinkChanged { .. }
        | Input::ClockStepped { .. }
        | Input::Ticked
        | Input::Resumed
        | Input::Tallied { .. }
        | Input::Accessed(_)
        | Input::ClockRead(_)
        | Input::DiskFilled { .. }
        | Input::FilesRefused { .. }
        | Input::JournalChecked { .. }
        | Input::Unread { .. }
        | Input::Paged { .. } => None,
    }
}

/// Gives history what it lacks of the records up to `last`, behind which `transitions` had been
/// numbered.
///
/// # Errors
/// [`JournalError`] when the journal cannot be read.
pub(crate) fn catch_up(
    store: &Store,
    history: &History,
    last: u64,
    transitions: u64,
) -> Result<(), JournalError> {
    let first = history.resume_from() + 1;
    if first > last {
        return Ok(());
    }
    // Numbers are not in the records: count how many there are from here on, then start below.
    let mut inside = 0;
    store.read(first, last, &mut |_, tag, _| {
        inside += u64::from(model::codec::is_transition(tag));
        ControlFlow::Continue(())
    })?;
    let mut past = Past::behind(transitions.saturating_sub(inside));
    store.read(first, last, &mut |seq, tag, payload| {
        // What cannot be decoded is met again, and named, where it matters.
        if let Ok(record) = decode(tag, payload) {
            past.take(seq, &record, history);
        }
        ControlFlow::Continue(())
    })?;
    past.give(last, history);
    tracing::info!(
        records = last + 1 - first,
        "history was brought up to record {last}"
    );
    Ok(())
}
