//! Attempts that went out with another one: which part of its fate is theirs, and how they go on when it
//! is not made any more.
//!
//! A page with others in it is about one thing, and says of the others how many there are. So its device
//! has them when it has the page, and its person has answered that one thing.

use std::collections::BTreeSet;

use model::page::{About, Page, PageFact};
use model::{Effect, Effects, PageId, RunId, Time};

use crate::engine::Engine;
use crate::page::Sheet;

impl Engine {
    /// Sends a page now, with others in it as far as they are wanted.
    pub(crate) fn send_with(
        &mut self,
        id: &PageId,
        others: Vec<PageId>,
        at: Time,
        out: &mut Effects,
    ) {
        for other in others {
            if !self.is_wanted(&other) {
                continue;
            }
            let Some(sheet) = self.state.calling.pages.get_mut(&other) else {
                continue;
            };
            sheet.bundled = Some(id.clone());
            sheet.sent = Some(at);
            self.note_tried(&other, at);
            out.push(Effect::PageKnown(other));
        }
        self.note_tried(id, at);
        let Some(sheet) = self.state.calling.pages.get_mut(id) else {
            return;
        };
        sheet.bundled = None;
        sheet.sent = Some(at);
        self.give_out(id, out);
    }

    fn give_out(&mut self, id: &PageId, out: &mut Effects) {
        if let Some(page) = self.page_out(id) {
            out.push(Effect::Page(page));
        }
        out.push(Effect::PageKnown(id.clone()));
    }

    /// A page as it goes out, with what is still wanted of those it carries.
    pub fn page_out(&self, id: &PageId) -> Option<Page> {
        let pages = &self.state.calling.pages;
        let sheet = pages.get(id)?;
        let carried = self.carried_by(id).into_iter();
        let wanted = carried.filter(|other| self.is_wanted(other));
        let mut also: Vec<About> = wanted
            .filter_map(|other| Some(pages.get(&other)?.about.clone()))
            .collect();
        also.retain(|about| *about != sheet.about);
        also.sort();
        also.dedup();
        Some(Page {
            id: id.clone(),
            to: sheet.to.clone(),
            channel: sheet.channel,
            about: sheet.about.clone(),
            level: sheet.level,
            repeat: sheet.repeated > 0,
            also,
        })
    }

    /// Attempts that went out with a page.
    pub(crate) fn carried_by(&self, id: &PageId) -> Vec<PageId> {
        let Some(sheet) = self.state.calling.pages.get(id) else {
            return Vec::new();
        };
        let pages = self.state.calling.pages.iter();
        pages
            .filter(|(_, s)| s.to == sheet.to && s.bundled.as_ref() == Some(id))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// What a fact of a page says of one that went out with it. What an officer heard is about the page
    /// alone, and an answer is about what was read out: of what was only counted the device has been told.
    pub(crate) fn fate_of(
        &self,
        carried: &PageId,
        carrier: &PageId,
        fact: &PageFact,
        on_word: bool,
    ) -> Option<PageFact> {
        let pages = &self.state.calling.pages;
        let (carrier, carried) = (pages.get(carrier)?, pages.get(carried)?);
        let is_same = carried.about == carrier.about && carried.level <= carrier.level;
        match fact {
            PageFact::Sent
            | PageFact::Accepted { .. }
            | PageFact::Delivered
            | PageFact::Failed { .. }
            | PageFact::Expired
            | PageFact::NoWay { .. } => Some(fact.clone()),
            PageFact::Seen | PageFact::Acked | PageFact::Declined if is_same => Some(fact.clone()),
            PageFact::Seen | PageFact::Acked | PageFact::Declined => {
                (!on_word).then_some(PageFact::Delivered)
            }
        }
    }

    /// Pages of a run are not made any more: what they carried goes on by itself.
    pub(crate) fn pass_on_of(&mut self, run: &RunId, at: Time, out: &mut Effects) {
        let calling = &self.state.calling;
        let pages = calling.runs.get(run).into_iter().flat_map(|r| &r.pages);
        let out_there = |sheet: &Sheet| sheet.sent.is_some() && sheet.bundled.is_none();
        let carriers = pages.filter(|id| {
            let sheet = calling.pages.get(*id);
            sheet.is_some_and(|sheet| out_there(sheet) && !sheet.is_settled())
        });
        let carriers: BTreeSet<PageId> = carriers.cloned().collect();
        self.pass_on(carriers, at, out);
    }

    /// The gravest of what an unwanted page carried takes its place, with the others in it. It is the same
    /// attempt on the contact, so its limits have nothing to say.
    fn pass_on(&mut self, carriers: BTreeSet<PageId>, at: Time, out: &mut Effects) {
        let unwanted = |id: &PageId| {
            let sheet = self.state.calling.pages.get(id);
            sheet.is_none_or(|sheet| !sheet.is_settled()) && !self.is_wanted(id)
        };
        let carriers: Vec<PageId> = carriers.into_iter().filter(unwanted).collect();
        for carrier in carriers {
            let mut left = self.carried_by(&carrier);
            left.retain(|id| self.is_wanted(id));
            let grave = |id: &&PageId| {
                let sheet = self.state.calling.pages.get(*id);
                sheet.map(|s| (s.level, s.at))
            };
            if let Some(gravest) = left.iter().max_by_key(grave).cloned() {
                left.retain(|id| *id != gravest);
                self.send_with(&gravest, left, at, out);
            }
        }
    }

    /// Pages that are out without a receipt or a definite answer.
    pub(crate) fn unknown_pages(&self) -> Vec<PageId> {
        let pages = self.state.calling.pages.iter();
        let open = pages.filter(|(id, sheet)| {
            sheet.sent.is_some()
                && sheet.bundled.is_none()
                && !sheet.is_settled()
                && self.is_wanted(id)
        });
        open.map(|(id, _)| id.clone()).collect()
    }

    /// After a start: what was on its way is made once more under its own id.
    pub(crate) fn repeat_pages(&mut self, unknown: Vec<PageId>, at: Time, out: &mut Effects) {
        for id in unknown {
            if !self.is_wanted(&id) {
                continue;
            }
            self.note_tried(&id, at);
            if let Some(sheet) = self.state.calling.pages.get_mut(&id) {
                sheet.repeated += 1;
                self.give_out(&id, out);
            }
        }
    }
}
