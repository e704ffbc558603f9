//! One person with a phone: a feed that comes and goes, and presses that wait for their answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use outside::{Feed, Front, Session};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::people::{COMMAND, Kind, OFFLINE_S, WORDING, is_silent};

/// What phones have done, in the order in which it can be held against the board.
#[derive(Default)]
pub(crate) struct Truth {
    /// Ops that left a phone, with their task and fact.
    pub(crate) pressed: Mutex<BTreeMap<String, (String, &'static str)>>,
    /// Ops whose answer came back, and when.
    pub(crate) confirmed: Mutex<BTreeMap<String, Instant>>,
    /// How long each answer took.
    pub(crate) answers: Mutex<Vec<Duration>>,
    /// When the task was first on a socket, by person.
    pub(crate) arrived: Mutex<BTreeMap<String, Instant>>,
    pub(crate) bytes: Mutex<usize>,
    pub(crate) lost: Mutex<usize>,
}

impl Truth {
    pub(crate) fn pressed(&self) -> BTreeSet<String> {
        self.pressed.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn confirmed(&self) -> BTreeSet<String> {
        self.confirmed.lock().unwrap().keys().cloned().collect()
    }
}

/// Everything a phone needs.
pub(crate) struct World {
    pub(crate) front: Front,
    pub(crate) truth: Truth,
    pub(crate) pace: f64,
    /// Turned when the command was told, and when the story is over.
    pub(crate) told: watch::Sender<bool>,
    pub(crate) over: watch::Sender<bool>,
}

impl World {
    /// Sleeps so many seconds of the site.
    pub(crate) async fn rest(&self, site_s: f64) {
        tokio::time::sleep(Duration::from_secs_f64(site_s / self.pace)).await;
    }
}

/// One person with a phone.
pub(crate) struct Phone {
    pub(crate) world: Arc<World>,
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) session: Session,
    /// How long this person takes for anything, in seconds of the site.
    pub(crate) slow_s: f64,
}

impl Phone {
    pub(crate) async fn live(self, ready: tokio::sync::mpsc::Sender<()>) {
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
    pub(crate) async fn listening(&self, feed: &mut Feed, act: impl Future<Output = ()>) {
        tokio::pin!(act);
        loop {
            tokio::select! {
                () = &mut act => return,
                message = feed.news() => self.heard(&message),
            }
        }
    }

    /// Looks at it for a second, reads it, and says what people say.
    pub(crate) async fn answer(&self, task: &Value) {
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

    pub(crate) async fn press(&self, task: &Value, fact: &'static str) {
        self.press_at(task, fact, Some(now())).await;
    }

    pub(crate) async fn press_at(
        &self,
        task: &Value,
        fact: &'static str,
        device_at: Option<String>,
    ) {
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
    pub(crate) async fn own_task(&self, feed: &mut Feed) -> Option<Value> {
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
    pub(crate) fn heard(&self, message: &Value) {
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

    pub(crate) fn note(&self, feed: &mut Feed) {
        *self.world.truth.bytes.lock().unwrap() += std::mem::take(&mut feed.bytes);
        *self.world.truth.lost.lock().unwrap() += std::mem::take(&mut feed.lost);
    }
}

/// Commands of a snapshot or of updates; a task told alone as a command with that task only, if it is new.
pub(crate) fn commands_in(message: &Value) -> Vec<Value> {
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

pub(crate) fn now() -> String {
    jiff::Timestamp::now().to_string()
}
