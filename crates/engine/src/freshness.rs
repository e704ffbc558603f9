//! The staleness machine: how recently a series was heard, by entry time, never by its own claim.
//!
//! One armed deadline per series, moved only when it fires: a reading costs nothing here.

use model::effect::SystemKind;
use model::view::Freshness;
use model::{Effect, Effects, Time};

use crate::engine::Engine;
use crate::timers::Due;

impl Engine {
    /// A valid reading came by an interface: the series is fresh, sight is back.
    pub(crate) fn hear(&mut self, slot: u32, interface: u8, at: Time, out: &mut Effects) {
        let series = &mut self.state.series[slot as usize];
        let from = series.heard.map(|_| series.interface);
        let back = std::mem::take(&mut series.quiet);
        series.heard = Some(at);
        series.freshness = Freshness::Fresh;
        series.interface = interface;
        let unknown = std::mem::take(&mut series.unknown);
        if unknown {
            self.regain_sight(slot, at, out);
        }
        if back || from != Some(interface) {
            self.move_voice(slot, from, interface, at, out);
        }
        if back {
            let station = self.config.series[slot as usize].station.0;
            self.look_for_blindness(station, at, out);
        }
        self.guard(slot, at);
    }

    /// Arms the first deadline once the expected interval is known.
    fn guard(&mut self, slot: u32, at: Time) {
        if self.state.series[slot as usize].guarded {
            return;
        }
        let spec = &self.config.series[slot as usize];
        if spec.silence_normal && !self.is_endangered(spec.station.0) {
            return;
        }
        let series = &mut self.state.series[slot as usize];
        let Some(interval) = series.interval_ms(spec.interval_ms) else {
            return;
        };
        series.guarded = true;
        let policy = &self.config.policy;
        let wait = match spec.silence_normal {
            true => policy.stale_ms(interval),
            false => (interval * policy.late_tenths / 10).max(1),
        };
        self.state
            .timers
            .arm(at.plus_ms(wait), Due::Freshness { series: slot });
    }

    /// A freshness deadline came: what the silence amounts to, and when to look again.
    pub(crate) fn judge_freshness(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let policy = self.config.policy;
        let spec = &self.config.series[slot as usize];
        let (station, silence_normal) = (spec.station.0, spec.silence_normal);
        let endangered = silence_normal && self.is_endangered(station);
        let series = &mut self.state.series[slot as usize];
        let (Some(heard), Some(interval)) = (series.heard, series.interval_ms(spec.interval_ms))
        else {
            series.guarded = false;
            return;
        };
        let scaled = |tenths: i64| (interval * tenths / 10).max(1);
        let stale = policy.stale_ms(interval);
        let dead = policy.dead_ms.max(stale);
        let (late, horizon) = (scaled(policy.late_tenths), scaled(policy.horizon_tenths));
        let silent_ms = at.since_ms(heard);
        // Where silence is normal it says nothing, unless the neighbours are in alarm.
        let bounds = match (silence_normal, endangered) {
            (false, _) => vec![late, horizon, stale, dead],
            (true, true) => vec![stale],
            (true, false) => Vec::new(),
        };
        match bounds.into_iter().filter(|b| *b > silent_ms).min() {
            Some(next) => self
                .state
                .timers
                .arm(heard.plus_ms(next), Due::Freshness { series: slot }),
            None => series.guarded = false,
        }
        let quiet = silent_ms >= stale && (endangered || !silence_normal);
        let was_quiet = std::mem::replace(&mut series.quiet, quiet);
        if !silence_normal {
            let freshness = match silent_ms {
                ms if ms >= dead => Freshness::Dead,
                ms if ms >= stale => Freshness::Stale,
                ms if ms >= late => Freshness::Late,
                _ => Freshness::Fresh,
            };
            if series.freshness != freshness {
                series.freshness = freshness;
                out.push(Effect::Series(model::SeriesSlot(slot)));
            }
            if silent_ms >= horizon && !series.unknown {
                series.unknown = true;
                self.lose_sight(slot, at, out);
            }
            if quiet && !was_quiet {
                self.lose_voice(slot, at, out);
            }
        }
        if quiet && !was_quiet {
            self.look_for_blindness(station, at, out);
        }
    }

    /// Beyond the horizon: conditions freeze where their rule says so, standing alarms are marked.
    fn lose_sight(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let (first, end) = self.index.watches[slot as usize];
        let mut blind = false;
        for watch in first..end {
            let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
            if rule.measure == model::config::Measure::Silence {
                // Silence is what such a rule sees.
                continue;
            }
            if rule.unknown_when_stale {
                let condition = &mut self.state.conditions[watch as usize];
                let deadlines = condition.deadlines();
                condition.freeze(at);
                self.rearm(watch, deadlines);
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
            let station = self.config.station_of(model::SeriesSlot(slot)).id.clone();
            self.notice(SystemKind::SightLost, &station, true, at, out);
        }
    }

    fn regain_sight(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let (first, end) = self.index.watches[slot as usize];
        for watch in first..end {
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
