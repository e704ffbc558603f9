//! An hour of a small night, from the first reading to what was proven done.

use axum::http::StatusCode;
use model::Time;
use model::config::{Config, TaskClocks};
use model::incident::EventClass;
use serde_json::{Value, json};

use super::{County, Who, json, night};

pub const MINUTE: i64 = 60_000;

pub fn at(minute: i64) -> Time {
    night().plus_ms(minute * MINUTE)
}

/// Clocks for commands and warnings, and reports that are owed.
pub async fn open() -> County {
    open_with(|_| ()).await
}

/// The same with other files.
pub async fn open_with(change: impl FnOnce(&mut Config)) -> County {
    County::open_with(|config| {
        config.policy.command.decide_ms = [0, 0, 30 * MINUTE, 15 * MINUTE];
        config.event_classes = EventClass::defaults();
        config.templates[0].clocks = [TaskClocks {
            ack_by_ms: Some(5 * MINUTE),
            arrive_by_ms: Some(20 * MINUTE),
            done_by_ms: Some(60 * MINUTE),
            verify_by_ms: Some(30 * MINUTE),
            ..TaskClocks::default()
        }; 4];
        change(config);
    })
    .await
}

/// An hour: the river rises, an officer decides and sends two people, one comes, one is late.
pub async fn live(county: &County) -> (Who, String) {
    let officer = county.sign_in("officer").await;
    let (second, li) = (county.sign_in("second").await, county.sign_in("li").await);
    let act = async |who: &Who, op: &str, action: Value| {
        let (status, answer) = county.act(who, op, action).await;
        assert_eq!(
            (status, &answer["answer"]),
            (StatusCode::OK, &json!("done")),
            "{op}: {answer}"
        );
    };
    let list =
        async |what: &str| json(county.get(&officer, &format!("/api/v1/{what}")).await).await;
    for (minute, stage) in [(0, 100), (10, 950), (20, 1_010), (25, 1_230)] {
        county.stage(minute, stage).await;
    }
    let alarm = list("alarms").await[0]["key"].clone();
    let situation = list("situations").await[0]["id"].clone();
    act(
        &officer,
        "ack",
        json!({"action": "acknowledge", "alarms": [alarm]}),
    )
    .await;
    county.stage(30, 1_240).await;
    act(
        &officer,
        "decide",
        json!({"action": "decide", "situation": situation, "response": 2, "reason": "水库超汛限"}),
    )
    .await;
    act(
        &officer,
        "c1",
        json!({"action": "issue_command", "alarm": alarm, "template": "move", "level": 4,
               "groups": ["villages"], "wording": "立即转移到学校"}),
    )
    .await;
    act(
        &officer,
        "i1",
        json!({"action": "open_incident", "title": "七一五洪水", "class": "urgent",
               "situations": [situation], "commands": ["c1"]}),
    )
    .await;
    county.stage(32, 1_240).await;
    let fact = |fact: &str| json!({"action": "report_task", "task": "c1.li", "fact": fact});
    for word in ["delivered", "seen", "accepted"] {
        act(&li, word, fact(word)).await;
    }
    // Chen's window to answer closes at minute 35.
    county.stage(36, 1_250).await;
    let sent = json!({"action": "send_report", "incident": "i1", "clock": "phone_leader",
                      "text": "水位超保证，正在转移", "received_by": "县长办公室"});
    act(&officer, "sent", sent).await;
    county.stage(40, 1_240).await;
    act(&li, "there", fact("on_scene")).await;
    county.stage(55, 1_100).await;
    let mut done = fact("done");
    done["note"] = json!("全村转移完毕");
    act(&li, "done", done).await;
    act(&second, "proven", fact("verified")).await;
    let chen =
        json!({"action": "report_task", "task": "c1.chen", "fact": "accepted", "means": "phone"});
    act(&officer, "chen", chen).await;
    county.stage(60, 900).await;
    (officer, situation.as_str().unwrap().to_owned())
}
