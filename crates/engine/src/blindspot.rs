//! Blind spots: a gauge gone quiet where its neighbours are in alarm, inside an active rain cell, or
//! under a weather warning.
//!
//! The verdict belongs to the ground, not to the gauge: it changes when the neighbours' alarms do,
//! and only then are the quiet gauges there looked at.

use std::collections::{BTreeMap, BTreeSet};

use model::config::Measure;
use model::effect::SystemKind;
use model::field::AreaRef;
use model::{Effects, Level, OpId, Time};
use serde::{Deserialize, Serialize};

use crate::blind_alarm::number_of;
use crate::engine::Engine;
use crate::ground::ROOT;

/// By place (catchment, else township): who is in alarm there, and who is quiet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Danger {
    /// Worst level of each station in alarm.
    active: BTreeMap<u32, BTreeMap<u32, u8>>,
    /// Stations with a watched series that is stale.
    quiet: BTreeMap<u32, BTreeSet<u32>>,
    /// How bad a blind spot there is; absent where there is none.
    verdicts: BTreeMap<u32, u8>,
    /// Stations that are blind spots, with their level.
    blind: BTreeMap<u32, u8>,
}

/// What a blind spot may hide.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cause {
    /// What the alarm of this watch is about.
    Alarm(u32),
    /// What this warning is about.
    Weather(OpId),
}

impl Engine {
    /// The alarm of a watch changed: its station may be in more or less danger now.
    pub(crate) fn note_danger(&mut self, watch: u32, at: Time, out: &mut Effects) {
        if !self.config.policy.blind_spot.is_on() {
            return;
        }
        let station = self.station_slot(watch);
        let worst = self.station_level(station);
        let place = self.index.ground.leaf(station);
        if place != ROOT {
            let row = self.state.danger.active.entry(place).or_default();
            let before = row.get(&station).copied().unwrap_or(0);
            if worst > 0 {
                row.insert(station, worst);
            } else {
                row.remove(&station);
            }
            if before != worst {
                self.judge_place(place, at, out);
            }
        }
        self.judge_blindness(station, at, out);
        if let Some((cluster, member)) = self.index.member_of.get(&watch).copied() {
            let members = &self.index.clusters[cluster as usize];
            let near = members.near[member as usize].iter();
            let near = near.map(|n| members.watches[*n as usize]);
            let stations: Vec<u32> = near.map(|w| self.station_slot(w)).collect();
            for other in stations {
                self.look_for_blindness(other, at, out);
            }
        }
    }

    /// The worst level at which a station's alarms say what is, 0 for none.
    fn station_level(&self, station: u32) -> u8 {
        self.worst_watch(station).map_or(0, |(level, _)| level)
    }

    /// How bad a blind spot in a place would be; all its quiet gauges are judged when that changes.
    fn judge_place(&mut self, place: u32, at: Time, out: &mut Effects) {
        let least = usize::from(self.config.policy.blind_spot.neighbours);
        let danger = &mut self.state.danger;
        let row = danger.active.get(&place);
        let worst = row.filter(|row| least > 0 && row.len() >= least);
        let worst = worst.and_then(|row| row.values().max().copied());
        let verdict = worst.map_or(0, below);
        let before = danger.verdicts.get(&place).copied().unwrap_or(0);
        if before == verdict {
            return;
        }
        if verdict == 0 {
            danger.verdicts.remove(&place);
        } else {
            danger.verdicts.insert(place, verdict);
        }
        let quiet = danger.quiet.get(&place).cloned().unwrap_or_default();
        for station in quiet {
            self.judge_blindness(station, at, out);
        }
        if before == 0 {
            self.watch_the_silent(place, at);
        }
    }

    /// Gauges that report only above a start level have no freshness deadline of their own; in
    /// danger they get one.
    pub(crate) fn watch_the_silent(&mut self, place: u32, at: Time) {
        self.watch_silent(self.index.ground.silent(place).to_vec(), at);
    }

    fn watch_silent(&mut self, slots: Vec<u32>, at: Time) {
        for slot in slots {
            if !self.state.series[slot as usize].quiet {
                self.guard(slot, at);
            }
        }
    }

    /// Whether anybody in the place of a station is in danger, or the weather is warned of there.
    pub(crate) fn is_endangered(&self, station: u32) -> bool {
        let place = self.index.ground.leaf(station);
        self.state.danger.verdicts.contains_key(&place) || self.weather_level(station) > 0
    }

    /// The weather over an area is warned of, or no more: its quiet gauges are judged.
    pub(crate) fn judge_weather(&mut self, area: &AreaRef, at: Time, out: &mut Effects) {
        if self.config.policy.blind_spot.weather.is_none() {
            return;
        }
        let ground = &self.index.ground;
        let quiet = self.state.danger.quiet.values().flatten();
        let quiet: Vec<u32> = quiet
            .copied()
            .filter(|station| ground.lies_in(*station, area))
            .collect();
        let silent = ground.all_silent();
        let silent: Vec<u32> = silent
            .filter(|slot| ground.lies_in(self.config.series[*slot as usize].station.0, area))
            .filter(|slot| self.weather_level(self.config.series[*slot as usize].station.0) > 0)
            .collect();
        for station in quiet {
            self.judge_blindness(station, at, out);
        }
        self.watch_silent(silent, at);
    }

    /// A watched series of a station went stale, or was heard again.
    pub(crate) fn look_for_blindness(&mut self, station: u32, at: Time, out: &mut Effects) {
        if !self.config.policy.blind_spot.is_on() {
            return;
        }
        let place = self.index.ground.leaf(station);
        let quiet = self.is_station_quiet(station);
        let row = self.state.danger.quiet.entry(place).or_default();
        if quiet {
            row.insert(station);
        } else {
            row.remove(&station);
        }
        self.judge_blindness(station, at, out);
    }

    fn is_station_quiet(&self, station: u32) -> bool {
        let watches = self.index.ground.watches(station).iter();
        let mut series = watches.map(|w| self.config.watches[*w as usize].series);
        series.any(|slot| self.state.series[slot.index()].quiet)
    }

    /// Begins, changes or ends the blind spot at a station.
    fn judge_blindness(&mut self, station: u32, at: Time, out: &mut Effects) {
        let place = self.index.ground.leaf(station);
        let row = self.state.danger.quiet.get(&place);
        let quiet = row.is_some_and(|row| row.contains(&station));
        let level = if quiet && self.station_level(station) == 0 {
            let verdict = self.state.danger.verdicts.get(&place);
            let near = self.cell_level(station);
            let forecast = self.weather_level(station);
            verdict.copied().unwrap_or(0).max(near).max(forecast)
        } else {
            0
        };
        let before = self.state.danger.blind.get(&station).copied().unwrap_or(0);
        let stands = self.state.alarms.get(&number_of(station));
        if before == level && stands.map_or(0, |alarm| alarm.level) == level {
            return;
        }
        let subject = self.config.stations[station as usize].id.clone();
        if level == 0 {
            self.state.danger.blind.remove(&station);
        } else {
            self.state.danger.blind.insert(station, level);
        }
        self.move_blind_spot(station, level, at, out);
        self.notice_at(
            SystemKind::BlindSpot,
            &subject,
            Level::from_digit(level),
            at,
            out,
        );
    }

    /// What a blind spot at a station may hide: what its worst neighbour is in alarm about, else what
    /// is warned of.
    pub(crate) fn cause_of(&self, station: u32) -> Option<Cause> {
        let danger = &self.state.danger;
        let place = self.index.ground.leaf(station);
        let row = danger.active.get(&place);
        let row = row.filter(|_| danger.verdicts.contains_key(&place));
        let inside = row.into_iter().flatten();
        let inside = inside.filter_map(|(other, _)| self.worst_watch(*other));
        let worst = inside.chain(self.near_in_cells(station));
        let worst = worst.map(|(level, watch)| (std::cmp::Reverse(level), watch));
        if let Some((_, watch)) = worst.min() {
            return Some(Cause::Alarm(watch));
        }
        self.worst_warning(station).map(Cause::Weather)
    }

    /// The worst alarm of a station that says what is, with its level.
    fn worst_watch(&self, station: u32) -> Option<(u8, u32)> {
        let watches = self.index.ground.watches(station).iter();
        let levels = watches.filter_map(|watch| {
            let rule = &self.config.rules[self.config.watches[*watch as usize].rule.index()];
            let says_what_is = !rule.forecast && rule.measure != Measure::Silence;
            let alarm = self.state.alarms.get(watch)?;
            let level = alarm.level;
            (says_what_is && level > 0).then_some((level, *watch))
        });
        levels.min_by_key(|(level, watch)| (std::cmp::Reverse(*level), *watch))
    }

    /// The alarms of the rain cells that reach over a station, with their levels.
    fn near_in_cells(&self, station: u32) -> impl Iterator<Item = (u8, u32)> + '_ {
        let on = self.config.policy.blind_spot.neighbours > 0;
        let watches = self
            .index
            .ground
            .watches(station)
            .iter()
            .filter(move |_| on);
        let cells = watches.filter_map(move |watch| self.index.member_of.get(watch));
        cells.flat_map(move |(cluster, member)| {
            let members = &self.index.clusters[*cluster as usize];
            let near = members.near[*member as usize].iter();
            near.filter_map(move |near| {
                let watch = members.watches[*near as usize];
                let level = self.state.alarms.get(&watch)?.level;
                (level > 0).then_some((level, watch))
            })
        })
    }

    /// After a start: what a snapshot of an older engine holds of blind spots has no alarm yet.
    pub(crate) fn judge_the_blind(&mut self, at: Time, out: &mut Effects) {
        let blind: Vec<u32> = self.state.danger.blind.keys().copied().collect();
        for station in blind {
            self.judge_blindness(station, at, out);
        }
    }

    /// One level below the worst of the rain cells that reach over a station.
    fn cell_level(&self, station: u32) -> u8 {
        let worst = self.near_in_cells(station).map(|(level, _)| level).max();
        worst.map_or(0, below)
    }

    /// Makes everything anew from series and alarms, after slots changed their meaning. Notices
    /// that stand stay until what they say is over.
    pub(crate) fn rebuild_danger(&mut self, at: Time, out: &mut Effects) {
        let stations: BTreeMap<&str, u32> = self
            .config
            .stations
            .iter()
            .enumerate()
            .map(|(n, s)| (s.id.as_str(), n as u32))
            .collect();
        let standing = self.state.notices.keys();
        let standing = standing.filter(|(kind, _)| *kind == SystemKind::BlindSpot);
        let standing: Vec<String> = standing.map(|(_, subject)| subject.clone()).collect();
        let mut blind = BTreeMap::new();
        let mut gone = Vec::new();
        for subject in standing {
            let key = (SystemKind::BlindSpot, subject.clone());
            let level = self.state.notice_levels.get(&key).map_or(1, |l| l.digit());
            match stations.get(subject.as_str()) {
                Some(station) => {
                    blind.insert(*station, level);
                }
                None => gone.push(subject),
            }
        }
        self.state.danger = Danger {
            blind,
            ..Danger::default()
        };
        for subject in gone {
            self.notice_at(SystemKind::BlindSpot, &subject, None, at, out);
        }
        let on = self.config.policy.blind_spot.is_on();
        let mut slots: BTreeSet<u32> = BTreeSet::new();
        if on {
            let alarms = self.state.alarms.iter().filter(|(_, a)| a.is_active());
            slots.extend(alarms.map(|(watch, _)| self.station_slot(*watch)));
        }
        for station in slots {
            let place = self.index.ground.leaf(station);
            let worst = self.station_level(station);
            if place != ROOT && worst > 0 {
                let row = self.state.danger.active.entry(place).or_default();
                row.insert(station, worst);
            }
        }
        let places: Vec<u32> = self.state.danger.active.keys().copied().collect();
        for (slot, series) in self.state.series.iter().enumerate() {
            if on && series.quiet {
                let station = self.config.series[slot].station.0;
                if !self.index.ground.watches(station).is_empty() && self.is_station_quiet(station)
                {
                    let place = self.index.ground.leaf(station);
                    let row = self.state.danger.quiet.entry(place).or_default();
                    row.insert(station);
                }
            }
        }
        for place in places {
            self.judge_place(place, at, out);
        }
        let blind: Vec<u32> = self.state.danger.blind.keys().copied().collect();
        for station in blind {
            self.judge_blindness(station, at, out);
        }
        let standing = self.state.weather.values().filter(|w| !w.ended);
        let areas: Vec<AreaRef> = standing.map(|w| w.area.clone()).collect();
        for area in areas {
            self.judge_weather(&area, at, out);
        }
    }
}

/// One level below, but never none.
pub(crate) fn below(level: u8) -> u8 {
    level.saturating_sub(1).max(Level::Blue.digit())
}
