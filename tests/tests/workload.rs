//! The common workload through the real program, fresh seeds each run.
#![allow(clippy::unwrap_used)]

use outside::{Server, Workload, play, seed, site_from};

fn exact(counties: u32, hours: f64, dirty: f64) {
    let dir = tempfile::tempdir().unwrap();
    let Some(load) = Workload::generate(dir.path(), seed(), hours, counties, dirty) else {
        return;
    };
    let site = dir.path().join("site");
    site_from(&load.folder, &site);
    let server = Server::start(&site, &dir.path().join("data"));
    let played = play(&load.folder, &server.mqtt, &[]);
    assert!(played.status.success(), "{}\n{}", played.told, server.log());
    load.check(&server.transitions());
    let counts = server.json("/api/v1/intake/counts")["mqtt"].clone();
    let number = |path: &[&str]| path.iter().fold(&counts, |v, p| &v[*p]).as_u64().unwrap();
    let told = number(&["accepted"])
        + number(&["duplicate"])
        + number(&["late"])
        + ["malformed", "unknown", "future", "oversized", "conflict"]
            .iter()
            .map(|k| number(&["refused", k]))
            .sum::<u64>();
    assert_eq!(
        told,
        load.messages().len() as u64,
        "every message is counted once: {counts}"
    );
    if dirty == 0.0 {
        assert_eq!(number(&["accepted"]), told);
    } else {
        assert!(number(&["refused", "malformed"]) > 0 && number(&["refused", "unknown"]) > 0);
        assert!(number(&["duplicate"]) > 0);
    }
    assert!(server.stop().success());
}

#[test]
fn one_county() {
    exact(1, 6.0, 0.0);
}

#[test]
fn three_counties_in_one_process() {
    exact(3, 2.0, 0.0);
}

#[test]
fn dirty_streams_harm_no_neighbour() {
    exact(1, 4.0, 0.05);
}

/// Part of the long proof alone: the reference takes minutes for it.
#[test]
#[ignore = "two million messages; the proof runs it"]
fn ten_counties_for_a_day() {
    exact(10, 24.0, 0.0);
}
