//! The county's stations on the wire: real MQTT connections that publish what the storm lets them
//! measure, and forget nothing until it is acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use model::Time;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::county::{County, Post};
use crate::pace::Pace;
use crate::storm::{LEAD, Reading, Storm};

/// Gateways that carry the stations without a connection of their own.
const GATEWAYS: usize = 6;
/// Gas probes with their own connection, beside all level stations on rivers and reservoirs.
const OWN_GAS: usize = 16;
/// Messages waiting in one connection; beyond it the storm waits.
const WAITING: usize = 256;
/// Unacknowledged messages of one connection.
const IN_FLIGHT: u16 = 100;
/// A connection that failed is tried again after this long, and a little more for each station.
const RETRY: Duration = Duration::from_millis(800);
/// When the simulator starts late it sends again what the last hour held; repeats are harmless.
const CATCH_UP_MS: i64 = 3_600_000;

/// How fast the night is played.
#[derive(Clone, Debug)]
pub enum Beat {
    /// In step with the server, as its feed tells.
    Server(watch::Receiver<Option<Pace>>),
    /// By a clock of its own.
    Own(Pace),
    /// As fast as the server takes it.
    Flat,
}

/// What became of the messages so far.
#[derive(Debug, Default)]
pub struct Tally {
    published: AtomicU64,
    confirmed: AtomicU64,
}

impl Tally {
    /// Messages handed to a connection.
    pub fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Messages the server has acknowledged.
    pub fn confirmed(&self) -> u64 {
        self.confirmed.load(Ordering::Relaxed)
    }
}

/// All connections of the county.
pub struct Stations {
    /// By station slot, which connection carries it.
    route: Vec<usize>,
    lines: Vec<AsyncClient>,
    tally: Arc<Tally>,
    /// Ends the connections when dropped.
    _polling: JoinSet<()>,
}

impl Stations {
    /// Connects to the front door at `address`; whoever is not there yet is tried until it is.
    ///
    /// # Errors
    /// When the address is no `host:port`.
    pub fn connect(county: &County, address: &str) -> anyhow::Result<Stations> {
        let (host, port) = address
            .rsplit_once(':')
            .context("the MQTT address is host:port")?;
        let port = port.parse().context("the MQTT address has no port")?;
        let (route, names) = routes(county);
        let tally = Arc::new(Tally::default());
        let mut polling = JoinSet::new();
        let mut lines = Vec::new();
        for (number, name) in names.into_iter().enumerate() {
            let mut options = MqttOptions::new(name, host, port);
            options.set_keep_alive(Duration::from_secs(30));
            // The server keeps our session, we keep what it has not acknowledged.
            options.set_clean_session(false);
            options.set_inflight(IN_FLIGHT);
            let (line, events) = AsyncClient::new(options, WAITING);
            let patience = RETRY + Duration::from_millis(17 * number as u64);
            polling.spawn(poll(events, Arc::clone(&tally), patience));
            lines.push(line);
        }
        Ok(Stations {
            route,
            lines,
            tally,
            _polling: polling,
        })
    }

    /// What became of the messages so far.
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// Publishes one reading; waits while its connection is full.
    ///
    /// # Errors
    /// When the connection has been closed.
    pub async fn publish(&self, county: &County, reading: &Reading) -> anyhow::Result<()> {
        let station = &county.stations[reading.station];
        let quantity = reading.quantity.id();
        let topic = format!("obs/{}/{quantity}", station.id);
        let body = body(&station.id, reading);
        let line = &self.lines[self.route[reading.station]];
        line.publish(topic, QoS::AtLeastOnce, false, body)
            .await
            .context("a connection has closed")?;
        self.tally.published.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Waits until everything published has been acknowledged.
    pub async fn settle(&self) {
        while self.tally.confirmed() < self.tally.published() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The message of one reading.
pub fn body(station: &str, reading: &Reading) -> String {
    format!(
        r#"{{"station":"{station}","quantity":"{}","value":{},"time":"{}","unit":"{}"}}"#,
        reading.quantity.id(),
        reading.value,
        reading.observed,
        reading.quantity.unit(),
    )
}

/// Which connection carries each station, and the connections' client ids.
fn routes(county: &County) -> (Vec<usize>, Vec<String>) {
    let mut names: Vec<String> = (1..=GATEWAYS).map(|n| format!("gateway-{n}")).collect();
    let mut gas = 0;
    let mut route = Vec::new();
    for (slot, station) in county.stations.iter().enumerate() {
        let own = match station.post {
            Post::River { .. } | Post::Reservoir { .. } => true,
            Post::Gas => {
                gas += 1;
                gas <= OWN_GAS
            }
            Post::RiskSlope | Post::Rain | Post::Brook | Post::RoadSlope => false,
        };
        if own {
            route.push(names.len());
            names.push(station.id.clone());
        } else {
            route.push(slot % GATEWAYS);
        }
    }
    (route, names)
}

/// Keeps one connection going for ever; what was not acknowledged is sent again by the client.
async fn poll(mut events: EventLoop, tally: Arc<Tally>, patience: Duration) {
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::PubAck(_))) => {
                tally.confirmed.fetch_add(1, Ordering::Relaxed);
            }
            Ok(Event::Incoming(_) | Event::Outgoing(_)) => {}
            Err(rumqttc::ConnectionError::RequestsDone) => return,
            Err(error) => {
                tracing::debug!(%error, "a station's connection failed");
                tokio::time::sleep(patience).await;
            }
        }
    }
}

/// Plays the night from `from` until `until`, or without end.
///
/// # Errors
/// When the connections have closed.
pub async fn play(
    storm: &mut Storm,
    stations: &Stations,
    beat: Beat,
    from: Option<Time>,
    until: Option<Time>,
) -> anyhow::Result<()> {
    let county = Arc::clone(storm.county());
    let first = match (&beat, from) {
        (_, Some(from)) => from,
        (Beat::Server(told), None) => heard(&mut told.clone()).await?.now().plus_ms(-CATCH_UP_MS),
        (Beat::Own(_) | Beat::Flat, None) => storm.instant(-LEAD),
    };
    let mut minute = storm.minute_of(first).max(-LEAD);
    loop {
        if until.is_some_and(|until| storm.instant(minute) >= until) {
            return Ok(());
        }
        for reading in storm.readings(minute) {
            if !matches!(beat, Beat::Flat) {
                await_instant(&beat, reading.sent).await?;
            }
            stations.publish(&county, &reading).await?;
        }
        // The next minute is reckoned when it is nearly there, not as fast as one can.
        minute += 1;
        if !matches!(beat, Beat::Flat) {
            await_instant(&beat, storm.instant(minute)).await?;
        }
    }
}

/// Waits until the night has come to `instant`.
async fn await_instant(beat: &Beat, instant: Time) -> anyhow::Result<()> {
    match beat {
        Beat::Flat => Ok(()),
        Beat::Own(pace) => {
            tokio::time::sleep(pace.wait(instant)).await;
            Ok(())
        }
        Beat::Server(told) => {
            let mut told = told.clone();
            loop {
                let pace = heard(&mut told).await?;
                if pace.now() >= instant {
                    return Ok(());
                }
                // Each word from the server corrects the wait.
                tokio::select! {
                    () = tokio::time::sleep(pace.wait(instant).max(Duration::from_millis(5))) => {}
                    changed = told.changed() => changed.context("the feed has ended")?,
                }
            }
        }
    }
}

async fn heard(told: &mut watch::Receiver<Option<Pace>>) -> anyhow::Result<Pace> {
    let pace = told
        .wait_for(Option::is_some)
        .await
        .context("the feed has ended")?;
    pace.as_ref()
        .copied()
        .context("the server's clock is not known")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::county::Quantity;

    #[test]
    fn a_handful_of_gateways_and_about_fifty_stations_have_connections() {
        let county = County::demonstration().unwrap();
        let (route, names) = routes(&county);
        assert_eq!(route.len(), county.stations.len());
        assert!((50..62).contains(&names.len()), "{}", names.len());
        assert!(route.iter().all(|line| *line < names.len()));
    }

    #[test]
    fn a_message_is_read_by_our_own_decoder_as_it_was_meant() {
        let reading = Reading {
            station: 0,
            quantity: Quantity::WaterLevel,
            observed: Time::from_ms(1_787_241_600_000),
            sent: Time::from_ms(0),
            value: "3.40".to_owned(),
        };
        let text = body("SW-003", &reading);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["station"], "SW-003");
        assert_eq!(read["unit"], "m");
        let observed: Time = read["time"].as_str().unwrap().parse().unwrap();
        assert_eq!(observed, reading.observed);
        assert!(text.contains(r#""value":3.40,"#));
    }
}
