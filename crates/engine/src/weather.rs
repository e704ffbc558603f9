//! Weather warnings that people enter: which stand, over what, until when.
//!
//! They raise no alarm of their own; a gauge gone quiet under one is a blind spot.

use model::action::{Act, Why};
use model::field::WeatherWarning;
use model::view::WeatherView;
use model::{Effect, Effects, OpId, Time};

use crate::blindspot::below;
use crate::engine::Engine;
use crate::timers::Due;

/// Warnings that may stand at once.
const MOST: usize = 256;
/// No warning is issued for longer.
const LONGEST_MS: i64 = 7 * 86_400_000;
/// Those that ended are remembered this long, for whoever looks at one just then.
const REMEMBER_MS: i64 = 86_400_000;

impl Engine {
    pub(crate) fn warn_of_weather(
        &mut self,
        act: &Act,
        warning: &WeatherWarning,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let name = (warning.area.kind, warning.area.code.clone());
        if self.index.ground.find(&name).is_none() {
            return Err(Why::NoSuchArea);
        }
        if warning.until <= at {
            return Err(Why::NotInFuture);
        }
        if warning.until.since_ms(at) > LONGEST_MS {
            return Err(Why::TooLong);
        }
        let bound = at.plus_ms(-REMEMBER_MS);
        let list = &mut self.state.weather;
        list.retain(|_, w| !w.ended || w.until >= bound);
        let standing = list.iter().filter(|(_, w)| !w.ended);
        let replaced = standing
            .clone()
            .find(|(_, w)| (&w.kind, &w.area) == (&warning.kind, &warning.area));
        let replaced = replaced.map(|(id, _)| id.clone());
        if replaced.is_none() && standing.count() >= MOST {
            return Err(Why::TooMany);
        }
        let view = WeatherView {
            id: act.op.0.clone(),
            kind: warning.kind.clone(),
            area: warning.area.clone(),
            level: warning.level,
            by: act.by.clone(),
            from: at,
            until: warning.until,
            ended: false,
        };
        list.insert(act.op.clone(), view);
        let due = Due::Weather {
            warning: act.op.clone(),
        };
        self.state.timers.arm(warning.until, due);
        out.push(Effect::Weather(act.op.clone()));
        // The new one stands first, so that no gauge comes out of it in between.
        match replaced {
            Some(old) => self.end_weather(&old, at, out),
            None => self.judge_weather(&warning.area, at, out),
        }
        Ok(())
    }

    pub(crate) fn lift_weather(
        &mut self,
        warning: &OpId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let known = self.state.weather.get(warning);
        if known.is_none_or(|w| w.ended) {
            return Err(Why::NoSuchWarning);
        }
        self.end_weather(warning, at, out);
        Ok(())
    }

    /// A warning is over: by its time, by a person, or by a newer one.
    pub(crate) fn end_weather(&mut self, warning: &OpId, at: Time, out: &mut Effects) {
        let Some(view) = self.state.weather.get_mut(warning).filter(|w| !w.ended) else {
            return;
        };
        view.ended = true;
        let until = std::mem::replace(&mut view.until, at);
        let area = view.area.clone();
        let due = Due::Weather {
            warning: warning.clone(),
        };
        self.state.timers.disarm(until, due);
        out.push(Effect::Weather(warning.clone()));
        self.judge_weather(&area, at, out);
    }

    /// How bad a blind spot at a station is by the weather alone: one level below the worst warning
    /// over it that counts, 0 where there is none.
    pub(crate) fn weather_level(&self, station: u32) -> u8 {
        let over = self.warnings_over(station).map(|(_, w)| w.level.digit());
        over.max().map_or(0, below)
    }

    /// The worst warning over a station that counts; of equals the widest, then the first.
    pub(crate) fn worst_warning(&self, station: u32) -> Option<OpId> {
        let over = self.warnings_over(station);
        let rank = |w: &WeatherView| {
            let area = (w.area.kind, w.area.code.clone());
            let place = self.index.ground.find(&area).map(|(place, _)| place);
            let depth = place.map_or(0, |place| self.index.ground.chain(place).count());
            (std::cmp::Reverse(w.level), depth)
        };
        let worst = over.min_by_key(|(id, w)| (rank(w), *id));
        worst.map(|(id, _)| id.clone())
    }

    /// The warnings over a station that make a quiet gauge a blind spot.
    fn warnings_over(&self, station: u32) -> impl Iterator<Item = (&OpId, &WeatherView)> {
        let least = self.config.policy.blind_spot.weather;
        let standing = self.state.weather.iter().filter(|(_, w)| !w.ended);
        standing.filter(move |(_, w)| {
            let counts = least.is_some_and(|least| w.level >= least);
            counts && self.index.ground.lies_in(station, &w.area)
        })
    }

    /// One warning, standing or just over.
    pub fn weather_view(&self, id: &OpId) -> Option<WeatherView> {
        self.state.weather.get(id).cloned()
    }

    /// Warnings that stand.
    pub fn weather_views(&self) -> Vec<WeatherView> {
        let all = self.state.weather.values();
        all.filter(|w| !w.ended).cloned().collect()
    }
}
