//! The one loop: inbox, journal, engines, feed.
//!
//! A single thread owns every decision. Inputs come in through [`Inbox`], are journaled, decided
//! and answered in that order, and what follows from them leaves through [`Feed`]. Nothing leaves
//! before the commit that holds its cause is on disk; see [`live`] for how commits overlap.

mod agenda;
pub mod bulkhead;
mod calls;
mod catalogue;
mod clock;
mod commit;
mod edition;
mod feed;
mod feedclock;
mod fleet;
mod helm;
mod hub;
mod inbox;
mod leap;
mod ledger;
mod live;
mod opening;
mod orders;
mod outbox;
mod parts;
mod past;
mod pen;
mod press;
mod queue;
mod recover;
mod refused;
mod registrar;
mod replay;
mod scribe;
mod snapshots;
mod start;
mod telemetry;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

use model::config::{Clock, Config};
use model::view::TransitionView;
use store::{
    Blobs, Bounds, History, HistoryError, JournalError, JournalOptions, Quarantine, Store,
};
use tokio::sync::watch;

pub use catalogue::{Catalogue, Measured, Target};
pub use engine::BLIND_SPOT;
pub use feed::{Feed, Frame, Subscription};
pub use fleet::{Decision, Decisions, Fleet};
pub use helm::Hand;
pub use inbox::{BadMessage, ConfigureError, Draft, Inbox, Item, Receipt};
pub use ledger::TransitionStream;
pub use outbox::{Delivery, Outbox, Sender};
pub use parts::{Own, whose};
pub use recover::{Difference, Replayed};
pub use replay::{
    MOST_REPLAYS, Outcome, Passed, Replay, ReplayAsk, ReplayError, ReplaySession, Replays, replay,
};
pub use start::start;

/// The process is shutting down, or its loop has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the process is shutting down")]
pub struct Stopped;

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder of blobs and quarantine, and of everything where the store is files; made when missing.
    pub data: PathBuf,
    /// Where journal, snapshots and history lie.
    pub store: Store,
    pub clock: Clock,
    /// The jurisdictions as their files say now.
    pub configs: Vec<Config>,
    pub outbox: Outbox,
    pub journal: JournalOptions,
    /// How much of what is refused is kept.
    pub quarantine: Bounds,
    /// Messages of stations that may wait in the inbox.
    pub inbox_items: usize,
    /// A snapshot is taken after this many inputs.
    pub snapshot_inputs: u64,
    /// A snapshot is taken after this long, when anything came.
    pub snapshot_ms: u64,
    /// Whether the loop and the journal run before every ordinary thread of the machine, where the
    /// system lets them.
    pub go_first: bool,
    #[doc(hidden)]
    pub fault: Option<Fault>,
}

impl Options {
    /// The usual bounds: 65,536 waiting readings, a snapshot every 200,000 inputs or ten minutes.
    pub fn new(data: PathBuf, clock: Clock, configs: Vec<Config>) -> Options {
        Options {
            store: Store::embedded(&data),
            data,
            clock,
            configs,
            outbox: Outbox::default(),
            journal: JournalOptions::default(),
            quarantine: Bounds::default(),
            inbox_items: 65_536,
            snapshot_inputs: 500_000,
            snapshot_ms: 600_000,
            go_first: false,
            fault: None,
        }
    }
}

/// Where a test may have the journal's thread fail.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Before a commit is written.
    Writing,
    /// It is on disk and nobody was told.
    Written,
    /// Everybody was told.
    Told,
    /// Before it is looked whether a full disk has room again.
    Looking,
    /// Before the journal is closed.
    Closing,
}

/// How it fails.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// As if the process was killed.
    Crash,
    /// As if the disk was full.
    Full,
}

/// Decides at each step whether, and how, it fails.
#[doc(hidden)]
#[derive(Clone)]
pub struct Fault(pub Arc<dyn Fn(Step) -> Option<Strike> + Send + Sync>);

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fault")
    }
}

/// Why the process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the configuration of {code} is unfit: {flaw}")]
    Unfit { code: String, flaw: String },
    #[error("two configurations have the code {code}")]
    Twice { code: String },
    #[error("more than 65,535 jurisdictions")]
    TooMany,
    #[error("the data is of {was}, and this is {asked}; choose another data folder")]
    OtherKind { was: String, asked: String },
    /// Broken, in use, full, unreadable: the source says which record and why.
    #[error("could not open the journal")]
    Journal(#[from] JournalError),
    #[error("could not open the folder {}", path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("could not open the history")]
    History(#[from] HistoryError),
    #[error("could not start a thread")]
    Thread(#[source] std::io::Error),
    #[error("the loop ended while it was starting: {reason}")]
    Ended { reason: String },
}

/// A running system.
pub struct Runtime {
    pub inbox: Inbox,
    pub feed: Feed,
    pub history: History,
    pub blobs: Blobs,
    pub quarantine: Quarantine,
    pub replays: Replays,
    helm: helm::Helm,
    clock: Clock,
    ended: watch::Receiver<Option<String>>,
    threads: Option<start::Threads>,
}

impl Runtime {
    /// An inbox for a thread that carries devices, and a hand that it lends to the loop meanwhile.
    pub fn lend(&self) -> (Inbox, Hand) {
        let hand = self.helm.hand(&self.inbox.shared);
        let inbox = Inbox {
            shared: Arc::clone(&self.inbox.shared),
            hand: Some(Arc::clone(&hand.called)),
        };
        (inbox, hand)
    }

    /// At most `limit` transitions after number `after`, with whatever was confirmed before the call.
    ///
    /// # Errors
    /// [`HistoryError`] when they are no longer in memory and history cannot give them.
    pub async fn transitions_after(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TransitionView>, HistoryError> {
        self.feed.ledger.after(after, limit).await
    }

    /// Number of the newest committed transition; 0 before the first.
    pub fn newest_transition(&self) -> u64 {
        self.feed.ledger.newest()
    }

    /// Which clock the site lives by.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Resolves when the loop has ended by itself, with the reason: the disk failed.
    pub async fn failed(&self) -> String {
        let mut ended = self.ended.clone();
        loop {
            if let Some(reason) = &*ended.borrow_and_update() {
                return reason.clone();
            }
            if ended.changed().await.is_err() {
                return "the loop ended".to_owned();
            }
        }
    }

    /// Ends gracefully: what is waiting is still done, then a last snapshot is kept.
    pub async fn stop(mut self) {
        if let Some(threads) = self.threads.take() {
            threads.stop().await;
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if self.threads.is_some() {
            self.inbox.shared.stop();
        }
    }
}
