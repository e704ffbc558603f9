//! Which time it is: deadlines on running clocks, time carried by messages, nights that go on.

use std::time::Duration;

use crate::support::*;
use model::config::Clock;
use model::intake::{Refusal, Taken};
use runtime::{Draft, Frame, Item, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_feed_clock_only_messages_and_play_move_time() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(
        dir.path(),
        Clock::Feed,
        vec![county("A", 2, 10 * MINUTE)],
    ))
    .await
    .unwrap();
    send(&site, &[reading(0, 0, 1050)]).await;
    site.inbox.advance(at(9)).await.unwrap();
    assert_eq!(transitions(&site).await.len(), 0);
    // The deadline acts at its own instant, however late time moves on.
    site.inbox.advance(at(12)).await.unwrap();
    let told = transitions(&site).await;
    assert_eq!((told.len(), told[0].level, told[0].time), (1, 1, at(10)));
    site.inbox.advance(at(5)).await.unwrap();
    assert_eq!(
        site.inbox.ask(|f| f.now()).await.unwrap(),
        at(12),
        "never backwards"
    );
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leap_of_more_than_a_day_needs_three_gauges() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 4, 0)]))
        .await
        .unwrap();
    send(&site, &[reading(0, 0, 900)]).await;
    let days = 3 * 24 * 60;
    // Two voices wait for the third, and what comes behind them waits too.
    #[expect(clippy::async_yields_async, reason = "receipts are awaited later")]
    let hold = async |drafts: Vec<Draft>| {
        let items = drafts.into_iter().map(Item::Reading).collect();
        site.inbox.readings(0, items).await.unwrap()
    };
    let first = hold(vec![reading(1, days, 900), reading(2, days, 900)]).await;
    let second = hold(vec![reading(1, days + 1, 900)]).await;
    assert_eq!(site.inbox.ask(|f| f.now()).await.unwrap(), at(0));
    assert_eq!(
        send(&site, &[reading(3, days + 1, 900)]).await,
        [Taken::Accepted]
    );
    assert_eq!(first.await.unwrap(), [Taken::Accepted; 2]);
    assert_eq!(second.await.unwrap(), [Taken::Accepted]);
    assert_eq!(site.inbox.ask(|f| f.now()).await.unwrap(), at(days + 1));
    // One that stands alone against an ordinary reading is refused, and nothing is lost behind it.
    let alone = hold(vec![reading(0, 2 * days, 900)]).await;
    assert_eq!(
        send(&site, &[reading(3, days + 2, 900)]).await,
        [Taken::Accepted]
    );
    assert_eq!(alone.await.unwrap(), [Taken::Refused(Refusal::Future)]);
    // What says when it became visible carries time by that.
    let delayed = Draft {
        received: Some(at(days + 40)),
        ..reading(0, days + 2, 900)
    };
    send(&site, &[delayed]).await;
    assert_eq!(site.inbox.ask(|f| f.now()).await.unwrap(), at(days + 40));
    // What still waits when the process is asked to end gets its answer.
    let left = hold(vec![reading(0, 3 * days, 900)]).await;
    site.stop().await;
    assert_eq!(left.await.unwrap(), [Taken::Refused(Refusal::Future)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gauges_are_enough_where_there_are_only_two() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 2, 0)]))
        .await
        .unwrap();
    send(&site, &[reading(0, 0, 900), reading(1, 0, 900)]).await;
    let days = 3 * 24 * 60;
    assert_eq!(
        send(&site, &[reading(0, days, 900), reading(1, days, 900)]).await,
        [Taken::Accepted; 2]
    );
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_wall_a_deadline_comes_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Wall, vec![county("A", 1, 300)]))
        .await
        .unwrap();
    let mut stream = site.feed.transitions(None, None).await.unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    let draft = Draft {
        observed: model::Time::from_ms(now),
        ..reading(0, 0, 1050)
    };
    send(&site, &[draft]).await;
    let text = tokio::time::timeout(Duration::from_secs(20), stream.next())
        .await
        .unwrap()
        .unwrap();
    let told: Vec<model::view::TransitionView> = serde_json::from_slice(&text).unwrap();
    assert_eq!(told[0].time.ms(), now + 300);
    let replayed = runtime::replay(dir.path(), |_| {}).unwrap();
    assert_eq!(replayed.fleet.hash().hash, hash(&site).await);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_made_up_night_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::Scaled {
        start: at(0),
        factor: 3600.0,
    };
    let config = || vec![county("A", 1, 10 * MINUTE)];
    let site = start(options(dir.path(), clock, config())).await.unwrap();
    let mut feed = site.feed.subscribe(None, None).await.unwrap();
    let Some(Frame::Snapshot(first)) = feed.next().await else {
        panic!("a snapshot comes first")
    };
    assert!(first.clock.now >= at(0) && first.clock.now < at(60 * 24));
    let observed = first.clock.now;
    let mut stream = site.feed.transitions(None, None).await.unwrap();
    send(
        &site,
        &[Draft {
            observed,
            ..reading(0, 0, 1050)
        }],
    )
    .await;
    tokio::time::timeout(Duration::from_secs(20), stream.next())
        .await
        .unwrap()
        .unwrap();
    let before = site.inbox.ask(|f| f.now()).await.unwrap();
    site.stop().await;
    let again = start(options(dir.path(), clock, config())).await.unwrap();
    let after = again.inbox.ask(|f| f.now()).await.unwrap();
    assert!(
        after >= before && after < before.plus_ms(12 * HOUR),
        "{before} {after}"
    );
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_takes_other_files_does_not_count_the_down_time_either() {
    const HELD_MS: i64 = 40_000;
    let dir = tempfile::tempdir().unwrap();
    let mut config = county("A", 1, HELD_MS);
    let site = start(options(dir.path(), Clock::Wall, vec![config.clone()]))
        .await
        .unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    let draft = Draft {
        observed: model::Time::from_ms(now),
        ..reading(0, 0, 1050)
    };
    send(&site, &[draft]).await;
    let due = async |site: &runtime::Runtime| {
        let next = site.inbox.ask(|fleet| fleet.next_deadline()).await;
        next.unwrap().unwrap()
    };
    let before = due(&site).await;
    site.stop().await;
    const DOWN_MS: u64 = 1_500;
    tokio::time::sleep(Duration::from_millis(DOWN_MS)).await;
    config.rules[0].owner = "another".to_owned();
    let site = start(options(dir.path(), Clock::Wall, vec![config]))
        .await
        .unwrap();
    let after = due(&site).await;
    let moved_ms = after.since_ms(before);
    assert!(moved_ms >= DOWN_MS as i64, "only by {moved_ms} ms");
    site.stop().await;
}
