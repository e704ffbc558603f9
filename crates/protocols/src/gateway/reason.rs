//! A provider's words, fit to be kept for ever: short, and without anybody's number.

use serde_json::Value;

/// Characters kept of a provider's words.
const KEPT: usize = 80;
/// A run of this many digits may be somebody's telephone number.
const NUMBER: usize = 6;

/// The text or number that stands in a JSON value; none for anything else.
pub(super) fn said(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A provider's words without long runs of digits and without addresses, cut short: they go into
/// the journal, where no number and no address of a person may stand.
pub fn plain_reason(words: &str) -> String {
    let words: Vec<String> = words.split_whitespace().map(plain_word).collect();
    words.join(" ").chars().take(KEPT).collect()
}

fn plain_word(word: &str) -> String {
    if word.contains('@') {
        return "…".to_owned();
    }
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if digits <= NUMBER {
        return word.to_owned();
    }
    let mut out = String::new();
    for letter in word.chars().filter(|c| !c.is_control()) {
        if !letter.is_ascii_digit() {
            out.push(letter);
        } else if !out.ends_with('…') {
            out.push('…');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_of_people_are_left_out() {
        for (words, expected) in [
            ("HTTP 500", "HTTP 500"),
            ("/errcode is 310000", "/errcode is 310000"),
            (
                "mobile 13000000001 is blacklisted",
                "mobile … is blacklisted",
            ),
            ("+86-130-0000-0001", "+…-…-…-…"),
            ("no mailbox zhao@example.cn", "no mailbox …"),
        ] {
            assert_eq!(plain_reason(words), expected);
        }
        assert_eq!(plain_reason(&"长 ".repeat(200)).chars().count(), KEPT);
    }
}
