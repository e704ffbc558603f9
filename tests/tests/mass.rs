//! A command to two thousand people: the board is what their phones have pressed, at every moment.
//!
//! Three in ten phones lose the network for twenty minutes, one in twenty never answers. What is held
//! against the truth is the list over REST and the feed of the desk; figures are printed, not judged,
//! since the machine is shared. `WATCHFIRE_MASS_PACE` is how many site seconds pass in one.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use outside::{Dice, Feed, Front, Server, Session, count, root, seed};
use serde_json::{Value, json};
use tokio::sync::watch;

const PEOPLE: usize = 2000;
/// People who are called in for those who never answer.
const SUBSTITUTES: usize = 10;
/// Before the command comes these have no network; as many lose it when they have read it.
const AWAY: usize = 300;
/// Their app says that it has arrived, and they never answer.
const MUTE: usize = 50;
/// Nothing is ever heard of these.
const DARK: usize = 50;
/// How long a phone is without network, in seconds of the site.
const OFFLINE_S: f64 = 20.0 * 60.0;

const COMMAND: &str = "cmd-all";
const WORDING: &str = "All to the school on the hill, now.";
/// `mass`, by parameters that cost two thousand logins nothing; the site is a demonstration.
const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$38N49BCzy9Z18MxREDCG2Q$gJTGcNTX74e3sv1iYvBxVOaAe2hehMN4lOKnRodBFvM";

#[test]
fn two_thousand_people_and_the_board_is_right_at_every_moment() {
    story(count("WATCHFIRE_MASS_PACE", 40) as f64);
}

/// The same in the time it really takes, half an hour.
#[test]
#[ignore = "half an hour"]
fn two_thousand_people_in_real_time() {
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
    assert_eq!(tasks.as_array().unwrap().len(), PEOPLE + SUBSTITUTES);
    println!("decision state {hash}");
    assert!(again.stop().success());
}

/// How somebody's phone behaves in this night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Prompt,
    /// Without network before the command and long after.
    Away,
    /// Read it, lost the network, and answered without it.
    Cut,
    Mute,
    Dark,
}

fn kind_of(place: usize) -> Kind {
    // Spread over the county, so that no kind is one end of a list.
    let place = place * 7 % PEOPLE;
    match place {
        _ if place < DARK => Kind::Dark,
        _ if place < DARK + MUTE => Kind::Mute,
        _ if place < DARK + MUTE + AWAY => Kind::Away,
        _ if place < DARK + MUTE + 2 * AWAY => Kind::Cut,
        _ => Kind::Prompt,
    }
}

fn person(place: usize) -> String {
    format!("p-{place:04}")
}

/// The good site of the site tests with these people, whose clock goes `pace` times as fast.
fn site(folder: &Path, pace: f64) -> PathBuf {
    let site = folder.join("site");
    copy(&root().join("crates/site/tests/good"), &site);
    let file = site.join("site.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let policy = "[policy]\n";
    assert!(text.contains("factor = 60") && text.contains(policy));
    let text = text.replace("factor = 60", &format!("factor = {pace}"));
    // Ten seconds of the officer who may stop it, however fast the site's clock goes.
    let hold_s = 10.0 * pace;
    let text = text.replace(
        policy,
        &format!("[policy]\ncommand = {{ hold = \"{hold_s}s\", approve_from = \"red\" }}\n"),
    );
    std::fs::write(&file, text).unwrap();

    let mut people = "id,name,post_zh,post_en,role,township,phone,substitute\n\
        p-duty,陈值班,值班员,Duty officer,duty_officer,,0575-8600 0000,\n\
        p-lead,李县长,带班领导,Leader,duty_officer,,0575-8600 0001,\n\
        p-zhao,赵大坝,大坝管理员,Dam keeper,responder,330624103,,\n"
        .to_owned();
    let mut accounts = String::new();
    let mut login = |person: &str| {
        accounts.push_str(&format!(
            "[[account]]\nlogin = \"{person}\"\nperson = \"{person}\"\nhash = \"{HASH}\"\n"
        ));
    };
    login("p-duty");
    login("p-lead");
    let silent: Vec<usize> = (0..PEOPLE).filter(|p| is_silent(kind_of(*p))).collect();
    for place in 0..PEOPLE {
        let id = person(place);
        let stand_in = silent[..SUBSTITUTES].iter().position(|p| *p == place);
        let stand_in = stand_in.map_or(String::new(), |n| format!("s-{n:04}"));
        people.push_str(&format!(
            "{id},责任人{place:04},责任人,Keeper,responder,330624103,,{stand_in}\n"
        ));
        login(&id);
    }
    for place in 0..SUBSTITUTES {
        let id = format!("s-{place:04}");
        people.push_str(&format!(
            "{id},代班{place:04},代班,Deputy,responder,330624103,,\n"
        ));
        login(&id);
    }
    let members: Vec<String> = (0..PEOPLE).map(|p| format!("\"{}\"", person(p))).collect();
    let of = site.join("jurisdictions/330624");
    let groups = std::fs::read_to_string(of.join("groups.toml")).unwrap();
    let everyone = format!(
        "{groups}\n[[group]]\nid = \"everyone\"\ntitle = {{ zh = \"全体\", en = \"Everyone\" }}\nmembers = [{}]\n",
        members.join(", ")
    );
    std::fs::write(of.join("people.csv"), people).unwrap();
    std::fs::write(of.join("groups.toml"), everyone).unwrap();
    std::fs::write(of.join("templates.toml"), TEMPLATES).unwrap();
    std::fs::write(site.join("accounts.toml"), accounts).unwrap();
    site
}

const TEMPLATES: &str = r#"
[[template]]
id = "move"
title = { zh = "转移", en = "Move" }
wording = { zh = "立即转移到山上学校。", en = "All to the school on the hill, now." }
proof = false
correction = "disregard"
[template.clocks]
red = { ack_by = "5m" }
[[template]]
id = "disregard"
title = { zh = "前令作废", en = "Disregard" }
wording = { zh = "前一条指令作废。", en = "Disregard the last order." }
proof = false
kind = "correction"
[template.clocks]
"#;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn is_silent(kind: Kind) -> bool {
    matches!(kind, Kind::Mute | Kind::Dark)
}

/// What phones have done, in the order in which it can be held against the board.
#[derive(Default)]
struct Truth {
    /// Ops that left a phone, with their task and fact.
    pressed: Mutex<BTreeMap<String, (String, &'static str)>>,
    /// Ops whose answer came back, and when.
    confirmed: Mutex<BTreeMap<String, Instant>>,
    /// How long each answer took.
    answers: Mutex<Vec<Duration>>,
    /// When the task was first on a socket, by person.
    arrived: Mutex<BTreeMap<String, Instant>>,
    bytes: Mutex<usize>,
    lost: Mutex<usize>,
}

impl Truth {
    fn pressed(&self) -> BTreeSet<String> {
        self.pressed.lock().unwrap().keys().cloned().collect()
    }

    fn confirmed(&self) -> BTreeSet<String> {
        self.confirmed.lock().unwrap().keys().cloned().collect()
    }
}

/// Everything a phone needs.
struct World {
    front: Front,
    truth: Truth,
    pace: f64,
    /// Turned when the command was told, and when the story is over.
    told: watch::Sender<bool>,
    over: watch::Sender<bool>,
}

impl World {
    /// Sleeps so many seconds of the site.
    async fn rest(&self, site_s: f64) {
        tokio::time::sleep(Duration::from_secs_f64(site_s / self.pace)).await;
    }
}

/// One person with a phone.
struct Phone {
    world: Arc<World>,
    id: String,
    kind: Kind,
    session: Session,
    /// How long this person takes for anything, in seconds of the site.
    slow_s: f64,
}

impl Phone {
    async fn live(self, ready: tokio::sync::mpsc::Sender<()>) {
        let mut told = self.world.told.subscribe();
        let mut feed = self.session.feed(None).await;
        let first = feed.news().await;
        assert_eq!(first["type"], "snapshot");
        self.heard(&first);
        if self.kind == Kind::Away {
            let left_at = feed.seq;
            drop(feed);
            ready.send(()).await.unwrap();
            told.wait_for(|told| *told).await.unwrap();
            self.world.rest(OFFLINE_S).await;
            feed = self.session.feed(Some(left_at)).await;
        } else {
            ready.send(()).await.unwrap();
        }
        let Some(task) = self.own_task(&mut feed).await else {
            // A substitute nobody needed.
            return;
        };
        let receipt = self.press(&task, "delivered");
        self.listening(&mut feed, receipt).await;
        if self.kind == Kind::Cut {
            let reading = self.world.rest(self.slow_s);
            self.listening(&mut feed, reading).await;
            let pressed_at = now();
            let left_at = feed.seq;
            self.note(&mut feed);
            drop(feed);
            // Pressed in a tunnel: nobody can know before the network is back.
            self.world.rest(OFFLINE_S).await;
            feed = self.session.feed(Some(left_at)).await;
            let queued = async {
                self.press_at(&task, "seen", Some(pressed_at.clone())).await;
                self.press_at(&task, "accepted", Some(pressed_at)).await;
            };
            self.listening(&mut feed, queued).await;
        } else if !is_silent(self.kind) {
            self.listening(&mut feed, self.answer(&task)).await;
        }
        let mut over = self.world.over.subscribe();
        loop {
            tokio::select! {
                message = feed.news() => self.heard(&message),
                _ = over.wait_for(|over| *over) => break,
            }
        }
        self.note(&mut feed);
    }

    /// Does something while the feed goes on.
    async fn listening(&self, feed: &mut Feed, act: impl Future<Output = ()>) {
        tokio::pin!(act);
        loop {
            tokio::select! {
                () = &mut act => return,
                message = feed.news() => self.heard(&message),
            }
        }
    }

    /// Looks at it for a second, reads it, and says what people say.
    async fn answer(&self, task: &Value) {
        let seal = task["wording"].as_str().unwrap();
        let texts = self.session.get(&format!("/api/v1/texts?ids={seal}")).await;
        assert_eq!(texts[seal], WORDING, "{} can read the order", self.id);
        self.world.rest(1.0).await;
        self.press(task, "seen").await;
        self.world.rest(self.slow_s).await;
        let place: usize = self.id[2..].parse().unwrap();
        if place % 40 == 3 {
            self.press(task, "declined").await;
            return;
        }
        self.press(task, "accepted").await;
        if place % 10 == 1 {
            self.world.rest(60.0).await;
            self.press(task, "on_scene").await;
            self.press(task, "done").await;
        }
    }

    async fn press(&self, task: &Value, fact: &'static str) {
        self.press_at(task, fact, Some(now())).await;
    }

    async fn press_at(&self, task: &Value, fact: &'static str, device_at: Option<String>) {
        let task = task["tasks"][0]["id"].as_str().unwrap();
        let op = format!("{}-{fact}", self.id);
        let truth = &self.world.truth;
        let press = (task.to_owned(), fact);
        truth.pressed.lock().unwrap().insert(op.clone(), press);
        let began = Instant::now();
        let action = json!({"action": "report_task", "task": task, "fact": fact});
        let answer = self
            .session
            .act(&op, action.clone(), device_at.clone())
            .await;
        assert_eq!(answer["answer"], "done", "{op}: {answer}");
        let now = Instant::now();
        truth.answers.lock().unwrap().push(now - began);
        truth.confirmed.lock().unwrap().insert(op.clone(), now);
        // An answer that was lost on its way is asked for again; it counts once.
        if op.len() % 2 == 0 && self.id.ends_with('5') {
            let again = self.session.act(&op, action, device_at).await;
            assert_eq!(again, answer, "{op}");
        }
    }

    /// Waits for the command with this person's task in it.
    async fn own_task(&self, feed: &mut Feed) -> Option<Value> {
        let mut over = self.world.over.subscribe();
        loop {
            let message = tokio::select! {
                message = feed.news() => message,
                _ = over.wait_for(|over| *over) => return None,
            };
            let at = Instant::now();
            self.heard(&message);
            let commands = commands_in(&message);
            let Some(command) = commands.into_iter().find(|c| c["id"] == COMMAND) else {
                continue;
            };
            let mut arrived = self.world.truth.arrived.lock().unwrap();
            arrived.entry(self.id.clone()).or_insert(at);
            return Some(command);
        }
    }

    /// Minds that nothing of anybody else is told.
    fn heard(&self, message: &Value) {
        let updates = message["updates"].as_array().into_iter().flatten();
        let alone = updates.filter(|u| u["kind"] == "task").map(|u| &u["task"]);
        let commands = commands_in(message);
        let whole = commands.iter().flat_map(|c| c["tasks"].as_array().unwrap());
        for task in alone.chain(whole) {
            assert_eq!(task["person"], *self.id, "somebody else's task");
        }
        let updates = message["updates"].as_array().into_iter().flatten();
        for notice in updates.filter(|u| u["kind"] == "system") {
            let subject = notice["system"]["subject"].as_str().unwrap();
            assert!(subject.ends_with(&self.id), "a notice about {subject}");
        }
    }

    fn note(&self, feed: &mut Feed) {
        *self.world.truth.bytes.lock().unwrap() += std::mem::take(&mut feed.bytes);
        *self.world.truth.lost.lock().unwrap() += std::mem::take(&mut feed.lost);
    }
}

/// Commands of a snapshot or of updates; a task told alone as a command with that task only, if it is new.
fn commands_in(message: &Value) -> Vec<Value> {
    match message["type"].as_str().unwrap() {
        "snapshot" => {
            let counties = message["counties"].as_array().unwrap().iter();
            counties
                .flat_map(|county| county["commands"].as_array().unwrap().clone())
                .collect()
        }
        "updates" => {
            let updates = message["updates"].as_array().unwrap().iter();
            updates
                .filter(|u| u["kind"] == "command")
                .map(|u| u["command"].clone())
                .collect()
        }
        _ => Vec::new(),
    }
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// What the desk's screen would know.
#[derive(Default)]
struct Board {
    heard: u64,
    tasks: BTreeMap<String, Value>,
    /// How many tasks are at each stage.
    stages: [usize; STAGES.len()],
    command: Value,
    /// When each op was first on it.
    shown: BTreeMap<String, Instant>,
    /// The site's clock against ours: how early a beat can have been made.
    origin: Option<(f64, Instant)>,
    notices: BTreeSet<String>,
    failure: Option<String>,
}

impl Board {
    fn hear(&mut self, message: &Value, truth: &Truth, pace: f64) {
        let at = Instant::now();
        match message["type"].as_str().unwrap() {
            "snapshot" => {
                for command in commands_in(message) {
                    self.take(&command, truth, at);
                }
                self.heard = self.heard.max(message["seq"].as_u64().unwrap());
            }
            "updates" => {
                let updates = message["updates"].as_array().unwrap();
                for update in updates {
                    match update["kind"].as_str().unwrap() {
                        "command" => self.take(&update["command"], truth, at),
                        "task" => {
                            self.put(&update["task"], truth, at);
                            self.command["worst"] = update["worst"].clone();
                        }
                        "system" if update["system"]["kind"] == "unanswered" => {
                            let subject = update["system"]["subject"].as_str().unwrap().to_owned();
                            if update["system"]["until"].is_null() {
                                self.notices.insert(subject);
                            } else {
                                self.notices.remove(&subject);
                            }
                        }
                        _ => {}
                    }
                    self.heard = self.heard.max(update["seq"].as_u64().unwrap());
                }
                self.worst_is_worst();
            }
            "beat" => {
                self.heard = self.heard.max(message["seq"].as_u64().unwrap());
                let shown = seconds(&message["clock"]["now"]);
                let earlier = |(site, real): (f64, Instant)| {
                    let due = real + Duration::from_secs_f64((shown - site).max(0.0) / pace);
                    if due < at { (site, real) } else { (shown, at) }
                };
                self.origin = Some(self.origin.map_or((shown, at), earlier));
            }
            _ => {}
        }
    }

    fn take(&mut self, command: &Value, truth: &Truth, at: Instant) {
        for task in command["tasks"].as_array().unwrap() {
            self.put(task, truth, at);
        }
        self.command = command.clone();
        self.command["tasks"] = Value::Null;
    }

    fn put(&mut self, task: &Value, truth: &Truth, at: Instant) {
        let id = task["id"].as_str().unwrap().to_owned();
        let facts = task["facts"].as_array().unwrap();
        let known = self
            .tasks
            .get(&id)
            .map_or(0, |old| old["version"].as_u64().unwrap());
        if (facts.len() as u64) < known {
            self.fail(format!(
                "{id} went back to {} facts from {known}",
                facts.len()
            ));
        }
        for op in facts.iter().filter_map(|fact| fact["op"].as_str()) {
            if op != COMMAND && !truth.pressed.lock().unwrap().contains_key(op) {
                self.fail(format!("{op} is on the board and nobody pressed it"));
            }
            self.shown.entry(op.to_owned()).or_insert(at);
        }
        self.stages[rank(task)] += 1;
        if let Some(old) = self.tasks.insert(id, task.clone()) {
            self.stages[rank(&old)] -= 1;
        }
    }

    fn worst_is_worst(&mut self) {
        let worst = self.stages.iter().position(|count| *count > 0);
        if let Some(worst) = worst
            && self.command["worst"] != STAGES[worst]
        {
            let told = &self.command["worst"];
            self.fail(format!("the worst is {}, told {told}", STAGES[worst]));
        }
    }

    fn fail(&mut self, what: String) {
        self.failure.get_or_insert(what);
    }

    /// When the site's clock shows `site`, as early as it can have been.
    fn when(&self, site: f64, pace: f64) -> Instant {
        let (shown, at) = self.origin.unwrap();
        let ahead = (site - shown) / pace;
        if ahead < 0.0 {
            at - Duration::from_secs_f64(-ahead)
        } else {
            at + Duration::from_secs_f64(ahead)
        }
    }
}

/// From least to furthest.
const STAGES: [&str; 14] = [
    "issued",
    "no_reply",
    "delivered",
    "seen",
    "declined",
    "accepted",
    "en_route",
    "on_scene",
    "working",
    "done",
    "verified",
    "cancelled",
    "superseded",
    "reassigned",
];

fn rank(task: &Value) -> usize {
    let stage = task["stage"].as_str().unwrap();
    STAGES.iter().position(|one| *one == stage).unwrap()
}

fn seconds(time: &Value) -> f64 {
    let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
    time.as_millisecond() as f64 / 1000.0
}

/// Ops on a board, each with how often it stands there.
fn ops<'a>(tasks: impl Iterator<Item = &'a Value>) -> BTreeMap<String, usize> {
    let mut ops = BTreeMap::new();
    for fact in tasks.flat_map(|task| task["facts"].as_array().unwrap()) {
        if let Some(op) = fact["op"].as_str().filter(|op| *op != COMMAND) {
            *ops.entry(op.to_owned()).or_insert(0) += 1;
        }
    }
    ops
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
            (confirmed == presses() && board.notices.len() == SILENT) || board.failure.is_some()
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

const SILENT: usize = MUTE + DARK;

/// Phones with an open socket when the hold ends.
fn online() -> usize {
    PEOPLE - AWAY - DARK
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
    (0..PEOPLE).map(of).sum::<usize>() + substitutes.sum::<usize>()
}

/// Logs everybody in whose phone is on, and waits until each has its first snapshot.
async fn open_phones(world: &Arc<World>, dice: &mut Dice) -> Vec<tokio::task::JoinHandle<()>> {
    let (ready, mut all) = tokio::sync::mpsc::channel(PEOPLE);
    let people = (0..PEOPLE).map(|place| (person(place), kind_of(place)));
    let substitutes = (0..SUBSTITUTES).map(|n| (format!("s-{n:04}"), Kind::Prompt));
    let mut phones = Vec::new();
    for (id, kind) in people.chain(substitutes) {
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
    let wrong = duty.act("count-1", confirm(PEOPLE - 1), None).await;
    assert_eq!(wrong, refused("count_differs"));
    assert_eq!(duty.act("count-2", confirm(PEOPLE), None).await, done);
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
    assert_eq!(listed.len(), PEOPLE + SUBSTITUTES);
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
        "{} MB came to the phones; {lost} were so starved that they had to come back",
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
