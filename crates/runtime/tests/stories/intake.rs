//! Readings in, commit, transitions out; what is confirmed and what is written down.

use crate::support::*;
use model::action::Answer;
use model::config::Clock;
use model::intake::{Refusal, Taken};
use runtime::{BadMessage, Item, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_crosses_a_threshold_and_everybody_hears_of_it_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 2, 0)]))
        .await
        .unwrap();
    let mut stream = site.feed.transitions(None, None).await.unwrap();
    let taken = send(
        &site,
        &[reading(0, 0, 900), reading(0, 5, 1150), reading(1, 6, 1300)],
    )
    .await;
    assert_eq!(taken, [Taken::Accepted; 3]);
    let told = transitions(&site).await;
    let short: Vec<_> = told
        .iter()
        .map(|t| (t.seq, &*t.subject, t.prev, t.level, t.time))
        .collect();
    assert_eq!(
        short,
        [(1, "A-0000", 0, 2, at(5)), (2, "A-0001", 0, 4, at(6))]
    );
    let text = stream.next().await.unwrap();
    let heard: Vec<model::view::TransitionView> = serde_json::from_slice(&text).unwrap();
    assert_eq!(heard, told);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeats_and_refusals_are_confirmed_and_counted_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let config = || vec![county("A", 2, 0)];
    let site = start(options(dir.path(), Clock::Feed, config()))
        .await
        .unwrap();
    let first = reading(0, 0, 900);
    let conflict = runtime::Draft {
        value: 901,
        ..first
    };
    let future = reading(1, 60 * 24 * 9, 900);
    let reason = "not JSON".to_owned();
    let bad = BadMessage::new(Refusal::Malformed, reason, "obs/x/y", b"{");
    let bad = Item::Bad(Box::new(bad));
    let mut items: Vec<Item> = [first, first, conflict, future]
        .map(Item::Reading)
        .into_iter()
        .collect();
    items.push(bad);
    let taken = site.inbox.readings(0, items).await.unwrap().await.unwrap();
    let refused = Taken::Refused;
    assert_eq!(
        taken,
        [
            Taken::Accepted,
            Taken::Duplicate,
            refused(Refusal::Conflict),
            refused(Refusal::Future),
            refused(Refusal::Malformed)
        ]
    );
    assert_eq!(site.quarantine.newest(10).unwrap().len(), 3);
    let journaled = records(dir.path())
        .0
        .iter()
        .filter(|(kind, _)| *kind == 2)
        .count();
    assert_eq!(journaled, 1, "only the accepted one is written down");
    let before = counts(&site).await;
    assert_eq!((before.accepted, before.duplicate), (1, 1));
    let sum = before.refused;
    assert_eq!((sum.conflict, sum.future, sum.malformed), (1, 1, 1));
    let hash_before = hash(&site).await;
    site.stop().await;

    let again = start(options(dir.path(), Clock::Feed, config()))
        .await
        .unwrap();
    assert_eq!(counts(&again).await, before);
    assert_eq!(hash(&again).await, hash_before);
    assert_eq!(send(&again, &[first]).await, [Taken::Duplicate]);
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_is_answered_once_and_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![county("A", 1, 0)]))
        .await
        .unwrap();
    send(&site, &[reading(0, 0, 900)]).await;
    assert_eq!(press(&site, issue("c1")).await, Answer::Done);
    let (before, _) = records(dir.path());
    assert_eq!(press(&site, issue("c1")).await, Answer::Done);
    assert_eq!(
        records(dir.path()).0,
        before,
        "the same press again is not written down"
    );
    let pending = site
        .inbox
        .ask(|f| f.pending_deliveries(model::JurisdictionSlot(0)))
        .await
        .unwrap();
    assert_eq!(pending.len(), 1);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn senders_wait_for_room_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let small = runtime::Options {
        inbox_items: 8,
        ..options(dir.path(), Clock::Feed, vec![county("A", 4, 0)])
    };
    let site = start(small).await.unwrap();
    let senders = (0..4u32).map(|gauge| {
        let inbox = site.inbox.clone();
        tokio::spawn(async move {
            let mut receipts = Vec::new();
            for n in 0..250i64 {
                let items = vec![Item::Reading(reading(gauge, n, 100 + n))];
                receipts.push(inbox.readings(0, items).await.unwrap());
            }
            for receipt in receipts {
                receipt.await.unwrap();
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let counts = counts(&site).await;
    assert_eq!(counts.accepted + counts.late, 1000);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_has_what_was_confirmed() {
    let dir = tempfile::tempdir().unwrap();
    let config = || vec![county("A", 1, 0)];
    let site = start(options(dir.path(), Clock::Feed, config()))
        .await
        .unwrap();
    let drafts: Vec<_> = (0..50).map(|n| reading(0, n * 5, 900 + n)).collect();
    send(&site, &drafts).await;
    let (j, s) = (model::JurisdictionSlot(0), model::SeriesSlot(0));
    let samples = site.history.samples(j, s, at(0), at(1000)).await.unwrap();
    assert_eq!(samples.len(), 50);
    site.stop().await;
    // A lost history is made again from the journal.
    for name in ["history.db", "history.db-wal", "history.db-shm"] {
        let path = dir.path().join(name);
        if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
    }
    let again = start(options(dir.path(), Clock::Feed, config()))
        .await
        .unwrap();
    assert_eq!(
        again.history.samples(j, s, at(0), at(1000)).await.unwrap(),
        samples
    );
    again.stop().await;
}
