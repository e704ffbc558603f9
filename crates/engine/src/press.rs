//! What an officer may press about alarms and notices; the rest goes to its own file.

use std::collections::BTreeMap;

use model::action::{Act, Action, Shown, Truth, Why};
use model::config::Role;
use model::effect::SystemKind;
use model::{AlarmKey, Effect, Effects, PersonId, Time};

use crate::alarm::is_officer;
use crate::condition::Condition;
use crate::engine::Engine;
use crate::event::may_keep_events;
use crate::on_word::Said;
use crate::roster::DutyChange;

impl Engine {
    /// The presses that concern alarms and notices; the rest goes to the commands.
    pub(crate) fn honour(&mut self, act: &Act, at: Time, out: &mut Effects) -> Result<(), Why> {
        let officer = is_officer(act.role);
        match &act.action {
            Action::Mark { .. } | Action::WriteReport(_)
                if officer || act.role == Role::Planner => {}
            Action::Mark { .. } | Action::WriteReport(_) => return Err(Why::RoleNotAllowed),
            Action::ReportTask(report) => return self.report_task(act, report, at, out),
            Action::ReportPlace { task, position } => {
                return self.report_place(act, task, position, at, out);
            }
            Action::KeepEvent(_) | Action::DropEvent { .. } if !may_keep_events(act.role) => {
                return Err(Why::RoleNotAllowed);
            }
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
            | Action::TakeNotice { .. }
            | Action::WarnOfWeather(_)
            | Action::LiftWeather { .. }
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
            | Action::ReportLoss(_)
            | Action::JudgeDouble(_)
            | Action::ChangeDuty { .. }
            | Action::SwapShifts { .. }
            | Action::EndDutyChange { .. }
            | Action::CallRoll { .. }
            | Action::AnswerCall { .. }
            | Action::EndRun { .. }
            | Action::TestContacts { .. }
                if !officer =>
            {
                return Err(Why::RoleNotAllowed);
            }
            Action::Acknowledge { alarms, shown } => {
                let known: Vec<u32> = alarms
                    .iter()
                    .filter_map(|key| self.open_alarm(key))
                    .collect();
                if known.is_empty() {
                    return Err(Why::NoSuchAlarm);
                }
                if self.note_as_shown(&known, shown, &act.by, at, out) == 0 {
                    return Err(Why::NotAsShown);
                }
            }
            Action::MarkTruth { alarm, truth, of } => {
                self.mark_truth(alarm, *truth, of.as_ref(), &act.by, at, out)?;
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
            Action::EndNotice {
                notice,
                subject,
                shown,
            } => {
                if !self.state.notices.contains_key(&(*notice, subject.clone())) {
                    return Err(Why::NoSuchNotice);
                }
                if *notice == SystemKind::SensorRepair && self.is_unstable(subject) {
                    return Err(Why::NotOverYet);
                }
                if *notice == SystemKind::NeedHelp {
                    self.help_is_over(subject, shown.as_slice(), at)?;
                }
                self.notice(*notice, subject, false, at, out);
                self.calm_task(subject, out);
            }
            Action::TakeNotice {
                notice,
                subject,
                owner,
            } => self.take_notice(*notice, subject, owner, out)?,
            Action::OpenSituation(order) => self.open_by_hand(act, order, at)?,
            Action::GradeSituation { situation, level } => {
                self.grade_by_hand(*situation, *level, at)?;
            }
            Action::CloseSituation {
                situation, shown, ..
            } => self.close_by_hand(*situation, shown.as_slice(), at, out)?,
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
            Action::ReportLoss(loss) => self.report_loss(act, loss, at, out)?,
            Action::JudgeDouble(judge) => self.judge_double(act, judge, at, out)?,
            Action::AcknowledgeSituation {
                situation,
                alarms,
                shown,
            } => self.acknowledge_situation(*situation, (alarms, shown), &act.by, at, out)?,
            Action::Shelve { .. }
            | Action::Unshelve { .. }
            | Action::Silence { .. }
            | Action::Maintain { .. }
            | Action::TakeOutOfService { .. }
            | Action::ApproveSuppression { .. }
            | Action::EndSuppression { .. } => self.suppress(act, at, out)?,
            Action::WarnOfWeather(warning) => self.warn_of_weather(act, warning, at, out)?,
            Action::LiftWeather { warning } => self.lift_weather(warning, at, out)?,
            Action::KeepEvent(event) => self.keep_event(act, event, out)?,
            Action::DropEvent { event, .. } => self.drop_event(act, event, out)?,
            Action::SeePage { page } => self.see_page(act, page, at, out)?,
            Action::AnswerPage {
                page,
                ack,
                means,
                reason,
            } => self.answer_page(act, (page, *ack, *means), reason.as_ref(), at, out)?,
            Action::AnswerCall {
                run,
                person,
                ack,
                means,
                reason,
            } => {
                let said = Said {
                    ack: *ack,
                    means: *means,
                    reason: reason.as_ref(),
                };
                self.answer_call(act, (run, person), &said, at, out)?;
            }
            Action::CallRoll { posts } => self.call_roll(act, posts, at, out)?,
            Action::EndRun { run } => self.end_run(run, at, out)?,
            Action::TestContacts { people } => self.test_contacts(act, people, at, out)?,
            Action::SignIn { post } => self.sign_in(&act.by, post, at, out)?,
            Action::SignHandover { post, note } => {
                self.sign_handover(&act.by, post, note.as_ref(), at, out)?;
            }
            Action::EndDutyChange { change } => self.end_change(change, at, out)?,
            Action::ChangeDuty { .. } | Action::SwapShifts { .. } => {
                self.change_roster(act, at, out)?;
            }
        }
        Ok(())
    }

    /// The two presses that change who is on duty.
    fn change_roster(&mut self, act: &Act, at: Time, out: &mut Effects) -> Result<(), Why> {
        if let Action::ChangeDuty {
            post,
            from,
            until,
            out: away,
            into,
        } = &act.action
        {
            let change = DutyChange {
                op: act.op.clone(),
                post: post.clone(),
                from: *from,
                until: *until,
                out: away.clone(),
                into: into.clone(),
                by: act.by.clone(),
            };
            return self.change_duty(change, at, out);
        }
        if let Action::SwapShifts {
            post,
            first,
            first_at,
            second,
            second_at,
        } = &act.action
        {
            let halves = ((first, *first_at), (second, *second_at));
            return self.swap_shifts(act, post, halves, at, out);
        }
        Ok(())
    }

    fn mark_truth(
        &mut self,
        key: &AlarmKey,
        truth: Truth,
        of: Option<&AlarmKey>,
        by: &PersonId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let watch = self.open_alarm(key).ok_or(Why::NoSuchAlarm)?;
        let kept = match (truth, of) {
            (Truth::Duplicate, Some(of)) => Some(self.kept_of(key, of)?),
            (Truth::Duplicate, None)
            | (Truth::Unverified | Truth::True | Truth::False | Truth::Test, _) => None,
        };
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return Err(Why::NoSuchAlarm);
        };
        let before = std::mem::replace(&mut alarm.truth, truth);
        alarm.duplicate_of = kept;
        out.push(Effect::Alarm(self.key_of(watch)));
        if let Some(rule) = self.rule_behind(watch) {
            self.tally(rule).judge(before, truth);
        }
        self.keep_mark(watch, by, out);
        self.touch(watch, at, out);
        Ok(())
    }

    /// The alarm that is kept when `key` is a duplicate of `of`: where that one is a duplicate
    /// itself, the one behind it.
    fn kept_of(&self, key: &AlarmKey, of: &AlarmKey) -> Result<AlarmKey, Why> {
        let mut kept = *of;
        let mut watch = self.open_alarm(of).ok_or(Why::NoSuchAlarm)?;
        loop {
            if kept == *key {
                return Err(Why::DuplicateOfItself);
            }
            let next = self.state.alarms.get(&watch).and_then(|a| a.duplicate_of);
            let Some((next, behind)) = next.and_then(|n| Some((n, self.open_alarm(&n)?))) else {
                return Ok(kept);
            };
            (kept, watch) = (next, behind);
        }
    }

    /// Someone of the site looks after a notice from now on.
    fn take_notice(
        &mut self,
        kind: SystemKind,
        subject: &str,
        owner: &PersonId,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let key = (kind, subject.to_owned());
        let since = *self.state.notices.get(&key).ok_or(Why::NoSuchNotice)?;
        if !self.config.people.iter().any(|p| p.id == *owner) {
            return Err(Why::NoSuchPerson);
        }
        self.state.owners.insert(key, owner.clone());
        self.tell_notice(kind, subject, since, out);
        Ok(())
    }

    /// Acknowledges those that still are as a screen showed them, and those of which nobody said how they
    /// were shown; says how many.
    pub(crate) fn note_as_shown(
        &mut self,
        watches: &[u32],
        shown: &[Shown],
        by: &PersonId,
        at: Time,
        out: &mut Effects,
    ) -> usize {
        let shown: BTreeMap<AlarmKey, &Shown> = shown.iter().map(|s| (s.alarm, s)).collect();
        let mut noted = 0;
        for watch in watches {
            let key = self.key_of(*watch);
            let seen = shown.get(&key).copied();
            if seen.is_none_or(|seen| self.is_as_shown(*watch, seen)) {
                self.take_note(*watch, by, at, out);
                noted += 1;
            } else {
                // Whoever pressed is shown what it is by now.
                out.push(Effect::Alarm(key));
            }
        }
        noted
    }

    /// Whether an alarm has neither risen nor begun anew since a screen showed it.
    fn is_as_shown(&self, watch: u32, shown: &Shown) -> bool {
        let alarm = self.state.alarms.get(&watch);
        alarm.is_some_and(|alarm| {
            alarm.told_level() <= shown.level && self.episode_of(watch, alarm) == shown.episode
        })
    }

    /// The watch of an alarm that is still open.
    pub(crate) fn open_alarm(&self, key: &AlarmKey) -> Option<u32> {
        let watch = self.number_of_key(key)?;
        self.state
            .alarms
            .get(&watch)
            .filter(|a| !a.closed)
            .map(|_| watch)
    }

    /// Takes a latch off, or ends an alarm whose gauge is gone: both only by a person, and both at once where
    /// the files have dropped its rule, since nothing will ever look at it again.
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
        let is_dropped = alarm.sight_lost && self.config.watches[watch as usize].is_bare();
        if alarm.latched && !is_dropped {
            alarm.latched = false;
        } else if alarm.sight_lost {
            alarm.latched = false;
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
