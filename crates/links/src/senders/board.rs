//! The loop as senders see it: is a page still wanted, what is it about, what became of it.

use std::future::Future;
use std::pin::Pin;

use model::page::{About, Channel, ReplyOf};
use model::{JurisdictionSlot, OpId, Page, PageFact, PageId, PersonId, Time};
use protocols::gateway::{Key, Word};
use runtime::{BadMessage, Stopped};

/// An answer of the loop.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Stopped>> + Send + 'a>>;

/// What a page is about, in few words of both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub zh: String,
    pub en: String,
    /// Everything is made up; whoever reads the page must see that first.
    pub demo: bool,
    /// How the desk took the task back that it tells of, where it did.
    pub withdrawn: Option<Withdrawn>,
    /// It is a drill; whoever reads the page must see that before everything else.
    pub drill: bool,
    /// Code of the jurisdiction it comes from.
    pub jurisdiction: String,
}

/// How the desk took a task back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawn {
    Cancelled,
    /// Another order took its place, and is told by itself.
    Superseded,
    /// Another person has it now.
    Reassigned,
}

/// One page that somebody may mean who writes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub jurisdiction: JurisdictionSlot,
    pub page: PageId,
    pub to: PersonId,
    pub about: About,
    /// When it went out.
    pub sent: Time,
    /// Its person is still asked for an answer.
    pub open: bool,
}

/// A reply that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclear {
    /// Id of the gateway that passed it on, and its channel.
    pub gateway: String,
    pub channel: Channel,
    /// Whose number it came from, where that is one person's.
    pub from: Option<PersonId>,
    /// Names it, so that the same again is known.
    pub reply: OpId,
    /// What is kept of it, with the reason.
    pub message: BadMessage,
}

/// Asks and tells the loop.
pub trait Switchboard: Send + Sync + 'static {
    /// What a page is about as the loop knows it now; none when it is not wanted any more: answered,
    /// definite, or its cause is over.
    fn look(&self, jurisdiction: JurisdictionSlot, page: &Page) -> Later<'_, Option<Subject>>;

    /// Tells what became of a page; returns once that is on disk.
    fn tell(&self, jurisdiction: JurisdictionSlot, page: PageId, fact: PageFact) -> Later<'_, ()>;

    /// The pages of a channel that wait for an answer, oldest first.
    fn waiting(&self, channel: Channel) -> Later<'_, Vec<(JurisdictionSlot, Page)>>;

    /// The page that a receipt of this channel is about.
    fn find(&self, channel: Channel, key: Key) -> Later<'_, Option<(JurisdictionSlot, PageId)>>;

    /// The pages that went to these people of a jurisdiction by one channel, newest first.
    fn asked(&self, channel: Channel, of: &str, people: Vec<PersonId>) -> Later<'_, Vec<Asked>>;

    /// What a reply was of when it came first, in whichever of these jurisdictions knows it.
    fn heard(&self, of: Vec<String>, reply: OpId) -> Later<'_, Option<ReplyOf>>;

    /// Tells what a reply says of a page; returns once that is on disk. A reply that was of another page
    /// before says nothing of this one.
    fn replied(
        &self,
        jurisdiction: JurisdictionSlot,
        page: PageId,
        fact: PageFact,
        reply: OpId,
    ) -> Later<'_, ()>;

    /// What the person of a page says of the task it is about, under `op`: said again it changes nothing.
    /// True where it was taken, or where the page is about no task.
    fn say(
        &self,
        jurisdiction: JurisdictionSlot,
        page: PageId,
        word: Word,
        op: OpId,
    ) -> Later<'_, bool>;

    /// Tells the desk of a reply that is not understood, and keeps its words; returns once that is on disk.
    fn unread(&self, of: &str, unclear: Unclear) -> Later<'_, ()>;
}
