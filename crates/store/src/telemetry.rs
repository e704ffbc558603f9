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
