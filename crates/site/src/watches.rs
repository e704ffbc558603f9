//! Rules meet stations: thresholds of a jurisdiction and the watches that follow from them.

use std::collections::HashMap;
use std::ops::Range;

use model::config::{Bound, Measure, Station, Watch};
use model::{Level, RuleSlot, SeriesSlot, StationSlot};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::rules::{Draft, LEVELS, Levels, SHEET, disorder, wrong_side};
use crate::sheet::{self, Columns, Row};
use crate::stations::{AllSeries, Quantities, Stations};

/// What rules look at in one jurisdiction.
pub(crate) struct Ground<'a> {
    pub(crate) stations: &'a Stations,
    pub(crate) quantities: &'a Quantities,
    pub(crate) series: &'a AllSeries,
    /// Ids of rules that are there but faulty.
    pub(crate) faulty_rules: &'a [String],
}

/// Bounds of one rule on one station, or on every one.
#[derive(Debug, Default, Clone)]
struct Row4 {
    bounds: [Option<Bound>; 4],
    place: Range<usize>,
}

/// The rows of `thresholds.csv`, by rule and station.
#[derive(Debug, Default)]
pub(crate) struct Thresholds {
    /// Rows with `*`, by rule.
    every: HashMap<usize, Row4>,
    own: HashMap<(usize, StationSlot), Row4>,
}

const THRESHOLDS: Columns = Columns {
    required: &["rule", "station", "level", "raise", "reset", "unit"],
    optional: &["source"],
};

/// Reads `thresholds.csv`.
pub(crate) fn read_thresholds(
    source: &Source,
    rules: &[Draft],
    ground: &Ground<'_>,
    out: &mut Diagnostics,
) -> Thresholds {
    let by_id: HashMap<&str, usize> = rules
        .iter()
        .enumerate()
        .map(|(i, draft)| (draft.rule.id.as_str(), i))
        .collect();
    let mut all = Thresholds::default();
    sheet::read(source, &THRESHOLDS, out, |row, out| {
        let rule = by_id.get(row.get(0)).copied();
        if rule.is_none() && !ground.faulty_rules.iter().any(|id| id == row.get(0)) {
            let known = rules.iter().map(|d| d.rule.id.as_str());
            let known = known.chain(ground.faulty_rules.iter().map(String::as_str));
            let what = format!("no rule `{}`", row.get(0));
            out.push(row.problem(0, what).near(row.get(0), known));
        }
        let station = match row.get(1) {
            "*" => Some(None),
            _ => ground.stations.find_or_tell(row, 1, out).map(Some),
        };
        let level = read_level(row, out);
        let (Some(rule), Some(station), Some(level)) = (rule, station, level) else {
            return;
        };
        let Some(bound) = read_bound(row, &rules[rule], ground.quantities, out) else {
            return;
        };
        if let Some(station) = station
            && !is_subject(row, &rules[rule], station, ground, out)
        {
            return;
        }
        let entry = match station {
            None => all.every.entry(rule).or_default(),
            Some(station) => all.own.entry((rule, station)).or_default(),
        };
        if entry.bounds[level.index()].is_some() {
            out.push(row.problem(2, "this level of this rule and station is there twice"));
        }
        entry.bounds[level.index()] = Some(bound);
        entry.place = row.span(1);
    });
    let every = all
        .every
        .iter()
        .map(|(rule, row)| (*rule, row.bounds, &row.place));
    let own = all
        .own
        .iter()
        .map(|((rule, station), row)| (*rule, all.of(*rule, *station), &row.place));
    for (rule, bounds, place) in every.chain(own) {
        if let Some(what) = disorder(&bounds, rules[rule].rule.side) {
            out.push(Problem::at(source, place.clone(), what).noted());
        }
    }
    all
}

fn read_level(row: &Row<'_>, out: &mut Diagnostics) -> Option<Level> {
    let text = row.get(2);
    let word = LEVELS
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, level)| *level);
    let level = word.or_else(|| text.parse().ok().and_then(Level::from_digit));
    if level.is_none() {
        let problem = row.problem(2, format!("`{text}` is no level"));
        let words = LEVELS.map(|(word, _)| word);
        out.push(
            problem
                .expecting("blue, yellow, orange, red or 1 to 4")
                .near(text, words),
        );
    }
    level
}

fn read_bound(
    row: &Row<'_>,
    draft: &Draft,
    quantities: &Quantities,
    out: &mut Diagnostics,
) -> Option<Bound> {
    if !matches!(draft.levels, Levels::Sheet) {
        let what = format!("rule `{}` has its levels in its own file", draft.rule.id);
        out.push(
            row.problem(0, what)
                .expecting(format!("a rule with levels = \"{SHEET}\"")),
        );
        return None;
    }
    let quantity = &quantities.list[usize::from(draft.quantity)];
    if row.get(5) != quantity.unit {
        let what = format!("`{}` is not the unit of {}", row.get(5), quantity.id);
        out.push(row.problem(5, what).expecting(quantity.unit.clone()));
        return None;
    }
    let mut number = |column: usize| {
        let text = row.get(column);
        let value = quantity.decimals.parse(text);
        if let Err(why) = value {
            let expected = format!("a number with at most {} decimals", quantity.decimals.0);
            out.push(
                row.problem(column, format!("`{text}`: {why}"))
                    .expecting(expected),
            );
        }
        value.ok()
    };
    let raise = number(3)?;
    let reset = if row.get(4).is_empty() {
        raise
    } else {
        number(4)?
    };
    let bound = Bound { raise, reset };
    if let Some(what) = wrong_side(bound, draft.rule.side) {
        out.push(row.problem(4, what));
        return None;
    }
    Some(bound)
}

fn is_subject(
    row: &Row<'_>,
    draft: &Draft,
    station: StationSlot,
    ground: &Ground<'_>,
    out: &mut Diagnostics,
) -> bool {
    let id = &draft.rule.id;
    if ground.series.find(station, draft.quantity).is_none() {
        if ground.series.faulty {
            return false;
        }
        let quantity = &ground.quantities.list[usize::from(draft.quantity)].id;
        let what = format!("station `{}` has no {quantity} in series.csv", row.get(1));
        out.push(
            row.problem(1, what)
                .expecting(format!("a station that rule `{id}` can watch")),
        );
        return false;
    }
    if !draft
        .subjects
        .include(&ground.stations.list[station.index()])
    {
        let what = format!("station `{}` is no subject of rule `{id}`", row.get(1));
        out.push(
            row.problem(1, what)
                .hint("its kind, tags or id are not among the rule's subjects"),
        );
        return false;
    }
    true
}

/// The watches of a jurisdiction, sorted by series and then by rule.
pub(crate) fn watches(rules: &[Draft], thresholds: &Thresholds, ground: &Ground<'_>) -> Vec<Watch> {
    let mut all = Vec::new();
    for (slot, series) in ground.series.list.iter().enumerate() {
        let station = &ground.stations.list[series.station.index()];
        for (place, draft) in rules.iter().enumerate() {
            if draft.quantity != series.quantity || !draft.subjects.include(station) {
                continue;
            }
            let bounds = match &draft.levels {
                Levels::Inline(bounds) => *bounds,
                Levels::Sheet => thresholds.of(place, series.station),
            };
            if bounds.iter().all(Option::is_none) || lacks_place(draft, station) {
                continue;
            }
            all.push(Watch {
                rule: RuleSlot(place as u16),
                series: SeriesSlot(slot as u32),
                bounds,
                ..Watch::default()
            });
        }
    }
    all
}

/// A station whose place is not known is near nothing.
pub(crate) fn lacks_place(draft: &Draft, station: &Station) -> bool {
    matches!(draft.rule.measure, Measure::Cluster { .. }) && station.position_e6.is_none()
}

impl Thresholds {
    /// The bounds of a rule on a station: its own rows, level by level, before those of `*`.
    fn of(&self, rule: usize, station: StationSlot) -> [Option<Bound>; 4] {
        let every = self
            .every
            .get(&rule)
            .map(|row| row.bounds)
            .unwrap_or_default();
        let own = self
            .own
            .get(&(rule, station))
            .map(|row| row.bounds)
            .unwrap_or_default();
        std::array::from_fn(|i| own[i].or(every[i]))
    }
}
