//! The laws of the engine, each held against random inputs. A failing case is shrunk by proptest;
//! turn it into a story.

use std::sync::Arc;

use crate::support::{self, hash};
use engine::{Admission, Candidate, Engine};
use model::config::{Bound, Config, Measure, Watch};
use model::intake::Quality;
use model::{Effect, Effects, Input, RuleSlot, SeriesSlot, Time};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;

/// Random presses and readings on two delayed, leased, latched series; `gap` in seconds.
#[derive(Clone, Debug)]
enum Deed {
    Read {
        series: u8,
        gap_s: i64,
        lag_s: i64,
        value: i64,
        quality: u8,
        revision: u16,
    },
    Press {
        op: u8,
        gap_s: i64,
        what: u8,
    },
    Pass {
        gap_s: i64,
    },
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0u8..2, 0i64..600, prop_oneof![Just(0i64), -30i64..900], 1000i64..1400, 0u8..6, 0u16..2)
            .prop_map(|(series, gap_s, lag_s, value, quality, revision)| Deed::Read {
                series, gap_s, lag_s, value, quality, revision }),
        2 => (0u8..40, 0i64..300, 0u8..33).prop_map(|(op, gap_s, what)| Deed::Press { op, gap_s, what }),
        1 => (0i64..7200).prop_map(|gap_s| Deed::Pass { gap_s }),
    ]
}

const SITE: &str = "
area township T1 people 900
area township T2 people 800
series ST01 stage 2 every 5m in T1
series ST02 stage 2 in T2
rule warn stage blue 11.0 yellow 12.0 red 13.0 deadband 0.2 on 4m off 9m hold 6m unknown latch misses 2 3
rule hour stage orange 50.0 sum 1h
rule mute stage blue 9.0 off 3m
rule both stage blue 1.0 on 2m
rule odd stage yellow 1.0
measure mute silence
bounds mute blue 20m red 1h
measure both levels blue all warn:1 none hour:3
measure odd expression rise_30m > 50 ? 2 : level > 0 && value > lowest_1h ? 2 : 0
check stage jump 1.50 within 1h
check stage oscillating 3 0.50 within 30m
late 1h
inhibit hour warn same station
lease red 15m
person wang officer
person li officer
person zhang responder substitute chen
person chen responder
group village zhang
template evacuate ack_by 5m update_every 10m arrive_by 30m done_by 1h verify_by 20m proof
";

const PRESSES: [&str; 33] = [
    "wang acknowledge warn@ST01 warn@ST02",
    "li acknowledge hour@ST01",
    "wang reset warn@ST01",
    "wang issue evacuate red to village for warn@ST01",
    "wang issue evacuate blue to village",
    "wang true warn@ST02",
    "zhang report OP.zhang seen",
    "zhang report OP.zhang accepted",
    "zhang report OP.zhang declined",
    "zhang report OP.zhang 40",
    "zhang report OP.zhang done photo",
    "zhang report OP.zhang need-help",
    "li report OP.zhang verified",
    "li report OP.zhang rejected",
    "wang cancel OP",
    "chen report OP.chen accepted",
    "wang acknowledge-situation flood/township:T1 warn@ST01 hour@ST01",
    "wang shelve warn@ST01 until 14:00",
    "li unshelve warn@ST01",
    "wang silence until 13:00 township T1",
    "li silence until 11:30 station ST02 up-to red",
    "wang approve SUP",
    "li end SUP",
    "wang maintain ST02 from 10:30 until 12:00",
    "li out-of-service ST01",
    "wang approve o3",
    "wang warn-weather rainstorm township:T1 orange until 13:00",
    "li warn-weather typhoon county:story red until 11:00",
    "li lift-weather SUP",
    "wang mark warn@ST01 duplicate warn@ST02",
    "wang take-notice unstable-signal ST01 zhang",
    "wang keep-event flood township:T1 red from 08:00",
    "wang issue evacuate red to village from flood/township:T1 warn@ST01 hour@ST01",
];

/// Turns deeds into dated inputs by asking the engine's own door, as a live loop does.
fn inputs(config: &Arc<Config>, deeds: &[Deed]) -> Vec<(Time, Input)> {
    let mut engine = Engine::new(Arc::clone(config));
    let mut at: Time = "2026-07-20T10:00:00Z".parse().unwrap();
    let (mut list, mut issued) = (Vec::new(), String::from("o0"));
    let mut quieted = String::from("o0");
    for deed in deeds {
        let input = match deed {
            Deed::Pass { gap_s } => {
                at = at.plus_ms(gap_s * 1000);
                Input::Ticked
            }
            Deed::Read {
                series,
                gap_s,
                lag_s,
                value,
                quality,
                revision,
            } => {
                at = at.plus_ms(gap_s * 1000);
                let candidate = Candidate {
                    interface: 0,
                    series: SeriesSlot(u32::from(*series)),
                    observed: at.plus_ms(-lag_s * 1000),
                    received: None,
                    value: *value,
                    revision: *revision,
                    quality: Quality::from_byte(quality.saturating_sub(2)).unwrap(),
                };
                match engine.admit(&candidate, at) {
                    Admission::Accept(observed) => Input::Observed(observed),
                    Admission::Duplicate | Admission::Conflict | Admission::Future => continue,
                }
            }
            Deed::Press { op, gap_s, what } => {
                at = at.plus_ms(gap_s * 1000);
                let words = PRESSES[usize::from(*what)].replace("OP", &issued);
                let words = words.replace("SUP", &quieted);
                if ["silence", "maintain", "service", "warn-weather"]
                    .iter()
                    .any(|w| words.contains(w))
                {
                    quieted = format!("o{op}");
                }
                if words.contains("issue") {
                    issued = format!("o{op}");
                }
                let line = format!("{SITE}10:00 act o{op} {words}");
                let story = support::script::read(&line);
                match story.steps.into_iter().next().unwrap().step {
                    support::script::Step::Act(act) => Input::Acted(act),
                    _ => unreachable!("the line is a press"),
                }
            }
        };
        engine.apply(at, &input, &mut Effects::default());
        list.push((at, input));
    }
    list
}

fn run(engine: &mut Engine, inputs: &[(Time, Input)]) -> Vec<Effect> {
    let mut out = Effects::default();
    for (at, input) in inputs {
        engine.apply(*at, input, &mut out);
    }
    out.drain().collect()
}

/// Lets what is due by now happen; a deed may arm a deadline for the very instant it is done at.
fn settle(engine: &mut Engine, inputs: &[(Time, Input)]) {
    let at = inputs.last().map_or(Time::MIN, |(at, _)| *at);
    engine.fire(at, &mut Effects::default());
}

fn site() -> Arc<Config> {
    Arc::new(support::script::read(SITE).config)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn same_inputs_same_effects(deeds in proptest::collection::vec(deed(), 1..80)) {
        let config = site();
        let inputs = inputs(&config, &deeds);
        let (mut one, mut two) = (Engine::new(Arc::clone(&config)), Engine::new(config));
        prop_assert_eq!(run(&mut one, &inputs), run(&mut two, &inputs));
        prop_assert_eq!(hash(&one), hash(&two));
    }

    #[test]
    fn snapshot_and_tail_equal_full_replay(
        deeds in proptest::collection::vec(deed(), 1..80), cut in any::<prop::sample::Index>()
    ) {
        let config = site();
        let inputs = inputs(&config, &deeds);
        let cut = if inputs.is_empty() { 0 } else { cut.index(inputs.len()) };
        let mut whole = Engine::new(Arc::clone(&config));
        let told = run(&mut whole, &inputs);
        let mut head = Engine::new(config);
        let mut parts = run(&mut head, &inputs[..cut]);
        let bytes = rmp_serde::to_vec(&head).unwrap();
        let mut tail: Engine = rmp_serde::from_slice(&bytes).unwrap();
        parts.extend(run(&mut tail, &inputs[cut..]));
        prop_assert_eq!(told, parts);
        prop_assert_eq!(hash(&whole), hash(&tail));
        prop_assert_eq!(whole.next_deadline(), tail.next_deadline());
    }

    #[test]
    fn waking_in_between_changes_nothing(deeds in proptest::collection::vec(deed(), 1..80)) {
        let config = site();
        let inputs = inputs(&config, &deeds);
        let mut asleep = Engine::new(Arc::clone(&config));
        let told = run(&mut asleep, &inputs);
        let mut awake = Engine::new(config);
        let mut out = Effects::default();
        for (at, input) in &inputs {
            while let Some(due) = awake.next_deadline().filter(|due| due < at) {
                awake.apply(due, &Input::Ticked, &mut out);
            }
            awake.apply(*at, input, &mut out);
        }
        prop_assert_eq!(told, out.drain().collect::<Vec<_>>());
        prop_assert_eq!(hash(&asleep), hash(&awake));
    }

    #[test]
    fn repeating_an_input_is_harmless(deeds in proptest::collection::vec(deed(), 1..60)) {
        let config = site();
        let inputs = inputs(&config, &deeds);
        let mut once = Engine::new(Arc::clone(&config));
        run(&mut once, &inputs);
        let mut twice = Engine::new(config);
        let mut out = Effects::default();
        for (at, input) in &inputs {
            twice.apply(*at, input, &mut out);
            match input {
                Input::Acted(_) => twice.apply(*at, input, &mut out),
                Input::Observed(o) => {
                    let again = Candidate {
                        interface: o.interface, series: o.series, observed: o.observed,
                        received: None, value: o.value, revision: o.revision, quality: o.quality,
                    };
                    let answer = twice.admit(&again, *at);
                    let known = matches!(answer, Admission::Duplicate)
                        || matches!(answer, Admission::Accept(a) if a.too_late);
                    prop_assert!(known, "a repeat was taken again: {:?}", answer);
                }
                _ => {}
            }
        }
        settle(&mut once, &inputs);
        settle(&mut twice, &inputs);
        prop_assert_eq!(hash(&once), hash(&twice));
    }

    #[test]
    fn a_config_read_again_changes_nothing(deeds in proptest::collection::vec(deed(), 1..60)) {
        let config = site();
        let inputs = inputs(&config, &deeds);
        let mut engine = Engine::new(Arc::clone(&config));
        run(&mut engine, &inputs);
        settle(&mut engine, &inputs);
        let before = hash(&engine);
        let at = inputs.last().map_or(Time::MIN, |(at, _)| *at);
        let mut longer = (*config).clone();
        longer.policy.escalate_ms += 1;
        engine.apply(at, &Input::Configured(Box::new(longer.into())), &mut Effects::default());
        prop_assert_eq!(before, hash(&engine));
    }
}

fn cases() -> u32 {
    std::env::var("WATCHFIRE_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(96)
}

// ---- the common workload's rules, each computed anew from its definition -------------------------

const PLACES: [(&str, &str); 6] = [
    ("120.900", "29.500"),
    ("120.930", "29.510"),
    ("120.960", "29.500"),
    ("120.900", "29.560"),
    ("121.100", "29.500"),
    ("120.905", "29.505"),
];

fn county() -> Config {
    let mut text = String::from("late discard\n");
    for (n, (lon, lat)) in PLACES.iter().enumerate() {
        text += &format!("series G{n} rain 2 at {lon} {lat}\n");
    }
    text += "rule near rain blue 15.0 yellow 25.0 orange 40.0 red 60.0 deadband 3.0\n";
    text += "rule rain:1h rain blue 15.0 yellow 25.0 orange 40.0 red 60.0 deadband 3.0 sum 1h\n";
    text += "rule rain:3h rain blue 25.0 yellow 45.0 orange 70.0 red 100.0 deadband 4.0 sum 3h\n";
    text += "rule rate rain blue 8.0\n";
    text += "rule area rain blue 0.01\n";
    let mut config = support::script::read(&text).config;
    config.rules[3].measure = Measure::Rate {
        per_ms: 2 * 3_600_000,
    };
    config.rules[4].measure = Measure::Cluster {
        window_ms: 60 * MINUTE,
        hot: 2500,
        cool: 2200,
        radius_mm: 10_000_000,
        count: 3,
        within: model::config::Within::Distance,
    };
    for watch in &mut config.watches {
        set_bound(
            watch,
            RuleSlot(3),
            Bound {
                raise: 2 * 800,
                reset: 800,
            },
        );
        set_bound(watch, RuleSlot(4), Bound { raise: 1, reset: 1 });
    }
    config
}

fn set_bound(watch: &mut Watch, rule: RuleSlot, bound: Bound) {
    if watch.rule == rule {
        watch.bounds = [Some(bound), None, None, None];
    }
}

/// The definition of the workload, slow and plain.
#[derive(Default)]
struct Definition {
    past: [Vec<(i64, i64)>; 6],
    levels: std::collections::BTreeMap<(&'static str, usize), u8>,
    hot: [bool; 6],
    told: Vec<(String, String, u8, u8, i64)>,
}

impl Definition {
    fn next_level(level: u8, value: i64, thresholds: &[i64], band: i64) -> u8 {
        let up = thresholds.iter().filter(|t| value >= **t).count() as u8;
        let mut level = level;
        if up > level {
            return up;
        }
        while level > 0 && value < thresholds[usize::from(level) - 1] - band {
            level -= 1;
        }
        level
    }

    fn level(&self, rule: &'static str, station: usize) -> u8 {
        self.levels.get(&(rule, station)).copied().unwrap_or(0)
    }

    fn move_to(&mut self, rule: &'static str, station: usize, level: u8, at_s: i64) {
        let prev = self.level(rule, station);
        if prev != level {
            self.levels.insert((rule, station), level);
            self.told
                .push((rule.into(), format!("G{station}"), prev, level, at_s));
        }
    }

    fn sum(&self, station: usize, at_s: i64, span_s: i64) -> i64 {
        self.past[station]
            .iter()
            .filter(|(t, _)| *t > at_s - span_s)
            .map(|(_, v)| v)
            .sum()
    }

    fn km(a: usize, b: usize) -> f64 {
        let at = |n: usize| {
            let (lon, lat) = PLACES[n];
            (
                lon.parse::<f64>().unwrap().to_radians(),
                lat.parse::<f64>().unwrap().to_radians(),
            )
        };
        let ((xa, ya), (xb, yb)) = (at(a), at(b));
        let d =
            ((yb - ya) / 2.0).sin().powi(2) + ya.cos() * yb.cos() * ((xb - xa) / 2.0).sin().powi(2);
        2.0 * 6371.0088 * d.sqrt().asin()
    }

    fn take(&mut self, station: usize, at_s: i64, value: i64) {
        let before = self.past[station].last().copied();
        self.past[station].push((at_s, value));
        let one = [1500, 2500, 4000, 6000];
        let level = Self::next_level(self.level("near", station), value, &one, 300);
        self.move_to("near", station, level, at_s);
        let hour = self.sum(station, at_s, 3600);
        let level = Self::next_level(self.level("rain:1h", station), hour, &one, 300);
        self.move_to("rain:1h", station, level, at_s);
        let three = self.sum(station, at_s, 3 * 3600);
        let level = Self::next_level(
            self.level("rain:3h", station),
            three,
            &[2500, 4500, 7000, 10_000],
            400,
        );
        self.move_to("rain:3h", station, level, at_s);
        if let Some((t, v)) = before {
            let (dv, dt, limit) = (value - v, at_s - t, 800);
            if dv * 3600 >= limit * dt {
                self.move_to("rate", station, 1, at_s);
            } else if dv * 3600 * 2 < limit * dt {
                self.move_to("rate", station, 0, at_s);
            }
        }
        let was = self.hot[station];
        self.hot[station] = hour >= 2500 || (was && hour >= 2200);
        if was != self.hot[station] {
            for centre in (0..6)
                .filter(|c| Self::km(station, *c) <= 10.0)
                .collect::<Vec<_>>()
            {
                let near = (0..6)
                    .filter(|g| self.hot[*g] && Self::km(centre, *g) <= 10.0)
                    .count();
                self.move_to(
                    "area",
                    centre,
                    u8::from(self.hot[centre] && near >= 3),
                    at_s,
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn workload_rules_equal_their_definition(
        rows in proptest::collection::vec((0usize..6, 1i64..900, 0i64..1500, any::<bool>()), 1..400)
    ) {
        let config = Arc::new(county());
        let mut engine = Engine::new(Arc::clone(&config));
        let mut definition = Definition::default();
        let base: Time = "2026-07-20T00:00:00Z".parse().unwrap();
        let (mut now_s, mut out) = (0, Effects::default());
        for (station, step_s, value, wet) in rows {
            now_s += step_s;
            let value = if wet { value } else { value / 40 };
            let candidate = Candidate {
                interface: 0, series: SeriesSlot(station as u32), observed: base.plus_ms(now_s * 1000),
                received: None, value, revision: 0, quality: Quality::Good,
            };
            if let Admission::Accept(o) = engine.admit(&candidate, candidate.observed) {
                engine.apply(candidate.observed, &Input::Observed(o), &mut out);
                definition.take(station, now_s, value);
            }
        }
        let told: Vec<_> = out.drain().filter_map(|e| match e {
            Effect::Transition(t) => Some((
                config.rules[t.rule.index()].id.clone(), config.stations[t.subject.index()].id.clone(),
                t.prev, t.level, t.time.since_ms(base) / 1000)),
            _ => None,
        }).collect();
        prop_assert_eq!(told, definition.told);
    }
}

/// A recorded night has no time before its first reading: what the calendar holds begins there, and not
/// with the year one.
#[test]
fn the_calendar_begins_with_the_first_time_that_is_known() {
    const SCRIPT: &str = "
area township T1 people 900
series ST01 stage 2 in T1
rule warn stage orange 12.0 red 13.0
person a responder in T1 by sms,voice
group dams a
plan weekly 1 10:30 groups dams by sms
";
    let mut engine = Engine::new(Arc::new(support::script::read(SCRIPT).config));
    let mut out = Effects::default();
    engine.apply(Time::MIN, &Input::Ticked, &mut out);
    let first: Time = "2026-07-20T10:00:00Z".parse().expect("a time");
    engine.apply(first, &Input::Ticked, &mut out);
    let said: Vec<Effect> = out.drain().collect();
    assert!(said.len() < 10, "{} things happened before it", said.len());
    assert!(engine.next_deadline().is_none_or(|due| due > first));
}
