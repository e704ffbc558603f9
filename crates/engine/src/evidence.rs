//! The samples that decided an alarm's last change. Kept for people; decides nothing.

use model::Time;
use model::config::Measure;
use model::intake::Quality;
use model::view::EvidenceView;

use crate::engine::Engine;
use crate::series::Sample;

/// Samples kept per alarm.
const KEPT: usize = 8;

impl Engine {
    /// Keeps what decided the change of a watch at `time`: the newest samples of what its rule
    /// looks at, and of the delay it has just served.
    pub(crate) fn keep_evidence(&mut self, watch: u32, time: Time) {
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()];
        let looked_ms = match &rule.measure {
            Measure::Sum { window_ms }
            | Measure::Cluster { window_ms, .. }
            | Measure::Extreme { window_ms, .. } => *window_ms,
            Measure::Sums { windows, .. } => windows.iter().map(|w| w.window_ms).max().unwrap_or(0),
            Measure::Rise { span_ms, .. } => *span_ms,
            Measure::Forecast { outlook } => outlook.recent_ms,
            Measure::Rate { .. } | Measure::Expression { .. } => i64::MAX,
            Measure::Value | Measure::Silence | Measure::Levels { .. } => 0,
        };
        let delays = rule.delays.iter().map(|d| d.on_ms.max(d.off_ms));
        let reach_ms = looked_ms.max(delays.max().unwrap_or(0));
        let series = &self.state.series[spec.series.index()];
        let from = series.watermark.map_or(time, |w| w.min(time));
        let from = from.plus_ms(reach_ms.saturating_neg());
        let Some(last) = series.len().checked_sub(1) else {
            return;
        };
        let mut samples: Vec<Sample> = series
            .up_to(last)
            .rev()
            .take_while(|s| s.observed >= from)
            .take(KEPT)
            .copied()
            .collect();
        samples.reverse();
        self.state.evidence.insert(watch, samples);
    }

    /// The samples that decided the last change of an alarm, newest last.
    pub(crate) fn evidence_of(&self, watch: u32) -> Vec<EvidenceView> {
        let series = self.config.watches[watch as usize].series;
        let decimals = self.config.quantity_of(series).decimals;
        let kept = self.state.evidence.get(&watch).into_iter().flatten();
        kept.map(|sample| EvidenceView {
            time: sample.observed,
            value: sample.is_valid().then(|| decimals.show(sample.value)),
            quality: if sample.doubts.any() {
                sample.quality.max(Quality::Doubtful)
            } else {
                sample.quality
            },
        })
        .collect()
    }
}
