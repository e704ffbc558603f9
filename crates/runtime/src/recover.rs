//! Starting again: the newest snapshot, then every record after it through the same `apply` as live.
//!
//! What was decided then stands beside each input; where the same engine version decides otherwise
//! now, that is an error that is logged and counted, and the new decision stands.

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

/// Inputs whose outcomes differ that are told one by one; beyond it they are counted.
const MOST_TOLD: usize = 1_000;

/// One input whose outcomes are decided otherwise now.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Number of the input.
    pub seq: u64,
    pub at: Time,
    /// Engine version that decided it then.
    pub engine: u16,
    /// What was recorded and is not decided now.
    pub recorded: Vec<(JurisdictionSlot, Effect)>,
    /// What is decided now and was not recorded.
    pub decided: Vec<(JurisdictionSlot, Effect)>,
}

/// Applies records one by one and compares their outcomes.
#[derive(Default)]
pub(crate) struct Again {
    pub(crate) fleet: Fleet,
    decisions: Decisions,
    /// The last input, and what it led to.
    last: Option<(u64, Time)>,
    expected: Vec<(JurisdictionSlot, Effect)>,
    /// What stands recorded behind it, and which engine version decided that.
    recorded: Vec<(JurisdictionSlot, Effect)>,
    engine: Option<u16>,
    /// Inputs that this same version decides otherwise.
    pub(crate) mismatches: u64,
    /// Inputs that another version decided otherwise.
    pub(crate) changed: u64,
    pub(crate) differences: Vec<Difference>,
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
                self.settle();
                self.last = Some((seq, at));
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
                self.engine = Some(engine);
                self.recorded.push((jurisdiction, effect));
            }
        }
    }

    /// Closes the last input: what it led to must be what stands recorded behind it.
    pub(crate) fn settle(&mut self) {
        let engine = self.engine.take().unwrap_or(Engine::VERSION);
        let mut decided = std::mem::take(&mut self.expected);
        let mut recorded = std::mem::take(&mut self.recorded);
        if decided == recorded {
            return;
        }
        let Some((seq, at)) = self.last else { return };
        if engine == Engine::VERSION {
            self.mismatches += 1;
            telemetry::outcome_differs();
            if self.mismatches <= 10 {
                tracing::error!(
                    seq,
                    "the outcome recorded behind {seq} is not what is decided now"
                );
            }
        } else {
            self.changed += 1;
        }
        if self.differences.len() < MOST_TOLD {
            // What both say, in whatever order, is no difference.
            decided.retain(|one| match recorded.iter().position(|other| other == one) {
                Some(place) => {
                    recorded.remove(place);
                    false
                }
                None => true,
            });
            self.differences.push(Difference {
                seq,
                at,
                engine,
                recorded,
                decided,
            });
        }
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
    again.settle();
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

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::Config;
    use model::effect::SystemKind;

    fn quiet(_: &Replayed<'_>) {}

    fn input(input: Input) -> Record {
        Record::Input {
            at: Time::from_ms(1_000),
            jurisdiction: JurisdictionSlot(0),
            input,
        }
    }

    fn told(engine: u16, on: bool) -> Record {
        Record::Outcome {
            jurisdiction: JurisdictionSlot(0),
            engine,
            rules: 0,
            effect: disk(on),
        }
    }

    fn disk(on: bool) -> Effect {
        Effect::System {
            kind: SystemKind::DiskFull,
            subject: String::new(),
            on,
            at: Time::from_ms(1_000),
            level: None,
            owner: None,
        }
    }

    fn lived(engine: u16, recorded: bool) -> Again {
        let mut again = Again::default();
        let config = Box::new(Config::default());
        again.take(
            1,
            input(Input::Configured(Box::new((*config).into()))),
            &mut quiet,
        );
        again.take(2, input(Input::DiskFilled { full: true }), &mut quiet);
        again.take(3, told(engine, recorded), &mut quiet);
        again.settle();
        again
    }

    #[test]
    fn what_is_decided_as_it_was_is_no_difference() {
        for engine in [Engine::VERSION, Engine::VERSION - 1] {
            let again = lived(engine, true);
            assert_eq!((again.mismatches, again.changed), (0, 0));
            assert!(again.differences.is_empty());
        }
    }

    #[test]
    fn each_difference_is_listed_with_who_decided_then() {
        for engine in [Engine::VERSION, Engine::VERSION - 1] {
            let again = lived(engine, false);
            let same = u64::from(engine == Engine::VERSION);
            assert_eq!((again.mismatches, again.changed), (same, 1 - same));
            let here = |on| vec![(JurisdictionSlot(0), disk(on))];
            let expected = Difference {
                seq: 2,
                at: Time::from_ms(1_000),
                engine,
                recorded: here(false),
                decided: here(true),
            };
            assert_eq!(again.differences, [expected]);
        }
    }
}
