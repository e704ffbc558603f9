//! The journal copied, cut and archived beside a running site: what is decided from it is the same.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::*;
use model::config::{Clock, Config};
use model::custody::{Access, AccessDeed, Accessor, Timekeeping};
use model::{Input, JurisdictionSlot, Seal};
use runtime::{Options, replay, start};
use store::evidence::examine;
use store::{JournalOptions, Until, backup, restore};
use tempfile::TempDir;

const GAUGES: u32 = 3;

fn small(data: &Path) -> Options {
    let configs: Vec<Config> = vec![county("A", GAUGES, 4 * MINUTE)];
    Options {
        journal: JournalOptions {
            segment_bytes: 16 << 10,
            reserve_bytes: 0,
        },
        snapshot_inputs: 200,
        ..options_on_files(data, Clock::Feed, configs)
    }
}

fn waves(step: i64) -> i64 {
    900 + (step * 37 % 500)
}

/// The state's hash after the last input up to a record, by replaying everything before it.
fn hash_at(data: &Path, number: u64) -> String {
    let mut hash = String::new();
    replay(data, |again| {
        if again.seq <= number {
            hash = again.fleet.hash().hash;
        }
    })
    .unwrap();
    hash
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_fed_site_is_restored_to_any_point() {
    let (data, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let site = start(small(data.path())).await.unwrap();
    let mut backups = Vec::new();
    for round in 0..12i64 {
        let copying = {
            let (from, to) = (data.path().to_owned(), copy.path().to_owned());
            tokio::task::spawn_blocking(move || backup(&from, &to).unwrap())
        };
        for n in round * 60..(round + 1) * 60 {
            send(&site, &[reading((n % 3) as u32, n, waves(n))]).await;
        }
        if round % 4 == 1 {
            press(&site, issue(&format!("c{round}"))).await;
        }
        backups.push(copying.await.unwrap().through);
    }
    assert!(backups.is_sorted_by_key(|place| place.number));
    let ended = hash(&site).await;
    site.stop().await;

    let through = backup(data.path(), copy.path()).unwrap().through;
    let whole = replay(copy.path(), |_| {}).unwrap();
    assert_eq!((whole.fleet.hash().hash, whole.mismatches), (ended, 0));
    let found = examine(copy.path(), &[], None).unwrap();
    assert_eq!(found.findings, vec![]);
    assert_eq!(
        found.good.last().unwrap().number,
        through.number,
        "signed at its end"
    );

    for place in [backups[3], backups[8]] {
        let into = TempDir::new().unwrap();
        let end = restore(
            copy.path(),
            into.path(),
            Until::Number(place.number),
            &mut |_| Ok(()),
        )
        .unwrap();
        assert!(end.number >= place.number);
        let again = replay(into.path(), |_| {}).unwrap();
        assert_eq!(again.fleet.hash().hash, hash_at(data.path(), place.number));
        // A site starts on it and goes on.
        let site = start(small(into.path())).await.unwrap();
        send(&site, &[reading(0, 9_000, 950)]).await;
        site.stop().await;
        assert_eq!(replay(into.path(), |_| {}).unwrap().mismatches, 0);
    }
    let into = TempDir::new().unwrap();
    restore(copy.path(), into.path(), Until::Time(at(300)), &mut |_| {
        Ok(())
    })
    .unwrap();
    let again = replay(into.path(), |seen| assert!(seen.at <= at(300))).unwrap();
    assert!(again.inputs > 300);
}

#[tokio::test]
async fn archives_are_replayed_and_started_from_where_they_lie() {
    let data = TempDir::new().unwrap();
    let site = start(small(data.path())).await.unwrap();
    for n in 0..900 {
        send(&site, &[reading((n % 3) as u32, n, waves(n))]).await;
    }
    let before = hash(&site).await;
    // While it runs.
    let later = SystemTime::now() + Duration::from_secs(10);
    let done = store::journal::archive(&data.path().join("journal"), later).unwrap();
    assert!(done.segments > 2, "{done:?}");
    send(&site, &[reading(0, 901, 950)]).await;
    let after = hash(&site).await;
    assert_ne!(before, after);
    site.stop().await;
    let again = replay(data.path(), |_| {}).unwrap();
    assert_eq!(
        (again.fleet.hash().hash, again.mismatches),
        (after.clone(), 0)
    );
    assert_eq!(examine(data.path(), &[], None).unwrap().findings, vec![]);
    // Without snapshots and history everything is read from the first entry on.
    std::fs::remove_dir_all(data.path().join("snapshots")).unwrap();
    std::fs::remove_file(data.path().join("history.db")).unwrap();
    let site = start(small(data.path())).await.unwrap();
    assert_eq!(hash(&site).await, after);
    assert!(!transitions(&site).await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn what_is_only_on_record_decides_nothing() {
    let data = TempDir::new().unwrap();
    let site = start(small(data.path())).await.unwrap();
    send(&site, &[reading(0, 0, 1050)]).await;
    let before = hash(&site).await;
    let access = Access {
        id: "one".to_owned(),
        by: Accessor::Person("wang".into()),
        first: at(0),
        last: at(0),
        deed: AccessDeed::SawFiles {
            seals: vec![Seal("0".repeat(64))],
            more: 0,
        },
    };
    let slot = JurisdictionSlot(0);
    site.inbox.accessed(slot, access.clone()).await.unwrap();
    let clock = Timekeeping {
        clock: Clock::Feed,
        keeper: None,
        synchronized: None,
        offset_us: None,
        system: at(0),
    };
    site.inbox.clock_read(clock.clone()).await.unwrap();
    assert_eq!(hash(&site).await, before);
    site.stop().await;
    let mut seen = Vec::new();
    replay(data.path(), |again| seen.push(again.input.clone())).unwrap();
    assert!(seen.contains(&Input::Accessed(Box::new(access))));
    assert!(seen.contains(&Input::ClockRead(Box::new(clock))));
}
