//! The samples that decided an alarm's last change. Kept for people; decides nothing.

use model::config::Measure;
use model::intake::Quality;
use model::view::EvidenceView;
use model::{SeriesSlot, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::series::{Sample, Series};

/// Samples kept of an alarm's own series.
const KEPT: usize = 8;
/// Samples kept of each other series that had a part in it.
const KEPT_OF_OTHERS: usize = 4;
/// Other series kept.
const MOST_OTHERS: usize = 8;

/// What another series said when an alarm changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Witness {
    pub(crate) series: u32,
    pub(crate) samples: Vec<Sample>,
}

/// The newest samples of a series observed at `from` or later, oldest first.
fn newest(series: &Series, from: Time, most: usize) -> Vec<Sample> {
    let Some(last) = series.newest_place() else {
        return Vec::new();
    };
    let samples = series.up_to(last).rev();
    let samples = samples.take_while(|s| s.observed >= from).take(most);
    let mut samples: Vec<Sample> = samples.copied().collect();
    samples.reverse();
    samples
}

impl Engine {
    /// Keeps what decided the change of a watch at `time`: the newest samples of what its rule
    /// looks at, and of the delay it has just served; of every series that had a part in it.
    pub(crate) fn keep_evidence(&mut self, watch: u32, time: Time) {
        let spec = &self.config.watches[watch as usize];
        let reach_ms = self.reach_of(watch);
        let series = &self.state.series[spec.series.index()];
        let from = series.watermark.map_or(time, |w| w.min(time));
        let from = from.plus_ms(reach_ms.saturating_neg());
        if series.len() > 0 {
            let samples = newest(series, from, KEPT);
            self.state.evidence.insert(watch, samples);
        }
        let mut others = Vec::new();
        self.list_others(watch, spec.series, &mut others);
        self.keep_witnesses(watch, &others, from);
    }

    /// How far back the rule of a watch looks, its delays included, in ms.
    fn reach_of(&self, watch: u32) -> i64 {
        let rule = self.config.watches[watch as usize].rule;
        let rule = &self.config.rules[rule.index()];
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
        looked_ms.max(delays.max().unwrap_or(0))
    }

    /// The other series that have a part in what a watch says: the hot gauges around it, the grounds
    /// of a rule about rules (those that stand first), the gauge upstream of a forecast.
    fn list_others(&self, watch: u32, own: SeriesSlot, others: &mut Vec<SeriesSlot>) {
        let series_of = |watch: u32| self.config.watches[watch as usize].series;
        let mut note = |slot: SeriesSlot| {
            if slot != own && !others.contains(&slot) && others.len() < MOST_OTHERS {
                others.push(slot);
            }
        };
        if let Some((cluster, member)) = self.index.member_of.get(&watch) {
            let members = &self.index.clusters[*cluster as usize];
            let heat = &self.state.heat[*cluster as usize];
            let near = members.near[*member as usize].iter();
            let hot = near.filter(|near| heat.is_hot(**near));
            hot.for_each(|near| note(series_of(members.watches[*near as usize])));
        }
        if let Some(source) = self.index.glances.source(watch) {
            note(source.series);
        }
        let mut grounds = self.index.combinations.grounds_of(&self.config, watch);
        let level = |watch: u32| self.state.conditions[watch as usize].level();
        grounds.sort_by_key(|ground| std::cmp::Reverse(level(*ground)));
        grounds.iter().for_each(|ground| note(series_of(*ground)));
        for ground in grounds {
            if others.len() < MOST_OTHERS {
                self.list_others(ground, own, others);
            }
        }
    }

    /// Keeps what other series said last, from `from` on or at least their newest sample.
    pub(crate) fn keep_witnesses(&mut self, watch: u32, slots: &[SeriesSlot], from: Time) {
        let said = slots.iter().map(|slot| {
            let series = &self.state.series[slot.index()];
            let last = series.newest_valid().unwrap_or(from);
            let samples = newest(series, from.min(last), KEPT_OF_OTHERS);
            let series = slot.0;
            Witness { series, samples }
        });
        let said: Vec<Witness> = said.filter(|w| !w.samples.is_empty()).collect();
        if said.is_empty() {
            self.state.witnesses.remove(&watch);
        } else {
            self.state.witnesses.insert(watch, said);
        }
    }

    /// The samples that decided the last change of an alarm: its own, then those of each other series
    /// that had a part in it; newest last in each.
    pub(crate) fn evidence_of(&self, watch: u32) -> Vec<EvidenceView> {
        let mut views = Vec::new();
        if self.rule_behind(watch).is_some() {
            let own = self.config.watches[watch as usize].series;
            let kept = self.state.evidence.get(&watch).into_iter().flatten();
            views.extend(kept.map(|sample| self.evidence_view(own, sample)));
        }
        for witness in self.state.witnesses.get(&watch).into_iter().flatten() {
            let slot = SeriesSlot(witness.series);
            let station = &self.config.station_of(slot).id;
            let quantity = &self.config.quantity_of(slot).id;
            views.extend(witness.samples.iter().map(|sample| EvidenceView {
                station: Some(station.clone()),
                quantity: Some(quantity.clone()),
                ..self.evidence_view(slot, sample)
            }));
        }
        views
    }

    fn evidence_view(&self, slot: SeriesSlot, sample: &Sample) -> EvidenceView {
        let decimals = self.config.quantity_of(slot).decimals;
        EvidenceView {
            time: sample.observed,
            value: sample.is_valid().then(|| decimals.show(sample.value)),
            quality: if sample.doubts.any() {
                sample.quality.max(Quality::Doubtful)
            } else {
                sample.quality
            },
            station: None,
            quantity: None,
        }
    }
}
