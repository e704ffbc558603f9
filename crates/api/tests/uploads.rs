//! Pictures that come in pieces: taken up again, checked, stripped, refused with a clear answer.
#![allow(clippy::unwrap_used)]

mod county;

use axum::body::Body;
use axum::http::StatusCode;
use county::{County, Who, ask, json};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const ID: &str = "0196aa00-0000-7000-8000-000000000001";

fn jpeg(private: &[u8]) -> Vec<u8> {
    let segment = |mark: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap();
        [&[0xff, mark][..], &length.to_be_bytes(), body].concat()
    };
    let scan = [&segment(0xda, b"\x01\x01\0\0\x3f\0")[..], &[7; 300_000]].concat();
    let frame = segment(0xc0, b"\x08\0\x10\0\x10\x01\x01\x11\0");
    let exif = segment(0xe1, private);
    [b"\xff\xd8", &exif[..], &frame, &scan, b"\xff\xd9"].concat()
}

fn announced(kind: &str, content: &[u8]) -> Value {
    json!({"upload": ID, "task": "c1.li", "kind": kind, "size": content.len(),
           "sha256": hex::encode(Sha256::digest(content))})
}

async fn begin(county: &County, who: &Who, request: &Value) -> (StatusCode, Value) {
    let response = county.post(who, "/api/v1/uploads", request).await;
    (response.status(), json(response).await)
}

async fn piece(county: &County, who: &Who, at: usize, bytes: &[u8]) -> (StatusCode, Value) {
    let path = format!("/api/v1/uploads/{ID}?at={at}");
    let request = ask(who, "PUT", &path).body(Body::from(bytes.to_vec()));
    let response = county.send(request.unwrap()).await;
    (response.status(), json(response).await)
}

async fn issue(county: &County) -> Who {
    let officer = county.sign_in("officer").await;
    let issue = json!({"action": "issue_command", "alarm": null, "template": "move", "level": 4,
        "groups": ["villages"], "wording": "撤离", "clocks": null});
    let (status, answer) = county.act(&officer, "c1", issue).await;
    assert_eq!(
        (status, &answer["answer"]),
        (StatusCode::OK, &json!("done"))
    );
    officer
}

#[tokio::test]
async fn a_picture_follows_its_report_in_pieces_and_loses_what_is_private() {
    let county = County::open().await;
    let officer = issue(&county).await;
    let li = county.sign_in("li").await;
    let done = json!({"action": "report_task", "task": "c1.li", "fact": "done", "coming": 1});
    assert_eq!(
        county.act(&li, "f1", done).await.1,
        json!({"answer": "done"})
    );

    let content = jpeg(b"Exif\0\0MM\0\x2a GPS 29.5 120.9");
    let (status, view) = begin(&county, &li, &announced("photo", &content)).await;
    assert_eq!((status, &view["received"]), (StatusCode::OK, &json!(0)));
    let (_, view) = piece(&county, &li, 0, &content[..100_000]).await;
    assert_eq!(view["received"], 100_000);
    let (status, fault) = piece(&county, &li, 200_000, &content[200_000..]).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::CONFLICT, &json!("upload_gap"))
    );

    // The login runs out, the program starts again: what is here stays here, and is the sender's alone.
    let county = County::open_in(county.close().await).await;
    let nobody = begin(&county, &Who::Nobody, &announced("photo", &content)).await;
    assert_eq!(nobody.0, StatusCode::UNAUTHORIZED);
    let path = format!("/api/v1/uploads/{ID}");
    let foreign = county.get(&officer, &path).await;
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND);
    let li = county.sign_in("li").await;
    let (_, view) = begin(&county, &li, &announced("photo", &content)).await;
    assert_eq!(view["received"], 100_000);
    let (status, view) = piece(&county, &li, 100_000, &content[100_000..]).await;
    let blob = view["blob"].as_str().unwrap().to_owned();
    assert_eq!(status, StatusCode::OK);
    // The answer was lost: asked again, it names the same file.
    let (_, again) = begin(&county, &li, &announced("photo", &content)).await;
    assert_eq!(again["blob"], json!(blob));

    let shot = json!({"action": "report_task", "task": "c1.li", "fact": "photo", "photos": [blob],
        "position": {"lon": 120.9, "lat": 29.5, "accuracy_m": null},
        "shot": {"of": "f1", "taken": "2026-07-15T07:58:00Z", "place": "picture"}});
    for _ in 0..2 {
        assert_eq!(
            county.act(&li, "p1", shot.clone()).await.1,
            json!({"answer": "done"})
        );
    }
    let kept = county.get(&officer, &format!("/api/v1/blobs/{blob}")).await;
    let kept = axum::body::to_bytes(kept.into_body(), usize::MAX)
        .await
        .unwrap();
    assert!(kept.starts_with(b"\xff\xd8\xff\xc0") && !kept.windows(3).any(|w| w == b"GPS"));

    let commands = json(county.get(&officer, "/api/v1/commands").await).await;
    let text = commands.to_string();
    assert!(
        text.contains(r#""coming":1"#) && text.contains(r#""of":"f1""#),
        "{text}"
    );
    assert_eq!(
        text.matches(r#""fact":"photo""#).count(),
        1,
        "a repeat is no second picture"
    );
}

#[tokio::test]
async fn what_is_too_large_no_video_or_anothers_is_refused_in_both_languages() {
    let county = County::open().await;
    issue(&county).await;
    let (li, chen) = (county.sign_in("li").await, county.sign_in("chen").await);
    let small = jpeg(b"");
    let mut large = announced("photo", &small);
    large["size"] = json!(60 * 1024 * 1024);
    let (status, fault) = begin(&county, &li, &large).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large"))
    );
    assert!(fault["zh"].as_str().unwrap().contains("10 MB"));
    assert!(fault["en"].as_str().unwrap().contains("10 MB"));

    // It begins as none: refused with the first piece, before the rest is sent.
    begin(&county, &li, &announced("video", &small)).await;
    let (status, fault) = piece(&county, &li, 0, &small[..1000]).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("not_a_video"))
    );
    // It begins as one and is none.
    let none = [&b"\0\0\0\x18ftypmp42"[..], &[0; 500]].concat();
    begin(&county, &li, &announced("video", &none)).await;
    let (status, fault) = piece(&county, &li, 0, &none).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("not_a_video"))
    );
    let (status, fault) = piece(&county, &li, 0, &none).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::NOT_FOUND, &json!("no_such_upload"))
    );

    let (status, fault) = begin(&county, &chen, &announced("photo", &small)).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::FORBIDDEN, &json!("not_your_task"))
    );

    // Damaged on its way: it begins again.
    begin(&county, &li, &announced("photo", &small)).await;
    let mut broken = small.clone();
    broken[5000] ^= 1;
    let (status, fault) = piece(&county, &li, 0, &broken).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::CONFLICT, &json!("upload_damaged"))
    );
    let (_, view) = piece(&county, &li, 0, &small).await;
    let blob = view["blob"].clone();

    let named = |photo: &Value, task: &str| json!({"action": "report_task", "task": task, "fact": "working", "percent": 10, "photos": [photo]});
    let (status, fault) = county.act(&chen, "x1", named(&blob, "c1.chen")).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::FORBIDDEN, &json!("other_task"))
    );
    let made_up = json!("ab".repeat(32));
    let (status, fault) = county.act(&chen, "x2", named(&made_up, "c1.chen")).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::NOT_FOUND, &json!("no_such_file"))
    );
}

#[tokio::test]
async fn whatever_names_a_picture_that_is_not_there_is_refused_before_anything_is_kept() {
    let county = County::open().await;
    let officer = issue(&county).await;
    let made_up = "ab".repeat(32);
    let left = json!([{"why": "refused", "name": "张三", "photo": made_up}]);
    let count = json!([{"village": "v1", "to_move": 3, "moved": 2, "refused": 1, "unreachable": 0,
        "left": left}]);
    let acts = [
        json!({"action": "report_task", "task": "c1.li", "fact": "done", "means": "phone",
            "note": "剩一人", "count": count}),
        json!({"action": "note_incident", "incident": "i1", "text": "桥被淹", "photos": [made_up]}),
        json!({"action": "send_report", "incident": "i1", "clock": "phone_leader", "text": "转移中",
            "received_by": "县长办公室", "photos": [made_up]}),
    ];
    let before = county.blobs_kept();
    for (n, act) in acts.into_iter().enumerate() {
        let (status, fault) = county.act(&officer, &format!("x{n}"), act).await;
        assert_eq!(
            (status, &fault["code"]),
            (StatusCode::NOT_FOUND, &json!("no_such_file")),
            "{n}"
        );
    }
    assert_eq!(county.blobs_kept(), before, "texts were left behind");
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_no_pictures_and_all_else() {
    let county = County::open_without_room().await;
    issue(&county).await;
    let li = county.sign_in("li").await;
    let picture = jpeg(b"");
    let (status, fault) = begin(&county, &li, &announced("photo", &picture)).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("no_room"))
    );
    assert!(fault["en"].as_str().unwrap().contains("texts still go"));
    let whole = ask(&li, "POST", "/api/v1/blobs").body(Body::from(picture));
    let answer = county.send(whole.unwrap()).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let done = json!({"action": "report_task", "task": "c1.li", "fact": "done", "note": "都转移了",
        "coming": 1});
    assert_eq!(
        county.act(&li, "f1", done).await.1,
        json!({"answer": "done"})
    );
}
