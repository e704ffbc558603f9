//! Clocks of the law in a run: by then one of some people must have answered a call.

use model::config::{Call, Target};
use model::effect::SystemKind;
use model::view::{LawClock, RunLine};
use model::{Effects, Level, PageFact, PageId, PersonId, RunId, Time};

use crate::engine::Engine;
use crate::escalation::{Run, step_subject};

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
        let Some(run) = self.state.calling.runs.get(id) else {
            return true;
        };
        if self.is_clock_met(run, &people) {
            return false;
        }
        if let Some(run) = self.state.calling.runs.get_mut(id) {
            run.clocks.insert(step, people);
        }
        self.write(id, RunLine::ClockMissed { step }, at, out);
        let subject = step_subject(id, step);
        self.notice_at(SystemKind::LegalClock, &subject, Some(Level::Red), at, out);
        true
    }

    /// Whether one of these people has answered a call of a run, or picked up.
    pub(crate) fn is_clock_met(&self, run: &Run, people: &[PersonId]) -> bool {
        let spoke = |page: &PageId| {
            let sheet = self.state.calling.pages.get(page);
            sheet.is_some_and(|s| people.contains(&s.to) && s.has(&PageFact::Seen))
        };
        people.iter().any(|p| run.has_answered(p)) || run.pages.iter().any(spoke)
    }

    /// The clock of the law that runs out next in the round of a run, while nobody has met it.
    pub(crate) fn law_ahead(&self, run: &Run) -> Option<LawClock> {
        let steps = (1u16..).zip(&run.policy.steps);
        let ahead = steps.skip(usize::from(run.taken));
        let mut clocks = ahead.filter(|(_, step)| step.must).map(|(number, step)| {
            let by = run.round_began.plus_ms(step.after_ms);
            let targets: Vec<Target> = step.calls.iter().flat_map(|c| c.to.clone()).collect();
            LawClock {
                step: number,
                by,
                of: self.meant(run, &targets, by).0,
            }
        });
        clocks.find(|clock| !self.is_clock_met(run, &clock.of))
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
