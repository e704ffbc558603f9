//! A thousand jurisdictions in one process: one journal, one numbering, each entry naming its own.

use crate::support::*;
use model::JurisdictionSlot;
use model::config::Clock;
use runtime::{Draft, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_jurisdictions_share_one_numbering() {
    let dir = tempfile::tempdir().unwrap();
    let configs = || {
        (0..1000)
            .map(|n| county(&format!("{n:04}"), 2, 0))
            .collect::<Vec<_>>()
    };
    let site = start(options(dir.path(), Clock::Feed, configs()))
        .await
        .unwrap();
    let names = site.inbox.catalogue();
    assert_eq!(names.codes().len(), 1000);
    assert_eq!(
        names.find("0123-0001", "level").unwrap().jurisdiction,
        JurisdictionSlot(123)
    );
    let drafts: Vec<Draft> = (0..3000i64)
        .map(|n| Draft {
            edition: 0,
            jurisdiction: JurisdictionSlot((n * 7 % 1000) as u16),
            ..reading(1, n / 100, if n < 1000 { 900 } else { 1000 + (n % 300) })
        })
        .collect();
    for part in drafts.chunks(250) {
        send(&site, part).await;
    }
    let told = transitions(&site).await;
    assert!(told.len() >= 1000);
    assert!(
        told.iter().zip(1..).all(|(t, n)| t.seq == n),
        "numbered from 1 without gaps"
    );
    let own = site
        .feed
        .transitions(Some(0), Some("0042".to_owned()))
        .await
        .unwrap()
        .next()
        .await;
    let own: Vec<model::view::TransitionView> = serde_json::from_slice(&own.unwrap()).unwrap();
    assert!(!own.is_empty() && own.iter().all(|t| t.jurisdiction == "0042"));
    let before = hash(&site).await;
    site.stop().await;
    let again = start(options(dir.path(), Clock::Feed, configs()))
        .await
        .unwrap();
    assert_eq!(hash(&again).await, before);
    assert_eq!(transitions(&again).await, told);
    again.stop().await;
}
