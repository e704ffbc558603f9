//! Reads one body: the common flat shape by hand, everything else through serde_json.

use std::borrow::Cow;

use model::Time;
use model::intake::Quality;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::flaw::{BadBody, Flaw};
use super::{Observation, plain};

/// Reads the one object of `body`.
///
/// # Errors
/// [`BadBody`] names the first flaw and its place; the body is then a message of kind `malformed`.
pub fn decode(body: &[u8]) -> Result<Observation<'_>, BadBody> {
    match plain::decode(body) {
        Some(observation) => Ok(observation),
        None => decode_any(body),
    }
}

/// The fields as they stand, each still raw so that a flaw can be named by its field and place.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    station: Option<&'a RawValue>,
    #[serde(borrow)]
    quantity: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    time: Option<&'a RawValue>,
    #[serde(borrow)]
    received: Option<&'a RawValue>,
    #[serde(borrow)]
    revision: Option<&'a RawValue>,
    #[serde(borrow)]
    unit: Option<&'a RawValue>,
    #[serde(borrow)]
    seq: Option<&'a RawValue>,
    #[serde(borrow)]
    quality: Option<&'a RawValue>,
}

/// The path for every shape of object, and the judge of the short one.
pub(super) fn decode_any(body: &[u8]) -> Result<Observation<'_>, BadBody> {
    let bad = |at, flaw| Err(BadBody { at, flaw });
    match body.iter().position(|b| !b.is_ascii_whitespace()) {
        None => return bad(0, Flaw::Empty),
        Some(at) if body[at] != b'{' => return bad(at, Flaw::NotAnObject),
        Some(_) => {}
    }
    let fields: Fields<'_> = match serde_json::from_slice(body) {
        Ok(fields) => fields,
        Err(error) => return Err(syntax(body, &error)),
    };
    let reader = Reader { body };
    let quality = reader.quality(fields.quality)?;
    Ok(Observation {
        station: reader.needed_text("station", fields.station)?,
        quantity: reader.needed_text("quantity", fields.quantity)?,
        value: reader.number(fields.value, quality)?,
        time: match fields.time {
            Some(raw) => reader.time("time", raw)?,
            None => return bad(0, Flaw::Absent("time")),
        },
        received: fields
            .received
            .map(|raw| reader.time("received", raw))
            .transpose()?,
        revision: reader
            .whole(fields.revision, Flaw::BadRevision)?
            .unwrap_or(0),
        unit: fields
            .unit
            .map(|raw| reader.text("unit", raw))
            .transpose()?,
        seq: reader.whole(fields.seq, Flaw::BadSeq)?,
        quality,
    })
}

struct Reader<'a> {
    body: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bad(&self, raw: &RawValue, flaw: Flaw) -> BadBody {
        BadBody {
            at: raw.get().as_ptr() as usize - self.body.as_ptr() as usize,
            flaw,
        }
    }

    fn needed_text(
        &self,
        field: &'static str,
        raw: Option<&'a RawValue>,
    ) -> Result<Cow<'a, str>, BadBody> {
        let raw = raw.ok_or(BadBody {
            at: 0,
            flaw: Flaw::Absent(field),
        })?;
        let text = self.text(field, raw)?;
        if text.is_empty() {
            Err(self.bad(raw, Flaw::NotText(field)))
        } else {
            Ok(text)
        }
    }

    fn text(&self, field: &'static str, raw: &'a RawValue) -> Result<Cow<'a, str>, BadBody> {
        let quoted = raw.get();
        let inner = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        match inner {
            Some(inner) if !inner.contains('\\') => Ok(Cow::Borrowed(inner)),
            _ => serde_json::from_str(quoted)
                .map(Cow::Owned)
                .map_err(|_| self.bad(raw, Flaw::NotText(field))),
        }
    }

    fn number(
        &self,
        raw: Option<&'a RawValue>,
        quality: Quality,
    ) -> Result<Option<&'a str>, BadBody> {
        match raw {
            Some(raw) if is_number(raw.get().as_bytes()) => Ok(Some(raw.get())),
            Some(raw) => Err(self.bad(raw, Flaw::NotFinite)),
            None if quality == Quality::Missing => Ok(None),
            None => Err(BadBody {
                at: 0,
                flaw: Flaw::Absent("value"),
            }),
        }
    }

    fn time(&self, field: &'static str, raw: &'a RawValue) -> Result<Time, BadBody> {
        self.text(field, raw)
            .ok()
            .and_then(|text| Time::parse(text.as_bytes()).ok())
            .ok_or_else(|| self.bad(raw, Flaw::BadTime(field)))
    }

    fn whole<T: std::str::FromStr>(
        &self,
        raw: Option<&'a RawValue>,
        flaw: Flaw,
    ) -> Result<Option<T>, BadBody> {
        let Some(raw) = raw else { return Ok(None) };
        let text = raw.get();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits => Ok(Some(number)),
            Ok(_) | Err(_) => Err(self.bad(raw, flaw)),
        }
    }

    fn quality(&self, raw: Option<&'a RawValue>) -> Result<Quality, BadBody> {
        let Some(raw) = raw else {
            return Ok(Quality::Good);
        };
        let word = self.text("quality", raw)?;
        quality_of(word.as_bytes())
            .ok_or_else(|| self.bad(raw, Flaw::BadQuality(word.into_owned())))
    }
}

/// The quality that a wire word names.
pub(super) fn quality_of(word: &[u8]) -> Option<Quality> {
    [
        Quality::Good,
        Quality::Doubtful,
        Quality::Bad,
        Quality::Missing,
    ]
    .into_iter()
    .find(|quality| quality.word().as_bytes() == word)
}

/// Whether the bytes are one number by JSON's grammar.
pub fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let places = digits(fraction);
        if places == 0 {
            return false;
        }
        rest = &fraction[places..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', unsigned @ ..] => unsigned,
            unsigned => unsigned,
        };
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

/// Turns serde_json's line and column into an offset, and its category into our words.
fn syntax(body: &[u8], error: &serde_json::Error) -> BadBody {
    if error.is_eof() {
        return BadBody {
            at: body.len(),
            flaw: Flaw::Cut,
        };
    }
    let at = offset(body, error.line(), error.column());
    let word_start = body[..at]
        .iter()
        .rposition(|b| !(b.is_ascii_alphabetic() || *b == b'-' || *b == b'+'))
        .map_or(0, |before| before + 1);
    let word: &[u8] = &body[word_start..];
    for name in ["NaN", "Infinity", "-Infinity", "nan", "inf", "-inf", "+inf"] {
        if word.starts_with(name.as_bytes()) {
            return BadBody {
                at: word_start,
                flaw: Flaw::NotFinite,
            };
        }
    }
    let words = error.to_string();
    let why = words.split(" at line ").next().unwrap_or_default();
    BadBody {
        at,
        flaw: Flaw::NotJson(why.to_owned()),
    }
}

fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let starts = body
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'\n')
        .map(|(at, _)| at + 1);
    let start = std::iter::once(0)
        .chain(starts)
        .nth(line.saturating_sub(1))
        .unwrap_or(0);
    (start + column.saturating_sub(1)).min(body.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refuses(body: &str, sentence: &str) {
        let bad = decode(body.as_bytes()).unwrap_err();
        assert_eq!(bad.to_string(), sentence, "{body}");
    }

    #[test]
    fn reads_the_message_of_the_contract() {
        let body = br#"{"station":"0000-R0123","quantity":"rain","value":1.20,"time":"2026-07-15T08:05:00Z"}"#;
        let read = decode(body).unwrap();
        assert_eq!(read.station, "0000-R0123");
        assert_eq!(read.value, Some("1.20"));
        assert_eq!(read.time.to_string(), "2026-07-15T08:05:00Z");
        assert_eq!(
            (read.revision, read.quality, read.received),
            (0, Quality::Good, None)
        );
        assert!(matches!(read.station, Cow::Borrowed(_)));
    }

    #[test]
    fn reads_every_optional_field_in_any_order_and_ignores_others() {
        let body = r#" {"quality":"doubtful","unit":"mm","seq":7,"revision":3,
            "received":"2026-07-15T16:06:00+08:00","x":{"y":[1,{}]},"time":"2026-07-15T08:05:00Z",
            "value":-1e-1,"quantity":"r\u0061in","station":"a\/b"} "#;
        let read = decode(body.as_bytes()).unwrap();
        assert_eq!(
            (read.station.as_ref(), read.quantity.as_ref()),
            ("a/b", "rain")
        );
        assert_eq!(read.value, Some("-1e-1"));
        assert_eq!(read.received.unwrap().to_string(), "2026-07-15T08:06:00Z");
        assert_eq!((read.revision, read.seq), (3, Some(7)));
        assert_eq!(
            (read.unit.as_deref(), read.quality),
            (Some("mm"), Quality::Doubtful)
        );
    }

    #[test]
    fn a_missing_value_needs_the_word() {
        let body = |rest: &str| {
            format!(r#"{{"station":"a","quantity":"q","time":"2026-07-15T08:05:00Z"{rest}}}"#)
        };
        for rest in [
            r#","quality":"missing""#,
            r#","value":null,"quality":"missing""#,
        ] {
            let text = body(rest);
            let read = decode(text.as_bytes()).unwrap();
            assert_eq!((read.value, read.quality), (None, Quality::Missing));
        }
        refuses(&body(""), "value is missing");
        refuses(&body(r#","value":null"#), "value is missing");
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let with = |value: &str| {
            format!(
                r#"{{"station":"a","quantity":"q","value":{value},"time":"2026-07-15T08:05:00Z"}}"#
            )
        };
        for value in [
            "NaN",
            "Infinity",
            "-Infinity",
            r#""high""#,
            "true",
            "[1]",
            "{}",
        ] {
            refuses(&with(value), "value is not a finite number, at byte 38");
        }
        refuses("", "body is empty");
        refuses("[1]", "body is not one JSON object, at byte 0");
        refuses(
            r#"{"station":"a","quan"#,
            "body ends in the middle, at byte 20",
        );
        refuses(r#"{"station":"a"}"#, "quantity is missing");
        refuses(
            r#"{"station":7,"quantity":"q"}"#,
            "station is not a text with something in it, at byte 11",
        );
        refuses(
            r#"{"station":"","quantity":"q"}"#,
            "station is not a text with something in it, at byte 11",
        );
        refuses(
            r#"{"station":"a",}"#,
            "not JSON: trailing comma, at byte 15",
        );
        refuses(
            r#"{"station":"a","quantity":"q","value":1,"time":"noon"}"#,
            "time is not an RFC 3339 time with an offset, such as 2026-07-15T08:05:00Z, at byte 47",
        );
        refuses(r#"{"revision":65536}"#, "station is missing");
        let tail = |rest: &str| {
            format!(
                r#"{{"station":"a","quantity":"q","value":1,"time":"2026-07-15T08:05:00Z",{rest}}}"#
            )
        };
        refuses(
            &tail(r#""revision":65536"#),
            "revision is not a whole number from 0 to 65535, at byte 81",
        );
        refuses(
            &tail(r#""quality":"fine""#),
            r#"quality "fine" is none of good, doubtful, bad, missing, at byte 80"#,
        );
        refuses(
            &tail(r#""value":2"#),
            "not JSON: duplicate field `value`, at byte 76",
        );
    }
}
