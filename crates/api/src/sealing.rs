//! What people say is put outside the journal, sealed, before their press goes in.

use model::action::{IssueCommand, ReportTask};
use model::command::{FormAnswer, FormValue, LeftBehind, VillageCount};
use model::field::KeptEvent;
use model::incident::OpenSituation;
use model::loss::JudgeDouble;
use model::report::WriteReport;
use model::task::Means;
use model::{Action, Seal};

use crate::Api;
use crate::error::{Answered, store_fault};
use crate::wire::{
    ActionRequest, AnswerRequest, AnswerValue, CountRequest, IssueRequest, Position, ReportRequest,
};

impl Api {
    /// Puts texts and positions outside the entry, synced, and leaves their seals.
    pub(crate) async fn seal(&self, action: ActionRequest) -> Answered<Action> {
        Ok(match action {
            ActionRequest::Acknowledge { alarms, shown } => Action::Acknowledge { alarms, shown },
            ActionRequest::MarkTruth { alarm, truth, of } => Action::MarkTruth { alarm, truth, of },
            ActionRequest::ResetAlarm { alarm, reason } => Action::ResetAlarm {
                alarm,
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::IssueCommand(issue) => {
                Action::IssueCommand(self.seal_issue(issue).await?)
            }
            ActionRequest::CancelCommand { command, reason } => Action::CancelCommand {
                command,
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::ReportTask(report) => {
                Action::ReportTask(self.seal_report(report).await?)
            }
            ActionRequest::Mark { at, until, text } => Action::Mark {
                at,
                until,
                note: self.seal_bytes(text.into_bytes()).await?,
            },
            ActionRequest::EndNotice {
                notice,
                subject,
                shown,
            } => Action::EndNotice {
                notice,
                subject,
                shown,
            },
            ActionRequest::AcknowledgeSituation {
                situation,
                alarms,
                shown,
            } => Action::AcknowledgeSituation {
                situation,
                alarms,
                shown,
            },
            ActionRequest::Shelve {
                alarm,
                until,
                reason,
            } => Action::Shelve {
                alarm,
                until,
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::Unshelve { alarm } => Action::Unshelve { alarm },
            ActionRequest::Silence {
                matcher,
                until,
                reason,
            } => Action::Silence {
                matcher,
                until,
                reason: self.seal_bytes(reason.into_bytes()).await?,
            },
            ActionRequest::Maintain {
                stations,
                from,
                until,
                ticket,
            } => Action::Maintain {
                stations,
                from,
                until,
                ticket: String::new(),
                order: self.seal_text(Some(ticket)).await?,
            },
            ActionRequest::TakeOutOfService { station, reason } => Action::TakeOutOfService {
                station,
                reason: self.seal_bytes(reason.into_bytes()).await?,
            },
            ActionRequest::ApproveSuppression { suppression } => {
                Action::ApproveSuppression { suppression }
            }
            ActionRequest::EndSuppression { suppression } => Action::EndSuppression { suppression },
            ActionRequest::TakeNotice {
                notice,
                subject,
                owner,
            } => Action::TakeNotice {
                notice,
                subject,
                owner,
            },
            ActionRequest::WarnOfWeather(warning) => Action::WarnOfWeather(warning),
            ActionRequest::LiftWeather { warning } => Action::LiftWeather { warning },
            ActionRequest::KeepEvent(event) => Action::KeepEvent(KeptEvent {
                kind: event.kind,
                area: event.area,
                stations: event.stations,
                level: event.level,
                from: event.from,
                until: event.until,
                text: self.seal_bytes(event.text.into_bytes()).await?,
            }),
            ActionRequest::DropEvent { event, reason } => Action::DropEvent {
                event,
                reason: self.seal_bytes(reason.into_bytes()).await?,
            },
            ActionRequest::SeePage { page } => Action::SeePage { page },
            ActionRequest::AnswerPage {
                page,
                ack,
                means,
                reason,
            } => Action::AnswerPage {
                page,
                ack,
                means: means.unwrap_or(Means::App),
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::AnswerCall {
                run,
                person,
                ack,
                means,
                reason,
            } => Action::AnswerCall {
                run,
                person,
                ack,
                means,
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::ReportPlace { task, position } => Action::ReportPlace {
                task,
                position: self.seal_position(position).await?,
            },
            ActionRequest::ChangeDuty {
                post,
                from,
                until,
                out,
                into,
            } => Action::ChangeDuty {
                post,
                from,
                until,
                out,
                into,
            },
            ActionRequest::SwapShifts {
                post,
                first,
                first_at,
                second,
                second_at,
            } => Action::SwapShifts {
                post,
                first,
                first_at,
                second,
                second_at,
            },
            ActionRequest::EndDutyChange { change } => Action::EndDutyChange { change },
            ActionRequest::SignIn { post } => Action::SignIn { post },
            ActionRequest::SignHandover { post, note } => Action::SignHandover {
                post,
                note: self.seal_text(note).await?,
            },
            ActionRequest::CallRoll { posts } => Action::CallRoll { posts },
            ActionRequest::EndRun { run } => Action::EndRun { run },
            ActionRequest::TestContacts { people } => Action::TestContacts { people },
            ActionRequest::ConfirmCommand { command, count } => {
                Action::ConfirmCommand { command, count }
            }
            ActionRequest::ApproveCommand {
                command,
                approve,
                reason,
            } => Action::ApproveCommand {
                command,
                approve,
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::StopCommand { command } => Action::StopCommand { command },
            ActionRequest::ReassignTask { task, to, reason } => Action::ReassignTask {
                task,
                to,
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::HastenTask { task } => Action::HastenTask { task },
            ActionRequest::PostponeTask { task, by_ms } => Action::PostponeTask { task, by_ms },
            ActionRequest::OpenSituation(open) => Action::OpenSituation(OpenSituation {
                hazard: open.hazard,
                level: open.level,
                how: open.how,
                area: open.area.map(|area| (area.kind, area.code)),
                text: self.seal_bytes(open.text.into_bytes()).await?,
                place: self.seal_text(open.place).await?,
            }),
            ActionRequest::GradeSituation { situation, level } => {
                Action::GradeSituation { situation, level }
            }
            ActionRequest::CloseSituation {
                situation,
                reason,
                shown,
            } => Action::CloseSituation {
                situation,
                reason: self.seal_bytes(reason.into_bytes()).await?,
                shown,
            },
            ActionRequest::Decide {
                situation,
                response,
                reason,
            } => Action::Decide {
                situation,
                response,
                reason: self.seal_text(reason).await?,
            },
            ActionRequest::OpenIncident {
                title,
                class,
                situations,
                commands,
            } => Action::OpenIncident {
                title: self.seal_bytes(title.into_bytes()).await?,
                class,
                situations,
                commands,
            },
            ActionRequest::GatherIncident {
                incident,
                situations,
                commands,
            } => Action::GatherIncident {
                incident,
                situations,
                commands,
            },
            ActionRequest::NoteIncident {
                incident,
                text,
                photos,
            } => Action::NoteIncident {
                incident,
                text: self.seal_bytes(text.into_bytes()).await?,
                photos,
            },
            ActionRequest::MergeIncident { incident, into } => {
                Action::MergeIncident { incident, into }
            }
            ActionRequest::CloseIncident { incident, reason } => Action::CloseIncident {
                incident,
                reason: self.seal_bytes(reason.into_bytes()).await?,
            },
            ActionRequest::SendReport {
                incident,
                clock,
                text,
                received_by,
                photos,
            } => Action::SendReport {
                incident,
                clock,
                text: self.seal_bytes(text.into_bytes()).await?,
                received_by: self.seal_bytes(received_by.into_bytes()).await?,
                photos,
            },
            ActionRequest::ReportLoss(loss) => Action::ReportLoss(self.seal_loss(loss).await?),
            ActionRequest::JudgeDouble(judge) => Action::JudgeDouble(JudgeDouble {
                incident: judge.incident,
                double: judge.double,
                apart: judge.apart,
                reason: self.seal_bytes(judge.reason.into_bytes()).await?,
            }),
            ActionRequest::WriteReport { of, section, text } => Action::WriteReport(WriteReport {
                of,
                section,
                text: self.seal_bytes(text.into_bytes()).await?,
            }),
        })
    }

    async fn seal_issue(&self, issue: IssueRequest) -> Answered<IssueCommand> {
        Ok(IssueCommand {
            alarm: issue.alarm,
            template: issue.template,
            level: issue.level,
            groups: issue.groups,
            people: issue.people,
            wording: self.seal_bytes(issue.wording.into_bytes()).await?,
            clocks: issue.clocks,
            count: issue.count,
            supersedes: issue.supersedes,
            villages: issue.villages,
            situation: issue.situation,
            alarms: issue.alarms,
            shown: issue.shown,
        })
    }

    async fn seal_report(&self, report: ReportRequest) -> Answered<ReportTask> {
        let position = match report.position {
            Some(position) => Some(self.seal_position(position).await?),
            None => None,
        };
        Ok(ReportTask {
            task: report.task,
            kind: report.kind,
            means: report.means.unwrap_or(Means::App),
            note: self.seal_text(report.note).await?,
            position,
            photos: report.photos,
            version: report.version,
            count: self.seal_count(report.count).await?,
            form: self.seal_form(report.form).await?,
            coming: report.coming,
            shot: report.shot,
        })
    }

    async fn seal_position(&self, position: Position) -> Answered<Seal> {
        let text = serde_json::to_vec(&position).expect("three numbers checked to be finite");
        self.seal_bytes(text).await
    }

    /// Names of people who were not moved stand outside the entry.
    async fn seal_count(&self, count: Vec<CountRequest>) -> Answered<Vec<VillageCount>> {
        let mut villages = Vec::with_capacity(count.len());
        for row in count {
            let mut left = Vec::with_capacity(row.left.len());
            for one in row.left {
                left.push(LeftBehind {
                    why: one.why,
                    name: self.seal_text(one.name).await?,
                    photo: one.photo,
                });
            }
            villages.push(VillageCount {
                village: row.village,
                to_move: row.to_move,
                moved: row.moved,
                refused: row.refused,
                unreachable: row.unreachable,
                left,
            });
        }
        Ok(villages)
    }

    async fn seal_form(&self, form: Vec<AnswerRequest>) -> Answered<Vec<FormAnswer>> {
        let mut answers = Vec::with_capacity(form.len());
        for AnswerRequest { field, value } in form {
            let value = match value {
                AnswerValue::Text { text } => FormValue::Text {
                    text: self.seal_bytes(text.into_bytes()).await?,
                },
                AnswerValue::Choice { option } => FormValue::Choice { option },
                AnswerValue::Number { number } => FormValue::Number { number },
            };
            answers.push(FormAnswer { field, value });
        }
        Ok(answers)
    }

    pub(crate) async fn seal_text(&self, text: Option<String>) -> Answered<Option<Seal>> {
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => Ok(Some(self.seal_bytes(text.into_bytes()).await?)),
            None => Ok(None),
        }
    }

    pub(crate) async fn seal_bytes(&self, content: Vec<u8>) -> Answered<Seal> {
        self.blobs
            .put_aside(content)
            .await
            .map_err(|cause| store_fault("keep a text", &cause))
    }
}
