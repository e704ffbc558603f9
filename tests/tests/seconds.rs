//! Any second of a night can be seen again: what every screen showed at random moments of the
//! demonstration, with its people pressing, is what a replay of those moments shows.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use outside::{Dice, Server, count, program, root, seed};
use serde_json::Value;

/// Seconds of the night in a second of ours.
const SPEED: &str = "600";
/// Views of the ordinary run; the long form asks for a thousand.
const VIEWS: u64 = 30;

/// The simulator beside the program, ended with the test.
struct Simulator(Child);

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn simulator() -> Command {
    let path = std::env::var_os("WATCHFIRE_SIM_BIN")
        .map_or_else(|| program().with_file_name("watchfire-sim"), PathBuf::from);
    let mut command = Command::new(path);
    command.current_dir(root());
    command
}

fn county(site: &Path) {
    let made = simulator()
        .args(["county", "--from", "deploy/demo", "--site"])
        .arg(site)
        .args(["--speed", SPEED])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

fn people(site: &Path, data: &Path) -> Simulator {
    let log = std::fs::File::create(data.join("sim.log")).unwrap();
    let mut command = simulator();
    command
        .args(["play", "--officer", "--site"])
        .arg(site)
        .arg("--ready-file")
        .arg(data.join("ready.json"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log);
    Simulator(command.spawn().unwrap())
}

/// One moment: journal number, the engine's now, and everything that was on the screens, packed: a
/// thousand of them do not fit into memory as they are.
struct Seen {
    seq: u64,
    now: String,
    screens: Vec<u8>,
}

impl Seen {
    fn screens(&self) -> Value {
        serde_json::from_reader(flate2::read::GzDecoder::new(&self.screens[..])).unwrap()
    }
}

/// Telephone numbers are no part of a replay: nobody is called from the past.
fn without_phones(counties: &mut Value) {
    for county in counties.as_array_mut().unwrap() {
        for person in county["people"].as_array_mut().unwrap() {
            person["phone"] = Value::Null;
        }
    }
}

fn seen(mut snapshot: Value) -> Seen {
    without_phones(&mut snapshot["counties"]);
    let screens = serde_json::json!({
        "counties": snapshot["counties"].take(),
        "system": snapshot["system"].take(),
    });
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    serde_json::to_writer(&mut packed, &screens).unwrap();
    Seen {
        seq: snapshot["seq"].as_u64().unwrap(),
        now: snapshot["clock"]["now"].as_str().unwrap().to_owned(),
        screens: packed.finish().unwrap(),
    }
}

/// The first place where two views differ, as a path with both values.
fn difference(path: &str, a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let keys = x.keys().chain(y.keys().filter(|key| !x.contains_key(*key)));
            keys.into_iter()
                .find_map(|key| difference(&format!("{path}.{key}"), &a[key], &b[key]))
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => x
            .iter()
            .zip(y)
            .enumerate()
            .find_map(|(n, (a, b))| difference(&format!("{path}[{n}]"), a, b)),
        _ => (a != b).then(|| format!("{path}: then {}, again {}", short(a), short(b))),
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}

#[test]
fn every_second_is_seen_again_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    county(&site);
    let server = Server::start(&site, &data);
    let people = people(&site, &data);
    let mut dice = Dice(seed());
    let views = if count("WATCHFIRE_SEEDS", 300) >= 500 {
        1_000
    } else {
        VIEWS
    };
    // The night is played for the same while, however many moments of it are kept.
    let pause_ms = 90_000 / views;
    let mut kept = Vec::new();
    let begun = Instant::now();
    while kept.len() < views as usize {
        std::thread::sleep(Duration::from_millis(dice.below(pause_ms.min(1_000) + 1)));
        kept.push(seen(server.snapshot()));
    }
    let lasted = begun.elapsed();
    drop(people);
    let mut equal = 0;
    let mut passed_by = 0;
    for then in &kept {
        let now = &then.now;
        let path = format!("/api/v1/replay/feed?at={now}&knowledge=then");
        let again = seen(server.first_of(&path));
        // Another input of that same millisecond came in after the look.
        if again.seq != then.seq {
            assert!(again.seq > then.seq, "{} is lost at {now}", then.seq);
            passed_by += 1;
            continue;
        }
        let differs = difference("", &then.screens(), &again.screens());
        assert_eq!(differs, None, "at {now}, entry {}", then.seq);
        equal += 1;
    }
    let last = kept.last().unwrap().screens();
    let told = |what: &str| last["counties"][0][what].as_array().map_or(0, Vec::len);
    println!(
        "{equal} of {views} seconds equal, {passed_by} between two inputs of one instant; {lasted:.0?}, \
         {} alarms, {} commands, {} situations at the end",
        told("alarms"),
        told("commands"),
        told("situations")
    );
    assert!(told("alarms") > 0, "nothing happened in this night");
    assert!(equal * 2 > views, "{equal} of {views}");
    assert!(server.stop().success());
}
