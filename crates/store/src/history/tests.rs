#![allow(clippy::unwrap_used, clippy::print_stdout)]
//! The history's contract, on a database in a temporary folder.

mod renamed;

use std::collections::BTreeMap;

use model::{RuleSlot, StationSlot};
use proptest::prelude::*;
use sqlx::Row;
use tempfile::TempDir;

use std::path::Path;

use super::*;
use crate::sqlite::{self, Durability};

const DAY_MS: i64 = 86_400_000;
const NOON: i64 = 20_650 * DAY_MS + DAY_MS / 2;

/// A generator of repeatable noise.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn reading(series: u32, observed_ms: i64, received_ms: i64, value: i64) -> Observed {
    Observed {
        interface: 0,
        series: SeriesSlot(series),
        observed: Time::from_ms(observed_ms),
        received: Time::from_ms(received_ms),
        value,
        revision: 0,
        quality: Quality::Good,
        late: false,
        too_late: false,
        suspect: false,
    }
}

fn item(seq: u64, at_ms: i64, observed: Observed) -> HistoryItem {
    let (jurisdiction, at) = (JurisdictionSlot(0), Time::from_ms(at_ms));
    HistoryItem::Observed {
        seq,
        jurisdiction,
        at,
        observed,
    }
}

fn transition(number: u64, seq: u64, at_ms: i64) -> HistoryItem {
    HistoryItem::Transition(TransitionRow {
        number,
        seq,
        jurisdiction: JurisdictionSlot((number % 3) as u16),
        at: Time::from_ms(at_ms),
        transition: Transition {
            rule: RuleSlot(7),
            subject: StationSlot(number as u32),
            prev: 1,
            level: 2,
            time: Time::from_ms(at_ms - 40),
        },
    })
}

/// `days` of `series` gauges reporting every `step_ms`: a tenth of them late, some hours late, some
/// replaced by a revision, a transition now and then.
fn county(series: u32, days: i64, step_ms: i64, seed: u64) -> Vec<HistoryItem> {
    let mut noise = Noise(seed);
    let mut coming = Vec::new();
    for slot in 0..series {
        let mut level = 50_000i64;
        for step in 0..days * DAY_MS / step_ms {
            let observed = NOON + step * step_ms;
            level += noise.below(21) as i64 - 10;
            let delay = match noise.below(200) {
                0 => 9 * 3_600_000,
                1..20 => 400_000,
                _ => 800 + noise.below(4_000) as i64,
            };
            coming.push((
                observed + delay,
                reading(slot, observed, observed + delay, level),
            ));
            if noise.below(100) == 0 {
                let corrected = Observed {
                    revision: 1,
                    ..reading(slot, observed, observed + 2 * delay, level + 3)
                };
                coming.push((observed + 2 * delay, corrected));
            }
        }
    }
    coming.sort_by_key(|(at, reading)| (*at, reading.series, reading.revision));
    let (mut items, mut seq, mut number) = (Vec::new(), 0, 0);
    for (at, observed) in coming {
        seq += 1 + noise.below(2);
        items.push(item(
            seq,
            at,
            Observed {
                late: at - observed.observed.ms() > 300_000,
                ..observed
            },
        ));
        if noise.below(60) == 0 {
            seq += 1;
            number += 1;
            items.push(transition(number, seq, at));
        }
    }
    items
}

fn seq_of(item: &HistoryItem) -> u64 {
    match item {
        HistoryItem::Observed { seq, .. } => *seq,
        HistoryItem::Transition(row) => row.seq,
        HistoryItem::Configured { seq, .. } => *seq,
    }
}

/// What must be read: by series the samples in order, and all transitions.
fn expected(items: &[HistoryItem]) -> (BTreeMap<u32, Vec<Sample>>, Vec<TransitionRow>) {
    let (mut series, mut rows) = (BTreeMap::<u32, Vec<Sample>>::new(), Vec::new());
    for item in items {
        match item {
            HistoryItem::Observed {
                seq, observed: o, ..
            } => {
                series.entry(o.series.0).or_default().push(Sample {
                    observed: o.observed,
                    received: o.received,
                    value: o.value,
                    revision: o.revision,
                    quality: o.quality,
                    late: o.late,
                    too_late: o.too_late,
                    suspect: o.suspect,
                    seq: *seq,
                });
            }
            HistoryItem::Transition(row) => rows.push(*row),
            HistoryItem::Configured { .. } => {}
        }
    }
    for samples in series.values_mut() {
        samples.sort_by_key(|s| (s.observed, s.revision, s.seq));
        samples.dedup_by_key(|s| (s.observed, s.revision));
    }
    (series, rows)
}

/// Pushes what the history has not got yet, in batches.
fn feed(history: &History, items: &[HistoryItem], batch: usize) {
    let from = history.resume_from();
    let missing = items.partition_point(|item| seq_of(item) <= from);
    for part in items[missing..].chunks(batch) {
        history.push(part.to_vec(), part.last().map(seq_of).unwrap());
    }
}

async fn read_all(history: &History, slot: u32) -> Vec<Sample> {
    let (jurisdiction, series) = (JurisdictionSlot(0), SeriesSlot(slot));
    let to = Time::from_ms(i64::MAX);
    history
        .samples(jurisdiction, series, Time::MIN, to)
        .await
        .unwrap()
}

async fn check(history: &History, items: &[HistoryItem]) {
    let (series, rows) = expected(items);
    for (slot, samples) in series {
        let found = read_all(history, slot).await;
        assert_eq!(found.len(), samples.len(), "series {slot}");
        assert!(found == samples, "series {slot} differs");
        let (from, to) = (
            Time::from_ms(NOON + DAY_MS / 3),
            Time::from_ms(NOON + DAY_MS),
        );
        let part = history
            .samples(JurisdictionSlot(0), SeriesSlot(slot), from, to)
            .await
            .unwrap();
        let inside = samples
            .into_iter()
            .filter(|s| from <= s.observed && s.observed < to);
        assert_eq!(part, inside.collect::<Vec<_>>());
    }
    assert!(
        history.transitions(0, usize::MAX).await.unwrap() == rows,
        "transitions differ"
    );
    for (after, limit) in [
        (0, 1),
        (3, 5),
        (rows.len() as u64, 5),
        (rows.len() as u64 / 2, 1_000),
    ] {
        let want: Vec<_> = rows
            .iter()
            .skip(after as usize)
            .take(limit)
            .copied()
            .collect();
        assert_eq!(
            history.transitions(after, limit).await.unwrap(),
            want,
            "{limit} after {after}"
        );
    }
}

async fn open(dir: &TempDir, options: HistoryOptions) -> History {
    History::open(&Store::for_tests(dir.path()), options)
        .await
        .unwrap()
}

fn small() -> HistoryOptions {
    HistoryOptions {
        tail: 10,
        ..HistoryOptions::default()
    }
}

#[tokio::test]
async fn everything_pushed_is_read_whether_open_or_closed() {
    let dir = TempDir::new().unwrap();
    let items = county(12, 3, 600_000, 1);
    let history = open(&dir, small()).await;
    feed(&history, &items, 100);
    check(&history, &items).await;
    assert!(history.resume_from() > 0, "days that were over are closed");
    history.flush().await.unwrap();
    assert_eq!(history.resume_from(), seq_of(items.last().unwrap()));
    check(&history, &items).await;
    drop(history);
    let history = open(&dir, small()).await;
    assert_eq!(history.resume_from(), seq_of(items.last().unwrap()));
    check(&history, &items).await;
}

#[tokio::test]
async fn a_read_sees_what_was_pushed_before_it() {
    let dir = TempDir::new().unwrap();
    let history = open(
        &dir,
        HistoryOptions {
            grace_ms: 0,
            ..small()
        },
    )
    .await;
    for n in 1..=400u64 {
        // Six hours apart: days are being closed all the time.
        let at = NOON + n as i64 * DAY_MS / 4;
        history.push(
            vec![
                item(2 * n, at, reading(3, at, at, 5)),
                transition(n, 2 * n + 1, at),
            ],
            2 * n + 1,
        );
        assert_eq!(read_all(&history, 3).await.len() as u64, n);
        let rows = history.transitions(n - 1, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [n]);
    }
}

#[tokio::test]
async fn a_late_sample_finds_its_closed_day() {
    let dir = TempDir::new().unwrap();
    let history = open(&dir, small()).await;
    let mut items: Vec<_> = (0..20u64)
        .map(|n| (n, NOON + n as i64 * DAY_MS / 4))
        .map(|(n, at)| item(n + 1, at, reading(0, at, at, 100)))
        .collect();
    feed(&history, &items, 3);
    let (first_day, now) = (NOON + 60_000, NOON + 5 * DAY_MS);
    assert_eq!(read_all(&history, 0).await.len(), 20);
    assert!(history.resume_from() > 2, "the first day is closed");
    items.push(item(
        30,
        now,
        Observed {
            too_late: true,
            ..reading(0, first_day, now, 101)
        },
    ));
    items.push(item(
        31,
        now,
        Observed {
            revision: 2,
            ..reading(0, NOON, now, 102)
        },
    ));
    // The first one under an identity stands.
    items.push(item(
        32,
        now,
        Observed {
            revision: 2,
            ..reading(0, NOON, now, 103)
        },
    ));
    feed(&history, &items[20..], 1);
    check(&history, &items).await;
    history.flush().await.unwrap();
    check(&history, &items).await;
    let all = read_all(&history, 0).await;
    assert_eq!(
        all[..2]
            .iter()
            .map(|s| (s.value, s.revision))
            .collect::<Vec<_>>(),
        [(100, 0), (102, 2)]
    );
    assert_eq!(newest_revisions(&all).next().map(|s| s.value), Some(102));
    assert_eq!(newest_revisions(&all).count(), all.len() - 1);
}

#[tokio::test]
async fn little_memory_makes_more_chunks_and_no_other_answers() {
    let dir = TempDir::new().unwrap();
    let items = county(6, 2, 300_000, 4);
    let history = open(
        &dir,
        HistoryOptions {
            memory_bytes: 12_000,
            ..small()
        },
    )
    .await;
    feed(&history, &items, 50);
    check(&history, &items).await;
    assert!(history.through() > seq_of(&items[items.len() * 9 / 10]));
}

type Damage = fn(&mut Vec<u8>);

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_made_again() {
    if std::env::var_os("WATCHFIRE_TEST_POSTGRES").is_some() {
        return; // What a damaged file does is asked of files.
    }
    let items = county(5, 3, 600_000, 5);
    let damages: [(&str, Damage); 3] = [
        ("garbage", |bytes| bytes.fill(0x5a)),
        ("a cut", |bytes| bytes.truncate(bytes.len() / 2)),
        ("a lost page", |bytes| bytes[16_384..49_152].fill(0)),
    ];
    for (name, damage) in damages {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("history.db");
        let history = open(&dir, small()).await;
        feed(&history, &items, 500);
        history.flush().await.unwrap();
        drop(history);
        fold_in(&path).await;
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();
        let history = open(&dir, small()).await;
        assert_eq!(history.resume_from(), 0, "{name}");
        assert!(dir.path().join("history.db.damaged").exists(), "{name}");
        feed(&history, &items, 500);
        check(&history, &items).await;
    }
}

#[tokio::test]
async fn a_damaged_chunk_is_known_when_read_and_gone_after_the_next_start() {
    if std::env::var_os("WATCHFIRE_TEST_POSTGRES").is_some() {
        return; // What a damaged file does is asked of files.
    }
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("history.db");
    let items = county(2, 2, 600_000, 6);
    let history = open(&dir, small()).await;
    feed(&history, &items, 500);
    history.flush().await.unwrap();
    drop(history);
    let mut connection = raw(&path).await;
    let spoil = "UPDATE chunk SET columns = substr(columns, 1, 20) || X'00' || substr(columns, 22) \
                 WHERE series = 1";
    sqlx::query(spoil).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let history = open(&dir, small()).await;
    let (from, to) = (Time::MIN, Time::from_ms(i64::MAX));
    let read = history
        .samples(JurisdictionSlot(0), SeriesSlot(1), from, to)
        .await;
    assert!(matches!(read, Err(HistoryError::Damaged)), "{read:?}");
    drop(history);
    let history = open(&dir, small()).await;
    assert_eq!(history.resume_from(), 0);
    feed(&history, &items, 500);
    check(&history, &items).await;
}

#[tokio::test]
async fn a_course_goes_by_days_also_where_they_are_closed_meanwhile() {
    let dir = TempDir::new().unwrap();
    let items = county(1, 5, 600_000, 8);
    let history = open(&dir, small()).await;
    feed(&history, &items, 90);
    let (jurisdiction, series) = (JurisdictionSlot(0), SeriesSlot(0));
    let to = Time::from_ms(i64::MAX);
    let course = history.course(jurisdiction, series, Time::MIN, to).await;
    let mut course = course.unwrap();
    let (mut all, mut days) = (Vec::new(), Vec::new());
    while let Some(samples) = course.next_day().await.unwrap() {
        let day = samples[0].observed.day();
        assert!(samples.iter().all(|s| s.observed.day() == day));
        days.push(day);
        all.extend(samples);
        if days.len() == 2 {
            history.flush().await.unwrap();
        }
    }
    assert!(days.len() >= 5 && days.is_sorted(), "{days:?}");
    assert_eq!(all, expected(&items).0[&0]);
}

#[tokio::test]
async fn what_was_forgotten_can_be_pushed_again() {
    let dir = TempDir::new().unwrap();
    let items = county(3, 2, 600_000, 7);
    let history = open(&dir, small()).await;
    feed(&history, &items, 90);
    history.flush().await.unwrap();
    history.forget().await.unwrap();
    assert_eq!((history.resume_from(), history.through()), (0, 0));
    assert_eq!(read_all(&history, 1).await, []);
    feed(&history, &items, 200);
    check(&history, &items).await;
}

async fn raw(path: &Path) -> sqlx::SqliteConnection {
    let options = sqlite::options(path, Durability::Rebuilt);
    <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options)
        .await
        .unwrap()
}

/// Folds the write-ahead log into the file.
async fn fold_in(path: &Path) {
    let mut connection = raw(path).await;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}

#[tokio::test]
async fn a_county_takes_few_bytes_a_sample() {
    if std::env::var_os("WATCHFIRE_TEST_POSTGRES").is_some() {
        return; // What a damaged file does is asked of files.
    }
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("history.db");
    let items = county(150, 2, 300_000, 8);
    let samples = items
        .iter()
        .filter(|i| matches!(i, HistoryItem::Observed { .. }))
        .count();
    let history = open(&dir, HistoryOptions::default()).await;
    let started = std::time::Instant::now();
    feed(&history, &items, 1000);
    history.flush().await.unwrap();
    let took = started.elapsed();
    check(&history, &items).await;
    drop(history);
    fold_in(&path).await;
    let bytes = std::fs::metadata(&path).unwrap().len() as f64 / samples as f64;
    println!("{samples} samples: {bytes:.2} bytes each on disk, {took:?} to take and write them");
    assert!(bytes <= 12.0, "{bytes} bytes a sample");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_crash_between_two_writes_loses_and_doubles_nothing(
        seed in any::<u64>(),
        stops in prop::collection::vec(0.0f64..1.0, 1..5),
        batch in 1usize..400,
        memory_bytes in prop_oneof![Just(20_000usize), Just(1 << 20)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = TempDir::new().unwrap();
            let items = county(4, 3, 900_000, seed);
            let options = HistoryOptions { memory_bytes, ..small() };
            let mut stops = stops;
            stops.sort_by(f64::total_cmp);
            for stop in stops {
                let history = open(&dir, options).await;
                let known = &items[..(stop * items.len() as f64) as usize];
                feed(&history, known, batch);
                if seed % 2 == 0 {
                    check(&history, known).await;
                }
            }
            let history = open(&dir, options).await;
            // More than is needed does no harm.
            for part in items.chunks(batch) {
                history.push(part.to_vec(), part.last().map(seq_of).unwrap());
            }
            check(&history, &items).await;
            history.flush().await.unwrap();
            drop(history);
            if std::env::var_os("WATCHFIRE_TEST_POSTGRES").is_some() {
                return;
            }
            let mut connection = raw(&dir.path().join("history.db")).await;
            let chunks = sqlx::query("SELECT day, columns FROM chunk").fetch_all(&mut connection);
            let stored = chunks.await.unwrap().into_iter().map(|row| {
                let samples = columns::decode(row.get(0), row.get(1)).unwrap();
                samples.len()
            });
            let pushed = items.iter().filter(|i| matches!(i, HistoryItem::Observed { .. }));
            assert_eq!(stored.sum::<usize>(), pushed.count(), "each sample is stored once");
        });
    }
}
