//! What leaves with one commit: everything that waits for it to be on disk.

use std::time::Instant;

use bytes::Bytes;
use model::action::Answer;
use model::intake::Taken;
use store::Position;
use store::quarantine::Refused;
use tokio::sync::oneshot;

use crate::fleet::Fleet;
use crate::hub::{UpdateFrame, ValueFrame};
use crate::ledger::Batch;
use crate::queue::{Release, give};
use crate::registrar::Closed;

/// Everything that waits for the open commit.
#[derive(Default)]
pub(crate) struct Dues {
    /// When the first of it was taken.
    pub(crate) since: Option<Instant>,
    pub(crate) receipts: Vec<(oneshot::Sender<Vec<Taken>>, Vec<Taken>)>,
    pub(crate) answers: Vec<(oneshot::Sender<Answer>, Answer)>,
    pub(crate) releases: Vec<Release>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) values: Vec<ValueFrame>,
    pub(crate) beat: Option<Bytes>,
}

impl Dues {
    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.receipts.is_empty()
            && self.answers.is_empty()
            && self.releases.is_empty()
            && self.refused.is_empty()
            && self.values.is_empty()
            && self.beat.is_none()
    }

    /// Whether anybody is told how far everything is told, or that a press was taken: whatever it led
    /// to is told before.
    pub(crate) fn says_how_far(&self) -> bool {
        let pressed = !self.answers.is_empty() || !self.releases.is_empty();
        pressed || !self.values.is_empty() || self.beat.is_some()
    }

    /// Answers everybody who waits; the last thing a commit does. Who waits for several receipts
    /// waits for the first: it is woken when it can go on with all of them.
    pub(crate) fn settle(self) {
        for (answer, taken) in self.receipts.into_iter().rev() {
            give(answer, taken);
        }
        for (to, answer) in self.answers {
            give(to, answer);
        }
        for release in self.releases {
            release();
        }
    }
}

/// One commit on its way to the disk, and what leaves after it.
pub(crate) struct Commit {
    pub(crate) closed: Closed,
    pub(crate) transitions: Option<Batch>,
    pub(crate) updates: Option<UpdateFrame>,
    pub(crate) snapshot: Option<SnapshotJob>,
    pub(crate) dues: Dues,
}

/// The fleet as of a record, to be stored once that record is on disk.
pub(crate) struct SnapshotJob {
    pub(crate) position: Position,
    pub(crate) fleet: Box<Fleet>,
}
