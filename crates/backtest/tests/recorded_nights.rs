//! Real nights through real rules.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use backtest::{Asked, InWords, Movement, Raise, Record, RuleSet, backtest};
use engine::{Admission, Candidate, Engine};
use model::action::Truth;
use model::config::Measure;
use model::intake::Quality;
use model::view::{EventSource, EventView};
use model::{AlarmKey, Config, Effect, Effects, Input, SeriesSlot, Time};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of the shared recordings; absent, and said so, where there is none.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WATCHFIRE_SHARED")
        .map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = folder.join("data").join(name);
    if !path.is_dir() {
        println!("skipped: no ../shared/data/{name}");
        return None;
    }
    Some(path)
}

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

/// Raises of yellow or more at Hangang Bridge.
fn floods(raises: &[Raise]) -> Vec<&Raise> {
    let at = |r: &&Raise| r.station == "1018683" && r.level == 2 && !r.forecast;
    raises.iter().filter(at).collect()
}

/// The level swings by a hand's breadth about the threshold: bare, it is seven floods in six hours.
#[test]
fn the_starter_rules_make_one_flood_of_seven_swings() {
    let Some(folder) = shared("kr-han-2020-08") else {
        return;
    };
    let record = Record::read(&folder).unwrap();
    let bare = RuleSet::open(&folder, None).unwrap();
    let pack = RuleSet::open(&root().join("rules/zhejiang"), Some(&folder)).unwrap();
    let report = backtest(&record, &bare, Some(&pack), &Asked::default());
    println!("{}", InWords(&report));
    assert_eq!(report.readings, 36_864);
    let swings = floods(&report.a.raises);
    assert_eq!(swings.len(), 7);
    assert_eq!(swings[0].begin, time("2020-08-06T12:00:00+09:00"));
    let b = report.b.as_ref().unwrap();
    let [flood] = floods(&b.raises)[..] else {
        panic!("not one flood: {:?}", floods(&b.raises));
    };
    let day = time("2020-08-06T00:00:00+09:00");
    let end = flood.end.expect("it ends");
    assert!(
        flood.begin >= day && end < day.plus_ms(86_400_000),
        "{flood:?}"
    );
    let gone = report
        .difference
        .unwrap()
        .pairs
        .into_iter()
        .filter(|p| p.movement == Movement::Gone && p.station == "1018683" && p.level == 2);
    assert_eq!(gone.count(), 6);
}

/// First crossings and episodes of the bare thresholds are those an independent script found.
#[test]
fn bare_thresholds_give_what_is_expected() {
    for name in ["kr-han-2020-08", "us-seattle-2010"] {
        let Some(folder) = shared(name) else { return };
        let record = Record::read(&folder).unwrap();
        let bare = RuleSet::open(&folder, None).unwrap();
        let report = backtest(&record, &bare, None, &Asked::default());
        let mut rows = csv::Reader::from_path(folder.join("expected.csv")).unwrap();
        for row in rows.records() {
            let row = row.unwrap();
            let (rule, level) = (
                format!("threshold:{}", &row[1]),
                row[3].parse::<u8>().unwrap(),
            );
            let raises = report.a.raises.iter();
            let mine = raises.filter(|r| r.rule == rule && r.station == row[0] && r.level == level);
            let mine: Vec<&Raise> = mine.collect();
            let first = Time::parse(row[11].as_bytes()).ok();
            assert_eq!(mine.first().map(|r| r.begin), first, "{name} {row:?}");
            assert_eq!(
                mine.len(),
                row[13].parse::<usize>().unwrap(),
                "{name} {row:?}"
            );
        }
    }
}

/// Eleven landslides at Everett; the published threshold stood above at four of them.
#[test]
fn landslides_are_hits_and_misses() {
    let Some(folder) = shared("us-seattle-2010") else {
        return;
    };
    let record = Record::read(&folder).unwrap();
    let bare = RuleSet::open(&folder, None).unwrap();
    let asked = Asked {
        window_ms: 0,
        ..Asked::default()
    };
    let report = backtest(&record, &bare, None, &asked);
    println!("{}", InWords(&report));
    let index = report
        .a
        .rules
        .iter()
        .find(|r| r.rule == "threshold:p3_p15_index");
    let orange = index.unwrap().levels.iter().find(|l| l.level == 3).unwrap();
    let found = orange.events.as_ref().unwrap();
    assert_eq!((found.caught, found.missed), (4, 7));
    assert_eq!((found.confirmed, found.false_alarms), (3, 2));
}

/// These gauges speak only above a start level: the rule about silence is not for them.
fn for_gauges_that_may_be_silent(pack: &RuleSet) -> RuleSet {
    let mut config = pack.configs()[0].clone();
    let rules = config.rules.clone();
    config
        .watches
        .retain(|w| rules[w.rule.index()].measure != Measure::Silence);
    for series in &mut config.series {
        series.silence_normal = true;
    }
    RuleSet::of("rules/zhejiang without the rule about silence", config)
}

/// The typhoon's worst hour, by prefecture: what the starter rules make of it.
#[test]
fn the_worst_hour_of_a_typhoon_is_told_by_prefecture() {
    let Some(folder) = shared("jp-river-2026-06") else {
        return;
    };
    let record = Record::read(&folder).unwrap();
    let pack = RuleSet::open(&root().join("rules/zhejiang"), Some(&folder)).unwrap();
    let pack = for_gauges_that_may_be_silent(&pack);
    let asked = Asked {
        load: true,
        ..Asked::default()
    };
    let report = backtest(&record, &pack, None, &asked);
    println!("{}", InWords(&report));
    let load = report.a.load.unwrap();
    assert_eq!(report.readings, 19_315);
    assert!(load.all.alarms <= load.all.transitions);
    assert!(load.all.annunciations > 0 && load.all.annunciations < load.all.alarms);
    let alarms: u64 = load.districts.iter().map(|d| d.alarms).sum();
    assert_eq!(alarms, load.all.alarms);
    assert!(load.districts.len() > 5, "{:?}", load.districts);
}

/// A reading of a river gauge of the typhoon.
struct Stage {
    station: String,
    at: Time,
    cm: i64,
}

/// Every reading of the record, in order of time.
fn stages(folder: &std::path::Path) -> Vec<Stage> {
    let file = std::fs::File::open(folder.join("observations.csv.gz")).unwrap();
    let mut rows = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
    let rows = rows.records().map(Result::unwrap);
    let given = rows.filter(|row| !row[3].is_empty());
    given
        .map(|row| Stage {
            station: row[1].to_owned(),
            at: time(&row[0]),
            cm: model::Decimals(2).parse(&row[3]).unwrap(),
        })
        .collect()
}

/// Readings more than three and a half metres above the one before that are gone by half with the
/// next, or have none: nothing a river does. Each with the time of the next.
fn false_spikes(stages: &[Stage]) -> Vec<(String, Time, Time)> {
    let mut by_station: BTreeMap<&str, Vec<&Stage>> = BTreeMap::new();
    for stage in stages {
        by_station.entry(&stage.station).or_default().push(stage);
    }
    let mut found = Vec::new();
    for (station, list) in by_station {
        for (n, pair) in list.windows(2).enumerate() {
            let rise = pair[1].cm - pair[0].cm;
            let next = list.get(n + 2);
            if rise > 350 && next.is_none_or(|next| pair[1].cm - next.cm > rise / 2) {
                let until = next.map_or(pair[1].at.plus_ms(86_400_000), |next| next.at);
                found.push((station.to_owned(), pair[1].at, until));
            }
        }
    }
    found
}

/// A raise of an alarm: station, rule, level, when, and whether it is marked as doubtful.
type Raised = (String, String, u8, Time, bool);

fn raises(config: &Config, stages: &[Stage]) -> Vec<Raised> {
    let mut engine = Engine::new(Arc::new(config.clone()));
    let series: BTreeMap<&str, u32> = (0..)
        .zip(&config.series)
        .filter(|(_, s)| config.quantities[usize::from(s.quantity)].id == "water_level")
        .map(|(slot, s)| (config.stations[s.station.index()].id.as_str(), slot))
        .collect();
    let mut told = Vec::new();
    let mut apply = |engine: &mut Engine, at: Time, input: &Input| {
        let mut out = Effects::default();
        engine.apply(at, input, &mut out);
        for effect in out.as_slice() {
            if let Effect::Transition(t) = effect
                && t.level > t.prev
            {
                let (rule, station) = (
                    &config.rules[t.rule.index()],
                    &config.stations[t.subject.index()],
                );
                let key = AlarmKey::of(&config.code, &rule.id, &station.id, &rule.hazard);
                let doubtful = engine.alarm_view(key).unwrap().doubtful;
                told.push((station.id.clone(), rule.id.clone(), t.level, at, doubtful));
            }
        }
    };
    let end = stages.last().unwrap().at.plus_ms(86_400_000);
    for stage in stages {
        while let Some(due) = engine.next_deadline().filter(|due| *due < stage.at) {
            apply(&mut engine, due, &Input::Ticked);
        }
        let candidate = Candidate {
            interface: 0,
            series: SeriesSlot(series[stage.station.as_str()]),
            observed: stage.at,
            received: None,
            value: stage.cm,
            revision: 0,
            quality: Quality::Good,
        };
        if let Admission::Accept(observed) = engine.admit(&candidate, stage.at) {
            apply(&mut engine, stage.at, &Input::Observed(observed));
        }
    }
    while let Some(due) = engine.next_deadline().filter(|due| *due < end) {
        apply(&mut engine, due, &Input::Ticked);
    }
    told
}

/// Single readings metres above the bank: with the checks of the starter rules they raise nothing
/// unmarked and nothing red, and no flood of that night is any later for it.
#[test]
fn false_single_spikes_raise_nothing_unmarked() {
    let Some(folder) = shared("jp-river-2026-06") else {
        return;
    };
    let pack = RuleSet::open(&root().join("rules/zhejiang"), Some(&folder)).unwrap();
    let pack = for_gauges_that_may_be_silent(&pack);
    let config = &pack.configs()[0];
    let stages = stages(&folder);
    let spikes = false_spikes(&stages);
    let stations: Vec<&str> = spikes
        .iter()
        .map(|(station, ..)| station.as_str())
        .collect();
    assert_eq!(stations, ["2000000003", "2000000004", "2400000191"]);
    let told = raises(config, &stages);
    for (station, from, until) in &spikes {
        let here = told
            .iter()
            .filter(|(s, _, _, at, _)| s == station && from <= at && at < until);
        for raise in here {
            let (_, _, level, _, doubtful) = raise;
            assert!(*doubtful && *level < 4, "{raise:?}");
        }
    }
    let mut unchecked = config.clone();
    let leap = config.checks.iter().position(|c| c.id == "level-leap");
    let leap = leap.unwrap() as u16;
    for series in &mut unchecked.series {
        series.checks.retain(|check| *check != leap);
    }
    let bare = raises(&unchecked, &stages);
    for (station, from, until) in &spikes {
        let red = bare.iter().any(|(s, _, level, at, doubtful)| {
            s == station && from <= at && at < until && *level == 4 && !doubtful
        });
        assert!(red, "without the check {station} is red");
    }
    let floods = |told: Vec<Raised>| -> Vec<(String, u8, Time)> {
        let own =
            |raise: &Raised| raise.1 == "river-stage" && !stations.contains(&raise.0.as_str());
        let floods = told.into_iter().filter(own);
        let mut floods: Vec<_> = floods
            .map(|(station, _, level, at, _)| (station, level, at))
            .collect();
        floods.sort();
        floods
    };
    let (checked, bare) = (floods(told), floods(bare));
    assert!(checked.len() > 100, "{}", checked.len());
    assert_eq!(checked, bare);
}

/// What people say of an alarm speaks for it alone; an events.csv of it reads back as what it was.
#[test]
fn marks_of_alarms_confirm_and_deny_raises() {
    let Some(folder) = shared("kr-han-2020-08") else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let files = ["stations.csv", "thresholds.csv", "observations.csv.gz"];
    for file in files {
        std::fs::copy(folder.join(file), place.path().join(file)).unwrap();
    }
    let bare = RuleSet::open(&folder, None).unwrap();
    let asked = Asked {
        window_ms: 0,
        ..Asked::default()
    };
    let mut record = Record::read(place.path()).unwrap();
    let before = backtest(&record, &bare, None, &asked);
    let swings: Vec<Raise> = floods(&before.a.raises).into_iter().cloned().collect();
    assert!(swings.iter().all(|r| !r.judged), "nobody has said anything");
    record.happened(&marked("m1", &swings[0], Truth::True), &[], String::new());
    record.happened(&marked("m2", &swings[6], Truth::False), &[], String::new());
    let judged = |record: &Record| {
        let report = backtest(record, &bare, None, &asked);
        let raises = floods(&report.a.raises);
        let verdict = |r: &&Raise| (r.judged, r.confirmed);
        raises.iter().map(verdict).collect::<Vec<_>>()
    };
    let verdicts = judged(&record);
    assert_eq!(verdicts[0], (true, true));
    assert_eq!(verdicts[6], (true, false));
    assert!(verdicts[1..6].iter().all(|v| *v == (false, false)));

    std::fs::write(place.path().join("events.csv"), record.events_csv()).unwrap();
    let again = Record::read(place.path()).unwrap();
    assert_eq!(judged(&again), verdicts);
    assert_eq!(again.events_csv(), record.events_csv());
}

fn marked(id: &str, raise: &Raise, truth: Truth) -> EventView {
    EventView {
        id: id.into(),
        source: EventSource::Marked,
        kind: "flood".into(),
        area: None,
        stations: vec![raise.station.clone()],
        level: model::Level::from_digit(raise.level),
        from: raise.begin,
        until: raise.end,
        text: None,
        by: "wang".into(),
        alarm: None,
        truth: Some(truth),
        dropped: false,
    }
}
