//! What writes the journal: one write and one fdatasync a commit, then everything that waited for it
//! leaves, in the order transitions, updates, history, answers.
//!
//! It is held by the journal's thread, or for a small commit by the loop (see [`crate::pen`]). It
//! decides nothing. On a full disk it gives the reserve back, says so, and tries the same commit
//! again until it is written; nothing is skipped or written twice.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use store::{History, JournalError, Notary, Position, Quarantine, Sealed, Snapshots, Writer};

use crate::clock::Readout;
use crate::commit::Commit;
use crate::hub::Hub;
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::pen::Handed;
use crate::queue::Queue;
use crate::start::chain;
use crate::{Fault, Step, Strike, snapshots, telemetry};

/// How often a full disk is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// How often the room on the disk is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Free bytes under which readings wait although the journal itself could go on for a while:
/// blobs, quarantine and history need room too, and people come first.
const LOW_WATER: u64 = 8 << 20;

/// Owns the journal.
pub(crate) struct Scribe {
    pub(crate) journal: Writer,
    pub(crate) quarantine: Quarantine,
    pub(crate) history: History,
    pub(crate) snapshots: Snapshots,
    pub(crate) snapshot_busy: Arc<AtomicBool>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) outbox: Outbox,
    pub(crate) notary: Notary,
    pub(crate) fault: Option<Fault>,
    /// When it was last looked whether the disk has room again.
    pub(crate) looked: Instant,
}

/// Why the journal's thread ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the journal cannot go on")]
    Journal(#[from] JournalError),
    #[error("refused messages cannot be kept")]
    Quarantine(#[source] std::io::Error),
    /// A test asked for it.
    #[error("stopped by a fault")]
    Fault,
}

/// What a commit that could not be written waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// Room on the disk.
    Room,
    /// A database that is away; whether it took the commit is looked up when it is back.
    Server,
    /// Nothing would help.
    No,
}

impl Wait {
    fn after(error: &Broken) -> Wait {
        match error {
            Broken::Journal(JournalError::Full) => Wait::Room,
            Broken::Journal(JournalError::Away { .. }) => Wait::Server,
            Broken::Quarantine(io) if io.kind() == std::io::ErrorKind::StorageFull => Wait::Room,
            Broken::Journal(_) | Broken::Quarantine(_) | Broken::Fault => Wait::No,
        }
    }
}

/// The journal's thread: writes the commits it is handed until there are no more, gives their memory
/// back through `spent`, and looks after the journal meanwhile.
pub(crate) fn run(
    scribe: Arc<Mutex<Scribe>>,
    commits: &Receiver<Handed>,
    spent: &Sender<Sealed>,
) -> Result<(), Broken> {
    loop {
        match commits.recv_timeout(LOOK) {
            Ok(Handed::Commit(commit)) => {
                let mut holder = hold(&scribe);
                let sealed = holder.commit(*commit)?;
                let queue = Arc::clone(&holder.queue);
                drop(holder);
                queue.set_journal_free(true);
                // The loop may be gone already, and its memory with it.
                let _unwanted = spent.send(sealed);
            }
            Ok(Handed::Broken(broken)) => return Err(broken),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        hold(&scribe).look_after();
    }
    let scribe = Arc::into_inner(scribe).expect("the loop lets go of it before the channel");
    let scribe = scribe.into_inner();
    scribe.expect("no holder of this lock panics").close()
}

/// # Panics
/// When a holder panicked: nobody may go on with what it left, see [`crate::bulkhead`].
fn hold(scribe: &Mutex<Scribe>) -> MutexGuard<'_, Scribe> {
    scribe.lock().expect("no holder of this lock panics")
}

impl Scribe {
    /// Whether a sync takes no longer than waking the thread that would do it.
    pub(crate) fn is_near(&self) -> bool {
        matches!(self.journal, Writer::Files(_))
    }

    /// What is done between commits.
    fn look_after(&mut self) {
        self.look_for_room();
        let place = self.journal.position();
        if self.notary.is_due(place.number) {
            self.attest(place);
        }
    }

    fn close(mut self) -> Result<(), Broken> {
        self.strike(Step::Closing)?;
        // The last word of a process that ends well: whatever is cut off afterwards is missed.
        self.attest(self.journal.position());
        Ok(self.journal.close()?)
    }

    /// Signs a place that is on disk. Without a signature the journal is as good as before, so what
    /// goes wrong is told and tried again later.
    fn attest(&mut self, place: Position) {
        if let Err(error) = self.notary.sign(place, Readout::take().system) {
            tracing::warn!(%error, "could not keep a signed checkpoint");
        }
    }

    /// Writes one commit and lets out what waited for it; waits for room or a database that is away.
    pub(crate) fn commit(&mut self, mut commit: Commit) -> Result<Sealed, Broken> {
        let mut next_word = Instant::now();
        while let Err(error) = self.write(&mut commit) {
            let wait = Wait::after(&error);
            if wait == Wait::No || self.queue.is_stopping() {
                return Err(error);
            }
            if wait == Wait::Room && !self.queue.is_disk_full() {
                self.fill();
                continue;
            }
            if Instant::now() >= next_word {
                match wait {
                    Wait::Server => {
                        let cause = chain(&error);
                        tracing::error!(cause, "nothing is confirmed until the database is back");
                    }
                    Wait::Room | Wait::No => tracing::error!(
                        "the disk is full and the reserve is used up; nothing is confirmed"
                    ),
                }
                next_word = Instant::now() + Duration::from_secs(60);
            }
            telemetry::store_away(wait == Wait::Server);
            std::thread::sleep(RETRY);
        }
        telemetry::store_away(false);
        self.strike(Step::Written)?;
        self.release(&mut commit);
        let Commit { closed, dues, .. } = commit;
        dues.settle();
        self.strike(Step::Told)?;
        Ok(closed.sealed)
    }

    fn write(&mut self, commit: &mut Commit) -> Result<(), Broken> {
        self.strike(Step::Writing)?;
        let refused = &mut commit.dues.refused;
        self.quarantine
            .append(refused)
            .map_err(Broken::Quarantine)?;
        refused.clear();
        self.journal.append(&commit.closed.sealed)?;
        Ok(())
    }

    /// Lets out what waited, except the answers.
    fn release(&mut self, commit: &mut Commit) {
        if let Some(batch) = commit.transitions.take() {
            telemetry::transitions(batch.views.len());
            self.ledger.publish(batch);
        }
        if let Some(frame) = commit.updates.take() {
            self.hub.publish(frame);
        }
        let closed = &mut commit.closed;
        let items = closed.items.len();
        if closed.sealed.records() > 0 {
            let through = closed.sealed.after().number;
            self.history
                .push(std::mem::take(&mut closed.items), through);
        }
        self.outbox.release(&closed.deliveries, &closed.pages);
        let dues = &mut commit.dues;
        if !dues.values.is_empty() {
            self.hub.publish_values(std::mem::take(&mut dues.values));
        }
        if let Some(beat) = dues.beat.take() {
            self.hub.publish_beat(beat);
        }
        if let Some(job) = commit.snapshot.take() {
            snapshots::write_aside(&self.snapshots, job, Arc::clone(&self.snapshot_busy));
        }
        if let Some(since) = dues.since {
            telemetry::released(dues.receipts.len(), items, since.elapsed());
        }
    }

    /// The disk is full: readings wait, and the reserve carries on what people do.
    fn fill(&mut self) {
        tracing::error!("the disk is full; readings wait, presses go on from the reserve");
        telemetry::disk_full(true);
        self.queue.set_disk_full(true);
        if let Err(error) = self.journal.release_reserve() {
            tracing::error!(%error, "could not give the reserve back");
        }
    }

    /// Lets readings wait when the room runs low, and go on once the reserve has its room back.
    fn look_for_room(&mut self) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let free = self.journal.free_bytes().unwrap_or(u64::MAX);
        if !self.queue.is_disk_full() {
            if free < LOW_WATER {
                self.fill();
            }
            return;
        }
        if free < self.journal.reserve_bytes() + 2 * LOW_WATER {
            return;
        }
        if self.strike(Step::Looking).is_err() {
            return;
        }
        match self.journal.rebuild_reserve() {
            Ok(()) => {
                tracing::info!("the disk has room again; readings go on");
                telemetry::disk_full(false);
                self.queue.set_disk_full(false);
            }
            Err(JournalError::Full) => {}
            Err(error) => tracing::warn!(%error, "could not take the reserve again"),
        }
    }

    fn strike(&self, step: Step) -> Result<(), Broken> {
        match self.fault.as_ref().and_then(|fault| fault.0(step)) {
            None => Ok(()),
            Some(Strike::Crash) => Err(Broken::Fault),
            Some(Strike::Full) => Err(Broken::Journal(JournalError::Full)),
        }
    }
}
