//! Names of this crate's numbers, each in one place.

use metrics::{counter, gauge};
use model::page::Channel;

/// Devices connected to the front door now.
pub(crate) fn connections(now: usize) {
    gauge!("watchfire_mqtt_connections").set(now as f64);
}

/// Connections refused or cut off, by reason.
pub(crate) fn connection_ended(reason: &'static str) {
    counter!("watchfire_mqtt_connections_ended_total", "reason" => reason).increment(1);
}

/// Publishes taken from sockets, counted by the read that brought them.
pub(crate) fn publishes(count: usize) {
    counter!("watchfire_mqtt_publishes_total").increment(count as u64);
    counter!("watchfire_mqtt_reads_total").increment(1);
}

/// Messages queued for devices, and those refused because a queue was full.
pub(crate) fn downlinks(queued: usize, refused: usize) {
    counter!("watchfire_mqtt_downlinks_total").increment(queued as u64);
    if refused > 0 {
        counter!("watchfire_mqtt_downlinks_refused_total").increment(refused as u64);
    }
}

/// Observations that came by HTTP.
pub(crate) fn posted(count: usize) {
    counter!("watchfire_http_observations_total").increment(count as u64);
}

/// Attempts to reach an external broker again.
pub(crate) fn broker_retry() {
    counter!("watchfire_broker_reconnects_total").increment(1);
}

/// Pages by channel and what came of an attempt, or `held_back` at the bound of a line.
pub(crate) fn pages(channel: Channel, outcome: &'static str) {
    let channel = channel.word();
    counter!("watchfire_pages_total", "channel" => channel, "outcome" => outcome).increment(1);
}

/// Replies of people by channel and what became of them.
pub(crate) fn replies(channel: Channel, outcome: &'static str, count: usize) {
    let channel = channel.word();
    counter!("watchfire_replies_total", "channel" => channel, "outcome" => outcome)
        .increment(count as u64);
}

/// Receipts by channel and what became of them.
pub(crate) fn receipts(channel: Channel, outcome: &'static str, count: usize) {
    let channel = channel.word();
    counter!("watchfire_receipts_total", "channel" => channel, "outcome" => outcome)
        .increment(count as u64);
}
