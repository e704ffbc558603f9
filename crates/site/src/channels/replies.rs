//! `[replies]`: how what people write back is read, and what they are told to write.

use model::config::Text;
use protocols::gateway::{Replies, Word as Said, plain_word};

use super::receipts::{pointer, read_words};
use super::{Around, secret_file};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::Value;

/// Characters of what people are told to write back: a message has to hold what it is about as well.
const LONGEST_ZH: usize = 24;
const LONGEST_EN: usize = 70;

pub(super) fn read_replies(
    value: Value<'_>,
    source: &Source,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<Replies> {
    let mut table = value.table(out)?;
    let span = table.span();
    let token = table.required("token", out, Value::text);
    let token = token.and_then(|file| secret_file(&file, source, around, out));
    let list = table.optional("list", out, pointer);
    let id = table.required("id", out, pointer);
    let from = table.required("from", out, pointer);
    let text = table.required("text", out, pointer);
    let answer = table.optional("answer", out, Value::text);
    let words = table.required("words", out, |value, out| {
        let calls: Vec<_> = Said::ALL
            .into_iter()
            .filter(|(_, said)| matches!(said, Said::Acked | Said::Declined))
            .collect();
        read_words(value, "an answer to a call", &calls, out)
    });
    let task_words = table.optional("task_words", out, |value, out| {
        read_words(value, "an answer to a task", &Said::ALL, out)
    });
    let ask = table.required("ask", out, read_ask);
    let task_ask = table.optional("task_ask", out, read_ask);
    table.close(out);
    let plain = |words: Vec<(String, Said)>| -> Vec<(String, Said)> {
        let plain = |(word, said): (String, Said)| (plain_word(&word), said);
        words.into_iter().map(plain).collect()
    };
    let words = plain(words?);
    let task_words = plain(task_words.unwrap_or_default());
    for list in [&words, &task_words] {
        for (place, (word, _)) in list.iter().enumerate() {
            if list[..place].iter().any(|(before, _)| before == word) {
                let what = format!("`{word}` would say two things");
                let problem = Problem::at(source, span.clone(), what);
                out.push(
                    problem.hint("a word is read without its case, its width and its full stop"),
                );
            }
        }
    }
    let ask = ask?;
    Some(Replies {
        token: token?,
        list,
        id: id?,
        from: from?,
        text: text?,
        words,
        task_words,
        task_ask: task_ask.unwrap_or_else(|| ask.clone()),
        ask,
        answer: answer.map(|word| word.text),
    })
}

fn read_ask(value: Value<'_>, out: &mut Diagnostics) -> Option<Text> {
    let problem = value.problem("too long to go into one message");
    let ask = value.title(out)?;
    if ask.zh.chars().count() > LONGEST_ZH || ask.en.chars().count() > LONGEST_EN {
        let most = format!("at most {LONGEST_ZH} characters of Chinese, {LONGEST_EN} of English");
        out.push(problem.expecting(most));
    }
    Some(ask)
}
