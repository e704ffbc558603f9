//! The law of late readings: whatever the order of arrival within the allowed lateness, what stands in
//! the end is what the run in order ends with, and nothing is announced twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support;
use engine::{Admission, Candidate, Engine};
use model::intake::Quality;
use model::view::CountyView;
use model::{Config, Effect, Effects, Input, SeriesSlot, Time};
use proptest::prelude::*;

const GAUGES: usize = 4;
const LATE_S: i64 = 3 * 3600;

/// Every measure that looks at readings, with dead bands, on gauges that lie near one another.
fn config() -> Config {
    // How often an alarm swings is counted as it is told, so it is no matter of observed times.
    let mut text = String::from("late 3h\nflapping off\n");
    for n in 0..GAUGES {
        text += &format!("series G{n} rain 1 at 120.9{n} 29.50\n");
    }
    for rule in [
        "near", "hour", "steep", "rise", "crest", "calm", "any", "area", "both", "odd", "spring",
    ] {
        text += &format!("rule {rule} rain blue 15.0 yellow 25.0 red 60.0 deadband 3.0\n");
    }
    text += "
measure hour any 1h blue 15.0/12.0 yellow 25.0/22.0 red 60.0/50.0
measure steep rate per 1h
bounds steep blue 10.0/5.0 red 80.0/40.0
measure rise rise 1h per 1h
bounds rise blue 10.0/5.0 red 40.0/20.0
measure crest highest 2h
measure calm lowest 2h
measure any any 1h blue 15.0/12.0, 3h yellow 40.0/35.0 red 90.0/80.0 wetness 6h 60.0 800 10.0 1200
measure area cluster 1h 20.0 17.0 2 distance 10
bounds area blue 0.1
measure both levels blue all near:1 none hour:2 yellow any area:1 ^hour:1
measure odd expression sum_1h > 300 ? 3 : rise_1h > 100 || highest_2h >= yellow ? 2 : level > 0 && value > 50 ? 1 : 0
bounds odd blue 15.0 yellow 25.0 orange 30.0 red 60.0
from 2026-07-20 06:00 near blue 12.0/10.0 yellow 25.0/22.0
season spring all 300-720
place G0 upstream G1
place G1 upstream G2
check rain jump 30.0 within 1h
check rain range 0.0 70.0
";
    support::script::read(&text).config
}

/// One reading: gauge, seconds after the one before, value, how long it is on its way.
type Row = (usize, i64, i64, bool, i64);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let delay = prop_oneof![3 => Just(0i64), 2 => 0..LATE_S];
    let row = (0..GAUGES, 1i64..1200, 0i64..800, any::<bool>(), delay);
    proptest::collection::vec(row, 1..120)
}

fn candidates(rows: &[Row]) -> Vec<(Time, Candidate)> {
    let start: Time = support::DAY.parse().unwrap();
    let mut now = start;
    let reading = |(gauge, step_s, value, wet, delay_s): &Row| {
        now = now.plus_ms(step_s * 1000);
        let candidate = Candidate {
            interface: 0,
            series: SeriesSlot(*gauge as u32),
            observed: now,
            received: None,
            value: if *wet { *value } else { value / 20 },
            revision: 0,
            quality: if value % 11 == 0 {
                Quality::Doubtful
            } else {
                Quality::Good
            },
        };
        (now.plus_ms(delay_s * 1000), candidate)
    };
    rows.iter().map(reading).collect()
}

/// Plays readings as they arrive.
fn play(config: &Arc<Config>, arrivals: &[(Time, Candidate)]) -> (Engine, Vec<Effect>) {
    let mut engine = Engine::new(Arc::clone(config));
    let mut out = Effects::default();
    for (at, candidate) in arrivals {
        if let Admission::Accept(observed) = engine.admit(candidate, *at) {
            assert!(!observed.too_late, "every delay is within the lateness");
            engine.apply(*at, &Input::Observed(observed), &mut out);
        }
    }
    (engine, out.drain().collect())
}

/// Level by rule and station; newest value and worst level by series.
type Standing = (BTreeMap<String, u8>, Vec<(Option<String>, u8)>);

fn standing(engine: &Engine) -> Standing {
    let view: CountyView = engine.county_view(Time::MIN);
    let active = view.alarms.iter().filter(|a| a.level > 0);
    // Who is not heard, and so who is blind, is judged by arrival.
    let active = active.filter(|a| a.rule != engine::BLIND_SPOT);
    let levels = active.map(|a| (format!("{}@{}", a.rule, a.station), a.level));
    let series = view.stations.iter().flat_map(|s| &s.series);
    let newest = series.map(|s| (s.now.value.clone(), s.now.level));
    (levels.collect(), newest.collect())
}

fn cases() -> u32 {
    let seeds = std::env::var("WATCHFIRE_SEEDS").ok();
    seeds.and_then(|n| n.parse().ok()).unwrap_or(192)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_order_within_the_lateness_ends_alike(rows in rows()) {
        let config = Arc::new(config());
        let mut arrivals = candidates(&rows);
        let in_order: Vec<_> = arrivals.iter().map(|(_, c)| (c.observed, *c)).collect();
        arrivals.sort_by_key(|(at, c)| (*at, c.observed));
        let (one, _) = play(&config, &in_order);
        let (two, told) = play(&config, &arrivals);
        prop_assert_eq!(standing(&one), standing(&two));

        // Each announcement begins where the one before ended: none is made twice.
        let mut levels: BTreeMap<(u16, u32), u8> = BTreeMap::new();
        for effect in &told {
            if let Effect::Transition(t) = effect {
                let level = levels.entry((t.rule.0, t.subject.0)).or_default();
                prop_assert_eq!(*level, t.prev);
                prop_assert_ne!(t.level, t.prev);
                *level = t.level;
            }
        }
    }
}

// ---- a recorded month -----------------------------------------------------------------------------

use std::io::Read as _;
use std::path::PathBuf;

use model::config::{
    Bound, LatePolicy, Measure, Quantity, Rule, Series, Station, Text, Watch, Within,
};
use model::{Decimals, RuleSlot, StationSlot};

const HOUR_MS: i64 = 3_600_000;

fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("WATCHFIRE_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("data/jp-river-2026-06")).filter(|f| f.is_dir())
}

/// Columns of a plain table of ours, without its head. No field of these holds a comma before the
/// last one that is read.
fn table(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

/// Every gauge of the month with its thresholds and a dead band, so that the past matters, and with
/// a rise, a crest and a cluster beside them.
fn month(thresholds: &str, stations: &str) -> Config {
    let mut config = support::script::blank();
    config.interfaces[0].late = LatePolicy::Allow {
        within_ms: 3 * HOUR_MS,
    };
    config.quantities.push(Quantity {
        id: "water_level".into(),
        title: Text::same("stage"),
        unit: "m".into(),
        decimals: Decimals(2),
        range: None,
    });
    let measures = [
        Measure::Value,
        Measure::Rise {
            span_ms: HOUR_MS,
            per_ms: HOUR_MS,
            least_ms: 0,
        },
        Measure::Extreme {
            window_ms: 6 * HOUR_MS,
            highest: true,
        },
        Measure::Cluster {
            window_ms: HOUR_MS,
            hot: 500,
            cool: 450,
            radius_mm: 10_000_000,
            count: 2,
            within: Within::Distance,
        },
    ];
    config.rules = measures
        .map(|measure| Rule {
            id: format!("{measure:?}"),
            measure,
            ..Rule::default()
        })
        .into();
    let mut levels: BTreeMap<&str, [Option<Bound>; 4]> = BTreeMap::new();
    for row in table(thresholds) {
        let raise = Decimals(2).parse(row[5]).unwrap();
        let rank: usize = row[3].parse().unwrap();
        levels.entry(row[0]).or_default()[rank - 1] = Some(Bound {
            raise,
            reset: raise - 20,
        });
    }
    let places: BTreeMap<&str, (i32, i32)> = table(stations)
        .filter_map(|row| {
            let e6 = |text: &str| text.parse::<f64>().ok().map(|d| (d * 1e6) as i32);
            Some((row[0], (e6(row[2])?, e6(row[3])?)))
        })
        .collect();
    for (slot, (id, bounds)) in levels.iter().enumerate() {
        config.stations.push(Station {
            id: (*id).to_owned(),
            position_e6: places.get(id).copied(),
            ..Station::default()
        });
        config.series.push(Series {
            station: StationSlot(slot as u32),
            ..Series::default()
        });
        let one = |raise, reset| [Some(Bound { raise, reset }), None, None, None];
        let all = [*bounds, one(30, 10), *bounds, one(1, 1)];
        for (rule, bounds) in all.into_iter().enumerate() {
            config.watches.push(Watch {
                rule: RuleSlot(rule as u16),
                series: SeriesSlot(slot as u32),
                bounds,
                ..Watch::default()
            });
        }
    }
    config
}

fn readings(config: &Config, text: &str) -> Vec<Candidate> {
    let slots = config.stations.iter().zip(0..);
    let slots: BTreeMap<&str, u32> = slots.map(|(s, slot)| (s.id.as_str(), slot)).collect();
    let mut seen = BTreeMap::new();
    for row in table(text) {
        let (Some(slot), Ok(value)) = (slots.get(row[1]), Decimals(2).parse(row[3])) else {
            continue;
        };
        let observed: Time = row[0].parse().unwrap();
        seen.entry((observed, *slot)).or_insert(Candidate {
            interface: 0,
            series: SeriesSlot(*slot),
            observed,
            received: None,
            value,
            revision: 0,
            quality: Quality::Good,
        });
    }
    seen.into_values().collect()
}

/// A number from another, the same on every machine.
fn scatter(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^ (z >> 27)
}

#[test]
fn a_recorded_month_in_any_order_ends_alike() {
    let Some(folder) = folder() else {
        println!("skipped: no ../shared");
        return;
    };
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let packed = std::fs::read(folder.join("observations.csv.gz")).unwrap();
    let mut observations = String::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_string(&mut observations)
        .unwrap();
    let config = Arc::new(month(&text("thresholds.csv"), &text("stations.csv")));
    let readings = readings(&config, &observations);
    let in_order: Vec<_> = readings.iter().map(|c| (c.observed, *c)).collect();
    let (one, _) = play(&config, &in_order);
    for seed in 1..=3u64 {
        let mut arrivals: Vec<_> = (0u64..)
            .zip(&readings)
            .map(|(n, c)| {
                let delay = scatter(seed << 32 | n) % (3 * HOUR_MS as u64);
                let delay = if n % 3 == 0 { 0 } else { delay as i64 };
                (c.observed.plus_ms(delay), *c)
            })
            .collect();
        arrivals.sort_by_key(|(at, c)| (*at, c.observed, c.series));
        let (two, told) = play(&config, &arrivals);
        assert_eq!(standing(&one), standing(&two), "seed {seed}");
        let late = told.iter().filter(|e| matches!(e, Effect::LateEvidence(_)));
        println!(
            "seed {seed}: {} readings, {} standing, {} late evidences",
            readings.len(),
            standing(&one).0.len(),
            late.count()
        );
    }
}
