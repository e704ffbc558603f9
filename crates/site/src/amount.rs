//! Durations and values as people write them, with their units.

use model::{Decimals, Fixed, Time};

/// The units a duration may carry, in milliseconds.
const SPANS: [(&str, i64); 5] = [
    ("ms", 1),
    ("s", 1000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// What a duration looks like, for reports.
pub(crate) const DURATION: &str = "a duration such as \"90s\", \"10m\", \"6h\" or \"2d\"";

/// A year and a day: nothing a site waits for is longer, except how long it remembers.
const LONGEST_MS: i64 = 10 * 366 * 86_400_000;

/// Reads `90s`, `10m`, `1.5h`, `2d`; absent for anything else and for more than ten years.
pub(crate) fn duration_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let (_, factor) = SPANS.iter().find(|(name, _)| *name == unit)?;
    let thousandths = Decimals(3).parse(number.trim()).ok()?;
    let product = thousandths.checked_mul(*factor)?;
    if product < 0 || product % 1000 != 0 {
        return None;
    }
    Some(product / 1000).filter(|ms| *ms <= LONGEST_MS)
}

/// Writes a duration in the largest unit that leaves it whole.
pub(crate) fn show_duration(ms: i64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let unit = SPANS.iter().rev().find(|(_, factor)| ms % factor == 0);
    unit.map_or_else(
        || format!("{ms}ms"),
        |(name, factor)| format!("{}{name}", ms / factor),
    )
}

/// Reads a length as `10 km` or `250 m`, in millimetres.
pub(crate) fn length_mm(text: &str) -> Option<i64> {
    let (number, unit) = split_unit(text);
    let per_unit = match unit {
        "km" => 1_000_000,
        "m" => 1000,
        _ => return None,
    };
    let thousandths = Decimals(3).parse(number).ok()?;
    thousandths
        .checked_mul(per_unit)
        .filter(|mm| *mm >= 0)
        .map(|mm| mm / 1000)
}

/// Reads `20 %` in tenths of a percent.
pub(crate) fn permille(text: &str) -> Option<i64> {
    let (number, unit) = split_unit(text);
    let tenths = Decimals(1).parse(number).ok()?;
    (unit == "%" && (0..=1000).contains(&tenths)).then_some(tenths)
}

/// Reads a day of the year, `04-15`, as month × 100 + day.
pub(crate) fn day_of_year(text: &str) -> Option<u16> {
    let (month, day) = text.trim().split_once('-')?;
    let (month, day) = (two_digits(month)?, two_digits(day)?);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => return None,
    };
    (1..=longest).contains(&day).then_some(month * 100 + day)
}

/// Reads a time of day, `20:00` (`24:00` is the end of the day), in minutes.
pub(crate) fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let minute = two_digits(hours)? * 60 + two_digits(minutes).filter(|m| *m < 60)?;
    (minute <= 24 * 60).then_some(minute)
}

/// Reads an offset from UTC, `+08:00`, in minutes.
pub(crate) fn offset_min(text: &str) -> Option<i16> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let minutes = minute_of_day(rest).filter(|m| *m <= 14 * 60)?;
    i16::try_from(minutes).ok().map(|m| sign * m)
}

/// Writes an offset from UTC as [`offset_min`] reads it.
pub(crate) fn show_offset(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn two_digits(text: &str) -> Option<u16> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Reads a day (`2026-07-16`, from its first minute at this offset from UTC) or an instant with
/// its own offset.
pub(crate) fn day_or_instant(text: &str, offset_min: i16) -> Option<Time> {
    let text = text.trim();
    if text.len() == 10 {
        let midnight: Time = format!("{text}T00:00:00Z").parse().ok()?;
        return Some(midnight.plus_ms(-i64::from(offset_min) * 60_000));
    }
    text.parse().ok()
}

/// Why a text is no value of a quantity.
pub(crate) enum BadValue {
    /// No number at its front.
    Number(model::fixed::BadNumber),
    /// A number with another unit behind it, or none.
    Unit,
}

/// Reads `0.15 m` as a value of a quantity with this unit.
pub(crate) fn value(text: &str, unit: &str, decimals: Decimals) -> Result<Fixed, BadValue> {
    let (number, written) = split_unit(text);
    let value = decimals.parse(number).map_err(BadValue::Number)?;
    if written == unit {
        Ok(value)
    } else {
        Err(BadValue::Unit)
    }
}

/// A number and what stands behind it.
fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(duration_ms("10m"), Some(600_000));
        assert_eq!(duration_ms("1.5h"), Some(5_400_000));
        assert_eq!(duration_ms("0s"), Some(0));
        for text in [
            "10",
            "",
            "m",
            "-5m",
            "10 parsecs",
            "99999d",
            "0.0001ms",
            "１0m",
        ] {
            assert_eq!(duration_ms(text), None, "{text}");
        }
        for ms in [0, 1, 90_000, 600_000, 21_600_000, 172_800_000, 61_001] {
            assert_eq!(duration_ms(&show_duration(ms)), Some(ms));
        }
    }

    #[test]
    fn days_hours_and_offsets_are_read_as_written() {
        assert_eq!(day_of_year("04-15"), Some(415));
        assert_eq!(day_of_year("02-30"), None);
        assert_eq!(minute_of_day("24:00"), Some(1440));
        assert_eq!(minute_of_day("24:01"), None);
        for text in ["+08:00", "-05:30", "+00:00"] {
            assert_eq!(offset_min(text).map(show_offset).as_deref(), Some(text));
        }
        assert_eq!(offset_min("8"), None);
        assert_eq!(permille("20 %"), Some(200));
        assert_eq!(permille("120 %"), None);
        let midnight = day_or_instant("2026-07-16", 480);
        assert_eq!(midnight, "2026-07-16T00:00:00+08:00".parse().ok());
        assert_eq!(day_or_instant("2026-07-32", 480), None);
        assert_eq!(day_or_instant("一二三", 480), None);
    }

    #[test]
    fn values_carry_the_unit_of_their_quantity() {
        assert!(matches!(value("0.15 m", "m", Decimals(2)), Ok(15)));
        assert!(matches!(value("-3m3/s", "m3/s", Decimals(0)), Ok(-3)));
        assert!(matches!(value("7", "", Decimals(0)), Ok(7)));
        assert!(matches!(
            value("15 cm", "m", Decimals(2)),
            Err(BadValue::Unit)
        ));
        assert!(matches!(
            value("0.155 m", "m", Decimals(2)),
            Err(BadValue::Number(_))
        ));
        assert_eq!(length_mm("10 km"), Some(10_000_000));
        assert_eq!(length_mm("10"), None);
    }
}
