//! Time until the next level: from the recent rise of a series and from the water on its way from
//! the gauge upstream.
//!
//! Whole numbers throughout, so that every machine foresees the same minute. It looks at samples
//! only; it never raises anything itself, and never says that a level is over.
//!
//! From the newest value on, the series is expected to gain in `x` minutes
//!
//! ```text
//! rise · x · FADE / (x + FADE)   +   pull · x / SETTLE
//! ```
//!
//! `rise` is the slope of the least-squares line through the recent samples; a rise does not last,
//! so it fades. `pull` is how much higher the series would stand once it has settled to what the
//! gauge upstream shows now: the least-squares line of its own values over the upstream values one
//! travel time before, over the last two days. Level and unit upstream may be of any kind; a
//! reservoir's outflow serves as well as a stage.

use std::collections::BTreeMap;

use model::config::{Config, Measure, Outlook, Side};
use model::intake::Quality;
use model::{Fixed, SeriesSlot, StationSlot, Time};

use crate::engine::Engine;
use crate::measure::Measured;
use crate::series::Sample;

#[cfg(test)]
mod han;

/// Over this long a recent rise halves its pace.
const FADE_MIN: i128 = 240;
/// Over this long the series would settle to what the gauge upstream shows, at a steady pace.
const SETTLE_MIN: i128 = 360;
/// The relation to the gauge upstream is learned over this long.
pub(crate) const MEMORY_MS: i64 = 48 * HOUR_MS;
/// … and not believed before it has seen this much.
const LEAST_MEMORY_MS: i64 = 5 * HOUR_MS;
/// Fewer recent samples make no line.
const LEAST_SAMPLES: i128 = 4;
/// Slopes and pulls are kept in thousandths of a step of the quantity.
const FINE: i128 = 1000;

/// No gauge moves further in an hour; keeps every product below inside 127 bits.
const STEEPEST: i128 = 1_000_000_000_000_000_000;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// The gauge upstream that a forecast of a watch asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) series: SeriesSlot,
    pub(crate) travel_ms: i64,
}

impl Engine {
    /// Which levels are not reached yet at a sample of a watch's series but will be within the lead
    /// time. A level that stands already is not met: the observed rule has taken over. `None` where
    /// the samples do not say.
    pub(crate) fn foreseen(&self, watch: u32, place: usize, outlook: Outlook) -> Option<Measured> {
        let spec = &self.config.watches[watch as usize];
        let side = self.config.rules[spec.rule.index()].side;
        let sample = self.state.series[spec.series.index()].get(place)?;
        let source = self.index.glances.source(watch);
        let prospect = self.prospect(spec.series, place, outlook.recent_ms, source)?;
        let met = spec.bounds_at(sample.observed).map(|bound| {
            bound.is_some_and(|b| prospect.until(side, b.raise, outlook.lead_ms).is_some())
        });
        Some(Measured::Decided {
            met,
            kept: met,
            shown: sample.value,
        })
    }

    /// What a series is expected to do from one of its samples on, as its past and that of `source` say.
    pub(crate) fn prospect(
        &self,
        slot: SeriesSlot,
        place: usize,
        recent_ms: i64,
        source: Option<Source>,
    ) -> Option<Prospect> {
        let upstream = source.and_then(|source| {
            let series = &self.state.series[source.series.index()];
            Some(Upstream {
                samples: series.up_to(series.newest_place()?),
                travel_ms: source.travel_ms,
            })
        });
        let own = self.state.series[slot.index()].up_to(place);
        Prospect::of(own, recent_ms, upstream)
    }
}

/// The gauge that each forecast asks: the first upstream of its station that measures what the
/// outlook asks for.
pub(crate) fn sources(config: &Config) -> BTreeMap<u32, Source> {
    let outlooks = config.rules.iter().map(|rule| {
        let Measure::Forecast { outlook } = rule.measure else {
            return None;
        };
        Some(outlook).filter(|outlook| outlook.upstream)
    });
    let outlooks: Vec<Option<Outlook>> = outlooks.collect();
    if outlooks.iter().all(Option::is_none) {
        return BTreeMap::new();
    }
    let series = config.series.iter().zip(0..);
    let slots: BTreeMap<(StationSlot, u16), SeriesSlot> = series
        .map(|(s, slot)| ((s.station, s.quantity), SeriesSlot(slot)))
        .collect();
    let watches = config.watches.iter().zip(0..);
    let sources = watches.filter_map(|(watch, slot)| {
        let outlook = outlooks[watch.rule.index()]?;
        let own = &config.series[watch.series.index()];
        let quantity = outlook.upstream_quantity.unwrap_or(own.quantity);
        let mut above = config.station_of(watch.series).upstream.iter();
        let source = above.find_map(|gauge| {
            let series = slots.get(&(gauge.station, quantity)).copied()?;
            let travel_ms = gauge.travel_ms;
            Some(Source { series, travel_ms })
        });
        Some((slot, source?))
    });
    sources.collect()
}

/// What a series is expected to do from its newest sample on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prospect {
    newest: Fixed,
    /// Thousandths of a step per hour.
    rise: i128,
    /// Thousandths of a step.
    pull: i128,
}

/// The samples of the gauge upstream, oldest first, and how long its water takes.
pub(crate) struct Upstream<U> {
    pub(crate) samples: U,
    pub(crate) travel_ms: i64,
}

impl Prospect {
    pub(crate) fn newest(&self) -> Fixed {
        self.newest
    }

    /// The prospect of a series whose samples are `own`, oldest first, the newest being the present.
    ///
    /// Only good samples count. Absent when the present has none, or when there are too few within
    /// `recent_ms` to draw a line.
    pub(crate) fn of<'a, O, U>(
        own: O,
        recent_ms: i64,
        upstream: Option<Upstream<U>>,
    ) -> Option<Prospect>
    where
        O: Iterator<Item = &'a Sample> + DoubleEndedIterator + Clone,
        U: Iterator<Item = &'a Sample>,
    {
        let now = own.clone().next_back().filter(|s| is_good(s))?;
        let mut line = Line::default();
        let from = now.observed.plus_ms(-recent_ms);
        for sample in own.clone().rev().take_while(|s| s.observed >= from) {
            if is_good(sample) {
                let x = i128::from(sample.observed.since_ms(now.observed));
                line.add(x, i128::from(sample.value - now.value));
            }
        }
        if line.count < LEAST_SAMPLES {
            return None;
        }
        let (over, under) = line.slope()?;
        let per_hour = FINE * i128::from(HOUR_MS);
        let rise = over.checked_mul(per_hour)?.div_euclid(under);
        let pull = upstream.and_then(|upstream| pull(own, now, recent_ms, upstream));
        Some(Prospect {
            newest: now.value,
            rise: rise.clamp(-STEEPEST, STEEPEST),
            pull: pull.unwrap_or(0).clamp(-STEEPEST, STEEPEST),
        })
    }

    /// In how many ms `raise` is reached, to the minute; absent when it is reached already or will
    /// not be within `lead_ms`.
    pub(crate) fn until(&self, side: Side, raise: Fixed, lead_ms: i64) -> Option<i64> {
        let sign = match side {
            Side::Above => 1,
            Side::Below => -1,
        };
        let need = sign * (i128::from(raise) - i128::from(self.newest)) * FINE;
        let (rise, pull) = (sign * self.rise, sign * self.pull);
        if need <= 0 || (rise <= 0 && pull <= 0) {
            return None;
        }
        let reached = |rise: i128, pull: i128, x: i128| {
            let (fades, settles) = (x + FADE_MIN, 60 * SETTLE_MIN);
            let gain = rise * x * FADE_MIN * SETTLE_MIN + pull * x * 60 * fades;
            gain >= need * fades * settles
        };
        let last = i128::from(lead_ms / MINUTE_MS);
        // Most never get there, not even if nothing held them back.
        if !reached(rise.max(0), pull.max(0), last) {
            return None;
        }
        (1..=last)
            .find(|x| reached(rise, pull, *x))
            .and_then(|minutes| i64::try_from(minutes).ok())
            .map(|minutes| minutes * MINUTE_MS)
    }
}

/// How much higher the series would stand, in thousandths of a step, once it has settled to what
/// the gauge upstream shows now. A gauge that falls when the one upstream rises is not pulled.
fn pull<'a, O, U>(own: O, now: &Sample, recent_ms: i64, upstream: Upstream<U>) -> Option<i128>
where
    O: Iterator<Item = &'a Sample>,
    U: Iterator<Item = &'a Sample>,
{
    let good = |s: &&Sample| is_good(s);
    let from = now.observed.plus_ms(-MEMORY_MS);
    let mut above = upstream.samples.filter(good).peekable();
    let mut line = Line::default();
    let (mut origin, mut first): (Option<Fixed>, Option<Time>) = (None, None);
    let mut shown: Option<&Sample> = None;
    for sample in own.filter(good).filter(|s| s.observed > from) {
        let then = sample.observed.plus_ms(-upstream.travel_ms);
        while let Some(next) = above.next_if(|s| s.observed <= then) {
            shown = Some(next);
        }
        let Some(seen) = shown.filter(|s| then.since_ms(s.observed) <= recent_ms) else {
            continue;
        };
        let origin = *origin.get_or_insert(seen.value);
        first = first.or(Some(sample.observed));
        let x = i128::from(seen.value - origin);
        line.add(x, i128::from(sample.value - now.value));
    }
    if now.observed.since_ms(first?) < LEAST_MEMORY_MS {
        return None;
    }
    let newest = above.take_while(|s| s.observed <= now.observed).last();
    let newest = newest.or(shown)?;
    if now.observed.since_ms(newest.observed) > recent_ms {
        return None;
    }
    let (over, under) = line.slope().unwrap_or((0, 1));
    let ahead = i128::from(newest.value - origin?) * line.count - line.x;
    let gain = over.max(0).checked_mul(ahead)?;
    let settled = line.y.checked_mul(under)?.checked_add(gain)?;
    let whole = under.checked_mul(line.count)?;
    Some(settled.checked_mul(FINE)?.div_euclid(whole))
}

/// A doubtful value tells nothing about the next one.
fn is_good(sample: &Sample) -> bool {
    sample.quality == Quality::Good && !sample.doubts.any()
}

/// Sums of a least-squares line.
#[derive(Default)]
struct Line {
    count: i128,
    x: i128,
    y: i128,
    xx: i128,
    xy: i128,
}

impl Line {
    fn add(&mut self, x: i128, y: i128) {
        self.count += 1;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
    }

    /// The slope as a fraction with a positive denominator; absent when all x are one, or numbers
    /// too large for any gauge are compared.
    fn slope(&self) -> Option<(i128, i128)> {
        let product = |a: i128, b: i128| a.checked_mul(b);
        let over = product(self.count, self.xy)?.checked_sub(product(self.x, self.y)?)?;
        let under = product(self.count, self.xx)?.checked_sub(product(self.x, self.x)?)?;
        (under > 0).then_some((over, under))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::quality::Doubts;
    use proptest::prelude::*;

    const MINUTE: i64 = 60_000;
    const NONE: Option<Upstream<std::slice::Iter<'static, Sample>>> = None;

    fn sample(minute: i64, value: Fixed) -> Sample {
        Sample {
            observed: Time::from_ms(minute * MINUTE),
            value,
            revision: 0,
            quality: Quality::Good,
            doubts: Doubts::default(),
        }
    }

    fn every_ten_minutes(last: i64, value: impl Fn(i64) -> Fixed) -> Vec<Sample> {
        let minutes = (0..=last / 10).map(|n| n * 10);
        minutes.map(|m| sample(m, value(m))).collect()
    }

    /// Minutes until `raise` as foreseen from these samples, within ten hours.
    fn minutes(samples: &[Sample], side: Side, raise: Fixed) -> Option<i64> {
        let prospect = Prospect::of(samples.iter(), 60 * MINUTE, NONE)?;
        let ms = prospect.until(side, raise, 600 * MINUTE)?;
        Some(ms / MINUTE)
    }

    #[test]
    fn a_steady_rise_reaches_a_near_level_about_when_its_line_does_and_a_far_one_later() {
        // 60 steps an hour from 0.
        let steady = every_ten_minutes(120, |m| m);
        assert_eq!(minutes(&steady, Side::Above, 130), Some(11));
        assert_eq!(minutes(&steady, Side::Above, 180), Some(80));
        // A fading rise gains four hours of its pace at most.
        assert_eq!(minutes(&steady, Side::Above, 120 + 240), None);
        let falling = every_ten_minutes(120, |m| -m);
        assert_eq!(minutes(&falling, Side::Above, -100), None);
        assert_eq!(minutes(&falling, Side::Below, -130), Some(11));
    }

    #[test]
    fn nothing_is_foreseen_without_a_rise_or_for_a_level_that_is_reached() {
        let flat = every_ten_minutes(120, |_| 500);
        assert_eq!(minutes(&flat, Side::Above, 501), None);
        let rising = every_ten_minutes(120, |m| m);
        assert_eq!(minutes(&rising, Side::Above, 120), None);
        assert_eq!(
            minutes(&rising[..3], Side::Above, 121),
            None,
            "three samples are no line"
        );
    }

    #[test]
    fn a_doubtful_value_draws_no_line() {
        let mut samples = every_ten_minutes(120, |_| 100);
        samples[11].value = 900;
        samples[11].quality = Quality::Doubtful;
        assert_eq!(minutes(&samples, Side::Above, 110), None);
        samples[12].quality = Quality::Doubtful;
        assert_eq!(Prospect::of(samples.iter(), 60 * MINUTE, NONE), None);
    }

    /// A reservoir that lets out more tells the bridge below before anything moves there.
    #[test]
    fn water_on_its_way_is_seen_before_it_arrives() {
        let travel = 120;
        let released = |m: i64| if (700..=760).contains(&m) { 2000 } else { 1000 };
        let dam = |last| every_ten_minutes(last, move |m| released(m) + (m / 60 % 5) * 10);
        // The bridge shows a tenth of what the dam let out two hours before.
        let stage = move |m: i64| (released(m - travel) + ((m - travel).max(0) / 60 % 5) * 10) / 10;
        let below = every_ten_minutes(720, stage);
        let above = dam(720);
        let until = |above: &[Sample]| {
            let upstream = Upstream {
                samples: above.iter(),
                travel_ms: travel * MINUTE,
            };
            let prospect = Prospect::of(below.iter(), 60 * MINUTE, Some(upstream)).unwrap();
            prospect.until(Side::Above, 120, 180 * MINUTE)
        };
        assert_eq!(
            minutes(&below, Side::Above, 120),
            None,
            "nothing has moved at the bridge"
        );
        let foreseen = until(&above).expect("the dam says so") / MINUTE;
        assert!((60..=120).contains(&foreseen), "{foreseen} min");
        let (calm, gone) = (
            every_ten_minutes(720, |m| 1000 + (m / 60 % 5) * 10),
            dam(600),
        );
        assert_eq!(until(&calm), None);
        assert_eq!(
            until(&gone),
            None,
            "the gauge upstream has been silent for two hours"
        );
    }

    #[test]
    fn absurd_values_say_nothing_and_never_overflow() {
        let limit = 99_999_999_999_999;
        let wild = every_ten_minutes(4000, |m| if m % 20 == 0 { limit } else { -limit });
        let upstream = Upstream {
            samples: wild.iter(),
            travel_ms: 30 * MINUTE,
        };
        if let Some(prospect) = Prospect::of(wild.iter(), 60 * MINUTE, Some(upstream)) {
            prospect.until(Side::Above, limit, 600 * MINUTE);
        }
    }

    proptest! {
        /// A lower level is never foreseen later than a higher one on a pure rise, and the mirror
        /// image of a series is foreseen in the mirror.
        #[test]
        fn levels_come_in_order_and_sides_are_alike(
            values in proptest::collection::vec(-2000i64..2000, 5..40), near in 1i64..300, far in 0i64..300
        ) {
            let up: Vec<_> = values.iter().zip(0i64..).map(|(v, n)| sample(n * 10, *v)).collect();
            let down: Vec<_> = values.iter().zip(0i64..).map(|(v, n)| sample(n * 10, -*v)).collect();
            let newest = values[values.len() - 1];
            let first = minutes(&up, Side::Above, newest + near);
            let second = minutes(&up, Side::Above, newest + near + far);
            if let Some(second) = second {
                prop_assert!(first.unwrap() <= second);
            }
            // Rounding down is not symmetric: a minute of difference is allowed.
            match (first, minutes(&down, Side::Below, -newest - near)) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() <= 1, "{a} {b}"),
                (None, Some(late)) | (Some(late), None) => prop_assert!(late >= 590, "{late}"),
                (None, None) => {}
            }
        }

        /// What is too far off is told without looking at every minute, and told rightly.
        #[test]
        fn the_first_minute_is_found_whatever_pulls(
            rise in -900_000i128..900_000, pull in -900_000i128..900_000, need in 1i64..900, lead in 1i64..600
        ) {
            let foreseen = Prospect { newest: 0, rise, pull };
            let first = (1..=lead).find(|minute| {
                let x = i128::from(*minute);
                let gained = rise * FADE_MIN * x * SETTLE_MIN + pull * x * 60 * (x + FADE_MIN);
                gained >= i128::from(need) * FINE * 60 * SETTLE_MIN * (x + FADE_MIN)
            });
            let until = foreseen.until(Side::Above, need, lead * MINUTE);
            prop_assert_eq!(until, first.map(|minute| minute * MINUTE));
        }
    }
}
