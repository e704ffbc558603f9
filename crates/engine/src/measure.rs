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

/// A measured value, and whether what it was made of is doubtful though the sample is good.
pub(crate) type Taken = Option<(Measured, bool)>;

impl Engine {
    /// What the rule of a watch sees at one remembered sample of its series. `None` where there is
    /// nothing to compare yet, or where readings of its own series are not what moves the rule.
    pub(crate) fn measured(&self, watch: u32, place: usize) -> Taken {
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()];
        let series = &self.state.series[spec.series.index()];
        let sample = series.get(place)?;
        match &rule.measure {
            Measure::Value => Some((Measured::Plain(sample.value), false)),
            Measure::Sum { window_ms } | Measure::Cluster { window_ms, .. } => {
                let total = series.total(place, *window_ms);
                Some((Measured::Plain(total.sum), total.doubtful))
            }
            Measure::Rate { per_ms } => {
                let before = series.before(place)?;
                Some((
                    ratio(series, before, place, *per_ms)?,
                    series.is_doubted(before),
                ))
            }
            Measure::Rise { span_ms, per_ms } => {
                let before = series.at_least_older(place, *span_ms)?;
                Some((
                    ratio(series, before, place, *per_ms)?,
                    series.is_doubted(before),
                ))
            }
            Measure::Extreme { window_ms, highest } => {
                let extreme = series.extreme(place, *window_ms, *highest)?;
                Some((Measured::Plain(extreme.value), extreme.doubts.any()))
            }
            Measure::Sums {
                windows,
                all,
                wetness,
            } => Some(sums(rule, series, place, windows, *all, wetness.as_ref())),
            Measure::Expression { .. } => self.evaluated(watch, place),
            Measure::Forecast { outlook } => {
                let foreseen = self.foreseen(watch, place, *outlook)?;
                Some((foreseen, false))
            }
            // Moved by something else than readings of this series.
            Measure::Levels { .. } | Measure::Silence => None,
        }
    }
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
) -> (Measured, bool) {
    let permille = wetness.map_or(1000, |w| {
        let soaked = series.total(place, w.window_ms).sum;
        match soaked {
            sum if sum >= w.wet => w.wet_permille,
            sum if sum < w.dry => w.dry_permille,
            _ => 1000,
        }
    });
    let totals: Vec<_> = windows
        .iter()
        .map(|w| (series.total(place, w.window_ms), w))
        .collect();
    let asked = |level: Level, bound: fn(&Bound) -> Fixed| {
        let mut having = totals
            .iter()
            .filter_map(|(total, w)| w.bounds[level.index()].map(|b| (total.sum, bound(&b))))
            .map(|(sum, bound)| scaled(rule.side, sum, bound, permille))
            .peekable();
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
        totals.iter().find(|(total, w)| {
            w.bounds[level.index()].is_some_and(|b| scaled(rule.side, total.sum, b.raise, permille))
        })
    });
    let shown = deciding
        .or(totals.first())
        .map_or(0, |(total, _)| total.sum);
    let doubtful = totals.iter().any(|(total, _)| total.doubtful);
    (Measured::Decided { met, kept, shown }, doubtful)
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
