//! Commands: an order fans out into one task per person, and is finished when the world shows it.

use std::collections::BTreeSet;

use model::action::{Act, IssueCommand, Shown, Why};
use model::command::{CrewTimer, Field, Phase, ProofBound, TemplateKind, VillageTarget};
use model::config::{TaskClocks, Template};
use model::id::Seal;
use model::task::{FactKind, Stage};
use model::{
    AlarmKey, CommandId, Effect, Effects, GroupId, Level, OpId, PersonId, SituationId, TaskId, Time,
};
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
    /// When its people were told; before that, when it was written.
    pub(crate) issued: Time,
    pub(crate) wording: Seal,
    pub(crate) groups: Vec<GroupId>,
    pub(crate) clocks: TaskClocks,
    pub(crate) proof: bool,
    pub(crate) cancelled: Option<Time>,
    pub(crate) tasks: Vec<Task>,
    #[serde(default)]
    pub(crate) device_at: Option<Time>,
    #[serde(default)]
    pub(crate) kind: TemplateKind,
    #[serde(default)]
    pub(crate) phase: Phase,
    /// Who will get a task, until they have it.
    #[serde(default)]
    pub(crate) reach: Vec<PersonId>,
    /// A second person has to agree.
    #[serde(default)]
    pub(crate) needs_approval: bool,
    #[serde(default)]
    pub(crate) approved_by: Option<PersonId>,
    /// It reaches so many that it is held before it goes out.
    #[serde(default)]
    pub(crate) mass: bool,
    #[serde(default)]
    pub(crate) supersedes: Option<CommandId>,
    #[serde(default)]
    pub(crate) superseded_by: Option<CommandId>,
    #[serde(default)]
    pub(crate) villages: Vec<VillageTarget>,
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    #[serde(default)]
    pub(crate) crew: Vec<CrewTimer>,
    #[serde(default)]
    pub(crate) proven_by: Option<ProofBound>,
    /// The situation it was issued from, and its members that were shown then.
    #[serde(default)]
    pub(crate) situation: Option<SituationId>,
    #[serde(default)]
    pub(crate) noted: Vec<AlarmKey>,
    /// How the alarms it is to acknowledge were shown, until it has gone out.
    #[serde(default)]
    pub(crate) shown: Vec<Shown>,
    /// When the leases of those members were renewed last.
    #[serde(default)]
    renewed: Option<Time>,
}

/// The leases of a situation's members are renewed no more often: there may be thousands, and everybody a
/// command reaches may report within a minute.
const RENEW_MS: i64 = 10_000;

impl Command {
    /// Whether anything is still awaited.
    pub(crate) fn is_open(&self) -> bool {
        match self.phase {
            Phase::Prepared { .. } | Phase::Waiting | Phase::Held { .. } => true,
            Phase::Issued => self.tasks.iter().any(Task::is_open),
            Phase::Stopped { .. } => false,
        }
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

    fn written(act: &Act, order: &IssueCommand, template: &Template, at: Time) -> Command {
        Command {
            id: CommandId(act.op.0.clone()),
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
            tasks: Vec::new(),
            device_at: act.device_at,
            kind: template.kind,
            phase: Phase::Issued,
            reach: Vec::new(),
            needs_approval: false,
            approved_by: None,
            mass: false,
            supersedes: order.supersedes.clone(),
            superseded_by: None,
            villages: order.villages.clone(),
            fields: template.fields.clone(),
            crew: template.crew.clone(),
            proven_by: template.proven_by.clone(),
            situation: order.situation,
            noted: order.alarms.clone(),
            shown: order.shown.clone(),
            renewed: None,
        }
    }
}

impl Engine {
    /// Takes an order: groups become people; a large or grave one waits, any other goes out.
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
        if let Some(key) = &order.alarm {
            self.open_alarm(key).ok_or(Why::NoSuchAlarm)?;
        }
        if order.situation.is_some_and(|id| !self.knows_situation(id)) {
            return Err(Why::NoSuchSituation);
        }
        let mut command = Command::written(act, order, template, at);
        command.reach = self.reach(order, template.kind, at)?;
        are_distinct(&command.villages)?;
        let policy = self.config.policy.command;
        let count = command.reach.len();
        let corrects = template.kind == TemplateKind::Correction && self.is_known_to_all(&command);
        let large = policy.mass_above > 0 && count > usize::from(policy.mass_above);
        command.mass = large && !corrects;
        if command.mass && template.correction.is_none() {
            return Err(Why::CorrectionMissing);
        }
        if order.count.is_some_and(|typed| typed as usize != count) {
            return Err(Why::CountDiffers);
        }
        let from_level = template
            .approve_from
            .map_or(policy.approve_from, Level::digit);
        command.needs_approval = !corrects && from_level > 0 && order.level.digit() >= from_level;
        let id = command.id.clone();
        let confirmed = !command.mass || order.count.is_some();
        self.state.commands.insert(id.clone(), command);
        if confirmed {
            self.proceed(&id, at, out);
        } else {
            let until = at.plus_ms(policy.prepared_ms);
            self.enter_phase(&id, Phase::Prepared { until }, out);
        }
        Ok(())
    }

    /// Whether everybody it reaches has a task of the command it takes the place of.
    fn is_known_to_all(&self, command: &Command) -> bool {
        let old = command.supersedes.as_ref();
        let Some(old) = old.and_then(|old| self.state.commands.get(old)) else {
            return false;
        };
        let told: BTreeSet<&PersonId> = old.tasks.iter().map(|t| &t.person).collect();
        command.reach.iter().all(|person| told.contains(person))
    }

    /// Who an order reaches: members of its groups and whoever holds their posts now, then people
    /// named, each once. A correction that names nobody reaches whoever the command before it reached.
    fn reach(
        &self,
        order: &IssueCommand,
        kind: TemplateKind,
        at: Time,
    ) -> Result<Vec<PersonId>, Why> {
        let known = |id: &PersonId| self.knows(id);
        let mut people = Vec::new();
        let mut seen = BTreeSet::new();
        let groups = self
            .config
            .groups
            .iter()
            .filter(|g| order.groups.contains(&g.id));
        let meant = groups.flat_map(|g| self.people_of_group(g, at));
        for person in meant.chain(order.people.iter().cloned()) {
            if !known(&person) {
                return Err(Why::NoSuchPerson);
            }
            if seen.insert(person.clone()) {
                people.push(person);
            }
        }
        if let Some(old) = &order.supersedes {
            let old = self.state.commands.get(old).ok_or(Why::NoSuchCommand)?;
            if old.phase != Phase::Issued {
                return Err(Why::NotIssuedYet);
            }
            if old.cancelled.is_some() || old.superseded_by.is_some() {
                return Err(Why::TaskClosed);
            }
            let corrects = kind == TemplateKind::Correction;
            if corrects && people.is_empty() {
                let told = old.tasks.iter().map(|t| t.person.clone());
                people.extend(told.filter(|p| known(p)));
            }
        }
        if people.is_empty() {
            Err(Why::NobodyToReach)
        } else {
            Ok(people)
        }
    }

    /// Tells everybody the command reaches, and takes note of the alarm in the officer's name.
    pub(crate) fn send_out(&mut self, id: &CommandId, at: Time, out: &mut Effects) {
        let Some(command) = self.state.commands.get_mut(id) else {
            return;
        };
        let late = command.issued != at;
        command.phase = Phase::Issued;
        command.issued = at;
        let by = command.by.clone();
        let tasks = std::mem::take(&mut command.reach).into_iter();
        command.tasks = tasks
            .map(|person| Task::issued(person, Some(command), at))
            .collect();
        let (count, alarm) = (command.tasks.len(), command.alarm);
        let old = command.supersedes.clone();
        let shown = std::mem::take(&mut command.shown);
        if late {
            out.push(Effect::Command {
                command: id.clone(),
            });
        }
        self.sweep_runs(at);
        for place in 0..count {
            self.deliver(id, place, at, out);
            self.wind(id, place as u32);
        }
        if let Some(old) = old {
            self.supersede(&old, id, at, out);
        }
        if let Some(watch) = alarm.and_then(|key| self.open_alarm(&key)) {
            self.attach(&[watch], id);
            self.note_as_shown(&[watch], &shown, &by, at, out);
            if let Some(situation) = self.situation_of(watch) {
                self.decide_by_command(situation, id, at, out);
            }
        }
        self.note_shown(id, &shown, &by, at, out);
    }

    /// Takes note of the members of its situation that were shown when a command was issued, and of none
    /// that came after. They are answered by it also where they are worse by now.
    fn note_shown(
        &mut self,
        id: &CommandId,
        shown: &[Shown],
        by: &PersonId,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        let Some(situation) = command.situation.and_then(|id| self.whole(id)) else {
            return;
        };
        let (noted, answers) = (command.noted.clone(), command.alarm.is_some());
        let members = self.members_among(situation, &noted);
        self.attach(&members, id);
        self.note_by_hand(situation, shown, by, at);
        self.note_as_shown(&members, shown, by, at, out);
        if !answers {
            self.decide_by_command(situation, id, at, out);
        }
    }

    /// Keeps alarms open until a command that answers them is over.
    fn attach(&mut self, watches: &[u32], id: &CommandId) {
        for watch in watches {
            if let Some(alarm) = self.state.alarms.get_mut(watch)
                && !alarm.commands.contains(id)
            {
                alarm.commands.push(id.clone());
            }
        }
    }

    /// Progress on a command renews the leases of the alarms it answers.
    pub(crate) fn renew_leases(&mut self, id: &CommandId, at: Time, out: &mut Effects) {
        let Some(command) = self.state.commands.get_mut(id) else {
            return;
        };
        let (own, last) = (command.alarm, command.renewed);
        let due = last.is_none_or(|last| at.since_ms(last) >= RENEW_MS);
        if due {
            command.renewed = Some(at);
        }
        let mut watches: Vec<u32> = own.iter().filter_map(|key| self.open_alarm(key)).collect();
        if due {
            watches.extend(self.answered_members(id));
        }
        for watch in watches {
            self.renew_lease(watch, at, out);
        }
    }

    /// Members of its situation that a command answers, without the alarm it was issued for.
    fn answered_members(&self, id: &CommandId) -> Vec<u32> {
        let Some(command) = self.state.commands.get(id) else {
            return Vec::new();
        };
        let keys = command
            .noted
            .iter()
            .filter(|key| command.alarm != Some(**key));
        let open = keys.filter_map(|key| self.open_alarm(key));
        let answered = |watch: &u32| {
            let alarm = self.state.alarms.get(watch);
            alarm.is_some_and(|alarm| alarm.commands.contains(id))
        };
        open.filter(answered).collect()
    }

    /// Tells a person of a task, and the screens of both.
    pub(crate) fn deliver(&mut self, id: &CommandId, place: usize, at: Time, out: &mut Effects) {
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
        self.call_for_task(id, place, at, out);
    }

    /// After a start: deliveries without a receipt are made again.
    pub(crate) fn deliver_again(&mut self, out: &mut Effects) {
        for (task, to) in self.pending_deliveries() {
            out.push(Effect::Deliver { task, to });
        }
    }

    /// Deliveries whose receipt has not come back: of tasks, and of their being withdrawn.
    pub fn pending_deliveries(&self) -> Vec<(TaskId, PersonId)> {
        let mut pending = Vec::new();
        for command in self.state.commands.values() {
            for (place, task) in command.tasks.iter().enumerate() {
                let new =
                    task.is_open() && !task.has(FactKind::Delivered) && task.heard().is_none();
                if new || task.owes_end_receipt() {
                    pending.push((command.task_id(place), task.person.clone()));
                }
            }
        }
        pending
    }

    /// Detaches a finished command from the alarms it answers.
    pub(crate) fn finish(&mut self, id: &CommandId, at: Time, out: &mut Effects) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        if command.is_open() {
            return;
        }
        let own = command.alarm.and_then(|key| self.open_alarm(&key));
        let members = self.answered_members(id);
        for watch in own.into_iter().chain(members) {
            if let Some(alarm) = self.state.alarms.get_mut(&watch) {
                alarm.commands.retain(|c| c != id);
                out.push(Effect::Alarm(self.key_of(watch)));
            }
            self.settle(watch, at, out);
        }
    }
}

/// A village is to be counted once.
fn are_distinct(villages: &[VillageTarget]) -> Result<(), Why> {
    let names: BTreeSet<&str> = villages.iter().map(|v| v.village.as_str()).collect();
    if names.len() == villages.len() {
        Ok(())
    } else {
        Err(Why::BadCount)
    }
}
