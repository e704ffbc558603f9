//! One series as a report draws it: its readings, the lines of its levels each in the time it was in force,
//! and when its level changed.

use model::config::{Config, Measure, Rule, Side, Text};
use model::intake::Quality;
use model::view::ThresholdView;
use model::{Decimals, Level, SeriesSlot, Time};
use serde::Serialize;

use crate::facts::LevelChange;

/// The readings of one series in the interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Curve {
    pub station: String,
    pub name: Text,
    pub quantity: String,
    pub title: Text,
    pub unit: String,
    pub decimals: u8,
    /// Every line that was in force at a time of the interval.
    pub thresholds: Vec<InForce>,
    /// What falls is an amount a reading, and is drawn from the ground.
    pub amounts: bool,
    pub points: Vec<Point>,
    pub changes: Vec<CurveChange>,
}

/// A change of level of the series, or of what was forecast for it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurveChange {
    #[serde(flatten)]
    pub change: LevelChange,
    pub forecast: bool,
}

/// One reading.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    pub observed: Time,
    pub received: Time,
    /// When it was entered.
    pub entered: Time,
    /// In steps of the series' decimals.
    pub value: i64,
    pub quality: Quality,
    pub late: bool,
    pub entry: u64,
}

/// A line of a level, and the time in which it was in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InForce {
    #[serde(flatten)]
    pub line: ThresholdView,
    /// Absent: when the interval began.
    pub since: Option<Time>,
    /// Absent: when the interval ended.
    pub until: Option<Time>,
    /// The entry of the files that brought it, where they came within the interval.
    pub entry: Option<u64>,
}

/// The lines of one series by the files of one time, each in the parts of `from` to `to` in which it holds:
/// its bounds may begin on a day, and its rule may have a season.
pub(crate) fn lines(
    config: &Config,
    slot: SeriesSlot,
    (from, to): (Time, Time),
    entry: Option<u64>,
) -> Vec<InForce> {
    let Some(series) = config.series.get(slot.index()) else {
        return Vec::new();
    };
    let quantity = config.quantities.get(usize::from(series.quantity));
    let decimals = quantity.map_or(Decimals(0), |quantity| quantity.decimals);
    let mut lines = Vec::new();
    for watch in config.watches.iter().filter(|watch| watch.series == slot) {
        let Some(rule) = config.rules.get(watch.rule.index()) else {
            continue;
        };
        if rule.measure != Measure::Value {
            continue;
        }
        let dated = watch.versions.iter().map(|version| version.valid_from);
        let dated = dated.filter(|at| *at > from && *at < to);
        let seasons = rule.season.as_ref();
        let seasons = seasons.map_or_else(Vec::new, |season| season.turns(from, to));
        let mut turns: Vec<Time> = dated.chain(seasons).chain([from]).collect();
        turns.sort_unstable();
        turns.dedup();
        for (n, begins) in turns.iter().enumerate() {
            let ends = turns.get(n + 1).copied().unwrap_or(to);
            if rule.season.as_ref().is_some_and(|s| !s.holds(*begins)) {
                continue;
            }
            let bounds = watch.bounds_at(*begins);
            let own = Level::ALL.into_iter().filter_map(|level| {
                let bound = bounds[level.index()]?;
                Some(InForce {
                    line: line(rule, level, decimals, (bound.raise, bound.reset)),
                    since: Some(*begins),
                    until: Some(ends),
                    entry,
                })
            });
            lines.extend(own);
        }
    }
    lines
}

fn line(
    rule: &Rule,
    level: Level,
    decimals: Decimals,
    (raise, reset): (i64, i64),
) -> ThresholdView {
    ThresholdView {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        level,
        raise: decimals.show(raise),
        reset: decimals.show(reset),
        below: rule.side == Side::Below,
        on_value: true,
        is_span: false,
    }
}

/// The same with pieces that follow each other as one, and ends that are those of the interval left out.
pub(crate) fn joined(mut lines: Vec<InForce>, (from, to): (Time, Time)) -> Vec<InForce> {
    lines.sort_by(|a, b| {
        let key = |l: &InForce| {
            (
                l.line.rule.clone(),
                l.line.level,
                l.line.raise.clone(),
                l.since,
            )
        };
        key(a).cmp(&key(b))
    });
    let mut whole: Vec<InForce> = Vec::new();
    for piece in lines {
        match whole.last_mut() {
            Some(last) if last.line == piece.line && last.until >= piece.since => {
                last.until = last.until.max(piece.until);
            }
            Some(_) | None => whole.push(piece),
        }
    }
    for line in &mut whole {
        line.since = line.since.filter(|since| *since > from);
        line.until = line.until.filter(|until| *until < to);
    }
    whole.sort_by(|a, b| {
        let key = |l: &InForce| (l.line.level, l.since, l.line.rule.clone());
        key(a).cmp(&key(b))
    });
    whole
}
