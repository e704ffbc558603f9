//! The starter rules of the project are sound, hold their own examples, and watch what they say.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use model::Level;
use model::config::{Bound, Certainty, Config, Number};
use site::{check_rules, coverage, in_force, read_site, to_confirm};
use support::good;
use tempfile::TempDir;

const STATIONS: &str = "\
id,name,name_en,lon,lat,kind,township,tags,catchment,upstream
RV,黄泽站,,120.95,29.55,river,,,HZJ,RU:40m
RU,上游站,,120.99,29.57,river,,,HZJ,
RS,长诏水库,,121.00,29.43,reservoir,,,XCJ,
RN,沙溪,,121.01,29.45,rain,,,,
LS,下岩贝,,120.90,29.40,landslide,,,,
GS,加油站,,120.90,29.50,gas,,fence,,
WD,城关,,120.90,29.50,wind,,,,
";

const SERIES: &str = "\
station,quantity,interval,silence_normal
RV,water_level,5m,no
RU,water_level,5m,no
RS,water_level,5m,no
RN,rain,5m,no
LS,displacement,30m,no
LS,tilt,30m,no
GS,combustible_gas,1m,no
GS,h2s,1m,no
GS,co,1m,no
GS,nh3,1m,no
GS,cl2,1m,no
GS,o2,1m,no
WD,wind,10m,no
WD,gust,10m,no
";

const ATTRIBUTES: &str = "\
station,attribute,value,unit,valid_from,source
RV,warning_stage,42.00,m,,made up for a test
RV,guarantee_stage,44.00,m,,made up for a test
RV,guarantee_stage,44.50,m,2027-01-01,made up for a test
RU,warning_stage,52.00,m,,made up for a test
RU,guarantee_stage,54.00,m,,made up for a test
RS,meiyu_limit_stage,96.00,m,,made up for a test
RS,typhoon_limit_stage,95.00,m,,made up for a test
RS,normal_stage,98.00,m,,made up for a test
RS,flood_high_stage,100.00,m,,made up for a test
RS,design_stage,103.00,m,,made up for a test
RS,check_stage,104.50,m,,made up for a test
LS,v0,2,mm/d,,made up for a test
";

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// A county that has one of everything the starter rules speak of.
fn county() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let county = folder.path().join("jurisdictions/330624");
    fs::create_dir_all(&county).unwrap();
    fs::create_dir_all(folder.path().join("rules")).unwrap();
    fs::copy(good().join("site.toml"), folder.path().join("site.toml")).unwrap();
    let quantities = folder.path().join("quantities.toml");
    fs::copy(rules().join("quantities.toml"), quantities).unwrap();
    for file in fs::read_dir(rules().join("zhejiang")).unwrap() {
        let file = file.unwrap();
        let target = folder.path().join("rules").join(file.file_name());
        fs::copy(file.path(), target).unwrap();
    }
    for (name, text) in [
        ("stations", STATIONS),
        ("series", SERIES),
        ("attributes", ATTRIBUTES),
    ] {
        fs::write(county.join(format!("{name}.csv")), text).unwrap();
    }
    folder
}

fn bounds(config: &Config, rule: &str, station: &str) -> [Option<Bound>; 4] {
    let watch = config.watches.iter().find(|w| {
        config.rules[w.rule.index()].id == rule && config.station_of(w.series).id == station
    });
    watch.unwrap().bounds
}

#[test]
fn the_starter_rules_are_sound() {
    let folder = county();
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(site.notes.is_empty(), "{}", site.notes);
    let config = &site.jurisdictions[0].config;
    assert_eq!(config.flaw(), None);
    for rule in &config.rules {
        assert_ne!(rule.certainty, Certainty::Unsaid, "{}", rule.id);
        assert!(
            !rule.basis.is_empty() && !rule.owner.is_empty(),
            "{}",
            rule.id
        );
        assert!(!rule.advice.zh.is_empty(), "{}", rule.id);
    }
    let stage = |raise, reset| Some(Bound { raise, reset });
    assert_eq!(
        bounds(config, "river-stage", "RV"),
        [
            stage(4150, 4140),
            stage(4200, 4190),
            stage(4300, 4290),
            stage(4400, 4390)
        ]
    );
    assert_eq!(
        bounds(config, "river-forecast", "RV"),
        bounds(config, "river-stage", "RV")
    );
    // v0 = 2 mm a day: tan 80° × 2 = 11.34 mm a day, deadband a fifth; red asks a second indicator.
    assert_eq!(bounds(config, "slope-tangent", "LS")[2], stage(113, 90));
    assert_eq!(bounds(config, "slope-tangent", "LS")[3], None);
    for watch in &config.watches {
        let rule = &config.rules[watch.rule.index()];
        let red = watch.highest() == Some(Level::Red);
        assert!(
            !red || rule.doubtful_up_to == Some(Level::Orange),
            "a doubtful value alone is never red: {}",
            rule.id
        );
    }
    let river = config
        .watches
        .iter()
        .find(|w| !w.versions.is_empty())
        .unwrap();
    assert_eq!(
        river.versions[0].valid_from,
        "2026-12-31T16:00:00Z".parse().unwrap(),
        "a day begins at the site's own midnight"
    );
    assert_eq!(river.versions[0].bounds[3], stage(4450, 4440));
    let quiet: Vec<String> = coverage(config)
        .unwatched()
        .map(|s| format!("{} {}", s.station, s.quantity))
        .collect();
    assert!(quiet.is_empty(), "{quiet:?}");
    let told = in_force(config);
    assert!(told.contains("confirm before operation"), "{told}");
    assert!(
        told.contains("flapping.slow = 4"),
        "defaults are told too: {told}"
    );
    let gas = told.matches("latch = at orange").count();
    assert_eq!(
        gas, 5,
        "the second alarm of each gas is its highest: {told}"
    );
}

#[test]
fn every_starter_rule_has_an_example_that_fires_and_one_that_stays_quiet() {
    for file in fs::read_dir(rules().join("zhejiang")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for rule in text.split("[[rule]]").skip(1) {
            let id = rule.lines().find(|l| l.starts_with("id = ")).unwrap();
            let ends = |quiet: bool| {
                let holds = rule
                    .lines()
                    .filter(|l| l.starts_with("ends = ") || l.starts_with("at = "));
                let mut holds = holds.filter(|l| (*l == "ends = \"none\"") == quiet);
                holds.next().is_some()
            };
            assert!(ends(true), "{id} has no example that stays quiet");
            assert!(ends(false), "{id} has no example that fires");
        }
    }
}

/// Ten thousand rules, each for a station of its own: what a province would have.
#[test]
fn ten_thousand_rules_are_read_and_the_time_is_told() {
    let folder = county();
    let mut text = String::new();
    for n in 0..10_000 {
        write!(
            text,
            r#"
[[rule]]
id = "village-{n}"
title = {{ zh = "村{n}雨量", en = "Rain of village {n}" }}
hazard = "flash-flood"
quantity = "rain"
measure = {{ sums = "any" }}
side = "above"
levels = {{ orange = {{ "1h" = "45 mm", "3h" = "75 mm" }}, red = {{ "1h" = "60 mm", "3h" = "100 mm" }} }}
subjects = {{ stations = ["V{n}"] }}
on_delay = "0s"
off_delay = "30m"
min_hold = "0s"
latch = false
unknown_when_stale = true
reopen = "30m"
"#
        )
        .unwrap();
    }
    fs::write(folder.path().join("rules/90-villages.toml"), text).unwrap();
    let county = folder.path().join("jurisdictions/330624");
    let (mut stations, mut series) = (STATIONS.to_owned(), SERIES.to_owned());
    for n in 0..10_000 {
        writeln!(stations, "V{n},村{n},,120.9,29.5,rain,,,,").unwrap();
        writeln!(series, "V{n},rain,5m,no").unwrap();
    }
    fs::write(county.join("stations.csv"), stations).unwrap();
    fs::write(county.join("series.csv"), series).unwrap();
    let start = Instant::now();
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    println!("10,000 rules read in {:?}", start.elapsed());
    let config = &site.jurisdictions[0].config;
    let villages = config
        .rules
        .iter()
        .filter(|r| r.id.starts_with("village-"))
        .count();
    assert_eq!(villages, 10_000);
    assert!(config.watches.len() >= 10_000);
}

#[test]
fn the_starter_rules_hold_by_themselves() {
    for folder in [rules(), rules().join("zhejiang")] {
        let checked = check_rules(&folder).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert!(checked.rules > 10, "{}", checked.rules);
        assert!(
            checked.examples >= 2 * checked.rules,
            "each fires once and stays quiet once: {} of {}",
            checked.examples,
            checked.rules
        );
    }
    let nothing = tempfile::tempdir().unwrap();
    assert!(check_rules(nothing.path()).is_err());
}

#[test]
fn every_number_says_how_sure_it_is_and_what_is_unconfirmed_is_named() {
    let folder = county();
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    let rules = &site.jurisdictions[0].config.rules;
    let told = to_confirm(rules.iter());
    for line in [
        "river-stage: every number but yellow, red",
        "rainstorm: off_delay, doubtful_up_to",
        "rain-area: every number",
        "slope-tangent: blue, yellow, measure, deadband, off_delay",
        "h2s: deadband, off_delay",
    ] {
        assert!(
            told.lines().any(|told| told.trim() == line),
            "{line}\n{told}"
        );
    }
    let river = rules.iter().find(|rule| rule.id == "river-stage").unwrap();
    let yellow = &river.grades[0];
    assert_eq!(
        (yellow.number, yellow.certainty),
        (Number::Yellow, Certainty::C)
    );
    assert_eq!(yellow.basis, "警戒水位, common usage");
    assert_eq!(river.certainty_of(Number::Deadband), Certainty::T);
    let numbers = [
        ("deadband", Number::Deadband),
        ("on_delay", Number::OnDelay),
        ("off_delay", Number::OffDelay),
        ("doubtful_up_to", Number::DoubtfulUpTo),
    ];
    let mut marked = 0;
    for file in fs::read_dir(self::rules().join("zhejiang")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for block in text.split("[[rule]]\n").skip(1) {
            let id = block.split('"').nth(1).unwrap();
            let rule = rules.iter().find(|rule| rule.id == id).unwrap();
            for (key, number) in numbers {
                let line = block
                    .lines()
                    .find(|line| line.starts_with(&format!("{key} = ")));
                if line.is_some_and(|line| line.contains("(T)")) {
                    assert_eq!(rule.certainty_of(number), Certainty::T, "{id} {key}");
                    marked += 1;
                }
            }
        }
    }
    assert!(marked > 60, "{marked}");
}
