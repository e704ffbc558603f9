//! The lower Han in August 2020: forecasts beside what came.
//!
//! Constants and the travel time were chosen on 1 to 5 August and at Jamsu Bridge alone; every other
//! figure printed here is of water they had never seen.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use model::config::{
    Bound, Config, Delays, Measure, Outlook, Quantity, Rule, Series, Side, Station, Text, Watch,
};
use model::intake::Quality;
use model::{
    Decimals, Effect, Effects, Fixed, Input, Observed, RuleSlot, SeriesSlot, StationSlot, Time,
    Transition,
};

use super::{MINUTE_MS, Prospect, Upstream};
use crate::engine::Engine;
use crate::quality::Doubts;
use crate::series::Sample;

/// From Paldang Dam to both bridges.
const TRAVEL_MS: i64 = 150 * MINUTE_MS;
const RECENT_MS: i64 = 60 * MINUTE_MS;
const LEAD_MS: i64 = 60 * MINUTE_MS;
const STEP_MS: i64 = 10 * MINUTE_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Dam, then the bridges with the thresholds of the folder, in millimetres; blue first.
const DAM: (&str, &str) = ("1017310", "outflow");
const BRIDGES: [(&str, &str, [Option<Fixed>; 4]); 2] = [
    ("1018680", "Jamsu", [None, Some(5500), Some(6200), None]),
    (
        "1018683",
        "Hangang",
        [Some(5970), Some(10_570), Some(12_570), None],
    ),
];

struct Flood {
    dam: Vec<Sample>,
    bridges: [Vec<Sample>; 2],
}

impl Flood {
    /// The folder's values in thousandths of their unit; absent without the shared recordings.
    fn read() -> Option<Flood> {
        let folder = std::env::var_os("WATCHFIRE_SHARED").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
            PathBuf::from,
        );
        let path = folder.join("data/kr-han-2020-08/observations.csv.gz");
        let Ok(file) = std::fs::File::open(&path) else {
            println!("skipped: no ../shared/data/kr-han-2020-08");
            return None;
        };
        let mut text = String::new();
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .unwrap();
        let mut all: BTreeMap<(&str, &str), Vec<Sample>> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            if cells[3].is_empty() || !cells[5].is_empty() {
                continue;
            }
            all.entry((cells[1], cells[2])).or_default().push(Sample {
                observed: cells[0].parse().unwrap(),
                value: Decimals(3).parse(cells[3]).unwrap(),
                revision: 0,
                quality: Quality::Good,
                doubts: Doubts::default(),
            });
        }
        let mut take = |key| all.remove(&key).unwrap();
        let dam = take(DAM);
        let bridges = BRIDGES.map(|(id, ..)| take((id, "water_level")));
        Some(Flood { dam, bridges })
    }

    /// Minutes until `raise` as foreseen at the sample in `place` of a bridge.
    fn foreseen(&self, bridge: usize, place: usize, raise: Fixed) -> Option<i64> {
        let own = &self.bridges[bridge][..=place];
        let now = own[place].observed;
        let known = self.dam.partition_point(|s| s.observed <= now);
        let upstream = Upstream {
            samples: self.dam[..known].iter(),
            travel_ms: TRAVEL_MS,
        };
        let prospect = Prospect::of(own.iter(), RECENT_MS, Some(upstream))?;
        let ms = prospect.until(Side::Above, raise, 4 * HOUR_MS)?;
        Some(ms / MINUTE_MS)
    }

    /// Places at which a bridge passes `raise` from below.
    fn crossings(&self, bridge: usize, raise: Fixed) -> Vec<usize> {
        let values = self.bridges[bridge].windows(2).enumerate();
        let passes = |pair: &[Sample]| pair[0].value < raise && pair[1].value >= raise;
        values
            .filter(|(_, pair)| passes(pair))
            .map(|(place, _)| place + 1)
            .collect()
    }
}

fn korean(time: Time) -> String {
    let text = time.plus_ms(9 * HOUR_MS).to_string();
    text[5..16].replace('T', " ")
}

#[test]
fn the_forecast_of_the_eleventh_hour_errs_by_at_most_half_an_hour() {
    let Some(flood) = Flood::read() else { return };
    let raise = 10_570;
    let eleven: Time = "2020-08-06T11:00:00+09:00".parse().unwrap();
    let place = flood.bridges[1].partition_point(|s| s.observed < eleven);
    let first = flood.bridges[1][flood.crossings(1, raise)[0]].observed;
    assert_eq!(korean(first), "08-06 12:00");
    let truth = first.since_ms(eleven) / MINUTE_MS;
    let foreseen = flood.foreseen(1, place, raise).expect("the river rises");
    println!(
        "at 11:00 on 6 August: 8.5 m on the staff of Hangang Bridge in {foreseen} min, came in {truth}"
    );
    assert!(
        (foreseen - truth).abs() <= 30,
        "{foreseen} min foreseen, {truth} min in truth"
    );
}

/// Every crossing of every level at both bridges: forecast minus truth, in minutes, each ten minutes
/// of the three hours before. `.`: the level stood already; `-`: not foreseen within four hours.
#[test]
fn every_crossing_beside_its_forecasts() {
    let Some(flood) = Flood::read() else { return };
    let mut table = String::from("forecast − truth (min), 180 to 10 min before\n");
    let mut errors = Vec::new();
    for (bridge, (_, name, raises)) in BRIDGES.iter().enumerate() {
        for raise in raises.iter().flatten() {
            for crossing in flood.crossings(bridge, *raise) {
                let when = flood.bridges[bridge][crossing].observed;
                write!(
                    table,
                    "{name:8} {:6} {}",
                    Decimals(3).show(*raise),
                    korean(when)
                )
                .unwrap();
                for before in (1..=18).rev() {
                    let place = crossing - before;
                    let truth = before as i64 * STEP_MS / MINUTE_MS;
                    let stood = flood.bridges[bridge][place].value >= *raise;
                    let cell = match flood.foreseen(bridge, place, *raise) {
                        _ if stood => ".".to_owned(),
                        None => "-".to_owned(),
                        Some(foreseen) => {
                            errors.push((foreseen - truth).abs());
                            (foreseen - truth).to_string()
                        }
                    };
                    write!(table, "{cell:>5}").unwrap();
                }
                table.push('\n');
            }
        }
    }
    errors.sort_unstable();
    let median = errors[errors.len() / 2];
    println!(
        "{table}{} forecasts, median error {median} min",
        errors.len()
    );
    assert!(median <= 45, "{table}");
}

/// Every forecast alarm of the engine is followed by its crossing within two hours.
#[test]
fn no_forecast_alarm_is_false() {
    let Some(flood) = Flood::read() else { return };
    let rises = replay(&flood);
    let mut false_alarms = 0;
    for alarm in &rises {
        let bridge = alarm.subject.index() - 1;
        let raise = BRIDGES[bridge].2[usize::from(alarm.level) - 1].unwrap();
        let seen = &flood.bridges[bridge];
        let from = seen.partition_point(|s| s.observed <= alarm.time);
        let until = alarm.time.plus_ms(2 * HOUR_MS);
        let mut after = seen[from..].iter().take_while(|s| s.observed <= until);
        let came = after.find(|s| s.value >= raise);
        false_alarms += usize::from(came.is_none());
        println!(
            "{:8} level {} foreseen {}, {}",
            BRIDGES[bridge].1,
            alarm.level,
            korean(alarm.time),
            came.map_or("false".to_owned(), |s| format!(
                "came {}",
                korean(s.observed)
            )),
        );
    }
    println!("{} forecast alarms, {false_alarms} false", rises.len());
    assert!(!rises.is_empty());
    assert_eq!(false_alarms, 0);
}

/// The rises of the forecast rule, decided by the engine.
fn replay(flood: &Flood) -> Vec<Transition> {
    let mut engine = Engine::new(Arc::new(river()));
    let sources = [&flood.dam, &flood.bridges[0], &flood.bridges[1]];
    let mut readings: Vec<(Time, u32, Fixed)> = (0..)
        .zip(sources)
        .flat_map(|(slot, samples)| samples.iter().map(move |s| (s.observed, slot, s.value)))
        .collect();
    readings.sort_unstable();
    let mut rises = Vec::new();
    for (observed, slot, value) in readings {
        let mut out = Effects::default();
        let reading = Observed {
            interface: 0,
            series: SeriesSlot(slot),
            observed,
            received: observed,
            value,
            revision: 0,
            quality: Quality::Good,
            late: false,
            too_late: false,
            suspect: false,
        };
        engine.apply(observed, &Input::Observed(reading), &mut out);
        rises.extend(out.drain().filter_map(|effect| {
            let Effect::Transition(change) = effect else {
                return None;
            };
            Some(change).filter(|c| c.level > c.prev)
        }));
    }
    rises
}

/// Both bridges with the dam upstream, watched by one forecast rule.
fn river() -> Config {
    let quantity = |id: &str| Quantity {
        id: id.to_owned(),
        title: Text::same(id),
        unit: String::new(),
        decimals: Decimals(3),
        range: None,
    };
    let station = |id: &str, upstream| Station {
        id: id.to_owned(),
        upstream,
        ..Station::default()
    };
    let dam = model::config::Upstream {
        station: StationSlot(0),
        travel_ms: TRAVEL_MS,
    };
    let series = |station, quantity| Series {
        station: StationSlot(station),
        quantity,
        ..Series::default()
    };
    let outlook = Outlook {
        recent_ms: RECENT_MS,
        lead_ms: LEAD_MS,
        upstream: true,
        upstream_quantity: Some(0),
    };
    let watches = (1..).zip(BRIDGES).map(|(slot, (.., raises))| Watch {
        rule: RuleSlot(0),
        series: SeriesSlot(slot),
        bounds: raises.map(|raise| {
            raise.map(|raise| Bound {
                raise,
                reset: raise,
            })
        }),
        ..Watch::default()
    });
    Config {
        quantities: vec![quantity("outflow"), quantity("water_level")],
        stations: vec![
            station(DAM.0, Vec::new()),
            station(BRIDGES[0].0, vec![dam]),
            station(BRIDGES[1].0, vec![dam]),
        ],
        series: vec![series(0, 0), series(1, 1), series(2, 1)],
        rules: vec![Rule {
            id: "river-forecast".to_owned(),
            measure: Measure::Forecast { outlook },
            delays: [Delays {
                on_ms: STEP_MS,
                off_ms: 3 * STEP_MS,
            }; 4],
            forecast: true,
            ..Rule::default()
        }],
        watches: watches.collect(),
        ..Config::default()
    }
}
