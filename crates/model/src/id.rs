//! Identities. Slots are positions inside one process; every other id means the same for ever.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

macro_rules! slot {
    ($(#[$doc:meta])* $name:ident($int:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $int);

        impl $name {
            /// The slot as an index into its table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

slot!(
    /// Position of a jurisdiction among those of this process, in the order the journal met them.
    JurisdictionSlot(u16)
);
slot!(
    /// Position of a station in its jurisdiction's [`crate::Config`].
    StationSlot(u32)
);
slot!(
    /// Position of a series in its jurisdiction's [`crate::Config`].
    SeriesSlot(u32)
);
slot!(
    /// Position of a rule in its jurisdiction's [`crate::Config`].
    RuleSlot(u16)
);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A person of the site, by an id that says nothing about them.
    PersonId
);
text_id!(
    /// A group of people set up beforehand.
    GroupId
);
text_id!(
    /// One press of one person, minted where it was made; repeating it is harmless.
    OpId
);
text_id!(
    /// A command; the op id of the press that issued it.
    CommandId
);
text_id!(
    /// One assignee's part of a command: `<command>.<person>`.
    TaskId
);
text_id!(
    /// A duty that somebody holds at every hour.
    PostId
);
text_id!(
    /// One escalation on its way: `<situation>-<policy>-<n>`, or the op of a roll-call.
    RunId
);
text_id!(
    /// One attempt to reach one person on one channel; derived from content (run, round, step,
    /// person, channel), so that a repeat bears the same id.
    PageId
);

impl TaskId {
    /// The task that `command` makes for `person`.
    pub fn of(command: &CommandId, person: &PersonId) -> TaskId {
        TaskId(format!("{command}.{person}"))
    }
}

/// Longest op id accepted, in bytes.
pub const MAX_OP_ID: usize = 64;

/// An alarm for ever: hash of jurisdiction, rule, subject and hazard, never of level or text.
///
/// Text form: 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlarmKey(pub u64);

impl AlarmKey {
    /// The key of the alarm that `rule` raises on `subject`.
    pub fn of(jurisdiction: &str, rule: &str, subject: &str, hazard: &str) -> AlarmKey {
        AlarmKey(first_of([jurisdiction, rule, subject, hazard]))
    }
}

/// The first eight bytes of the hash over parts, each with its length.
fn first_of(parts: [&str; 4]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut first = [0u8; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

/// A situation: hash of jurisdiction, hazard, area and storm.
///
/// Text form: 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SituationId(pub u64);

impl SituationId {
    /// The situation of `hazard` in an area (kind and code) during the `storm`-th storm.
    pub fn of(jurisdiction: &str, hazard: &str, area: &str, storm: u64) -> SituationId {
        let storm = storm.to_string();
        SituationId(first_of([jurisdiction, hazard, area, &storm]))
    }
}

/// A key made of a hash: 16 hexadecimal digits as text, a number in packed forms.
macro_rules! hash_key {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<$name, Self::Err> {
                u64::from_str_radix(text, 16).map($name)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                if out.is_human_readable() {
                    out.collect_str(self)
                } else {
                    out.serialize_u64(self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<$name, D::Error> {
                if input.is_human_readable() {
                    // A tagged enum buffers its content and then claims to be text even when it was packed.
                    input.deserialize_any(TextOrNumber).map($name)
                } else {
                    u64::deserialize(input).map($name)
                }
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some("^[0-9a-f]{16}$"))
                    .into()
            }
        }
        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $name {}
    };
}

hash_key!(AlarmKey);
hash_key!(SituationId);

struct TextOrNumber;

impl serde::de::Visitor<'_> for TextOrNumber {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("16 hexadecimal digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<u64, E> {
        u64::from_str_radix(text, 16).map_err(E::custom)
    }

    fn visit_u64<E>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }
}

/// What stands in a chained entry for something that may have to be erased: free text, a position,
/// a photo. SHA-256 of a random salt and the content, in hex; the content lies in `blobs/` under it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Seal(pub String);

impl Seal {
    /// The seal of `content` under `salt`.
    pub fn of(salt: &[u8; 16], content: &[u8]) -> Seal {
        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update(content);
        Seal(hex::encode(hash.finalize()))
    }

    /// Whether this is 64 lower-case hexadecimal digits, fit to be a file name.
    pub fn is_sound(&self) -> bool {
        self.0.len() == 64
            && self
                .0
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }
}
