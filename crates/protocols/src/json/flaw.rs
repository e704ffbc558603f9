//! Why a body holds no observation, in words for the person who has to mend the sender.

use std::fmt;

use model::config::Text;

/// What is wrong with a body, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBody {
    /// Offset in the body, in bytes, counted from 0.
    pub at: usize,
    pub flaw: Flaw,
}

/// The kinds of flaw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    Empty,
    NotAnObject,
    /// The bytes end before the JSON does.
    Cut,
    /// Not JSON, in the parser's words.
    NotJson(String),
    /// A field that must be there is not.
    Absent(&'static str),
    /// A field that must be a text is something else, or is empty.
    NotText(&'static str),
    /// NaN, infinity, a text, or anything else that is no JSON number.
    NotFinite,
    BadTime(&'static str),
    BadRevision,
    BadSeq,
    BadQuality(String),
}

/// Words of a sender are repeated up to this many characters.
const QUOTED: usize = 40;

impl BadBody {
    /// The sentence in both languages, with the place.
    pub fn text(&self) -> Text {
        let (zh, en) = self.flaw.words();
        let at = self.at;
        match self.flaw {
            // Nothing to point at.
            Flaw::Empty | Flaw::Absent(_) => Text { zh, en },
            Flaw::NotAnObject
            | Flaw::Cut
            | Flaw::NotJson(_)
            | Flaw::NotText(_)
            | Flaw::NotFinite
            | Flaw::BadTime(_)
            | Flaw::BadRevision
            | Flaw::BadSeq
            | Flaw::BadQuality(_) => Text {
                zh: format!("{zh}（第 {at} 字节）"),
                en: format!("{en}, at byte {at}"),
            },
        }
    }
}

impl Flaw {
    fn words(&self) -> (String, String) {
        let pair = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Flaw::Empty => pair("报文为空", "body is empty"),
            Flaw::NotAnObject => pair("报文不是一个 JSON 对象", "body is not one JSON object"),
            Flaw::Cut => pair("报文在中途结束", "body ends in the middle"),
            Flaw::NotJson(why) => (format!("不是 JSON：{why}"), format!("not JSON: {why}")),
            Flaw::Absent(field) => (format!("缺少 {field}"), format!("{field} is missing")),
            Flaw::NotText(field) => (
                format!("{field} 不是非空文本"),
                format!("{field} is not a text with something in it"),
            ),
            Flaw::NotFinite => pair("value 不是有限的数", "value is not a finite number"),
            Flaw::BadTime(field) => (
                format!("{field} 不是带时区的 RFC 3339 时间，如 2026-07-15T08:05:00Z"),
                format!(
                    "{field} is not an RFC 3339 time with an offset, such as 2026-07-15T08:05:00Z"
                ),
            ),
            Flaw::BadRevision => pair(
                "revision 不是 0 到 65535 的整数",
                "revision is not a whole number from 0 to 65535",
            ),
            Flaw::BadSeq => pair("seq 不是非负整数", "seq is not a whole number of 0 or more"),
            Flaw::BadQuality(word) => {
                let word: String = word.chars().take(QUOTED).collect();
                (
                    format!("quality“{word}”不是 good、doubtful、bad、missing 之一"),
                    format!("quality {word:?} is none of good, doubtful, bad, missing"),
                )
            }
        }
    }
}

impl fmt::Display for BadBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for BadBody {}
