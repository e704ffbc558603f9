//! A drill of an hour and how it is scored: kept and missed by the clocks of the acts themselves, and the
//! same from the running server and from the journal alone.
#![allow(clippy::unwrap_used)]

mod county;

use axum::http::StatusCode;
use county::{County, Who, json, night, text};
use model::PostId;
use model::config::Text;
use model::drill::{About, Asked, Drill, Expect, Inject, Score, Verdict, What};
use model::{Level, Time};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn at(minute: i64) -> Time {
    night().plus_ms(minute * MINUTE)
}

fn inject(id: &str, minute: i64, what: What, expect: Option<Expect>) -> Inject {
    Inject {
        id: id.to_owned(),
        at_ms: minute * MINUTE,
        title: Text::same(id),
        what,
        expect,
    }
}

fn expect(post: &str, about: About) -> Expect {
    Expect {
        post: PostId::from(post),
        about,
        acknowledged_ms: None,
        commanded_ms: None,
        on_scene_ms: None,
        proven_ms: None,
        escalated_to_nobody: false,
    }
}

fn station(id: &str) -> About {
    About::Station {
        station: id.to_owned(),
        from_ms: 0,
    }
}

/// The river rises, somebody telephones, and at the other bridge nothing ever happens.
fn drill() -> Drill {
    let rise = Expect {
        acknowledged_ms: Some(15 * MINUTE),
        commanded_ms: Some(15 * MINUTE),
        on_scene_ms: Some(15 * MINUTE),
        proven_ms: Some(35 * MINUTE),
        escalated_to_nobody: true,
        ..expect("desk", station("ST/01"))
    };
    let call = Expect {
        acknowledged_ms: Some(5 * MINUTE),
        ..expect(
            "desk",
            About::Report {
                inject: "call".to_owned(),
            },
        )
    };
    let elsewhere = Expect {
        acknowledged_ms: Some(5 * MINUTE),
        ..expect("bridge", station("ST/02"))
    };
    let note = |words: &str| What::Note {
        text: Text::same(words),
    };
    let report = What::Report {
        hazard: "flood".to_owned(),
        level: Level::Orange,
        area: None,
        text: Text::same("桥被淹"),
    };
    Drill {
        id: "d".to_owned(),
        title: Text::new("秋汛", "Autumn flood"),
        start: night(),
        length_ms: 60 * MINUTE,
        injects: vec![
            inject("rise", 0, note("雨大"), Some(rise)),
            inject("elsewhere", 1, note("另一座桥"), Some(elsewhere)),
            inject("call", 12, report, Some(call)),
            inject("later", 50, note("天亮了"), None),
        ],
    }
}

async fn press(county: &County, who: &Who, op: &str, action: Value) {
    let (status, answer) = county.act(who, op, action).await;
    let done = (StatusCode::OK, &json!("done"));
    assert_eq!((status, &answer["answer"]), done, "{op}: {answer}");
}

async fn score(county: &County, who: &Who) -> Score {
    let response = county.get(who, "/api/v1/drill/score").await;
    assert_eq!(response.status(), StatusCode::OK);
    serde_json::from_value(json(response).await).unwrap()
}

fn verdicts(score: &Score) -> Vec<(&str, Asked, Verdict, Option<i64>)> {
    let minute = |at: Time| at.since_ms(score.start) / MINUTE;
    let lines = score.lines.iter();
    lines
        .map(|line| {
            let met = line.met.as_ref().map(|met| minute(met.at));
            (line.inject.as_str(), line.asked, line.verdict, met)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_is_scored_by_the_clocks_of_real_nights_and_its_journal_says_the_same() {
    let county = County::open_with(|config| config.drill = Some(Box::new(drill()))).await;
    let officer = county.sign_in("officer").await;
    let (second, li) = (county.sign_in("second").await, county.sign_in("li").await);
    county.stage(0, 100).await;
    let here = json(county.get(&li, "/api/v1/drill").await).await;
    assert_eq!(here["here"]["mark"]["title"]["zh"], "秋汛");
    assert_eq!(here["here"]["notes"].as_array().unwrap().len(), 1);

    county.stage(12, 950).await;
    let call = json!({"action": "open_situation", "hazard": "flood", "level": 3, "how": "call",
                      "text": "桥被淹"});
    press(&county, &officer, "drill-d-call", call).await;
    county.stage(20, 1_010).await;
    county.stage(25, 1_230).await;
    let alarms = json(county.get(&officer, "/api/v1/alarms").await).await;
    let alarm = alarms[0]["key"].clone();
    let ack = json!({"action": "acknowledge", "alarms": [alarm]});
    press(&county, &officer, "ack", ack).await;
    county.stage(30, 1_240).await;
    let order = json!({"action": "issue_command", "alarm": alarm, "template": "move", "level": 4,
                       "groups": ["villages"], "wording": "立即转移到学校"});
    press(&county, &officer, "c1", order).await;
    let running = score(&county, &officer).await;
    let on_scene = running
        .lines
        .iter()
        .find(|l| l.asked == Asked::OnScene)
        .unwrap();
    assert_eq!(
        (on_scene.verdict, on_scene.due),
        (Verdict::Running, Some(at(35)))
    );
    assert!(!running.over);

    let fact = |fact: &str| json!({"action": "report_task", "task": "c1.li", "fact": fact});
    county.stage(40, 1_240).await;
    press(&county, &li, "there", fact("on_scene")).await;
    county.stage(45, 1_100).await;
    let mut done = fact("done");
    done["note"] = json!("全村转移完毕");
    press(&county, &li, "done", done).await;
    press(&county, &second, "proven", fact("verified")).await;
    county.stage(60, 900).await;
    // What comes behind the end counts for nothing.
    county.stage(70, 900).await;
    let late =
        json!({"action": "report_task", "task": "c1.chen", "fact": "on_scene", "means": "phone"});
    press(&county, &officer, "chen", late).await;

    let table = score(&county, &officer).await;
    assert!(table.over);
    assert_eq!(
        verdicts(&table),
        [
            ("rise", Asked::Acknowledged, Verdict::Kept, Some(25)),
            ("rise", Asked::Commanded, Verdict::Kept, Some(30)),
            ("rise", Asked::OnScene, Verdict::Missed, Some(40)),
            // One village is proven, the other never answered.
            ("rise", Asked::Proven, Verdict::Missed, None),
            ("rise", Asked::EscalatedToNobody, Verdict::Kept, None),
            ("elsewhere", Asked::Acknowledged, Verdict::Void, None),
            ("call", Asked::Acknowledged, Verdict::Missed, None),
        ]
    );
    let first = &table.lines[0];
    assert_eq!(
        (first.began, first.due),
        (Some(at(20)), Some(at(35))),
        "from the alarm on"
    );
    assert_eq!(
        first.met.as_ref().unwrap().by.as_ref().unwrap().as_str(),
        "officer"
    );
    let tallies: Vec<_> = table
        .posts
        .iter()
        .map(|p| (p.post.as_str(), p.kept, p.missed, p.void))
        .collect();
    assert_eq!(tallies, [("bridge", 0, 0, 1), ("desk", 3, 3, 0)]);

    // The same words for people who print it, and nothing for those who may not see it.
    let told = report::score_text(&table, report::Language::English);
    assert!(told.starts_with("[DRILL] Autumn flood · over"), "{told}");
    assert!(
        told.contains("MISSED") && told.contains("0:40:00 li"),
        "{told}"
    );
    let refused = county.get(&li, "/api/v1/drill/score").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let page = format!("/api/v1/reports/page?from={}&to={}", at(0), at(60));
    assert!(
        text(county.get(&officer, &page).await)
            .await
            .contains("演练：不是真实事件")
    );

    let folder = county.close().await;
    let again = api::score_of(folder.path()).unwrap().unwrap();
    assert_eq!(again, table);
    assert_eq!(api::score_of(folder.path()).unwrap().unwrap(), again);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_real_has_no_score_and_says_so() {
    let county = County::open().await;
    county.stage(0, 100).await;
    let officer = county.sign_in("officer").await;
    let here = json(county.get(&officer, "/api/v1/drill").await).await;
    assert_eq!(here, json!({"here": null, "beside": null}));
    let none = county.get(&officer, "/api/v1/drill/score").await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
    let folder = county.close().await;
    assert!(api::score_of(folder.path()).unwrap().is_none());
}
