//! The journal read again for whoever gives account of it: every input with what was decided on it
//! then, and the fleet as it stood behind it.
//!
//! What was decided is told from the records, not decided anew; the fleet beside it says how things
//! looked.

use std::ops::ControlFlow;
use std::sync::Arc;

use model::codec::{Record, decode};
use model::{Config, Effect, Input, JurisdictionSlot, Time};
use store::{Cursor, JournalReader};

use super::{ReplayError, Replays};
use crate::fleet::{Decisions, Fleet};

/// Records read at once.
const PIECE: usize = 4_096;

/// Longest interval that is lived through for one account, days.
pub(crate) const LONGEST_DAYS: i64 = 31;

/// One record behind an input: what was decided on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub number: u64,
    pub jurisdiction: JurisdictionSlot,
    pub effect: Effect,
}

/// One input with all that was decided on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    pub number: u64,
    pub at: Time,
    pub jurisdiction: JurisdictionSlot,
    pub input: Input,
    pub outcomes: Vec<Outcome>,
}

impl Replays {
    /// Lives through everything entered from `from` to `to` as it was known then. `see` is first shown
    /// the fleet behind what was entered before, then each input with the fleet behind it. Returns the
    /// fleet behind the last. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError::BadInterval`]; [`ReplayError`] names the record that cannot be read.
    pub fn live_through(
        &self,
        from: Time,
        to: Time,
        see: &mut dyn FnMut(Option<&Passed>, &Fleet),
    ) -> Result<Fleet, ReplayError> {
        if to <= from || to.since_ms(from) > LONGEST_DAYS * 86_400_000 {
            return Err(ReplayError::BadInterval);
        }
        let base = self.past.rewind.base(|place| place.at < from)?;
        let mut pages = Pages::behind(&self.past.rewind.journal, base.number);
        let mut fleet = base.fleet;
        let mut decisions = Decisions::default();
        let mut begun = false;
        while let Some(passed) = pages.next()? {
            if passed.at > to {
                break;
            }
            if !begun && passed.at >= from {
                begun = true;
                see(None, &fleet);
            }
            decisions.clear();
            let Passed {
                number,
                at,
                jurisdiction,
                input,
                ..
            } = &passed;
            fleet.apply(*number, *at, *jurisdiction, input, &mut decisions);
            if begun {
                see(Some(&passed), &fleet);
            }
        }
        if !begun {
            see(None, &fleet);
        }
        Ok(fleet)
    }

    /// Shows every input from record `first` to record `last`, without a fleet. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn read_through(
        &self,
        first: u64,
        last: u64,
        see: &mut dyn FnMut(&Passed),
    ) -> Result<(), ReplayError> {
        let mut pages = Pages::behind(&self.past.rewind.journal, first.saturating_sub(1));
        while let Some(passed) = pages.next()? {
            if passed.number > last {
                break;
            }
            see(&passed);
        }
        Ok(())
    }

    /// Shows every input entered from `from` to `to` with the config it came under, without deciding
    /// anything again, until `see` breaks. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn inputs_between(
        &self,
        from: Time,
        to: Time,
        see: &mut dyn FnMut(&Passed, &Arc<Config>) -> ControlFlow<()>,
    ) -> Result<(), ReplayError> {
        let base = self.past.rewind.base(|place| place.at < from)?;
        let slots = (0..base.fleet.len() as u16).map(JurisdictionSlot);
        let mut configs: Vec<Option<Arc<Config>>> =
            slots.map(|slot| base.fleet.config(slot).cloned()).collect();
        let mut pages = Pages::behind(&self.past.rewind.journal, base.number);
        drop(base);
        while let Some(passed) = pages.next()? {
            if passed.at > to {
                break;
            }
            let place = passed.jurisdiction.index();
            if let Input::Configured(configured) = &passed.input {
                configs.resize(configs.len().max(place + 1), None);
                configs[place] = Some(Arc::new(configured.config.clone()));
            }
            if passed.at < from {
                continue;
            }
            if let Some(Some(config)) = configs.get(place)
                && see(&passed, config).is_break()
            {
                break;
            }
        }
        Ok(())
    }

    /// The input that record `number` is, or that it was decided on, with the fleet before it; none
    /// where there is no such record. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn entry(&self, number: u64) -> Result<Option<(Passed, Fleet)>, ReplayError> {
        let journal = &self.past.rewind.journal;
        if number == 0 || number > journal.committed() {
            return Ok(None);
        }
        let mut back = 64;
        loop {
            let first = number.saturating_sub(back).max(1);
            let mut found = None;
            self.read_through(first, number, &mut |passed| found = Some(passed.clone()))?;
            if let Some(passed) = found {
                let fleet = self.fleet_behind(passed.number - 1)?;
                return Ok(Some((passed, fleet)));
            }
            if first == 1 {
                return Ok(None);
            }
            back *= 16;
        }
    }
}

/// Inputs with their outcomes, read a piece ahead.
struct Pages {
    cursor: Cursor,
    ready: std::collections::VecDeque<Passed>,
    /// The newest, which may have more outcomes in the next piece.
    open: Option<Passed>,
    over: bool,
}

impl Pages {
    fn behind(journal: &JournalReader, number: u64) -> Pages {
        Pages {
            cursor: journal.cursor(number + 1),
            ready: std::collections::VecDeque::new(),
            open: None,
            over: false,
        }
    }

    fn next(&mut self) -> Result<Option<Passed>, ReplayError> {
        while self.ready.is_empty() && !self.over {
            self.read()?;
        }
        Ok(self.ready.pop_front())
    }

    fn read(&mut self) -> Result<(), ReplayError> {
        let (ready, open, mut bad) = (&mut self.ready, &mut self.open, None);
        let given = self.cursor.read(PIECE, &mut |number, tag, payload| {
            if bad.is_some() {
                return;
            }
            match decode(tag, payload) {
                Ok(Record::Input {
                    at,
                    jurisdiction,
                    input,
                }) => {
                    let next = Passed {
                        number,
                        at,
                        jurisdiction,
                        input,
                        outcomes: Vec::new(),
                    };
                    ready.extend(open.replace(next));
                }
                // What stands before the first input that is read belongs to one that is not.
                Ok(Record::Outcome {
                    jurisdiction,
                    effect,
                    ..
                }) => {
                    if let Some(open) = open {
                        open.outcomes.push(Outcome {
                            number,
                            jurisdiction,
                            effect,
                        });
                    }
                }
                Err(source) => {
                    bad = Some(ReplayError::Record {
                        seq: number,
                        source,
                    });
                }
            }
        })?;
        if let Some(bad) = bad {
            return Err(bad);
        }
        if given == 0 {
            self.over = true;
            ready.extend(open.take());
        }
        Ok(())
    }
}
