//! Receipts: what a gateway says later of what it took, and the keys people pressed.

use std::path::PathBuf;

use model::{PageFact, PageId};
use serde_json::{Map, Value};

use super::reason::{plain_reason, said};
use super::reply::Word;

/// How the receipts of a gateway are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipts {
    /// File with the token that its sender must show.
    pub token: PathBuf,
    /// JSON pointer to the list of receipts; absent: the body is one, or a list of them.
    pub list: Option<String>,
    /// JSON pointer to the id of our page, where the gateway gives it back.
    pub page: Option<String>,
    /// JSON pointer to the provider's own number for it.
    pub reference: Option<String>,
    /// Each says one thing, in this order.
    pub says: Vec<Says>,
    /// The body the gateway wants to hear; absent: `{"ok":true}`.
    pub answer: Option<String>,
}

/// One place in a receipt and what its words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Says {
    /// JSON pointer to the word.
    pub at: String,
    pub words: Vec<(String, FactWord)>,
    /// What the same words say of the task, where the page is about one.
    pub task_words: Vec<(String, Word)>,
}

/// What a word of a receipt means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactWord {
    Accepted,
    Delivered,
    Seen,
    Acked,
    Declined,
    Failed,
    /// Nothing worth telling.
    Ignored,
}

impl FactWord {
    /// As files write them.
    pub const ALL: [(&'static str, FactWord); 7] = [
        ("accepted", FactWord::Accepted),
        ("delivered", FactWord::Delivered),
        ("seen", FactWord::Seen),
        ("acked", FactWord::Acked),
        ("declined", FactWord::Declined),
        ("failed", FactWord::Failed),
        ("ignored", FactWord::Ignored),
    ];
}

/// How a receipt names what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Page(PageId),
    Reference(String),
}

/// One receipt as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub key: Key,
    /// What it says, in the order of the file.
    pub facts: Vec<PageFact>,
    /// What it says of the task, where its page is about one.
    pub word: Option<Word>,
}

/// Why a body holds no receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    #[error("the body is neither JSON nor a form")]
    NoForm,
    #[error("there is no list at {0}")]
    NoList(String),
    #[error("a receipt names neither a page nor a reference")]
    NoKey,
    #[error("a reply names no number it came from, or has none of its own")]
    NoSender,
    #[error("a receipt says nothing that was agreed on")]
    NoFact,
    #[error("more than {MOST} receipts at once")]
    TooMany,
}

/// Receipts read from one request.
const MOST: usize = 1_000;

impl Receipts {
    /// Reads every receipt of a body, JSON or a form.
    ///
    /// # Errors
    /// [`Unread`] for the first that cannot be read; none of them counts then.
    pub fn read(&self, body: &[u8]) -> Result<Vec<Receipt>, Unread> {
        let body = parse(body).ok_or(Unread::NoForm)?;
        let rows = match &self.list {
            Some(at) => body
                .pointer(at)
                .and_then(Value::as_array)
                .ok_or_else(|| Unread::NoList(at.clone()))?
                .as_slice(),
            None => match &body {
                Value::Array(rows) => rows.as_slice(),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_) => std::slice::from_ref(&body),
            },
        };
        if rows.len() > MOST {
            return Err(Unread::TooMany);
        }
        rows.iter().map(|row| self.read_one(row)).collect()
    }

    fn read_one(&self, row: &Value) -> Result<Receipt, Unread> {
        let find = |at: &Option<String>| row.pointer(at.as_deref()?).and_then(said);
        let page = find(&self.page).filter(|id| !id.is_empty());
        let page = page.map(|id| Key::Page(PageId(id)));
        let reference = || find(&self.reference).map(Key::Reference);
        let key = page.or_else(reference).ok_or(Unread::NoKey)?;
        let mut facts = Vec::new();
        let (mut understood, mut of_task) = (false, None);
        for says in &self.says {
            let Some(word) = row.pointer(&says.at).and_then(said) else {
                continue;
            };
            let task = says.task_words.iter().find(|(known, _)| *known == word);
            understood |= task.is_some();
            of_task = task.map(|(_, word)| *word).or(of_task);
            let Some((_, meaning)) = says.words.iter().find(|(known, _)| *known == word) else {
                continue;
            };
            understood = true;
            facts.extend(fact(*meaning, &says.at, &word, find(&self.reference)));
        }
        if !understood {
            return Err(Unread::NoFact);
        }
        Ok(Receipt {
            key,
            facts,
            word: of_task,
        })
    }
}

fn fact(meaning: FactWord, at: &str, word: &str, reference: Option<String>) -> Option<PageFact> {
    Some(match meaning {
        FactWord::Accepted => PageFact::Accepted { reference },
        FactWord::Delivered => PageFact::Delivered,
        FactWord::Seen => PageFact::Seen,
        FactWord::Acked => PageFact::Acked,
        FactWord::Declined => PageFact::Declined,
        FactWord::Failed => PageFact::Failed {
            why: plain_reason(&format!("{at} is {word}")),
        },
        FactWord::Ignored => return None,
    })
}

/// JSON as it is; a form as an object of texts.
pub(super) fn parse(body: &[u8]) -> Option<Value> {
    if let Ok(value) = serde_json::from_slice(body) {
        return Some(value);
    }
    let text = std::str::from_utf8(body).ok()?;
    if !text.contains('=') || text.contains(['{', '<']) {
        return None;
    }
    let mut form = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        form.insert(name.into_owned(), Value::from(value.into_owned()));
    }
    Some(Value::Object(form))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn voice() -> Receipts {
        let words = |list: &[(&str, FactWord)]| {
            let own = |(word, meaning): &(&str, FactWord)| ((*word).to_owned(), *meaning);
            list.iter().map(own).collect()
        };
        Receipts {
            token: PathBuf::from("secrets/voice.token"),
            list: None,
            page: Some("/id".to_owned()),
            reference: Some("/call".to_owned()),
            says: vec![
                Says {
                    at: "/state".to_owned(),
                    words: words(&[
                        ("ringing", FactWord::Ignored),
                        ("answered", FactWord::Seen),
                        ("busy", FactWord::Failed),
                    ]),
                    task_words: Vec::new(),
                },
                Says {
                    at: "/key".to_owned(),
                    words: words(&[("1", FactWord::Acked), ("2", FactWord::Declined)]),
                    task_words: vec![("1".to_owned(), Word::Accepted)],
                },
            ],
            answer: None,
        }
    }

    #[track_caller]
    fn check(body: &str, expected: Result<&[PageFact], Unread>) {
        let read = voice().read(body.as_bytes());
        match (read, expected) {
            (Ok(receipts), Ok(facts)) => assert_eq!(receipts[0].facts, facts, "{body}"),
            (Err(unread), Err(expected)) => assert_eq!(unread, expected, "{body}"),
            (read, expected) => panic!("{body}: {read:?}, not {expected:?}"),
        }
    }

    #[test]
    fn each_place_says_one_thing() {
        check(
            r#"{"id":"p1","state":"answered","key":1}"#,
            Ok(&[PageFact::Seen, PageFact::Acked]),
        );
        check(
            "id=p1&state=answered&key=2",
            Ok(&[PageFact::Seen, PageFact::Declined]),
        );
        check(r#"{"id":"p1","state":"ringing"}"#, Ok(&[]));
        let why = "/state is busy".to_owned();
        check(
            r#"{"call":"c-9","state":"busy"}"#,
            Ok(&[PageFact::Failed { why }]),
        );
    }

    #[test]
    fn a_key_may_say_more_where_the_page_is_about_a_task() {
        let word = |body: &str| voice().read(body.as_bytes()).unwrap()[0].word;
        assert_eq!(word(r#"{"id":"p1","key":1}"#), Some(Word::Accepted));
        assert_eq!(word(r#"{"id":"p1","key":2}"#), None);
        assert_eq!(word(r#"{"id":"p1","state":"answered"}"#), None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        check("<xml/>", Err(Unread::NoForm));
        check(r#"{"state":"answered"}"#, Err(Unread::NoKey));
        check(r#"{"id":"p1","state":"dancing"}"#, Err(Unread::NoFact));
        assert_eq!(voice().read(b"[]"), Ok(Vec::new()));
        let listed = Receipts {
            list: Some("/reports".to_owned()),
            ..voice()
        };
        let no_list = Unread::NoList("/reports".to_owned());
        assert_eq!(listed.read(b"{}"), Err(no_list));
    }

    #[test]
    fn a_page_is_named_by_our_id_or_by_theirs() {
        let key = |body: &str| voice().read(body.as_bytes()).unwrap()[0].key.clone();
        let page = Key::Page(PageId("p1".to_owned()));
        assert_eq!(key(r#"{"id":"p1","call":"c","key":1}"#), page);
        let reference = Key::Reference("c".to_owned());
        assert_eq!(key(r#"{"call":"c","key":1}"#), reference);
    }
}
