//! The typhoon day: what every station of the county reports at every minute.
//!
//! A pure function of seed and minute; who starts in the middle reckons from the beginning and
//! arrives at the same values. It sends nothing.

use std::sync::Arc;

use model::Time;

use crate::county::{County, Post, Quantity};
use crate::flood::{Flood, is_weak};
use crate::noise::{mix, unit};
use crate::weather::Weather;

/// When the typhoon day begins: midnight in the county.
pub const START: &str = "2026-08-21T00:00:00+08:00";

/// How many times as fast as the wall the demonstration's clock runs.
pub const FACTOR: f64 = 20.0;

/// Minutes before its start in which the stations are heard already, so that no map is empty.
pub const LEAD: i64 = 30;

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;

/// One reading as a station sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Slot of the station in the county.
    pub station: usize,
    pub quantity: Quantity,
    pub observed: Time,
    /// When the station gets it out, a few seconds later.
    pub sent: Time,
    /// Decimal text with exactly the quantity's decimals.
    pub value: String,
}

/// A gauge that the storm takes out for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Slot of the station.
    pub station: usize,
    /// First and last minute without a word.
    pub from: i64,
    pub to: i64,
}

/// The night, reckoned as far as it was asked for.
#[derive(Clone, Debug)]
pub struct Storm {
    county: Arc<County>,
    start: Time,
    weather: Weather,
    flood: Flood,
    silences: Vec<Silence>,
}

impl Storm {
    /// The typhoon day over a county, beginning at `start`.
    pub fn new(county: Arc<County>, start: Time) -> Storm {
        let weather = Weather::new(county.seed);
        let flood = Flood::new(&county);
        let silences = silences(&county);
        Storm {
            county,
            start,
            weather,
            flood,
            silences,
        }
    }

    /// The county it goes over.
    pub fn county(&self) -> &Arc<County> {
        &self.county
    }

    /// The minute of the night an instant lies in; negative before its start.
    pub fn minute_of(&self, at: Time) -> i64 {
        at.since_ms(self.start).div_euclid(MINUTE_MS)
    }

    /// The instant at which a minute of the night begins.
    pub fn instant(&self, minute: i64) -> Time {
        self.start.plus_ms(minute * MINUTE_MS)
    }

    /// Gauges that fall silent, with when.
    pub fn silences(&self) -> &[Silence] {
        &self.silences
    }

    /// Everything observed in one minute of the night, in the order in which it is sent.
    pub fn readings(&mut self, minute: i64) -> Vec<Reading> {
        if minute < -LEAD {
            return Vec::new();
        }
        self.flood.reach(&self.county, &self.weather, minute.max(0));
        let observed = self.instant(minute);
        let mut readings = Vec::new();
        for (slot, station) in self.county.stations.iter().enumerate() {
            if self
                .silences
                .iter()
                .any(|s| s.station == slot && (s.from..=s.to).contains(&minute))
            {
                continue;
            }
            for (quantity, every) in station.post.senses() {
                if minute.rem_euclid(*every) != self.phase(slot, *every) {
                    continue;
                }
                let value = self.value(slot, *quantity, minute, *every);
                let wait = mix(self.county.seed, &[0xde, slot as u64, minute as u64]) % 55_000;
                readings.push(Reading {
                    station: slot,
                    quantity: *quantity,
                    observed,
                    sent: observed.plus_ms(2_000 + wait as i64),
                    value: model::Decimals(quantity.decimals()).show(value),
                });
            }
        }
        readings.sort_by_key(|reading| (reading.sent, reading.station, reading.quantity));
        readings
    }

    /// The minute of its interval in which a station reports, so that not all do at once.
    fn phase(&self, station: usize, every: i64) -> i64 {
        (mix(self.county.seed, &[0xfa, station as u64]) % every as u64) as i64
    }

    /// A value in steps of its quantity's decimals.
    fn value(&self, slot: usize, quantity: Quantity, minute: i64, every: i64) -> i64 {
        let station = &self.county.stations[slot];
        let noise = |size: f64| {
            let hash = mix(
                self.county.seed,
                &[0x70, slot as u64, quantity as u64, minute as u64],
            );
            (unit(hash) - 0.5) * 2.0 * size
        };
        let value = match quantity {
            Quantity::Rain => self
                .weather
                .caught_mm(slot as u64, station.at, minute, every),
            Quantity::WaterLevel => self.flood.at(slot, minute) + noise(0.012),
            Quantity::Outflow => station
                .post
                .dammed_river()
                .map_or(0.0, |river| self.flood.outflow(river, minute)),
            Quantity::Displacement => {
                let rest = 3.0 * unit(mix(self.county.seed, &[0xd1, slot as u64]));
                rest + self.flood.at(slot, minute) + noise(0.15)
            }
            Quantity::Gas => gas(slot, minute, &self.county) + noise(0.3),
        };
        let steps = value.max(0.0)
            * if quantity.decimals() == 2 {
                100.0
            } else {
                10.0
            };
        steps.round() as i64
    }
}

/// A trace of gas at rest; one filling station leaks for a quarter of an hour before dawn.
fn gas(slot: usize, minute: i64, county: &County) -> f64 {
    let rest = 0.4 + 1.2 * unit(mix(county.seed, &[0x9a, slot as u64]));
    let first = county.stations.iter().position(|s| s.post == Post::Gas);
    let leaks = first.is_some_and(|first| slot == first + 5) && (262..278).contains(&minute);
    if leaks { 23.0 } else { rest }
}

/// Which gauges the storm takes out: two rain gauges under the first cloudburst, a river gauge after
/// it has risen over its warning stage, a brook and a slope that is moving.
fn silences(county: &County) -> Vec<Silence> {
    let core = crate::place::Km::of_degrees(120.775, 29.315);
    let nearest = |wanted: &dyn Fn(usize, &Post) -> bool, skip: usize| {
        let mut slots: Vec<usize> = (0..county.stations.len())
            .filter(|slot| wanted(*slot, &county.stations[*slot].post))
            .collect();
        slots.sort_by(|a, b| {
            let far = |slot: usize| county.stations[slot].at.distance(core);
            far(*a).total_cmp(&far(*b)).then(a.cmp(b))
        });
        slots.get(skip).copied()
    };
    let gauge = |n: usize| {
        let mut below = river_gauges_below_dam(county).into_iter();
        below.nth(n)
    };
    [
        (nearest(&|_, post| *post == Post::Rain, 1), 52, 190),
        (nearest(&|_, post| *post == Post::Rain, 4), 66, 150),
        (nearest(&|_, post| *post == Post::Brook, 2), 80, 260),
        (gauge(6), 158, 245),
        (
            nearest(
                &|slot, post| *post == Post::RiskSlope && is_weak(county, slot),
                0,
            ),
            210,
            400,
        ),
    ]
    .into_iter()
    .filter_map(|(station, from, to)| station.map(|station| Silence { station, from, to }))
    .collect()
}

/// The level stations on the river below the great reservoir, downstream.
pub fn river_gauges_below_dam(county: &County) -> Vec<usize> {
    let Some(dam) = county.rivers[0].dam else {
        return Vec::new();
    };
    let step_of = |post: Post| match post {
        Post::River { river: 0, step } if step > dam.step => Some(step),
        Post::River { .. }
        | Post::RiskSlope
        | Post::Rain
        | Post::Brook
        | Post::Reservoir { .. }
        | Post::RoadSlope
        | Post::Gas => None,
    };
    let mut gauges: Vec<(usize, usize)> = county
        .stations
        .iter()
        .enumerate()
        .filter_map(|(slot, station)| step_of(station.post).map(|step| (step, slot)))
        .collect();
    gauges.sort_unstable();
    gauges.into_iter().map(|(_, slot)| slot).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::flood::RELEASE_MINUTE;

    fn storm() -> Storm {
        let county = Arc::new(County::demonstration().unwrap());
        Storm::new(county, START.parse().unwrap())
    }

    /// First minute in which each level station reported its warning stage or more.
    fn first_over(storm: &mut Storm, until: i64) -> BTreeMap<usize, i64> {
        let mut first = BTreeMap::new();
        for minute in 0..=until {
            for reading in storm.readings(minute) {
                let station = &storm.county.stations[reading.station];
                let Some(stages) = station.stages_cm else {
                    continue;
                };
                let height = model::Decimals(2).parse(&reading.value).unwrap();
                if reading.quantity == Quantity::WaterLevel && height >= stages[1] {
                    first.entry(reading.station).or_insert(minute);
                }
            }
        }
        first
    }

    #[test]
    fn the_release_puts_eleven_points_below_the_dam_over_their_warning_stage_in_forty_minutes() {
        let mut storm = storm();
        let first = first_over(&mut storm, RELEASE_MINUTE + 40);
        let below = river_gauges_below_dam(&storm.county);
        let over: Vec<i64> = below
            .iter()
            .filter_map(|slot| first.get(slot).copied())
            .collect();
        assert_eq!(over.len(), 11, "{over:?}");
        assert!(
            over.iter().all(|minute| *minute >= RELEASE_MINUTE),
            "{over:?}"
        );
        assert!(
            below[..11].iter().all(|slot| first.contains_key(slot)),
            "not the eleven nearest"
        );
    }

    #[test]
    fn the_wave_goes_downstream() {
        let mut storm = storm();
        let first = first_over(&mut storm, RELEASE_MINUTE + 40);
        let order: Vec<i64> = river_gauges_below_dam(&storm.county)
            .iter()
            .filter_map(|s| first.get(s).copied())
            .collect();
        // Gauges speak every five minutes at their own moment, so neighbours may swap by less.
        for pair in order.windows(2) {
            assert!(pair[1] + 5 > pair[0], "{order:?}");
        }
        assert!(order[10] - order[0] >= 20, "{order:?}");
    }

    #[test]
    fn who_starts_in_the_middle_reports_the_same() {
        let (mut whole, mut resumed) = (storm(), storm());
        for minute in 0..120 {
            let _ = whole.readings(minute);
        }
        assert_eq!(whole.readings(120), resumed.readings(120));
    }

    #[test]
    fn a_silent_gauge_says_nothing_and_then_speaks_again() {
        let mut storm = storm();
        let silence = storm.silences()[0];
        let mut spoke = |minute: i64| {
            storm
                .readings(minute)
                .iter()
                .any(|r| r.station == silence.station)
        };
        assert!((silence.from..=silence.to).all(|minute| !spoke(minute)));
        assert!((silence.to + 1..silence.to + 11).any(&mut spoke));
        assert_eq!(storm.silences().len(), 5);
    }
}
