//! Cuts the body of one HTTP request into the bodies of single observations.
//!
//! A request brings one object, an array of them, or one a line (NDJSON). A bad piece never spoils another,
//! before it or behind it, and a request is not cut into more pieces than its taker asks for.

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::torn::Torn;

/// One observation's body within a request's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Offset of the piece in the request's body, in bytes.
    pub at: usize,
    pub body: &'a [u8],
}

/// A request has more pieces than its taker asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request has more pieces than are taken at once")]
pub struct TooMany;

/// Cuts a request's body into pieces, in order. Empty when there is nothing but white space.
///
/// # Errors
/// [`TooMany`] when there are more than `most`; no more than that are kept meanwhile.
pub fn pieces(body: &[u8], most: usize) -> Result<Vec<Piece<'_>>, TooMany> {
    let Some(start) = body.iter().position(|b| !b.is_ascii_whitespace()) else {
        return Ok(Vec::new());
    };
    if body[start] == b'[' {
        return elements(body, start, most);
    }
    let first = body[start..]
        .split(|b| *b == b'\n')
        .next()
        .unwrap_or_default();
    if !is_json(first) && is_json(&body[start..]) {
        // One object written over several lines.
        return within(
            std::iter::once(Piece {
                at: start,
                body: &body[start..],
            }),
            Vec::new(),
            most,
        );
    }
    within(lines(body), Vec::new(), most)
}

/// Adds what comes to `pieces` while there is room.
fn within<'a>(
    more: impl Iterator<Item = Piece<'a>>,
    mut pieces: Vec<Piece<'a>>,
    most: usize,
) -> Result<Vec<Piece<'a>>, TooMany> {
    for piece in more {
        if pieces.len() >= most {
            return Err(TooMany);
        }
        pieces.push(piece);
    }
    Ok(pieces)
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(text).is_ok()
}

fn lines(body: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    body.split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .map(|line| Piece {
            at: line.as_ptr() as usize - body.as_ptr() as usize,
            body: line,
        })
}

fn elements(body: &[u8], start: usize, most: usize) -> Result<Vec<Piece<'_>>, TooMany> {
    let mut found = Found {
        body,
        pieces: Vec::new(),
        end: start + 1,
        most,
        over: false,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let whole = json.deserialize_seq(&mut found).and_then(|()| json.end());
    if found.over {
        return Err(TooMany);
    }
    if whole.is_ok() {
        return Ok(found.pieces);
    }
    // From the first bad one on the elements are found without JSON's help.
    let fresh = found.pieces.is_empty();
    within(Torn::from(body, found.end, fresh), found.pieces, most)
}

struct Found<'a> {
    body: &'a [u8],
    pieces: Vec<Piece<'a>>,
    end: usize,
    most: usize,
    over: bool,
}

impl<'a> Visitor<'a> for &mut Found<'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of observations")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<&'a RawValue>()? {
            if self.pieces.len() >= self.most {
                self.over = true;
                return Err(A::Error::custom(TooMany));
            }
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
        let found = pieces(body.as_bytes(), 100).expect("few enough");
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
        check(r#"[{"a":1},"#, &[r#"{"a":1}"#, ""]);
    }

    #[test]
    fn a_bad_element_harms_no_neighbour() {
        let (one, two) = (r#"{"a":1,"b":"x,{]}"}"#, r#"{"a":2,"c":[{},{"d":1}]}"#);
        for bad in [
            r#"{"a":NaN}"#,
            r#"{"a":-Infinity,"b":[1,nan]}"#,
            "NaN",
            "{'a':'x'}",
            r#"{"a":1,}"#,
            r#"{"a":"x" "b":2}"#,
            r#"{"a" 1}"#,
            r#"{"a":01}"#,
            r#"{a:1,b:{c:2}}"#,
            r#"{"a":[1,2}"#,
            r#"{"a":"\x"}"#,
            "",
            // Cut off: in a number, in a name, in a string, behind a comma.
            r#"{"a":1"#,
            r#"{"a"#,
            r#"{"a":"x"#,
            r#"{"a":"x}"#,
            r#"{"a":"x","b":"y}"#,
            r#"{"a":1,"b""#,
        ] {
            check(&format!("[{one},{bad},{two}]"), &[one, bad, two]);
            check(
                &format!("[\n{bad}\n,\n{one},\n{two}\n]\n"),
                &[bad, one, two],
            );
        }
        check(&format!("[{one},NaN,{two},]"), &[one, "NaN", two]);
        check(&format!("[{one}}},{two}]"), &[one, "}", two]);
        check(&format!("[{one} {two}]"), &[one, two]);
        check(&format!("[{one},{two}"), &[one, two, ""]);
        check(
            "[{\"a\":\"x},\n{\"a\":2},\n{\"a\":\"y\n]",
            &["{\"a\":\"x}", "{\"a\":2}", "{\"a\":\"y"],
        );
    }

    #[test]
    fn no_more_pieces_are_cut_than_are_asked_for() {
        for body in [
            "[1,2,3]",
            "[NaN,2,3]",
            "[1,NaN,3]",
            "1\n2\n3",
            "[1,2,NaN",
            "[1,2,3,4,5",
        ] {
            assert_eq!(pieces(body.as_bytes(), 2), Err(TooMany), "{body}");
        }
        assert_eq!(pieces(b"[1,2]", 2).map(|p| p.len()), Ok(2));
        assert_eq!(pieces(b"{\n}", 0), Err(TooMany));
    }
}
