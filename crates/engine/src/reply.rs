//! Replies by a gateway: which page each was of. One that is passed on again, also after a restart and beside
//! newer pages, means what it meant first.

use model::page::ReplyOf;
use model::{OpId, PageFact, PageId, Time};
use serde::{Deserialize, Serialize};

use crate::canon::Canon;
use crate::engine::Engine;

/// How long a reply is remembered; a gateway gives up within hours.
const REMEMBER_MS: i64 = 30 * 86_400_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reply {
    at: Time,
    of: ReplyOf,
}

impl Engine {
    /// What a reply was of, if it is remembered.
    pub fn reply(&self, reply: &OpId) -> Option<ReplyOf> {
        self.state.replies.get(reply).map(|known| known.of.clone())
    }

    /// Whether what became of a page is to be entered: it is not known yet, or it came by a reply that is
    /// not. A reply that was of another page, or of none, says nothing of this one.
    pub fn is_paged(&self, page: &PageId, fact: &PageFact, reply: Option<&OpId>) -> bool {
        let news = self.is_page_news(page, fact);
        let known = reply.map(|reply| self.state.replies.get(reply));
        match known {
            None => news,
            Some(None) => self.state.calling.pages.contains_key(page),
            Some(Some(known)) => news && known.of.page.as_ref() == Some(page),
        }
    }

    /// Notes which page a reply is of; whether it says anything new of it.
    pub(crate) fn note_reply(
        &mut self,
        page: &PageId,
        fact: &PageFact,
        reply: Option<&OpId>,
        at: Time,
    ) -> bool {
        let Some(reply) = reply else {
            return true;
        };
        let known = self.state.replies.entry(reply.clone());
        let known = known.or_insert_with(|| Reply {
            at,
            of: ReplyOf {
                page: Some(page.clone()),
                unread: false,
            },
        });
        known.of.page.as_ref() == Some(page) && self.is_page_news(page, fact)
    }

    /// Notes that nobody understood a reply.
    pub(crate) fn note_unread(&mut self, reply: Option<&OpId>, at: Time) {
        let Some(reply) = reply else {
            return;
        };
        let known = self.state.replies.entry(reply.clone());
        let none = ReplyOf {
            page: None,
            unread: true,
        };
        let known = known.or_insert(Reply { at, of: none });
        known.of.unread = true;
    }

    pub(crate) fn forget_old_replies(&mut self, at: Time) {
        let bound = at.plus_ms(-REMEMBER_MS);
        self.state.replies.retain(|_, known| known.at >= bound);
    }

    /// What two runs must agree on of replies; nothing where nobody wrote back.
    pub(crate) fn canon_replies(&self, out: &mut Canon<'_>) {
        for (reply, known) in &self.state.replies {
            out.text(reply.as_str());
            out.text(&format!("{:?}", known.of));
        }
    }
}
