//! The past over the wire: the feed's own words, marked; orders on the socket; the lanes.
#![allow(clippy::unwrap_used)]

mod county;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::http::StatusCode;
use county::{CODE, County, NEIGHBOUR, TOKEN, Who, json, lines, night};
use futures_util::{SinkExt as _, StreamExt as _};
use model::config::{Call, Config, Escalation, EscalationStep, Occasion, Target, Text};
use model::{JurisdictionSlot, Level, Origin};
use rustix::time::{ClockId, clock_gettime};
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

/// By what an entry of a list is known.
fn id_of(one: &Value) -> String {
    let word = |name: &str| one[name].as_str().map(str::to_owned);
    let pair = |a: &str, b: &str| Some(format!("{}/{}", word(a)?, word(b)?));
    let id = word("id").or_else(|| word("key"));
    let id = id.or_else(|| pair("station", "quantity"));
    id.or_else(|| pair("kind", "code")).unwrap()
}

/// The county behind a change, put together as a client does it.
fn with_changes(before: &Value, change: &Value) -> Value {
    let series = |county: &Value| -> Vec<Value> {
        let stations = county["stations"].as_array().unwrap().iter();
        stations
            .flat_map(|station| station["series"].as_array().unwrap().clone())
            .collect()
    };
    let mut after = serde_json::Map::new();
    for (name, told) in change.as_object().unwrap() {
        let Some(put) = told.get("put") else {
            after.insert(name.clone(), told.clone());
            continue;
        };
        let old = before[name].as_array().cloned();
        let old = old.unwrap_or_else(|| series(before));
        let order: Option<Vec<String>> = serde_json::from_value(told["order"].clone()).unwrap();
        let order = order.unwrap_or_else(|| old.iter().map(id_of).collect());
        let put = put.as_array().unwrap();
        let known = put.iter().chain(&old).rev().map(|one| (id_of(one), one));
        let known: BTreeMap<String, &Value> = known.collect();
        let list = order.iter().map(|id| known[id].clone()).collect();
        after.insert(name.clone(), Value::Array(list));
    }
    Value::Object(after)
}

/// The same county with the newest values inside its stations, as a snapshot has them.
fn folded(mut county: Value) -> Value {
    let now = county.as_object_mut().unwrap().remove("now").unwrap();
    let now: BTreeMap<String, &Value> = now
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (id_of(one), one))
        .collect();
    for station in county["stations"].as_array_mut().unwrap() {
        for series in station["series"].as_array_mut().unwrap() {
            let newest = now[&id_of(series)].as_object().unwrap();
            series.as_object_mut().unwrap().extend(newest.clone());
        }
    }
    county
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_time_is_told_by_what_differs_and_is_the_same_world() {
    let county = County::open().await;
    for minute in 0..30i64 {
        // It rises over every line and falls again.
        county
            .stage(minute, 100 + (15 - (minute - 15).abs()) * 100)
            .await;
    }
    let (address, _end) = county.listen().await;
    let at = |minute: i64| night().plus_ms(minute * 60_000).to_string();
    let feed = |more: &str| format!("/api/v1/replay/feed?at={}{more}", at(5));
    let mut whole = open(address, &feed("")).await;
    let mut socket = open(address, &feed("&changes=true")).await;
    let first = next(&mut socket, "snapshot").await;
    assert_eq!(
        first["counties"],
        next(&mut whole, "snapshot").await["counties"]
    );
    let mut known = first["counties"][0].clone();
    let length = |value: &Value| value.to_string().len();
    let (mut alarms, mut before) = (0, 5);
    // What is told while it runs does not count: the next change is against the last snapshot.
    for (minute, speed) in [(20, 0), (20, 0), (14, 3600), (28, 0), (0, 0), (5, 0)] {
        let order = Message::text(json!({"do": "seek", "at": at(minute)}).to_string());
        socket.send(order.clone()).await.unwrap();
        whole.send(order).await.unwrap();
        let changed = next(&mut socket, "changed").await;
        let snapshot = next(&mut whole, "snapshot").await;
        for same in ["seq", "clock", "system"] {
            assert_eq!(changed[same], snapshot[same], "{same} at {minute}");
        }
        known = with_changes(&known, &changed["counties"][0]);
        assert_eq!(
            folded(known.clone()),
            snapshot["counties"][0],
            "at {minute}"
        );
        alarms = alarms.max(known["alarms"].as_array().unwrap().len());
        assert!(length(&changed) < length(&snapshot));
        let lists = changed["counties"][0].as_object().unwrap().values();
        let told = lists
            .filter_map(|list| list["put"].as_array())
            .map(Vec::len);
        let told = told.sum::<usize>();
        assert_eq!(
            told == 0,
            std::mem::replace(&mut before, minute) == minute,
            "{told} at {minute}"
        );
        if speed > 0 {
            let pace =
                |speed: u16| Message::text(json!({"do": "pace", "speed": speed}).to_string());
            socket.send(pace(speed)).await.unwrap();
            next(&mut socket, "values").await;
            socket.send(pace(0)).await.unwrap();
        }
    }
    assert!(alarms > 0, "no alarm came and went");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lanes_are_those_of_a_moment_where_one_is_named() {
    let county = County::open().await;
    county.stage(0, 900).await;
    county.stage(40, 1_250).await;
    let officer = county.sign_in("officer").await;
    let at = |minute: i64| night().plus_ms(minute * 60_000).to_string();
    let mark = json!({"action": "mark", "at": at(10), "until": null, "text": "后来才写的"});
    let (status, answer) = county.act(&officer, "mark", mark).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let lanes = async |known: &str| {
        let (from, to) = (at(0), at(60));
        let path = format!("/api/v1/replay/lanes?from={from}&to={to}&buckets=60{known}");
        json(county.get(&officer, &path).await).await
    };
    let whole = lanes("").await;
    assert_eq!(whole["deeds"][0]["at"], at(10));
    assert_eq!(whole["deeds"][0]["pressed"], at(40));
    assert_eq!(whole["levels"][40], 4);
    for same in ["&knowledge=now", "&knowledge=then"] {
        assert_eq!(lanes(same).await, whole, "{same}");
    }
    for moment in ["&at=", "&knowledge=then&at="] {
        let seen = lanes(&format!("{moment}{}", at(39))).await;
        assert_eq!(seen["all_deeds"], 0, "nobody had written it");
        assert!(
            seen["levels"]
                .as_array()
                .unwrap()
                .iter()
                .all(|level| level == 0)
        );
        assert_eq!(lanes(&format!("{moment}{}", at(40))).await, whole);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_the_past_are_told_with_their_pages_whether_they_run_or_ended() {
    let county = County::open_with(|config| {
        let step = EscalationStep {
            after_ms: 0,
            calls: vec![Call {
                to: vec![Target::Person("li".into())],
                by: Vec::new(),
            }],
            must: false,
        };
        config.organisation.escalations = vec![Escalation {
            id: "red".to_owned(),
            title: Text::same("red"),
            occasion: Occasion::Situation,
            levels: vec![Level::Red],
            hazards: Vec::new(),
            confirm_all: true,
            steps: vec![step],
            loops: 0,
            loop_after_ms: 300_000,
            exhausted: Vec::new(),
        }];
    })
    .await;
    let at = |minute: i64| night().plus_ms(minute * 60_000).to_string();
    for (minute, stage) in [(0, 900), (10, 1_250), (12, 1_250)] {
        county.stage(minute, stage).await;
    }
    let officer = county.sign_in("officer").await;
    let live = json(county.get(&officer, "/api/v1/runs").await).await;
    let page = live[0]["pages"][0]["id"].clone();
    let li = county.sign_in("li").await;
    let answer = json!({"action": "answer_page", "page": page, "ack": true, "means": "app"});
    let (status, said) = county.act(&li, "here", answer).await;
    assert_eq!((status, &said["answer"]), (StatusCode::OK, &json!("done")));
    for minute in [13, 30] {
        county.stage(minute, 1_250).await;
    }
    let ended = json(county.get(&officer, "/api/v1/runs").await).await;
    assert_eq!(ended[0]["state"], "satisfied");
    let runs = async |minute: i64, more: &str| {
        let path = format!("/api/v1/replay/runs?at={}{more}", at(minute));
        json(county.get(&officer, &path).await).await
    };
    assert_eq!(runs(5, "").await, json!([]));
    assert_eq!(runs(10, "").await[0]["state"], "running");
    assert_eq!(runs(30, "").await, ended, "as it is told of the present");
    assert_eq!(runs(30, "&knowledge=now").await, ended);
    let run = ended[0]["id"].as_str().unwrap();
    assert_eq!(runs(30, &format!("&run={run}")).await, ended);
    assert_eq!(runs(30, "&run=none").await, json!([]));
    let path = format!("/api/v1/replay/runs?at={}", at(30));
    for (who, status) in [(Who::Nobody, 401), (li, 403)] {
        assert_eq!(county.get(&who, &path).await.status().as_u16(), status);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_curve_of_a_station_that_is_gone_is_still_told() {
    let county = County::open().await;
    for minute in 0..3 {
        county.stage(minute, 100 + minute).await;
    }
    let path = "/api/v1/series/ST%2F01/water_level";
    let before = lines(county.get(&Who::Token, path).await).await;
    assert_eq!(before.len(), 3);
    let config = (county.runtime.inbox).ask(|fleet| fleet.config(JurisdictionSlot(0)).cloned());
    let mut config = Config::clone(&config.await.unwrap().unwrap());
    config.stations[0].id = "ST/02".to_owned();
    let inbox = &county.runtime.inbox;
    inbox.configure(vec![config], Origin::Signal).await.unwrap();
    assert_eq!(lines(county.get(&Who::Token, path).await).await, before);
    let now = "/api/v1/series/ST%2F02/water_level";
    let other = lines(county.get(&Who::Token, now).await).await;
    assert!(other.is_empty(), "{other:?}");
    for nowhere in ["ST%2F03/water_level", "ST%2F01/rain"] {
        let path = format!("/api/v1/series/{nowhere}");
        let status = county.get(&Who::Token, &path).await.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

/// What this thread has worked so far.
fn worked() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec as u64, spent.tv_nsec as u32)
}

#[tokio::test]
async fn a_report_is_put_into_words_beside_the_thread_that_carries_sockets() {
    let county = County::open().await;
    for minute in 0..=60 {
        county.stage(minute, 900 + 10 * minute).await;
    }
    let at = |minute: i64| night().plus_ms(minute * 60_000).to_string();
    let moments: Vec<String> = (1..=12).map(|n| at(5 * n)).collect();
    let (from, to, moments) = (at(0), at(60), moments.join(","));
    let path = format!("/api/v1/reports/docx?from={from}&to={to}&at={moments}");
    let before = worked();
    let docx = county.get(&Who::Token, &path).await;
    assert_eq!(docx.status(), StatusCode::OK);
    let here = worked() - before;
    assert!(here < Duration::from_millis(50), "{here:?}");
}

#[tokio::test]
async fn an_entry_of_the_process_is_everybodys_and_one_of_another_county_nobody_elses() {
    let county = County::open_beside_another().await;
    county.stage_of(NEIGHBOUR, 0, 1_010).await;
    county.stage(1, 1_010).await;
    county.runtime.inbox.link(0, true).await.unwrap();
    county.runtime.inbox.link(0, false).await.unwrap();
    let officer = county.sign_in("officer").await;
    let last = county.runtime.inbox.ask(|fleet| fleet.seq()).await.unwrap();
    let mut seen = BTreeMap::new();
    let mut number = 1;
    while number <= last {
        let path = format!("/api/v1/entries/{number}");
        let all = json(county.get(&Who::Token, &path).await).await;
        let own = county.get(&officer, &path).await;
        let own = match own.status() {
            StatusCode::NOT_FOUND => None,
            _ => Some(json(own).await),
        };
        let outcomes = all["outcomes"].as_array().unwrap();
        let newest = outcomes.last().map(|o| o["number"].as_u64().unwrap());
        number = newest.unwrap_or(number) + 1;
        let word = |field: &str| all[field].as_str().unwrap().to_owned();
        seen.insert((word("kind"), word("jurisdiction")), (outcomes.len(), own));
    }
    let of = |kind: &str, whose: &str| &seen[&(kind.to_owned(), whose.to_owned())];
    assert_eq!(of("observed", NEIGHBOUR).1, None);
    assert_eq!(of("configured", NEIGHBOUR).1, None);
    assert!(of("configured", CODE).1.is_some());
    // With the minute it brought came what was due in the other county.
    let (outcomes, own) = of("observed", CODE);
    let own = own.as_ref().unwrap()["outcomes"].as_array().unwrap();
    assert!(!own.is_empty() && own.len() < *outcomes, "{own:?}");
    // It stands under the first county, with what was decided there.
    let (outcomes, own) = of("link_changed", NEIGHBOUR);
    let own = own.as_ref().unwrap();
    assert_eq!(
        (&own["kind"], &own["jurisdiction"], &own["content"]["up"]),
        (&json!("link_changed"), &json!(CODE), &json!(false))
    );
    assert!(*outcomes > 0);
    assert_eq!(own["outcomes"], json!([]));
}
