//! What each may see: by their role whose tasks, by their township which ground; and what the site says of
//! large commands.
#![allow(clippy::unwrap_used)]

mod county;

use axum::http::StatusCode;
use county::feed::{first, next, open, open_at, update_of};
use county::{County, Who, json, lines};
use model::config::{Area, AreaKind, Role, Text};
use serde_json::{Value, json};

#[tokio::test]
async fn the_snapshot_says_what_a_large_command_waits_for() {
    let county = County::open_with(|config| {
        let command = &mut config.policy.command;
        (command.mass_above, command.hold_ms) = (7, 30_000);
    })
    .await;
    county.stage(0, 900).await;
    let (address, _serving) = county.listen().await;
    let officer = county.sign_in("officer").await;
    let snapshot = first(&mut open(address, &officer, "").await).await;
    let mass = &snapshot["counties"][0]["mass"];
    assert_eq!(mass, &json!({"above": 7, "hold_ms": 30_000}));
}

#[tokio::test]
async fn role_and_township_bound_what_is_seen() {
    let county = County::open_with(|config| {
        config.stations[0].township = Some("T1".to_owned());
    })
    .await;
    county.stage(0, 900).await;
    let mut people = county::people();
    people[2].township = Some("T1".to_owned());
    people[3].township = Some("T2".to_owned());
    people[4].township = Some("T2".to_owned());
    *county.files.lock().unwrap() = Some(people);
    let taken = county
        .post(&Who::Token, "/api/v1/site/reload", &json!({}))
        .await;
    assert_eq!(taken.status(), StatusCode::OK);
    let (officer, li, chen, guest) = (
        county.sign_in("officer").await,
        county.sign_in("li").await,
        county.sign_in("chen").await,
        county.sign_in("guest").await,
    );
    let (address, _serving) = county.listen().await;
    let (mut far, mut viewer) = (
        open(address, &chen, "").await,
        open(address, &guest, "").await,
    );
    let known = first(&mut far).await["seq"].as_u64().unwrap();
    first(&mut viewer).await;
    county.act(&officer, "c1", issue()).await;
    county.stage(5, 1_300).await;
    county.act(&officer, "c2", issue()).await;

    // A snapshot and the lists.
    let tasks = async |who| {
        let snapshot = first(&mut open(address, who, "").await).await;
        let here = &snapshot["counties"][0];
        let of = |commands: &Value| {
            let tasks = commands.as_array().unwrap().iter().flat_map(|command| {
                let tasks = command["tasks"].as_array().unwrap().clone();
                assert!(!tasks.is_empty());
                tasks.into_iter().map(|task| task["person"].clone())
            });
            tasks.collect::<Value>()
        };
        let listed = of(&json(county.get(who, "/api/v1/commands").await).await);
        assert_eq!(listed, of(&here["commands"]));
        let count = |list: &str| here[list].as_array().unwrap().len();
        let alarms = json(county.get(who, "/api/v1/alarms").await).await;
        assert_eq!(alarms.as_array().unwrap().len(), count("alarms"));
        (
            listed,
            count("stations"),
            count("alarms"),
            count("situations"),
        )
    };
    assert_eq!(
        tasks(&officer).await,
        (json!(["li", "chen", "li", "chen"]), 1, 1, 1)
    );
    assert_eq!(tasks(&li).await, (json!(["li", "li"]), 1, 1, 1));
    assert_eq!(tasks(&chen).await, (json!(["chen", "chen"]), 0, 0, 0));
    assert_eq!(tasks(&guest).await, (json!([]), 0, 0, 0));

    // The feed, live and taken up again: nothing of the alarm in T1, and of the orders one's own part.
    let mut back = open(address, &chen, &format!("?since={known}")).await;
    for socket in [&mut far, &mut back] {
        let mut heard = Vec::new();
        while heard.iter().filter(|kind| *kind == "command").count() < 2 {
            let message = next(socket).await;
            assert_ne!(message["type"], "values", "{message}");
            for update in message["updates"].as_array().into_iter().flatten() {
                heard.push(update["kind"].as_str().unwrap().to_owned());
                for task in update["command"]["tasks"].as_array().into_iter().flatten() {
                    assert_eq!(task["person"], "chen");
                }
            }
        }
        let hidden = |kind: &&String| ["alarm", "situation"].contains(&kind.as_str());
        assert_eq!(heard.iter().find(hidden), None, "{heard:?}");
    }
    let last = update_of(&mut viewer, |update| {
        let kind = update["kind"].as_str().unwrap().to_owned();
        assert!(
            !["alarm", "situation", "command", "task"].contains(&kind.as_str()),
            "{update}"
        );
        (kind == "load" || kind == "annunciation").then_some(kind)
    });
    last.await;
}

#[tokio::test]
async fn a_planner_of_a_township_reads_all_but_what_is_of_the_tasks_of_others() {
    let county = County::open().await;
    county.stage(0, 900).await;
    let mut people = county::people();
    people[2].township = Some("T1".to_owned());
    people[3].township = Some("T2".to_owned());
    (people[4].township, people[4].role) = (Some("T1".to_owned()), Role::Planner);
    *county.files.lock().unwrap() = Some(people);
    let taken = county
        .post(&Who::Token, "/api/v1/site/reload", &json!({}))
        .await;
    assert_eq!(taken.status(), StatusCode::OK);
    let officer = county.sign_in("officer").await;
    let incident =
        json!({"action": "open_incident", "title": "江边的洪水", "class": "", "commands": []});
    county.act(&officer, "i1", incident).await;
    county.act(&officer, "c1", issue()).await;
    for (who, note) in [("li", "桥北都走了"), ("chen", "桥南都走了")] {
        let task = format!("c1.{who}");
        let seen = json!({"action": "report_task", "task": task, "fact": "seen", "note": note});
        let op = format!("seen-{who}");
        let (status, _) = county.act(&county.sign_in(who).await, &op, seen).await;
        assert_eq!(status, StatusCode::OK, "{who}");
    }
    let (all, near) = texts_of(&county, ["/api/v1/incidents", "/api/v1/commands"]).await;
    for (text, is_near) in [
        ("江边的洪水", true),
        ("立即转移到学校", true),
        ("桥北都走了", true),
        ("桥南都走了", false),
    ] {
        assert!(all.contains(text), "{all}");
        assert_eq!(near.contains(text), is_near, "{text} in {near}");
    }
}

/// The texts that these lists name, as the officer and as the guest read them.
async fn texts_of(county: &County, lists: [&str; 2]) -> (String, String) {
    let (officer, guest) = (
        county.sign_in("officer").await,
        county.sign_in("guest").await,
    );
    let mut seals = Vec::new();
    for list in lists {
        let told = json(county.get(&officer, list).await).await.to_string();
        let runs = told.split(|sign: char| !sign.is_ascii_hexdigit());
        seals.extend(runs.filter(|run| run.len() == 64).map(str::to_owned));
    }
    let path = format!("/api/v1/texts?ids={}", seals.join(","));
    let all = json(county.get(&officer, &path).await).await;
    let near = json(county.get(&guest, &path).await).await;
    (all.to_string(), near.to_string())
}

/// Two townships, of which T1 has the gauge; who stands where.
async fn two_townships(guest: Role) -> County {
    let county = County::open_with(|config| {
        config.stations[0].township = Some("T1".to_owned());
        config.areas = ["T1", "T2"].map(township).to_vec();
    })
    .await;
    county.stage(0, 1_300).await;
    let mut people = county::people();
    people[2].township = Some("T1".to_owned());
    people[3].township = Some("T2".to_owned());
    (people[4].township, people[4].role) = (Some("T2".to_owned()), guest);
    *county.files.lock().unwrap() = Some(people);
    let taken = county
        .post(&Who::Token, "/api/v1/site/reload", &json!({}))
        .await;
    assert_eq!(taken.status(), StatusCode::OK);
    county
}

fn township(code: &str) -> Area {
    Area {
        code: code.to_owned(),
        kind: AreaKind::Township,
        title: Text::new(&format!("{code}镇"), code),
        parent: None,
        people: 900,
    }
}

/// What is kept quiet, what happened and what the weather service says: in T1, in T2, and everywhere.
async fn told_of_both(county: &County) {
    let officer = county.sign_in("officer").await;
    let alarms = json(county.get(&officer, "/api/v1/alarms").await).await;
    let until = "2026-07-15T09:00:00Z";
    let silence = |matcher: Value, reason: &str| json!({"action": "silence", "matcher": matcher, "until": until, "reason": reason});
    let event = |area: Value, text: &str| {
        json!({"action": "keep_event", "kind": "flood", "area": area, "level": 3,
               "from": "2026-07-15T07:00:00Z", "until": null, "text": text})
    };
    let area = |code: &str| json!({"kind": "township", "code": code});
    let weather = |code: &str| {
        json!({"action": "warn_of_weather", "kind": "rainstorm", "area": area(code), "level": 3,
               "until": until})
    };
    let acts = [
        ("q1", silence(json!({"township": "T1"}), "甲镇张三报修")),
        ("q2", silence(json!({"township": "T2"}), "乙镇演练")),
        ("q3", silence(json!({"hazard": "geology"}), "全县校准")),
        (
            "q4",
            json!({"action": "shelve", "alarm": alarms[0]["key"], "until": until, "reason": "李四在修"}),
        ),
        (
            "q5",
            json!({"action": "maintain", "stations": ["ST/01"], "from": "2026-07-15T08:00:00Z",
                   "until": until, "ticket": "W-1"}),
        ),
        ("e1", event(area("T1"), "甲镇王五落水")),
        ("e2", event(area("T2"), "乙镇塌方")),
        ("e3", event(Value::Null, "全县停电")),
        ("w1", weather("T1")),
        ("w2", weather("T2")),
    ];
    for (op, action) in acts {
        let (status, answer) = county.act(&officer, op, action).await;
        assert_eq!(
            (status, &answer["answer"]),
            (StatusCode::OK, &json!("done")),
            "{op}: {answer}"
        );
    }
    let truth = json!({"action": "mark_truth", "alarm": alarms[0]["key"], "truth": "true"});
    county.act(&officer, "e4", truth).await;
}

#[tokio::test]
async fn what_is_quiet_and_what_happened_is_told_to_its_township_and_the_weather_to_everybody() {
    let county = two_townships(Role::Viewer).await;
    let (address, _serving) = county.listen().await;
    let chen = county.sign_in("chen").await;
    let mut far = open(address, &chen, "").await;
    first(&mut far).await;
    told_of_both(&county).await;
    for (who, quiet, happened) in [
        ("officer", "q1 q2 q3 q4 q5", 4),
        ("li", "q1 q3 q4 q5", 3),
        ("chen", "q2 q3", 2),
        ("guest", "q2 q3", 2),
    ] {
        let who = county.sign_in(who).await;
        let list = async |path: &str| {
            let rows = json(county.get(&who, path).await).await;
            rows.as_array().unwrap().clone()
        };
        let ids = |rows: &[Value]| {
            let mut ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
            ids.sort_unstable();
            ids.join(" ")
        };
        assert_eq!(ids(&list("/api/v1/suppressions").await), quiet, "{who:?}");
        let events = list("/api/v1/events").await;
        assert_eq!(events.len(), happened, "{events:?}");
        assert_eq!(ids(&list("/api/v1/weather").await), "w1 w2");
        let snapshot = first(&mut open(address, &who, "").await).await;
        let here = snapshot["counties"][0]["suppressions"].as_array().unwrap();
        assert_eq!(ids(here), quiet, "{here:?}");
    }
    // The feed of somebody in T2: the last thing that is told comes, and nothing of T1 before it.
    let mut heard = Vec::new();
    while !heard.contains(&"w2".to_owned()) {
        for update in next(&mut far).await["updates"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let kind = update["kind"].as_str().unwrap();
            if let "suppression" | "event" | "weather" = kind {
                heard.push(update[kind]["id"].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(heard, ["q2", "q3", "e2", "e3", "w1", "w2"]);
}

#[tokio::test]
async fn the_history_of_a_series_is_told_where_its_station_is() {
    let county = two_townships(Role::Viewer).await;
    for (who, status) in [
        ("officer", StatusCode::OK),
        ("li", StatusCode::OK),
        ("chen", StatusCode::NOT_FOUND),
        ("guest", StatusCode::NOT_FOUND),
    ] {
        let path = "/api/v1/series/ST%2F01/water_level";
        let answer = county.get(&county.sign_in(who).await, path).await;
        assert_eq!(answer.status(), status, "{who}");
    }
}

#[tokio::test]
async fn transitions_are_told_where_their_station_is() {
    let county = two_townships(Role::Viewer).await;
    let (address, _serving) = county.listen().await;
    let path = "/api/v1/alarms/transitions";
    let mut near = open_at(address, &county.sign_in("li").await, path).await;
    let mut far = open_at(address, &county.sign_in("chen").await, path).await;
    for (who, some) in [
        ("officer", true),
        ("li", true),
        ("chen", false),
        ("guest", false),
    ] {
        let told = lines(county.get(&county.sign_in(who).await, path).await).await;
        assert_eq!(!told.is_empty(), some, "{who}: {told:?}");
    }
    county.stage(5, 100).await;
    county.stage(65, 100).await;
    county.stage(70, 1_300).await;
    assert_eq!(next(&mut near).await[0]["subject"], "ST/01");
    let nothing = tokio::time::timeout(std::time::Duration::from_millis(300), next(&mut far)).await;
    assert!(nothing.is_err(), "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planner_of_a_township_sees_on_the_bar_that_something_was_kept_quiet_and_not_why() {
    let county = two_townships(Role::Planner).await;
    told_of_both(&county).await;
    let officer = county.sign_in("officer").await;
    let quiet = json(county.get(&officer, "/api/v1/suppressions").await).await;
    for (number, row) in quiet.as_array().unwrap().iter().enumerate() {
        let end = json!({"action": "end_suppression", "suppression": row["id"]});
        county.act(&officer, &format!("end-{number}"), end).await;
    }
    let path = "/api/v1/replay/lanes?from=2026-07-15T00:00:00Z&to=2026-07-16T00:00:00Z";
    let notes = async |who: &str| {
        let lanes = json(county.get(&county.sign_in(who).await, path).await).await;
        let deeds = lanes["deeds"].as_array().unwrap().clone();
        let noted = deeds.iter().filter(|deed| !deed["note"].is_null()).count();
        (deeds.len(), noted)
    };
    let (all, noted) = notes("officer").await;
    assert!(all > 5 && noted > 5, "{all} {noted}");
    assert_eq!(notes("guest").await, (all, 0));
}

#[tokio::test]
async fn a_planner_of_a_township_reads_no_reason_and_no_event_of_another() {
    let county = two_townships(Role::Planner).await;
    told_of_both(&county).await;
    let (all, near) = texts_of(&county, ["/api/v1/suppressions", "/api/v1/events"]).await;
    for (text, is_near) in [
        ("甲镇张三报修", false),
        ("李四在修", false),
        ("甲镇王五落水", false),
        ("乙镇演练", true),
        ("全县校准", true),
        ("乙镇塌方", true),
        ("全县停电", true),
    ] {
        assert!(all.contains(text), "{text} in {all}");
        assert_eq!(near.contains(text), is_near, "{text} in {near}");
    }
}

#[tokio::test]
async fn what_an_officer_types_stands_outside_the_journal_and_names_of_places_hold_no_number() {
    let county = two_townships(Role::Viewer).await;
    told_of_both(&county).await;
    let officer = county.sign_in("officer").await;
    let until = "2026-07-15T09:00:00Z";
    let work = json!({"action": "maintain", "stations": ["ST/01"], "from": "2026-07-15T08:00:00Z",
                      "until": until, "ticket": "找赵六，13900001234"});
    let (status, _) = county.act(&officer, "work", work).await;
    assert_eq!(status, StatusCode::OK);
    let list = json(county.get(&officer, "/api/v1/suppressions").await).await;
    let mut rows = list.as_array().unwrap().iter();
    let row = rows.find(|row| row["id"] == "work").unwrap();
    assert_eq!(row["ticket"], Value::Null);
    let path = format!("/api/v1/texts?ids={}", row["reason"].as_str().unwrap());
    let text = json(county.get(&officer, &path).await).await.to_string();
    assert!(text.contains("找赵六，13900001234"), "{text}");
    let village = |name: &str| {
        let mut order = issue();
        order["villages"] = json!([{"village": name, "to_move": 3}]);
        order
    };
    let call = json!({"action": "open_situation", "hazard": "电话13900001234", "level": 4,
                      "how": "call", "area": null, "text": "有人落水", "place": null});
    let event = json!({"action": "keep_event", "kind": "flood 13900001234", "area": null,
                       "level": 3, "from": until, "until": null, "text": "塌方"});
    for (op, action) in [
        ("bad1", village("赵六 13900001234")),
        ("bad2", call),
        ("bad3", event),
    ] {
        let (status, fault) = county.act(&officer, op, action).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{op}: {fault}");
    }
    let (status, answer) = county.act(&officer, "good", village("石门村第3网格")).await;
    assert_eq!(
        (status, answer),
        (StatusCode::OK, json!({"answer": "done"}))
    );
    let data = county.close().await;
    for file in std::fs::read_dir(data.path().join("journal")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for typed in ["赵六", "13900001234", "张三", "李四", "王五", "塌方"] {
            let typed = typed.as_bytes();
            assert!(!bytes.windows(typed.len()).any(|part| part == typed));
        }
    }
}

fn issue() -> Value {
    json!({"action": "issue_command", "template": "move", "level": 4, "groups": ["villages"],
           "wording": "立即转移到学校"})
}
