//! The past over the wire: the feed's own words, marked; orders on the socket; the lanes.
#![allow(clippy::unwrap_used)]

mod county;

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::StatusCode;
use county::{County, TOKEN, Who, json, night};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(address: SocketAddr, path: &str) -> Socket {
    let mut request = format!("ws://{address}{path}")
        .into_client_request()
        .unwrap();
    let token = format!("Bearer {TOKEN}").parse().unwrap();
    request.headers_mut().insert("authorization", token);
    connect_async(request).await.unwrap().0
}

/// The next message of this type; every message on the way is marked.
async fn next(socket: &mut Socket, kind: &str) -> Value {
    let found = async {
        loop {
            let message = socket.next().await.unwrap().unwrap();
            let Message::Text(text) = message else {
                continue;
            };
            let message: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(message["mode"], "replay", "{message}");
            if message["type"] == kind {
                return message;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found)
        .await
        .unwrap()
}

fn stage(snapshot: &Value) -> &Value {
    &snapshot["counties"][0]["stations"][0]["series"][0]["value"]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_is_told_as_the_present_is_and_marked() {
    let county = County::open().await;
    for minute in 0..30 {
        county.stage(minute, 100 + minute).await;
    }
    let (address, _end) = county.listen().await;
    let at = |minute: i64| night().plus_ms(minute * 60_000).to_string();
    let path = format!("/api/v1/replay/feed?at={}", at(10));
    let mut socket = open(address, &path).await;
    let snapshot = next(&mut socket, "snapshot").await;
    assert_eq!(snapshot["clock"]["now"], at(10));
    assert_eq!(stage(&snapshot), "1.10");
    assert_eq!(snapshot["clock"]["replay"]["knowledge"], "then");
    assert_eq!(snapshot["clock"]["replay"]["last"], at(29));
    assert!(
        !snapshot["counties"][0]["people"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let people = snapshot["counties"][0]["people"].as_array().unwrap();
    assert!(
        people.iter().all(|p| p["phone"].is_null()),
        "nobody is called"
    );

    let say = |order: Value| Message::text(order.to_string());
    let order = say(json!({"do": "seek", "at": at(20)}));
    socket.send(order).await.unwrap();
    assert_eq!(stage(&next(&mut socket, "snapshot").await), "1.20");
    let order = say(json!({"do": "pace", "speed": 3600}));
    socket.send(order).await.unwrap();
    let values = next(&mut socket, "values").await;
    assert!(values["values"][0]["value"].as_str().unwrap() > "1.20");
    loop {
        let beat = next(&mut socket, "beat").await;
        if beat["clock"]["replay"]["ended"] == true {
            assert_eq!(beat["clock"]["clock"]["factor"], 0.0);
            break;
        }
    }
    // The live feed says that it is.
    let mut live = open(address, "/api/v1/feed").await;
    let message = live.next().await.unwrap().unwrap().into_text().unwrap();
    let message: Value = serde_json::from_str(&message).unwrap();
    assert_eq!(message["mode"], "live");
    assert_eq!(message["clock"]["replay"], Value::Null);

    // What cannot be said closes the socket with what can.
    socket.send(Message::text("faster")).await.unwrap();
    let closed = async {
        loop {
            if let Message::Close(frame) = socket.next().await.unwrap().unwrap() {
                return frame.unwrap().reason.to_string();
            }
        }
    };
    let reason = tokio::time::timeout(Duration::from_secs(20), closed).await;
    assert!(reason.unwrap().contains("seek"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lanes_of_a_span_and_what_is_no_span() {
    let county = County::open().await;
    for minute in 0..30 {
        county.stage(minute, 100 + minute * 100).await;
    }
    let at = |minute: i64| night().plus_ms(minute * 60_000).to_string();
    let lanes = |from: String, to: String, buckets: u32| {
        format!("/api/v1/replay/lanes?from={from}&to={to}&buckets={buckets}")
    };
    let path = lanes(at(0), at(60), 6);
    let response = county.get(&Who::Token, &path).await;
    assert_eq!(response.status(), StatusCode::OK);
    let seen = json(response).await;
    assert_eq!(seen["bucket_ms"], 600_000);
    for lane in [
        "rain",
        "levels",
        "alarms",
        "calls",
        "reports",
        "decisions",
        "late",
    ] {
        assert_eq!(seen[lane].as_array().unwrap().len(), 6, "{lane}");
    }
    assert_eq!(
        (&seen["first"], &seen["last"]),
        (&json!(at(0)), &json!(at(29)))
    );
    for path in [
        lanes(at(60), at(0), 6),
        lanes(at(0), at(60), 0),
        lanes(at(0), at(1_000_000), 6),
    ] {
        let response = county.get(&Who::Token, &path).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
    }
    let response = county.get(&Who::Nobody, &path).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
