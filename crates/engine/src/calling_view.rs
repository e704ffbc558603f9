//! Runs and pages as screens see them.

use model::config::Occasion;
use model::page::{About, Channel};
use model::view::{NextCall, PageEntry, PageView, PostCalled, RunEntry, RunState, RunView, SignIn};
use model::{CommandId, PageId, PersonId, PostId, RunId, TaskId};

use crate::engine::Engine;
use crate::escalation::Run;
use crate::page::Sheet;

impl Engine {
    /// One run, if it is not forgotten.
    pub fn run_view(&self, id: &RunId) -> Option<RunView> {
        let run = self.state.calling.runs.get(id)?;
        Some(self.view_of_run(id, run))
    }

    /// Every run that is not forgotten, the newest first.
    pub fn run_views(&self) -> Vec<RunView> {
        let runs = self.state.calling.runs.iter();
        let mut views: Vec<RunView> = runs.map(|(id, run)| self.view_of_run(id, run)).collect();
        views.sort_by(|a, b| b.began.cmp(&a.began).then_with(|| a.id.cmp(&b.id)));
        views
    }

    /// Those that are shown by themselves: calls about a task are shown with the task.
    pub(crate) fn shown_runs(&self) -> Vec<RunView> {
        let mut views = self.run_views();
        views.retain(|run| !matches!(run.about, About::Task(_)));
        views
    }

    /// The task that a run is about.
    pub fn task_of_run(&self, id: &RunId) -> Option<(CommandId, TaskId)> {
        let About::Task(task) = &self.state.calling.runs.get(id)?.about else {
            return None;
        };
        Some((self.find_task(task)?.0, task.clone()))
    }

    /// The task that a page is about.
    pub fn task_of_page(&self, id: &PageId) -> Option<(CommandId, TaskId)> {
        self.task_of_run(&self.state.calling.pages.get(id)?.run)
    }

    /// One page, if its run is not forgotten.
    pub fn page_view(&self, id: &PageId) -> Option<PageView> {
        let sheet = self.state.calling.pages.get(id)?;
        Some(self.view_of_page(id, sheet))
    }

    /// The pages of a run, in the order they were decided.
    pub fn pages_of(&self, run: &RunId) -> Vec<PageView> {
        let run = self.state.calling.runs.get(run);
        let pages = run.into_iter().flat_map(|run| &run.pages);
        pages.filter_map(|id| self.page_view(id)).collect()
    }

    /// The pages that went to these people by one channel, by themselves, in the order of their ids.
    pub fn pages_to(&self, people: &[PersonId], channel: Channel) -> Vec<PageView> {
        let pages = self.state.calling.pages.iter();
        let meant = pages.filter(|(_, sheet)| {
            sheet.channel == channel
                && sheet.sent.is_some()
                && sheet.bundled.is_none()
                && people.contains(&sheet.to)
        });
        meant
            .map(|(id, sheet)| self.view_of_page(id, sheet))
            .collect()
    }

    /// The pages of every run that runs, or has called everybody in vain and is not over: whoever was called
    /// last of all can still answer.
    pub(crate) fn page_views(&self) -> Vec<PageView> {
        let runs = self.state.calling.runs.values();
        let asks = |run: &&Run| match (run.state, run.policy.occasion) {
            (_, Occasion::Task) => false,
            (RunState::Running, _) => true,
            (RunState::Exhausted, Occasion::Situation | Occasion::RollCall) => !run.closed,
            (RunState::Exhausted, Occasion::Test)
            | (RunState::Satisfied | RunState::Cancelled, _) => false,
        };
        let pages = runs.filter(asks).flat_map(|run| &run.pages);
        pages.filter_map(|id| self.page_view(id)).collect()
    }

    fn view_of_run(&self, id: &RunId, run: &Run) -> RunView {
        let count = |answered: bool| {
            let people = run.people.values();
            let people = people.filter(|c| match answered {
                true => c.confirmed.is_some(),
                false => c.confirmed.is_none() && c.refused.is_some(),
            });
            people.count() as u32
        };
        let mut waiting: Vec<_> = run
            .people
            .iter()
            .filter(|(_, c)| c.confirmed.is_none() && c.refused.is_none())
            .map(|(person, c)| (c.since, person.clone()))
            .collect();
        waiting.sort();
        RunView {
            id: id.clone(),
            about: run.about.clone(),
            policy: run.policy.id.clone(),
            title: run.policy.title.clone(),
            occasion: run.policy.occasion,
            level: run.level,
            state: run.state,
            began: run.began,
            ended: run.ended,
            round: run.round,
            rounds: run.policy.loops + 1,
            step: run.taken,
            steps: run.policy.steps.len() as u16,
            next: self.next_call(run),
            confirm_all: run.policy.confirm_all,
            called: run.people.len() as u32,
            confirmed: count(true),
            refused: count(false),
            waiting: waiting.into_iter().map(|(_, person)| person).collect(),
            uncalled: match run.closed || run.is_about_a_task() {
                true => Vec::new(),
                false => self.uncalled(run, self.state.last_at.unwrap_or(run.began)),
            },
            vacant: run.vacant.clone(),
            posts: run.posts.iter().map(|p| post_called(run, p)).collect(),
            log: run
                .log
                .iter()
                .map(|(at, line)| RunEntry {
                    at: *at,
                    line: line.clone(),
                })
                .collect(),
        }
    }

    /// What a run does next by itself, as far as can be said now.
    fn next_call(&self, run: &Run) -> Option<NextCall> {
        let at = run.next_at?;
        let Some(step) = run.policy.steps.get(usize::from(run.taken)) else {
            return Some(NextCall {
                at,
                step: None,
                to: Vec::new(),
                by: Vec::new(),
                must: false,
                law: None,
            });
        };
        let law = self.law_ahead(run);
        let number = run.taken + 1;
        // Its clock is met, so it calls nobody.
        let idle = step.must && law.as_ref().is_none_or(|law| law.step != number);
        let mut to: Vec<PersonId> = Vec::new();
        let mut by: Vec<Channel> = Vec::new();
        for call in step.calls.iter().filter(|_| !idle) {
            for person in self.meant(run, &call.to, at).0 {
                let first = self.channels_of(&person, &call.by).first().copied();
                let Some(first) = first.filter(|_| !run.has_answered(&person)) else {
                    continue;
                };
                if !by.contains(&first) {
                    by.push(first);
                }
                if !to.contains(&person) {
                    to.push(person);
                }
            }
        }
        Some(NextCall {
            at,
            step: Some(number),
            to,
            by,
            must: step.must,
            law,
        })
    }

    fn view_of_page(&self, id: &PageId, sheet: &Sheet) -> PageView {
        let run = self.state.calling.runs.get(&sheet.run);
        let over = run.is_none_or(|run| !run.calls_by(sheet));
        PageView {
            id: id.clone(),
            run: sheet.run.clone(),
            to: sheet.to.clone(),
            channel: sheet.channel,
            about: sheet.about.clone(),
            level: sheet.level,
            round: sheet.round,
            step: sheet.step,
            stage: sheet.stage(over),
            at: sheet.at,
            sent: sheet.sent,
            held_until: sheet.held_until.filter(|_| sheet.sent.is_none()),
            bundled: sheet.bundled.clone(),
            repeated: sheet.repeated > 0,
            open: self.is_wanted(id),
            facts: sheet
                .facts
                .iter()
                .map(|known| PageEntry {
                    at: known.at,
                    fact: known.fact.clone(),
                    by: known.by.clone(),
                    note: known.note.clone(),
                })
                .collect(),
        }
    }
}

fn post_called(run: &Run, post: &PostId) -> PostCalled {
    let people = run.seats.get(post).into_iter().flatten();
    let confirmed = people.clone().filter_map(|person| {
        let at = run.people.get(person)?.confirmed?;
        Some(SignIn {
            by: person.clone(),
            at,
        })
    });
    PostCalled {
        post: post.clone(),
        here: confirmed.min_by_key(|here| here.at),
        people: people.cloned().collect(),
    }
}
