//! What happened when, for the bar under every screen: as it is known now, and as it was known.

use crate::support::*;
use model::Time;
use model::action::{Act, Action, Answer};
use model::config::{Clock, Post, Roster, Text};
use model::replay::DeedKind;
use runtime::{ReplayError, Runtime, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lanes_tell_what_happened_when() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 2, 0)]))
        .await
        .unwrap();
    for (minute, value) in [(0, 900), (10, 1_050), (20, 1_250), (50, 900)] {
        send(&site, &[reading(0, minute, value)]).await;
    }
    send(&site, &[reading(0, 15, 900)]).await;
    press(&site, issue("order")).await;
    let mut nobody = issue("nobody");
    nobody.role = model::config::Role::Viewer;
    press(&site, nobody).await;
    let mark = model::Action::Mark {
        at: at(20),
        until: Some(at(30)),
        note: model::Seal("1".repeat(64)),
    };
    for (name, role) in [
        ("mark", model::config::Role::Planner),
        ("scrawl", model::config::Role::Responder),
    ] {
        let mut act = issue(name);
        (act.role, act.action) = (role, mark.clone());
        press(&site, act).await;
    }
    let check = |site: &Runtime| {
        let lanes = site.replays.lanes(at(0), at(60), 6, None, None).unwrap();
        assert_eq!(lanes.bucket_ms, 10 * MINUTE);
        assert_eq!(lanes.levels, [0, 1, 3, 3, 3, 3], "red until minute 50");
        assert_eq!(lanes.alarms[1], [0, 1, 0, 0, 0]);
        assert_eq!(lanes.alarms[2], [0, 0, 0, 1, 0]);
        assert_eq!(lanes.alarms[5][0], 1, "returned");
        assert_eq!(lanes.late, [0, 0, 0, 0, 0, 1], "late where it came in");
        assert_eq!(lanes.commands, [0, 0, 0, 0, 0, 1]);
        assert!(lanes.calls[5] > 0, "the village was told");
        let deeds = lanes.deeds.iter().map(|d| (d.kind, d.op.as_str()));
        let expected = [(DeedKind::Mark, "mark"), (DeedKind::Command, "order")];
        let told = "refused presses are none, a mark stands at its time";
        assert_eq!(deeds.collect::<Vec<_>>(), expected, "{told}");
        assert_eq!(lanes.deeds[0].until, Some(at(30)));
        assert_eq!((lanes.first, lanes.last), (at(0), at(50)));
        let later = site.replays.lanes(at(30), at(48), 2, None, None).unwrap();
        assert_eq!(later.levels, [3, 3], "it stood before the span began");
    };
    check(&site);
    site.replays.keep_up().unwrap();
    site.stop().await;
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 2, 0)]))
        .await
        .unwrap();
    check(&site);
    assert!(matches!(
        site.replays.lanes(at(1), at(0), 6, None, None),
        Err(ReplayError::BadSpan)
    ));
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lanes_of_a_moment_hold_nothing_that_was_pressed_later() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = county("A", 1, 0);
    config.organisation.posts = vec![Post {
        id: "desk".into(),
        title: Text::same("desk"),
        kind: "duty".to_owned(),
        unit: None,
        township: None,
        people: Vec::new(),
        roster: Some(Roster {
            from: at(0),
            shifts_ms: vec![24 * HOUR],
            crews: vec![vec!["wang".into()]],
            least: 1,
            sign_in_ms: None,
            handover: false,
        }),
    }];
    let site = start(options(dir.path(), Clock::Feed, vec![config]))
        .await
        .unwrap();
    for (minute, value) in [(0, 900), (20, 1_250), (40, 1_250)] {
        send(&site, &[reading(0, minute, value)]).await;
    }
    let mark = Action::Mark {
        at: at(10),
        until: None,
        note: model::Seal("1".repeat(64)),
    };
    let change = Action::ChangeDuty {
        post: "desk".into(),
        from: at(50),
        until: at(55),
        out: Some("wang".into()),
        into: Some("zhang".into()),
    };
    for (name, action) in [("mark", mark), ("change", change)] {
        let act = Act {
            action,
            ..issue(name)
        };
        assert_eq!(press(&site, act).await, Answer::Done, "{name}");
    }
    let lanes = |known| site.replays.lanes(at(0), at(60), 60, None, known).unwrap();
    for (known, expected) in [
        (Some(at(39)), vec![]),
        (Some(at(40)), both()),
        (None, both()),
    ] {
        let lanes = lanes(known);
        let deeds = lanes
            .deeds
            .iter()
            .map(|d| (d.op.0.clone(), d.at, d.pressed));
        assert_eq!(deeds.collect::<Vec<_>>(), expected, "{known:?}");
        assert_eq!(lanes.decisions[40] as usize, expected.len() / 2);
        assert_eq!(
            lanes.decisions[50], 0,
            "a change stands where it was pressed"
        );
    }
    assert_eq!(lanes(Some(at(19))).levels, vec![0; 60]);
    let levels = lanes(Some(at(30))).levels;
    assert_eq!(
        (levels[19], levels[20], levels[30], levels[31]),
        (0, 3, 3, 0)
    );
    site.stop().await;
}

/// A mark about minute 10 and a change of duty, both pressed at minute 40.
fn both() -> Vec<(String, Time, Option<Time>)> {
    vec![
        ("mark".to_owned(), at(10), Some(at(40))),
        ("change".to_owned(), at(40), None),
    ]
}
