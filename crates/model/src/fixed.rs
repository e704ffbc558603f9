//! Fixed-point values: a whole number of the smallest step that a quantity declares.

use serde::{Deserialize, Serialize};

/// A value as a whole number of steps of `10^-decimals`; which decimals, its quantity says.
pub type Fixed = i64;

/// How many decimal places a quantity has, at most [`Decimals::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Decimals(pub u8);

/// Why a decimal text cannot be taken as a value of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    #[error("not a finite decimal number")]
    NotANumber,
    #[error("more decimals than this quantity declares; nothing is rounded in silence")]
    TooManyDecimals,
    #[error("number out of range")]
    OutOfRange,
}

/// A day of one reading a second still sums without overflow: 9e18 / 86,400 > 1e14.
const LIMIT: i64 = 100_000_000_000_000;

impl Decimals {
    /// More places than any gauge of a county reports.
    pub const MAX: u8 = 9;

    /// Reads a JSON number (also `1.20`, `1e3`) exactly; trailing zeros do not count as decimals.
    ///
    /// # Errors
    /// [`BadNumber`] for what is no finite number, has more decimals than declared, or is too large.
    pub fn parse(self, text: &str) -> Result<Fixed, BadNumber> {
        let (mantissa, exponent) = split_exponent(text)?;
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) {
            return Err(BadNumber::NotANumber);
        }
        if digits.contains('.') && fraction.is_empty() {
            return Err(BadNumber::NotANumber);
        }
        // The value is `digits` × 10^shift steps; zeros at the end of the digits may be given away.
        let mut shift = i64::from(self.0) + exponent - fraction.len() as i64;
        let mut steps: i64 = 0;
        let mut zeros = 0i64;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if byte == b'0' {
                zeros += 1;
                continue;
            }
            steps = scale(steps, zeros + 1)?.saturating_add(i64::from(byte - b'0'));
            zeros = 0;
        }
        shift += zeros;
        if steps == 0 {
            return Ok(0);
        }
        if shift < 0 {
            return Err(BadNumber::TooManyDecimals);
        }
        let steps = scale(steps, shift)?;
        Ok(if negative { -steps } else { steps })
    }

    /// Writes a value with exactly the declared places, as `12.30`.
    pub fn show(self, value: Fixed) -> String {
        let places = usize::from(self.0);
        if places == 0 {
            return value.to_string();
        }
        let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        format!("{}{whole}.{fraction}", if value < 0 { "-" } else { "" })
    }

    /// The value as a float, for drawing only; nothing is ever decided on it.
    pub fn to_f64(self, value: Fixed) -> f64 {
        value as f64 / 10f64.powi(i32::from(self.0))
    }

    /// The number of decimals a text needs: 2 for `1.20` is 1 because zeros carry nothing.
    pub fn needed(text: &str) -> Option<u8> {
        (0..=Self::MAX).find(|n| Decimals(*n).parse(text).is_ok())
    }
}

fn split_exponent(text: &str) -> Result<(&str, i64), BadNumber> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Ok((text, 0));
    };
    let exponent: i64 = exponent.parse().map_err(|_| BadNumber::NotANumber)?;
    if exponent.abs() > 400 {
        return Err(BadNumber::OutOfRange);
    }
    Ok((mantissa, exponent))
}

/// Multiplies by a power of ten, refusing what leaves the range that sums are made for.
fn scale(value: i64, powers: i64) -> Result<i64, BadNumber> {
    if value == 0 {
        return Ok(0);
    }
    let mut value = value;
    for _ in 0..powers.min(40) {
        value = value
            .checked_mul(10)
            .filter(|v| *v < LIMIT)
            .ok_or(BadNumber::OutOfRange)?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_decimals_exactly_or_says_why_not() {
        let two = Decimals(2);
        assert_eq!(two.parse("1.2"), Ok(120));
        assert_eq!(two.parse("-0.05"), Ok(-5));
        assert_eq!(two.parse("1.200"), Ok(120));
        assert_eq!(two.parse("1e2"), Ok(10_000));
        assert_eq!(two.parse("12.5e-1"), Ok(125));
        assert_eq!(two.parse("1.205"), Err(BadNumber::TooManyDecimals));
        assert_eq!(two.parse("1e300"), Err(BadNumber::OutOfRange));
        for text in [
            "", "-", ".5", "5.", "NaN", "Infinity", "1,2", "0x1", "--1", "1e",
        ] {
            assert_eq!(two.parse(text), Err(BadNumber::NotANumber), "{text}");
        }
    }

    proptest! {
        #[test]
        fn show_and_parse_are_inverse(value in -LIMIT + 1..LIMIT, places in 0u8..=9) {
            let decimals = Decimals(places);
            prop_assert_eq!(decimals.parse(&decimals.show(value)), Ok(value));
        }
    }
}
