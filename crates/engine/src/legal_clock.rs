//! Clocks of the law in a run: by then one of some people must have answered a call.

use model::config::{Call, Target};
use model::effect::SystemKind;
use model::view::RunLine;
use model::{Effects, PageId, PersonId, RunId, Time};

use crate::engine::Engine;
use crate::escalation::step_subject;

impl Engine {
    /// Whether a clock of the law has run out: none of its people has answered a call.
    pub(crate) fn judge_legal_clock(
        &mut self,
        id: &RunId,
        step: u16,
        calls: &[Call],
        at: Time,
        out: &mut Effects,
    ) -> bool {
        let targets: Vec<Target> = calls.iter().flat_map(|call| call.to.clone()).collect();
        let people = self.people_to_call(id, &targets, at);
        let calling = &self.state.calling;
        let Some(run) = calling.runs.get(id) else {
            return true;
        };
        let spoke = |page: &PageId| {
            let sheet = calling.pages.get(page);
            sheet.is_some_and(|s| people.contains(&s.to) && s.has(&model::PageFact::Seen))
        };
        let met = people.iter().any(|p| run.has_answered(p)) || run.pages.iter().any(spoke);
        if met {
            return false;
        }
        if let Some(run) = self.state.calling.runs.get_mut(id) {
            run.clocks.insert(step, people);
        }
        self.write(id, RunLine::ClockMissed { step }, at, out);
        self.notice(
            SystemKind::LegalClock,
            &step_subject(id, step),
            true,
            at,
            out,
        );
        true
    }

    /// Somebody whom a clock of the law waits for has answered.
    pub(crate) fn stop_legal_clocks(
        &mut self,
        id: &RunId,
        person: &PersonId,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        let met = run
            .clocks
            .iter()
            .filter(|(_, people)| people.contains(person));
        let met: Vec<u16> = met.map(|(step, _)| *step).collect();
        run.clocks.retain(|step, _| !met.contains(step));
        for step in met {
            self.notice(
                SystemKind::LegalClock,
                &step_subject(id, step),
                false,
                at,
                out,
            );
        }
    }
}
