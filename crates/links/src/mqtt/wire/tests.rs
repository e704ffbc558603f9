#![allow(clippy::unwrap_used)]
use super::*;

const HELLO_3: &[u8] = b"\0\x04MQTT\x04\xc6\0\x3c\0\x03abc\0\x01w\0\x01m\0\x01u\0\x01p";
const HELLO_5: &[u8] =
    b"\0\x04MQTT\x05\xc6\0\x3c\x08\x11\0\0\0\x3c\x21\x10\0\0\x03abc\0\0\x01w\0\x01m\0\x01u\0\x01p";

/// One sound body of each packet a client sends.
const SAMPLES: [&[u8]; 12] = [
    HELLO_3,
    HELLO_5,
    b"\0\x05obs/a\0\x01{}",
    b"\0\x05obs/a\0\x01\x03\x23\0\x01{}",
    b"\0\x01\0\x03a/b\x01",
    b"\0\x01\0\0\x03a/b\x01",
    b"\0\x01\0\x03a/b",
    b"\0\x01\0\0\x03a/b",
    b"\0\x01",
    b"\0\x01\x10\0",
    b"\0\x05\x11\0\0\0\x01",
    b"",
];

/// What a packet is answered with, whatever was decided on it.
fn answer(version: Version, packet: &Packet) -> Vec<u8> {
    match packet {
        Packet::Ping => pong(),
        Packet::Release(id) => complete(version, *id),
        Packet::Subscribe { id, filters } => {
            let granted = |filter: &Filter| Granted::Yes {
                acknowledged: filter.acknowledged,
            };
            let granted: Vec<Granted> = filters.iter().map(granted).collect();
            subscribed(version, *id, &granted)
        }
        Packet::Unsubscribe { id, filters } => {
            let existed: Vec<bool> = filters.iter().map(|filter| !filter.is_empty()).collect();
            unsubscribed(version, *id, &existed)
        }
        Packet::Taken(_) | Packet::Disconnect { .. } => Vec::new(),
    }
}

/// Everything that reads what a client sent, and the answer to it; it may be refused, and that is all.
fn read(bytes: &[u8]) {
    let _head = head(bytes);
    let _hello = hello(bytes);
    let first = bytes.first().copied().unwrap_or(0);
    for version in [Version::V3, Version::V5] {
        if let Ok(publish) = Publish::parse(version, first & 0x0f, bytes) {
            let _read = (
                publish.topic(),
                publish.body(),
                publish.id(),
                publish.alias(),
            );
        }
        if let Ok(publish) = Publish::parse(version, 0b0010, bytes) {
            let _read = (
                publish.topic(),
                publish.body(),
                publish.id(),
                publish.alias(),
            );
        }
        for kind in 0..16 {
            if let Ok(packet) = packet(version, kind << 4 | first & 0x0f, bytes) {
                let _answer = answer(version, &packet);
            }
        }
    }
}

#[test]
fn sound_packets_are_read() {
    assert_eq!(hello(HELLO_3).unwrap().user.as_deref(), Some("u"));
    assert_eq!(hello(HELLO_5).unwrap().receive_maximum, Some(0x1000));
    let publish = Publish::parse(Version::V5, 0b0010, SAMPLES[3]).unwrap();
    assert_eq!((publish.topic(), publish.alias()), ("obs/a", Some(1)));
    assert!(packet(Version::V3, 0x82, SAMPLES[4]).is_ok());
    assert!(packet(Version::V5, 0x82, SAMPLES[5]).is_ok());
}

#[test]
fn an_answer_is_as_long_as_the_client_takes_it() {
    let bounded = b"\0\x04MQTT\x05\x02\0\0\x07\x27\0\0\0\x06\x17\0\0\x01a";
    let terms = hello(bounded).unwrap().terms;
    assert_eq!((terms.most_packet, terms.reasons), (6, false));
    let plain = Terms::of(Version::V5);
    assert_eq!(hello(HELLO_5).unwrap().terms, plain);
    for qos2 in [false, true] {
        let written = |terms| {
            let mut out = Vec::new();
            Acks::new(terms).write(7, qos2, Verdict::BadTopic, &mut out);
            out
        };
        let long = written(plain);
        assert!(long.len() > 30 && long[4] == 0x90, "{long:?}");
        for reasons in [true, false] {
            let short = written(Terms { reasons, ..terms });
            assert!(short.len() <= 6 && short[2..5] == [0, 7, 0x90], "{short:?}");
        }
        let silent = written(Terms {
            reasons: false,
            ..plain
        });
        assert_eq!(silent, written(terms), "nobody asked for words");
        let least = written(Terms {
            most_packet: 4,
            ..terms
        });
        assert_eq!(least[1..], [2, 0, 7], "it is acknowledged all the same");
    }
}

#[test]
fn a_packet_whose_answer_could_not_be_built_is_malformed() {
    let check = |version, first, body: &[u8]| {
        assert!(packet(version, first, body).is_ok(), "{body:?}");
        let without = [&[0, 0], &body[2..]].concat();
        assert_eq!(
            packet(version, first, &without),
            Err(MqttError::MalformedPacket)
        );
    };
    check(Version::V3, 0x82, SAMPLES[4]);
    check(Version::V5, 0x82, SAMPLES[5]);
    check(Version::V3, 0xa2, SAMPLES[6]);
    check(Version::V5, 0xa2, SAMPLES[7]);
}

/// Sound packets with some bytes changed, for as long as `WATCHFIRE_FUZZ_SECONDS` says; a tenth of a
/// second when it says nothing.
#[test]
fn fuzz() {
    let word = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let most = std::time::Duration::from_millis(
        word("WATCHFIRE_FUZZ_SECONDS").map_or(100, |seconds| seconds * 1000),
    );
    let mut seed = word("WATCHFIRE_SEED").unwrap_or(1);
    let mut below = |n: usize| {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    };
    let begun = std::time::Instant::now();
    while begun.elapsed() < most {
        let mut bytes = SAMPLES[below(SAMPLES.len())].to_vec();
        for _ in 0..below(4) {
            let any = [0, 1, 2, 0x11, 0x26, 0x7f, 0x80, 0xff, below(256) as u8][below(9)];
            match below(3) {
                0 => bytes.push(any),
                1 => bytes.insert(below(bytes.len() + 1), any),
                _ if bytes.is_empty() => {}
                _ => {
                    let place = below(bytes.len());
                    bytes[place] = any;
                }
            }
        }
        bytes.truncate(bytes.len() - below(2) * below(bytes.len() + 1));
        read(&bytes);
    }
}
