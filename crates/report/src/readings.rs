//! The second look at the journal: the readings of the series that a report shows, and which of them
//! was the first signal.

use std::collections::BTreeMap;

use model::intake::Quality;
use model::{Config, Input, Observed, SeriesSlot, Time};

use crate::chronicle::Passed;
use crate::curve::{Curve, CurveChange, Point, joined, lines};
use crate::facts::{Moment, Report};
use crate::telling::is_amount;

/// Readings of one curve; beyond it a curve ends, and says so by its last point.
const MOST_POINTS: usize = 200_000;

/// Gathers the readings of chosen series.
pub struct Readings {
    curves: Vec<Curve>,
    wanted: Vec<(String, String)>,
    /// Which curve a slot belongs to, by the config in force.
    slots: BTreeMap<SeriesSlot, usize>,
    from: Time,
    to: Time,
}

impl Readings {
    /// Of these series, by station and quantity; `config` was in force when the interval began.
    pub fn new(
        config: &Config,
        wanted: Vec<(String, String)>,
        (from, to): (Time, Time),
    ) -> Readings {
        let curves = wanted.iter().map(|(station, quantity)| Curve {
            station: station.clone(),
            quantity: quantity.clone(),
            ..Curve::default()
        });
        let mut readings = Readings {
            curves: curves.collect(),
            slots: BTreeMap::new(),
            wanted,
            from,
            to,
        };
        readings.learn(config, from, None);
        readings
    }

    /// Slots mean what the newest config says, and its lines are in force from `at` on.
    fn learn(&mut self, config: &Config, at: Time, entry: Option<u64>) {
        self.slots.clear();
        for curve in &mut self.curves {
            curve.thresholds.retain(|line| line.since < Some(at));
            for line in &mut curve.thresholds {
                line.until = line.until.min(Some(at));
            }
        }
        for (slot, series) in config.series.iter().enumerate() {
            let station = config.stations.get(series.station.index());
            let quantity = config.quantities.get(usize::from(series.quantity));
            let (Some(station), Some(quantity)) = (station, quantity) else {
                continue;
            };
            let mut wanted = self.wanted.iter();
            let place = wanted.position(|(s, q)| *s == station.id && *q == quantity.id);
            let Some(place) = place else { continue };
            self.slots.insert(SeriesSlot(slot as u32), place);
            let curve = &mut self.curves[place];
            curve.name = station.name.clone();
            curve.title = quantity.title.clone();
            curve.unit.clone_from(&quantity.unit);
            curve.decimals = quantity.decimals.0;
            curve.amounts = is_amount(&quantity.id);
            let slot = SeriesSlot(slot as u32);
            let lines = lines(config, slot, (at, self.to), entry);
            curve.thresholds.extend(lines);
        }
    }

    /// Takes the next input of the interval.
    pub fn take(&mut self, passed: &Passed<'_>) {
        match passed.input {
            Some(Input::Configured(configured)) => {
                self.learn(&configured.config, passed.at, Some(passed.number));
            }
            Some(Input::Observed(observed)) => self.observed(passed, observed),
            Some(
                Input::Acted(_)
                | Input::LinkChanged { .. }
                | Input::ClockStepped { .. }
                | Input::DiskFilled { .. }
                | Input::FilesRefused { .. }
                | Input::JournalChecked { .. }
                | Input::Ticked
                | Input::Resumed
                | Input::Tallied { .. }
                | Input::Accessed(_)
                | Input::ClockRead(_)
                | Input::Unread { .. }
                | Input::Paged { .. },
            )
            | None => {}
        }
    }

    fn observed(&mut self, passed: &Passed<'_>, observed: &Observed) {
        let Some(place) = self.slots.get(&observed.series) else {
            return;
        };
        let points = &mut self.curves[*place].points;
        if points.len() < MOST_POINTS {
            points.push(Point {
                observed: observed.observed,
                received: observed.received,
                entered: passed.at,
                value: observed.value,
                quality: observed.quality,
                late: observed.late || observed.too_late,
                entry: passed.number,
            });
        }
    }

    /// Puts the curves into the report, with their thresholds and changes of level; keeps at most
    /// `shown` of them, the rest only served to find where each alarm began.
    pub fn finish(mut self, report: &mut Report, shown: usize) {
        for curve in &mut self.curves {
            let lines = std::mem::take(&mut curve.thresholds);
            curve.thresholds = joined(lines, (self.from, self.to));
            curve
                .points
                .sort_by_key(|point| (point.observed, point.entry));
            for row in &mut report.alarms {
                if row.station != curve.station || row.quantity != curve.quantity {
                    continue;
                }
                curve
                    .changes
                    .extend(row.changes.iter().map(|change| CurveChange {
                        change: *change,
                        forecast: row.forecast,
                    }));
                let Some(signal) = &mut row.signal else {
                    continue;
                };
                let mut points = curve.points.iter();
                let point =
                    points.find(|p| p.observed == signal.observed && p.quality != Quality::Missing);
                signal.moment = point.map(|p| Moment::of(p.entered, p.entry));
            }
        }
        report.curves = self.curves;
        report.curves.truncate(shown);
        report.settle();
    }
}
