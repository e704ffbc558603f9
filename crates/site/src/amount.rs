//! Durations and values as people write them, with their units.

use model::{Decimals, Fixed};

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
