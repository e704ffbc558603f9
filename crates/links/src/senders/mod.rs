//! Senders: pages out to gateways, and what became of them back in as facts.
//!
//! A page comes from the journal's thread, waits in a bounded line of its channel, and is carried by a
//! task of its own: looked up once more (is it still wanted, what is it about), addressed from the
//! people file, handed to its gateway, told. A definite answer ends it; where nobody knows whether the
//! gateway took it, it goes again under the same id after a jittered while, a few times.
//!
//! Nothing is decided here: who is paged when, and what follows from silence, is the engine's. Numbers
//! and addresses of people live in a request and nowhere else, neither in the journal nor in a log.

mod attempt;
mod board;
mod contacts;
mod equipment;
mod http;
mod line;
mod loop_board;
mod loudspeaker;
mod mail;
pub mod push;
mod receipts;
mod rehearsal;
mod replies;
mod sign;
mod subject;
mod wire;
mod wording;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axum::Router;
use model::page::Channel;
use model::{JurisdictionSlot, Page, PageFact};
use runtime::{Delivery, Sender, Stopped};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use board::{Asked, Later, Subject, Switchboard, Unclear, Withdrawn};
pub use contacts::{Contact, Contacts};
pub use equipment::{EquipError, Setup};
pub use loudspeaker::Speakers;
pub use push::Subscriptions;
pub use rehearsal::{Desktop, Rehearsal};
pub use wire::is_near;

use equipment::Equipment;
use line::Line;

/// Pages of one channel that wait or are under way; beyond it they stay with the engine, and are
/// fetched from there when half of these are done. A mass command to a county fits.
pub const MOST_IN_HAND: usize = 4_096;

/// Whom requests may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Real gateways.
    World,
    /// Programs on this machine: the site is made up, or its time is.
    Loopback,
}

/// Every way to reach people that a site has.
#[derive(Clone)]
pub struct Senders {
    shared: Arc<Shared>,
}

/// What all lines share.
pub(crate) struct Shared {
    reach: Reach,
    equipment: arc_swap::ArcSwap<Equipment>,
    board: OnceLock<Arc<dyn Switchboard>>,
    speakers: OnceLock<Arc<dyn Speakers>>,
    subscriptions: Arc<Subscriptions>,
    client: wire::Client,
    lines: [Line; Channel::ALL.len()],
    most_in_hand: usize,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Senders {
    /// Senders without a gateway; phones' subscriptions are kept in the folder `kept`.
    ///
    /// # Errors
    /// When that folder or the key in it can be neither read nor made.
    pub fn new(reach: Reach, kept: PathBuf) -> std::io::Result<Senders> {
        Senders::bounded(reach, kept, MOST_IN_HAND)
    }

    /// The same with another bound on what is in hand.
    #[doc(hidden)]
    pub fn bounded(reach: Reach, kept: PathBuf, most: usize) -> std::io::Result<Senders> {
        Ok(Senders {
            shared: Arc::new(Shared {
                reach,
                equipment: arc_swap::ArcSwap::from_pointee(Equipment::default()),
                board: OnceLock::new(),
                speakers: OnceLock::new(),
                subscriptions: Arc::new(Subscriptions::open(kept)?),
                client: wire::client(),
                lines: Channel::ALL.map(Line::new),
                most_in_hand: most,
                stop: CancellationToken::new(),
                tasks: TaskTracker::new(),
            }),
        })
    }

    /// Takes other gateways and addresses; what is under way goes on with them.
    ///
    /// # Errors
    /// [`EquipError`] when a secret cannot be read; the old ones stay.
    pub fn equip(&self, setup: Setup) -> Result<(), EquipError> {
        let equipment = Equipment::of(setup)?;
        self.shared.equipment.store(Arc::new(equipment));
        Ok(())
    }

    /// Begins to carry what waits. `speakers` is absent where there is no front door of our own.
    pub fn open(&self, board: Arc<dyn Switchboard>, speakers: Option<Arc<dyn Speakers>>) {
        if let Some(speakers) = speakers {
            // Opened twice would be a slip of the caller; the first stands.
            let _twice = self.shared.speakers.set(speakers);
        }
        if self.shared.board.set(board).is_err() {
            return;
        }
        for channel in Channel::ALL {
            let shared = Arc::clone(&self.shared);
            self.shared.tasks.spawn(line::work(shared, channel));
        }
    }

    /// The browsers that asked to be woken.
    pub fn subscriptions(&self) -> Arc<Subscriptions> {
        Arc::clone(&self.shared.subscriptions)
    }

    /// Routes by which gateways send receipts and replies; each asks for the token of its channel.
    pub fn routes(&self) -> Router {
        let replies = replies::router(Arc::clone(&self.shared));
        receipts::router(Arc::clone(&self.shared)).merge(replies)
    }

    /// How many pages of a channel wait or are under way.
    pub fn in_hand(&self, channel: Channel) -> usize {
        self.shared.line(channel).in_hand()
    }

    /// Ends at once: what has no answer is carried again after the next start.
    pub async fn close(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Sender for Senders {
    /// A person's app sees its task by the feed.
    fn deliver(&self, _delivery: &Delivery) {}

    fn page(&self, jurisdiction: JurisdictionSlot, page: &Page) {
        let line = self.shared.line(page.channel);
        line.hand_over(jurisdiction, page, self.shared.most_in_hand);
    }
}

impl Shared {
    pub(crate) fn line(&self, channel: Channel) -> &Line {
        let place = Channel::ALL.iter().position(|known| *known == channel);
        &self.lines[place.expect("every channel is among all channels")]
    }

    pub(crate) fn board(&self) -> Result<&Arc<dyn Switchboard>, Stopped> {
        self.board.get().ok_or(Stopped)
    }

    async fn tell(
        &self,
        jurisdiction: JurisdictionSlot,
        page: &Page,
        fact: PageFact,
    ) -> Result<(), Stopped> {
        let board = self.board()?;
        board.tell(jurisdiction, page.id.clone(), fact).await
    }
}
