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
        // Of the newest the series knows every sum; from a late one on they run along.
        let mut running: Vec<(usize, Sliding)> = Vec::new();
        if place + 1 < series.len() {
            let spans = checks.iter().enumerate();
            running.extend(spans.filter_map(|(n, check)| {
                let window_ms = summed_over(&config.checks[usize::from(*check)].check)?;
                Some((n, Sliding::of(window_ms)))
            }));
        }
        for place in place..series.len() {
            let mut doubts = Doubts::default();
            for (n, check) in checks.iter().enumerate() {
                let check = &config.checks[usize::from(*check)].check;
                let known = running.iter_mut().find(|(of, _)| *of == n);
                let sum = match (known, summed_over(check)) {
                    (Some((_, sum)), _) => sum.at(series, place),
                    (None, Some(window_ms)) => Sliding::of(window_ms).at(series, place),
                    (None, None) => 0,
                };
                if let Some(doubt) = doubt(check, series, place, sum) {
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

/// The window a check sums over, in ms.
pub(crate) fn summed_over(check: &Check) -> Option<i64> {
    match check {
        Check::TooMuch { window_ms, .. } => Some(*window_ms),
        Check::Jump { .. }
        | Check::Stuck { .. }
        | Check::OutOfRange { .. }
        | Check::Oscillating { .. } => None,
    }
}

/// The sum over a window, taken from one sample to the next.
#[derive(Clone, Copy, Debug)]
struct Sliding {
    window_ms: i64,
    /// The samples it holds, by place; none at first.
    held: Option<(usize, usize)>,
    sum: i128,
}

impl Sliding {
    fn of(window_ms: i64) -> Sliding {
        Sliding {
            window_ms,
            held: None,
            sum: 0,
        }
    }

    /// The sum of the valid samples observed in (t − window, t] of the one at `place`, which never goes
    /// back. Of the newest it is the series' own running sum: what it costs does not depend on the window.
    fn at(&mut self, series: &Series, place: usize) -> i128 {
        if let (None, true, Some(sum)) = (
            self.held,
            place + 1 == series.len(),
            series.sum_over(self.window_ms),
        ) {
            return i128::from(sum);
        }
        let Some(from) = series
            .get(place)
            .map(|s| s.observed.plus_ms(-self.window_ms))
        else {
            return self.sum;
        };
        let weight = |place| series.get(place).map_or(0, |s| i128::from(s.weight()));
        let (mut first, mut end) = self.held.unwrap_or_else(|| {
            let first = series.place_of(from.plus_ms(1));
            (first, first)
        });
        while end <= place {
            self.sum += weight(end);
            end += 1;
        }
        while first < end && series.get(first).is_some_and(|s| s.observed <= from) {
            self.sum -= weight(first);
            first += 1;
        }
        self.held = Some((first, end));
        self.sum
    }
}

/// What one check has against the sample at `place`, knowing only what was observed before it; `sum` is
/// that over the window of the check, if it has one.
fn doubt(check: &Check, series: &Series, place: usize, sum: i128) -> Option<Doubt> {
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
        Check::TooMuch { most, .. } => (sum > i128::from(most)).then_some(Doubt::OutOfRange),
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
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::series::tests::{HOUR, sample};
    use proptest::prelude::*;

    proptest! {
        /// Whatever comes in order or late, the running sum of a check is the plain one of its window.
        #[test]
        fn a_running_sum_is_the_plain_one(
            steps in prop::collection::vec((1i64..2400, 0i64..400, prop::option::of(0i64..9000)), 1..60),
            known in any::<bool>(),
        ) {
            let windows = if known { vec![HOUR] } else { vec![] };
            let mut series = Series::new(&windows, 3 * HOUR, true);
            let mut now = 0;
            for (step, value, back) in steps {
                let late = back.filter(|back| *back < now && series.len() > 0);
                let place = match late {
                    Some(back) => {
                        let at = Time::from_ms((now - back) * 1000);
                        series.insert(sample(now - back, value), at)
                    }
                    None => {
                        now += step;
                        series.push(sample(now, value), Time::from_ms(now * 1000));
                        series.len() - 1
                    }
                };
                let mut sum = Sliding::of(HOUR);
                for place in place..series.len() {
                    let from = series.get(place).unwrap().observed.plus_ms(-HOUR);
                    let plain: i128 = series.within(place, from).map(|s| i128::from(s.value)).sum();
                    prop_assert_eq!(sum.at(&series, place), plain);
                }
            }
        }
    }

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
