//! What was pressed, minute by minute.

use std::collections::BTreeSet;

use super::county::county_with_a_desk;
use super::{Desk, counted, order, plain_report, seal};
use crate::support::*;
use model::action::{Action, IssueCommand, Matcher, ReportTask, Truth};
use model::command::{FormAnswer, FormValue, VillageTarget};
use model::config::AreaKind;
use model::field::{AreaRef, KeptEvent, WeatherWarning};
use model::incident::{EventClass, OpenSituation, OpenedBy};
use model::input::Origin;
use model::report::{ReportOf, ReportSection, WriteReport};
use model::task::{FactKind, Means};
use model::{Level, SituationId};
use runtime::Runtime;

/// What the gauges say: up to red and down again within two hours.
async fn readings(site: &Runtime, minute: i64) {
    for gauge in 0..3 {
        let crest = 60 - (minute - 70).abs();
        let value = 900 + crest * 7 + i64::from(gauge) * 11 + minute * 7 % 13;
        send(site, &[reading(gauge, minute, value)]).await;
    }
}

/// The first hour: a call, signing in, what is quiet, weather, an incident, a decision.
pub(in super::super) async fn first_hour(site: &Runtime) {
    let mut desk = Desk {
        site,
        pressed: 0,
        paged: BTreeSet::new(),
    };
    let mut weather = None;
    for minute in 0..60 {
        readings(site, minute).await;
        desk.gateways().await;
        match minute {
            1 => {
                desk.press(
                    "wang",
                    Action::SignIn {
                        post: "desk".into(),
                    },
                )
                .await;
            }
            4 => {
                let open = OpenSituation {
                    hazard: "landslide".to_owned(),
                    level: Level::Yellow,
                    how: OpenedBy::Call,
                    area: Some((AreaKind::Township, "T1".to_owned())),
                    text: seal(2),
                    place: Some(seal(3)),
                };
                desk.press_as("wang", "call", Action::OpenSituation(open))
                    .await;
            }
            6 => {
                let situation = SituationId::of("A", "landslide", "by_hand:call", 0);
                let level = Level::Orange;
                desk.press("wang", Action::GradeSituation { situation, level })
                    .await;
                let response = None;
                let reason = Some(seal(4));
                let decide = Action::Decide {
                    situation,
                    response,
                    reason,
                };
                desk.press("wang", decide).await;
            }
            9 => {
                let situation = SituationId::of("A", "landslide", "by_hand:call", 0);
                let close = Action::CloseSituation {
                    situation,
                    reason: seal(5),
                    shown: None,
                };
                desk.press("wang", close).await;
            }
            12 => {
                let warning = WeatherWarning {
                    kind: "rainstorm".to_owned(),
                    area: AreaRef {
                        kind: AreaKind::Township,
                        code: "T1".to_owned(),
                    },
                    level: Level::Orange,
                    until: at(300),
                };
                weather = Some(desk.press("wang", Action::WarnOfWeather(warning)).await);
            }
            15 => {
                let silence = Action::Silence {
                    matcher: Matcher {
                        station: Some("A-0002".to_owned()),
                        ..Matcher::default()
                    },
                    until: at(50),
                    reason: seal(6),
                };
                desk.press_as("wang", "quiet", silence).await;
            }
            18 => {
                let maintain = Action::Maintain {
                    stations: vec!["A-0001".to_owned()],
                    from: at(18),
                    until: at(25),
                    ticket: "W-7".to_owned(),
                    order: None,
                };
                desk.press("wang", maintain).await;
                let station = "A-0000".to_owned();
                let reason = seal(7);
                let out = Action::TakeOutOfService { station, reason };
                let suppression = desk.press_as("wang", "out", out).await;
                let agree = Action::ApproveSuppression {
                    suppression: suppression.clone(),
                };
                desk.press("li", agree).await;
                desk.press("li", Action::EndSuppression { suppression })
                    .await;
            }
            40 => {
                let until = at(45);
                let alarm = desk.alarms().await[0];
                let reason = Some(seal(8));
                let shelve = Action::Shelve {
                    alarm,
                    until,
                    reason,
                };
                desk.press("wang", shelve).await;
                desk.press("wang", Action::Unshelve { alarm }).await;
            }
            44 => {
                let open = Action::OpenIncident {
                    title: seal(9),
                    class: EventClass::defaults()[0].id.clone(),
                    situations: vec![desk.flood().await],
                    commands: Vec::new(),
                };
                desk.press_as("wang", "inc", open).await;
                let note = Action::NoteIncident {
                    incident: "inc".into(),
                    text: seal(10),
                    photos: vec![seal(11)],
                };
                desk.press("wang", note).await;
            }
            50 => {
                let send = Action::SendReport {
                    incident: "inc".into(),
                    clock: EventClass::defaults()[0].clocks[0].id.clone(),
                    text: seal(12),
                    received_by: seal(13),
                    photos: Vec::new(),
                };
                desk.press("wang", send).await;
            }
            52 => {
                let alarms = desk.alarms().await;
                let situation = desk.flood().await;
                let seen = Action::AcknowledgeSituation {
                    situation,
                    alarms,
                    shown: Vec::new(),
                };
                desk.press("wang", seen).await;
                let decide = Action::Decide {
                    situation,
                    response: Some(2),
                    reason: Some(seal(14)),
                };
                desk.press("wang", decide).await;
            }
            54 => {
                let warning = weather.take().unwrap();
                desk.press("wang", Action::LiftWeather { warning }).await;
            }
            _ => {}
        }
    }
}

/// The second hour: an evacuation by head-count, a handover, a roll-call, tests, another edition of the
/// files, texts of a report.
pub(in super::super) async fn second_hour(site: &Runtime) {
    let mut desk = Desk {
        site,
        pressed: 100,
        paged: BTreeSet::new(),
    };
    for minute in 60..130 {
        readings(site, minute).await;
        desk.gateways().await;
        match minute {
            61 => {
                let sign = |note| Action::SignHandover {
                    post: "desk".into(),
                    note,
                };
                desk.press(
                    "li",
                    Action::SignIn {
                        post: "desk".into(),
                    },
                )
                .await;
                desk.press("wang", sign(Some(seal(15)))).await;
                desk.press("li", sign(None)).await;
            }
            63 => {
                let situation = Some(desk.flood().await);
                let village = VillageTarget {
                    village: "V1".to_owned(),
                    to_move: 40,
                };
                let evacuate = IssueCommand {
                    situation,
                    alarms: desk.alarms().await,
                    people: vec!["zhao".into()],
                    villages: vec![village],
                    ..order("move", Level::Red)
                };
                desk.press_as("li", "evac", Action::IssueCommand(evacuate))
                    .await;
                let approve = Action::ApproveCommand {
                    command: "evac".into(),
                    approve: true,
                    reason: None,
                };
                desk.press("chen", approve).await;
            }
            64 => {
                desk.report("zhang", "evac.zhang", FactKind::Seen).await;
                desk.report("zhang", "evac.zhang", FactKind::Accepted).await;
                let place = Action::ReportPlace {
                    task: "evac.zhang".into(),
                    position: seal(16),
                };
                desk.press("zhang", place).await;
            }
            66 => {
                let by_ms = 3 * MINUTE;
                let task = "evac.zhao";
                let later = Action::PostponeTask {
                    task: task.into(),
                    by_ms,
                };
                desk.press("li", later).await;
                desk.report("li", task, FactKind::Called).await;
                desk.press("li", Action::HastenTask { task: task.into() })
                    .await;
            }
            70 => {
                let partly = ReportTask {
                    count: vec![counted(20, 0)],
                    note: Some(seal(17)),
                    photos: vec![seal(18)],
                    position: Some(seal(19)),
                    ..plain_report("evac.zhang", FactKind::Working { percent: 50 })
                };
                desk.tell("zhang", partly).await;
                let other = Action::ReassignTask {
                    task: "evac.zhao".into(),
                    to: "chen".into(),
                    reason: Some(seal(20)),
                };
                desk.press("li", other).await;
            }
            72 => {
                desk.report("zhang", "evac.zhang", FactKind::NeedHelp).await;
            }
            75 => {
                let done = ReportTask {
                    count: vec![counted(38, 2)],
                    form: vec![FormAnswer {
                        field: "road".to_owned(),
                        value: FormValue::Text { text: seal(21) },
                    }],
                    ..plain_report("evac.zhang", FactKind::Done)
                };
                desk.tell("zhang", done).await;
                desk.report("li", "evac.zhang", FactKind::Verified).await;
            }
            78 => {
                desk.press_as("li", "roll", Action::CallRoll { posts: Vec::new() })
                    .await;
            }
            79 => {
                let page = desk.page_to("zhang").await;
                let seen = Action::SeePage { page: page.clone() };
                desk.press("zhang", seen).await;
                let ack = Action::AnswerPage {
                    page,
                    ack: true,
                    means: Means::App,
                    reason: None,
                };
                desk.press("zhang", ack).await;
                let page = desk.page_to("chen").await;
                let no = Action::AnswerPage {
                    page,
                    ack: false,
                    means: Means::Phone,
                    reason: Some(seal(22)),
                };
                desk.press("li", no).await;
            }
            80 => {
                let said = Action::AnswerCall {
                    run: desk.roll_call().await,
                    person: "zhao".into(),
                    ack: true,
                    means: Means::Phone,
                    reason: None,
                };
                desk.press("li", said).await;
            }
            82 => {
                let run = desk.roll_call().await;
                desk.press("li", Action::EndRun { run }).await;
            }
            84 => {
                let people = vec!["zhang".into(), "zhao".into()];
                desk.press("li", Action::TestContacts { people }).await;
            }
            88 => {
                let from = at(400);
                let change = Action::ChangeDuty {
                    post: "desk".into(),
                    from,
                    until: from.plus_ms(HOUR),
                    out: None,
                    into: Some("chen".into()),
                };
                let change = desk.press("li", change).await;
                desk.press("li", Action::EndDutyChange { change }).await;
            }
            90 => {
                site.inbox.files_refused(true).await.unwrap();
                site.inbox.files_refused(false).await.unwrap();
                let edition = vec![county_with_a_desk("2")];
                let by = Origin::Person("li".into());
                site.inbox.configure(edition, by).await.unwrap();
            }
            94 => {
                let of = ReportOf::Incident("inc".into());
                for (n, section) in (23..).zip([ReportSection::Summary, ReportSection::Lessons]) {
                    let of = of.clone();
                    let text = seal(n);
                    let write = WriteReport { of, section, text };
                    desk.press("li", Action::WriteReport(write)).await;
                }
            }
            98 => {
                let mark = Action::Mark {
                    at: at(70),
                    until: Some(at(80)),
                    note: seal(25),
                };
                desk.press("li", mark).await;
                let event = KeptEvent {
                    kind: "flood".to_owned(),
                    area: None,
                    stations: vec!["A-0000".to_owned()],
                    level: Some(Level::Red),
                    from: at(60),
                    until: Some(at(90)),
                    text: seal(26),
                };
                desk.press("li", Action::KeepEvent(event.clone())).await;
                let event = desk.press("li", Action::KeepEvent(event)).await;
                let reason = seal(27);
                desk.press("li", Action::DropEvent { event, reason }).await;
            }
            102 => {
                let plain = Action::IssueCommand(order("evacuate", Level::Orange));
                desk.press_as("li", "plain", plain).await;
            }
            104 => {
                let cancel = Action::CancelCommand {
                    command: "plain".into(),
                    reason: Some(seal(28)),
                };
                desk.press("li", cancel).await;
                desk.report("zhang", "plain.zhang", FactKind::CancelSeen)
                    .await;
            }
            110 => {
                let other = Action::OpenIncident {
                    title: seal(29),
                    class: String::new(),
                    situations: Vec::new(),
                    commands: vec!["evac".into()],
                };
                desk.press_as("li", "inc2", other).await;
                let merge = Action::MergeIncident {
                    incident: "inc2".into(),
                    into: "inc".into(),
                };
                desk.press("li", merge).await;
            }
            112 => {
                let more = Action::GatherIncident {
                    incident: "inc".into(),
                    situations: Vec::new(),
                    commands: vec!["plain".into()],
                };
                desk.press("li", more).await;
                let alarm = desk.alarms().await[0];
                let truth = Action::MarkTruth {
                    alarm,
                    truth: Truth::True,
                    of: None,
                };
                desk.press("li", truth).await;
            }
            125 => {
                let incident = "inc".into();
                let reason = seal(30);
                desk.press("li", Action::CloseIncident { incident, reason })
                    .await;
            }
            _ => {}
        }
    }
}
