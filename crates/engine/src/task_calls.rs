//! Calls about tasks: whoever has a task is called on one of their channels after the other until they
//! are heard. What follows from silence after that (a reminder, a substitute, the desk) is the task's own
//! affair, and calls anew.
//!
//! What comes back of such a page is a fact of the task: a receipt of the device that it was delivered, a
//! key pressed that the person heard of it. Nobody accepts a task by picking up.

use model::action::{Act, ReportTask};
use model::config::{Call, Escalation, EscalationStep, Occasion, Target};
use model::page::{About, Channel};
use model::task::{Fact, FactKind, Means, Stage};
use model::view::{CancelReason, NextTry, RunLine, RunState, TaskCall};
use model::{CommandId, Effects, PageFact, PageId, PersonId, RunId, TaskId, Time};

use crate::engine::Engine;
use crate::page::Sheet;
use crate::task::{Task, system_fact};

/// What such a run goes by.
const POLICY: &str = "task";

impl Engine {
    /// Begins to call a person about their task, or about its being withdrawn.
    pub(crate) fn call_for_task(
        &mut self,
        id: &CommandId,
        place: usize,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        let policy = &self.config.policy.command;
        let Some(gap_ms) = policy.next_channel_ms(command.clocks.ack_by_ms) else {
            return;
        };
        let task = command.task_id(place);
        let (person, level) = (command.tasks[place].person.clone(), command.level);
        let template = self.config.templates.iter();
        let template = template.into_iter().find(|t| t.id == command.template);
        let title = template.map(|t| t.title.clone()).unwrap_or_default();
        let channels = self.ways_to(&person);
        self.drop_task_calls(&task, at, out);
        if channels.is_empty() {
            return;
        }
        let steps = (0i64..)
            .zip(0..channels.len())
            .map(|(n, from)| EscalationStep {
                after_ms: n * gap_ms,
                calls: vec![Call {
                    to: vec![Target::Person(person.clone())],
                    by: channels[from..].to_vec(),
                }],
                must: false,
            });
        let policy = Escalation {
            id: POLICY.to_owned(),
            title,
            occasion: Occasion::Task,
            levels: Vec::new(),
            hazards: Vec::new(),
            confirm_all: true,
            steps: steps.collect(),
            loops: 0,
            loop_after_ms: gap_ms,
            exhausted: Vec::new(),
        };
        let about = About::Task(task.clone());
        let run = self.open_run(about, &policy, Some(level), Vec::new(), at, out);
        self.state.calling.tasks.entry(task).or_default().push(run);
    }

    /// A person's channels in their order. Their desk shows the task by itself.
    fn ways_to(&self, person: &PersonId) -> Vec<Channel> {
        let own = self.channels_of(person, &[]).into_iter();
        own.filter(|channel| *channel != Channel::Desk).collect()
    }

    /// Takes the next step of a run about a task: the first channel that it has not tried.
    pub(crate) fn try_next_way(&mut self, id: &RunId, step: u16, at: Time, out: &mut Effects) {
        let calling = &self.state.calling;
        let Some(run) = calling.runs.get(id) else {
            return;
        };
        let call = run.policy.steps[usize::from(step) - 1].calls.first();
        let Some((Target::Person(person), by)) =
            call.and_then(|call| Some((call.to.first()?.clone(), call.by.clone())))
        else {
            return;
        };
        let round = run.round;
        let tried = run.pages.iter().filter_map(|page| calling.pages.get(page));
        let tried: Vec<Channel> = tried.map(|sheet| sheet.channel).collect();
        let mut left = self.channels_of(&person, &by);
        left.retain(|channel| !tried.contains(channel));
        let called = u32::from(!left.is_empty());
        self.place_page(id, step, &person, &left, at, out);
        self.write(
            id,
            RunLine::Step {
                round,
                step,
                called,
            },
            at,
            out,
        );
    }

    /// The person of a task was heard, by whatever means: nobody calls them any more.
    pub(crate) fn hear_of_task(&mut self, task: &TaskId, at: Time, out: &mut Effects) {
        let Some(run) = self.newest_call(task).cloned() else {
            return;
        };
        let people = self.state.calling.runs.get(&run).map(|run| &run.people);
        let people: Vec<PersonId> = people.into_iter().flat_map(|p| p.keys().cloned()).collect();
        for person in people {
            self.hear_answer(&run, &person, true, at, out);
        }
    }

    /// An officer is on the telephone with them: the next call leaves room for that.
    pub(crate) fn hold_task_calls(&mut self, task: &TaskId, until: Time) {
        let Some(id) = self.newest_call(task).cloned() else {
            return;
        };
        let Some(run) = self.state.calling.runs.get_mut(&id) else {
            return;
        };
        let running = run.state == RunState::Running;
        if let Some(next) = run.next_at.filter(|next| running && *next < until) {
            run.round_began = run.round_began.plus_ms(until.since_ms(next));
            self.arm_run(&id, Some(until));
        }
    }

    /// Calls that are under way end: others take their place.
    fn drop_task_calls(&mut self, task: &TaskId, at: Time, out: &mut Effects) {
        let Some(id) = self.newest_call(task).cloned() else {
            return;
        };
        let run = self.state.calling.runs.get(&id);
        if run.is_some_and(|run| !run.closed) {
            self.cancel_run(&id, CancelReason::Superseded, at, out);
        }
    }

    /// The app of a task's person spoke of it by itself: a receipt of the push that told of it.
    pub(crate) fn hear_own_app(
        &mut self,
        act: &Act,
        report: &ReportTask,
        at: Time,
        out: &mut Effects,
    ) {
        let calling = &self.state.calling;
        let runs = calling.tasks.get(&report.task).into_iter().flatten().rev();
        let pages = runs.filter_map(|run| calling.runs.get(run));
        let mut pages = pages.flat_map(|run| run.pages.iter().rev());
        let own = |page: &&PageId| {
            let sheet = calling.pages.get(*page);
            let pushed = |s: &Sheet| s.channel == Channel::Push && s.sent.is_some();
            sheet.is_some_and(|s| pushed(s) && s.to == act.by)
        };
        let page = pages.find(own).filter(|_| report.means == Means::App);
        if let Some(page) = page.cloned() {
            let fact = PageFact::Delivered;
            if self.is_page_news(&page, &fact) {
                self.hear_by_app(&page, &fact, at, out);
                self.page_known(&page, &fact, None, at, out);
            }
        }
    }

    fn newest_call(&self, task: &TaskId) -> Option<&RunId> {
        self.state.calling.tasks.get(task)?.last()
    }

    /// What came back of a page about a task, and who says so, is known of the task as well.
    pub(crate) fn note_on_task(
        &mut self,
        id: &PageId,
        fact: &PageFact,
        by: Option<&PersonId>,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(sheet) = self.state.calling.pages.get(id) else {
            return;
        };
        let About::Task(task) = &sheet.about else {
            return;
        };
        let Some((command, place)) = self.find_task(task) else {
            return;
        };
        let means = match sheet.channel {
            Channel::Voice | Channel::Sms => Means::Phone,
            Channel::Desk
            | Channel::Push
            | Channel::Robot
            | Channel::Mail
            | Channel::Loudspeaker => Means::App,
        };
        let said = by.cloned().unwrap_or_else(|| sheet.to.clone());
        let known = self.state.commands.get(&command);
        let kind = known.and_then(|c| fact_of(&c.tasks[place], fact));
        if let Some(kind) = kind {
            let fact = Fact {
                by: Some(said),
                means: if by.is_some() { Means::Phone } else { means },
                ..system_fact(kind, at)
            };
            self.record(&command, place, fact, at, out);
        }
    }

    /// How a task was called for: the newest try on each channel, and what comes next by itself.
    pub(crate) fn calls_for(&self, task: &TaskId) -> (Vec<TaskCall>, Option<NextTry>) {
        let calling = &self.state.calling;
        let runs = calling.tasks.get(task).into_iter().flatten();
        let runs: Vec<_> = runs.filter_map(|id| calling.runs.get(id)).collect();
        let mut calls: Vec<TaskCall> = Vec::new();
        for run in &runs {
            let pages = run.pages.iter();
            for (id, sheet) in pages.filter_map(|id| Some((id, calling.pages.get(id)?))) {
                let over = !run.calls_by(sheet);
                calls.retain(|call| call.channel != sheet.channel);
                calls.push(task_call(id, sheet, over));
            }
        }
        let running = runs.last().filter(|run| run.state == RunState::Running);
        let next = running.and_then(|run| {
            let step = run.policy.steps.get(usize::from(run.taken))?;
            let tried = |c: &&Channel| !calls_by_channel(&calls, run.began, **c);
            let channel = step.calls.first()?.by.iter().find(tried)?;
            Some(NextTry {
                at: run.next_at?,
                channel: *channel,
            })
        });
        (calls, next)
    }
}

fn calls_by_channel(calls: &[TaskCall], since: Time, channel: Channel) -> bool {
    let mut calls = calls.iter();
    calls.any(|call| call.channel == channel && call.decided >= since)
}

fn task_call(id: &PageId, sheet: &Sheet, over: bool) -> TaskCall {
    TaskCall {
        page: id.clone(),
        channel: sheet.channel,
        stage: sheet.stage(over),
        decided: sheet.at,
        sent: sheet.sent,
    }
}

/// What a page's fact says of its task, if that is not known yet.
fn fact_of(task: &Task, fact: &PageFact) -> Option<FactKind> {
    let ended = task.withdrawn().is_some();
    let heard = task.heard().is_some();
    match fact {
        PageFact::Delivered if ended => task.owes_end_receipt().then_some(FactKind::Delivered),
        PageFact::Delivered => {
            (!heard && !task.has(FactKind::Delivered)).then_some(FactKind::Delivered)
        }
        PageFact::Seen if ended => task.owes_end_receipt().then_some(FactKind::Seen),
        PageFact::Acked | PageFact::Declined if ended => {
            task.is_end_unseen().then_some(FactKind::CancelSeen)
        }
        PageFact::Seen | PageFact::Acked => (!heard).then_some(FactKind::Seen),
        // Who said yes before says no now, as in the app.
        PageFact::Declined => (task.stage() != Stage::Declined).then_some(FactKind::Declined),
        PageFact::Sent
        | PageFact::Accepted { .. }
        | PageFact::Failed { .. }
        | PageFact::Expired
        | PageFact::NoWay { .. } => None,
    }
}
