//! Who was called, step by step, and how fast each was reached: the runs of the interval with their
//! attempts. Calls about tasks stand with the tasks.

use std::collections::BTreeMap;

use model::config::Text;
use model::organisation::Occasion;
use model::page::{About as Called, Page, PageFact};
use model::view::{CountyView, RunLine, RunState, RunView};
use model::{Level, PageId, PersonId, RunId, SituationId};
use serde::Serialize;

use crate::attempts::{AnswerRow, AttemptRow, Attempts};
use crate::chronicle::{Chronicle, Passed, World};
use crate::facts::{About, Moment, Step};
use crate::law::Laws;
use crate::notices;

/// One escalation: what it called about, its steps, everybody it called.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallRow {
    pub run: RunId,
    pub about: About,
    pub situation: Option<SituationId>,
    pub policy: String,
    pub title: Text,
    pub occasion: Occasion,
    pub level: Option<Level>,
    pub state: RunState,
    pub began: Moment,
    pub ended: Option<Moment>,
    /// What it wrote of itself, in order.
    pub steps: Vec<StepRow>,
    /// Every attempt, in the order they went out.
    pub people: Vec<AttemptRow>,
    pub paces: Vec<ReachPace>,
}

/// One line of the log of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepRow {
    pub moment: Moment,
    #[serde(flatten)]
    pub line: RunLine,
}

/// How fast the people that were called came to a step, from the first call to each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReachPace {
    pub step: Step,
    /// People that came to it, of how many that were called.
    pub count: u32,
    pub of: u32,
    pub fastest_ms: i64,
    pub median_ms: i64,
    pub slowest_ms: i64,
    pub entries: Vec<u64>,
}

/// Runs and attempts in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    runs: BTreeMap<RunId, Gathered>,
    attempts: Attempts,
}

#[derive(Clone, Debug)]
struct Gathered {
    row: CallRow,
    /// It belongs to the report.
    ours: bool,
    /// Something of it lies within the interval.
    touched: bool,
    /// Answers of people to whom no call had gone out.
    words: Vec<AttemptRow>,
    laws: Laws,
}

impl Gathered {
    fn of(view: &RunView) -> Gathered {
        Gathered {
            row: CallRow {
                run: view.id.clone(),
                about: About::Nothing,
                situation: None,
                policy: view.policy.clone(),
                title: view.title.clone(),
                occasion: view.occasion,
                level: view.level,
                state: view.state,
                began: Moment::before(view.began),
                ended: None,
                steps: Vec::new(),
                people: Vec::new(),
                paces: Vec::new(),
            },
            ours: false,
            touched: false,
            words: Vec::new(),
            laws: Laws::default(),
        }
    }

    /// Takes over how a run stands now.
    fn look(&mut self, view: &RunView) {
        self.row.state = view.state;
        self.laws.learn(view);
    }

    fn write(&mut self, moment: Moment, line: &RunLine) {
        match line {
            RunLine::Began { .. } => self.row.began = moment,
            RunLine::Satisfied | RunLine::Exhausted { .. } | RunLine::Cancelled { .. } => {
                // What is used up stays so, whatever is answered later.
                self.row.ended = self.row.ended.or(Some(moment));
            }
            RunLine::ClockMissed { step } => self.laws.miss(*step, moment.at),
            RunLine::Answered {
                person,
                ack,
                by,
                note,
                ..
            } => self.words.push(AttemptRow {
                page: None,
                person: person.clone(),
                channel: None,
                round: 0,
                step: 0,
                called: None,
                bundled: false,
                delivered: None,
                seen: None,
                answered: Some(AnswerRow {
                    moment,
                    ack: *ack,
                    by: Some(by.clone()),
                    note: note.clone(),
                }),
                failed: None,
            }),
            RunLine::Step { .. }
            | RunLine::Empty { .. }
            | RunLine::Refused { .. }
            | RunLine::Recovered { .. }
            | RunLine::Widened { .. } => {}
        }
        let line = line.clone();
        self.row.steps.push(StepRow { moment, line });
    }
}

impl Chronicle {
    /// Runs and pages that were under way before the interval.
    pub(crate) fn remember_calls(&mut self, county: &CountyView) {
        for view in &county.runs {
            let mut run = Gathered::of(view);
            run.look(view);
            self.calls.runs.insert(view.id.clone(), run);
        }
        for page in &county.pages {
            self.calls.attempts.remember(page);
        }
    }

    /// A run wrote a line of its log.
    pub(crate) fn see_run(
        &mut self,
        (passed, number): (&Passed<'_>, u64),
        id: &RunId,
        line: &RunLine,
        world: &dyn World,
    ) {
        if !self.touch_run(id, world) {
            return;
        }
        if let Some(run) = self.calls.runs.get_mut(id) {
            run.write(Moment::of(passed.at, number), line);
        }
        self.look_at_pages(Moment::of(passed.at, passed.number), id, world);
    }

    /// A page goes out.
    pub(crate) fn see_page(
        &mut self,
        (passed, number): (&Passed<'_>, u64),
        page: &Page,
        world: &dyn World,
    ) {
        let ours = self.concerns_page(page);
        let behind = Moment::of(passed.at, passed.number);
        let moment = Moment::of(passed.at, number);
        let calls = &mut self.calls;
        let behind = (behind, ours);
        calls.attempts.went_out(page, moment, behind, world);
        if let Some(view) = world.page(&page.id) {
            self.touch_run(&view.run, world);
        }
    }

    /// More is known of a page: by its gateway, its device, its person, an officer.
    pub(crate) fn see_answer(
        &mut self,
        moment: Moment,
        page: &PageId,
        fact: Option<&PageFact>,
        world: &dyn World,
    ) {
        self.calls.attempts.heard(page, moment, world);
        let Some(view) = world.page(page) else {
            return;
        };
        self.touch_run(&view.run, world);
        let gone = matches!(
            fact,
            Some(PageFact::Failed { .. } | PageFact::Expired | PageFact::NoWay { .. })
        );
        if gone {
            // The next channel may be tried, or held back.
            self.look_at_pages(moment, &view.run, world);
        }
    }

    /// An officer recorded what somebody of a run said, to the newest call they got.
    pub(crate) fn see_word(
        &mut self,
        moment: Moment,
        run: &RunId,
        person: &PersonId,
        world: &dyn World,
    ) {
        let pages = world.pages(run).into_iter();
        let theirs = pages.filter(|page| page.to == *person);
        for page in theirs {
            self.see_answer(moment, &page.id, None, world);
        }
    }

    fn look_at_pages(&mut self, moment: Moment, run: &RunId, world: &dyn World) {
        for page in world.pages(run) {
            self.calls.attempts.look(&page, moment);
        }
    }

    /// Takes note of a run that something happened to; whether it is one that is told by itself.
    fn touch_run(&mut self, id: &RunId, world: &dyn World) -> bool {
        let Some(view) = world.run(id) else {
            return self.calls.runs.contains_key(id);
        };
        if matches!(view.about, Called::Task(_)) {
            return false;
        }
        let ours = self.concerns_call(&view.about);
        let about = notices::about_run(&view, world);
        let run = self.calls.runs.entry(id.clone());
        let run = run.or_insert_with(|| Gathered::of(&view));
        run.look(&view);
        run.ours |= ours;
        run.touched = true;
        if let Some(about) = about {
            run.row.about = called_at(about, view.level);
        }
        if let Called::Situation(situation) = view.about {
            run.row.situation = Some(situation);
        }
        true
    }

    fn concerns_call(&self, about: &Called) -> bool {
        match about {
            Called::Situation(id) => self.concerns(Some(*id)),
            Called::Task(_) | Called::Notice { .. } | Called::RollCall(_) | Called::Test(_) => {
                self.scope.incident.is_none()
            }
        }
    }

    /// Ends the calls: rows, channels, clocks of the law.
    pub(crate) fn end_calls(&mut self) {
        let calls = std::mem::take(&mut self.calls);
        self.report.channels = calls.attempts.channels();
        let mut attempts = calls.attempts.by_run();
        for (id, mut run) in calls.runs {
            if !run.touched || !run.ours {
                continue;
            }
            run.row.people = attempts.remove(&id).unwrap_or_default();
            run.row.people.append(&mut run.words);
            run.row.paces = paces(std::iter::once(&run.row));
            let clocks = run.laws.rows(&run.row, self.scope.to);
            // What ran out before the interval is none of its own.
            let from = self.scope.from;
            let clocks = clocks.into_iter().filter(|clock| clock.due >= from);
            self.report.clocks.extend(clocks);
            self.report.calls.push(run.row);
        }
        let rows = &mut self.report.calls;
        rows.sort_by(|a, b| (a.began, &a.run).cmp(&(b.began, &b.run)));
        let alarms = rows.iter().filter(|row| row.occasion != Occasion::Test);
        self.report.reach = paces(alarms);
    }
}

/// What was called about, at the level of the calls: it may have risen since, and others call then.
fn called_at(about: About, of: Option<Level>) -> About {
    match (about, of) {
        (
            About::Situation {
                id, hazard, area, ..
            },
            Some(of),
        ) => About::Situation {
            id,
            hazard,
            area,
            level: of.digit(),
        },
        (about, _) => about,
    }
}

/// How fast the people of some runs were reached; each counts once a run.
fn paces<'r>(runs: impl Iterator<Item = &'r CallRow>) -> Vec<ReachPace> {
    let mut people = Vec::new();
    for run in runs {
        let mut calls: BTreeMap<&PersonId, Vec<&AttemptRow>> = BTreeMap::new();
        for call in run.people.iter().filter(|call| call.called.is_some()) {
            calls.entry(&call.person).or_default().push(call);
        }
        people.extend(calls.into_values());
    }
    let steps = [Step::Delivered, Step::Seen, Step::Answered];
    let paces = steps.into_iter().filter_map(|step| {
        let mut reached = Vec::new();
        for calls in &people {
            let called = calls.iter().filter_map(|call| call.called).min();
            let came = calls.iter().filter_map(|call| call.reached(step)).min();
            if let (Some(called), Some(came)) = (called, came) {
                reached.push((came.at.since_ms(called.at).max(0), came.entry));
            }
        }
        reached.sort_unstable();
        let (fastest, slowest) = (reached.first()?.0, reached.last()?.0);
        Some(ReachPace {
            step,
            count: reached.len() as u32,
            of: people.len() as u32,
            fastest_ms: fastest,
            // Of an even number the earlier one: a time that somebody really needed.
            median_ms: reached[(reached.len() - 1) / 2].0,
            slowest_ms: slowest,
            entries: reached.iter().filter_map(|(_, entry)| *entry).collect(),
        })
    });
    paces.collect()
}
