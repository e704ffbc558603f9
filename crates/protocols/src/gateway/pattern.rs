//! Texts with places to fill in: `{{page}}`, `{{to.phone}}`, `{{secret.key}}`.

use std::fmt::Write as _;

use model::Level;

/// A place to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hole {
    /// The page's id: the same again for the same page, so that the other side can tell a repeat.
    Page,
    /// The few characters of it that people read.
    Code,
    /// What is said, short.
    Text,
    /// One line that says what it is about.
    Title,
    /// Digits of the telephone, with a `+` where there is one.
    Phone,
    /// The same without China's prefix, as its own gateways want it.
    Mobile,
    Mail,
    Name,
    /// 1 to 4, 0 where there is no level.
    Level,
    /// Time of the signature, as its scheme counts it.
    SignTime,
    Sign,
    /// The content of a secret's file.
    Secret(String),
}

/// Words of the holes that are not secrets.
const WORDS: [(&str, Hole); 11] = [
    ("page", Hole::Page),
    ("code", Hole::Code),
    ("text", Hole::Text),
    ("title", Hole::Title),
    ("to.phone", Hole::Phone),
    ("to.mobile", Hole::Mobile),
    ("to.mail", Hole::Mail),
    ("to.name", Hole::Name),
    ("level", Hole::Level),
    ("sign.time", Hole::SignTime),
    ("sign", Hole::Sign),
];

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const SECRET: &str = "secret.";

/// A text with holes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Hole(Hole),
}

/// Why a text is no pattern, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    #[error("`{{{{` is not closed by `}}}}`")]
    Open { at: usize },
    #[error("there is nothing called `{word}` to fill in")]
    Unknown { at: usize, word: String },
}

/// How a filled-in text is written where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// As it is, without what would end a line.
    Header,
    /// Inside the quotes of a JSON text.
    Json,
    /// Percent-encoded.
    Url,
    None,
}

/// What fills the holes of one request.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    pub page: &'a str,
    pub code: &'a str,
    pub text: &'a str,
    pub title: &'a str,
    pub phone: &'a str,
    pub mail: &'a str,
    pub name: &'a str,
    pub level: Option<Level>,
    pub sign_time: &'a str,
    pub sign: &'a str,
}

impl Pattern {
    /// Reads a text with holes.
    ///
    /// # Errors
    /// [`BadPattern`] for the first hole that is none.
    pub fn parse(text: &str) -> Result<Pattern, BadPattern> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(OPEN) {
            let open = at + found;
            let inside = open + OPEN.len();
            let Some(length) = text[inside..].find(CLOSE) else {
                return Err(BadPattern::Open { at: open });
            };
            let word = text[inside..inside + length].trim();
            let Some(hole) = hole(word) else {
                let word = word.to_owned();
                return Err(BadPattern::Unknown { at: inside, word });
            };
            if open > at {
                parts.push(Part::Text(text[at..open].to_owned()));
            }
            parts.push(Part::Hole(hole));
            at = inside + length + CLOSE.len();
        }
        if at < text.len() {
            parts.push(Part::Text(text[at..].to_owned()));
        }
        Ok(Pattern { parts })
    }

    /// The words that may stand in holes, secrets apart.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }

    /// The holes in order.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Hole(hole) => Some(hole),
        })
    }

    /// The text in front of the first hole.
    pub fn head(&self) -> &str {
        match self.parts.first() {
            Some(Part::Text(text)) => text,
            Some(Part::Hole(_)) | None => "",
        }
    }

    /// The text with its holes filled; `secret` gives the content of a secret's file.
    pub fn fill<'s>(
        &self,
        with: &Filling<'_>,
        escape: Escape,
        secret: impl Fn(&str) -> &'s str,
    ) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Hole(hole) => match hole {
                    Hole::Page => write(with.page, escape, &mut out),
                    Hole::Code => write(with.code, escape, &mut out),
                    Hole::Text => write(with.text, escape, &mut out),
                    Hole::Title => write(with.title, escape, &mut out),
                    Hole::Phone => write(with.phone, escape, &mut out),
                    Hole::Mobile => write(mobile(with.phone), escape, &mut out),
                    Hole::Mail => write(with.mail, escape, &mut out),
                    Hole::Name => write(with.name, escape, &mut out),
                    Hole::Level => out.push(char::from(b'0' + model::level::digit(with.level))),
                    Hole::SignTime => write(with.sign_time, escape, &mut out),
                    Hole::Sign => write(with.sign, escape, &mut out),
                    Hole::Secret(name) => write(secret(name), escape, &mut out),
                },
            }
        }
        out
    }
}

fn hole(word: &str) -> Option<Hole> {
    if let Some(name) = word.strip_prefix(SECRET) {
        return (!name.is_empty()).then(|| Hole::Secret(name.to_owned()));
    }
    let known = WORDS.iter().find(|(known, _)| *known == word);
    known.map(|(_, hole)| hole.clone())
}

fn mobile(phone: &str) -> &str {
    let bare = phone.strip_prefix("+86").or(phone.strip_prefix("0086"));
    bare.unwrap_or(phone)
}

fn write(text: &str, escape: Escape, out: &mut String) {
    match escape {
        Escape::None => out.push_str(text),
        Escape::Header => out.extend(text.chars().filter(|c| !c.is_control())),
        Escape::Json => {
            let quoted = serde_json::Value::from(text).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
        Escape::Url => {
            for byte in text.bytes() {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                    out.push(char::from(byte));
                } else {
                    // Writing to a string cannot fail.
                    let _written = write!(out, "%{byte:02X}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILLING: Filling<'_> = Filling {
        page: "p/1",
        code: "7f3a",
        text: "say \"go\"\nnow",
        title: "镜岭镇",
        phone: "+8613000000001",
        mail: "a@b.cn",
        name: "赵",
        level: Some(Level::Red),
        sign_time: "12",
        sign: "a+b=",
    };

    #[track_caller]
    fn check(pattern: &str, escape: Escape, expected: &str) {
        let pattern = Pattern::parse(pattern).unwrap();
        let filled = pattern.fill(&FILLING, escape, |name| {
            assert_eq!(name, "key");
            "k&"
        });
        assert_eq!(filled, expected);
    }

    #[test]
    fn holes_are_filled_as_their_place_asks() {
        check("plain", Escape::Json, "plain");
        check("{{page}}", Escape::None, "p/1");
        check(
            r#"{"a":{"b":"{{text}}"}}"#,
            Escape::Json,
            r#"{"a":{"b":"say \"go\"\nnow"}}"#,
        );
        check(
            "x={{ sign }}&k={{secret.key}}",
            Escape::Url,
            "x=a%2Bb%3D&k=k%26",
        );
        check("{{title}}", Escape::Url, "%E9%95%9C%E5%B2%AD%E9%95%87");
        check("{{text}}", Escape::Header, "say \"go\"now");
        check("{{level}}{{code}}", Escape::None, "47f3a");
        check(
            "{{to.phone}} {{to.mobile}}",
            Escape::None,
            "+8613000000001 13000000001",
        );
    }

    #[test]
    fn what_is_no_hole_is_told_with_its_place() {
        assert_eq!(Pattern::parse("ab {{text"), Err(BadPattern::Open { at: 3 }));
        let unknown = Pattern::parse("ab {{ to.fax }}");
        let word = "to.fax".to_owned();
        assert_eq!(unknown, Err(BadPattern::Unknown { at: 5, word }));
        assert!(Pattern::parse("{{secret.}}").is_err());
    }
}
