//! Instants and spans: whole milliseconds, always UTC inside.
//!
//! A bare number of milliseconds never crosses a module border except in a field named `…_ms`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Text form is RFC 3339 in UTC with `Z`, and a fraction only when it is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// Why a text is no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset, such as 2026-07-15T08:05:00Z")]
pub struct BadTime;

/// Years 0001 to 9999: what RFC 3339 can write.
const MIN_MS: i64 = -62_135_596_800_000;
const MAX_MS: i64 = 253_402_207_200_000;

impl Time {
    /// The earliest instant that can be written.
    pub const MIN: Time = Time(MIN_MS);

    /// An instant from milliseconds since the epoch, clamped to the years 1 to 9999.
    pub const fn from_ms(ms: i64) -> Time {
        if ms < MIN_MS {
            Time(MIN_MS)
        } else if ms > MAX_MS {
            Time(MAX_MS)
        } else {
            Time(ms)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// This instant moved by `ms` milliseconds.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Time {
        Time::from_ms(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; negative when it lies before.
    pub const fn since_ms(self, earlier: Time) -> i64 {
        self.0 - earlier.0
    }

    /// Reads RFC 3339 bytes; fractions beyond milliseconds are cut off, the common shapes
    /// `YYYY-MM-DDThh:mm:ssZ` and `…+hh:mm` take no allocation.
    ///
    /// # Errors
    /// [`BadTime`] when the bytes are no RFC 3339 time with an offset.
    pub fn parse(text: &[u8]) -> Result<Time, BadTime> {
        if let Some(time) = parse_plain(text) {
            return Ok(time);
        }
        let text = std::str::from_utf8(text).map_err(|_| BadTime)?;
        let stamp: jiff::Timestamp = text.parse().map_err(|_| BadTime)?;
        Ok(Time::from_ms(stamp.as_millisecond()))
    }

    /// The same instant as a jiff timestamp.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default()
    }

    /// The day number since 1970-01-01 in UTC.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }
}

/// Reads `YYYY-MM-DDThh:mm:ss` followed by `Z` or `±hh:mm`; anything else is left to jiff.
fn parse_plain(text: &[u8]) -> Option<Time> {
    let (head, tail) = text.split_at_checked(19)?;
    let offset_min = match tail {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] => {
            let (hours, minutes) = (two(*h1, *h0)?, two(*m1, *m0)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let minutes = hours * 60 + minutes;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    if head[4] != b'-'
        || head[7] != b'-'
        || head[10] != b'T'
        || head[13] != b':'
        || head[16] != b':'
    {
        return None;
    }
    let year = two(head[0], head[1])? * 100 + two(head[2], head[3])?;
    let (month, day) = (two(head[5], head[6])?, two(head[8], head[9])?);
    let (hour, minute, second) = (
        two(head[11], head[12])?,
        two(head[14], head[15])?,
        two(head[17], head[18])?,
    );
    if year < 1 || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400
        + (hour * 60 + minute - offset_min) * 60
        + second;
    Some(Time::from_ms(seconds * 1000))
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    } else {
        None
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar (eras of 400 years).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp = self.timestamp();
        if self.0.rem_euclid(1000) == 0 {
            write!(f, "{stamp:.0}")
        } else {
            write!(f, "{stamp:.3}")
        }
    }
}

impl FromStr for Time {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Time, BadTime> {
        Time::parse(text.as_bytes())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if out.is_human_readable() {
            out.collect_str(self)
        } else {
            out.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Time, D::Error> {
        if input.is_human_readable() {
            // A tagged enum buffers its content and then claims to be text even when it was packed.
            input.deserialize_any(TextOrMs)
        } else {
            i64::deserialize(input).map(Time::from_ms)
        }
    }
}

struct TextOrMs;

impl serde::de::Visitor<'_> for TextOrMs {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 time with an offset")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Time, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E>(self, ms: i64) -> Result<Time, E> {
        Ok(Time::from_ms(ms))
    }

    fn visit_u64<E>(self, ms: u64) -> Result<Time, E> {
        Ok(Time::from_ms(i64::try_from(ms).unwrap_or(i64::MAX)))
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}
#[cfg(feature = "schema")]
impl utoipa::ToSchema for Time {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, want: &str) {
        assert_eq!(
            text.parse::<Time>().map(|t| t.to_string()).as_deref(),
            Ok(want),
            "{text}"
        );
    }

    #[test]
    fn reads_the_shapes_that_stations_send() {
        check("2026-07-15T08:05:00Z", "2026-07-15T08:05:00Z");
        check("2026-07-15T16:05:00+08:00", "2026-07-15T08:05:00Z");
        check("2026-07-15T08:05:00.250Z", "2026-07-15T08:05:00.250Z");
        check("2024-02-29T23:59:59-01:30", "2024-03-01T01:29:59Z");
    }

    #[test]
    fn refuses_what_is_no_instant() {
        for text in [
            "",
            "2026-07-15",
            "2026-07-15T08:05:00",
            "2026-02-30T00:00:00Z",
            "noon",
        ] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn own_path_agrees_with_jiff(seconds in -60_000_000_000i64..250_000_000_000) {
            let time = Time::from_ms(seconds * 1000);
            let text = time.to_string();
            let slow: jiff::Timestamp = text.parse().expect("jiff reads what it wrote");
            prop_assert_eq!(parse_plain(text.as_bytes()), Some(time));
            prop_assert_eq!(slow.as_millisecond(), time.ms());
        }
    }
}
