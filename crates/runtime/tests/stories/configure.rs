//! Other files while the process runs: what is on its way goes on, what means the same keeps its
//! clocks, and what decides is journaled.

use std::ops::ControlFlow;

use crate::support::*;
use model::action::{Act, Action, Answer};
use model::codec::{Record, decode};
use model::config::{Clock, Config, Role};
use model::effect::SystemKind;
use model::intake::{Refusal, Taken};
use model::view::AlarmView;
use model::{Input, JurisdictionSlot, Origin};
use runtime::{Draft, Runtime, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readings_on_their_way_find_their_series_under_other_names() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = county("A", 3, 0);
    let site = start(options(dir.path(), Clock::Feed, vec![config.clone()]))
        .await
        .unwrap();
    send(&site, &[reading(2, 0, 1050)]).await;
    assert_eq!(transitions(&site).await.len(), 1);

    // The first gauge goes; the others move up by one slot.
    config.series.remove(0);
    config.watches.retain(|w| w.series.index() > 0);
    for watch in &mut config.watches {
        watch.series.0 -= 1;
    }
    let changed = site
        .inbox
        .configure(vec![config.clone()], Origin::Signal)
        .await
        .unwrap();
    assert_eq!(changed, ["A"]);
    assert!(
        site.inbox
            .configure(vec![config], Origin::Signal)
            .await
            .unwrap()
            .is_empty()
    );

    let old = [reading(2, 1, 1250), reading(0, 1, 1250)];
    assert_eq!(
        send(&site, &old).await,
        [Taken::Accepted, Taken::Refused(Refusal::Unknown)]
    );
    let told = transitions(&site).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1].subject, told[0].subject, "the same gauge rose");
    let names = site.inbox.catalogue();
    assert!(names.series_of("A-0000").is_empty());
    let target = names.find("A-0002", "level").unwrap();
    let new = Draft {
        series: target.series,
        edition: target.edition,
        ..reading(0, 2, 900)
    };
    assert_eq!(send(&site, &[new]).await, [Taken::Accepted]);
    assert_eq!(transitions(&site).await.len(), 3);
    let hash = site.inbox.ask(|fleet| fleet.hash()).await.unwrap();
    site.stop().await;

    let again = runtime::replay(dir.path(), |_| {}).unwrap();
    assert_eq!(
        again.fleet.hash().hash,
        hash.hash,
        "the journal says it all"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unfit_config_changes_nothing_and_the_desk_hears_of_refused_files() {
    let dir = tempfile::tempdir().unwrap();
    let config = county("A", 1, 0);
    let site = start(options(dir.path(), Clock::Feed, vec![config.clone()]))
        .await
        .unwrap();
    let mut unfit = config;
    unfit.watches[0].series.0 = 99;
    assert!(
        site.inbox
            .configure(vec![unfit], Origin::Signal)
            .await
            .is_err()
    );
    send(&site, &[reading(0, 0, 1050)]).await;
    assert_eq!(transitions(&site).await.len(), 1);
    let notices = || async {
        let lasting = site.inbox.ask(|fleet| fleet.system(None)).await.unwrap();
        lasting.iter().any(|n| n.kind == SystemKind::RulesRefused)
    };
    site.inbox.files_refused(true).await.unwrap();
    assert!(notices().await);
    site.inbox.files_refused(false).await.unwrap();
    assert!(!notices().await);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_journal_is_a_notice_until_it_is_found_whole() {
    let dir = tempfile::tempdir().unwrap();
    let begin = || start(options(dir.path(), Clock::Feed, vec![county("A", 1, 0)]));
    let site = begin().await.unwrap();
    let seq = site.inbox.ask(|fleet| fleet.seq()).await.unwrap();
    site.inbox.journal_checked(false).await.unwrap();
    let after = site.inbox.ask(|fleet| fleet.seq()).await.unwrap();
    assert_eq!(after, seq, "what was always whole is nothing to write down");
    site.inbox.journal_checked(true).await.unwrap();
    site.stop().await;
    let site = begin().await.unwrap();
    let broken = || async {
        let look = |fleet: &runtime::Fleet| fleet.lasts(SystemKind::JournalBroken, "");
        site.inbox.ask(look).await.unwrap()
    };
    assert!(broken().await, "also after a restart");
    site.inbox.journal_checked(false).await.unwrap();
    assert!(!broken().await);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_from_before_the_first_reading_is_dated_by_it() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 1, 0)]))
        .await
        .unwrap();
    site.inbox.files_refused(true).await.unwrap();
    send(&site, &[reading(0, 0, 900)]).await;
    let lasting = site.inbox.ask(|fleet| fleet.system(None)).await.unwrap();
    let now = site.inbox.ask(|fleet| fleet.now()).await.unwrap();
    assert_eq!(lasting.len(), 1);
    assert_eq!(lasting[0].since, now);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_says_who_had_the_files_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = county("A", 1, 0);
    let site = start(options(dir.path(), Clock::Feed, vec![config.clone()]))
        .await
        .unwrap();
    config.rules[0].owner = "another".into();
    let wang = Origin::Person("wang".into());
    let changed = site.inbox.configure(vec![config], wang.clone());
    assert_eq!(changed.await.unwrap(), ["A"]);
    site.stop().await;

    let mut origins = Vec::new();
    let store = store::Store::of(dir.path()).unwrap();
    let end = store.verify().unwrap();
    let read = store.read(1, end.last.number, &mut |_, tag, payload| {
        if let Ok(Record::Input {
            input: Input::Configured(configured),
            ..
        }) = decode(tag, payload)
        {
            origins.push(configured.by);
        }
        ControlFlow::Continue(())
    });
    read.unwrap();
    assert_eq!(origins, [Some(Origin::System), Some(wang)]);
}

/// The open alarms of the first jurisdiction.
async fn alarms(site: &Runtime) -> Vec<AlarmView> {
    let slot = JurisdictionSlot(0);
    let view = site.inbox.ask(move |fleet| {
        let engine = fleet.engine(slot).unwrap();
        engine.county_view(fleet.now()).alarms
    });
    view.await.unwrap()
}

async fn reset(site: &Runtime, op: &str, alarm: &AlarmView) -> Answer {
    let act = Act {
        op: op.into(),
        by: "wang".into(),
        role: Role::DutyOfficer,
        device_at: None,
        action: Action::ResetAlarm {
            alarm: alarm.key,
            reason: None,
        },
    };
    press(site, act).await
}

/// Without its last gauge.
fn fewer(mut config: Config) -> Config {
    config.stations.pop();
    config.series.pop();
    config.watches.pop();
    config
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_open_alarm_stands_on_stays_in_force_until_a_person_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let config = county("A", 2, 0);
    let site = start(options(dir.path(), Clock::Feed, vec![config.clone()]))
        .await
        .unwrap();
    send(&site, &[reading(0, 0, 1050), reading(1, 0, 1050)]).await;
    let files = vec![fewer(config.clone())];
    let take = || site.inbox.configure(files.clone(), Origin::Signal);
    assert_eq!(take().await.unwrap(), ["A"]);
    assert_eq!(take().await.unwrap(), [""; 0], "what is kept is in force");
    let open = alarms(&site).await;
    assert_eq!(
        (open.len(), open[1].level, open[1].sight_lost),
        (2, 1, true)
    );
    assert!(!open[0].sight_lost);
    site.stop().await;

    // A start finds other files still: the rule is another one, which judges what is stored.
    let mut other = fewer(config);
    other.rules[0].id = "another".to_owned();
    let site = start(options(dir.path(), Clock::Feed, vec![other.clone()]))
        .await
        .unwrap();
    let open = alarms(&site).await;
    let open: Vec<(&str, &str, bool)> = open
        .iter()
        .map(|a| (a.rule.as_str(), a.station.as_str(), a.sight_lost))
        .collect();
    let kept = "threshold:level";
    let all = [
        ("another", "A-0000", false),
        (kept, "A-0000", true),
        (kept, "A-0001", true),
    ];
    assert_eq!(open, all);
    for (op, alarm) in (0..).zip(alarms(&site).await.iter().filter(|a| a.rule == kept)) {
        assert_eq!(reset(&site, &format!("r{op}"), alarm).await, Answer::Done);
    }
    assert_eq!(alarms(&site).await.len(), 1);
    let hash = site.inbox.ask(|fleet| fleet.hash()).await.unwrap();
    site.stop().await;
    let again = runtime::replay(dir.path(), |_| {}).unwrap();
    assert_eq!(again.mismatches, 0);
    assert_eq!(again.fleet.hash().hash, hash.hash);

    let site = start(options(dir.path(), Clock::Feed, vec![other]))
        .await
        .unwrap();
    assert!(site.inbox.catalogue().series_of("A-0001").is_empty());
    site.stop().await;
}
