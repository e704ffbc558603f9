//! Whatever the journal holds, account can be given of it: nothing is cited that did not pass, no change of
//! level is lost, and every form can be written.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use model::config::{Config, Quantity, Rule, Series, Station, Text};
use model::effect::{NoticeReason, SystemKind};
use model::intake::Quality;
use model::view::{AlarmView, CommandView, CountyView, PageView, RunView, SituationView, TaskView};
use model::{
    AlarmKey, CommandId, Decimals, Effect, Input, Level, Observed, PageId, RuleSlot, RunId,
    SeriesSlot, SituationId, StationSlot, TaskId, Time, Transition,
};
use proptest::prelude::*;
use report::{
    Chronicle, Ground, Language, Local, Passed, Readings, Report, Scope, Setting, Sheet, Voices,
    World,
};

/// A state in which nothing is known but the files.
struct Bare(Config);

impl World for Bare {
    fn config(&self) -> &Config {
        &self.0
    }

    fn alarm(&self, _: AlarmKey) -> Option<AlarmView> {
        None
    }

    fn command(&self, _: &CommandId) -> Option<CommandView> {
        None
    }

    fn task(&self, _: &TaskId) -> Option<TaskView> {
        None
    }

    fn situation(&self, _: SituationId) -> Option<SituationView> {
        None
    }

    fn run(&self, _: &RunId) -> Option<RunView> {
        None
    }

    fn page(&self, _: &PageId) -> Option<PageView> {
        None
    }

    fn pages(&self, _: &RunId) -> Vec<PageView> {
        Vec::new()
    }
}

fn config() -> Config {
    let station = |n: usize| Station {
        id: format!("s{n}"),
        name: Text::same("<站>"),
        ..Station::default()
    };
    Config {
        code: "330624".to_owned(),
        stations: (0..3).map(station).collect(),
        quantities: vec![Quantity {
            id: "level".to_owned(),
            title: Text::same("level"),
            unit: "m".to_owned(),
            decimals: Decimals(2),
            range: None,
        }],
        series: (0..3)
            .map(|n| Series {
                station: StationSlot(n),
                ..Series::default()
            })
            .collect(),
        rules: vec![Rule::default()],
        ..Config::default()
    }
}

fn county() -> CountyView {
    let words = r#"{"code":"330624","title":{"zh":"县","en":"County"},"demo":true,"rules_version":"r",
        "stations":[],"alarms":[],"commands":[],"groups":[],"templates":[],"people":[]}"#;
    serde_json::from_str(words).unwrap()
}

fn at(minute: i64) -> Time {
    Time::from_ms(1_787_300_000_000).plus_ms(minute * 60_000)
}

/// What may stand behind an input, also about what is not there.
fn effect() -> impl Strategy<Value = Effect> {
    let level = (0u8..5, 0u8..5, 0u32..5, 0u16..2);
    prop_oneof![
        4 => level.prop_map(|(prev, level, subject, rule)| Effect::Transition(Transition {
            rule: RuleSlot(rule), subject: StationSlot(subject), prev, level, time: at(0),
        })),
        1 => any::<bool>().prop_map(|on| Effect::System {
            kind: SystemKind::BlindSpot, subject: "s1/level".to_owned(), on, at: at(1), level: None, owner: None,
        }),
        1 => Just(Effect::Annunciate {
            situation: SituationId(7), level: Level::Red, reason: NoticeReason::New, at: at(1),
        }),
        1 => Just(Effect::Task { command: "c".into(), task: "c.p".into() }),
        1 => Just(Effect::Command { command: "c".into() }),
    ]
}

fn observed(series: u32, minute: i64, value: i64) -> Input {
    Input::Observed(Observed {
        interface: 0,
        series: SeriesSlot(series),
        observed: at(minute),
        received: at(minute),
        value,
        revision: 0,
        quality: Quality::Good,
        late: false,
        too_late: false,
        suspect: false,
    })
}

/// Every number under `entry` or `entries`.
fn cited(value: &serde_json::Value, into: &mut BTreeSet<u64>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("entry", value) => into.extend(value.as_u64()),
                    ("entries", serde_json::Value::Array(list)) => {
                        into.extend(list.iter().filter_map(serde_json::Value::as_u64));
                    }
                    (_, value) => cited(value, into),
                }
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| cited(value, into)),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_journal_can_be_accounted_for(
        inputs in proptest::collection::vec((0u32..4, -5_000i64..5_000, proptest::collection::vec(effect(), 0..4)), 0..40)
    ) {
        let world = Bare(config());
        let scope = Scope { from: at(0), to: at(100), incident: None };
        let mut chronicle = Chronicle::begin(scope, &county());
        let wanted = vec![("s0".to_owned(), "level".to_owned())];
        let mut readings = Readings::new(&world.0, wanted, (at(0), at(100)));
        let (mut number, mut known, mut changes) = (100, BTreeSet::new(), 0);
        for (minute, (series, value, effects)) in inputs.iter().enumerate() {
            let input = observed(*series, minute as i64, *value);
            number += 1;
            let entry = number;
            let outcomes: Vec<(u64, &Effect)> = effects.iter().map(|effect| { number += 1; (number, effect) }).collect();
            known.extend(entry..=number);
            changes += effects.iter().filter(|e| {
                matches!(e, Effect::Transition(t) if t.subject.0 < 3 && t.rule.0 < 1)
            }).count();
            let passed = Passed { number: entry, at: at(minute as i64), input: Some(&input), outcomes: &outcomes };
            chronicle.take(&passed, &world);
            readings.take(&passed);
        }
        let mut report: Report = chronicle.finish(&county(), &world);
        readings.finish(&mut report, 8);
        let mut all = BTreeSet::new();
        cited(&serde_json::to_value(&report).unwrap(), &mut all);
        prop_assert!(all.is_subset(&known), "{:?}", all.difference(&known).collect::<Vec<_>>());
        prop_assert_eq!(report.record.inputs, inputs.len() as u64);
        let told: usize = report.alarms.iter().map(|row| row.changes.len()).sum();
        prop_assert_eq!(told, changes, "no change of level is lost");

        let (voices, local, ground) = (Voices::default(), Local::of(None, "330624"), Ground::default());
        for language in [Language::Chinese, Language::English] {
            let setting = Setting { voices: &voices, local: &local, ground: &ground, language };
            let document = report.compose(setting);
            prop_assert!(!document.page().contains("<站>"), "what was written is escaped");
            for sheet in Sheet::ALL {
                prop_assert!(!report.csv(sheet, &voices, language).is_empty());
            }
        }
        prop_assert_eq!(&report.geojson()["type"], "FeatureCollection");
    }
}
