//! What each may see: by their role whose tasks, by their township which ground; and what the site says of
//! large commands.
#![allow(clippy::unwrap_used)]

mod county;

use axum::http::StatusCode;
use county::feed::{first, next, open, update_of};
use county::{County, Who, json};
use model::config::Role;
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
    let seals_of = async |path| {
        let told = json(county.get(&officer, path).await).await.to_string();
        let runs = told.split(|sign: char| !sign.is_ascii_hexdigit());
        let seals = runs.filter(|run| run.len() == 64).map(str::to_owned);
        seals.collect::<Vec<String>>()
    };
    let mut seals = seals_of("/api/v1/incidents").await;
    seals.extend(seals_of("/api/v1/commands").await);
    let path = format!("/api/v1/texts?ids={}", seals.join(","));
    let texts = async |who| {
        let told = json(county.get(&county.sign_in(who).await, &path).await).await;
        told.to_string()
    };
    let (all, near) = (texts("officer").await, texts("guest").await);
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

fn issue() -> Value {
    json!({"action": "issue_command", "template": "move", "level": 4, "groups": ["villages"],
           "wording": "立即转移到学校"})
}
