//! Cluster rules: k of n gauges hot within a distance, a township, a catchment or a zone. Cost falls
//! on a turn, not on a reading.

use std::collections::{BTreeMap, BTreeSet};

use model::config::{Config, Measure};
use model::{Effects, Fixed, Time};
use serde::{Deserialize, Serialize};

use crate::condition::Look;
use crate::engine::Engine;
use crate::index::Index;
use crate::measure::{Measured, Seen};

/// Which members of one cluster are hot, and how many hot ones each has near it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Heat {
    hot: Vec<bool>,
    near: Vec<u16>,
    /// Per member: when it turned and to what, as far back as readings may be late.
    #[serde(default)]
    turns: BTreeMap<u32, Vec<(Time, bool)>>,
    /// Hot ones that no good values alone have made so.
    #[serde(default)]
    unsure: BTreeSet<u32>,
}

/// More turns of one member than this are not remembered.
const MAX_TURNS: usize = 256;

/// Where a gauge turns hot and cool.
#[derive(Clone, Copy)]
struct Span {
    hot: Fixed,
    cool: Fixed,
}

impl Span {
    fn turn(self, was: bool, sum: Fixed) -> bool {
        sum >= self.hot || (was && sum >= self.cool)
    }

    /// Whether good values alone make a gauge hot.
    fn is_proven(self, seen: Seen) -> bool {
        matches!(seen.proven, Measured::Plain(sum) if sum >= self.hot)
    }
}

/// A member to be judged again after a flip: its watch, whether its condition is met, and whether by
/// good values alone.
pub(crate) struct Turned {
    pub(crate) watch: u32,
    pub(crate) met: bool,
    sure: bool,
}

impl Turned {
    fn seen(&self, doubtful: bool) -> Seen {
        Seen {
            measured: Measured::Plain(i64::from(self.met)),
            doubtful,
            proven: Measured::Plain(i64::from(self.met && self.sure)),
        }
    }
}

impl Heat {
    pub(crate) fn of(members: usize) -> Heat {
        Heat {
            hot: vec![false; members],
            near: vec![0; members],
            turns: BTreeMap::new(),
            unsure: BTreeSet::new(),
        }
    }

    pub(crate) fn is_hot(&self, member: u32) -> bool {
        self.hot[member as usize]
    }

    /// Sets one member without telling the neighbours to be judged; for taking over old state.
    pub(crate) fn set(&mut self, index: &Index, cluster: u32, member: u32, hot: bool) {
        if self.hot[member as usize] == hot {
            return;
        }
        self.hot[member as usize] = hot;
        for near in &index.clusters[cluster as usize].near[member as usize] {
            let count = &mut self.near[*near as usize];
            *count = if hot { *count + 1 } else { *count - 1 };
        }
    }

    /// The members near one that has just turned, in order of station id, with what they are now.
    fn around(&self, index: &Index, cluster: u32, member: u32, count: u16) -> Vec<Turned> {
        let members = &index.clusters[cluster as usize];
        let near = members.near[member as usize].iter();
        near.map(|near| Turned {
            watch: members.watches[*near as usize],
            met: self.hot[*near as usize] && self.near[*near as usize] >= count,
            sure: self.is_sure(&members.near[*near as usize], *near, count),
        })
        .collect()
    }

    /// Whether a member and enough of those near it are hot by good values.
    fn is_sure(&self, near: &[u32], member: u32, count: u16) -> bool {
        let sure = |m: &&u32| self.hot[**m as usize] && !self.unsure.contains(*m);
        self.unsure.is_empty()
            || (sure(&&member) && near.iter().filter(sure).count() >= usize::from(count))
    }

    pub(crate) fn is_unsure(&self, member: u32) -> bool {
        self.unsure.contains(&member)
    }

    /// Marks a member that is hot on doubtful values, or no more; says whether that is news.
    pub(crate) fn doubt(&mut self, member: u32, unsure: bool) -> bool {
        match unsure {
            true => self.unsure.insert(member),
            false => self.unsure.remove(&member),
        }
    }

    /// Remembers a turn for late readings.
    fn remember(&mut self, member: u32, time: Time, hot: bool, lateness_ms: i64) {
        if lateness_ms == 0 {
            return;
        }
        let turns = self.turns.entry(member).or_default();
        turns.push((time, hot));
        let oldest = time.plus_ms(-lateness_ms);
        let old = turns.partition_point(|(t, _)| *t < oldest);
        let spare = turns.len().saturating_sub(MAX_TURNS);
        turns.drain(..old.saturating_sub(1).max(spare));
    }

    /// Takes a state over: no late reading goes back behind `time`.
    pub(crate) fn settle(&mut self, member: u32, time: Time, hot: bool) {
        self.turns.insert(member, vec![(time, hot)]);
    }

    /// Whether a member was hot right after `time`, as far as is remembered.
    fn was_hot(&self, member: u32, time: Time) -> bool {
        let Some(turns) = self.turns.get(&member) else {
            return self.hot[member as usize];
        };
        let behind = turns.partition_point(|(t, _)| *t <= time);
        let before = behind.checked_sub(1).and_then(|place| turns.get(place));
        let first = turns.first().map(|(_, hot)| !hot);
        before.map(|(_, hot)| *hot).or(first).unwrap_or(false)
    }

    /// The members near one, with what they were right after `time`.
    fn around_then(
        &self,
        index: &Index,
        cluster: u32,
        member: u32,
        count: u16,
        time: Time,
    ) -> Vec<Turned> {
        let members = &index.clusters[cluster as usize];
        let near = members.near[member as usize].iter();
        let turned = |near: &u32| {
            let others = members.near[*near as usize].iter();
            let hot = others.filter(|other| self.was_hot(**other, time)).count();
            Turned {
                watch: members.watches[*near as usize],
                met: self.was_hot(*near, time) && hot >= usize::from(count),
                sure: true,
            }
        };
        near.map(turned).collect()
    }

    /// Forgets turns at or after `time`; says whether the member was hot before it.
    fn cool_before(&mut self, member: u32, time: Time) -> bool {
        let Some(turns) = self.turns.get_mut(&member) else {
            return self.hot[member as usize];
        };
        let behind = turns.partition_point(|(t, _)| *t < time);
        let first = turns.first().map(|(_, hot)| !hot);
        turns.truncate(behind);
        let last = turns.last().map(|(_, hot)| *hot);
        last.or(first).unwrap_or(false)
    }
}

fn span_of(config: &Config, watch: u32) -> Option<(Span, u16)> {
    let rule = config.watches[watch as usize].rule;
    match config.rules[rule.index()].measure {
        Measure::Cluster {
            hot, cool, count, ..
        } => Some((Span { hot, cool }, count)),
        Measure::Value
        | Measure::Sum { .. }
        | Measure::Rate { .. }
        | Measure::Rise { .. }
        | Measure::Extreme { .. }
        | Measure::Sums { .. }
        | Measure::Silence
        | Measure::Levels { .. }
        | Measure::Expression { .. }
        | Measure::Forecast { .. } => None,
    }
}

impl Engine {
    /// Whether this sum turns a member hot or cool; `None` where the watch is no member of a cluster.
    pub(crate) fn turns(&self, watch: u32, sum: Fixed) -> Option<bool> {
        let (cluster, member) = self.index.member_of.get(&watch)?;
        let (span, _) = span_of(&self.config, watch)?;
        let was = self.state.heat[*cluster as usize].is_hot(*member);
        Some(span.turn(was, sum) != was)
    }

    /// Takes what a member measures now. When it turns hot or cool, or good values bear out what
    /// doubtful ones made of it, its neighbours are judged.
    pub(crate) fn look_around(&mut self, watch: u32, seen: Seen, look: Look, out: &mut Effects) {
        let Some((cluster, member)) = self.index.member_of.get(&watch).copied() else {
            return;
        };
        let Some((span, _)) = span_of(&self.config, watch) else {
            return;
        };
        let heat = &mut self.state.heat[cluster as usize];
        let was = heat.is_hot(member);
        let now = span.turn(was, seen.measured.shown());
        let proven = span.is_proven(seen);
        if was && now && proven && heat.doubt(member, false) {
            return self.turn(watch, true, look, out);
        }
        // Doubt may make a gauge hot, with the mark; it never cools one.
        if now == was || (was && look.doubtful) {
            return;
        }
        heat.doubt(member, now && !proven);
        heat.remember(member, look.observed, now, self.index.lateness_ms);
        self.turn(watch, now, look, out);
    }

    /// Sets a member hot or cool and judges everybody near it.
    fn turn(&mut self, watch: u32, hot: bool, look: Look, out: &mut Effects) {
        let (Some((cluster, member)), Some((_, count))) = (
            self.index.member_of.get(&watch).copied(),
            span_of(&self.config, watch),
        ) else {
            return;
        };
        let heat = &mut self.state.heat[cluster as usize];
        heat.set(&self.index, cluster, member, hot);
        for near in heat.around(&self.index, cluster, member, count) {
            let seen = near.seen(look.doubtful);
            self.judge(near.watch, Look::of(seen, look.observed, look.at), out);
        }
    }

    /// A late reading: the member's turns are found again from it on; the neighbours are judged if
    /// it stands otherwise now.
    pub(crate) fn reheat(&mut self, watch: u32, late: Time, at: Time, out: &mut Effects) {
        let (Some((cluster, member)), Some((span, count))) = (
            self.index.member_of.get(&watch).copied(),
            span_of(&self.config, watch),
        ) else {
            return;
        };
        let lateness_ms = self.index.lateness_ms;
        let series = &self.state.series[self.config.watches[watch as usize].series.index()];
        let newest = series.watermark.unwrap_or(late);
        let places = series.place_of(late)..series.len();
        let seen = places.filter_map(|place| {
            let sample = series.get(place).filter(|s| s.is_valid())?;
            Some((sample.observed, self.measured(watch, place)?))
        });
        let seen: Vec<(Time, Seen)> = seen.collect();
        let heat = &mut self.state.heat[cluster as usize];
        let was = heat.is_hot(member);
        let stood = heat.was_hot(member, late);
        let (mut hot, mut on_doubts) = (heat.cool_before(member, late), false);
        let mut proven = !heat.unsure.contains(&member);
        for (observed, seen) in seen {
            let now = span.turn(hot, seen.measured.shown());
            if now != hot && !(hot && seen.doubtful) {
                heat.remember(member, observed, now, lateness_ms);
                (hot, on_doubts, proven) = (now, seen.doubtful, false);
            }
            proven |= span.is_proven(seen);
        }
        heat.doubt(member, hot && !proven);
        if late < newest && heat.was_hot(member, late) != stood {
            for near in heat.around_then(&self.index, cluster, member, count, late) {
                self.look_back(near.watch, near.seen(on_doubts), late, out);
            }
        }
        if hot != was {
            let nothing = Seen::of(Measured::Plain(0), !on_doubts);
            self.turn(watch, hot, Look::of(nothing, newest, at), out);
        }
    }
}
