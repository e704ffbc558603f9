//! On whose thread a reading is decided and written: the door's while little waits, else the loop's
//! own. On a feed clock that nobody watches the loop's own thread sleeps until it is woken, so what is
//! confirmed here was carried by whom the story says.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::support::*;
use model::action::Answer;
use model::config::Clock;
use model::intake::Taken;
use runtime::{Fault, Inbox, Item, Options, Receipt, Runtime, Step, Strike, start};
use tokio::time::timeout;

/// Nobody who is woken takes as long.
const LONG: Duration = Duration::from_secs(20);

/// More than one thread carries all the way.
const MUCH: i64 = 100;

async fn site(data: &Path) -> Runtime {
    let site = start(options(data, Clock::Feed, vec![county("A", 2, 0)])).await;
    site.unwrap()
}

async fn submit(inbox: &Inbox, minutes: impl Iterator<Item = i64>) -> Receipt {
    let items = minutes
        .map(|n| Item::Reading(reading(0, n, 900 + n)))
        .collect();
    inbox.readings(0, items).await.unwrap()
}

async fn confirmed(receipt: Receipt) -> Vec<Taken> {
    let taken = timeout(LONG, receipt).await;
    taken.expect("nobody carried it").unwrap()
}

#[tokio::test]
async fn little_waits_for_the_hand_and_much_wakes_the_loop() {
    let dir = tempfile::tempdir().unwrap();
    let site = site(dir.path()).await;
    // It has journaled its config and sleeps.
    hash(&site).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (inbox, hand) = site.lend();
    let mut little = submit(&inbox, 0..3).await;
    let early = timeout(Duration::from_millis(300), &mut little).await;
    assert!(early.is_err(), "the loop's own thread was woken for it");
    let hand = tokio::spawn(hand.lend());
    assert_eq!(confirmed(little).await, [Taken::Accepted; 3]);

    hand.abort();
    // A hand that is gone is not called.
    assert!(hand.await.unwrap_err().is_cancelled());
    assert_eq!(confirmed(submit(&inbox, 3..5).await).await.len(), 2);
    let (inbox, idle) = site.lend();
    assert_eq!(
        confirmed(submit(&inbox, 5..5 + MUCH).await).await.len(),
        100
    );
    drop(idle);
    site.stop().await;
}

#[tokio::test]
async fn what_waits_for_a_hand_goes_on_when_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let site = site(dir.path()).await;
    let (inbox, hand) = site.lend();
    let receipt = submit(&inbox, 0..2).await;
    drop(hand);
    assert_eq!(confirmed(receipt).await, [Taken::Accepted; 2]);
    site.stop().await;
}

#[tokio::test]
async fn a_press_never_waits_for_a_hand() {
    let dir = tempfile::tempdir().unwrap();
    let site = site(dir.path()).await;
    let (inbox, hand) = site.lend();
    let receipt = submit(&inbox, 0..1).await;
    let pressed = timeout(LONG, press(&site, issue("c1"))).await;
    assert_eq!(pressed.expect("it waits for the hand"), Answer::Done);
    // What stood before it in the line was done before it.
    assert_eq!(confirmed(receipt).await, [Taken::Accepted]);
    drop(hand);
    site.stop().await;
}

#[tokio::test]
async fn what_a_hand_cannot_write_is_confirmed_to_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let armed = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let strikes = Arc::clone(&armed);
    let fault = move |step: Step| {
        let now = step == Step::Written && strikes.load(std::sync::atomic::Ordering::Acquire);
        now.then_some(Strike::Crash)
    };
    let fatal = Options {
        fault: Some(Fault(Arc::new(fault))),
        ..options(dir.path(), Clock::Feed, vec![county("A", 2, 0)])
    };
    let dies = by_hand(start(fatal).await.unwrap());
    assert_eq!(confirmed(submit(&dies.inbox, 0..1).await).await.len(), 1);
    armed.store(true, std::sync::atomic::Ordering::Release);
    let receipt = submit(&dies.inbox, 1..2).await;
    assert!(timeout(LONG, receipt).await.unwrap().is_err());
    assert!(timeout(LONG, dies.failed()).await.is_ok());
    assert!(dies.inbox.readings(0, Vec::new()).await.is_err());
    dies.stop().await;
    let goes_on = site(dir.path()).await;
    // It was on disk, though nobody was told: sent again it is known.
    let again = confirmed(submit(&goes_on.inbox, 0..2).await).await;
    assert_eq!(again, [Taken::Duplicate; 2]);
    goes_on.stop().await;
}
