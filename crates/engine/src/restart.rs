//! After a start: time in which nobody looked does not count, sources get a moment, red does not.

use model::config::Measure;
use model::{Effect, Effects, Time};

use crate::engine::Engine;
use crate::timers::Due;

impl Engine {
    /// Called before anything that is due by `at` happens: what came due while the process was down.
    ///
    /// Clocks of conditions stand where they were when the last input came; samples prove the rest.
    /// Silence is judged once sources had a moment to speak. Situations are looked at anew: red that
    /// was not told goes at once, the rest waits for sources. Runs that came due are taken up once
    /// everything else has happened, all their missed steps as one.
    pub(crate) fn hold_back(&mut self, at: Time, out: &mut Effects) {
        let settle_ms = self.config.policy.grouping.settle_ms;
        let down_ms = self.state.last_at.map_or(0, |last| at.since_ms(last));
        if down_ms > 0 {
            for series in &mut self.state.series {
                series.newest_at = series.newest_at.plus_ms(down_ms);
            }
            for watch in 0..self.state.conditions.len() as u32 {
                if !self.state.conditions.is_idle(watch) {
                    let condition = &mut self.state.conditions[watch as usize];
                    let before = condition.deadlines();
                    condition.postpone(down_ms);
                    self.rearm(watch, before);
                }
            }
        }
        self.freeze_unseen(at, out);
        let of_sources = |due: &Due| matches!(due, Due::Freshness { .. } | Due::Silence { .. });
        let settled = at.plus_ms(settle_ms);
        for due in self.state.timers.take(at, of_sources) {
            if let Due::Silence { watch } = due {
                self.state.silences.insert(watch, settled);
            }
            self.state.timers.arm(settled, due);
        }
        self.hold_on(at);
        let of_situations = |due: &Due| matches!(due, Due::Situation { .. });
        for due in self.state.timers.take(at, of_situations) {
            if let Due::Situation { situation } = due
                && let Some(situation) = self.state.situations.list.get_mut(&situation)
            {
                situation.due = None;
            }
        }
        let of_runs = |due: &Due| matches!(due, Due::Run { .. });
        let overdue = self.state.timers.take(at, of_runs);
        let mut runs = Vec::new();
        for due in overdue {
            if let Due::Run { run } = due {
                runs.push(run);
            }
        }
        self.state.calling.overdue = runs;
        self.state.calling.unknown = self.unknown_pages();
        self.listen_anew(at);
        self.put_plans_by(at);
        let situations = &mut self.state.situations;
        situations.hold_until = Some(at.plus_ms(settle_ms));
        situations.resuming = true;
    }

    /// Conditions whose series lies beyond the horizon stand still from the start on. Who is told of
    /// it waits for sources.
    fn freeze_unseen(&mut self, at: Time, out: &mut Effects) {
        for watch in 0..self.state.conditions.len() as u32 {
            if self.state.conditions.is_idle(watch) {
                continue;
            }
            let spec = &self.config.watches[watch as usize];
            let rule = &self.config.rules[spec.rule.index()];
            let sees = rule.measure != Measure::Silence;
            if !sees || !rule.unknown_when_stale || !self.is_beyond_horizon(spec.series, at) {
                continue;
            }
            let condition = &mut self.state.conditions[watch as usize];
            if condition.is_unknown() {
                continue;
            }
            let before = condition.deadlines();
            condition.freeze(at);
            self.rearm(watch, before);
            if self.is_told(watch) {
                out.push(Effect::Alarm(self.index.keys[watch as usize]));
            }
        }
    }

    /// Called once what is due has happened: every open situation is looked at as of the start.
    pub(crate) fn look_around_again(&mut self) {
        let situations = &mut self.state.situations;
        let open = situations.list.iter().filter(|(_, s)| !s.closed);
        for (id, _) in open {
            situations.touched.entry(*id).or_default();
        }
    }

    /// Counts anew what stands by slots, once everything has been taken over by name.
    pub(crate) fn recount(&mut self, old: &Engine, at: Time, out: &mut Effects) {
        self.recount_voices(old);
        self.recount_ledger();
        self.rebuild_inhibitors();
        self.recount_situations(at);
        self.rebuild_danger(at, out);
        let watches: Vec<u32> = self.state.alarms.keys().copied().collect();
        for watch in watches {
            self.rearm_calm(watch);
            self.touch(watch, at, out);
        }
    }
}
