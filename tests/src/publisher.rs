//! A gateway that knows exactly which of its messages were confirmed, over any number of deaths of
//! the server.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use rumqttc::{Client, Event, Incoming, MqttOptions, Outgoing, QoS};

use crate::Server;

/// How far a stretch of publishing came.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// Everything was confirmed.
    All,
    /// The link broke.
    LinkLost,
    /// `until` said stop.
    Stopped,
}

/// Publishes messages in order, at most `window` unconfirmed; resumes with the first unconfirmed.
pub struct Publisher {
    messages: Vec<(String, String)>,
    confirmed: Vec<bool>,
    window: usize,
}

impl Publisher {
    /// A publisher of these (topic, body) pairs.
    pub fn new(messages: Vec<(String, String)>, window: usize) -> Publisher {
        let confirmed = vec![false; messages.len()];
        Publisher {
            messages,
            confirmed,
            window,
        }
    }

    /// How many are confirmed.
    pub fn confirmed(&self) -> usize {
        self.confirmed.iter().filter(|c| **c).count()
    }

    /// The messages confirmed so far.
    pub fn confirmed_messages(&self) -> impl Iterator<Item = &(String, String)> {
        self.messages
            .iter()
            .zip(&self.confirmed)
            .filter(|(_, c)| **c)
            .map(|(m, _)| m)
    }

    /// Connects and publishes what is not confirmed, until all is, the link breaks, or `until`
    /// says stop (asked after each confirmation with their number in this stretch).
    pub fn run(&mut self, address: &str, mut until: impl FnMut(usize) -> bool) -> Sent {
        let (host, port) = address.rsplit_once(':').unwrap();
        let mut options = MqttOptions::new("gateway", host, port.parse().unwrap());
        options
            .set_inflight(self.window as u16)
            .set_keep_alive(Duration::from_secs(30));
        options.set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut link) = Client::new(options, self.window);
        let mut waiting: VecDeque<usize> = (0..self.messages.len())
            .filter(|n| !self.confirmed[*n])
            .collect();
        let (mut handed, mut under) = (VecDeque::new(), HashMap::new());
        let mut stretch = 0;
        let quiet_until = Instant::now() + Duration::from_secs(60);
        while !(waiting.is_empty() && handed.is_empty() && under.is_empty()) {
            while handed.len() + under.len() < self.window {
                let Some(n) = waiting.pop_front() else { break };
                let (topic, body) = &self.messages[n];
                client
                    .try_publish(topic, QoS::AtLeastOnce, false, body.as_bytes())
                    .unwrap();
                handed.push_back(n);
            }
            match link.recv_timeout(Duration::from_secs(5)) {
                Ok(Ok(Event::Outgoing(Outgoing::Publish(id)))) => {
                    under.insert(id, handed.pop_front().unwrap());
                }
                Ok(Ok(Event::Incoming(Incoming::PubAck(ack)))) => {
                    let n = under
                        .remove(&ack.pkid)
                        .expect("a confirmation of something sent");
                    self.confirmed[n] = true;
                    stretch += 1;
                    if until(stretch) {
                        return Sent::Stopped;
                    }
                }
                Ok(Ok(_)) => {}
                Ok(Err(_)) => return Sent::LinkLost,
                Err(_) => assert!(Instant::now() < quiet_until, "no confirmation for a minute"),
            }
        }
        Sent::All
    }
}

/// Every confirmed reading is in the history, once.
///
/// # Panics
/// When one is missing or stands there twice.
pub fn must_hold(server: &Server, publisher: &Publisher) {
    let mut series: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
    for (_, body) in publisher.confirmed_messages() {
        let row: serde_json::Value = serde_json::from_str(body).unwrap();
        let text = |f: &str| row[f].as_str().unwrap().to_owned();
        let value = format!("{:.2}", row["value"].as_f64().unwrap() + 0.0).replace("-0.00", "0.00");
        series
            .entry((text("station"), text("quantity")))
            .or_default()
            .push((text("time"), value));
    }
    for ((station, quantity), want) in series {
        let lines = server.lines(&format!("/api/v1/series/{station}/{quantity}"));
        let got: Vec<(String, String)> = lines
            .iter()
            .map(|l| {
                (
                    l["time"].as_str().unwrap().into(),
                    l["value"].as_str().unwrap().into(),
                )
            })
            .collect();
        let once: BTreeSet<_> = got.iter().cloned().collect();
        assert_eq!(
            once.len(),
            got.len(),
            "{station}/{quantity}: a reading stands twice"
        );
        let lost: Vec<_> = want.iter().filter(|w| !once.contains(*w)).collect();
        assert!(
            lost.is_empty(),
            "{station}/{quantity}: confirmed and lost: {lost:?}"
        );
    }
}
