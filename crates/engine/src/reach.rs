//! Whether a channel still reaches an area. Where it does not, the next channels are taken and the
//! desk is told.
//!
//! A page counts once something is known of it: its person or their handset said so, its provider
//! said no, or nothing came in time although this channel's receipts do come elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use model::effect::SystemKind;
use model::page::Channel;
use model::{Effects, PageFact, PageId, PersonId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::page::Sheet;
use crate::timers::Due;

/// What went out lately on one channel to the people of one township.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reach {
    sent: Vec<(Time, PageId)>,
    pub(crate) collapsed: bool,
    due: Option<Time>,
}

/// Channels and areas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reaches {
    pub(crate) by_area: BTreeMap<(String, Channel), Reach>,
    /// Channels whose receipts were heard at least once: silence says something.
    pub(crate) reporting: BTreeSet<Channel>,
    /// Nobody listened for receipts before this.
    since: Option<Time>,
}

/// What a page says about its channel.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    Heard,
    Lost,
    Nothing,
}

fn is_heard(fact: &PageFact) -> bool {
    match fact {
        PageFact::Delivered | PageFact::Seen | PageFact::Acked | PageFact::Declined => true,
        PageFact::Sent
        | PageFact::Accepted { .. }
        | PageFact::Failed { .. }
        | PageFact::Expired => false,
    }
}

/// The name of a channel in an area in notices.
fn subject(township: &str, channel: Channel) -> String {
    format!("{}/{township}", channel.word())
}

impl Engine {
    /// The channels in the order they are tried: those that do not reach the person's area last.
    pub(crate) fn reaching_first(&self, person: &PersonId, channels: &[Channel]) -> Vec<Channel> {
        let lost = |channel: &Channel| {
            let township = self.township_of(person);
            township.is_some_and(|t| self.has_collapsed(t, *channel))
        };
        let (last, mut order): (Vec<Channel>, Vec<Channel>) =
            channels.iter().copied().partition(lost);
        order.extend(last);
        order
    }

    fn township_of(&self, person: &PersonId) -> Option<&str> {
        let place = *self.index.people.get(person)?;
        self.config.people[place as usize].township.as_deref()
    }

    fn has_collapsed(&self, township: &str, channel: Channel) -> bool {
        let reaches = &self.state.calling.reaches.by_area;
        let reach = reaches.get(&(township.to_owned(), channel));
        reach.is_some_and(|reach| reach.collapsed)
    }

    /// A page went out; it is looked at again when its receipt should be there.
    pub(crate) fn count_sent(
        &mut self,
        id: &PageId,
        person: &PersonId,
        channel: Channel,
        at: Time,
    ) {
        let collapse = self.config.organisation.collapse;
        if collapse.least == 0 {
            return;
        }
        let Some(township) = self.township_of(person).map(str::to_owned) else {
            return;
        };
        let key = (township, channel);
        let reach = self.state.calling.reaches.by_area.entry(key.clone());
        let reach = reach.or_default();
        reach.sent.push((at, id.clone()));
        if reach.due.is_none() {
            self.arm_reach(&key, Some(at.plus_ms(collapse.patience_ms)));
        }
    }

    /// More is known of a page that may say something of its channel.
    pub(crate) fn weigh_reach(
        &mut self,
        (person, channel): (&PersonId, Channel),
        fact: &PageFact,
        at: Time,
        out: &mut Effects,
    ) {
        if is_heard(fact) {
            self.state.calling.reaches.reporting.insert(channel);
        }
        if let Some(township) = self.township_of(person).map(str::to_owned) {
            self.judge_reach(&township, channel, at, out);
        }
    }

    /// Whether a channel reaches an area, as of what is known by now.
    pub(crate) fn judge_reach(
        &mut self,
        township: &str,
        channel: Channel,
        at: Time,
        out: &mut Effects,
    ) {
        let collapse = self.config.organisation.collapse;
        let key = (township.to_owned(), channel);
        let Some(reach) = self.state.calling.reaches.by_area.get_mut(&key) else {
            return;
        };
        let oldest = at.plus_ms(-collapse.within_ms);
        reach.sent.retain(|(sent, _)| *sent > oldest);
        let before = reach.collapsed;
        let sent = reach.sent.clone();
        let (known, heard) = self.count_words(&sent, channel, at);
        let enough = known >= u32::from(collapse.least);
        let lost = enough && heard * 100 < known * u32::from(collapse.percent);
        let edges = sent.iter().flat_map(|(sent, _)| {
            let ripe = self.listened_from(*sent).plus_ms(collapse.patience_ms);
            [ripe, sent.plus_ms(collapse.within_ms)]
        });
        let next = edges.filter(|edge| *edge > at).min();
        self.arm_reach(&key, next);
        if let Some(reach) = self.state.calling.reaches.by_area.get_mut(&key) {
            reach.collapsed = lost;
        }
        if next.is_none() && !lost {
            self.state.calling.reaches.by_area.remove(&key);
        }
        let name = subject(township, channel);
        self.notice(SystemKind::ChannelCollapsed, &name, lost, at, out);
        if lost && !before {
            for (_, page) in sent {
                if self.word_of(&page, channel, at) != Word::Heard {
                    self.take_rest(&page, at, out);
                }
            }
        }
    }

    /// People of whom something is known by these pages, and those of them who were reached.
    fn count_words(&self, sent: &[(Time, PageId)], channel: Channel, at: Time) -> (u32, u32) {
        let mut people: BTreeMap<&PersonId, bool> = BTreeMap::new();
        for (_, page) in sent {
            let Some(sheet) = self.state.calling.pages.get(page) else {
                continue;
            };
            match self.word_of(page, channel, at) {
                Word::Heard => {
                    people.insert(&sheet.to, true);
                }
                Word::Lost => {
                    people.entry(&sheet.to).or_insert(false);
                }
                Word::Nothing => {}
            }
        }
        let heard = people.values().filter(|heard| **heard).count();
        (people.len() as u32, heard as u32)
    }

    fn word_of(&self, page: &PageId, channel: Channel, at: Time) -> Word {
        let Some(sheet) = self.state.calling.pages.get(page) else {
            return Word::Nothing;
        };
        if sheet.facts.iter().any(|known| is_heard(&known.fact)) {
            return Word::Heard;
        }
        let patience_ms = self.config.organisation.collapse.patience_ms;
        let ripe = |sheet: &Sheet| {
            let sent = sheet.sent.map(|sent| self.listened_from(sent));
            sent.is_some_and(|sent| sent.plus_ms(patience_ms) <= at)
        };
        let reports = self.state.calling.reaches.reporting.contains(&channel);
        if sheet.is_dead() || (reports && ripe(sheet)) {
            Word::Lost
        } else {
            Word::Nothing
        }
    }

    /// From when on a receipt of something sent then could be heard.
    fn listened_from(&self, sent: Time) -> Time {
        let since = self.state.calling.reaches.since;
        since.map_or(sent, |since| since.max(sent))
    }

    /// After a start: what nobody could hear is not held against a channel.
    pub(crate) fn listen_anew(&mut self, at: Time) {
        self.state.calling.reaches.since = Some(at);
        let of_reaches = |due: &Due| matches!(due, Due::Reach { .. });
        let again = at.plus_ms(self.config.organisation.collapse.patience_ms);
        for due in self.state.timers.take(at, of_reaches) {
            if let Due::Reach { township, channel } = due {
                let key = (township, channel);
                if let Some(reach) = self.state.calling.reaches.by_area.get_mut(&key) {
                    reach.due = None;
                }
                self.arm_reach(&key, Some(again));
            }
        }
    }

    /// The deadline of a channel in an area came.
    pub(crate) fn reach_due(
        &mut self,
        township: &str,
        channel: Channel,
        at: Time,
        out: &mut Effects,
    ) {
        let key = (township.to_owned(), channel);
        let reach = self.state.calling.reaches.by_area.get(&key);
        if reach.is_some_and(|reach| reach.due == Some(at)) {
            self.judge_reach(township, channel, at, out);
        }
    }

    fn arm_reach(&mut self, key: &(String, Channel), due: Option<Time>) {
        let Some(reach) = self.state.calling.reaches.by_area.get_mut(key) else {
            return;
        };
        let old = std::mem::replace(&mut reach.due, due);
        if old == due {
            return;
        }
        let row = Due::Reach {
            township: key.0.clone(),
            channel: key.1,
        };
        if let Some(old) = old {
            self.state.timers.disarm(old, row.clone());
        }
        if let Some(due) = due {
            self.state.timers.arm(due, row);
        }
    }
}
