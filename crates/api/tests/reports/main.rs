//! A report of a small recorded night: every figure is held against the journal it names.
#![allow(clippy::unwrap_used)]

#[path = "../county/mod.rs"]
mod county;

mod called;
mod clocks;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{StatusCode, header};
use county::hour::{MINUTE, at, live, open};
use county::{County, Who, json, text};
use model::action::Action;
use model::codec::{Record, decode};
use model::custody::AccessDeed;
use model::{Effect, Input};
use serde_json::{Value, json};

fn path(form: &str, more: &str) -> String {
    format!("/api/v1/reports/{form}?from={}&to={}{more}", at(0), at(60))
}

async fn facts(county: &County, who: &Who, path: &str) -> Value {
    let response = county.get(who, path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    json(response).await
}

/// The journal as it lies on disk.
struct Book {
    records: BTreeMap<u64, Record>,
}

impl Book {
    fn read(data: &std::path::Path) -> Book {
        let dir = data.join("journal");
        let end = store::verify(&dir).unwrap().last.number;
        let mut records = BTreeMap::new();
        store::read(&dir, 1, end, &mut |number, tag, payload| {
            records.insert(number, decode(tag, payload).unwrap());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        Book { records }
    }

    fn at(&self, entry: &Value) -> &Record {
        &self.records[&entry.as_u64().expect("an entry is named")]
    }

    fn act(&self, entry: &Value) -> &Action {
        let record = self.at(entry);
        let Record::Input {
            input: Input::Acted(act),
            ..
        } = record
        else {
            panic!("{entry} is no press: {record:?}");
        };
        &act.action
    }

    fn transition(&self, entry: &Value) -> (u8, u8) {
        let record = self.at(entry);
        let Record::Outcome {
            effect: Effect::Transition(change),
            ..
        } = record
        else {
            panic!("{entry} is no change of level: {record:?}");
        };
        (change.prev, change.level)
    }

    fn count(&self, is_so: impl Fn(&Record) -> bool) -> u64 {
        self.records.values().filter(|record| is_so(record)).count() as u64
    }
}

/// Every number that stands as an entry, wherever.
fn cited(value: &Value, into: &mut BTreeSet<u64>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("entry", Value::Number(number)) => {
                        into.insert(number.as_u64().unwrap());
                    }
                    ("entries" | "pages", Value::Array(list)) => {
                        into.extend(list.iter().map(|n| n.as_u64().unwrap()));
                    }
                    (_, value) => cited(value, into),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| cited(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn key<'v>(report: &'v Value, name: &str) -> &'v Value {
    let keys = report["keys"].as_array().unwrap();
    keys.iter().find(|key| key["key"] == name).unwrap()
}

fn figure<'v>(report: &'v Value, what: &Value) -> &'v Value {
    let figures = report["figures"].as_array().unwrap();
    let found = figures.iter().find(|figure| figure["what"] == *what);
    found.unwrap_or_else(|| panic!("no figure {what}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_is_what_the_journal_says() {
    let county = open().await;
    let (officer, _) = live(&county).await;
    let told = facts(&county, &officer, &path("json", "")).await;
    let report = &told["report"];
    let book = Book::read(county.close().await.path());

    // Whatever is cited lies in the interval and in the journal.
    let record = &report["record"];
    let span = record["first"].as_u64().unwrap()..=record["last"].as_u64().unwrap();
    let mut all = BTreeSet::new();
    cited(report, &mut all);
    assert!(all.len() > 25, "{all:?}");
    for entry in &all {
        assert!(span.contains(entry), "{entry} of {span:?}");
        assert!(
            book.records.contains_key(entry),
            "{entry} is in the journal"
        );
    }
    let readings = |r: &Record| {
        matches!(
            r,
            Record::Input {
                input: Input::Observed(_),
                ..
            }
        )
    };
    assert_eq!(record["readings"], book.count(readings));
    assert_eq!(record["rules"][0]["version"], "r1");

    // The alarm: rose to orange, then red; acknowledged; returned.
    let alarms = report["alarms"].as_array().unwrap();
    let [alarm] = alarms.as_slice() else {
        panic!("{alarms:?}")
    };
    assert_eq!(book.transition(&alarm["raised"]["entry"]), (0, 3));
    assert_eq!(book.transition(&alarm["worst_at"]["entry"]), (3, 4));
    assert_eq!(book.transition(&alarm["returned"]["entry"]).1, 0);
    assert_eq!(
        (&alarm["worst"], &alarm["peak"]),
        (&json!(4), &json!("12.50"))
    );
    let acked = &alarm["acked"];
    assert!(matches!(
        book.act(&acked["moment"]["entry"]),
        Action::Acknowledge { .. }
    ));
    assert_eq!(
        (&acked["by"], &acked["moment"]["at"]),
        (&json!("officer"), &json!(at(25)))
    );
    let rises = |r: &Record| matches!(r, Record::Outcome { effect: Effect::Transition(t), .. } if t.prev == 0);
    assert_eq!(
        figure(report, &json!({"alarms": 4}))["count"],
        book.count(rises)
    );
    let changes = |r: &Record| {
        matches!(
            r,
            Record::Outcome {
                effect: Effect::Transition(_),
                ..
            }
        )
    };
    assert_eq!(
        alarm["changes"].as_array().unwrap().len() as u64,
        book.count(changes)
    );

    // Key times, each with the entry that made it.
    let when = |name: &str| &key(report, name)["moment"]["at"];
    let entry = |name: &str| &key(report, name)["moment"]["entry"];
    let signal = &book.records[&entry("first_signal").as_u64().unwrap()];
    let Record::Input {
        input: Input::Observed(signal),
        ..
    } = signal
    else {
        panic!("{signal:?}")
    };
    assert_eq!((signal.observed, signal.value), (at(20), 1_010));
    assert_eq!(book.transition(entry("first_alarm")), (0, 3));
    assert_eq!(book.transition(entry("worst_level")), (3, 4));
    // Each alarm as it stood then, not as bad as it became.
    let level = |name: &str| &key(report, name)["about"]["station"]["level"];
    let levels = ["first_signal", "first_alarm", "worst_level", "acknowledged"].map(level);
    assert_eq!(levels, [&json!(3), &json!(3), &json!(4), &json!(4)]);
    assert!(matches!(
        book.act(entry("acknowledged")),
        Action::Acknowledge { .. }
    ));
    assert!(matches!(
        book.act(entry("decided")),
        Action::Decide {
            response: Some(2),
            ..
        }
    ));
    assert!(matches!(
        book.act(entry("commanded")),
        Action::IssueCommand(_)
    ));
    for (name, minute) in [("accepted", 32), ("on_scene", 40), ("proven", 55)] {
        assert!(
            matches!(book.act(entry(name)), Action::ReportTask(_)),
            "{name}"
        );
        assert_eq!(when(name), &json!(at(minute)), "{name}");
    }
    assert!(when("all_proven").is_null(), "Chen is not done");
    assert!(matches!(
        book.act(entry("reported")),
        Action::SendReport { .. }
    ));
    assert_eq!(key(report, "on_scene")["after_alarm_ms"], 20 * MINUTE);

    // People: each fact is a press of the journal, and the paces follow from them.
    let command = &report["commands"][0];
    let tasks = command["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 2);
    let mut pressed = 0;
    for fact in tasks
        .iter()
        .flat_map(|task| task["facts"].as_array().unwrap())
    {
        if fact["fact"] == "issued" {
            assert!(matches!(
                book.act(&fact["moment"]["entry"]),
                Action::IssueCommand(_)
            ));
        } else if fact["means"] != "system" {
            let Action::ReportTask(report) = book.act(&fact["moment"]["entry"]) else {
                panic!("{fact}")
            };
            assert_eq!(
                serde_json::to_value(report.kind).unwrap()["fact"],
                fact["fact"]
            );
            pressed += 1;
        }
    }
    let reports = |r: &Record| matches!(r, Record::Input { input: Input::Acted(act), .. } if matches!(act.action, Action::ReportTask(_)));
    assert_eq!(pressed, book.count(reports));
    let paces = report["paces"].as_array().unwrap();
    let pace = |step: &str| paces.iter().find(|pace| pace["step"] == step).unwrap();
    assert_eq!(
        (&pace("answered")["count"], &pace("answered")["of"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(pace("answered")["fastest_ms"], 2 * MINUTE);
    assert_eq!(pace("answered")["slowest_ms"], 25 * MINUTE);
    assert_eq!(pace("on_scene")["count"], 1);
    assert_eq!(figure(report, &json!("no_reply"))["count"], 1);

    // Clocks: kept, missed, no longer owed.
    let clocks = report["clocks"].as_array().unwrap();
    let of = |clock: &str, verdict: &str| {
        let so = |row: &&Value| row["clock"] == clock && row["verdict"] == verdict;
        clocks.iter().filter(so).count()
    };
    assert_eq!((of("answer", "kept"), of("answer", "missed")), (1, 1));
    assert_eq!((of("arrive", "kept"), of("arrive", "missed")), (1, 1));
    assert_eq!((of("done", "kept"), of("done", "running")), (1, 1));
    assert_eq!(of("verify", "kept"), 1);
    assert_eq!(
        (of("decide", "kept"), of("decide", "void")),
        (1, 1),
        "{clocks:?}"
    );
    assert_eq!(
        (of("report", "kept"), of("report", "missed")),
        (1, 2),
        "{clocks:?}"
    );
    let decided = clocks
        .iter()
        .find(|row| row["clock"] == "decide" && row["verdict"] == "kept");
    let decided = decided.unwrap();
    assert!(matches!(
        book.act(&decided["met"]["entry"]),
        Action::Decide { .. }
    ));
    assert_eq!(
        (&decided["began"]["at"], &decided["due"]),
        (&json!(at(25)), &json!(at(40)))
    );

    // Decisions: by word, and by the command.
    let decisions = report["decisions"].as_array().unwrap();
    assert_eq!(decisions.len(), 2);
    assert_eq!(decisions[1]["command"], "c1");
    let texts = &told["texts"];
    assert_eq!(
        texts[decisions[0]["reason"].as_str().unwrap()],
        "水库超汛限"
    );
    assert_eq!(told["people"]["li"], "李村长");

    // The curve is the readings of the journal, one by one.
    let curve = &report["curves"][0];
    for point in curve["points"].as_array().unwrap() {
        let record = &book.records[&point["entry"].as_u64().unwrap()];
        let Record::Input {
            input: Input::Observed(observed),
            ..
        } = record
        else {
            panic!("{record:?}")
        };
        assert_eq!(
            (json!(observed.value), json!(observed.observed)),
            (point["value"].clone(), point["observed"].clone())
        );
    }
    assert_eq!(
        curve["points"].as_array().unwrap().len() as u64,
        book.count(readings)
    );

    // Maps as they were known then.
    let maps = report["maps"].as_array().unwrap();
    let whys: Vec<&str> = maps
        .iter()
        .map(|map| map["why"].as_str().unwrap())
        .collect();
    assert_eq!(whys, ["first_alarm", "worst", "on_scene", "end"]);
    assert_eq!(maps[0]["by_level"], json!([0, 0, 1, 0]));
    assert_eq!(maps[1]["by_level"], json!([0, 0, 0, 1]));
    assert_eq!(maps[3]["by_level"], json!([0, 0, 0, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_told_by_the_names_of_what_it_is_about() {
    let county = open().await;
    let (officer, _) = live(&county).await;
    let li = county.sign_in("li").await;
    let help = json!({"action": "report_task", "task": "c1.li", "fact": "need_help"});
    assert_eq!(county.act(&li, "help", help).await.0, StatusCode::OK);
    let end = json!({"action": "end_notice", "notice": "need_help", "subject": "c1.li"});
    assert_eq!(county.act(&officer, "end", end).await.0, StatusCode::OK);
    county.stage(61, 800).await;
    let of = |form: &str, more: &str| {
        format!("/api/v1/reports/{form}?from={}&to={}{more}", at(0), at(62))
    };
    let found = facts(&county, &officer, &of("json", "")).await;
    let notices = found["report"]["notices"].as_array().unwrap();
    let called = notices.iter().find(|row| row["kind"] == "need_help");
    let about = &called.unwrap()["about"]["command"];
    assert_eq!(
        (&about["id"], &about["person"], &about["title"]["zh"]),
        (&json!("c1"), &json!("li"), &json!("转移"))
    );
    let page = text(county.get(&officer, &of("page", "&lang=en")).await).await;
    assert!(page.contains("转移 · 李村长"), "{page}");
    assert!(!page.contains("c1.li"), "no id of ours is read out: {page}");
    // A name, a value and its unit stay together on paper.
    assert!(page.contains("<td class=\"short\">李村长</td>"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_by_hand_stands_beside_the_facts_in_every_version() {
    let county = open().await;
    let (officer, _) = live(&county).await;
    let li = county.sign_in("li").await;
    let of = json!({"interval": {"from": at(0), "to": at(60)}});
    let write = |text: &str| json!({"action": "write_report", "of": of, "section": "lessons", "text": text});
    county.act(&officer, "w1", write("少一台抽水泵")).await;
    county.act(&officer, "w2", write("少两台抽水泵 <b>")).await;
    let (status, _) = county.act(&li, "w3", write("不归我写")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let page = text(county.get(&officer, &path("page", "")).await).await;
    assert!(page.starts_with("<!doctype html>") && page.contains("@media print"));
    assert!(
        page.contains("少两台抽水泵 &lt;b&gt;") && !page.contains("少一台"),
        "the newest stands there"
    );
    let list = facts(&county, &officer, "/api/v1/reports").await;
    let entries: Vec<u64> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["entry"].as_u64().unwrap())
        .collect();
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        assert!(
            page.contains(&format!("data-entry=\"{entry}\"")),
            "each version names its entry"
        );
    }
    // The same night from another minute on is another report.
    let other = format!("/api/v1/reports/page?from={}&to={}", at(1), at(60));
    let other = text(county.get(&officer, &other).await).await;
    assert!(!other.contains("抽水泵"));
    // English words, the same entries.
    let english = text(county.get(&officer, &path("fragment", "&lang=en")).await).await;
    assert!(english.contains("Key times") && english.contains("First on scene"));
    let links = |page: &str| page.matches("data-entry=").count();
    assert_eq!(links(&english), links(&page));
    assert!(page.contains("李村长") && page.contains("水库超汛限") && page.contains("<svg"));
    // An entry opens by its number and by that of an outcome.
    let entry = facts(
        &county,
        &officer,
        &format!("/api/v1/entries/{}", entries[0]),
    )
    .await;
    assert_eq!(
        (&entry["kind"], &entry["content"]["action"]["action"]),
        (&json!("acted"), &json!("write_report"))
    );
    assert!(
        !entry.to_string().contains("抽水泵"),
        "texts are not in the journal"
    );
    let gone = county.get(&officer, "/api/v1/entries/999999").await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_leaves_in_every_form_and_each_is_on_record() {
    let county = open().await;
    let (officer, _) = live(&county).await;
    let (li, guest) = (county.sign_in("li").await, county.sign_in("guest").await);
    for who in [&li, &guest] {
        for path in [
            path("json", ""),
            "/api/v1/reports".to_owned(),
            "/api/v1/entries/3".to_owned(),
        ] {
            let answer = county.get(who, &path).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        }
    }
    let docx = county.get(&officer, &path("docx", "")).await;
    let name = docx.headers()[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap();
    assert_eq!(
        name,
        "attachment; filename=\"report-330624-2026-07-15-1600.docx\""
    );
    let bytes = http_body_util::BodyExt::collect(docx.into_body())
        .await
        .unwrap()
        .to_bytes();
    assert!(bytes.starts_with(b"PK"));
    let pdf = county.get(&officer, &path("pdf", "&lang=en")).await;
    assert_eq!(pdf.headers()[header::CONTENT_TYPE], "application/pdf");
    let bytes = http_body_util::BodyExt::collect(pdf.into_body());
    assert!(bytes.await.unwrap().to_bytes().starts_with(b"%PDF-"));
    let places = facts(&county, &officer, &path("geojson", "")).await;
    let first = &places["features"][0];
    assert_eq!(first["geometry"]["coordinates"], json!([120.9, 29.5]));
    assert_eq!(first["properties"]["level"], 3);
    let mut made = 3;
    for table in [
        "keys",
        "figures",
        "alarms",
        "tasks",
        "facts",
        "calls",
        "steps",
        "channels",
        "clocks",
        "decisions",
        "course",
        "readings",
        "villages",
        "losses",
        "entries",
    ] {
        let csv = text(
            county
                .get(&officer, &path("csv", &format!("&table={table}")))
                .await,
        )
        .await;
        assert!(
            csv.starts_with('\u{feff}') && csv.contains("entr"),
            "{table}: {csv}"
        );
        assert!(
            ["villages", "losses", "calls", "steps", "channels"].contains(&table)
                || csv.lines().count() > 1,
            "{table}: {csv}"
        );
        made += 1;
    }
    // The incident's own report: from an hour before it began to now.
    let incident = facts(&county, &officer, "/api/v1/reports/json?incident=i1").await;
    made += 1;
    let of = &incident["report"]["of"];
    assert_eq!((&of["incident"], &of["to"]), (&json!("i1"), &json!(at(60))));
    assert_eq!(incident["report"]["commands"].as_array().unwrap().len(), 1);
    assert_eq!(incident["report"]["alarms"].as_array().unwrap().len(), 1);
    for wrong in [
        "/api/v1/reports/json?incident=i9".to_owned(),
        "/api/v1/reports/json".to_owned(),
        format!("/api/v1/reports/json?from={}&to={}", at(60), at(0)),
        path("csv", "&table=people"),
        path("csv", ""),
        path("json", "&at=yesterday"),
    ] {
        let answer = county.get(&officer, &wrong).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
    let answer = county.get(&officer, &path("odt", "")).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);

    let data = county.close().await;
    let mut reported = 0;
    runtime::replay(data.path(), |again| {
        if let Input::Accessed(access) = again.input
            && matches!(access.deed, AccessDeed::Reported { .. })
        {
            reported += 1;
        }
    })
    .unwrap();
    assert_eq!(
        reported, made,
        "each report that was made is an entry, and no other"
    );
}
