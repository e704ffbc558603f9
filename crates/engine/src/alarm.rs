//! The alarm behind a watch: process, acknowledgement, latch and truth, moving apart.

use model::action::{Act, Action, Truth, Why};
use model::config::Role;
use model::{AlarmKey, CommandId, Effect, Effects, Level, PersonId, Time};
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::engine::Engine;
use crate::timers::Due;

/// A person has taken note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ack {
    pub(crate) by: PersonId,
    pub(crate) at: Time,
    pub(crate) lease_until: Option<Time>,
}

/// The newest episode of one alarm. What a screen calls "returned, unread" is read off the regions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alarm {
    pub(crate) episode: u32,
    /// Times it was raised within this episode.
    pub(crate) occurrence: u32,
    /// Level now; 0 once returned.
    pub(crate) level: u8,
    pub(crate) worst: u8,
    pub(crate) raised: Time,
    pub(crate) changed: Time,
    pub(crate) returned: Option<Time>,
    pub(crate) ack: Option<Ack>,
    pub(crate) latched: bool,
    pub(crate) truth: Truth,
    pub(crate) sight_lost: bool,
    /// Open commands that answer it.
    pub(crate) commands: Vec<CommandId>,
    pub(crate) closed: bool,
}

impl Alarm {
    pub(crate) fn is_active(&self) -> bool {
        self.level > 0
    }

    fn opened(episode: u32, time: Time) -> Alarm {
        Alarm {
            episode,
            occurrence: 0,
            level: 0,
            worst: 0,
            raised: time,
            changed: time,
            returned: None,
            ack: None,
            latched: false,
            truth: Truth::Unverified,
            sight_lost: false,
            commands: Vec::new(),
            closed: false,
        }
    }
}

/// The roles of the desk.
pub(crate) fn is_officer(role: Role) -> bool {
    match role {
        Role::DutyOfficer | Role::Administrator => true,
        Role::Viewer | Role::Planner | Role::Responder => false,
    }
}

impl Engine {
    /// A watch changed its level at `time`: opens, raises, lowers or returns its alarm.
    pub(crate) fn move_alarm(
        &mut self,
        watch: u32,
        prev: u8,
        level: u8,
        time: Time,
        at: Time,
        out: &mut Effects,
    ) {
        let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
        let (reopen_ms, latch) = (rule.reopen_ms, rule.latch);
        if prev == 0 {
            self.open(watch, reopen_ms, time);
        }
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            debug_assert!(false, "a level above 0 always has an alarm");
            return;
        };
        alarm.level = level;
        alarm.worst = alarm.worst.max(level);
        alarm.changed = time;
        if level > prev {
            // Acknowledged at a lower level must not stay quiet at a higher one.
            alarm.ack = None;
            alarm.returned = None;
            alarm.latched |= latch && level == Level::Red.digit();
        }
        if level == 0 {
            alarm.returned = Some(time);
            alarm.sight_lost = false;
        }
        out.push(Effect::Alarm(self.index.keys[watch as usize]));
        self.settle(watch, at, out);
    }

    /// Opens a new episode, or the old one again when it recurs soon.
    fn open(&mut self, watch: u32, reopen_ms: i64, time: Time) {
        let old = self.state.alarms.get(&watch);
        let again = old.is_some_and(|a| {
            !a.closed
                || a.returned
                    .is_some_and(|returned| time.since_ms(returned) <= reopen_ms)
        });
        let next = old.map_or(1, |a| a.episode + 1);
        let alarm = self
            .state
            .alarms
            .entry(watch)
            .or_insert_with(|| Alarm::opened(next, time));
        if !again {
            *alarm = Alarm::opened(next, time);
        }
        alarm.occurrence += 1;
        alarm.closed = false;
    }

    /// Closes an alarm that has returned, is acknowledged, not latched and owes nothing.
    pub(crate) fn settle(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        let over = alarm.returned.is_some() && alarm.ack.is_some() && !alarm.latched;
        if alarm.closed || !over || !alarm.commands.is_empty() {
            return;
        }
        alarm.closed = true;
        if let Some(until) = alarm.ack.as_ref().and_then(|a| a.lease_until) {
            self.state.timers.disarm(until, Due::Lease { watch });
        }
        out.push(Effect::Alarm(self.index.keys[watch as usize]));
        self.end_sight_notice(self.config.watches[watch as usize].series.0, at, out);
    }

    /// Acknowledges in a person's name, with a lease where the level has one.
    pub(crate) fn take_note(&mut self, watch: u32, by: &PersonId, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        if let Some(until) = alarm.ack.as_ref().and_then(|a| a.lease_until) {
            self.state.timers.disarm(until, Due::Lease { watch });
        }
        let lease_ms = Level::from_digit(alarm.level)
            .map_or(0, |level| self.config.policy.lease_ms[level.index()]);
        let lease_until = (lease_ms > 0).then(|| at.plus_ms(lease_ms));
        alarm.ack = Some(Ack {
            by: by.clone(),
            at,
            lease_until,
        });
        if let Some(until) = lease_until {
            self.state.timers.arm(until, Due::Lease { watch });
        }
        out.push(Effect::Alarm(self.index.keys[watch as usize]));
        self.settle(watch, at, out);
    }

    /// Progress on a command renews the lease of the alarm it answers.
    pub(crate) fn renew_lease(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let leased = self.state.alarms.get(&watch).and_then(|a| a.ack.as_ref());
        let Some(ack) = leased.filter(|a| a.lease_until.is_some()) else {
            return;
        };
        let by = ack.by.clone();
        self.take_note(watch, &by, at, out);
    }

    /// A lease ran out: unacknowledged again.
    pub(crate) fn lapse(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        if alarm.closed || alarm.ack.as_ref().and_then(|a| a.lease_until) != Some(at) {
            return;
        }
        alarm.ack = None;
        out.push(Effect::Alarm(self.index.keys[watch as usize]));
    }

    /// The presses that concern alarms and notices; the rest goes to the commands.
    pub(crate) fn honour(&mut self, act: &Act, at: Time, out: &mut Effects) -> Result<(), Why> {
        let officer = is_officer(act.role);
        match &act.action {
            Action::ReportTask(report) => return self.report_task(act, report, at, out),
            Action::Acknowledge { .. }
            | Action::MarkTruth { .. }
            | Action::ResetAlarm { .. }
            | Action::IssueCommand(_)
            | Action::CancelCommand { .. }
            | Action::EndNotice { .. }
            | Action::AcknowledgeSituation { .. }
            | Action::Shelve { .. }
            | Action::Unshelve { .. }
            | Action::Silence { .. }
            | Action::Maintain { .. }
            | Action::TakeOutOfService { .. }
            | Action::ApproveSuppression { .. }
            | Action::EndSuppression { .. }
                if !officer =>
            {
                return Err(Why::RoleNotAllowed);
            }
            Action::Acknowledge { alarms } => {
                let known: Vec<u32> = alarms
                    .iter()
                    .filter_map(|key| self.open_alarm(key))
                    .collect();
                if known.is_empty() {
                    return Err(Why::NoSuchAlarm);
                }
                for watch in known {
                    self.take_note(watch, &act.by, at, out);
                }
            }
            Action::MarkTruth { alarm, truth } => {
                let watch = self.open_alarm(alarm).ok_or(Why::NoSuchAlarm)?;
                if let Some(alarm) = self.state.alarms.get_mut(&watch) {
                    alarm.truth = *truth;
                    out.push(Effect::Alarm(self.index.keys[watch as usize]));
                }
            }
            Action::ResetAlarm { alarm, .. } => self.reset(alarm, &act.by, at, out)?,
            Action::IssueCommand(issue) => self.issue(act, issue, at, out)?,
            Action::CancelCommand { command, reason } => {
                self.cancel(act, command, reason.as_ref(), at, out)?;
            }
            Action::EndNotice { notice, subject } => {
                if !self.state.notices.contains_key(&(*notice, subject.clone())) {
                    return Err(Why::NoSuchNotice);
                }
                self.notice(*notice, subject, false, at, out);
                self.calm_task(subject, out);
            }
            Action::AcknowledgeSituation { situation, alarms } => {
                self.acknowledge_situation(*situation, alarms, &act.by, at, out)?;
            }
            Action::Shelve { .. }
            | Action::Unshelve { .. }
            | Action::Silence { .. }
            | Action::Maintain { .. }
            | Action::TakeOutOfService { .. }
            | Action::ApproveSuppression { .. }
            | Action::EndSuppression { .. } => self.suppress(act, at, out)?,
        }
        Ok(())
    }

    /// The watch of an alarm that is still open.
    pub(crate) fn open_alarm(&self, key: &AlarmKey) -> Option<u32> {
        let watch = *self.index.watch_of.get(key)?;
        self.state
            .alarms
            .get(&watch)
            .filter(|a| !a.closed)
            .map(|_| watch)
    }

    /// Takes a latch off, or ends an alarm whose gauge is gone: both only by a person.
    fn reset(
        &mut self,
        key: &AlarmKey,
        by: &PersonId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let watch = self.open_alarm(key).ok_or(Why::NoSuchAlarm)?;
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return Err(Why::NoSuchAlarm);
        };
        if alarm.latched {
            alarm.latched = false;
        } else if alarm.sight_lost {
            let series = self.config.watches[watch as usize].series;
            let watermark = self.state.series[series.index()].watermark;
            let condition = &mut self.state.conditions[watch as usize];
            let (prev, deadlines) = (condition.level(), condition.deadlines());
            *condition = Condition::default();
            condition.settle_at(watermark.unwrap_or(Time::MIN));
            self.rearm(watch, deadlines);
            self.change_level(watch, prev, 0, at, at, out);
        } else {
            return Err(Why::AlarmNotOpen);
        }
        self.take_note(watch, by, at, out);
        Ok(())
    }
}
