//! What an officer records of somebody in a run: as the answer to the newest call they got, or, where none
//! has gone out to them yet, as a line of the run itself.

use model::action::{Act, Why};
use model::id::Seal;
use model::page::About;
use model::task::Means;
use model::view::RunLine;
use model::{Effects, PageId, PersonId, RunId, Time};

use crate::engine::Engine;
use crate::escalation::Run;

/// What somebody said, and how the officer heard it.
pub(crate) struct Said<'a> {
    pub(crate) ack: bool,
    pub(crate) means: Means,
    pub(crate) reason: Option<&'a Seal>,
}

impl Engine {
    /// Records the answer of a person who stands in a run. Whoever said yes is not called by it any more.
    pub(crate) fn answer_call(
        &mut self,
        act: &Act,
        (id, person): (&RunId, &PersonId),
        said: &Said<'_>,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let run = self.state.calling.runs.get(id).ok_or(Why::NoSuchRun)?;
        match run.about {
            About::Situation(_) | About::RollCall(_) | About::Notice { .. } => {}
            // A task has facts of its own; a test asks what a channel brings, and nothing else.
            About::Task(_) | About::Test(_) => return Err(Why::NoSuchRun),
        }
        if !said.means.is_heard() {
            return Err(Why::NotYourPage);
        }
        if let Some(page) = self.newest_page_to(run, person) {
            return self.answer_page(act, (&page, said.ack, said.means), said.reason, at, out);
        }
        if run.closed {
            return Err(Why::NoSuchRun);
        }
        let known = run.people.contains_key(person);
        if !known && !self.uncalled(run, at).contains(person) {
            return Err(Why::NotInRun);
        }
        if let Some(run) = self.state.calling.runs.get_mut(id) {
            run.note_called(person, at);
        }
        let line = RunLine::Answered {
            person: person.clone(),
            ack: said.ack,
            means: said.means,
            by: act.by.clone(),
            note: said.reason.cloned(),
        };
        self.write(id, line, at, out);
        self.hear_answer(id, person, said.ack, at, out);
        Ok(())
    }

    fn newest_page_to(&self, run: &Run, person: &PersonId) -> Option<PageId> {
        let mut pages = run.pages.iter().rev();
        let to = |page: &&PageId| {
            let sheet = self.state.calling.pages.get(*page);
            sheet.is_some_and(|sheet| sheet.to == *person)
        };
        pages.find(to).cloned()
    }

    /// Who stands in the steps of a run, or is called when all else is used up, and has not been called.
    pub(crate) fn uncalled(&self, run: &Run, at: Time) -> Vec<PersonId> {
        let steps = run.policy.steps.iter().flat_map(|step| &step.calls);
        let calls = steps.chain(&run.policy.exhausted);
        let targets: Vec<_> = calls.flat_map(|call| call.to.iter().cloned()).collect();
        let mut people = self.meant(run, &targets, at).0;
        people.retain(|person| !run.people.contains_key(person));
        people
    }
}
