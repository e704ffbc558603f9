//! Tiny jurisdictions and a site around them, for the stories of this folder.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::path::Path;

use model::action::{Act, Action, Answer, IssueCommand};
use model::config::{
    Bound, Clock, Config, Delays, Flapping, Group, Interface, LatePolicy, Measure, Person, Policy,
    Quantity, Role, Rule, Series, Side, Station, TaskClocks, Template, Text, Watch,
};
use model::intake::{Counts, Quality, Taken};
use model::view::TransitionView;
use model::{
    Decimals, GroupId, JurisdictionSlot, Level, OpId, PersonId, RuleSlot, Seal, SeriesSlot,
    StationSlot, Time,
};
use runtime::{Draft, Item, Options, Runtime};
use store::{JournalOptions, Store};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

/// 2026-07-15T00:00:00Z and so many minutes.
pub fn at(minutes: i64) -> Time {
    "2026-07-15T00:00:00Z"
        .parse::<Time>()
        .unwrap()
        .plus_ms(minutes * MINUTE)
}

/// A jurisdiction of so many gauges, with levels at 10, 11, 12 and 13 m that hold `on_ms`.
pub fn county(code: &str, gauges: u32, on_ms: i64) -> Config {
    let bound = |raise: i64| {
        Some(Bound {
            raise,
            reset: raise,
        })
    };
    let delays = Delays {
        on_ms,
        off_ms: on_ms,
    };
    let person = |id: &str, role| Person {
        id: id.into(),
        role,
        township: None,
        substitute: None,
        contacts: Vec::new(),
    };
    Config {
        code: code.to_owned(),
        title: Text::same(code),
        demo: false,
        rules_version: "1".to_owned(),
        interfaces: ["mqtt", "http"]
            .map(|id| Interface {
                id: id.to_owned(),
                title: Text::same(id),
                late: LatePolicy::Discard,
            })
            .to_vec(),
        quantities: vec![Quantity {
            id: "level".to_owned(),
            title: Text::same("level"),
            unit: "m".to_owned(),
            decimals: Decimals(2),
            range: None,
        }],
        stations: (0..gauges)
            .map(|n| Station {
                id: format!("{code}-{n:04}"),
                name: Text::same("gauge"),
                position_e6: None,
                kind: "river".to_owned(),
                township: None,
                tags: Vec::new(),
                ..Station::default()
            })
            .collect(),
        series: (0..gauges)
            .map(|n| Series {
                station: StationSlot(n),
                quantity: 0,
                interval_ms: Some(5 * MINUTE),
                silence_normal: false,
                ..Series::default()
            })
            .collect(),
        rules: vec![Rule {
            id: "threshold:level".to_owned(),
            title: Text::same("level"),
            hazard: "flood".to_owned(),
            measure: Measure::Value,
            side: Side::Above,
            delays: [delays; 4],
            min_hold_ms: 0,
            latch: false,
            unknown_when_stale: false,
            reopen_ms: 30 * MINUTE,
            advice: Text::same(""),
            ..Rule::default()
        }],
        watches: (0..gauges)
            .map(|n| Watch {
                rule: RuleSlot(0),
                series: SeriesSlot(n),
                bounds: [bound(1000), bound(1100), bound(1200), bound(1300)],
                ..Watch::default()
            })
            .collect(),
        people: vec![
            person("wang", Role::DutyOfficer),
            person("zhang", Role::Responder),
        ],
        groups: vec![Group {
            id: "village".into(),
            title: Text::same("village"),
            members: vec!["zhang".into()],
            posts: Vec::new(),
        }],
        templates: vec![Template {
            id: "evacuate".to_owned(),
            title: Text::same("evacuate"),
            wording: Text::same("go"),
            clocks: [TaskClocks {
                ack_by_ms: Some(5 * MINUTE),
                ..TaskClocks::default()
            }; 4],
            proof: false,
            ..Template::default()
        }],
        policy: Policy {
            flapping: Flapping::default(),
            ..Policy::default()
        },
        ..Config::default()
    }
}

/// Options with small files, so that tests are quick and the disk is left alone; on the store that the
/// tests run on.
pub fn options(data: &Path, clock: Clock, configs: Vec<Config>) -> Options {
    Options {
        store: Store::for_tests(data),
        ..options_on_files(data, clock, configs)
    }
}

/// The same on files whatever the tests run on, for what is asked of files.
pub fn options_on_files(data: &Path, clock: Clock, configs: Vec<Config>) -> Options {
    Options {
        journal: JournalOptions {
            segment_bytes: 1 << 20,
            reserve_bytes: 64 << 10,
        },
        ..Options::new(data.to_owned(), clock, configs)
    }
}

/// The same site, whose readings are carried all the way by the thread that submits them.
pub fn by_hand(mut site: Runtime) -> Runtime {
    let (inbox, hand) = site.lend();
    site.inbox = inbox;
    tokio::spawn(hand.lend());
    site
}

/// One reading of a gauge of the first jurisdiction, observed at its arrival.
pub fn reading(gauge: u32, minutes: i64, value: i64) -> Draft {
    Draft {
        edition: 0,
        jurisdiction: JurisdictionSlot(0),
        series: SeriesSlot(gauge),
        observed: at(minutes),
        received: None,
        value,
        revision: 0,
        quality: Quality::Good,
    }
}

/// Submits readings over the first interface and awaits what became of them.
pub async fn send(runtime: &Runtime, drafts: &[Draft]) -> Vec<Taken> {
    let items = drafts.iter().map(|d| Item::Reading(*d)).collect();
    runtime
        .inbox
        .readings(0, items)
        .await
        .unwrap()
        .await
        .unwrap()
}

/// All transitions so far.
pub async fn transitions(runtime: &Runtime) -> Vec<TransitionView> {
    runtime.transitions_after(0, 1_000_000).await.unwrap()
}

/// Counts of the first interface.
pub async fn counts(runtime: &Runtime) -> Counts {
    runtime
        .inbox
        .ask(|fleet| fleet.counts()["mqtt"])
        .await
        .unwrap()
}

/// The hash over the decision state.
pub async fn hash(runtime: &Runtime) -> String {
    runtime.inbox.ask(|fleet| fleet.hash().hash).await.unwrap()
}

/// A command to everybody in the village.
pub fn issue(op: &str) -> Act {
    Act {
        op: op.into(),
        by: PersonId::from("wang"),
        role: Role::DutyOfficer,
        device_at: None,
        action: Action::IssueCommand(IssueCommand {
            situation: None,
            alarms: Vec::new(),
            shown: Vec::new(),
            alarm: None,
            template: "evacuate".to_owned(),
            level: Level::Red,
            groups: vec![GroupId::from("village")],
            people: Vec::new(),
            wording: Seal("0".repeat(64)),
            clocks: None,
            count: None,
            supersedes: None,
            villages: Vec::new(),
        }),
    }
}

/// Presses in the first jurisdiction.
pub async fn press(runtime: &Runtime, act: Act) -> Answer {
    runtime.inbox.act(JurisdictionSlot(0), act).await.unwrap()
}

/// An op id.
pub fn op(text: &str) -> OpId {
    text.into()
}

/// A journal's records as they lie there, without the counts that follow the packing; and the chain
/// hash at its end.
pub fn records(data: &Path) -> (Vec<(u8, Vec<u8>)>, [u8; 32]) {
    const TALLIED: u8 = 8;
    let store = Store::of(data).unwrap();
    let last = store.verify().unwrap().last;
    let mut found = Vec::new();
    store
        .read(1, last.number, &mut |_, tag, payload| {
            if tag.kind != TALLIED {
                found.push((tag.kind, payload.to_vec()));
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    (found, last.hash)
}
