//! Steps of a run that have nobody: nobody on duty, or nobody with a usable channel.

use model::effect::SystemKind;
use model::view::RunLine;
use model::{Effects, RunId, Time};

use crate::engine::Engine;
use crate::escalation::step_subject;

impl Engine {
    /// The desk is told that a step had nobody.
    pub(crate) fn tell_empty(&mut self, id: &RunId, step: u16, at: Time, out: &mut Effects) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        run.empty.insert(step);
        let round = run.round;
        self.write(id, RunLine::Empty { round, step }, at, out);
        let subject = step_subject(id, step);
        self.notice(SystemKind::EmptyStep, &subject, true, at, out);
    }

    /// A step that had nobody in an earlier round has somebody now.
    pub(crate) fn fill_step(&mut self, id: &RunId, step: u16, at: Time, out: &mut Effects) {
        let run = self.state.calling.runs.get_mut(id);
        if run.is_some_and(|run| run.empty.remove(&step)) {
            let subject = step_subject(id, step);
            self.notice(SystemKind::EmptyStep, &subject, false, at, out);
        }
    }
}
