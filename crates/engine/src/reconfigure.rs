//! Another config takes over: what still means the same keeps its state, by name and not by slot.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::config::{Bound, Clause, Config, Delays, Measure, Misses, Rule, Watch};
use model::{Effects, Level, SeriesSlot, Time};

use crate::condition::Condition;
use crate::engine::Engine;
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

impl Engine {
    /// Takes over what is known under `next`. Running clocks go on where the condition's meaning is
    /// the same; a level whose bound is gone ends at the next reading.
    pub(crate) fn reconfigure(&mut self, next: Arc<Config>, at: Time, out: &mut Effects) {
        if *next == *self.config {
            return;
        }
        let mut old = std::mem::replace(self, Engine::new(next));
        self.take_by_name(&mut old);
        self.take_series(&old);
        self.take_conditions(&old, at, out);
        self.take_alarms(&old);
        self.rearm_all(at);
        self.recount(&old, at, out);
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

    fn take_conditions(&mut self, old: &Engine, at: Time, out: &mut Effects) {
        let places: BTreeMap<_, usize> = old
            .config
            .watches
            .iter()
            .enumerate()
            .map(|(n, watch)| (watch_name(&old.config, watch), n))
            .collect();
        let config = Arc::clone(&self.config);
        for (slot, watch) in config.watches.iter().enumerate() {
            let Some(place) = places.get(&watch_name(&config, watch)) else {
                continue;
            };
            let rule = &config.rules[watch.rule.index()];
            let old_watch = &old.config.watches[*place];
            let old_rule = &old.config.rules[old_watch.rule.index()];
            if !looks_alike(&config, rule, &old.config, old_rule) {
                continue;
            }
            self.take_heat(old, *place, slot);
            let watermark = self.state.series[watch.series.index()].watermark;
            let mut condition = old.state.conditions[*place].clone();
            let level = condition.level();
            let now = watermark.unwrap_or(at);
            condition.keep_only(watch.bounds_at(now));
            for level in Level::ALL {
                if clock_of(watch, rule, level, now) != clock_of(old_watch, old_rule, level, now) {
                    condition.restart(level);
                }
            }
            if (rule, &watch.bounds, &watch.versions)
                != (old_rule, &old_watch.bounds, &old_watch.versions)
            {
                // Another text never rewrites what was decided under the old one.
                condition.settle_at(watermark.unwrap_or(Time::MIN));
            }
            let kept = condition.level();
            self.state.conditions[slot] = condition;
            if let Some(alarm) = old.state.alarms.get(&(*place as u32)) {
                self.state.alarms.insert(slot as u32, alarm.clone());
            }
            if let Some(samples) = old.state.evidence.get(&(*place as u32)) {
                self.state.evidence.insert(slot as u32, samples.clone());
            }
            if kept != level {
                self.change_level(slot as u32, level, kept, at, at, out);
            }
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
            heat.settle(*m, since.unwrap_or(Time::MIN), hot);
        }
    }

    /// Alarms whose condition means something else now stay as they were until a person ends them.
    fn take_alarms(&mut self, old: &Engine) {
        for (watch, alarm) in &old.state.alarms {
            let key = old.index.keys[*watch as usize];
            if let Some(slot) = self.index.watch_of.get(&key)
                && !self.state.alarms.contains_key(slot)
                && self.state.conditions[*slot as usize] == Condition::default()
                && !alarm.is_active()
            {
                self.state.alarms.insert(*slot, alarm.clone());
            }
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

    fn rearm_all(&mut self, at: Time) {
        for watch in 0..self.config.watches.len() as u32 {
            self.rearm(watch, [None; 4]);
            self.listen_again(watch, at);
            let ack = self.state.alarms.get(&watch).and_then(|a| a.ack.as_ref());
            if let Some(until) = ack.and_then(|a| a.lease_until) {
                self.state.timers.arm(until, Due::Lease { watch });
            }
        }
        for slot in 0..self.config.series.len() {
            if self.state.series[slot].heard.is_some() && !self.config.series[slot].silence_normal {
                self.state.series[slot].guarded = true;
                self.state.timers.arm(
                    at,
                    Due::Freshness {
                        series: slot as u32,
                    },
                );
            }
        }
    }
}
