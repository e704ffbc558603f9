//! Who writes a commit: the loop itself when it is small, the journal's thread when it is not.
//!
//! Handing a commit over and hearing that it is on disk wakes two threads, and on an ordinary day
//! that takes as long as the disk does. A small commit is therefore written where it was made, and
//! what comes meanwhile waits in the queue for the next one. In a flood the journal's thread writes
//! one commit while the loop decides on the next. Either way there is one journal, one order and one
//! sync a commit; whoever holds the [`Scribe`] writes.

use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, TryLockError};

use store::Sealed;

use crate::commit::Commit;
use crate::queue::Queue;
use crate::scribe::{Broken, Scribe};

/// Inputs of a commit from which on a flood is coming in.
pub(crate) const FLOOD: u64 = 24;

/// Longest commit that is written where it was made, in bytes: its sync takes no longer than that of
/// a single reading.
const SMALL: usize = 64 << 10;

/// What the journal's thread is given.
pub(crate) enum Handed {
    Commit(Box<Commit>),
    /// The loop could not write, and why; nothing more can be confirmed.
    Broken(Broken),
}

/// The loop's side of the journal.
pub(crate) struct Pen {
    /// Let go of first: the thread closes the journal when the channel ends.
    pub(crate) scribe: Arc<Mutex<Scribe>>,
    pub(crate) to_thread: SyncSender<Handed>,
    /// Memory of commits that the thread has written.
    pub(crate) spent: Receiver<Sealed>,
    /// Memory of the last commit that was written here.
    pub(crate) kept: Option<Sealed>,
    pub(crate) queue: Arc<Queue>,
}

impl Pen {
    /// Memory of a commit that is on disk, for the next one.
    pub(crate) fn spent(&mut self) -> Option<Sealed> {
        self.kept.take().or_else(|| self.spent.try_recv().ok())
    }

    /// Writes a commit, or has it written; the journal's thread has to be free.
    pub(crate) fn write(&mut self, commit: Box<Commit>) {
        let closed = &commit.closed;
        let small = closed.inputs < FLOOD && closed.sealed.len_bytes() <= SMALL;
        let handed = match self.scribe.try_lock() {
            Ok(mut scribe) if small && scribe.is_near() => match scribe.commit(*commit) {
                Ok(sealed) => {
                    self.kept = Some(sealed);
                    return;
                }
                Err(broken) => Handed::Broken(broken),
            },
            // It signs a checkpoint or looks for room just now, or what it left is not to be trusted:
            // then its thread is gone too.
            Ok(_) | Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => {
                Handed::Commit(commit)
            }
        };
        self.queue.set_journal_free(false);
        if self.to_thread.send(handed).is_err() {
            // The journal's thread is gone; whoever waits for this commit is told with it.
            self.queue.fail();
        }
    }
}
