//! The site of that night.

use std::path::Path;

use super::super::small;
use crate::support::*;
use model::Level;
use model::command::{Field, FieldKind, TemplateKind};
use model::config::{
    Area, AreaKind, Call, CommandPolicy, Config, ContactLimit, Escalation, EscalationStep,
    Grouping, Limits, Occasion, Person, Post, Role, Roster, Target, Template, Text,
};
use model::incident::EventClass;
use model::page::Channel;
use runtime::Options;

/// The site, with its files in their first or second edition.
pub(in super::super) fn options(data: &Path) -> Options {
    Options {
        configs: vec![county_with_a_desk("1")],
        ..small(data)
    }
}

pub(super) fn county_with_a_desk(edition: &str) -> Config {
    let mut config = county("A", 3, 0);
    config.rules_version = edition.to_owned();
    let person = |id: &str, role, contacts: &[Channel]| Person {
        id: id.into(),
        role,
        township: Some("T1".to_owned()),
        substitute: None,
        contacts: contacts.to_vec(),
    };
    let both = [Channel::Sms, Channel::Voice];
    config.people = vec![
        person("wang", Role::DutyOfficer, &[Channel::Desk, Channel::Sms]),
        person("li", Role::DutyOfficer, &both),
        person("chen", Role::DutyOfficer, &both),
        person("zhang", Role::Responder, &both),
        person("zhao", Role::Responder, &[Channel::Sms]),
    ];
    config.areas = vec![Area {
        code: "T1".to_owned(),
        kind: AreaKind::Township,
        title: Text::same("T1"),
        parent: None,
        people: 4_000,
    }];
    for station in &mut config.stations {
        station.township = Some("T1".to_owned());
    }
    config.templates.push(evacuation(&config.templates[0]));
    config.event_classes = EventClass::defaults();
    config.organisation.posts = posts();
    config.organisation.escalations = escalations();
    config.organisation.limits = vec![ContactLimit {
        channel: Channel::Sms,
        count: 3,
        per_ms: 10 * MINUTE,
    }];
    config.policy.lease_ms = [0, 0, 60 * MINUTE, 30 * MINUTE];
    config.policy.command = CommandPolicy {
        mass_above: 20,
        hold_ms: 10_000,
        prepared_ms: 10 * MINUTE,
        approve_from: 4,
        end_seen_ms: 5 * MINUTE,
        decide_ms: [0, 0, 0, 15 * MINUTE],
        call_next_ms: MINUTE,
    };
    config.policy.grouping = Grouping {
        wait_ms: [60_000, 30_000, 10_000, 0],
        interval_ms: 3 * MINUTE,
        repeat_ms: [0, 0, 30 * MINUTE, 15 * MINUTE],
        ..Grouping::default()
    };
    config.policy.limits = Limits {
        silence_ms: 12 * HOUR,
        silence_red_ms: 2 * HOUR,
        shelve_ms: 12 * HOUR,
        warn_ms: 10 * MINUTE,
        ..Limits::default()
    };
    config
}

fn evacuation(plain: &Template) -> Template {
    Template {
        id: "move".to_owned(),
        kind: TemplateKind::Evacuation,
        fields: vec![Field {
            id: "road".to_owned(),
            title: Text::same("road"),
            required: false,
            kind: FieldKind::Text,
        }],
        ..plain.clone()
    }
}

fn posts() -> Vec<Post> {
    let post = |id: &str, people: &[&str], roster| Post {
        id: id.into(),
        title: Text::same(id),
        kind: id.to_owned(),
        unit: None,
        township: None,
        people: people.iter().map(|id| (*id).into()).collect(),
        roster,
    };
    let roster = Roster {
        from: at(-60),
        shifts_ms: vec![2 * HOUR],
        crews: vec![vec!["wang".into()], vec!["li".into()]],
        least: 1,
        sign_in_ms: Some(10 * MINUTE),
        handover: true,
    };
    vec![
        post("desk", &[], Some(roster)),
        post("leader", &["chen"], None),
        post("village", &["zhang", "zhao"], None),
    ]
}

fn escalations() -> Vec<Escalation> {
    let to = |target| Call {
        to: vec![target],
        by: Vec::new(),
    };
    let step = |after_ms, target, must| EscalationStep {
        after_ms,
        calls: vec![to(target)],
        must,
    };
    let one = |id: &str, occasion, levels: &[Level], steps| Escalation {
        id: id.to_owned(),
        title: Text::same(id),
        occasion,
        levels: levels.to_vec(),
        hazards: Vec::new(),
        confirm_all: occasion != Occasion::Situation,
        steps,
        loops: 1,
        loop_after_ms: 5 * MINUTE,
        exhausted: Vec::new(),
    };
    let post = |id: &str| Target::Post(id.into());
    vec![
        one(
            "red",
            Occasion::Situation,
            &[Level::Orange, Level::Red],
            vec![
                step(0, post("desk"), false),
                step(2 * MINUTE, post("leader"), true),
                step(4 * MINUTE, Target::Township("village".to_owned()), false),
            ],
        ),
        one(
            "roll",
            Occasion::RollCall,
            &[],
            vec![step(0, Target::Called, false)],
        ),
        one(
            "test",
            Occasion::Test,
            &[],
            vec![step(0, Target::Called, false)],
        ),
    ]
}
