//! The past as it is known now: readings in the order of their observation, whenever they came in.
//!
//! It begins at a keyframe some hours before the time that is asked for, so what was decided until
//! there stands as it was decided then. From there on every reading enters at its observed time, also
//! one that came in days later, and the engine decides anew. What people pressed stands at the time
//! it was pressed, and answers the call that is made here in the place of the recorded one.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Engine;
use model::action::Action;
use model::{Entry, Input, JurisdictionSlot, Observed, PageId, RunId, Time};

use super::ReplayError;
use super::lanes::Lanes;
use super::rewind::{Base, Rewind};
use super::tape::Tape;
use crate::fleet::Fleet;
use crate::inbox::Draft;
use engine::Admission;

/// How far before the time asked for it begins, at least.
pub(crate) const BEFORE_MS: i64 = 2 * 3_600_000;

/// A reading that came in later than this after its observation is looked up by its observed day;
/// all others are met by reading on this far.
pub(crate) const PROMPT_MS: i64 = 30 * 60_000;

/// Observed days before its beginning whose readings may still have been on their way.
const DAYS_BACK: i64 = 7;

/// Inputs in the order of hindsight.
pub(crate) struct Hindsight {
    tape: Tape,
    lanes: Arc<Lanes>,
    /// Records up to here are in the fleet it began with.
    base: u64,
    /// Time of that fleet: nothing enters before it.
    floor: Time,
    waiting: BTreeMap<(Time, u64), Entry>,
    /// Readings of observed days before this have been looked up.
    day: i64,
    /// When the configuration that a reading was taken under came into force.
    configured: BTreeMap<JurisdictionSlot, Time>,
    /// Numbers run on from the base, since the journal's own would go back and forth.
    seq: u64,
}

impl Hindsight {
    pub(crate) fn behind(rewind: &Rewind, lanes: Arc<Lanes>, base: &Base) -> Hindsight {
        let floor = base.fleet.now();
        Hindsight {
            tape: Tape::behind(&rewind.journal, base.number),
            lanes,
            base: base.number,
            floor,
            waiting: BTreeMap::new(),
            // What was observed in the days before may still have been on its way.
            day: if floor == Time::MIN {
                i64::MIN
            } else {
                floor.day() - DAYS_BACK
            },
            configured: BTreeMap::new(),
            seq: base.number,
        }
    }

    /// The next input up to `to`, as it enters `fleet`.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn next(&mut self, to: Time, fleet: &Fleet) -> Result<Option<Entry>, ReplayError> {
        self.gather(to)?;
        while let Some((key, mut entry)) = self.pop(to) {
            entry.at = key.0.max(fleet.now());
            if let Input::Observed(observed) = &entry.input {
                let Some(observed) = admit(fleet, entry.jurisdiction, observed, entry.at) else {
                    continue;
                };
                entry.input = Input::Observed(observed);
            }
            if let Some(named) = named(&mut entry.input) {
                // The call that is meant may be due just now.
                if fleet.next_deadline().is_some_and(|due| due <= entry.at) {
                    let (at, jurisdiction) = (entry.at, entry.jurisdiction);
                    self.waiting.insert(key, entry);
                    entry = Entry {
                        seq: 0,
                        at,
                        jurisdiction,
                        input: Input::Ticked,
                    };
                } else if let Some(engine) = fleet.engine(entry.jurisdiction) {
                    readdress(engine, named);
                }
            }
            self.seq += 1;
            entry.seq = self.seq;
            return Ok(Some(entry));
        }
        Ok(None)
    }

    /// Whether nothing lies ahead.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn is_over(&mut self) -> Result<bool, ReplayError> {
        Ok(self.waiting.is_empty() && self.tape.peek()?.is_none())
    }

    fn pop(&mut self, to: Time) -> Option<((Time, u64), Entry)> {
        let first = self.waiting.first_entry()?;
        (first.key().0 <= to).then(|| first.remove_entry())
    }

    /// Collects what may be due by `to`.
    fn gather(&mut self, to: Time) -> Result<(), ReplayError> {
        let until = to.plus_ms(PROMPT_MS);
        while self.tape.peek()?.is_some_and(|(_, at)| at <= until) {
            let Some(entry) = self.tape.take() else { break };
            if let Input::Configured(_) = &entry.input {
                self.configured.insert(entry.jurisdiction, entry.at);
            }
            let configured = self.configured.get(&entry.jurisdiction);
            let floor = configured.map_or(self.floor, |at| self.floor.max(*at));
            if !is_delayed(&entry) {
                self.place(entry, floor);
            }
        }
        if self.day <= to.day() {
            let from = self.day;
            self.day = to.day() + 1;
            for (seq, floor, entry) in self.lanes.delayed(from, to.day())? {
                if seq > self.base {
                    self.place(entry, floor.max(self.floor));
                }
            }
        }
        Ok(())
    }

    fn place(&mut self, entry: Entry, floor: Time) {
        let time = if let Input::Observed(observed) = &entry.input
            && !observed.suspect
        {
            observed.observed.max(floor).min(entry.at)
        } else {
            entry.at
        };
        self.waiting.insert((time, entry.seq), entry);
    }
}

/// Whether a reading came in so late that it is looked up by its observed day.
pub(crate) fn is_delayed(entry: &Entry) -> bool {
    if let Input::Observed(observed) = &entry.input {
        is_late_by(observed, entry.at)
    } else {
        false
    }
}

/// The same of a reading that was entered at `at`.
pub(crate) fn is_late_by(observed: &Observed, at: Time) -> bool {
    !observed.suspect && at.since_ms(observed.observed) > PROMPT_MS
}

/// A call that an input names.
enum Named<'i> {
    Page(&'i mut PageId),
    Run(&'i mut RunId),
}

/// The call that an input says something of.
fn named(input: &mut Input) -> Option<Named<'_>> {
    if let Input::Paged { page, .. } = input {
        return Some(Named::Page(page));
    }
    let Input::Acted(act) = input else {
        return None;
    };
    if let Action::SeePage { ref mut page } | Action::AnswerPage { ref mut page, .. } = act.action {
        Some(Named::Page(page))
    } else if let Action::AnswerCall { ref mut run, .. } | Action::EndRun { ref mut run } =
        act.action
    {
        Some(Named::Run(run))
    } else {
        None
    }
}

/// Names the call that is meant here; where there is none, the recorded name stands and is refused.
fn readdress(engine: &Engine, named: Named<'_>) {
    match named {
        Named::Page(page) => {
            if let Some(meant) = engine.page_meant(page) {
                *page = meant;
            }
        }
        Named::Run(run) => {
            if let Some(meant) = engine.run_meant(run) {
                *run = meant;
            }
        }
    }
}

/// A reading as the door would take it at this time; `None` for what it knows already.
fn admit(
    fleet: &Fleet,
    jurisdiction: JurisdictionSlot,
    observed: &Observed,
    at: Time,
) -> Option<Observed> {
    let draft = Draft {
        jurisdiction,
        series: observed.series,
        edition: 0,
        observed: observed.observed,
        received: Some(observed.received),
        value: observed.value,
        revision: observed.revision,
        quality: observed.quality,
    };
    match fleet.admit(observed.interface, &draft, at) {
        // In hindsight nothing is too late to count.
        Some(Admission::Accept(taken)) => Some(Observed {
            too_late: false,
            ..taken
        }),
        Some(Admission::Duplicate | Admission::Conflict | Admission::Future) | None => None,
    }
}
