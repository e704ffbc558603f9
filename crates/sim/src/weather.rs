//! The rain of the typhoon day: a broad band and moving cells, a pure function of place and minute.

use crate::noise::{Dice, mix, unit};
use crate::place::Km;

/// Minutes in a day.
pub const DAY: i64 = 1440;

/// Days whose weather differs; later ones repeat, the typhoon's own day excepted.
const DAYS: i64 = 30;

/// One rain cell, born somewhere, drifting, heaviest in its middle.
#[derive(Clone, Copy, Debug)]
struct Cell {
    born: f64,
    lives: f64,
    at: Km,
    /// Kilometres a minute.
    drift: (f64, f64),
    radius_km: f64,
    /// Millimetres an hour in its middle.
    peak: f64,
}

/// The weather over the county from the first minute of the typhoon day.
#[derive(Clone, Debug)]
pub struct Weather {
    seed: u64,
    /// Cells by day of birth.
    days: Vec<Vec<Cell>>,
}

/// The band's rain in millimetres an hour, by minute of the typhoon day; straight lines between.
const BAND: [(f64, f64); 9] = [
    (0.0, 4.0),
    (120.0, 6.0),
    (300.0, 5.5),
    (480.0, 3.0),
    (720.0, 1.5),
    (900.0, 5.0),
    (1080.0, 4.0),
    (1320.0, 0.8),
    (1440.0, 0.2),
];

impl Weather {
    /// The weather of a seed.
    pub fn new(seed: u64) -> Weather {
        let days = (0..DAYS).map(|day| {
            if day == 0 {
                typhoon(seed)
            } else {
                showers(seed, day)
            }
        });
        Weather {
            seed,
            days: days.collect(),
        }
    }

    /// Millimetres an hour at a place in a minute of the night, counted from its start. Before it
    /// a thin rain falls everywhere.
    pub fn rain_mm_h(&self, at: Km, minute: i64) -> f64 {
        if minute < 0 {
            return 2.0;
        }
        let day = minute / DAY;
        let slot = |day: i64| {
            (if day < DAYS {
                day
            } else {
                1 + (day - 1) % (DAYS - 1)
            }) as usize
        };
        let within = (minute % DAY) as f64 + 0.5;
        let mut rain = if day == 0 { along(&BAND, within) } else { 0.0 };
        for cell in &self.days[slot(day)] {
            rain += cell.rain(at, within);
        }
        // A cell born late in the day rains on past midnight.
        if day > 0 {
            for cell in &self.days[slot(day - 1)] {
                rain += cell.rain(at, within + DAY as f64);
            }
        }
        rain
    }

    /// Millimetres that a gauge at a place catches from `minutes` before `minute` up to it. Gauges
    /// differ a little from one another, as they do.
    pub fn caught_mm(&self, gauge: u64, at: Km, minute: i64, minutes: i64) -> f64 {
        let fallen: f64 = (minute - minutes..minute)
            .map(|m| self.rain_mm_h(at, m) / 60.0)
            .sum();
        let own = 0.85 + 0.3 * unit(mix(self.seed, &[0xca, gauge, (minute / 30) as u64]));
        fallen * own
    }
}

impl Cell {
    fn rain(&self, at: Km, minute: f64) -> f64 {
        let age = minute - self.born;
        if age <= 0.0 || age >= self.lives {
            return 0.0;
        }
        let centre = self.at.moved(self.drift.0 * age, self.drift.1 * age);
        let (dx, dy) = (at.x - centre.x, at.y - centre.y);
        let near = 1.0 - (dx * dx + dy * dy) / (self.radius_km * self.radius_km);
        if near <= 0.0 {
            return 0.0;
        }
        // Ten minutes to grow, the last quarter to fade.
        let grown = (age / 10.0).min(1.0);
        let left = ((self.lives - age) / (self.lives / 4.0)).min(1.0);
        self.peak * near * near * grown * left
    }
}

/// The value of a broken line at `x`.
pub(crate) fn along(line: &[(f64, f64)], x: f64) -> f64 {
    let Some(after) = line.iter().position(|(at, _)| *at > x) else {
        return line.last().map_or(0.0, |(_, value)| *value);
    };
    if after == 0 {
        return line[0].1;
    }
    let ((x0, y0), (x1, y1)) = (line[after - 1], line[after]);
    y0 + (y1 - y0) * (x - x0) / (x1 - x0)
}

/// The cells of the typhoon day: a few that stand over the hills, and many that pass.
fn typhoon(seed: u64) -> Vec<Cell> {
    let standing = |lon, lat, born, lives, radius_km, peak| Cell {
        born,
        lives,
        at: Km::of_degrees(lon, lat),
        drift: (-0.02, 0.015),
        radius_km,
        peak,
    };
    let mut cells = vec![
        // The first cloudburst, over the lava plateau: the night's first alarms.
        standing(120.775, 29.315, -10.0, 95.0, 8.0, 92.0),
        // The long rain into the great reservoir.
        standing(121.055, 29.350, 5.0, 230.0, 11.0, 46.0),
        standing(120.760, 29.365, 60.0, 170.0, 8.0, 44.0),
        standing(121.125, 29.455, 110.0, 160.0, 9.0, 52.0),
        standing(120.930, 29.320, 150.0, 140.0, 8.0, 50.0),
        standing(120.850, 29.410, 190.0, 120.0, 7.0, 48.0),
        // The rear of the storm in the afternoon.
        standing(121.050, 29.380, 860.0, 180.0, 10.0, 38.0),
        standing(120.800, 29.340, 900.0, 150.0, 9.0, 36.0),
    ];
    let mut dice = Dice::new(seed, "cells");
    for _ in 0..26 {
        // From the south-east, as a typhoon's bands come to this coast.
        let at = Km::of_degrees(dice.between(120.85, 121.35), dice.between(29.10, 29.45));
        let speed = dice.between(0.25, 0.6);
        cells.push(Cell {
            born: dice.between(20.0, 1150.0),
            lives: dice.between(50.0, 110.0),
            at,
            drift: (-speed, speed * dice.between(0.4, 0.9)),
            radius_km: dice.between(4.0, 8.0),
            peak: dice.between(18.0, 46.0),
        });
    }
    cells
}

/// A few light showers on a day after the storm, none on most.
fn showers(seed: u64, day: i64) -> Vec<Cell> {
    let mut dice = Dice::new(mix(seed, &[day as u64]), "showers");
    if !dice.chance(0.4) {
        return Vec::new();
    }
    let count = 2 + dice.below(5);
    let cell = |dice: &mut Dice| Cell {
        born: dice.between(480.0, 1200.0),
        lives: dice.between(40.0, 90.0),
        at: Km::of_degrees(dice.between(120.75, 121.2), dice.between(29.25, 29.5)),
        drift: (dice.between(-0.2, 0.1), dice.between(0.0, 0.2)),
        radius_km: dice.between(3.0, 6.0),
        peak: dice.between(4.0, 16.0),
    };
    (0..count).map(|_| cell(&mut dice)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cloudburst_fills_an_hour_to_a_warning_within_the_first_hour() {
        let weather = Weather::new(330_624);
        let core = Km::of_degrees(120.775, 29.315);
        assert!(weather.caught_mm(1, core, 45, 45) > 40.0);
    }

    #[test]
    fn the_days_after_are_nearly_dry() {
        let weather = Weather::new(330_624);
        let seat = Km::of_degrees(120.905, 29.5);
        for day in 1..40 {
            let fallen = weather.caught_mm(1, seat, (day + 1) * DAY, DAY);
            assert!(fallen < 30.0, "day {day}: {fallen} mm");
        }
    }

    #[test]
    fn a_broken_line_is_followed_and_ends_level() {
        let line = [(0.0, 1.0), (10.0, 3.0)];
        assert!((along(&line, 5.0) - 2.0).abs() < 1e-12);
        assert!((along(&line, 50.0) - 3.0).abs() < 1e-12);
        assert!((along(&line, -5.0) - 1.0).abs() < 1e-12);
    }
}
