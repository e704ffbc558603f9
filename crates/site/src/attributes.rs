//! `attributes.csv`: what is known of each station (warning stage, flood limit, v0), and from when.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use model::config::{Bound, Measure};
use model::{Fixed, StationSlot, Time};

use crate::amount::day_or_instant;
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::rules::Draft;
use crate::rules::levels::{Formula, Limits, MICRO, contradictions, disorder, rounded, wrong_side};
use crate::sheet::{self, Columns, Row};
use crate::stations::{Quantities, Stations};

const ATTRIBUTES: Columns = Columns {
    required: &["station", "attribute", "value", "unit"],
    optional: &["valid_from", "source"],
};

/// No reading is as large as this many steps, see [`model::Decimals::parse`].
const ABSURD: u64 = 100_000_000_000_000;

/// What one attribute of one station is from some instant on.
#[derive(Clone, Debug)]
struct Known {
    /// Absent: always, until a later row.
    from: Option<Time>,
    micro: i64,
    unit: String,
    place: Range<usize>,
}

/// The attributes of a jurisdiction's stations.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    known: HashMap<(StationSlot, String), Vec<Known>>,
    names: BTreeSet<String>,
    source: Option<Source>,
}

/// Reads `attributes.csv`.
pub(crate) fn read_attributes(
    source: &Source,
    stations: &Stations,
    offset_min: i16,
    out: &mut Diagnostics,
) -> Attributes {
    let mut all = Attributes {
        source: Some(source.clone()),
        ..Attributes::default()
    };
    sheet::read(source, &ATTRIBUTES, out, |row, out| {
        let station = stations.find_or_tell(row, 0, out);
        let name = row.get(1);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            let problem = row.problem(1, format!("`{name}` is no name of an attribute"));
            out.push(problem.expecting("letters, digits and _, such as warning_stage"));
            return;
        }
        all.names.insert(name.to_owned());
        let value = MICRO.parse(row.get(2));
        if let Err(why) = value {
            let problem = row.problem(2, format!("`{}`: {why}", row.get(2)));
            out.push(problem.expecting("a number with at most 6 decimals"));
        }
        let from = read_valid_from(row, 4, offset_min, out);
        let (Some(station), Ok(micro), Some(from)) = (station, value, from) else {
            return;
        };
        let known = all.known.entry((station, name.to_owned())).or_default();
        if known.iter().any(|k| k.from == from) {
            out.push(row.problem(1, "this attribute is there twice for the same time"));
            return;
        }
        known.push(Known {
            from,
            micro,
            unit: row.get(3).to_owned(),
            place: row.span(2),
        });
        known.sort_by_key(|k| k.from);
    });
    all
}

/// Reads a `valid_from` cell. Outer absence: wrong. Inner absence: always.
#[allow(clippy::option_option)]
pub(crate) fn read_valid_from(
    row: &Row<'_>,
    column: usize,
    offset_min: i16,
    out: &mut Diagnostics,
) -> Option<Option<Time>> {
    let text = row.get(column);
    if text.is_empty() {
        return Some(None);
    }
    let from = day_or_instant(text, offset_min);
    if from.is_none() {
        let problem = row.problem(column, format!("`{text}` is no day"));
        out.push(problem.expecting("a day such as 2026-07-16, or nothing: always"));
    }
    from.map(Some)
}

/// Bounds worked out for one station.
pub(crate) struct Worked {
    pub(crate) bounds: [Option<Bound>; 4],
    pub(crate) versions: Vec<(Time, [Option<Bound>; 4])>,
}

impl Attributes {
    /// The bounds of a rule on a station from its attributes; levels whose attributes are not known
    /// are left out and their names go to `missing`.
    pub(crate) fn bounds(
        &self,
        draft: &Draft,
        limits: &[Option<Limits>; 4],
        station: StationSlot,
        quantities: &Quantities,
        missing: &mut BTreeMap<String, usize>,
        out: &mut Diagnostics,
    ) -> Worked {
        let mut dates = BTreeSet::new();
        let mut lacks = BTreeSet::new();
        for formula in formulas(limits) {
            for (_, name) in &formula.parts {
                match self.known.get(&(station, name.clone())) {
                    Some(known) => dates.extend(known.iter().filter_map(|k| k.from)),
                    None => {
                        lacks.insert(name.clone());
                    }
                }
            }
        }
        for name in lacks {
            *missing.entry(name).or_default() += 1;
        }
        let ask = Ask {
            attributes: self,
            draft,
            station,
            quantities,
        };
        let bounds = ask.bounds_at(limits, None, out);
        let versions = dates.into_iter();
        let versions = versions.map(|at| (at, ask.bounds_at(limits, Some(at), out)));
        Worked {
            versions: versions.collect(),
            bounds,
        }
    }

    /// The attribute whose spelling is nearest.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

fn formulas(limits: &[Option<Limits>; 4]) -> impl Iterator<Item = &Formula> {
    let limits = limits.iter().flatten();
    limits.flat_map(|l| std::iter::once(&l.raise).chain(&l.reset))
}

/// One station asked for the bounds of one rule.
struct Ask<'a> {
    attributes: &'a Attributes,
    draft: &'a Draft,
    station: StationSlot,
    quantities: &'a Quantities,
}

impl Ask<'_> {
    fn bounds_at(
        &self,
        limits: &[Option<Limits>; 4],
        at: Option<Time>,
        out: &mut Diagnostics,
    ) -> [Option<Bound>; 4] {
        let side = self.draft.rule.side;
        let mut place = None;
        let bounds: [Option<Bound>; 4] = std::array::from_fn(|i| {
            let limits = limits[i].as_ref()?;
            let raise = self.value(&limits.raise, at, &mut place, out)?;
            let reset = match &limits.reset {
                Some(reset) => self.value(reset, at, &mut place, out)?,
                None => self.draft.bands[i].reset(raise, side),
            };
            Some(Bound { raise, reset })
        });
        let (Some(source), Some(place)) = (&self.attributes.source, place) else {
            return bounds;
        };
        let tell = |what: String| Problem::at(source, place.clone(), what);
        let id = &self.draft.rule.id;
        for (bound, limits) in bounds.iter().zip(limits) {
            let wrong = bound.and_then(|b| wrong_side(b, side));
            if let (Some(what), Some(_)) = (wrong, limits) {
                out.push(tell(format!("with this, in rule `{id}` {what}")));
            }
        }
        if disorder(&bounds, side).is_some() {
            let what = format!("with this, rule `{id}` reaches a higher level before a lower one");
            out.push(tell(what).noted());
        } else if let Some((lower, upper, which)) = contradictions(&bounds, side).first() {
            let what = format!("in rule `{id}` {}", which.sentence(*lower, *upper));
            out.push(tell(what).noted());
        }
        bounds
    }

    /// A formula's value in steps of the quantity; absent where an attribute is not known then.
    fn value(
        &self,
        formula: &Formula,
        at: Option<Time>,
        place: &mut Option<Range<usize>>,
        out: &mut Diagnostics,
    ) -> Option<Fixed> {
        let quantity = &self.quantities.list[usize::from(self.draft.quantity)];
        // Millionths of millionths: a factor times an attribute.
        let mut sum: Option<i128> = Some(0);
        for (factor, name) in &formula.parts {
            let known = self.attributes.known.get(&(self.station, name.clone()))?;
            let known = known.iter().rev().find(|k| match (k.from, at) {
                (None, _) => true,
                (Some(from), Some(at)) => from <= at,
                (Some(_), None) => false,
            })?;
            *place = Some(known.place.clone());
            let Some((times, per)) = self.in_units_of(&known.unit, &quantity.unit) else {
                let what = format!(
                    "`{}` is not the unit of rule `{}`",
                    known.unit, self.draft.rule.id
                );
                let source = self.attributes.source.as_ref()?;
                let problem = Problem::at(source, known.place.clone(), what);
                out.push(problem.expecting(format!("a value in {}", quantity.unit)));
                return None;
            };
            let part = i128::from(*factor) * i128::from(known.micro);
            let part = part.checked_mul(times).map(|part| part / per);
            sum = sum.zip(part).and_then(|(sum, part)| sum.checked_add(part));
        }
        let steps = 10i128.pow(12 - u32::from(quantity.decimals.0.min(9)));
        let sum = sum.filter(|sum| sum.unsigned_abs() < u128::MAX / 4);
        let worked = sum.map(|sum| i128::from(formula.constant) + i128::from(rounded(sum, steps)));
        let worked = worked.and_then(|value| Fixed::try_from(value).ok());
        let meant = worked.filter(|value| value.unsigned_abs() < ABSURD);
        if let (None, Some(source)) = (meant, &self.attributes.source) {
            let id = &self.draft.rule.id;
            let what =
                format!("with this, a level of rule `{id}` is beyond what any gauge can say");
            let problem = Problem::at(source, place.clone().unwrap_or_default(), what);
            out.push(problem.hint("look at the value, its unit, and the factor in the rule"));
        }
        meant
    }

    /// What an attribute is multiplied and divided by: 1 for the quantity's own unit, and for rates
    /// the rule's span over the attribute's (`mm/d` in a rule an hour).
    fn in_units_of(&self, unit: &str, own: &str) -> Option<(i128, i128)> {
        if unit == own {
            return Some((1, 1));
        }
        let per_ms = match self.draft.rule.measure {
            Measure::Rate { per_ms } | Measure::Rise { per_ms, .. } => per_ms,
            Measure::Value
            | Measure::Sum { .. }
            | Measure::Cluster { .. }
            | Measure::Extreme { .. }
            | Measure::Sums { .. }
            | Measure::Silence
            | Measure::Levels { .. }
            | Measure::Expression { .. }
            | Measure::Forecast { .. } => return None,
        };
        let rest = unit.strip_prefix(own)?.strip_prefix('/')?;
        let span = match rest {
            "s" => 1000,
            "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        Some((i128::from(per_ms), i128::from(span)))
    }
}

/// The bounds of an example's station, whose attributes the example gives itself.
pub(crate) fn example_bounds(
    draft: &Draft,
    limits: &[Option<Limits>; 4],
    station: &[(String, i64)],
    quantities: &Quantities,
) -> [Option<Bound>; 4] {
    let unit = &quantities.list[usize::from(draft.quantity)].unit;
    let slot = StationSlot(0);
    let known = station.iter().map(|(name, micro)| {
        let known = Known {
            from: None,
            micro: *micro,
            unit: unit.clone(),
            place: 0..0,
        };
        ((slot, name.clone()), vec![known])
    });
    let attributes = Attributes {
        known: known.collect(),
        ..Attributes::default()
    };
    let ask = Ask {
        attributes: &attributes,
        draft,
        station: slot,
        quantities,
    };
    ask.bounds_at(limits, None, &mut Diagnostics::default())
}
