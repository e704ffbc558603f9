//! Turns decisions into what is told: updates, values and transitions, rendered once for everybody.
//!
//! It works on the loop's thread, where the fleet can be looked at, but what it makes leaves only
//! with the commit that holds the cause or a later one. An alarm or task that changed several times
//! since it was last told is told once, as it is then, and while nobody listens it is noted alone; values are told
//! at most four times a second.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use model::action::Action;
use model::effect::SystemKind;
use model::view::{AnnunciationView, Change, SystemView, TransitionView, Update};
use model::{
    AlarmKey, CommandId, Effect, Input, JurisdictionSlot, OpId, SeriesSlot, SituationId, TaskId,
    Time,
};

use crate::calls::Calls;
use crate::fleet::{Decision, Fleet, NoticeKey};
use crate::hub::{Piece, UPDATES_HEAD, UPDATES_TAIL, UpdateFrame, ValueFrame};
use crate::orders::Orders;
use crate::parts::Parts;

/// What changed since it was last told, and since when which value is untold.
#[derive(Debug, Default)]
pub(crate) struct Press {
    alarms: BTreeMap<(JurisdictionSlot, AlarmKey), u64>,
    commands: BTreeMap<(JurisdictionSlot, CommandId), u64>,
    tasks: BTreeMap<(JurisdictionSlot, TaskId), (CommandId, u64)>,
    situations: BTreeMap<(JurisdictionSlot, SituationId), u64>,
    incidents: BTreeMap<(JurisdictionSlot, OpId), u64>,
    suppressions: BTreeMap<(JurisdictionSlot, OpId), u64>,
    weather: BTreeMap<(JurisdictionSlot, OpId), u64>,
    events: BTreeMap<(JurisdictionSlot, OpId), u64>,
    told: Vec<(u64, JurisdictionSlot, AnnunciationView)>,
    /// Jurisdictions whose alarm load changed.
    loud: BTreeMap<JurisdictionSlot, u64>,
    /// Runs, pages and posts.
    calls: Calls,
    system: Vec<(u64, Option<JurisdictionSlot>, SystemView)>,
    configured: Vec<(u64, JurisdictionSlot)>,
    transitions: Vec<TransitionView>,
    /// Since when what lasts.
    since: BTreeMap<NoticeKey, Time>,
    codes: Vec<Arc<str>>,
    values: Vec<Values>,
    /// Series with an untold value.
    dirty: Vec<(JurisdictionSlot, SeriesSlot)>,
}

/// The series of one jurisdiction.
#[derive(Debug, Default)]
struct Values {
    is_dirty: Vec<bool>,
    /// Journal number as of which each was last told in this process.
    told: Vec<u64>,
}

impl Press {
    /// A press that knows what lasts and who is there.
    pub(crate) fn of(fleet: &Fleet) -> Press {
        let mut press = Press {
            since: fleet.notices.clone(),
            ..Press::default()
        };
        press.size(fleet);
        press
    }

    /// Takes note of what one input led to.
    pub(crate) fn note(&mut self, fleet: &Fleet, input: &Input, decisions: &[Decision]) {
        let seq = fleet.seq();
        if let Input::Configured(configured) = input {
            self.size(fleet);
            if let Some(slot) = fleet.jurisdiction(&configured.config.code) {
                self.configured.push((seq, slot));
            }
        }
        for decision in decisions {
            self.note_one(fleet, seq, input, decision);
        }
    }

    fn note_one(&mut self, fleet: &Fleet, seq: u64, input: &Input, decision: &Decision) {
        let whose = decision.jurisdiction;
        let slot = whose.unwrap_or(JurisdictionSlot(0));
        match &decision.effect {
            Effect::Series(series) => self.soil(slot, *series),
            Effect::Alarm(key) => {
                self.alarms.insert((slot, *key), seq);
            }
            Effect::Task { command, task } => {
                if changes_command(input) {
                    self.commands.insert((slot, command.clone()), seq);
                } else {
                    self.task(slot, command.clone(), task.clone(), seq);
                }
            }
            Effect::Incident(id) => {
                self.incidents.insert((slot, id.clone()), seq);
            }
            Effect::Command { command } => {
                self.commands.insert((slot, command.clone()), seq);
            }
            Effect::Transition(transition) => {
                self.transitions
                    .extend(fleet.transition(slot, transition, decision.number));
            }
            Effect::System {
                kind,
                subject,
                on,
                at,
                level,
                owner,
            } => {
                let mut view = self.lasting(whose, *kind, subject, *on, *at);
                view.level = *level;
                view.owner = owner.clone();
                self.system.push((seq, whose, view));
            }
            // Told to one person, by the outbox; answered to one person, by the inbox.
            Effect::Situation(id) => {
                self.situations.insert((slot, *id), seq);
                self.loud.insert(slot, seq);
            }
            Effect::Annunciate {
                situation,
                level,
                reason,
                at,
            } => {
                let told = AnnunciationView {
                    situation: *situation,
                    level: *level,
                    reason: *reason,
                    at: *at,
                };
                self.told.push((seq, slot, told));
            }
            Effect::Suppression(id) => {
                self.suppressions.insert((slot, id.clone()), seq);
            }
            Effect::Weather(id) => {
                self.weather.insert((slot, id.clone()), seq);
            }
            Effect::Event(id) => {
                self.events.insert((slot, id.clone()), seq);
            }
            // Calls about a task are told with the task.
            Effect::Run { run, .. } => match fleet.task_of_run(slot, run) {
                Some((command, task)) => self.task(slot, command, task, seq),
                None => self.calls.run(slot, run, seq),
            },
            Effect::PageKnown(page) => match fleet.task_of_page(slot, page) {
                Some((command, task)) => self.task(slot, command, task, seq),
                None => self.calls.page(fleet, slot, page, seq),
            },
            Effect::Duty(post) => self.calls.post(slot, post, seq),
            Effect::Deliver { .. }
            | Effect::Page(_)
            | Effect::Answer(_)
            | Effect::LateEvidence(_) => {}
        }
    }

    fn task(&mut self, slot: JurisdictionSlot, command: CommandId, task: TaskId, seq: u64) {
        self.tasks.insert((slot, task), (command, seq));
    }

    /// Whether a transition waits for the open commit.
    pub(crate) fn has_transitions(&self) -> bool {
        !self.transitions.is_empty()
    }

    /// The transitions of the open commit, taken.
    pub(crate) fn take_transitions(&mut self) -> Vec<TransitionView> {
        std::mem::take(&mut self.transitions)
    }

    /// Whether anything but values waits to be told.
    pub(crate) fn has_updates(&self) -> bool {
        !(self.alarms.is_empty()
            && self.commands.is_empty()
            && self.tasks.is_empty()
            && self.situations.is_empty()
            && self.incidents.is_empty()
            && self.suppressions.is_empty()
            && self.weather.is_empty()
            && self.events.is_empty()
            && self.told.is_empty()
            && self.loud.is_empty()
            && self.calls.is_empty()
            && self.system.is_empty()
            && self.configured.is_empty())
    }

    /// How many notices wait, each of which is told by itself.
    pub(crate) fn untold(&self) -> usize {
        self.told.len() + self.system.len() + self.configured.len()
    }

    /// Forgets what waits to be told, save values, which are told as they stand anyway.
    pub(crate) fn forget(&mut self) {
        *self = Press {
            transitions: std::mem::take(&mut self.transitions),
            since: std::mem::take(&mut self.since),
            codes: std::mem::take(&mut self.codes),
            values: std::mem::take(&mut self.values),
            dirty: std::mem::take(&mut self.dirty),
            ..Press::default()
        };
    }

    /// Renders what changed up to record `last`; `None` when nothing did.
    pub(crate) fn render(&mut self, fleet: &Fleet, last: u64) -> Option<UpdateFrame> {
        let mut changes: Vec<(u64, Option<JurisdictionSlot>, Change)> = Vec::new();
        for (seq, slot) in self.configured.drain(..) {
            changes.push((seq, Some(slot), Change::Configured));
        }
        for ((slot, key), seq) in std::mem::take(&mut self.alarms) {
            let alarm = fleet.alarm(slot, key);
            changes.extend(alarm.map(|alarm| (seq, Some(slot), Change::Alarm { alarm })));
        }
        let tasks = std::mem::take(&mut self.tasks);
        // Found once a command, however many of its people answered together.
        let mut worst = BTreeMap::new();
        for ((slot, task), (command, seq)) in tasks {
            if let Some(whole) = self.commands.get_mut(&(slot, command.clone())) {
                *whole = seq.max(*whole);
                continue;
            }
            let of = (slot, command);
            let worst = match worst.get(&of) {
                Some(worst) => *worst,
                None => *worst.entry(of.clone()).or_insert(fleet.worst(slot, &of.1)),
            };
            let change = fleet.task(slot, &task).zip(worst);
            changes.extend(
                change.map(|(task, worst)| (seq, Some(slot), Change::Task { task, worst })),
            );
        }
        for ((slot, command), seq) in std::mem::take(&mut self.commands) {
            let command = fleet.command(slot, &command);
            changes.extend(command.map(|command| (seq, Some(slot), Change::Command { command })));
        }
        self.render_situations(fleet, &mut changes);
        self.render_field(fleet, &mut changes);
        self.calls.render(fleet, &mut changes);
        for (seq, whose, system) in self.system.drain(..) {
            changes.push((seq, whose, Change::System { system }));
        }
        changes.sort_by_key(|(seq, _, _)| *seq);
        (!changes.is_empty()).then(|| self.frame(fleet, last, changes))
    }

    /// Situations, what is kept quiet, what is told, and how loud it is.
    fn render_situations(
        &mut self,
        fleet: &Fleet,
        changes: &mut Vec<(u64, Option<JurisdictionSlot>, Change)>,
    ) {
        for ((slot, id), seq) in std::mem::take(&mut self.situations) {
            let situation = fleet.situation(slot, id);
            let change = situation.map(|situation| Change::Situation { situation });
            changes.extend(change.map(|change| (seq, Some(slot), change)));
        }
        for ((slot, id), seq) in std::mem::take(&mut self.incidents) {
            let incident = fleet.incident(slot, &id);
            let change = incident.map(|incident| Change::Incident { incident });
            changes.extend(change.map(|change| (seq, Some(slot), change)));
        }
        for ((slot, id), seq) in std::mem::take(&mut self.suppressions) {
            let suppression = fleet.suppression(slot, &id);
            let change = suppression.map(|suppression| Change::Suppression { suppression });
            changes.extend(change.map(|change| (seq, Some(slot), change)));
        }
        for (seq, slot, annunciation) in self.told.drain(..) {
            changes.push((seq, Some(slot), Change::Annunciation { annunciation }));
        }
        for (slot, seq) in std::mem::take(&mut self.loud) {
            let load = fleet.load(slot);
            changes.extend(load.map(|load| (seq, Some(slot), Change::Load { load })));
        }
    }

    /// Weather warnings and events that people entered.
    fn render_field(
        &mut self,
        fleet: &Fleet,
        changes: &mut Vec<(u64, Option<JurisdictionSlot>, Change)>,
    ) {
        for ((slot, id), seq) in std::mem::take(&mut self.weather) {
            let weather = fleet.weather(slot, &id);
            let change = weather.map(|weather| Change::Weather { weather });
            changes.extend(change.map(|change| (seq, Some(slot), change)));
        }
        for ((slot, id), seq) in std::mem::take(&mut self.events) {
            let event = fleet.event(slot, &id);
            let change = event.map(|event| Change::Event { event });
            changes.extend(change.map(|change| (seq, Some(slot), change)));
        }
    }

    /// Whether a value waits to be told.
    pub(crate) fn has_values(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Renders every untold value as of `now`, one frame a jurisdiction.
    pub(crate) fn render_values(&mut self, fleet: &Fleet, now: Time) -> Vec<ValueFrame> {
        let seq = fleet.seq();
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        let mut frames: Vec<ValueFrame> = Vec::new();
        for (slot, series) in dirty.drain(..) {
            self.clean(slot, series, seq);
            let Some(row) = value_row(fleet, slot, series, now) else {
                continue;
            };
            match frames.last_mut() {
                Some(frame) if frame.jurisdiction == slot => frame.rows.push((series.0, row)),
                Some(_) | None => {
                    frames.push(self.value_frame(slot, seq, vec![(series.0, row)]));
                }
            }
        }
        self.dirty = dirty;
        frames
    }

    /// Values told at or after journal number `since`, for a client that was away. Untold ones are
    /// not among them: they come by themselves. They say that everything is told up to `since` and no
    /// further, since the updates behind it are yet to come.
    pub(crate) fn values_since(
        &self,
        fleet: &Fleet,
        since: u64,
        only: Option<JurisdictionSlot>,
        now: Time,
    ) -> Vec<ValueFrame> {
        let mut frames = Vec::new();
        for (slot, values) in (0u16..).map(JurisdictionSlot).zip(&self.values) {
            if only.is_some_and(|only| only != slot) {
                continue;
            }
            let told = (0u32..)
                .zip(&values.told)
                .filter(|(_, told)| **told > 0 && **told >= since);
            let rows: Vec<_> = told
                .filter_map(|(s, _)| Some((s, value_row(fleet, slot, SeriesSlot(s), now)?)))
                .collect();
            if !rows.is_empty() {
                frames.push(self.value_frame(slot, since, rows));
            }
        }
        frames
    }

    /// Forgets which values are untold: the only client there is gets all of them in a snapshot.
    pub(crate) fn wipe(&mut self, seq: u64) {
        for (slot, series) in std::mem::take(&mut self.dirty) {
            self.clean(slot, series, seq);
        }
    }

    fn value_frame(
        &self,
        slot: JurisdictionSlot,
        seq: u64,
        rows: Vec<(u32, Arc<str>)>,
    ) -> ValueFrame {
        ValueFrame {
            jurisdiction: slot,
            code: self.code(Some(slot)),
            seq,
            rows,
        }
    }

    fn soil(&mut self, slot: JurisdictionSlot, series: SeriesSlot) {
        let Some(values) = self.values.get_mut(slot.index()) else {
            return;
        };
        let Some(is_dirty) = values.is_dirty.get_mut(series.index()) else {
            return;
        };
        if !*is_dirty {
            *is_dirty = true;
            self.dirty.push((slot, series));
        }
    }

    fn clean(&mut self, slot: JurisdictionSlot, series: SeriesSlot, seq: u64) {
        let Some(values) = self.values.get_mut(slot.index()) else {
            return;
        };
        if let Some(is_dirty) = values.is_dirty.get_mut(series.index()) {
            *is_dirty = false;
            values.told[series.index()] = seq;
        }
    }

    fn size(&mut self, fleet: &Fleet) {
        self.values.resize_with(fleet.len(), Values::default);
        self.codes.clear();
        for (slot, values) in (0u16..).map(JurisdictionSlot).zip(&mut self.values) {
            let config = fleet.config(slot);
            let count = config.map_or(0, |c| c.series.len());
            values.is_dirty.resize(count, false);
            values.told.resize(count, 0);
            self.codes
                .push(Arc::from(config.map_or("", |c| c.code.as_str())));
        }
        let values = &self.values;
        self.dirty.retain(|(slot, series)| {
            values
                .get(slot.index())
                .is_some_and(|v| series.index() < v.is_dirty.len())
        });
    }

    fn lasting(
        &mut self,
        whose: Option<JurisdictionSlot>,
        kind: SystemKind,
        subject: &str,
        on: bool,
        at: Time,
    ) -> SystemView {
        let key = (whose, kind, subject.to_owned());
        let since = if on {
            let since = self.since.entry(key).or_insert(at);
            // Before the first reading of a feed clock there is no time to begin at.
            if *since == Time::MIN {
                *since = at;
            }
            *since
        } else {
            self.since.remove(&key).unwrap_or(at)
        };
        SystemView {
            kind,
            subject: subject.to_owned(),
            since,
            until: (!on).then_some(at),
            level: None,
            owner: None,
        }
    }

    fn code(&self, slot: Option<JurisdictionSlot>) -> Arc<str> {
        let code = slot.and_then(|slot| self.codes.get(slot.index()));
        code.map_or_else(|| Arc::from(""), Arc::clone)
    }

    fn frame(
        &self,
        fleet: &Fleet,
        last: u64,
        changes: Vec<(u64, Option<JurisdictionSlot>, Change)>,
    ) -> UpdateFrame {
        let mut text = Vec::from(UPDATES_HEAD);
        let mut pieces: Vec<Piece> = Vec::with_capacity(changes.len());
        let (mut parts, mut orders) = (Parts::default(), Orders::default());
        let mut n = 0;
        for (seq, jurisdiction, change) in changes {
            n = if pieces.last().is_some_and(|p| p.seq == seq) {
                n + 1
            } else {
                0
            };
            if !pieces.is_empty() {
                text.push(b',');
            }
            let start = text.len() as u32;
            let update = Update {
                seq,
                n,
                jurisdiction: self.code(jurisdiction).as_ref().to_owned(),
                change,
            };
            serde_json::to_writer(&mut text, &update)
                .expect("a view has string keys, so it is JSON");
            pieces.push(Piece {
                seq,
                jurisdiction,
                start,
                end: text.len() as u32,
            });
            let order = orders.of(fleet, jurisdiction, &update.change);
            parts.push(update, order);
        }
        text.extend_from_slice(UPDATES_TAIL);
        UpdateFrame {
            last,
            pieces,
            text: Bytes::from(text),
            parts,
        }
    }
}

fn value_row(
    fleet: &Fleet,
    slot: JurisdictionSlot,
    series: SeriesSlot,
    now: Time,
) -> Option<Arc<str>> {
    let value = fleet.series(slot, series, now)?;
    let json = serde_json::to_string(&value).expect("a view has string keys, so it is JSON");
    Some(Arc::from(json))
}

/// Whether an input makes or ends a command, so that it is told whole.
fn changes_command(input: &Input) -> bool {
    match input {
        Input::Acted(act) => match &act.action {
            Action::IssueCommand(_)
            | Action::CancelCommand { .. }
            | Action::ConfirmCommand { .. }
            | Action::ApproveCommand { .. }
            | Action::StopCommand { .. }
            | Action::ReassignTask { .. } => true,
            Action::Acknowledge { .. }
            | Action::MarkTruth { .. }
            | Action::ResetAlarm { .. }
            | Action::EndNotice { .. }
            | Action::Mark { .. }
            | Action::AcknowledgeSituation { .. }
            | Action::Shelve { .. }
            | Action::Unshelve { .. }
            | Action::Silence { .. }
            | Action::Maintain { .. }
            | Action::TakeOutOfService { .. }
            | Action::ApproveSuppression { .. }
            | Action::EndSuppression { .. }
            | Action::TakeNotice { .. }
            | Action::WarnOfWeather(_)
            | Action::LiftWeather { .. }
            | Action::KeepEvent(_)
            | Action::DropEvent { .. }
            | Action::HastenTask { .. }
            | Action::PostponeTask { .. }
            | Action::OpenSituation(_)
            | Action::GradeSituation { .. }
            | Action::CloseSituation { .. }
            | Action::Decide { .. }
            | Action::OpenIncident { .. }
            | Action::GatherIncident { .. }
            | Action::NoteIncident { .. }
            | Action::MergeIncident { .. }
            | Action::CloseIncident { .. }
            | Action::SendReport { .. }
            | Action::ReportLoss(_)
            | Action::JudgeDouble(_)
            | Action::SeePage { .. }
            | Action::AnswerPage { .. }
            | Action::AnswerCall { .. }
            | Action::ReportPlace { .. }
            | Action::ChangeDuty { .. }
            | Action::SwapShifts { .. }
            | Action::EndDutyChange { .. }
            | Action::SignIn { .. }
            | Action::SignHandover { .. }
            | Action::CallRoll { .. }
            | Action::EndRun { .. }
            | Action::TestContacts { .. }
            | Action::WriteReport(_) => false,
            // The head-count of its villages is the command's.
            Action::ReportTask(report) => !report.count.is_empty(),
        },
        Input::Configured(_)
        | Input::Observed(_)
        | Input::LinkChanged { .. }
        | Input::ClockStepped { .. }
        | Input::DiskFilled { .. }
        | Input::FilesRefused { .. }
        | Input::JournalChecked { .. }
        | Input::Ticked
        | Input::Resumed
        | Input::Tallied { .. }
        | Input::Accessed(_)
        | Input::ClockRead(_)
        | Input::Unread { .. }
        | Input::Paged { .. } => false,
    }
}
