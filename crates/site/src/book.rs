//! What the rule files of a site say together: every rule once, and what they say of each other.

use std::collections::HashSet;

use model::config::{Inhibition, Measure, Rule};
use sha2::{Digest, Sha256};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::rules::quality::{self, CheckDraft, InhibitionDraft};
use crate::rules::terms::{self, ById};
use crate::rules::{self, Draft};
use crate::stations::Quantities;
use crate::{examples, soundness};

/// What rule files say, one after the other.
#[derive(Clone, Default)]
pub(crate) struct Book {
    pub(crate) rules: Vec<Draft>,
    pub(crate) checks: Vec<CheckDraft>,
    inhibitions: Vec<InhibitionDraft>,
    /// Ids of rules that are there but faulty.
    pub(crate) faulty: Vec<String>,
    ids: HashSet<String>,
}

impl Book {
    /// Adds what rule files say, telling what is there twice.
    pub(crate) fn add(
        &mut self,
        files: &[Source],
        quantities: &Quantities,
        offset_min: i16,
        out: &mut Diagnostics,
    ) {
        for file in files {
            let read = rules::read_rules(file, quantities, offset_min, &mut self.faulty, out);
            for draft in read.rules {
                self.add_rule(draft, out);
            }
            for check in read.checks {
                if self.checks.iter().any(|c| c.rule.id == check.rule.id) {
                    let what = format!("check `{}` is there twice", check.rule.id);
                    out.push(Problem::at(&check.source, check.place, what));
                    continue;
                }
                self.checks.push(check);
            }
            self.inhibitions.extend(read.inhibitions);
        }
    }

    /// Rule ids stand in transitions for ever, so there may be only one of each.
    fn add_rule(&mut self, draft: Draft, out: &mut Diagnostics) {
        if !self.ids.insert(draft.rule.id.clone()) {
            let first = self.rules.iter().find(|d| d.rule.id == draft.rule.id);
            let what = format!("rule `{}` is there twice", draft.rule.id);
            let file = first.map_or("", |d| d.source.name());
            let problem = Problem::at(&draft.source, draft.place.clone(), what);
            out.push(problem.hint(format!("the first is in {file}")));
            return;
        }
        if self.rules.len() >= usize::from(u16::MAX) {
            out.push(Problem::whole(
                &draft.source,
                "more rules than there can be: 65,535",
            ));
            return;
        }
        self.rules.push(draft);
    }

    /// Checks what rules say of each other, and plays their examples.
    pub(crate) fn check(
        &self,
        quantities: &Quantities,
        out: &mut Diagnostics,
    ) -> (Vec<Rule>, Vec<Inhibition>) {
        let (rules, faulty) = (&self.rules, &self.faulty);
        let by_id: ById<'_> = terms::by_id(rules);
        soundness::check_forecasts(rules, &by_id, faulty, out);
        terms::find_circles(rules, &by_id, out);
        let resolved = resolve_rules(rules, &by_id, faulty, out);
        let inhibitions =
            quality::resolve_inhibitions(&self.inhibitions, rules, &by_id, faulty, out);
        // An example of a rule that is wrong anyway would only echo it.
        if out.errors() == 0 {
            examples::check_examples(rules, &by_id, quantities, out);
        }
        (resolved, inhibitions)
    }
}

/// Rules as the engine takes them: what they ask of each other is found.
fn resolve_rules(
    drafts: &[Draft],
    by_id: &ById<'_>,
    faulty: &[String],
    out: &mut Diagnostics,
) -> Vec<Rule> {
    let resolved = drafts.iter().map(|draft| {
        let mut rule = draft.rule.clone();
        if let Some(clauses) = &draft.clauses {
            let clauses = terms::resolve(draft, clauses, drafts, by_id, faulty, out);
            rule.measure = Measure::Levels { clauses };
        }
        rule
    });
    resolved.collect()
}

/// Names the rules in force: the first 12 hexadecimal digits of SHA-256 over the files they stand in.
pub(crate) fn version_of<'a>(files: impl Iterator<Item = &'a Source>) -> String {
    let mut hash = Sha256::new();
    for file in files {
        for part in [file.name(), file.text()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    let mut text = hex::encode(hash.finalize());
    text.truncate(12);
    text
}
