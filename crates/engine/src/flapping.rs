//! Alarms that swing too often to be told one by one: told once at their worst, until they rest.
//!
//! A swing is a change of level, or a return while recovering. Many of them with at least two turns
//! are an unstable alarm; a steady rise through every level has none.

use std::collections::VecDeque;

use model::effect::SystemKind;
use model::view::Doubt;
use model::{Effect, Effects, OpId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::timers::Due;

/// How an alarm moved lately.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Motion {
    /// Oldest first, none older than the longer window.
    swings: VecDeque<Swing>,
    pub(crate) unstable: Option<Unstable>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Swing {
    at: Time,
    from: u8,
    to: u8,
}

/// An alarm that is told once until it rests.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unstable {
    pub(crate) since: Time,
    /// The worst level of its swings.
    pub(crate) level: u8,
    /// Swings so far.
    pub(crate) swings: u32,
    last: Time,
}

/// More swings than this within a window are not told apart.
const MOST: usize = 64;

impl Motion {
    /// Changes within the last `span_ms`, and turns among them.
    fn count(&self, span_ms: i64, at: Time) -> (usize, usize) {
        let from = at.plus_ms(-span_ms);
        let recent = self.swings.iter().filter(|s| s.at > from);
        let list: Vec<Swing> = recent.copied().collect();
        // A return while recovering went down and up again by itself.
        let up = |s: &Swing| s.to >= s.from;
        let turns = list
            .windows(2)
            .filter(|pair| up(&pair[0]) != up(&pair[1]) || pair[1].to == pair[1].from);
        (list.len(), turns.count())
    }
}

impl Engine {
    /// Counts one swing of an alarm; too many make it unstable.
    pub(crate) fn count_swing(
        &mut self,
        watch: u32,
        from: u8,
        to: u8,
        at: Time,
        out: &mut Effects,
    ) {
        let policy = self.config.policy.flapping;
        let span_ms = policy.slow_ms.max(policy.fast_ms);
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        if policy.slow == 0 && policy.fast == 0 {
            return;
        }
        let motion = &mut alarm.motion;
        motion.swings.push_back(Swing { at, from, to });
        let oldest = at.plus_ms(-span_ms);
        while motion.swings.len() > MOST || motion.swings.front().is_some_and(|s| s.at <= oldest) {
            motion.swings.pop_front();
        }
        if let Some(unstable) = &mut motion.unstable {
            unstable.level = unstable.level.max(to);
            unstable.swings += 1;
            unstable.last = at;
            return;
        }
        let many = |least: u16, span_ms: i64| {
            let (changes, turns) = motion.count(span_ms, at);
            least > 0 && changes >= usize::from(least) && turns >= 2
        };
        if !many(policy.slow, policy.slow_ms) && !many(policy.fast, policy.fast_ms) {
            return;
        }
        let worst = motion.swings.iter().map(|s| s.from.max(s.to)).max();
        motion.unstable = Some(Unstable {
            since: at,
            level: worst.unwrap_or(to),
            swings: motion.swings.len() as u32,
            last: at,
        });
        self.state.conditions[watch as usize].stretch = policy.factor;
        let rest = at.plus_ms(2 * span_ms);
        self.state.timers.arm(rest, Due::Calm { watch });
        let station = self.station_id(watch);
        self.flag_signal(&station, true, at, out);
        out.push(Effect::Suppression(self.flapping_id(watch)));
    }

    /// A condition came back while it was recovering: a swing that is no transition.
    pub(crate) fn swing_back(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let Some(level) = self.state.alarms.get(&watch).map(|a| a.level) else {
            return;
        };
        self.count_swing(watch, level, level, at, out);
        if self.swings_of(watch).is_some() {
            out.push(Effect::Alarm(self.key_of(watch)));
            self.touch(watch, at, out);
        }
    }

    /// Two windows have passed since an alarm was last seen to swing, or were to.
    pub(crate) fn judge_calm(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let policy = self.config.policy.flapping;
        let span_ms = policy.slow_ms.max(policy.fast_ms);
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        let Some(unstable) = alarm.motion.unstable else {
            return;
        };
        let rest = unstable.last.plus_ms(2 * span_ms);
        if rest > at {
            self.state.timers.arm(rest, Due::Calm { watch });
            return;
        }
        alarm.motion = Motion::default();
        self.state.conditions[watch as usize].stretch = 0;
        out.push(Effect::Suppression(self.flapping_id(watch)));
        out.push(Effect::Alarm(self.key_of(watch)));
        self.settle(watch, at, out);
        let slot = self.station_slot(watch);
        if !self.has_unstable_alarm(slot) && !self.has_oscillating_series(slot) {
            let station = self.station_id(watch);
            self.flag_signal(&station, false, at, out);
        }
    }

    /// Says that the signal of a station is unstable, or calm again. Its sensor wants repair from
    /// then on, until a person says that it is done.
    pub(crate) fn flag_signal(&mut self, station: &str, on: bool, at: Time, out: &mut Effects) {
        self.notice(SystemKind::UnstableSignal, station, on, at, out);
        if on {
            self.notice(SystemKind::SensorRepair, station, true, at, out);
        }
    }

    /// Whether the signal of a station is flagged now.
    pub(crate) fn is_unstable(&self, station: &str) -> bool {
        let key = (SystemKind::UnstableSignal, station.to_owned());
        self.state.notices.contains_key(&key)
    }

    /// Whether any alarm of a station swings too often.
    pub(crate) fn has_unstable_alarm(&self, station: u32) -> bool {
        let unstable = |w: &u32| {
            let alarm = self.state.alarms.get(w);
            alarm.is_some_and(|a| a.motion.unstable.is_some())
        };
        self.index.ground.watches(station).iter().any(unstable)
    }

    fn has_oscillating_series(&self, station: u32) -> bool {
        let watches = self.index.ground.watches(station).iter();
        let mut series = watches.map(|w| self.config.watches[*w as usize].series);
        series.any(|slot| {
            let doubts = self.state.series[slot.index()].newest_doubts();
            doubts.has(Doubt::Oscillating)
        })
    }

    /// Arms the rest of every unstable alarm anew, after slots changed their meaning.
    pub(crate) fn rearm_calm(&mut self, watch: u32) {
        let policy = self.config.policy.flapping;
        let span_ms = policy.slow_ms.max(policy.fast_ms);
        let motion = self.state.alarms.get(&watch).map(|a| &a.motion);
        let Some(unstable) = motion.and_then(|m| m.unstable) else {
            return;
        };
        self.state.conditions[watch as usize].stretch = policy.factor;
        let rest = unstable.last.plus_ms(2 * span_ms);
        self.state.timers.arm(rest, Due::Calm { watch });
    }

    pub(crate) fn swings_of(&self, watch: u32) -> Option<u32> {
        let motion = &self.state.alarms.get(&watch)?.motion;
        motion.unstable.map(|u| u.swings)
    }

    pub(crate) fn station_id(&self, watch: u32) -> String {
        self.config.stations[self.station_slot(watch) as usize]
            .id
            .clone()
    }

    /// The ledger's name for an unstable alarm, made from its key.
    pub(crate) fn flapping_id(&self, watch: u32) -> OpId {
        OpId(format!("flapping:{}", self.key_of(watch)))
    }
}
