//! A line of a level is drawn in the time it was in force, and in no other.
#![allow(clippy::unwrap_used)]

use model::config::{
    Bound, Config, Measure, Quantity, Rule, Season, Series, Station, Text, Version, Watch,
};
use model::intake::Quality;
use model::{Configured, Decimals, Input, Observed, RuleSlot, SeriesSlot, StationSlot, Time};
use report::{Curve, Ink, Local, Passed, Readings, Report, Shape};

fn at(minute: i64) -> Time {
    "2026-07-15T12:00:00Z"
        .parse::<Time>()
        .unwrap()
        .plus_ms(minute * 60_000)
}

/// One gauge with a red line; from a minute on another may hold.
fn config(raise: i64, later: Option<(i64, i64)>, season: Option<Season>) -> Config {
    let bounds = |raise| {
        [
            None,
            None,
            None,
            Some(Bound {
                raise,
                reset: raise,
            }),
        ]
    };
    Config {
        code: "330624".to_owned(),
        stations: vec![Station {
            id: "s".to_owned(),
            ..Station::default()
        }],
        quantities: vec![Quantity {
            id: "level".to_owned(),
            title: Text::same("level"),
            unit: "m".to_owned(),
            decimals: Decimals(2),
            range: None,
        }],
        series: vec![Series {
            station: StationSlot(0),
            ..Series::default()
        }],
        rules: vec![Rule {
            id: "red".to_owned(),
            measure: Measure::Value,
            season,
            ..Rule::default()
        }],
        watches: vec![Watch {
            rule: RuleSlot(0),
            series: SeriesSlot(0),
            bounds: bounds(raise),
            versions: later
                .into_iter()
                .map(|(minute, raise)| Version {
                    valid_from: at(minute),
                    bounds: bounds(raise),
                })
                .collect(),
        }],
        ..Config::default()
    }
}

/// The curve of a hundred minutes under files, the second of which come in at a minute.
fn curve(first: &Config, second: Option<(i64, Config)>) -> Curve {
    let wanted = vec![("s".to_owned(), "level".to_owned())];
    let mut readings = Readings::new(first, wanted, (at(0), at(100)));
    let mut inputs: Vec<(i64, Input)> = Vec::new();
    for minute in [0, 40, 99] {
        let observed = Observed {
            interface: 0,
            series: SeriesSlot(0),
            observed: at(minute),
            received: at(minute),
            value: 900 + minute,
            revision: 0,
            quality: Quality::Good,
            late: false,
            too_late: false,
            suspect: false,
        };
        inputs.push((minute, Input::Observed(observed)));
    }
    inputs.extend(second.map(|(minute, config)| {
        let configured = Configured::from(config);
        (minute, Input::Configured(Box::new(configured)))
    }));
    inputs.sort_by_key(|(minute, _)| *minute);
    for (n, (minute, input)) in inputs.iter().enumerate() {
        readings.take(&Passed {
            number: 7 + n as u64,
            at: at(*minute),
            input: Some(input),
            outcomes: &[],
        });
    }
    let mut report = Report::default();
    readings.finish(&mut report, 8);
    report.curves.remove(0)
}

/// Value, beginning and end of every line, in minutes.
fn lines(curve: &Curve) -> Vec<(&str, Option<i64>, Option<i64>)> {
    let minute = |time: Option<Time>| time.map(|time| time.since_ms(at(0)) / 60_000);
    let lines = curve.thresholds.iter();
    let lines = lines.map(|held| {
        (
            held.line.raise.as_str(),
            minute(held.since),
            minute(held.until),
        )
    });
    lines.collect()
}

#[test]
fn other_files_end_a_line_and_begin_another() {
    let curve = curve(
        &config(1_000, None, None),
        Some((50, config(950, None, None))),
    );
    assert_eq!(
        lines(&curve),
        [("10.00", None, Some(50)), ("9.50", Some(50), None)]
    );
    assert_eq!(curve.thresholds[1].entry, Some(9));
    let picture = curve
        .picture(at(0), at(100), &Local::of(None, "330624"), String::new())
        .unwrap();
    let mut drawn: Vec<(f64, f64)> = Vec::new();
    for shape in &picture.shapes {
        if let Shape::Line {
            points,
            ink: Ink::LevelText(4),
            broken: false,
            ..
        } = shape
        {
            drawn.push((points[0].0, points[1].0));
        }
    }
    let [first, second] = drawn.as_slice() else {
        panic!("{drawn:?}");
    };
    let mut both = [*first, *second];
    both.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(
        (both[0].1 - both[1].0).abs() < 0.5,
        "the one begins where the other ends: {both:?}"
    );
    assert!(both[0].0 < both[0].1 && both[1].0 < both[1].1, "{both:?}");
}

#[test]
fn files_that_change_nothing_about_a_line_leave_it_whole() {
    let same = config(1_000, None, None);
    let curve = curve(&same, Some((50, same.clone())));
    assert_eq!(lines(&curve), [("10.00", None, None)]);
}

#[test]
fn a_line_holds_from_its_day_and_in_its_season() {
    let dated = config(1_000, Some((30, 980)), None);
    assert_eq!(
        lines(&curve(&dated, None)),
        [("10.00", None, Some(30)), ("9.80", Some(30), None)]
    );
    // From a quarter past twelve to one, on the site's own clock.
    let noon = Season {
        days: None,
        minutes: Some((12 * 60 + 15, 13 * 60)),
        offset_min: 0,
    };
    let seasonal = config(1_000, None, Some(noon));
    assert_eq!(
        lines(&curve(&seasonal, None)),
        [("10.00", Some(15), Some(60))]
    );
}
