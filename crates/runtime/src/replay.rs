//! The past, lived through again: whole, from any second, at any speed, by either of two times.
//!
//! The same `apply` as live and the feed's own words, so that a screen shows the past as it shows
//! the present. A replay has no outbox, reads only, and runs on threads that let the live ones go
//! first.

mod account;
mod again;
mod clerk;
mod day;
mod hindsight;
mod keeper;
mod lanes;
mod rewind;
mod session;
mod stage;
mod tape;

use std::path::Path;
use std::sync::Arc;

use model::replay::{Knowledge, LanesView};
use model::report::ReportText;
use model::view::StateHash;
use model::{JurisdictionSlot, Time};
use store::{JournalError, JournalReader, Keyframes, Pages, StoreError};
use tokio::sync::Semaphore;

pub use account::{Outcome, Passed};
pub use again::{Replay, replay};
pub(crate) use keeper::Keeper;
pub use session::ReplaySession;

use crate::bulkhead;
use crate::fleet::Fleet;
use account::LONGEST_DAYS;
use lanes::{Lanes, MOST_BUCKETS, MOST_DAYS, Span};
use rewind::Rewind;

/// Replays that may run at once.
pub const MOST_REPLAYS: usize = 24;

/// Accounts of the past that may be given at once: each lives through its interval.
pub(crate) const MOST_ACCOUNTS: usize = 2;

/// Why a replay stopped or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("could not find the journal")]
    Store(#[from] StoreError),
    #[error("could not read the journal")]
    Journal(#[from] JournalError),
    #[error("record {seq} cannot be read by this program")]
    Record {
        seq: u64,
        source: model::codec::BadRecord,
    },
    #[error("could not read the keyframes")]
    Keyframes(#[source] std::io::Error),
    #[error("could not read the lanes again")]
    Lanes(#[source] std::io::Error),
    #[error("{MOST_REPLAYS} replays run already")]
    TooMany,
    #[error("nothing has happened yet")]
    Empty,
    #[error("could not start a thread")]
    Thread(#[source] std::io::Error),
    #[error("the work on the past was broken off")]
    Stopped,
    #[error(
        "a span is of at most {MOST_DAYS} days, ends after it begins, and has at most {MOST_BUCKETS} buckets"
    )]
    BadSpan,
    #[error("an account is of at most {LONGEST_DAYS} days and ends after it begins")]
    BadInterval,
}

/// How a replay begins.
#[derive(Clone, Copy, Debug)]
pub struct ReplayAsk {
    pub at: Time,
    /// Seconds in one; 0 stands still.
    pub speed: u16,
    pub knowledge: Knowledge,
    /// Only this jurisdiction.
    pub only: Option<JurisdictionSlot>,
}

/// Opens replays and says what happened when. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Replays {
    past: Arc<PastOf>,
}

/// The past of a running system.
#[derive(Debug)]
pub(crate) struct PastOf {
    pub(crate) rewind: Rewind,
    pub(crate) lanes: Arc<Lanes>,
    places: Arc<Semaphore>,
    accounts: Arc<Semaphore>,
}

impl Replays {
    /// Opens what is kept beside the journal.
    pub(crate) fn open(data: &Path, journal: JournalReader) -> std::io::Result<Replays> {
        let keyframes = Keyframes::open(&data.join("keyframes"), journal.committed())?;
        let lanes = Lanes::open(Pages::open(&data.join("lanes"))?, &journal)?;
        Ok(Replays {
            past: Arc::new(PastOf {
                rewind: Rewind::new(journal, keyframes),
                lanes: Arc::new(lanes),
                places: Arc::new(Semaphore::new(MOST_REPLAYS)),
                accounts: Arc::new(Semaphore::new(MOST_ACCOUNTS)),
            }),
        })
    }

    pub(crate) fn past(&self) -> Arc<PastOf> {
        Arc::clone(&self.past)
    }

    /// Begins a replay on a thread of its own.
    ///
    /// # Errors
    /// [`ReplayError::TooMany`] when as many run as may; [`ReplayError::Thread`].
    pub fn begin(&self, ask: ReplayAsk) -> Result<ReplaySession, ReplayError> {
        let place = Arc::clone(&self.past.places);
        let place = place
            .try_acquire_owned()
            .map_err(|_| ReplayError::TooMany)?;
        session::begin(self.past(), ask, place)
    }

    /// What happened from `from` to `to`, in at most `buckets` pieces of whole minutes: all that is
    /// known of it, or what was `known` by then. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError::BadSpan`]; [`ReplayError`] names the record that cannot be read.
    pub fn lanes(
        &self,
        from: Time,
        to: Time,
        buckets: u32,
        only: Option<JurisdictionSlot>,
        known: Option<Time>,
    ) -> Result<LanesView, ReplayError> {
        let days = to.since_ms(from) / 86_400_000;
        if to <= from || days > MOST_DAYS || buckets == 0 || buckets > MOST_BUCKETS {
            return Err(ReplayError::BadSpan);
        }
        self.past.lanes.view(Span {
            only,
            from,
            to,
            buckets,
            known,
        })
    }

    /// Does `work` over the past on a thread of its own that lets the live ones go first. As many as
    /// [`MOST_ACCOUNTS`] at once; the others wait.
    ///
    /// # Errors
    /// [`ReplayError::Thread`]; [`ReplayError::Stopped`] when the work ended with a panic.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Replays) -> T + Send + 'static,
    ) -> Result<T, ReplayError> {
        let accounts = Arc::clone(&self.past.accounts);
        let place = accounts.acquire_owned().await;
        let place = place.map_err(|_| ReplayError::Stopped)?;
        let (done, doing) = tokio::sync::oneshot::channel();
        let replays = self.clone();
        std::thread::Builder::new()
            .name("watchfire-account".to_owned())
            .spawn(move || {
                store::threads::step_back();
                if let Ok(made) = bulkhead::hold(|| work(&replays)) {
                    // Whoever asked may have gone: then nobody wants it.
                    let _unwanted = done.send(made).is_err();
                }
                drop(place);
            })
            .map_err(ReplayError::Thread)?;
        doing.await.map_err(|_| ReplayError::Stopped)
    }

    /// What people wrote to reports of one jurisdiction, oldest first. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn report_texts(&self, slot: JurisdictionSlot) -> Result<Vec<ReportText>, ReplayError> {
        self.past.lanes.texts(slot)
    }

    /// First and newest entry of the journal that have a time. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn span(&self) -> Result<Option<(Time, Time)>, ReplayError> {
        self.past.lanes.span()
    }

    /// The fleet as it was behind record `number`. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn fleet_behind(&self, number: u64) -> Result<Fleet, ReplayError> {
        self.past.rewind.to_number(number)
    }

    /// The fleet as of `at`, by one of the two times. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn fleet_at(&self, at: Time, knowledge: Knowledge) -> Result<Fleet, ReplayError> {
        let stage = stage::Stage::at(&self.past.rewind, &self.past.lanes, knowledge, at)?;
        Ok(stage.fleet)
    }

    /// The hash over the decision state behind record `number`. Blocks while it reads.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub fn hash_behind(&self, number: u64) -> Result<StateHash, ReplayError> {
        Ok(self.fleet_behind(number)?.hash())
    }

    /// Makes the keyframes and lanes that are missing now, on this thread.
    #[doc(hidden)]
    pub fn keep_up(&self) -> Result<(), ReplayError> {
        keeper::keep_up(&self.past, &|| false)
    }
}
