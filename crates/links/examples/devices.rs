//! Many devices at once, one message a packet: what rate of them is held, and how long a device
//! waits for its acknowledgement, counted from the moment its message was due.
//!
//! `cargo run --release -p watchfire-links --example devices <host:port> <folder> <connections>
//! <messages a second> <seconds>`; the folder holds the `messages.tsv` of a workload. It speaks to
//! any MQTT 3.1.1 broker, so that others can be measured in the same minute.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::HashMap;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

/// A message unacknowledged for so long after the last was sent counts as never acknowledged.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() {
    let mut words = std::env::args().skip(1);
    let mut next = || {
        words
            .next()
            .expect("devices <host:port> <folder> <connections> <rate> <seconds>")
    };
    let (host, folder) = (next(), next());
    let connections: usize = next().parse().unwrap();
    let rate: f64 = next().parse().unwrap();
    let seconds: f64 = next().parse().unwrap();
    let shares = shares(&folder, connections, (rate * seconds) as usize);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(&host, shares, rate));
}

/// The first `count` messages as packets, dealt to the connections by station so that each station's
/// stay in order; beside each its place in the whole.
fn shares(folder: &str, connections: usize, count: usize) -> Vec<Vec<(usize, Vec<u8>)>> {
    let text = std::fs::read_to_string(format!("{folder}/messages.tsv")).unwrap();
    let mut seats: HashMap<&str, usize> = HashMap::new();
    let mut shares = vec![Vec::new(); connections];
    for (place, line) in text.lines().take(count).enumerate() {
        let (topic, body) = line.split_once('\t').unwrap();
        let station = topic.split('/').nth(1).unwrap();
        let newest = seats.len();
        let seat = *seats.entry(station).or_insert(newest) % connections;
        let share = &mut shares[seat];
        let id = (share.len() % 65_535 + 1) as u16;
        share.push((place, publish(topic, body, id)));
    }
    shares
}

fn publish(topic: &str, body: &str, id: u16) -> Vec<u8> {
    let mut rest = Vec::new();
    rest.extend((topic.len() as u16).to_be_bytes());
    rest.extend(topic.as_bytes());
    rest.extend(id.to_be_bytes());
    rest.extend(body.as_bytes());
    packet(0x32, &rest)
}

fn connect(client: &str) -> Vec<u8> {
    let mut rest = b"\0\x04MQTT\x04\x02\0\x3c".to_vec();
    rest.extend((client.len() as u16).to_be_bytes());
    rest.extend(client.as_bytes());
    packet(0x10, &rest)
}

fn packet(kind: u8, rest: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    let mut left = rest.len();
    loop {
        let low = (left % 128) as u8;
        left /= 128;
        out.push(if left > 0 { low | 0x80 } else { low });
        if left == 0 {
            break;
        }
    }
    out.extend(rest);
    out
}

async fn measure(host: &str, shares: Vec<Vec<(usize, Vec<u8>)>>, rate: f64) {
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut sockets = Vec::new();
    for (number, share) in shares.into_iter().enumerate() {
        let mut socket = TcpStream::connect(host).await.unwrap();
        socket.set_nodelay(true).unwrap();
        socket
            .write_all(&connect(&format!("device-{number}")))
            .await
            .unwrap();
        let mut answer = [0; 4];
        timeout(PATIENCE, socket.read_exact(&mut answer))
            .await
            .expect("no CONNACK")
            .unwrap();
        assert_eq!(answer[3], 0, "the broker refused the connection");
        sockets.push((socket, share));
    }
    let (connected, count) = (
        sockets.len(),
        sockets.iter().map(|(_, s)| s.len()).sum::<usize>(),
    );
    let begin = Instant::now() + Duration::from_millis(200);
    for (socket, share) in sockets {
        let due: Vec<Instant> = share
            .iter()
            .map(|(place, _)| begin + Duration::from_secs_f64(*place as f64 / rate))
            .collect();
        let (mut from, mut to) = socket.into_split();
        let tell = tell.clone();
        tokio::spawn({
            let due = due.clone();
            async move {
                for (at, (_, packet)) in due.into_iter().zip(share) {
                    sleep_until(at).await;
                    if to.write_all(&packet).await.is_err() {
                        return;
                    }
                }
                // Kept open until every acknowledgement is in.
                tokio::time::sleep(PATIENCE).await;
            }
        });
        tokio::spawn(async move {
            let mut acknowledged = 0;
            let mut packet = [0; 4];
            while acknowledged < due.len() && from.read_exact(&mut packet).await.is_ok() {
                if packet[0] == 0x40 {
                    let now = Instant::now();
                    let _gone = tell.send((now - due[acknowledged], now));
                    acknowledged += 1;
                }
            }
        });
    }
    drop(tell);
    let mut waits = Vec::with_capacity(count);
    let mut last = begin;
    while let Ok(Some((waited, at))) = timeout(PATIENCE, told.recv()).await {
        waits.push(waited);
        last = last.max(at);
        if waits.len() == count {
            break;
        }
    }
    waits.sort_unstable();
    let part = |share: f64| {
        waits
            .get((waits.len() as f64 * share) as usize)
            .map_or(f64::NAN, |wait| wait.as_secs_f64() * 1e3)
    };
    println!(
        "{connected} connections, {} of {count} acknowledged, {:.0} a second; waited p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms",
        waits.len(),
        waits.len() as f64 / (last - begin).as_secs_f64(),
        part(0.5),
        part(0.99),
        part(0.999),
    );
}
