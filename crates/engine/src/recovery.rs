//! Runs after an outage: what came due while nobody looked is taken as one.

use std::collections::BTreeMap;

use model::config::Occasion;
use model::page::Channel;
use model::view::{RunLine, RunState};
use model::{Effects, PersonId, RunId, Time};

use crate::engine::Engine;

impl Engine {
    /// After a start: the steps that came due while nobody looked are taken as one, and everybody
    /// they name is called once.
    pub(crate) fn recover_runs(&mut self, at: Time, out: &mut Effects) {
        for id in std::mem::take(&mut self.state.calling.overdue) {
            let Some(run) = self.state.calling.runs.get(&id) else {
                continue;
            };
            let Some(from) = run.next_at.filter(|_| run.state == RunState::Running) else {
                continue;
            };
            if run.policy.occasion == Occasion::Task {
                self.resume_task_calls(&id, from, at, out);
                continue;
            }
            let taken = usize::from(run.taken);
            let due = |n: &usize| run.round_began.plus_ms(run.policy.steps[*n].after_ms) <= at;
            let missed: Vec<usize> = (taken..run.policy.steps.len()).take_while(due).collect();
            if from == at || missed.is_empty() {
                // Not late, or the end of a round, which calls nobody twice.
                self.advance(&id, false, at, out);
                continue;
            }
            let steps: Vec<_> = missed
                .iter()
                .map(|n| run.policy.steps[*n].clone())
                .collect();
            let mut last: BTreeMap<PersonId, (u16, Vec<Channel>)> = BTreeMap::new();
            let mut order: Vec<PersonId> = Vec::new();
            let mut answered = 0;
            for (number, step) in (taken as u16 + 1..).zip(&steps) {
                if step.must && !self.judge_legal_clock(&id, number, &step.calls, at, out) {
                    answered += 1;
                    continue;
                }
                for call in &step.calls {
                    for person in self.people_to_call(&id, &call.to, at) {
                        let run = self.state.calling.runs.get(&id);
                        if run.is_some_and(|run| run.has_answered(&person)) {
                            answered += 1;
                            continue;
                        }
                        let channels = self.channels_of(&person, &call.by);
                        if channels.is_empty() {
                            continue;
                        }
                        if last.insert(person.clone(), (number, channels)).is_none() {
                            order.push(person);
                        }
                    }
                }
            }
            let through = (taken + missed.len()) as u16;
            if let Some(run) = self.state.calling.runs.get_mut(&id) {
                run.taken = through;
            }
            for person in &order {
                if let Some((step, channels)) = last.get(person) {
                    self.place_page(&id, *step, person, channels, at, out);
                }
            }
            let called = order.len() as u32;
            let until = at;
            self.write(
                &id,
                RunLine::Recovered {
                    from,
                    until,
                    called,
                },
                at,
                out,
            );
            let empty = called == 0 && answered == 0;
            if empty {
                self.tell_empty(&id, through, at, out);
            }
            self.settle_run(&id, at, out);
            self.rebase(&id, at);
            self.advance(&id, empty, at, out);
        }
    }

    /// The next channel of a task's person now, and the others at their distance from it.
    fn resume_task_calls(&mut self, id: &RunId, from: Time, at: Time, out: &mut Effects) {
        if let Some(run) = self.state.calling.runs.get_mut(id) {
            run.round_began = run.round_began.plus_ms(at.since_ms(from).max(0));
        }
        self.advance(id, false, at, out);
    }

    /// Who was just called after an outage gets the time to answer that the policy gives.
    fn rebase(&mut self, id: &RunId, at: Time) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        let over = usize::from(run.taken) >= run.policy.steps.len();
        if over && run.round_ends() <= at {
            let last = run.policy.steps.last().map_or(0, |step| step.after_ms);
            run.round_began = at.plus_ms(-last);
        }
    }
}
