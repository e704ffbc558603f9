//! Prints what the journal and the history take: `cargo run --release -p watchfire-store --example
//! rates [records]`. The folder is temporary; records look like readings.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use model::codec::Record;
use model::intake::Quality;
use model::{Input, JurisdictionSlot, Observed, SeriesSlot, Time};
use store::{
    CommitBuffer, History, HistoryItem, HistoryOptions, Journal, JournalOptions, Position, Store,
};

type Failure = Box<dyn std::error::Error>;

const BATCH: usize = 2_000;
const START_MS: i64 = 1_784_000_000_000;

fn reading(n: usize) -> (Time, Observed) {
    let at = Time::from_ms(START_MS + n as i64 * 400);
    let observed = Observed {
        interface: 0,
        series: SeriesSlot((n % 1_194) as u32),
        observed: at.plus_ms(-1_500 - (n as i64 * 7_919) % 900),
        received: at,
        value: 50_000 + ((n * 31) % 97) as i64,
        revision: 0,
        quality: Quality::Good,
        late: false,
        too_late: false,
        suspect: false,
    };
    (at, observed)
}

fn say(what: &str, records: usize, started: Instant) {
    let took = started.elapsed();
    println!(
        "{what}: {records} in {took:?}, {:.0}/s",
        records as f64 / took.as_secs_f64()
    );
}

fn write_journal(dir: &std::path::Path, records: usize) -> Result<(), Failure> {
    let options = JournalOptions::default();
    let (mut journal, _) = Journal::open(dir, options, Position::START, &mut |_, _, _| Ok(()))?;
    let mut buffer = CommitBuffer::new(journal.position());
    let mut spent = buffer.seal();
    let (started, mut commits, mut bytes) = (Instant::now(), 0, 0);
    for n in 0..records {
        let (at, observed) = reading(n);
        let input = Input::Observed(observed);
        buffer.push_record(&Record::Input {
            at,
            jurisdiction: JurisdictionSlot(0),
            input,
        })?;
        if buffer.records() == BATCH || n + 1 == records {
            bytes += buffer.len_bytes();
            spent = buffer.seal_reusing(spent);
            journal.append(&spent)?;
            commits += 1;
        }
    }
    say("journal, encoded, chained, synced", records, started);
    println!(
        "  {commits} commits, {:.1} bytes a reading",
        bytes as f64 / records as f64
    );
    Ok(journal.close()?)
}

fn read_journal(dir: &std::path::Path) -> Result<(), Failure> {
    let started = Instant::now();
    let recovered = store::verify(dir)?;
    say("journal verified", recovered.records as usize, started);
    let started = Instant::now();
    let mut decoded = 0;
    let visit: &mut store::journal::Visit<'_> = &mut |_, tag, bytes| {
        model::codec::decode(tag, bytes)?;
        decoded += 1;
        Ok(())
    };
    drop(Journal::open(
        dir,
        JournalOptions::default(),
        Position::START,
        visit,
    )?);
    say("journal recovered and decoded", decoded, started);
    Ok(())
}

async fn write_history(store: &Store, records: usize) -> Result<(), Failure> {
    let history = History::open(store, HistoryOptions::default()).await?;
    let started = Instant::now();
    for first in (0..records).step_by(BATCH) {
        let last = records.min(first + BATCH);
        let item = |n: usize| {
            let ((at, observed), jurisdiction) = (reading(n), JurisdictionSlot(0));
            HistoryItem::Observed {
                seq: n as u64 + 1,
                jurisdiction,
                at,
                observed,
            }
        };
        history.push((first..last).map(item).collect(), last as u64);
    }
    history.transitions(0, 1).await?;
    say("history taken", records, started);
    history.flush().await?;
    say("history taken and written", records, started);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let records = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |n| n.parse())?;
    let dir = tempfile::tempdir()?;
    write_journal(&dir.path().join("journal"), records)?;
    read_journal(&dir.path().join("journal"))?;
    write_history(&Store::embedded(dir.path()), records).await
}
