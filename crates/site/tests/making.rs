//! Site folders made from recorded nights and from a workload, read back and counted.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use engine::{Admission, Candidate, Engine};
use flate2::read::MultiGzDecoder;
use model::config::{Bound, Clock, LatePolicy, Measure, Side, Within};
use model::intake::Quality;
use model::{Config, Decimals, Effect, Effects, Input, SeriesSlot, Time};
use site::{NewSite, NewSiteError, new_site, read_site};
use support::shared;

type Rows = Vec<HashMap<String, String>>;

fn rows(content: impl std::io::Read) -> Rows {
    csv::Reader::from_reader(content)
        .deserialize()
        .map(|row| row.unwrap())
        .collect()
}

fn places(given: &str) -> usize {
    given
        .split_once('.')
        .map_or(0, |(_, f)| f.trim_end_matches('0').len())
}

/// Nothing acts but the bounds, whatever folder the site was made from.
fn check_nothing_else_acts(config: &Config) {
    for interface in &config.interfaces {
        assert_eq!(interface.late, LatePolicy::Discard);
    }
    for rule in &config.rules {
        assert!(
            !rule.latch && !rule.unknown_when_stale && rule.min_hold_ms == 0,
            "{}",
            rule.id
        );
        assert!(
            rule.delays.iter().all(|d| d.on_ms == 0 && d.off_ms == 0),
            "{}",
            rule.id
        );
    }
    assert_eq!(config.policy.lease_ms, [0; 4]);
    assert!(config.quantities.iter().all(|q| q.range.is_none()));
}

#[test]
fn every_recorded_night_becomes_a_site() {
    let Some(shared) = shared() else { return };
    let mut folders: Vec<PathBuf> = fs::read_dir(shared.join("data"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert_eq!(folders.len(), 12);
    for folder in folders {
        check_recorded(&folder);
    }
}

fn check_recorded(folder: &Path) {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let target = tempfile::tempdir().unwrap();
    let summary = new_site(folder, target.path(), NewSite::default()).unwrap();
    let site = read_site(target.path()).unwrap();
    assert_eq!(
        (site.clock, site.demo, site.jurisdictions.len()),
        (Clock::Feed, false, 1),
        "{name}"
    );
    let config = &site.jurisdictions[0].config;
    assert_eq!(config.code, name);
    check_nothing_else_acts(config);

    let stations = rows(File::open(folder.join("stations.csv")).unwrap());
    let observations = MultiGzDecoder::new(File::open(folder.join("observations.csv.gz")).unwrap());
    let thresholds = rows(File::open(folder.join("thresholds.csv")).unwrap());
    let mut series = BTreeSet::new();
    let mut decimals: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0;
    for row in csv::Reader::from_reader(observations).records() {
        let row = row.unwrap();
        count += 1;
        let most = decimals.entry(row[2].to_owned()).or_default();
        *most = (*most).max(places(&row[3]));
        if !series.contains(&(row[1].to_owned(), row[2].to_owned())) {
            series.insert((row[1].to_owned(), row[2].to_owned()));
        }
    }
    let arrivals = folder.join("arrivals.jsonl.gz");
    if arrivals.exists() {
        let text =
            std::io::read_to_string(MultiGzDecoder::new(File::open(arrivals).unwrap())).unwrap();
        count = text.lines().count();
    }
    assert_eq!(summary.stations, stations.len(), "{name}");
    assert_eq!(config.series.len(), series.len(), "{name}");
    assert_eq!(summary.messages.unwrap_or(0), count, "{name}");

    for row in &thresholds {
        let base = row["quantity"].split('@').next().unwrap();
        let most = decimals.get_mut(base).unwrap();
        *most = (*most).max(places(&row["value"]));
    }
    for quantity in &config.quantities {
        let want = decimals[&quantity.id].max(2);
        assert_eq!(
            usize::from(quantity.decimals.0),
            want,
            "{name} {}",
            quantity.id
        );
    }
    check_thresholds(name, config, &thresholds);
}

/// Every row of the folder is a bound of its watches, and every bound is a row.
fn check_thresholds(name: &str, config: &Config, thresholds: &Rows) {
    let mut bounds = 0;
    let mut watched = HashMap::new();
    for watch in &config.watches {
        let rule = config.rules[watch.rule.index()].id.as_str();
        watched.insert((rule, config.station_of(watch.series).id.as_str()), watch);
        bounds += watch.bounds.iter().flatten().count();
    }
    let mut told = 0;
    for row in thresholds {
        let rule = format!("threshold:{}", row["quantity"]);
        let (base, window) = row["quantity"]
            .split_once("@sum")
            .unwrap_or((&row["quantity"], ""));
        let kind = config.rules.iter().find(|r| r.id == rule).unwrap();
        let window_ms = window
            .trim_end_matches('h')
            .parse::<i64>()
            .ok()
            .map(|h| h * 3_600_000);
        assert_eq!(
            kind.measure,
            window_ms.map_or(Measure::Value, |window_ms| Measure::Sum { window_ms })
        );
        let side = if row["op"] == "le" {
            Side::Below
        } else {
            Side::Above
        };
        assert_eq!(kind.side, side);
        let rank: usize = row["rank"].parse().unwrap();
        for slot in 0..config.series.len() {
            let series = SeriesSlot(slot as u32);
            let (station, quantity) = (config.station_of(series), config.quantity_of(series));
            if quantity.id != base || (row["station"] != "*" && row["station"] != station.id) {
                continue;
            }
            told += 1;
            let raise = quantity.decimals.parse(&row["value"]).unwrap();
            let watch = watched[&(rule.as_str(), station.id.as_str())];
            assert_eq!(
                watch.bounds[rank - 1],
                Some(Bound {
                    raise,
                    reset: raise
                }),
                "{name} {row:?}"
            );
        }
    }
    assert_eq!(bounds, told, "{name}");
}

#[test]
fn a_workload_becomes_a_site_of_its_counties() {
    let Some(shared) = shared() else { return };
    let work = tempfile::tempdir().unwrap();
    let made = Command::new("python3")
        .arg(shared.join("workload/generate.py"))
        .args([
            "--hours",
            "1",
            "--counties",
            "2",
            "--probes",
            "0.05",
            "--out",
        ])
        .arg(work.path())
        .output();
    let Ok(made) = made else {
        println!("skipped: no python3");
        return;
    };
    assert!(made.status.success(), "{made:?}");
    let target = tempfile::tempdir().unwrap();
    let summary = new_site(work.path(), &target.path().join("site"), NewSite::default()).unwrap();
    let lines = fs::read_to_string(work.path().join("messages.tsv"))
        .unwrap()
        .lines()
        .count();
    assert_eq!(summary.messages, Some(lines));
    assert_eq!(
        (summary.jurisdictions, summary.stations, summary.rules),
        (2, 2 * 1194 + 40, 10)
    );
    let site = read_site(&target.path().join("site")).unwrap();
    assert!(site.demo && site.notes.is_empty(), "{}", site.notes);
    let config = &site.jurisdictions[1].config;
    assert_eq!(config.code, "0001");
    check_nothing_else_acts(config);
    assert_eq!((config.stations.len(), config.series.len()), (1194, 1554));
    assert!(config.quantities.iter().all(|q| q.decimals == Decimals(2)));
    assert!(
        config.stations.is_sorted_by_key(|s| &s.id),
        "slots of stations follow their ids"
    );
    let ids: Vec<&str> = config.rules.iter().map(|r| r.id.as_str()).collect();
    let order = [
        "threshold:level",
        "threshold:displacement",
        "threshold:gas",
        "rate:level",
        "rate:displacement",
        "rain:1h",
        "rain:3h",
        "rain:6h",
        "rain:24h",
        "area",
    ];
    assert_eq!(ids, order);
    let watched = |id: &str| {
        let slot = ids.iter().position(|i| *i == id).unwrap();
        config
            .watches
            .iter()
            .filter(|w| w.rule.index() == slot)
            .count()
    };
    assert_eq!(
        order.map(watched),
        [294, 570, 210, 294, 570, 480, 480, 480, 480, 480]
    );
    assert!(config.watches.is_sorted_by_key(|w| (w.series, w.rule)));

    let stations: serde_json::Value =
        serde_json::from_slice(&fs::read(work.path().join("stations.json")).unwrap()).unwrap();
    let hundredths = |v: &serde_json::Value| (v.as_f64().unwrap() * 100.0).round() as i64;
    for watch in &config.watches {
        let station = &config.station_of(watch.series).id;
        let row = stations
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["id"] == station.as_str())
            .unwrap();
        let series = &row["quantities"][&config.quantity_of(watch.series).id];
        let rule = ids[watch.rule.index()];
        if rule.starts_with("threshold:") {
            for (bound, t) in watch
                .bounds
                .iter()
                .zip(series["thresholds"].as_array().unwrap())
            {
                let raise = hundredths(t);
                let reset = raise - hundredths(&series["hysteresis"]);
                assert_eq!(*bound, Some(Bound { raise, reset }), "{rule} {station}");
            }
        } else if rule.starts_with("rate:") {
            // dv * 3600 >= limit * dt and dv * 3600 * 2 < limit * dt, both over two hours.
            let limit = hundredths(&series["rate_per_h"]);
            assert_eq!(
                watch.bounds[0],
                Some(Bound {
                    raise: limit * 2,
                    reset: limit
                })
            );
            let measure = config.rules[watch.rule.index()].measure.clone();
            assert_eq!(measure, Measure::Rate { per_ms: 7_200_000 });
        } else if rule == "rain:24h" {
            assert_eq!(
                watch.bounds[3],
                Some(Bound {
                    raise: 20_000,
                    reset: 19_200
                })
            );
        }
    }
    assert_eq!(
        config.rules[9].measure,
        Measure::Cluster {
            window_ms: 3_600_000,
            hot: 2500,
            cool: 2200,
            radius_mm: 10_000_000,
            count: 3,
            within: Within::Distance,
        }
    );
}

/// A small recorded folder with the given thresholds.
fn recorded(thresholds: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("stations.csv"),
        "id,name,lon,lat,kind,basin,admin,note\nA,a,,,river,,,\n",
    )
    .unwrap();
    let heading = "station,quantity,level,rank,op,value,unit,source\n";
    fs::write(
        folder.path().join("thresholds.csv"),
        format!("{heading}{thresholds}"),
    )
    .unwrap();
    folder
}

#[test]
fn of_two_thresholds_the_more_sensitive_one_stays_and_it_is_noted() {
    let from = recorded(
        "A,h,one,1,ge,5.0,m,x\nA,h,two,1,ge,4.125,m,y\n*,h,all,1,ge,4.5,m,z\n*,h,low,2,le,-1,m,z\n",
    );
    let target = tempfile::tempdir().unwrap();
    let summary = new_site(from.path(), target.path(), NewSite::default()).unwrap();
    assert_eq!(summary.messages, None);
    assert!(
        summary.notes[0].contains("4.125 is used"),
        "{:?}",
        summary.notes
    );
    let config = &read_site(target.path()).unwrap().jurisdictions[0].config;
    assert_eq!(config.rules[0].id, "threshold:h");
    assert_eq!(config.rules[1].id, "threshold:h:below");
    assert_eq!(
        config.watches[0].bounds[0],
        Some(Bound {
            raise: 4125,
            reset: 4125
        })
    );
    assert_eq!(
        config.watches[1].bounds[1],
        Some(Bound {
            raise: -1000,
            reset: -1000
        })
    );
}

#[test]
fn what_cannot_be_made_is_said() {
    let target = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let make =
        |from: &Path, dynamic| new_site(from, target.path(), NewSite { dynamic }).unwrap_err();
    assert!(matches!(
        make(empty.path(), false),
        NewSiteError::UnknownShape(_)
    ));
    let from = recorded("A,h,one,7,ge,5.0,m,x\n");
    assert!(
        make(from.path(), false)
            .to_string()
            .contains("thresholds.csv, line 2: a rank is")
    );
    assert!(matches!(
        make(from.path(), true),
        NewSiteError::NoHistory { .. }
    ));
    fs::write(target.path().join("kept"), "").unwrap();
    let from = recorded("");
    assert!(matches!(
        make(from.path(), false),
        NewSiteError::NotEmpty(_)
    ));
}

/// What a history of thresholds must come to: station, rank, first day, days, last day.
fn expected_dynamic(folder: &Path) -> BTreeMap<(String, usize), (String, usize, String)> {
    let rows = rows(File::open(folder.join("expected_dynamic.csv")).unwrap());
    let row = |row: HashMap<String, String>| {
        let days = row["days_above"].parse().unwrap();
        let key = (row["station"].clone(), row["rank"].parse().unwrap());
        let first = row["first_day_above"].clone();
        (key, (first, days, row["last_day_above"].clone()))
    };
    rows.into_iter().map(row).collect()
}

/// Level at which an engine stands after each reading, asked reading by reading.
struct Played<'a> {
    engine: Engine,
    config: &'a Config,
    level: HashMap<(u16, u32), u8>,
}

impl Played<'_> {
    fn read(&mut self, series: SeriesSlot, time: Time, value: i64, rule: u16) -> u8 {
        let candidate = Candidate {
            interface: 0,
            series,
            observed: time,
            received: None,
            value,
            revision: 0,
            quality: Quality::Good,
        };
        let mut out = Effects::default();
        if let Admission::Accept(observed) = self.engine.admit(&candidate, time) {
            self.engine
                .apply(time, &Input::Observed(observed), &mut out);
        }
        for effect in out.as_slice() {
            if let Effect::Transition(t) = effect {
                self.level.insert((t.rule.0, t.subject.0), t.level);
            }
        }
        let station = self.config.series[series.index()].station;
        self.level.get(&(rule, station.0)).copied().unwrap_or(0)
    }
}

#[test]
fn thresholds_that_change_through_the_season_hold_on_their_days() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("data/in-kerala-dams");
    let target = tempfile::tempdir().unwrap();
    new_site(&folder, target.path(), NewSite { dynamic: true }).unwrap();
    let site = read_site(target.path()).unwrap();
    let config = &site.jurisdictions[0].config;
    check_nothing_else_acts(config);
    let versions: usize = config.watches.iter().map(|w| w.versions.len()).sum();
    assert!(versions > 100, "{versions}");

    let watches: HashMap<(&str, &str), usize> = config
        .watches
        .iter()
        .enumerate()
        .map(|(n, w)| {
            let station = config.station_of(w.series).id.as_str();
            ((station, config.quantity_of(w.series).id.as_str()), n)
        })
        .collect();
    let mut played = Played {
        engine: Engine::new(Arc::new(config.clone())),
        config,
        level: HashMap::new(),
    };
    let mut told: BTreeMap<(String, usize), Vec<String>> = BTreeMap::new();
    let observations = MultiGzDecoder::new(File::open(folder.join("observations.csv.gz")).unwrap());
    for row in rows(observations) {
        let Some(watch) = watches.get(&(row["station"].as_str(), row["quantity"].as_str())) else {
            continue;
        };
        let series = config.watches[*watch].series;
        let Ok(value) = config.quantity_of(series).decimals.parse(&row["value"]) else {
            continue;
        };
        if matches!(row["quality"].as_str(), "missing" | "rejected") {
            continue;
        }
        let time = row["time"].parse().unwrap();
        let watch = &config.watches[*watch];
        let stands = played.read(series, time, value, watch.rule.0);
        let bounds = watch.bounds_at(time);
        let highest = bounds
            .iter()
            .rposition(|b| b.is_some_and(|b| value >= b.raise));
        assert_eq!(usize::from(stands), highest.map_or(0, |h| h + 1), "{row:?}");
        for (place, bound) in bounds.iter().enumerate() {
            if bound.is_some_and(|b| value >= b.raise) {
                let key = (row["station"].clone(), place + 1);
                told.entry(key)
                    .or_default()
                    .push(row["time"][..10].to_owned());
            }
        }
    }
    for (key, (first, days, last)) in expected_dynamic(&folder) {
        let found = told.remove(&key).unwrap_or_default();
        let ends = (found.first().cloned(), found.len(), found.last().cloned());
        let want = |day: String| Some(day).filter(|d| !d.is_empty());
        assert_eq!(ends, (want(first), days, want(last)), "{key:?}");
    }
    assert!(told.is_empty(), "{told:?}");
}
