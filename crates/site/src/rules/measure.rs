//! What a rule looks at: one value, sums, rates, neighbours, other rules, the time to come.

use std::ops::Range;

use model::Decimals;
use model::config::{Measure, Outlook, Side, Wetness, Within};

use super::levels::{Band, Levels, Scale, read_levels, read_silence};
use super::terms::{Clauses, read_clauses};
use super::windows::read_windows;
use super::{LEVELS, MARK};
use crate::amount::length_mm;
use crate::diagnose::{Diagnostics, Problem};
use crate::document::{Value, Word};

/// What a rule looks at, with what is still to be resolved against other rules.
// One lives while one rule is read: its size costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub(crate) enum Drafted {
    /// Complete.
    Plain(Measure),
    /// Windows come from `levels`.
    Sums { all: bool, wetness: Option<Wetness> },
    /// Clauses come from `levels`, and name other rules.
    Rules,
    /// Bounds come from another rule.
    Forecast { outlook: Outlook, of: Word },
}

/// Words for the measures, for reports.
const EXPECTED: &str = "\"value\", \"silence\", \"rules\", or one of { sum }, { sums }, { rate }, \
{ rise }, { highest }, { lowest }, { cluster }, { forecast }, { expression }";

/// Reads `measure`.
pub(crate) fn read_measure(
    value: Value<'_>,
    scale: Option<Scale<'_>>,
    out: &mut Diagnostics,
) -> Option<Drafted> {
    if !value.is_table() {
        let text = value.as_text().unwrap_or_default().to_owned();
        return match text.as_str() {
            "value" => Some(Drafted::Plain(Measure::Value)),
            "silence" => Some(Drafted::Plain(Measure::Silence)),
            "rules" => Some(Drafted::Rules),
            _ => {
                let problem = value.problem("no such measure").expecting(EXPECTED);
                out.push(problem.near(&text, ["value", "silence", "rules"]));
                None
            }
        };
    }
    let mut table = value.table(out)?;
    let span = table.span();
    let plain = |measure| Some(Drafted::Plain(measure));
    let sum = table.optional("sum", out, span_of_time);
    let rate = table.optional("rate", out, span_of_time);
    let rise = table.optional("rise", out, span_of_time);
    let per = table.optional("per", out, span_of_time);
    let least = table.optional("least", out, span_of_time);
    let highest = table.optional("highest", out, span_of_time);
    let lowest = table.optional("lowest", out, span_of_time);
    let sums = table.optional("sums", out, |value, out| {
        value.one_of(&[("any", false), ("all", true)], out)
    });
    let wetness = table.optional("wetness", out, |value, out| {
        read_wetness(value, scale?, out)
    });
    let cluster = table.optional("cluster", out, |value, out| {
        read_cluster(value, scale?, out)
    });
    let expression = table.optional("expression", out, read_expression);
    let forecast = table.optional("forecast", out, |value, out| {
        read_forecast(value, scale?, out)
    });
    table.close(out);
    let source = scale?.source;
    if per.is_some() && rise.is_none() {
        let problem = Problem::at(source, span.clone(), "`per` goes with `rise`");
        out.push(problem.expecting("{ rise = \"3h\", per = \"1h\" }"));
    }
    if let Some(what) = wrong_least(least, rise, per) {
        let problem = Problem::at(source, span.clone(), what);
        out.push(problem.expecting("{ rise = \"6h\", per = \"1d\", least = \"3h\" }"));
        return None;
    }
    if wetness.is_some() && sums.is_none() {
        let problem = Problem::at(source, span.clone(), "`wetness` goes with `sums`");
        out.push(problem.expecting("{ sums = \"any\", wetness = {…} }"));
    }
    let extreme = |window_ms: i64, highest| Measure::Extreme { window_ms, highest };
    let measures = [
        sum.and_then(|window_ms| plain(Measure::Sum { window_ms })),
        rate.and_then(|per_ms| plain(Measure::Rate { per_ms })),
        rise.and_then(|span_ms| {
            plain(Measure::Rise {
                span_ms,
                per_ms: per.unwrap_or(span_ms),
                least_ms: least.unwrap_or(0),
            })
        }),
        highest.and_then(|window| plain(extreme(window, true))),
        lowest.and_then(|window| plain(extreme(window, false))),
        sums.map(|all| Drafted::Sums { all, wetness }),
        cluster.and_then(plain),
        expression.and_then(|text| plain(Measure::Expression { text })),
        forecast,
    ];
    let mut found = measures.into_iter().flatten();
    let first = found.next();
    if found.next().is_some() {
        out.push(Problem::at(source, span, "a rule has one measure").expecting(EXPECTED));
        return None;
    }
    first
}

/// What is wrong with `least`: a plain change needs none, and a rate is never taken over more than its
/// span.
fn wrong_least(least: Option<i64>, rise: Option<i64>, per: Option<i64>) -> Option<&'static str> {
    let least = least?;
    match rise {
        Some(span) if per.is_none_or(|per| per == span) => {
            Some("`least` goes with a `rise` per another time")
        }
        Some(span) if least > span => Some("`least` is longer than the span of `rise`"),
        Some(_) => None,
        None => Some("`least` goes with `rise`"),
    }
}

/// The levels that go with a measure, and what of the measure stands in them.
pub(crate) struct Leveled {
    pub(crate) measure: Measure,
    pub(crate) levels: Levels,
    pub(crate) clauses: Option<Box<Clauses>>,
}

/// Reads `levels` as the measure wants them.
pub(crate) fn read_leveled(
    value: Option<Value<'_>>,
    drafted: Drafted,
    scale: Scale<'_>,
    side: Side,
    bands: [Band; 4],
    out: &mut Diagnostics,
) -> Option<Leveled> {
    let plain = |measure, levels| Leveled {
        measure,
        levels,
        clauses: None,
    };
    match drafted {
        Drafted::Forecast { outlook, of } => {
            let only = match value {
                Some(value) => read_which(value, scale, out)?,
                None => [true; 4],
            };
            let levels = Levels::Of { rule: of, only };
            Some(plain(Measure::Forecast { outlook }, levels))
        }
        Drafted::Sums { all, wetness } => {
            let windows = read_windows(value?, scale, side, bands, out)?;
            let marked = |i: usize| windows.iter().any(|w| w.bounds[i].is_some());
            let levels = marks(std::array::from_fn(marked));
            let measure = Measure::Sums {
                windows,
                all,
                wetness,
            };
            Some(plain(measure, levels))
        }
        Drafted::Rules => {
            let clauses = read_clauses(value?, scale.source, out)?;
            let levels = marks(std::array::from_fn(|i| clauses[i].is_some()));
            Some(Leveled {
                measure: Measure::Levels {
                    clauses: [const { None }; 4],
                },
                levels,
                clauses: Some(Box::new(clauses)),
            })
        }
        Drafted::Plain(measure @ Measure::Cluster { .. }) => {
            let level = value?.one_of(&LEVELS, out)?;
            let mut only = [false; 4];
            only[level.index()] = true;
            Some(plain(measure, marks(only)))
        }
        Drafted::Plain(measure @ Measure::Expression { .. }) => {
            let value = value?;
            if value.is_table() {
                let levels = read_levels(value, scale, side, bands, out)?;
                return Some(plain(measure, levels));
            }
            let only = read_which(value, scale, out)?;
            Some(plain(measure, marks(only)))
        }
        Drafted::Plain(measure @ Measure::Silence) => {
            let levels = read_silence(value?, out)?;
            Some(plain(measure, levels))
        }
        Drafted::Plain(
            measure @ (Measure::Value
            | Measure::Sum { .. }
            | Measure::Rate { .. }
            | Measure::Rise { .. }
            | Measure::Extreme { .. }
            | Measure::Sums { .. }
            | Measure::Levels { .. }
            | Measure::Forecast { .. }),
        ) => {
            let levels = read_levels(value?, scale, side, bands, out)?;
            Some(plain(measure, levels))
        }
    }
}

/// Bounds that only say which levels there are.
fn marks(only: [bool; 4]) -> Levels {
    Levels::Inline(only.map(|is| is.then_some(MARK)))
}

/// A list of levels, or one of them.
fn read_which(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<[bool; 4]> {
    let mut only = [false; 4];
    if value.as_text().is_some() {
        only[value.one_of(&LEVELS, out)?.index()] = true;
        return Some(only);
    }
    let span = value.span.clone();
    for item in value.list(out)? {
        only[item.one_of(&LEVELS, out)?.index()] = true;
    }
    if only == [false; 4] {
        let problem = Problem::at(scale.source, span, "no level is named");
        out.push(problem.expecting("[\"yellow\", \"red\"]"));
        return None;
    }
    Some(only)
}

/// A duration above zero.
pub(crate) fn span_of_time(value: Value<'_>, out: &mut Diagnostics) -> Option<i64> {
    let zero = value
        .problem("this span is empty")
        .expecting("a duration above zero");
    let ms = value.duration(out)?;
    if ms == 0 {
        out.push(zero);
        return None;
    }
    Some(ms)
}

fn read_cluster(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Measure> {
    let mut table = value.table(out)?;
    let span = table.span();
    let summed = table.has("sum");
    let window_ms = table.optional("sum", out, span_of_time);
    let hot = table.required("hot", out, |value, out| scale.read(value, out));
    let cool = table.required("cool", out, |value, out| scale.read(value, out));
    let radius_mm = table.optional("radius", out, |value, out| {
        let problem = value
            .problem("no such length")
            .expecting("a length such as \"10 km\" or \"500 m\"");
        let mm = value.as_text().and_then(length_mm);
        if mm.is_none() {
            out.push(problem);
        }
        mm
    });
    let within = table.optional("within", out, |value, out| {
        let words = [
            ("township", Within::Township),
            ("catchment", Within::Catchment),
            ("zone", Within::Zone),
        ];
        value.one_of(&words, out)
    });
    let count = table.required("count", out, |value, out| {
        value.whole(1..=i64::from(u16::MAX), out)
    });
    table.close(out);
    let (hot, cool) = (hot?, cool?);
    let wrong = |what: &str| Problem::at(scale.source, span.clone(), what);
    if cool > hot {
        out.push(wrong("a cluster cools below the value at which it is hot"));
        return None;
    }
    if radius_mm.is_some() == within.is_some() {
        let problem = wrong("a cluster has a radius, or an area within which it lies");
        out.push(problem.expecting("radius = \"10 km\", or within = \"catchment\""));
        return None;
    }
    let count = u16::try_from(count?).ok()?;
    if summed && window_ms.is_none() {
        return None;
    }
    Some(Measure::Cluster {
        window_ms: window_ms.unwrap_or(0),
        hot,
        cool,
        radius_mm: radius_mm.unwrap_or(0),
        count,
        within: within.unwrap_or_default(),
    })
}

fn read_wetness(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Wetness> {
    let mut table = value.table(out)?;
    let span = table.span();
    let window_ms = table.required("sum", out, span_of_time);
    let wet = table.required("wet", out, |value, out| scale.read(value, out));
    let wet_permille = table.required("wet_factor", out, read_factor);
    let dry = table.required("dry", out, |value, out| scale.read(value, out));
    let dry_permille = table.required("dry_factor", out, read_factor);
    table.close(out);
    let wetness = Wetness {
        window_ms: window_ms?,
        wet: wet?,
        wet_permille: wet_permille?,
        dry: dry?,
        dry_permille: dry_permille?,
    };
    if wetness.dry > wetness.wet {
        let problem = Problem::at(
            scale.source,
            span,
            "the ground is dry above where it is wet",
        );
        out.push(problem.expecting("`dry` at or below `wet`"));
        return None;
    }
    Some(wetness)
}

fn read_factor(value: Value<'_>, out: &mut Diagnostics) -> Option<i64> {
    let factor = value
        .decimal()
        .and_then(|text| Decimals(3).parse(text).ok());
    let factor = factor.filter(|permille| (1..=10_000).contains(permille));
    if factor.is_none() {
        let problem = value.problem("no such factor");
        out.push(problem.expecting("a number from 0.001 to 10, at most 3 decimals"));
    }
    factor
}

fn read_forecast(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Drafted> {
    let mut table = value.table(out)?;
    let of = table.required("of", out, Value::text);
    let recent_ms = table.required("recent", out, span_of_time);
    let lead_ms = table.required("lead", out, span_of_time);
    let named = table.has("upstream");
    let upstream = table.optional("upstream", out, |value, out| {
        read_upstream(value, scale, out)
    });
    table.close(out);
    if named && upstream.is_none() {
        return None;
    }
    let (upstream, upstream_quantity) = upstream.unwrap_or_default();
    let outlook = Outlook {
        recent_ms: recent_ms?,
        lead_ms: lead_ms?,
        upstream,
        upstream_quantity,
    };
    Some(Drafted::Forecast { outlook, of: of? })
}

/// `true`, or the quantity that is asked of the gauges upstream.
fn read_upstream(
    value: Value<'_>,
    scale: Scale<'_>,
    out: &mut Diagnostics,
) -> Option<(bool, Option<u16>)> {
    if value.as_text().is_none() {
        return value.flag(out).map(|asked| (asked, None));
    }
    let word = value.text(out)?;
    let problem = |what| Problem::at(scale.source, word.span.clone(), what);
    let quantity = scale.quantities.find_or_tell(&word.text, problem, out)?;
    Some((true, Some(quantity)))
}

/// Longest expression, and the deepest brackets in it: enough for a sentence, bounded for the parser.
const EXPRESSION: (usize, usize) = (600, 24);

fn read_expression(value: Value<'_>, out: &mut Diagnostics) -> Option<String> {
    let source = value.source;
    let word = value.text(out)?;
    let problem = |what: String| Problem::at(source, word.span.clone(), what);
    let mut depth = 0usize;
    let mut deepest = 0;
    for byte in word.text.bytes() {
        match byte {
            b'(' | b'[' | b'{' | b'?' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if word.text.len() > EXPRESSION.0 || deepest > EXPRESSION.1 {
        out.push(problem("this expression is too long".to_owned()).hint("split the rule in two"));
        return None;
    }
    match cel::Program::compile(&word.text) {
        Ok(_) => match engine::expression_flaw(&word.text) {
            None => Some(word.text),
            Some(flaw) => {
                let what = format!("the expression cannot be used: {flaw}");
                let expected = "such as \"value > 300 && rise_3h > 50 ? 4 : 0\"";
                out.push(problem(what).expecting(expected));
                None
            }
        },
        Err(wrong) => {
            for error in wrong.errors.iter().take(1) {
                let column = usize::try_from(error.pos.1).unwrap_or(0);
                let at = place_within(source.text(), &word.span, column);
                let what = error.msg.lines().next().unwrap_or_default();
                // The parser lists every token it knows; what stands there is enough.
                let what = what.split(" expecting ").next().unwrap_or_default();
                let what = what.trim_start_matches("Syntax error:").trim();
                let what = if what.contains("<EOF>") {
                    "it breaks off"
                } else {
                    what
                };
                let what = format!("the expression cannot be read: {what}");
                let problem = Problem::at(source, at, what);
                out.push(problem.expecting("such as \"value > 300 ? 4 : 0\""));
            }
            None
        }
    }
}

/// Where a column of an expression stands in the file; the whole text where it has escapes.
fn place_within(text: &str, span: &Range<usize>, column: usize) -> Range<usize> {
    let written = text.get(span.clone()).unwrap_or_default();
    let quoted = written.starts_with('"') && !written.starts_with("\"\"\"");
    if !quoted || written.contains('\\') {
        return span.clone();
    }
    let inside = written[1..].char_indices().map(|(at, _)| at).nth(column);
    inside.map_or(span.clone(), |at| {
        (span.start + 1 + at)..span.end.saturating_sub(1).max(span.start + 2 + at)
    })
}
