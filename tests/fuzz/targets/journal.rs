//! Whatever lies in a journal record is a record or an error; what was read is written the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::codec::{Tag, decode, encode};

fuzz_target!(|bytes: &[u8]| {
    let [kind, version, payload @ ..] = bytes else {
        return;
    };
    let tag = Tag {
        kind: *kind,
        version: *version,
    };
    let Ok(record) = decode(tag, payload) else {
        return;
    };
    let mut again = Vec::new();
    let tag = encode(&record, &mut again);
    let read = decode(tag, &again).expect("what we write can be read");
    assert_eq!(read, record);
});
