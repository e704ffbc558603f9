//! The workload's day in another order: with `late` as far as the delays, what stands in the end, every
//! window and every last value are what the run in order ends with, and nothing is announced twice.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod day;

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Admission, Candidate, Engine};
use model::config::LatePolicy;
use model::intake::Quality;
use model::{Config, Effect, Effects, Input, Time, Transition};

const HOUR_MS: i64 = 3_600_000;
const LATE_MS: i64 = 3 * HOUR_MS;

/// A number from another, the same on every machine.
fn scatter(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^ (z >> 27)
}

/// Plays readings as they arrive; gives every change of level in the order it was told.
fn play(engine: &mut Engine, arrivals: &[(Time, Candidate)]) -> Vec<Transition> {
    let mut told = Vec::new();
    let mut out = Effects::default();
    for (at, candidate) in arrivals {
        if let Admission::Accept(observed) = engine.admit(candidate, *at) {
            assert!(!observed.too_late, "every delay is within the lateness");
            engine.apply(*at, &Input::Observed(observed), &mut out);
        }
        told.extend(out.drain().filter_map(|effect| match effect {
            Effect::Transition(transition) => Some(transition),
            Effect::Series(_)
            | Effect::Alarm(_)
            | Effect::Situation(_)
            | Effect::Annunciate { .. }
            | Effect::Suppression(_)
            | Effect::LateEvidence(_)
            | Effect::Page(_)
            | Effect::Task { .. }
            | Effect::Command { .. }
            | Effect::Incident(_)
            | Effect::Deliver { .. }
            | Effect::System { .. }
            | Effect::Weather(_)
            | Effect::Event(_)
            | Effect::Run { .. }
            | Effect::PageKnown(_)
            | Effect::Duty(_)
            | Effect::Answer(_) => None,
        }));
    }
    told
}

/// Level by rule and station; newest value of every series.
type Standing = (BTreeMap<String, u8>, Vec<Option<String>>);

fn standing(engine: &Engine) -> Standing {
    let view = engine.county_view(Time::MIN);
    let active = view.alarms.iter().filter(|a| a.level > 0);
    let levels = active.map(|a| (format!("{}@{}", a.rule, a.station), a.level));
    let series = view.stations.iter().flat_map(|s| &s.series);
    let newest = series.map(|s| s.now.value.clone());
    (levels.collect(), newest.collect())
}

/// A day of drizzle after it, the same everywhere: every window and every difference there is goes
/// through it, so two engines that tell the same had the same in them.
fn drizzle(config: &Config, from: Time) -> Vec<(Time, Candidate)> {
    let hours = 1..=24;
    let reading = |hour: i64, series: u32| {
        let observed = from.plus_ms(hour * HOUR_MS);
        let candidate = Candidate {
            interface: 0,
            series: model::SeriesSlot(series),
            observed,
            received: None,
            value: 40 * (hour % 3),
            revision: 0,
            quality: Quality::Good,
        };
        (observed, candidate)
    };
    let all = hours.flat_map(|hour| {
        let series = 0..config.series.len() as u32;
        series.map(move |slot| reading(hour, slot))
    });
    all.collect()
}

/// Each change begins where the one before ended: none is told twice.
fn is_a_chain(told: &[Transition]) {
    let mut levels: BTreeMap<(u16, u32), u8> = BTreeMap::new();
    for t in told {
        let level = levels.entry((t.rule.0, t.subject.0)).or_default();
        assert_eq!(*level, t.prev, "{t:?}");
        assert_ne!(t.level, t.prev, "{t:?}");
        *level = t.level;
    }
}

#[test]
fn the_day_in_any_order_ends_alike() {
    let place = tempfile::tempdir().unwrap();
    let Some(folder) = day::generated(place.path()) else {
        return;
    };
    let mut config = day::county(&folder, place.path());
    for interface in &mut config.interfaces {
        interface.late = LatePolicy::Allow { within_ms: LATE_MS };
    }
    config.policy.remember_ms = config.policy.remember_ms.max(24 * HOUR_MS);
    let config = Arc::new(config);
    let in_order = day::readings(&folder, &config);
    let end = in_order.last().unwrap().0.plus_ms(LATE_MS);
    let after = drizzle(&config, end);
    let mut one = Engine::new(Arc::clone(&config));
    let told_in_order = play(&mut one, &in_order);
    let stands = standing(&one);
    let follows = play(&mut one, &after);
    assert!(told_in_order.len() > 2000 && !follows.is_empty());
    for seed in 1..=2u64 {
        let late = |(n, (at, candidate)): (u64, &(Time, Candidate))| {
            let delay = scatter(seed << 32 | n) % LATE_MS as u64;
            let delay = if n % 3 == 0 { 0 } else { delay as i64 };
            (at.plus_ms(delay), *candidate)
        };
        let mut arrivals: Vec<_> = (0u64..).zip(&in_order).map(late).collect();
        arrivals.sort_by_key(|(at, c)| (*at, c.observed, c.series));
        let mut two = Engine::new(Arc::clone(&config));
        let told = play(&mut two, &arrivals);
        is_a_chain(&told);
        assert_eq!(stands, standing(&two), "seed {seed}");
        assert_eq!(follows, play(&mut two, &after), "seed {seed}");
        println!(
            "seed {seed}: {} readings, {} changes told (in order {}), {} stand, {} follow",
            arrivals.len(),
            told.len(),
            told_in_order.len(),
            stands.0.len(),
            follows.len()
        );
    }
}
