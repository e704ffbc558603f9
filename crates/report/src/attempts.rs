//! Attempts to reach people: when each went out, and the first proof of every stage it came to, whoever
//! gave it: a gateway, the app, the person's answer, an officer on their word.

use std::collections::{BTreeMap, BTreeSet};

use model::page::{Channel, Page, PageFact};
use model::view::{PageEntry, PageView};
use model::{PageId, PersonId, RunId, Seal};
use serde::Serialize;

use crate::chronicle::World;
use crate::facts::{Moment, Step};

/// One attempt to reach one person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttemptRow {
    /// Absent: an officer recorded what was said, and no call had gone out.
    pub page: Option<PageId>,
    pub person: PersonId,
    pub channel: Option<Channel>,
    pub round: u8,
    /// From 1.
    pub step: u16,
    /// When it went out; absent: it never did.
    pub called: Option<Moment>,
    /// It went out together with another.
    pub bundled: bool,
    pub delivered: Option<Moment>,
    pub seen: Option<Moment>,
    pub answered: Option<AnswerRow>,
    pub failed: Option<Moment>,
}

/// What a person said to a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnswerRow {
    pub moment: Moment,
    /// False: they said no.
    pub ack: bool,
    /// The officer who recorded it for them.
    pub by: Option<PersonId>,
    pub note: Option<Seal>,
}

impl AttemptRow {
    /// When it first came to a step; those of tasks beyond an answer it never comes to.
    pub fn reached(&self, step: Step) -> Option<Moment> {
        match step {
            Step::Delivered => self.delivered,
            Step::Seen => self.seen,
            Step::Answered => self.answered.as_ref().map(|answer| answer.moment),
            Step::OnScene | Step::Done | Step::Verified => None,
        }
    }

    /// When its person first picked up or said yes.
    pub(crate) fn spoken(&self) -> Option<Moment> {
        let yes = self.answered.as_ref().filter(|answer| answer.ack);
        let yes = yes.map(|answer| answer.moment);
        self.seen.into_iter().chain(yes).min()
    }

    /// Whoever has seen a page was delivered it, and whoever answers it has seen it; what an officer
    /// heard says nothing of the page.
    fn learn(&mut self, known: &PageEntry, moment: Moment) {
        let first = |stage: &mut Option<Moment>| *stage = stage.or(Some(moment));
        match known.fact {
            PageFact::Sent | PageFact::Accepted { .. } => {}
            PageFact::Delivered => first(&mut self.delivered),
            PageFact::Seen => {
                first(&mut self.delivered);
                first(&mut self.seen);
            }
            PageFact::Acked | PageFact::Declined => {
                if known.by.is_none() {
                    first(&mut self.delivered);
                    first(&mut self.seen);
                }
                let ack = known.fact == PageFact::Acked;
                // A yes stands, whatever was said before it or comes after.
                if self.answered.as_ref().is_none_or(|old| ack && !old.ack) {
                    self.answered = Some(AnswerRow {
                        moment,
                        ack,
                        by: known.by.clone(),
                        note: known.note.clone(),
                    });
                }
            }
            PageFact::Failed { .. } | PageFact::Expired | PageFact::NoWay { .. } => {
                first(&mut self.failed);
            }
        }
    }
}

/// What was tried over one channel: each message once in every column, by the entry that proved it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelRow {
    pub channel: Channel,
    pub pages: Vec<u64>,
    pub delivered: Vec<u64>,
    pub seen: Vec<u64>,
    pub answered: Vec<u64>,
    /// Of those answered: an officer recorded it.
    pub on_word: Vec<u64>,
    /// The channel gave it up, and nothing came back from its person's device.
    pub failed: Vec<u64>,
}

/// Every attempt that was met in the interval.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts {
    list: BTreeMap<PageId, Attempt>,
    /// What the limits of a contact hold back.
    held: BTreeMap<(PersonId, Channel), BTreeSet<PageId>>,
    /// What went out with another.
    carried: BTreeMap<PageId, BTreeSet<PageId>>,
}

#[derive(Clone, Debug)]
struct Attempt {
    run: RunId,
    row: AttemptRow,
    /// Facts that are entered already.
    known: usize,
    /// It went out as a message of its own.
    out: bool,
    /// It did so within the interval, and belongs to the report.
    counted: bool,
}

impl Attempts {
    /// A page of before the interval.
    pub(crate) fn remember(&mut self, view: &PageView) {
        self.look(view, Moment::before(view.at));
        if let Some(attempt) = self.list.get_mut(&view.id) {
            attempt.out = view.sent.is_some();
        }
    }

    /// A page goes out, with whatever waited for the same contact; again after a start is no second one.
    pub(crate) fn went_out(
        &mut self,
        page: &Page,
        moment: Moment,
        (behind, ours): (Moment, bool),
        world: &dyn World,
    ) {
        let Some(view) = world.page(&page.id) else {
            return;
        };
        let contact = (view.to.clone(), view.channel);
        self.look(&view, behind);
        let attempt = self.list.get_mut(&page.id);
        if let Some(attempt) = attempt.filter(|attempt| !attempt.out && !page.repeat) {
            attempt.out = true;
            attempt.row.called = Some(moment);
            attempt.counted = ours;
        }
        let mates = self.held.get(&contact).cloned().unwrap_or_default();
        for mate in mates {
            if let Some(view) = world.page(&mate) {
                self.look(&view, behind);
            }
        }
    }

    /// More is known of a page, and of what went out with it.
    pub(crate) fn heard(&mut self, id: &PageId, moment: Moment, world: &dyn World) {
        let carried = self.carried.get(id).cloned().unwrap_or_default();
        for id in std::iter::once(id.clone()).chain(carried) {
            if let Some(view) = world.page(&id) {
                self.look(&view, moment);
            }
        }
    }

    /// Enters what is new about a page as of this input.
    pub(crate) fn look(&mut self, view: &PageView, moment: Moment) {
        let carrier = view.bundled.as_ref();
        let carrier = carrier.and_then(|id| self.list.get(id)?.row.called);
        let attempt = self.list.entry(view.id.clone());
        let attempt = attempt.or_insert_with(|| Attempt {
            run: view.run.clone(),
            row: AttemptRow {
                page: Some(view.id.clone()),
                person: view.to.clone(),
                channel: Some(view.channel),
                round: view.round,
                step: view.step,
                called: None,
                bundled: false,
                delivered: None,
                seen: None,
                answered: None,
                failed: None,
            },
            known: 0,
            out: false,
            counted: false,
        });
        // What came before this input has an entry that nobody looked at.
        let when = |at| Moment {
            at,
            entry: moment.entry.filter(|_| at == moment.at),
        };
        let row = &mut attempt.row;
        row.called = row.called.or(carrier).or(view.sent.map(when));
        row.bundled = view.bundled.is_some();
        for fact in view.facts.iter().skip(attempt.known) {
            row.learn(fact, when(fact.at));
        }
        attempt.known = view.facts.len();
        let waits = row.called.is_none();
        let contact = (view.to.clone(), view.channel);
        if waits {
            self.held
                .entry(contact)
                .or_default()
                .insert(view.id.clone());
        } else if let Some(held) = self.held.get_mut(&contact) {
            held.remove(&view.id);
        }
        if let Some(carrier) = &view.bundled {
            let with = self.carried.entry(carrier.clone()).or_default();
            with.insert(view.id.clone());
        }
    }

    /// Those of every run, in the order they went out.
    pub(crate) fn by_run(&self) -> BTreeMap<RunId, Vec<AttemptRow>> {
        let mut runs: BTreeMap<RunId, Vec<AttemptRow>> = BTreeMap::new();
        for attempt in self.list.values() {
            let rows = runs.entry(attempt.run.clone()).or_default();
            rows.push(attempt.row.clone());
        }
        for rows in runs.values_mut() {
            rows.sort_by_key(|row| (row.called.is_none(), row.called, row.round, row.step));
        }
        runs
    }

    /// Messages of the interval, by channel.
    pub(crate) fn channels(&self) -> Vec<ChannelRow> {
        let mut rows: BTreeMap<Channel, ChannelRow> = BTreeMap::new();
        for attempt in self.list.values().filter(|attempt| attempt.counted) {
            let row = &attempt.row;
            let (Some(channel), Some(called)) = (row.channel, row.called) else {
                continue;
            };
            let counts = rows.entry(channel).or_insert_with(|| ChannelRow {
                channel,
                pages: Vec::new(),
                delivered: Vec::new(),
                seen: Vec::new(),
                answered: Vec::new(),
                on_word: Vec::new(),
                failed: Vec::new(),
            });
            let entry = |moment: Option<Moment>| moment.and_then(|moment| moment.entry);
            counts.pages.extend(called.entry);
            counts.delivered.extend(entry(row.delivered));
            counts.seen.extend(entry(row.seen));
            let answered = entry(row.reached(Step::Answered));
            counts.answered.extend(answered);
            let on_word = row.answered.as_ref().is_some_and(|said| said.by.is_some());
            counts.on_word.extend(answered.filter(|_| on_word));
            let failed = row.failed.filter(|_| row.delivered.is_none());
            counts.failed.extend(entry(failed));
        }
        for row in rows.values_mut() {
            let columns = [
                &mut row.pages,
                &mut row.delivered,
                &mut row.seen,
                &mut row.answered,
                &mut row.on_word,
                &mut row.failed,
            ];
            for column in columns {
                column.sort_unstable();
            }
        }
        rows.into_values().collect()
    }
}
