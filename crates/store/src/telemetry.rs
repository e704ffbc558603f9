//! Names of everything this crate counts, so that each exists once.

use std::time::Duration;

const COMMIT_SECONDS: &str = "watchfire_journal_commit_seconds";
const COMMIT_BYTES: &str = "watchfire_journal_bytes_total";
const RECORDS: &str = "watchfire_journal_records_total";

/// One commit reached the disk.
pub(crate) fn commit(took: Duration, bytes: usize, records: usize) {
    metrics::histogram!(COMMIT_SECONDS).record(took);
    metrics::counter!(COMMIT_BYTES).increment(bytes as u64);
    metrics::counter!(RECORDS).increment(records as u64);
}

const OPEN_SAMPLES: &str = "watchfire_history_open_samples";
const CHUNKS: &str = "watchfire_history_chunks_total";
const CHUNK_BYTES: &str = "watchfire_history_bytes_total";
const CLOSE_SECONDS: &str = "watchfire_history_write_seconds";

/// So many samples are in memory and not yet in the history's database.
pub(crate) fn open_samples(samples: usize) {
    metrics::gauge!(OPEN_SAMPLES).set(samples as f64);
}

/// Some chunks went into the history's database.
pub(crate) fn chunks_closed(took: Duration, chunks: usize, bytes: usize) {
    metrics::histogram!(CLOSE_SECONDS).record(took);
    metrics::counter!(CHUNKS).increment(chunks as u64);
    metrics::counter!(CHUNK_BYTES).increment(bytes as u64);
}
