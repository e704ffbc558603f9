//! Two weeks of a fire department's real orders through the loop of commands: 10,410 orders with
//! the times at which each was given, acknowledged, on the scene and done.
//!
//! Every order has to end as its record says, and the board has to show the record's own times.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::support;
use engine::Engine;
use model::action::{Act, Action, IssueCommand};
use model::config::{Person, Role, TaskClocks, Template, Text};
use model::task::{Fact, FactKind, Stage};
use model::view::TaskView;
use model::{CommandId, Effects, Input, Level, PersonId, Seal, TaskId, Time};

/// One unit sent to one call.
struct Order {
    id: String,
    unit: String,
    dispatched: Time,
    responding: Option<Time>,
    /// On the scene, or already under way with a patient.
    there: Option<Time>,
    available: Option<Time>,
}

fn read() -> Option<Vec<Order>> {
    let shared = std::env::var_os("WATCHFIRE_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/us-sf-dispatch-2020/commands.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no ../shared/data/us-sf-dispatch-2020");
        return None;
    };
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let time = |place: usize| cells[place].parse::<Time>().ok();
        Order {
            id: cells[0].to_owned(),
            unit: cells[2].to_owned(),
            dispatched: time(8).unwrap(),
            responding: time(9),
            there: time(10).or(time(11)),
            available: time(13),
        }
    });
    Some(rows.collect())
}

/// What is pressed about an order, in the order of its record.
fn presses(order: &Order) -> Vec<(Time, &'static str)> {
    let mut presses = vec![(order.dispatched, "issue"), (order.dispatched, "delivered")];
    let mut step = |at: Option<Time>, words: &[&'static str]| {
        presses.extend(words.iter().filter_map(|word| Some((at?, *word))));
    };
    step(order.responding, &["accepted", "en-route"]);
    step(order.there, &["on-scene"]);
    let end = if order.there.is_some() {
        "done"
    } else {
        "cancel"
    };
    step(order.available, &[end]);
    presses
}

/// The department: every unit a person, one officer who sends them.
fn engine(orders: &[Order], ack_by_ms: i64) -> Engine {
    let person = |id: &str, role: Role| Person {
        id: id.into(),
        role,
        township: None,
        substitute: None,
        contacts: Vec::new(),
    };
    let mut config = support::script::blank();
    let units: BTreeSet<&str> = orders.iter().map(|o| o.unit.as_str()).collect();
    config.people = units.iter().map(|u| person(u, Role::Responder)).collect();
    config.people.push(person("dispatcher", Role::DutyOfficer));
    let clocks = TaskClocks {
        ack_by_ms: Some(ack_by_ms),
        ..TaskClocks::default()
    };
    config.templates = vec![Template {
        id: "dispatch".into(),
        title: Text::same("dispatch"),
        wording: Text::same("go"),
        clocks: [clocks; 4],
        ..Template::default()
    }];
    Engine::new(Arc::new(config))
}

fn act(order: &Order, word: &str, at: Time) -> Act {
    let command = CommandId(order.id.clone());
    let task = TaskId::of(&command, &PersonId(order.unit.clone()));
    let report = |kind: FactKind| Action::ReportTask(support::reports::bare(task.clone(), kind));
    let (action, by_desk) = match word {
        "issue" => {
            let issue = IssueCommand {
                alarm: None,
                template: "dispatch".into(),
                level: Level::Orange,
                groups: Vec::new(),
                people: vec![PersonId(order.unit.clone())],
                wording: Seal("0".repeat(64)),
                clocks: None,
                count: None,
                supersedes: None,
                villages: Vec::new(),
                situation: None,
                alarms: Vec::new(),
                shown: Vec::new(),
            };
            (Action::IssueCommand(issue), true)
        }
        "cancel" => {
            let cancel = Action::CancelCommand {
                command,
                reason: None,
            };
            (cancel, true)
        }
        "delivered" => (report(FactKind::Delivered), false),
        "accepted" => (report(FactKind::Accepted), false),
        "en-route" => (report(FactKind::EnRoute), false),
        "on-scene" => (report(FactKind::OnScene), false),
        "done" => (report(FactKind::Done), false),
        other => panic!("no press: {other}"),
    };
    let op = if word == "issue" {
        order.id.as_str().into()
    } else {
        format!("{}/{word}", order.id).as_str().into()
    };
    Act {
        op,
        by: if by_desk {
            "dispatcher".into()
        } else {
            order.unit.as_str().into()
        },
        role: if by_desk {
            Role::DutyOfficer
        } else {
            Role::Responder
        },
        device_at: Some(at),
        action,
    }
}

/// Plays the two weeks as a live loop would: it wakes for every deadline at its instant.
fn play(orders: &[Order], ack_by_ms: i64) -> Engine {
    let mut engine = engine(orders, ack_by_ms);
    let mut list: Vec<(Time, usize, usize, &str)> = Vec::new();
    for (n, order) in orders.iter().enumerate() {
        let steps = presses(order).into_iter().enumerate();
        list.extend(steps.map(|(step, (at, word))| (at, n, step, word)));
    }
    list.sort_unstable();
    let mut out = Effects::default();
    for (at, n, _, word) in list {
        while let Some(due) = engine.next_deadline().filter(|due| *due < at) {
            engine.apply(due, &Input::Ticked, &mut out);
        }
        let act = act(&orders[n], word, at);
        engine.apply(at, &Input::Acted(Box::new(act.clone())), &mut out);
        let answer = engine.answer(&act.op);
        assert_eq!(
            answer,
            Some(&model::action::Answer::Done),
            "{} {word}",
            orders[n].id
        );
        drop(out.drain());
    }
    engine
}

/// The state a record says an order ended in.
fn recorded_end(order: &Order) -> Stage {
    match (order.there, order.available, order.responding) {
        (Some(_), Some(_), _) => Stage::Done,
        (None, Some(_), _) => Stage::Cancelled,
        (Some(_), None, _) => Stage::OnScene,
        (None, None, Some(_)) => Stage::EnRoute,
        (None, None, None) => Stage::Delivered,
    }
}

fn at(task: &TaskView, kind: FactKind) -> Option<Time> {
    let fact = task.facts.iter().find(|f| f.kind == kind);
    fact.map(|f| f.at)
}

/// What the board shows of an order, beside its record.
fn check(engine: &Engine, order: &Order) -> TaskView {
    let id = TaskId::of(&CommandId(order.id.clone()), &PersonId(order.unit.clone()));
    let task = engine.task_view(&id).unwrap();
    assert_eq!(task.stage, recorded_end(order), "{}", order.id);
    let end = recorded_end(order);
    let shown = [
        (FactKind::Issued, Some(order.dispatched)),
        (FactKind::Delivered, Some(order.dispatched)),
        (FactKind::Accepted, order.responding),
        (FactKind::EnRoute, order.responding),
        (FactKind::OnScene, order.there),
        (
            FactKind::Done,
            order.available.filter(|_| end == Stage::Done),
        ),
        (
            FactKind::Cancelled,
            order.available.filter(|_| end == Stage::Cancelled),
        ),
    ];
    for (kind, time) in shown {
        assert_eq!(at(&task, kind), time, "{} {kind:?}", order.id);
    }
    task
}

/// Orders that an escalation after this long calls again: neither acknowledged nor over by then.
fn silent_after(orders: &[Order], ms: i64) -> usize {
    let silent = orders.iter().filter(|order| {
        let due = order.dispatched.plus_ms(ms);
        let over = order.available.is_some_and(|at| at < due);
        let heard = [order.responding, order.there].into_iter().flatten().min();
        !over && heard.is_none_or(|at| at >= due)
    });
    silent.count()
}

#[test]
fn every_order_of_two_weeks_ends_as_its_record_says() {
    let Some(orders) = read() else { return };
    assert_eq!(orders.len(), 10_410);
    for seconds in [60, 120] {
        let engine = play(&orders, seconds * 1000);
        let mut called_again = 0;
        let mut ends = std::collections::BTreeMap::new();
        for order in &orders {
            let task = check(&engine, order);
            // After a cancellation the unit is called about that; the record knows no answer to it.
            let open = task.facts.iter();
            let open = open.take_while(|f| f.kind != FactKind::Cancelled);
            let again = |f: &Fact| f.kind == FactKind::Escalated { step: 1 };
            called_again += usize::from(open.into_iter().any(again));
            let answered = order.responding.is_some();
            *ends.entry((task.stage, answered)).or_insert(0u32) += 1;
        }
        println!(
            "escalation after {seconds} s: {called_again} of {} orders called again, {:.1} %",
            orders.len(),
            called_again as f64 * 100.0 / orders.len() as f64
        );
        assert_eq!(called_again, silent_after(&orders, seconds * 1000));
        for ((stage, answered), count) in ends {
            println!("  {stage:?}, acknowledged {answered}: {count}");
        }
    }
}
