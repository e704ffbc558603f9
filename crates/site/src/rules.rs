//! Rule files: each `[[rule]]` with its measure, its levels and its subjects.

use model::config::{Bound, Delays, Measure, Rule, Side, Station, Within};
use model::{Fixed, Level};

use crate::amount::length_mm;
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word};
use crate::stations::{Quantities, value_of};

/// The word by which a rule asks for its bounds from the jurisdiction's sheet.
pub(crate) const SHEET: &str = "thresholds.csv";

/// Words of the four levels, mildest first.
pub(crate) const LEVELS: [(&str, Level); 4] = [
    ("blue", Level::Blue),
    ("yellow", Level::Yellow),
    ("orange", Level::Orange),
    ("red", Level::Red),
];

/// A rule as written, before it meets the stations of a jurisdiction.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) rule: Rule,
    /// Index into the site's quantities.
    pub(crate) quantity: u16,
    pub(crate) levels: Levels,
    pub(crate) subjects: Subjects,
    pub(crate) source: Source,
    /// Where its id stands.
    pub(crate) place: std::ops::Range<usize>,
}

/// Where the bounds of a rule come from.
#[derive(Clone, Debug)]
pub(crate) enum Levels {
    /// Rows of `thresholds.csv` that name the rule.
    Sheet,
    /// The same for every subject.
    Inline([Option<Bound>; 4]),
}

/// Which stations a rule looks at; an empty list asks nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subjects {
    kinds: Vec<Word>,
    tags: Vec<Word>,
    pub(crate) stations: Vec<Word>,
}

impl Subjects {
    /// Whether a station matches each list that is not empty.
    pub(crate) fn include(&self, station: &Station) -> bool {
        let among = |words: &[Word], text: &str| words.iter().any(|w| w.text == text);
        (self.kinds.is_empty() || among(&self.kinds, &station.kind))
            && (self.tags.is_empty() || station.tags.iter().any(|tag| among(&self.tags, tag)))
            && (self.stations.is_empty() || among(&self.stations, &station.id))
    }
}

/// Reads one rule file; the ids of faulty rules go to `faulty`.
pub(crate) fn read_rules(
    source: &Source,
    quantities: &Quantities,
    faulty: &mut Vec<String>,
    out: &mut Diagnostics,
) -> Vec<Draft> {
    let mut file = document::parse(source, out);
    let rules = file.each("rule", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let rule = read_rule(table, id.as_ref(), source, quantities, out);
        if rule.is_none() {
            faulty.extend(id.map(|word| word.text));
        }
        rule
    });
    file.close(out);
    rules
}

fn read_rule(
    table: &mut Table<'_>,
    id: Option<&Word>,
    source: &Source,
    quantities: &Quantities,
    out: &mut Diagnostics,
) -> Option<Draft> {
    let title = table.required("title", out, Value::title);
    let hazard = table.required("hazard", out, Value::text);
    let quantity = table.required("quantity", out, |value, out| {
        let word = value.text(out)?;
        let problem = |what| Problem::at(source, word.span.clone(), what);
        quantities.find_or_tell(&word.text, problem, out)
    });
    let scale = quantity.map(|q| Scale::of(source, quantities, q));
    let measure = table.required("measure", out, |value, out| {
        read_measure(value, scale.as_ref(), out)
    });
    let side = table.required("side", out, |value, out| {
        value.one_of(&[("above", Side::Above), ("below", Side::Below)], out)
    });
    let levels = table.required("levels", out, |value, out| {
        read_levels(value, scale.as_ref()?, measure.as_ref()?, side, out)
    });
    let subjects = table.optional("subjects", out, read_subjects);
    let on = table.required("on_delay", out, read_by_level);
    let off = table.required("off_delay", out, read_by_level);
    let min_hold_ms = table.required("min_hold", out, Value::duration);
    let latch = table.required("latch", out, Value::flag);
    let unknown_when_stale = table.required("unknown_when_stale", out, Value::flag);
    let reopen_ms = table.required("reopen", out, Value::duration);
    let advice = table
        .optional("advice", out, Value::title)
        .unwrap_or_default();
    let (id, on, off) = (id?, on?, off?);
    let rule = Rule {
        id: id.text.clone(),
        title: title?,
        hazard: hazard?.text,
        measure: measure?,
        side: side?,
        delays: std::array::from_fn(|i| Delays {
            on_ms: on[i],
            off_ms: off[i],
        }),
        min_hold_ms: min_hold_ms?,
        latch: latch?,
        unknown_when_stale: unknown_when_stale?,
        reopen_ms: reopen_ms?,
        advice,
        ..Rule::default()
    };
    Some(Draft {
        rule,
        quantity: quantity?,
        levels: levels?,
        subjects: subjects.unwrap_or_default(),
        source: source.clone(),
        place: id.span.clone(),
    })
}

/// The unit and decimals in which a rule's values are written.
pub(crate) struct Scale<'a> {
    source: &'a Source,
    unit: &'a str,
    decimals: model::Decimals,
}

impl<'a> Scale<'a> {
    fn of(source: &'a Source, quantities: &'a Quantities, quantity: u16) -> Scale<'a> {
        let quantity = &quantities.list[usize::from(quantity)];
        Scale {
            source,
            unit: &quantity.unit,
            decimals: quantity.decimals,
        }
    }

    fn read(&self, value: Value<'_>, out: &mut Diagnostics) -> Option<Fixed> {
        let word = value.text(out)?;
        value_of(&word.text, self.unit, self.decimals)
            .map_err(|wrong| out.push(wrong.at(self.source, word.span)))
            .ok()
    }
}

fn read_measure(
    value: Value<'_>,
    scale: Option<&Scale<'_>>,
    out: &mut Diagnostics,
) -> Option<Measure> {
    const EXPECTED: &str = "\"value\", { sum = \"1h\" }, { rate = \"1h\" } or { cluster = {…} }";
    if !value.is_table() {
        if value.as_text() == Some("value") {
            return Some(Measure::Value);
        }
        out.push(value.problem("no such measure").expecting(EXPECTED));
        return None;
    }
    let mut table = value.table(out)?;
    let span = table.span();
    let sum = table.optional("sum", out, span_of_time);
    let rate = table.optional("rate", out, span_of_time);
    let cluster = table.optional("cluster", out, |value, out| {
        read_cluster(value, scale?, out)
    });
    table.close(out);
    let measures = [
        sum.map(|window_ms| Measure::Sum { window_ms }),
        rate.map(|per_ms| Measure::Rate { per_ms }),
        cluster,
    ];
    let mut found = measures.into_iter().flatten();
    let first = found.next();
    if found.next().is_some() {
        let source = scale?.source;
        out.push(Problem::at(source, span, "a rule has one measure").expecting(EXPECTED));
        return None;
    }
    first
}

fn span_of_time(value: Value<'_>, out: &mut Diagnostics) -> Option<i64> {
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

fn read_cluster(value: Value<'_>, scale: &Scale<'_>, out: &mut Diagnostics) -> Option<Measure> {
    let mut table = value.table(out)?;
    let span = table.span();
    let window_ms = table.required("sum", out, span_of_time);
    let hot = table.required("hot", out, |value, out| scale.read(value, out));
    let cool = table.required("cool", out, |value, out| scale.read(value, out));
    let radius_mm = table.required("radius", out, |value, out| {
        let problem = value
            .problem("no such length")
            .expecting("a length such as \"10 km\" or \"500 m\"");
        let mm = value.as_text().and_then(length_mm);
        if mm.is_none() {
            out.push(problem);
        }
        mm
    });
    let count = table.required("count", out, |value, out| {
        value.whole(1..=i64::from(u16::MAX), out)
    });
    table.close(out);
    let (hot, cool) = (hot?, cool?);
    if cool > hot {
        out.push(Problem::at(
            scale.source,
            span,
            "a cluster cools below the value at which it is hot",
        ));
        return None;
    }
    let count = u16::try_from(count?).ok()?;
    Some(Measure::Cluster {
        window_ms: window_ms?,
        hot,
        cool,
        radius_mm: radius_mm?,
        count,
        within: Within::Distance,
    })
}

fn read_levels(
    value: Value<'_>,
    scale: &Scale<'_>,
    measure: &Measure,
    side: Option<Side>,
    out: &mut Diagnostics,
) -> Option<Levels> {
    if let Measure::Cluster { .. } = measure {
        let level = value.one_of(&LEVELS, out)?;
        let mut bounds = [None; 4];
        bounds[level.index()] = Some(Bound { raise: 1, reset: 1 });
        return Some(Levels::Inline(bounds));
    }
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
    let mut table = value.table(out)?;
    let span = table.span();
    let given = LEVELS.iter().filter(|(word, _)| table.has(word)).count();
    let mut bounds = [None; 4];
    for (word, level) in LEVELS {
        bounds[level.index()] =
            table.optional(word, out, |value, out| read_bound(value, scale, side, out));
    }
    table.close(out);
    if given == 0 {
        let problem = Problem::at(scale.source, span, "no level has a bound");
        out.push(problem.expecting("one of the four levels"));
        return None;
    }
    if bounds.iter().flatten().count() < given {
        return None;
    }
    if let Some(what) = side.and_then(|side| disorder(&bounds, side)) {
        out.push(Problem::at(scale.source, span, what).noted());
    }
    Some(Levels::Inline(bounds))
}

fn read_bound(
    value: Value<'_>,
    scale: &Scale<'_>,
    side: Option<Side>,
    out: &mut Diagnostics,
) -> Option<Bound> {
    if !value.is_table() {
        let raise = scale.read(value, out)?;
        return Some(Bound {
            raise,
            reset: raise,
        });
    }
    let mut table = value.table(out)?;
    let span = table.span();
    let raise = table.required("raise", out, |value, out| scale.read(value, out));
    let reset = table.required("reset", out, |value, out| scale.read(value, out));
    table.close(out);
    let bound = Bound {
        raise: raise?,
        reset: reset?,
    };
    if let Some(what) = side.and_then(|side| wrong_side(bound, side)) {
        out.push(Problem::at(scale.source, span, what));
        return None;
    }
    Some(bound)
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

fn read_subjects(value: Value<'_>, out: &mut Diagnostics) -> Option<Subjects> {
    let mut table = value.table(out)?;
    let kinds = table
        .optional("kinds", out, Value::words)
        .unwrap_or_default();
    let tags = table
        .optional("tags", out, Value::words)
        .unwrap_or_default();
    let stations = table
        .optional("stations", out, Value::words)
        .unwrap_or_default();
    table.close(out);
    Some(Subjects {
        kinds,
        tags,
        stations,
    })
}

/// A duration for all four levels, or a table that names them; those not named are 0.
fn read_by_level(value: Value<'_>, out: &mut Diagnostics) -> Option<[i64; 4]> {
    if !value.is_table() {
        return value.duration(out).map(|ms| [ms; 4]);
    }
    let mut table = value.table(out)?;
    let spans = LEVELS.map(|(word, _)| table.optional(word, out, Value::duration).unwrap_or(0));
    table.close(out);
    Some(spans)
}
