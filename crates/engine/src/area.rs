//! Cluster rules: k of n gauges hot within a distance, a township, a catchment or a zone. Cost falls
//! on a turn, not on a reading.

use std::collections::{BTreeMap, BTreeSet};

use model::config::{Config, Measure};
use model::{Effect, Effects, Fixed, SeriesSlot, Time};
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
    /// Members nobody sees: they count neither as hot nor as cool.
    #[serde(default)]
    dark: BTreeSet<u32>,
    /// How many of those each member has near it, where any.
    #[serde(default)]
    dim: BTreeMap<u32, u16>,
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

/// A member to be judged again after a flip: its watch, whether its condition is met (absent where too
/// few are seen to say), and whether by good values alone.
pub(crate) struct Turned {
    pub(crate) watch: u32,
    pub(crate) met: Option<bool>,
    sure: bool,
}

impl Turned {
    fn seen(&self, met: bool, doubtful: bool) -> Seen {
        Seen {
            measured: Measured::Plain(i64::from(met)),
            doubtful,
            proven: Measured::Plain(i64::from(met && self.sure)),
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
            dark: BTreeSet::new(),
            dim: BTreeMap::new(),
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
        if self.dark.contains(&member) {
            return;
        }
        for near in &index.clusters[cluster as usize].near[member as usize] {
            let count = &mut self.near[*near as usize];
            *count = if hot { *count + 1 } else { *count - 1 };
        }
    }

    /// Takes a member out of sight, or back into it; says whether that is news.
    pub(crate) fn darken(&mut self, index: &Index, cluster: u32, member: u32, dark: bool) -> bool {
        let news = match dark {
            true => self.dark.insert(member),
            false => self.dark.remove(&member),
        };
        if !news {
            return false;
        }
        for near in &index.clusters[cluster as usize].near[member as usize] {
            let dim = self.dim.entry(*near).or_default();
            *dim = if dark { *dim + 1 } else { *dim - 1 };
            if *dim == 0 {
                self.dim.remove(near);
            }
            if self.hot[member as usize] {
                let count = &mut self.near[*near as usize];
                *count = if dark { *count - 1 } else { *count + 1 };
            }
        }
        true
    }

    /// Whether a member is hot with enough others around it; absent where that hangs on those nobody
    /// sees.
    fn verdict(&self, member: u32, count: u16) -> Option<bool> {
        if self.dark.contains(&member) {
            return None;
        }
        let (seen, hot) = (self.near[member as usize], self.hot[member as usize]);
        let dim = self.dim.get(&member).copied().unwrap_or(0);
        match hot && seen < count {
            true if seen.saturating_add(dim) >= count => None,
            true => Some(false),
            false => Some(hot),
        }
    }

    /// The members near one that has just turned, in order of station id, with what they are now.
    fn around(&self, index: &Index, cluster: u32, member: u32, count: u16) -> Vec<Turned> {
        let members = &index.clusters[cluster as usize];
        let near = members.near[member as usize].iter();
        near.map(|near| self.turned(index, cluster, *near, count))
            .collect()
    }

    fn turned(&self, index: &Index, cluster: u32, member: u32, count: u16) -> Turned {
        let members = &index.clusters[cluster as usize];
        Turned {
            watch: members.watches[member as usize],
            met: self.verdict(member, count),
            sure: self.is_sure(&members.near[member as usize], member, count),
        }
    }

    /// Whether a member and enough of those near it are hot by good values.
    fn is_sure(&self, near: &[u32], member: u32, count: u16) -> bool {
        let sure = |m: &&u32| {
            self.hot[**m as usize] && !self.unsure.contains(*m) && !self.dark.contains(*m)
        };
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
                met: Some(self.was_hot(*near, time) && hot >= usize::from(count)),
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
            return self.look_warily(watch, look, out);
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
        let around = heat.around(&self.index, cluster, member, count);
        self.judge_all(around, look, out);
    }

    fn judge_all(&mut self, around: Vec<Turned>, look: Look, out: &mut Effects) {
        for near in around {
            match near.met {
                Some(met) => {
                    let seen = near.seen(met, look.doubtful);
                    self.judge(near.watch, Look::of(seen, look.observed, look.at), out);
                    self.see_area(near.watch, look.at, out);
                }
                None => self.lose_area(near.watch, look.at, out),
            }
        }
    }

    /// After it was unknown or in doubt a member wants two good readings in a row before it lowers
    /// anything, and the second may turn nothing.
    fn look_warily(&mut self, watch: u32, look: Look, out: &mut Effects) {
        let condition = &self.state.conditions[watch as usize];
        if (condition.wary == 0 && !condition.is_unknown()) || look.doubtful {
            return;
        }
        let (Some((cluster, member)), Some((_, count))) = (
            self.index.member_of.get(&watch).copied(),
            span_of(&self.config, watch),
        ) else {
            return;
        };
        let heat = &self.state.heat[cluster as usize];
        let own = heat.turned(&self.index, cluster, member, count);
        self.judge_all(vec![own], look, out);
    }

    /// Whether nobody sees the gauge of a member: unheard of, beyond its horizon, out of service.
    fn is_member_dark(&self, watch: u32) -> bool {
        let slot = self.config.watches[watch as usize].series;
        let series = &self.state.series[slot.index()];
        let station = self.config.series[slot.index()].station.0;
        series.unknown || series.heard.is_none() || self.is_out_of_service(station)
    }

    /// Whether a watch is unknown where too few gauges around it are seen.
    pub(crate) fn counts_sight(&self, watch: u32) -> bool {
        let rule = self.config.watches[watch as usize].rule;
        self.config.rules[rule.index()].unknown_when_stale
            && self.index.member_of.contains_key(&watch)
    }

    /// A series is lost from sight or seen again: the areas it is in are judged as far as those that
    /// are seen can say.
    pub(crate) fn judge_sight(&mut self, slot: SeriesSlot, at: Time, out: &mut Effects) {
        let (first, end) = self.index.watches[slot.index()];
        let observed = self.state.series[slot.index()].watermark.unwrap_or(at);
        for watch in first..end {
            let (Some((cluster, member)), Some((_, count)), true) = (
                self.index.member_of.get(&watch).copied(),
                span_of(&self.config, watch),
                self.counts_sight(watch),
            ) else {
                continue;
            };
            let dark = self.is_member_dark(watch);
            let heat = &mut self.state.heat[cluster as usize];
            if heat.darken(&self.index, cluster, member, dark) {
                let around = heat.around(&self.index, cluster, member, count);
                let nothing = Seen::good(Measured::Plain(0));
                self.judge_all(around, Look::of(nothing, observed, at), out);
            }
        }
    }

    /// A station is taken out of service, or put back.
    pub(crate) fn judge_station_sight(&mut self, station: u32, at: Time, out: &mut Effects) {
        let watches = self.index.ground.watches(station).iter();
        let slots = watches.map(|watch| self.config.watches[*watch as usize].series);
        let slots: BTreeSet<SeriesSlot> = slots.collect();
        for slot in slots {
            self.judge_sight(slot, at, out);
        }
    }

    /// Who is seen, from what is known of every series; judges nobody.
    pub(crate) fn recount_sight(&mut self) {
        let members = self.index.member_of.iter();
        let members: Vec<(u32, (u32, u32))> = members.map(|(w, m)| (*w, *m)).collect();
        for (watch, (cluster, member)) in members {
            if self.counts_sight(watch) {
                let dark = self.is_member_dark(watch);
                self.state.heat[cluster as usize].darken(&self.index, cluster, member, dark);
            }
        }
    }

    /// Too few gauges around are seen to say anything: what stands stays.
    fn lose_area(&mut self, watch: u32, at: Time, out: &mut Effects) {
        if self.state.conditions.is_idle(watch) {
            return;
        }
        let alarm = self.state.alarms.get(&watch).filter(|a| a.is_active());
        match alarm.map(|alarm| alarm.sight_lost) {
            Some(false) => self.lose_sight_of(watch, at, out),
            Some(true) | None => {
                let condition = &mut self.state.conditions[watch as usize];
                let deadlines = condition.deadlines();
                condition.freeze(at);
                self.rearm(watch, deadlines);
            }
        }
    }

    /// Enough of them are seen again.
    fn see_area(&mut self, watch: u32, at: Time, out: &mut Effects) {
        if !self.counts_sight(watch) {
            return;
        }
        let Some(alarm) = self.state.alarms.get_mut(&watch).filter(|a| a.sight_lost) else {
            return;
        };
        alarm.sight_lost = false;
        out.push(Effect::Alarm(self.index.keys[watch as usize]));
        self.touch(watch, at, out);
        self.end_sight_notice(self.config.watches[watch as usize].series.0, at, out);
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
                if let Some(met) = near.met {
                    self.look_back(near.watch, near.seen(met, on_doubts), late, out);
                }
            }
        }
        if hot != was {
            let nothing = Seen::of(Measured::Plain(0), !on_doubts);
            self.turn(watch, hot, Look::of(nothing, newest, at), out);
        }
    }
}
