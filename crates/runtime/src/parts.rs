//! The updates of one commit by whom they belong to, for clients that see only their own part.
//!
//! A command to thousands is one update with everybody's task in it. Each of their phones gets the
//! command with its own task; finding that by reading the whole text would cost as much as there are
//! phones, times as much as there are tasks.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use model::PersonId;
use model::effect::SystemKind;
use model::view::{Change, CommandView, SnapshotView, SystemView, TaskView, Update};

use crate::hub::{UPDATES_HEAD, UPDATES_TAIL};

/// A person, and what of an update they may see: it is trimmed, or not told at all.
#[derive(Clone)]
pub struct Own {
    pub person: PersonId,
    pub keep: Arc<dyn Fn(&mut Update) -> bool + Send + Sync>,
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Own {}", self.person.as_str())
    }
}

/// Everything as it stands, with the commands beside it: a snapshot that many clients share.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    pub(crate) snapshot: SnapshotView,
    /// Of each county, in order; of each command, its tasks.
    commands: Vec<Vec<(CommandView, Vec<TaskView>)>>,
}

impl Whole {
    pub(crate) fn of(mut snapshot: SnapshotView) -> Whole {
        let split = |mut command: CommandView| {
            let tasks = std::mem::take(&mut command.tasks);
            (command, tasks)
        };
        let counties = snapshot.counties.iter_mut();
        let commands = counties.map(|county| std::mem::take(&mut county.commands));
        Whole {
            commands: commands
                .map(|list| list.into_iter().map(split).collect())
                .collect(),
            snapshot,
        }
    }

    /// The snapshot with every command, or with the commands and tasks of one person.
    pub(crate) fn seen_by(self: Arc<Whole>, own: Option<&Own>) -> SnapshotView {
        let Some(own) = own else {
            let whole = Arc::unwrap_or_clone(self);
            let mut snapshot = whole.snapshot;
            for (county, commands) in snapshot.counties.iter_mut().zip(whole.commands) {
                let joined = commands.into_iter();
                county.commands = joined
                    .map(|(command, tasks)| CommandView { tasks, ..command })
                    .collect();
            }
            return snapshot;
        };
        let mut snapshot = self.snapshot.clone();
        for (county, commands) in snapshot.counties.iter_mut().zip(&self.commands) {
            let theirs = commands.iter().filter_map(|(command, tasks)| {
                let tasks = tasks.iter().filter(|task| task.person == own.person);
                let tasks: Vec<TaskView> = tasks.cloned().collect();
                let command = (!tasks.is_empty()).then(|| command.clone())?;
                Some(CommandView { tasks, ..command })
            });
            county.commands = theirs.collect();
        }
        snapshot
    }
}

/// The updates of one commit.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    list: Vec<Part>,
    /// Made when the first phone asks; where none listens it costs nothing.
    whose: OnceLock<Whose>,
}

/// One update; the tasks of a command lie beside it, so that it can be given to each without them.
#[derive(Debug)]
struct Part {
    update: Update,
    tasks: Vec<TaskView>,
    /// Of a task whose phone may not know it: the command without tasks.
    order: Option<Arc<CommandView>>,
}

/// Places of updates and, for a command, of the task in it.
#[derive(Debug, Default)]
struct Whose {
    everybody: Vec<usize>,
    by_person: BTreeMap<PersonId, Vec<(usize, Option<usize>)>>,
}

impl Parts {
    /// Takes the next update, which was rendered.
    pub(crate) fn push(&mut self, mut update: Update, order: Option<Arc<CommandView>>) {
        let mut tasks = Vec::new();
        if let Change::Command { command } = &mut update.change {
            tasks = std::mem::take(&mut command.tasks);
        }
        self.list.push(Part {
            update,
            tasks,
            order,
        });
    }

    /// Whom this is about; none where it is about everybody.
    pub(crate) fn people(&self) -> Option<impl Iterator<Item = &PersonId>> {
        let whose = self.whose.get_or_init(|| self.sort());
        whose.everybody.is_empty().then(|| whose.by_person.keys())
    }

    /// The message for one person, of the updates whose place is `wanted`; none when nothing is theirs.
    pub(crate) fn of(&self, own: &Own, wanted: impl Fn(usize) -> bool) -> Option<Bytes> {
        let whose = self.whose.get_or_init(|| self.sort());
        let theirs = whose.by_person.get(&own.person).into_iter().flatten();
        let everybody = whose.everybody.iter().map(|n| (*n, None));
        let mut places: Vec<_> = theirs.copied().chain(everybody).collect();
        places.retain(|(n, _)| wanted(*n));
        places.sort_unstable();
        let mut text = Vec::from(UPDATES_HEAD);
        let empty = text.len();
        // Several tasks of a person in one command stand together.
        for alike in places.chunk_by(|a, b| a.0 == b.0) {
            let mut update = self.trimmed(alike);
            if !(own.keep)(&mut update) {
                continue;
            }
            if text.len() > empty {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, &update)
                .expect("a view has string keys, so it is JSON");
        }
        if text.len() == empty {
            return None;
        }
        text.extend_from_slice(UPDATES_TAIL);
        Some(Bytes::from(text))
    }

    /// One update with these of its tasks.
    fn trimmed(&self, places: &[(usize, Option<usize>)]) -> Update {
        let part = &self.list[places[0].0];
        let mut update = part.update.clone();
        match (update.change, &part.order) {
            (Change::Command { mut command }, _) => {
                let tasks = places.iter().filter_map(|(_, task)| *task);
                command.tasks = tasks.map(|task| part.tasks[task].clone()).collect();
                update.change = Change::Command { command };
            }
            (Change::Task { task, .. }, Some(order)) => {
                let command = CommandView {
                    tasks: vec![task],
                    ..CommandView::clone(order)
                };
                update.change = Change::Command { command };
            }
            (other, _) => update.change = other,
        }
        update
    }

    fn sort(&self) -> Whose {
        let Whose {
            mut everybody,
            mut by_person,
        } = Whose::default();
        let mut belongs = |person: &PersonId, place| match by_person.get_mut(person) {
            Some(places) => places.push(place),
            None => drop(by_person.insert(person.clone(), vec![place])),
        };
        for (n, part) in self.list.iter().enumerate() {
            match &part.update.change {
                Change::Task { task, .. } => belongs(&task.person, (n, None)),
                Change::Page { page } => belongs(&page.to, (n, None)),
                Change::Group { group } => {
                    for person in &group.members {
                        belongs(person, (n, None));
                    }
                }
                Change::System { system } => {
                    let people = whose(system);
                    if people.is_empty() {
                        everybody.push(n);
                    }
                    for person in people {
                        belongs(&person, (n, None));
                    }
                }
                Change::Command { .. } => {
                    for (place, task) in part.tasks.iter().enumerate() {
                        belongs(&task.person, (n, Some(place)));
                    }
                }
                Change::Alarm { .. }
                | Change::Situation { .. }
                | Change::Annunciation { .. }
                | Change::Suppression { .. }
                | Change::Load { .. }
                | Change::Weather { .. }
                | Change::Event { .. }
                | Change::Configured
                | Change::Incident { .. }
                | Change::Run { .. }
                | Change::Duty { .. } => everybody.push(n),
            }
        }
        Whose {
            everybody,
            by_person,
        }
    }
}

/// Whose task a notice is about; nobody's where it is about anything else. Both halves of a task's id may
/// hold dots, so whoever each of its ends names is meant.
pub fn whose(notice: &SystemView) -> Vec<PersonId> {
    let of_a_task = matches!(
        notice.kind,
        SystemKind::Unanswered | SystemKind::NeedHelp | SystemKind::CrewOverdue
    );
    let dots = notice.subject.match_indices('.').filter(|_| of_a_task);
    dots.map(|(dot, _)| PersonId::from(&notice.subject[dot + 1..]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Time;
    use model::config::Text;
    use model::view::GroupView;

    #[test]
    fn a_group_is_about_its_members() {
        let group = GroupView {
            id: "dams".into(),
            title: Text::same("dams"),
            members: vec!["li".into(), "zhao".into()],
        };
        let mut parts = Parts::default();
        let update = Update {
            seq: 1,
            n: 0,
            jurisdiction: "330624".to_owned(),
            change: Change::Group { group },
        };
        parts.push(update, None);
        let people: Vec<&PersonId> = parts.people().into_iter().flatten().collect();
        assert_eq!(people, [&PersonId::from("li"), &PersonId::from("zhao")]);
    }

    #[test]
    fn a_notice_about_a_task_is_for_its_person_whatever_dots_are_in_the_ids() {
        let notice = |kind, subject: &str| SystemView {
            kind,
            subject: subject.to_owned(),
            since: Time::MIN,
            until: None,
            level: None,
            owner: None,
        };
        let of = |subject: &str| whose(&notice(SystemKind::Unanswered, subject));
        assert_eq!(of("c-1.li"), [PersonId::from("li")]);
        assert!(of("c.1.li.wei").contains(&PersonId::from("li.wei")));
        assert!(!of("c-1.li").contains(&PersonId::from("wei")));
        assert!(whose(&notice(SystemKind::LinkDown, "a.b")).is_empty());
    }
}
