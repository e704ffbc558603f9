//! The workload's storm over a county of twelve townships: what the desk hears of it.
//!
//! 200,000 readings and thousands of changes of level must become few situations and few notices,
//! and no first orange or red may be without a line that names it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod day;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::{Admission, Engine};
use model::config::{Area, AreaKind, Text};
use model::effect::NoticeReason;
use model::{Config, Effect, Effects, Input, SituationId, Time};

const TEN_MINUTES: i64 = 600_000;

/// Lays the stations over twelve townships, four across and three down, of 20,000 people each.
fn townships(config: &mut Config) {
    let places: Vec<(i32, i32)> = config
        .stations
        .iter()
        .filter_map(|s| s.position_e6)
        .collect();
    let bounds = |pick: fn(&(i32, i32)) -> i32| {
        let (least, most) = (
            places.iter().map(pick).min().unwrap(),
            places.iter().map(pick).max().unwrap(),
        );
        (i64::from(least), i64::from(most) + 1)
    };
    let (lon, lat) = (bounds(|p| p.0), bounds(|p| p.1));
    let cell = |value: i32, (least, most): (i64, i64), parts: i64| {
        (i64::from(value) - least) * parts / (most - least)
    };
    for station in &mut config.stations {
        let (x, y) = station.position_e6.unwrap();
        let n = cell(x, lon, 4) + 4 * cell(y, lat, 3);
        station.township = Some(format!("T{n:02}"));
    }
    config.areas = (0..12)
        .map(|n| Area {
            code: format!("T{n:02}"),
            kind: AreaKind::Township,
            title: Text::same(&format!("T{n:02}")),
            parent: None,
            people: 20_000,
        })
        .collect();
}

/// What the desk would hear and see.
#[derive(Default)]
struct Desk {
    transitions: u64,
    raised: u64,
    told: Vec<(Time, NoticeReason)>,
    open: BTreeMap<SituationId, String>,
    seen: BTreeSet<SituationId>,
    most_open: BTreeMap<String, usize>,
    nameless: u64,
    by_minute: BTreeMap<i64, u64>,
}

impl Desk {
    fn hear(&mut self, engine: &Engine, effects: &Effects) {
        for effect in effects.as_slice() {
            match effect {
                Effect::Transition(t) => {
                    self.transitions += 1;
                    *self.by_minute.entry(t.time.ms() / 60_000).or_default() += 1;
                    self.raised += u64::from(t.prev == 0);
                }
                Effect::Annunciate { at, reason, .. } => self.told.push((*at, *reason)),
                Effect::Situation(id) => self.look(engine, *id),
                Effect::Alarm(key) => {
                    let alarm = engine.alarm_view(*key).unwrap();
                    if alarm.level >= 3 {
                        let named = alarm.situation.and_then(|id| engine.situation_view(id));
                        let named = named.is_some_and(|s| s.members.contains(key));
                        self.nameless += u64::from(!named);
                    }
                }
                Effect::Series(_)
                | Effect::Task { .. }
                | Effect::Command { .. }
                | Effect::Incident(_)
                | Effect::Deliver { .. }
                | Effect::System { .. }
                | Effect::Suppression(_)
                | Effect::LateEvidence(_)
                | Effect::Weather(_)
                | Effect::Event(_)
                | Effect::Page(_)
                | Effect::Run { .. }
                | Effect::PageKnown(_)
                | Effect::Duty(_)
                | Effect::Answer(_) => {}
            }
        }
    }

    fn look(&mut self, engine: &Engine, id: SituationId) {
        self.seen.insert(id);
        let view = engine.situation_view(id);
        let lasting = view.filter(|s| !s.closed && s.merged_into.is_none() && s.level > 0);
        match lasting {
            Some(view) => self.open.insert(id, view.hazard),
            None => self.open.remove(&id),
        };
        let mut count: BTreeMap<&String, usize> = BTreeMap::new();
        for hazard in self.open.values() {
            *count.entry(hazard).or_default() += 1;
        }
        for (hazard, open) in count {
            let most = self.most_open.entry(hazard.clone()).or_default();
            *most = open.max(*most);
        }
    }

    /// Most notices in any ten minutes that begin in the busiest hour, and of the whole day.
    fn busiest(&self) -> (usize, usize) {
        let minutes: Vec<i64> = self.by_minute.keys().copied().collect();
        let of_hour = |from: i64| -> u64 {
            let hour = self.by_minute.range(from..from + 60);
            hour.map(|(_, n)| n).sum()
        };
        let worst = minutes.iter().copied().max_by_key(|m| of_hour(*m)).unwrap();
        let within = |from: i64| {
            let window = from..from + TEN_MINUTES;
            self.told
                .iter()
                .filter(|(at, _)| window.contains(&at.ms()))
                .count()
        };
        let begins = self.told.iter().map(|(at, _)| at.ms());
        let in_hour = |ms: &i64| (worst * 60_000..(worst + 60) * 60_000).contains(ms);
        (
            begins
                .clone()
                .filter(in_hour)
                .map(within)
                .max()
                .unwrap_or(0),
            begins.map(within).max().unwrap_or(0),
        )
    }
}

#[test]
fn a_storm_over_twelve_townships_is_few_situations_and_few_notices() {
    let place = tempfile::tempdir().unwrap();
    let Some(folder) = day::generated(place.path()) else {
        return;
    };
    let mut config = day::county(&folder, place.path());
    townships(&mut config);
    let config = Arc::new(config);
    let mut engine = Engine::new(Arc::clone(&config));
    let mut desk = Desk::default();
    let mut now = Time::MIN;
    let mut readings = 0u64;
    for (visible, candidate) in day::readings(&folder, &config) {
        now = now.max(visible);
        if let Admission::Accept(observed) = engine.admit(&candidate, now) {
            let mut out = Effects::default();
            engine.apply(now, &Input::Observed(observed), &mut out);
            desk.hear(&engine, &out);
            readings += 1;
        }
    }
    let (worst_hour, day) = desk.busiest();
    let load = engine.load_view();
    println!(
        "{readings} readings, {} transitions, {} alarms raised, {} situations, {} notices: {:.0} changes a notice",
        desk.transitions,
        desk.raised,
        desk.seen.len(),
        desk.told.len(),
        desk.transitions as f64 / desk.told.len() as f64
    );
    println!(
        "most situations open at once {:?}; most notices in ten minutes {worst_hour} in the worst hour, {day} in the day; {load:?}",
        desk.most_open
    );
    assert!(readings > 190_000);
    assert!(
        desk.most_open.values().all(|open| *open <= 6),
        "{:?}",
        desk.most_open
    );
    assert!(worst_hour <= 10, "{worst_hour} notices in ten minutes");
    assert_eq!(desk.nameless, 0, "oranges or reds that no line names");
    assert_eq!(load.all_told, desk.told.len() as u64);
}
