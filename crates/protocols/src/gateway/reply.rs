//! Replies: what people write back to a message, and whose words they may be.

use std::path::PathBuf;

use model::config::Text;
use serde_json::Value;

use super::reason::said;
use super::receipt::{Unread, parse};

/// How the replies that a gateway passes on are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replies {
    /// File with the token that its sender must show.
    pub token: PathBuf,
    /// JSON pointer to the list of replies; absent: the body is one, or a list of them.
    pub list: Option<String>,
    /// JSON pointer to the gateway's own number of the reply: the same again for the same one.
    pub id: String,
    /// JSON pointer to the number it came from.
    pub from: String,
    /// JSON pointer to what was written.
    pub text: String,
    /// What words say of a call, and of a page about a task; as [`plain_word`] writes them.
    pub words: Vec<(String, Word)>,
    pub task_words: Vec<(String, Word)>,
    /// What people are told to write back to a call, and to a task.
    pub ask: Text,
    pub task_ask: Text,
    /// The body the gateway wants to hear; absent: `{"ok":true}`.
    pub answer: Option<String>,
}

/// What a person says by a word or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The call is heard.
    Acked,
    /// They cannot.
    Declined,
    /// The task is theirs.
    Accepted,
    /// They need help there.
    NeedHelp,
}

impl Word {
    /// As files write them.
    pub const ALL: [(&'static str, Word); 4] = [
        ("acked", Word::Acked),
        ("declined", Word::Declined),
        ("accepted", Word::Accepted),
        ("need_help", Word::NeedHelp),
    ];
}

/// One reply as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub id: String,
    /// As [`plain_number`] writes it.
    pub from: String,
    /// The word, as [`plain_word`] writes it.
    pub word: String,
    /// The six characters of the message that it names, where it names one.
    pub code: Option<String>,
    /// The row it stood in, for whoever must read it.
    pub row: String,
}

/// Replies read from one request.
const MOST: usize = 1_000;
/// Characters by which people tell one message from another.
const CODE: usize = 6;

impl Replies {
    /// Reads every reply of a body, JSON or a form. One without a word of ours is read all the same.
    ///
    /// # Errors
    /// [`Unread`] for the first that names no number or is not numbered; none of them counts then.
    pub fn read(&self, body: &[u8]) -> Result<Vec<Reply>, Unread> {
        let body = parse(body).ok_or(Unread::NoForm)?;
        let rows = match &self.list {
            Some(at) => {
                let rows = body.pointer(at).and_then(Value::as_array);
                rows.ok_or_else(|| Unread::NoList(at.clone()))?.as_slice()
            }
            None => body
                .as_array()
                .map_or(std::slice::from_ref(&body), Vec::as_slice),
        };
        if rows.len() > MOST {
            return Err(Unread::TooMany);
        }
        rows.iter().map(|row| self.read_one(row)).collect()
    }

    fn read_one(&self, row: &Value) -> Result<Reply, Unread> {
        let find = |at: &str| row.pointer(at).and_then(said);
        let filled = |at: &str| find(at).filter(|text| !text.is_empty());
        let (id, from) = (filled(&self.id), filled(&self.from));
        let (Some(id), Some(from)) = (id, from) else {
            return Err(Unread::NoSender);
        };
        let (word, code) = split(&plain_word(&find(&self.text).unwrap_or_default()));
        Ok(Reply {
            id,
            from: plain_number(&from),
            word,
            code,
            row: row.to_string(),
        })
    }

    /// What a word says of a page: of a task where it is about one.
    pub fn meaning(&self, word: &str, of_task: bool) -> Option<Word> {
        let words = match of_task && !self.task_words.is_empty() {
            true => &self.task_words,
            false => &self.words,
        };
        let found = words.iter().find(|(known, _)| known == word);
        found.map(|(_, meaning)| *meaning)
    }
}

/// The word and the message it names: `1 7f3a2b`, `7f3a2b 1`, or the word alone.
fn split(text: &str) -> (String, Option<String>) {
    let is_code = |part: &str| part.len() == CODE && part.chars().all(|c| c.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split_whitespace().collect();
    match parts.as_slice() {
        [word, code] if is_code(code) => ((*word).to_owned(), Some((*code).to_owned())),
        [code, word] if is_code(code) => ((*word).to_owned(), Some((*code).to_owned())),
        _ => (parts.join(" "), None),
    }
}

/// A word as people mean it, however their telephone wrote it: narrow digits and letters, small, without
/// what stands before or behind it.
pub fn plain_word(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | ',' | '\u{3001}' | '\u{3002}' => ' ',
        _ => c,
    };
    let text: String = text.chars().map(narrow).collect();
    let text = text.replace([',', ';', ':'], " ").to_lowercase();
    let edge = |c: char| c.is_whitespace() || matches!(c, '.' | '!' | '?' | '"' | '#' | '(' | ')');
    text.trim_matches(edge).to_owned()
}

/// The digits of a telephone number of this country, without its own.
pub fn plain_number(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    match digits.strip_prefix("86") {
        Some(own) if digits.len() == 13 => own.to_owned(),
        _ => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sms() -> Replies {
        let words = |list: &[(&str, Word)]| {
            let own = |(word, meaning): &(&str, Word)| ((*word).to_owned(), *meaning);
            list.iter().map(own).collect()
        };
        Replies {
            token: PathBuf::from("secrets/sms.receipts"),
            list: Some("/replies".to_owned()),
            id: "/id".to_owned(),
            from: "/mobile".to_owned(),
            text: "/content".to_owned(),
            words: words(&[("1", Word::Acked), ("2", Word::Declined)]),
            task_words: words(&[("1", Word::Accepted), ("2", Word::NeedHelp)]),
            ask: Text::default(),
            task_ask: Text::default(),
            answer: None,
        }
    }

    fn read(content: &str) -> Reply {
        let row = serde_json::json!({"id": 7, "mobile": "+86 130-0000-0001", "content": content});
        let body = serde_json::json!({ "replies": [row] }).to_string();
        sms().read(body.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn a_word_is_read_however_it_was_typed() {
        for typed in ["1", " 1 ", "\u{ff11}", "1\u{3002}", "1!", "\"1\""] {
            assert_eq!(
                (read(typed).word.as_str(), read(typed).code),
                ("1", None),
                "{typed}"
            );
        }
        assert_eq!(read("OK").word, "ok");
        for typed in ["1 7F3A2B", "7f3a2b, 1", "\u{ff11}\u{3000}7f3a2b"] {
            let reply = read(typed);
            assert_eq!(
                (reply.word.as_str(), reply.code.as_deref()),
                ("1", Some("7f3a2b")),
                "{typed}"
            );
        }
        assert_eq!(read("bridge is gone").word, "bridge is gone");
        assert_eq!((read("").word.as_str(), read("7f3a2b").code), ("", None));
    }

    #[test]
    fn the_same_digit_may_say_another_thing_of_a_task() {
        assert_eq!(sms().meaning("1", false), Some(Word::Acked));
        assert_eq!(sms().meaning("1", true), Some(Word::Accepted));
        assert_eq!(sms().meaning("2", true), Some(Word::NeedHelp));
        assert_eq!(sms().meaning("3", true), None);
        let plain = Replies {
            task_words: Vec::new(),
            ..sms()
        };
        assert_eq!(plain.meaning("1", true), Some(Word::Acked));
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for written in [
            "13000000001",
            "+8613000000001",
            "008613000000001",
            "86 130 0000 0001",
        ] {
            assert_eq!(plain_number(written), "13000000001", "{written}");
        }
        assert_eq!(plain_number("86123456"), "86123456");
        assert_eq!(plain_number("none"), "");
    }

    #[test]
    fn what_names_nobody_cannot_be_read() {
        let unread = |body: &str| sms().read(body.as_bytes()).unwrap_err();
        assert_eq!(unread("<xml/>"), Unread::NoForm);
        assert_eq!(unread("{}"), Unread::NoList("/replies".to_owned()));
        assert_eq!(
            unread(r#"{"replies":[{"id":1,"content":"1"}]}"#),
            Unread::NoSender
        );
        assert_eq!(
            unread(r#"{"replies":[{"mobile":"1","content":"1"}]}"#),
            Unread::NoSender
        );
    }
}
