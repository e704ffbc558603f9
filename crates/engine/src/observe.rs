//! A reading becomes an observation, moves conditions, and changes levels.

use model::config::Measure;
use model::effect::SystemKind;
use model::{Effect, Effects, Observed, SeriesSlot, Time, Transition};

use crate::condition::Look;
use crate::engine::Engine;
use crate::late::in_season;
use crate::measure::{Measured, Seen, Taken};
use crate::series::Sample;
use crate::timers::Due;

impl Engine {
    pub(crate) fn observe(&mut self, observed: &Observed, at: Time, out: &mut Effects) {
        if observed.too_late {
            return;
        }
        let slot = observed.series;
        let sample = Sample::from(observed);
        let series = &mut self.state.series[slot.index()];
        let place = if observed.suspect {
            series.push_ahead(sample);
            series.len()
        } else if observed.late {
            series.insert(sample, at)
        } else {
            series.push(sample, at);
            series.len() - 1
        };
        let checked = series.checked;
        out.push(Effect::Series(slot));
        if checked {
            self.check(slot, place, at, out);
        }
        // What comes late fills a past: nothing is seen or heard by it now, unless it is the first word.
        let is_first = self.state.series[slot.index()].heard.is_none();
        let speaks = sample.is_valid() && (!observed.late || is_first);
        let back = speaks && self.hear(observed, at, out);
        if observed.late {
            self.judge_late(observed, at, out);
            if back {
                self.judge_sight(slot, at, out);
            }
            return;
        }
        if !sample.is_valid() {
            return;
        }
        if self.index.proving.contains(&slot.0) && !observed.suspect {
            self.prove(slot, at, out);
        }
        let (first, end) = self.index.watches[slot.index()];
        for watch in first..end {
            if observed.suspect {
                self.look_ahead(watch, observed, at, out);
            } else if self.is_calm_at_a_glance(watch, slot) {
                debug_assert!(self.is_calm_by_its_rule(watch, slot), "watch {watch}");
            } else {
                self.look_at(watch, slot, at, out);
            }
        }
        if back {
            self.judge_sight(slot, at, out);
        }
    }

    /// Judges one watch at the newest sample of its series.
    pub(crate) fn look_at(&mut self, watch: u32, slot: SeriesSlot, at: Time, out: &mut Effects) {
        if let Some(sample) = self.state.series[slot.index()].newest() {
            self.look_from(watch, slot, sample.observed, at, out);
        }
    }

    /// The same, with whatever begins by it beginning at `since`.
    pub(crate) fn look_from(
        &mut self,
        watch: u32,
        slot: SeriesSlot,
        since: Time,
        at: Time,
        out: &mut Effects,
    ) {
        let series = &self.state.series[slot.index()];
        let Some((place, sample)) = series.newest_place().zip(series.newest().copied()) else {
            return;
        };
        let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
        let plain = rule.measure == Measure::Value;
        let around = matches!(rule.measure, Measure::Cluster { .. });
        let speaks = matches!(rule.measure, Measure::Expression { .. });
        if matches!(rule.measure, Measure::Levels { .. }) {
            return self.ask_later(watch, since);
        }
        if rule.measure == Measure::Silence {
            if series.heard == Some(at) {
                self.break_silence(watch, at, out);
            }
            return;
        }
        let taken = if plain {
            Some(Seen::of(Measured::Plain(sample.value), sample.is_good()))
        } else {
            self.measured(watch, place)
        };
        if speaks {
            self.tell_failing(watch, &taken, at, out);
        }
        let Some(seen) = taken else {
            return;
        };
        let look = Look::of(seen, since, at);
        if around {
            self.look_around(watch, seen, look, out);
        } else if !self.is_quiet(watch, seen.measured) {
            self.judge(watch, look, out);
        }
    }

    /// Whether a measured value can change nothing: every level is off and none is met.
    pub(crate) fn is_quiet(&self, watch: u32, measured: Measured) -> bool {
        let calm = match measured {
            Measured::Plain(value) => self.index.is_calm(watch, value),
            Measured::Ratio { rise, over } => self.index.is_slow(watch, rise, over),
            Measured::Decided { met, .. } => !met.contains(&true),
        };
        calm && self.state.conditions[watch as usize].is_idle()
    }

    /// A reading whose clock runs ahead: its value alone may raise, with a mark. Its run begins when
    /// it came, since its own time cannot be believed.
    fn look_ahead(&mut self, watch: u32, observed: &Observed, at: Time, out: &mut Effects) {
        let rule = self.config.watches[watch as usize].rule;
        match self.config.rules[rule.index()].measure {
            Measure::Value => {}
            Measure::Silence => return self.break_silence(watch, at, out),
            Measure::Sum { .. }
            | Measure::Rate { .. }
            | Measure::Cluster { .. }
            | Measure::Rise { .. }
            | Measure::Extreme { .. }
            | Measure::Sums { .. }
            | Measure::Levels { .. }
            | Measure::Expression { .. }
            | Measure::Forecast { .. } => return,
        }
        let measured = Measured::Plain(observed.value);
        if self.is_quiet(watch, measured) {
            return;
        }
        let look = Look::of(Seen::of(measured, false), at, at);
        self.judge(watch, look, out);
        let watermark = self.state.series[observed.series.index()].watermark;
        self.state.conditions[watch as usize].settle_at(watermark.unwrap_or(Time::MIN));
    }

    /// An expression that errs gives no level, and the desk is told for as long as it does.
    fn tell_failing(&mut self, watch: u32, taken: &Taken, at: Time, out: &mut Effects) {
        let failing = self.is_failing(watch, taken);
        if !failing && self.state.notices.is_empty() {
            return;
        }
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()].id;
        let subject = format!("{rule}@{}", self.config.station_of(spec.series).id);
        self.notice(SystemKind::RuleFailing, &subject, failing, at, out);
    }

    pub(crate) fn judge(&mut self, watch: u32, look: Look, out: &mut Effects) {
        let spec = &self.config.watches[watch as usize];
        if spec.is_bare() {
            return;
        }
        let slot = spec.series.0;
        let rule = &self.config.rules[spec.rule.index()];
        let seen = Seen {
            measured: look.measured,
            doubtful: look.doubtful,
            proven: look.proven,
        };
        let seen = in_season(rule, seen, look.observed);
        let look = Look::of(seen, look.observed, look.at);
        let condition = &mut self.state.conditions[watch as usize];
        let (prev, deadlines, peak) = (condition.level(), condition.deadlines(), condition.peak);
        let (doubtful, unsure) = (condition.doubtful, condition.unsure);
        let lateness_ms = self.index.lateness_ms;
        let before = (lateness_ms > 0).then(|| (condition.shape(), condition.mark()));
        condition.take_swing();
        let instant = condition.judge(rule, spec.bounds_at(look.observed), look);
        if let Some((_, mark)) = before.filter(|(shape, _)| *shape != condition.shape()) {
            condition.remember(&mark, look.observed, lateness_ms);
        }
        let level = condition.level();
        let shown_moved = condition.peak != peak || condition.doubtful != doubtful;
        let clocks_moved = condition.deadlines() != deadlines;
        let borne_out = condition.unsure != unsure;
        let swung = condition.take_swing();
        self.rearm(watch, deadlines);
        self.guard(slot, look.at);
        if swung && level == prev {
            self.swing_back(watch, look.at, out);
        }
        if borne_out {
            self.affect(watch, look.observed);
        }
        if level != prev {
            self.change_level(watch, prev, level, instant, look.at, out);
        } else if (level > 0 && shown_moved) || (clocks_moved && self.is_told(watch)) {
            out.push(Effect::Alarm(self.index.keys[watch as usize]));
        }
    }

    /// A deadline of a watch has come.
    pub(crate) fn expire_level(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()];
        // Only what readings of the series itself move is borne out by them.
        let horizon_ms = match rule.measure {
            Measure::Cluster { .. } | Measure::Levels { .. } | Measure::Silence => None,
            Measure::Value
            | Measure::Sum { .. }
            | Measure::Rate { .. }
            | Measure::Rise { .. }
            | Measure::Extreme { .. }
            | Measure::Sums { .. }
            | Measure::Expression { .. }
            | Measure::Forecast { .. } => self.horizon_ms(spec.series),
        };
        let condition = &mut self.state.conditions[watch as usize];
        let (prev, deadlines) = (condition.level(), condition.deadlines());
        let instant = condition.expire(rule, at, horizon_ms);
        let level = condition.level();
        self.rearm(watch, deadlines);
        if let Some(instant) = instant
            && level != prev
        {
            self.change_level(watch, prev, level, instant, at, out);
        } else if self.is_told(watch) {
            out.push(Effect::Alarm(self.index.keys[watch as usize]));
        }
    }

    /// Whether people see the alarm of a watch, and so the clocks that run for it.
    pub(crate) fn is_told(&self, watch: u32) -> bool {
        self.state.alarms.get(&watch).is_some_and(|a| !a.closed)
    }

    /// Brings the timers in line with the deadlines a watch has now.
    pub(crate) fn rearm(&mut self, watch: u32, before: [Option<Time>; 4]) {
        let after = self.state.conditions[watch as usize].deadlines();
        for (place, (old, new)) in before.into_iter().zip(after).enumerate() {
            if old == new {
                continue;
            }
            let due = Due::Level {
                watch,
                level: place as u8 + 1,
            };
            if let Some(old) = old {
                self.state.timers.disarm(old, due.clone());
            }
            if let Some(new) = new {
                self.state.timers.arm(new, due);
            }
        }
    }

    /// Announces a change of level and moves the alarm behind it.
    pub(crate) fn change_level(
        &mut self,
        watch: u32,
        prev: u8,
        level: u8,
        time: Time,
        at: Time,
        out: &mut Effects,
    ) {
        let spec = &self.config.watches[watch as usize];
        let subject = self.config.series[spec.series.index()].station;
        out.push(Effect::Transition(Transition {
            rule: spec.rule,
            subject,
            prev,
            level,
            time,
        }));
        self.keep_evidence(watch, time);
        self.affect(watch, time);
        self.move_alarm(watch, prev, level, time, at, out);
    }
}
