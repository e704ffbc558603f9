//! Whatever a device sends is an observation or a refusal with a reason; the same observation
//! written and read again is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocols::json;

fuzz_target!(|body: &[u8]| {
    let pieces = json::pieces(body, usize::MAX).expect("as many as there are");
    for piece in &pieces {
        assert!(body[piece.at..].starts_with(piece.body));
    }
    let most = pieces.len();
    assert_eq!(json::pieces(body, most), Ok(pieces));
    assert!(most == 0 || json::pieces(body, most - 1).is_err());
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
