//! Recorded nights through the real program: exact to the last crossing, twice the same.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use outside::{Recorded, Server, crossing, play, shared, site_from, valid_times};
use serde_json::Value;

/// Plays a folder into a fresh server; gives its transitions and hash.
fn run(folder: &Path, site: &Path, data: &Path) -> (Server, String, String) {
    let server = Server::start(site, data);
    let played = play(folder, &server.mqtt, &[]);
    assert!(
        played.status.success(),
        "play: {}\n{}",
        played.told,
        server.log()
    );
    let (transitions, hash) = (server.transitions(), server.hash());
    (server, transitions, hash)
}

fn recorded_night_is_exact(name: &str) {
    let Some(folder) = shared("data").map(|d| d.join(name)) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let site = dir.path().join("site");
    site_from(&folder, &site);
    let (server, told, hash) = run(&folder, &site, &dir.path().join("one"));
    let all: Vec<Value> = told
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    for (n, t) in all.iter().enumerate() {
        assert_eq!(
            t["seq"].as_u64().unwrap(),
            n as u64 + 1,
            "numbers without gaps"
        );
    }
    let mut by_watch: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for t in &all {
        let text = |field: &str| t[field].as_str().unwrap().to_owned();
        by_watch
            .entry((text("subject"), text("rule")))
            .or_default()
            .push(t);
    }
    let times = valid_times(&folder);
    let (mut wrong, mut rows) = (Vec::new(), 0);
    for row in Recorded::read(&folder) {
        rows += 1;
        let base = row.quantity.split('@').next().unwrap().to_owned();
        let seen = times
            .get(&(row.station.clone(), base))
            .cloned()
            .unwrap_or_default();
        assert_eq!(seen.len(), row.valid, "{} {}", row.station, row.quantity);
        let key = (row.station.clone(), format!("threshold:{}", row.quantity));
        let list = by_watch.get(&key).map_or(&[][..], Vec::as_slice);
        let got = crossing(list, row.rank, &seen);
        if got != row.crossing {
            wrong.push(format!(
                "{key:?} rank {}: got {got:?}, expected {:?}",
                row.rank, row.crossing
            ));
        }
    }
    assert!(rows > 0, "expected.csv has rows");
    assert!(
        wrong.is_empty(),
        "{} of {rows} rows differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    check_peaks(&folder, &server);
    assert!(server.stop().success());
    let (_server, again, hash_again) = run(&folder, &site, &dir.path().join("two"));
    assert_eq!(told, again, "the same input twice gives the same bytes");
    assert_eq!(hash, hash_again);
}

/// The highest value of the stored series, and when, for plain thresholds.
fn check_peaks(folder: &Path, server: &Server) {
    let rows = Recorded::read(folder);
    let plain = rows
        .iter()
        .filter(|r| !r.quantity.contains('@') && r.valid > 0);
    for row in plain.step_by(rows.len().div_ceil(400)) {
        let station = row.station.replace('%', "%25").replace(' ', "%20");
        let samples = server.lines(&format!("/api/v1/series/{station}/{}", row.quantity));
        let valid = samples
            .iter()
            .filter(|s| matches!(s["quality"].as_str(), Some("good" | "doubtful")));
        let peak = valid
            .map(|s| {
                (
                    s["value"].as_str().unwrap().parse::<f64>().unwrap(),
                    s["time"].as_str().unwrap(),
                )
            })
            .fold(None, |best: Option<(f64, &str)>, (v, t)| match best {
                Some((b, _)) if b >= v => best,
                _ => Some((v, t)),
            });
        let (value, at) = peak.unwrap();
        assert!(
            (value - row.peak.parse::<f64>().unwrap()).abs() < 1e-9,
            "{} {value}",
            row.station
        );
        assert_eq!(at, row.peak_at, "{}", row.station);
    }
}

#[test]
fn japanese_rivers_with_their_real_repeats_and_delays() {
    recorded_night_is_exact("jp-river-2026-06");
}

#[test]
fn han_river_flood() {
    recorded_night_is_exact("kr-han-2020-08");
}

#[test]
fn hong_kong_rainstorms() {
    recorded_night_is_exact("hk-rain-2025-08");
}

#[test]
fn kerala_reservoirs() {
    recorded_night_is_exact("in-kerala-dams");
}

#[test]
fn italian_gas_station() {
    recorded_night_is_exact("it-gas-2004");
}

#[test]
fn repeats_of_the_japanese_night_are_known() {
    let Some(folder) = shared("data/jp-river-2026-06") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let site = dir.path().join("site");
    site_from(&folder, &site);
    let (server, told, hash) = run(&folder, &site, &dir.path().join("data"));
    let counts = &server.json("/api/v1/intake/counts")["mqtt"];
    assert_eq!(counts["accepted"], 18_323);
    assert_eq!(counts["duplicate"], 992);
    // The whole night again: every reading is known, nothing moves.
    assert!(play(&folder, &server.mqtt, &[]).status.success());
    let counts = server.json("/api/v1/intake/counts")["mqtt"].clone();
    assert_eq!(counts["accepted"], 18_323);
    assert_eq!(
        counts["duplicate"].as_u64().unwrap() + counts["late"].as_u64().unwrap(),
        992 + 19_315
    );
    assert_eq!(
        (told.clone(), hash.clone()),
        (server.transitions(), server.hash())
    );
    assert!(server.stop().success());
    let server = Server::start(&site, &dir.path().join("data"));
    assert_eq!(
        server.json("/api/v1/intake/counts")["mqtt"],
        counts,
        "counts survive a restart"
    );
    assert_eq!((told, hash), (server.transitions(), server.hash()));
}
