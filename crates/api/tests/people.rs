//! What people do and see: acting, attaching, reading only what is theirs.
#![allow(clippy::unwrap_used)]

mod county;

use axum::body::Body;
use axum::http::{StatusCode, header};
use county::feed::{Socket, first, next, open, update_of};
use county::{County, Who, ask, json};
use futures_util::StreamExt;
use model::custody::{AccessDeed, Accessor};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// A picture of the bridge, as far as its outline goes.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x04IHDRsizecrc!\0\0\0\0IENDcrc!";

#[tokio::test]
async fn roles_and_jurisdictions_bound_what_people_do() {
    let county = County::open().await;
    let (officer, li, guest) = (
        county.sign_in("officer").await,
        county.sign_in("li").await,
        county.sign_in("guest").await,
    );
    let other = county
        .get(&officer, "/api/v1/alarms/system?jurisdiction=330681")
        .await;
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
    assert_eq!(json(other).await["code"], "other_jurisdiction");
    for who in [&li, &guest] {
        assert_eq!(
            county.get(who, "/api/v1/state/hash").await.status(),
            StatusCode::FORBIDDEN
        );
        let (status, fault) = county.act(who, "op-x", issue()).await;
        assert_eq!(
            (status, &fault["code"]),
            (StatusCode::FORBIDDEN, &json!("role_not_allowed"))
        );
    }
    assert_eq!(
        county
            .get(&guest, "/api/v1/alarms/transitions")
            .await
            .status(),
        StatusCode::OK
    );
    let (status, fault) = county
        .act(&officer, "op-y", json!({"action": "dance"}))
        .await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::BAD_REQUEST, &json!("bad_body"))
    );
    let post = ask(&officer, "POST", "/api/v1/observations")
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(
        county.send(post).await.status(),
        StatusCode::NOT_FOUND,
        "no machines in this county"
    );
}

#[tokio::test]
async fn a_command_runs_from_the_officer_to_the_proof() {
    let county = County::open().await;
    let (officer, second, li, chen, guest) = (
        county.sign_in("officer").await,
        county.sign_in("second").await,
        county.sign_in("li").await,
        county.sign_in("chen").await,
        county.sign_in("guest").await,
    );
    assert_eq!(
        county.act(&officer, "c1", issue()).await,
        (StatusCode::OK, json!({"answer": "done"}))
    );
    let before = county.blobs_kept();
    assert_eq!(
        county.act(&officer, "c1", issue()).await.1,
        json!({"answer": "done"})
    );
    assert_eq!(
        county.blobs_kept(),
        before,
        "a repeat left a second copy of the wording"
    );

    let photo = upload(&county, &li, PNG, StatusCode::CREATED).await["blob"]
        .as_str()
        .unwrap()
        .to_owned();
    for (op, report) in [
        (
            "r1",
            json!({"action": "report_task", "task": "c1.li", "fact": "accepted"}),
        ),
        (
            "r2",
            json!({"action": "report_task", "task": "c1.li", "fact": "working", "percent": 60}),
        ),
        (
            "r3",
            json!({"action": "report_task", "task": "c1.li", "fact": "done", "note": "42 人已转移",
                      "position": {"lon": 120.9, "lat": 29.5, "accuracy_m": 8.0}, "photos": [&photo]}),
        ),
    ] {
        assert_eq!(
            county.act(&li, op, report).await,
            (StatusCode::OK, json!({"answer": "done"}))
        );
    }
    let (status, _) = county
        .act(
            &li,
            "r4",
            json!({"action": "report_task", "task": "c1.chen", "fact": "accepted"}),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let verify =
        json!({"action": "report_task", "task": "c1.li", "fact": "verified", "means": "in_person"});
    assert_eq!(
        county.act(&second, "r5", verify).await,
        (StatusCode::OK, json!({"answer": "done"}))
    );

    let (address, _serving) = county.listen().await;
    let snapshot = first(&mut open(address, &officer, "").await).await;
    let command = &snapshot["counties"][0]["commands"][0];
    let done = command["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["person"] == "li")
        .unwrap();
    assert_eq!(done["stage"], "verified");
    let fact = done["facts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["fact"] == "done")
        .unwrap();
    let (note, wording) = (
        fact["note"].as_str().unwrap(),
        command["wording"].as_str().unwrap(),
    );
    assert_eq!(fact["device_at"], "2026-07-15T08:00:00Z");

    let texts = format!("/api/v1/texts?ids={note},{wording},{}", "0".repeat(64));
    let read = async |who| json(county.get(who, &texts).await).await;
    for who in [&officer, &li] {
        let found = read(who).await;
        assert_eq!(
            (&found[note], &found[wording]),
            (&json!("42 人已转移"), &json!("立即转移到学校"))
        );
        assert_eq!(found["0".repeat(64)], Value::Null);
    }
    assert_eq!(
        read(&chen).await[note],
        Value::Null,
        "a responder read a colleague's note"
    );
    assert_eq!(read(&chen).await[wording], "立即转移到学校");
    assert_eq!(
        read(&guest).await[note],
        Value::Null,
        "a viewer read a note"
    );

    let picture = county
        .get(&officer, &format!("/api/v1/blobs/{photo}"))
        .await;
    assert_eq!(picture.headers()[header::CONTENT_TYPE], "image/png");
    let tag = picture.headers()[header::ETAG].clone();
    for who in [&chen, &guest] {
        let hidden = county.get(who, &format!("/api/v1/blobs/{photo}")).await;
        assert_eq!(hidden.status(), StatusCode::NOT_FOUND);
    }
    let sneaky = county
        .get(&officer, "/api/v1/blobs/..%2F..%2Faccounts.db")
        .await;
    assert_eq!(sneaky.status(), StatusCode::NOT_FOUND);

    // Whoever has it is told that it is still so; not when it was erased meanwhile.
    let again = async || {
        let path = format!("/api/v1/blobs/{photo}");
        let request = ask(&officer, "GET", &path).header(header::IF_NONE_MATCH, &tag);
        let answer = county.send(request.body(Body::empty()).unwrap()).await;
        answer.status()
    };
    assert_eq!(again().await, StatusCode::NOT_MODIFIED);
    let erased = county.runtime.blobs.erase(&model::Seal(photo.clone()));
    assert!(erased.unwrap());
    assert_eq!(again().await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn everybody_reads_the_feed_as_far_as_it_is_theirs() {
    let county = County::open().await;
    county.stage(0, 1010).await;
    let (officer, li) = (county.sign_in("officer").await, county.sign_in("li").await);
    county.act(&officer, "c1", issue()).await;
    let (address, _serving) = county.listen().await;
    let (mut desk, mut phone) = (
        open(address, &officer, "").await,
        open(address, &li, "").await,
    );

    let seen = first(&mut desk).await;
    let here = &seen["counties"][0];
    assert_eq!(here["commands"][0]["tasks"].as_array().unwrap().len(), 2);
    assert!(
        here["people"]
            .as_array()
            .unwrap()
            .iter()
            .all(|p| p["phone"].is_string())
    );
    assert_eq!(here["alarms"][0]["level"], 3);
    let seen = first(&mut phone).await;
    let here = &seen["counties"][0];
    assert_eq!(here["commands"][0]["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(here["alarms"][0]["level"], 3);
    let phones = here["people"].as_array().unwrap();
    let names: Vec<&str> = phones.iter().filter_map(|p| p["id"].as_str()).collect();
    assert!(names.contains(&"li") && names.contains(&"officer"));
    assert!(!names.contains(&"chen"), "{names:?}");
    assert!(
        phones
            .iter()
            .all(|p| p["phone"].is_null() || p["id"] == "li"),
        "{phones:?}"
    );

    let by_phone = |op: &'static str, task: &str| {
        let report =
            json!({"action": "report_task", "task": task, "fact": "accepted", "means": "phone"});
        (op, report)
    };
    for (op, report) in [by_phone("r1", "c1.chen"), by_phone("r2", "c1.li")] {
        county.act(&officer, op, report).await;
    }
    let task_of = |update: &Value| update["task"]["person"].as_str().map(str::to_owned);
    let people_of = |update: &Value| {
        let tasks = update["command"]["tasks"].as_array()?;
        let people = tasks.iter().map(|task| task["person"].as_str().unwrap());
        Some(people.collect::<Vec<_>>().join(" "))
    };
    assert_eq!(update_of(&mut desk, task_of).await, "chen");
    assert_eq!(
        // Nothing says that this phone knows the command, so it is told whole, with its own task.
        update_of(&mut phone, |update| task_of(update).or(people_of(update))).await,
        "li",
        "a responder saw a colleague's task"
    );

    // A client that comes back with what it knows hears only what it missed.
    let known = seen["seq"].as_u64().unwrap();
    let mut again = open(address, &officer, &format!("?since={known}")).await;
    assert_eq!(update_of(&mut again, task_of).await, "chen");

    // A command that is told whole comes to each with their own task alone, also to who was away.
    county.act(&officer, "c2", issue()).await;
    assert_eq!(update_of(&mut desk, people_of).await, "li chen");
    let mut away = open(address, &li, &format!("?since={known}")).await;
    for phone in [&mut phone, &mut away] {
        assert_eq!(update_of(phone, people_of).await, "li");
    }
}

#[tokio::test]
async fn who_sees_what_is_personal_is_on_record_and_cannot_flood() {
    let county = County::open().await;
    let (officer, li) = (county.sign_in("officer").await, county.sign_in("li").await);
    let mut photos = Vec::new();
    for _ in 0..3 {
        let photo = upload(&county, &li, PNG, StatusCode::CREATED).await;
        photos.push(photo["blob"].as_str().unwrap().to_owned());
    }
    let (address, _serving) = county.listen().await;
    for _ in 0..3 {
        let mut desk = open(address, &officer, "").await;
        first(&mut desk).await;
        let mut phone = open(address, &li, "").await;
        first(&mut phone).await;
    }
    for photo in photos.iter().chain(&photos) {
        let path = format!("/api/v1/blobs/{photo}");
        let answer = county.get(&officer, &path).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    county.looks.close().await;
    let data = county.close().await;
    let mut seen = Vec::new();
    runtime::replay(data.path(), |again| {
        if let model::Input::Accessed(access) = again.input {
            assert_eq!(access.by, Accessor::Person("officer".into()));
            seen.push(access.deed.clone());
        }
    })
    .unwrap();
    // The first look of each kind is there as soon as it was answered, the others of its minute are one
    // entry later; the responder sees nobody's number but their own, and is not on record.
    let files = |seals: &[String]| {
        let mut seals: Vec<_> = seals.iter().cloned().map(model::Seal).collect();
        seals.sort();
        AccessDeed::SawFiles { seals, more: 0 }
    };
    let telephones = AccessDeed::SawTelephones { people: 4 };
    assert_eq!(seen, [telephones, files(&photos[..1]), files(&photos[1..])]);
}

#[tokio::test]
async fn telephones_among_rows_of_an_upload_are_on_record_though_nothing_is_put_into_force() {
    let county = County::open().await;
    let request = ask(&Who::Token, "POST", "/api/v1/registry/people");
    let request = request.body(Body::from("id,phone\nli,13900004\n")).unwrap();
    let told = json(county.send(request).await).await;
    assert!(told["rows"].to_string().contains("13900003"), "{told}");
    let data = county.close().await;
    let mut seen = Vec::new();
    runtime::replay(data.path(), |again| {
        if let model::Input::Accessed(access) = again.input {
            seen.push(access.deed.clone());
        }
    })
    .unwrap();
    assert_eq!(seen, [AccessDeed::SawTelephones { people: 1 }]);
}

/// The kinds of updates up to the first alarm.
async fn kinds(socket: &mut Socket) -> Vec<String> {
    let mut kinds = Vec::new();
    loop {
        let message = next(socket).await;
        for update in message["updates"].as_array().into_iter().flatten() {
            let kind = update["kind"].as_str().unwrap();
            if kind == "alarm" {
                return kinds;
            }
            kinds.push(kind.to_owned());
        }
    }
}

#[tokio::test]
async fn viewers_are_not_told_who_is_called_and_who_holds_a_post() {
    let county = County::open().await;
    county.stage(0, 900).await;
    let (officer, guest) = (
        county.sign_in("officer").await,
        county.sign_in("guest").await,
    );
    let (address, _serving) = county.listen().await;
    let (mut desk, mut viewer) = (
        open(address, &officer, "").await,
        open(address, &guest, "").await,
    );
    let whole = first(&mut desk).await;
    assert_eq!(whole["counties"][0]["posts"].as_array().unwrap().len(), 2);
    let seen = first(&mut viewer).await;
    for part in ["posts", "runs", "pages"] {
        assert_eq!(seen["counties"][0][part], json!([]), "{part}");
    }
    let known = seen["seq"].as_u64().unwrap();
    let test = json!({"action": "test_contacts", "people": ["li"]});
    let instead = json!({"action": "change_duty", "post": "village", "out": "li", "into": "chen",
        "from": "2026-07-15T08:00:00Z", "until": "2026-07-15T09:00:00Z"});
    for (op, action) in [("t1", test), ("d1", instead)] {
        let answer = county.act(&officer, op, action).await.1;
        assert_eq!(answer, json!({"answer": "done"}), "{op}");
    }
    county.stage(5, 1010).await;
    let hidden = ["page", "run", "duty"];
    let told = kinds(&mut desk).await;
    for kind in hidden {
        assert!(told.iter().any(|told| told == kind), "{kind}: {told:?}");
    }
    let mut back = open(address, &guest, &format!("?since={known}")).await;
    for socket in [&mut viewer, &mut back] {
        let told = kinds(socket).await;
        assert!(
            !told.iter().any(|told| hidden.contains(&told.as_str())),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn a_socket_ends_when_its_reader_has_another_role_and_others_go_on() {
    let county = County::open().await;
    county.stage(0, 900).await;
    let (officer, second) = (
        county.sign_in("officer").await,
        county.sign_in("second").await,
    );
    let (address, _serving) = county.listen().await;
    let (mut desk, mut other) = (
        open(address, &officer, "").await,
        open(address, &second, "").await,
    );
    first(&mut desk).await;
    first(&mut other).await;
    let mut people = county::people();
    people[0].role = model::config::Role::Viewer;
    *county.files.lock().unwrap() = Some(people);
    let taken = county
        .post(&Who::Token, "/api/v1/site/reload", &json!({}))
        .await;
    assert_eq!(taken.status(), StatusCode::OK);
    let closed = async {
        loop {
            if let Message::Close(frame) = desk.next().await.unwrap().unwrap() {
                return frame.unwrap().reason.to_string();
            }
        }
    };
    let reason = tokio::time::timeout(std::time::Duration::from_secs(10), closed).await;
    assert!(reason.unwrap().contains("no longer"));
    // Who comes back sees what a viewer may: of the posts their own.
    let seen = first(&mut open(address, &officer, "").await).await;
    let posts = seen["counties"][0]["posts"].as_array().unwrap();
    let posts: Vec<&Value> = posts.iter().map(|post| &post["id"]).collect();
    assert_eq!(posts, [&json!("desk")]);
    county.stage(5, 1010).await;
    kinds(&mut other).await;
}

#[tokio::test]
async fn a_phone_is_given_the_ground_of_its_own_township() {
    let county = County::open_with(|config| {
        config.stations[0].township = Some("T1".to_owned());
        let mut far = config.stations[0].clone();
        (far.id, far.township) = ("ST/02".to_owned(), Some("T2".to_owned()));
        config.stations.push(far);
        let mut desk = config.groups[0].clone();
        desk.id = "desk".into();
        desk.members = vec!["officer".into()];
        config.groups.push(desk);
    })
    .await;
    county.stage(0, 9_000).await;
    let (officer, li) = (county.sign_in("officer").await, county.sign_in("li").await);
    let (address, _serving) = county.listen().await;
    let ground = async |who| {
        let snapshot = first(&mut open(address, who, "").await).await;
        let ids = |list: &str| {
            let rows = snapshot["counties"][0][list].as_array().unwrap().clone();
            rows.iter().map(|row| row["id"].clone()).collect::<Value>()
        };
        let alarms = snapshot["counties"][0]["alarms"].as_array().unwrap().len();
        (ids("stations"), alarms, ids("groups"))
    };
    let (both, groups) = (json!(["ST/01", "ST/02"]), json!(["villages", "desk"]));
    assert_eq!(ground(&officer).await, (both.clone(), 1, groups));
    let own = json!(["villages"]);
    assert_eq!(
        ground(&li).await,
        (both, 1, own.clone()),
        "of no township: all"
    );
    for (township, station, alarms) in [("T1", "ST/01", 1), ("T2", "ST/02", 0)] {
        let mut people = county::people();
        people[2].township = Some(township.to_owned());
        *county.files.lock().unwrap() = Some(people);
        let taken = county
            .post(&Who::Token, "/api/v1/site/reload", &json!({}))
            .await;
        assert_eq!(taken.status(), StatusCode::OK);
        let want = (json!([station]), alarms, own.clone());
        assert_eq!(ground(&li).await, want, "{township}");
    }
}

#[tokio::test]
async fn files_that_are_no_pictures_or_too_large_are_refused() {
    let county = County::open().await;
    let (li, guest) = (county.sign_in("li").await, county.sign_in("guest").await);
    let fault = upload(
        &county,
        &li,
        b"<svg onload=alert(1)>",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
    )
    .await;
    assert_eq!(fault["code"], "not_a_picture");
    // It begins like one.
    let cut = &PNG[..PNG.len() - 1];
    let fault = upload(&county, &li, cut, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    assert_eq!(fault["code"], "not_a_picture");
    let mut large = PNG.to_vec();
    large.resize(11 * 1024 * 1024, 0);
    let fault = upload(&county, &li, &large, StatusCode::PAYLOAD_TOO_LARGE).await;
    assert_eq!(fault["code"], "too_large");
    upload(&county, &guest, PNG, StatusCode::FORBIDDEN).await;
    let body = json!({"op": "o", "action": {"action": "acknowledge", "alarms": vec!["0".repeat(16); 200_000]}});
    let response = county.post(&Who::Token, "/api/v1/acts", &body).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

fn issue() -> Value {
    json!({"action": "issue_command", "template": "move", "level": 4, "groups": ["villages"],
           "wording": "立即转移到学校"})
}

async fn upload(county: &County, who: &Who, body: &[u8], status: StatusCode) -> Value {
    let request = ask(who, "POST", "/api/v1/blobs").header(header::CONTENT_TYPE, "image/png");
    let response = county
        .send(request.body(Body::from(body.to_vec())).unwrap())
        .await;
    assert_eq!(response.status(), status);
    json(response).await
}
