//! Whatever a device sends is an observation or a refusal with a reason; the same observation
//! written and read again is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocols::json;

fuzz_target!(|body: &[u8]| {
    for piece in json::pieces(body) {
        let _seen = piece;
    }
    match json::decode(body) {
        Ok(observation) => {
            let mut again = Vec::new();
            json::encode(&observation, &mut again);
            let read = json::decode(&again).expect("what we write can be read");
            assert_eq!(format!("{read:?}"), format!("{observation:?}"));
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
});
