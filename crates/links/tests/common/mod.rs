//! A small county with a real runtime behind real listeners, for the link stories.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use links::mqtt::{FrontDoor, OpenDoor};
use model::config::{Clock, Interface, LatePolicy, Quantity, Series, Station, Text};
use model::intake::Counts;
use model::{Config, Decimals, StationSlot};
use mqtt_protocol_core::mqtt::packet::{Qos, v3_1_1, v5_0};
use runtime::{Options, Runtime};

pub fn county(stations: u32) -> Config {
    let interface = |id: &str| Interface {
        id: id.to_owned(),
        title: Text::same(id),
        late: LatePolicy::Discard,
    };
    let quantity = |id: &str, unit: &str, range| Quantity {
        id: id.to_owned(),
        title: Text::same(id),
        unit: unit.to_owned(),
        decimals: Decimals(2),
        range,
    };
    let station = |n: u32| Station {
        id: format!("0000-R{n:04}"),
        name: Text::default(),
        position_e6: None,
        kind: "rain".to_owned(),
        township: None,
        tags: Vec::new(),
        ..Station::default()
    };
    let series = |n: u32| Series {
        station: StationSlot(n / 2),
        quantity: (n % 2) as u16,
        interval_ms: None,
        silence_normal: false,
        ..Series::default()
    };
    Config {
        code: "0000".to_owned(),
        title: Text::default(),
        demo: false,
        rules_version: String::new(),
        interfaces: vec![interface("mqtt"), interface("http")],
        quantities: vec![
            quantity("rain", "mm", Some((0, 50_000))),
            quantity("level", "m", None),
        ],
        stations: (0..stations).map(station).collect(),
        series: (0..stations * 2).map(series).collect(),
        rules: Vec::new(),
        watches: Vec::new(),
        people: Vec::new(),
        groups: Vec::new(),
        templates: Vec::new(),
        policy: Default::default(),
        ..Config::default()
    }
}

pub struct County {
    pub runtime: Runtime,
    pub door: OpenDoor,
    pub folder: tempfile::TempDir,
}

impl County {
    pub async fn start(clock: Clock) -> County {
        County::with(clock, FrontDoor::loopback(([127, 0, 0, 1], 0).into())).await
    }

    pub async fn with(clock: Clock, door: FrontDoor) -> County {
        County::of(clock, door, county(600)).await
    }

    pub async fn of(clock: Clock, door: FrontDoor, config: Config) -> County {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("data"), clock, vec![config]);
        let runtime = runtime::start(options).await.unwrap();
        let door = door.open(runtime.inbox.clone()).await.unwrap();
        County {
            runtime,
            door,
            folder,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    pub async fn counts(&self, interface: &str) -> Counts {
        let counts = self
            .runtime
            .inbox
            .ask(|fleet| fleet.counts())
            .await
            .unwrap();
        counts.get(interface).copied().unwrap_or_default()
    }

    pub async fn end(self) {
        self.door.close().await;
        self.runtime.stop().await;
    }
}

/// Minute `n` of a day, as a reading of a station.
pub fn rain(station: u32, minute: u32, value: &str) -> (String, String) {
    let station = format!("0000-R{station:04}");
    let time = format!("2026-07-15T{:02}:{:02}:00Z", minute / 60 % 24, minute % 60);
    let topic = format!("obs/{station}/rain");
    let body =
        format!(r#"{{"station":"{station}","quantity":"rain","value":{value},"time":"{time}"}}"#);
    (topic, body)
}

/// A device that speaks 3.1.1 by hand, so that order and bytes can be looked at.
pub struct Device(pub TcpStream);

impl Device {
    pub fn connect(address: SocketAddr, client: &str, clean: bool) -> Device {
        let mut device = Device::knock(address);
        let hello = v3_1_1::Connect::builder()
            .client_id(client)
            .unwrap()
            .clean_session(clean);
        device
            .0
            .write_all(&hello.keep_alive(0).build().unwrap().to_continuous_buffer())
            .unwrap();
        let (first, body) = device.packet();
        assert_eq!((first, body[1]), (0x20, 0), "the door lets it in");
        device
    }

    pub fn knock(address: SocketAddr) -> Device {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        Device(stream)
    }

    pub fn publish(id: u16, qos: Qos, topic: &str, body: &[u8]) -> Vec<u8> {
        let publish = v3_1_1::Publish::builder()
            .topic_name(topic)
            .unwrap()
            .qos(qos)
            .payload(body);
        let publish = if qos == Qos::AtMostOnce {
            publish
        } else {
            publish.packet_id(id)
        };
        publish.build().unwrap().to_continuous_buffer()
    }

    pub fn publish_v5(id: u16, topic: &str, body: &[u8]) -> Vec<u8> {
        let publish = v5_0::Publish::builder().topic_name(topic).unwrap();
        let publish = publish.qos(Qos::AtLeastOnce).packet_id(id).payload(body);
        publish.build().unwrap().to_continuous_buffer()
    }

    /// The next packet: first byte and body.
    pub fn packet(&mut self) -> (u8, Vec<u8>) {
        let mut first = [0u8; 2];
        self.0.read_exact(&mut first).unwrap();
        assert!(first[1] < 128, "answers are short");
        let mut body = vec![0u8; usize::from(first[1])];
        self.0.read_exact(&mut body).unwrap();
        (first[0], body)
    }

    /// The packet ids of the next `count` PUBACKs.
    pub fn acks(&mut self, count: usize) -> Vec<u16> {
        (0..count)
            .map(|_| {
                let (first, body) = self.packet();
                assert_eq!(first, 0x40);
                u16::from_be_bytes([body[0], body[1]])
            })
            .collect()
    }

    /// Waits until the door closes this connection.
    pub fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}
