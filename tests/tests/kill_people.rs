//! Killed at random points while people act: no confirmed press is lost, none counts twice.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use outside::{Dice, Publisher, Server, Workload, count, program, seed, site_from};
use serde_json::{Value, json};

const PEOPLE: &str = "\
id,name,post_zh,post_en,role,township,phone,substitute
p-duty,陈值班,值班员,Duty officer,duty_officer,,,
p-a,甲,责任人,Keeper,responder,,,p-b
p-b,乙,责任人,Keeper,responder,,,
p-c,丙,责任人,Keeper,responder,,,
";
const GROUPS: &str = "\
[[group]]
id = \"keepers\"
title = \"keepers\"
members = [\"p-a\", \"p-b\", \"p-c\"]
";
const TEMPLATES: &str = "\
[[template]]
id = \"patrol\"
title = \"patrol\"
wording = \"go and look\"
proof = false
[template.clocks]
orange = { ack_by = \"15m\", done_by = \"2h\" }
[[template]]
id = \"disregard\"
title = \"disregard\"
wording = \"disregard the last order\"
proof = false
kind = \"correction\"
[template.clocks]
";
const FACTS: [&str; 6] = [
    "delivered",
    "seen",
    "accepted",
    "on_scene",
    "done",
    "verified",
];

#[test]
fn killed_while_people_act_no_confirmed_press_is_lost_or_doubled() {
    let dir = tempfile::tempdir().unwrap();
    let seed = seed();
    let kills = count("WATCHFIRE_KILLS", 5);
    let Some(load) = Workload::generate(dir.path(), seed, 3.0, 1, 0.0) else {
        return;
    };
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    site_from(&load.folder, &site);
    people_of(&site);

    let mut publisher = Publisher::new(load.messages(), 200);
    let mut press = Press::default();
    let mut dice = Dice(seed);
    for n in 1..=kills {
        let server = Server::start(&site, &data);
        press.must_stand(&server);
        let pressed = AtomicUsize::new(0);
        let most = 5 + dice.below(40) as usize;
        std::thread::scope(|scope| {
            let people = scope.spawn(|| press.go_on(&server, &pressed));
            // Readings come in at the same time; whichever has had enough first ends the process.
            publisher.run(&server.mqtt, |_| pressed.load(Ordering::Relaxed) >= most);
            while pressed.load(Ordering::Relaxed) < most && !people.is_finished() {
                std::thread::sleep(Duration::from_millis(1));
            }
            server.die();
            people.join().unwrap();
        });
        println!("kill {n}: {} presses confirmed", press.confirmed.len());
        server.kill();
    }
    assert!(press.confirmed.len() as u64 > kills, "people did act");
    let server = Server::start(&site, &data);
    press.must_stand(&server);
    let hash = server.hash();
    assert!(server.stop().success());
    // From the first entry on the journal leads to the same state.
    let out = Command::new(program())
        .args(["replay", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(told.contains(&hash), "{told} is not {hash}");
}

fn people_of(site: &Path) {
    let all = std::fs::read_dir(site.join("jurisdictions")).unwrap();
    for folder in all.map(|entry| entry.unwrap().path()) {
        std::fs::write(folder.join("people.csv"), PEOPLE).unwrap();
        std::fs::write(folder.join("groups.toml"), GROUPS).unwrap();
        std::fs::write(folder.join("templates.toml"), TEMPLATES).unwrap();
    }
}

/// What people have pressed, and what they were told.
#[derive(Default)]
struct Press {
    next: usize,
    /// Op, action and the answer that came back.
    confirmed: BTreeMap<String, (Value, Value)>,
}

impl Press {
    /// Presses until the server is gone. A press without an answer is pressed again next time.
    fn go_on(&mut self, server: &Server, pressed: &AtomicUsize) {
        loop {
            let (op, action) = self.action(server);
            let body = json!({"op": op, "action": action}).to_string();
            let Some((200, answer)) = server.try_post("/api/v1/acts", body) else {
                return;
            };
            let answer = serde_json::from_str(&answer).unwrap();
            self.confirmed.insert(op, (action, answer));
            self.next += 1;
            pressed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The next press: a command, what its people report, and now and then an acknowledgement.
    fn action(&self, server: &Server) -> (String, Value) {
        let round = 1 + 3 * FACTS.len() + 1;
        let (turn, step) = (self.next / round, self.next % round);
        if step == 0 {
            let action = json!({"action": "issue_command", "template": "patrol", "level": 3,
                "groups": ["keepers"], "wording": "go"});
            return (format!("cmd-{turn}"), action);
        }
        if step == round - 1 {
            let alarms = server.try_get("/api/v1/alarms").unwrap_or_default();
            let alarms: Vec<Value> = serde_json::from_str(&alarms).unwrap_or_default();
            let keys: Vec<&Value> = alarms.iter().map(|alarm| &alarm["key"]).take(3).collect();
            if keys.is_empty() {
                let action = json!({"action": "acknowledge", "alarms": ["0000000000000000"]});
                return (format!("ack-{turn}"), action);
            }
            return (
                format!("ack-{turn}"),
                json!({"action": "acknowledge", "alarms": keys}),
            );
        }
        let (person, fact) = (
            ["p-a", "p-b", "p-c"][(step - 1) / FACTS.len()],
            FACTS[(step - 1) % FACTS.len()],
        );
        let action = json!({"action": "report_task", "task": format!("cmd-{turn}.{person}"),
            "fact": fact, "means": "phone"});
        (format!("fact-{turn}-{person}-{fact}"), action)
    }

    /// Every confirmed press gets its first answer again, and every fact stands once.
    fn must_stand(&self, server: &Server) {
        for (op, (action, answer)) in &self.confirmed {
            let body = json!({"op": op, "action": action}).to_string();
            let (status, again) = server.post("/api/v1/acts", body);
            assert_eq!(status, 200, "{op}: {again}");
            let again: Value = serde_json::from_str(&again).unwrap();
            assert_eq!(&again, answer, "{op}");
        }
        let mut stand: BTreeMap<String, usize> = BTreeMap::new();
        let commands = server.json("/api/v1/commands");
        for command in commands.as_array().unwrap() {
            for task in command["tasks"].as_array().unwrap() {
                for fact in task["facts"].as_array().unwrap() {
                    if let Some(op) = fact["op"].as_str() {
                        *stand.entry(op.to_owned()).or_default() += 1;
                    }
                }
            }
        }
        let honoured = |answer: &Value| answer["answer"] == "done";
        for (op, (_, answer)) in &self.confirmed {
            if op.starts_with("fact-") && honoured(answer) {
                assert_eq!(stand.get(op), Some(&1), "{op}");
            }
        }
        let doubled: Vec<_> = stand
            .iter()
            .filter(|(op, times)| op.starts_with("fact-") && **times > 1)
            .collect();
        assert!(doubled.is_empty(), "{doubled:?}");
    }
}
