//! Whether a channel still reaches a township. Where it reaches nobody, the desk is told, and whoever
//! is called on it there is called on the next channel at once.
//!
//! Nobody is reached when enough people were tried since the last receipt from there, and each of them
//! came to nothing: a definite no, or silence for longer than the channel's receipts usually take. Those
//! whose receipt may still come are waited for, and who has nothing to be called on there says nothing
//! of it. One receipt from there, of whomever, ends it.

use std::collections::{BTreeMap, BTreeSet};

use model::effect::SystemKind;
use model::page::Channel;
use model::view::LostReach;
use model::{Effects, PageFact, PageId, PersonId, RunId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::timers::Due;

/// Channels and what they reach.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reach {
    /// Township and channel by which nobody there is reached, and since when that is known.
    lost: BTreeMap<(String, Channel), Time>,
    /// Channels that brought a receipt at least once: their silence says something.
    reporting: BTreeSet<Channel>,
    /// Nobody listened for receipts just before this.
    listened: Option<Time>,
}

impl Reach {
    pub(crate) fn lost(&self) -> impl Iterator<Item = (&str, Channel)> {
        let keys = self.lost.keys();
        keys.map(|(township, channel)| (township.as_str(), *channel))
    }
}

/// The name of a channel in a township in notices.
fn subject(township: &str, channel: Channel) -> String {
    format!("{}/{township}", channel.word())
}

impl Engine {
    fn home_of(&self, person: &PersonId) -> Option<&str> {
        let place = *self.index.people.get(person)?;
        self.config.people[place as usize].township.as_deref()
    }

    /// Whether a channel is known to reach nobody where a person is.
    pub(crate) fn is_lost(&self, person: &PersonId, channel: Channel) -> bool {
        let lost = &self.state.calling.reach.lost;
        let township = self.home_of(person).filter(|_| !lost.is_empty());
        township.is_some_and(|township| lost.contains_key(&(township.to_owned(), channel)))
    }

    /// A page went out: its channel is looked at when the receipt should be there.
    pub(crate) fn expect_receipt(&mut self, person: &PersonId, channel: Channel, at: Time) {
        let collapse = &self.config.organisation.collapse;
        let due = at.plus_ms(collapse.patience_ms(channel));
        if collapse.least == 0 {
            return;
        }
        if let Some(township) = self.home_of(person).map(str::to_owned) {
            let row = Due::Reach { township, channel };
            self.state.timers.arm(due, row);
        }
    }

    /// Something came back of a page that nobody knew.
    pub(crate) fn weigh_reach(
        &mut self,
        id: &PageId,
        fact: &PageFact,
        at: Time,
        out: &mut Effects,
    ) {
        let calling = &mut self.state.calling;
        let Some(sheet) = calling.pages.get(id) else {
            return;
        };
        let (person, channel) = (sheet.to.clone(), sheet.channel);
        let receipt = matches!(fact, PageFact::Delivered | PageFact::Seen);
        let first = receipt && calling.reach.reporting.insert(channel);
        if let Some(township) = self.home_of(&person).map(str::to_owned) {
            match fact {
                PageFact::Delivered | PageFact::Seen | PageFact::Acked | PageFact::Declined => {
                    self.hear_from(&township, channel, at, out);
                }
                PageFact::Failed { .. } | PageFact::Expired => {
                    self.judge_reach(&township, channel, at, out);
                }
                PageFact::Sent | PageFact::Accepted { .. } | PageFact::NoWay { .. } => {}
            }
        }
        if first {
            // From now on silence tells, also the silence until now.
            let townships: Vec<String> = self.index.residents.keys().cloned().collect();
            for township in townships {
                self.judge_reach(&township, channel, at, out);
            }
        }
    }

    /// A receipt from a township: what was tried there before counts no more.
    pub(crate) fn hear_from(
        &mut self,
        township: &str,
        channel: Channel,
        at: Time,
        out: &mut Effects,
    ) {
        for person in self.residents(township, channel) {
            if let Some(proof) = self.state.calling.proofs.get_mut(&(person, channel)) {
                proof.start_over();
            }
        }
        self.find_again(township, channel, at, out);
    }

    fn find_again(&mut self, township: &str, channel: Channel, at: Time, out: &mut Effects) {
        let key = (township.to_owned(), channel);
        if self.state.calling.reach.lost.remove(&key).is_some() {
            let name = subject(township, channel);
            self.notice(SystemKind::ChannelLost, &name, false, at, out);
        }
    }

    /// Who can be called on a channel in a township.
    fn residents(&self, township: &str, channel: Channel) -> Vec<PersonId> {
        let places = self.index.residents.get(township).into_iter().flatten();
        let people = places.map(|place| &self.config.people[*place as usize]);
        let people = people.filter(|person| person.contacts.contains(&channel));
        people.map(|person| person.id.clone()).collect()
    }

    /// Whether a channel reaches anybody in a township, as of what is known by now.
    pub(crate) fn judge_reach(
        &mut self,
        township: &str,
        channel: Channel,
        at: Time,
        out: &mut Effects,
    ) {
        let collapse = &self.config.organisation.collapse;
        let patience_ms = collapse.patience_ms(channel);
        let (least, oldest) = (usize::from(collapse.least), at.plus_ms(-collapse.within_ms));
        let reach = &self.state.calling.reach;
        let key = (township.to_owned(), channel);
        if least == 0 || reach.lost.contains_key(&key) {
            return;
        }
        let ripe = |since: Time| {
            let since = reach.listened.map_or(since, |listened| listened.max(since));
            since.plus_ms(patience_ms)
        };
        let silence_tells = reach.reporting.contains(&channel);
        let (mut lost, mut open): (Vec<Time>, Vec<Time>) = (Vec::new(), Vec::new());
        for person in self.residents(township, channel) {
            let proof = self.state.calling.proofs.get(&(person, channel));
            let Some((since, failed)) = proof.and_then(|proof| proof.silent_after(oldest)) else {
                continue;
            };
            if failed || (silence_tells && ripe(since) <= at) {
                lost.push(since);
            } else {
                open.push(since);
            }
        }
        let next = open.iter().map(|since| ripe(*since)).min();
        if let Some(next) = next.filter(|next| *next > at) {
            let township = township.to_owned();
            self.state
                .timers
                .arm(next, Due::Reach { township, channel });
        }
        let first_open = open.iter().min();
        lost.retain(|since| first_open.is_none_or(|open| since < open));
        if lost.len() >= least {
            self.state.calling.reach.lost.insert(key, at);
            let name = subject(township, channel);
            self.notice(SystemKind::ChannelLost, &name, true, at, out);
            self.leave_channel(township, channel, at, out);
        }
    }

    /// Whoever waits for a page on a channel in a township is called on the next one: once in a run,
    /// however many of its pages wait, and not on a channel that is being tried already.
    fn leave_channel(&mut self, township: &str, channel: Channel, at: Time, out: &mut Effects) {
        let calling = &self.state.calling;
        let mut waiting: BTreeMap<(&RunId, &PersonId), (u8, u16, &PageId)> = BTreeMap::new();
        for (id, sheet) in &calling.pages {
            let waits = sheet.channel == channel
                && !sheet.rest.is_empty()
                && !sheet.was_heard()
                && self.home_of(&sheet.to) == Some(township)
                && self.is_wanted(id);
            if waits {
                let page = (sheet.round, sheet.step, id);
                let newest = waiting.entry((&sheet.run, &sheet.to)).or_insert(page);
                *newest = page.max(*newest);
            }
        }
        let newest: Vec<PageId> = waiting.into_values().map(|(.., id)| id.clone()).collect();
        for id in newest {
            self.spare_tried(&id);
            self.take_rest(&id, at, out);
        }
    }

    /// Takes channels that are being tried for the same person in the same round off what is left.
    fn spare_tried(&mut self, id: &PageId) {
        let pages = &self.state.calling.pages;
        let Some(sheet) = pages.get(id) else {
            return;
        };
        let run = self.state.calling.runs.get(&sheet.run);
        let others = run.into_iter().flat_map(|run| &run.pages);
        let others = others.filter_map(|page| pages.get(page));
        let tried = others
            .filter(|other| other.to == sheet.to && other.round == sheet.round && !other.is_dead());
        let tried: BTreeSet<Channel> = tried.map(|other| other.channel).collect();
        if let Some(sheet) = self.state.calling.pages.get_mut(id) {
            sheet.rest.retain(|channel| !tried.contains(channel));
        }
    }

    /// After a start: what nobody could hear is not held against a channel.
    pub(crate) fn listen_anew(&mut self, at: Time) {
        self.state.calling.reach.listened = Some(at);
        let of_reach = |due: &Due| matches!(due, Due::Reach { .. });
        for due in self.state.timers.take(at, of_reach) {
            if let Due::Reach { channel, .. } = due {
                let patience_ms = self.config.organisation.collapse.patience_ms(channel);
                self.state.timers.arm(at.plus_ms(patience_ms), due);
            }
        }
    }

    /// After new files: townships, people and channels may be gone.
    pub(crate) fn review_reach(&mut self, at: Time, out: &mut Effects) {
        let none = self.config.organisation.collapse.least == 0;
        let lost: Vec<_> = self.state.calling.reach.lost.keys().cloned().collect();
        for (township, channel) in lost {
            if none || self.residents(&township, channel).is_empty() {
                self.find_again(&township, channel, at, out);
            }
        }
    }

    /// Where channels reach nobody, and who was tried there in vain, longest first.
    pub fn lost_reach(&self) -> Vec<LostReach> {
        let lost = self.state.calling.reach.lost.iter();
        let lost = lost.map(|((township, channel), since)| {
            let mut people: Vec<(Time, PersonId)> = Vec::new();
            for person in self.residents(township, *channel) {
                let proof = self.state.calling.proofs.get(&(person.clone(), *channel));
                let silent = proof.and_then(|proof| proof.silent_after(Time::MIN));
                people.extend(silent.map(|(since, _)| (since, person)));
            }
            people.sort();
            LostReach {
                township: township.clone(),
                channel: *channel,
                since: *since,
                people: people.into_iter().map(|(_, person)| person).collect(),
            }
        });
        lost.collect()
    }
}
