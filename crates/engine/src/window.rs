//! A running sum over the newest samples of a series, and what of it is certain.

use model::Fixed;
use serde::{Deserialize, Serialize};

use crate::series::Sample;

/// More samples than this lie in no window: one a second for a day, and few enough that no sum of
/// values within their range overflows. A gauge that speaks faster fills its window sooner: the oldest
/// leave early, and the sum, which may be too low, is doubtful from then on.
pub(crate) const MAX_IN_WINDOW: usize = 90_000;

/// A running sum over the newest `count` samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) span_ms: i64,
    pub(crate) sum: Fixed,
    pub(crate) count: u32,
    /// Doubtful samples in it.
    #[serde(default)]
    doubted: u32,
    /// What of the sum they are.
    #[serde(default)]
    doubted_sum: Fixed,
}

impl Window {
    pub(crate) fn empty(span_ms: &i64) -> Window {
        Window {
            span_ms: *span_ms,
            sum: 0,
            count: 0,
            doubted: 0,
            doubted_sum: 0,
        }
    }

    pub(crate) fn add(&mut self, sample: &Sample) {
        self.sum = self.sum.saturating_add(sample.weight());
        self.count += 1;
        self.count_doubt(sample);
    }

    /// What it says; a full one may lack some.
    pub(crate) fn total(&self) -> Total {
        let lacking = self.count as usize >= MAX_IN_WINDOW;
        Total {
            sum: self.sum,
            proven: self.sum.saturating_sub(self.doubted_sum),
            doubtful: self.doubted > 0 || lacking,
        }
    }

    pub(crate) fn take(&mut self, sample: &Sample) {
        self.sum = self.sum.saturating_sub(sample.weight());
        self.count -= 1;
        self.drop_doubt(sample);
    }

    pub(crate) fn count_doubt(&mut self, sample: &Sample) {
        if sample.is_doubtful() {
            self.doubted += 1;
            self.doubted_sum = self.doubted_sum.saturating_add(sample.weight());
        }
    }

    pub(crate) fn drop_doubt(&mut self, sample: &Sample) {
        if sample.is_doubtful() {
            self.doubted = self.doubted.saturating_sub(1);
            self.doubted_sum = self.doubted_sum.saturating_sub(sample.weight());
        }
    }
}

/// A sum over a window, and what of it good samples make alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) sum: Fixed,
    pub(crate) proven: Fixed,
    /// A doubtful sample is in it, or one that should be is not.
    pub(crate) doubtful: bool,
}
