//! A past in which people were called: what they answered then is heard by either of the two times.

use crate::support::*;
use model::action::{Act, Action, Answer};
use model::config::{Call, Clock, Config, Escalation, EscalationStep, Occasion, Target, Text};
use model::intake::Taken;
use model::page::{Channel, PageFact};
use model::replay::Knowledge;
use model::task::Means;
use model::view::PageView;
use model::{JurisdictionSlot, Level};
use runtime::{Draft, Fleet, start};

const HERE: JurisdictionSlot = JurisdictionSlot(0);

/// A county in which red wakes an officer, who has to answer, then a keeper; and, later, the keeper alone.
fn waking() -> Config {
    let mut config = county("A", 2, 0);
    for person in &mut config.people {
        person.contacts = vec![Channel::Sms];
    }
    let step = |after: i64, person: &str| EscalationStep {
        after_ms: after * MINUTE,
        calls: vec![Call {
            to: vec![Target::Person(person.into())],
            by: Vec::new(),
        }],
        must: false,
    };
    let policy = |id: &str, steps| Escalation {
        id: id.to_owned(),
        title: Text::same(id),
        occasion: Occasion::Situation,
        levels: vec![Level::Red],
        hazards: Vec::new(),
        confirm_all: true,
        steps,
        loops: 1,
        loop_after_ms: 5 * MINUTE,
        exhausted: Vec::new(),
    };
    config.organisation.escalations = vec![
        // Whoever has answered is not called again.
        policy("all-hands", vec![step(0, "wang"), step(15, "wang")]),
        policy("keeper", vec![step(20, "zhang")]),
    ];
    config
}

/// What stands of every run and of every page, whatever they are called.
fn calls_of(fleet: &Fleet) -> (Vec<String>, Vec<String>) {
    let runs = fleet.runs(HERE);
    let mut pages: Vec<_> = runs
        .iter()
        .flat_map(|run| fleet.pages(HERE, &run.id))
        .collect();
    pages.sort_by_key(|page| (page.to.clone(), page.step));
    let mut runs: Vec<String> = runs
        .iter()
        .map(|run| {
            format!(
                "{} {:?} {} {}",
                run.policy, run.state, run.called, run.confirmed
            )
        })
        .collect();
    runs.sort();
    let page = |page: &PageView| {
        let facts: Vec<_> = page.facts.iter().map(|known| &known.fact).collect();
        format!(
            "{} {:?} {} {:?} {facts:?}",
            page.to, page.channel, page.step, page.stage
        )
    };
    (runs, pages.iter().map(page).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_answered_is_heard_by_either_of_the_two_times() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![waking()]))
        .await
        .unwrap();
    // Every reading is a second on its way, so that by what is known now each call begins a second before
    // the one that was answered.
    let tell = async |gauge, minute, value| {
        let draft = Draft {
            received: Some(at(minute).plus_ms(1_000)),
            ..reading(gauge, minute, value)
        };
        assert_eq!(send(&site, &[draft]).await, [Taken::Accepted]);
    };
    for (gauge, minute) in [(0, 0), (1, 0), (0, 120), (1, 120)] {
        tell(gauge, minute, 900).await;
    }
    site.replays.keep_up().unwrap();
    tell(0, 300, 1_350).await;
    let runs = site.inbox.ask(|fleet| fleet.runs(HERE)).await.unwrap();
    let run = |policy: &str| {
        runs.iter()
            .find(|run| run.policy == policy)
            .unwrap()
            .id
            .clone()
    };
    let all = run("all-hands");
    let pages = site
        .inbox
        .ask(move |fleet| fleet.pages(HERE, &all))
        .await
        .unwrap();
    let page = pages[0].id.clone();
    for fact in [PageFact::Accepted { reference: None }, PageFact::Delivered] {
        site.inbox.paged(HERE, page.clone(), fact).await.unwrap();
    }
    let answers = [
        Action::SeePage { page: page.clone() },
        Action::AnswerPage {
            page,
            ack: true,
            means: Means::App,
            reason: None,
        },
        Action::AnswerCall {
            run: run("keeper"),
            person: "zhang".into(),
            ack: true,
            means: Means::Phone,
            reason: None,
        },
    ];
    for (n, action) in answers.into_iter().enumerate() {
        let act = Act {
            action,
            ..issue(&format!("answer-{n}"))
        };
        assert_eq!(press(&site, act).await, Answer::Done);
    }
    for minute in [310, 320, 330] {
        tell(1, minute, 900).await;
    }
    let live = site.inbox.ask(calls_of).await.unwrap();
    assert!(
        live.0.iter().all(|run| run.contains("Satisfied 1 1")),
        "{live:?}"
    );
    assert_eq!(live.1.len(), 1, "nobody else was called: {live:?}");
    for at in [at(301), at(330)] {
        for knowledge in [Knowledge::Then, Knowledge::Now] {
            let fleet = site.replays.fleet_at(at, knowledge).unwrap();
            assert_eq!(calls_of(&fleet), live, "{knowledge:?} {at}");
        }
    }
    site.stop().await;
}
