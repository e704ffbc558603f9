//! Readings from an external broker: a subscription that acknowledges by hand, after the commit.
//!
//! The broker keeps what is unacknowledged while we are away (clean session off), so a crash loses
//! nothing. A lost link is told to the runtime as an input; reconnecting waits a jittered while.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use rumqttc::{
    AsyncClient, Event, EventLoop, MqttOptions, Packet, PubAck, PubRec, Publish, QoS, Request,
};
use runtime::{Inbox, Receipt, Stopped};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::intake::Intake;
use crate::telemetry;

/// Where readings come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    pub host: String,
    pub port: u16,
    /// Under this name the broker keeps what we have not acknowledged: one per deployment.
    pub client: String,
    pub login: Option<(String, String)>,
    /// Slot of the interface its messages are counted under.
    pub interface: u8,
}

/// Why an address is no broker's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a broker is written mqtt://host:port or mqtt://user:password@host:port, not {0:?}")]
pub struct BadBroker(String);

/// Messages submitted at a time.
const SUBMITTED: usize = 1_024;
/// Messages within [`GATHER`] from which on a flood is coming in: then the socket gathers for as long
/// before it is read again, since a broker sends each message by itself and would wake us for each.
const FLOOD: usize = 12;
/// A read that brings as many was gathered by the broker already.
const ENOUGH: usize = 64;
const GATHER: Duration = Duration::from_millis(1);
/// Largest packet taken from the broker: all that MQTT can carry. A packet that was not taken would come
/// again on every connection, so one of any size is read, held once, and refused by the intake's own bound.
const MOST_PACKET: usize = 256 * 1024 * 1024;
/// Bytes of messages from which on no more are gathered for one submission.
const MOST_HELD: usize = 8 * 1024 * 1024;
/// Requests that may wait for the broker's socket.
const REQUESTS: usize = 4_096;
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// A broker that takes none of our acknowledgements for this long is left.
const TAKEN_WITHIN: Duration = Duration::from_secs(20);
const FIRST_WAIT_MS: u64 = 250;
const LONGEST_WAIT_MS: u64 = 30_000;

impl Broker {
    /// Reads `mqtt://[user:password@]host[:port]`; the port is 1883 unless said.
    ///
    /// # Errors
    /// [`BadBroker`] for anything else.
    pub fn parse(url: &str, client: &str, interface: u8) -> Result<Broker, BadBroker> {
        let bad = || BadBroker(url.to_owned());
        let rest = url
            .strip_prefix("mqtt://")
            .ok_or_else(bad)?
            .trim_end_matches('/');
        let (login, address) = match rest.rsplit_once('@') {
            Some((login, address)) => (Some(login.split_once(':').ok_or_else(bad)?), address),
            None => (None, rest),
        };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| bad())?),
            None => (address, 1883),
        };
        if host.is_empty() {
            return Err(bad());
        }
        Ok(Broker {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            client: client.to_owned(),
            login: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
            interface,
        })
    }

    /// Takes readings until `stop`; reconnects for as long as it takes. `subscribed` is told once
    /// the broker has promised to keep every observation from then on.
    pub async fn run(self, inbox: Inbox, stop: CancellationToken, subscribed: oneshot::Sender<()>) {
        let mut options = MqttOptions::new(&self.client, &self.host, self.port);
        options.set_clean_session(false);
        options.set_manual_acks(true);
        options.set_keep_alive(KEEP_ALIVE);
        options.set_max_packet_size(MOST_PACKET, MOST_PACKET);
        if let Some((user, password)) = &self.login {
            options.set_credentials(user, password);
        }
        let (client, events) = AsyncClient::new(options, REQUESTS);
        let (submitted, pending) = mpsc::unbounded_channel();
        let (durable, confirmed) = mpsc::unbounded_channel();
        let link = Link {
            client,
            events,
            number: 0,
        };
        tokio::select! {
            outcome = self.take(&inbox, link, submitted, confirmed, subscribed) => {
                if outcome == Err(Stopped) {
                    info!("readings from the broker end: the process is shutting down");
                }
            }
            () = await_commits(pending, durable) => {}
            () = stop.cancelled() => {}
        }
    }

    async fn take(
        &self,
        inbox: &Inbox,
        mut link: Link,
        submitted: mpsc::UnboundedSender<(Receipt, Batch)>,
        mut confirmed: mpsc::UnboundedReceiver<Batch>,
        subscribed: oneshot::Sender<()>,
    ) -> Result<(), Stopped> {
        let mut subscribed = Some(subscribed);
        let mut intake = Intake::new(inbox.catalogue());
        let mut wait_ms = FIRST_WAIT_MS;
        let mut up = None;
        let mut flow = Flow::new();
        loop {
            let mut publishes = Vec::new();
            let event = tokio::select! {
                biased;
                Some(batch) = confirmed.recv() => {
                    link.acknowledge(batch, &mut confirmed).await;
                    continue;
                }
                event = link.events.poll() => event,
            };
            match event {
                Ok(Event::Incoming(Packet::Publish(publish))) => publishes.push(publish),
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    link.number += 1;
                    self.changed(inbox, &mut up, true).await?;
                    wait_ms = FIRST_WAIT_MS;
                    if let Err(error) = link.client.try_subscribe("obs/#", QoS::AtLeastOnce) {
                        warn!(%error, "could not ask the broker for observations");
                    }
                }
                Ok(Event::Incoming(Packet::SubAck(_))) => {
                    if let Some(subscribed) = subscribed.take() {
                        // Whoever asked may have stopped waiting.
                        let _gone = subscribed.send(());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    if up != Some(false) {
                        warn!(host = %self.host, port = self.port, %error, "the broker cannot be reached");
                    }
                    self.changed(inbox, &mut up, false).await?;
                    telemetry::broker_retry();
                    tokio::time::sleep(jittered(wait_ms)).await;
                    wait_ms = (wait_ms * 2).min(LONGEST_WAIT_MS);
                }
            }
            // What the same read brought is submitted with it; nothing is waited for.
            let mut held: usize = publishes.iter().map(|publish| publish.payload.len()).sum();
            while !publishes.is_empty() && publishes.len() < SUBMITTED && held < MOST_HELD {
                match link.events.poll().now_or_never() {
                    Some(Ok(Event::Incoming(Packet::Publish(publish)))) => {
                        held += publish.payload.len();
                        publishes.push(publish);
                    }
                    Some(Ok(_)) => {}
                    // The next poll says it again.
                    Some(Err(_)) | None => break,
                }
            }
            if publishes.is_empty() {
                continue;
            }
            while !inbox.readings_open() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            intake.renew(inbox.catalogue());
            let read = |publish: &Publish| intake.take(&publish.topic, &publish.payload);
            let items = publishes.iter().map(read).collect();
            let receipt = inbox.readings(self.interface, items).await?;
            let batch = Batch {
                link: link.number,
                acks: publishes.iter().filter_map(ack_of).collect(),
            };
            submitted.send((receipt, batch)).map_err(|_| Stopped)?;
            if flow.floods(publishes.len(), Instant::now()) {
                // The thread itself: it would be woken for each message that comes meanwhile, and it
                // carries nothing but this link.
                std::thread::sleep(GATHER);
            }
        }
    }

    async fn changed(
        &self,
        inbox: &Inbox,
        up: &mut Option<bool>,
        now: bool,
    ) -> Result<(), Stopped> {
        if up.replace(now) == Some(now) {
            return Ok(());
        }
        if now {
            info!(host = %self.host, port = self.port, "readings come from the broker");
        }
        inbox.link(self.interface, now).await
    }
}

/// How much comes in just now.
struct Flow {
    since: Instant,
    taken: usize,
}

impl Flow {
    fn new() -> Flow {
        Flow {
            since: Instant::now(),
            taken: 0,
        }
    }

    /// Whether much came lately, but little of it, `messages`, at once.
    fn floods(&mut self, messages: usize, now: Instant) -> bool {
        if now - self.since >= GATHER {
            (self.since, self.taken) = (now, 0);
        }
        self.taken += messages;
        self.taken >= FLOOD && messages < ENOUGH
    }
}

/// What is owed to the broker for the messages of one submission.
struct Batch {
    /// The connection they came over: on the next one the broker sends them again, under other numbers.
    link: u64,
    acks: Vec<Request>,
}

/// One client and its connections, numbered as they follow each other.
struct Link {
    client: AsyncClient,
    events: EventLoop,
    number: u64,
}

impl Link {
    /// Acknowledges this batch and all others that are durable by now, in one write: the client's own
    /// queue would flush the socket for each of them.
    async fn acknowledge(&mut self, first: Batch, more: &mut mpsc::UnboundedReceiver<Batch>) {
        let EventLoop { state, network, .. } = &mut self.events;
        let Some(network) = network else {
            return;
        };
        let write = async {
            let mut next = Some(first);
            while let Some(batch) = next {
                let owed = match batch.link == self.number {
                    true => batch.acks,
                    false => Vec::new(),
                };
                for ack in owed {
                    if let Some(packet) = state.handle_outgoing_packet(ack)? {
                        network.write(packet).await?;
                    }
                }
                next = more.try_recv().ok();
            }
            network.flush().await
        };
        match timeout(TAKEN_WITHIN, write).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.cut(&error),
            Err(late) => self.cut(&late),
        }
    }

    /// Leaves a connection that takes no acknowledgements; the next poll makes a new one.
    fn cut(&mut self, cause: &dyn std::fmt::Display) {
        warn!(%cause, "the broker takes no acknowledgements; connecting anew");
        self.events.clean();
    }
}

fn ack_of(publish: &Publish) -> Option<Request> {
    match publish.qos {
        QoS::AtMostOnce => None,
        QoS::AtLeastOnce => Some(Request::PubAck(PubAck::new(publish.pkid))),
        QoS::ExactlyOnce => Some(Request::PubRec(PubRec::new(publish.pkid))),
    }
}

/// Hands on each batch once its readings are on disk, in order.
async fn await_commits(
    mut pending: mpsc::UnboundedReceiver<(Receipt, Batch)>,
    durable: mpsc::UnboundedSender<Batch>,
) {
    while let Some((receipt, batch)) = pending.recv().await {
        if receipt.await.is_err() || durable.send(batch).is_err() {
            return;
        }
    }
}

/// Half to all of `wait_ms`, so that a county's servers do not come back in one instant.
pub(crate) fn jittered(wait_ms: u64) -> Duration {
    let (random, _) = uuid::Uuid::new_v4().as_u64_pair();
    Duration::from_millis(wait_ms / 2 + random % (wait_ms / 2 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses() {
        let plain = Broker::parse("mqtt://broker:1884", "w", 0).expect("a sound address");
        assert_eq!(
            (plain.host.as_str(), plain.port, plain.login),
            ("broker", 1884, None)
        );
        let full = Broker::parse("mqtt://u:p:q@[::1]:9", "w", 0).expect("a sound address");
        assert_eq!((full.host.as_str(), full.port), ("::1", 9));
        assert_eq!(full.login, Some(("u".to_owned(), "p:q".to_owned())));
        for bad in [
            "",
            "broker:1883",
            "mqtt://",
            "mqtt://a:b",
            "mqtt://user@a:1",
            "tcp://a:1",
        ] {
            assert!(Broker::parse(bad, "w", 0).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_flood_is_told_from_a_trickle() {
        let mut flow = Flow::new();
        let mut now = flow.since;
        for _ in 0..20 {
            assert!(!flow.floods(8, now), "eight a millisecond are no flood");
            now += GATHER;
        }
        assert!(!flow.floods(FLOOD - 1, now));
        assert!(
            flow.floods(1, now + GATHER / 2),
            "two reads of one millisecond"
        );
        assert!(!flow.floods(1, now + GATHER));
        let batch = flow.floods(ENOUGH, now + GATHER * 2);
        assert!(
            !batch,
            "a broker that sends many at once is not made to wait"
        );
    }

    #[test]
    fn waits_differ_and_stay_within_bounds() {
        let waits: Vec<Duration> = (0..32).map(|_| jittered(1_000)).collect();
        assert!(waits.iter().all(|w| (500..=1_000).contains(&w.as_millis())));
        assert!(waits.iter().any(|w| *w != waits[0]));
    }
}
