//! The runtime's numbers, each named once.

use std::time::Duration;

use model::intake::Taken;

/// One commit left the loop: how many submissions and readings it holds, and how long the oldest
/// waited from being taken to being told.
pub(crate) fn released(submissions: usize, readings: usize, waited: Duration) {
    metrics::counter!("watchfire_commits_total").increment(1);
    metrics::histogram!("watchfire_commit_submissions").record(submissions as f64);
    metrics::histogram!("watchfire_commit_readings").record(readings as f64);
    metrics::histogram!("watchfire_commit_wait_seconds").record(waited.as_secs_f64());
}

/// Answers to messages, by kind.
pub(crate) fn taken(kind: Taken, count: u64) {
    if count > 0 {
        metrics::counter!("watchfire_messages_total", "answer" => word(kind)).increment(count);
    }
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

fn word(kind: Taken) -> &'static str {
    match kind {
        Taken::Accepted => "accepted",
        Taken::Late => "late",
        Taken::Duplicate => "duplicate",
        Taken::Refused(refusal) => refusal.word(),
    }
}
