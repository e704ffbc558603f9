//! Rule files: each `[[rule]]` with its measure, its levels, its subjects and its own examples.

pub(crate) mod example;
pub(crate) mod grades;
pub(crate) mod levels;
mod measure;
pub(crate) mod quality;
pub(crate) mod subjects;
pub(crate) mod terms;
mod windows;

use model::Level;
use model::config::{Bound, Certainty, Delays, Measure, Misses, Number, Rule, Season, Side};

use crate::amount::{day_of_year, minute_of_day};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word};
use crate::stations::Quantities;
use example::Example;
use levels::{Band, Levels, Scale};
use quality::{CheckDraft, InhibitionDraft};
use subjects::{Subjects, read_subjects};
use terms::Clauses;

/// The word by which a rule asks for its bounds from the jurisdiction's sheet.
pub(crate) const SHEET: &str = "thresholds.csv";

/// Words of the four levels, mildest first.
pub(crate) const LEVELS: [(&str, Level); 4] = [
    ("blue", Level::Blue),
    ("yellow", Level::Yellow),
    ("orange", Level::Orange),
    ("red", Level::Red),
];

/// Words of the grades of certainty.
pub(crate) const GRADES: [(&str, Certainty); 4] = [
    ("A", Certainty::A),
    ("B", Certainty::B),
    ("C", Certainty::C),
    ("T", Certainty::T),
];

/// The bound of a level that there is, where the measure itself says when it is met.
pub(crate) const MARK: Bound = Bound { raise: 1, reset: 1 };

/// A rule as written, before it meets the stations of a jurisdiction.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) rule: Rule,
    /// Index into the site's quantities.
    pub(crate) quantity: u16,
    pub(crate) levels: Levels,
    pub(crate) bands: [Band; 4],
    /// What it asks of other rules, for a rule that does.
    pub(crate) clauses: Option<Box<Clauses>>,
    pub(crate) subjects: Subjects,
    pub(crate) examples: Vec<Example>,
    pub(crate) source: Source,
    /// Where its id stands.
    pub(crate) place: std::ops::Range<usize>,
}

impl Draft {
    /// Whether it has this level or a worse one; unknown counts as yes.
    pub(crate) fn may_reach(&self, level: Level) -> bool {
        let from = level.index();
        match &self.levels {
            Levels::Sheet | Levels::Of { .. } => true,
            Levels::Inline(bounds) => bounds[from..].iter().any(Option::is_some),
            Levels::Formula(limits) => limits[from..].iter().any(Option::is_some),
        }
    }
}

/// What a rule file holds.
#[derive(Debug, Default)]
pub(crate) struct RuleFile {
    pub(crate) rules: Vec<Draft>,
    pub(crate) checks: Vec<CheckDraft>,
    pub(crate) inhibitions: Vec<InhibitionDraft>,
}

/// Reads one rule file; the ids of faulty rules go to `faulty`.
pub(crate) fn read_rules(
    source: &Source,
    quantities: &Quantities,
    offset_min: i16,
    faulty: &mut Vec<String>,
    out: &mut Diagnostics,
) -> RuleFile {
    let mut file = document::parse(source, out);
    let rules = file.each("rule", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let rule = read_rule(table, id.as_ref(), source, quantities, offset_min, out);
        if rule.is_none() {
            faulty.extend(id.map(|word| word.text));
        }
        rule
    });
    let checks = file.each("check", out, |table, out| {
        quality::read_check(table, source, quantities, out)
    });
    let inhibitions = file.each("inhibition", out, |table, out| {
        quality::read_inhibition(table, source, out)
    });
    file.close(out);
    RuleFile {
        rules,
        checks,
        inhibitions,
    }
}

/// A quantity that a rule or check names.
fn read_quantity(
    table: &mut Table<'_>,
    source: &Source,
    quantities: &Quantities,
    out: &mut Diagnostics,
) -> Option<u16> {
    table.required("quantity", out, |value, out| {
        let word = value.text(out)?;
        let problem = |what| Problem::at(source, word.span.clone(), what);
        quantities.find_or_tell(&word.text, problem, out)
    })
}

fn read_rule(
    table: &mut Table<'_>,
    id: Option<&Word>,
    source: &Source,
    quantities: &Quantities,
    offset_min: i16,
    out: &mut Diagnostics,
) -> Option<Draft> {
    let title = table.required("title", out, Value::title);
    let hazard = table.required("hazard", out, Value::text);
    let quantity = read_quantity(table, source, quantities, out);
    let scale = quantity.map(|q| Scale::of(source, quantities, q));
    let side = table.required("side", out, |value, out| {
        value.one_of(&[("above", Side::Above), ("below", Side::Below)], out)
    });
    let banded = table.has("deadband");
    let bands = table.optional("deadband", out, |value, out| {
        levels::read_deadband(value, scale?, out)
    });
    let bands_read = !banded || bands.is_some();
    let bands = bands.unwrap_or_default();
    let leveled = read_leveled(table, scale, side, bands, out);
    let subjects = table.optional("subjects", out, read_subjects);
    let on = table.required("on_delay", out, read_by_level);
    let off = table.required("off_delay", out, read_by_level);
    let misses = table.optional("pending_ends", out, read_misses);
    let doubtful_up_to = table.optional("doubtful_up_to", out, |value, out| {
        value.one_of(&LEVELS, out)
    });
    let min_hold_ms = table.required("min_hold", out, Value::duration);
    let latch = table.required("latch", out, Value::flag);
    let unknown_when_stale = table.required("unknown_when_stale", out, Value::flag);
    let reopen_ms = table.required("reopen", out, Value::duration);
    let advice = table.optional("advice", out, Value::title);
    let paper = read_paper(table, offset_min, out);
    let read_levels = leveled.as_ref().map(|leveled| &leveled.levels);
    let doubted = doubtful_up_to.is_some();
    let grades = table.optional("grades", out, |value, out| {
        let absent = |number| match number {
            Number::Deadband => !banded,
            Number::DoubtfulUpTo => !doubted,
            Number::Blue
            | Number::Yellow
            | Number::Orange
            | Number::Red
            | Number::Measure
            | Number::OnDelay
            | Number::OffDelay
            | Number::MinHold => read_levels.is_some_and(|levels| grades::lacks(levels, number)),
        };
        grades::read_grades(value, absent, out)
    });
    let examples = table.each("example", out, |table, out| {
        example::read_example(table, source, scale?, offset_min, out)
    });
    let leveled = leveled?;
    let (id, on, off) = (id?, on?, off?);
    let foretells = matches!(leveled.measure, Measure::Forecast { .. });
    let rule = Rule {
        id: id.text.clone(),
        title: title?,
        hazard: hazard?.text,
        measure: leveled.measure,
        side: side?,
        delays: std::array::from_fn(|i| Delays {
            on_ms: on[i],
            off_ms: off[i],
        }),
        min_hold_ms: min_hold_ms?,
        latch: latch?,
        unknown_when_stale: unknown_when_stale?,
        reopen_ms: reopen_ms?,
        advice: advice.unwrap_or_default(),
        owner: paper.owner,
        priority: paper.priority,
        plan: paper.plan,
        basis: paper.basis,
        certainty: paper.certainty,
        season: paper.season,
        forecast: paper.forecast || foretells,
        misses,
        doubtful_up_to,
        grades: grades.unwrap_or_default(),
    };
    bands_read.then_some(Draft {
        rule,
        quantity: quantity?,
        levels: leveled.levels,
        bands,
        clauses: leveled.clauses,
        subjects: subjects.unwrap_or_default(),
        examples,
        source: source.clone(),
        place: id.span.clone(),
    })
}

/// Measure and levels, which are read together: what a level is, the measure says.
fn read_leveled(
    table: &mut Table<'_>,
    scale: Option<Scale<'_>>,
    side: Option<Side>,
    bands: [Band; 4],
    out: &mut Diagnostics,
) -> Option<measure::Leveled> {
    let drafted = table.required("measure", out, |value, out| {
        measure::read_measure(value, scale, out)
    });
    // A side that cannot be read is told where it stands; its bounds are still looked at.
    let read_as = side.unwrap_or_default();
    let borrows = matches!(drafted, Some(measure::Drafted::Forecast { .. }));
    let read = |value: Option<Value<'_>>, out: &mut Diagnostics| {
        measure::read_leveled(value, drafted?, scale?, read_as, bands, out)
    };
    if borrows && !table.has("levels") {
        return table.absent("levels", out, |out| read(None, out));
    }
    table.required("levels", out, |value, out| read(Some(value), out))
}

/// What goes with a rule but decides nothing by itself, except its season.
#[derive(Default)]
struct Paper {
    owner: String,
    priority: u8,
    plan: String,
    basis: String,
    certainty: Certainty,
    season: Option<Season>,
    forecast: bool,
}

fn read_paper(table: &mut Table<'_>, offset_min: i16, out: &mut Diagnostics) -> Paper {
    let mut text = |key: &'static str, out: &mut Diagnostics| {
        let word = table.optional(key, out, Value::text);
        word.map(|word| word.text).unwrap_or_default()
    };
    let (owner, plan, basis) = (text("owner", out), text("plan", out), text("basis", out));
    let priority = table.optional("priority", out, |value, out| value.whole(0..=99, out));
    let certainty = table.optional("certainty", out, |value, out| value.one_of(&GRADES, out));
    let season = table.optional("season", out, |value, out| {
        read_season(value, offset_min, out)
    });
    let forecast = table.optional("forecast", out, Value::flag);
    Paper {
        owner,
        priority: priority.and_then(|p| u8::try_from(p).ok()).unwrap_or(0),
        plan,
        basis,
        certainty: certainty.unwrap_or_default(),
        season,
        forecast: forecast.unwrap_or(false),
    }
}

/// Reads `{ days = ["04-15", "07-15"], hours = ["20:00", "06:00"] }`.
fn read_season(value: Value<'_>, offset_min: i16, out: &mut Diagnostics) -> Option<Season> {
    let source = value.source;
    let mut table = value.table(out)?;
    let span = table.span();
    let days = table.optional("days", out, |value, out| {
        read_ends(
            value,
            day_of_year,
            "[\"04-15\", \"07-15\"], month and day",
            out,
        )
    });
    let minutes = table.optional("hours", out, |value, out| {
        read_ends(value, minute_of_day, "[\"20:00\", \"06:00\"]", out)
    });
    table.close(out);
    if days.is_none() && minutes.is_none() {
        let problem = Problem::at(source, span, "this season says neither days nor hours");
        out.push(problem.expecting("days = [\"04-15\", \"07-15\"], or hours = […]"));
        return None;
    }
    if minutes.is_some_and(|(from, to)| from == to) {
        let what = "the rule would never be in force: from and before are the same time";
        let problem = Problem::at(source, span, what);
        out.push(problem.hint("leave `hours` out for a rule that is in force all day"));
        return None;
    }
    Some(Season {
        days,
        minutes,
        offset_min,
    })
}

fn read_ends(
    value: Value<'_>,
    read: fn(&str) -> Option<u16>,
    expected: &str,
    out: &mut Diagnostics,
) -> Option<(u16, u16)> {
    let problem = value
        .problem("this season cannot be read")
        .expecting(expected.to_owned());
    let words = value.words(out)?;
    let ends: Vec<u16> = words.iter().filter_map(|w| read(&w.text)).collect();
    match (words.len(), ends.as_slice()) {
        (2, [from, to]) => Some((*from, *to)),
        _ => {
            out.push(problem);
            None
        }
    }
}

/// Reads `"2 of 3"`: so many of the last good readings below end a wait for the on-delay.
fn read_misses(value: Value<'_>, out: &mut Diagnostics) -> Option<Misses> {
    let problem = value
        .problem("this cannot say when a wait for the on-delay is broken off")
        .expecting("\"k of n\" readings below the level, as \"2 of 3\"; k at most n, n at most 32");
    let word = value.text(out)?;
    let parts: Vec<&str> = word.text.split_whitespace().collect();
    let number = |text: &str| text.parse::<u8>().ok().filter(|n| *n > 0);
    let pair = match parts.as_slice() {
        [count, "of", of] => number(count).zip(number(of)),
        _ => None,
    };
    match pair {
        Some((count, of)) if count <= of && of <= Misses::MOST => Some(Misses { count, of }),
        Some(_) | None => {
            out.push(problem);
            None
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_stand_in_their_order() {
        assert_eq!(LEVELS.map(|(_, level)| level), Level::ALL);
    }
}
