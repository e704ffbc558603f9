//! The presses that keep something quiet, and their limits.

use model::action::{Act, Action, Matcher, Why};
use model::effect::NoticeReason;
use model::id::Seal;
use model::view::QuietKind;
use model::{AlarmKey, Effect, Effects, Level, OpId, Time};

use crate::engine::Engine;
use crate::roster::shift_of;
use crate::suppression::Entry;

impl Engine {
    /// Honours a press about the ledger; who pressed is an officer.
    pub(crate) fn suppress(&mut self, act: &Act, at: Time, out: &mut Effects) -> Result<(), Why> {
        match &act.action {
            Action::Shelve {
                alarm,
                until,
                reason,
            } => self.shelve(act, *alarm, *until, reason.as_ref(), at, out),
            Action::Unshelve { alarm } => {
                let watch = self.open_alarm(alarm).ok_or(Why::NoSuchAlarm)?;
                let (id, _) = self.shelf_of(watch).ok_or(Why::NoSuchSuppression)?;
                self.end_suppression(&id, NoticeReason::SuppressionEnded, at, out);
                Ok(())
            }
            Action::Silence {
                matcher,
                until,
                reason,
            } => self.silence(act, matcher, *until, reason, at, out),
            Action::Maintain {
                stations,
                from,
                until,
                ticket,
                order,
            } => {
                self.know(stations)?;
                if stations.is_empty() {
                    return Err(Why::NoSuchStation);
                }
                if from >= until || *until <= at {
                    return Err(Why::NotInFuture);
                }
                let mut entry = Entry::new(QuietKind::Maintenance, &act.by, *from, Some(*until));
                entry.stations = stations.clone();
                entry.ticket = Some(ticket.clone()).filter(|ticket| !ticket.is_empty());
                entry.reason = order.clone();
                self.enter_ledger(act.op.clone(), entry, at, out);
                Ok(())
            }
            Action::TakeOutOfService { station, reason } => {
                self.know(std::slice::from_ref(station))?;
                let mut entry = Entry::new(QuietKind::OutOfService, &act.by, at, None);
                entry.stations = vec![station.clone()];
                entry.reason = Some(reason.clone());
                entry.waits_for_approval = true;
                self.enter_ledger(act.op.clone(), entry, at, out);
                Ok(())
            }
            Action::ApproveSuppression { suppression } => self.approve(act, suppression, at, out),
            Action::EndSuppression { suppression } => {
                let entry = self.state.ledger.entries.get(suppression);
                if entry.is_none_or(|e| e.ended.is_some()) {
                    return Err(Why::NoSuchSuppression);
                }
                self.end_suppression(suppression, NoticeReason::SuppressionEnded, at, out);
                Ok(())
            }
            Action::Acknowledge { .. }
            | Action::MarkTruth { .. }
            | Action::ResetAlarm { .. }
            | Action::IssueCommand(_)
            | Action::CancelCommand { .. }
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
            | Action::WriteReport(_)
            | Action::ReportTask(_)
            | Action::ReportPlace { .. }
            | Action::EndNotice { .. }
            | Action::Mark { .. }
            | Action::AcknowledgeSituation { .. }
            | Action::TakeNotice { .. }
            | Action::WarnOfWeather(_)
            | Action::LiftWeather { .. }
            | Action::KeepEvent(_)
            | Action::DropEvent { .. }
            | Action::SeePage { .. }
            | Action::AnswerPage { .. }
            | Action::AnswerCall { .. }
            | Action::ChangeDuty { .. }
            | Action::SwapShifts { .. }
            | Action::EndDutyChange { .. }
            | Action::SignIn { .. }
            | Action::SignHandover { .. }
            | Action::CallRoll { .. }
            | Action::EndRun { .. }
            | Action::TestContacts { .. } => {
                debug_assert!(false, "the caller sends presses about the ledger only");
                Err(Why::NoSuchSuppression)
            }
        }
    }

    fn know(&self, stations: &[String]) -> Result<(), Why> {
        let known = |id: &String| self.config.stations.iter().any(|s| s.id == *id);
        if stations.iter().all(known) {
            Ok(())
        } else {
            Err(Why::NoSuchStation)
        }
    }

    fn shelve(
        &mut self,
        act: &Act,
        alarm: AlarmKey,
        until: Time,
        reason: Option<&Seal>,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let watch = self.open_alarm(&alarm).ok_or(Why::NoSuchAlarm)?;
        within(until, self.longest_shelf_ms(act, at), at)?;
        let level = self.state.alarms.get(&watch).map_or(0, |a| a.told_level());
        let mut entry = Entry::new(QuietKind::Shelved, &act.by, at, Some(until));
        entry.alarm = Some((alarm, level));
        entry.reason = reason.cloned();
        let old = self.shelf_of(watch);
        self.enter_ledger(act.op.clone(), entry, at, out);
        // Put on the new shelf first, so that leaving the old one makes no noise.
        if let Some((old, _)) = old {
            self.end_suppression(&old, NoticeReason::SuppressionEnded, at, out);
        }
        Ok(())
    }

    /// How long a shelf of whoever pressed may last: to the end of the shift they have at a post whose
    /// roster is in force, and never longer than the policy allows.
    fn longest_shelf_ms(&self, act: &Act, at: Time) -> i64 {
        let posts = self.config.organisation.posts.iter();
        let shifts = posts.filter_map(|post| {
            let (_, shift) = shift_of(post, at)?;
            let on_duty = self.on_hook(&post.id, at).contains(&act.by);
            on_duty.then(|| shift.until.since_ms(at))
        });
        let longest_ms = self.config.policy.limits.shelve_ms;
        // Of two shifts at once, the one that ends last is still somebody's.
        shifts.max().map_or(longest_ms, |ms| ms.min(longest_ms))
    }

    fn silence(
        &mut self,
        act: &Act,
        matcher: &Matcher,
        until: Time,
        reason: &Seal,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        if matcher.is_open() {
            return Err(Why::MatchesEverything);
        }
        if let Some(station) = &matcher.station {
            self.know(std::slice::from_ref(station))?;
        }
        let limits = self.config.policy.limits;
        let red = matcher.highest() == Level::Red;
        let longest_ms = if red {
            limits.silence_red_ms
        } else {
            limits.silence_ms
        };
        within(until, longest_ms, at)?;
        let mut entry = Entry::new(QuietKind::Silenced, &act.by, at, Some(until));
        entry.matcher = Some(matcher.clone());
        entry.reason = Some(reason.clone());
        entry.waits_for_approval = red;
        entry.stood = self.standing_under(&entry);
        self.enter_ledger(act.op.clone(), entry, at, out);
        Ok(())
    }

    fn approve(&mut self, act: &Act, id: &OpId, at: Time, out: &mut Effects) -> Result<(), Why> {
        let entry = self.state.ledger.entries.get_mut(id);
        let entry = entry.ok_or(Why::NoSuchSuppression)?;
        if entry.ended.is_some() || !entry.waits_for_approval {
            return Err(Why::NothingToApprove);
        }
        if entry.by == act.by {
            return Err(Why::ApproverIsOwner);
        }
        entry.waits_for_approval = false;
        entry.approved_by = Some(act.by.clone());
        out.push(Effect::Suppression(id.clone()));
        self.take_force(id, at, out);
        self.wind_entry(id, at);
        Ok(())
    }
}

/// Whether an end lies ahead, and no further than allowed.
fn within(until: Time, longest_ms: i64, at: Time) -> Result<(), Why> {
    if until <= at {
        Err(Why::NotInFuture)
    } else if until.since_ms(at) > longest_ms {
        Err(Why::TooLong)
    } else {
        Ok(())
    }
}
