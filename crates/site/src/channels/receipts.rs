//! `[receipts]`: where a gateway's receipts say what.

use protocols::gateway::{FactWord, Receipts, Says};

use super::{Around, secret_file};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{Table, Value, Word};

pub(super) fn read_receipts(
    value: Value<'_>,
    source: &Source,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<Receipts> {
    let mut table = value.table(out)?;
    let span = table.span();
    let token = table.required("token", out, Value::text);
    let token = token.and_then(|file| secret_file(&file, source, around, out));
    let list = table.optional("list", out, pointer);
    let page = table.optional("page", out, pointer);
    let reference = table.optional("reference", out, pointer);
    let answer = table.optional("answer", out, Value::text);
    let says = table.each("says", out, read_says);
    table.close(out);
    if page.is_none() && reference.is_none() {
        let problem = Problem::at(source, span.clone(), "a receipt must name its page");
        out.push(problem.expecting("`page` or `reference`, a place such as \"/id\""));
    }
    if says.is_empty() {
        let problem = Problem::at(source, span, "a receipt must say something");
        out.push(problem.expecting("[[receipts.says]] with `at` and `words`"));
    }
    Some(Receipts {
        token: token?,
        list,
        page,
        reference,
        says,
        answer: answer.map(|word| word.text),
    })
}

fn read_says(table: &mut Table<'_>, out: &mut Diagnostics) -> Option<Says> {
    let at = table.required("at", out, pointer);
    let words = table.required("words", out, |value, out| {
        let mut words = Vec::new();
        for (meaning, value) in value.pairs(out)? {
            let known = FactWord::ALL.iter().find(|(word, _)| *word == meaning.text);
            let Some((_, fact)) = known else {
                let all = FactWord::ALL.map(|(word, _)| word);
                let what = format!("`{}` is nothing a receipt can say", meaning.text);
                let problem = Problem::at(value.source, meaning.span, what);
                out.push(problem.expecting(all.join(", ")).near(&meaning.text, all));
                continue;
            };
            let said: Vec<Word> = match value.as_text() {
                Some(_) => value.text(out).into_iter().collect(),
                None => value.words(out).unwrap_or_default(),
            };
            words.extend(said.into_iter().map(|word| (word.text, *fact)));
        }
        Some(words)
    });
    Some(Says {
        at: at?,
        words: words?,
    })
}

/// A JSON pointer.
pub(super) fn pointer(value: Value<'_>, out: &mut Diagnostics) -> Option<String> {
    let problem = value.problem("this is no place in a JSON body");
    let text = value.text(out)?.text;
    if !text.starts_with('/') {
        out.push(problem.expecting("a JSON pointer such as \"/result/id\""));
        return None;
    }
    Some(text)
}
