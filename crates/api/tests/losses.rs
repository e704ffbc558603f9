//! Loss reports from outside: versions and their refusals, the table with what it is made of, names that
//! stand outside the journal and can be erased, the report afterwards.
#![allow(clippy::unwrap_used)]

mod county;

use axum::body::Body;
use axum::http::{StatusCode, header};
use county::hour::MINUTE;
use county::{CODE, County, Who, ask, json, night, text};
use model::config::{Area, AreaKind, Text};
use model::incident::EventClass;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::evidence::examine;

async fn open() -> County {
    County::open_with(|config| {
        config.event_classes = EventClass::defaults();
        config.areas = ["T1", "T2"]
            .map(|code| Area {
                code: code.to_owned(),
                kind: AreaKind::Township,
                title: Text::new(&format!("{code}镇"), code),
                parent: None,
                people: 900,
            })
            .to_vec();
        config.stations[0].township = Some("T1".to_owned());
    })
    .await
}

/// A county with a red warning in T1 and an incident about it.
async fn night_of_losses() -> (County, Who, Who) {
    let county = open().await;
    let officer = county.sign_in("officer").await;
    let second = county.sign_in("second").await;
    county.stage(0, 1_230).await;
    let list = json(county.get(&officer, "/api/v1/situations").await).await;
    let situation = list[0]["id"].clone();
    let open = json!({"action": "open_incident", "title": "七一五洪水", "class": "loss",
        "situations": [situation]});
    done(&county, &officer, "i1", open).await;
    (county, officer, second)
}

async fn done(county: &County, who: &Who, op: &str, action: Value) {
    let (status, answer) = county.act(who, op, action).await;
    let want = (StatusCode::OK, json!({"answer": "done"}));
    assert_eq!((status, answer), want, "{op}");
}

async fn refused(county: &County, who: &Who, op: &str, action: Value, why: &str) {
    let (status, answer) = county.act(who, op, action).await;
    let want = json!({"answer": "refused", "why": why});
    assert_eq!((status, answer), (StatusCode::OK, want), "{op}");
}

fn loss(township: &str, stage: &str, after: u32, more: Value) -> Value {
    let mut action = json!({"action": "report_loss", "incident": "i1", "township": township,
        "stage": stage, "after": after});
    let fields = action.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    action
}

fn figures(list: &[(&str, u64)]) -> Value {
    let list = list.iter();
    list.map(|(item, value)| json!({"item": item, "value": value}))
        .collect()
}

fn person(case: &str, kind: &str, village: &str, name: &str) -> Value {
    json!({"change": "enter", "case": case, "kind": kind, "village": village, "name": name})
}

async fn table(county: &County, who: &Who) -> Value {
    json(county.get(who, "/api/v1/incidents/i1/losses").await).await
}

async fn photo(county: &County, who: &Who, n: u8) -> Value {
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\x04IHDRfacecrc!\0\0\0\0IENDcrc!".to_vec();
    picture[16] = n;
    let request = ask(who, "POST", "/api/v1/blobs").header(header::CONTENT_TYPE, "image/png");
    let answer = county
        .send(request.body(Body::from(picture)).unwrap())
        .await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    json(answer).await["blob"].clone()
}

#[tokio::test]
async fn a_number_opens_the_versions_it_is_made_of_and_a_downward_change_stays_to_be_seen() {
    let (county, officer, second) = night_of_losses().await;
    let owed = table(&county, &officer).await;
    assert_eq!(owed["townships"][0]["owed"], true, "{owed}");

    let early = loss(
        "T1",
        "follow_up",
        0,
        json!({"figures": figures(&[("dead", 1)])}),
    );
    refused(&county, &officer, "l0", early, "first_loss_missing").await;
    let first = json!({"figures": figures(&[("affected", 900), ("dead", 3)])});
    done(&county, &officer, "l1", loss("T1", "first", 0, first)).await;
    let incidents = json(county.get(&officer, "/api/v1/incidents").await).await;
    let reports = incidents[0]["reports"].as_array().unwrap();
    let clock = reports
        .iter()
        .find(|one| one["id"] == "first_loss")
        .unwrap();
    assert_eq!(clock["filed"]["by"], "officer", "{clock}");

    let lower = json!({"figures": figures(&[("dead", 2)])});
    refused(
        &county,
        &officer,
        "l2",
        loss("T1", "follow_up", 1, lower.clone()),
        "reason_missing",
    )
    .await;
    let mut said = lower;
    said["note"] = json!("一人找到，平安");
    done(&county, &officer, "l3", loss("T1", "follow_up", 1, said)).await;
    let stale = json!({"figures": figures(&[("dead", 3)])});
    refused(
        &county,
        &second,
        "l4",
        loss("T1", "follow_up", 1, stale),
        "newer_loss",
    )
    .await;
    let other = json!({"figures": figures(&[("affected", 100)])});
    done(&county, &second, "l5", loss("T2", "first", 0, other)).await;

    let table = table(&county, &officer).await;
    let row = &table["townships"][0];
    let cell = |item: &str| {
        let cells = row["cells"].as_array().unwrap();
        cells
            .iter()
            .find(|cell| cell["item"] == item)
            .unwrap()
            .clone()
    };
    let steps = json!([{"version": "l1", "value": 3, "down": false},
                       {"version": "l3", "value": 2, "down": true}]);
    assert_eq!(cell("dead")["steps"], steps);
    assert_eq!(
        cell("affected")["value"],
        900,
        "what was not said again stands"
    );
    assert_eq!(
        row["versions"][0]["figures"][1]["value"], 3,
        "nothing is overwritten"
    );
    let total = table["totals"].as_array().unwrap();
    let total = total
        .iter()
        .find(|total| total["item"] == "affected")
        .unwrap();
    assert_eq!(
        (&total["value"], &total["versions"]),
        (&json!(1000), &json!(["l1", "l5"]))
    );

    // Whoever reported none of it verifies; the ledger has to be whole.
    let whole = json!({"figures": figures(&[("dead", 2)])});
    refused(
        &county,
        &officer,
        "v1",
        loss("T1", "verified", 2, whole.clone()),
        "verifier_is_reporter",
    )
    .await;
    refused(
        &county,
        &second,
        "v2",
        loss("T1", "verified", 2, whole),
        "ledger_short",
    )
    .await;
    let listed = json!({"figures": figures(&[("dead", 2)]), "cases": [
        person("k1", "dead", "上村", "张三"), person("k2", "dead", "上村", "李四")]});
    done(&county, &second, "v3", loss("T1", "verified", 2, listed)).await;

    // The desk's alone; no incident is no table.
    let li = county.sign_in("li").await;
    let answer = county.get(&li, "/api/v1/incidents/i1/losses").await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let own = loss("T1", "correction", 3, json!({"figures": []}));
    assert_eq!(county.act(&li, "x", own).await.0, StatusCode::FORBIDDEN);
    let none = county.get(&officer, "/api/v1/incidents/i9/losses").await;
    let status = none.status();
    let fault = json(none).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::NOT_FOUND, &json!("no_such_incident"))
    );

    // Afterwards: each version with its entry, the sum with the entries behind it.
    let path = "/api/v1/reports/json?incident=i1";
    let facts = json(county.get(&officer, path).await).await;
    let losses = &facts["report"]["losses"][0];
    let versions = losses["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 4, "{losses}");
    let entries: Vec<u64> = versions
        .iter()
        .map(|row| row["moment"]["entry"].as_u64().unwrap())
        .collect();
    let sums = losses["sums"].as_array().unwrap();
    let sum = sums.iter().find(|sum| sum["item"] == "affected").unwrap();
    assert_eq!(sum["entries"], json!([entries[0], entries[3]]));
    for (lang, word) in [("zh", "下调，此前 3"), ("en", "down from 3")] {
        let path = format!("/api/v1/reports/page?incident=i1&lang={lang}");
        let page = text(county.get(&officer, &path).await).await;
        assert!(page.contains(word), "{lang}");
    }
    let path = "/api/v1/reports/csv?incident=i1&table=losses&lang=en";
    let csv = text(county.get(&officer, path).await).await;
    assert!(
        csv.contains("i1,T1,T1,2,Follow-up 1,Dead,2,3,true,"),
        "{csv}"
    );
    for form in ["docx", "json"] {
        let path = format!("/api/v1/reports/{form}?incident=i1");
        let answer = county.get(&officer, &path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{form}");
    }
}

#[tokio::test]
async fn names_stand_outside_the_journal_and_one_name_twice_is_flagged() {
    let (county, officer, second) = night_of_losses().await;
    let one = json!({"figures": figures(&[("missing", 1)]),
        "cases": [person("k1", "missing", "上村", "张 三丰")]});
    done(&county, &officer, "l1", loss("T1", "first", 0, one)).await;
    let other = json!({"figures": figures(&[("dead", 1), ("homes_collapsed", 1)]),
        "cases": [person("k7", "dead", "下村", "张三丰"), person("h1", "home", "下村", "张三丰")]});
    done(&county, &second, "l2", loss("T2", "first", 0, other)).await;
    let found = table(&county, &officer).await;
    let want = json!([{"kind": "same_name", "township": "T2", "case": "k7",
        "other_incident": "i1", "other_township": "T1", "other_case": "k1", "settled": null}]);
    assert_eq!(found["doubles"], want);
    let total = |table: &Value, item: &str| {
        let totals = table["totals"].as_array().unwrap();
        let total = totals.iter().find(|total| total["item"] == item).cloned();
        total.map(|total| total["value"].clone())
    };
    assert_eq!(
        total(&found, "missing"),
        Some(json!(1)),
        "nothing is merged"
    );
    assert_eq!(total(&found, "dead"), Some(json!(1)));

    let seal = found["townships"][0]["cases"][0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/texts?ids={seal}");
    assert_eq!(
        json(county.get(&officer, &path).await).await[&seal],
        "张 三丰"
    );

    // A case that is taken out is doubted no longer.
    let less = json!({"figures": figures(&[("missing", 0)]), "note": "与下村是同一人",
        "cases": [{"change": "withdraw", "case": "k1", "reason": "重复"}]});
    done(&county, &officer, "l3", loss("T1", "follow_up", 1, less)).await;
    let found = table(&county, &officer).await;
    assert_eq!(found["doubles"], json!([]));
    assert!(found["townships"][0]["cases"][0]["withdrawn"].is_string());

    // Erased for good, the chain still holds and leads to the same state.
    let erased = county.runtime.blobs.erase(&model::Seal(seal.clone()));
    assert!(erased.unwrap());
    assert_eq!(
        json(county.get(&officer, &path).await).await[&seal],
        Value::Null
    );
    let hash = json(county.get(&Who::Token, "/api/v1/state/hash").await).await;
    let data = county.close().await;
    let journal = data.path().join("journal");
    for file in std::fs::read_dir(journal).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let name = "三丰".as_bytes();
        assert!(!bytes.windows(name.len()).any(|part| part == name));
    }
    assert_eq!(examine(data.path(), &[], None).unwrap().findings, vec![]);
    let again = runtime::replay(data.path(), |_| {}).unwrap();
    assert_eq!(again.mismatches, 0);
    assert_eq!(json!(again.fleet.hash().hash), hash["hash"]);
}

#[tokio::test]
async fn a_response_level_event_needs_three_pictures_that_are_here() {
    let (county, officer, _) = night_of_losses().await;
    let list = json(county.get(&officer, "/api/v1/situations").await).await;
    let decide = json!({"action": "decide", "situation": list[0]["id"], "response": 2,
        "reason": "超保证水位"});
    done(&county, &officer, "d1", decide).await;
    let mut photos = Vec::new();
    for n in 0..3 {
        photos.push(photo(&county, &officer, n).await);
    }
    let with = |photos: &[Value]| {
        let more = json!({"figures": figures(&[("affected", 40)]), "photos": photos});
        loss("T1", "first", 0, more)
    };
    refused(
        &county,
        &officer,
        "l1",
        with(&photos[..2]),
        "photos_missing",
    )
    .await;
    let twice = [&photos[..2], &photos[..1]].concat();
    refused(&county, &officer, "l2", with(&twice), "photos_missing").await;
    let before = county.blobs_kept();
    let made_up = [&photos[..2], &[json!(hex::encode(Sha256::digest(b"x")))]].concat();
    let (status, fault) = county.act(&officer, "l3", with(&made_up)).await;
    assert_eq!(
        (status, &fault["code"]),
        (StatusCode::NOT_FOUND, &json!("no_such_file"))
    );
    assert_eq!(county.blobs_kept(), before);
    done(&county, &officer, "l4", with(&photos)).await;
    let version = &table(&county, &officer).await["townships"][0]["versions"][0];
    assert_eq!(
        (&version["photos"], &version["response"]),
        (&json!(photos), &json!(2))
    );
}

#[tokio::test]
async fn a_first_report_is_late_after_two_hours_and_stands_in_the_past_as_it_did() {
    let (county, officer, _) = night_of_losses().await;
    county.stage(119, 1_240).await;
    let clock = |list: &Value| {
        list[0]["reports"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone()
    };
    let list = json(county.get(&officer, "/api/v1/incidents").await).await;
    assert_eq!(clock(&list)["overdue"], false);
    assert_eq!(clock(&list)["due"], json!(night().plus_ms(120 * MINUTE)));
    county.stage(121, 1_250).await;
    let first = json!({"figures": figures(&[("affected", 40)])});
    done(&county, &officer, "l1", loss("T1", "first", 0, first)).await;
    let list = json(county.get(&officer, "/api/v1/incidents").await).await;
    assert_eq!(clock(&list)["overdue"], true);
    assert!(clock(&list)["filed"].is_object());
    let found = table(&county, &officer).await;
    assert_eq!(found["townships"][0]["versions"][0]["late"], true);
    assert_eq!(county.runtime.inbox.catalogue().codes(), [CODE]);
}

#[tokio::test]
async fn two_of_one_name_are_found_to_be_two_with_who_when_and_why() {
    let (county, officer, second) = night_of_losses().await;
    let dead = |case: &str| json!({"figures": figures(&[("dead", 1)]), "cases": [person(case, "dead", "前山村", "陈某")]});
    done(&county, &officer, "l1", loss("T1", "first", 0, dead("k1"))).await;
    done(&county, &officer, "l2", loss("T2", "first", 0, dead("k2"))).await;
    let double = |kind: &str, case: &str| {
        json!({"kind": kind, "township": "T2", "case": case, "other_incident": "i1",
               "other_township": "T1", "other_case": "k1"})
    };
    let judge = |kind: &str, case: &str, reason: &str| {
        json!({"action": "judge_double", "incident": "i1", "double": double(kind, case),
               "apart": true, "reason": reason})
    };
    let why = "身份证不同，是两个人";
    let (status, _) = county
        .act(&second, "j0", judge("same_name", "k2", " "))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "it has a reason");
    let li = county.sign_in("li").await;
    let (status, _) = county.act(&li, "j1", judge("same_name", "k2", why)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let other = judge("same_name", "k7", why);
    refused(&county, &second, "j2", other, "no_such_double").await;
    done(&county, &second, "j3", judge("same_name", "k2", why)).await;
    let found = table(&county, &officer).await;
    let doubles = found["doubles"].as_array().unwrap();
    let name = doubles
        .iter()
        .find(|row| row["kind"] == "same_name")
        .unwrap();
    let settled = &name["settled"];
    assert_eq!(
        (&settled["id"], &settled["by"]),
        (&json!("j3"), &json!("second")),
        "{name}"
    );
    let village = doubles
        .iter()
        .find(|row| row["kind"] == "same_village")
        .unwrap();
    assert_eq!(village["settled"], Value::Null, "{village}");
    let path = format!("/api/v1/texts?ids={}", settled["reason"].as_str().unwrap());
    assert!(text(county.get(&officer, &path).await).await.contains(why));
    let report = "/api/v1/reports/page?incident=i1&lang=zh";
    let report = text(county.get(&officer, report).await).await;
    assert!(
        report.contains("认定不是重复统计") && report.contains(why),
        "{report}"
    );
    assert!(report.contains("还没有认定"), "the village is open");
}
