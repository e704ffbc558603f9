//! What people answer to a run, and how it ends: by their answers, by its alarms, or by another run; and
//! when it is forgotten.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use model::config::EscalationStep;
use model::effect::SystemKind;
use model::page::About;
use model::view::{CancelReason, RunLine, RunState};
use model::{Effects, Level, PersonId, RunId, SituationId, TaskId, Time};

use crate::engine::Engine;
use crate::escalation::{Run, step_subject};
use crate::situation::top;

/// Ended runs are remembered this long, with their pages.
const REMEMBER_MS: i64 = 86_400_000;

impl Engine {
    /// Somebody said yes or no.
    pub(crate) fn hear_answer(
        &mut self,
        id: &RunId,
        person: &PersonId,
        yes: bool,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        let Some(called) = run.people.get_mut(person) else {
            return;
        };
        let first = yes && called.confirmed.is_none();
        if yes {
            called.confirmed = called.confirmed.or(Some(at));
        } else {
            called.refused = called.refused.or(Some(at));
        }
        if !yes {
            self.skip_dead_step(id, at, out);
            return;
        }
        self.stop_legal_clocks(id, person, at, out);
        self.settle_run(id, at, out);
        let open = self.state.calling.runs.get(id).is_some_and(|r| !r.closed);
        if first && open {
            self.pass_on_of(id, at, out);
        }
    }

    /// A run that asks everybody is over when everybody called has confirmed, and no step ahead asks anybody
    /// else.
    pub(crate) fn settle_run(&mut self, id: &RunId, at: Time, out: &mut Effects) {
        let Some(run) = self.state.calling.runs.get(id) else {
            return;
        };
        let mut called = run.people.values();
        let all = !run.people.is_empty() && called.all(|called| called.confirmed.is_some());
        let open = matches!(run.state, RunState::Running | RunState::Exhausted) && !run.closed;
        if run.policy.confirm_all && all && open && !self.asks_more(run, at) {
            self.close_run(id, RunState::Satisfied, RunLine::Satisfied, at, out);
        }
    }

    /// Whether a run has steps ahead, taken by nobody yet, that name somebody who has not confirmed; or a
    /// step that names nobody, which the desk is told of until somebody is there.
    fn asks_more(&self, run: &Run, at: Time) -> bool {
        // The steps of a task are the channels of one person.
        if run.is_about_a_task() {
            return false;
        }
        let first_round = run.round == 1 && run.state == RunState::Running;
        let taken = if first_round {
            usize::from(run.taken)
        } else {
            run.policy.steps.len()
        };
        let asks = |step: &EscalationStep| {
            let targets: Vec<_> = step.calls.iter().flat_map(|c| c.to.clone()).collect();
            let people = self.meant(run, &targets, at).0;
            people.is_empty() || people.iter().any(|person| !run.has_answered(person))
        };
        !run.empty.is_empty() || run.policy.steps[taken..].iter().any(asks)
    }

    /// Looks at the runs of a situation after its members changed.
    pub(crate) fn review_runs(&mut self, id: SituationId, at: Time, out: &mut Effects) {
        if !self.state.calling.live.contains_key(&id) {
            return;
        }
        let Some(situation) = self.state.situations.list.get(&id) else {
            return;
        };
        let (loud, unread) = (top(&situation.loud), top(&situation.unread));
        let whole = situation.merged_into;
        for run in self.live_runs(id) {
            if let Some(whole) = whole {
                self.carry_over(&run, id, whole, at, out);
                continue;
            }
            let Some(known) = self.state.calling.runs.get(&run) else {
                continue;
            };
            // What is milder than what it called about has calls of its own.
            let noted = unread < known.level.map_or(1, Level::digit);
            if loud == 0 {
                self.cancel_run(&run, CancelReason::NothingLoud, at, out);
            } else if noted && !known.policy.confirm_all {
                self.close_run(&run, RunState::Satisfied, RunLine::Satisfied, at, out);
            }
        }
    }

    /// A situation became part of a larger one: its run goes on there, unless one does already.
    fn carry_over(
        &mut self,
        id: &RunId,
        from: SituationId,
        whole: SituationId,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        let policy = run.policy.id.clone();
        let running = run.state == RunState::Running;
        if running
            && self
                .newest_run(whole, &policy)
                .is_none_or(|(_, s)| s != RunState::Running)
        {
            if let Some(run) = self.state.calling.runs.get_mut(id) {
                run.about = About::Situation(whole);
            }
            let live = &mut self.state.calling.live;
            if let Some(runs) = live.get_mut(&from) {
                runs.remove(id);
            }
            live.entry(whole).or_default().insert(id.clone());
            self.widen(id, at, out);
        } else {
            self.cancel_run(id, CancelReason::Merged, at, out);
        }
    }

    /// Ends a run that has nothing to call about any more.
    pub(crate) fn cancel_run(
        &mut self,
        id: &RunId,
        why: CancelReason,
        at: Time,
        out: &mut Effects,
    ) {
        let line = RunLine::Cancelled { why };
        self.close_run(id, RunState::Cancelled, line, at, out);
    }

    fn close_run(
        &mut self,
        id: &RunId,
        state: RunState,
        line: RunLine,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        // What is used up stays so, whatever is answered later; only its notice ends.
        if run.state == RunState::Running {
            run.state = state;
        }
        (run.ended, run.closed) = (Some(at), true);
        let clocks: Vec<u16> = std::mem::take(&mut run.clocks).into_keys().collect();
        let empty: Vec<u16> = std::mem::take(&mut run.empty).into_iter().collect();
        if let About::Situation(situation) = run.about {
            let live = &mut self.state.calling.live;
            if let Some(runs) = live.get_mut(&situation) {
                runs.remove(id);
                if runs.is_empty() {
                    live.remove(&situation);
                }
            }
        }
        self.arm_run(id, None);
        for step in clocks {
            self.notice(
                SystemKind::LegalClock,
                &step_subject(id, step),
                false,
                at,
                out,
            );
        }
        for step in empty {
            self.notice(
                SystemKind::EmptyStep,
                &step_subject(id, step),
                false,
                at,
                out,
            );
        }
        self.notice(SystemKind::CallsExhausted, id.as_str(), false, at, out);
        self.write(id, line, at, out);
        self.pass_on_of(id, at, out);
    }

    /// Everybody of the newest step said no or cannot be reached: the next step at once.
    pub(crate) fn skip_dead_step(&mut self, id: &RunId, at: Time, out: &mut Effects) {
        let calling = &self.state.calling;
        let Some(run) = calling.runs.get(id) else {
            return;
        };
        if run.state != RunState::Running || usize::from(run.taken) >= run.policy.steps.len() {
            return;
        }
        let (round, step) = (run.round, run.taken);
        let pages = run.pages.iter().filter_map(|page| calling.pages.get(page));
        let mut newest = pages
            .filter(|s| s.round == round && s.step == step)
            .peekable();
        let refused = |person: &PersonId| {
            let called = run.people.get(person);
            called.is_some_and(|c| c.refused.is_some() && c.confirmed.is_none())
        };
        if newest.peek().is_none() || !newest.all(|s| s.is_dead() || refused(&s.to)) {
            return;
        }
        self.write(id, RunLine::Refused { round, step }, at, out);
        self.advance(id, true, at, out);
    }

    /// Forgets runs that ended long ago, with their pages.
    pub(crate) fn sweep_runs(&mut self, at: Time) {
        let bound = at.plus_ms(-REMEMBER_MS);
        let calling = &mut self.state.calling;
        let old = calling.runs.iter();
        let old = old.filter(|(_, run)| run.ended.is_some_and(|ended| ended < bound));
        let (live, notices) = (&calling.live, &self.state.notices);
        let told = |id: &RunId| (SystemKind::CallsExhausted, id.as_str().to_owned());
        let settled = |id: &RunId| {
            let is_live = live.values().any(|runs| runs.contains(id));
            !is_live && !notices.contains_key(&told(id))
        };
        let old: Vec<RunId> = old.map(|(id, _)| id.clone()).filter(settled).collect();
        for id in old {
            if let Some(run) = calling.runs.remove(&id) {
                for page in run.pages {
                    calling.pages.remove(&page);
                }
                if let About::Task(task) = run.about {
                    forget(&mut calling.tasks, task, &id);
                }
            }
        }
        self.sweep_contacts(at);
        self.sweep_proofs();
    }
}

fn forget(tasks: &mut BTreeMap<TaskId, Vec<RunId>>, task: TaskId, id: &RunId) {
    if let Entry::Occupied(mut runs) = tasks.entry(task) {
        runs.get_mut().retain(|run| run != id);
        if runs.get().is_empty() {
            runs.remove();
        }
    }
}
