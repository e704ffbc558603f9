//! Where the levels of a rule begin and end: values, attributes of the station, deadbands.

use model::config::{Bound, Side};
use model::{Decimals, Fixed, Level};

use super::{LEVELS, SHEET};
use crate::amount::{self, permille};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{Value, Word};
use crate::stations::{Quantities, value_of};

/// Where the bounds of a rule come from.
#[derive(Clone, Debug)]
pub(crate) enum Levels {
    /// Rows of `thresholds.csv` that name the rule.
    Sheet,
    /// The same for every subject.
    Inline([Option<Bound>; 4]),
    /// Worked out from attributes of each station.
    Formula(Box<[Option<Limits>; 4]>),
    /// Those of another rule on the same series; `only` says which levels.
    Of { rule: Word, only: [bool; 4] },
}

impl Levels {
    /// Where an attribute of the station is first asked for.
    pub(crate) fn asks(&self, attribute: &str) -> Option<std::ops::Range<usize>> {
        let Levels::Formula(limits) = self else {
            return None;
        };
        let limits = limits.iter().flatten();
        let mut formulas = limits.flat_map(|l| std::iter::once(&l.raise).chain(&l.reset));
        let first = formulas.find(|f| f.parts.iter().any(|(_, name)| name == attribute));
        first.map(|formula| formula.place.clone())
    }
}

/// A level's beginning and end as formulas; without an end it follows from the deadband.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) raise: Formula,
    pub(crate) reset: Option<Formula>,
}

/// A sum of a plain value and multiples of attributes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formula {
    /// In steps of the rule's quantity.
    pub(crate) constant: Fixed,
    /// Millionths, and the attribute they multiply.
    pub(crate) parts: Vec<(i64, String)>,
    pub(crate) place: std::ops::Range<usize>,
}

/// Millionths: how finely multiples and attributes are held.
pub(crate) const MICRO: Decimals = Decimals(6);

/// The unit and decimals in which a rule's values are written.
#[derive(Clone, Copy)]
pub(crate) struct Scale<'a> {
    pub(crate) source: &'a Source,
    pub(crate) quantities: &'a Quantities,
    pub(super) unit: &'a str,
    pub(super) decimals: Decimals,
}

impl<'a> Scale<'a> {
    pub(crate) fn of(source: &'a Source, quantities: &'a Quantities, quantity: u16) -> Scale<'a> {
        let quantity = &quantities.list[usize::from(quantity)];
        Scale {
            source,
            quantities,
            unit: &quantity.unit,
            decimals: quantity.decimals,
        }
    }

    /// A value with its unit.
    pub(crate) fn read(&self, value: Value<'_>, out: &mut Diagnostics) -> Option<Fixed> {
        let word = value.text(out)?;
        self.value(&word, out)
    }

    fn value(&self, word: &Word, out: &mut Diagnostics) -> Option<Fixed> {
        value_of(&word.text, self.unit, self.decimals)
            .map_err(|wrong| out.push(wrong.at(self.source, word.span.clone())))
            .ok()
    }
}

/// How far a level's end lies from its beginning, for levels that do not say it themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Band {
    #[default]
    None,
    Steps(Fixed),
    Permille(i64),
}

impl Band {
    /// The end that goes with a beginning.
    pub(crate) fn reset(self, raise: Fixed, side: Side) -> Fixed {
        let width = match self {
            Band::None => 0,
            Band::Steps(steps) => steps,
            Band::Permille(permille) => {
                rounded(i128::from(raise.abs()) * i128::from(permille), 1000)
            }
        };
        match side {
            Side::Above => raise - width,
            Side::Below => raise + width,
        }
    }
}

/// A quotient rounded to the nearest whole number, halves away from zero.
pub(crate) fn rounded(product: i128, by: i128) -> Fixed {
    let half = if product < 0 { -by / 2 } else { by / 2 };
    Fixed::try_from((product + half) / by).unwrap_or(Fixed::MAX)
}

/// Reads `deadband`: one for all levels, or a table that names them.
pub(crate) fn read_deadband(
    value: Value<'_>,
    scale: Scale<'_>,
    out: &mut Diagnostics,
) -> Option<[Band; 4]> {
    if !value.is_table() {
        return read_band(value, scale, out).map(|band| [band; 4]);
    }
    let mut table = value.table(out)?;
    let bands = LEVELS.map(|(word, _)| {
        let band = table.optional(word, out, |value, out| read_band(value, scale, out));
        band.unwrap_or_default()
    });
    table.close(out);
    Some(bands)
}

fn read_band(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Band> {
    let word = value.text(out)?;
    if let Some(permille) = permille(&word.text) {
        return Some(Band::Permille(permille));
    }
    let steps = scale.value(&word, out)?;
    if steps < 0 {
        let problem = Problem::at(scale.source, word.span, "a deadband is no negative number");
        out.push(
            problem.expecting("how far the value must come back, such as \"0.10 m\" or \"20 %\""),
        );
        return None;
    }
    Some(Band::Steps(steps))
}

/// Reads `levels` of a rule whose measure has bounds of its quantity.
pub(crate) fn read_levels(
    value: Value<'_>,
    scale: Scale<'_>,
    side: Side,
    bands: [Band; 4],
    out: &mut Diagnostics,
) -> Option<Levels> {
    if !value.is_table() {
        if value.as_text() == Some(SHEET) {
            return Some(Levels::Sheet);
        }
        let expected = "levels = \"thresholds.csv\", or { blue = \"35 mm\", … }";
        let text = value.as_text().unwrap_or_default().to_owned();
        out.push(
            value
                .problem("no such levels")
                .expecting(expected)
                .near(&text, [SHEET]),
        );
        return None;
    }
    let span = value.span.clone();
    let limits = by_level(value, out, |_, value, out| read_limits(value, scale, out))?;
    if limits.iter().flatten().any(Limits::asks_station) {
        return Some(Levels::Formula(Box::new(limits)));
    }
    let bounds: [Option<Bound>; 4] = std::array::from_fn(|i| {
        let limits = limits[i].as_ref()?;
        let raise = limits.raise.constant;
        let reset = limits.reset.as_ref().map(|f| f.constant);
        Some(Bound {
            raise,
            reset: reset.unwrap_or_else(|| bands[i].reset(raise, side)),
        })
    });
    check_bounds(&bounds, &limits, side, scale.source, span, out)?;
    Some(Levels::Inline(bounds))
}

/// Bounds written in the rule file itself must make sense on every station.
fn check_bounds(
    bounds: &[Option<Bound>; 4],
    limits: &[Option<Limits>; 4],
    side: Side,
    source: &Source,
    span: std::ops::Range<usize>,
    out: &mut Diagnostics,
) -> Option<()> {
    let mut sound = Some(());
    for (bound, limits) in bounds.iter().zip(limits) {
        let (Some(bound), Some(limits)) = (bound, limits) else {
            continue;
        };
        if let Some(what) = wrong_side(*bound, side) {
            let place = limits.reset.as_ref().unwrap_or(&limits.raise).place.clone();
            let harmless = match side {
                Side::Above => "a value at or below `raise`",
                Side::Below => "a value at or above `raise`",
            };
            out.push(Problem::at(source, place, what).expecting(harmless));
            sound = None;
        }
    }
    sound?;
    if let Some(what) = disorder(bounds, side) {
        out.push(Problem::at(source, span, what).noted());
        return sound;
    }
    for (lower, upper, contradiction) in contradictions(bounds, side) {
        let limits = limits[upper].as_ref()?;
        let place = limits.reset.as_ref().unwrap_or(&limits.raise).place.clone();
        let what = contradiction.sentence(lower, upper);
        out.push(Problem::at(source, place, what).hint(contradiction.advice()));
        sound = None;
    }
    sound
}

impl Limits {
    pub(crate) fn asks_station(&self) -> bool {
        let reset = self.reset.iter().flat_map(|f| &f.parts);
        self.raise.parts.iter().chain(reset).next().is_some()
    }
}

/// What two neighbouring levels can have against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contradiction {
    /// Both begin at the same value, so the lower one is never seen.
    Hidden,
    /// The higher one is still on where the lower one would not begin.
    Outlasts,
}

impl Contradiction {
    pub(crate) fn sentence(self, lower: usize, upper: usize) -> String {
        let (low, high) = (LEVELS[lower].0, LEVELS[upper].0);
        match self {
            Contradiction::Hidden => {
                format!("{low} can never be seen: {high} begins at the same value")
            }
            Contradiction::Outlasts => {
                format!("{high} ends only where {low} would not even begin")
            }
        }
    }

    pub(crate) fn advice(self) -> &'static str {
        match self {
            Contradiction::Hidden => "remove one of the two, or move them apart",
            Contradiction::Outlasts => {
                "make the deadband narrower than the distance between the two levels"
            }
        }
    }
}

/// Contradictions between neighbouring levels that are in order: (lower, upper, what).
pub(crate) fn contradictions(
    bounds: &[Option<Bound>; 4],
    side: Side,
) -> Vec<(usize, usize, Contradiction)> {
    let mut found = Vec::new();
    let mut below: Option<(usize, Bound)> = None;
    for (place, bound) in bounds.iter().enumerate() {
        let Some(bound) = bound else { continue };
        if let Some((lower, low)) = below {
            let beyond = match side {
                Side::Above => bound.reset < low.raise,
                Side::Below => bound.reset > low.raise,
            };
            if bound.raise == low.raise {
                found.push((lower, place, Contradiction::Hidden));
            } else if beyond {
                found.push((lower, place, Contradiction::Outlasts));
            }
        }
        below = Some((place, *bound));
    }
    found
}

/// Reads a table that names levels; absent when none is named or one of them is faulty.
pub(crate) fn by_level<T>(
    value: Value<'_>,
    out: &mut Diagnostics,
    mut read: impl FnMut(Level, Value<'_>, &mut Diagnostics) -> Option<T>,
) -> Option<[Option<T>; 4]> {
    let empty = value
        .problem("no level has a bound")
        .expecting("one of the four levels");
    let mut table = value.table(out)?;
    let given = LEVELS.iter().filter(|(word, _)| table.has(word)).count();
    let levels =
        LEVELS.map(|(word, level)| table.optional(word, out, |value, out| read(level, value, out)));
    table.close(out);
    if given == 0 {
        out.push(empty);
        return None;
    }
    (levels.iter().flatten().count() == given).then_some(levels)
}

fn read_limits(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Limits> {
    if !value.is_table() {
        let raise = read_formula(value, scale, out)?;
        return Some(Limits { raise, reset: None });
    }
    let mut table = value.table(out)?;
    if table.has("tangent") {
        let span = table.span();
        let tangent = table.required("tangent", out, read_tangent);
        let of = table.optional("of", out, |value, out| {
            let word = value.text(out)?;
            attribute_name(&word, scale.source, out)
        });
        table.close(out);
        let attribute = of.unwrap_or_else(|| "v0".to_owned());
        let raise = Formula {
            constant: 0,
            parts: vec![(tangent?, attribute)],
            place: span,
        };
        return Some(Limits { raise, reset: None });
    }
    let raise = table.required("raise", out, |value, out| read_formula(value, scale, out));
    let given = table.has("reset");
    let reset = table.optional("reset", out, |value, out| read_formula(value, scale, out));
    table.close(out);
    if given && reset.is_none() {
        return None;
    }
    Some(Limits {
        raise: raise?,
        reset,
    })
}

/// The tangent of an angle in degrees, in millionths.
fn read_tangent(value: Value<'_>, out: &mut Diagnostics) -> Option<i64> {
    let angle = value.decimal().and_then(|text| text.parse::<f64>().ok());
    let angle = angle.filter(|a| *a > 0.0 && *a < 90.0);
    if angle.is_none() {
        let problem = value.problem("no such angle");
        out.push(problem.expecting("degrees between 0 and 90, such as 80"));
    }
    angle.map(|a| libm::round(libm::tan(a.to_radians()) * 1e6) as i64)
}

fn attribute_name(word: &Word, source: &Source, out: &mut Diagnostics) -> Option<String> {
    let name = word.text.strip_prefix("station.").filter(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    if name.is_none() {
        let what = format!("`{}` is no attribute of a station", word.text);
        let problem = Problem::at(source, word.span.clone(), what);
        out.push(problem.expecting("such as \"station.warning_stage\""));
    }
    name.map(str::to_owned)
}

/// Reads `45 mm`, `station.warning_stage - 0.5 m`, `0.5 x station.a + 0.5 x station.b`.
pub(crate) fn read_formula(
    value: Value<'_>,
    scale: Scale<'_>,
    out: &mut Diagnostics,
) -> Option<Formula> {
    let word = value.text(out)?;
    if !word.text.contains("station.") {
        let constant = scale.value(&word, out)?;
        return Some(Formula {
            constant,
            parts: Vec::new(),
            place: word.span,
        });
    }
    let mut formula = Formula {
        place: word.span.clone(),
        ..Formula::default()
    };
    for (negative, piece) in pieces(&word.text) {
        let piece = Word {
            text: piece.to_owned(),
            span: word.span.clone(),
        };
        let sign = if negative { -1 } else { 1 };
        if !piece.text.contains("station.") {
            formula.constant += sign * scale.value(&piece, out)?;
            continue;
        }
        let (factor, name) = match piece.text.split_once(['x', '×', '*']) {
            Some((factor, name)) if factor.trim().parse::<f64>().is_ok() => (factor.trim(), name),
            Some(_) | None => ("1", piece.text.as_str()),
        };
        let Ok(factor) = MICRO.parse(factor) else {
            let what = format!("`{factor}` cannot multiply an attribute");
            let problem = Problem::at(scale.source, word.span, what);
            out.push(problem.expecting("a number with at most 6 decimals"));
            return None;
        };
        let name = Word {
            text: name.trim().to_owned(),
            span: word.span.clone(),
        };
        let name = attribute_name(&name, scale.source, out)?;
        formula.parts.push((sign * factor, name));
    }
    Some(formula)
}

/// The summands of a formula with their signs; a sign counts only between blanks.
fn pieces(text: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let (mut rest, mut negative) = (text, false);
    while let Some(at) = rest.find(" + ").into_iter().chain(rest.find(" - ")).min() {
        pieces.push((negative, rest[..at].trim()));
        negative = rest[at..].starts_with(" -");
        rest = &rest[at + 3..];
    }
    pieces.push((negative, rest.trim()));
    pieces
}

/// Reads bounds that are durations, in milliseconds.
pub(crate) fn read_silence(value: Value<'_>, out: &mut Diagnostics) -> Option<Levels> {
    let bounds = by_level(value, out, |_, value, out| {
        let problem = value
            .problem("silence is measured in time")
            .expecting(amount::DURATION);
        let raise = value
            .as_text()
            .and_then(amount::duration_ms)
            .filter(|ms| *ms > 0);
        if raise.is_none() {
            out.push(problem);
        }
        let raise = raise?;
        Some(Bound {
            raise,
            reset: raise,
        })
    })?;
    Some(Levels::Inline(bounds))
}

/// A level must end on the harmless side of where it begins.
pub(crate) fn wrong_side(bound: Bound, side: Side) -> Option<&'static str> {
    match side {
        Side::Above if bound.reset > bound.raise => {
            Some("`reset` lies above `raise`, so the level could never end")
        }
        Side::Below if bound.reset < bound.raise => {
            Some("`reset` lies below `raise`, so the level could never end")
        }
        Side::Above | Side::Below => None,
    }
}

/// A higher level should be harder to reach. Published tables break this now and then, so it is a remark.
pub(crate) fn disorder(bounds: &[Option<Bound>; 4], side: Side) -> Option<&'static str> {
    let raises: Vec<Fixed> = bounds.iter().flatten().map(|b| b.raise).collect();
    let ordered = match side {
        Side::Above => raises.is_sorted(),
        Side::Below => raises.iter().rev().is_sorted(),
    };
    (!ordered).then_some("a higher level is reached before a lower one")
}
