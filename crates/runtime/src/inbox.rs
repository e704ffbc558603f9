//! How inputs come in: bounded, awaited, answered after the commit that holds them.
//!
//! The inbox is a handle; the queue behind it is emptied by the one loop alone. Readings wait for
//! room here, so a slow disk slows the sockets instead of filling the memory. Nothing is ever
//! dropped: what was taken gets its receipt, or [`Stopped`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use model::Config;
use model::action::{Act, Answer};
use model::custody::{Access, Timekeeping};
use model::intake::{Quality, Refusal, Taken};
use model::page::Channel;
use model::{
    Fixed, Input, JurisdictionSlot, OpId, Origin, PageFact, PageId, PersonId, SeriesSlot, Time,
};
use store::Body;
use tokio::sync::oneshot;

use crate::Stopped;
use crate::catalogue::Catalogue;
use crate::fleet::Fleet;

/// A reading as a link decoded it, its series found in the [`Catalogue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft {
    pub jurisdiction: JurisdictionSlot,
    pub series: SeriesSlot,
    /// Edition of the catalogue that gave the slots.
    pub edition: u32,
    pub observed: Time,
    /// When the sender says it became visible; absent: when it gets its entry.
    pub received: Option<Time>,
    pub value: Fixed,
    pub revision: u16,
    pub quality: Quality,
}

/// A message that is no reading of ours; it goes to quarantine and is confirmed once it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadMessage {
    pub kind: Refusal,
    /// One sentence for the person who looks for the fault.
    pub reason: String,
    /// What it was sent to, cut at [`MOST_TOPIC`].
    pub topic: String,
    /// How it began, and how long it was: no more is held than the quarantine keeps.
    pub body: Body,
}

/// Characters of a refused message's topic that are held.
const MOST_TOPIC: usize = 256;

/// Bytes of a refused message that take the room of one reading.
const BYTES_OF_A_PLACE: usize = 256;

impl BadMessage {
    /// A refused message that is all at hand.
    pub fn new(kind: Refusal, reason: String, topic: &str, body: &[u8]) -> BadMessage {
        BadMessage::beginning(kind, reason, topic, body, body.len())
    }

    /// A refused message of `bytes` bytes, of which only the beginning is at hand.
    pub fn beginning(
        kind: Refusal,
        reason: String,
        topic: &str,
        beginning: &[u8],
        bytes: usize,
    ) -> BadMessage {
        BadMessage {
            kind,
            reason,
            topic: topic.chars().take(MOST_TOPIC).collect(),
            body: Body::beginning(beginning, bytes),
        }
    }
}

impl Item {
    /// Places it takes in the queue, where a reading takes one.
    pub(crate) fn places(&self) -> usize {
        match self {
            Item::Reading(_) => 1,
            Item::Bad(bad) => {
                let texts = [&bad.body.text, &bad.body.hex].into_iter().flatten();
                let kept: usize = texts.map(String::len).sum();
                1 + (kept + bad.topic.len() + bad.reason.len()) / BYTES_OF_A_PLACE
            }
        }
    }
}

/// One per message received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Reading(Draft),
    /// Aside, since it is large and rare: what waits by the thousand is readings.
    Bad(Box<BadMessage>),
}

/// Why new configs were not put into force.
#[derive(Debug, thiserror::Error)]
pub enum ConfigureError {
    #[error("the configuration cannot be taken over")]
    Unfit(#[source] crate::StartError),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Submits inputs to the loop. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    pub(crate) shared: Arc<crate::queue::Queue>,
    /// Who is called for readings that come through here.
    pub(crate) hand: Option<Arc<crate::helm::Called>>,
}

impl Inbox {
    /// The names in force now; see [`Inbox::configure`].
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.shared.catalogue()
    }

    /// Submits the messages of one interface, in their order. Waits for room, then returns a receipt.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down; nothing was taken then.
    pub async fn readings(&self, interface: u8, items: Vec<Item>) -> Result<Receipt, Stopped> {
        let hand = self.hand.as_deref();
        self.shared.readings(interface, items, hand).await
    }

    /// Submits one press and awaits its answer, which is on disk by then. The same op again gets
    /// the first answer.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down; the press may or may not be journaled then.
    pub async fn act(&self, jurisdiction: JurisdictionSlot, act: Act) -> Result<Answer, Stopped> {
        self.shared.act(jurisdiction, act).await
    }

    /// Puts these configs into force, one journaled input each where something changed, and returns
    /// the codes of those that did. Readings on their way go on under the new names. Jurisdictions
    /// not among them stay as they are; new ones are added. The journal keeps who had them read.
    ///
    /// # Errors
    /// [`ConfigureError`]; nothing was changed then.
    pub async fn configure(
        &self,
        configs: Vec<Config>,
        by: Origin,
    ) -> Result<Vec<String>, ConfigureError> {
        crate::start::check(&configs).map_err(ConfigureError::Unfit)?;
        Ok(self.shared.configure(configs, by).await?)
    }

    /// Tells that new files were not taken over, or that they are sound again; returns once that is
    /// on disk.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn files_refused(&self, refused: bool) -> Result<(), Stopped> {
        self.shared.files_refused(refused).await
    }

    /// Tells whether an old part of the journal was found broken, or whole; returns once that is on disk.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn journal_checked(&self, broken: bool) -> Result<(), Stopped> {
        self.shared.journal_checked(broken).await
    }

    /// Puts on record that somebody looked at, took away or erased what is personal; returns once
    /// that is on disk, so that nothing need be shown before.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn accessed(
        &self,
        jurisdiction: JurisdictionSlot,
        access: Access,
    ) -> Result<(), Stopped> {
        let input = Input::Accessed(Box::new(access));
        self.shared.record(jurisdiction, input, None).await
    }

    /// Puts on record which clock the site lives by and what the machine says of its own.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn clock_read(&self, clock: Timekeeping) -> Result<(), Stopped> {
        let input = Input::ClockRead(Box::new(clock));
        self.shared.record(JurisdictionSlot(0), input, None).await
    }

    /// Tells what became of a page; returns once that is on disk, so that a device or a provider may
    /// be answered. Saying it twice changes nothing.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down; it may or may not be journaled then.
    pub async fn paged(
        &self,
        jurisdiction: JurisdictionSlot,
        page: PageId,
        fact: PageFact,
    ) -> Result<(), Stopped> {
        self.shared.paged(jurisdiction, page, fact, None).await
    }

    /// The same of what somebody wrote back by a gateway: `reply` names it, and passed on again it is of
    /// the page it was of first.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down; it may or may not be journaled then.
    pub async fn replied(
        &self,
        jurisdiction: JurisdictionSlot,
        page: PageId,
        fact: PageFact,
        reply: OpId,
    ) -> Result<(), Stopped> {
        let reply = Some(reply);
        self.shared.paged(jurisdiction, page, fact, reply).await
    }

    /// Tells that somebody wrote back by `gateway` and is not understood: the desk gets a notice, and the
    /// words go to quarantine. `reply` names what they wrote. Returns once both are on disk.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn unread(
        &self,
        jurisdiction: JurisdictionSlot,
        (channel, from): (Channel, Option<PersonId>),
        gateway: &str,
        (reply, bad): (OpId, BadMessage),
    ) -> Result<(), Stopped> {
        let reply = Some(reply);
        let input = Input::Unread {
            channel,
            from,
            reply,
        };
        let refused = Some((gateway.to_owned(), bad));
        self.shared.record(jurisdiction, input, refused).await
    }

    /// Tells that an interface lost or regained its link; returns once that is on disk.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn link(&self, interface: u8, up: bool) -> Result<(), Stopped> {
        self.shared.link(interface, up).await
    }

    /// Moves a feed clock forward to `to`; does nothing on other clocks, before the first reading,
    /// or when `to` is not ahead.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn advance(&self, to: Time) -> Result<(), Stopped> {
        self.shared.advance(to).await
    }

    /// Looks at the fleet on the loop's own thread; the answer leaves when all it shows is on disk,
    /// and it shows whatever was confirmed before the call.
    ///
    /// # Errors
    /// [`Stopped`] when the process is shutting down.
    pub async fn ask<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Fleet) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        self.shared.ask(look).await
    }

    /// False while the disk is nearly full: links stop reading their sockets until it is true again.
    pub fn readings_open(&self) -> bool {
        self.shared.readings_open()
    }
}

/// Resolves when every item of one submission is on disk, to one answer an item, in order.
#[derive(Debug)]
pub struct Receipt {
    pub(crate) answers: oneshot::Receiver<Vec<Taken>>,
}

impl Future for Receipt {
    type Output = Result<Vec<Taken>, Stopped>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answers)
            .poll(context)
            .map_err(|_| Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_message_holds_little_and_takes_room_by_its_bytes() {
        let refused = |body: &[u8]| {
            BadMessage::new(Refusal::Malformed, String::new(), &"t".repeat(70_000), body)
        };
        let places = |body: &[u8]| Item::Bad(Box::new(refused(body))).places();
        assert!(places(b"{") <= 2, "{}", places(b"{"));
        let large = refused(&[0xff; 60_000]);
        assert_eq!((large.topic.len(), large.body.bytes), (MOST_TOPIC, 60_000));
        assert!(large.body.cut);
        let held = large.body.hex.as_ref().map_or(0, String::len) + large.topic.len();
        assert!(held <= 9 * 1024, "{held}");
        // The usual 65,536 places hold some 16 MiB of them.
        assert!(Item::Bad(Box::new(large)).places() * BYTES_OF_A_PLACE >= held);
    }
}
