//! What a rule asks of other rules: `"river-stage >= orange"`, `"upstream river-stage >= red"`.

use std::collections::HashMap;

use model::config::{Clause, Term};
use model::{Level, RuleSlot};

use super::levels::by_level;
use super::{Draft, LEVELS};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{Value, Word};

/// One thing asked of another rule, before that rule is found.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) rule: String,
    pub(crate) level: Level,
    pub(crate) upstream: bool,
    pub(crate) place: std::ops::Range<usize>,
}

/// What a level asks of other rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asks {
    pub(crate) all: Vec<Asked>,
    pub(crate) any: Vec<Asked>,
    pub(crate) none: Vec<Asked>,
}

/// What each level asks.
pub(crate) type Clauses = [Option<Asks>; 4];

/// Reads `{ orange = { all = […], any = […], none = […] } }`.
pub(crate) fn read_clauses(
    value: Value<'_>,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<Clauses> {
    by_level(value, out, |_, value, out| {
        let mut table = value.table(out)?;
        let span = table.span();
        let mut terms = |key: &'static str, out: &mut Diagnostics| {
            let words = table.optional(key, out, Value::words).unwrap_or_default();
            words
                .into_iter()
                .filter_map(|word| read_term(word, source, out))
                .collect::<Vec<Asked>>()
        };
        let asks = Asks {
            all: terms("all", out),
            any: terms("any", out),
            none: terms("none", out),
        };
        table.close(out);
        if asks.all.is_empty() && asks.any.is_empty() {
            let problem = Problem::at(source, span, "this level asks for nothing that must be");
            out.push(problem.expecting("all = [\"river-stage >= orange\"], or any = […]"));
            return None;
        }
        Some(asks)
    })
}

fn read_term(word: Word, source: &Source, out: &mut Diagnostics) -> Option<Asked> {
    let (upstream, rest) = match word.text.strip_prefix("upstream ") {
        Some(rest) => (true, rest),
        None => (false, word.text.as_str()),
    };
    let parts = rest.split_once(">=").map(|(r, l)| (r.trim(), l.trim()));
    let level = parts.and_then(|(_, l)| LEVELS.iter().find(|(w, _)| *w == l));
    let (Some((rule, _)), Some((_, level))) = (parts, level) else {
        let what = format!("`{}` asks nothing of a rule", word.text);
        let problem = Problem::at(source, word.span, what);
        out.push(
            problem.expecting("\"river-stage >= orange\", or \"upstream river-stage >= red\""),
        );
        return None;
    };
    Some(Asked {
        rule: rule.to_owned(),
        level: *level,
        upstream,
        place: word.span,
    })
}

/// The rules of a jurisdiction by id.
pub(crate) type ById<'a> = HashMap<&'a str, usize>;

/// Finds rules by their ids.
pub(crate) fn by_id(drafts: &[Draft]) -> ById<'_> {
    let ids = drafts.iter().enumerate();
    ids.map(|(place, draft)| (draft.rule.id.as_str(), place))
        .collect()
}

/// Finds the rules that `draft` asks, as clauses of the model.
pub(crate) fn resolve(
    draft: &Draft,
    clauses: &Clauses,
    drafts: &[Draft],
    by_id: &ById<'_>,
    faulty: &[String],
    out: &mut Diagnostics,
) -> [Option<Clause>; 4] {
    let mut term = |asked: &Asked| {
        let Some(place) = by_id.get(asked.rule.as_str()) else {
            if !faulty.contains(&asked.rule) {
                let what = format!("no rule `{}`", asked.rule);
                let problem = Problem::at(&draft.source, asked.place.clone(), what);
                out.push(problem.near_unless(out.is_long(), &asked.rule, by_id.keys().copied()));
            }
            return None;
        };
        if !drafts[*place].may_reach(asked.level) {
            let word = LEVELS[asked.level.index()].0;
            let what = format!("rule `{}` has no {word} or worse", asked.rule);
            let problem = Problem::at(&draft.source, asked.place.clone(), what);
            out.push(problem.hint("so this can never be met; ask for a level it has"));
            return None;
        }
        Some(Term {
            rule: RuleSlot(*place as u16),
            level: asked.level,
            upstream: asked.upstream,
        })
    };
    let mut every = |asked: &[Asked]| asked.iter().filter_map(&mut term).collect::<Vec<_>>();
    std::array::from_fn(|level| {
        let asks = clauses[level].as_ref()?;
        Some(Clause {
            all: every(&asks.all),
            any: every(&asks.any),
            none: every(&asks.none),
        })
    })
}

/// Tells every circle of rules that ask each other, once, at the rule that stands first.
pub(crate) fn find_circles(drafts: &[Draft], by_id: &ById<'_>, out: &mut Diagnostics) {
    let asks = |place: usize| -> Vec<usize> {
        let clauses = drafts[place]
            .clauses
            .iter()
            .flat_map(|c| c.iter().flatten());
        let terms = clauses.flat_map(|a| a.all.iter().chain(&a.any).chain(&a.none));
        terms
            .filter_map(|t| by_id.get(t.rule.as_str()).copied())
            .collect()
    };
    // 0 not seen, 1 on the way, 2 done.
    let mut seen = vec![0u8; drafts.len()];
    for start in 0..drafts.len() {
        if drafts[start].clauses.is_none() || seen[start] != 0 {
            continue;
        }
        let mut path = vec![(start, asks(start))];
        seen[start] = 1;
        while let Some((_, rest)) = path.last_mut() {
            let Some(next) = rest.pop() else {
                let done = path.pop().map_or(start, |(place, _)| place);
                seen[done] = 2;
                continue;
            };
            if seen[next] == 1 {
                let from = path.iter().position(|(p, _)| *p == next).unwrap_or(0);
                let names = path[from..]
                    .iter()
                    .map(|(p, _)| drafts[*p].rule.id.as_str());
                let circle: Vec<&str> = names.chain([drafts[next].rule.id.as_str()]).collect();
                let draft = &drafts[next];
                let what = format!("rules ask each other in a circle: {}", circle.join(" → "));
                let problem = Problem::at(&draft.source, draft.place.clone(), what);
                out.push(problem.hint("let one of them ask a rule that looks at readings"));
            } else if seen[next] == 0 {
                seen[next] = 1;
                path.push((next, asks(next)));
            }
        }
    }
}
