//! What proves the journal, from outside: copies of a running server, exports, erasure on record,
//! and a tampered journal found out.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use outside::{Server, Workload, play, program, root, site_from};

fn watchfire(words: &[&str]) -> (bool, String) {
    told(Command::new(program()).args(words).output().unwrap())
}

fn told(out: Output) -> (bool, String) {
    let text = [out.stdout, out.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (out.status.success(), text)
}

fn good(words: &[&str]) -> String {
    let (good, text) = watchfire(words);
    assert!(good, "watchfire {words:?}: {text}");
    text
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn with_ending(folder: &Path, ending: &str) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    paths
        .find(|path| path.extension().is_some_and(|e| e == ending))
        .unwrap()
}

#[test]
fn a_county_proves_its_night_to_somebody_without_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let Some(load) = Workload::generate(dir.path(), 11, 0.5, 1, 0.0) else {
        return;
    };
    let at = |name: &str| dir.path().join(name);
    let (site, data, copy) = (at("site"), at("data"), at("copy"));
    site_from(&load.folder, &site);
    let server = Server::start(&site, &data);
    assert!(play(&load.folder, &server.mqtt, &[]).status.success());

    // While it runs: a copy, which is on record soon after.
    good(&["backup", "--data", text(&data), "--to", text(&copy)]);
    let said = good(&["verify", "--data", text(&copy)]);
    assert!(said.contains("each following the one before"), "{said}");
    server.until("the note of the backup to be entered", |_| {
        let notes = std::fs::read_dir(data.join("notes")).unwrap();
        (notes.count() == 0).then_some(())
    });
    // A photo is erased while it runs, on record before it is gone.
    let face = b"\x89PNG\r\n\x1a\n\0\0\0\x04IHDRfacecrc!\0\0\0\0IENDcrc!";
    let (status, photo) = server.post("/api/v1/blobs", face);
    assert_eq!(status, 201, "{photo}");
    let photo: serde_json::Value = serde_json::from_str(&photo).unwrap();
    let photo = photo["blob"].as_str().unwrap();
    let place = format!("/api/v1/blobs/{photo}");
    assert_eq!(server.get(&place).0, 200);
    good(&["erase", "--data", text(&data), "--blob", photo]);
    assert_eq!(server.get(&place).0, 404);
    let hash = server.hash();
    assert!(server.stop().success());

    // A checkpoint elsewhere, the key that goes with it, and all of it agreeing.
    let elsewhere = at("elsewhere");
    good(&[
        "checkpoint",
        "export",
        "--data",
        text(&data),
        "--to",
        text(&elsewhere),
    ]);
    let said = good(&[
        "verify",
        "--data",
        text(&data),
        "--against",
        text(&elsewhere),
    ]);
    assert!(said.contains("signed checkpoints agree"), "{said}");

    let proof = at("proof");
    let (from, to) = ("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z");
    let asked = [
        "export",
        "--data",
        text(&data),
        "--from",
        from,
        "--to",
        to,
        "--out",
        text(&proof),
    ];
    good(&asked);
    let script = root().join("tests/verify_export.py");
    let key = with_ending(&elsewhere, "pub");
    let mut python = Command::new("python3");
    let (fine, said) = told(python.arg(&script).arg(&proof).arg(&key).output().unwrap());
    assert!(fine && said.starts_with("ok"), "{said}");
    let entries = std::fs::read_to_string(proof.join("entries.jsonl")).unwrap();
    for kind in [
        "\"backed_up\"",
        "\"observed\"",
        "\"saw_files\"",
        "\"erased\"",
        photo,
    ] {
        assert!(entries.contains(kind), "{kind} is on record");
    }
    // On a recorded night the clock was read before the first message brought a time.
    let proved = std::fs::read_to_string(proof.join("proof.json")).unwrap();
    assert!(proved.contains("\"kind\": \"feed\""), "{proved}");

    // The last word: a copy of the stopped server leads to the same state.
    good(&["backup", "--data", text(&data), "--to", text(&copy)]);
    let again = at("again");
    good(&["restore", "--from", text(&copy), "--data", text(&again)]);
    assert!(good(&["replay", "--data", text(&again)]).contains(&hash));
    let notes = std::fs::read_dir(again.join("notes")).unwrap();
    let mut noted = notes.map(|note| std::fs::read_to_string(note.unwrap().path()).unwrap());
    assert!(
        noted.any(|note| note.contains("\"restored\"")),
        "on record at its start"
    );

    // A key that somebody lays there, with a checkpoint of his own.
    assert!(Server::start(&site, &at("other")).stop().success());
    let (his, ours) = (at("other/evidence"), data.join("evidence"));
    let planted = with_ending(&his, "pub");
    std::fs::copy(&planted, ours.join(planted.file_name().unwrap())).unwrap();
    let lines = |folder: &Path| std::fs::read_to_string(folder.join("checkpoints.jsonl")).unwrap();
    let both = lines(&ours) + &lines(&his);
    std::fs::write(ours.join("checkpoints.jsonl"), both).unwrap();
    let (fine, said) = watchfire(&["verify", "--data", text(&data)]);
    assert!(!fine && said.contains("is foreign"), "{said}");
    assert!(said.contains("signed checkpoints agree"), "{said}");

    let segment = with_ending(&data.join("journal"), "journal");
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.iter().rposition(|byte| *byte != 0).unwrap() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let (fine, said) = watchfire(&[
        "verify",
        "--data",
        text(&data),
        "--against",
        text(&elsewhere),
    ]);
    assert!(!fine && said.contains("was changed"), "{said}");
    let mut serve = Command::new(program());
    Server::serve_args(&mut serve, &site, &data);
    let (served, said) = told(serve.output().unwrap());
    assert!(!served && said.contains("broken at record"), "{said}");
    assert!(!watchfire(&asked).0, "what is not whole proves nothing");
}
