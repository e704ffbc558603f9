//! The site's files, edited while the program runs and read again at a signal; and the county's own
//! events, entered over REST, in a back-test of what the program has kept.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use outside::{Server, Workload, play, program, site_from};

/// The first rule file of a site.
fn rule_file(site: &Path) -> PathBuf {
    let files = std::fs::read_dir(site.join("rules")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|f| f.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "toml"));
    files.sort();
    files.remove(0)
}

fn hang_up(server: &Server) {
    let pid = rustix::process::Pid::from_raw(server.pid().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
}

fn are_refused(server: &Server) -> bool {
    server
        .get("/api/v1/alarms/system")
        .1
        .contains("rules_refused")
}

/// Whether the journal on disk holds these bytes; what is rare in it is plain JSON.
fn journal_holds(data: &Path, words: &str) -> bool {
    let segments = std::fs::read_dir(data.join("journal")).unwrap();
    let mut texts = segments.map(|f| std::fs::read(f.unwrap().path()).unwrap());
    texts.any(|bytes| bytes.windows(words.len()).any(|w| w == words.as_bytes()))
}

#[test]
fn a_hang_up_has_the_files_read_again_and_the_journal_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let Some(load) = Workload::generate(dir.path(), 7, 0.5, 1, 0.0) else {
        return;
    };
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    site_from(&load.folder, &site);
    let server = Server::start(&site, &data);
    let file = rule_file(&site);
    let sound = std::fs::read_to_string(&file).unwrap();
    let owned = sound.replacen("reopen =", "owner = \"county-water\"\nreopen =", 1);
    assert_ne!(owned, sound);

    std::fs::write(&file, &owned).unwrap();
    hang_up(&server);
    server.until("the new owner", |server| {
        let rules = server.get("/api/v1/rules").1;
        rules.contains("county-water").then_some(())
    });

    // A file with a slip leaves what is in force alone, and the desk hears of it until it is mended.
    std::fs::write(&file, owned.replacen("reopen =", "reopne =", 1)).unwrap();
    hang_up(&server);
    server.until("the refusal", |server| are_refused(server).then_some(()));
    assert!(server.get("/api/v1/rules").1.contains("county-water"));
    std::fs::write(&file, &owned).unwrap();
    hang_up(&server);
    server.until("the end of it", |s| (!are_refused(s)).then_some(()));

    assert!(server.stop().success());
    assert!(journal_holds(&data, "\"configured_by\":\"signal\""));
    assert!(journal_holds(&data, "\"configured_by\":\"system\""));
}

fn press(server: &Server, op: &str, action: &serde_json::Value) {
    let act = serde_json::json!({ "op": op, "action": action });
    let (status, answer) = server.post("/api/v1/acts", act.to_string());
    assert!(
        status == 200 && answer.contains("done"),
        "{status} {answer}"
    );
}

#[test]
fn events_of_the_county_are_what_its_own_back_test_is_held_against() {
    let dir = tempfile::tempdir().unwrap();
    let Some(load) = Workload::generate(dir.path(), 7, 6.0, 1, 0.0) else {
        return;
    };
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    site_from(&load.folder, &site);
    let server = Server::start(&site, &data);
    assert!(play(&load.folder, &server.mqtt, &[]).status.success());
    let alarms = server.json("/api/v1/alarms");
    let alarm = |n: usize| (alarms[n]["key"].clone(), alarms[n]["station"].clone());
    let ((seen, station), (unseen, other)) = (alarm(0), alarm(1));
    let mark = |key: &serde_json::Value, truth: &str| serde_json::json!({"action": "mark_truth", "alarm": key, "truth": truth});
    press(&server, "m1", &mark(&seen, "true"));
    press(&server, "m2", &mark(&unseen, "false"));
    let event = serde_json::json!({"action": "keep_event", "kind": "landslide", "stations": [station],
        "level": 3, "from": alarms[0]["raised"], "text": "路面开裂, a road has cracked"});
    press(&server, "e1", &event);
    let listed = server.json("/api/v1/events");
    assert_eq!(listed.as_array().unwrap().len(), 3, "{listed}");
    assert!(server.stop().success());

    let csv = dir.path().join("events.csv");
    let out = Command::new(program())
        .args(["backtest", "--json", "--rules"])
        .arg(&site)
        .arg("--data")
        .arg(&data)
        .arg("--export-events")
        .arg(&csv)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let report: serde_json::Value = serde_json::from_str(&told).unwrap();
    let raises = report["a"]["raises"].as_array().unwrap();
    let at = |station: &serde_json::Value| {
        let mine = raises.iter().filter(|r| r["station"] == *station);
        mine.cloned().collect::<Vec<_>>()
    };
    assert!(at(&station).iter().any(|r| r["confirmed"] == true));
    if station != other {
        assert!(at(&other).iter().any(|r| r["judged"] == true));
        assert!(at(&other).iter().all(|r| r["confirmed"] == false));
    }
    let rows = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(rows.lines().count(), 4, "{rows}");
    assert!(
        rows.contains("路面开裂") && rows.contains("false-alarm"),
        "{rows}"
    );
}
