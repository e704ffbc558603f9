//! Devices with accounts: each speaks for its own stations, by MQTT and HTTP, for as long as its account
//! stands. And clients that ask for more, or less, than others.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{County, rain};
use links::http::{Gate, MOST_ITEMS, account, router, shows_account};
use links::mqtt::{Access, Admission, Credentials, FrontDoor, SessionFiles};
use links::{Device as Account, Speaker, Stations};
use model::config::Clock;
use mqtt_protocol_core::mqtt::packet::{
    MaximumPacketSize, Property, Qos, RequestProblemInformation, v3_1_1, v5_0,
};
use serde_json::Value;
use tower::ServiceExt;

use common::Device;

/// Accounts that a test changes.
#[derive(Default)]
struct Book {
    accounts: Mutex<BTreeMap<String, Account>>,
    edition: AtomicU64,
}

impl Book {
    fn put(&self, name: &str, stations: &[&str]) {
        let stations = match stations {
            [] => Stations::All,
            own => Stations::These(own.iter().map(|s| (*s).to_owned()).collect()),
        };
        let account = Account {
            name: name.to_owned(),
            stations,
            secret: format!("{name}!"),
        };
        self.accounts
            .lock()
            .unwrap()
            .insert(name.to_owned(), account);
        self.edition.fetch_add(1, Ordering::SeqCst);
    }

    fn remove(&self, name: &str) {
        self.accounts.lock().unwrap().remove(name);
        self.edition.fetch_add(1, Ordering::SeqCst);
    }

    fn look(&self, name: &str, password: &[u8]) -> Option<Arc<Account>> {
        let accounts = self.accounts.lock().unwrap();
        let account = accounts.get(name)?;
        (account.secret.as_bytes() == password).then(|| Arc::new(account.clone()))
    }
}

impl Access for Book {
    fn admit(&self, shown: Credentials<'_>) -> Admission {
        let Some(name) = shown.user else {
            return Admission::Refused;
        };
        self.look(name, shown.password.unwrap_or_default())
            .map_or(Admission::Refused, Admission::Device)
    }

    fn edition(&self) -> u64 {
        self.edition.load(Ordering::SeqCst)
    }

    fn stays(&self, device: &Account) -> bool {
        let accounts = self.accounts.lock().unwrap();
        accounts.get(&device.name) == Some(device)
    }
}

impl Gate for Book {
    fn admits(&self, headers: &HeaderMap) -> Option<Speaker> {
        if !shows_account(headers) {
            return Some(Speaker::Anybody);
        }
        let (name, password) = account(headers)?;
        self.look(&name, &password).map(Speaker::Device)
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn door(book: &Arc<Book>) -> FrontDoor {
    let mut door = FrontDoor::loopback(([127, 0, 0, 1], 0).into());
    door.access = Arc::clone(book) as Arc<dyn Access>;
    door
}

/// Knocks with a name and a password; the return code, and the device when it was let in.
fn greet(county: &County, user: &str, password: &str, clean: bool) -> (u8, Device) {
    let mut device = Device::knock(county.address());
    let hello = v3_1_1::Connect::builder()
        .client_id("1")
        .unwrap()
        .clean_session(clean)
        .user_name(user)
        .unwrap()
        .password(password.as_bytes().to_vec())
        .unwrap();
    let hello = hello.keep_alive(0).build().unwrap().to_continuous_buffer();
    device.0.write_all(&hello).unwrap();
    let (first, body) = device.packet();
    assert_eq!(first, 0x20);
    (body[1], device)
}

fn subscribe(device: &mut Device, filter: &str) -> u8 {
    let mut packet = vec![0x82, u8::try_from(filter.len() + 5).unwrap(), 0, 9];
    packet.extend(u16::try_from(filter.len()).unwrap().to_be_bytes());
    packet.extend(filter.as_bytes());
    packet.push(1);
    device.0.write_all(&packet).unwrap();
    let (first, body) = device.packet();
    assert_eq!((first, &body[..2]), (0x90, &[0, 9][..]));
    body[2]
}

fn publish(device: &mut Device, id: u16, station: u32, minute: u32) {
    let (topic, body) = rain(station, minute, "1");
    let bytes = Device::publish(id, Qos::AtLeastOnce, &topic, body.as_bytes());
    device.0.write_all(&bytes).unwrap();
    assert_eq!(device.acks(1), [id]);
}

#[test]
fn a_device_writes_and_hears_its_own_stations_alone() {
    let rt = runtime();
    let book = Arc::new(Book::default());
    book.put("gate", &["0000-R0001", "0000-R0002"]);
    book.put("other", &["0000-R0003"]);
    book.put("gateway", &[]);
    let county = rt.block_on(County::with(Clock::Wall, door(&book)));
    for (user, password) in [("gate", "x"), ("strange", "gate!"), ("gate", "")] {
        assert_eq!(greet(&county, user, password, true).0, 5, "{user}");
    }
    let (code, mut gate) = greet(&county, "gate", "gate!", true);
    let (_, mut other) = greet(&county, "other", "other!", true);
    let (_, mut gateway) = greet(&county, "gateway", "gateway!", true);
    assert_eq!(code, 0);
    publish(&mut gate, 1, 1, 1);
    publish(&mut gate, 2, 3, 1);
    publish(&mut gate, 3, 2, 1);
    publish(&mut other, 1, 3, 2);
    publish(&mut gateway, 1, 7, 1);
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!((counts.accepted, counts.refused.malformed), (4, 1));
    let refused = county.runtime.quarantine.newest(10).unwrap();
    assert_eq!(refused.len(), 1);
    assert!(
        refused[0].reason.contains("\"gate\""),
        "{}",
        refused[0].reason
    );
    for (filter, code) in [
        ("down/0000-R0001/#", 1),
        ("down/0000-R0003/#", 0x80),
        ("down/+/siren", 0x80),
        ("down/#", 0x80),
    ] {
        assert_eq!(subscribe(&mut gate, filter), code, "{filter}");
    }
    assert_eq!(subscribe(&mut gateway, "down/+/siren"), 1);
    let lives = Duration::from_secs(60);
    let sent = |station: &str| county.door.send_down(station, "siren", "on".into(), lives);
    assert_eq!(sent("0000-R0001"), Ok(2));
    assert_eq!(sent("0000-R0003"), Ok(1), "the gateway alone");
    let (first, body) = gate.packet();
    assert_eq!(first & 0xF0, 0x30);
    assert!(body.ends_with(b"on"));
    rt.block_on(county.end());
}

#[test]
fn an_account_that_is_taken_away_ends_its_connection_and_no_other() {
    let rt = runtime();
    let book = Arc::new(Book::default());
    book.put("gate", &["0000-R0001"]);
    book.put("other", &["0000-R0003"]);
    let sessions = tempfile::tempdir().unwrap();
    let mut door = door(&book);
    door.sessions = Box::new(SessionFiles::open(sessions.path().to_owned()).unwrap());
    let county = rt.block_on(County::with(Clock::Wall, door));
    let (_, mut gate) = greet(&county, "gate", "gate!", false);
    let (_, mut other) = greet(&county, "other", "other!", true);
    assert_eq!(subscribe(&mut gate, "down/0000-R0001/#"), 1);
    book.remove("gate");
    assert!(gate.is_closed());
    assert_eq!(greet(&county, "gate", "gate!", false).0, 5);
    publish(&mut other, 1, 3, 1);
    // The same name for another station hears nothing of the first any more.
    book.put("gate", &["0000-R0002"]);
    let (code, mut gate) = greet(&county, "gate", "gate!", false);
    assert_eq!(code, 0);
    let lives = Duration::from_secs(60);
    assert!(
        county
            .door
            .send_down("0000-R0001", "siren", "on".into(), lives)
            .is_err()
    );
    publish(&mut gate, 1, 2, 1);
    rt.block_on(county.end());
}

async fn post(router: &axum::Router, login: &str, body: String) -> (StatusCode, Value) {
    let login = format!("Basic {}", STANDARD.encode(login));
    let request = Request::post("/api/v1/observations").header("authorization", login);
    let request = request.body(Body::from(body)).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http_a_device_is_answered_for_each_reading() {
    let book = Arc::new(Book::default());
    book.put("gate", &["0000-R0001"]);
    let county = County::start(Clock::Wall).await;
    let router = router(
        county.runtime.inbox.clone(),
        1,
        Arc::clone(&book) as Arc<dyn Gate>,
    );
    let (own, theirs) = (rain(1, 1, "1").1, rain(2, 1, "1").1);
    for login in ["gate:x", "strange:gate!", "gate", ""] {
        let (status, answer) = post(&router, login, own.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{login}: {answer}");
    }
    let broken = own.replace(":1,", ":NaN,");
    let body = format!("[{theirs},{broken},{own}]");
    let (status, answer) = post(&router, "gate:gate!", body).await;
    assert_eq!(status, StatusCode::OK);
    let results: Vec<&Value> = (0..3).map(|n| &answer["items"][n]["result"]).collect();
    assert_eq!(results, ["refused", "refused", "accepted"], "{answer}");
    let why = answer["items"][0]["reason"]["zh"].as_str().unwrap();
    assert!(why.contains("gate") && why.contains("0000-R0002"), "{why}");
    book.remove("gate");
    let (status, _) = post(&router, "gate:gate!", own).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    county.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_of_too_many_pieces_is_refused_before_any_is_taken() {
    let book = Arc::new(Book::default());
    book.put("gate", &[]);
    let county = County::start(Clock::Wall).await;
    let router = router(county.runtime.inbox.clone(), 1, book as Arc<dyn Gate>);
    let good = rain(1, 1, "1").1;
    let many = format!("{good}\n{}", "1\n".repeat(MOST_ITEMS));
    let (status, answer) = post(&router, "gate:gate!", many).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer["error"], "too_many");
    let zh = answer["reason"]["zh"].as_str().unwrap();
    assert!(zh.contains("50000") && zh.contains("分批"), "{zh}");
    let counts = county.counts("http").await;
    assert_eq!((counts.accepted, counts.refused.oversized), (0, 1));
    assert_eq!(counts.refused.malformed, 0);
    let most = format!("{good}\n{}", "1\n".repeat(MOST_ITEMS - 1));
    let (status, answer) = post(&router, "gate:gate!", most).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&answer["accepted"], &answer["refused"]),
        (&1.into(), &(MOST_ITEMS - 1).into())
    );
    county.end().await;
}

fn greet_v5(county: &County, client: &str, properties: Vec<Property>) -> Device {
    let mut device = Device::knock(county.address());
    let hello = v5_0::Connect::builder().client_id(client).unwrap();
    let hello = hello.clean_start(true).props(properties).build().unwrap();
    device.0.write_all(&hello.to_continuous_buffer()).unwrap();
    device
}

#[test]
fn a_version_5_client_is_told_no_more_than_it_takes() {
    let rt = runtime();
    let county = rt.block_on(County::start(Clock::Wall));
    let quiet = Property::RequestProblemInformation(RequestProblemInformation::new(0).unwrap());
    let small = Property::MaximumPacketSize(MaximumPacketSize::new(64).unwrap());
    let mut device = greet_v5(&county, "small", vec![quiet, small]);
    assert_eq!(device.packet().0, 0x20);
    device
        .0
        .write_all(&Device::publish_v5(7, "elsewhere", b"{}"))
        .unwrap();
    let (first, answer) = device.packet();
    assert_eq!(first, 0x40);
    assert_eq!(answer[..3], [0, 7, 0x90]);
    assert!(answer.len() <= 4, "no reason string: {answer:?}");
    // Version 5 has a byte of properties in a SUBSCRIBE.
    let mut wish = vec![0x82, 23, 0, 9, 0, 0, 17];
    wish.extend(b"down/0000-R0001/#");
    wish.push(1);
    device.0.write_all(&wish).unwrap();
    assert_eq!(device.packet().0, 0x90);
    let lives = Duration::from_secs(60);
    let send = |body: String| {
        let sent = county
            .door
            .send_down("0000-R0001", "siren", body.into(), lives);
        assert_eq!(sent, Ok(1));
    };
    send("x".repeat(100));
    send("short".to_owned());
    let (first, body) = device.packet();
    assert_eq!(first & 0xF0, 0x30);
    assert!(body.ends_with(b"short"), "the long one was let go");
    // One that takes not even a greeting hears that.
    let tiny = Property::MaximumPacketSize(MaximumPacketSize::new(10).unwrap());
    let mut device = greet_v5(&county, "tiny", vec![tiny]);
    let (first, body) = device.packet();
    assert_eq!((first, body[1]), (0x20, 0x95));
    rt.block_on(county.end());
}

#[test]
fn a_long_will_is_read_past_and_a_greeting_beyond_all_bounds_is_answered() {
    let rt = runtime();
    let county = rt.block_on(County::start(Clock::Wall));
    let hello = |will: usize| {
        let mut body = b"\0\x04MQTT\x04\x06\0\0\0\x01w\0\x01t".to_vec();
        body.extend(u16::try_from(will).unwrap().to_be_bytes());
        body.extend(vec![b'x'; will]);
        body
    };
    let packet = |body: &[u8]| {
        let mut packet = vec![0x10];
        let mut left = body.len();
        while left > 0 {
            let more = if left > 127 { 128 } else { 0 };
            packet.push((left % 128) as u8 | more);
            left /= 128;
        }
        packet.extend(body);
        packet
    };
    let mut device = Device::knock(county.address());
    device.0.write_all(&packet(&hello(65_535))).unwrap();
    assert_eq!(device.packet(), (0x20, vec![0, 0]));
    let (topic, body) = rain(1, 1, "1");
    let bytes = Device::publish(1, Qos::AtLeastOnce, &topic, body.as_bytes());
    device.0.write_all(&bytes).unwrap();
    assert_eq!(device.acks(1), [1]);
    for (level, code) in [(4u8, 3u8), (5, 0x95)] {
        let mut body = hello(60_000);
        body[6] = level;
        body.extend(vec![0; 200_000]);
        let mut giant = Device::knock(county.address());
        giant.0.write_all(&packet(&body)).unwrap();
        let (first, answer) = giant.packet();
        assert_eq!((first, answer[1]), (0x20, code), "level {level}");
    }
    rt.block_on(county.end());
}

#[test]
fn a_settle_is_answered_in_its_turn_and_by_its_own_step() {
    let rt = runtime();
    let mut door = FrontDoor::loopback(([127, 0, 0, 1], 0).into());
    door.settle = true;
    let county = rt.block_on(County::with(Clock::Feed, door));
    let mut device = Device::connect(county.address(), "player", true);
    let mut bytes = Vec::new();
    for id in 1..=40u16 {
        let (topic, body) = rain(u32::from(id), 1, "1");
        bytes.extend(Device::publish(
            id,
            Qos::AtLeastOnce,
            &topic,
            body.as_bytes(),
        ));
    }
    bytes.extend(Device::publish(
        41,
        Qos::ExactlyOnce,
        "ctl/settle",
        br#"{"settle_ms":0}"#,
    ));
    bytes.extend(Device::publish(
        42,
        Qos::AtLeastOnce,
        "ctl/settle",
        br#"{"settle_ms":0}"#,
    ));
    device.0.write_all(&bytes).unwrap();
    assert_eq!(device.acks(40), (1..=40).collect::<Vec<u16>>());
    assert_eq!(device.packet(), (0x50, vec![0, 41]), "PUBREC");
    assert_eq!(device.acks(1), [42]);
    device.0.write_all(&[0x62, 2, 0, 41]).unwrap();
    assert_eq!(device.packet(), (0x70, vec![0, 41]), "PUBCOMP");
    rt.block_on(county.end());
}
