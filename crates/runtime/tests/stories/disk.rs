//! The disk fills up: readings wait, people go on, the desk is told, and it resumes by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::support::*;
use model::action::Answer;
use model::config::Clock;
use model::effect::SystemKind;
use runtime::{Fault, Options, Runtime, Step, Strike, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readings_wait_while_presses_go_on_from_the_reserve() {
    the_disk_fills_up(|site| site).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_they_do_where_the_door_carries_them() {
    the_disk_fills_up(by_hand).await;
}

async fn the_disk_fills_up(carried: impl Fn(Runtime) -> Runtime) {
    let dir = tempfile::tempdir().unwrap();
    let (full, tries) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
    );
    let fault = {
        let (full, tries) = (Arc::clone(&full), Arc::clone(&tries));
        move |step: Step| {
            let hit = full.load(Ordering::Acquire)
                && match step {
                    // The first write meets a full disk; with the reserve given back there is room.
                    Step::Writing => tries.fetch_add(1, Ordering::AcqRel) == 0,
                    Step::Looking => true,
                    Step::Written | Step::Told | Step::Closing => false,
                };
            hit.then_some(Strike::Full)
        }
    };
    let options = Options {
        fault: Some(Fault(Arc::new(fault))),
        ..options(dir.path(), Clock::Feed, vec![county("A", 2, 0)])
    };
    let site = carried(start(options).await.unwrap());
    send(&site, &[reading(0, 0, 900)]).await;
    assert!(site.inbox.readings_open());

    full.store(true, Ordering::Release);
    // This one meets the full disk, and is confirmed from the reserve: it was taken already.
    send(&site, &[reading(0, 1, 901)]).await;
    assert!(!site.inbox.readings_open());
    let items = vec![runtime::Item::Reading(reading(1, 2, 1200))];
    let mut waiting = site.inbox.readings(0, items).await.unwrap();
    assert_eq!(press(&site, issue("c1")).await, Answer::Done);
    let told = site.inbox.ask(|f| f.system(None)).await.unwrap();
    assert!(told.iter().any(|s| s.kind == SystemKind::DiskFull));
    assert_eq!(transitions(&site).await.len(), 0, "the reading waits");
    let early = tokio::time::timeout(Duration::from_millis(1), &mut waiting).await;
    assert!(early.is_err());

    full.store(false, Ordering::Release);
    let taken = tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(taken, [model::intake::Taken::Accepted]);
    assert_eq!(transitions(&site).await.len(), 1);
    assert!(site.inbox.readings_open());
    let told = site.inbox.ask(|f| f.system(None)).await.unwrap();
    assert!(told.is_empty());
    assert_eq!(counts(&site).await.accepted, 3);
    site.stop().await;
}
