//! What outside programs are promised: who may ask, and what they are told.
#![allow(clippy::unwrap_used)]

mod county;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{StatusCode, header};
use county::{County, Who, ask, json, lines, text};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const GUARDED: [&str; 18] = [
    "/api/v1/me",
    "/api/v1/feed",
    "/api/v1/alarms/transitions",
    "/api/v1/alarms/system",
    "/api/v1/intake/counts",
    "/api/v1/intake",
    "/api/v1/intake/refused",
    "/api/v1/state/hash",
    "/api/v1/series/ST%2F01/water_level",
    "/api/v1/texts?ids=",
    "/api/v1/openapi.json",
    "/api/v1/alarms",
    "/api/v1/situations",
    "/api/v1/suppressions",
    "/api/v1/stations",
    "/api/v1/commands",
    "/api/v1/rules",
    "/api/v1/load",
];

#[tokio::test]
async fn nothing_is_told_to_who_does_not_sign_in() {
    let county = County::open().await;
    for path in GUARDED {
        let response = county.get(&Who::Nobody, path).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
        let fault = json(response).await;
        assert_eq!(fault["code"], "not_signed_in");
        assert!(fault["zh"].is_string() && fault["en"].is_string());
    }
    let wrong =
        ask(&Who::Nobody, "GET", "/api/v1/me").header(header::AUTHORIZATION, "Bearer guess");
    let response = county.send(wrong.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);

    assert_eq!(
        county.get(&Who::Nobody, "/healthz").await.status(),
        StatusCode::OK
    );
    assert_eq!(
        county.get(&Who::Nobody, "/metrics").await.status(),
        StatusCode::OK
    );
    let mut far = ask(&Who::Nobody, "GET", "/metrics")
        .body(Body::empty())
        .unwrap();
    far.extensions_mut()
        .insert(ConnectInfo(std::net::SocketAddr::from(([10, 0, 0, 9], 1))));
    assert_eq!(county.send(far).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_was_confirmed_before_a_request_is_in_its_answer() {
    let county = County::open().await;
    for (minute, centimetres) in [(0, 900), (5, 1010), (10, 1250), (15, 990)] {
        county.stage(minute, centimetres).await;
    }
    let told = lines(county.get(&Who::Token, "/api/v1/alarms/transitions").await).await;
    let step = |seq, prev, level, time| {
        json!({"rule": "threshold:water_level", "subject": "ST/01", "prev": prev, "level": level,
               "time": time, "seq": seq, "jurisdiction": county::CODE})
    };
    let all = [
        step(1, 0, 3, "2026-07-15T08:05:00Z"),
        step(2, 3, 4, "2026-07-15T08:10:00Z"),
        step(3, 4, 0, "2026-07-15T08:15:00Z"),
    ];
    assert_eq!(told, all);
    let after = lines(
        county
            .get(&Who::Token, "/api/v1/alarms/transitions?after=2")
            .await,
    )
    .await;
    assert_eq!(after, all[2..]);
    let own = county
        .get(
            &Who::Token,
            "/api/v1/alarms/transitions?jurisdiction=330624",
        )
        .await;
    assert_eq!(lines(own).await, all);

    let part = "/api/v1/series/ST%2F01/water_level?from=2026-07-15T08:05:00Z&to=2026-07-15T16:15:00%2B08:00";
    let samples = lines(county.get(&Who::Token, part).await).await;
    assert_eq!(samples.len(), 2);
    assert_eq!(
        samples[0],
        json!({"time": "2026-07-15T08:05:00Z", "received": "2026-07-15T08:05:00Z", "value": "10.10",
               "quality": "good", "revision": 0, "late": false})
    );
    let counts = json(county.get(&Who::Token, "/api/v1/intake/counts").await).await;
    assert_eq!(counts["mqtt"]["accepted"], 4);
    assert_eq!(counts["http"]["refused"]["malformed"], 0);
    let intake = json(county.get(&Who::Token, "/api/v1/intake").await).await;
    let (mqtt, http) = (&intake[0], &intake[1]);
    assert_eq!((&mqtt["id"], &http["id"]), (&json!("mqtt"), &json!("http")));
    assert_eq!(mqtt["counts"], counts["mqtt"]);
    assert_eq!((&mqtt["series"], &mqtt["silent"]), (&json!(1), &json!(0)));
    assert!(mqtt["heard"].is_string() && http["heard"].is_null());
    let state = json(county.get(&Who::Token, "/api/v1/state/hash").await).await;
    assert_eq!(state["hash"].as_str().unwrap().len(), 64);
    assert!(state["seq"].as_u64().unwrap() >= 4);
    let system = json(county.get(&Who::Token, "/api/v1/alarms/system").await).await;
    assert!(system.is_array());
}

#[tokio::test]
async fn a_long_history_leaves_a_day_at_a_time() {
    let county = County::open().await;
    let quarter = 6 * 60;
    for n in 0..16 {
        county.stage(n * quarter, 900 + n).await;
    }
    let path = "/api/v1/series/ST%2F01/water_level";
    let answer = county.get(&Who::Token, path).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let mut body = answer.into_body().into_data_stream();
    let mut pieces: Vec<Vec<String>> = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = String::from_utf8(piece.unwrap().to_vec()).unwrap();
        let value = |line: &str| {
            let sample: Value = serde_json::from_str(line).unwrap();
            sample["value"].as_str().unwrap().to_owned()
        };
        pieces.push(piece.lines().map(value).collect());
    }
    assert!(body.next().await.is_none(), "it stays at its end");
    // The night begins at eight in the morning of UTC: three quarters, three days, one quarter.
    let sizes: Vec<usize> = pieces.iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 4, 4, 4, 1]);
    let all: Vec<String> = (0..16).map(|n| format!("9.{n:02}")).collect();
    assert_eq!(pieces.concat(), all);
}

#[tokio::test]
async fn health_is_told_to_anybody_and_measured_once_a_second() {
    let county = County::open().await;
    for _ in 0..100 {
        let answer = county.get(&Who::Nobody, "/healthz").await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let measured = county.measured.load(std::sync::atomic::Ordering::SeqCst);
    assert!((1..50).contains(&measured), "{measured}");
}

#[tokio::test]
async fn wrong_questions_are_answered_with_a_sentence() {
    let county = County::open().await;
    let check = async |path: &str, status: StatusCode, code: &str| {
        let response = county.get(&Who::Token, path).await;
        assert_eq!(response.status(), status, "{path}");
        let fault = json(response).await;
        assert_eq!(fault["code"], code, "{path}: {fault}");
        fault
    };
    let fault = check(
        "/api/v1/series/ST%2F02/water_level",
        StatusCode::NOT_FOUND,
        "no_such_station",
    )
    .await;
    assert!(fault["en"].as_str().unwrap().contains("ST/01"), "{fault}");
    check(
        "/api/v1/series/ST%2F01/rain",
        StatusCode::NOT_FOUND,
        "no_such_quantity",
    )
    .await;
    check(
        "/api/v1/series/ST%2F01/water_level?from=noon",
        StatusCode::BAD_REQUEST,
        "bad_body",
    )
    .await;
    check(
        "/api/v1/alarms/transitions?after=x",
        StatusCode::BAD_REQUEST,
        "bad_body",
    )
    .await;
    check(
        "/api/v1/alarms/system?jurisdiction=x",
        StatusCode::NOT_FOUND,
        "no_such_jurisdiction",
    )
    .await;
    check("/api/v1/nothing", StatusCode::NOT_FOUND, "no_such_page").await;
    check(
        "/api/v1/feed",
        StatusCode::UPGRADE_REQUIRED,
        "not_a_websocket",
    )
    .await;
    let response = county.get(&Who::Token, "/api/v1/acts").await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_socket_catches_up_and_then_goes_on() {
    let county = County::open().await;
    county.stage(0, 1010).await;
    county.stage(5, 900).await;
    let (address, _serving) = county.listen().await;
    let mut from_one = open(&format!("ws://{address}/api/v1/alarms/transitions?after=1")).await;
    let mut from_now = open(&format!("ws://{address}/api/v1/alarms/transitions")).await;
    assert_eq!(next(&mut from_one).await[0]["seq"], 2);
    county.stage(10, 1300).await;
    assert_eq!(next(&mut from_one).await[0]["seq"], 3);
    let news = next(&mut from_now).await;
    assert_eq!(news[0]["seq"], 3);
    assert_eq!(news[0]["level"], 4);
}

#[tokio::test]
async fn the_description_names_every_route_and_the_pages_are_guarded() {
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    for path in GUARDED.iter().filter(|path| !path.contains("openapi")) {
        let path = path.split('?').next().unwrap();
        let path = path
            .replace("ST%2F01", "{station}")
            .replace("/water_level", "/{quantity}");
        assert!(
            document["paths"][&path]["get"].is_object(),
            "{path} is not described"
        );
    }
    for path in [
        "/api/v1/acts",
        "/api/v1/login",
        "/api/v1/logout",
        "/api/v1/blobs",
        "/api/v1/site/check",
        "/api/v1/site/reload",
        "/api/v1/registry/{kind}",
        "/api/v1/backtest",
        "/api/v1/backtest/calls",
        "/api/v1/site/organisation/check",
    ] {
        assert!(
            document["paths"][path]["post"].is_object(),
            "{path} is not described"
        );
    }
    assert!(document["components"]["schemas"]["FeedMessage"].is_object());

    let county = County::open().await;
    let page = county.get(&Who::Nobody, "/m/tasks").await;
    assert_eq!(page.status(), StatusCode::OK);
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("worker-src 'self' blob:"), "{policy}");
    assert!(text(page).await.contains("<"));
    let missing = county.get(&Who::Nobody, "/assets/none.js").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}

fn place(task: &str, lon: f64) -> Value {
    json!({"action": "report_place", "task": task,
           "position": {"lon": lon, "lat": 29.5, "accuracy_m": 8.0}})
}

/// Whether any file beside the journal holds these words.
fn is_kept(county: &County, words: &str) -> bool {
    let mut folders = vec![county.folder.path().join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains(words) {
                return true;
            }
        }
    }
    false
}

#[tokio::test]
async fn a_phone_tells_where_its_person_is_while_their_task_is_open() {
    let county = County::open().await;
    let (officer, li, chen, guest) = (
        county.sign_in("officer").await,
        county.sign_in("li").await,
        county.sign_in("chen").await,
        county.sign_in("guest").await,
    );
    let issue = json!({"action": "issue_command", "template": "move", "level": 4,
                       "groups": ["villages"], "wording": "立即转移到学校"});
    let (done, refused) = (
        json!({"answer": "done"}),
        |why: &str| json!({"answer": "refused", "why": why}),
    );
    assert_eq!(county.act(&officer, "c1", issue).await.1, done);

    let taken = (StatusCode::OK, done.clone());
    assert_eq!(county.act(&li, "p1", place("c1.li", 120.91)).await, taken);
    let seen = json(county.get(&officer, "/api/v1/commands").await).await;
    let task = |seen: &Value| {
        let rows = seen.as_array().unwrap();
        let mut tasks = rows.iter().flat_map(|row| row["tasks"].as_array().unwrap());
        tasks.find(|task| task["id"] == "c1.li").unwrap().clone()
    };
    let told = task(&seen);
    assert_eq!(told["stage"], "issued");
    assert_eq!(
        (&told["heard"], &told["version"]),
        (&Value::Null, &json!(1))
    );
    assert_eq!(told["place"]["op"], "p1");
    assert_eq!(told["place"]["device_at"], "2026-07-15T08:00:00Z");
    // It stands outside the entry, for its person and the desk, until it is erased.
    let seal = told["place"]["position"].as_str().unwrap().to_owned();
    let texts = format!("/api/v1/texts?ids={seal}");
    for (who, may) in [
        (&officer, true),
        (&li, true),
        (&chen, false),
        (&guest, false),
    ] {
        let text = json(county.get(who, &texts).await).await[&seal].clone();
        let lon = text.as_str().map(|text| text.contains("120.91"));
        assert_eq!(lon, may.then_some(true), "{who:?}: {text}");
    }
    let erased = county.runtime.blobs.erase(&model::Seal(seal.clone()));
    assert!(erased.unwrap());
    let text = json(county.get(&officer, &texts).await).await;
    assert_eq!(text[&seal], Value::Null);

    // The same place once more is the same; another one waits, and says how long.
    assert_eq!(county.act(&li, "p1", place("c1.li", 120.91)).await, taken);
    let body = json!({"op": "p2", "action": place("c1.li", 120.92)});
    let response = county.post(&li, "/api/v1/acts", &body).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = response.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    let fault = json(response).await;
    assert_eq!(fault["code"], "too_soon");
    assert!(fault["en"].as_str().unwrap().contains(&format!("{wait} s")));

    // Nobody tells another's, neither of the field nor of the desk, and it holds nobody up.
    for (op, who) in [("p3", &li), ("p4", &officer)] {
        let answer = county.act(who, op, place("c1.chen", 120.93)).await;
        assert_eq!(answer, (StatusCode::OK, refused("not_your_task")), "{op}");
    }
    let (status, _) = county.act(&guest, "p5", place("c1.chen", 120.93)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let nowhere = county.act(&chen, "p6", place("c1.chen", 999.0)).await;
    assert_eq!(
        (nowhere.0, &nowhere.1["code"]),
        (StatusCode::BAD_REQUEST, &json!("bad_field"))
    );
    assert_eq!(
        county.act(&chen, "p7", place("c1.chen", 120.94)).await,
        taken
    );

    // Once it is over nobody is followed any more.
    let cancel = json!({"action": "cancel_command", "command": "c1", "reason": null});
    assert_eq!(county.act(&officer, "x1", cancel).await.1, done);
    county
        .act(
            &officer,
            "c2",
            json!({"action": "issue_command", "template": "move", "level": 4,
        "people": ["li"], "wording": "巡查"}),
        )
        .await;
    county
        .act(
            &officer,
            "x2",
            json!({"action": "cancel_command", "command": "c2", "reason": null}),
        )
        .await;
    let answer = county.act(&li, "p8", place("c2.li", 120.95)).await;
    assert_eq!(answer, (StatusCode::OK, refused("task_closed")));
    assert!(is_kept(&county, "120.94"));
    for gone in ["120.91", "120.92", "120.93", "120.95"] {
        assert!(
            !is_kept(&county, gone),
            "a place that nobody may have is kept: {gone}"
        );
    }
    // What was refused is on record all the same.
    let data = county.close().await;
    let mut told = Vec::new();
    runtime::replay(data.path(), |again| {
        if let model::Input::Acted(act) = again.input
            && matches!(act.action, model::Action::ReportPlace { .. })
        {
            told.push(act.op.0.clone());
        }
    })
    .unwrap();
    assert_eq!(told, ["p1", "p3", "p4", "p7", "p8"]);
}

#[tokio::test]
async fn what_an_officer_heard_says_how_they_heard_it() {
    let county = County::open().await;
    let officer = county.sign_in("officer").await;
    let li = county.sign_in("li").await;
    let call = |means: Value| json!({"action": "answer_call", "run": "r", "person": "li", "ack": true, "means": means});
    let missed = |means: Value| json!({"action": "report_task", "task": "c1.li", "fact": "not_reached", "means": means});
    for (op, action) in [("a1", call(json!("app"))), ("a2", missed(Value::Null))] {
        let (status, fault) = county.act(&officer, op, action).await;
        assert_eq!(
            (status, &fault["code"]),
            (StatusCode::BAD_REQUEST, &json!("bad_field")),
            "{op}"
        );
    }
    for (op, action) in [("a3", call(json!("phone"))), ("a4", missed(json!("phone")))] {
        let (status, fault) = county.act(&li, op, action).await;
        assert_eq!(
            (status, &fault["code"]),
            (StatusCode::FORBIDDEN, &json!("role_not_allowed")),
            "{op}"
        );
    }
    let (status, answer) = county.act(&officer, "a5", call(json!("phone"))).await;
    assert_eq!(
        (status, &answer["why"]),
        (StatusCode::OK, &json!("no_such_run"))
    );
}

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(address: &str) -> Socket {
    let mut request = address.into_client_request().unwrap();
    let token = format!("Bearer {}", county::TOKEN);
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, token.parse().unwrap());
    connect_async(request).await.unwrap().0
}

/// The next text frame; a story that hears nothing for long has failed.
async fn next(socket: &mut Socket) -> Value {
    let wait = std::time::Duration::from_secs(20);
    loop {
        let message = tokio::time::timeout(wait, socket.next())
            .await
            .expect("nothing was heard")
            .unwrap()
            .unwrap();
        if message.is_text() {
            return serde_json::from_str(message.to_text().unwrap()).unwrap();
        }
    }
}
