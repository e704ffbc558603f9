//! Snapshots of the fleet: when one is due, how it is written, how it is read.
//!
//! The loop only clones; the rest happens on a thread of its own. A snapshot that cannot be written
//! costs time at the next start, never a record.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use store::{Position, Snapshots, threads};

use crate::commit::SnapshotJob;
use crate::fleet::Fleet;
use crate::telemetry;

/// How a fleet is written: postcard around the engines' own blocks. Raised when that changes.
pub(crate) const FORMAT: u16 = 1;

/// When the next snapshot is due.
#[derive(Debug)]
pub(crate) struct Plan {
    every_inputs: u64,
    every: Duration,
    inputs: u64,
    last: Instant,
    busy: Arc<AtomicBool>,
}

impl Plan {
    pub(crate) fn new(every_inputs: u64, every: Duration, tail: u64) -> Plan {
        let busy = Arc::new(AtomicBool::new(false));
        Plan {
            every_inputs,
            every,
            inputs: tail,
            last: Instant::now(),
            busy,
        }
    }

    /// Counts the inputs of a commit.
    pub(crate) fn count(&mut self, inputs: u64) {
        self.inputs += inputs;
    }

    /// Clones the fleet when a snapshot is due and none is being written.
    pub(crate) fn due(&mut self, fleet: &Fleet, position: Position) -> Option<SnapshotJob> {
        let late = self.inputs > 0 && self.last.elapsed() >= self.every;
        if self.inputs < self.every_inputs && !late {
            return None;
        }
        if self.busy.swap(true, Ordering::AcqRel) {
            return None;
        }
        let started = Instant::now();
        let fleet = Box::new(fleet.clone());
        let held = started.elapsed();
        telemetry::snapshot_hold(held);
        tracing::debug!(
            held_us = held.as_micros() as u64,
            inputs = self.inputs,
            "snapshot taken"
        );
        (self.inputs, self.last) = (0, started);
        Some(SnapshotJob { position, fleet })
    }

    /// The flag that the writing thread clears.
    pub(crate) fn busy(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.busy)
    }
}

/// Writes one snapshot on a thread of its own and clears `busy` when it is done.
pub(crate) fn write_aside(store: &Snapshots, job: SnapshotJob, busy: Arc<AtomicBool>) {
    let store = store.clone();
    let written = std::thread::Builder::new()
        .name("watchfire-snapshot".to_owned())
        .spawn({
            let busy = Arc::clone(&busy);
            move || {
                threads::go_along();
                write(&store, job.position, &job.fleet);
                busy.store(false, Ordering::Release);
            }
        });
    if let Err(error) = written {
        tracing::warn!(%error, "no thread for a snapshot");
        busy.store(false, Ordering::Release);
    }
}

/// Writes one snapshot now.
pub(crate) fn write(store: &Snapshots, position: Position, fleet: &Fleet) {
    let content = match postcard::to_stdvec(fleet) {
        Ok(content) => content,
        Err(error) => {
            tracing::error!(%error, "the fleet cannot be written as a snapshot");
            return;
        }
    };
    match store.write(position, FORMAT, &content) {
        Ok(()) => tracing::info!(
            number = position.number,
            bytes = content.len(),
            "snapshot kept"
        ),
        Err(error) => tracing::warn!(%error, "could not write a snapshot"),
    }
}

/// The newest snapshot that can be read, and the place in the journal it stands for.
///
/// # Errors
/// When the folder cannot be listed.
pub(crate) fn newest(store: &Snapshots) -> std::io::Result<(Fleet, Position)> {
    let Some(found) = store.newest_valid(|format| format == FORMAT)? else {
        return Ok((Fleet::default(), Position::START));
    };
    match postcard::from_bytes(&found.content) {
        Ok(fleet) => Ok((fleet, found.position)),
        Err(error) => {
            tracing::warn!(%error, "the newest snapshot cannot be read, the whole journal is");
            Ok((Fleet::default(), Position::START))
        }
    }
}
