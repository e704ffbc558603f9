//! How fast it goes with nothing in the way: readings a second through `apply` and through the whole
//! loop, bytes a reading on disk, recovery of a day, and how long a snapshot holds up the loop.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/stories/support.rs"]
mod support;

use std::time::Instant;

use model::config::{Clock, Config};
use model::intake::Quality;
use model::{Input, JurisdictionSlot, Observed, SeriesSlot};
use runtime::{Decisions, Draft, Fleet, Item, start};
use support::{county, options, reading};

const GAUGES: u32 = 1_194;
const DAY: i64 = 200_000;

fn main() {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    through_apply();
    tokio.block_on(through_the_loop());
}

fn config() -> Config {
    county("0000", GAUGES, 0)
}

/// A calm day: every gauge in turn, two thirds of a percent of the readings above a threshold.
fn draft(n: i64) -> Draft {
    let gauge = (n % i64::from(GAUGES)) as u32;
    let round = n / i64::from(GAUGES);
    let high = gauge.is_multiple_of(50) && round % 3 == 0;
    Draft {
        observed: support::at(0).plus_ms(n * 400),
        ..reading(gauge, 0, if high { 1050 } else { 900 + n % 50 })
    }
}

fn through_apply() {
    let (mut fleet, mut out) = (Fleet::default(), Decisions::default());
    let slot = JurisdictionSlot(0);
    fleet.apply(
        1,
        model::Time::MIN,
        slot,
        &Input::Configured(Box::new(config().into())),
        &mut out,
    );
    let started = Instant::now();
    for n in 0..DAY {
        let draft = draft(n);
        let input = Input::Observed(Observed {
            interface: 0,
            series: SeriesSlot(draft.series.0),
            observed: draft.observed,
            received: draft.observed,
            value: draft.value,
            revision: 0,
            quality: Quality::Good,
            late: false,
            too_late: false,
            suspect: false,
        });
        out.clear();
        fleet.apply(n as u64 + 2, draft.observed, slot, &input, &mut out);
    }
    let spent = started.elapsed();
    println!(
        "apply alone            {:>10.0} readings/s",
        DAY as f64 / spent.as_secs_f64()
    );
    let started = Instant::now();
    let copy = fleet.clone();
    println!(
        "snapshot hold          {:>10.2} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    drop(copy);
}

async fn through_the_loop() {
    let dir = tempfile::tempdir_in(".").unwrap();
    let options = || runtime::Options {
        journal: store::JournalOptions::default(),
        ..options(dir.path(), Clock::Feed, vec![config()])
    };
    let site = start(options()).await.unwrap();
    for days in [1i64, 5] {
        let started = Instant::now();
        let (mut receipts, first) = (Vec::new(), if days == 1 { 0 } else { DAY });
        for part in 0..days * DAY / 500 {
            let from = first + part * 500;
            let items = (from..from + 500)
                .map(|n| Item::Reading(draft(n)))
                .collect();
            receipts.push(site.inbox.readings(0, items).await.unwrap());
        }
        for receipt in receipts {
            receipt.await.unwrap();
        }
        let rate = (days * DAY) as f64 / started.elapsed().as_secs_f64();
        println!("whole loop, {days} day(s)   {rate:>10.0} readings/s");
    }
    let readings = 6 * DAY;
    let used = store::verify(&dir.path().join("journal")).unwrap();
    let bytes = journal_bytes(&dir);
    println!(
        "on disk                {:>10.1} bytes a reading ({} records)",
        bytes as f64 / readings as f64,
        used.records
    );
    let mut one = Vec::new();
    for n in 0..400 {
        let started = Instant::now();
        let items = vec![Item::Reading(draft(readings + n))];
        site.inbox.readings(0, items).await.unwrap().await.unwrap();
        one.push(started.elapsed().as_secs_f64() * 1e3);
    }
    one.sort_by(f64::total_cmp);
    println!(
        "one reading, confirmed {:>10.2} ms p50 {:.2} ms p99",
        one[200], one[396]
    );
    site.stop().await;
    recovery().await;
}

/// Time to start behind a day of 200,000 readings without any snapshot.
async fn recovery() {
    let dir = tempfile::tempdir_in(".").unwrap();
    let options = || runtime::Options {
        journal: store::JournalOptions::default(),
        ..options(dir.path(), Clock::Feed, vec![config()])
    };
    let site = start(options()).await.unwrap();
    for part in 0..DAY / 500 {
        let items = (part * 500..part * 500 + 500)
            .map(|n| Item::Reading(draft(n)))
            .collect();
        site.inbox.readings(0, items).await.unwrap().await.unwrap();
    }
    site.stop().await;
    std::fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
    let started = Instant::now();
    let site = start(options()).await.unwrap();
    println!(
        "recovery of a day      {:>10.0} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    site.stop().await;
}

/// Bytes of the journal's segments that hold something.
fn journal_bytes(dir: &tempfile::TempDir) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir.path().join("journal")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|e| e == "journal") {
            let text = std::fs::read(entry.path()).unwrap();
            bytes += text
                .iter()
                .rposition(|b| *b != 0)
                .map_or(0, |p| p as u64 + 1);
        }
    }
    bytes
}
