//! Prints how fast a journal is looked at and how small its archive is:
//! `cargo run --release -p watchfire-store --example keeping [data folder]`. Without a folder it is a
//! made-up storm day: 200,000 readings of 1,194 gauges, one or a few to a commit, as they come in.
#![allow(clippy::print_stdout)]

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use model::codec::{self, Record, Tag};
use model::intake::Quality;
use model::{Input, JurisdictionSlot, Observed, SeriesSlot, Time};
use store::journal::{archive, audit};
use store::{CommitBuffer, Journal, JournalOptions, Position};

type Failure = Box<dyn std::error::Error>;

const READINGS: u64 = 200_000;
const GAUGES: u64 = 1_194;
const DAY_MS: u64 = 86_400_000;
const START_MS: i64 = 1_784_000_000_000;
/// So that all but the last megabyte becomes archives.
const OPTIONS: JournalOptions = JournalOptions {
    segment_bytes: 4 << 20,
    reserve_bytes: 0,
};

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn main() -> Result<(), Failure> {
    let dir = tempfile::tempdir_in(".")?;
    let folder = dir.path().join("journal");
    match std::env::args().nth(1) {
        Some(data) => again(&Path::new(&data).join("journal"), &folder)?,
        None => storm_day(&folder)?,
    }
    look("segments", &folder)?;
    let started = Instant::now();
    let later = SystemTime::now() + Duration::from_secs(60);
    let done = archive(&folder, later)?;
    let spent = started.elapsed().as_secs_f64();
    println!(
        "archived {} segments, {} records: {} -> {} bytes, {:.2} bytes a record, in {spent:.1} s",
        done.segments,
        done.records,
        done.bytes_before,
        done.bytes_after,
        done.bytes_after as f64 / done.records as f64
    );
    look("archives", &folder)
}

fn look(what: &str, folder: &Path) -> Result<(), Failure> {
    for _ in 0..2 {
        let started = Instant::now();
        let found = audit(folder, &[])?;
        let spent = started.elapsed().as_secs_f64();
        println!(
            "{what}: {} records, {} bytes, {} findings in {spent:.3} s: {:.0} MB/s, {:.1} M records/s",
            found.records,
            found.bytes,
            found.findings.len(),
            found.bytes as f64 / 1e6 / spent,
            found.records as f64 / 1e6 / spent
        );
    }
    Ok(())
}

/// Another journal's records under commits of our own making, since those are no part of the chain.
fn again(from: &Path, to: &Path) -> Result<(), Failure> {
    let end = audit(from, &[])?.end.number;
    let mut kept = Kept::open(to)?;
    let (mut failed, mut readings) = (None, 0);
    store::read(from, 1, end, &mut |_, tag, payload| {
        readings += u64::from(codec::is_observed(tag));
        match kept.take(tag, payload) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    println!("{end} records, {readings} of them readings");
    match failed {
        Some(error) => Err(error),
        None => kept.close(),
    }
}

/// Every gauge at its own moment of each interval, rain that comes and goes, water that creeps.
fn storm_day(to: &Path) -> Result<(), Failure> {
    let mut dice = Dice(7);
    let interval = DAY_MS * GAUGES / READINGS;
    let mut due: Vec<(u64, u64)> = Vec::with_capacity(READINGS as usize);
    for gauge in 0..GAUGES {
        let phase = dice.below(interval);
        for round in 0..READINGS / GAUGES {
            due.push((phase + round * interval + dice.below(8_000), gauge));
        }
    }
    due.sort_unstable();
    let mut values = vec![0i64; GAUGES as usize];
    let mut kept = Kept::open(to)?;
    for (arrived, gauge) in due {
        let at = Time::from_ms(START_MS + arrived as i64);
        let value = &mut values[gauge as usize];
        if gauge.is_multiple_of(2) {
            let pours = dice.below(3) == 0;
            *value = if pours { 5 * dice.below(12) as i64 } else { 0 };
        } else {
            *value += dice.below(7) as i64 - 2;
        }
        // Stations stamp whole minutes and need a moment to send.
        let observed =
            Time::from_ms((at.ms() - 2_000 - dice.below(20_000) as i64) / 60_000 * 60_000);
        let record = Record::Input {
            at,
            jurisdiction: JurisdictionSlot((gauge % 3) as u16),
            input: Input::Observed(Observed {
                interface: 0,
                series: SeriesSlot((gauge / 3) as u32),
                observed,
                received: at,
                value: *value,
                revision: 0,
                quality: Quality::Good,
                late: false,
                too_late: false,
                suspect: false,
            }),
        };
        let mut payload = Vec::new();
        let tag = codec::encode(&record, &mut payload);
        kept.take(tag, &payload)?;
        if dice.below(3) > 0 {
            kept.close()?;
        }
    }
    kept.close()
}

struct Kept {
    journal: Journal,
    buffer: CommitBuffer,
}

impl Kept {
    fn open(dir: &Path) -> Result<Kept, Failure> {
        let (journal, _) = Journal::open(dir, OPTIONS, Position::START, &mut |_, _, _| Ok(()))?;
        let buffer = CommitBuffer::new(Position::START);
        Ok(Kept { journal, buffer })
    }

    fn take(&mut self, tag: Tag, payload: &[u8]) -> Result<(), Failure> {
        self.buffer.push(tag, payload)?;
        if self.buffer.len_bytes() > 1 << 19 {
            self.close()?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        Ok(self.journal.append(&self.buffer.seal())?)
    }
}
