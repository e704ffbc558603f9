//! A gateway that knows exactly which of its messages were confirmed, over any number of deaths of
//! the server.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use rumqttc::{Client, Event, Incoming, MqttOptions, Outgoing, QoS};

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
