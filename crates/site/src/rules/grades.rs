//! Numbers of a rule that have a source of their own: `grades = { red = "A", deadband = "T" }`.

use model::config::{Certainty, Graded, Number};

use super::GRADES;
use super::levels::Levels;
use crate::diagnose::{Diagnostics, Problem};
use crate::document::Value;

/// What may be graded, by the key it is written under.
pub(crate) const NUMBERS: [(&str, Number); 10] = [
    ("blue", Number::Blue),
    ("yellow", Number::Yellow),
    ("orange", Number::Orange),
    ("red", Number::Red),
    ("measure", Number::Measure),
    ("deadband", Number::Deadband),
    ("on_delay", Number::OnDelay),
    ("off_delay", Number::OffDelay),
    ("min_hold", Number::MinHold),
    ("doubtful_up_to", Number::DoubtfulUpTo),
];

/// Reads `grades`; `absent` says which of them the rule does not have.
pub(crate) fn read_grades(
    value: Value<'_>,
    absent: impl Fn(Number) -> bool,
    out: &mut Diagnostics,
) -> Option<Vec<Graded>> {
    let mut table = value.table(out)?;
    let mut grades = Vec::new();
    for (word, number) in NUMBERS {
        let source = table.source();
        let read = table.optional(word, out, |value, out| {
            let span = value.span.clone();
            let (certainty, basis) = read_grade(value, out)?;
            if absent(number) {
                let what = format!("this rule has no `{word}` to be graded");
                out.push(Problem::at(source, span, what));
                return None;
            }
            Some(Graded {
                number,
                certainty,
                basis,
            })
        });
        grades.extend(read);
    }
    table.close(out);
    Some(grades)
}

/// `"T"`, or `{ grade = "T", source = "one wave is no flood" }`.
fn read_grade(value: Value<'_>, out: &mut Diagnostics) -> Option<(Certainty, String)> {
    if !value.is_table() {
        return Some((value.one_of(&GRADES, out)?, String::new()));
    }
    let mut table = value.table(out)?;
    let grade = table.required("grade", out, |value, out| value.one_of(&GRADES, out));
    let source = table.optional("source", out, Value::text);
    table.close(out);
    Some((grade?, source.map(|word| word.text).unwrap_or_default()))
}

/// Whether levels written in the rule itself lack one.
pub(crate) fn lacks(levels: &Levels, number: Number) -> bool {
    let Some(level) = number.level() else {
        return false;
    };
    match levels {
        Levels::Sheet | Levels::Of { .. } => false,
        Levels::Inline(bounds) => bounds[level.index()].is_none(),
        Levels::Formula(limits) => limits[level.index()].is_none(),
    }
}
