//! A value as bytes that are the same where the value is, and others where it is another: for hashing, in a
//! fraction of the time its JSON takes. Nothing reads them back.
//!
//! Each value begins with a byte that says its kind and is as long as it says or ends with a mark of its own, so
//! that no two values have the same bytes.

use serde::de::value::Error;
use serde::ser::{self, Serialize};

const NONE: u8 = 0;
const SOME: u8 = 1;
const UNIT: u8 = 2;
const BOOL: u8 = 3;
const NUMBER: u8 = 4;
const REAL: u8 = 5;
const TEXT: u8 = 6;
const BYTES: u8 = 7;
const VARIANT: u8 = 8;
const LIST: u8 = 9;
const NAMED: u8 = 10;
const CLOSE: u8 = 11;

/// Writes `value` behind what stands in `bytes`.
///
/// # Errors
/// When the value itself refuses to be written.
pub(crate) fn imprint(value: &impl Serialize, bytes: &mut Vec<u8>) -> Result<(), Error> {
    value.serialize(Imprint(bytes))
}

struct Imprint<'b>(&'b mut Vec<u8>);

impl<'b> Imprint<'b> {
    fn put(self, kind: u8, content: &[u8]) -> Result<(), Error> {
        self.0.push(kind);
        self.0.extend_from_slice(content);
        Ok(())
    }

    fn long(self, kind: u8, content: &[u8]) -> Result<(), Error> {
        self.0.push(kind);
        self.0
            .extend_from_slice(&(content.len() as u64).to_le_bytes());
        self.0.extend_from_slice(content);
        Ok(())
    }

    fn open(self, kind: u8) -> Result<Parts<'b>, Error> {
        self.0.push(kind);
        Ok(Parts(self.0))
    }

    fn variant(self, index: u32) -> Imprint<'b> {
        self.0.push(VARIANT);
        self.0.extend_from_slice(&index.to_le_bytes());
        self
    }
}

/// The parts of a list, a map or a struct.
struct Parts<'b>(&'b mut Vec<u8>);

impl Parts<'_> {
    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Imprint(self.0))
    }

    fn named<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        Imprint(self.0).long(TEXT, name.as_bytes())?;
        self.part(value)
    }

    fn close(self) -> Result<(), Error> {
        self.0.push(CLOSE);
        Ok(())
    }
}

macro_rules! numbers {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<(), Error> {
            self.put(NUMBER, &i128::from(value).to_le_bytes())
        })*
    };
}

impl<'b> ser::Serializer for Imprint<'b> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'b>;
    type SerializeTuple = Parts<'b>;
    type SerializeTupleStruct = Parts<'b>;
    type SerializeTupleVariant = Parts<'b>;
    type SerializeMap = Parts<'b>;
    type SerializeStruct = Parts<'b>;
    type SerializeStructVariant = Parts<'b>;

    numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    );

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.long(NUMBER, &value.to_le_bytes())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.put(BOOL, &[u8::from(value)])
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.put(REAL, &value.to_bits().to_le_bytes())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.long(TEXT, value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.long(BYTES, value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.put(NONE, &[])
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.0.push(SOME);
        value.serialize(Imprint(self.0))
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.put(UNIT, &[])
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.put(UNIT, &[])
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
    ) -> Result<(), Error> {
        self.variant(index).put(UNIT, &[])
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self.variant(index))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'b>, Error> {
        self.open(LIST)
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'b>, Error> {
        self.open(LIST)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'b>, Error> {
        self.open(LIST)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'b>, Error> {
        self.variant(index).open(LIST)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'b>, Error> {
        self.open(NAMED)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'b>, Error> {
        self.open(NAMED)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'b>, Error> {
        self.variant(index).open(NAMED)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! elements {
    ($($trait:ident: $name:ident),*) => {
        $(impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = Error;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.part(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })*
    };
}

elements!(
    SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
                self.named(name, value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.part(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.part(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::Value;

    use super::*;

    fn bytes(value: &impl Serialize) -> Vec<u8> {
        let mut bytes = Vec::new();
        imprint(value, &mut bytes).unwrap();
        bytes
    }

    #[derive(Clone, Debug, Serialize)]
    struct Part {
        #[serde(skip_serializing_if = "Option::is_none")]
        one: Option<u8>,
        #[serde(skip_serializing_if = "Option::is_none")]
        other: Option<u8>,
        at: model::Time,
        #[serde(flatten)]
        kind: Kind,
    }

    #[derive(Clone, Debug, Serialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Kind {
        Bare,
        With { word: String },
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3i64..3).prop_map(Value::from),
            "[ab]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[ab]{0,2}", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn any_part() -> impl Strategy<Value = Part> {
        let byte = || proptest::option::of(0u8..3);
        let kind = prop_oneof![
            Just(Kind::Bare),
            "[ab]{0,2}".prop_map(|word| Kind::With { word })
        ];
        (byte(), byte(), 0i64..3, kind).prop_map(|(one, other, ms, kind)| Part {
            one,
            other,
            at: model::Time::from_ms(1_787_300_000_000 + ms),
            kind,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn two_values_have_the_same_bytes_just_where_they_have_the_same_json(one in any_json(), other in any_json()) {
            prop_assert_eq!(one == other, bytes(&one) == bytes(&other));
        }

        #[test]
        fn fields_that_are_left_out_are_told_apart(one in any_part(), other in any_part()) {
            let json = |part: &Part| serde_json::to_string(part).unwrap();
            prop_assert_eq!(json(&one) == json(&other), bytes(&one) == bytes(&other));
        }
    }
}
