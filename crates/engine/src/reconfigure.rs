//! Another config takes over: what still means the same keeps its state, by name and not by slot.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::config::{Bound, Clause, Config, Delays, Measure, Misses, Rule, Watch};
use model::effect::SystemKind;
use model::{AlarmKey, Effect, Effects, Level, SeriesSlot, Time};

use crate::blind_alarm;
use crate::condition::Condition;
use crate::engine::Engine;
use crate::evidence::Witness;
use crate::series::Sample;
use crate::timers::Due;

/// What makes a series the same series: station, quantity and how its values are written.
fn series_name(config: &Config, slot: usize) -> (&str, &str, u8) {
    let slot = SeriesSlot(slot as u32);
    let quantity = config.quantity_of(slot);
    (
        &config.station_of(slot).id,
        &quantity.id,
        quantity.decimals.0,
    )
}

fn watch_name<'a>(config: &'a Config, watch: &Watch) -> (&'a str, (&'a str, &'a str, u8)) {
    (
        &config.rules[watch.rule.index()].id,
        series_name(config, watch.series.index()),
    )
}

/// Whether two rules of two configs look at the same thing the same way. Rules that others name
/// are compared by their ids: slots change with every file that comes or goes.
fn looks_alike(config: &Config, rule: &Rule, old: &Config, old_rule: &Rule) -> bool {
    if rule.side != old_rule.side {
        return false;
    }
    let (Measure::Levels { clauses }, Measure::Levels { clauses: others }) =
        (&rule.measure, &old_rule.measure)
    else {
        return rule.measure == old_rule.measure;
    };
    let named = |clauses: &[Option<Clause>; 4], config: &Config| {
        let terms = |terms: &[model::config::Term]| -> Vec<(String, Level, bool)> {
            let term = |t: &model::config::Term| {
                let id = config.rules[t.rule.index()].id.clone();
                (id, t.level, t.upstream)
            };
            terms.iter().map(term).collect()
        };
        let clause = |c: &Option<Clause>| {
            c.as_ref()
                .map(|c| [terms(&c.all), terms(&c.any), terms(&c.none)])
        };
        clauses.each_ref().map(clause)
    };
    named(clauses, config) == named(others, old)
}

/// What the clocks of one level run by: its bound in force and its delays.
fn clock_of(
    watch: &Watch,
    rule: &Rule,
    level: Level,
    now: Time,
) -> (Option<Bound>, Delays, i64, Option<Misses>) {
    let bound = watch.bounds_at(now)[level.index()];
    let delays = rule.delays[level.index()];
    (bound, delays, rule.min_hold_ms, rule.misses)
}

/// A watch with its rule.
type Text<'a> = (&'a Watch, &'a Rule);

fn is_same_text((watch, rule): Text<'_>, (old_watch, old_rule): Text<'_>) -> bool {
    rule == old_rule && watch.bounds == old_watch.bounds && watch.versions == old_watch.versions
}

/// Brings a condition under another text: what stands goes on, a clock runs on only where what it runs
/// by is the same. Says whether anything about it is another.
fn take_over(
    condition: &mut Condition,
    alike: bool,
    (watch, rule): Text<'_>,
    (old_watch, old_rule): Text<'_>,
    now: Time,
) -> bool {
    let mut is_other = !alike || rule.season != old_rule.season;
    if !alike {
        // The worst of one measure is nothing to compare another with.
        condition.peak = None;
    }
    if !watch.is_bare() {
        condition.keep_only(watch.bounds_at(now));
    }
    for level in Level::ALL {
        let clock = clock_of(watch, rule, level, now);
        if !alike || clock != clock_of(old_watch, old_rule, level, now) {
            condition.restart(level);
            is_other = true;
        }
    }
    is_other
}

impl Engine {
    /// Takes over what is known under `next`. Running clocks go on where the condition's text is the
    /// same. Where it is another, what stands goes on, and the newest reading is judged by it at once.
    pub(crate) fn reconfigure(&mut self, next: Arc<Config>, at: Time, out: &mut Effects) {
        if *next == *self.config {
            return;
        }
        let mut old = std::mem::replace(self, Engine::new(next));
        self.take_by_name(&mut old);
        self.take_series(&old);
        self.recount_sight();
        let anew = self.take_conditions(&old, at, out);
        self.rearm_all(at);
        self.recount(&old, at, out);
        self.review_sight(at, out);
        self.look_anew(&anew, at, out);
        self.review_reach(at, out);
    }

    /// What does not stand by slots is taken as it is.
    fn take_by_name(&mut self, old: &mut Engine) {
        let (new, old) = (&mut self.state, &mut old.state);
        new.commands = std::mem::take(&mut old.commands);
        new.answers = std::mem::take(&mut old.answers);
        new.notices = std::mem::take(&mut old.notices);
        new.notice_levels = std::mem::take(&mut old.notice_levels);
        new.owners = std::mem::take(&mut old.owners);
        new.weather = std::mem::take(&mut old.weather);
        new.events = std::mem::take(&mut old.events);
        new.situations = std::mem::take(&mut old.situations);
        new.ledger = std::mem::take(&mut old.ledger);
        new.incidents = std::mem::take(&mut old.incidents);
        new.load = std::mem::take(&mut old.load);
        new.calling = std::mem::take(&mut old.calling);
        new.duty = std::mem::take(&mut old.duty);
        new.duty.wound = false;
        new.calling.plans.wound = false;
        (new.swept_day, new.last_at) = (old.swept_day, old.last_at);
        new.timers = std::mem::take(&mut old.timers);
        new.timers.retain(|due| match due {
            Due::Task { .. }
            | Due::Command { .. }
            | Due::Suppression { .. }
            | Due::Situation { .. }
            | Due::Decision { .. }
            | Due::Report { .. }
            | Due::Weather { .. }
            | Due::Duty { .. }
            | Due::Run { .. }
            | Due::Contact { .. }
            | Due::Reach { .. }
            | Due::Plan { .. }
            | Due::Load => true,
            Due::Level { .. }
            | Due::Freshness { .. }
            | Due::Lease { .. }
            | Due::Rest { .. }
            | Due::Silence { .. }
            | Due::Calm { .. } => false,
        });
    }

    fn take_series(&mut self, old: &Engine) {
        let places: BTreeMap<_, usize> = (0..old.config.series.len())
            .map(|n| (series_name(&old.config, n), n))
            .collect();
        for slot in 0..self.config.series.len() {
            if let Some(place) = places.get(&series_name(&self.config, slot)) {
                let mut series = old.state.series[*place].clone();
                let checked = !self.config.series[slot].checks.is_empty();
                series.rewindow(&self.index.windows[slot]);
                series.equip(self.index.reach[slot], checked);
                series.guarded = false;
                self.state.series[slot] = series;
            }
        }
    }

    /// Takes conditions with their alarms; gives the watches whose text is new or another.
    fn take_conditions(&mut self, old: &Engine, at: Time, out: &mut Effects) -> Vec<u32> {
        let places: BTreeMap<_, usize> = old
            .config
            .watches
            .iter()
            .enumerate()
            .map(|(n, watch)| (watch_name(&old.config, watch), n))
            .collect();
        let config = Arc::clone(&self.config);
        let (mut anew, mut renamed, mut moved) = (Vec::new(), BTreeMap::new(), Vec::new());
        let keys = self.index.keys.clone();
        for (slot, watch) in config.watches.iter().enumerate() {
            let named = places.get(&watch_name(&config, watch)).copied();
            // The alarm is the same whatever its values are: it goes on where they are others now.
            let key = &keys[slot];
            let known = named.or_else(|| old.index.watch_of.get(key).map(|place| *place as usize));
            let Some(place) = known else {
                anew.push(slot as u32);
                continue;
            };
            let rule = &config.rules[watch.rule.index()];
            let old_watch = &old.config.watches[place];
            let old_rule = &old.config.rules[old_watch.rule.index()];
            let (text, old_text) = ((watch, rule), (old_watch, old_rule));
            let alike = named.is_some() && looks_alike(&config, rule, &old.config, old_rule);
            let watermark = self.state.series[watch.series.index()].watermark;
            let mut condition = old.state.conditions[place].clone();
            let level = condition.level();
            if named.is_some() {
                self.take_heat(old, place, slot);
            } else {
                condition.leave_values(at);
            }
            if take_over(
                &mut condition,
                alike,
                text,
                old_text,
                watermark.unwrap_or(at),
            ) {
                anew.push(slot as u32);
            }
            if named.is_none() || !is_same_text(text, old_text) {
                // Another text never rewrites what was decided under the old one.
                condition.settle_at(watermark.unwrap_or(Time::MIN));
            }
            let kept = condition.level();
            self.state.conditions[slot] = condition;
            if let Some(alarm) = old.state.alarms.get(&(place as u32)) {
                self.state.alarms.insert(slot as u32, alarm.clone());
                if old.index.keys[place] != *key {
                    renamed.insert(old.index.keys[place], *key);
                }
            }
            let samples = old.state.evidence.get(&(place as u32));
            if let Some(samples) = samples.filter(|_| named.is_some()) {
                self.state.evidence.insert(slot as u32, samples.clone());
                moved.push((place as u32, slot as u32));
            }
            if kept != level {
                self.change_level(slot as u32, level, kept, at, at, out);
            }
        }
        self.take_blind_spots(old, &mut moved);
        self.take_witnesses(old, &moved);
        self.rename(&renamed);
        anew
    }

    /// Blind spots stand by stations; of one that is named no more nothing is left.
    fn take_blind_spots(&mut self, old: &Engine, moved: &mut Vec<(u32, u32)>) {
        let stations = self.config.stations.iter().zip(0u32..);
        let slots: BTreeMap<&str, u32> = stations.map(|(s, n)| (s.id.as_str(), n)).collect();
        for (old_number, alarm) in old.state.alarms.range(blind_alarm::FIRST..) {
            let old_number = *old_number;
            let station = old.station_id(old_number);
            if let Some(slot) = slots.get(station.as_str()) {
                let number = blind_alarm::number_of(*slot);
                self.state.alarms.insert(number, alarm.clone());
                moved.push((old_number, number));
            }
        }
    }

    /// What other series said goes on where they are the same.
    fn take_witnesses(&mut self, old: &Engine, moved: &[(u32, u32)]) {
        if old.state.witnesses.is_empty() {
            return;
        }
        let slots = 0..self.config.series.len();
        let slots = slots.map(|slot| (series_name(&self.config, slot), slot));
        let slots: BTreeMap<_, usize> = slots.collect();
        for (before, now) in moved {
            let said = old.state.witnesses.get(before).into_iter().flatten();
            let kept = said.filter_map(|witness| {
                let name = series_name(&old.config, witness.series as usize);
                Some(Witness {
                    series: *slots.get(&name)? as u32,
                    samples: witness.samples.clone(),
                })
            });
            let kept: Vec<Witness> = kept.collect();
            if !kept.is_empty() {
                self.state.witnesses.insert(*now, kept);
            }
        }
    }

    /// A hazard is part of the key of an alarm: what names one by an old key names it by the new one.
    fn rename(&mut self, renamed: &BTreeMap<AlarmKey, AlarmKey>) {
        if renamed.is_empty() {
            return;
        }
        let follow = |key: &mut AlarmKey| *key = renamed.get(key).copied().unwrap_or(*key);
        for command in self.state.commands.values_mut() {
            command.alarm.iter_mut().for_each(follow);
            command.noted.iter_mut().for_each(follow);
            // Its episode is another now, so what waited to be acknowledged stays unread.
            command
                .shown
                .iter_mut()
                .for_each(|shown| follow(&mut shown.alarm));
        }
        for entry in self.state.ledger.entries.values_mut() {
            entry.alarm.iter_mut().for_each(|(key, _)| follow(key));
            let stood = std::mem::take(&mut entry.stood).into_iter();
            entry.stood = stood
                .map(|(mut key, level)| {
                    follow(&mut key);
                    (key, level)
                })
                .collect();
            let risen = std::mem::take(&mut entry.risen).into_iter();
            entry.risen = risen
                .map(|mut key| {
                    follow(&mut key);
                    key
                })
                .collect();
        }
        for alarm in self.state.alarms.values_mut() {
            alarm.duplicate_of.iter_mut().for_each(follow);
        }
        for situation in self.state.situations.list.values_mut() {
            follow(&mut situation.first);
            follow(&mut situation.newest);
        }
    }

    fn take_heat(&mut self, old: &Engine, place: usize, slot: usize) {
        let (old_member, member) = (
            old.index.member_of.get(&(place as u32)),
            self.index.member_of.get(&(slot as u32)),
        );
        if let (Some((oc, om)), Some((c, m))) = (old_member, member) {
            let hot = old.state.heat[*oc as usize].is_hot(*om);
            let series = self.config.watches[slot].series;
            let since = self.state.series[series.index()].watermark;
            let heat = &mut self.state.heat[*c as usize];
            heat.set(&self.index, *c, *m, hot);
            heat.doubt(*m, old.state.heat[*oc as usize].is_unsure(*om));
            heat.settle(*m, since.unwrap_or(Time::MIN), hot);
        }
    }

    /// An alarm that nothing looks at any more has lost sight; one that is looked at again has it back.
    fn review_sight(&mut self, at: Time, out: &mut Effects) {
        let active = self.state.alarms.iter().filter(|(_, a)| a.is_active());
        let active = active.filter(|(watch, _)| self.rule_behind(**watch).is_some());
        let active: Vec<(u32, bool)> = active.map(|(w, a)| (*w, a.sight_lost)).collect();
        for (watch, lost) in active {
            let spec = &self.config.watches[watch as usize];
            let rule = &self.config.rules[spec.rule.index()];
            let slot = spec.series;
            let series = &mut self.state.series[slot.index()];
            let by_readings = !matches!(rule.measure, Measure::Levels { .. } | Measure::Silence);
            let unheard = series.heard.is_none() && by_readings;
            if !lost && (spec.is_bare() || unheard) {
                series.unknown |= unheard;
                self.lose_sight_of(watch, at, out);
            } else if lost && !spec.is_bare() && !series.unknown && series.heard.is_some() {
                self.regain_sight(slot.0, at, out);
            }
        }
    }

    pub(crate) fn lose_sight_of(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let condition = &mut self.state.conditions[watch as usize];
        let deadlines = condition.deadlines();
        condition.freeze(at);
        self.rearm(watch, deadlines);
        if let Some(alarm) = self.state.alarms.get_mut(&watch) {
            alarm.sight_lost = true;
        }
        out.push(Effect::Alarm(self.index.keys[watch as usize]));
        self.touch(watch, at, out);
        let station = self.station_id(watch);
        self.notice(SystemKind::SightLost, &station, true, at, out);
    }

    /// Holds new texts against the newest readings, as far as these still say what is. What begins by
    /// that begins now: no text decides about a time before it was in force.
    fn look_anew(&mut self, watches: &[u32], at: Time, out: &mut Effects) {
        for watch in watches {
            let spec = &self.config.watches[*watch as usize];
            let slot = spec.series;
            let newest = self.state.series[slot.index()].newest();
            // Silence has a deadline of its own, and what others say is not said by this series.
            let says = newest.is_some_and(Sample::is_valid) && !self.is_beyond_horizon(slot, at);
            let measure = &self.config.rules[spec.rule.index()].measure;
            if matches!(measure, Measure::Levels { .. }) {
                self.ask_later(*watch, at);
            } else if says && *measure != Measure::Silence {
                self.look_from(*watch, slot, at, at, out);
            }
        }
        for watch in watches {
            let slot = self.config.watches[*watch as usize].series;
            let since = self.state.series[slot.index()].watermark;
            let since = since.unwrap_or(Time::MIN);
            if !self.state.conditions.is_idle(*watch) {
                self.state.conditions[*watch as usize].settle_at(since);
            }
            self.settle_heat(*watch, since);
        }
    }

    fn settle_heat(&mut self, watch: u32, since: Time) {
        if let Some((cluster, member)) = self.index.member_of.get(&watch) {
            let heat = &mut self.state.heat[*cluster as usize];
            let hot = heat.is_hot(*member);
            heat.settle(*member, since, hot);
        }
    }

    /// A silence watch is looked at at once; it may have waited under other bounds.
    fn listen_again(&mut self, watch: u32, at: Time) {
        let spec = &self.config.watches[watch as usize];
        let heard = self.state.series[spec.series.index()].heard;
        if self.config.rules[spec.rule.index()].measure == Measure::Silence && heard.is_some() {
            self.state.silences.insert(watch, at);
            self.state.timers.arm(at, Due::Silence { watch });
        }
    }

    /// Arms what stands by slots anew. After a start silence goes on waiting for sources.
    fn rearm_all(&mut self, at: Time) {
        let settled = self.state.situations.hold_until.map_or(at, |t| t.max(at));
        for watch in 0..self.config.watches.len() as u32 {
            self.rearm(watch, [None; 4]);
            self.listen_again(watch, settled);
        }
        for (watch, alarm) in &self.state.alarms {
            if let Some(until) = alarm.ack.as_ref().and_then(|a| a.lease_until) {
                self.state.timers.arm(until, Due::Lease { watch: *watch });
            }
        }
        for slot in 0..self.config.series.len() {
            if self.state.series[slot].heard.is_some() {
                self.state.series[slot].guarded = true;
                self.state.timers.arm(
                    settled,
                    Due::Freshness {
                        series: slot as u32,
                    },
                );
            }
        }
    }
}
