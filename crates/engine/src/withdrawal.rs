//! How the desk ends a task that is still open: cancelled, superseded, given to another person.
//!
//! Each is a fact of its own that the assignee has to take note of. What the assignee reported
//! without knowing of it is kept beside it, and asks for that receipt again.

use model::action::{Act, Why};
use model::command::Phase;
use model::id::Seal;
use model::task::{Fact, FactKind, Means};
use model::view::StepKind;
use model::{CommandId, Effect, Effects, PersonId, TaskId, Time};

use crate::command::Command;
use crate::engine::Engine;
use crate::task::{Task, Window, is_of_desk, system_fact};

/// Steps after the end of a task was not noted: remind, tell the desk.
const LAST_STEP: u8 = 2;

/// Whether a fact ends a task by the desk.
const fn withdraws(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::Cancelled | FactKind::Superseded | FactKind::Reassigned
    )
}

impl Task {
    /// The fact by which the desk ended it.
    pub(crate) fn withdrawn(&self) -> Option<(usize, &Fact)> {
        if !self.stage().is_withdrawn() {
            return None;
        }
        let mut facts = self.facts.iter().enumerate();
        facts.find(|(_, fact)| withdraws(fact.kind))
    }

    /// Facts of the assignee since the desk ended it and since they last took note of that.
    fn since_end(&self) -> Option<&[Fact]> {
        let (end, _) = self.withdrawn()?;
        let after = &self.facts[end + 1..];
        let seen = after.iter().rposition(|f| f.kind == FactKind::CancelSeen);
        Some(seen.map_or(after, |seen| &after[seen + 1..]))
    }

    /// The assignee reported something without knowing that it had ended.
    pub(crate) fn is_crossed(&self) -> bool {
        self.crossing().is_some()
    }

    /// The newest thing the assignee reported without knowing that it had ended.
    fn crossing(&self) -> Option<&Fact> {
        let told = |fact: &&Fact| {
            fact.by.is_some()
                && !is_of_desk(fact.kind)
                && !matches!(fact.kind, FactKind::Seen | FactKind::NeedHelp)
        };
        self.since_end()?.iter().rev().find(told)
    }

    /// The desk ended it and the assignee has not taken note, or has reported something since.
    pub(crate) fn is_end_unseen(&self) -> bool {
        let Some((end, _)) = self.withdrawn() else {
            return false;
        };
        let after = &self.facts[end + 1..];
        let seen = after.iter().any(|f| f.kind == FactKind::CancelSeen);
        !seen || self.is_crossed()
    }

    /// Nothing has come back from the assignee's device since the desk ended it.
    pub(crate) fn owes_end_receipt(&self) -> bool {
        if !self.is_end_unseen() {
            return false;
        }
        let after = self.since_end().unwrap_or_default();
        let got = |f: &Fact| matches!(f.kind, FactKind::Delivered | FactKind::Seen);
        !after.iter().any(got)
    }
}

impl Engine {
    /// Cancels what is still open; each assignee has to take note of it.
    pub(crate) fn cancel(
        &mut self,
        act: &Act,
        id: &CommandId,
        reason: Option<&Seal>,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let command = self.state.commands.get_mut(id).ok_or(Why::NoSuchCommand)?;
        if command.phase != Phase::Issued {
            return Err(Why::NotIssuedYet);
        }
        if command.cancelled.is_some() || !command.is_open() {
            return Err(Why::TaskClosed);
        }
        command.cancelled = Some(at);
        for place in open_places(command) {
            self.withdraw(id, place, ending(FactKind::Cancelled, act, reason, at), out);
        }
        Ok(())
    }

    /// Another command took the place of this one.
    pub(crate) fn supersede(
        &mut self,
        old: &CommandId,
        new: &CommandId,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(by) = self.state.commands.get(new).map(|c| c.by.clone()) else {
            return;
        };
        let Some(command) = self.state.commands.get_mut(old) else {
            return;
        };
        if command.superseded_by.is_some() || command.cancelled.is_some() {
            return;
        }
        command.superseded_by = Some(new.clone());
        let open = open_places(command);
        out.push(Effect::Command {
            command: old.clone(),
        });
        for place in open {
            let mut fact = system_fact(FactKind::Superseded, at);
            fact.by = Some(by.clone());
            fact.means = Means::App;
            self.withdraw(old, place, fact, out);
        }
        self.finish(old, at, out);
    }

    /// Gives a task to another person; both are told.
    pub(crate) fn reassign(
        &mut self,
        act: &Act,
        (task, to, reason): (&TaskId, &PersonId, Option<&Seal>),
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let (id, place) = self.find_task(task).ok_or(Why::NoSuchTask)?;
        if !self.config.people.iter().any(|p| p.id == *to) {
            return Err(Why::NoSuchPerson);
        }
        let command = self.state.commands.get_mut(&id).ok_or(Why::NoSuchTask)?;
        if command.cancelled.is_some() || command.tasks[place].stage().is_closed() {
            return Err(Why::TaskClosed);
        }
        if command.tasks.iter().any(|t| t.person == *to) {
            return Err(Why::AlreadyAssigned);
        }
        command.tasks[place].reassigned_to = Some(to.clone());
        let heir = Task::reassigned(to.clone(), act, at);
        command.tasks.push(heir);
        let new = command.tasks.len() - 1;
        self.deliver(&id, new, at, out);
        self.wind(&id, new as u32);
        self.withdraw(
            &id,
            place,
            ending(FactKind::Reassigned, act, reason, at),
            out,
        );
        Ok(())
    }

    fn withdraw(&mut self, id: &CommandId, place: usize, fact: Fact, out: &mut Effects) {
        let at = fact.at;
        if let Some(task) = self.task_mut(id, place as u32) {
            task.steps = 0;
        }
        self.record(id, place, fact, at, out);
        self.deliver(id, place, at, out);
    }

    /// What happens by itself when the end of a task is not noted: remind, then tell the desk.
    pub(crate) fn window_after_end(&self, task: &Task) -> Option<Window> {
        let wait_ms = self.config.policy.command.end_seen_ms;
        if wait_ms == 0 || !task.is_end_unseen() || task.steps >= LAST_STEP {
            return None;
        }
        let (_, end) = task.withdrawn()?;
        let since = task.crossing().map_or(end.at, |fact| fact.at);
        let later = i64::from(task.steps) * self.config.policy.escalate_ms;
        let step = match task.steps {
            0 => StepKind::Remind,
            _ => StepKind::TellDesk,
        };
        Some(Window::of(since.plus_ms(wait_ms + later), step))
    }
}

fn open_places(command: &Command) -> Vec<usize> {
    let places = 0..command.tasks.len();
    places.filter(|n| command.tasks[*n].is_open()).collect()
}

fn ending(kind: FactKind, act: &Act, reason: Option<&Seal>, at: Time) -> Fact {
    Fact {
        op: Some(act.op.clone()),
        by: Some(act.by.clone()),
        means: Means::App,
        device_at: act.device_at,
        note: reason.cloned(),
        ..system_fact(kind, at)
    }
}
