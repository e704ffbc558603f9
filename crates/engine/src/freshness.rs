//! The staleness machine: how recently a series was heard, by entry time, never by its own claim.
//!
//! One armed deadline per series, moved only when it fires: a reading costs nothing here.

use model::config::Measure;
use model::effect::SystemKind;
use model::view::Freshness;
use model::{Effect, Effects, Observed, SeriesSlot, Time};

use crate::engine::Engine;
use crate::timers::Due;

/// How long a silence lasts until it amounts to something.
struct Marks {
    late_ms: i64,
    horizon_ms: i64,
    stale_ms: i64,
    dead_ms: i64,
}

impl Engine {
    /// A valid reading came by an interface, the newest observed so far: the series is fresh, sight is
    /// back. One that is older than the horizon is news of a past: it is judged like any other, but
    /// what was not seen before is not seen by it.
    /// Says whether it was not seen before.
    pub(crate) fn hear(&mut self, heard: &Observed, at: Time, out: &mut Effects) -> bool {
        let (slot, interface) = (heard.series.0, heard.interface);
        let series = &self.state.series[slot as usize];
        let news = !(series.quiet || series.unknown) || self.is_of_now(heard, at);
        let series = &mut self.state.series[slot as usize];
        let from = series.heard.map(|_| series.interface);
        let was_quiet = series.quiet;
        let back = was_quiet && news;
        let sees_again = series.unknown && news;
        let before = series.heard.replace(at);
        series.interface = interface;
        if news || !series.unknown {
            series.freshness = Freshness::Fresh;
        }
        series.quiet &= !news;
        series.unknown &= !news;
        if sees_again {
            self.regain_sight(slot, at, out);
        }
        if back || from != Some(interface) {
            self.move_voice(slot, from, interface, at, out);
        }
        if was_quiet {
            self.unguard(slot, before);
        }
        if back {
            let station = self.config.series[slot as usize].station.0;
            self.look_for_blindness(station, at, out);
        }
        self.guard(slot, at);
        sees_again || before.is_none()
    }

    /// Whether a reading is no older than the horizon, or has a clock that says nothing.
    fn is_of_now(&self, heard: &Observed, at: Time) -> bool {
        let horizon_ms = self.horizon_ms(heard.series);
        heard.suspect || horizon_ms.is_none_or(|ms| at.since_ms(heard.observed) <= ms)
    }

    /// What silence amounts to, by how long it lasts, once the expected interval is known.
    fn marks(&self, slot: u32) -> Option<Marks> {
        let policy = &self.config.policy;
        let series = &self.state.series[slot as usize];
        let interval = series.interval_ms(self.config.series[slot as usize].interval_ms)?;
        let scaled = |tenths: i64| (interval * tenths / 10).max(1);
        let stale_ms = policy.stale_ms(interval);
        Some(Marks {
            late_ms: scaled(policy.late_tenths),
            horizon_ms: scaled(policy.horizon_tenths),
            stale_ms,
            dead_ms: policy.dead_ms.max(stale_ms),
        })
    }

    /// Whether silence says nothing: a gauge that reports only above a start level is below it as
    /// long as no rule says anything of it, or is about to.
    fn is_silence_normal(&mut self, slot: u32) -> bool {
        if !self.config.series[slot as usize].silence_normal {
            return false;
        }
        let (first, end) = self.index.watches[slot as usize];
        (first..end).all(|watch| {
            let rule = self.config.watches[watch as usize].rule;
            self.config.rules[rule.index()].measure == Measure::Silence
                || self.state.conditions.is_idle(watch)
        })
    }

    /// Arms the first deadline once the expected interval is known, where silence says something.
    pub(crate) fn guard(&mut self, slot: u32, at: Time) {
        let series = &self.state.series[slot as usize];
        let Some(heard) = series.heard.filter(|_| !series.guarded) else {
            return;
        };
        let station = self.config.series[slot as usize].station.0;
        if self.is_silence_normal(slot) && !self.is_endangered(station) {
            return;
        }
        let Some(marks) = self.marks(slot) else {
            return;
        };
        self.state.series[slot as usize].guarded = true;
        let due = heard.plus_ms(marks.late_ms).max(at);
        self.state.timers.arm(due, Due::Freshness { series: slot });
    }

    /// A stale series waits a day for being dead; once it has spoken it may be late long before.
    fn unguard(&mut self, slot: u32, heard: Option<Time>) {
        self.state.series[slot as usize].guarded = false;
        if let Some((heard, marks)) = heard.zip(self.marks(slot)) {
            let due = heard.plus_ms(marks.dead_ms);
            self.state
                .timers
                .disarm(due, Due::Freshness { series: slot });
        }
    }

    /// Whether a series was last heard so long ago that conditions are unknown.
    pub(crate) fn is_beyond_horizon(&self, slot: SeriesSlot, at: Time) -> bool {
        let heard = self.state.series[slot.index()].heard;
        let sight = heard.zip(self.horizon_ms(slot));
        sight.is_some_and(|(heard, ms)| heard.plus_ms(ms) <= at)
    }

    /// A freshness deadline came: what the silence amounts to, and when to look again.
    pub(crate) fn judge_freshness(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let station = self.config.series[slot as usize].station.0;
        let normal = self.is_silence_normal(slot);
        // Where silence is normal it says nothing, unless the neighbours are in alarm.
        let listens = !normal || self.is_endangered(station);
        let marks = self.marks(slot);
        let series = &mut self.state.series[slot as usize];
        let (Some(heard), Some(marks)) = (series.heard, marks) else {
            series.guarded = false;
            return;
        };
        let silent_ms = at.since_ms(heard);
        let bounds = [
            marks.late_ms,
            marks.horizon_ms,
            marks.stale_ms,
            marks.dead_ms,
        ];
        let ahead = bounds.into_iter().filter(|ms| listens && *ms > silent_ms);
        match ahead.min() {
            Some(next) => self
                .state
                .timers
                .arm(heard.plus_ms(next), Due::Freshness { series: slot }),
            None => series.guarded = false,
        }
        // Once quiet it stays so until something of the present is heard.
        let quiet = (series.quiet || silent_ms >= marks.stale_ms) && listens;
        let was_quiet = std::mem::replace(&mut series.quiet, quiet);
        if !normal {
            let freshness = match silent_ms {
                ms if ms >= marks.dead_ms => Freshness::Dead,
                ms if ms >= marks.stale_ms => Freshness::Stale,
                ms if ms >= marks.late_ms => Freshness::Late,
                _ => Freshness::Fresh,
            };
            if series.freshness != freshness {
                series.freshness = freshness;
                out.push(Effect::Series(SeriesSlot(slot)));
            }
            if silent_ms >= marks.horizon_ms {
                let was_unknown = std::mem::replace(&mut series.unknown, true);
                let frozen = self.freeze_watches(slot, at);
                if was_unknown {
                    for watch in frozen.into_iter().filter(|watch| self.is_told(*watch)) {
                        out.push(Effect::Alarm(self.index.keys[watch as usize]));
                    }
                } else {
                    self.lose_sight(slot, at, out);
                    self.judge_sight(SeriesSlot(slot), at, out);
                }
            }
            if quiet && !was_quiet {
                self.lose_voice(slot, at, out);
            }
        }
        if quiet && !was_quiet {
            self.look_for_blindness(station, at, out);
        }
    }

    /// Beyond the horizon conditions freeze where their rule says so. Gives those that do now.
    fn freeze_watches(&mut self, slot: u32, at: Time) -> Vec<u32> {
        let (first, end) = self.index.watches[slot as usize];
        let mut frozen = Vec::new();
        for watch in first..end {
            let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
            // Silence is what a rule about it sees.
            if rule.measure != Measure::Silence && rule.unknown_when_stale {
                let condition = &mut self.state.conditions[watch as usize];
                let (deadlines, was_unknown) = (condition.deadlines(), condition.is_unknown());
                condition.freeze(at);
                if condition.is_unknown() && !was_unknown {
                    frozen.push(watch);
                }
                self.rearm(watch, deadlines);
            }
        }
        frozen
    }

    /// Beyond the horizon standing alarms are marked.
    fn lose_sight(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let (first, end) = self.index.watches[slot as usize];
        let mut blind = false;
        for watch in first..end {
            let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
            if rule.measure == Measure::Silence {
                continue;
            }
            if let Some(alarm) = self.state.alarms.get_mut(&watch)
                && alarm.is_active()
            {
                alarm.sight_lost = true;
                blind = true;
                out.push(Effect::Alarm(self.index.keys[watch as usize]));
                self.touch(watch, at, out);
            }
        }
        if blind {
            let station = self.config.station_of(SeriesSlot(slot)).id.clone();
            self.notice(SystemKind::SightLost, &station, true, at, out);
        }
    }

    pub(crate) fn regain_sight(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let (first, end) = self.index.watches[slot as usize];
        for watch in first..end {
            // What too few are seen of is seen again by its area.
            if self.config.watches[watch as usize].is_bare() || self.counts_sight(watch) {
                continue;
            }
            if let Some(alarm) = self.state.alarms.get_mut(&watch)
                && alarm.sight_lost
            {
                alarm.sight_lost = false;
                out.push(Effect::Alarm(self.index.keys[watch as usize]));
                self.touch(watch, at, out);
            }
        }
        self.end_sight_notice(slot, at, out);
    }

    /// Ends the notice of a station when none of its alarms is blind any more.
    pub(crate) fn end_sight_notice(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let station = self.config.series[slot as usize].station;
        let watches = self.index.ground.watches(station.0).iter();
        let blind = |w: &u32| self.state.alarms.get(w).is_some_and(|a| a.sight_lost);
        if !watches.into_iter().any(blind) {
            let station = self.config.stations[station.index()].id.clone();
            self.notice(SystemKind::SightLost, &station, false, at, out);
        }
    }
}
