//! Another config takes over: what still means the same keeps its state, by name and not by slot.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::config::{Config, Watch};
use model::{Effects, SeriesSlot, Time};

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

impl Engine {
    /// Takes over what is known under `next`. Running clocks go on where the condition's meaning is
    /// the same; a level whose bound is gone ends at the next reading.
    pub(crate) fn reconfigure(&mut self, next: Arc<Config>, at: Time, out: &mut Effects) {
        if *next == *self.config {
            return;
        }
        let old = std::mem::replace(self, Engine::new(next));
        self.take_series(&old);
        self.take_conditions(&old, at, out);
        self.take_alarms(&old);
        self.state.commands = old.state.commands;
        self.state.answers = old.state.answers;
        self.state.notices = old.state.notices;
        self.state.swept_day = old.state.swept_day;
        let mut timers = old.state.timers;
        timers.retain(|(_, due)| matches!(due, Due::Task { .. }));
        while let Some((due_at, due)) = timers.pop(Time::from_ms(i64::MAX)) {
            self.state.timers.arm(due_at, due);
        }
        self.rearm_all(at);
    }

    fn take_series(&mut self, old: &Engine) {
        let places: BTreeMap<_, usize> = (0..old.config.series.len())
            .map(|n| (series_name(&old.config, n), n))
            .collect();
        for slot in 0..self.config.series.len() {
            if let Some(place) = places.get(&series_name(&self.config, slot)) {
                let mut series = old.state.series[*place].clone();
                series.rewindow(&self.index.windows[slot]);
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
            let old_rule = &old.config.rules[old.config.watches[*place].rule.index()];
            if (&rule.measure, rule.side) != (&old_rule.measure, old_rule.side) {
                continue;
            }
            self.take_heat(old, *place, slot);
            let mut condition = old.state.conditions[*place].clone();
            let level = condition.level();
            condition.keep_only(&watch.bounds);
            let kept = condition.level();
            self.state.conditions[slot] = condition;
            if let Some(alarm) = old.state.alarms.get(&(*place as u32)) {
                self.state.alarms.insert(slot as u32, alarm.clone());
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
            self.state.heat[*c as usize].set(&self.index, *c, *m, hot);
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

    fn rearm_all(&mut self, at: Time) {
        for watch in 0..self.config.watches.len() as u32 {
            self.rearm(watch, [None; 4]);
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
