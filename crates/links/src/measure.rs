//! The front door's own cost without a socket or a runtime, for `examples/front_door_cost.rs`.

use std::sync::Arc;

use model::Config;
use model::config::{Quantity, Series, Station, Text};
use model::{Decimals, StationSlot};
use runtime::Catalogue;

use crate::Intake;
use crate::mqtt::measure::{Inlet, one, publish};

/// A county of rain gauges, and a connection that reads their messages.
pub struct Bench {
    inlet: Inlet,
}

impl Bench {
    /// `stations` gauges named `0000-R0000` and on.
    pub fn new(stations: u32) -> Bench {
        let catalogue = Arc::new(Catalogue::of([&county(stations)]));
        Bench {
            inlet: Inlet::new(Intake::new(catalogue)),
        }
    }

    /// Reads a stream of publishes as one connection would, and writes its acknowledgements; returns
    /// how many readings were found.
    pub fn read(&mut self, stream: &[u8]) -> usize {
        self.inlet.read(stream)
    }
}

/// The bytes a client sends for these (topic, body) pairs with QoS 1.
pub fn stream(messages: &[(String, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (id, (topic, body)) in (1u16..=60_000).cycle().zip(messages) {
        publish(id, topic, body.as_bytes(), &mut bytes);
    }
    bytes
}

/// One part of the work on one (topic, body).
pub type Part = fn(&str, &str);

/// Parts of the work, each alone.
pub fn parts() -> Vec<(&'static str, Part)> {
    vec![
        ("json", |_, body| {
            std::hint::black_box(protocols::json::decode(body.as_bytes()).is_ok());
        }),
        ("packet built and parsed", |topic, body| {
            one(topic, body.as_bytes())
        }),
    ]
}

fn county(stations: u32) -> Config {
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
        station: StationSlot(n),
        quantity: 0,
        interval_ms: None,
        silence_normal: false,
        ..Series::default()
    };
    Config {
        code: "0000".to_owned(),
        title: Text::default(),
        demo: false,
        rules_version: String::new(),
        interfaces: Vec::new(),
        quantities: vec![Quantity {
            id: "rain".to_owned(),
            title: Text::default(),
            unit: "mm".to_owned(),
            decimals: Decimals(2),
            range: None,
        }],
        stations: (0..stations).map(station).collect(),
        series: (0..stations).map(series).collect(),
        rules: Vec::new(),
        watches: Vec::new(),
        people: Vec::new(),
        groups: Vec::new(),
        templates: Vec::new(),
        policy: Default::default(),
        ..Config::default()
    }
}
