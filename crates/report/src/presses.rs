//! What people at the desk pressed, as lines of the course, decisions and notes of incidents.

use std::collections::BTreeSet;

use model::action::{Act, Action};
use model::config::Text;
use model::view::AlarmView;
use model::{AlarmKey, CommandId, PostId, Seal, SituationId};

use crate::chronicle::{Chronicle, World, about_situation};
use crate::course::{Deed, What};
use crate::facts::{About, DecisionRow, Moment, Pressed};
use crate::notices;

/// A press in parts: what was done, about what, with which words.
struct Line {
    deed: Deed,
    about: About,
    note: Option<Seal>,
    /// It belongs to the report.
    ours: bool,
}

impl Chronicle {
    /// Enters an honoured press.
    pub(crate) fn press(&mut self, moment: Moment, act: &Act, world: &dyn World) {
        self.gather(moment, act, world);
        let Some(line) = self.line_of(act, world) else {
            return;
        };
        if !line.ours {
            return;
        }
        if let Action::Decide {
            response, reason, ..
        } = &act.action
        {
            self.report.decisions.push(DecisionRow {
                moment,
                by: act.by.clone(),
                about: line.about.clone(),
                response: *response,
                command: None,
                reason: reason.clone(),
            });
        }
        let what = What::Press { deed: line.deed };
        self.tell(moment, Some(act.by.clone()), line.about, what, line.note);
    }

    /// Takes note of what a press is about before its line is written.
    fn gather(&mut self, moment: Moment, act: &Act, world: &dyn World) {
        match &act.action {
            Action::IssueCommand(order) => {
                let id = CommandId(act.op.0.clone());
                let told_with = |key: &AlarmKey| self.told_with.get(key).copied();
                let situation = order.situation.or(order.alarm.as_ref().and_then(told_with));
                // Its situation stands before its tasks are looked at: they ask for it.
                self.see_head(&id, world);
                if let Some(issue) = self.commands.get_mut(&id) {
                    issue.pressed = Some(moment);
                    issue.touched = true;
                    issue.situation = situation;
                }
                self.see_command(moment, &id, world);
            }
            Action::ConfirmCommand { command, .. }
            | Action::ApproveCommand { command, .. }
            | Action::StopCommand { command }
            | Action::CancelCommand { command, .. } => self.see_command(moment, command, world),
            Action::ReassignTask { task, .. } => {
                if let Some(view) = world.task(task) {
                    self.see_command(moment, &view.command, world);
                }
            }
            Action::OpenIncident { .. } => {
                self.incidents.entry(act.op.clone()).or_default().opened = Some(moment);
            }
            Action::NoteIncident { incident, .. } => {
                let gathered = self.incidents.entry(incident.clone()).or_default();
                gathered.notes.push(moment);
            }
            Action::CloseIncident { incident, .. } => {
                let by = act.by.clone();
                let gathered = self.incidents.entry(incident.clone()).or_default();
                gathered.closed = Some(Pressed { moment, by });
            }
            Action::SendReport {
                incident, clock, ..
            } => {
                let gathered = self.incidents.entry(incident.clone()).or_default();
                gathered.sent.entry(clock.clone()).or_default().push(moment);
            }
            Action::ReportLoss(_) => {
                self.losses.insert(act.op.clone(), moment);
            }
            Action::JudgeDouble(_) => {
                self.judged.insert(act.op.clone(), moment);
            }
            Action::SeePage { page } | Action::AnswerPage { page, .. } => {
                self.see_answer(moment, page, None, world);
            }
            Action::AnswerCall { run, person, .. } => self.see_word(moment, run, person, world),
            Action::OpenSituation(open) => {
                let place = format!("by_hand:{}", act.op);
                let code = &world.config().code;
                let id = SituationId::of(code, &open.hazard, &place, 0);
                if let Some(view) = world.situation(id) {
                    self.see_situation(&view);
                }
            }
            Action::Acknowledge { .. }
            | Action::MarkTruth { .. }
            | Action::ResetAlarm { .. }
            | Action::ReportTask(_)
            | Action::ReportPlace { .. }
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
            | Action::KeepEvent(_)
            | Action::DropEvent { .. }
            | Action::Mark { .. }
            | Action::HastenTask { .. }
            | Action::PostponeTask { .. }
            | Action::GradeSituation { .. }
            | Action::CloseSituation { .. }
            | Action::Decide { .. }
            | Action::GatherIncident { .. }
            | Action::MergeIncident { .. }
            | Action::WriteReport(_)
            | Action::ChangeDuty { .. }
            | Action::SwapShifts { .. }
            | Action::EndDutyChange { .. }
            | Action::SignIn { .. }
            | Action::SignHandover { .. }
            | Action::CallRoll { .. }
            | Action::EndRun { .. }
            | Action::TestContacts { .. } => {}
        }
    }

    /// The line of a press; none for what is told by its task, or is about a report itself.
    fn line_of(&self, act: &Act, world: &dyn World) -> Option<Line> {
        let all = self.scope.incident.is_none();
        let line = |deed, about, note: Option<&Seal>, ours| Line {
            deed,
            about,
            note: note.cloned(),
            ours,
        };
        let alarms = |keys: &[AlarmKey], deed, note| {
            let ours = keys.iter().any(|key| self.concerns_alarm(*key));
            let about = match keys {
                [only] => {
                    let view = world.alarm(*only);
                    view.map_or(About::Nothing, |view| about_alarm(&view, world))
                }
                _ => About::Word(keys.len().to_string()),
            };
            line(deed, about, note, ours)
        };
        let command = |id: &CommandId, deed, note| {
            let about = about_command(id, world);
            line(deed, about, note, self.concerns_command(id))
        };
        let task = |id: &model::TaskId, deed, note| {
            let view = world.task(id);
            let about = view.as_ref().map_or(About::Nothing, |task| About::Command {
                id: task.command.clone(),
                title: title_of(&task.command, world),
                person: Some(task.person.clone()),
            });
            let ours = view.is_some_and(|task| self.concerns_command(&task.command));
            line(deed, about, note, ours)
        };
        let situation = |id: SituationId, deed, note| {
            let view = world.situation(id);
            let about = view.as_ref().map_or(About::Nothing, about_situation);
            line(deed, about, note, self.concerns(Some(id)))
        };
        let incident = |id: &model::OpId, deed, note| {
            let own = self.scope.incident.as_ref().is_none_or(|i| i.id == *id);
            line(deed, About::Incident { id: id.clone() }, note, own)
        };
        let word = |text: &str, deed, note| line(deed, About::Word(text.to_owned()), note, all);
        Some(match &act.action {
            Action::ReportTask(_)
            | Action::ReportPlace { .. }
            | Action::WriteReport(_)
            | Action::SeePage { .. }
            | Action::AnswerPage { .. }
            | Action::AnswerCall { .. }
            | Action::ChangeDuty { .. }
            | Action::SwapShifts { .. }
            | Action::EndDutyChange { .. }
            | Action::EndRun { .. }
            | Action::TestContacts { .. } => return None,
            Action::SignIn { post } => word(post.as_str(), Deed::SignIn, None),
            Action::SignHandover { post, note } => {
                word(post.as_str(), Deed::Handover, note.as_ref())
            }
            Action::CallRoll { posts } => {
                let posts: Vec<&str> = posts.iter().map(PostId::as_str).collect();
                word(&posts.join(" "), Deed::RollCall, None)
            }
            Action::Acknowledge { alarms: keys, .. } => alarms(keys, Deed::Acknowledge, None),
            Action::AcknowledgeSituation { situation: id, .. } => {
                situation(*id, Deed::Acknowledge, None)
            }
            Action::MarkTruth { alarm, .. } => alarms(&[*alarm], Deed::Truth, None),
            Action::ResetAlarm { alarm, reason } => alarms(&[*alarm], Deed::Reset, reason.as_ref()),
            Action::IssueCommand(order) => {
                let id = CommandId(act.op.0.clone());
                command(&id, Deed::Command, Some(&order.wording))
            }
            Action::CancelCommand {
                command: id,
                reason,
            } => command(id, Deed::Cancel, reason.as_ref()),
            Action::ConfirmCommand { command: id, .. } => command(id, Deed::Confirm, None),
            Action::ApproveCommand {
                command: id,
                reason,
                ..
            } => command(id, Deed::Approve, reason.as_ref()),
            Action::StopCommand { command: id } => command(id, Deed::Stop, None),
            Action::ReassignTask {
                task: id, reason, ..
            } => task(id, Deed::Reassign, reason.as_ref()),
            Action::HastenTask { task: id } => task(id, Deed::Hasten, None),
            Action::PostponeTask { task: id, .. } => task(id, Deed::Postpone, None),
            Action::OpenSituation(open) => {
                let place = format!("by_hand:{}", act.op);
                let code = &world.config().code;
                let id = SituationId::of(code, &open.hazard, &place, 0);
                situation(id, Deed::Open, Some(&open.text))
            }
            Action::GradeSituation { situation: id, .. } => situation(*id, Deed::Grade, None),
            Action::CloseSituation {
                situation: id,
                reason,
                ..
            } => situation(*id, Deed::Close, Some(reason)),
            Action::Decide {
                situation: id,
                response,
                reason,
            } => {
                let deed = response.map_or(Deed::NotAct, Deed::Respond);
                situation(*id, deed, reason.as_ref())
            }
            Action::OpenIncident { title, .. } => {
                incident(&act.op, Deed::OpenIncident, Some(title))
            }
            Action::GatherIncident { incident: id, .. } => incident(id, Deed::Gather, None),
            Action::NoteIncident {
                incident: id, text, ..
            } => incident(id, Deed::Note, Some(text)),
            Action::MergeIncident { incident: id, .. } => incident(id, Deed::Merge, None),
            Action::CloseIncident {
                incident: id,
                reason,
            } => incident(id, Deed::CloseIncident, Some(reason)),
            Action::SendReport {
                incident: id, text, ..
            } => incident(id, Deed::Report, Some(text)),
            Action::ReportLoss(loss) => incident(&loss.incident, Deed::Loss, loss.note.as_ref()),
            Action::JudgeDouble(judge) => {
                let deed = if judge.apart {
                    Deed::Apart
                } else {
                    Deed::Unsure
                };
                incident(&judge.incident, deed, Some(&judge.reason))
            }
            Action::Shelve { alarm, reason, .. } => alarms(&[*alarm], Deed::Quiet, reason.as_ref()),
            Action::Unshelve { alarm } => alarms(&[*alarm], Deed::EndQuiet, None),
            Action::Silence { reason, .. } => word("", Deed::Quiet, Some(reason)),
            Action::Maintain {
                stations,
                ticket,
                order,
                ..
            } => {
                let mut what = stations.join(" ");
                if !ticket.is_empty() {
                    what = format!("{what} · {ticket}");
                }
                word(&what, Deed::Quiet, order.as_ref())
            }
            Action::TakeOutOfService { station, reason } => {
                word(station, Deed::Quiet, Some(reason))
            }
            Action::ApproveSuppression { .. } => word("", Deed::Approve, None),
            Action::EndSuppression { .. } => word("", Deed::EndQuiet, None),
            Action::EndNotice {
                notice, subject, ..
            }
            | Action::TakeNotice {
                notice, subject, ..
            } => line(
                Deed::Notice,
                notices::about(*notice, subject, world),
                None,
                all,
            ),
            Action::WarnOfWeather(warning) => word(&warning.kind, Deed::Weather, None),
            Action::LiftWeather { .. } => word("", Deed::Weather, None),
            Action::KeepEvent(event) => word(&event.kind, Deed::Event, Some(&event.text)),
            Action::DropEvent { reason, .. } => word("", Deed::Event, Some(reason)),
            Action::Mark { note, .. } => word("", Deed::Mark, Some(note)),
        })
    }

    /// Enters who took note of alarms with this press.
    pub(crate) fn see_acknowledged(&mut self, moment: Moment, act: &Act, world: &dyn World) {
        let may = matches!(
            act.action,
            Action::Acknowledge { .. }
                | Action::AcknowledgeSituation { .. }
                | Action::IssueCommand(_)
                | Action::ConfirmCommand { .. }
                | Action::ApproveCommand { .. }
                | Action::ResetAlarm { .. }
        );
        if may {
            self.see_acks(moment, world);
        }
    }

    /// Enters every acknowledgement that is new.
    pub(crate) fn see_acks(&mut self, moment: Moment, world: &dyn World) {
        // An acknowledgement is of the newest episode of its alarm.
        let mut seen = BTreeSet::new();
        for row in self.report.alarms.iter_mut().rev() {
            if !seen.insert(row.key) || row.acked.is_some() {
                continue;
            }
            let ack = world.alarm(row.key).and_then(|view| view.ack);
            if let Some(ack) = ack.filter(|ack| ack.at >= row.raised.at) {
                row.acked = Some(Pressed {
                    moment: Moment {
                        at: ack.at,
                        ..moment
                    },
                    by: ack.by,
                });
            }
        }
    }

    fn concerns_alarm(&self, key: AlarmKey) -> bool {
        self.concerns(self.told_with.get(&key).copied())
    }
}

/// An alarm as it stands, by the names of its config.
pub(crate) fn about_alarm(view: &AlarmView, world: &dyn World) -> About {
    let stations = &world.config().stations;
    let station = stations.iter().find(|s| s.id == view.station);
    About::Station {
        name: station.map(|s| s.name.clone()).unwrap_or_default(),
        id: view.station.clone(),
        title: view.title.clone(),
        level: view.level,
    }
}

fn about_command(id: &CommandId, world: &dyn World) -> About {
    About::Command {
        id: id.clone(),
        title: title_of(id, world),
        person: None,
    }
}

fn title_of(id: &CommandId, world: &dyn World) -> Text {
    world.command(id).map(|view| view.title).unwrap_or_default()
}
