//! The runtime's numbers, each named once.

use std::time::Duration;

/// One commit was told: how many submissions and readings it holds, and how long the oldest waited
/// from being taken to being told.
pub(crate) fn released(submissions: usize, items: usize, waited: Duration) {
    metrics::counter!("watchfire_commits_total").increment(1);
    metrics::histogram!("watchfire_commit_submissions").record(submissions as f64);
    metrics::histogram!("watchfire_commit_readings").record(items as f64);
    metrics::histogram!("watchfire_commit_wait_seconds").record(waited.as_secs_f64());
}

/// A panic that ended one request and nothing else.
pub(crate) fn fault_contained() {
    metrics::counter!("watchfire_contained_faults_total").increment(1);
}

/// Transitions that left.
pub(crate) fn transitions(count: usize) {
    metrics::counter!("watchfire_transitions_total").increment(count as u64);
}

/// How long the loop stood still for a snapshot.
pub(crate) fn snapshot_hold(held: Duration) {
    metrics::histogram!("watchfire_snapshot_hold_seconds").record(held.as_secs_f64());
}

/// A recovered outcome that the same engine version decides otherwise now.
pub(crate) fn outcome_differs() {
    metrics::counter!("watchfire_outcome_mismatches_total").increment(1);
}

/// Whether readings wait for room on the disk.
pub(crate) fn disk_full(full: bool) {
    metrics::gauge!("watchfire_disk_full").set(if full { 1.0 } else { 0.0 });
}

/// Whether confirmed things wait for a database that is away.
pub(crate) fn store_away(away: bool) {
    metrics::gauge!("watchfire_store_away").set(if away { 1.0 } else { 0.0 });
}
