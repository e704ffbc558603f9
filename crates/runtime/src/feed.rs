//! What leaves towards people and programs: numbered updates and transitions, without a gap.
//!
//! A handle over the [`Hub`](crate::hub::Hub) and the [`Ledger`](crate::ledger::Ledger); it only
//! hands on what is on disk. A client that cannot follow the updates is told so and ends; it never
//! holds up the loop or another client.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use model::PersonId;
use model::view::{SnapshotView, TransitionView};
use store::HistoryError;
use tokio::sync::watch;

use crate::Stopped;
use crate::hub::{Hub, Next, Place};
use crate::ledger::{Ledger, TransitionStream};
use crate::parts::{Own, Whole};
use crate::queue::Queue;

/// One message for a client of the feed.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// First, unless the client resumed: everything, people left empty for the caller to fill in.
    Snapshot(Box<SnapshotView>),
    /// A `FeedMessage` as JSON text, rendered once for all clients.
    Text(Bytes),
}

/// Subscribes to what is committed. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    pub(crate) queue: Arc<Queue>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) ledger: Arc<Ledger>,
}

impl Feed {
    /// A snapshot, or the tail after journal number `since` while it is still held, and everything
    /// that follows. `jurisdiction` narrows it to one code; an unknown code sees only the beat.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn subscribe(
        &self,
        since: Option<u64>,
        jurisdiction: Option<String>,
    ) -> Result<Subscription, Stopped> {
        let changed = self.hub.join();
        let member = Member {
            hub: Arc::clone(&self.hub),
            own: None,
        };
        let opening = self.queue.subscribe(since, jurisdiction).await?;
        Ok(Subscription {
            member,
            changed,
            snapshot: opening.snapshot,
            first: opening.first,
            place: opening.place,
            over: false,
        })
    }

    /// At most `limit` transitions after number `after`, oldest first, with whatever was confirmed
    /// before the call.
    ///
    /// # Errors
    /// [`HistoryError`] when they are no longer in memory and history cannot give them.
    pub async fn transitions_after(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TransitionView>, HistoryError> {
        self.ledger.after(after, limit).await
    }

    /// Transitions as they are committed, from the one after number `after`; without it, from now.
    /// Each batch is a JSON array, rendered once for all clients.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    #[expect(clippy::unused_async, reason = "callers await both ways into the feed")]
    pub async fn transitions(
        &self,
        after: Option<u64>,
        jurisdiction: Option<String>,
    ) -> Result<TransitionStream, Stopped> {
        if self.hub.is_stopped() {
            return Err(Stopped);
        }
        Ok(Ledger::stream(&self.ledger, after, jurisdiction))
    }
}

/// How a subscription begins, made on the loop's thread.
pub(crate) struct Opening {
    /// One snapshot serves all clients that come at the same moment.
    pub(crate) snapshot: Option<Arc<Whole>>,
    /// What a client that was away has missed of the values.
    pub(crate) first: VecDeque<Frame>,
    pub(crate) place: Place,
}

/// One client's way through the feed.
pub struct Subscription {
    member: Member,
    changed: watch::Receiver<u64>,
    snapshot: Option<Arc<Whole>>,
    first: VecDeque<Frame>,
    place: Place,
    over: bool,
}

struct Member {
    hub: Arc<Hub>,
    own: Option<PersonId>,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.hub.leave(self.own.as_ref());
    }
}

impl Subscription {
    /// Narrows what follows to one person's part; of a snapshot, the commands alone.
    #[must_use]
    pub fn for_one(mut self, own: Own) -> Subscription {
        // Everything there is so far is looked through before the new wake-up is waited for.
        self.changed = self.member.hub.join_as(&own.person);
        self.member.own = Some(own.person.clone());
        self.place.own = Some(own);
        self
    }

    /// The next message, when there is one; `None` after `Behind` or when the process stops.
    /// Cancelling the wait loses nothing.
    pub async fn next(&mut self) -> Option<Frame> {
        if let Some(snapshot) = self.snapshot.take() {
            let seen = snapshot.seen_by(self.place.own.as_ref());
            return Some(Frame::Snapshot(Box::new(seen)));
        }
        if let Some(first) = self.first.pop_front() {
            return Some(first);
        }
        loop {
            if self.over {
                return None;
            }
            self.changed.mark_unchanged();
            match self.member.hub.next(&mut self.place) {
                Next::Text(text) => return Some(Frame::Text(text)),
                Next::Behind => {
                    self.over = true;
                    return Some(Frame::Text(Bytes::from_static(BEHIND)));
                }
                Next::Nothing if self.member.hub.is_stopped() => return None,
                Next::Nothing => self.changed.changed().await.ok()?,
            }
        }
    }
}

/// The last word to a client too slow to follow.
const BEHIND: &[u8] = br#"{"type":"behind"}"#;
