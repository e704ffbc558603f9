//! Cuts the body of one HTTP request into the bodies of single observations.
//!
//! A request brings one object, an array of them, or one a line (NDJSON). A bad piece never spoils the
//! pieces before it; in an array, where the JSON itself breaks off there is nothing left to find after.

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One observation's body within a request's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Offset of the piece in the request's body, in bytes.
    pub at: usize,
    pub body: &'a [u8],
}

/// Cuts a request's body into pieces, in order. Empty when there is nothing but white space.
pub fn pieces(body: &[u8]) -> Vec<Piece<'_>> {
    let Some(start) = body.iter().position(|b| !b.is_ascii_whitespace()) else {
        return Vec::new();
    };
    if body[start] == b'[' {
        return elements(body, start);
    }
    let first = body[start..]
        .split(|b| *b == b'\n')
        .next()
        .unwrap_or_default();
    if !is_json(first) && is_json(&body[start..]) {
        // One object written over several lines.
        return vec![Piece {
            at: start,
            body: &body[start..],
        }];
    }
    lines(body)
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(text).is_ok()
}

fn lines(body: &[u8]) -> Vec<Piece<'_>> {
    body.split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .map(|line| Piece {
            at: line.as_ptr() as usize - body.as_ptr() as usize,
            body: line,
        })
        .collect()
}

fn elements(body: &[u8], start: usize) -> Vec<Piece<'_>> {
    let mut found = Found {
        body,
        pieces: Vec::new(),
        end: start + 1,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let whole = json.deserialize_seq(&mut found).and_then(|()| json.end());
    let Found {
        mut pieces, end, ..
    } = found;
    if whole.is_err() {
        // What follows the last good element is one bad piece, whose decoder says what is wrong.
        let rest = body[end..].trim_ascii_start();
        let rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
        pieces.push(Piece {
            at: body.len() - rest.len(),
            body: rest,
        });
    }
    pieces
}

struct Found<'a> {
    body: &'a [u8],
    pieces: Vec<Piece<'a>>,
    end: usize,
}

impl<'a> Visitor<'a> for &mut Found<'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of observations")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<&'a RawValue>()? {
            let body = raw.get().as_bytes();
            let at = body.as_ptr() as usize - self.body.as_ptr() as usize;
            self.end = at + body.len();
            self.pieces.push(Piece { at, body });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, want: &[&str]) {
        let found = pieces(body.as_bytes());
        for piece in &found {
            assert!(
                body.as_bytes()[piece.at..].starts_with(piece.body),
                "{body}"
            );
        }
        let texts: Vec<_> = found
            .iter()
            .map(|p| String::from_utf8_lossy(p.body))
            .collect();
        assert_eq!(texts, want, "{body}");
    }

    #[test]
    fn cuts_objects_arrays_and_lines() {
        check("", &[]);
        check(" \n ", &[]);
        check(r#"{"a":1}"#, &[r#"{"a":1}"#]);
        check("{\n \"a\": 1\n}\n", &["{\n \"a\": 1\n}\n"]);
        check("{\"a\":1}\n\n{\"a\":2}\r\n", &[r#"{"a":1}"#, r#"{"a":2}"#]);
        check("{\"a\":1\n{\"a\":2}\n", &[r#"{"a":1"#, r#"{"a":2}"#]);
        check("[]", &[]);
        check("[ {\"a\":1} ,\n{\"a\":2}]", &[r#"{"a":1}"#, r#"{"a":2}"#]);
    }

    #[test]
    fn keeps_the_elements_before_a_break() {
        check(r#"[{"a":1},{"a":"#, &[r#"{"a":1}"#, r#"{"a":"#]);
        check(r#"[{"a":1}] x"#, &[r#"{"a":1}"#, "] x"]);
        check("[", &[""]);
    }
}
