//! A late reading is judged in its place: what came after it is judged again, silently.
//!
//! Only the present may change. The past is not announced again; where the late reading would have
//! decided otherwise at its own time, one entry says so. Judging again runs by observed times alone,
//! as if every sample had arrived when it was observed, so any order of arrival within the allowed
//! lateness ends in the same place.

use model::config::Measure;
use model::intake::Quality;
use model::{Effect, Effects, Observed, SeriesSlot, Time};

use crate::condition::Look;
use crate::engine::Engine;
use crate::measure::Seen;

impl Engine {
    /// Judges again everything that looks at a series, from a late reading on.
    pub(crate) fn judge_late(&mut self, late: &Observed, at: Time, out: &mut Effects) {
        let (first, end) = self.index.watches[late.series.index()];
        for watch in first..end {
            let spec = &self.config.watches[watch as usize];
            if spec.is_bare() {
                continue;
            }
            let rule = spec.rule;
            match self.config.rules[rule.index()].measure {
                Measure::Value
                | Measure::Sum { .. }
                | Measure::Rate { .. }
                | Measure::Rise { .. }
                | Measure::Extreme { .. }
                | Measure::Sums { .. }
                | Measure::Expression { .. } => self.judge_again(watch, late, at, out),
                Measure::Cluster { .. } => self.reheat(watch, late.observed, at, out),
                // What others say follows from their levels.
                Measure::Levels { .. } => self.look_at(watch, late.series, at, out),
                Measure::Forecast { .. } => self.foresee_again(watch, late, at, out),
                // A word of the past ends no silence.
                Measure::Silence => {}
            }
        }
    }

    fn judge_again(&mut self, watch: u32, late: &Observed, at: Time, out: &mut Effects) {
        if self.is_calm_throughout(watch, late) {
            return;
        }
        let config = std::sync::Arc::clone(&self.config);
        let rule = &config.rules[config.watches[watch as usize].rule.index()];
        let condition = &mut self.state.conditions[watch as usize];
        let (prev, deadlines, peak) = (condition.level(), condition.deadlines(), condition.peak);
        let stood = condition.level_at(rule, late.observed);
        let stopped = condition
            .stopped_ms
            .map(|ms| condition.newest_at.plus_ms(ms));
        let would = self.relive(watch, late);
        let series = &self.state.series[late.series.index()];
        let newest = series.watermark.unwrap_or(late.observed);
        let horizon_ms = self.horizon_ms(late.series);
        let sight_ends = horizon_ms.map(|ms| series.newest_at.plus_ms(ms));
        let sight_ends = sight_ends.filter(|end| rule.unknown_when_stale && *end < at);
        // What has lost sight gets it back by a newer reading alone.
        let stopped = stopped.filter(|_| series.newest_valid() > Some(late.observed));
        let condition = &mut self.state.conditions[watch as usize];
        let instant = match stopped.or(sight_ends) {
            Some(end) => {
                let instant = condition.expire(rule, end, horizon_ms);
                condition.freeze(end);
                instant
            }
            None => condition.expire(rule, at, horizon_ms),
        };
        let (level, peak_moved) = (condition.level(), condition.peak != peak);
        self.rearm(watch, deadlines);
        self.guard(late.series.0, at);
        if late.observed < newest
            && let Some(would) = would.filter(|level| *level != stood)
        {
            self.tell_late(watch, late.observed, stood, would, out);
        }
        if level != prev {
            self.change_level(watch, prev, level, instant.unwrap_or(newest), at, out);
        } else if level > 0 && peak_moved {
            out.push(Effect::Alarm(self.index.keys[watch as usize]));
        }
    }

    /// A forecast looks ahead from the newest sample; what it would have said at the late one is told.
    fn foresee_again(&mut self, watch: u32, late: &Observed, at: Time, out: &mut Effects) {
        let series = &self.state.series[late.series.index()];
        let valid = matches!(late.quality, Quality::Good | Quality::Doubtful);
        if valid
            && series
                .watermark
                .is_some_and(|newest| late.observed < newest)
        {
            let place = series.place_of(late.observed);
            if let Some(seen) = self.measured(watch, place) {
                self.look_back(watch, seen, late.observed, out);
            }
        }
        self.look_at(watch, late.series, at, out);
    }

    /// Whether nothing can have begun: neither before, nor by this reading, nor after it.
    fn is_calm_throughout(&self, watch: u32, late: &Observed) -> bool {
        let rule = self.config.watches[watch as usize].rule;
        let condition = &self.state.conditions[watch as usize];
        self.config.rules[rule.index()].measure == Measure::Value
            && condition.is_idle()
            && condition.marks.is_empty()
            && self.index.is_calm(watch, late.value)
    }

    /// Takes a condition back to before the late reading and forward again to the newest sample.
    /// Gives the level right after the late reading.
    fn relive(&mut self, watch: u32, late: &Observed) -> Option<u8> {
        let config = std::sync::Arc::clone(&self.config);
        let spec = &config.watches[watch as usize];
        let rule = &config.rules[spec.rule.index()];
        let horizon_ms = self.horizon_ms(spec.series);
        let series = &self.state.series[spec.series.index()];
        let place = series.place_of(late.observed);
        let before = series.heard_before(late.observed);
        let (newest_valid, newest_at) = (series.newest_valid(), series.newest_at);
        let condition = &mut self.state.conditions[watch as usize];
        let (newest_was, newest_was_at) = (condition.newest, condition.newest_at);
        let mut from = condition.rewind(rule, late.observed, before);
        if place + 1 == series.len() {
            // Another revision of the newest sample is judged whatever is remembered.
            from = from.min(late.observed);
        }
        let mut would = None;
        for place in series.place_of(from)..series.len() {
            let series = &self.state.series[spec.series.index()];
            let Some(sample) = series.get(place).copied().filter(|s| s.is_valid()) else {
                continue;
            };
            let arrived = if newest_valid == Some(sample.observed) {
                newest_at
            } else {
                sample.observed
            };
            let heard = series.heard_before(sample.observed);
            let condition = &mut self.state.conditions[watch as usize];
            condition.pass(rule, sample.observed, heard, horizon_ms);
            let Some(seen) = self.measured(watch, place) else {
                continue;
            };
            let seen = in_season(rule, seen, sample.observed);
            let look = Look::of(seen, sample.observed, arrived);
            let lateness_ms = self.index.lateness_ms;
            let condition = &mut self.state.conditions[watch as usize];
            let (shape, mark) = (condition.shape(), condition.mark());
            condition.judge(rule, spec.bounds_at(sample.observed), look);
            if lateness_ms > 0 && condition.shape() != shape {
                condition.remember(&mark, sample.observed, lateness_ms);
            }
            if sample.observed == late.observed {
                would = Some(condition.level());
            }
        }
        let condition = &mut self.state.conditions[watch as usize];
        if let Some(newest) = condition.newest {
            let at = match Some(newest) {
                known if known == newest_valid => newest_at,
                known if known == newest_was => newest_was_at,
                _ => newest,
            };
            condition.set_clocks(rule, newest, at);
        }
        would
    }

    /// How long after its newest sample a series is unknown, once its interval is. Where silence is
    /// normal that holds too: only conditions that say something ask.
    pub(crate) fn horizon_ms(&self, slot: SeriesSlot) -> Option<i64> {
        let spec = &self.config.series[slot.index()];
        let interval = self.state.series[slot.index()].interval_ms(spec.interval_ms)?;
        Some((interval * self.config.policy.horizon_tenths / 10).max(1))
    }
}

/// What a rule sees at a time: nothing is met outside its season.
pub(crate) fn in_season(rule: &model::config::Rule, seen: Seen, time: Time) -> Seen {
    match &rule.season {
        Some(season) if !season.holds(time) => seen.quieted(),
        Some(_) | None => seen,
    }
}
