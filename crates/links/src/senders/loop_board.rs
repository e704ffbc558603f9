//! The switchboard on the real loop: looks on the loop's own thread, so that what is seen is decided.

use model::action::{Act, Answer, ReportTask};
use model::config::Role;
use model::page::{About, Channel, ReplyOf};
use model::task::{FactKind, Means};
use model::view::{PageView, TaskView};
use model::{Action, JurisdictionSlot, OpId, Page, PageFact, PageId, PersonId, Time};
use protocols::gateway::{Key, Word};
use runtime::{Fleet, Inbox};

use super::board::{Asked, Later, Subject, Switchboard, Unclear};
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

    fn asked(&self, channel: Channel, of: &str, people: Vec<PersonId>) -> Later<'_, Vec<Asked>> {
        let slot = self.catalogue().jurisdiction(of);
        Box::pin(self.ask(move |fleet| {
            let Some(slot) = slot else { return Vec::new() };
            let pages = fleet.pages_to(slot, &people, channel).into_iter();
            let asked = pages.filter_map(|page| {
                Some(Asked {
                    jurisdiction: slot,
                    sent: page.sent?,
                    page: page.id,
                    to: page.to,
                    about: page.about,
                    open: page.open,
                })
            });
            let mut asked: Vec<Asked> = asked.collect();
            asked.sort_by(|a, b| (b.sent, &b.page).cmp(&(a.sent, &a.page)));
            asked
        }))
    }

    fn heard(&self, of: Vec<String>, reply: OpId) -> Later<'_, Option<ReplyOf>> {
        let catalogue = self.catalogue();
        let slots = of.iter().filter_map(|code| catalogue.jurisdiction(code));
        let slots: Vec<JurisdictionSlot> = slots.collect();
        Box::pin(self.ask(move |fleet| {
            let known = slots.iter().filter_map(|slot| fleet.reply(*slot, &reply));
            known.max_by_key(|known| known.page.is_some())
        }))
    }

    fn replied(
        &self,
        jurisdiction: JurisdictionSlot,
        page: PageId,
        fact: PageFact,
        reply: OpId,
    ) -> Later<'_, ()> {
        Box::pin(Inbox::replied(self, jurisdiction, page, fact, reply))
    }

    fn say(
        &self,
        jurisdiction: JurisdictionSlot,
        page: PageId,
        word: Word,
        op: OpId,
    ) -> Later<'_, bool> {
        Box::pin(async move {
            let look = move |fleet: &Fleet| {
                let page = fleet.page(jurisdiction, &page)?;
                let About::Task(task) = &page.about else {
                    return None;
                };
                let known = fleet.task(jurisdiction, task)?;
                // What tells of the end of a task is not an order any more.
                let is_end = withdrawn_at(&known).is_some_and(|ended| ended <= page.at);
                (!is_end).then(|| (task.clone(), page.to.clone()))
            };
            let (Some((task, by)), Some(kind)) = (self.ask(look).await?, fact_of(word)) else {
                return Ok(true);
            };
            let act = Act {
                op,
                by,
                role: Role::Responder,
                device_at: None,
                action: Action::ReportTask(ReportTask {
                    task,
                    kind,
                    means: Means::Phone,
                    note: None,
                    position: None,
                    photos: Vec::new(),
                    version: None,
                    count: Vec::new(),
                    form: Vec::new(),
                    coming: 0,
                    shot: None,
                }),
            };
            Ok(self.act(jurisdiction, act).await? == Answer::Done)
        })
    }

    fn unread(&self, of: &str, unclear: Unclear) -> Later<'_, ()> {
        let slot = self.catalogue().jurisdiction(of);
        Box::pin(async move {
            let Some(slot) = slot else { return Ok(()) };
            let Unclear {
                gateway,
                channel,
                from,
                reply,
                message,
            } = unclear;
            let about = (channel, from);
            Inbox::unread(self, slot, about, &gateway, (reply, message)).await
        })
    }
}

/// What a word says of a task besides that the page was heard; a no is the page's own.
fn fact_of(word: Word) -> Option<FactKind> {
    match word {
        Word::Accepted => Some(FactKind::Accepted),
        Word::NeedHelp => Some(FactKind::NeedHelp),
        Word::Acked | Word::Declined => None,
    }
}

/// When the desk took a task back, where it did.
fn withdrawn_at(task: &TaskView) -> Option<Time> {
    let ends = [
        FactKind::Cancelled,
        FactKind::Superseded,
        FactKind::Reassigned,
    ];
    let mut facts = task.facts.iter();
    let end = facts.find(|fact| ends.contains(&fact.kind));
    end.map(|fact| fact.at)
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
