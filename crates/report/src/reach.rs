//! Who was reached by commands and how fast: the tasks of each with their facts, and the paces they add
//! up to.

use model::TaskId;
use model::page::{About as PageAbout, Page};
use model::task::FactKind;
use model::view::CommandView;

use crate::chronicle::{Chronicle, World};
use crate::facts::{CommandRow, FactRow, Moment, Pace, Step, TaskRow};

impl Chronicle {
    pub(crate) fn concerns_page(&self, page: &Page) -> bool {
        if self.scope.incident.is_none() {
            return true;
        }
        match &page.about {
            PageAbout::Situation(id) => self.concerns(Some(*id)),
            PageAbout::Task(task) => self
                .commands
                .keys()
                .any(|id| is_task_of(task, id.as_str()) && self.concerns_command(id)),
            PageAbout::Notice { .. } | PageAbout::RollCall(_) | PageAbout::Test(_) => false,
        }
    }

    /// The commands of the report as they looked last, oldest first.
    pub(crate) fn command_rows(&self, world: &dyn World) -> Vec<CommandRow> {
        let ours = self.commands.iter();
        let ours = ours.filter(|(id, issue)| issue.touched && self.concerns_command(id));
        let rows = ours.filter_map(|(id, issue)| {
            let view = world.command(id)?;
            let issued = issue.told.or(issue.pressed);
            Some(CommandRow {
                issued: issued.unwrap_or(Moment::before(view.issued)),
                situation: issue.situation,
                tasks: self.task_rows(&view),
                id: view.id,
                title: view.title,
                level: view.level,
                by: view.by,
                wording: view.wording,
                phase: view.phase,
                worst: view.worst,
                cancelled: view.cancelled,
            })
        });
        let mut rows: Vec<CommandRow> = rows.collect();
        rows.sort_by(|a, b| (a.issued, &a.id).cmp(&(b.issued, &b.id)));
        rows
    }

    fn task_rows(&self, command: &CommandView) -> Vec<TaskRow> {
        let tasks = command.tasks.iter().map(|task| {
            let known = self.facts.get(&task.id);
            let moment = |n: usize, at| {
                let place = known.and_then(|k| k.moments.get(n.checked_sub(k.before)?));
                place.copied().unwrap_or(Moment::before(at))
            };
            let facts = task.facts.iter().enumerate().map(|(n, fact)| FactRow {
                kind: fact.kind,
                moment: moment(n, fact.at),
                by: fact.by.clone(),
                means: fact.means,
                device_at: fact.device_at,
                note: fact.note.clone(),
                photos: fact.photos.clone(),
            });
            TaskRow {
                id: task.id.clone(),
                person: task.person.clone(),
                stage: task.stage,
                facts: facts.collect(),
            }
        });
        tasks.collect()
    }
}

fn is_task_of(task: &TaskId, command: &str) -> bool {
    let rest = task.as_str().strip_prefix(command);
    rest.is_some_and(|rest| rest.starts_with('.'))
}

impl TaskRow {
    /// When the person was told.
    pub fn issued(&self) -> Option<&FactRow> {
        self.facts.first()
    }

    /// The first fact by which this step was reached. What comes later on the way says that what
    /// comes before it was passed as well.
    pub fn reached(&self, step: Step) -> Option<&FactRow> {
        self.facts.iter().find(|fact| passes(step, fact.kind))
    }
}

fn passes(step: Step, fact: FactKind) -> bool {
    let rank = match fact {
        FactKind::Delivered => 1,
        FactKind::Seen => 2,
        FactKind::Accepted | FactKind::Declined | FactKind::EnRoute => 3,
        FactKind::OnScene | FactKind::Working { .. } => 4,
        FactKind::Done => 5,
        FactKind::Verified => 6,
        FactKind::Issued
        | FactKind::Rejected
        | FactKind::NeedHelp
        | FactKind::NoReply
        | FactKind::Escalated { .. }
        | FactKind::Cancelled
        | FactKind::CancelSeen
        | FactKind::Superseded
        | FactKind::Reassigned
        | FactKind::Called
        | FactKind::Postponed { .. }
        | FactKind::Hastened
        | FactKind::CheckedIn { .. }
        | FactKind::CrewWarned { .. }
        | FactKind::CrewCritical { .. }
        | FactKind::Photo
        | FactKind::NotReached => 0,
    };
    rank >= match step {
        Step::Delivered => 1,
        Step::Seen => 2,
        Step::Answered => 3,
        Step::OnScene => 4,
        Step::Done => 5,
        Step::Verified => 6,
    }
}

/// How fast the people of each command came to each step.
pub(crate) fn paces(commands: &[CommandRow]) -> Vec<Pace> {
    let mut paces = Vec::new();
    for command in commands {
        for step in Step::ALL {
            let mut times = Vec::new();
            let mut entries = Vec::new();
            for task in &command.tasks {
                let (Some(issued), Some(fact)) = (task.issued(), task.reached(step)) else {
                    continue;
                };
                times.push(fact.moment.at.since_ms(issued.moment.at).max(0));
                entries.extend(fact.moment.entry);
            }
            times.sort_unstable();
            let (Some(fastest), Some(slowest)) = (times.first(), times.last()) else {
                continue;
            };
            paces.push(Pace {
                command: command.id.clone(),
                step,
                count: times.len() as u32,
                of: command.tasks.len() as u32,
                fastest_ms: *fastest,
                // Of an even number the earlier one: a time that somebody really needed.
                median_ms: times[(times.len() - 1) / 2],
                slowest_ms: *slowest,
                entries,
            });
        }
    }
    paces
}
