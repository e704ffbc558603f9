//! Devices at the front door: what they send is on disk when it is acknowledged, whatever they send.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm
)]

mod common;

use std::io::Write;
use std::time::Duration;

use common::{County, Device, rain};
use links::mqtt::FrontDoor;
use model::config::Clock;
use model::intake::Refusal;
use mqtt_protocol_core::mqtt::packet::Qos;
use proptest::prelude::*;
use rumqttc::QoS;

const V: Clock = Clock::Wall;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// (topic, body, what it is counted as)
fn mixture() -> Vec<(String, String, Option<Refusal>)> {
    let (topic, good) = rain(1, 1, "1.2");
    let body = |from: &str, to: &str| good.replace(from, to);
    let malformed = Some(Refusal::Malformed);
    vec![
        (topic.clone(), good.clone(), None),
        (topic.clone(), good[..good.len() - 9].to_owned(), malformed),
        (topic.clone(), body("1.2", "\"high\""), malformed),
        (topic.clone(), body("1.2", "1.234"), malformed),
        (topic.clone(), body("1.2", "9999"), malformed),
        (topic.clone(), body("1.2", "1.2,\"unit\":\"in\""), malformed),
        (topic.clone(), body("0000-R0001", "0000-R0002"), malformed),
        (
            topic.clone(),
            body("2026-07-15", "2199-07-15"),
            Some(Refusal::Future),
        ),
        (topic.clone(), body("1.2", "1.3"), Some(Refusal::Conflict)),
        (
            "obs/0000-R0001/wind".into(),
            body("rain", "wind"),
            Some(Refusal::Unknown),
        ),
        (
            "obs/9999-X/rain".into(),
            body("0000-R0001", "9999-X"),
            Some(Refusal::Unknown),
        ),
        ("elsewhere".into(), good.clone(), malformed),
        (
            topic.clone(),
            format!("{good}{}", " ".repeat(70_000)),
            Some(Refusal::Oversized),
        ),
    ]
}

#[test]
fn whatever_a_3_1_1_client_sends_is_confirmed_and_counted() {
    runtime().block_on(async {
        let county = County::start(V).await;
        let mut options =
            rumqttc::MqttOptions::new("gateway", "127.0.0.1", county.address().port());
        options.set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut events) = rumqttc::AsyncClient::new(options, 100);
        let mixture = mixture();
        for (topic, body, _) in &mixture {
            client
                .publish(topic, QoS::AtLeastOnce, false, body.as_bytes())
                .await
                .unwrap();
        }
        let (topic, body) = rain(2, 1, "2");
        client
            .publish(&topic, QoS::ExactlyOnce, false, body.as_bytes())
            .await
            .unwrap();
        client
            .publish(&topic, QoS::AtMostOnce, false, body.as_bytes())
            .await
            .unwrap();
        let (mut acks, mut complete) = (0, 0);
        while acks < mixture.len() || complete < 1 {
            match events.poll().await.unwrap() {
                rumqttc::Event::Incoming(rumqttc::Packet::PubAck(_)) => acks += 1,
                rumqttc::Event::Incoming(rumqttc::Packet::PubComp(_)) => complete += 1,
                _ => {}
            }
        }
        client
            .publish(&topic, QoS::AtLeastOnce, false, body.as_bytes())
            .await
            .unwrap();
        while !matches!(
            events.poll().await.unwrap(),
            rumqttc::Event::Incoming(rumqttc::Packet::PubAck(_))
        ) {}
        let counts = county.counts("mqtt").await;
        let wanted = |kind| mixture.iter().filter(|m| m.2 == Some(kind)).count() as u64;
        assert_eq!((counts.accepted, counts.duplicate, counts.late), (2, 2, 0));
        assert_eq!(counts.refused.malformed, wanted(Refusal::Malformed));
        assert_eq!(counts.refused.unknown, wanted(Refusal::Unknown));
        assert_eq!(counts.refused.future, wanted(Refusal::Future));
        assert_eq!(counts.refused.conflict, wanted(Refusal::Conflict));
        assert_eq!(counts.refused.oversized, wanted(Refusal::Oversized));
        county.end().await;
    });
}

#[test]
fn a_version_5_client_is_confirmed_too() {
    use rumqttc::v5::{AsyncClient, Event, Incoming, MqttOptions, mqttbytes::QoS};
    runtime().block_on(async {
        let county = County::start(V).await;
        let options = MqttOptions::new("gateway5", "127.0.0.1", county.address().port());
        let (client, mut events) = AsyncClient::new(options, 100);
        for minute in 0..20 {
            let (topic, body) = rain(3, minute, "0.5");
            client
                .publish(topic, QoS::AtLeastOnce, false, body)
                .await
                .unwrap();
        }
        let (topic, body) = rain(4, 0, "0.5");
        client
            .publish(topic, QoS::ExactlyOnce, false, body)
            .await
            .unwrap();
        let (mut acks, mut complete) = (0, 0);
        while acks < 20 || complete < 1 {
            match events.poll().await.unwrap() {
                Event::Incoming(Incoming::ConnAck(ack)) => {
                    let said = ack.properties.unwrap();
                    assert_eq!(said.receive_max, Some(4_096));
                    assert_eq!(said.retain_available, Some(0));
                }
                Event::Incoming(Incoming::PubAck(_)) => acks += 1,
                Event::Incoming(Incoming::PubComp(_)) => complete += 1,
                _ => {}
            }
        }
        assert_eq!(county.counts("mqtt").await.accepted, 21);
        county.end().await;
    });
}

#[test]
fn a_version_5_client_hears_why() {
    let rt = runtime();
    let county = rt.block_on(County::start(V));
    let mut device = Device::knock(county.address());
    let hello = mqtt_protocol_core::mqtt::packet::v5_0::Connect::builder();
    let hello = hello
        .client_id("d")
        .unwrap()
        .clean_start(true)
        .build()
        .unwrap();
    device.0.write_all(&hello.to_continuous_buffer()).unwrap();
    assert_eq!(device.packet().0, 0x20);
    let codes = mixture()
        .iter()
        .zip(1u16..)
        .map(|((topic, body, kind), id)| {
            device
                .0
                .write_all(&Device::publish_v5(id, topic, body.as_bytes()))
                .unwrap();
            let (first, answer) = device.packet();
            assert_eq!((first, &answer[..2]), (0x40, &id.to_be_bytes()[..]));
            (*kind, answer.get(2).copied().unwrap_or(0))
        })
        .collect::<Vec<_>>();
    for (kind, code) in codes {
        match kind {
            None => assert_eq!(code, 0),
            Some(Refusal::Malformed) => assert!(matches!(code, 0x99 | 0x90), "{code:#x}"),
            Some(Refusal::Unknown) => assert_eq!(code, 0x90),
            Some(Refusal::Future | Refusal::Conflict | Refusal::Oversized) => {
                assert_eq!(code, 0x83)
            }
        }
    }
    // A topic's number stands for the topic.
    use mqtt_protocol_core::mqtt::packet::{Property, TopicAlias, v5_0};
    for (id, minute) in [(101u16, 30), (102, 31)] {
        let (topic, body) = rain(9, minute, "1");
        let topic = if minute == 30 { topic } else { String::new() };
        let alias = vec![Property::TopicAlias(TopicAlias::new(7).unwrap())];
        let publish = v5_0::Publish::builder()
            .topic_name(topic)
            .unwrap()
            .qos(Qos::AtLeastOnce);
        let publish = publish
            .packet_id(id)
            .props(alias)
            .payload(body.as_bytes())
            .build()
            .unwrap();
        device.0.write_all(&publish.to_continuous_buffer()).unwrap();
        assert_eq!(device.packet().1, id.to_be_bytes());
    }
    rt.block_on(county.end());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Acknowledgements come in the order of the publishes, however these are cut into writes.
    #[test]
    fn acknowledgements_keep_the_order(
        kinds in prop::collection::vec(0u8..4, 1..400),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let rt = runtime();
        let county = rt.block_on(County::start(V));
        let mut device = Device::connect(county.address(), "order", true);
        let mut bytes = Vec::new();
        let ids: Vec<u16> = (1..=kinds.len() as u16).map(|n| n.wrapping_mul(7919) | 1).collect();
        for (n, (kind, id)) in kinds.iter().zip(&ids).enumerate() {
            let (topic, body) = rain(n as u32 % 600, n as u32 / 600, "1");
            let body = match kind {
                0 | 1 => body.into_bytes(),
                2 => body.into_bytes()[..20].to_vec(),
                _ => vec![0xFF; 70_000],
            };
            bytes.extend(Device::publish(*id, Qos::AtLeastOnce, &topic, &body));
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut writer = device.0.try_clone().unwrap();
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for part in cuts.windows(2) {
                    writer.write_all(&bytes[part[0]..part[1]]).unwrap();
                }
            });
            assert_eq!(device.acks(ids.len()), ids);
        });
        rt.block_on(county.end());
    }
}

#[test]
fn ten_megabytes_harm_nobody() {
    let rt = runtime();
    let county = rt.block_on(County::start(V));
    let mut device = Device::connect(county.address(), "large", true);
    let (topic, good) = rain(1, 1, "1");
    let mut bytes = Device::publish(1, Qos::AtLeastOnce, &topic, &vec![b'x'; 10 << 20]);
    bytes.extend(Device::publish(
        2,
        Qos::AtLeastOnce,
        &topic,
        good.as_bytes(),
    ));
    device.0.write_all(&bytes).unwrap();
    assert_eq!(device.acks(2), [1, 2]);
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!((counts.accepted, counts.refused.oversized), (1, 1));
    rt.block_on(county.end());
}

#[test]
fn noise_and_silence_are_shown_the_door() {
    let rt = runtime();
    let mut door = FrontDoor::loopback(([127, 0, 0, 1], 0).into());
    door.greeting = Duration::from_millis(300);
    let county = rt.block_on(County::with(V, door));
    let mut neighbour = Device::connect(county.address(), "neighbour", true);
    for noise in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0xFF; 64],
        &[0x10, 0xFF, 0xFF, 0xFF, 0xFF],
        b"\x30\x02ab",
    ] {
        let mut stranger = Device::knock(county.address());
        stranger.0.write_all(noise).unwrap();
        assert!(stranger.is_closed());
    }
    let mut half = Device::knock(county.address());
    half.0.write_all(&[0x10, 0x20, 0, 4, b'M', b'Q']).unwrap();
    assert!(half.is_closed());
    // Noise behind a greeting: what came before it is still confirmed.
    let mut broken = Device::connect(county.address(), "broken", true);
    let (topic, body) = rain(1, 1, "1");
    let mut bytes = Device::publish(9, Qos::AtLeastOnce, &topic, body.as_bytes());
    bytes.extend([0xF0, 0x00]);
    broken.0.write_all(&bytes).unwrap();
    assert_eq!(broken.acks(1), [9]);
    assert!(broken.is_closed());
    let (topic, body) = rain(2, 1, "1");
    neighbour
        .0
        .write_all(&Device::publish(
            5,
            Qos::AtLeastOnce,
            &topic,
            body.as_bytes(),
        ))
        .unwrap();
    assert_eq!(neighbour.acks(1), [5]);
    rt.block_on(county.end());
}

#[test]
fn a_silent_device_is_let_go_after_its_keep_alive() {
    let rt = runtime();
    let county = rt.block_on(County::start(V));
    let mut device = Device::knock(county.address());
    let hello = mqtt_protocol_core::mqtt::packet::v3_1_1::Connect::builder();
    let hello = hello
        .client_id("quiet")
        .unwrap()
        .clean_session(true)
        .keep_alive(1)
        .build()
        .unwrap();
    device.0.write_all(&hello.to_continuous_buffer()).unwrap();
    assert_eq!(device.packet().0, 0x20);
    device.0.write_all(&[0xC0, 0]).unwrap();
    assert_eq!(device.packet().0, 0xD0);
    assert!(device.is_closed());
    rt.block_on(county.end());
}

#[test]
fn a_thousand_devices_come_at_once() {
    let (soft, hard) = {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        (limit.current, limit.maximum)
    };
    if soft.is_some_and(|soft| soft < 4_096) {
        let wanted = rustix::process::Rlimit {
            current: hard,
            maximum: hard,
        };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, wanted).unwrap();
    }
    let rt = runtime();
    let county = rt.block_on(County::start(V));
    let mut devices: Vec<Device> = (0..1_000)
        .map(|n| Device::connect(county.address(), &format!("device-{n}"), true))
        .collect();
    assert_eq!(county.door.connected(), 1_000);
    for (n, device) in devices.iter_mut().enumerate() {
        let (topic, body) = rain(n as u32 % 600, n as u32 / 600, "1");
        device
            .0
            .write_all(&Device::publish(
                7,
                Qos::AtLeastOnce,
                &topic,
                body.as_bytes(),
            ))
            .unwrap();
    }
    for device in &mut devices {
        assert_eq!(device.acks(1), [7]);
    }
    // Two devices speak for one station: whichever is heard first, none is lost.
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!(counts.accepted + counts.late, 1_000, "{counts:?}");
    rt.block_on(county.end());
}

#[test]
fn a_device_killed_in_the_middle_sends_again_and_nothing_is_doubled() {
    let rt = runtime();
    let county = rt.block_on(County::start(V));
    let mut bytes = Vec::new();
    for n in 0..1_000u32 {
        let (topic, body) = rain(n % 600, n / 600, "1");
        bytes.extend(Device::publish(
            n as u16 + 1,
            Qos::AtLeastOnce,
            &topic,
            body.as_bytes(),
        ));
    }
    let mut device = Device::connect(county.address(), "killed", true);
    device.0.write_all(&bytes[..bytes.len() / 2 + 11]).unwrap();
    drop(device);
    let mut device = Device::connect(county.address(), "killed", true);
    device.0.write_all(&bytes).unwrap();
    assert_eq!(device.acks(1_000), (1..=1_000).collect::<Vec<u16>>());
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!(counts.accepted, 1_000);
    rt.block_on(county.end());
}

#[test]
fn a_message_to_a_station_waits_for_its_device_and_comes_again_until_taken() {
    use rumqttc::{Event, Packet};
    runtime().block_on(async {
        let county = County::start(V).await;
        let connect = || {
            let mut options =
                rumqttc::MqttOptions::new("siren", "127.0.0.1", county.address().port());
            options.set_clean_session(false);
            options.set_manual_acks(true);
            rumqttc::AsyncClient::new(options, 10)
        };
        let (client, mut events) = connect();
        client
            .subscribe("down/0000-R0001/#", QoS::AtLeastOnce)
            .await
            .unwrap();
        client.subscribe("obs/#", QoS::AtLeastOnce).await.unwrap();
        let mut codes = Vec::new();
        while codes.len() < 2 {
            if let Event::Incoming(Packet::SubAck(ack)) = events.poll().await.unwrap() {
                codes.extend(ack.return_codes);
            }
        }
        use rumqttc::SubscribeReasonCode as Code;
        assert_eq!(codes, [Code::Success(QoS::AtLeastOnce), Code::Failure]);
        let lives = Duration::from_secs(60);
        let send = |body: &'static str| {
            county
                .door
                .send_down("0000-R0001", "siren", body.as_bytes().into(), lives)
        };
        assert_eq!(send("on"), Ok(1));
        assert!(
            county
                .door
                .send_down("0000-R0002", "siren", "on".into(), lives)
                .is_err()
        );
        let first = loop {
            if let Event::Incoming(Packet::Publish(p)) = events.poll().await.unwrap() {
                break p;
            }
        };
        assert_eq!(
            (first.topic.as_str(), &first.payload[..]),
            ("down/0000-R0001/siren", &b"on"[..])
        );
        // The device dies without acknowledging; another message comes meanwhile.
        drop((client, events));
        assert_eq!(send("off"), Ok(1));
        let (client, mut events) = connect();
        let mut heard = Vec::new();
        while heard.len() < 2 {
            match events.poll().await.unwrap() {
                Event::Incoming(Packet::ConnAck(ack)) => assert!(ack.session_present),
                Event::Incoming(Packet::Publish(p)) => {
                    client.ack(&p).await.unwrap();
                    heard.push(p);
                }
                _ => {}
            }
        }
        assert!(heard[0].dup, "it was sent before");
        assert_eq!(
            (&heard[0].payload[..], &heard[1].payload[..]),
            (&b"on"[..], &b"off"[..])
        );
        county.end().await;
    });
}

/// Lets in whoever comes, and has a fault at one client.
struct Faulty {
    behind_a_bulkhead: std::sync::atomic::AtomicBool,
}

impl links::mqtt::Access for Faulty {
    fn admit(&self, shown: links::mqtt::Credentials<'_>) -> links::mqtt::Admission {
        if shown.client == "broken" {
            let held = runtime::bulkhead::holds();
            let note = &self.behind_a_bulkhead;
            note.store(held, std::sync::atomic::Ordering::SeqCst);
            panic!("as meant by this test");
        }
        links::mqtt::Admission::Open
    }
}

#[test]
fn a_fault_of_ours_or_a_packet_without_an_id_ends_one_connection_alone() {
    runtime().block_on(async {
        let access = std::sync::Arc::new(Faulty {
            behind_a_bulkhead: std::sync::atomic::AtomicBool::new(false),
        });
        let mut door = FrontDoor::loopback(([127, 0, 0, 1], 0).into());
        door.access = access.clone();
        let county = County::with(V, door).await;
        let address = county.address();
        let work = move || {
            let mut good = Device::connect(address, "good", true);
            let mut broken = Device::knock(address);
            let hello = b"\x10\x12\0\x04MQTT\x04\x02\0\x3c\0\x06broken";
            broken.0.write_all(hello).unwrap();
            assert!(broken.is_closed());
            let mut nameless = Device::connect(address, "nameless", true);
            nameless.0.write_all(b"\x82\x08\0\0\0\x03a/b\x01").unwrap();
            assert!(nameless.is_closed());
            good.0.write_all(b"\xc0\0").unwrap();
            assert_eq!(good.packet().0, 0xd0, "the others go on");
            good
        };
        let good = tokio::task::spawn_blocking(work).await.unwrap();
        assert!(
            access
                .behind_a_bulkhead
                .load(std::sync::atomic::Ordering::SeqCst)
        );
        let alone = async {
            while county.door.connected() > 1 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), alone)
            .await
            .expect("places of connections that ended are free");
        drop(good);
        county.end().await;
    });
}
