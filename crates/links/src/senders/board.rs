//! The loop as senders see it: is a page still wanted, what is it about, what became of it.

use std::future::Future;
use std::pin::Pin;

use model::page::Channel;
use model::{JurisdictionSlot, Page, PageFact, PageId};
use protocols::gateway::Key;
use runtime::Stopped;

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
}
