//! How the messages of one series begin, for whoever knows which series speaks.
//!
//! Nearly every message of a station says the same up to its value. That part is compared and not read
//! again; where anything else stands there, or behind the value anything but the time, the answer is
//! `None` and the message is read as any other. A property test holds it against [`super::decode`].

use model::Time;

use super::is_number;

/// What stands between the value and the time.
const TIME: &[u8] = b",\"time\":\"";

/// What stands behind the time.
const END: &[u8] = b"\"}";

/// The beginning of one series' messages, up to the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead(Box<[u8]>);

impl Lead {
    /// That of `quantity` at `station`; `None` where a name is written with escapes.
    pub fn of(station: &str, quantity: &str) -> Option<Lead> {
        let is_plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\')
        };
        let plain = is_plain(station) && is_plain(quantity);
        plain.then(|| {
            let lead =
                format!("{{\"station\":\"{station}\",\"quantity\":\"{quantity}\",\"value\":");
            Lead(lead.into_bytes().into())
        })
    }

    /// Value, as written, and time of a message that says nothing else of this series.
    pub fn read<'a>(&self, body: &'a [u8]) -> Option<(&'a str, Time)> {
        let rest = body.strip_prefix(&*self.0)?;
        let end = rest.iter().position(|b| *b == b',')?;
        let (value, rest) = rest.split_at(end);
        let time = rest.strip_prefix(TIME)?.strip_suffix(END)?;
        // Anything that JSON writes otherwise than it means is no such time either.
        let time = Time::parse(time).ok()?;
        let value = std::str::from_utf8(value).ok()?;
        is_number(value.as_bytes()).then_some((value, time))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_station_says_of_its_series_is_its_value_and_time() {
        let lead = Lead::of("县-R0123", "rain").unwrap();
        let body = r#"{"station":"县-R0123","quantity":"rain","value":-1.20,"time":"2026-07-15T16:05:00+08:00"}"#;
        let (value, time) = lead.read(body.as_bytes()).unwrap();
        assert_eq!(
            (value, time.to_string().as_str()),
            ("-1.20", "2026-07-15T08:05:00Z")
        );
        assert_eq!(Lead::of("a\"b", "rain"), None);
        assert_eq!(Lead::of("a", "b\\c"), None);
        assert_eq!(Lead::of("", "rain"), None);
    }

    #[test]
    fn whatever_else_it_says_is_read_the_long_way() {
        let lead = Lead::of("a", "q").unwrap();
        for body in [
            r#"{"station":"b","quantity":"q","value":1,"time":"2026-07-15T08:05:00Z"}"#,
            r#"{"station":"a","quantity":"q","value":01,"time":"2026-07-15T08:05:00Z"}"#,
            r#"{"station":"a","quantity":"q","value":null,"time":"2026-07-15T08:05:00Z"}"#,
            r#"{"station":"a","quantity":"q","value":1,"seq":1,"time":"2026-07-15T08:05:00Z"}"#,
            r#"{"station":"a","quantity":"q","value":1,"time":"2026-07-15T08:05:00Z","seq":1}"#,
            r#"{"station":"a","quantity":"q","value":1,"time":"2026-07-15T08:05:00\u005a"}"#,
            r#"{"station":"a","quantity":"q","value":1,"time":"2026-07-15T08:05:00Z"} "#,
            r#"{"station":"a","quantity":"q","value":1}"#,
        ] {
            assert_eq!(lead.read(body.as_bytes()), None, "{body}");
        }
    }
}
