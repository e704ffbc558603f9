//! Who was called in a small night: on a desk, by push, by SMS; answered in the app, by a gateway's receipt
//! and by what an officer heard.

use axum::http::StatusCode;
use model::PageId;
use model::action::Action;
use model::config::{Call, Config, Escalation, EscalationStep, Target, Text};
use model::level::Level;
use model::page::{Channel, PageFact};
use serde_json::{Value, json};

use crate::county::hour::{MINUTE, at};
use crate::county::{CODE, County, Who};
use crate::{Book, facts, text};

/// The officer's desk and Li's phone at once; after five minutes another desk and Chen by SMS; after ten
/// the second officer must have answered.
fn policy(config: &mut Config) {
    let call = |person: &str, channel| Call {
        to: vec![Target::Person(person.into())],
        by: vec![channel],
    };
    let step = |minute: i64, must, calls| EscalationStep {
        after_ms: minute * MINUTE,
        calls,
        must,
    };
    config.policy.grouping.wait_ms = [0; 4];
    config.organisation.escalations = vec![Escalation {
        id: "grave".to_owned(),
        title: Text::new("橙红叫应", "Grave"),
        occasion: model::organisation::Occasion::Situation,
        levels: vec![Level::Orange, Level::Red],
        hazards: Vec::new(),
        confirm_all: true,
        steps: vec![
            step(
                0,
                false,
                vec![call("officer", Channel::Desk), call("li", Channel::Push)],
            ),
            step(
                5,
                false,
                vec![call("second", Channel::Desk), call("chen", Channel::Sms)],
            ),
            step(10, true, vec![call("second", Channel::Desk)]),
        ],
        loops: 0,
        loop_after_ms: 30 * MINUTE,
        exhausted: Vec::new(),
    }];
}

/// The page to one person.
async fn page_to(county: &County, who: &Who, person: &str) -> String {
    let runs = facts(county, who, "/api/v1/runs").await;
    let mut pages = runs[0]["pages"].as_array().unwrap().iter();
    let page = pages.find(|page| page["to"] == person);
    page.unwrap_or_else(|| panic!("no call to {person}"))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A gateway says what became of a page.
async fn receipt(county: &County, page: &str, fact: PageFact) {
    let slot = county.runtime.inbox.catalogue().jurisdiction(CODE).unwrap();
    let told = county
        .runtime
        .inbox
        .paged(slot, PageId(page.to_owned()), fact);
    told.await.unwrap();
}

/// The night; the second officer answers in the minute `answers`.
async fn night(answers: i64) -> (County, Who) {
    let county = County::open_with(policy).await;
    let officer = county.sign_in("officer").await;
    let (second, li) = (county.sign_in("second").await, county.sign_in("li").await);
    let press = async |who: &Who, op: &str, action: Value| {
        let (status, answer) = county.act(who, op, action).await;
        let done = (status, &answer["answer"]);
        assert_eq!(done, (StatusCode::OK, &json!("done")), "{op}: {answer}");
    };
    let yes = |page: &str, means: &str| json!({"action": "answer_page", "page": page, "ack": true, "means": means});
    for (minute, stage) in [(0, 100), (20, 1_010), (21, 1_010)] {
        county.stage(minute, stage).await;
    }
    // A desk and a phone: seen and answered in the app, no gateway said a word.
    let own = page_to(&county, &officer, "officer").await;
    press(&officer, "seen", json!({"action": "see_page", "page": own})).await;
    press(
        &officer,
        "seen-again",
        json!({"action": "see_page", "page": own}),
    )
    .await;
    county.stage(22, 1_010).await;
    press(&officer, "answered", yes(&own, "app")).await;
    // Delivered by the gateway's receipt, seen in the app: one message that was delivered once.
    let his = page_to(&county, &officer, "li").await;
    receipt(&county, &his, PageFact::Sent).await;
    receipt(&county, &his, PageFact::Delivered).await;
    press(&li, "li-seen", json!({"action": "see_page", "page": his})).await;
    county.stage(26, 1_010).await;
    // On the telephone, while the message never arrived.
    let hers = page_to(&county, &officer, "chen").await;
    receipt(
        &county,
        &hers,
        PageFact::Failed {
            why: "no route".to_owned(),
        },
    )
    .await;
    county.stage(27, 1_010).await;
    press(&officer, "heard", yes(&hers, "phone")).await;
    let law = page_to(&county, &officer, "second").await;
    for minute in [28, 31, 33, 40] {
        county.stage(minute, 1_010).await;
        if minute == answers {
            press(&second, "second", yes(&law, "app")).await;
        }
    }
    (county, officer)
}

fn path(form: &str, more: &str) -> String {
    format!("/api/v1/reports/{form}?from={}&to={}{more}", at(0), at(40))
}

fn count(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_counts_once_at_each_stage_by_whichever_way_it_was_proven() {
    let (county, officer) = night(28).await;
    let told = facts(&county, &officer, &path("json", "")).await;
    let report = &told["report"];
    let page = text(county.get(&officer, &path("page", "&lang=en")).await).await;
    let calls = text(county.get(&officer, &path("csv", "&table=calls")).await).await;
    let book = Book::read(county.close().await.path());

    let columns = [
        "pages",
        "delivered",
        "seen",
        "answered",
        "on_word",
        "failed",
    ];
    let row = |channel: &str| {
        let mut rows = report["channels"].as_array().unwrap().iter();
        let row = rows.find(|row| row["channel"] == channel).unwrap();
        columns.map(|column| count(&row[column]))
    };
    assert_eq!(row("desk"), [2, 2, 2, 2, 0, 0]);
    assert_eq!(row("push"), [1, 1, 1, 0, 0, 0]);
    assert_eq!(row("sms"), [1, 0, 0, 1, 1, 1]);

    // Each person of the run: when called, how far, how fast, by which entry.
    let [run] = report["calls"].as_array().unwrap().as_slice() else {
        panic!("{}", report["calls"]);
    };
    assert_eq!(
        (&run["policy"], &run["title"]["zh"]),
        (&json!("grave"), &json!("橙红叫应"))
    );
    assert!(
        run["about"]["situation"]["id"].is_string(),
        "{}",
        run["about"]
    );
    assert_eq!(run["about"]["situation"]["level"], 3);
    assert_eq!(run["began"]["at"], json!(at(20)));
    let person = |id: &str| {
        let mut people = run["people"].as_array().unwrap().iter();
        people.find(|call| call["person"] == id).unwrap()
    };
    let own = person("officer");
    assert_eq!(
        (
            &own["channel"],
            &own["called"]["at"],
            &own["seen"]["at"],
            &own["answered"]["moment"]["at"]
        ),
        (
            &json!("desk"),
            &json!(at(20)),
            &json!(at(21)),
            &json!(at(22))
        )
    );
    let at_seen = book.act(&own["delivered"]["entry"]);
    assert!(matches!(at_seen, Action::SeePage { .. }), "{at_seen:?}");
    let at_answer = book.act(&own["answered"]["moment"]["entry"]);
    assert!(matches!(at_answer, Action::AnswerPage { ack: true, .. }));
    let heard = person("chen");
    assert!(
        heard["delivered"].is_null() && heard["seen"].is_null(),
        "{heard}"
    );
    assert_eq!(
        (&heard["answered"]["by"], &heard["answered"]["moment"]["at"]),
        (&json!("officer"), &json!(at(27)))
    );
    let steps: Vec<&str> = run["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["what"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["began", "step", "step", "step"]);
    let pace = |of: &Value, step: &str| {
        let mut paces = of.as_array().unwrap().iter();
        let pace = paces.find(|pace| pace["step"] == step).unwrap();
        ["count", "of", "fastest_ms", "median_ms", "slowest_ms"].map(|n| pace[n].as_i64().unwrap())
    };
    // The officer after two minutes; Chen after one and the second officer after two, both called at 26.
    let answered = [3, 4, MINUTE, 2 * MINUTE, 2 * MINUTE];
    assert_eq!(pace(&run["paces"], "answered"), answered);
    assert_eq!(pace(&report["reach"], "answered"), answered);
    assert_eq!(
        pace(&run["paces"], "delivered"),
        [3, 4, MINUTE, 2 * MINUTE, 2 * MINUTE]
    );

    for words in [
        "Calls · Grave",
        "Step 2: 2 called",
        "recorded by 王值班",
        "Median",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(calls.lines().count(), 5, "{calls}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_of_the_law_is_told_kept_and_missed() {
    for (answers, verdict) in [(28, "kept"), (33, "missed"), (99, "missed")] {
        let (county, officer) = night(answers).await;
        let told = facts(&county, &officer, &path("json", "")).await;
        let clocks = told["report"]["clocks"].as_array().unwrap();
        let mut laws = clocks.iter().filter(|row| row["clock"] == "legal");
        let law = laws.next().unwrap();
        assert!(laws.next().is_none(), "one for the run");
        assert_eq!(
            (&law["verdict"], &law["due"]),
            (&json!(verdict), &json!(at(30)))
        );
        let call = &law["about"]["call"];
        assert_eq!(
            (&call["of"], &call["step"]),
            (&json!(["second"]), &json!(3))
        );
        match answers {
            99 => assert!(law["met"].is_null()),
            _ => assert_eq!(law["by"], json!("second")),
        }
        let page = text(county.get(&officer, &path("page", "&lang=en")).await).await;
        assert!(page.contains("to be reached: 赵副班"), "{page}");
        let missed = "The clock of the law at step 3 ran out unanswered";
        assert_eq!(page.contains(missed), verdict == "missed", "{answers}");
    }
}
