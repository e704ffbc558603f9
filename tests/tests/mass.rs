//! A command to everybody: the board is what their phones have pressed, at every moment. Two hundred
//! people; two thousand in the long form of the tests.
//!
//! Three in ten phones lose the network for twenty minutes, one in twenty never answers. What is held
//! against the truth is the list over REST and the feed of the desk; figures are printed, not judged,
//! since the machine is shared. `WATCHFIRE_MASS_PACE` is how many site seconds pass in one.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use outside::{Dice, Front, Server, Session, count, seed};
use serde_json::{Value, json};
use tokio::sync::watch;

use board::{Board, ops, seconds};
use people::{
    COMMAND, Kind, SUBSTITUTES, WORDING, away, dark, is_silent, kind_of, mute, people, person, site,
};
use phone::{Phone, Truth, World};

#[path = "mass/board.rs"]
mod board;
#[path = "mass/people.rs"]
mod people;
#[path = "mass/phone.rs"]
mod phone;

#[test]
fn everybody_is_told_and_the_board_is_right_at_every_moment() {
    story(count("WATCHFIRE_MASS_PACE", 60) as f64);
}

/// The same in the time it really takes, half an hour.
#[test]
#[ignore = "half an hour"]
fn the_same_in_real_time() {
    story(1.0);
}

/// A phone broke off: whoever waits for it need not wait.
static BROKEN: AtomicBool = AtomicBool::new(false);

fn story(pace: f64) {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |what| {
        if !BROKEN.swap(true, Ordering::Relaxed) {
            usual(what);
        }
    }));
    let mut dice = Dice(seed());
    let dir = tempfile::tempdir().unwrap();
    let site = site(dir.path(), pace);
    let server = Server::start(&site, &dir.path().join("data"));
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    threads.block_on(play(&server, pace, &mut dice));
    drop(threads);
    let hash = server.hash();
    assert!(server.stop().success());
    let again = Server::start(&site, &dir.path().join("data"));
    let tasks = again.json("/api/v1/commands")[0]["tasks"].clone();
    assert_eq!(tasks.as_array().unwrap().len(), people() + SUBSTITUTES);
    println!("decision state {hash}");
    assert!(again.stop().success());
}

async fn play(server: &Server, pace: f64, dice: &mut Dice) {
    let (told, over) = (watch::Sender::new(false), watch::Sender::new(false));
    let world = Arc::new(World {
        front: Front::at(&server.http),
        truth: Truth::default(),
        pace,
        told,
        over,
    });
    let duty = world.front.login("p-duty", "mass").await;
    let lead = world.front.login("p-lead", "mass").await;
    let board = Arc::new(Mutex::new(Board::default()));
    let desk = tokio::spawn(watch_board(
        duty.clone(),
        Arc::clone(&world),
        Arc::clone(&board),
    ));

    let began = Instant::now();
    let phones = open_phones(&world, dice).await;
    println!(
        "{} phones are open after {:.1} s",
        phones.len(),
        began.elapsed().as_secs_f64()
    );

    let until = issue(&duty, &lead, &board).await;
    let hold_ends = seconds(&until);
    let checks = tokio::spawn(check_often(
        lead.clone(),
        Arc::clone(&world),
        Arc::clone(&board),
    ));
    wait_for("everybody online is told", || {
        let arrived = world.truth.arrived.lock().unwrap().len();
        arrived == online() || board.lock().unwrap().failure.is_some()
    })
    .await;
    world.told.send_replace(true);
    tell_arrival(&world, &board, hold_ends);

    wait_for(
        "every phone that answers has answered, and the silent have had their steps",
        || {
            let confirmed = world.truth.confirmed.lock().unwrap().len();
            let board = board.lock().unwrap();
            (confirmed == presses() && board.notices.len() == silent()) || board.failure.is_some()
        },
    )
    .await;
    world.over.send_replace(true);
    let rounds = checks.await.unwrap();
    for phone in phones {
        phone.await.unwrap();
    }
    settle(&lead, &world, &board, &until).await;
    desk.await.unwrap();
    tell_answers(&world, &board, &rounds);
}

fn silent() -> usize {
    mute() + dark()
}

/// Phones with an open socket when the hold ends.
fn online() -> usize {
    people() - away() - dark()
}

/// Presses that are confirmed in the end.
fn presses() -> usize {
    let of = |place: usize| match kind_of(place) {
        Kind::Dark => 0,
        Kind::Mute => 1,
        Kind::Cut => 3,
        Kind::Prompt | Kind::Away if place % 10 == 1 => 5,
        Kind::Prompt | Kind::Away => 3,
    };
    let substitutes = (0..SUBSTITUTES).map(|place| if place % 10 == 1 { 5 } else { 3 });
    (0..people()).map(of).sum::<usize>() + substitutes.sum::<usize>()
}

/// Logs everybody in whose phone is on, and waits until each has its first snapshot.
async fn open_phones(world: &Arc<World>, dice: &mut Dice) -> Vec<tokio::task::JoinHandle<()>> {
    let (ready, mut all) = tokio::sync::mpsc::channel(people());
    let everyone = (0..people()).map(|place| (person(place), kind_of(place)));
    let substitutes = (0..SUBSTITUTES).map(|n| (format!("s-{n:04}"), Kind::Prompt));
    let mut phones = Vec::new();
    for (id, kind) in everyone.chain(substitutes) {
        if kind == Kind::Dark {
            continue;
        }
        let (world, ready) = (Arc::clone(world), ready.clone());
        let slow_s = 2.0 + dice.below(90) as f64;
        phones.push(tokio::spawn(async move {
            let session = world.front.login(&id, "mass").await;
            let phone = Phone {
                world,
                id,
                kind,
                session,
                slow_s,
            };
            phone.live(ready).await;
        }));
    }
    for _ in 0..phones.len() {
        all.recv().await.unwrap();
    }
    phones
}

/// The number typed wrong, then right; one's own approval refused, another's taken. Gives the end of the
/// hold.
async fn issue(duty: &Session, lead: &Session, board: &Mutex<Board>) -> Value {
    let order = json!({"action": "issue_command", "template": "move", "level": 4,
                       "groups": ["everyone"], "wording": WORDING});
    let done = json!({"answer": "done"});
    let refused = |why: &str| json!({"answer": "refused", "why": why});
    assert_eq!(duty.act(COMMAND, order, None).await, done);
    let confirm =
        |count: usize| json!({"action": "confirm_command", "command": COMMAND, "count": count});
    let wrong = duty.act("count-1", confirm(people() - 1), None).await;
    assert_eq!(wrong, refused("count_differs"));
    assert_eq!(duty.act("count-2", confirm(people()), None).await, done);
    let approve = json!({"action": "approve_command", "command": COMMAND, "approve": true});
    let own = duty.act("approve-1", approve.clone(), None).await;
    assert_eq!(own, refused("approver_is_owner"));
    let began = Instant::now();
    assert_eq!(lead.act("approve-2", approve, None).await, done);
    println!("approved in {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
    let mut until = Value::Null;
    wait_for("the hold is on the board", || {
        let phase = &board.lock().unwrap().command["phase"];
        until = phase["until"].clone();
        phase["phase"] == "held" || phase["phase"] == "issued"
    })
    .await;
    assert!(until.is_string(), "the hold was seen before it ended");
    until
}

async fn watch_board(duty: Session, world: Arc<World>, board: Arc<Mutex<Board>>) {
    let mut feed = duty.feed(None).await;
    let mut over = world.over.subscribe();
    let mut left = None;
    loop {
        let message = tokio::select! {
            message = feed.next() => message,
            _ = over.wait_for(|over| *over), if left.is_none() => {
                left = Some(Instant::now());
                continue;
            }
        };
        board
            .lock()
            .unwrap()
            .hear(&message, &world.truth, world.pace);
        if left.is_some_and(|at| at.elapsed() > Duration::from_secs(6)) {
            return;
        }
    }
}

/// Holds the board against what was pressed, again and again, until the story is over.
async fn check_often(lead: Session, world: Arc<World>, board: Arc<Mutex<Board>>) -> Vec<Duration> {
    let mut took = Vec::new();
    let over = world.over.subscribe();
    while !*over.borrow() {
        took.push(check(&lead, &world, &board).await);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    took
}

/// Everything that was confirmed before is on the board, once, and nothing that nobody pressed; and the
/// desk's feed says the same once it has come as far.
async fn check(lead: &Session, world: &World, board: &Mutex<Board>) -> Duration {
    let confirmed = world.truth.confirmed();
    let began = Instant::now();
    let listed = lead.get("/api/v1/commands").await;
    let took = began.elapsed();
    let pressed = world.truth.pressed();
    let tasks = listed[0]["tasks"].as_array().unwrap();
    let on_list = ops(tasks.iter());
    for op in &confirmed {
        assert_eq!(
            on_list.get(op),
            Some(&1),
            "{op} was confirmed and is not on the list once"
        );
    }
    for (op, times) in &on_list {
        assert!(
            pressed.contains(op) && *times == 1,
            "{op} is on the list {times} times"
        );
    }
    let health = lead.get("/healthz").await;
    let seq = health["seq"].as_u64().unwrap();
    wait_for("the desk has heard as much", || {
        let board = board.lock().unwrap();
        board.heard >= seq || board.failure.is_some()
    })
    .await;
    let board = board.lock().unwrap();
    assert_eq!(board.failure, None);
    let on_board = ops(board.tasks.values());
    for op in on_list.keys() {
        assert_eq!(
            on_board.get(op),
            Some(&1),
            "{op} is on the list and not on the desk's board"
        );
    }
    took
}

/// At the end each task stands as its person left it, and the list is what the desk has heard.
async fn settle(lead: &Session, world: &World, board: &Mutex<Board>, hold_ends: &Value) {
    check(lead, world, board).await;
    let listed = lead.get("/api/v1/commands").await;
    let listed: BTreeMap<&str, &Value> = listed[0]["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| (task["id"].as_str().unwrap(), task))
        .collect();
    let board = board.lock().unwrap();
    assert_eq!(board.failure, None);
    assert_eq!(listed.len(), people() + SUBSTITUTES);
    assert_eq!(board.tasks.len(), listed.len());
    for (id, task) in &board.tasks {
        assert_eq!(&task, &listed[id.as_str()], "the desk knows {id} as it is");
    }
    assert_eq!(
        board.command["issued"], *hold_ends,
        "nobody was told before the hold was over"
    );
    let mut owed: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (task, fact) in world.truth.pressed.lock().unwrap().values() {
        owed.entry(task.clone()).or_default().push(fact);
    }
    for (id, task) in &listed {
        let said: Vec<&str> = of_person(task, true);
        let mut said_sorted = said.clone();
        said_sorted.sort_unstable();
        let mut pressed = owed.remove(*id).unwrap_or_default();
        pressed.sort_unstable();
        assert_eq!(said_sorted, pressed, "{id}: each fact once, none lost");
        let last = said.last().copied();
        let place: Option<usize> = task["person"]
            .as_str()
            .and_then(|p| p.strip_prefix("p-")?.parse().ok());
        let silent = place.is_some_and(|place| is_silent(kind_of(place)));
        let steps = of_person(task, false);
        if silent {
            assert!(
                last.is_none() || last == Some("delivered"),
                "{id}: {last:?}"
            );
            assert_eq!(steps[..2], ["no_reply", "escalated"], "{id}");
            assert_eq!(steps.last(), Some(&"escalated"), "{id}");
            assert!(steps.len() == 3 || steps.len() == 4, "{id}: {steps:?}");
            assert_eq!(task["next"], Value::Null, "{id}: the desk has it now");
            assert!(board.notices.contains(*id), "{id} is told to the desk");
        } else {
            assert_eq!(
                task["stage"],
                last.unwrap(),
                "{id} stands as its person left it"
            );
            assert!(!board.notices.contains(*id), "{id} has answered");
        }
        assert_eq!(task["conflict"], false, "{id}");
    }
    assert!(owed.is_empty(), "presses on no task: {owed:?}");
}

/// Names of the facts that people pressed, or that the system added by itself.
fn of_person(task: &Value, people: bool) -> Vec<&str> {
    let facts = task["facts"].as_array().unwrap().iter();
    facts
        .filter(|fact| fact["fact"] != "issued" && fact["op"].is_string() == people)
        .map(|fact| fact["fact"].as_str().unwrap())
        .collect()
}

async fn wait_for(what: &str, mut held: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(2400);
    while !held() {
        assert!(
            !BROKEN.load(Ordering::Relaxed),
            "{what}: somebody broke off"
        );
        assert!(Instant::now() < until, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn tell_arrival(world: &World, board: &Mutex<Board>, hold_ends: f64) {
    let board = board.lock().unwrap();
    assert_eq!(board.failure, None);
    let end = board.when(hold_ends, world.pace);
    let arrived = world.truth.arrived.lock().unwrap();
    let mut after: Vec<f64> = arrived.values().map(|at| since(*at, end)).collect();
    after.sort_by(f64::total_cmp);
    let desk = board
        .shown
        .get(COMMAND)
        .map_or(f64::NAN, |at| since(*at, end));
    println!(
        "from the end of the hold to {} open sockets: first {:.0} ms, half {:.0} ms, 99 % {:.0} ms, last {:.0} ms; the desk {desk:.0} ms",
        after.len(),
        after[0],
        part(&after, 0.5),
        part(&after, 0.99),
        after[after.len() - 1],
    );
}

fn tell_answers(world: &World, board: &Mutex<Board>, rounds: &[Duration]) {
    let board = board.lock().unwrap();
    let confirmed = world.truth.confirmed.lock().unwrap();
    let mut behind: Vec<f64> = confirmed
        .iter()
        .map(|(op, at)| since(board.shown[op], *at))
        .collect();
    behind.sort_by(f64::total_cmp);
    let millis = |all: &[Duration]| {
        let mut all: Vec<f64> = all.iter().map(|d| d.as_secs_f64() * 1e3).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let answers = millis(&world.truth.answers.lock().unwrap());
    let lists = millis(rounds);
    for (what, all) in [
        ("a press's answer, in ms", &answers),
        ("on the desk's board after the answer, in ms", &behind),
        ("the whole list over REST, in ms", &lists),
    ] {
        println!(
            "{what}: half {:.1}, 99 % {:.1}, worst {:.1} of {}",
            part(all, 0.5),
            part(all, 0.99),
            all[all.len() - 1],
            all.len()
        );
    }
    let bytes = *world.truth.bytes.lock().unwrap();
    let lost = *world.truth.lost.lock().unwrap();
    println!(
        "{} MB came to the phones; {lost} fell behind and came back",
        bytes / 1_000_000
    );
}

fn since(at: Instant, from: Instant) -> f64 {
    at.checked_duration_since(from)
        .map_or_else(|| -(from - at).as_secs_f64(), |d| d.as_secs_f64())
        * 1e3
}

fn part(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}
