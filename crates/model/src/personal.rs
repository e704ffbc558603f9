//! What stands outside the journal behind a press: which files, of which kind, and whose they are.
//!
//! A site keeps each kind for its own time, and a person may ask for what is theirs to be erased.

use crate::action::{Act, Action, ReportTask};
use crate::command::FormValue;
use crate::id::{PageId, PersonId, Seal, TaskId};
use crate::loss::{CaseChange, ReportLoss};
use crate::task::FactKind;

/// What a file behind a seal is, as far as it matters for how long it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// Where a person was.
    Position,
    /// A photo or a video.
    Picture,
    /// What was said in the field or by whoever called, and names of people.
    Text,
    /// What the desk gives account by: reasons, wordings, notes, events, reports.
    Decision,
}

/// The files that a press names, in its own order.
pub fn files(action: &Action) -> Vec<(FileKind, &Seal)> {
    use FileKind::{Decision, Picture, Position, Text};
    match action {
        Action::ResetAlarm { reason: seal, .. }
        | Action::CancelCommand { reason: seal, .. }
        | Action::Shelve { reason: seal, .. }
        | Action::ApproveCommand { reason: seal, .. }
        | Action::ReassignTask { reason: seal, .. }
        | Action::Decide { reason: seal, .. }
        | Action::SignHandover { note: seal, .. } => {
            seal.iter().map(|seal| (Decision, seal)).collect()
        }
        Action::Silence { reason: seal, .. }
        | Action::TakeOutOfService { reason: seal, .. }
        | Action::DropEvent { reason: seal, .. }
        | Action::Mark { note: seal, .. }
        | Action::CloseSituation { reason: seal, .. }
        | Action::OpenIncident { title: seal, .. }
        | Action::CloseIncident { reason: seal, .. } => vec![(Decision, seal)],
        Action::KeepEvent(event) => vec![(Decision, &event.text)],
        Action::Maintain { order, .. } => order.iter().map(|order| (Decision, order)).collect(),
        Action::IssueCommand(issue) => vec![(Decision, &issue.wording)],
        Action::WriteReport(write) => vec![(Decision, &write.text)],
        Action::NoteIncident { text, photos, .. } => {
            let pictures = photos.iter().map(|photo| (Picture, photo));
            [(Decision, text)].into_iter().chain(pictures).collect()
        }
        Action::SendReport {
            text,
            received_by,
            photos,
            ..
        } => {
            let pictures = photos.iter().map(|photo| (Picture, photo));
            let words = [(Decision, text), (Decision, received_by)];
            words.into_iter().chain(pictures).collect()
        }
        Action::ReportLoss(loss) => lost(loss),
        Action::JudgeDouble(judge) => vec![(Decision, &judge.reason)],
        Action::OpenSituation(open) => {
            let place = open.place.iter().map(|place| (Text, place));
            [(Text, &open.text)].into_iter().chain(place).collect()
        }
        Action::AnswerPage { reason: seal, .. } | Action::AnswerCall { reason: seal, .. } => {
            seal.iter().map(|seal| (Text, seal)).collect()
        }
        Action::ReportPlace { position, .. } => vec![(Position, position)],
        Action::ReportTask(report) => reported(report),
        Action::Acknowledge { .. }
        | Action::MarkTruth { .. }
        | Action::EndNotice { .. }
        | Action::AcknowledgeSituation { .. }
        | Action::Unshelve { .. }
        | Action::ApproveSuppression { .. }
        | Action::EndSuppression { .. }
        | Action::TakeNotice { .. }
        | Action::WarnOfWeather(_)
        | Action::LiftWeather { .. }
        | Action::ConfirmCommand { .. }
        | Action::StopCommand { .. }
        | Action::HastenTask { .. }
        | Action::PostponeTask { .. }
        | Action::GradeSituation { .. }
        | Action::GatherIncident { .. }
        | Action::MergeIncident { .. }
        | Action::SeePage { .. }
        | Action::ChangeDuty { .. }
        | Action::SwapShifts { .. }
        | Action::EndDutyChange { .. }
        | Action::SignIn { .. }
        | Action::CallRoll { .. }
        | Action::EndRun { .. }
        | Action::TestContacts { .. } => Vec::new(),
    }
}

/// Names of people and households are people's own; what is said of a version or a case is the desk's account.
fn lost(loss: &ReportLoss) -> Vec<(FileKind, &Seal)> {
    use FileKind::{Decision, Picture, Text};
    let mut files: Vec<(FileKind, &Seal)> = Vec::new();
    files.extend(loss.note.iter().map(|note| (Decision, note)));
    files.extend(loss.photos.iter().map(|photo| (Picture, photo)));
    for change in &loss.cases {
        match change {
            CaseChange::Enter(case) => {
                files.extend(case.name.iter().map(|name| (Text, name)));
                files.extend(case.note.iter().map(|note| (Text, note)));
            }
            CaseChange::Withdraw { reason, .. } => files.push((Decision, reason)),
        }
    }
    files
}

fn reported(report: &ReportTask) -> Vec<(FileKind, &Seal)> {
    use FileKind::{Picture, Position, Text};
    let mut files = Vec::new();
    files.extend(report.note.iter().map(|note| (Text, note)));
    files.extend(report.position.iter().map(|place| (Position, place)));
    files.extend(report.photos.iter().map(|photo| (Picture, photo)));
    for left in report.count.iter().flat_map(|village| &village.left) {
        files.extend(left.name.iter().map(|name| (Text, name)));
        files.extend(left.photo.iter().map(|photo| (Picture, photo)));
    }
    for answer in &report.form {
        match &answer.value {
            FormValue::Text { text } => files.push((Text, text)),
            FormValue::Choice { .. } | FormValue::Number { .. } => {}
        }
    }
    files
}

/// Whether what a press brought is this person's: they pressed, or somebody recorded for them what they
/// said. What a witness says of somebody's work is the witness's own.
pub fn is_of(act: &Act, person: &PersonId) -> bool {
    if act.by == *person {
        return true;
    }
    if let Action::ReportTask(report) = &act.action {
        let witness = matches!(report.kind, FactKind::Verified | FactKind::Rejected);
        return !witness && is_task_of(&report.task, person);
    }
    if let Action::AnswerCall { person: whose, .. } = &act.action {
        return whose == person;
    }
    if let Action::AnswerPage { page, .. } = &act.action {
        return is_page_to(page, person);
    }
    false
}

/// A task's id ends with its person, whose id has no dot.
fn is_task_of(task: &TaskId, person: &PersonId) -> bool {
    let last = task.as_str().rsplit('.').next();
    last == Some(person.as_str())
}

/// A page's id ends with its person and the channel.
fn is_page_to(page: &PageId, person: &PersonId) -> bool {
    let last_but_one = page.as_str().rsplit('.').nth(1);
    last_but_one == Some(person.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;
    use crate::id::{OpId, SituationId};
    use crate::incident::{OpenSituation, OpenedBy};
    use crate::level::Level;
    use crate::task::Means;

    fn seal(digit: char) -> Seal {
        Seal(digit.to_string().repeat(64))
    }

    fn report(kind: &str) -> Action {
        let text = format!(
            r#"{{"action":"report_task","task":"c1.li","fact":"{kind}","means":"phone",
            "note":"{a}","position":"{b}","photos":["{c}"],
            "count":[{{"village":"v","to_move":1,"moved":0,"refused":1,"unreachable":0,
            "left":[{{"why":"refused","name":"{d}","photo":"{e}"}}]}}],
            "form":[{{"field":"f","kind":"text","text":"{f}"}}]}}"#,
            a = seal('a').0,
            b = seal('b').0,
            c = seal('c').0,
            d = seal('d').0,
            e = seal('e').0,
            f = seal('f').0,
        );
        serde_json::from_str(&text).expect("a report")
    }

    fn by(person: &str, action: Action) -> Act {
        Act {
            op: OpId("op".to_owned()),
            by: PersonId::from(person),
            role: Role::DutyOfficer,
            device_at: None,
            action,
        }
    }

    #[test]
    fn each_file_of_a_press_is_of_its_kind() {
        use FileKind::{Decision, Picture, Position, Text};
        let told = report("done");
        let kinds: Vec<(FileKind, char)> = files(&told)
            .into_iter()
            .map(|(kind, seal)| (kind, seal.0.chars().next().unwrap_or_default()))
            .collect();
        let want = [
            (Text, 'a'),
            (Position, 'b'),
            (Picture, 'c'),
            (Text, 'd'),
            (Picture, 'e'),
            (Text, 'f'),
        ];
        assert_eq!(kinds, want);
        let decide = Action::Decide {
            situation: SituationId::of("330624", "flood", "a", 0),
            response: None,
            reason: Some(seal('1')),
        };
        assert_eq!(files(&decide), [(Decision, &seal('1'))]);
        let open = Action::OpenSituation(OpenSituation {
            hazard: "flood".to_owned(),
            level: Level::Red,
            how: OpenedBy::Call,
            area: None,
            text: seal('2'),
            place: Some(seal('3')),
        });
        assert_eq!(files(&open), [(Text, &seal('2')), (Text, &seal('3'))]);
    }

    #[test]
    fn what_an_officer_recorded_for_somebody_is_theirs() {
        let (li, i) = (PersonId::from("li"), PersonId::from("i"));
        assert!(is_of(&by("li", report("done")), &li));
        assert!(is_of(&by("wang", report("accepted")), &li));
        assert!(
            !is_of(&by("wang", report("accepted")), &i),
            "a whole id, not its end"
        );
        assert!(
            !is_of(&by("wang", report("verified")), &li),
            "the witness's own word"
        );
        let answer = |page: &str| Action::AnswerPage {
            page: PageId(page.to_owned()),
            ack: false,
            means: Means::Phone,
            reason: Some(seal('a')),
        };
        assert!(is_of(&by("wang", answer("r.1.2.li.sms")), &li));
        assert!(!is_of(&by("wang", answer("r.1.li.chen.sms")), &li));
    }
}
