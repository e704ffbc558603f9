//! One person's part of a command: facts with their witness, and windows that close by themselves.

use model::action::{Act, ReportTask, Why};
use model::command::{CrewKind, TemplateKind};
use model::effect::SystemKind;
use model::task::{self, Fact, FactKind, Means, Place, Stage};
use model::view::StepKind;
use model::{CommandId, Effect, Effects, OpId, PersonId, TaskId, Time};
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
    /// How much later an officer wants the steps after silence.
    #[serde(default)]
    pub(crate) postponed_ms: i64,
    #[serde(default)]
    pub(crate) reassigned_to: Option<PersonId>,
    /// The newest place that its person's phone told by itself.
    #[serde(default)]
    pub(crate) place: Option<Place>,
}

/// A window of a task, and what happens by itself when it closes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) at: Time,
    pub(crate) step: StepKind,
    pub(crate) crew: Option<CrewKind>,
}

impl Window {
    pub(crate) fn of(at: Time, step: StepKind) -> Window {
        Window {
            at,
            step,
            crew: None,
        }
    }
}

/// Automatic steps after silence: remind, substitute, tell the desk.
const LAST_STEP: u8 = 3;

impl Task {
    /// A task of those the command itself reaches, else of a substitute the system calls in.
    pub(crate) fn issued(person: PersonId, command: Option<&Command>, at: Time) -> Task {
        let mut fact = system_fact(FactKind::Issued, at);
        if let Some(command) = command {
            fact.op = Some(OpId(command.id.0.clone()));
            fact.by = Some(command.by.clone());
            fact.device_at = command.device_at;
        }
        Task::begun(person, fact)
    }

    /// A task taken over from somebody else.
    pub(crate) fn reassigned(person: PersonId, act: &Act, at: Time) -> Task {
        let mut fact = system_fact(FactKind::Issued, at);
        fact.op = Some(act.op.clone());
        fact.by = Some(act.by.clone());
        fact.device_at = act.device_at;
        Task::begun(person, fact)
    }

    fn begun(person: PersonId, fact: Fact) -> Task {
        Task {
            person,
            facts: vec![fact],
            steps: 0,
            overdue: Vec::new(),
            due: None,
            postponed_ms: 0,
            reassigned_to: None,
            place: None,
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        task::stage(&self.facts)
    }

    /// Whether something is still awaited: of the assignee, of a verifier, or of the desk. A refusal is
    /// no end: the desk gives the task to another person or withdraws it, or a later word moves on.
    pub(crate) fn is_open(&self) -> bool {
        !self.stage().is_closed()
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

    pub(crate) fn last_at(&self, kind: FactKind) -> Option<Time> {
        self.facts
            .iter()
            .rev()
            .find(|f| f.kind == kind)
            .map(|f| f.at)
    }
}

/// Facts that are not a word from the assignee; a picture may come hours after it was taken.
pub(crate) fn is_of_desk(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::Issued
            | FactKind::Delivered
            | FactKind::Verified
            | FactKind::Rejected
            | FactKind::NoReply
            | FactKind::Escalated { .. }
            | FactKind::Cancelled
            | FactKind::Superseded
            | FactKind::Reassigned
            | FactKind::Called
            | FactKind::Postponed { .. }
            | FactKind::Hastened
            | FactKind::CrewWarned { .. }
            | FactKind::CrewCritical { .. }
            | FactKind::Photo
            | FactKind::NotReached
    )
}

pub(crate) fn system_fact(kind: FactKind, at: Time) -> Fact {
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
        version: None,
        count: Vec::new(),
        form: Vec::new(),
        reading: None,
        coming: 0,
        shot: None,
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
            version: report.version,
            count: report.count.clone(),
            form: report.form.clone(),
            reading: None,
            coming: report.coming,
            shot: report.shot.clone(),
        };
        if report.kind == FactKind::Called {
            self.leave_room(&id, place, at);
        }
        if report.kind == FactKind::NeedHelp {
            self.notice(SystemKind::NeedHelp, report.task.as_str(), true, at, out);
            let words = (report.note.as_ref(), report.position.as_ref());
            self.call_for_help(&report.task, &act.by, words, at);
        }
        self.record(&id, place, fact, at, out);
        self.hear_own_app(act, report, at, out);
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
            | FactKind::Cancelled
            | FactKind::Superseded
            | FactKind::Reassigned
            | FactKind::Postponed { .. }
            | FactKind::Hastened
            | FactKind::CrewWarned { .. }
            | FactKind::CrewCritical { .. } => return Err(Why::RoleNotAllowed),
            FactKind::Called | FactKind::NotReached if !is_officer(act.role) => {
                return Err(Why::RoleNotAllowed);
            }
            FactKind::NotReached if !report.means.is_heard() => return Err(Why::NotYourTask),
            FactKind::Called | FactKind::NotReached => return Ok(()),
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
                if report.kind == FactKind::Rejected {
                    return Ok(());
                }
                return match command.kind {
                    TemplateKind::Evacuation => command.head_count_holds(place, &act.by),
                    // A witness is someone who was there, so the verifier's own word is none.
                    TemplateKind::Rescue if !task.has_proof() => Err(Why::ProofMissing),
                    TemplateKind::Plain | TemplateKind::Rescue | TemplateKind::Correction => {
                        if command.proof && !proven {
                            Err(Why::ProofMissing)
                        } else {
                            Ok(())
                        }
                    }
                };
            }
            FactKind::Working { percent } if percent > 100 => return Err(Why::BadPercent),
            FactKind::Photo if report.photos.is_empty() || report.shot.is_none() => {
                return Err(Why::ProofMissing);
            }
            FactKind::Delivered
            | FactKind::Seen
            | FactKind::Accepted
            | FactKind::Declined
            | FactKind::EnRoute
            | FactKind::OnScene
            | FactKind::Working { .. }
            | FactKind::Done
            | FactKind::NeedHelp
            | FactKind::CheckedIn { .. }
            | FactKind::Photo
            | FactKind::CancelSeen => {}
        }
        command.may_answer(report)?;
        if task.person == act.by {
            return Ok(());
        }
        if is_officer(act.role) && report.means.is_heard() {
            Ok(())
        } else {
            Err(Why::NotYourTask)
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
        let task_id = command.task_id(place);
        let situation = command.situation;
        let task = &mut command.tasks[place];
        let heard = !is_of_desk(fact.kind) && fact.by.is_some();
        task.facts.push(fact);
        let stage = task.stage();
        forgive(task, stage, heard);
        // What was reported without knowing of the end asks for its receipt again.
        let again = heard && task.is_crossed();
        if again {
            task.steps = 0;
        }
        let noted = stage.is_answered() && !task.is_end_unseen();
        out.push(Effect::Task {
            command: id.clone(),
            task: task_id.clone(),
        });
        if noted {
            self.notice(SystemKind::Unanswered, task_id.as_str(), false, at, out);
        }
        if heard {
            self.hear_of_task(&task_id, at, out);
            self.renew_by_hand(&task_id, situation, at);
        }
        if again {
            self.deliver(id, place, at, out);
        }
        self.see_crew_back(id, place, at, out);
        self.wind(id, place as u32);
        if heard {
            self.renew_leases(id, at, out);
        }
        self.finish(id, at, out);
    }

    /// Arms the window of a task that closes next.
    pub(crate) fn wind(&mut self, id: &CommandId, place: u32) {
        let due = self.next_window(id, place as usize).map(|w| w.at);
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
    pub(crate) fn next_window(&self, id: &CommandId, place: usize) -> Option<Window> {
        let command = self.state.commands.get(id)?;
        let task = &command.tasks[place];
        let stage = task.stage();
        if !task.is_open() {
            return self.window_after_end(task);
        }
        // It is the desk's turn; the person owes nothing.
        if stage == Stage::Declined {
            return None;
        }
        let clocks = command.clocks;
        let issued = task.facts.first()?.at;
        let owed = |kind: StepKind, at: Option<Time>| {
            at.filter(|_| !task.overdue.contains(&kind))
                .map(|at| Window::of(at, kind))
        };
        let after = |from: Option<Time>, ms: Option<i64>| Some(from?.plus_ms(ms?));
        if stage == Stage::Done {
            let done = task.last_at(FactKind::Done);
            return owed(StepKind::VerifyDue, after(done, clocks.verify_by_ms));
        }
        let arrive = after(Some(issued), clocks.arrive_by_ms).filter(|_| stage < Stage::OnScene);
        let moves = after(Some(issued), clocks.move_by_ms).filter(|_| stage < Stage::EnRoute);
        let heard = task.heard().filter(|_| stage.is_answered());
        // Whoever is silent is asked for an answer, and late all the same.
        [
            self.silence_window(id, place),
            owed(StepKind::MoveDue, moves),
            owed(StepKind::UpdateDue, after(heard, clocks.update_every_ms)),
            owed(StepKind::ArriveDue, arrive),
            owed(StepKind::DoneDue, after(Some(issued), clocks.done_by_ms)),
            command.crew_window(task),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|w| w.at)
    }

    /// The step that silence leads to next; none for whoever has answered.
    pub(crate) fn silence_window(&self, id: &CommandId, place: usize) -> Option<Window> {
        let command = self.state.commands.get(id)?;
        let task = &command.tasks[place];
        if !task.is_open() || task.stage().is_answered() || task.steps >= LAST_STEP {
            return None;
        }
        let steps_ms = i64::from(task.steps) * self.config.policy.escalate_ms;
        let late_ms = command.clocks.ack_by_ms? + steps_ms + task.postponed_ms;
        let at = task.facts.first()?.at.plus_ms(late_ms);
        Some(Window::of(at, self.step_after_silence(command, task)))
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
        let other = self.stand_in(&task.person)?;
        let told = command.tasks.iter().any(|t| t.person == other);
        (!told && self.knows(&other)).then_some(other)
    }

    /// A window closed with nothing heard.
    pub(crate) fn close_window(&mut self, id: &CommandId, place: u32, at: Time, out: &mut Effects) {
        let window = self.next_window(id, place as usize);
        if let Some(window) = window.filter(|w| w.at <= at) {
            self.take_step(id, place, window, at, out);
        }
    }

    /// What happens by itself, now.
    pub(crate) fn take_step(
        &mut self,
        id: &CommandId,
        place: u32,
        window: Window,
        at: Time,
        out: &mut Effects,
    ) {
        let step = window.step;
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        let substitute = self.substitute_of(command, &command.tasks[place as usize]);
        let task_id = command.task_id(place as usize);
        let Some(task) = self.task_mut(id, place) else {
            return;
        };
        if let Some(old) = task.due.take() {
            let row = Due::Task {
                command: id.clone(),
                place,
            };
            self.state.timers.disarm(old, row);
        }
        let Some(task) = self.task_mut(id, place) else {
            return;
        };
        match step {
            StepKind::Remind => {
                task.steps = 1;
                task.facts.push(system_fact(FactKind::NoReply, at));
                task.facts
                    .push(system_fact(FactKind::Escalated { step: 1 }, at));
                self.deliver(id, place as usize, at, out);
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
            StepKind::UpdateDue
            | StepKind::ArriveDue
            | StepKind::DoneDue
            | StepKind::VerifyDue
            | StepKind::MoveDue => task.overdue.push(step),
            StepKind::CrewWarning | StepKind::CrewCritical => {
                if let Some(timer) = window.crew {
                    self.mind_crew(id, place as usize, (step, timer), at, out);
                }
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
        self.deliver(id, place, at, out);
        self.wind(id, place as u32);
    }

    /// An officer has dealt with a notice about a task: it is shown anew.
    pub(crate) fn calm_task(&mut self, task: &str, out: &mut Effects) {
        let id = TaskId(task.to_owned());
        if let Some((command, _)) = self.find_task(&id) {
            out.push(Effect::Task { command, task: id });
        }
    }

    pub(crate) fn task_mut(&mut self, id: &CommandId, place: u32) -> Option<&mut Task> {
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
        StepKind::MoveDue => stage < Stage::EnRoute,
        StepKind::DoneDue => stage < Stage::Done,
        StepKind::VerifyDue => stage == Stage::Done,
        StepKind::Remind
        | StepKind::Substitute
        | StepKind::TellDesk
        | StepKind::CrewWarning
        | StepKind::CrewCritical => true,
    });
}
