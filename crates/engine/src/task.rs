//! One person's part of a command: facts with their witness, and windows that close by themselves.

use model::action::{Act, ReportTask, Why};
use model::effect::SystemKind;
use model::task::{self, Fact, FactKind, Means, Stage};
use model::view::StepKind;
use model::{CommandId, Effect, Effects, PersonId, TaskId, Time};
use serde::{Deserialize, Serialize};

use crate::alarm::is_officer;
use crate::command::Command;
use crate::engine::Engine;
use crate::timers::Due;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) person: PersonId,
    pub(crate) facts: Vec<Fact>,
    /// Automatic steps after silence that were taken.
    pub(crate) steps: u8,
    /// Windows that closed unanswered and are still owed.
    pub(crate) overdue: Vec<StepKind>,
    /// The window that closes next.
    pub(crate) due: Option<Time>,
}

/// Automatic steps after silence: remind, substitute, tell the desk.
const LAST_STEP: u8 = 3;

impl Task {
    pub(crate) fn issued(person: PersonId, act: Option<&Act>, at: Time) -> Task {
        let mut fact = system_fact(FactKind::Issued, at);
        if let Some(act) = act {
            fact.op = Some(act.op.clone());
            fact.by = Some(act.by.clone());
            fact.device_at = act.device_at;
        }
        Task {
            person,
            facts: vec![fact],
            steps: 0,
            overdue: Vec::new(),
            due: None,
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        task::stage(&self.facts)
    }

    /// Whether the assignee or a verifier still owes something.
    pub(crate) fn is_open(&self) -> bool {
        let stage = self.stage();
        !stage.is_closed() && stage != Stage::Declined
    }

    pub(crate) fn has(&self, kind: FactKind) -> bool {
        self.facts.iter().any(|f| f.kind == kind)
    }

    /// When the person was last heard, by whatever means; a receipt of the app is not the person.
    pub(crate) fn heard(&self) -> Option<Time> {
        let person = |f: &&Fact| f.by.is_some() && !is_of_desk(f.kind);
        self.facts.iter().rev().find(person).map(|f| f.at)
    }

    pub(crate) fn percent(&self) -> Option<u8> {
        let percent = |f: &Fact| {
            if let FactKind::Working { percent } = f.kind {
                Some(percent)
            } else {
                (f.kind == FactKind::Done).then_some(100)
            }
        };
        let this_round = self
            .facts
            .iter()
            .rev()
            .take_while(|f| f.kind != FactKind::Rejected);
        this_round.into_iter().find_map(percent)
    }

    /// Both an acceptance and a refusal were reported: the desk has to find out.
    pub(crate) fn is_contradictory(&self) -> bool {
        let accepted = |k: FactKind| matches!(k, FactKind::Accepted | FactKind::Done);
        self.has(FactKind::Declined) && self.facts.iter().any(|f| accepted(f.kind))
    }

    fn last_at(&self, kind: FactKind) -> Option<Time> {
        self.facts
            .iter()
            .rev()
            .find(|f| f.kind == kind)
            .map(|f| f.at)
    }

    /// Who did it, as far as anyone said so: the assignee and whoever reported it done.
    fn is_doer(&self, person: &PersonId) -> bool {
        let last = self.facts.iter().rev().find(|f| f.kind == FactKind::Done);
        self.person == *person || last.and_then(|f| f.by.as_ref()) == Some(person)
    }

    fn has_proof(&self) -> bool {
        self.facts
            .iter()
            .any(|f| !f.photos.is_empty() || (f.kind == FactKind::Done && f.note.is_some()))
    }
}

/// Facts that are not a word from the assignee.
fn is_of_desk(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::Issued
            | FactKind::Delivered
            | FactKind::Verified
            | FactKind::Rejected
            | FactKind::NoReply
            | FactKind::Escalated { .. }
            | FactKind::Cancelled
    )
}

fn system_fact(kind: FactKind, at: Time) -> Fact {
    Fact {
        kind,
        op: None,
        by: None,
        means: Means::System,
        at,
        device_at: None,
        note: None,
        position: None,
        photos: Vec::new(),
    }
}

impl Engine {
    /// Takes a fact from the assignee, or from an officer on their word.
    pub(crate) fn report_task(
        &mut self,
        act: &Act,
        report: &ReportTask,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let (id, place) = self.find_task(&report.task).ok_or(Why::NoSuchTask)?;
        let command = self.state.commands.get(&id).ok_or(Why::NoSuchTask)?;
        self.may_report(act, report, command, place)?;
        let fact = Fact {
            kind: report.kind,
            op: Some(act.op.clone()),
            by: Some(act.by.clone()),
            means: report.means,
            at,
            device_at: act.device_at,
            note: report.note.clone(),
            position: report.position.clone(),
            photos: report.photos.clone(),
        };
        if report.kind == FactKind::NeedHelp {
            self.notice(SystemKind::NeedHelp, report.task.as_str(), true, at, out);
        }
        self.record(&id, place, fact, at, out);
        Ok(())
    }

    fn may_report(
        &self,
        act: &Act,
        report: &ReportTask,
        command: &Command,
        place: usize,
    ) -> Result<(), Why> {
        let task = &command.tasks[place];
        match report.kind {
            FactKind::Issued
            | FactKind::NoReply
            | FactKind::Escalated { .. }
            | FactKind::Cancelled => return Err(Why::RoleNotAllowed),
            FactKind::Verified | FactKind::Rejected => {
                if !is_officer(act.role) {
                    return Err(Why::RoleNotAllowed);
                }
                if task.stage() != Stage::Done {
                    return Err(Why::NotDoneYet);
                }
                if report.kind == FactKind::Verified && task.is_doer(&act.by) {
                    return Err(Why::VerifierIsDoer);
                }
                let proven = task.has_proof() || report.note.is_some() || !report.photos.is_empty();
                if report.kind == FactKind::Verified && command.proof && !proven {
                    return Err(Why::ProofMissing);
                }
                return Ok(());
            }
            FactKind::Working { percent } if percent > 100 => return Err(Why::BadPercent),
            FactKind::Delivered
            | FactKind::Seen
            | FactKind::Accepted
            | FactKind::Declined
            | FactKind::EnRoute
            | FactKind::OnScene
            | FactKind::Working { .. }
            | FactKind::Done
            | FactKind::NeedHelp
            | FactKind::CancelSeen => {}
        }
        if task.person == act.by {
            return Ok(());
        }
        match (is_officer(act.role), report.means) {
            (true, Means::Phone | Means::Radio | Means::InPerson) => Ok(()),
            (true, Means::App | Means::System) | (false, _) => Err(Why::NotYourTask),
        }
    }

    /// Adds a fact; every fact counts, also one that comes after the end.
    pub(crate) fn record(
        &mut self,
        id: &CommandId,
        place: usize,
        fact: Fact,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(command) = self.state.commands.get_mut(id) else {
            return;
        };
        let (alarm, task_id) = (command.alarm, command.task_id(place));
        let task = &mut command.tasks[place];
        let heard = !is_of_desk(fact.kind) && fact.by.is_some();
        task.facts.push(fact);
        let stage = task.stage();
        forgive(task, stage, heard);
        out.push(Effect::Task {
            command: id.clone(),
            task: task_id.clone(),
        });
        if stage.is_answered() {
            self.notice(SystemKind::Unanswered, task_id.as_str(), false, at, out);
        }
        self.wind(id, place as u32);
        if let Some(watch) = alarm.and_then(|key| self.open_alarm(&key))
            && heard
        {
            self.renew_lease(watch, at, out);
        }
        self.finish(id, at, out);
    }

    /// Arms the window of a task that closes next.
    pub(crate) fn wind(&mut self, id: &CommandId, place: u32) {
        let due = self.next_window(id, place as usize).map(|(at, _)| at);
        let Some(command) = self.state.commands.get_mut(id) else {
            return;
        };
        let task = &mut command.tasks[place as usize];
        let old = std::mem::replace(&mut task.due, due);
        if old == due {
            return;
        }
        let row = Due::Task {
            command: id.clone(),
            place,
        };
        if let Some(old) = old {
            self.state.timers.disarm(old, row.clone());
        }
        if let Some(due) = due {
            self.state.timers.arm(due, row);
        }
    }

    /// The window of a task that closes next, and what happens by itself then.
    pub(crate) fn next_window(&self, id: &CommandId, place: usize) -> Option<(Time, StepKind)> {
        let command = self.state.commands.get(id)?;
        let task = &command.tasks[place];
        let stage = task.stage();
        if !task.is_open() {
            return None;
        }
        let clocks = command.clocks;
        let issued = task.facts.first()?.at;
        if !stage.is_answered() {
            let ack_by = clocks.ack_by_ms.filter(|_| task.steps < LAST_STEP)?;
            let wait = ack_by + i64::from(task.steps) * self.config.policy.escalate_ms;
            return Some((issued.plus_ms(wait), self.step_after_silence(command, task)));
        }
        let owed = |kind: StepKind, at: Option<Time>| {
            at.filter(|_| !task.overdue.contains(&kind))
                .map(|at| (at, kind))
        };
        let after = |from: Option<Time>, ms: Option<i64>| Some(from?.plus_ms(ms?));
        if stage == Stage::Done {
            let done = task.last_at(FactKind::Done);
            return owed(StepKind::VerifyDue, after(done, clocks.verify_by_ms));
        }
        let arrive = after(Some(issued), clocks.arrive_by_ms).filter(|_| stage < Stage::OnScene);
        [
            owed(
                StepKind::UpdateDue,
                after(task.heard(), clocks.update_every_ms),
            ),
            owed(StepKind::ArriveDue, arrive),
            owed(StepKind::DoneDue, after(Some(issued), clocks.done_by_ms)),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(at, _)| *at)
    }

    fn step_after_silence(&self, command: &Command, task: &Task) -> StepKind {
        match task.steps {
            0 => StepKind::Remind,
            1 if self.substitute_of(command, task).is_some() => StepKind::Substitute,
            _ => StepKind::TellDesk,
        }
    }

    /// Who is told instead, if someone is named and not already told.
    pub(crate) fn substitute_of(&self, command: &Command, task: &Task) -> Option<PersonId> {
        let person = self.config.people.iter().find(|p| p.id == task.person)?;
        let other = person.substitute.clone()?;
        let told = command.tasks.iter().any(|t| t.person == other);
        (!told && self.config.people.iter().any(|p| p.id == other)).then_some(other)
    }

    /// A window closed with nothing heard.
    pub(crate) fn close_window(&mut self, id: &CommandId, place: u32, at: Time, out: &mut Effects) {
        let window = self.next_window(id, place as usize);
        let Some((_, step)) = window.filter(|(due, _)| *due <= at) else {
            return;
        };
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        let substitute = self.substitute_of(command, &command.tasks[place as usize]);
        let task_id = command.task_id(place as usize);
        let Some(task) = self.task_mut(id, place) else {
            return;
        };
        task.due = None;
        match step {
            StepKind::Remind => {
                task.steps = 1;
                task.facts.push(system_fact(FactKind::NoReply, at));
                task.facts
                    .push(system_fact(FactKind::Escalated { step: 1 }, at));
                self.deliver(id, place as usize, out);
            }
            StepKind::Substitute => {
                task.steps = 2;
                task.facts
                    .push(system_fact(FactKind::Escalated { step: 2 }, at));
                if let Some(person) = substitute {
                    self.call_in(id, person, at, out);
                }
            }
            StepKind::TellDesk => {
                task.steps = LAST_STEP;
                task.facts
                    .push(system_fact(FactKind::Escalated { step: LAST_STEP }, at));
                self.notice(SystemKind::Unanswered, task_id.as_str(), true, at, out);
            }
            StepKind::UpdateDue | StepKind::ArriveDue | StepKind::DoneDue | StepKind::VerifyDue => {
                task.overdue.push(step);
            }
        }
        out.push(Effect::Task {
            command: id.clone(),
            task: task_id,
        });
        self.wind(id, place);
    }

    /// Gives a substitute a task of their own in the same command.
    fn call_in(&mut self, id: &CommandId, person: PersonId, at: Time, out: &mut Effects) {
        let Some(command) = self.state.commands.get_mut(id) else {
            return;
        };
        command.tasks.push(Task::issued(person, None, at));
        let place = command.tasks.len() - 1;
        self.deliver(id, place, out);
        self.wind(id, place as u32);
    }

    /// An officer has dealt with a notice about a task: it is shown anew.
    pub(crate) fn calm_task(&mut self, task: &str, out: &mut Effects) {
        let id = TaskId(task.to_owned());
        if let Some((command, _)) = self.find_task(&id) {
            out.push(Effect::Task { command, task: id });
        }
    }

    fn task_mut(&mut self, id: &CommandId, place: u32) -> Option<&mut Task> {
        self.state
            .commands
            .get_mut(id)?
            .tasks
            .get_mut(place as usize)
    }

    /// The command and place of a task id; both halves may hold dots, so each is tried.
    pub(crate) fn find_task(&self, id: &TaskId) -> Option<(CommandId, usize)> {
        id.0.match_indices('.').find_map(|(dot, _)| {
            let command = CommandId(id.0[..dot].to_owned());
            let person = &id.0[dot + 1..];
            let tasks = &self.state.commands.get(&command)?.tasks;
            let place = tasks.iter().position(|t| t.person.as_str() == person)?;
            Some((command, place))
        })
    }
}

/// Takes back what is no longer owed after a fact.
fn forgive(task: &mut Task, stage: Stage, heard: bool) {
    task.overdue.retain(|step| match step {
        StepKind::UpdateDue => !heard,
        StepKind::ArriveDue => stage < Stage::OnScene,
        StepKind::DoneDue => stage < Stage::Done,
        StepKind::VerifyDue => stage == Stage::Done,
        StepKind::Remind | StepKind::Substitute | StepKind::TellDesk => true,
    });
}
