//! One series: its recent samples in order of observed time, and the sums over its windows.

use std::collections::VecDeque;

use model::intake::Quality;
use model::view::Freshness;
use model::{Fixed, Observed, Time};
use serde::{Deserialize, Serialize};

/// More samples than this of one series are not remembered, however short the interval.
const MAX_RECENT: usize = 16_384;

/// A sample as remembered: enough to know a repeat, to sum, and to show the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) observed: Time,
    pub(crate) value: Fixed,
    pub(crate) revision: u16,
    pub(crate) quality: Quality,
}

impl Sample {
    /// What the sample adds to a sum: bad and missing ones add nothing.
    fn weight(&self) -> Fixed {
        if self.is_valid() { self.value } else { 0 }
    }

    /// Whether the value may decide anything.
    pub(crate) fn is_valid(&self) -> bool {
        matches!(self.quality, Quality::Good | Quality::Doubtful)
    }
}

/// A running sum over the newest `count` samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    span_ms: i64,
    sum: Fixed,
    count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    /// Newest accepted observed time whose clock is believed.
    pub(crate) watermark: Option<Time>,
    recent: VecDeque<Sample>,
    windows: Vec<Window>,
    /// Samples whose clock ran ahead: known for repeats, outside every window. Newest last.
    ahead: Vec<Sample>,
    /// Entry time of the newest reading, late and suspect ones included.
    pub(crate) heard: Option<Time>,
    pub(crate) freshness: Freshness,
    /// A freshness deadline is armed.
    pub(crate) guarded: bool,
    /// Beyond the validity horizon.
    pub(crate) unknown: bool,
}

/// Samples with a suspect clock remembered per series.
const MAX_AHEAD: usize = 64;

impl Series {
    pub(crate) fn new(windows: &[i64]) -> Series {
        Series {
            watermark: None,
            recent: VecDeque::new(),
            windows: windows
                .iter()
                .map(|w| Window {
                    span_ms: *w,
                    sum: 0,
                    count: 0,
                })
                .collect(),
            ahead: Vec::new(),
            heard: None,
            freshness: Freshness::Never,
            guarded: false,
            unknown: false,
        }
    }

    /// The newest sample with a believed clock.
    pub(crate) fn newest(&self) -> Option<&Sample> {
        self.recent.back()
    }

    /// The sample standing under an observed time, if it is still remembered.
    pub(crate) fn standing(&self, observed: Time) -> Option<&Sample> {
        if let Some(sample) = self.ahead.iter().find(|s| s.observed == observed) {
            return Some(sample);
        }
        // Nearly always asked for the newest or for something older than it.
        let place = self.recent.partition_point(|s| s.observed < observed);
        self.recent.get(place).filter(|s| s.observed == observed)
    }

    /// Takes the newest sample. Cost does not depend on the length of the windows.
    pub(crate) fn push(&mut self, sample: Sample, remember_ms: i64) {
        self.watermark = Some(sample.observed);
        self.recent.push_back(sample);
        let recent = &self.recent;
        let mut longest = remember_ms;
        for window in &mut self.windows {
            window.sum += sample.weight();
            window.count += 1;
            let from = sample.observed.plus_ms(-window.span_ms);
            while let Some(oldest) = recent.get(recent.len() - window.count as usize) {
                if oldest.observed > from {
                    break;
                }
                window.sum -= oldest.weight();
                window.count -= 1;
            }
            longest = longest.max(window.span_ms);
        }
        let keep_from = sample.observed.plus_ms(-longest);
        let in_windows = self
            .windows
            .iter()
            .map(|w| w.count as usize)
            .max()
            .unwrap_or(0);
        while self.recent.len() > in_windows.max(1)
            && (self.recent.len() > MAX_RECENT || self.recent[0].observed <= keep_from)
        {
            self.recent.pop_front();
        }
    }

    /// Puts a late sample, or a higher revision, in its place and sums anew.
    pub(crate) fn insert(&mut self, sample: Sample) {
        let place = self
            .recent
            .partition_point(|s| s.observed < sample.observed);
        match self.recent.get_mut(place) {
            Some(old) if old.observed == sample.observed => *old = sample,
            Some(_) | None => self.recent.insert(place, sample),
        }
        let Some(watermark) = self.watermark else {
            return;
        };
        for window in &mut self.windows {
            let from = watermark.plus_ms(-window.span_ms);
            let first = self.recent.partition_point(|s| s.observed <= from);
            window.count = (self.recent.len() - first) as u32;
            window.sum = self.recent.range(first..).map(Sample::weight).sum();
        }
    }

    /// Remembers a sample whose clock is ahead, without moving anything.
    pub(crate) fn push_ahead(&mut self, sample: Sample) {
        if self.ahead.len() == MAX_AHEAD {
            self.ahead.remove(0);
        }
        self.ahead.push(sample);
    }

    /// The sum over a window of the index, at the watermark.
    pub(crate) fn sum(&self, span_ms: i64) -> Fixed {
        let window = self.windows.iter().find(|w| w.span_ms == span_ms);
        debug_assert!(
            window.is_some(),
            "the index makes a window for every rule that sums"
        );
        window.map_or(0, |w| w.sum)
    }

    /// The last valid sample before the newest one, for rates.
    pub(crate) fn before_newest(&self) -> Option<&Sample> {
        self.recent.iter().rev().skip(1).find(|s| s.is_valid())
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

    /// Keeps samples and clocks, with windows for another set of rules.
    pub(crate) fn rewindow(&mut self, windows: &[i64]) {
        self.windows = windows
            .iter()
            .map(|w| Window {
                span_ms: *w,
                sum: 0,
                count: 0,
            })
            .collect();
        if let Some(newest) = self.recent.back().copied() {
            self.insert(newest);
        }
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000;

    fn sample(at_s: i64, value: i64) -> Sample {
        Sample {
            observed: Time::from_ms(at_s * 1000),
            value,
            revision: 0,
            quality: if value % 7 == 0 {
                Quality::Bad
            } else {
                Quality::Good
            },
        }
    }

    fn plain_sum(samples: &[Sample], at: Time, span_ms: i64) -> i64 {
        let inside = |s: &&Sample| s.observed > at.plus_ms(-span_ms) && s.observed <= at;
        samples.iter().filter(inside).map(Sample::weight).sum()
    }

    proptest! {
        #[test]
        fn running_sums_equal_sums_from_the_definition(
            steps in proptest::collection::vec((1i64..4000, -50i64..500, any::<bool>()), 1..200)
        ) {
            let mut series = Series::new(&[HOUR, 3 * HOUR]);
            let (mut all, mut now) = (Vec::new(), 0);
            for (step, value, late) in steps {
                let newest = Time::from_ms(now * 1000);
                if late && now > 7200 && series.standing(newest.plus_ms(-step * 500)).is_none() {
                    let s = Sample { observed: newest.plus_ms(-step * 500), ..sample(0, value) };
                    all.push(s);
                    series.insert(s);
                } else {
                    now += step;
                    all.push(sample(now, value));
                    series.push(sample(now, value), HOUR);
                }
                let at = Time::from_ms(now * 1000);
                prop_assert_eq!(series.sum(HOUR), plain_sum(&all, at, HOUR));
                prop_assert_eq!(series.sum(3 * HOUR), plain_sum(&all, at, 3 * HOUR));
            }
        }
    }
}
