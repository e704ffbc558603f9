//! What people press: checked against their role, sealed, submitted, answered after the commit.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use model::action::{Act, Answer};
use model::id::MAX_OP_ID;
use model::incident::OpenedBy;
use model::report::ReportOf;
use model::task::Means;
use model::{JurisdictionSlot, OpId, Seal, TaskId};

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Body;
use crate::bounds::{
    MAX_ALARMS, check_photos, check_report, check_shown, few_parts, heard_by, is_place, name_fits,
    said, text_fits,
};
use crate::error::{Answered, Fault, FaultView};
use crate::losses::{self, Names, mark_alike};
use crate::places;
use crate::uploads::may_name;
use crate::wire::{ActRequest, ActionRequest, MAX_VILLAGES};

/// Records one press and answers once it is on disk; the same op again gets the first answer.
#[utoipa::path(post, path = "/api/v1/acts", tag = "commands", request_body = ActRequest,
    responses((status = 200, description = "On disk; done, or refused with the reason", body = Answer),
              (status = 400, body = FaultView), (status = 401, body = FaultView), (status = 403, body = FaultView),
              (status = 429, description = "A place of a task, too soon after the one before it; `Retry-After` says when", body = FaultView)))]
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
    if let ActionRequest::ReportPlace { task, .. } = &request.action
        && !places::is_news(&api, jurisdiction, &who, task, &request.op).await?
    {
        return Ok(Json(Answer::Done));
    }
    let (task, photos) = named(&request.action);
    may_name(&api, task, photos).await?;
    let names = Names::of(&request.action);
    let mut action = api.seal(request.action).await?;
    let _turn = mark_alike(&api, jurisdiction, &names, &mut action).await?;
    let place = places::told_by(&action);
    let act = Act {
        op: request.op,
        by: who.person,
        role: who.role,
        device_at: request.device_at,
        action,
    };
    let answer = api.inbox.act(jurisdiction, act).await?;
    if let (Answer::Refused { .. }, Some(place)) = (&answer, place) {
        places::let_go(&api, place).await;
    }
    Ok(Json(answer))
}

/// The pictures that an act names, and the task it is about.
fn named(action: &ActionRequest) -> (Option<TaskId>, Vec<Seal>) {
    if let ActionRequest::ReportTask(report) = action {
        let left = report.count.iter().flat_map(|village| &village.left);
        let left = left.filter_map(|one| one.photo.as_ref());
        let photos = report.photos.iter().chain(left).cloned().collect();
        return (Some(report.task.clone()), photos);
    }
    if let ActionRequest::NoteIncident { photos, .. } | ActionRequest::SendReport { photos, .. } =
        action
    {
        return (None, photos.clone());
    }
    if let ActionRequest::ReportLoss(loss) = action {
        return (None, loss.photos.clone());
    }
    (None, Vec::new())
}

async fn first_answer(api: &Api, slot: JurisdictionSlot, op: OpId) -> Answered<Option<Answer>> {
    Ok(api
        .inbox
        .ask(move |fleet| fleet.answer(slot, &op).cloned())
        .await?)
}

/// The single jurisdiction an act is about.
pub(crate) fn one_jurisdiction(
    api: &Api,
    who: &Principal,
    asked: Option<&str>,
) -> Answered<JurisdictionSlot> {
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
    who.is(request.by.as_ref())?;
    let op = request.op.as_str();
    if op.is_empty() || op.len() > MAX_OP_ID || !op.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Fault::field(
            "op",
            format!("1 to {MAX_OP_ID} visible ASCII characters"),
        ));
    }
    match &request.action {
        ActionRequest::Acknowledge { alarms, shown } => {
            who.need(Deed::TendAlarms)?;
            if alarms.is_empty() || alarms.len() > MAX_ALARMS {
                return Err(Fault::field("alarms", format!("1 to {MAX_ALARMS} alarms")));
            }
            check_shown(shown)
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
            if issue.alarms.len() > MAX_ALARMS {
                let most = format!("at most {MAX_ALARMS} alarms");
                return Err(Fault::field("alarms", most));
            }
            check_shown(&issue.shown)?;
            if issue.villages.len() > MAX_VILLAGES {
                let most = format!("at most {MAX_VILLAGES} villages");
                return Err(Fault::field("villages", most));
            }
            let mut villages = issue.villages.iter();
            villages.try_for_each(|one| name_fits("villages", &one.village))?;
            text_fits("wording", Some(&issue.wording))
        }
        ActionRequest::CancelCommand { reason, .. } => {
            who.need(Deed::Command)?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::ReportTask(report) => check_report(report, who),
        ActionRequest::Mark { at, until, text } => {
            who.need(Deed::Mark)?;
            if until.is_some_and(|until| until <= *at) {
                return Err(Fault::field("until", "after at"));
            }
            if text.trim().is_empty() {
                return Err(Fault::field("text", "a few words"));
            }
            text_fits("text", Some(text))
        }
        ActionRequest::ApproveCommand { reason, .. }
        | ActionRequest::ReassignTask { reason, .. } => {
            who.need(Deed::Command)?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::OpenSituation(open) => {
            who.need(Deed::TendAlarms)?;
            if open.how == OpenedBy::Help {
                let what = "help is asked for on a task";
                return Err(Fault::field("how", what.to_owned()));
            }
            said("text", &open.text)?;
            name_fits("hazard", &open.hazard)?;
            text_fits("place", open.place.as_deref())
        }
        ActionRequest::GradeSituation { .. } | ActionRequest::MergeIncident { .. } => {
            who.need(Deed::TendAlarms)
        }
        ActionRequest::CloseSituation { reason, .. }
        | ActionRequest::CloseIncident { reason, .. } => {
            who.need(Deed::TendAlarms)?;
            said("reason", reason)
        }
        ActionRequest::Decide { reason, .. } => {
            who.need(Deed::Command)?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::OpenIncident {
            title,
            situations,
            commands,
            ..
        } => {
            who.need(Deed::TendAlarms)?;
            few_parts(situations.len() + commands.len())?;
            said("title", title)
        }
        ActionRequest::GatherIncident {
            situations,
            commands,
            ..
        } => {
            who.need(Deed::TendAlarms)?;
            few_parts(situations.len() + commands.len())
        }
        ActionRequest::NoteIncident { text, photos, .. } => {
            who.need(Deed::TendAlarms)?;
            check_photos(photos)?;
            said("text", text)
        }
        ActionRequest::SendReport {
            text,
            received_by,
            photos,
            ..
        } => {
            who.need(Deed::TendAlarms)?;
            check_photos(photos)?;
            said("received_by", received_by)?;
            said("text", text)
        }
        ActionRequest::ReportLoss(loss) => losses::check(loss, who),
        ActionRequest::JudgeDouble(judge) => losses::check_judge(judge, who),
        ActionRequest::WriteReport { of, text, .. } => {
            who.need(Deed::Report)?;
            if matches!(of, ReportOf::Interval { from, to } if to <= from) {
                return Err(Fault::field("of", "it ends after it begins"));
            }
            text_fits("text", Some(text))
        }
        ActionRequest::ConfirmCommand { .. }
        | ActionRequest::StopCommand { .. }
        | ActionRequest::HastenTask { .. }
        | ActionRequest::PostponeTask { .. } => who.need(Deed::Command),
        ActionRequest::EndNotice { subject, .. } => {
            who.need(Deed::TendAlarms)?;
            text_fits("subject", Some(subject))
        }
        ActionRequest::AcknowledgeSituation { alarms, shown, .. } => {
            who.need(Deed::TendAlarms)?;
            // One that was opened by hand has no alarms.
            if alarms.len() > MAX_ALARMS {
                let most = format!("at most {MAX_ALARMS} alarms");
                return Err(Fault::field("alarms", most));
            }
            check_shown(shown)
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
        | ActionRequest::LiftWeather { .. }
        | ActionRequest::SwapShifts { .. }
        | ActionRequest::ChangeDuty { .. }
        | ActionRequest::EndDutyChange { .. }
        | ActionRequest::EndRun { .. } => who.need(Deed::TendAlarms),
        ActionRequest::TakeNotice { subject, .. } => {
            who.need(Deed::TendAlarms)?;
            text_fits("subject", Some(subject))
        }
        ActionRequest::WarnOfWeather(warning) => {
            who.need(Deed::TendAlarms)?;
            name_fits("kind", &warning.kind)
        }
        ActionRequest::KeepEvent(event) => {
            who.need(Deed::KeepEvents)?;
            name_fits("kind", &event.kind)?;
            if event.stations.len() > MAX_ALARMS {
                return Err(Fault::field(
                    "stations",
                    format!("at most {MAX_ALARMS} stations"),
                ));
            }
            text_fits("text", Some(&event.text))
        }
        ActionRequest::DropEvent { reason, .. } => {
            who.need(Deed::KeepEvents)?;
            text_fits("reason", Some(reason))
        }
        ActionRequest::CallRoll { posts } => {
            who.need(Deed::TendAlarms)?;
            if posts.len() > MAX_ALARMS {
                return Err(Fault::field("posts", format!("at most {MAX_ALARMS} posts")));
            }
            Ok(())
        }
        ActionRequest::TestContacts { people } => {
            who.need(Deed::TendAlarms)?;
            if people.len() > MAX_ALARMS {
                return Err(Fault::field(
                    "people",
                    format!("at most {MAX_ALARMS} people"),
                ));
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
        ActionRequest::AnswerCall { means, reason, .. } => {
            who.need(Deed::ReportAnyTask)?;
            heard_by(*means)?;
            text_fits("reason", reason.as_deref())
        }
        ActionRequest::ReportPlace { position, .. } => {
            who.need(Deed::ReportOwnTask)?;
            is_place(*position)
        }
        ActionRequest::SignIn { .. } | ActionRequest::SeePage { .. } => {
            who.need(Deed::ReportOwnTask)
        }
        ActionRequest::SignHandover { note, .. } => {
            who.need(Deed::ReportOwnTask)?;
            text_fits("note", note.as_deref())
        }
    }
}

/// Whether a task is this person's own: its id ends with theirs.
pub(crate) fn owns(who: &Principal, task: &TaskId) -> bool {
    task.as_str()
        .strip_suffix(who.person.as_str())
        .is_some_and(|command| command.ends_with('.'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::MAX_LEFT;
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
    fn a_press_of_somebody_else_is_nobodys_until_they_sign_in() {
        let press = |by: &str| {
            let action = serde_json::json!({"action": "report_task", "task": "c1.p-wang",
                "fact": "accepted"});
            request(serde_json::json!({"op": "o1", "by": by, "action": action}))
        };
        let wang = person("p-wang", Role::Responder);
        assert_eq!(check(&press("p-wang"), &wang), Ok(()));
        for other in [
            person("p-li", Role::Responder),
            person("p-li", Role::DutyOfficer),
        ] {
            let fault = check(&press("p-wang"), &other).unwrap_err();
            assert_eq!(fault.status().as_u16(), 401);
            assert_eq!(fault.view().code, "other_person");
        }
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
        let shown =
            serde_json::json!({"alarm": "0000000000000007", "episode": "x".repeat(65), "level": 4});
        check(
            serde_json::json!({"op": "a", "action": {"action": "acknowledge",
                "alarms": ["0000000000000007"], "shown": [shown]}}),
            "shown",
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
        let village = |left: usize| {
            let left: Vec<_> = (0..left)
                .map(|n| serde_json::json!({"why": "refused", "name": format!("n{n}")}))
                .collect();
            serde_json::json!({"village": "v", "to_move": 1, "moved": 0, "refused": 0,
                "unreachable": 0, "left": left})
        };
        let half = MAX_LEFT / 2;
        let counted = |villages: [usize; 2]| {
            serde_json::json!({"op": "a", "action": {"action": "report_task", "task": "c.p1",
                "fact": "done", "count": villages.map(village)}})
        };
        check(counted([half, half + 1]), "count");
        let fits = super::check(&request(counted([half, half])), &officer);
        assert_eq!(fits, Ok(()));
    }
}
