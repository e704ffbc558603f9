//! What the desk's screen would know, and what of it can never be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::people::COMMAND;
use crate::phone::{Truth, commands_in};

/// What the desk's screen would know.
#[derive(Default)]
pub(crate) struct Board {
    pub(crate) heard: u64,
    pub(crate) tasks: BTreeMap<String, Value>,
    /// How many tasks are at each stage.
    pub(crate) stages: [usize; STAGES.len()],
    pub(crate) command: Value,
    /// When each op was first on it.
    pub(crate) shown: BTreeMap<String, Instant>,
    /// The site's clock against ours: how early a beat can have been made.
    pub(crate) origin: Option<(f64, Instant)>,
    pub(crate) notices: BTreeSet<String>,
    pub(crate) failure: Option<String>,
}

impl Board {
    pub(crate) fn hear(&mut self, message: &Value, truth: &Truth, pace: f64) {
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

    pub(crate) fn take(&mut self, command: &Value, truth: &Truth, at: Instant) {
        for task in command["tasks"].as_array().unwrap() {
            self.put(task, truth, at);
        }
        self.command = command.clone();
        self.command["tasks"] = Value::Null;
    }

    pub(crate) fn put(&mut self, task: &Value, truth: &Truth, at: Instant) {
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

    pub(crate) fn worst_is_worst(&mut self) {
        let worst = self.stages.iter().position(|count| *count > 0);
        if let Some(worst) = worst
            && self.command["worst"] != STAGES[worst]
        {
            let told = &self.command["worst"];
            self.fail(format!("the worst is {}, told {told}", STAGES[worst]));
        }
    }

    pub(crate) fn fail(&mut self, what: String) {
        self.failure.get_or_insert(what);
    }

    /// When the site's clock shows `site`, as early as it can have been.
    pub(crate) fn when(&self, site: f64, pace: f64) -> Instant {
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
pub(crate) const STAGES: [&str; 14] = [
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

pub(crate) fn rank(task: &Value) -> usize {
    let stage = task["stage"].as_str().unwrap();
    STAGES.iter().position(|one| *one == stage).unwrap()
}

pub(crate) fn seconds(time: &Value) -> f64 {
    let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
    time.as_millisecond() as f64 / 1000.0
}

/// Ops on a board, each with how often it stands there.
pub(crate) fn ops<'a>(tasks: impl Iterator<Item = &'a Value>) -> BTreeMap<String, usize> {
    let mut ops = BTreeMap::new();
    for fact in tasks.flat_map(|task| task["facts"].as_array().unwrap()) {
        if let Some(op) = fact["op"].as_str().filter(|op| *op != COMMAND) {
            *ops.entry(op.to_owned()).or_insert(0) += 1;
        }
    }
    ops
}
