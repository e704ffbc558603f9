//! One night of one river under other numbers: what comes earlier, later, not at all, or as it was.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use backtest::{
    Asked, BoundChange, ClockChange, Movement, Raise, Record, Report, RuleSet, backtest,
    backtest_unless,
};
use model::intake::Quality;
use model::{Decimals, Level, Observed, SeriesSlot, Time};

const MINUTE: i64 = 60_000;

/// The site that the reader of sites is tested with.
fn in_force() -> RuleSet {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/tests/good");
    RuleSet::open(&good, None).unwrap()
}

/// A river that rises from 40.80 m by 5 cm in five minutes for two hours and falls again, past its
/// orange of 41.50 m; with `late`, every fourth reading comes after the two behind it.
fn night(late: bool) -> Record {
    let begin: Time = "2026-07-15T00:00:00Z".parse().unwrap();
    let mut order: Vec<i64> = (0..48).collect();
    if late {
        order
            .chunks_mut(4)
            .for_each(|four| four[1..].rotate_left(1));
    }
    let mut record = Record::new("a night");
    let mut now = begin;
    for step in order {
        let observed = begin.plus_ms(step * 5 * MINUTE);
        now = now.max(observed);
        let reading = Observed {
            interface: 1,
            series: SeriesSlot(0),
            observed,
            received: now,
            value: 4_080 + 5 * (24 - (step - 24).abs()),
            revision: 0,
            quality: Quality::Good,
            late: false,
            too_late: false,
            suspect: false,
        };
        record.push("ST01", "water_level", Decimals(2), &reading, now);
    }
    record
}

fn orange() -> BoundChange {
    BoundChange {
        rule: "river-stage".to_owned(),
        level: Level::Orange,
        station: Some("ST01".to_owned()),
        window_ms: None,
        raise: None,
        shift: None,
        deadband: None,
    }
}

fn compare(b: &RuleSet) -> Report {
    backtest(&night(false), &in_force(), Some(b), &Asked::default())
}

fn moved(report: &Report) -> Vec<(Movement, u8)> {
    let pairs = &report.difference.as_ref().unwrap().pairs;
    pairs
        .iter()
        .map(|pair| (pair.movement, pair.level))
        .collect()
}

/// The one orange of the river's stage.
fn flood(raises: &[Raise]) -> &Raise {
    let mine = |r: &&Raise| r.rule == "river-stage" && r.level == 3;
    raises.iter().find(mine).unwrap()
}

#[test]
fn a_lower_threshold_speaks_earlier_and_a_higher_one_later_or_not_at_all() {
    let to = |raise: &str| BoundChange {
        raise: Some(raise.to_owned()),
        ..orange()
    };
    let with = |raise: &str| compare(&in_force().with_bounds("B", &[to(raise)]).unwrap());
    // Whoever is over orange is over yellow too.
    let both = |movement| [(movement, 2), (movement, 3)];
    let lower = with("41.25");
    assert_eq!(moved(&lower), both(Movement::Earlier));
    let pair = &lower.difference.as_ref().unwrap().pairs[0];
    assert_eq!(pair.by_ms, Some(-25 * MINUTE));
    assert_eq!(moved(&with("41.75")), both(Movement::Later));
    assert_eq!(moved(&with("43.00")), both(Movement::Gone));
}

#[test]
fn an_equal_copy_makes_no_difference_also_with_late_readings() {
    for late in [false, true] {
        let record = night(late);
        let report = backtest(&record, &in_force(), Some(&in_force()), &Asked::default());
        let difference = report.difference.unwrap();
        assert!(
            difference.same > 0 && difference.pairs.is_empty(),
            "late: {late}"
        );
        assert_eq!(report.a.raises, report.b.unwrap().raises);
    }
}

#[test]
fn a_wider_deadband_ends_later_and_a_longer_delay_begins_later() {
    let wider = BoundChange {
        deadband: Some("0.40".to_owned()),
        ..orange()
    };
    let report = compare(&in_force().with_bounds("B", &[wider]).unwrap());
    let (a, b) = (
        flood(&report.a.raises),
        flood(&report.b.as_ref().unwrap().raises),
    );
    assert_eq!(a.begin, b.begin);
    assert!(a.end.is_some() && b.end.is_none(), "{a:?} {b:?}");

    let slower = ClockChange {
        rule: "river-stage".to_owned(),
        level: Some(Level::Orange),
        on_ms: Some(10 * MINUTE),
        ..ClockChange::default()
    };
    let report = compare(&in_force().with_clocks("B", &[slower]).unwrap());
    let later = [(Movement::Later, 2), (Movement::Later, 3)];
    assert_eq!(moved(&report), later);
    let pair = &report.difference.as_ref().unwrap().pairs[0];
    assert_eq!(pair.by_ms, Some(10 * MINUTE), "it was none");
}

#[test]
fn whoever_stops_waiting_gets_nothing() {
    let stopped = || true;
    let given = backtest_unless(
        &night(false),
        &in_force(),
        None,
        &Asked::default(),
        &stopped,
    );
    assert_eq!(given, None);
}
