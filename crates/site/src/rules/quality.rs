//! `[[check]]`: what makes a reading doubtful. `[[inhibition]]`: one alarm makes others needless.

use std::ops::Range;

use model::RuleSlot;
use model::config::{Check, Inhibition, QualityRule, Within};

use super::levels::Scale;
use super::measure::span_of_time;
use super::subjects::{Subjects, read_subjects};
use super::terms::ById;
use super::{Draft, read_quantity};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{Table, Value, Word};
use crate::stations::{Quantities, value_of};

/// A check as written, before it meets series.
#[derive(Clone, Debug)]
pub(crate) struct CheckDraft {
    pub(crate) rule: QualityRule,
    pub(crate) quantity: u16,
    pub(crate) subjects: Subjects,
    pub(crate) source: Source,
    pub(crate) place: Range<usize>,
}

/// Reads one `[[check]]`.
pub(crate) fn read_check(
    table: &mut Table<'_>,
    source: &Source,
    quantities: &Quantities,
    out: &mut Diagnostics,
) -> Option<CheckDraft> {
    const EXPECTED: &str =
        "jump = {…}, stuck = \"24h\", range = [\"0 m\", \"9 m\"], oscillating = {…} or sum = {…}";
    let id = table.required("id", out, Value::text);
    let title = table.required("title", out, Value::title);
    let quantity = read_quantity(table, source, quantities, out);
    let scale = quantity.map(|q| Scale::of(source, quantities, q));
    let given = ["jump", "stuck", "range", "oscillating", "sum"];
    let given = given.iter().filter(|key| table.has(key)).count();
    let jump = table.optional("jump", out, |value, out| read_jump(value, scale?, out));
    let stuck = table.optional("stuck", out, span_of_time);
    let range = table.optional("range", out, |value, out| {
        let quantity = &quantities.list[usize::from(quantity?)];
        let ends = value.words(out)?;
        let mut end = |word: &Word| {
            value_of(&word.text, &quantity.unit, quantity.decimals)
                .map_err(|wrong| out.push(wrong.at(source, word.span.clone())))
                .ok()
        };
        let [low, high] = ends.as_slice() else {
            out.push(Problem::at(
                source,
                table_place(&ends),
                "a range has two ends",
            ));
            return None;
        };
        let place = low.span.clone();
        let (low, high) = (end(low), end(high));
        let (low, high) = (low?, high?);
        if low > high {
            let what = "the lower end is above the upper end";
            out.push(Problem::at(source, place, what));
            return None;
        }
        Some(Check::OutOfRange { low, high })
    });
    let oscillating = table.optional("oscillating", out, |value, out| {
        read_oscillating(value, scale?, out)
    });
    let sum = table.optional("sum", out, |value, out| read_sum(value, scale?, out));
    let subjects = table.optional("subjects", out, read_subjects);
    if given != 1 {
        let problem = Problem::at(source, table.span(), "a check asks one thing");
        out.push(problem.expecting(EXPECTED));
        return None;
    }
    let stuck = stuck.map(|for_ms| Check::Stuck { for_ms });
    let id = id?;
    Some(CheckDraft {
        rule: QualityRule {
            id: id.text,
            title: title?,
            check: jump.or(stuck).or(range).or(oscillating).or(sum)?,
        },
        quantity: quantity?,
        subjects: subjects.unwrap_or_default(),
        source: source.clone(),
        place: id.span,
    })
}

fn table_place(words: &[Word]) -> Range<usize> {
    words.first().map_or(0..0, |w| w.span.clone())
}

fn read_jump(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Check> {
    let mut table = value.table(out)?;
    let by = table.required("by", out, |value, out| scale.read(value, out));
    let within_ms = table.required("within", out, span_of_time);
    table.close(out);
    Some(Check::Jump {
        by: by?,
        within_ms: within_ms?,
    })
}

fn read_oscillating(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Check> {
    let mut table = value.table(out)?;
    let by = table.required("by", out, |value, out| scale.read(value, out));
    let swings = table.required("swings", out, |value, out| value.whole(2..=1000, out));
    let within_ms = table.required("within", out, span_of_time);
    table.close(out);
    Some(Check::Oscillating {
        by: by?,
        swings: u16::try_from(swings?).ok()?,
        within_ms: within_ms?,
    })
}

fn read_sum(value: Value<'_>, scale: Scale<'_>, out: &mut Diagnostics) -> Option<Check> {
    let mut table = value.table(out)?;
    let most = table.required("most", out, |value, out| scale.read(value, out));
    let window_ms = table.required("within", out, span_of_time);
    table.close(out);
    Some(Check::TooMuch {
        most: most?,
        window_ms: window_ms?,
    })
}

/// An inhibition as written, before its rules are found.
#[derive(Clone, Debug)]
pub(crate) struct InhibitionDraft {
    source: Source,
    from: Word,
    target: Word,
    equal: Within,
}

/// Reads one `[[inhibition]]`.
pub(crate) fn read_inhibition(
    table: &mut Table<'_>,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<InhibitionDraft> {
    let from = table.required("source", out, Value::text);
    let target = table.required("target", out, Value::text);
    let equal = table.required("equal", out, |value, out| {
        let words = [
            ("station", Within::Distance),
            ("township", Within::Township),
            ("catchment", Within::Catchment),
            ("zone", Within::Zone),
        ];
        value.one_of(&words, out)
    });
    Some(InhibitionDraft {
        source: source.clone(),
        from: from?,
        target: target?,
        equal: equal?,
    })
}

/// Finds the rules of inhibitions; tells circles and chains, for an inhibition is one step deep.
pub(crate) fn resolve_inhibitions(
    all: &[InhibitionDraft],
    drafts: &[Draft],
    by_id: &ById<'_>,
    faulty: &[String],
    out: &mut Diagnostics,
) -> Vec<Inhibition> {
    let mut found: Vec<(Inhibition, &InhibitionDraft)> = Vec::new();
    for draft in all {
        let mut rule = |word: &Word| {
            let place = by_id.get(word.text.as_str()).copied();
            if place.is_none() && !faulty.contains(&word.text) {
                let what = format!("no rule `{}`", word.text);
                let problem = Problem::at(&draft.source, word.span.clone(), what);
                let known = by_id.keys().copied();
                out.push(problem.near_unless(out.is_long(), &word.text, known));
            }
            place.map(|p| RuleSlot(p as u16))
        };
        let (source, target) = (rule(&draft.from), rule(&draft.target));
        let (Some(source), Some(target)) = (source, target) else {
            continue;
        };
        let inhibition = Inhibition {
            source,
            target,
            equal: draft.equal,
        };
        found.push((inhibition, draft));
    }
    for (inhibition, draft) in &found {
        let name = |slot: RuleSlot| drafts[slot.index()].rule.id.as_str();
        let (source, target) = (inhibition.source, inhibition.target);
        let onward = found.iter().find(|(other, _)| other.source == target);
        let what = match onward {
            _ if source == target => format!("rule `{}` would silence itself", name(source)),
            Some((other, _)) if other.target == source => {
                let (a, b) = (name(source), name(target));
                format!("`{a}` and `{b}` would silence each other")
            }
            Some((other, _)) => {
                let chain = [name(source), name(target), name(other.target)].join(" → ");
                format!("an inhibition goes one step only: {chain}")
            }
            None => continue,
        };
        let problem = Problem::at(&draft.source, draft.target.span.clone(), what);
        out.push(problem.hint("name the first cause as `source` of each rule it makes needless"));
    }
    let mut inhibitions: Vec<Inhibition> = found.into_iter().map(|(i, _)| i).collect();
    inhibitions.dedup();
    inhibitions
}
