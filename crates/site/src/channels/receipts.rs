//! `[receipts]`: where a gateway's receipts say what.

use protocols::gateway::{FactWord, Receipts, Says, Word as Said};

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
        read_words(value, "a receipt", &FactWord::ALL, out)
    });
    let task_words = table.optional("task_words", out, |value, out| {
        read_words(value, "a key", &Said::ALL, out)
    });
    Some(Says {
        at: at?,
        words: words?,
        task_words: task_words.unwrap_or_default(),
    })
}

/// A table of meanings, each with the words for it; `who` says them.
pub(super) fn read_words<T: Copy>(
    value: Value<'_>,
    who: &str,
    known: &[(&'static str, T)],
    out: &mut Diagnostics,
) -> Option<Vec<(String, T)>> {
    let mut words = Vec::new();
    for (meaning, value) in value.pairs(out)? {
        let found = known.iter().find(|(word, _)| *word == meaning.text);
        let Some((_, said)) = found else {
            let all: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let what = format!("`{}` is nothing {who} can say", meaning.text);
            let problem = Problem::at(value.source, meaning.span, what);
            out.push(problem.expecting(all.join(", ")).near(&meaning.text, all));
            continue;
        };
        let list: Vec<Word> = match value.as_text() {
            Some(_) => value.text(out).into_iter().collect(),
            None => value.words(out).unwrap_or_default(),
        };
        words.extend(list.into_iter().map(|word| (word.text, *said)));
    }
    Some(words)
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
