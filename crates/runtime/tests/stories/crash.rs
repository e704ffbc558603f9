//! The process dies between any two steps: nothing confirmed is lost, nothing is doubled, and the
//! end is that of a night without a fault.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::support::*;
use model::action::Answer;
use model::config::{Clock, Config};
use model::view::TransitionView;
use runtime::{Draft, Fault, Options, Runtime, Step, Strike, start};

const GAUGES: u32 = 3;

fn config() -> Vec<Config> {
    vec![county("A", GAUGES, 4 * MINUTE)]
}

/// One thing to confirm before the next.
#[derive(Clone)]
enum Deed {
    Send(Vec<Draft>),
    Issue(String),
}

/// A night: gauges that rise and fall, and a command now and then.
fn night() -> Vec<Deed> {
    let mut deeds = Vec::new();
    for n in 0..60i64 {
        let drafts = (0..5).map(|k| {
            let step = n * 5 + k;
            let gauge = (step % i64::from(GAUGES)) as u32;
            reading(gauge, step, 900 + (step * 37 % 500))
        });
        deeds.push(Deed::Send(drafts.collect()));
        if n % 20 == 7 {
            deeds.push(Deed::Issue(format!("c{n}")));
        }
    }
    deeds
}

async fn act_out(site: &Runtime, deed: &Deed) -> bool {
    match deed {
        Deed::Send(drafts) => {
            let items = drafts.iter().map(|d| runtime::Item::Reading(*d)).collect();
            match site.inbox.readings(0, items).await {
                Ok(receipt) => receipt.await.is_ok(),
                Err(_) => false,
            }
        }
        Deed::Issue(id) => {
            let said = site.inbox.act(model::JurisdictionSlot(0), issue(id)).await;
            assert!(said.is_err() || said == Ok(Answer::Done));
            said.is_ok()
        }
    }
}

struct End {
    hash: String,
    transitions: Vec<TransitionView>,
    accepted: u64,
    late: u64,
    tasks: usize,
}

async fn end_of(site: Runtime) -> End {
    let (hash, told, counts) = (
        hash(&site).await,
        transitions(&site).await,
        counts(&site).await,
    );
    let slot = model::JurisdictionSlot(0);
    let tasks = site
        .inbox
        .ask(move |f| f.pending_deliveries(slot).len())
        .await
        .unwrap();
    site.stop().await;
    End {
        hash,
        transitions: told,
        accepted: counts.accepted,
        late: counts.late,
        tasks,
    }
}

fn strike_after(steps: i64, options: Options) -> Options {
    let left = Arc::new(AtomicI64::new(steps));
    let fault = move |_: Step| (left.fetch_sub(1, Ordering::Relaxed) == 0).then_some(Strike::Crash);
    Options {
        fault: Some(Fault(Arc::new(fault))),
        ..options
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            match std::fs::copy(entry.path(), target) {
                Ok(_) => {}
                // Taken away while the threads of the dead process end, as it may be at any crash.
                Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Lives the night, dying after ever other numbers of steps and going on from what lay on disk at
/// that moment.
async fn live_through(seed: i64) -> End {
    let root = tempfile::tempdir().unwrap();
    let (mut round, mut next, deeds) = (0i64, 0, night());
    let mut data = root.path().join("0");
    loop {
        // The last round is let through, so that the night ends.
        let steps = if round == 12 {
            i64::MAX
        } else {
            3 + (seed * 31 + round * 17) % 23
        };
        let snapshots = Options {
            snapshot_inputs: 40,
            ..options(&data, Clock::Feed, config())
        };
        let Ok(site) = start(strike_after(steps, snapshots)).await else {
            round += 1;
            continue;
        };
        let site = if (seed + round) % 2 == 0 {
            site
        } else {
            by_hand(site)
        };
        while next < deeds.len() && act_out(&site, &deeds[next]).await {
            next += 1;
        }
        if next == deeds.len() {
            return end_of(site).await;
        }
        site.failed().await;
        round += 1;
        let moved = root.path().join(round.to_string());
        copy(&data, &moved);
        site.stop().await;
        data = moved;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_between_any_two_steps_loses_and_doubles_nothing() {
    let root = tempfile::tempdir().unwrap();
    let site = start(options(root.path(), Clock::Feed, config()))
        .await
        .unwrap();
    for deed in night() {
        assert!(act_out(&site, &deed).await);
    }
    let whole = end_of(site).await;
    assert!(whole.transitions.len() > 20 && whole.tasks > 0);
    for seed in 0..4 {
        let end = live_through(seed).await;
        assert_eq!(end.hash, whole.hash, "seed {seed}");
        assert_eq!(end.transitions, whole.transitions, "seed {seed}");
        assert_eq!(
            (end.accepted, end.late),
            (whole.accepted, whole.late),
            "seed {seed}"
        );
        assert_eq!(end.tasks, whole.tasks, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_from_the_first_entry_agrees_and_finds_no_other_outcome() {
    let root = tempfile::tempdir().unwrap();
    let site = start(options(root.path(), Clock::Feed, config()))
        .await
        .unwrap();
    for deed in night() {
        assert!(act_out(&site, &deed).await);
    }
    let replayed = runtime::replay(root.path(), |_| {}).unwrap();
    assert_eq!(replayed.mismatches, 0);
    assert_eq!(replayed.fleet.hash().hash, hash(&site).await);
    assert_eq!(replayed.fleet.transitions(), site.newest_transition());
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_record_refuses_to_start_and_is_named() {
    let root = tempfile::tempdir().unwrap();
    let site = start(options_on_files(root.path(), Clock::Feed, config()))
        .await
        .unwrap();
    send(&site, &[reading(0, 0, 900), reading(1, 0, 901)]).await;
    send(&site, &[reading(0, 1, 902)]).await;
    site.stop().await;
    std::fs::remove_dir_all(root.path().join("snapshots")).unwrap();
    let segment = std::fs::read_dir(root.path().join("journal"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "journal"))
        .unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let place = bytes.windows(8).position(|w| w == b"threshol").unwrap();
    bytes[place] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let Err(error) = start(options_on_files(root.path(), Clock::Feed, config())).await else {
        panic!("a broken journal must not start")
    };
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("record 1"), "{source}");
}
