//! The four national warning levels.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A warning level: 1 blue Ⅳ, 2 yellow Ⅲ, 3 orange Ⅱ, 4 red Ⅰ. On the wire it is the digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    Blue = 1,
    Yellow = 2,
    Orange = 3,
    Red = 4,
}

impl Level {
    /// All levels, mildest first.
    pub const ALL: [Level; 4] = [Level::Blue, Level::Yellow, Level::Orange, Level::Red];

    /// The level of a digit 1 to 4.
    pub const fn from_digit(digit: u8) -> Option<Level> {
        match digit {
            1 => Some(Level::Blue),
            2 => Some(Level::Yellow),
            3 => Some(Level::Orange),
            4 => Some(Level::Red),
            _ => None,
        }
    }

    /// The digit 1 to 4.
    pub const fn digit(self) -> u8 {
        self as u8
    }

    /// The place of this level in an array of four.
    pub const fn index(self) -> usize {
        self as usize - 1
    }
}

/// The digit of a level that may be absent: 0 for none.
pub const fn digit(level: Option<Level>) -> u8 {
    match level {
        Some(level) => level.digit(),
        None => 0,
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_u8(self.digit())
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Level, D::Error> {
        let digit = u8::deserialize(input)?;
        Level::from_digit(digit).ok_or_else(|| {
            serde::de::Error::custom("a level is 1 blue, 2 yellow, 3 orange or 4 red")
        })
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Level {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .enum_values(Some(Level::ALL.map(Level::digit)))
            .into()
    }
}
#[cfg(feature = "schema")]
impl utoipa::ToSchema for Level {}
