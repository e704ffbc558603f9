//! Crew timers: who is out there checks in; at 80 % they are reminded, at 100 % the desk looks.

use model::command::{CrewKind, CrewTimer};
use model::effect::SystemKind;
use model::task::{Fact, FactKind, Stage};
use model::view::{CrewView, StepKind};
use model::{CommandId, Effects, Level, Time};

use crate::command::Command;
use crate::engine::Engine;
use crate::task::{Task, Window, is_of_desk, system_fact};

/// Share of a timer after which the crew is reminded, in percent.
const WARN_PERCENT: i64 = 80;

/// Crews are watched from their arrival until they report done.
fn is_out(task: &Task) -> bool {
    matches!(task.stage(), Stage::OnScene | Stage::Working)
}

/// A timer as it runs for one task: since when, and what was said of it since then.
struct Running {
    since: Time,
    warned: bool,
    critical: bool,
}

fn running(task: &Task, timer: CrewKind) -> Option<Running> {
    if !is_out(task) {
        return None;
    }
    let begins = |kind: FactKind| matches!(kind, FactKind::OnScene | FactKind::Working { .. });
    let meets = |fact: &Fact| {
        let word = fact.by.is_some() && !is_of_desk(fact.kind);
        fact.kind == FactKind::CheckedIn { timer } || (word && timer == CrewKind::Personnel)
    };
    let start = task.facts.iter().position(|f| begins(f.kind))?;
    let met = task.facts.iter().rposition(meets).unwrap_or(start);
    let met = met.max(start);
    let after = &task.facts[met..];
    Some(Running {
        since: task.facts[met].at,
        warned: after
            .iter()
            .any(|f| f.kind == FactKind::CrewWarned { timer }),
        critical: after
            .iter()
            .any(|f| f.kind == FactKind::CrewCritical { timer }),
    })
}

impl Command {
    /// The crew timer that is to be minded next.
    pub(crate) fn crew_window(&self, task: &Task) -> Option<Window> {
        let window = |spec: &CrewTimer| {
            let run = running(task, spec.timer)?;
            let (percent, step) = match (run.warned, run.critical) {
                (_, true) => return None,
                (false, false) => (WARN_PERCENT, StepKind::CrewWarning),
                (true, false) => (100, StepKind::CrewCritical),
            };
            Some(Window {
                at: run.since.plus_ms(spec.every_ms * percent / 100),
                step,
                crew: Some(spec.timer),
            })
        };
        self.crew.iter().filter_map(window).min_by_key(|w| w.at)
    }

    pub(crate) fn crew_views(&self, task: &Task) -> Vec<CrewView> {
        let view = |spec: &CrewTimer| {
            let run = running(task, spec.timer)?;
            Some(CrewView {
                timer: spec.timer,
                every_ms: spec.every_ms,
                since: run.since,
                warned: run.warned,
                critical: run.critical,
            })
        };
        self.crew.iter().filter_map(view).collect()
    }

    fn is_crew_overdue(&self, place: usize) -> bool {
        let task = &self.tasks[place];
        let mut timers = self.crew.iter();
        timers.any(|spec| running(task, spec.timer).is_some_and(|run| run.critical))
    }
}

impl Engine {
    /// A timer ran to 80 % or to its end.
    pub(crate) fn mind_crew(
        &mut self,
        id: &CommandId,
        place: usize,
        (step, timer): (StepKind, CrewKind),
        at: Time,
        out: &mut Effects,
    ) {
        let critical = step == StepKind::CrewCritical;
        let kind = if critical {
            FactKind::CrewCritical { timer }
        } else {
            FactKind::CrewWarned { timer }
        };
        let Some(task) = self.task_mut(id, place as u32) else {
            return;
        };
        task.facts.push(system_fact(kind, at));
        if !critical {
            self.deliver(id, place, at, out);
            return;
        }
        let Some(subject) = self.state.commands.get(id).map(|c| c.task_id(place)) else {
            return;
        };
        let red = Some(Level::Red);
        self.notice_at(SystemKind::CrewOverdue, subject.as_str(), red, at, out);
    }

    /// Takes the notice back once every timer of the crew is met, or they are no longer out there.
    pub(crate) fn see_crew_back(
        &mut self,
        id: &CommandId,
        place: usize,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        if command.crew.is_empty() || command.is_crew_overdue(place) {
            return;
        }
        let subject = command.task_id(place);
        self.notice(SystemKind::CrewOverdue, subject.as_str(), false, at, out);
    }
}
