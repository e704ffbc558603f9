//! A reading becomes an observation, moves conditions, and changes levels.

use model::config::Measure;
use model::{Effect, Effects, Observed, Time, Transition};

use crate::condition::{Look, Measured};
use crate::engine::Engine;
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
        if observed.suspect {
            series.push_ahead(sample);
        } else if observed.late {
            series.insert(sample);
        } else {
            series.push(sample, self.config.policy.remember_ms);
        }
        out.push(Effect::Series(slot));
        if !sample.is_valid() {
            return;
        }
        self.hear(slot.0, at, out);
        let newest = self.state.series[slot.index()].watermark == Some(observed.observed);
        let doubtful = observed.suspect || observed.quality != model::intake::Quality::Good;
        let (first, end) = self.index.watches[slot.index()];
        for watch in first..end {
            self.look_at(watch, observed, newest, doubtful, at, out);
        }
    }

    /// Judges one watch after its series took a reading.
    fn look_at(
        &mut self,
        watch: u32,
        observed: &Observed,
        newest: bool,
        doubtful: bool,
        at: Time,
        out: &mut Effects,
    ) {
        let series = &self.state.series[observed.series.index()];
        let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
        // A late reading decides the present only: at the watermark, and only through its sums.
        let when = series.watermark.unwrap_or(observed.observed);
        let (measured, when) = match rule.measure {
            Measure::Value if newest || observed.suspect => {
                (Measured::Plain(observed.value), observed.observed)
            }
            Measure::Sum { window_ms } if !observed.suspect => {
                (Measured::Plain(series.sum(window_ms)), when)
            }
            Measure::Rate { per_ms } if newest => match series.before_newest() {
                Some(before) => (ratio(before, observed, per_ms), observed.observed),
                None => return,
            },
            Measure::Cluster { window_ms, .. } if !observed.suspect => {
                let sum = series.sum(window_ms);
                self.look_around(
                    watch,
                    sum,
                    Look {
                        measured: Measured::Plain(0),
                        observed: when,
                        at,
                        doubtful,
                    },
                    out,
                );
                return;
            }
            Measure::Value
            | Measure::Sum { .. }
            | Measure::Rate { .. }
            | Measure::Rise { .. }
            | Measure::Extreme { .. }
            | Measure::Sums { .. }
            | Measure::Silence
            | Measure::Levels { .. }
            | Measure::Expression { .. }
            | Measure::Forecast { .. }
            | Measure::Cluster { .. } => {
                return;
            }
        };
        if let Measured::Plain(value) = measured
            && self.index.is_calm(watch, value)
            && self.state.conditions[watch as usize].is_idle()
        {
            return;
        }
        self.judge(
            watch,
            Look {
                measured,
                observed: when,
                at,
                doubtful,
            },
            out,
        );
    }

    /// Judges the neighbours of a gauge that turned hot or cool.
    fn look_around(&mut self, watch: u32, sum: i64, look: Look, out: &mut Effects) {
        let Some((cluster, _)) = self.index.member_of.get(&watch).copied() else {
            return;
        };
        let heat = &mut self.state.heat[cluster as usize];
        let Some(turned) = heat.look(&self.config, &self.index, watch, sum) else {
            return;
        };
        for member in turned {
            let measured = Measured::Plain(i64::from(member.met));
            self.judge(member.watch, Look { measured, ..look }, out);
        }
    }

    fn judge(&mut self, watch: u32, look: Look, out: &mut Effects) {
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()];
        let condition = &mut self.state.conditions[watch as usize];
        let (prev, deadlines, peak) = (condition.level(), condition.deadlines(), condition.peak);
        condition.judge(rule, &spec.bounds, look);
        let (level, peak_moved) = (condition.level(), condition.peak != peak);
        let clocks_moved = condition.deadlines() != deadlines;
        self.rearm(watch, deadlines);
        if level != prev {
            self.change_level(watch, prev, level, look.observed, look.at, out);
        } else if (level > 0 && peak_moved) || (clocks_moved && self.is_told(watch)) {
            out.push(Effect::Alarm(self.index.keys[watch as usize]));
        }
    }

    /// A deadline of a watch has come.
    pub(crate) fn expire_level(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
        let condition = &mut self.state.conditions[watch as usize];
        let (prev, deadlines) = (condition.level(), condition.deadlines());
        let instant = condition.expire(rule, at);
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
    fn is_told(&self, watch: u32) -> bool {
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
        self.move_alarm(watch, prev, level, time, at, out);
    }
}

fn ratio(before: &Sample, now: &Observed, per_ms: i64) -> Measured {
    Measured::Ratio {
        rise: i128::from(now.value - before.value) * i128::from(per_ms),
        over: i128::from(now.observed.since_ms(before.observed).max(1)),
    }
}
