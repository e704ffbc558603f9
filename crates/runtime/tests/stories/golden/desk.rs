//! A night at the desk, recorded: calls with their pages, rosters and a handover, a roll-call, incidents with
//! owed reports, decisions, silences, an evacuation closed by head-count, texts of a report, other files.

mod county;
mod hours;

use std::collections::BTreeSet;

use super::by;
use crate::support::*;
use model::action::{Action, Answer, IssueCommand, ReportTask};
use model::command::{Left, LeftBehind, VillageCount};
use model::config::{Occasion, Role};
use model::page::{Channel, PageFact};
use model::task::{FactKind, Means};
use model::view::CountyView;
use model::{AlarmKey, JurisdictionSlot, Level, OpId, PageId, RunId, Seal, SituationId};
use runtime::Runtime;

pub(super) use county::options;
pub(super) use hours::{first_hour, second_hour};

/// Inputs, presses and decisions that such a night brings into a journal.
pub(super) const HOLDS: [&str; 57] = [
    "Configured",
    "FilesRefused",
    "Observed",
    "Paged",
    "Resumed",
    "Ticked",
    "acknowledge_situation",
    "answer_call",
    "answer_page",
    "approve_command",
    "approve_suppression",
    "call_roll",
    "cancel_command",
    "change_duty",
    "close_incident",
    "close_situation",
    "decide",
    "drop_event",
    "end_duty_change",
    "end_run",
    "end_suppression",
    "gather_incident",
    "grade_situation",
    "hasten_task",
    "issue_command",
    "keep_event",
    "lift_weather",
    "maintain",
    "mark",
    "mark_truth",
    "merge_incident",
    "note_incident",
    "open_incident",
    "open_situation",
    "postpone_task",
    "reassign_task",
    "report_place",
    "report_task",
    "see_page",
    "send_report",
    "shelve",
    "sign_handover",
    "sign_in",
    "silence",
    "take_out_of_service",
    "test_contacts",
    "unshelve",
    "warn_of_weather",
    "write_report",
    "→ Annunciate",
    "→ Command",
    "→ Deliver",
    "→ Page",
    "→ Run",
    "→ System",
    "→ Task",
    "→ Transition",
];

const HERE: JurisdictionSlot = JurisdictionSlot(0);

/// A seal of nothing: what it stands for is not in a journal.
fn seal(n: u8) -> Seal {
    Seal(format!("{n:02x}").repeat(32))
}

/// The desk at work, a press at a time.
struct Desk<'r> {
    site: &'r Runtime,
    pressed: u32,
    paged: BTreeSet<PageId>,
}

impl Desk<'_> {
    /// Presses, and is honoured.
    async fn press(&mut self, person: &str, action: Action) -> OpId {
        self.pressed += 1;
        let op = format!("p{}", self.pressed);
        self.press_as(person, &op, action).await
    }

    async fn press_as(&mut self, person: &str, op: &str, action: Action) -> OpId {
        let role = match person {
            "zhang" | "zhao" => Role::Responder,
            _ => Role::DutyOfficer,
        };
        let told = format!("{action:?}");
        let answer = press(self.site, by(person, role, op.to_owned(), action)).await;
        assert_eq!(answer, Answer::Done, "{op} by {person}: {told}");
        op.into()
    }

    async fn county(&self) -> CountyView {
        let view = self.site.inbox.ask(|fleet| fleet.county(HERE, fleet.now()));
        view.await.unwrap().unwrap()
    }

    async fn alarms(&self) -> Vec<AlarmKey> {
        let alarms = self.county().await.alarms;
        alarms.into_iter().map(|alarm| alarm.key).collect()
    }

    /// The situation of the gauges.
    async fn flood(&self) -> SituationId {
        let situations = self.county().await.situations;
        let flood = situations.iter().find(|one| !one.members.is_empty());
        flood.unwrap().id
    }

    async fn report(&mut self, person: &str, task: &str, kind: FactKind) {
        self.tell(person, plain_report(task, kind)).await;
    }

    async fn tell(&mut self, person: &str, report: ReportTask) {
        self.press(person, Action::ReportTask(report)).await;
    }

    /// What gateways say of the pages that have gone out: messages arrive, calls of the leader fail.
    async fn gateways(&mut self) {
        let pages = self.county().await.pages;
        for page in pages {
            if !self.paged.insert(page.id.clone()) {
                continue;
            }
            let accepted = PageFact::Accepted {
                reference: Some("17".to_owned()),
            };
            let facts = match (page.channel, page.to.as_str()) {
                (Channel::Voice, _) => vec![
                    PageFact::Sent,
                    PageFact::Failed {
                        why: "nobody picked up".to_owned(),
                    },
                ],
                (_, "zhao") => vec![PageFact::Sent, PageFact::Expired],
                (_, "zhang") => vec![
                    PageFact::Sent,
                    accepted,
                    PageFact::Delivered,
                    PageFact::Seen,
                ],
                _ => vec![PageFact::Sent, accepted, PageFact::Delivered],
            };
            for fact in facts {
                let told = self.site.inbox.paged(HERE, page.id.clone(), fact);
                told.await.unwrap();
            }
        }
    }

    async fn roll_call(&self) -> RunId {
        let runs = self.county().await.runs;
        let roll = runs.iter().find(|run| run.occasion == Occasion::RollCall);
        roll.unwrap().id.clone()
    }

    async fn page_to(&self, person: &str) -> PageId {
        let pages = self.county().await.pages;
        let page = pages.iter().rev().find(|page| page.to.as_str() == person);
        page.unwrap_or_else(|| panic!("a page to {person}"))
            .id
            .clone()
    }
}

fn plain_report(task: &str, kind: FactKind) -> ReportTask {
    ReportTask {
        task: task.into(),
        kind,
        means: Means::App,
        note: None,
        position: None,
        photos: Vec::new(),
        version: None,
        count: Vec::new(),
        form: Vec::new(),
        coming: 0,
        shot: None,
    }
}

fn order(template: &str, level: Level) -> IssueCommand {
    IssueCommand {
        alarm: None,
        template: template.to_owned(),
        level,
        groups: vec!["village".into()],
        people: Vec::new(),
        wording: seal(1),
        clocks: None,
        situation: None,
        alarms: Vec::new(),
        count: None,
        supersedes: None,
        villages: Vec::new(),
        shown: Vec::new(),
    }
}

fn counted(moved: u32, refused: u32) -> VillageCount {
    VillageCount {
        village: "V1".to_owned(),
        to_move: 40,
        moved,
        refused,
        unreachable: 0,
        left: (0..refused)
            .map(|n| LeftBehind {
                why: Left::Refused,
                name: Some(seal(40 + n as u8)),
                photo: None,
            })
            .collect(),
    }
}
