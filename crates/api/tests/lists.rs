//! Lists for programs that ask once, and the site's files for administrators.
#![allow(clippy::unwrap_used)]

mod county;

use axum::body::Body;
use axum::http::StatusCode;
use county::{County, Who, ask, json, night};
use model::intake::Refusal;
use serde_json::json;
use store::Refused;

#[tokio::test]
async fn lists_name_their_jurisdiction_and_show_what_stands() {
    let county = County::open().await;
    county.stage(0, 9_000).await;
    let officer = county.sign_in("officer").await;
    let alarms = json(county.get(&officer, "/api/v1/alarms").await).await;
    assert_eq!(alarms[0]["jurisdiction"], county::CODE);
    assert_eq!(alarms[0]["station"], "ST/01");
    let stations = json(county.get(&officer, "/api/v1/stations").await).await;
    assert_eq!(stations[0]["series"][0]["quantity"], "water_level");
    for empty in ["commands", "suppressions"] {
        let path = format!("/api/v1/{empty}");
        let rows = json(county.get(&officer, &path).await).await;
        assert_eq!(rows, json!([]), "{empty}");
    }
    let load = json(county.get(&officer, "/api/v1/load").await).await;
    assert_eq!(load[0]["jurisdiction"], county::CODE);
    let other = county
        .get(&officer, "/api/v1/rules?jurisdiction=330681")
        .await;
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn stations_are_found_on_the_ground() {
    let county = County::open().await;
    let officer = county.sign_in("officer").await;
    let all = json(county.get(&officer, "/api/v1/stations").await).await;
    let placed = all.as_array().unwrap().iter();
    let placed: Vec<_> = placed.filter(|row| row["lon"].is_f64()).collect();
    let (lon, lat) = (placed[0]["lon"].as_f64(), placed[0]["lat"].as_f64());
    let (lon, lat) = (lon.unwrap(), lat.unwrap());
    let near = format!("/api/v1/stations?near={lon},{lat}&metres=0");
    let found = json(county.get(&officer, &near).await).await;
    assert_eq!(found[0]["id"], placed[0]["id"]);
    // Its own corner touches the polygon.
    let (east, north) = (lon + 0.1, lat + 0.1);
    let within = format!("/api/v1/stations?within={lon},{lat};{east},{lat};{east},{north}");
    let found = json(county.get(&officer, &within).await).await;
    assert_eq!(found[0]["id"], placed[0]["id"]);
    let nowhere = county
        .get(&officer, "/api/v1/stations?near=0,0&metres=9")
        .await;
    assert_eq!(json(nowhere).await, json!([]));
    let half = county.get(&officer, "/api/v1/stations?near=0,0").await;
    assert_eq!(half.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_administrators_change_the_files_of_the_site() {
    let county = County::open().await;
    let officer = county.sign_in("officer").await;
    for path in ["/api/v1/site/check", "/api/v1/site/reload"] {
        let refused = county.post(&officer, path, &json!({})).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        let taken = county.post(&Who::Token, path, &json!({})).await;
        assert_eq!(taken.status(), StatusCode::OK, "{path}");
    }
    let upload = county
        .post(&Who::Token, "/api/v1/registry/stations", &json!({}))
        .await;
    assert_eq!(upload.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(json(upload).await["code"], "site_files");
    // Whatever a spreadsheet saved reaches whoever reads it; what is too large is told so in words.
    let send = async |bytes: Vec<u8>| {
        let request = ask(&Who::Token, "POST", "/api/v1/registry/stations");
        let answer = county.send(request.body(Body::from(bytes)).unwrap()).await;
        (answer.status(), json(answer).await["code"].clone())
    };
    let gbk = b"id,name\nST01,\xbb\xc6\xd4\xf3\n".to_vec();
    let read = (StatusCode::UNPROCESSABLE_ENTITY, json!("site_files"));
    assert_eq!(send(gbk).await, read);
    let large = (StatusCode::PAYLOAD_TOO_LARGE, json!("too_large"));
    assert_eq!(send(vec![b'x'; 33 << 20]).await, large);
}

#[tokio::test]
async fn tables_are_read_by_everybody_but_people_and_rule_files_are_not() {
    let county = County::open().await;
    let (officer, guest) = (
        county.sign_in("officer").await,
        county.sign_in("guest").await,
    );
    let check = async |who: &Who, path: &str, want: StatusCode| {
        let status = county.get(who, path).await.status();
        assert_eq!(status, want, "{path}");
    };
    // The stand-in has no files: whoever may ask is told so.
    let asked = StatusCode::UNPROCESSABLE_ENTITY;
    check(&guest, "/api/v1/registry/stations?station=ST%2F01", asked).await;
    check(&officer, "/api/v1/registry/people", StatusCode::FORBIDDEN).await;
    check(&Who::Token, "/api/v1/registry/people", asked).await;
    check(&guest, "/api/v1/site/rules", StatusCode::FORBIDDEN).await;
    check(&officer, "/api/v1/site/rules", StatusCode::OK).await;
    let trial = json!({"bounds": [{"rule": "r", "level": 2, "raise": "50"}]});
    let refused = county.post(&guest, "/api/v1/backtest", &trial).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let told = county.post(&officer, "/api/v1/backtest", &trial).await;
    assert_eq!(told.status(), asked);
    assert_eq!(json(told).await["code"], "not_tried");

    // Files with errors come back with every one of them and its place; a guest may not even ask.
    let edit = json!({"against": {"20-rain.toml": "rais = 1"}});
    let unsound = json(county.post(&officer, "/api/v1/backtest", &edit).await).await;
    let texts = &edit["against"];
    let checked = json(
        county
            .post(&officer, "/api/v1/site/rules/check", texts)
            .await,
    )
    .await;
    for told in [&unsound, &checked] {
        let problem = &told["problems"][0];
        assert_eq!(problem["file"], "rules/20-rain.toml", "{told}");
        assert_eq!(
            (problem["line"].as_u64(), problem["column"].as_u64()),
            (Some(9), Some(10))
        );
        assert_eq!(problem["near"], "did you mean `raise`?");
    }
    assert_eq!(unsound["code"], "rules_unsound");
    let refused = county.post(&guest, "/api/v1/site/rules/check", texts).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn other_rosters_are_tried_by_whoever_may_diagnose_and_come_back_with_every_fault() {
    let county = County::open().await;
    let (officer, guest) = (
        county.sign_in("officer").await,
        county.sign_in("guest").await,
    );
    let files = "/api/v1/site/organisation";
    assert_eq!(
        county.get(&guest, files).await.status(),
        StatusCode::FORBIDDEN
    );
    let read = json(county.get(&officer, files).await).await;
    assert_eq!(read[0]["file"], "posts.toml", "{read}");

    let trial = "/api/v1/backtest/calls";
    let edit = json!({"organisation": {"policies/10.toml": "x", "posts.toml": "y"}});
    for (path, body) in [
        (trial, &edit),
        ("/api/v1/site/organisation/check", &edit["organisation"]),
    ] {
        let refused = county.post(&guest, path, body).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
        let told = json(county.post(&officer, path, body).await).await;
        let problems = told["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 2, "{told}");
    }
    let unsound = county.post(&officer, trial, &edit).await;
    assert_eq!(unsound.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(json(unsound).await["code"], "rules_unsound");
    let bound = json!({"bounds": [{"rule": "r", "level": 2, "raise": "50"}]});
    let told = json(county.post(&officer, trial, &bound).await).await;
    assert_eq!(told["code"], "not_tried", "{told}");
    let bad = county
        .post(&officer, trial, &json!({"organisation": []}))
        .await;
    assert!(bad.status().is_client_error());
}

#[tokio::test]
async fn what_is_kept_quiet_has_a_reason() {
    let county = County::open().await;
    let officer = county.sign_in("officer").await;
    let silence = json!({"action": "silence", "matcher": {"hazard": "flood"},
        "until": "2026-07-15T09:00:00Z", "reason": " "});
    let (status, fault) = county.act(&officer, "op-1", silence).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::BAD_REQUEST, &json!("bad_field"))
    );
}

#[tokio::test]
async fn the_desk_sees_every_post_and_contact_and_others_their_own() {
    let county = County::open().await;
    let (officer, li, guest) = (
        county.sign_in("officer").await,
        county.sign_in("li").await,
        county.sign_in("guest").await,
    );
    let named = async |who: &Who, path: &str, field: &str| {
        let rows = json(county.get(who, path).await).await;
        let rows = rows.as_array().unwrap().iter();
        let names = rows.map(|row| row[field].as_str().unwrap().to_owned());
        names.collect::<Vec<String>>().join(" ")
    };
    assert_eq!(named(&officer, "/api/v1/duty", "id").await, "desk village");
    assert_eq!(named(&li, "/api/v1/duty", "id").await, "village");
    let people = named(&officer, "/api/v1/contacts", "person").await;
    assert_eq!(people, "officer second li chen");
    assert_eq!(named(&li, "/api/v1/contacts", "person").await, "li");
    for path in ["/api/v1/duty", "/api/v1/contacts", "/api/v1/runs"] {
        let refused = county.get(&guest, path).await.status();
        assert_eq!(refused, StatusCode::FORBIDDEN, "{path}");
    }
    let refused = county.get(&li, "/api/v1/runs").await.status();
    assert_eq!(refused, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_test_of_the_channels_is_the_desks_to_begin_and_says_when_it_was() {
    let county = County::open().await;
    let (officer, li) = (county.sign_in("officer").await, county.sign_in("li").await);
    let test = json!({"action": "test_contacts", "people": ["li"]});
    assert_eq!(
        county.act(&li, "t0", test.clone()).await.0,
        StatusCode::FORBIDDEN
    );
    let tested = async || {
        let own = json(county.get(&li, "/api/v1/contacts").await).await;
        let contacts = own[0]["contacts"].as_array().unwrap().clone();
        contacts.iter().filter(|c| c["tested"].is_string()).count()
    };
    assert_eq!(tested().await, 0);
    assert_eq!(
        county.act(&officer, "t1", test).await,
        (StatusCode::OK, json!({"answer": "done"}))
    );
    assert_eq!(tested().await, 2, "push and sms were tried");
    let strange = json!({"action": "test_contacts", "people": ["nobody"]});
    assert_eq!(
        county.act(&officer, "t2", strange).await.1,
        json!({"answer": "refused", "why": "no_such_person"})
    );
}

#[tokio::test]
async fn a_refused_message_that_names_a_station_of_another_county_is_not_shown_here() {
    let refused = |at: i64, topic: &str, body: &str| Refused {
        at: night().plus_ms(at * 1_000),
        interface: "mqtt".to_owned(),
        kind: Refusal::Malformed,
        reason: format!("{at}"),
        topic: topic.to_owned(),
        body: store::Body::of(body.as_bytes()),
    };
    let messages = [
        refused(1, "obs/N-1", "{"),
        refused(2, "obs/own", "{"),
        refused(
            3,
            "/api/v1/observations",
            r#"{"station": "N-1", "value": "x"}"#,
        ),
        refused(4, "/api/v1/observations", r#"{"station": "nobody's"}"#),
        // Named in the topic as one of theirs, whatever the body says.
        refused(5, "obs/N-1", r#"{"station": "nobody's"}"#),
    ];
    let shown = async |county: &County| {
        county.runtime.quarantine.append(&messages).unwrap();
        let officer = county.sign_in("officer").await;
        let rows = json(county.get(&officer, "/api/v1/intake/refused").await).await;
        let reasons = rows.as_array().unwrap().iter();
        let reasons = reasons.map(|row| row["reason"].as_str().unwrap().to_owned());
        reasons.collect::<Vec<String>>().join(" ")
    };
    let theirs = County::open_beside(|neighbour| neighbour.stations[0].id = "N-1".to_owned()).await;
    assert_eq!(shown(&theirs).await, "4 2");
    let alone = County::open().await;
    assert_eq!(shown(&alone).await, "5 4 3 2 1");
    let li = alone.sign_in("li").await;
    let answer = alone.get(&li, "/api/v1/intake/refused").await.status();
    assert_eq!(answer, StatusCode::FORBIDDEN);
}
