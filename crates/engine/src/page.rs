//! Pages: attempts to reach people, the limits of each contact, and what became of them.
//!
//! An attempt stays pending until a receipt or a definite answer comes in; who answered is not tried
//! again in that run. What the limits hold back goes out with the next attempt to that contact:
//! bundled (`bundle.rs`), never dropped.

use std::collections::BTreeSet;

use model::action::{Act, Why};
use model::id::Seal;
use model::page::{About, Channel, PageFact};
use model::task::Means;
use model::view::PageStage;
use model::{Effect, Effects, Level, PageId, PersonId, RunId, SituationId, Time};
use serde::{Deserialize, Serialize};

use crate::alarm::is_officer;
use crate::engine::Engine;
use crate::escalation::Run;
use crate::timers::Due;

/// One attempt and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    pub(crate) run: RunId,
    pub(crate) to: PersonId,
    pub(crate) channel: Channel,
    pub(crate) about: About,
    pub(crate) level: Option<Level>,
    pub(crate) round: u8,
    pub(crate) step: u16,
    /// When it was decided.
    pub(crate) at: Time,
    pub(crate) sent: Option<Time>,
    pub(crate) held_until: Option<Time>,
    /// The attempt it went out with.
    pub(crate) bundled: Option<PageId>,
    pub(crate) repeated: u16,
    /// Channels to be tried after a definite no.
    pub(crate) rest: Vec<Channel>,
    pub(crate) facts: Vec<Known>,
}

/// One fact of a page, when the server had it, and who recorded it for another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) at: Time,
    pub(crate) fact: PageFact,
    pub(crate) by: Option<PersonId>,
    #[serde(default)]
    pub(crate) note: Option<Seal>,
}

/// One contact point: what went out lately, what waits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Contact {
    sends: Vec<Time>,
    /// Situations whose first red went out past the limits.
    reds: BTreeSet<SituationId>,
    held: Vec<PageId>,
    due: Option<Time>,
}

impl Sheet {
    pub(crate) fn has(&self, fact: &PageFact) -> bool {
        let kind = std::mem::discriminant(fact);
        self.facts
            .iter()
            .any(|known| std::mem::discriminant(&known.fact) == kind)
    }

    /// Whether its device or its person said something.
    pub(crate) fn was_heard(&self) -> bool {
        self.facts.iter().any(|known| match known.fact {
            PageFact::Delivered | PageFact::Seen | PageFact::Acked | PageFact::Declined => true,
            PageFact::Sent
            | PageFact::Accepted { .. }
            | PageFact::Failed { .. }
            | PageFact::Expired
            | PageFact::NoWay { .. } => false,
        })
    }

    /// Whether its outcome is known: by a receipt, or by a definite answer of its provider.
    pub(crate) fn is_settled(&self) -> bool {
        self.facts.iter().any(|known| match known.fact {
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

    /// How far it came; `over` once its run calls nobody any more.
    pub(crate) fn stage(&self, over: bool) -> PageStage {
        let stage = |known: &Known| match known.fact {
            PageFact::Sent => PageStage::Called,
            PageFact::Accepted { .. } => PageStage::Accepted,
            PageFact::Delivered => PageStage::Delivered,
            PageFact::Seen => PageStage::Seen,
            PageFact::Acked => PageStage::Acked,
            PageFact::Declined => PageStage::Declined,
            PageFact::Failed { .. } | PageFact::NoWay { .. } => PageStage::Failed,
            PageFact::Expired => PageStage::Expired,
        };
        let quiet = match (&self.bundled, self.sent) {
            _ if over => PageStage::Expired,
            (Some(_), _) => PageStage::Bundled,
            (None, Some(_)) => PageStage::Called,
            (None, None) => PageStage::Held,
        };
        let known = self.facts.iter().map(stage).max();
        match known {
            Some(PageStage::Called) | None => quiet,
            Some(stage) => stage,
        }
    }

    /// Whether it came to nothing for good.
    pub(crate) fn is_dead(&self) -> bool {
        match self.stage(false) {
            PageStage::Failed | PageStage::Expired | PageStage::Declined => true,
            PageStage::Held
            | PageStage::Bundled
            | PageStage::Called
            | PageStage::Accepted
            | PageStage::Delivered
            | PageStage::Seen
            | PageStage::Acked => false,
        }
    }
}

impl Contact {
    /// When the limits next allow a page.
    fn allowed(&self, limits: &[(usize, i64)], at: Time) -> Time {
        let mut when = at;
        for (count, per_ms) in limits {
            let within = self
                .sends
                .iter()
                .filter(|sent| at.since_ms(**sent) < *per_ms);
            let within: Vec<&Time> = within.collect();
            if within.len() >= *count {
                let oldest = within[within.len() - count];
                when = when.max(oldest.plus_ms(*per_ms));
            }
        }
        when
    }
}

impl Engine {
    /// Tries one person of a run on the first of some channels, or as soon as the limits allow.
    pub(crate) fn place_page(
        &mut self,
        run_id: &RunId,
        step: u16,
        person: &PersonId,
        channels: &[Channel],
        at: Time,
        out: &mut Effects,
    ) {
        let Some((channel, rest)) = channels.split_first() else {
            return;
        };
        let calling = &mut self.state.calling;
        let Some(run) = calling.runs.get_mut(run_id) else {
            return;
        };
        let word = channel.word();
        let id = PageId(format!("{run_id}.{}.{step}.{person}.{word}", run.round));
        if calling.pages.contains_key(&id) {
            return;
        }
        run.note_called(person, at);
        run.pages.push(id.clone());
        let sheet = Sheet {
            run: run_id.clone(),
            to: person.clone(),
            channel: *channel,
            about: run.about.clone(),
            level: run.level,
            round: run.round,
            step,
            at,
            sent: None,
            held_until: None,
            bundled: None,
            repeated: 0,
            rest: rest.to_vec(),
            facts: Vec::new(),
        };
        let limits = self.config.organisation.limits.iter();
        let limits = limits.filter(|l| l.channel == *channel);
        let limits: Vec<(usize, i64)> = limits
            .map(|l| (usize::from(l.count.max(1)), l.per_ms))
            .collect();
        let key = (person.clone(), *channel);
        let contact = calling.contacts.entry(key).or_default();
        let longest = limits.iter().map(|(_, per)| *per).max().unwrap_or(0);
        contact.sends.retain(|sent| at.since_ms(*sent) < longest);
        let first_red = match (&sheet.about, sheet.level) {
            (About::Situation(id), Some(Level::Red)) => !contact.reds.contains(id),
            (
                About::Situation(_)
                | About::Task(_)
                | About::Notice { .. }
                | About::RollCall(_)
                | About::Test(_),
                _,
            ) => false,
        };
        let allowed = contact.allowed(&limits, at);
        calling.pages.insert(id.clone(), sheet);
        if first_red || allowed <= at {
            self.send_page(&id, at, out);
        } else {
            self.hold_page(&id, allowed);
        }
        if self.is_lost(person, *channel) {
            // It goes out all the same: the first receipt tells that the channel is back.
            self.take_rest(&id, at, out);
        }
    }

    fn hold_page(&mut self, id: &PageId, until: Time) {
        let calling = &mut self.state.calling;
        let Some(sheet) = calling.pages.get_mut(id) else {
            return;
        };
        sheet.held_until = Some(until);
        let key = (sheet.to.clone(), sheet.channel);
        let contact = calling.contacts.entry(key.clone()).or_default();
        contact.held.push(id.clone());
        if contact.due.is_none() {
            contact.due = Some(until);
            let (person, channel) = key;
            self.state
                .timers
                .arm(until, Due::Contact { person, channel });
        }
    }

    /// Sends a page now, and with it whatever waits for the same contact.
    fn send_page(&mut self, id: &PageId, at: Time, out: &mut Effects) {
        let calling = &mut self.state.calling;
        let Some(sheet) = calling.pages.get(id) else {
            return;
        };
        let key = (sheet.to.clone(), sheet.channel);
        let first_red = match (&sheet.about, sheet.level) {
            (About::Situation(id), Some(Level::Red)) => Some(*id),
            (
                About::Situation(_)
                | About::Task(_)
                | About::Notice { .. }
                | About::RollCall(_)
                | About::Test(_),
                _,
            ) => None,
        };
        let contact = calling.contacts.entry(key.clone()).or_default();
        contact.sends.push(at);
        contact.reds.extend(first_red);
        let held = std::mem::take(&mut contact.held);
        if let Some(due) = contact.due.take() {
            let (person, channel) = key;
            self.state
                .timers
                .disarm(due, Due::Contact { person, channel });
        }
        let held: Vec<PageId> = held.into_iter().filter(|other| other != id).collect();
        self.send_with(id, held, at, out);
    }

    /// The limits of a contact allow what waits: all of it goes in one page, the gravest in front.
    pub(crate) fn release_contact(
        &mut self,
        person: &PersonId,
        channel: Channel,
        at: Time,
        out: &mut Effects,
    ) {
        let key = (person.clone(), channel);
        let Some(contact) = self.state.calling.contacts.get_mut(&key) else {
            return;
        };
        if contact.due != Some(at) {
            return;
        }
        contact.due = None;
        let held = contact.held.clone();
        let wanted = held.iter().filter(|id| self.is_wanted(id));
        let gravest = wanted.max_by_key(|id| {
            let sheet = self.state.calling.pages.get(*id);
            sheet.map(|s| (s.level, s.at))
        });
        match gravest.cloned() {
            Some(id) => self.send_page(&id, at, out),
            None => {
                if let Some(contact) = self.state.calling.contacts.get_mut(&key) {
                    contact.held.clear();
                }
            }
        }
    }

    /// Whether a page is still to be made: its run calls, and its person has not answered. A sender
    /// asks this just before it dials.
    pub fn is_wanted(&self, id: &PageId) -> bool {
        let calling = &self.state.calling;
        let Some(sheet) = calling.pages.get(id) else {
            return false;
        };
        let run = calling.runs.get(&sheet.run);
        // A test tries every contact point, whatever was heard by another one.
        let answered = |run: &Run| match sheet.about {
            About::Test(_) => sheet.has(&PageFact::Acked),
            About::Situation(_) | About::Task(_) | About::Notice { .. } | About::RollCall(_) => {
                run.has_answered(&sheet.to)
            }
        };
        run.is_some_and(|run| run.calls_by(sheet) && !answered(run))
    }

    /// Whether a fact says anything that is not known.
    pub fn is_page_news(&self, id: &PageId, fact: &PageFact) -> bool {
        let sheet = self.state.calling.pages.get(id);
        sheet.is_some_and(|sheet| !sheet.has(fact))
    }

    /// More is known of a page, from its sender, its device, its person, or an officer.
    pub(crate) fn page_known(
        &mut self,
        id: &PageId,
        fact: &PageFact,
        by: Option<&PersonId>,
        at: Time,
        out: &mut Effects,
    ) {
        if !self.is_page_news(id, fact) {
            return;
        }
        let carried = self.carried_by(id);
        self.learn(id, fact, by, at, out);
        for other in carried {
            let fate = self.fate_of(&other, id, fact, by.is_some());
            if let Some(fate) = fate.filter(|fate| self.is_page_news(&other, fate)) {
                self.learn(&other, &fate, by, at, out);
            }
        }
    }

    /// Keeps a fact of one page, and takes what follows from it.
    fn learn(
        &mut self,
        id: &PageId,
        fact: &PageFact,
        by: Option<&PersonId>,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(sheet) = self.state.calling.pages.get_mut(id) else {
            return;
        };
        sheet.facts.push(Known {
            at,
            fact: fact.clone(),
            by: by.cloned(),
            note: None,
        });
        let (run, person) = (sheet.run.clone(), sheet.to.clone());
        out.push(Effect::PageKnown(id.clone()));
        // Whoever says no to a task is heard by it: no other channel of theirs is tried for that.
        let refusal = *fact == PageFact::Declined;
        if refusal {
            self.note_on_task(id, fact, by, at, out);
        }
        match fact {
            PageFact::Acked => self.hear_answer(&run, &person, true, at, out),
            PageFact::Declined => self.hear_answer(&run, &person, false, at, out),
            PageFact::Seen => self.stop_legal_clocks(&run, &person, at, out),
            PageFact::Failed { .. } | PageFact::Expired | PageFact::NoWay { .. } => {
                self.try_next(id, at, out);
            }
            PageFact::Sent | PageFact::Accepted { .. } | PageFact::Delivered => {}
        }
        if !refusal {
            self.note_on_task(id, fact, by, at, out);
        }
    }

    /// A definite no: the next channel of the person, if there is one and it still matters.
    fn try_next(&mut self, id: &PageId, at: Time, out: &mut Effects) {
        let Some(sheet) = self.state.calling.pages.get_mut(id) else {
            return;
        };
        if !sheet.is_dead() {
            return;
        }
        let run = sheet.run.clone();
        self.take_rest(id, at, out);
        self.skip_dead_step(&run, at, out);
    }

    /// The next channel of a page's person, if there is one and it still matters.
    pub(crate) fn take_rest(&mut self, id: &PageId, at: Time, out: &mut Effects) {
        let Some(sheet) = self.state.calling.pages.get_mut(id) else {
            return;
        };
        let rest = std::mem::take(&mut sheet.rest);
        let (run, step, person) = (sheet.run.clone(), sheet.step, sheet.to.clone());
        let round = sheet.round;
        if self.is_wanted(id) && self.round_of(&run) == Some(round) {
            self.place_page(&run, step, &person, &rest, at, out);
        }
    }

    /// A page was visible to its own person: seen, and not answered.
    pub(crate) fn see_page(
        &mut self,
        act: &Act,
        id: &PageId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let sheet = self.state.calling.pages.get(id).ok_or(Why::NoSuchPage)?;
        if sheet.to != act.by {
            return Err(Why::NotYourPage);
        }
        if matches!(sheet.channel, Channel::Push | Channel::Desk) {
            self.hear_by_app(id, &PageFact::Seen, at, out);
        }
        self.page_known(id, &PageFact::Seen, None, at, out);
        Ok(())
    }

    /// What a person's own device says of a page is a receipt of its channel, as one of a gateway is.
    pub(crate) fn hear_by_app(
        &mut self,
        id: &PageId,
        fact: &PageFact,
        at: Time,
        out: &mut Effects,
    ) {
        self.note_proof(id, fact, at);
        if self.is_page_news(id, fact) {
            self.weigh_reach(id, fact, at, out);
        }
    }

    /// A person answers a page, or an officer on their word.
    pub(crate) fn answer_page(
        &mut self,
        act: &Act,
        (id, ack, means): (&PageId, bool, Means),
        reason: Option<&Seal>,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let sheet = self.state.calling.pages.get(id).ok_or(Why::NoSuchPage)?;
        let own = sheet.to == act.by;
        let may = own || (is_officer(act.role) && means.is_heard());
        if !may {
            return Err(Why::NotYourPage);
        }
        let by = (!own).then_some(&act.by);
        let by_app = own && matches!(sheet.channel, Channel::Push | Channel::Desk);
        let fact = if ack {
            PageFact::Acked
        } else {
            PageFact::Declined
        };
        if by_app && matches!(means, Means::App) {
            self.hear_by_app(id, &fact, at, out);
        }
        self.page_known(id, &fact, by, at, out);
        let sheet = self.state.calling.pages.get_mut(id);
        let known = sheet.and_then(|sheet| sheet.facts.last_mut());
        if let Some(known) = known.filter(|known| known.fact == fact && known.note.is_none()) {
            known.note = reason.cloned();
        }
        Ok(())
    }

    /// Forgets contacts that nothing is known of any more.
    pub(crate) fn sweep_contacts(&mut self, at: Time) {
        let longest = self.config.organisation.limits.iter();
        let longest = longest.map(|l| l.per_ms).max().unwrap_or(0);
        let known: BTreeSet<SituationId> = self.state.situations.list.keys().copied().collect();
        self.state.calling.contacts.retain(|_, contact| {
            contact.sends.retain(|sent| at.since_ms(*sent) < longest);
            contact.reds.retain(|id| known.contains(id));
            !(contact.sends.is_empty() && contact.reds.is_empty() && contact.held.is_empty())
        });
    }
}
