//! Where deliveries go once their cause is on disk.
//!
//! Dumb on purpose: retry, escalation and receipts live in the engine. A person's app sees its task
//! by the feed, so a site may have no sender at all; a replay never has one and can page nobody.

use std::fmt;
use std::sync::Arc;

use model::{JurisdictionSlot, Page, PersonId, TaskId};

/// Tell this person of this task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub jurisdiction: JurisdictionSlot,
    pub task: TaskId,
    pub to: PersonId,
}

/// One way to reach people. Called on the journal's thread: it hands over and returns at once.
pub trait Sender: Send + Sync {
    /// Takes one delivery; the same one may come again.
    fn deliver(&self, delivery: &Delivery);

    /// Takes one page; the same one may come again, marked as a repeat. What becomes of it comes
    /// back by [`Inbox::paged`](crate::Inbox::paged).
    fn page(&self, jurisdiction: JurisdictionSlot, page: &Page);
}

/// Every way to reach people that a site has.
#[derive(Clone, Default)]
pub struct Outbox {
    senders: Vec<Arc<dyn Sender>>,
}

impl Outbox {
    /// An outbox with these senders.
    pub fn new(senders: Vec<Arc<dyn Sender>>) -> Outbox {
        Outbox { senders }
    }

    pub(crate) fn release(&self, deliveries: &[Delivery], pages: &[(JurisdictionSlot, Page)]) {
        for sender in &self.senders {
            for delivery in deliveries {
                sender.deliver(delivery);
            }
            for (jurisdiction, page) in pages {
                sender.page(*jurisdiction, page);
            }
        }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox of {} senders", self.senders.len())
    }
}
