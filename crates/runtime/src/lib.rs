//! The one loop: inbox, journal, engines, feed.
//!
//! A single thread owns every decision. Inputs come in through [`Inbox`], are journaled, decided
//! and answered in that order, and what follows from them leaves through [`Feed`]. Nothing leaves
//! before the commit that holds its cause is on disk.

#![allow(dead_code, clippy::unused_async)]

mod agenda;
mod catalogue;
mod feed;
mod feedclock;
mod fleet;
mod hub;
mod inbox;
mod ledger;
mod queue;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

use model::config::{Clock, Config};
use model::view::TransitionView;

pub use catalogue::{Catalogue, Measured, Target};
pub use feed::{Feed, Frame, Subscription};
pub use fleet::{Decision, Decisions, Fleet};
pub use inbox::{BadMessage, Draft, Inbox, Item, Receipt};
pub use ledger::TransitionStream;

/// The process is shutting down, or its loop has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the process is shutting down")]
pub struct Stopped;

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder of journal, snapshots, history and blobs; made when missing.
    pub data: PathBuf,
    pub clock: Clock,
    /// The jurisdictions as their files say now.
    pub configs: Vec<Config>,
    /// Messages of stations that may wait in the inbox.
    pub inbox_items: usize,
    /// A snapshot is taken after this many inputs.
    pub snapshot_inputs: u64,
    /// A snapshot is taken after this long, when anything came.
    pub snapshot_ms: i64,
}

impl Options {
    /// The usual bounds: 65,536 waiting readings, a snapshot every 200,000 inputs or ten minutes.
    pub fn new(data: PathBuf, clock: Clock, configs: Vec<Config>) -> Options {
        Options {
            data,
            clock,
            configs,
            inbox_items: 65_536,
            snapshot_inputs: 200_000,
            snapshot_ms: 600_000,
        }
    }
}

/// Why the process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the configuration of {code} is unfit: {flaw}")]
    Unfit { code: String, flaw: String },
    /// Broken, in use, full, unreadable: the journal says which record and why.
    #[error("could not open the journal")]
    Journal(#[from] store::JournalError),
}

/// Recovers what lies in the data folder and starts the loop.
///
/// # Errors
/// [`StartError`] says what is wrong; nothing runs then.
pub async fn start(options: Options) -> Result<Runtime, StartError> {
    let unfit = options
        .configs
        .iter()
        .find_map(|c| c.flaw().map(|flaw| (c.code.clone(), flaw)));
    let (code, flaw) = unfit.unwrap_or_default();
    Err(StartError::Unfit { code, flaw })
}

/// A running system.
pub struct Runtime {
    pub inbox: Inbox,
    pub feed: Feed,
    ledger: Arc<ledger::Ledger>,
}

impl Runtime {
    /// At most `limit` transitions after number `after`, with whatever was confirmed before the call.
    pub async fn transitions_after(&self, after: u64, limit: usize) -> Vec<TransitionView> {
        self.ledger.after(after, limit).await
    }

    /// Number of the newest committed transition; 0 before the first.
    pub fn newest_transition(&self) -> u64 {
        self.ledger.newest()
    }

    /// Ends gracefully: what is waiting is still done, then a last snapshot is taken.
    pub async fn stop(self) {
        self.feed.hub.stop();
    }
}
