//! Signing in and out, and what guessing comes to.
#![allow(clippy::unwrap_used)]

mod county;

use axum::body::Body;
use axum::http::{StatusCode, header};
use county::{County, Who, ask, json};
use serde_json::{Value, json};

#[tokio::test]
async fn a_session_survives_a_restart_and_ends_with_logout() {
    let county = County::open().await;
    let officer = county.sign_in("officer").await;
    let me = json(county.get(&officer, "/api/v1/me").await).await;
    assert_eq!(
        (&me["person"]["id"], &me["jurisdiction"]),
        (&json!("officer"), &json!(county::CODE))
    );

    let county = County::open_in(county.close().await).await;
    assert_eq!(
        county.get(&officer, "/api/v1/me").await.status(),
        StatusCode::OK
    );
    let mut foreign = ask(&officer, "POST", "/api/v1/logout")
        .body(Body::empty())
        .unwrap();
    foreign
        .headers_mut()
        .insert(header::ORIGIN, "http://elsewhere.example".parse().unwrap());
    assert_eq!(county.send(foreign).await.status(), StatusCode::FORBIDDEN);
    let gone = county.post(&officer, "/api/v1/logout", &json!({})).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        county.get(&officer, "/api/v1/me").await.status(),
        StatusCode::UNAUTHORIZED
    );
    let token = json(county.get(&Who::Token, "/api/v1/me").await).await;
    assert_eq!(
        (&token["person"]["id"], &token["jurisdiction"]),
        (&json!("local-check"), &Value::Null)
    );
}

#[tokio::test]
async fn guessing_is_slowed_down_and_says_for_how_long() {
    let county = County::open().await;
    let guess = json!({"login": "officer", "password": "wrong"});
    for _ in 0..5 {
        let response = county.post(&Who::Nobody, "/api/v1/login", &guess).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(json(response).await["code"], "wrong_login");
    }
    let right = json!({"login": "officer", "password": county::PASSWORD});
    let held = county.post(&Who::Nobody, "/api/v1/login", &right).await;
    assert_eq!(held.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = held.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    county.sign_in("li").await;
}

#[tokio::test]
async fn many_guesses_at_once_and_guesses_without_a_listener_count_like_any_other() {
    let county = County::open().await;
    let guess = json!({"login": "officer", "password": "wrong"});
    let guesses = (0..40).map(|_| county.post(&Who::Nobody, "/api/v1/login", &guess));
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::UNAUTHORIZED);
    assert_eq!(looked_at.count(), 5);

    // Whoever hangs up does not hear whether it was right, and has tried all the same.
    let guess = json!({"login": "li", "password": "wrong"});
    for _ in 0..5 {
        let asked = county.post(&Who::Nobody, "/api/v1/login", &guess);
        let _hung_up = tokio::time::timeout(std::time::Duration::ZERO, asked).await;
    }
    let right = json!({"login": "li", "password": county::PASSWORD});
    let held = county.post(&Who::Nobody, "/api/v1/login", &right).await;
    assert_eq!(held.status(), StatusCode::TOO_MANY_REQUESTS);
    // Others behind the same address sign in as often as they like.
    for _ in 0..30 {
        county.sign_in("chen").await;
        county.sign_in("second").await;
    }
}
