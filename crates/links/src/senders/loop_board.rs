//! The switchboard on the real loop: looks on the loop's own thread, so that what is seen is decided.

use model::page::Channel;
use model::view::PageView;
use model::{JurisdictionSlot, Page, PageFact, PageId};
use protocols::gateway::Key;
use runtime::{Fleet, Inbox};

use super::board::{Later, Subject, Switchboard};
use super::subject::subject;

impl Switchboard for Inbox {
    fn look(&self, jurisdiction: JurisdictionSlot, page: &Page) -> Later<'_, Option<Subject>> {
        let (id, about) = (page.id.clone(), page.about.clone());
        Box::pin(self.ask(move |fleet| {
            let known = fleet.page(jurisdiction, &id)?;
            let open = !is_settled(&known) && fleet.is_wanted(jurisdiction, &id);
            open.then(|| subject(fleet, jurisdiction, &about)).flatten()
        }))
    }

    fn tell(&self, jurisdiction: JurisdictionSlot, page: PageId, fact: PageFact) -> Later<'_, ()> {
        Box::pin(self.paged(jurisdiction, page, fact))
    }

    fn waiting(&self, channel: Channel) -> Later<'_, Vec<(JurisdictionSlot, Page)>> {
        Box::pin(self.ask(move |fleet| {
            let mut waiting = Vec::new();
            for slot in slots(fleet) {
                for run in fleet.runs(slot).iter().rev() {
                    let pages = fleet.pages(slot, &run.id);
                    let open = pages.iter().filter(|page| {
                        page.channel == channel
                            && page.sent.is_some()
                            && page.bundled.is_none()
                            && !is_settled(page)
                            && fleet.is_wanted(slot, &page.id)
                    });
                    let open = open.filter_map(|page| fleet.page_out(slot, &page.id));
                    waiting.extend(open.map(|page| (slot, page)));
                }
            }
            waiting
        }))
    }

    fn find(&self, channel: Channel, key: Key) -> Later<'_, Option<(JurisdictionSlot, PageId)>> {
        Box::pin(self.ask(move |fleet| {
            match key {
                Key::Page(id) => slots(fleet)
                    .find(|slot| fleet.page(*slot, &id).is_some_and(|p| p.channel == channel))
                    .map(|slot| (slot, id)),
                Key::Reference(reference) => by_reference(fleet, channel, &reference),
            }
        }))
    }
}

fn slots(fleet: &Fleet) -> impl Iterator<Item = JurisdictionSlot> + use<> {
    (0..fleet.len() as u16).map(JurisdictionSlot)
}

/// The newest page that the provider gave this number.
fn by_reference(
    fleet: &Fleet,
    channel: Channel,
    wanted: &str,
) -> Option<(JurisdictionSlot, PageId)> {
    let given = |page: &PageView| {
        page.facts.iter().any(|entry| match &entry.fact {
            PageFact::Accepted { reference } => reference.as_deref() == Some(wanted),
            PageFact::Sent
            | PageFact::Delivered
            | PageFact::Seen
            | PageFact::Acked
            | PageFact::Declined
            | PageFact::Failed { .. }
            | PageFact::Expired
            | PageFact::NoWay { .. } => false,
        })
    };
    slots(fleet).find_map(|slot| {
        let runs = fleet.runs(slot);
        let mut pages = runs.iter().flat_map(|run| fleet.pages(slot, &run.id));
        let found = pages.find(|page| page.channel == channel && given(page));
        found.map(|page| (slot, page.id))
    })
}

/// Whether its outcome is known.
fn is_settled(page: &PageView) -> bool {
    page.facts.iter().any(|entry| match entry.fact {
        PageFact::Sent => false,
        PageFact::Accepted { .. }
        | PageFact::Delivered
        | PageFact::Seen
        | PageFact::Acked
        | PageFact::Declined
        | PageFact::Failed { .. }
        | PageFact::Expired
        | PageFact::NoWay { .. } => true,
    })
}
