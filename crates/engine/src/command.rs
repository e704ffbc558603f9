//! Commands: an order fans out into one task per person, and is finished when the world shows it.

use std::collections::BTreeSet;

use model::action::{Act, IssueCommand, Why};
use model::config::TaskClocks;
use model::id::Seal;
use model::task::{Fact, FactKind, Means, Stage};
use model::{AlarmKey, CommandId, Effect, Effects, GroupId, Level, OpId, PersonId, TaskId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::task::Task;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Command {
    pub(crate) id: CommandId,
    pub(crate) alarm: Option<AlarmKey>,
    pub(crate) template: String,
    pub(crate) level: Level,
    pub(crate) by: PersonId,
    pub(crate) issued: Time,
    pub(crate) wording: Seal,
    pub(crate) groups: Vec<GroupId>,
    pub(crate) clocks: TaskClocks,
    pub(crate) proof: bool,
    pub(crate) cancelled: Option<Time>,
    pub(crate) tasks: Vec<Task>,
}

impl Command {
    /// Whether anything is still awaited.
    pub(crate) fn is_open(&self) -> bool {
        self.tasks.iter().any(Task::is_open)
    }

    /// The stage of the task that is furthest from done.
    pub(crate) fn worst(&self) -> Stage {
        self.tasks
            .iter()
            .map(Task::stage)
            .min()
            .unwrap_or(Stage::Issued)
    }

    pub(crate) fn ops(&self) -> impl Iterator<Item = OpId> + '_ {
        let facts = self.tasks.iter().flat_map(|t| t.facts.iter());
        facts
            .filter_map(|f| f.op.clone())
            .chain([OpId(self.id.0.clone())])
    }

    pub(crate) fn task_id(&self, place: usize) -> TaskId {
        TaskId::of(&self.id, &self.tasks[place].person)
    }
}

impl Engine {
    /// Issues a command: groups become people, each gets a task, the alarm it answers is acknowledged,
    /// and of the situation it was issued from the members shown at the press.
    pub(crate) fn issue(
        &mut self,
        act: &Act,
        order: &IssueCommand,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let template = self
            .config
            .templates
            .iter()
            .find(|t| t.id == order.template);
        let template = template.ok_or(Why::NoSuchTemplate)?;
        let watch = match &order.alarm {
            Some(key) => Some(self.open_alarm(key).ok_or(Why::NoSuchAlarm)?),
            None => None,
        };
        if order.situation.is_some_and(|id| !self.knows_situation(id)) {
            return Err(Why::NoSuchSituation);
        }
        let people = self.reach(order)?;
        let id = CommandId(act.op.0.clone());
        let command = Command {
            id: id.clone(),
            alarm: order.alarm,
            template: order.template.clone(),
            level: order.level,
            by: act.by.clone(),
            issued: at,
            wording: order.wording.clone(),
            groups: order.groups.clone(),
            clocks: order.clocks.unwrap_or(template.clocks[order.level.index()]),
            proof: template.proof,
            cancelled: None,
            tasks: people
                .into_iter()
                .map(|p| Task::issued(p, Some(act), at))
                .collect(),
        };
        let count = command.tasks.len();
        self.state.commands.insert(id.clone(), command);
        for place in 0..count {
            self.deliver(&id, place, out);
            self.wind(&id, place as u32);
        }
        if let Some(watch) = watch {
            if let Some(alarm) = self.state.alarms.get_mut(&watch) {
                alarm.commands.push(id);
            }
            self.take_note(watch, &act.by, at, out);
        }
        if let Some(situation) = order.situation {
            self.note_members(situation, &order.alarms, &act.by, at, out);
        }
        Ok(())
    }

    /// Who an order reaches: members of its groups, then people named, each once.
    fn reach(&self, order: &IssueCommand) -> Result<Vec<PersonId>, Why> {
        let known = |id: &PersonId| self.config.people.iter().any(|p| p.id == *id);
        let mut people = Vec::new();
        let mut seen = BTreeSet::new();
        let groups = self
            .config
            .groups
            .iter()
            .filter(|g| order.groups.contains(&g.id));
        for person in groups.flat_map(|g| &g.members).chain(&order.people) {
            if !known(person) {
                return Err(Why::NoSuchPerson);
            }
            if seen.insert(person.clone()) {
                people.push(person.clone());
            }
        }
        if people.is_empty() {
            Err(Why::NobodyToReach)
        } else {
            Ok(people)
        }
    }

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
        if command.cancelled.is_some() || !command.is_open() {
            return Err(Why::TaskClosed);
        }
        command.cancelled = Some(at);
        let open: Vec<usize> = (0..command.tasks.len())
            .filter(|n| command.tasks[*n].is_open())
            .collect();
        for place in open {
            let fact = Fact {
                kind: FactKind::Cancelled,
                op: Some(act.op.clone()),
                by: Some(act.by.clone()),
                means: Means::App,
                at,
                device_at: act.device_at,
                note: reason.cloned(),
                position: None,
                photos: Vec::new(),
            };
            self.record(id, place, fact, at, out);
            self.deliver(id, place, out);
        }
        Ok(())
    }

    /// Tells a person of a task, and the screens of both.
    pub(crate) fn deliver(&mut self, id: &CommandId, place: usize, out: &mut Effects) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        let task = command.task_id(place);
        out.push(Effect::Task {
            command: id.clone(),
            task: task.clone(),
        });
        out.push(Effect::Deliver {
            task,
            to: command.tasks[place].person.clone(),
        });
    }

    /// After a start: deliveries without a receipt are made again.
    pub(crate) fn deliver_again(&mut self, out: &mut Effects) {
        for (task, to) in self.pending_deliveries() {
            out.push(Effect::Deliver { task, to });
        }
    }

    /// Deliveries whose receipt has not come back.
    pub fn pending_deliveries(&self) -> Vec<(TaskId, PersonId)> {
        let mut pending = Vec::new();
        for command in self.state.commands.values() {
            for (place, task) in command.tasks.iter().enumerate() {
                if task.is_open() && !task.has(FactKind::Delivered) && task.heard().is_none() {
                    pending.push((command.task_id(place), task.person.clone()));
                }
            }
        }
        pending
    }

    /// Detaches a finished command from the alarm it answers.
    pub(crate) fn finish(&mut self, id: &CommandId, at: Time, out: &mut Effects) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        if command.is_open() {
            return;
        }
        let Some(watch) = command.alarm.and_then(|key| self.open_alarm(&key)) else {
            return;
        };
        if let Some(alarm) = self.state.alarms.get_mut(&watch) {
            alarm.commands.retain(|c| c != id);
            out.push(Effect::Alarm(self.index.keys[watch as usize]));
        }
        self.settle(watch, at, out);
    }
}
