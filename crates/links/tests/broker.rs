//! Readings from an external broker, which here is a few lines that record what they are told.
#![allow(clippy::unwrap_used)]

mod common;

use std::net::TcpListener;

use common::{County, Device, rain};
use links::broker::Broker;
use model::config::Clock;
use mqtt_protocol_core::mqtt::packet::{Qos, v3_1_1};
use std::io::Write;
use tokio_util::sync::CancellationToken;

/// Lets a client in, grants its subscription, and returns it.
fn let_in(listener: &TcpListener) -> Device {
    let (stream, _) = listener.accept().unwrap();
    let mut client = Device(stream);
    let (first, hello) = client.packet();
    let hello = v3_1_1::Connect::parse(&hello).unwrap().0;
    assert_eq!((first, hello.clean_session()), (0x10, false));
    client.0.write_all(&[0x20, 2, 0, 0]).unwrap();
    // What it still owed the lost connection may come first.
    let wish = loop {
        let (first, body) = client.packet();
        if first != 0x40 {
            assert_eq!(first & 0xF0, 0x80);
            break body;
        }
    };
    assert_eq!(
        v3_1_1::Subscribe::parse(&wish).unwrap().0.entries()[0].topic_filter(),
        "obs/#"
    );
    client.0.write_all(&[0x90, 3, wish[0], wish[1], 1]).unwrap();
    client
}

fn send(client: &mut Device, ids: std::ops::RangeInclusive<u16>) {
    let mut bytes = Vec::new();
    for id in ids {
        let (topic, body) = rain(u32::from(id), 1, "1");
        bytes.extend(Device::publish(
            id,
            Qos::AtLeastOnce,
            &topic,
            body.as_bytes(),
        ));
    }
    client.0.write_all(&bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_on_disk_is_acknowledged_and_a_lost_broker_is_found_again() {
    let county = County::start(Clock::Wall).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("mqtt://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let broker = Broker::parse(&url, "watchfire", 0).unwrap();
    let stop = CancellationToken::new();
    let (subscribed, mut promised) = tokio::sync::oneshot::channel();
    let link = tokio::spawn(broker.run(county.runtime.inbox.clone(), stop.clone(), subscribed));
    let acks = tokio::task::spawn_blocking(move || {
        let mut client = let_in(&listener);
        send(&mut client, 1..=50);
        let first = client.acks(50);
        send(&mut client, 60..=60);
        drop(client);
        // It comes back by itself and is sent again what it has not acknowledged.
        let mut client = let_in(&listener);
        send(&mut client, 60..=70);
        let mut again = Vec::new();
        // An acknowledgement owed to the lost connection may come first: it is on disk either way.
        while !again.contains(&70) {
            again.extend(client.acks(1));
        }
        (first, again)
    });
    let (first, again) = acks.await.unwrap();
    assert_eq!(first, (1..=50).collect::<Vec<u16>>());
    assert!((60..=70).all(|id| again.contains(&id)), "{again:?}");
    assert_eq!(county.counts("mqtt").await.accepted, 61);
    assert_eq!(promised.try_recv(), Ok(()), "the start waits for this");
    stop.cancel();
    link.await.unwrap();
    county.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_giant_is_refused_once_and_does_not_come_for_ever() {
    let county = County::start(Clock::Wall).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("mqtt://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let broker = Broker::parse(&url, "watchfire", 0).unwrap();
    let stop = CancellationToken::new();
    let (subscribed, _promised) = tokio::sync::oneshot::channel();
    let link = tokio::spawn(broker.run(county.runtime.inbox.clone(), stop.clone(), subscribed));
    let acks = tokio::task::spawn_blocking(move || {
        let mut client = let_in(&listener);
        let (topic, _) = rain(1, 1, "1");
        let giant = Device::publish(1, Qos::AtLeastOnce, &topic, &vec![b'x'; 17 << 20]);
        client.0.write_all(&giant).unwrap();
        send(&mut client, 2..=3);
        client.acks(3)
    });
    assert_eq!(acks.await.unwrap(), [1, 2, 3]);
    let counts = county.counts("mqtt").await;
    assert_eq!((counts.accepted, counts.refused.oversized), (2, 1));
    let kept = &county.runtime.quarantine.newest(1).unwrap()[0];
    assert_eq!(kept.body.bytes, 17 << 20, "how long it was is told");
    assert!(kept.body.cut);
    stop.cancel();
    link.await.unwrap();
    county.end().await;
}
