//! A drill and the real site of the same county at once: nothing of one is seen in the other, nobody real
//! is called, and how the drill went is read from its journal, again and again the same.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use outside::{Server, copy, program, root, shared};
use serde_json::{Value, json};

const POSTS: &str = r#"
[[post]]
id = "county-duty"
title = { zh = "县值班室", en = "County duty desk" }
kind = "duty"
people = ["p-duty"]
[[post]]
id = "keepers"
title = { zh = "巡查员", en = "Keepers" }
kind = "keeper"
people = ["p-zhao"]
"#;

const POLICIES: &str = r#"
[[escalation]]
id = "all"
title = { zh = "叫应", en = "Calls" }
levels = ["yellow", "orange", "red"]
loops = 0
loop_after = "5m"
exhausted = []
[[escalation.step]]
after = "0s"
call = [{ to = ["post:county-duty"], by = ["sms"] }]
[[escalation.step]]
after = "30m"
call = [{ to = ["post:keepers"], by = ["voice", "sms"] }]
"#;

const PEOPLE: &str = "id,name,post_zh,post_en,role,township,phone,substitute,contacts
p-duty,陈值班,值班员,Duty officer,duty_officer,,0575-8600 4711,,sms
p-zhao,赵大坝,大坝管理员,Dam keeper,responder,330624103,+86 130 4711 0001,p-duty,voice sms
";

/// What the good site of the site tests has, by the people above, on the wall clock, with an SMS gateway.
fn site(folder: &Path, gateway: u16) -> PathBuf {
    let site = folder.join("site");
    copy(&root().join("crates/site/tests/good"), &site);
    let of = site.join("jurisdictions/330624");
    let file = site.join("site.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let scaled = "clock = { start = \"2026-07-15T00:00:00+08:00\", factor = 60 }";
    assert!(text.contains(scaled));
    std::fs::write(&file, text.replace(scaled, "clock = \"wall\"")).unwrap();
    std::fs::write(of.join("posts.toml"), POSTS).unwrap();
    std::fs::write(of.join("people.csv"), PEOPLE).unwrap();
    std::fs::create_dir_all(of.join("policies")).unwrap();
    std::fs::write(of.join("policies/all.toml"), POLICIES).unwrap();
    std::fs::create_dir_all(site.join("channels")).unwrap();
    let channel = format!(
        r#"id = "sms"
channel = "sms"
title = "SMS"
[http]
url = "http://127.0.0.1:{gateway}/send"
body = '''{{"to":"{{{{to.phone}}}}","text":"{{{{text}}}}"}}'''
kind = "json"
"#
    );
    std::fs::write(site.join("channels/sms.toml"), channel).unwrap();
    site
}

/// Stands where the county's SMS gateway would; keeps what it is asked to send.
fn gateway() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            keep.lock().unwrap().push(answer(stream.unwrap()));
        }
    });
    (port, heard)
}

fn answer(mut stream: TcpStream) -> String {
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let mut text = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece).unwrap_or(0);
        text.extend_from_slice(&piece[..read]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        let body = so_far.split_once("\r\n\r\n").map(|(head, body)| {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().unwrap())
            });
            body.len() >= length.unwrap_or(0)
        });
        if read == 0 || body == Some(true) {
            break;
        }
    }
    let _gone = stream.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
    );
    String::from_utf8_lossy(&text).into_owned()
}

/// A minute of it is a second.
const SCRIPT: &str = r#"title = { zh = "秋汛演习", en = "Autumn exercise" }
start = "2026-09-12T13:00:00+08:00"
length = "12h"
speed = 60

[[participant]]
login = "drill-duty"
person = "p-duty"

[[inject]]
id = "rise"
at = "0s"
title = { zh = "水位上涨", en = "The river rises" }
values = { station = "ST01", quantity = "water_level", every = "1m", values = ["41.00 m", "44.00 m"] }
[inject.expect]
post = "county-duty"
acknowledged = "3h"
commanded = "3h"
escalated = "nobody"

[[inject]]
id = "call"
at = "2m"
title = { zh = "来电", en = "A call" }
report = { hazard = "flood", level = "orange", text = { zh = "桥被淹。", en = "The bridge is under water." } }
[inject.expect]
post = "keepers"
acknowledged = "1m"

[[inject]]
id = "word"
at = "3m"
title = { zh = "消息", en = "Word" }
note = { zh = "桥头有人。", en = "There are people at the bridge." }
"#;

fn drill(site: &Path, script: &Path, data: &Path, notice: &Path) -> Command {
    std::fs::create_dir_all(data).unwrap();
    let mut command = Command::new(program());
    command.args(["drill", "run", "--site"]).arg(site);
    command.arg("--script").arg(script).arg("--data").arg(data);
    command
        .args(["--http", "127.0.0.1:0", "--notice"])
        .arg(notice);
    command.arg("--ready-file").arg(data.join("ready.json"));
    command
}

fn run(command: &mut Command) -> (bool, String) {
    let out = command.output().unwrap();
    let told = [out.stdout, out.stderr].concat();
    (
        out.status.success(),
        String::from_utf8_lossy(&told).into_owned(),
    )
}

fn told(data: &Path, words: &[&str]) -> String {
    let (good, text) = run(Command::new(program())
        .args(["drill", "score", "--data"])
        .arg(data)
        .args(words));
    assert!(good, "{text}");
    text
}

fn press(server: &Server, op: &str, action: &Value) {
    let body = json!({"op": op, "action": action}).to_string();
    let (status, answer) = server.post("/api/v1/acts", body);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("done"), "{answer}");
}

/// Verdicts of the table, by inject and what was asked.
fn verdicts(score: &Value) -> Vec<(String, String, String)> {
    let word = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
    let lines = score["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            (
                word(line, "inject"),
                word(line, "asked"),
                word(line, "verdict"),
            )
        })
        .collect()
}

/// Every answer in which something of the other side could show.
const ANSWERS: [&str; 11] = [
    "/api/v1/alarms/transitions?after=0",
    "/api/v1/alarms",
    "/api/v1/situations",
    "/api/v1/runs",
    "/api/v1/stations",
    "/api/v1/series/ST01/water_level?from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z",
    "/api/v1/intake/counts",
    "/api/v1/intake",
    "/api/v1/intake/refused",
    "/api/v1/events",
    "/api/v1/state/hash",
];

fn answers(server: &Server) -> Vec<String> {
    ANSWERS.iter().map(|path| server.get(path).1).collect()
}

#[test]
fn a_drill_beside_the_real_site_touches_nothing_of_it_and_calls_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let (port, heard) = gateway();
    let site = site(dir.path(), port);
    let (script, notice) = (
        dir.path().join("autumn.toml"),
        dir.path().join("notice.json"),
    );
    std::fs::write(&script, SCRIPT).unwrap();
    let (real, practice) = (dir.path().join("real"), dir.path().join("practice"));

    let live = Server::start_with(&site, &real, |command| {
        command.arg("--drill-notice").arg(&notice);
    });
    assert_eq!(
        live.json("/api/v1/drill"),
        json!({"here": null, "beside": null})
    );
    let before = answers(&live);

    // The drill rises, is told, and pages; the real site knows that it runs, and nothing else.
    let begin = || Server::await_ready(drill(&site, &script, &practice, &notice), &practice);
    let practised = begin();
    let outbox = || std::fs::read_to_string(practice.join("outbox.jsonl")).unwrap_or_default();
    practised.until("pages of the drill", |_| {
        (outbox().lines().count() >= 2).then_some(())
    });
    for line in outbox().lines() {
        let page: Value = serde_json::from_str(line).unwrap();
        for field in ["title", "text"] {
            assert!(
                page[field].as_str().unwrap().starts_with("【演练】"),
                "{page}"
            );
        }
    }
    assert!(
        heard.lock().unwrap().is_empty(),
        "a real contact was called"
    );
    assert_eq!(
        answers(&live),
        before,
        "something of the drill is in what is real"
    );
    let beside = live.json("/api/v1/drill");
    assert_eq!(beside["beside"]["title"]["zh"], "秋汛演习");
    assert_eq!(beside["here"], Value::Null);
    let here = practised.until("the note", |practised| {
        let here = practised.json("/api/v1/drill")["here"].clone();
        (here["notes"].as_array()?.len() == 1).then_some(here)
    });
    assert_eq!(here["mark"]["id"], "autumn");
    assert_eq!(
        here["notes"][0]["text"]["en"],
        "There are people at the bridge."
    );

    // A reading of the real river is the real site's alone.
    let shown = practised.transitions();
    let now = jiff::Timestamp::now();
    let reading = format!(
        r#"{{"station":"ST01","quantity":"water_level","value":45.50,"time":"{now}","unit":"m"}}"#
    );
    assert_eq!(
        practised.post("/api/v1/observations", &reading).0,
        404,
        "a drill has no such door"
    );
    let (status, body) = live.post("/api/v1/observations", &reading);
    assert_eq!(status, 200, "{body}");
    live.until("the real page", |_| {
        (!heard.lock().unwrap().is_empty()).then_some(())
    });
    let real_page = heard.lock().unwrap()[0].clone();
    assert!(
        !real_page.contains("演练") && real_page.contains("0575"),
        "{real_page}"
    );
    assert_eq!(practised.transitions(), shown);
    let all_of_the_drill = [
        answers(&practised).join(" "),
        practised.snapshot().to_string(),
    ]
    .join(" ");
    assert!(
        !all_of_the_drill.contains("45.5"),
        "a real reading is in the drill"
    );
    // Digits alone, however a number is written; whole, since any four stand in some hash or time.
    let digits = |text: &str| -> String { text.chars().filter(|c| !" -+".contains(*c)).collect() };
    for secret in ["86004711", "13047110001"] {
        assert!(
            !digits(&all_of_the_drill).contains(secret),
            "a number of somebody real is in the drill"
        );
    }
    assert!(
        live.snapshot().to_string().contains("4711"),
        "the real desk may call"
    );
    assert_eq!(live.snapshot()["counties"][0]["drill"], Value::Null);
    assert_eq!(practised.snapshot()["counties"][0]["drill"]["id"], "autumn");
    assert_eq!(
        practised.snapshot()["counties"][0]["title"]["en"],
        "[DRILL] Xinchang County"
    );

    // What is written of it says what it is.
    let span = "from=2026-09-12T04:00:00Z&to=2026-09-13T04:00:00Z&lang=en";
    let page = practised.get(&format!("/api/v1/reports/page?{span}")).1;
    assert!(
        page.contains("DRILL: nothing of it is real"),
        "{}",
        &page[..400]
    );
    let rows = practised
        .get(&format!("/api/v1/reports/csv?table=alarms&{span}"))
        .1;
    assert!(
        rows.lines().count() > 1 && rows.lines().skip(1).all(|l| l.ends_with("DRILL")),
        "{rows}"
    );

    // Kept and missed, from the same clocks as live.
    let situation = practised.until("the rise", |practised| {
        let all = practised.json("/api/v1/situations");
        let found = all.as_array()?.iter().find(|s| s["manual"].is_null())?;
        Some(found.clone())
    });
    let take_note = json!({"action": "acknowledge_situation", "situation": situation["id"],
                           "alarms": situation["members"]});
    press(&practised, "ack-1", &take_note);
    let found = practised.until("the call missed", |practised| {
        let score = practised.json("/api/v1/drill/score");
        let all = verdicts(&score);
        all.iter()
            .any(|(i, _, v)| i == "call" && v == "missed")
            .then_some(all)
    });
    let line = |inject: &str, asked: &str, verdict: &str| {
        (inject.to_owned(), asked.to_owned(), verdict.to_owned())
    };
    assert_eq!(
        found,
        [
            line("rise", "acknowledged", "kept"),
            line("rise", "commanded", "running"),
            line("rise", "escalated_to_nobody", "running"),
            line("call", "acknowledged", "missed"),
        ]
    );

    // Stopped, read from its journal, and begun again: the same table, and no inject twice.
    assert!(practised.stop().success());
    assert_eq!(
        live.json("/api/v1/drill")["beside"],
        Value::Null,
        "a drill that ended is over"
    );
    let kept: Value = serde_json::from_str(&told(&practice, &["--json"])).unwrap();
    assert_eq!(verdicts(&kept), found);
    assert!(told(&practice, &["--lang", "en"]).starts_with("[DRILL] Autumn exercise"));
    assert_eq!(told(&practice, &[]), told(&practice, &[]));
    let practised = begin();
    let again = practised.json("/api/v1/drill/score");
    assert_eq!(again["lines"][0], kept["lines"][0]);
    let situations = practised.json("/api/v1/situations");
    let all = situations.as_array().unwrap().iter();
    assert_eq!(
        all.filter(|one| !one["manual"].is_null()).count(),
        1,
        "the call came once"
    );
    practised.stop();

    // Neither takes the other's journal for its own, nor a back-test what was made up.
    let (good, why) = run(Command::new(program())
        .args(["serve", "--site"])
        .arg(&site)
        .args(["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--data"])
        .arg(&practice));
    assert!(!good && why.contains("the drill `autumn`"), "{why}");
    let other = dir.path().join("winter.toml");
    std::fs::write(&other, SCRIPT).unwrap();
    for (script, data) in [(&script, &real), (&other, &practice)] {
        let copy_of = dir
            .path()
            .join(format!("copy-{}", script.file_stem().unwrap().display()));
        copy(data, &copy_of);
        let (good, why) = run(&mut drill(&site, script, &copy_of, &notice));
        assert!(!good && why.contains("choose another data folder"), "{why}");
    }
    let (good, why) = run(Command::new(program())
        .args(["backtest", "--rules"])
        .arg(&site)
        .arg("--data")
        .arg(&practice));
    assert!(!good && why.contains("holds a drill"), "{why}");
    let (good, why) = run(Command::new(program())
        .args(["drill", "score", "--data"])
        .arg(&real));
    assert!(!good && why.contains("holds no drill"), "{why}");
    assert!(live.stop().success());
}

#[test]
fn the_ready_scripts_can_be_played_in_the_demonstration_county() {
    let Some(recorded) = shared("data/kr-han-2020-08") else {
        return;
    };
    let sim = program().with_file_name("watchfire-sim");
    if !sim.exists() {
        println!("skipped: {} is not built", sim.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let county = dir.path().join("county");
    let (good, why) = run(Command::new(sim).args(["county", "--site"]).arg(&county));
    assert!(good, "{why}");
    let scripts = std::fs::read_dir(root().join("deploy/drills")).unwrap();
    let scripts = scripts.map(|file| file.unwrap().path());
    let scripts: Vec<PathBuf> = scripts
        .filter(|f| f.extension().is_some_and(|e| e == "toml"))
        .collect();
    assert!(scripts.len() >= 2);
    for script in scripts {
        let text = std::fs::read_to_string(&script).unwrap();
        let here = dir.path().join(script.file_name().unwrap());
        let beside = "../../../shared/data/kr-han-2020-08";
        std::fs::write(&here, text.replace(beside, recorded.to_str().unwrap())).unwrap();
        let (good, told) = run(Command::new(program())
            .args(["drill", "check"])
            .arg(&here)
            .arg("--site")
            .arg(&county));
        assert!(good && told.contains("is sound"), "{told}");
    }
}
