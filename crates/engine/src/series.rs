//! One series: its recent samples in order of observed time, and the sums over its windows.

use std::collections::VecDeque;

use model::intake::Quality;
use model::view::Freshness;
use model::{Fixed, Observed, Time};
use serde::{Deserialize, Serialize};

use crate::quality::Doubts;
use crate::window::{MAX_IN_WINDOW, Total, Window};

/// More samples than this of one series are not remembered beyond its windows, however short the
/// interval.
const MAX_RECENT: usize = 16_384;

/// A sample as remembered: enough to know a repeat, to sum, and to show the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) observed: Time,
    pub(crate) value: Fixed,
    pub(crate) revision: u16,
    pub(crate) quality: Quality,
    /// What our own checks have against it.
    #[serde(default)]
    pub(crate) doubts: Doubts,
}

impl Sample {
    /// What the sample adds to a sum: bad and missing ones add nothing.
    pub(crate) fn weight(&self) -> Fixed {
        if self.is_valid() { self.value } else { 0 }
    }

    /// Whether the value may decide anything.
    pub(crate) fn is_valid(&self) -> bool {
        matches!(self.quality, Quality::Good | Quality::Doubtful)
    }

    /// Whether its source or our own checks have something against it.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.quality == Quality::Doubtful || self.doubts.any()
    }

    /// Whether it may decide everything, lowering included.
    pub(crate) fn is_good(&self) -> bool {
        self.quality == Quality::Good && !self.doubts.any()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    /// Newest accepted observed time whose clock is believed.
    pub(crate) watermark: Option<Time>,
    recent: VecDeque<Sample>,
    windows: Vec<Window>,
    /// Samples whose clock ran ahead: known for repeats, outside every window. Newest last.
    ahead: Vec<Sample>,
    /// Samples that a higher revision took the place of: known for repeats, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaced: Vec<Sample>,
    /// Entry time of the newest reading, late and suspect ones included.
    pub(crate) heard: Option<Time>,
    pub(crate) freshness: Freshness,
    /// A freshness deadline is armed.
    pub(crate) guarded: bool,
    /// Beyond the validity horizon.
    pub(crate) unknown: bool,
    /// Entry time of the newest valid sample, moved by every time the process was down since.
    #[serde(default)]
    pub(crate) newest_at: Time,
    /// The last reading that came had a suspect clock.
    #[serde(default)]
    pub(crate) runs_ahead: bool,
    /// How far back samples are remembered, and whether checks are asked of them: from the index.
    #[serde(skip)]
    keep_ms: i64,
    #[serde(skip)]
    pub(crate) checked: bool,
    /// Silent for so long that nobody knows what happens there.
    #[serde(default)]
    pub(crate) quiet: bool,
    /// Slot of the interface that heard it last.
    #[serde(default)]
    pub(crate) interface: u8,
}

/// Samples with a suspect clock remembered per series.
const MAX_AHEAD: usize = 64;

/// Samples replaced by a higher revision that are remembered per series.
const MAX_REPLACED: usize = 64;

impl Series {
    pub(crate) fn new(windows: &[i64], keep_ms: i64, checked: bool) -> Series {
        Series {
            watermark: None,
            recent: VecDeque::new(),
            windows: windows.iter().map(Window::empty).collect(),
            ahead: Vec::new(),
            replaced: Vec::new(),
            heard: None,
            freshness: Freshness::Never,
            guarded: false,
            unknown: false,
            newest_at: Time::MIN,
            runs_ahead: false,
            keep_ms,
            checked,
            quiet: false,
            interface: 0,
        }
    }

    /// What the index says of a series that was read from a snapshot.
    pub(crate) fn equip(&mut self, keep_ms: i64, checked: bool) {
        (self.keep_ms, self.checked) = (keep_ms, checked);
        // Older snapshots did not count what the sources themselves call doubtful.
        if self.recent.iter().any(|s| s.quality == Quality::Doubtful) {
            self.sum_anew();
        }
    }

    /// The newest sample with a believed clock.
    pub(crate) fn newest(&self) -> Option<&Sample> {
        self.recent.back()
    }

    /// Observed time of the newest sample whose value may decide anything.
    pub(crate) fn newest_valid(&self) -> Option<Time> {
        let valid = self.recent.iter().rev().find(|s| s.is_valid());
        valid.map(|s| s.observed)
    }

    pub(crate) fn newest_place(&self) -> Option<usize> {
        self.recent.len().checked_sub(1)
    }

    /// The sample standing under an observed time, if it is still remembered.
    pub(crate) fn standing(&self, observed: Time) -> Option<&Sample> {
        // Nearly always asked for the newest or for something older than it.
        let place = self.recent.partition_point(|s| s.observed < observed);
        let believed = self.recent.get(place).filter(|s| s.observed == observed);
        let ahead = self.ahead.iter().filter(|s| s.observed == observed);
        ahead.chain(believed).max_by_key(|s| s.revision)
    }

    /// The sample of this very revision where another stands by now, if it is still remembered.
    pub(crate) fn replaced(&self, observed: Time, revision: u16) -> Option<&Sample> {
        let known = self.replaced.iter().chain(&self.ahead);
        let mut known = known.filter(|s| s.observed == observed);
        known.find(|s| s.revision == revision)
    }

    /// Whether samples are remembered whose clock ran ahead.
    pub(crate) fn has_ahead(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Takes the newest sample, entered at `at`. Cost does not depend on the length of the windows.
    pub(crate) fn push(&mut self, sample: Sample, at: Time) {
        self.watermark = Some(sample.observed);
        if sample.is_valid() {
            self.newest_at = at;
        }
        self.runs_ahead = false;
        self.recent.push_back(sample);
        let recent = &self.recent;
        let mut in_windows = 1;
        for window in &mut self.windows {
            window.add(&sample);
            let from = sample.observed.plus_ms(-window.span_ms);
            while let Some(oldest) = recent.get(recent.len() - window.count as usize) {
                if oldest.observed > from && window.count as usize <= MAX_IN_WINDOW {
                    break;
                }
                window.take(oldest);
            }
            in_windows = in_windows.max(window.count as usize);
        }
        // One sample from before is kept, so that there is one at least as old as any span.
        let keep_from = sample.observed.plus_ms(-self.keep_ms);
        while self.recent.len() > in_windows
            && (self.recent.len() > MAX_RECENT || self.recent[1].observed <= keep_from)
        {
            self.recent.pop_front();
        }
    }

    /// Puts a late sample, or a higher revision, in its place and sums anew. Gives the place.
    pub(crate) fn insert(&mut self, sample: Sample, at: Time) -> usize {
        self.runs_ahead = false;
        let before = self.newest_valid();
        let mut place = self.place_of(sample.observed);
        let full = self.recent.len() >= MAX_IN_WINDOW;
        match self.recent.get_mut(place) {
            Some(old) if old.observed == sample.observed => {
                let old = std::mem::replace(old, sample);
                self.keep_replaced(old);
            }
            // The oldest has to go, and that is this one itself.
            Some(_) | None if full && place == 0 => return place,
            Some(_) | None => {
                if full {
                    self.recent.pop_front();
                    place -= 1;
                }
                self.recent.insert(place, sample);
            }
        }
        match self.newest_valid() {
            Some(newest) if newest == sample.observed => self.newest_at = at,
            // The newest was taken back; when the one before it came is not remembered.
            Some(newest) if before != Some(newest) => self.newest_at = newest,
            Some(_) | None => {}
        }
        self.sum_anew();
        place
    }

    /// Remembers what was taken the place of for as long as its neighbours are.
    fn keep_replaced(&mut self, old: Sample) {
        if let Some(oldest) = self.recent.front().map(|s| s.observed) {
            self.replaced.retain(|s| s.observed >= oldest);
        }
        if self.replaced.len() == MAX_REPLACED {
            self.replaced.remove(0);
        }
        self.replaced.push(old);
    }

    fn sum_anew(&mut self) {
        let Some(watermark) = self.watermark else {
            return;
        };
        for window in &mut self.windows {
            let from = watermark.plus_ms(-window.span_ms);
            let first = self.recent.partition_point(|s| s.observed <= from);
            let spare = self.recent.len().saturating_sub(MAX_IN_WINDOW);
            *window = Window::empty(&window.span_ms);
            for sample in self.recent.range(first.max(spare)..) {
                window.add(sample);
            }
        }
    }

    /// How many samples are remembered.
    pub(crate) fn len(&self) -> usize {
        self.recent.len()
    }

    /// The sample at a place in order of observed time.
    pub(crate) fn get(&self, place: usize) -> Option<&Sample> {
        self.recent.get(place)
    }

    /// The place of the first sample observed at `time` or later.
    pub(crate) fn place_of(&self, time: Time) -> usize {
        self.recent.partition_point(|s| s.observed < time)
    }

    /// The valid samples up to and with the one at `place`, in order of observed time.
    pub(crate) fn up_to(&self, place: usize) -> impl DoubleEndedIterator<Item = &Sample> + Clone {
        let end = (place + 1).min(self.recent.len());
        self.recent.range(..end).filter(|s| s.is_valid())
    }

    /// Observed time of the last valid sample before `time`.
    pub(crate) fn heard_before(&self, time: Time) -> Option<Time> {
        let last = self.place_of(time).checked_sub(1)?;
        self.up_to(last).next_back().map(|s| s.observed)
    }

    /// The valid samples observed after `from`, up to and with the one at `place`, in order of observed time.
    pub(crate) fn within(&self, place: usize, from: Time) -> impl Iterator<Item = &Sample> {
        let end = (place + 1).min(self.recent.len());
        let first = self.place_of(from.plus_ms(1)).min(end);
        self.recent.range(first..end).filter(|s| s.is_valid())
    }

    /// Sets what the checks have against a sample.
    pub(crate) fn doubt(&mut self, place: usize, doubts: Doubts) {
        let back = self.recent.len() - place;
        let Some(sample) = self.recent.get_mut(place) else {
            return;
        };
        let was = *sample;
        sample.doubts = doubts;
        let is = *sample;
        if was.is_doubtful() == is.is_doubtful() {
            return;
        }
        for window in &mut self.windows {
            if back <= window.count as usize {
                window.drop_doubt(&was);
                window.count_doubt(&is);
            }
        }
    }

    /// The remembered samples the checks doubt: what later ones are compared with depends on them.
    pub(crate) fn doubted(&self) -> impl Iterator<Item = &Sample> {
        let checked = self.checked.then_some(&self.recent).into_iter().flatten();
        checked.filter(|s| s.doubts.any())
    }

    /// What the checks have against the newest sample.
    pub(crate) fn newest_doubts(&self) -> Doubts {
        self.newest().map_or(Doubts::default(), |s| s.doubts)
    }

    /// Whether the sample at `place` is good.
    pub(crate) fn is_good(&self, place: usize) -> bool {
        self.get(place).is_some_and(Sample::is_good)
    }

    /// Remembers a sample whose clock is ahead, without moving anything.
    pub(crate) fn push_ahead(&mut self, sample: Sample) {
        if self.ahead.len() == MAX_AHEAD {
            self.ahead.remove(0);
        }
        self.ahead.push(sample);
        self.runs_ahead = true;
    }

    /// The newest sum over a window of the index.
    pub(crate) fn sum_over(&self, span_ms: i64) -> Option<Fixed> {
        let window = self.windows.iter().find(|w| w.span_ms == span_ms);
        window.map(|w| w.sum)
    }

    /// The sum over a window of the index, as of the sample at `place`.
    pub(crate) fn total(&self, place: usize, span_ms: i64) -> Total {
        if place + 1 < self.recent.len() {
            return self.total_then(place, span_ms);
        }
        let window = self.windows.iter().find(|w| w.span_ms == span_ms);
        debug_assert!(
            window.is_some(),
            "the index makes a window for every rule that sums"
        );
        window.map_or(Total::default(), Window::total)
    }

    fn total_then(&self, place: usize, span_ms: i64) -> Total {
        let Some(last) = self.recent.get(place) else {
            return Total::default();
        };
        let first = self.place_of(last.observed.plus_ms(1 - span_ms));
        let mut window = Window::empty(&span_ms);
        for sample in self.recent.range(first..=place) {
            window.add(sample);
        }
        window.total()
    }

    /// The highest or lowest valid sample with observed time in (t − span, t], the newest of equals;
    /// of the good ones alone, if so asked.
    pub(crate) fn extreme(
        &self,
        place: usize,
        span_ms: i64,
        highest: bool,
        good: bool,
    ) -> Option<&Sample> {
        let from = self.recent.get(place)?.observed.plus_ms(-span_ms);
        let inside = self.up_to(place).rev().take_while(|s| s.observed > from);
        inside.filter(|s| !good || s.is_good()).reduce(|best, s| {
            let better = if highest {
                s.value > best.value
            } else {
                s.value < best.value
            };
            if better { s } else { best }
        })
    }

    /// The place of the last valid sample before `place` that no check doubts, for rates.
    pub(crate) fn before(&self, place: usize) -> Option<usize> {
        (0..place).rev().find(|p| self.is_sound(*p))
    }

    /// The place of the newest sound sample at least `span_ms` older than the one at `place`, or of
    /// the oldest remembered when the series is younger than that.
    pub(crate) fn at_least_older(&self, place: usize, span_ms: i64) -> Option<usize> {
        let until = self.recent.get(place)?.observed.plus_ms(-span_ms);
        let end = self.recent.partition_point(|s| s.observed <= until);
        let older = (0..end).rev().find(|p| self.is_sound(*p));
        older.or_else(|| (end..place).find(|p| self.is_sound(*p)))
    }

    fn is_sound(&self, place: usize) -> bool {
        self.recent
            .get(place)
            .is_some_and(|s| s.is_valid() && !s.doubts.any())
    }

    /// The expected interval: as declared, else the median of the last 20 gaps, else unknown.
    pub(crate) fn interval_ms(&self, declared: Option<i64>) -> Option<i64> {
        if declared.is_some() {
            return declared;
        }
        let skip = self.recent.len().saturating_sub(21);
        let times = self.recent.range(skip..).map(|s| s.observed);
        let mut gaps: Vec<i64> = times
            .clone()
            .zip(times.skip(1))
            .map(|(a, b)| b.since_ms(a))
            .collect();
        if gaps.len() < 2 {
            return None;
        }
        gaps.sort_unstable();
        Some(gaps[gaps.len() / 2])
    }

    /// Whether it sums over these windows, in this order.
    pub(crate) fn sums_over(&self, windows: &[i64]) -> bool {
        self.windows.iter().map(|w| &w.span_ms).eq(windows)
    }

    /// Keeps samples and clocks, with windows for another set of rules.
    pub(crate) fn rewindow(&mut self, windows: &[i64]) {
        self.windows = windows.iter().map(Window::empty).collect();
        self.sum_anew();
    }

    /// What of the series belongs to the decision state: the newest sample and the sums.
    pub(crate) fn canon(&self) -> (Option<Sample>, impl Iterator<Item = (i64, Fixed)> + '_) {
        (
            self.newest().copied(),
            self.windows.iter().map(|w| (w.span_ms, w.sum)),
        )
    }
}

impl From<&Observed> for Sample {
    fn from(o: &Observed) -> Sample {
        Sample {
            observed: o.observed,
            value: o.value,
            revision: o.revision,
            quality: o.quality,
            doubts: Doubts::default(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    pub(crate) const HOUR: i64 = 3_600_000;

    pub(crate) fn sample(at_s: i64, value: i64) -> Sample {
        Sample {
            observed: Time::from_ms(at_s * 1000),
            value,
            revision: 0,
            quality: match value {
                value if value % 7 == 0 => Quality::Bad,
                value if value % 5 == 0 => Quality::Doubtful,
                _ => Quality::Good,
            },
            doubts: Doubts::default(),
        }
    }

    fn plain_sum(samples: &[Sample], at: Time, span_ms: i64) -> Total {
        let inside = |s: &&Sample| s.observed > at.plus_ms(-span_ms) && s.observed <= at;
        let inside: Vec<&Sample> = samples.iter().filter(inside).collect();
        let good = inside.iter().filter(|s| !s.is_doubtful());
        Total {
            sum: inside.iter().map(|s| s.weight()).sum(),
            proven: good.map(|s| s.weight()).sum(),
            doubtful: inside.iter().any(|s| s.is_doubtful()),
        }
    }

    /// A gauge with a value a second for longer than a day, each as large as there are any.
    #[test]
    fn a_window_that_is_too_full_says_so_and_never_wraps() {
        const LARGEST: i64 = 99_999_999_999_999;
        let mut series = Series::new(&[72 * HOUR], 72 * HOUR, false);
        let good = |at_s: i64| Sample {
            quality: Quality::Good,
            ..sample(at_s, LARGEST)
        };
        for at_s in 0..MAX_IN_WINDOW as i64 + 500 {
            let at = Time::from_ms(at_s * 1000);
            series.push(good(at_s), at);
        }
        let newest = series.newest_place().unwrap();
        let total = series.total(newest, 72 * HOUR);
        assert_eq!(total.sum, LARGEST * MAX_IN_WINDOW as i64);
        assert!(total.doubtful && series.len() == MAX_IN_WINDOW);
        let before = series.get(0).unwrap().observed;
        series.insert(good(7), before);
        assert_eq!(series.get(0).unwrap().observed, before, "older than all");
        let late = Sample {
            observed: before.plus_ms(1500),
            ..good(0)
        };
        let place = series.insert(late, before);
        assert_eq!(series.get(place), Some(&late));
        assert_eq!(
            series.total(series.newest_place().unwrap(), 72 * HOUR),
            total
        );
        assert!(LARGEST.checked_mul(MAX_IN_WINDOW as i64 + 1).is_some());
    }

    proptest! {
        #[test]
        fn running_sums_equal_sums_from_the_definition(
            steps in proptest::collection::vec((1i64..4000, -50i64..500, any::<bool>()), 1..200)
        ) {
            let mut series = Series::new(&[HOUR, 3 * HOUR], 6 * HOUR, false);
            let (mut all, mut now) = (Vec::new(), 0);
            for (step, value, late) in steps {
                let newest = Time::from_ms(now * 1000);
                if late && now > 7200 && series.standing(newest.plus_ms(-step * 500)).is_none() {
                    let s = Sample { observed: newest.plus_ms(-step * 500), ..sample(0, value) };
                    all.push(s);
                    series.insert(s, newest);
                } else {
                    now += step;
                    all.push(sample(now, value));
                    series.push(sample(now, value), Time::from_ms(now * 1000));
                }
                for place in series.len().saturating_sub(3)..series.len() {
                    let at = series.get(place).unwrap().observed;
                    for span in [HOUR, 3 * HOUR] {
                        prop_assert_eq!(series.total(place, span), plain_sum(&all, at, span));
                    }
                }
            }
        }
    }
}
