//! One of the two runs: an engine, what it called, and what of the record had no place in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use engine::Engine;
use model::action::{Act, Action, Answer, Why};
use model::backtest::calls::{Astray, RefusedPress};
use model::config::Text;
use model::page::{About, PageFact};
use model::view::{PageView, RunView};
use model::{
    Config, Configured, Effect, Effects, Input, Observed, PageId, RunId, SeriesSlot, SituationId,
    Time,
};

use super::{CallKey, Recorded};

/// Refused presses that are listed one by one.
const MOST_LISTED: usize = 100;

#[derive(Debug)]
pub(crate) struct Side {
    pub(super) name: String,
    pub(super) engine: Engine,
    /// Where the series of the record's config lie in its own.
    places: Vec<Option<SeriesSlot>>,
    pub(super) pages: BTreeMap<PageId, PageView>,
    /// Calls that are out, in their order.
    out: BTreeMap<CallKey, Vec<PageId>>,
    pub(super) runs: BTreeMap<RunId, RunView>,
    pub(super) subjects: BTreeMap<SituationId, (String, Text)>,
    /// Calls whose recorded answer came before they were made here.
    pub(super) missed: BTreeSet<CallKey>,
    pub(super) astray: Astray,
    effects: Effects,
}

impl Side {
    pub(crate) fn begin(
        name: String,
        start: Option<&Engine>,
        config: Arc<Config>,
        from: Time,
    ) -> Side {
        let mut side = Side {
            name,
            engine: start.map_or_else(|| Engine::new(Arc::clone(&config)), Engine::clone),
            places: Vec::new(),
            pages: BTreeMap::new(),
            out: BTreeMap::new(),
            runs: BTreeMap::new(),
            subjects: BTreeMap::new(),
            missed: BTreeSet::new(),
            astray: Astray::default(),
            effects: Effects::default(),
        };
        if start.is_some() {
            let files = side.engine.keeping_open(Config::clone(&config));
            let files = Configured::from(files);
            side.apply(from, &Input::Configured(Box::new(files)));
        }
        side
    }

    /// Learns where the series of the record's config lie.
    pub(crate) fn translate(&mut self, recorded: &Config) {
        let own = self.engine.config();
        let slots = |config: &Config| (0..config.series.len() as u32).map(SeriesSlot);
        let known: HashMap<_, SeriesSlot> = slots(own).map(|n| (name_of(own, n), n)).collect();
        let place = |slot| known.get(&name_of(recorded, slot)).copied();
        self.places = slots(recorded).map(place).collect();
    }

    pub(crate) fn calls(&self) -> usize {
        self.pages.len()
    }

    /// Takes one input of the record; `taken`: a press that was honoured then.
    pub(crate) fn hear(&mut self, at: Time, input: &Input, record: &Recorded, taken: bool) {
        match input {
            Input::Observed(observed) => {
                let place = self.places.get(observed.series.index());
                let Some(series) = place.copied().flatten() else {
                    self.astray.readings += 1;
                    return self.pass(at);
                };
                let observed = Observed {
                    series,
                    ..*observed
                };
                self.apply(at, &Input::Observed(observed));
            }
            Input::Paged { page, fact, .. } => {
                // The call it is about may be due just now.
                self.pass(at);
                let answers = matches!(fact, PageFact::Acked | PageFact::Declined);
                let Some(page) = self.addressee(page, answers, record) else {
                    return self.pass(at);
                };
                let fact = fact.clone();
                // The page it was of is found anew here, so that which reply said it does not matter.
                let reply = None;
                self.apply(at, &Input::Paged { page, fact, reply });
            }
            Input::Acted(act) => {
                self.pass(at);
                let Some(act) = self.readdress(act, record) else {
                    return self.pass(at);
                };
                let refused = self.apply(at, &Input::Acted(Box::new(act.clone())));
                if let Some(why) = refused.filter(|_| taken) {
                    self.refuse(at, &act, why);
                }
            }
            // Its files stay as they are, whatever was taken over that night.
            Input::Configured(_) => self.pass(at),
            Input::LinkChanged { .. }
            | Input::ClockStepped { .. }
            | Input::DiskFilled { .. }
            | Input::FilesRefused { .. }
            | Input::JournalChecked { .. }
            | Input::Unread { .. }
            | Input::Ticked
            | Input::Resumed
            | Input::Tallied { .. }
            | Input::Accessed(_)
            | Input::ClockRead(_) => {
                self.apply(at, input);
            }
        }
    }

    /// What is due by `at` happens.
    pub(crate) fn pass(&mut self, at: Time) {
        self.engine.fire(at, &mut self.effects);
        self.collect();
    }

    /// Decides one input; why a press was refused.
    fn apply(&mut self, at: Time, input: &Input) -> Option<Why> {
        self.engine.apply(at, input, &mut self.effects);
        self.collect()
    }

    fn collect(&mut self) -> Option<Why> {
        let mut refused = None;
        let effects: Vec<Effect> = self.effects.drain().collect();
        for effect in effects {
            match effect {
                Effect::Run { run, .. } => self.note_run(&run),
                Effect::PageKnown(page) => self.note_page(&page),
                Effect::Answer(Answer::Refused { why }) => refused = Some(why),
                // Each page that goes out is known beside; the others say nothing of calls.
                Effect::Page(_)
                | Effect::Answer(Answer::Done)
                | Effect::Transition(_)
                | Effect::Series(_)
                | Effect::Alarm(_)
                | Effect::Situation(_)
                | Effect::Annunciate { .. }
                | Effect::Suppression(_)
                | Effect::LateEvidence(_)
                | Effect::Weather(_)
                | Effect::Event(_)
                | Effect::Duty(_)
                | Effect::Task { .. }
                | Effect::Command { .. }
                | Effect::Incident(_)
                | Effect::Deliver { .. }
                | Effect::System { .. } => {}
            }
        }
        refused
    }

    fn note_run(&mut self, id: &RunId) {
        let Some(run) = self.engine.run_view(id).filter(|run| counts(&run.about)) else {
            return;
        };
        if let About::Situation(situation) = run.about
            && let Some(view) = self.engine.situation_view(situation)
        {
            let named = (view.hazard, view.area.title);
            self.subjects.insert(situation, named);
        }
        self.runs.insert(id.clone(), run);
        for page in self.engine.pages_of(id) {
            self.keep_page(page);
        }
    }

    fn note_page(&mut self, id: &PageId) {
        if let Some(page) = self.engine.page_view(id) {
            self.keep_page(page);
        }
    }

    fn keep_page(&mut self, page: PageView) {
        if !counts(&page.about) {
            return;
        }
        let was_out = self.pages.get(&page.id).is_some_and(|p| p.sent.is_some());
        if page.sent.is_some() && !was_out {
            let out = self.out.entry(key_of(&page)).or_default();
            out.push(page.id.clone());
        }
        self.pages.insert(page.id.clone(), page);
    }

    /// The call that a recorded receipt or answer belongs to here, if there is one by now.
    fn addressee(&mut self, page: &PageId, answers: bool, record: &Recorded) -> Option<PageId> {
        let recorded = record.calls.get(page);
        let own = self.engine.page_view(page);
        // One that waits here and went out then has not reached anybody yet.
        if own.is_some_and(|own| own.sent.is_some() || recorded.is_none()) {
            return Some(page.clone());
        }
        let twin = self.engine.page_meant(page).filter(|twin| twin != page);
        let out = |twin: &PageId| self.pages.get(twin).is_some_and(|p| p.sent.is_some());
        let newest = twin
            .filter(out)
            .or_else(|| recorded.and_then(|key| self.out.get(key)?.last().cloned()));
        if newest.is_none() {
            self.astray.receipts += 1;
            if answers {
                self.missed.extend(recorded.cloned());
            }
        }
        newest
    }

    /// The press with the page or run that it means here; none where its call was not made.
    fn readdress(&mut self, act: &Act, record: &Recorded) -> Option<Act> {
        let mut act = act.clone();
        let answers = matches!(act.action, Action::AnswerPage { .. });
        // What other presses name is called alike in every run, or is not there.
        if let Action::SeePage { page } | Action::AnswerPage { page, .. } = &mut act.action {
            *page = self.addressee(page, answers, record)?;
        } else if let Action::AnswerCall { run, .. } | Action::EndRun { run } = &mut act.action
            && let Some(meant) = self.engine.run_meant(run)
        {
            *run = meant;
        }
        Some(act)
    }

    fn refuse(&mut self, at: Time, act: &Act, why: Why) {
        self.astray.presses += 1;
        if self.astray.refused.len() < MOST_LISTED {
            let by = act.by.clone();
            self.astray.refused.push(RefusedPress { at, by, why });
        }
    }
}

/// Tests of the channels are no calls of a night.
fn counts(about: &About) -> bool {
    !matches!(about, About::Test(_))
}

pub(super) fn key_of(page: &PageView) -> CallKey {
    (page.about.clone(), page.to.clone(), page.channel)
}

/// What makes a series of two configs the same one.
fn name_of(config: &Config, slot: SeriesSlot) -> (&str, &str, u8) {
    let quantity = config.quantity_of(slot);
    (
        &config.station_of(slot).id,
        &quantity.id,
        quantity.decimals.0,
    )
}
