//! Who would have been called under other rosters, policies or rules: one recorded night lived through
//! twice, from the same state and with the same inputs.
//!
//! Readings, presses and receipts are the record's, at the time the record has them. A receipt or an
//! answer goes to the call that it was given to; where a run made no such call, to the newest call of
//! the same person by the same channel about the same thing that is out by then; else it is counted and
//! dropped. A press that a run refuses is counted. Nothing is put in their stead: of people whom only
//! one run called nobody knows whether they would have answered, and the run goes on as with silence. A
//! run that began before the time goes on by the policy it began with, as it would after new files.

mod compare;
mod ended;
mod side;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::Engine;
use model::action::Answer;
use model::backtest::calls::CallReport;
use model::page::{About, Channel};
use model::{Config, Effect, Input, PageId, PersonId, Time};

use side::Side;
pub use text::CallsInWords;

/// More calls of one run than this are not compared.
pub const MOST_CALLS: usize = 50_000;

/// What makes two calls the same one: about what, whom, by which channel.
pub(crate) type CallKey = (About, PersonId, Channel);

/// The calls that were made in the recorded time.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) calls: BTreeMap<PageId, CallKey>,
    pub(crate) keys: BTreeSet<CallKey>,
}

impl Recorded {
    fn note(&mut self, outcome: &Effect) {
        let Effect::Page(page) = outcome else { return };
        let key = |about: &About| (about.clone(), page.to.clone(), page.channel);
        // What the limits of the contact held back went out with it.
        self.keys.extend(page.also.iter().map(key));
        self.keys.insert(key(&page.about));
        self.calls.insert(page.id.clone(), key(&page.about));
    }
}

/// The files of one run, and what they are called.
#[derive(Clone, Debug)]
pub struct Files {
    pub name: String,
    pub config: Config,
}

/// One input of the record.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'r> {
    pub at: Time,
    pub input: &'r Input,
    /// The config it came under, whose slots it names.
    pub config: &'r Arc<Config>,
    /// What was decided on it then.
    pub outcomes: &'r [&'r Effect],
}

/// One recorded night that is lived through twice.
#[derive(Debug)]
pub struct Nights {
    from: Time,
    a: Side,
    b: Side,
    record: Recorded,
    inputs: u64,
    /// The files of A.
    own: Arc<Config>,
    as_it_was: bool,
    /// The config whose slots both know.
    under: Option<Arc<Config>>,
}

impl Nights {
    /// Begins both at `from`, with `start` as it stood then; without it nothing had happened.
    pub fn begin(start: Option<&Engine>, a: Files, b: Files, from: Time) -> Nights {
        let own = Arc::new(a.config);
        Nights {
            from,
            as_it_was: start.is_none_or(|engine| **engine.config() == *own),
            a: Side::begin(a.name, start, Arc::clone(&own), from),
            b: Side::begin(b.name, start, Arc::new(b.config), from),
            record: Recorded::default(),
            inputs: 0,
            own,
            under: None,
        }
    }

    /// Gives both one input of their jurisdiction, or of the whole process.
    pub fn hear(&mut self, heard: &Heard<'_>) {
        let known = self.under.as_ref();
        if known.is_none_or(|known| !Arc::ptr_eq(known, heard.config)) {
            self.a.translate(heard.config);
            self.b.translate(heard.config);
            self.as_it_was &= **heard.config == *self.own;
            self.under = Some(Arc::clone(heard.config));
        }
        if self.from == Time::MIN {
            self.from = heard.at;
        }
        let outcomes = heard.outcomes.iter();
        outcomes.for_each(|outcome| self.record.note(outcome));
        let no = |effect: &&Effect| matches!(effect, Effect::Answer(Answer::Refused { .. }));
        let taken = !heard.outcomes.iter().any(no);
        self.inputs += 1;
        for side in [&mut self.a, &mut self.b] {
            side.hear(heard.at, heard.input, &self.record, taken);
        }
    }

    /// Time goes on to an entry that is not theirs.
    pub fn pass(&mut self, at: Time) {
        self.a.pass(at);
        self.b.pass(at);
    }

    /// How many calls the busier one made so far.
    pub fn calls(&self) -> usize {
        self.a.calls().max(self.b.calls())
    }

    /// Ends both at `until`, where the time or the record is over.
    pub fn end(mut self, until: Time) -> CallReport {
        let until = until.max(self.from);
        self.pass(until);
        let span = (self.from, until);
        let (a, b) = (
            self.a.end(span, &self.record),
            self.b.end(span, &self.record),
        );
        let mut report = compare::between(a, b);
        (report.from, report.to) = span;
        (report.inputs, report.as_it_was) = (self.inputs, self.as_it_was);
        report
    }
}
