//! Starting again: the newest snapshot, then every record after it through the same `apply` as live.
//!
//! What was decided then stands beside each input; where the same engine version decides otherwise
//! now, that is an error that is logged and counted, and the new decision stands.

use std::collections::VecDeque;
use std::time::Instant;

use engine::Engine;
use model::codec::{Record, decode};
use model::{Effect, Input, JurisdictionSlot, Time};
use store::{History, JournalError, JournalOptions, Position, Store, Writer};

use crate::fleet::{Decisions, Fleet};
use crate::past::{Past, catch_up};
use crate::registrar::is_outcome;
use crate::telemetry;

/// One record as it was applied again.
pub struct Replayed<'r> {
    pub seq: u64,
    pub at: Time,
    pub jurisdiction: JurisdictionSlot,
    pub input: &'r Input,
    /// The fleet after it.
    pub fleet: &'r Fleet,
    /// What it led to.
    pub decisions: &'r Decisions,
}

/// Applies records one by one and compares their outcomes.
#[derive(Default)]
pub(crate) struct Again {
    pub(crate) fleet: Fleet,
    decisions: Decisions,
    /// What the last input led to and no record has confirmed yet.
    expected: VecDeque<(JurisdictionSlot, Effect)>,
    /// Another engine version decided the last input, or nothing says who did.
    foreign: bool,
    pub(crate) mismatches: u64,
    pub(crate) inputs: u64,
}

impl Again {
    pub(crate) fn from(fleet: Fleet) -> Again {
        Again {
            fleet,
            ..Again::default()
        }
    }

    /// Takes one record as it lies in the journal.
    pub(crate) fn take(&mut self, seq: u64, record: Record, see: &mut dyn FnMut(&Replayed<'_>)) {
        match record {
            Record::Input {
                at,
                jurisdiction,
                input,
            } => {
                self.settle(seq);
                self.decisions.clear();
                self.fleet
                    .apply(seq, at, jurisdiction, &input, &mut self.decisions);
                self.inputs += 1;
                let outcomes = self
                    .decisions
                    .as_slice()
                    .iter()
                    .filter(|d| is_outcome(&d.effect));
                self.expected.extend(outcomes.map(|d| {
                    (
                        d.jurisdiction.unwrap_or(JurisdictionSlot(0)),
                        d.effect.clone(),
                    )
                }));
                let (fleet, decisions) = (&self.fleet, &self.decisions);
                see(&Replayed {
                    seq,
                    at,
                    jurisdiction,
                    input: &input,
                    fleet,
                    decisions,
                });
            }
            Record::Outcome {
                jurisdiction,
                engine,
                effect,
                ..
            } => {
                if engine != Engine::VERSION {
                    self.foreign = true;
                    return;
                }
                if self.expected.pop_front() != Some((jurisdiction, effect)) {
                    self.differ(seq);
                }
            }
        }
    }

    /// Closes the last input: everything it led to must have been recorded.
    pub(crate) fn settle(&mut self, seq: u64) {
        if !self.expected.is_empty() && !self.foreign {
            self.differ(seq);
        }
        self.expected.clear();
        self.foreign = false;
    }

    fn differ(&mut self, seq: u64) {
        self.mismatches += 1;
        telemetry::outcome_differs();
        if self.mismatches <= 10 {
            tracing::error!(
                seq,
                "the outcome recorded near {seq} is not what is decided now"
            );
        }
        self.expected.clear();
        self.foreign = true;
    }
}

/// What a start found.
pub(crate) struct Recovery {
    pub(crate) fleet: Fleet,
    pub(crate) journal: Writer,
    pub(crate) position: Position,
    /// Inputs that were applied after the snapshot.
    pub(crate) tail: u64,
}

/// Opens the journal and brings `fleet`, which stands for `from`, up to its end; history gets what
/// it lacks.
///
/// # Errors
/// [`JournalError`] names the record when the journal is broken or cannot be read.
pub(crate) fn recover(
    store: &Store,
    options: JournalOptions,
    fleet: Fleet,
    from: Position,
    history: &History,
) -> Result<Recovery, JournalError> {
    let started = Instant::now();
    catch_up(store, history, from.number, fleet.transitions())?;
    let mut past = Past::behind(fleet.transitions());
    let mut again = Again::from(fleet);
    let mut see = |_: &Replayed<'_>| {};
    let (journal, found) = store.open_journal(options, from, &mut |seq, tag, payload| {
        let record = decode(tag, payload)?;
        past.take(seq, &record, history);
        again.take(seq, record, &mut see);
        Ok(())
    })?;
    again.settle(found.last.number);
    past.give(found.last.number, history);
    if let Some(torn) = &found.torn {
        tracing::warn!(
            record = torn.record,
            bytes = torn.bytes,
            "a commit torn by the last stop was cut off; nobody had been told of it"
        );
    }
    tracing::info!(
        records = found.records,
        inputs = again.inputs,
        mismatches = again.mismatches,
        elapsed_ms = started.elapsed().as_millis() as u64,
        "recovered up to record {}",
        found.last.number
    );
    Ok(Recovery {
        fleet: again.fleet,
        journal,
        position: found.last,
        tail: again.inputs,
    })
}
