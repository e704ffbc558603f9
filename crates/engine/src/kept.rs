//! What new files no longer name though an alarm stands on it.
//!
//! It stays in the config that is put into force, without bounds: nothing is asked of it any more, and
//! its alarm has lost sight. The first config after a person has ended that goes without it.

use std::collections::BTreeSet;

use model::config::{Config, Measure, Rule, Series, Station, Watch};
use model::{AlarmKey, RuleSlot, SeriesSlot, StationSlot};

use crate::engine::Engine;

/// What an alarm stands on: rule, station and quantity.
fn ground_of<'a>(config: &'a Config, watch: &Watch) -> (&'a str, &'a str, &'a str) {
    (
        &config.rules[watch.rule.index()].id,
        &config.station_of(watch.series).id,
        &config.quantity_of(watch.series).id,
    )
}

fn key_of(config: &Config, watch: &Watch) -> AlarmKey {
    let rule = &config.rules[watch.rule.index()];
    let station = config.station_of(watch.series);
    AlarmKey::of(&config.code, &rule.id, &station.id, &rule.hazard)
}

/// The place of the first that `is`, or of the one made behind all others.
fn place_of<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> usize {
    let known = list.iter().position(is);
    known.unwrap_or_else(|| {
        list.push(make());
        list.len() - 1
    })
}

impl Engine {
    /// `next` with what it does not name though an open alarm stands on it.
    pub fn keeping_open(&self, mut next: Config) -> Config {
        let open = self.state.alarms.iter().filter(|(_, a)| !a.closed);
        let open: Vec<&Watch> = open
            .filter(|(watch, _)| self.rule_behind(**watch).is_some())
            .map(|(watch, _)| &self.config.watches[*watch as usize])
            .collect();
        if open.is_empty() {
            return next;
        }
        let named: BTreeSet<_> = next.watches.iter().map(|w| ground_of(&next, w)).collect();
        let keys: BTreeSet<AlarmKey> = next.watches.iter().map(|w| key_of(&next, w)).collect();
        let is_gone = |watch: &&&Watch| {
            let ground = ground_of(&self.config, watch);
            !named.contains(&ground) && !keys.contains(&key_of(&self.config, watch))
        };
        let gone: Vec<&Watch> = open.iter().filter(is_gone).copied().collect();
        for watch in gone {
            self.keep(watch, &mut next);
        }
        next.watches.sort_by_key(|watch| watch.series);
        next
    }

    fn keep(&self, watch: &Watch, next: &mut Config) {
        let rule = &self.config.rules[watch.rule.index()];
        let series = &self.config.series[watch.series.index()];
        let station = self.config.station_of(watch.series);
        let quantity = self.config.quantity_of(watch.series);
        let rule = place_of(
            &mut next.rules,
            |r| r.id == rule.id,
            || Rule {
                // What it looked at may be named no more either.
                measure: Measure::Value,
                ..rule.clone()
            },
        );
        let station = place_of(
            &mut next.stations,
            |s| s.id == station.id,
            || Station {
                upstream: Vec::new(),
                ..station.clone()
            },
        );
        let station = StationSlot(station as u32);
        let quantity = place_of(
            &mut next.quantities,
            |q| q.id == quantity.id,
            || quantity.clone(),
        ) as u16;
        let series = place_of(
            &mut next.series,
            |s| (s.station, s.quantity) == (station, quantity),
            || Series {
                station,
                quantity,
                checks: Vec::new(),
                ..series.clone()
            },
        );
        next.watches.push(Watch {
            rule: RuleSlot(rule as u16),
            series: SeriesSlot(series as u32),
            ..Watch::default()
        });
    }
}
