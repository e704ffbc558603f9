//! Checks before any rule: what makes a reading doubtful, with the reason kept beside its value.
//!
//! A doubtful reading may raise with a mark and never clears; it is never thrown away here.

use model::config::Check;
use model::intake::Quality;
use model::view::Doubt;
use model::{Effects, Fixed, SeriesSlot, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::series::{Sample, Series};

/// The reasons our own checks found against one sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Doubts(u8);

impl Doubts {
    /// Our reasons, most important first; the bit of each is its place here.
    const ALL: [Doubt; 4] = [
        Doubt::OutOfRange,
        Doubt::Jump,
        Doubt::Stuck,
        Doubt::Oscillating,
    ];

    pub(crate) fn any(self) -> bool {
        self.0 != 0
    }

    /// One bit a reason, for the hash of the decision state.
    pub(crate) fn bits(self) -> i64 {
        i64::from(self.0)
    }

    pub(crate) fn has(self, doubt: Doubt) -> bool {
        let place = Doubts::ALL.iter().position(|d| *d == doubt);
        place.is_some_and(|p| self.0 & 1 << p != 0)
    }

    fn add(&mut self, doubt: Doubt) {
        if let Some(place) = Doubts::ALL.iter().position(|d| *d == doubt) {
            self.0 |= 1 << place;
        }
    }

    fn list(self) -> impl Iterator<Item = Doubt> {
        Doubts::ALL.into_iter().filter(move |d| self.has(*d))
    }
}

/// How far back a check looks, in ms.
pub(crate) fn reach_ms(check: &Check) -> i64 {
    match check {
        Check::Jump { within_ms, .. } | Check::Oscillating { within_ms, .. } => *within_ms,
        Check::Stuck { for_ms } => *for_ms,
        Check::TooMuch { window_ms, .. } => *window_ms,
        Check::OutOfRange { .. } => 0,
    }
}

impl Engine {
    /// Checks the samples of a series again from `place` on.
    pub(crate) fn check(&mut self, slot: SeriesSlot, place: usize, at: Time, out: &mut Effects) {
        let config = &self.config;
        let checks = &config.series[slot.index()].checks;
        let series = &mut self.state.series[slot.index()];
        let swung = series.newest_doubts().has(Doubt::Oscillating);
        for place in place..series.len() {
            let mut doubts = Doubts::default();
            for check in checks {
                let check = &config.checks[usize::from(*check)].check;
                if let Some(doubt) = doubt(check, series, place) {
                    doubts.add(doubt);
                }
            }
            series.doubt(place, doubts);
        }
        let swings = series.newest_doubts().has(Doubt::Oscillating);
        if swings != swung || swings {
            let config = std::sync::Arc::clone(config);
            let station = &config.station_of(slot).id;
            let unstable = self.has_unstable_alarm(config.series[slot.index()].station.0);
            let on = swings || unstable;
            self.flag_signal(station, on, at, out);
        }
    }

    /// Why the newest value of a series is not trusted, most important first.
    pub(crate) fn doubts_of(&self, slot: SeriesSlot) -> Vec<Doubt> {
        let series = &self.state.series[slot.index()];
        let Some(newest) = series.newest() else {
            return Vec::new();
        };
        let source = matches!(newest.quality, Quality::Doubtful | Quality::Bad);
        let said = source.then_some(Doubt::Source);
        let clock = series.runs_ahead.then_some(Doubt::Clock);
        newest.doubts.list().chain(said).chain(clock).collect()
    }
}

/// What one check has against the sample at `place`, knowing only what was observed before it.
fn doubt(check: &Check, series: &Series, place: usize) -> Option<Doubt> {
    let sample = series.get(place).filter(|s| s.is_valid())?;
    match *check {
        Check::Jump { by, within_ms } => {
            jumps(series, place, sample, by, within_ms).then_some(Doubt::Jump)
        }
        Check::Stuck { for_ms } => is_stuck(series, place, sample, for_ms).then_some(Doubt::Stuck),
        Check::OutOfRange { low, high } => {
            (sample.value < low || sample.value > high).then_some(Doubt::OutOfRange)
        }
        Check::Oscillating {
            by,
            swings,
            within_ms,
        } => {
            let from = sample.observed.plus_ms(-within_ms);
            let values = series.within(place, from).map(|s| s.value);
            (turns(values, by) >= usize::from(swings)).then_some(Doubt::Oscillating)
        }
        Check::TooMuch { most, window_ms } => {
            let from = sample.observed.plus_ms(-window_ms);
            let fallen = series.within(place, from).map(|s| i128::from(s.value));
            (fallen.sum::<i128>() > i128::from(most)).then_some(Doubt::OutOfRange)
        }
    }
}

fn apart(a: Fixed, b: Fixed) -> u64 {
    a.abs_diff(b)
}

/// Far from what is believed, and the reading before does not bear it out: it was as far off, or on
/// the way there.
fn jumps(series: &Series, place: usize, sample: &Sample, by: Fixed, within_ms: i64) -> bool {
    let from = sample.observed.plus_ms(-within_ms);
    let by = by.unsigned_abs();
    let mut earlier = series.up_to(place).rev().skip(1);
    let Some(before) = earlier.next() else {
        return false;
    };
    let is_believed = |s: &&Sample| s.quality == Quality::Good && !s.doubts.any();
    let believed = std::iter::once(before)
        .chain(earlier)
        .take_while(|s| s.observed >= from)
        .find(is_believed);
    let Some(believed) = believed.map(|b| b.value) else {
        return false;
    };
    let far = apart(believed, sample.value) > by;
    let near = apart(before.value, sample.value) <= by;
    let (first, second) = (before.value, sample.value);
    let onward = (believed < first && first < second) || (believed > first && first > second);
    let borne_out = before.doubts.has(Doubt::Jump) && (near || onward);
    far && !borne_out
}

/// The same value in every reading since `for_ms` ago or longer.
fn is_stuck(series: &Series, place: usize, sample: &Sample, for_ms: i64) -> bool {
    let since = sample.observed.plus_ms(-for_ms);
    let mut same = series
        .up_to(place)
        .rev()
        .take_while(|s| s.value == sample.value);
    same.any(|s| s.observed <= since)
}

/// Changes of direction by more than `by` each.
fn turns(values: impl Iterator<Item = Fixed>, by: Fixed) -> usize {
    let (mut low, mut high, mut rising, mut turns) = (Fixed::MAX, Fixed::MIN, None, 0);
    for value in values {
        low = low.min(value);
        high = high.max(value);
        let fell = high.saturating_sub(value) > by;
        let rose = value.saturating_sub(low) > by;
        match rising {
            None if fell || rose => rising = Some(rose),
            Some(up) if (up && fell) || (!up && rose) => {
                rising = Some(!up);
                turns += 1;
            }
            None | Some(_) => continue,
        }
        // A new leg: the next turn is measured from its own extreme.
        if rising == Some(true) {
            high = value;
        } else {
            low = value;
        }
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_needs_a_leg_longer_than_the_band() {
        for (values, by, want) in [
            (vec![], 1, 0),
            (vec![10, 20, 30, 40], 5, 0),
            (vec![10, 20, 10, 20, 10], 5, 3),
            (vec![10, 14, 10, 14, 10], 5, 0),
            (vec![10, 20, 16, 20, 16, 30], 5, 0),
            (vec![30, 10, 12, 14, 18, 2], 5, 2),
            (vec![10, 12, 14, 20, 18, 16, 14], 5, 1),
        ] {
            assert_eq!(turns(values.iter().copied(), by), want, "{values:?}");
        }
    }
}
