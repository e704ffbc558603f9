//! Observations by HTTP: each is answered for itself.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use common::{County, rain};
use links::Speaker;
use links::http::{Gate, router};
use model::config::Clock;
use serde_json::Value;
use tower::ServiceExt;

struct Token;

impl Gate for Token {
    fn admits(&self, headers: &HeaderMap) -> Option<Speaker> {
        let shown = headers.get("authorization")?;
        (shown == "Bearer t").then_some(Speaker::Anybody)
    }
}

async fn post(router: &Router, token: &str, body: impl Into<Body>) -> (StatusCode, Value) {
    let request = Request::post("/api/v1/observations").header("authorization", token);
    let answer = router
        .clone()
        .oneshot(request.body(body.into()).unwrap())
        .await
        .unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn every_piece_is_answered() {
    let county = County::start(Clock::Wall).await;
    let router = router(county.runtime.inbox.clone(), 1, Arc::new(Token));
    let (_, one) = rain(1, 1, "1.5");
    let (_, two) = rain(1, 2, "1.5");
    let (_, older) = rain(1, 0, "1.5");
    let (status, answer) = post(&router, "Bearer t", one.clone()).await;
    assert_eq!(
        (status, &answer["items"][0]["result"]),
        (StatusCode::OK, &Value::from("accepted"))
    );
    let bad = one.replace("1.5", "\"high\"");
    let strange = one.replace("0000-R0001", "0000-R001");
    let other = one.replace("1.5", "1.6");
    let array = format!("[{one},{two},{older},{bad},{strange},{other}]");
    let (status, answer) = post(&router, "Bearer t", array).await;
    assert_eq!(status, StatusCode::OK);
    let results: Vec<&str> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["result"].as_str().unwrap())
        .collect();
    assert_eq!(
        results,
        [
            "duplicate",
            "accepted",
            "late",
            "refused",
            "refused",
            "refused"
        ]
    );
    let kinds: Vec<&str> = (3..6)
        .map(|n| answer["items"][n]["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["malformed", "unknown", "conflict"]);
    let reason = &answer["items"][3]["reason"];
    assert_eq!(reason["en"], "value is not a finite number, at byte 50");
    assert_eq!(reason["zh"], "value 不是有限的数（第 50 字节）");
    assert!(
        answer["items"][4]["reason"]["en"]
            .as_str()
            .unwrap()
            .contains("0000-R0")
    );
    let lines = format!(
        "{}\n{}\n{}",
        rain(2, 1, "1").1,
        &one[..20],
        rain(2, 2, "1").1
    );
    let (_, answer) = post(&router, "Bearer t", lines).await;
    assert_eq!(
        (&answer["accepted"], &answer["refused"]),
        (&Value::from(2), &Value::from(1))
    );
    let counts = county.counts("http").await;
    assert_eq!((counts.accepted, counts.duplicate, counts.late), (4, 1, 1));
    assert_eq!(
        (
            counts.refused.malformed,
            counts.refused.unknown,
            counts.refused.conflict
        ),
        (2, 1, 1)
    );
    county.end().await;
}

#[tokio::test]
async fn strangers_and_giants_hear_why() {
    let county = County::start(Clock::Wall).await;
    let router = router(county.runtime.inbox.clone(), 1, Arc::new(Token));
    let (status, answer) = post(&router, "Bearer x", rain(1, 1, "1").1).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::UNAUTHORIZED, &Value::from("unauthorized"))
    );
    let (status, answer) = post(&router, "Bearer t", vec![b'x'; 10 << 20]).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &Value::from("oversized")),
    );
    assert!(
        answer["reason"]["zh"]
            .as_str()
            .unwrap()
            .contains("10485760")
    );
    let counts = county.counts("http").await;
    assert_eq!((counts.accepted, counts.refused.oversized), (0, 1));
    county.end().await;
}
