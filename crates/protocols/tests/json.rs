//! The JSON dialect's laws: any bytes are answered, and what we write we read.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use model::Time;
use model::intake::Quality;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use protocols::json::{Lead, Observation, decode, encode, pieces};

fn observation() -> impl Strategy<Value = (String, String, String, Rest)> {
    let rest = (
        0i64..4_000_000_000_000,
        proptest::option::of(0i64..4_000_000_000_000),
        any::<u16>(),
        proptest::option::of("[^\\x00]{0,6}"),
        any::<Option<u64>>(),
        0u8..4,
    );
    (
        "\\PC{1,12}",
        "[a-z_@0-9\"\\\\/\t]{1,8}",
        "-?(0|[1-9][0-9]{0,6})(\\.[0-9]{1,4})?([eE][+-]?[0-9])?",
        rest,
    )
}

type Rest = (i64, Option<i64>, u16, Option<String>, Option<u64>, u8);

fn assemble<'a>(
    (station, quantity, value, rest): &'a (String, String, String, Rest),
) -> Observation<'a> {
    let quality = Quality::from_byte(rest.5).expect("0 to 3 are qualities");
    Observation {
        station: Cow::Borrowed(station),
        quantity: Cow::Borrowed(quantity),
        value: (quality != Quality::Missing).then_some(value.as_str()),
        time: Time::from_ms(rest.0),
        received: rest.1.map(Time::from_ms),
        revision: rest.2,
        unit: rest.3.as_deref().map(Cow::Borrowed),
        seq: rest.4,
        quality,
    }
}

/// Bytes that look enough like a body to get past the first checks.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u00e9",
        "\n",
        " ",
        "null",
        "true",
        "NaN",
        "-",
        "1",
        "1.50",
        "1e9",
        "0",
        "\"station\"",
        "\"quantity\"",
        "\"value\"",
        "\"time\"",
        "\"received\"",
        "\"revision\"",
        "\"unit\"",
        "\"seq\"",
        "\"quality\"",
        "\"good\"",
        "\"missing\"",
        "\"a\"",
        "{\"station\":\"a\"",
        ",\"quantity\":\"q\"",
        ",\"value\":1.5",
        ",\"time\":\"2026-07-15T08:05:00Z\"",
        "\"2026-07-15T08:05:00+08:00\"",
        ",\"revision\":1",
        ",\"value\":1.5",
        "é",
        "\u{0}",
        "}\n",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(words, 0..24).prop_map(|words| words.concat().into_bytes()),
    ]
}

/// A body with up to three of its bytes changed, cut or doubled.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 0..4);
    (observation(), edits).prop_map(|(parts, edits)| {
        let mut body = Vec::new();
        encode(&assemble(&parts), &mut body);
        for (at, byte, kind) in edits {
            let at = at.index(body.len().max(1));
            match kind {
                0 if at < body.len() => body[at] = byte,
                1 => body.truncate(at),
                _ => body.insert(at.min(body.len()), byte),
            }
        }
        body
    })
}

/// Whoever knows the series reads the same, or leaves it to the long way.
fn leads_to_the_same(body: &[u8]) {
    let names = decode(body).map(|read| (read.station.to_string(), read.quantity.to_string()));
    // Also where nothing can be read of it, nothing may be.
    let names = names.unwrap_or_else(|_| ("a".to_owned(), "q".to_owned()));
    let Some(lead) = Lead::of(&names.0, &names.1) else {
        return;
    };
    let Some((value, time)) = lead.read(body) else {
        return;
    };
    let bare = Observation {
        station: Cow::Borrowed(&names.0),
        quantity: Cow::Borrowed(&names.1),
        value: Some(value),
        time,
        received: None,
        revision: 0,
        unit: None,
        seq: None,
        quality: Quality::Good,
    };
    assert_eq!(decode(body).as_ref(), Ok(&bare));
}

fn answers_any(body: &[u8]) {
    leads_to_the_same(body);
    match decode(body) {
        Ok(read) => {
            let mut again = Vec::new();
            encode(&read, &mut again);
            assert_eq!(
                decode(&again).as_ref(),
                Ok(&read),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        Err(bad) => {
            assert!(bad.at <= body.len());
            let text = bad.text();
            assert!(!text.zh.is_empty() && !text.en.is_empty());
        }
    }
    for piece in pieces(body, usize::MAX).expect("as many as there are") {
        assert!(body[piece.at..].starts_with(piece.body));
    }
    // A space in front forces the long way: both must say the same.
    let mut spaced = vec![b' '];
    spaced.extend_from_slice(body);
    match (decode(body), decode(&spaced)) {
        (Ok(short), Ok(long)) => assert_eq!(short, long),
        (Err(short), Err(long)) => assert_eq!(short.flaw, long.flaw),
        (short, long) => panic!(
            "{short:?} against {long:?} for {}",
            String::from_utf8_lossy(body)
        ),
    }
}

proptest! {
    #![proptest_config(Config::with_cases(2000))]

    #[test]
    fn what_is_written_is_read(parts in observation()) {
        let observation = assemble(&parts);
        let mut body = Vec::new();
        encode(&observation, &mut body);
        prop_assert_eq!(decode(&body).expect("own writing is readable"), observation);
        answers_any(&body);
    }

    #[test]
    fn the_usual_message_is_led_to(
        names in ("\\PC{1,12}", "[a-z_@0-9]{1,8}"),
        value in "-?(0|[1-9][0-9]{0,6})(\\.[0-9]{1,4})?",
        ms in 0i64..4_000_000_000_000,
    ) {
        let parts = (names.0, names.1, value, (ms, None, 0, None, None, 0));
        let observation = assemble(&parts);
        let mut body = Vec::new();
        encode(&observation, &mut body);
        if let Some(lead) = Lead::of(&parts.0, &parts.1) {
            let read = lead.read(&body);
            prop_assert_eq!(read, Some((parts.2.as_str(), observation.time)));
        }
        answers_any(&body);
    }

    #[test]
    fn any_bytes_are_answered(body in nearly()) {
        answers_any(&body);
    }

    #[test]
    fn damage_is_answered(body in damaged()) {
        answers_any(&body);
    }

    /// A bad element is one piece, and all others are what they are without it.
    #[test]
    fn a_bad_element_harms_no_other(
        values in prop::collection::vec(value(), 0..6),
        bad in prop::sample::select(vec!["NaN", "{\"value\":-Infinity}", "{\"value\":1", "{\"a\":\"cut}", "x y"]),
        at in any::<prop::sample::Index>(),
    ) {
        let mut texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        let at = at.index(texts.len() + 1);
        // What is cut off is told from what follows by the object behind it.
        if let Some(next) = texts.get_mut(at) {
            *next = format!("{{\"next\":{next}}}");
            texts.insert(at, bad.to_owned());
            let body = format!("[{}]", texts.join(","));
            let found = pieces(body.as_bytes(), usize::MAX).expect("as many as there are");
            let found: Vec<_> = found.iter().map(|piece| piece.body).collect();
            let wanted: Vec<_> = texts.iter().map(|text| text.as_bytes()).collect();
            prop_assert_eq!(found, wanted, "{}", body);
        }
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ a-z,{}\\[\\]\"\\\\:\n]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z,{]{0,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Random bodies for as long as `WATCHFIRE_FUZZ_SECONDS` says; a tenth of a second when it says nothing.
#[test]
fn fuzz() {
    let seconds = std::env::var("WATCHFIRE_FUZZ_SECONDS")
        .ok()
        .and_then(|s| s.parse().ok());
    let end = Instant::now() + Duration::from_secs_f64(seconds.unwrap_or(0.1));
    let mut runner = TestRunner::new(Config {
        cases: 256,
        failure_persistence: None,
        ..Config::default()
    });
    while Instant::now() < end {
        let any = prop_oneof![nearly(), damaged()];
        runner
            .run(&any, |body| {
                answers_any(&body);
                Ok(())
            })
            .expect("any bytes are answered");
    }
}
