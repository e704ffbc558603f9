//! The law of late readings: whatever the order of arrival within the allowed lateness, what stands in
//! the end is what the run in order ends with, and nothing is announced twice.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Plays readings as they arrive and lets every clock run out.
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

/// Level by rule and station, newest value by series.
fn standing(engine: &Engine) -> (BTreeMap<String, u8>, Vec<(Option<String>, u8)>) {
    let view: CountyView = engine.county_view(Time::MIN);
    let active = view.alarms.iter().filter(|a| a.level > 0);
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
