//! What an officer may press about alarms and notices; the rest goes to its own file.

use model::action::{Act, Action, Truth, Why};
use model::effect::SystemKind;
use model::{AlarmKey, Effect, Effects, PersonId, Time};

use crate::alarm::is_officer;
use crate::condition::Condition;
use crate::engine::Engine;

impl Engine {
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
            | Action::ConfirmCommand { .. }
            | Action::ApproveCommand { .. }
            | Action::StopCommand { .. }
            | Action::ReassignTask { .. }
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
                self.mark_truth(watch, *truth, at, out);
            }
            Action::ResetAlarm { alarm, .. } => self.reset(alarm, &act.by, at, out)?,
            Action::IssueCommand(issue) => self.issue(act, issue, at, out)?,
            Action::CancelCommand { command, reason } => {
                self.cancel(act, command, reason.as_ref(), at, out)?;
            }
            Action::ConfirmCommand { command, count } => {
                self.confirm_command(command, *count, at, out)?;
            }
            Action::ApproveCommand {
                command, approve, ..
            } => self.approve_command(act, command, *approve, at, out)?,
            Action::StopCommand { command } => self.stop_command(act, command, at, out)?,
            Action::ReassignTask { task, to, reason } => {
                self.reassign(act, (task, to, reason.as_ref()), at, out)?;
            }
            Action::HastenTask { task } => self.hasten(act, task, at, out)?,
            Action::PostponeTask { task, by_ms } => self.postpone(act, task, *by_ms, at, out)?,
            Action::EndNotice { notice, subject } => {
                if !self.state.notices.contains_key(&(*notice, subject.clone())) {
                    return Err(Why::NoSuchNotice);
                }
                self.notice(*notice, subject, false, at, out);
                if *notice == SystemKind::NeedHelp {
                    self.help_is_over(subject, at);
                }
                self.calm_task(subject, out);
            }
            Action::OpenSituation(order) => self.open_by_hand(act, order, at)?,
            Action::GradeSituation { situation, level } => {
                self.grade_by_hand(*situation, *level, at)?;
            }
            Action::CloseSituation { situation, .. } => self.close_by_hand(*situation, at, out)?,
            Action::Decide {
                situation,
                response,
                reason,
            } => self.decide(act, *situation, (*response, reason.as_ref()), at, out)?,
            Action::OpenIncident {
                title,
                class,
                situations,
                commands,
            } => self.open_incident(act, (title, class), (situations, commands), at, out)?,
            Action::GatherIncident {
                incident,
                situations,
                commands,
            } => self.gather_incident(incident, (situations, commands), out)?,
            Action::NoteIncident {
                incident,
                text,
                photos,
            } => self.note_incident(act, incident, (text, photos), at, out)?,
            Action::MergeIncident { incident, into } => {
                self.merge_incident(incident, into, at, out)?;
            }
            Action::CloseIncident { incident, reason } => {
                self.close_incident(act, incident, reason, at, out)?;
            }
            Action::SendReport {
                incident,
                clock,
                text,
                received_by,
                photos,
            } => self.send_report(act, (incident, clock), (text, received_by, photos), at, out)?,
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

    fn mark_truth(&mut self, watch: u32, truth: Truth, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        let before = std::mem::replace(&mut alarm.truth, truth);
        out.push(Effect::Alarm(self.index.keys[watch as usize]));
        let tally = self.tally(self.config.watches[watch as usize].rule);
        tally.judge(before, truth);
        self.touch(watch, at, out);
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
