//! What people press: checked against their role, sealed, submitted, answered after the commit.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use model::action::{Act, Answer, IssueCommand, ReportTask};
use model::id::MAX_OP_ID;
use model::task::{FactKind, Means};
use model::{Action, JurisdictionSlot, OpId, Seal, TaskId};

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Body;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::wire::{ActRequest, ActionRequest, IssueRequest, MAX_PHOTOS, MAX_TEXT, ReportRequest};

/// Most alarms acknowledged with one press.
const MAX_ALARMS: usize = 5000;

/// Records one press and answers once it is on disk; the same op again gets the first answer.
#[utoipa::path(post, path = "/api/v1/acts", tag = "commands", request_body = ActRequest,
    responses((status = 200, description = "On disk; done, or refused with the reason", body = Answer),
              (status = 400, body = FaultView), (status = 401, body = FaultView), (status = 403, body = FaultView)))]
pub(crate) async fn act(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Body(request): Body<ActRequest>,
) -> Answered<Json<Answer>> {
    check(&request, &who)?;
    let jurisdiction = one_jurisdiction(&api, &who, request.jurisdiction.as_deref())?;
    // A repeat must not leave a second copy of its texts behind.
    if let Some(first) = first_answer(&api, jurisdiction, request.op.clone()).await? {
        return Ok(Json(first));
    }
    let action = api.seal(request.action).await?;
    let act = Act {
        op: request.op,
        by: who.person,
        role: who.role,
        device_at: request.device_at,
        action,
    };
    Ok(Json(api.inbox.act(jurisdiction, act).await?))
}

async fn first_answer(api: &Api, slot: JurisdictionSlot, op: OpId) -> Answered<Option<Answer>> {
    Ok(api
        .inbox
        .ask(move |fleet| fleet.answer(slot, &op).cloned())
        .await?)
}

/// The single jurisdiction an act is about.
fn one_jurisdiction(api: &Api, who: &Principal, asked: Option<&str>) -> Answered<JurisdictionSlot> {
    let catalogue = api.inbox.catalogue();
    let code = match (who.scope(catalogue.codes(), asked)?, catalogue.codes()) {
        (Some(code), _) => code,
        (None, [only]) => only.clone(),
        (None, _) => return Err(Fault::JurisdictionMissing),
    };
    catalogue
        .jurisdiction(&code)
        .ok_or(Fault::NoSuchJurisdiction(code))
}

/// Everything about an act that can be seen without the engine.
fn check(request: &ActRequest, who: &Principal) -> Answered<()> {
    let op = request.op.as_str();
    if op.is_empty() || op.len() > MAX_OP_ID || !op.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Fault::field(
            "op",
            format!("1 to {MAX_OP_ID} visible ASCII characters"),
        ));
    }
    match &request.action {
        ActionRequest::Acknowledge { alarms } => {
            who.need(Deed::TendAlarms)?;
            if alarms.is_empty() || alarms.len() > MAX_ALARMS {
                return Err(Fault::field("alarms", format!("1 to {MAX_ALARMS} alarms")));
            }
            Ok(())
        }
        ActionRequest::MarkTruth { .. } => who.need(Deed::TendAlarms),
        ActionRequest::ResetAlarm { reason, .. } => {
            who.need(Deed::TendAlarms)?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::IssueCommand(issue) => {
            who.need(Deed::Command)?;
            if issue.wording.trim().is_empty() {
                return Err(Fault::field("wording", "a command says something"));
            }
            text_fits("wording", Some(&issue.wording))
        }
        ActionRequest::CancelCommand { reason, .. } => {
            who.need(Deed::Command)?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::ReportTask(report) => check_report(report, who),
        ActionRequest::EndNotice { subject, .. } => {
            who.need(Deed::TendAlarms)?;
            text_fits("subject", Some(subject))
        }
        ActionRequest::AcknowledgeSituation { alarms, .. } => {
            who.need(Deed::TendAlarms)?;
            if alarms.is_empty() || alarms.len() > MAX_ALARMS {
                return Err(Fault::field("alarms", format!("1 to {MAX_ALARMS} alarms")));
            }
            Ok(())
        }
        ActionRequest::Shelve { reason, .. } => {
            who.need(Deed::TendAlarms)?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::Silence { reason, .. } | ActionRequest::TakeOutOfService { reason, .. } => {
            who.need(Deed::TendAlarms)?;
            if reason.trim().is_empty() {
                return Err(Fault::field("reason", "what is kept quiet has a reason"));
            }
            text_fits("reason", Some(reason))
        }
        ActionRequest::Maintain {
            stations, ticket, ..
        } => {
            who.need(Deed::TendAlarms)?;
            if stations.is_empty() || stations.len() > MAX_ALARMS {
                return Err(Fault::field(
                    "stations",
                    format!("1 to {MAX_ALARMS} stations"),
                ));
            }
            text_fits("ticket", Some(ticket))
        }
        ActionRequest::Unshelve { .. }
        | ActionRequest::ApproveSuppression { .. }
        | ActionRequest::EndSuppression { .. }
        | ActionRequest::SwapShifts { .. }
        | ActionRequest::ChangeDuty { .. }
        | ActionRequest::EndDutyChange { .. }
        | ActionRequest::EndRun { .. } => who.need(Deed::TendAlarms),
        ActionRequest::CallRoll { posts } => {
            who.need(Deed::TendAlarms)?;
            if posts.len() > MAX_ALARMS {
                return Err(Fault::field("posts", format!("at most {MAX_ALARMS} posts")));
            }
            Ok(())
        }
        // Whose page it is, and who holds the post, the engine knows.
        ActionRequest::AnswerPage { means, reason, .. } => {
            let told = !matches!(means, None | Some(Means::App));
            who.need(if told {
                Deed::ReportAnyTask
            } else {
                Deed::ReportOwnTask
            })?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::SignIn { .. } => who.need(Deed::ReportOwnTask),
        ActionRequest::SignHandover { note, .. } => {
            who.need(Deed::ReportOwnTask)?;
            text_fits("note", note.as_deref())
        }
    }
}

fn check_report(report: &ReportRequest, who: &Principal) -> Answered<()> {
    let own = owns(who, &report.task);
    let means = report.means.unwrap_or(Means::App);
    // Verification and rejection are an officer's own witness, not a word passed on.
    let judges = matches!(report.kind, FactKind::Verified | FactKind::Rejected);
    match means {
        Means::System => return Err(Fault::field("means", "the system reports for itself")),
        Means::App if own && !judges => who.need(Deed::ReportOwnTask)?,
        Means::App | Means::Phone | Means::Radio | Means::InPerson => {
            who.need(Deed::ReportAnyTask)?
        }
    }
    if let FactKind::Working { percent } = report.kind
        && percent > 100
    {
        return Err(Fault::field("percent", "0 to 100"));
    }
    text_fits("note", report.note.as_deref())?;
    if report.position.is_some_and(|position| !position.is_sound()) {
        return Err(Fault::field("position", "WGS 84 degrees"));
    }
    if report.photos.len() > MAX_PHOTOS || !report.photos.iter().all(Seal::is_sound) {
        return Err(Fault::field(
            "photos",
            format!("at most {MAX_PHOTOS} ids from POST /blobs"),
        ));
    }
    Ok(())
}

/// Whether a task is this person's own: its id ends with theirs.
pub(crate) fn owns(who: &Principal, task: &TaskId) -> bool {
    task.as_str()
        .strip_suffix(who.person.as_str())
        .is_some_and(|command| command.ends_with('.'))
}

fn text_fits(field: &'static str, text: Option<&str>) -> Answered<()> {
    if text.is_some_and(|text| text.len() > MAX_TEXT) {
        return Err(Fault::field(field, format!("at most {MAX_TEXT} bytes")));
    }
    Ok(())
}

impl Api {
    /// Puts texts and positions outside the entry, synced, and leaves their seals.
    async fn seal(&self, action: ActionRequest) -> Answered<Action> {
        Ok(match action {
            ActionRequest::Acknowledge { alarms } => Action::Acknowledge { alarms },
            ActionRequest::MarkTruth { alarm, truth } => Action::MarkTruth { alarm, truth },
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
            ActionRequest::EndNotice { notice, subject } => Action::EndNotice { notice, subject },
            ActionRequest::AcknowledgeSituation { situation, alarms } => {
                Action::AcknowledgeSituation { situation, alarms }
            }
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
                ticket,
            },
            ActionRequest::TakeOutOfService { station, reason } => Action::TakeOutOfService {
                station,
                reason: self.seal_bytes(reason.into_bytes()).await?,
            },
            ActionRequest::ApproveSuppression { suppression } => {
                Action::ApproveSuppression { suppression }
            }
            ActionRequest::EndSuppression { suppression } => Action::EndSuppression { suppression },
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
        })
    }

    async fn seal_report(&self, report: ReportRequest) -> Answered<ReportTask> {
        let position = match report.position {
            Some(place) => {
                let text = serde_json::to_vec(&place).expect("three numbers checked to be finite");
                Some(self.seal_bytes(text).await?)
            }
            None => None,
        };
        Ok(ReportTask {
            task: report.task,
            kind: report.kind,
            means: report.means.unwrap_or(Means::App),
            note: self.seal_text(report.note).await?,
            position,
            photos: report.photos,
        })
    }

    async fn seal_text(&self, text: Option<String>) -> Answered<Option<Seal>> {
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => Ok(Some(self.seal_bytes(text.into_bytes()).await?)),
            None => Ok(None),
        }
    }

    async fn seal_bytes(&self, content: Vec<u8>) -> Answered<Seal> {
        self.blobs
            .put_aside(content)
            .await
            .map_err(|cause| store_fault("keep a text", &cause))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::PersonId;
    use model::config::Role;

    fn person(id: &str, role: Role) -> Principal {
        Principal {
            person: PersonId::from(id),
            role,
            jurisdiction: Some("j".to_owned()),
            session: None,
        }
    }

    fn request(json: serde_json::Value) -> ActRequest {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_responder_reports_on_their_own_task_alone() {
        let report = |task: &str, fact: &str| {
            request(
                serde_json::json!({"op": "o1", "action": {"action": "report_task", "task": task, "fact": fact}}),
            )
        };
        let wang = person("p-wang", Role::Responder);
        assert_eq!(check(&report("c1.p-wang", "accepted"), &wang), Ok(()));
        assert_eq!(
            check(&report("c1.p-li", "accepted"), &wang),
            Err(Fault::RoleNotAllowed)
        );
        assert_eq!(
            check(&report("c1.ap-wang", "accepted"), &wang),
            Err(Fault::RoleNotAllowed)
        );
        assert_eq!(
            check(&report("c1.p-wang", "verified"), &wang),
            Err(Fault::RoleNotAllowed)
        );
        assert_eq!(
            check(
                &report("c1.p-li", "verified"),
                &person("p-wang", Role::DutyOfficer)
            ),
            Ok(())
        );
    }

    #[test]
    fn acts_out_of_bounds_are_named_by_their_field() {
        let officer = person("p1", Role::DutyOfficer);
        let check = |json: serde_json::Value, field: &str| {
            let Err(Fault::BadField { field: named, .. }) = check(&request(json.clone()), &officer)
            else {
                panic!("{json} was taken");
            };
            assert_eq!(named, field);
        };
        check(
            serde_json::json!({"op": "", "action": {"action": "acknowledge", "alarms": []}}),
            "op",
        );
        check(
            serde_json::json!({"op": "a", "action": {"action": "acknowledge", "alarms": []}}),
            "alarms",
        );
        check(
            serde_json::json!({"op": "a", "action": {"action": "report_task", "task": "c.p1",
                "fact": "working", "percent": 101}}),
            "percent",
        );
        check(
            serde_json::json!({"op": "a", "action": {"action": "report_task", "task": "c.p1", "fact": "done",
                "position": {"lon": 999.0, "lat": 0.0}}}),
            "position",
        );
        check(
            serde_json::json!({"op": "a", "action": {"action": "issue_command", "template": "t",
                "level": 4, "wording": " "}}),
            "wording",
        );
    }
}
