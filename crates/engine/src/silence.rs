//! Rules about hearing nothing: how long ago a series spoke, by arrival, never by its own claim.
//!
//! One armed deadline per watch, moved only when it fires. A series that has never spoken is not
//! silent: nobody can say since when.

use model::{Effects, Level, Time};

use crate::condition::Look;
use crate::engine::Engine;
use crate::measure::{Measured, Seen};
use crate::timers::Due;

impl Engine {
    /// The series of a silence watch spoke: its levels end, and the wait begins anew.
    pub(crate) fn break_silence(&mut self, watch: u32, at: Time, out: &mut Effects) {
        if !self.state.conditions[watch as usize].is_idle() {
            self.judge_quiet(watch, 0, at, out);
        }
        if !self.state.silences.contains_key(&watch) {
            self.await_silence(watch, at, at);
        }
    }

    /// A deadline of a silence watch came: how quiet its series has been, and when to look again.
    pub(crate) fn judge_silence(&mut self, watch: u32, at: Time, out: &mut Effects) {
        self.state.silences.remove(&watch);
        let series = self.config.watches[watch as usize].series;
        let Some(heard) = self.state.series[series.index()].heard else {
            return;
        };
        let quiet_ms = at.since_ms(heard);
        self.judge_quiet(watch, quiet_ms, at, out);
        self.await_silence(watch, heard, at);
    }

    /// Arms the deadline of the next level after `at`, if there is one.
    pub(crate) fn await_silence(&mut self, watch: u32, heard: Time, at: Time) {
        let bounds = self.config.watches[watch as usize].bounds_at(at);
        let ends = bounds.iter().flatten().map(|b| heard.plus_ms(b.raise));
        let Some(next) = ends.filter(|end| *end > at).min() else {
            return;
        };
        self.state.timers.arm(next, Due::Silence { watch });
        self.state.silences.insert(watch, next);
    }

    fn judge_quiet(&mut self, watch: u32, quiet_ms: i64, at: Time, out: &mut Effects) {
        let spec = &self.config.watches[watch as usize];
        let side = self.config.rules[spec.rule.index()].side;
        let bounds = spec.bounds_at(at);
        let quiet = Measured::Plain(quiet_ms);
        let says = Level::ALL.map(|l| quiet.verdict(side, bounds[l.index()], l));
        let last = self.state.series[spec.series.index()].newest();
        let measured = Measured::Decided {
            met: says.map(|(met, _)| met),
            kept: says.map(|(_, kept)| kept),
            // What it said last; a number of milliseconds is no value of the quantity.
            shown: last.map_or(0, |s| s.value),
        };
        self.judge(watch, Look::of(Seen::good(measured), at, at), out);
    }
}
