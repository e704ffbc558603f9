//! What a rule looks at, taken from a series at one of its remembered samples.
//!
//! Whole numbers only. The newest sample is the usual place; earlier ones are asked for when a late
//! reading changed what came before them.

use model::config::{Bound, Measure, Rule, Side, Wetness, WindowBounds};
use model::{Fixed, Level};

use crate::engine::Engine;
use crate::series::Series;

/// What is compared with a bound: a value, a change over a time kept as a fraction, or what the
/// measure itself says about each level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    Plain(Fixed),
    /// `rise / over`, compared without dividing.
    Ratio {
        rise: i128,
        over: i128,
    },
    /// The bounds of the watch say only which levels there are.
    Decided {
        met: [bool; 4],
        kept: [bool; 4],
        shown: Fixed,
    },
}

impl Measured {
    /// A level from 0 to 4 that needs no bounds to be compared with.
    pub(crate) fn of_level(level: u8, shown: Fixed) -> Measured {
        let met = Level::ALL.map(|l| l.digit() <= level);
        Measured::Decided {
            met,
            kept: met,
            shown,
        }
    }

    /// The same value with nothing met: outside its season a rule asks for nothing.
    pub(crate) fn quieted(self) -> Measured {
        Measured::of_level(0, self.shown())
    }

    /// Whether a level is met, and whether one that stands is kept. A level without a bound is
    /// neither.
    pub(crate) fn verdict(self, side: Side, bound: Option<Bound>, level: Level) -> (bool, bool) {
        let Some(bound) = bound else {
            return (false, false);
        };
        match self {
            Measured::Plain(value) => {
                let met = reaches(side, i128::from(value), bound.raise, 1);
                (met, met || reaches(side, i128::from(value), bound.reset, 1))
            }
            Measured::Ratio { rise, over } => {
                let met = reaches(side, rise, bound.raise, over);
                (met, met || reaches(side, rise, bound.reset, over))
            }
            Measured::Decided { met, kept, .. } => {
                let met = met[level.index()];
                (met, met || kept[level.index()])
            }
        }
    }

    /// The value for people; a ratio is rounded down.
    pub(crate) fn shown(self) -> Fixed {
        match self {
            Measured::Plain(value) => value,
            Measured::Ratio { rise, over } => {
                i64::try_from(rise.div_euclid(over.max(1))).unwrap_or(i64::MAX)
            }
            Measured::Decided { shown, .. } => shown,
        }
    }
}

fn reaches(side: Side, value: i128, bound: Fixed, over: i128) -> bool {
    let bound = i128::from(bound) * over;
    match side {
        Side::Above => value >= bound,
        Side::Below => value <= bound,
    }
}

/// What a rule sees at a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) measured: Measured,
    /// Something it was made of is doubtful: it lowers nothing.
    pub(crate) doubtful: bool,
    /// What the good values alone say, which is what needs no mark.
    pub(crate) proven: Measured,
}

impl Seen {
    /// Made of good values alone.
    pub(crate) fn good(measured: Measured) -> Seen {
        Seen {
            measured,
            doubtful: false,
            proven: measured,
        }
    }

    /// Made of good values, or of one that is not and without which there is nothing to say.
    pub(crate) fn of(measured: Measured, good: bool) -> Seen {
        let proven = if good { measured } else { measured.quieted() };
        Seen {
            measured,
            doubtful: !good,
            proven,
        }
    }

    /// The same with nothing met.
    pub(crate) fn quieted(self) -> Seen {
        Seen {
            measured: self.measured.quieted(),
            proven: self.proven.quieted(),
            ..self
        }
    }
}

/// What a rule sees, where there is anything to compare.
pub(crate) type Taken = Option<Seen>;

impl Engine {
    /// What the rule of a watch sees at one remembered sample of its series. `None` where there is
    /// nothing to compare yet, or where readings of its own series are not what moves the rule.
    pub(crate) fn measured(&self, watch: u32, place: usize) -> Taken {
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()];
        let series = &self.state.series[spec.series.index()];
        let sample = series.get(place)?;
        let seen = match &rule.measure {
            Measure::Value | Measure::Cluster { window_ms: 0, .. } => {
                Seen::of(Measured::Plain(sample.value), sample.is_good())
            }
            Measure::Sum { window_ms } | Measure::Cluster { window_ms, .. } => {
                let total = series.total(place, *window_ms);
                Seen {
                    measured: Measured::Plain(total.sum),
                    doubtful: total.doubtful,
                    proven: Measured::Plain(total.proven),
                }
            }
            Measure::Rate { per_ms } => {
                let before = series.before(place)?;
                let measured = ratio(series, before, place, *per_ms)?;
                Seen::of(measured, series.is_good(before) && sample.is_good())
            }
            Measure::Rise {
                span_ms,
                per_ms,
                least_ms,
            } => {
                let before = series.at_least_older(place, *span_ms)?;
                let measured = risen(series, before, place, (*span_ms, *per_ms, *least_ms))?;
                Seen::of(measured, series.is_good(before) && sample.is_good())
            }
            Measure::Extreme { window_ms, highest } => {
                let extreme = series.extreme(place, *window_ms, *highest, false)?;
                let good = series.extreme(place, *window_ms, *highest, true);
                let nothing = Measured::of_level(0, extreme.value);
                Seen {
                    measured: Measured::Plain(extreme.value),
                    doubtful: extreme.is_doubtful(),
                    proven: good.map_or(nothing, |good| Measured::Plain(good.value)),
                }
            }
            Measure::Sums {
                windows,
                all,
                wetness,
            } => sums(rule, series, place, windows, *all, wetness.as_ref()),
            Measure::Expression { .. } => self.evaluated(watch, place)?,
            Measure::Forecast { outlook } => Seen::good(self.foreseen(watch, place, *outlook)?),
            // Moved by something else than readings of this series.
            Measure::Levels { .. } | Measure::Silence => return None,
        };
        // Whatever good values say, a doubtful reading has not come to lower anything.
        Some(Seen {
            doubtful: seen.doubtful || !sample.is_good(),
            ..seen
        })
    }
}

/// The change from one sample to another: over a span of which nothing else is said it is the plain
/// difference, never drawn out over a span that has not passed; per another time it is a rate, and
/// says nothing before `least_ms` have passed. A step over a gap counts whole while it lies in the
/// span: nobody knows when it was made.
pub(crate) fn risen(
    series: &Series,
    before: usize,
    place: usize,
    (span_ms, per_ms, least_ms): (i64, i64, i64),
) -> Option<Measured> {
    let (then, now) = (series.get(before)?, series.get(place)?);
    if now.observed.since_ms(then.observed) < least_ms {
        return None;
    }
    if per_ms == span_ms {
        return Some(Measured::Plain(now.value.saturating_sub(then.value)));
    }
    ratio(series, before, place, per_ms)
}

pub(crate) fn ratio(series: &Series, before: usize, place: usize, per_ms: i64) -> Option<Measured> {
    let (before, now) = (series.get(before)?, series.get(place)?);
    Some(Measured::Ratio {
        rise: (i128::from(now.value) - i128::from(before.value)) * i128::from(per_ms),
        over: i128::from(now.observed.since_ms(before.observed).max(1)),
    })
}

/// Any or all of several sums against bounds of their own, which the wet or dry ground scales.
fn sums(
    rule: &Rule,
    series: &Series,
    place: usize,
    windows: &[WindowBounds],
    all: bool,
    wetness: Option<&Wetness>,
) -> Seen {
    let total = |span_ms: i64| series.total(place, span_ms);
    let side = rule.side;
    let of_all = Sums::of(windows, wetness, |span_ms| total(span_ms).sum);
    let doubtful = windows.iter().any(|w| total(w.window_ms).doubtful)
        || wetness.is_some_and(|w| total(w.window_ms).doubtful);
    let measured = of_all.decide(side, all);
    if !doubtful {
        return Seen::good(measured);
    }
    let of_good = Sums::of(windows, wetness, |span_ms| total(span_ms).proven);
    Seen {
        measured,
        // What was doubtful days ago and changes neither a sum nor what the ground is holds nothing up.
        doubtful: windows.iter().any(|w| total(w.window_ms).doubtful)
            || of_good.permilles() != of_all.permilles(),
        proven: of_good.decide(side, all),
    }
}

/// The sums of a rule with their bounds, each with the thousandths by which the ground scales them.
struct Sums<'a> {
    rows: Vec<(Fixed, &'a WindowBounds, i64)>,
}

impl<'a> Sums<'a> {
    fn of(
        windows: &'a [WindowBounds],
        wetness: Option<&Wetness>,
        sum_over: impl Fn(i64) -> Fixed,
    ) -> Sums<'a> {
        let row = |window: &'a WindowBounds| {
            let sum = sum_over(window.window_ms);
            let permille = wetness.map_or(1000, |w| ground(w, window.window_ms, sum, &sum_over));
            (sum, window, permille)
        };
        Sums {
            rows: windows.iter().map(row).collect(),
        }
    }

    fn permilles(&self) -> Vec<i64> {
        self.rows.iter().map(|(_, _, permille)| *permille).collect()
    }

    /// Which levels they reach, and which of those that stand they keep.
    fn decide(&self, side: Side, all: bool) -> Measured {
        let asked = |level: Level, bound: fn(&Bound) -> Fixed| {
            let having = self.rows.iter().filter_map(|(sum, w, permille)| {
                let bound = w.bounds[level.index()].map(|b| bound(&b))?;
                Some(scaled(side, *sum, bound, *permille))
            });
            let mut having = having.peekable();
            let there_are = having.peek().is_some();
            there_are
                && (if all {
                    having.all(|m| m)
                } else {
                    having.any(|m| m)
                })
        };
        let met = Level::ALL.map(|level| asked(level, |b| b.raise));
        let kept = Level::ALL.map(|level| asked(level, |b| b.reset));
        let worst = Level::ALL.iter().rev().find(|l| met[l.index()]);
        let deciding = worst.and_then(|level| {
            self.rows.iter().find(|(sum, w, permille)| {
                let bound = w.bounds[level.index()];
                bound.is_some_and(|b| scaled(side, *sum, b.raise, *permille))
            })
        });
        let shown = deciding.or(self.rows.first()).map_or(0, |(sum, _, _)| *sum);
        Measured::Decided { met, kept, shown }
    }
}

/// By how many thousandths the ground scales the bounds of a window: by what fell before the window
/// began, for what falls now has not soaked it. Of a window that leaves no time before it, nothing is
/// known of the ground.
fn ground(wetness: &Wetness, window_ms: i64, sum: Fixed, sum_over: impl Fn(i64) -> Fixed) -> i64 {
    if window_ms >= wetness.window_ms {
        return 1000;
    }
    match sum_over(wetness.window_ms).saturating_sub(sum) {
        before if before >= wetness.wet => wetness.wet_permille,
        before if before < wetness.dry => wetness.dry_permille,
        _ => 1000,
    }
}

fn scaled(side: Side, sum: Fixed, bound: Fixed, permille: i64) -> bool {
    let (sum, bound) = (
        i128::from(sum) * 1000,
        i128::from(bound) * i128::from(permille),
    );
    match side {
        Side::Above => sum >= bound,
        Side::Below => sum <= bound,
    }
}
