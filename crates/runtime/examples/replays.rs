//! What replays cost: seeks into a storm day, and the live path's latency without and with twenty of
//! them at sixty times the speed; or seeks into so many such days, first as they were written and then
//! archived.
//!
//! `cargo run --release -p watchfire-runtime --example replays [-- <readings a second> <seconds>]`
//! `cargo run --release -p watchfire-runtime --example replays -- days <days>`
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/stories/support.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use model::config::{Clock, Config, Measure};
use model::replay::Knowledge;
use model::{RuleSlot, SeriesSlot};
use runtime::{Draft, Frame, Item, Options, ReplayAsk, Runtime, start};
use store::JournalOptions;
use support::{HOUR, county, options, reading};

const GAUGES: u32 = 1_194;
const DAY: i64 = 200_000;
const REPLAYS: usize = 20;
const SEEKS: i64 = 200;

fn main() {
    let word = |n: usize| std::env::args().nth(n)?.parse::<u64>().ok();
    let many = std::env::args().nth(1).is_some_and(|first| first == "days");
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if many {
        tokio.block_on(look_back(word(2).unwrap_or(365) as i64));
    } else {
        tokio.block_on(measure(word(1).unwrap_or(1_000), word(2).unwrap_or(30)));
    }
}

/// Seeks into many days, in segments and in archives.
async fn look_back(days: i64) {
    let dir = tempfile::tempdir_in(".").unwrap();
    let site = start(Options {
        journal: JournalOptions::default(),
        ..options(dir.path(), Clock::Feed, vec![config()])
    })
    .await
    .unwrap();
    let started = Instant::now();
    feed(&site, 0..days * DAY).await;
    let spent = started.elapsed().as_secs_f64();
    println!("{days} days of {DAY} readings   {spent:>10.1} s");
    make_keyframes(&site, dir.path());
    for knowledge in [Knowledge::Then, Knowledge::Now] {
        seeks(&site, knowledge, days);
    }
    let started = Instant::now();
    let later = SystemTime::now() + Duration::from_secs(60);
    let done = store::journal::archive(&dir.path().join("journal"), later).unwrap();
    println!(
        "archived               {:>10.1} s, {:.2} bytes a record of {}, {} MiB",
        started.elapsed().as_secs_f64(),
        done.bytes_after as f64 / done.records as f64,
        done.records,
        done.bytes_after >> 20
    );
    for knowledge in [Knowledge::Then, Knowledge::Now] {
        seeks(&site, knowledge, days);
    }
    site.stop().await;
}

async fn feed(site: &Runtime, readings: std::ops::Range<i64>) {
    for from in readings.step_by(1_000) {
        let items = (from..from + 1_000).map(|n| Item::Reading(draft(n)));
        let receipt = site.inbox.readings(0, items.collect()).await.unwrap();
        receipt.await.unwrap();
    }
}

fn make_keyframes(site: &Runtime, data: &Path) {
    let started = Instant::now();
    site.replays.keep_up().unwrap();
    println!(
        "keyframes made         {:>10.2} s",
        started.elapsed().as_secs_f64()
    );
    let folder = std::fs::read_dir(data.join("keyframes")).unwrap();
    let sizes: Vec<u64> = folder
        .map(|f| f.unwrap().metadata().unwrap().len())
        .collect();
    println!(
        "keyframes              {:>10}   {:.1} MiB in all",
        sizes.len(),
        sizes.iter().sum::<u64>() as f64 / f64::from(1 << 20)
    );
}

/// Thresholds on every value and on the sum of a day, so that a day of samples is remembered.
fn config() -> Config {
    let mut config = county("0000", GAUGES, 0);
    let mut sums = config.rules[0].clone();
    sums.id = "sum:level".to_owned();
    sums.measure = Measure::Sum {
        window_ms: 24 * HOUR,
    };
    config.rules.push(sums);
    let watches = std::mem::take(&mut config.watches);
    for watch in watches {
        let mut sum = watch.clone();
        sum.rule = RuleSlot(1);
        sum.bounds = [None; 4];
        config.watches.extend([watch, sum]);
    }
    config
}

fn draft(n: i64) -> Draft {
    let gauge = (n % i64::from(GAUGES)) as u32;
    let round = n / i64::from(GAUGES);
    let high = gauge.is_multiple_of(50) && round % 3 == 0;
    Draft {
        observed: support::at(0).plus_ms(n * 86_400_000 / DAY),
        series: SeriesSlot(gauge),
        ..reading(gauge, 0, if high { 1_050 } else { 900 + n % 50 })
    }
}

async fn measure(rate: u64, seconds: u64) {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, vec![config()]))
        .await
        .unwrap();
    feed(&site, 0..DAY).await;
    make_keyframes(&site, dir.path());
    for knowledge in [Knowledge::Then, Knowledge::Now] {
        seeks(&site, knowledge, 1);
    }
    let started = Instant::now();
    let lanes = site
        .replays
        .lanes(support::at(0), support::at(1_440), 480, None, None);
    println!(
        "lanes of the day       {:>10.1} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    assert_eq!(lanes.unwrap().levels.len(), 480);

    let mut n = DAY;
    for round in 0..3 {
        let alone = latency(&site, rate, seconds, &mut n).await;
        let mut sessions = Vec::new();
        for k in 0..REPLAYS as i64 {
            let mut session = site
                .replays
                .begin(ReplayAsk {
                    at: support::at(60 + k * 60),
                    speed: 60,
                    knowledge: Knowledge::Then,
                    only: None,
                })
                .unwrap();
            sessions.push(tokio::spawn(async move {
                let mut bytes = 0;
                while let Some(frame) = session.next().await {
                    bytes += match frame {
                        Frame::Text(text) => text.len(),
                        Frame::Snapshot(_) => 0,
                    };
                }
                bytes
            }));
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let beside = latency(&site, rate, seconds, &mut n).await;
        for session in sessions {
            session.abort();
        }
        println!(
            "round {round}: p99 alone {:.2} ms, beside {REPLAYS} replays {:.2} ms: {:+.1} %",
            alone * 1e3,
            beside * 1e3,
            (beside / alone - 1.0) * 100.0
        );
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    site.stop().await;
}

fn seeks(site: &Runtime, knowledge: Knowledge, days: i64) {
    let mut took: Vec<f64> = (0..SEEKS)
        .map(|k| {
            let at = support::at(0).plus_ms((k * 7_919 % (days * 1_440)) * 60_000 + 17_000);
            let started = Instant::now();
            let fleet = site.replays.fleet_at(at, knowledge).unwrap();
            let view = fleet.county(model::JurisdictionSlot(0), at).unwrap();
            let text = serde_json::to_vec(&view).unwrap();
            assert!(!text.is_empty());
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!(
        "seek, as known {knowledge:?}  p50 {:>7.1} ms   p99 {:.1} ms   most {:.1} ms",
        took[took.len() / 2],
        took[took.len() * 99 / 100],
        took[took.len() - 1]
    );
}

/// p99 of the time from a reading's submission to its receipt, seconds.
async fn latency(site: &Runtime, rate: u64, seconds: u64, n: &mut i64) -> f64 {
    let mut took = Vec::new();
    let pause = Duration::from_secs_f64(1.0 / rate as f64);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut due = Instant::now();
    while Instant::now() < end {
        due += pause;
        tokio::time::sleep_until(due.into()).await;
        let items = vec![Item::Reading(draft(*n))];
        *n += 1;
        let receipt = site.inbox.readings(0, items).await.unwrap();
        receipt.await.unwrap();
        took.push(due.elapsed().as_secs_f64());
    }
    took.sort_by(f64::total_cmp);
    took[took.len() * 99 / 100]
}
