//! Account can be given of the past: record by record as it lies in the journal, with the fleet as it
//! stood; and what people wrote to reports is found again.

use crate::support::*;
use model::Action;
use model::action::{Answer, Why};
use model::codec::{Record, decode};
use model::config::{Clock, Role};
use model::report::{ReportOf, ReportSection, WriteReport};
use model::{Input, JurisdictionSlot, Seal};
use runtime::{Passed, ReplayError, Runtime, start};

const HERE: JurisdictionSlot = JurisdictionSlot(0);

/// A night in which two gauges rise, somebody is sent, and nobody answers.
async fn night(site: &Runtime) {
    for minute in 0..90 {
        let rise = minute * 12;
        send(site, &[reading((minute % 2) as u32, minute, 900 + rise)]).await;
        if minute == 40 {
            press(site, issue("order")).await;
        }
    }
}

fn live(site: &Runtime, from: i64, to: i64) -> Vec<Passed> {
    let mut passed = Vec::new();
    let mut begun = 0;
    let fleet = site
        .replays
        .live_through(at(from), at(to), &mut |one, fleet| match one {
            None => begun += 1,
            Some(one) => {
                assert_eq!(fleet.seq(), one.number, "the fleet stands behind it");
                passed.push(one.clone());
            }
        });
    fleet.unwrap();
    assert_eq!(begun, 1, "how it stood before is shown once");
    passed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interval_is_told_as_it_lies_in_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 2, 0)]))
        .await
        .unwrap();
    night(&site).await;
    let passed = live(&site, 20, 60);
    let mut read = Vec::new();
    let (first, last) = (passed[0].number, passed[passed.len() - 1].number);
    site.replays
        .read_through(first, last, &mut |one| read.push(one.clone()))
        .unwrap();
    assert_eq!(read, passed, "without a fleet it is the same");
    let all = live(&site, -10, 1_000);
    for one in &passed {
        let (found, before) = site.replays.entry(one.number).unwrap().unwrap();
        assert_eq!(&found, one);
        assert!(before.seq() < one.number);
        for outcome in &one.outcomes {
            let (found, _) = site.replays.entry(outcome.number).unwrap().unwrap();
            assert_eq!(&found, one, "an outcome is found with its input");
        }
    }
    assert!(site.replays.entry(0).unwrap().is_none());
    assert!(site.replays.entry(1_000_000).unwrap().is_none());
    let wrong = |from, to| site.replays.live_through(at(from), at(to), &mut |_, _| {});
    for (from, to) in [(10, 10), (10, 9), (0, 32 * 24 * 60)] {
        assert!(matches!(wrong(from, to), Err(ReplayError::BadInterval)));
    }
    site.stop().await;

    // Nothing of the journal is left out, and nothing is told that does not lie there.
    let store = store::Store::for_tests(dir.path());
    let end = store.verify().unwrap().last.number;
    let (mut inputs, mut outcomes) = (Vec::new(), Vec::new());
    let visit = &mut |number, tag, payload: &[u8]| {
        match decode(tag, payload).unwrap() {
            Record::Input { at, input, .. } => inputs.push((number, at, input)),
            Record::Outcome { effect, .. } => outcomes.push((number, effect)),
        }
        std::ops::ControlFlow::Continue(())
    };
    store.read(1, end, visit).unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|one| (one.number, one.at, one.input.clone()))
        .collect();
    let during = inputs.iter().filter(|(_, entered, _)| *entered >= at(-10));
    let during: Vec<_> = during
        .filter(|(n, ..)| *n <= all[all.len() - 1].number)
        .cloned()
        .collect();
    assert_eq!(told, during);
    let behind = all.iter().flat_map(|one| &one.outcomes);
    let behind: Vec<_> = behind.map(|o| (o.number, o.effect.clone())).collect();
    let first = behind[0].0;
    let wanted: Vec<_> = outcomes.into_iter().filter(|(n, _)| *n >= first).collect();
    assert_eq!(behind, wanted);
    assert!(
        behind.len() > 8,
        "levels changed and people were told: {}",
        behind.len()
    );
    assert!(
        told.iter()
            .any(|(.., input)| matches!(input, Input::Acted(_)))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_to_a_report_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let open = || start(options(dir.path(), Clock::Feed, vec![county("A", 1, 0)]));
    let site = open().await.unwrap();
    let of = ReportOf::Interval {
        from: at(0),
        to: at(30),
    };
    let write = |name: &str, role, digit: &str| {
        let mut act = issue(name);
        act.role = role;
        act.action = Action::WriteReport(WriteReport {
            of: of.clone(),
            section: ReportSection::Lessons,
            text: Seal(digit.repeat(64)),
        });
        act
    };
    send(&site, &[reading(0, 0, 900)]).await;
    assert_eq!(
        press(&site, write("one", Role::Planner, "1")).await,
        Answer::Done
    );
    let why = Why::RoleNotAllowed;
    for role in [Role::Responder, Role::Viewer] {
        let answer = press(&site, write("no", role, "2")).await;
        assert_eq!(answer, Answer::Refused { why });
    }
    send(&site, &[reading(0, 40, 900)]).await;
    press(&site, write("two", Role::DutyOfficer, "3")).await;
    let check = |site: &Runtime| {
        let texts = site.replays.report_texts(HERE).unwrap();
        let told: Vec<_> = texts.iter().map(|t| (t.text.0.as_str(), t.at)).collect();
        let (one, three) = ("1".repeat(64), "3".repeat(64));
        assert_eq!(told, [(one.as_str(), at(0)), (three.as_str(), at(40))]);
        assert!(
            texts
                .iter()
                .all(|t| t.of == of && t.section == ReportSection::Lessons)
        );
        for text in &texts {
            let (entry, _) = site.replays.entry(text.entry).unwrap().unwrap();
            assert!(matches!(entry.input, Input::Acted(_)), "it names its entry");
        }
        assert!(
            site.replays
                .report_texts(JurisdictionSlot(1))
                .unwrap()
                .is_empty()
        );
        let lanes = site.replays.lanes(at(0), at(60), 6, None, None).unwrap();
        assert!(
            lanes.deeds.is_empty(),
            "the bar tells of the night, not of its report"
        );
    };
    check(&site);
    site.replays.keep_up().unwrap();
    site.stop().await;
    let site = open().await.unwrap();
    check(&site);
    site.stop().await;
    // What is kept beside the journal can be lost.
    std::fs::remove_dir_all(dir.path().join("lanes")).unwrap();
    let site = open().await.unwrap();
    check(&site);
    site.stop().await;
}
