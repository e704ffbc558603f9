//! `thresholds.csv`: where levels of a rule begin and end at each station, and from when.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use model::config::Bound;
use model::{Level, StationSlot, Time};

use crate::attributes::read_valid_from;
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::rules::levels::{Levels, contradictions, disorder, wrong_side};
use crate::rules::{Draft, LEVELS, SHEET};
use crate::sheet::{self, Columns, Row};
use crate::stations::Quantities;
use crate::watches::Ground;

/// Bounds of one rule on one station, or on every one; the absent time is "always".
#[derive(Debug, Default, Clone)]
struct Rows {
    levels: [Vec<(Option<Time>, Bound)>; 4],
    place: Range<usize>,
}

impl Rows {
    fn at(&self, level: usize, at: Option<Time>) -> Option<Bound> {
        let rows = &self.levels[level];
        let latest = rows
            .iter()
            .filter(|(from, _)| *from <= at)
            .max_by_key(|(from, _)| *from);
        latest.map(|(_, bound)| *bound)
    }

    fn times(&self) -> impl Iterator<Item = Time> {
        self.levels.iter().flatten().filter_map(|(from, _)| *from)
    }
}

/// The rows of `thresholds.csv`, by rule and station.
#[derive(Debug, Default)]
pub(crate) struct Thresholds {
    /// Rows with `*`, by rule.
    every: HashMap<usize, Rows>,
    own: HashMap<(usize, StationSlot), Rows>,
}

const THRESHOLDS: Columns = Columns {
    required: &["rule", "station", "level", "raise", "reset", "unit"],
    optional: &["source", "valid_from"],
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
            out.push(
                row.problem(0, what)
                    .near_unless(out.is_long(), row.get(0), known),
            );
        }
        let station = match row.get(1) {
            "*" => Some(None),
            _ => ground.stations.find_or_tell(row, 1, out).map(Some),
        };
        let level = read_level(row, out);
        let from = read_valid_from(row, 7, ground.offset_min, out);
        let (Some(rule), Some(station), Some(level), Some(from)) = (rule, station, level, from)
        else {
            return;
        };
        let Some(bound) = read_bound(row, &rules[rule], level, ground.quantities, out) else {
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
        let level = &mut entry.levels[level.index()];
        if level.iter().any(|(other, _)| *other == from) {
            out.push(row.problem(2, "this level of this rule and station is there twice"));
        }
        level.push((from, bound));
        entry.place = row.span(1);
    });
    all.note_disorder(source, rules, out);
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
    level: Level,
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
        draft.bands[level.index()].reset(raise, draft.rule.side)
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
                .hint("its kind, tags, areas or id are not among the rule's subjects"),
        );
        return false;
    }
    true
}

impl Thresholds {
    /// The bounds of a rule on a station at some time (absent: before any dated row): its own rows,
    /// level by level, before those of `*`.
    pub(crate) fn at(
        &self,
        rule: usize,
        station: StationSlot,
        at: Option<Time>,
    ) -> [Option<Bound>; 4] {
        let own = self.own.get(&(rule, station));
        let every = self.every.get(&rule);
        std::array::from_fn(|i| {
            let own = own.and_then(|rows| rows.at(i, at));
            own.or_else(|| every.and_then(|rows| rows.at(i, at)))
        })
    }

    /// When the bounds of a rule on a station may change.
    pub(crate) fn times(&self, rule: usize, station: StationSlot) -> BTreeSet<Time> {
        let own = self.own.get(&(rule, station)).into_iter();
        let rows = own.chain(self.every.get(&rule));
        rows.flat_map(Rows::times).collect()
    }

    /// Remarks on levels that stand in the wrong order or cannot be seen. Recorded data have them.
    fn note_disorder(&self, source: &Source, rules: &[Draft], out: &mut Diagnostics) {
        let nobody = StationSlot(u32::MAX);
        let every = self.every.iter().map(|(rule, rows)| (*rule, nobody, rows));
        let own = self
            .own
            .iter()
            .map(|((rule, station), rows)| (*rule, *station, rows));
        for (rule, station, rows) in every.chain(own) {
            let side = rules[rule].rule.side;
            let times = rows.times().map(Some).chain([None]);
            for at in times {
                let bounds = self.at(rule, station, at);
                let tell = |what: String| Problem::at(source, rows.place.clone(), what).noted();
                if let Some(what) = disorder(&bounds, side) {
                    out.push(tell(what.to_owned()));
                } else if let Some((lower, upper, which)) = contradictions(&bounds, side)
                    .into_iter()
                    .find(|(.., which)| *which != crate::rules::levels::Contradiction::Hidden)
                {
                    out.push(tell(which.sentence(lower, upper)).hint(which.advice()));
                }
            }
        }
    }
}
