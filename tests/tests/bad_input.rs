//! Bad input: a clear answer, counted, and no neighbour harmed.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use outside::{Publisher, Sent, Server, Workload, play, program, site_from};

struct Bench {
    _dir: tempfile::TempDir,
    load: Workload,
    site: PathBuf,
    data: PathBuf,
}

/// A workload county of half an hour.
fn bench() -> Option<Bench> {
    let dir = tempfile::tempdir().unwrap();
    let load = Workload::generate(dir.path(), 7, 0.5, 1, 0.0)?;
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    site_from(&load.folder, &site);
    Some(Bench {
        _dir: dir,
        load,
        site,
        data,
    })
}

fn refused(server: &Server, interface: &str, kind: &str) -> u64 {
    server.json("/api/v1/intake/counts")[interface]["refused"][kind]
        .as_u64()
        .unwrap_or(0)
}

#[test]
fn every_bad_observation_gets_a_reason_and_the_good_ones_are_taken() {
    let Some(bench) = bench() else { return };
    let server = Server::start(&bench.site, &bench.data);
    let good = |n: usize| bench.load.messages()[n].1.clone();
    let cases = [
        ("truncated", good(1)[..30].to_owned(), "malformed"),
        (
            "wrong unit",
            good(2).replace('}', ",\"unit\":\"parsec\"}"),
            "malformed",
        ),
        (
            "not a number",
            good(3).replace("\"value\":", "\"value\":\"x\",\"v\":"),
            "malformed",
        ),
        (
            "unknown station",
            good(4).replace("0000-", "9999-"),
            "unknown",
        ),
        (
            "unknown quantity",
            good(5).replace("\"quantity\":\"", "\"quantity\":\"x"),
            "unknown",
        ),
        (
            "too many decimals",
            good(6).replace(",\"time\"", "001,\"time\""),
            "malformed",
        ),
    ];
    let (status, answer) = server.post("/api/v1/observations", good(0));
    assert_eq!(status, 200, "{answer}");
    for (what, body, kind) in cases {
        let before = refused(&server, "http", kind);
        let (status, answer) = server.post("/api/v1/observations", &body);
        assert!((200..500).contains(&status), "{what}: {status} {answer}");
        assert!(answer.contains(kind), "{what}: {answer}");
        assert_eq!(
            refused(&server, "http", kind),
            before + 1,
            "{what}: {answer}"
        );
        // Whoever looks after the links sees the message itself, and why.
        let newest = &server.json("/api/v1/intake/refused?limit=1")[0];
        assert_eq!(
            (&newest["kind"], &newest["interface"]),
            (&kind.into(), &"http".into())
        );
        let kept = newest["text"].as_str().unwrap();
        assert!(body.starts_with(&kept[..20]), "{what}: {newest}");
        assert!(
            newest["reason"].as_str().unwrap().len() > 10,
            "{what}: {newest}"
        );
    }
    let future = good(7)
        .replace("2026-", "2027-")
        .replace('}', ",\"received\":\"2026-07-15T00:05:00Z\"}");
    let (_, answer) = server.post("/api/v1/observations", &future);
    assert!(answer.contains("future"), "{answer}");
    let big = vec![b'x'; 10 << 20];
    let (status, answer) = server.post("/api/v1/observations", &big);
    assert_eq!(status, 413, "{answer}");
    assert!(play(&bench.load.folder, &server.mqtt, &[]).status.success());
    bench.load.check(&server.transitions());
    let unknown = server.json("/api/v1/intake/refused?kind=unknown&interface=http");
    assert_eq!(unknown.as_array().unwrap().len(), 2, "{unknown}");
    assert_eq!(
        server.json("/api/v1/intake/refused?interface=mqtt"),
        serde_json::json!([])
    );
    assert!(server.stop().success());
    let told = |more: &[&str]| {
        let mut asked = Command::new(program());
        asked
            .args(["refused", "--data"])
            .arg(&bench.data)
            .args(more);
        let answer = asked.output().unwrap();
        String::from_utf8([answer.stdout, answer.stderr].concat()).unwrap()
    };
    let lines = told(&["--kind", "unknown"]);
    assert_eq!(lines.matches("http  unknown").count(), 2, "{lines}");
    let slip = told(&["--kind", "unknwon"]);
    assert!(slip.contains("malformed, unknown, future"), "{slip}");
}

#[test]
fn a_large_or_senseless_publish_harms_no_neighbour() {
    let Some(bench) = bench() else { return };
    let server = Server::start(&bench.site, &bench.data);
    let bad = vec![
        ("obs/0000-R0001/rain".to_owned(), "x".repeat(200_000)),
        ("obs/0000-R0001/rain".to_owned(), "{\"station\":".to_owned()),
        ("weather/forecast".to_owned(), "sunny".to_owned()),
    ];
    // Confirmed once it lies in quarantine: a station would repeat it for ever otherwise.
    assert_eq!(
        Publisher::new(bad, 10).run(&server.mqtt, |_| false),
        Sent::All
    );
    assert!(refused(&server, "mqtt", "oversized") + refused(&server, "mqtt", "malformed") >= 2);
    let mut noise = TcpStream::connect(&server.mqtt).unwrap();
    noise.write_all(&[0xff; 4096]).unwrap();
    assert!(play(&bench.load.folder, &server.mqtt, &[]).status.success());
    bench.load.check(&server.transitions());
}

#[test]
fn a_thousand_connections_at_once() {
    let Some(bench) = bench() else { return };
    let server = Server::start(&bench.site, &bench.data);
    let idle: Vec<TcpStream> = (0..1000)
        .map(|_| TcpStream::connect(&server.mqtt).unwrap())
        .collect();
    assert!(play(&bench.load.folder, &server.mqtt, &[]).status.success());
    bench.load.check(&server.transitions());
    drop(idle);
    assert!(server.stop().success());
}

/// Runs a command that has to fail and gives what it said.
fn fails(command: &mut Command) -> String {
    let out = command.output().unwrap();
    let told = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    assert!(!out.status.success(), "it should have failed: {told}");
    told
}

fn serve(site: &Path, data: &Path) -> Command {
    let mut command = Command::new(program());
    Server::serve_args(&mut command, site, data);
    command
}

#[test]
fn typos_in_files_are_all_told_at_once_with_place_and_spelling() {
    let Some(bench) = bench() else { return };
    let file = bench.site.join("site.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\nclock =", "\nclok =", 1)).unwrap();
    let rules = bench.site.join("rules");
    let rule = std::fs::read_dir(rules)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let text = std::fs::read_to_string(&rule).unwrap();
    std::fs::write(&rule, text.replacen("measure", "mesure", 1)).unwrap();
    let told = fails(&mut serve(&bench.site, &bench.data));
    for word in [
        "site.toml",
        "clok",
        "clock",
        rule.file_name().unwrap().to_str().unwrap(),
        "mesure",
    ] {
        assert!(told.contains(word), "{word} is not in:\n{told}");
    }
}

#[test]
fn a_port_in_use_is_named() {
    let Some(bench) = bench() else { return };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(program());
    command
        .arg("serve")
        .arg("--site")
        .arg(&bench.site)
        .arg("--data")
        .arg(&bench.data);
    command.args(["--http", &address, "--mqtt", "127.0.0.1:0"]);
    let told = fails(&mut command);
    assert!(told.contains(&address), "{told}");
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let Some(bench) = bench() else { return };
    let _first = Server::start(&bench.site, &bench.data);
    let mut command = Command::new(program());
    command
        .arg("serve")
        .arg("--site")
        .arg(&bench.site)
        .arg("--data")
        .arg(&bench.data);
    command.args(["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"]);
    let told = fails(&mut command);
    assert!(told.contains(bench.data.to_str().unwrap()), "{told}");
}

#[test]
fn a_ready_file_is_refused_off_the_loopback() {
    let Some(bench) = bench() else { return };
    let mut command = Command::new(program());
    command
        .arg("serve")
        .arg("--site")
        .arg(&bench.site)
        .arg("--data")
        .arg(&bench.data);
    command.args([
        "--http",
        "0.0.0.0:0",
        "--mqtt",
        "127.0.0.1:0",
        "--ready-file",
    ]);
    let told = fails(command.arg(bench.data.join("ready.json")));
    assert!(told.contains("loopback"), "{told}");
}

#[test]
fn a_damaged_database_is_rebuilt_from_the_journal() {
    let Some(bench) = bench() else { return };
    let server = Server::start(&bench.site, &bench.data);
    assert!(play(&bench.load.folder, &server.mqtt, &[]).status.success());
    let (station, quantity) = {
        let (topic, _) = &bench.load.messages()[0];
        let mut parts = topic.split('/').skip(1);
        (
            parts.next().unwrap().to_owned(),
            parts.next().unwrap().to_owned(),
        )
    };
    let path = format!("/api/v1/series/{station}/{quantity}");
    let (series, told) = (server.lines(&path), server.transitions());
    assert!(!series.is_empty());
    assert!(server.stop().success());
    for entry in std::fs::read_dir(&bench.data).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("history.db") {
            std::fs::write(&path, b"this was a database").unwrap();
        }
    }
    let server = Server::start(&bench.site, &bench.data);
    assert_eq!(server.lines(&path), series);
    assert_eq!(server.transitions(), told);
    bench.load.check(&told);
}

#[test]
fn a_changed_byte_in_the_journal_is_named_and_nothing_starts() {
    let Some(bench) = bench() else { return };
    let server = Server::start(&bench.site, &bench.data);
    assert!(play(&bench.load.folder, &server.mqtt, &[]).status.success());
    assert!(server.stop().success());
    let _none = std::fs::remove_dir_all(bench.data.join("snapshots"));
    let mut segments: Vec<PathBuf> = std::fs::read_dir(bench.data.join("journal"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    segments.retain(|p| p.is_file());
    segments.sort();
    let mut bytes = std::fs::read(&segments[0]).unwrap();
    // Somewhere in the config record at the head, far before the last commit.
    bytes[5000] ^= 1;
    std::fs::write(&segments[0], bytes).unwrap();
    let told = fails(&mut serve(&bench.site, &bench.data));
    assert!(told.contains("record"), "{told}");
}

#[test]
fn play_says_within_ten_seconds_that_the_server_is_gone() {
    let Some(bench) = bench() else { return };
    let server = Server::start(&bench.site, &bench.data);
    let mqtt = server.mqtt.clone();
    server.kill();
    let begun = std::time::Instant::now();
    let played = play(&bench.load.folder, &mqtt, &[]);
    assert_eq!(played.status.code(), Some(3), "{}", played.told);
    assert!(begun.elapsed() < Duration::from_secs(10));
}
