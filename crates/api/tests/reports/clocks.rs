//! Clocks that go on: updates of whoever is at work, leases of acknowledgements.

use serde_json::{Value, json};

use crate::county::hour::{self, MINUTE, at, live};
use crate::{Book, facts, figure, path, text};
use model::action::Action;

/// The night with updates every ten minutes, and leases of so many.
async fn night(lease: i64) -> (Value, Book) {
    let county = hour::open_with(|config| {
        config.policy.lease_ms = [0, 0, 0, lease * MINUTE];
        for clocks in &mut config.templates[0].clocks {
            clocks.update_every_ms = Some(10 * MINUTE);
        }
    })
    .await;
    let (officer, _) = live(&county).await;
    let told = facts(&county, &officer, &path("json", "")).await;
    let page = text(county.get(&officer, &path("page", "&lang=en")).await).await;
    assert!(page.contains("Update") && page.contains("never"), "{page}");
    (
        told["report"].clone(),
        Book::read(county.close().await.path()),
    )
}

/// Of what, and three times of it in seconds of the night.
type Told = (String, Option<i64>, Option<i64>, Option<i64>);

/// Verdict, beginning, end and meeting of each clock of a kind, in minutes of the night.
fn told(report: &Value, kind: &str) -> Vec<Told> {
    let rows = report["clocks"].as_array().unwrap().iter();
    let minute = |time: &Value| (0..200).find(|minute| *time == json!(at(*minute)));
    let rows = rows.filter(|row| row["clock"] == kind).map(|row| {
        let verdict = row["verdict"].as_str().unwrap().to_owned();
        let (began, due) = (minute(&row["began"]["at"]), minute(&row["due"]));
        (verdict, began, due, minute(&row["met"]["at"]))
    });
    rows.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_update_that_was_owed_is_a_clock() {
    let (report, book) = night(10).await;
    // Li accepts at 32, is on the scene at 40, done at 55; Chen accepts at 55.
    let row = |verdict: &str, began, due, met| (verdict.to_owned(), Some(began), Some(due), met);
    assert_eq!(
        told(&report, "update"),
        [
            row("kept", 32, 42, Some(40)),
            row("missed", 40, 50, Some(55)),
            row("running", 55, 65, None),
        ]
    );
    let clocks = report["clocks"].as_array().unwrap();
    let count = |verdict: &str| {
        clocks
            .iter()
            .filter(|row| row["verdict"] == verdict)
            .count()
    };
    for (figure_of, verdict) in [("clocks_kept", "kept"), ("clocks_missed", "missed")] {
        let told = figure(&report, &json!(figure_of));
        assert_eq!(told["count"], count(verdict), "{figure_of}");
        assert!(!told["entries"].as_array().unwrap().is_empty());
    }
    let met = clocks
        .iter()
        .find(|row| row["clock"] == "update" && row["verdict"] == "kept");
    let entry = book.act(&met.unwrap()["met"]["entry"]);
    assert!(matches!(entry, Action::ReportTask(_)), "{entry:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_is_missed_where_nothing_was_heard_until_it_ran_out() {
    // Acknowledged at 25, by the command at 30, heard of at 32 and 40; silence until 55.
    let (report, book) = night(10).await;
    let lease = ("missed".to_owned(), Some(25), Some(50), None);
    assert_eq!(told(&report, "lease"), [lease]);
    let clocks = report["clocks"].as_array().unwrap();
    let lease = clocks.iter().find(|row| row["clock"] == "lease").unwrap();
    let begun = book.act(&lease["began"]["entry"]);
    assert!(matches!(begun, Action::Acknowledge { .. }), "{begun:?}");
    assert_eq!(lease["by"], "officer");

    // Within twenty minutes somebody was heard of each time, until it fell to a level without a lease.
    let (report, _) = night(20).await;
    let lease = ("kept".to_owned(), Some(25), Some(60), Some(40));
    assert_eq!(told(&report, "lease"), [lease]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_still_running_is_not_missed_by_a_report_that_ends_later() {
    let county = hour::open_with(|config| {
        for clocks in &mut config.templates[0].clocks {
            clocks.update_every_ms = Some(10 * MINUTE);
        }
    })
    .await;
    let (officer, _) = live(&county).await;
    let later = format!("/api/v1/reports/json?from={}&to={}", at(0), at(200));
    let report = facts(&county, &officer, &later).await["report"].clone();
    let newest = told(&report, "update").pop();
    assert_eq!(
        newest,
        Some(("running".to_owned(), Some(55), Some(65), None))
    );
    assert_eq!(report["of"]["to"], json!(at(60)));
}
