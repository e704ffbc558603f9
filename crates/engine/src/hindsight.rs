//! What rules that are not judged again by themselves would have said at the time of a late reading:
//! cluster rules, forecasts, and rules about rules.
//!
//! Nothing here changes a condition; a copy goes back, is judged once, and what differs is told.

use std::collections::BTreeMap;

use model::{Effect, Effects, Time, Transition};

use crate::condition::Look;
use crate::engine::Engine;
use crate::late::in_season;
use crate::measure::Seen;

/// Of one input: what watches would have said at its observed time, and who asks about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Hindsight {
    time: Time,
    would: BTreeMap<u32, u8>,
    /// By rank and watch.
    askers: std::collections::BTreeSet<(u32, u32)>,
}

impl Engine {
    /// Says that a watch would have stood elsewhere at `time`, and remembers it for those who ask
    /// about it.
    pub(crate) fn tell_late(
        &mut self,
        watch: u32,
        time: Time,
        stood: u8,
        would: u8,
        out: &mut Effects,
    ) {
        let spec = &self.config.watches[watch as usize];
        out.push(Effect::LateEvidence(Transition {
            rule: spec.rule,
            subject: self.config.series[spec.series.index()].station,
            prev: stood,
            level: would,
            time,
        }));
        let hindsight = &mut self.state.hindsight;
        hindsight.time = time;
        hindsight.would.insert(watch, would);
        let askers = self.index.combinations.askers_of(watch);
        hindsight.askers.extend(askers);
    }

    /// What a watch would have said if it had measured this at `time`; tells what differs.
    pub(crate) fn look_back(&mut self, watch: u32, seen: Seen, time: Time, out: &mut Effects) {
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()];
        let condition = &self.state.conditions[watch as usize];
        let stood = condition.level_at(rule, time);
        let mut then = condition.clone();
        if then.rewind(rule, time, None) > time {
            // Not remembered so far back.
            return;
        }
        let heard = self.state.series[spec.series.index()].heard_before(time);
        then.pass(rule, time, heard, self.horizon_ms(spec.series));
        let look = Look::of(in_season(rule, seen, time), time, time);
        then.judge(rule, spec.bounds_at(time), look);
        let would = then.level();
        if would != stood {
            self.tell_late(watch, time, stood, would, out);
        }
    }

    /// Asks the rules about rules whose grounds a late reading changed in the past, the nearest to
    /// the readings first.
    pub(crate) fn follow_back(&mut self, out: &mut Effects) {
        while let Some((_, watch)) = self.state.hindsight.askers.pop_first() {
            let time = self.state.hindsight.time;
            let seen = Seen::good(self.combined_then(watch, time));
            self.look_back(watch, seen, time, out);
        }
        self.state.hindsight.would.clear();
    }

    /// The level a watch would have had at `time`, as far as is remembered.
    pub(crate) fn level_then(&self, watch: u32, time: Time) -> u8 {
        let known = self.state.hindsight.would.get(&watch).copied();
        known.unwrap_or_else(|| {
            let rule = self.config.watches[watch as usize].rule;
            let rule = &self.config.rules[rule.index()];
            self.state.conditions[watch as usize].level_at(rule, time)
        })
    }
}
