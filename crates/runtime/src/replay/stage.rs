//! One replay's world: a fleet moved along the past by either of the two times.
//!
//! It has no outbox, so it can tell nobody; what it decides is looked at and forgotten.

use std::sync::Arc;

use model::replay::Knowledge;
use model::{Entry, Time};
use store::Place;

use super::hindsight::{BEFORE_MS, Hindsight};
use super::lanes::Lanes;
use super::rewind::{PASSED_EVERY, Rewind};
use super::tape::Tape;
use crate::fleet::{Decisions, Fleet};
use crate::replay::ReplayError;

/// The order in which inputs come.
enum Line {
    /// As they were received.
    Then(Box<Tape>),
    /// As they were observed.
    Now(Box<Hindsight>),
}

/// What is shown of the past.
pub(crate) struct Stage {
    pub(crate) fleet: Fleet,
    pub(crate) now: Time,
    line: Line,
    decisions: Decisions,
    /// No input lies ahead.
    pub(crate) ended: bool,
}

impl Stage {
    /// The world as of `at`, by one of the two times.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn at(
        rewind: &Rewind,
        lanes: &Arc<Lanes>,
        knowledge: Knowledge,
        at: Time,
    ) -> Result<Stage, ReplayError> {
        let (base, line) = match knowledge {
            Knowledge::Then => {
                let base = rewind.base(|place| place.at <= at)?;
                let tape = Tape::behind(&rewind.journal, base.number);
                (base, Line::Then(Box::new(tape)))
            }
            Knowledge::Now => {
                let before = at.plus_ms(-BEFORE_MS);
                let base = rewind.kept(|place| place.at <= before)?;
                let hindsight = Hindsight::behind(rewind, Arc::clone(lanes), &base);
                (base, Line::Now(Box::new(hindsight)))
            }
        };
        let mut stage = Stage {
            fleet: base.fleet,
            now: at,
            line,
            decisions: Decisions::default(),
            ended: false,
        };
        // What is decided in hindsight is nobody's past but its own. On a long way few places are kept.
        let keeps = knowledge == Knowledge::Then;
        let (mut apart, mut next) = (PASSED_EVERY, base.number + PASSED_EVERY);
        stage.advance(at, &mut |fleet, entry, _| {
            if keeps && entry.seq >= next {
                apart *= 2;
                next = entry.seq + apart;
                let (number, at) = (entry.seq, entry.at);
                rewind.pass(Place { number, at }, fleet);
            }
        })?;
        Ok(stage)
    }

    /// Goes on to `to`, showing every input with what it led to.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn advance(
        &mut self,
        to: Time,
        see: &mut dyn FnMut(&Fleet, &Entry, &Decisions),
    ) -> Result<(), ReplayError> {
        while let Some(entry) = self.next(to)? {
            self.decisions.clear();
            self.fleet.apply(
                entry.seq,
                entry.at,
                entry.jurisdiction,
                &entry.input,
                &mut self.decisions,
            );
            see(&self.fleet, &entry, &self.decisions);
        }
        self.now = self.now.max(to);
        self.ended = match &mut self.line {
            Line::Then(tape) => tape.peek()?.is_none(),
            Line::Now(hindsight) => hindsight.is_over()?,
        };
        Ok(())
    }

    fn next(&mut self, to: Time) -> Result<Option<Entry>, ReplayError> {
        match &mut self.line {
            Line::Then(tape) => {
                let due = tape.peek()?.is_some_and(|(_, at)| at <= to);
                Ok(if due { tape.take() } else { None })
            }
            Line::Now(hindsight) => hindsight.next(to, &self.fleet),
        }
    }
}
