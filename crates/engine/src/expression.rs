//! Rules that give their level by a bounded expression, where the words of rule files are not enough.
//!
//! The language is CEL cut down to what has one answer on every machine: whole numbers, truth, the
//! operators `+ - * / % == != < <= > >= && || !` and `a ? b : c`. No calls, texts, lists, fractions,
//! times, and nothing that repeats. Values are whole steps of the quantity. Names:
//!
//! - `value`, `previous` (the sound value before), `gap_s` (whole seconds between the two);
//! - `level`, the level it stands at now;
//! - `blue`, `yellow`, `orange`, `red`: where the bounds in force begin;
//! - `sum_1h`, `highest_6h`, `lowest_30m`, `rise_3h`: over the time before the sample, any whole
//!   number of `m`inutes, `h`ours or `d`ays; `rise` is the change since the newest value that old.
//!
//! The answer is a level from 0 to 4. A name that has no value yet gives no level. An expression that
//! errs (a division by nothing, an overflow, an answer that is no level) gives no level either, and
//! the desk is told. It is compiled once with the config and is never part of the state.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::CelInt;
use cel::{Context, Program, Value};
use model::config::Measure;
use model::{Fixed, Level};

use crate::engine::Engine;
use crate::measure::{Measured, Seen, Taken};
use crate::series::Sample;

/// Longer texts are not compiled.
const MAX_CHARS: usize = 1_000;

/// A compiled expression and what it must be told.
#[derive(Debug)]
pub(crate) struct Formula {
    program: Program,
    names: Vec<(String, Name)>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Value,
    Previous,
    Gap,
    Level,
    Bound(Level),
    Sum(i64),
    Highest(i64),
    Lowest(i64),
    Rise(i64),
}

/// What is wrong with the text of an expression, as a sentence; `None` when it can be used.
pub fn expression_flaw(text: &str) -> Option<String> {
    Formula::of(text).err()
}

impl Formula {
    /// Compiles a text; the error is a sentence for its author.
    pub(crate) fn of(text: &str) -> Result<Formula, String> {
        if text.chars().count() > MAX_CHARS {
            return Err(format!("longer than {MAX_CHARS} characters"));
        }
        let program = Program::compile(text).map_err(|e| e.to_string())?;
        let mut names = Vec::new();
        read(program.expression(), &mut names)?;
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        names.dedup_by(|(a, _), (b, _)| a == b);
        Ok(Formula { program, names })
    }

    /// The windows whose sums it asks for, in ms.
    pub(crate) fn windows(&self) -> impl Iterator<Item = i64> + '_ {
        self.names.iter().filter_map(|(_, name)| match name {
            Name::Sum(ms) => Some(*ms),
            Name::Value
            | Name::Previous
            | Name::Gap
            | Name::Level
            | Name::Bound(_)
            | Name::Highest(_)
            | Name::Lowest(_)
            | Name::Rise(_) => None,
        })
    }

    /// How far back it looks beside its windows, in ms.
    pub(crate) fn reach_ms(&self) -> i64 {
        let spans = self.names.iter().map(|(_, name)| match name {
            Name::Highest(ms) | Name::Lowest(ms) | Name::Rise(ms) => *ms,
            Name::Value
            | Name::Previous
            | Name::Gap
            | Name::Level
            | Name::Bound(_)
            | Name::Sum(_) => 0,
        });
        spans.max().unwrap_or(0)
    }
}

/// Refuses everything but the operators and names above, and collects the names.
fn read(expr: &IdedExpr, names: &mut Vec<(String, Name)>) -> Result<(), String> {
    match &expr.expr {
        Expr::Literal(LiteralValue::Int(_) | LiteralValue::Boolean(_)) => Ok(()),
        Expr::Ident(text) => {
            let name = name(text).ok_or_else(|| format!("`{text}` is no name it knows"))?;
            names.push((text.clone(), name));
            Ok(())
        }
        Expr::Call(call) if call.target.is_none() && is_operator(&call.func_name) => {
            call.args.iter().try_for_each(|arg| read(arg, names))
        }
        Expr::Call(call) => Err(format!("`{}` may not be called here", call.func_name)),
        Expr::Literal(
            LiteralValue::Bytes(_)
            | LiteralValue::Double(_)
            | LiteralValue::Null
            | LiteralValue::String(_)
            | LiteralValue::UInt(_),
        ) => Err("only whole numbers and true or false may be written here".to_owned()),
        Expr::Unspecified
        | Expr::Comprehension(_)
        | Expr::List(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_) => Err("lists, fields and loops have no place here".to_owned()),
    }
}

fn is_operator(word: &str) -> bool {
    [
        operators::CONDITIONAL,
        operators::LOGICAL_AND,
        operators::LOGICAL_OR,
        operators::LOGICAL_NOT,
        operators::SUBSTRACT,
        operators::ADD,
        operators::MULTIPLY,
        operators::DIVIDE,
        operators::MODULO,
        operators::EQUALS,
        operators::NOT_EQUALS,
        operators::GREATER_EQUALS,
        operators::LESS_EQUALS,
        operators::GREATER,
        operators::LESS,
        operators::NEGATE,
    ]
    .contains(&word)
}

fn name(text: &str) -> Option<Name> {
    let plain = match text {
        "value" => Name::Value,
        "previous" => Name::Previous,
        "gap_s" => Name::Gap,
        "level" => Name::Level,
        "blue" => Name::Bound(Level::Blue),
        "yellow" => Name::Bound(Level::Yellow),
        "orange" => Name::Bound(Level::Orange),
        "red" => Name::Bound(Level::Red),
        _ => {
            let (word, span) = text.split_once('_')?;
            let ms = span_ms(span)?;
            return match word {
                "sum" => Some(Name::Sum(ms)),
                "highest" => Some(Name::Highest(ms)),
                "lowest" => Some(Name::Lowest(ms)),
                "rise" => Some(Name::Rise(ms)),
                _ => None,
            };
        }
    };
    Some(plain)
}

/// `30m`, `6h`, `3d`: at most 31 days.
fn span_ms(text: &str) -> Option<i64> {
    let (number, unit_ms) = match text.as_bytes().last()? {
        b'm' => (&text[..text.len() - 1], 60_000),
        b'h' => (&text[..text.len() - 1], 3_600_000),
        b'd' => (&text[..text.len() - 1], 86_400_000),
        _ => return None,
    };
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let ms = number.parse::<i64>().ok()?.checked_mul(unit_ms)?;
    (1..=31 * 86_400_000).contains(&ms).then_some(ms)
}

impl Engine {
    /// The level an expression rule gives at one remembered sample.
    pub(crate) fn evaluated(&self, watch: u32, place: usize) -> Taken {
        let spec = &self.config.watches[watch as usize];
        let series = &self.state.series[spec.series.index()];
        let value = series.get(place)?.value;
        let Some(formula) = self.index.formulas.get(&spec.rule.0) else {
            return Some(Seen::good(Measured::of_level(0, value)));
        };
        let level = self.solved(formula, watch, place, false)?;
        let measured = Measured::of_level(level, value);
        let doubtful = |name: &Name| self.is_doubtful(watch, place, *name);
        if !formula.names.iter().any(|(_, name)| doubtful(name)) {
            return Some(Seen::good(measured));
        }
        let proven = self.solved(formula, watch, place, true).unwrap_or(0);
        Some(Seen {
            measured,
            doubtful: true,
            proven: Measured::of_level(proven.min(level), value),
        })
    }

    /// What a formula says of all values or of the good ones alone: 0 where a name has no value yet,
    /// nothing where it errs.
    fn solved(&self, formula: &Formula, watch: u32, place: usize, good: bool) -> Option<u8> {
        let mut context = Context::empty();
        for (text, name) in &formula.names {
            let Some(number) = self.number(watch, place, *name, good) else {
                return Some(0);
            };
            context.add_variable_as_val(text.as_str(), Box::new(CelInt::from(number)));
        }
        match formula.program.execute(&context) {
            Ok(Value::Int(level @ 0..=4)) => Some(level as u8),
            Ok(_) | Err(_) => None,
        }
    }

    /// Whether what a name stands for is made of a doubtful value.
    fn is_doubtful(&self, watch: u32, place: usize, name: Name) -> bool {
        let spec = &self.config.watches[watch as usize];
        let series = &self.state.series[spec.series.index()];
        let good = |place: Option<usize>| place.is_none_or(|place| series.is_good(place));
        let extreme = |ms, highest| {
            let extreme = series.extreme(place, ms, highest, false);
            extreme.is_some_and(Sample::is_doubtful)
        };
        match name {
            Name::Value => !good(Some(place)),
            Name::Previous | Name::Gap => !good(series.before(place)),
            Name::Level | Name::Bound(_) => false,
            Name::Sum(ms) => series.total(place, ms).doubtful,
            Name::Highest(ms) => extreme(ms, true),
            Name::Lowest(ms) => extreme(ms, false),
            Name::Rise(ms) => !good(Some(place)) || !good(series.at_least_older(place, ms)),
        }
    }

    /// Whether the answer to an expression rule is missing because it erred.
    pub(crate) fn is_failing(&self, watch: u32, taken: &Taken) -> bool {
        let rule = self.config.watches[watch as usize].rule;
        let spoken = matches!(
            self.config.rules[rule.index()].measure,
            Measure::Expression { .. }
        );
        spoken && (taken.is_none() || !self.index.formulas.contains_key(&rule.0))
    }

    /// What a name stands for, of all values or of the good ones alone.
    fn number(&self, watch: u32, place: usize, name: Name, good: bool) -> Option<Fixed> {
        let spec = &self.config.watches[watch as usize];
        let series = &self.state.series[spec.series.index()];
        let sample = series.get(place)?;
        let asked = |place: usize| series.get(place).filter(|s| !good || s.is_good());
        match name {
            Name::Value => Some(asked(place)?.value),
            Name::Previous => Some(asked(series.before(place)?)?.value),
            Name::Gap => {
                let before = asked(series.before(place)?)?;
                Some(sample.observed.since_ms(before.observed) / 1000)
            }
            Name::Level => Some(i64::from(self.state.conditions[watch as usize].level())),
            Name::Bound(level) => {
                let bounds = spec.bounds_at(sample.observed);
                bounds[level.index()].map(|b| b.raise)
            }
            Name::Sum(ms) if good => Some(series.total(place, ms).proven),
            Name::Sum(ms) => Some(series.total(place, ms).sum),
            Name::Highest(ms) => Some(series.extreme(place, ms, true, good)?.value),
            Name::Lowest(ms) => Some(series.extreme(place, ms, false, good)?.value),
            Name::Rise(ms) => {
                let before = asked(series.at_least_older(place, ms)?)?;
                Some(asked(place)?.value.saturating_sub(before.value))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_one_answer_everywhere_may_be_written() {
        for text in [
            "value >= red ? 4 : value >= blue && rise_1h > 30 ? 1 : 0",
            "level > 0 && value > lowest_30m ? level : 0",
            "-previous % 7 == 3 || !(gap_s < 600) ? 2 : (sum_3d + highest_2h) / 100",
        ] {
            assert_eq!(expression_flaw(text), None, "{text}");
        }
        for text in [
            "",
            "value >",
            "value > 1.5 ? 1 : 0",
            "size([value])",
            "[1, 2].map(x, x * 2)[0]",
            "'red'",
            "value.red",
            "timestamp('2026-01-01T00:00:00Z')",
            "depth > 3 ? 1 : 0",
            "sum_0h",
            "sum_99d",
            "rise_1y > 2 ? 1 : 0",
            "1u",
            "value in [1]",
        ] {
            assert!(expression_flaw(text).is_some(), "{text}");
        }
        let long = format!("{}1", "1 + ".repeat(300));
        assert!(expression_flaw(&long).is_some());
        let deep = format!("{}1{}", "(".repeat(400), ")".repeat(400));
        assert!(expression_flaw(&deep).is_some());
    }
}
