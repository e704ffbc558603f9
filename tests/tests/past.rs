//! A recorded night with its real delays, looked at again: as known then holds nothing that was
//! received later; as known now holds what was observed until then, whenever it came in.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use outside::{Server, play, shared, site_from};
use serde_json::Value;

type Key = (String, String);

/// Observed and received time of every row, ms, by series.
fn rows(folder: &Path) -> BTreeMap<Key, Vec<(i64, i64)>> {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("observations.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let mut found: BTreeMap<Key, Vec<(i64, i64)>> = BTreeMap::new();
    for row in rows.records() {
        let row = row.unwrap();
        let key = (row[1].to_owned(), row[2].to_owned());
        found
            .entry(key)
            .or_default()
            .push((ms(&row[0]), ms(&row[6])));
    }
    found
}

fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Observed and received time of every series' newest value in a replay, ms.
fn seen(server: &Server, at: i64, knowledge: &str) -> BTreeMap<Key, (i64, i64)> {
    let at = jiff::Timestamp::from_millisecond(at).unwrap();
    let path = format!("/api/v1/replay/feed?at={at}&knowledge={knowledge}");
    let snapshot = server.first_of(&path);
    assert_eq!(snapshot["mode"], "replay");
    let mut found = BTreeMap::new();
    for station in snapshot["counties"][0]["stations"].as_array().unwrap() {
        for series in station["series"].as_array().unwrap() {
            let text = |name: &str| series[name].as_str().map(str::to_owned);
            let times = text("observed").zip(text("received"));
            if let Some((observed, received)) = times {
                let key = (text("station").unwrap(), text("quantity").unwrap());
                found.insert(key, (ms(&observed), ms(&received)));
            }
        }
    }
    found
}

#[test]
fn a_recorded_night_is_seen_as_it_was_known_and_as_it_was() {
    let Some(folder) = shared("data").map(|d| d.join("jp-river-2026-06")) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let site = dir.path().join("site");
    site_from(&folder, &site);
    let server = Server::start(&site, &dir.path().join("data"));
    let played = play(&folder, &server.mqtt, &[]);
    assert!(played.status.success(), "{}", played.told);
    let rows = rows(&folder);
    let all = || rows.values().flatten();
    let first = all().map(|(_, received)| *received).min().unwrap();
    let last = all().map(|(_, received)| *received).max().unwrap();
    let mut apart = 0;
    for n in 1..12 {
        let at = first + (last - first) / 12 * n;
        let then = seen(&server, at, "then");
        assert!(!then.is_empty());
        for (key, (observed, received)) in &then {
            assert!(
                *received <= at,
                "{key:?} was received at {received}, after {at}"
            );
            let row = rows[key].iter().filter(|(_, received)| *received <= at);
            let newest = row.map(|(observed, _)| *observed).max().unwrap();
            assert_eq!(*observed, newest, "{key:?} as known at {at}");
        }
        let now = seen(&server, at, "now");
        for (key, (observed, _)) in &now {
            let row = rows[key].iter().filter(|(observed, _)| *observed <= at);
            let newest = row.map(|(observed, _)| *observed).max().unwrap();
            assert_eq!(*observed, newest, "{key:?} at {at} as known now");
            apart += usize::from(then.get(key).is_none_or(|then| then.0 < *observed));
        }
    }
    assert!(apart > 100, "the delays of the record show: {apart}");
    let lanes: Value = server.json(&format!(
        "/api/v1/replay/lanes?from={}&to={}",
        jiff::Timestamp::from_millisecond(first).unwrap(),
        jiff::Timestamp::from_millisecond(last + 1).unwrap()
    ));
    assert_eq!(ms(lanes["last"].as_str().unwrap()), last);
    assert!(server.stop().success());
}
