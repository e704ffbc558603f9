//! Copies, cuts and exports of a real journal, made while it is being written.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use model::codec::Record;
use model::config::{Clock, Config};
use model::custody::Timekeeping;
use model::intake::Quality;
use model::{Input, JurisdictionSlot, Observed, SeriesSlot, Time};
use store::evidence::{FOLDER, examine};
use store::{
    Blobs, CommitBuffer, ExportError, Journal, JournalOptions, Notary, Position, Restored, Until,
    backup, export, restore,
};
use tempfile::TempDir;

const SMALL: JournalOptions = JournalOptions {
    segment_bytes: 16 << 10,
    reserve_bytes: 0,
};

fn at(n: u64) -> Time {
    Time::from_ms(1_784_000_000_000 + n as i64 * 1000)
}

fn input(n: u64) -> Input {
    match n {
        1 => Input::Configured(Box::new(
            Config {
                code: "330624".to_owned(),
                ..Config::default()
            }
            .into(),
        )),
        2 => Input::ClockRead(Box::new(Timekeeping {
            clock: Clock::Wall,
            keeper: Some("chrony".to_owned()),
            synchronized: Some(true),
            offset_us: Some(12),
            system: at(2),
        })),
        n if n.is_multiple_of(500) => Input::ClockStepped { by_ms: 3000 },
        n => Input::Observed(Observed {
            interface: 0,
            series: SeriesSlot((n % 7) as u32),
            observed: at(n).plus_ms(-400),
            received: at(n),
            value: 1000 + (n as i64 * 37) % 90,
            revision: 0,
            quality: Quality::Good,
            late: false,
            too_late: false,
            suspect: false,
        }),
    }
}

struct Feeding {
    journal: Journal,
    buffer: CommitBuffer,
    notary: Notary,
    next: u64,
}

impl Feeding {
    fn begin(data: &Path) -> Feeding {
        let start = Position::START;
        let (journal, _) =
            Journal::open(&data.join("journal"), SMALL, start, &mut |_, _, _| Ok(())).unwrap();
        Feeding {
            journal,
            buffer: CommitBuffer::new(start),
            notary: Notary::open(&data.join(FOLDER)).unwrap(),
            next: 1,
        }
    }

    fn go_on_to(&mut self, last: u64) {
        while self.next <= last {
            for _ in 0..(self.next % 4 + 1).min(last + 1 - self.next) {
                let record = Record::Input {
                    at: at(self.next),
                    jurisdiction: JurisdictionSlot(0),
                    input: input(self.next),
                };
                self.buffer.push_record(&record).unwrap();
                self.next += 1;
            }
            self.journal.append(&self.buffer.seal()).unwrap();
        }
    }

    fn sign(&mut self) {
        let place = self.journal.position();
        self.notary.sign(place, at(place.number)).unwrap();
    }
}

fn chain_at(data: &Path, number: u64) -> [u8; 32] {
    let audit = store::journal::audit(&data.join("journal"), &[number]).unwrap();
    audit.marks[0].unwrap()
}

fn numbers(data: &Path, last: u64) -> u64 {
    let mut count = 0;
    store::read(&data.join("journal"), 1, last, &mut |number, _, _| {
        count += 1;
        assert_eq!(number, count);
        ControlFlow::Continue(())
    })
    .unwrap();
    count
}

fn archive_all(data: &Path) -> u64 {
    let later = SystemTime::now() + Duration::from_secs(10);
    let done = store::journal::archive(&data.join("journal"), later).unwrap();
    done.segments
}

/// Ends the other thread however this one ends.
struct Raised<'a>(&'a AtomicBool);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_backup_of_a_running_journal_is_whole_and_grows() {
    let (data, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let stop = AtomicBool::new(false);
    let mut feeding = Feeding::begin(data.path());
    feeding.go_on_to(1000);
    feeding.sign();
    let writer = &mut feeding;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut last = 1000;
            while !stop.load(Ordering::Relaxed) {
                last += 50;
                writer.go_on_to(last);
            }
        });
        let _ends = Raised(&stop);
        let mut before = 1000;
        for round in 0..6 {
            if round == 3 {
                archive_all(data.path());
            }
            let done = backup(data.path(), copy.path()).unwrap();
            assert!(done.through.number >= before, "it goes on");
            before = done.through.number;
            let found = examine(copy.path(), &[], None).unwrap();
            assert_eq!(found.findings, vec![]);
            assert_eq!(found.chain.end, done.through);
            assert_eq!(found.good.len(), 1, "the checkpoint went with it");
        }
    });
    let done = backup(data.path(), copy.path()).unwrap();
    assert_eq!(done.through, feeding.journal.position());
    let key = copy.path().join(FOLDER).join("key");
    assert!(!key.exists(), "a copy cannot sign");
}

#[test]
fn erased_files_are_erased_in_the_copy_too() {
    let (data, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    Feeding::begin(data.path()).go_on_to(10);
    let blobs = Blobs::open(&data.path().join("blobs")).unwrap();
    let (one, two) = (blobs.put(b"a face").unwrap(), blobs.put(b"a dam").unwrap());
    backup(data.path(), copy.path()).unwrap();
    let copied = Blobs::open(&copy.path().join("blobs")).unwrap();
    assert!(copied.holds(&one) && copied.holds(&two));
    assert!(blobs.erase(&one).unwrap());
    backup(data.path(), copy.path()).unwrap();
    assert!(!copied.holds(&one) && copied.holds(&two));
    assert_eq!(copied.get(&one).unwrap(), None);
    assert_eq!(examine(data.path(), &[], None).unwrap().findings, vec![]);
}

#[test]
fn a_journal_is_restored_up_to_an_entry_or_a_time() {
    let data = TempDir::new().unwrap();
    let mut feeding = Feeding::begin(data.path());
    feeding.go_on_to(2000);
    feeding.sign();
    feeding.go_on_to(3000);
    for archived in [false, true] {
        if archived {
            assert!(archive_all(data.path()) > 3);
        }
        let wanted = [
            (Until::Number(1), 1),
            (Until::Number(777), 777),
            (Until::Time(at(2500).plus_ms(999)), 2500),
            (Until::Number(u64::MAX), 3000),
            (Until::End, 3000),
        ];
        for (until, last) in wanted {
            let into = TempDir::new().unwrap();
            let place = restore(data.path(), into.path(), until, &mut |_| Ok(())).unwrap();
            assert_eq!(place.number, last, "{until:?}");
            assert_eq!(place.hash, chain_at(data.path(), last), "one chain");
            assert_eq!(numbers(into.path(), last), last);
            let found = examine(into.path(), &[], None).unwrap();
            assert_eq!(found.findings, vec![]);
            assert_eq!(found.good.len(), usize::from(last >= 2000));
            // It can be gone on with from there.
            let journal = into.path().join("journal");
            let (mut journal, _) =
                Journal::open(&journal, SMALL, place, &mut |_, _, _| Ok(())).unwrap();
            let mut buffer = CommitBuffer::new(place);
            let ticked = Record::Input {
                at: at(9000),
                jurisdiction: JurisdictionSlot(0),
                input: Input::Ticked,
            };
            buffer.push_record(&ticked).unwrap();
            journal.append(&buffer.seal()).unwrap();
            let again = restore(data.path(), into.path(), Until::End, &mut |_| Ok(()));
            assert!(again.is_err(), "nothing is overwritten");
        }
        let into = TempDir::new().unwrap();
        let early = restore(
            data.path(),
            into.path(),
            Until::Time(at(0)),
            &mut |_| Ok(()),
        );
        assert!(early.is_err(), "nothing was recorded by then");
    }
}

/// What the script that knows nothing of us says: whether it found nothing, and its words.
fn script(folder: &Path, key: Option<&Path>) -> (bool, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/verify_export.py");
    let mut command = Command::new("python3");
    let said = command.arg(path).arg(folder).args(key).output().unwrap();
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (said.status.success(), text)
}

fn change(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} in {}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn exported(data: &Path, from: u64, to: u64) -> TempDir {
    let out = TempDir::new().unwrap();
    let mut told = Vec::new();
    let done = export(data, at(from), at(to), out.path(), &mut |taken| {
        let empty = std::fs::read_dir(out.path())?.next().is_none();
        assert!(empty, "told before anything is written");
        told.push(taken.clone());
        Ok(())
    });
    assert_eq!(told, [done.unwrap()]);
    out
}

#[test]
fn what_cannot_be_noted_is_not_taken() {
    let (data, again) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut feeding = Feeding::begin(data.path());
    feeding.go_on_to(100);
    feeding.sign();
    let blobs = Blobs::open(&data.path().join("blobs")).unwrap();
    let (face, gone) = (blobs.put(b"a face").unwrap(), blobs.put(b"it").unwrap());
    blobs.erase(&gone).unwrap();
    let out = data.path().join("out");
    let full = || Err(std::io::Error::other("no room for a note"));
    let refused = export(data.path(), at(4), at(9), &out, &mut |_| full());
    assert!(matches!(refused, Err(ExportError::Note(_))) && !out.exists());
    let refused = restore(data.path(), again.path(), Until::End, &mut |_| full());
    assert!(refused.is_err() && !again.path().join("journal").exists());
    assert!(!again.path().join("blobs").exists());
    // The files of people that come back are counted.
    let mut told = None;
    let done = restore(
        data.path(),
        again.path(),
        Until::Number(60),
        &mut |coming| {
            assert!(
                !again.path().join("blobs").exists(),
                "told before they come"
            );
            told = Some(*coming);
            Ok(())
        },
    );
    assert_eq!(done.unwrap().number, 60);
    let want = Restored {
        through: 60,
        files: 1,
    };
    assert_eq!(told, Some(want));
    let back = Blobs::open(&again.path().join("blobs")).unwrap();
    assert!(back.holds(&face) && !back.holds(&gone));
    // As old as they were, so that they go when they are to go.
    assert_eq!(age(&back, &face), age(&blobs, &face));
}

fn age(blobs: &Blobs, seal: &model::Seal) -> SystemTime {
    let kept = blobs.all().unwrap();
    kept.into_iter().find(|(one, _)| one == seal).unwrap().1
}

fn with_ending(folder: &Path, ending: &str) -> PathBuf {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let named = paths.filter(|path| path.extension().is_some_and(|e| e == ending));
    named.min().unwrap()
}

#[test]
fn an_export_proves_itself_to_a_script_that_knows_nothing_of_us() {
    let data = TempDir::new().unwrap();
    let mut feeding = Feeding::begin(data.path());
    feeding.go_on_to(1000);
    feeding.sign();
    feeding.go_on_to(1300);
    archive_all(data.path());
    let key = with_ending(&data.path().join(FOLDER), "pub");

    let out = exported(data.path(), 400, 900);
    let (good, said) = script(out.path(), Some(&key));
    assert!(good && said.starts_with("ok: entries 400 to 900"), "{said}");
    let proof = std::fs::read_to_string(out.path().join("proof.json")).unwrap();
    let proof: serde_json::Value = serde_json::from_str(&proof).unwrap();
    assert_eq!(proof["clock"]["before"]["clock"]["keeper"], "chrony");
    assert_eq!(proof["clock"]["steps"][0]["by_ms"], 3000);
    let lines = std::fs::read_to_string(out.path().join("entries.jsonl")).unwrap();
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["entry"]["jurisdiction"], "330624");
    assert_eq!(first["entry"]["observed"]["value"], "1040");

    // With no key got from elsewhere it says what that is worth.
    let (good, said) = script(out.path(), None);
    let want =
        "ok by the key in the export itself, which proves nothing about who wrote it: entries";
    assert!(good && said.starts_with(want), "{said}");

    // Past the last checkpoint one is signed for it.
    let late = exported(data.path(), 1100, 1200);
    let (good, said) = script(late.path(), Some(&key));
    assert!(good, "{said}");
    assert_eq!(examine(data.path(), &[], None).unwrap().findings, vec![]);
}

type Tamper = fn(&Path);

#[test]
fn a_tampered_export_is_found_out_by_the_script() {
    let data = TempDir::new().unwrap();
    let mut feeding = Feeding::begin(data.path());
    feeding.go_on_to(1000);
    feeding.sign();
    let key = with_ending(&data.path().join(FOLDER), "pub");
    let tampers: [(Tamper, &str); 7] = [
        (
            |f| change(&f.join("entries.jsonl"), "1040", "1041"),
            "not the file of the proof",
        ),
        (|f| forge(f, |lines| flip_raw(&mut lines[7])), "entry 407"),
        (|f| forge(f, |lines| drop(lines.remove(7))), "entry 407"),
        (|f| forge(f, |lines| lines.swap(7, 8)), "entry 407"),
        (|f| forge(f, |lines| drop(lines.pop())), "do not end where"),
        (
            |f| {
                change(
                    &f.join("proof.json"),
                    "\"time\": \"2026",
                    "\"time\": \"2025",
                )
            },
            "forged",
        ),
        // The readable half alone, with the proof mended to it.
        (
            |f| forge(f, |lines| lines[0] = lines[0].replacen("1040", "1041", 1)),
            "not as it was signed",
        ),
    ];
    for (tamper, want) in tampers {
        let out = exported(data.path(), 400, 900);
        tamper(out.path());
        let (good, said) = script(out.path(), Some(&key));
        assert!(!good && said.contains(want), "{want}: {said}");
    }
}

#[test]
fn a_foreign_key_and_a_tampered_journal_give_no_proof() {
    let (data, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for folder in [&data, &other] {
        let mut feeding = Feeding::begin(folder.path());
        feeding.go_on_to(100);
        feeding.sign();
    }
    let key = with_ending(&data.path().join(FOLDER), "pub");
    let foreign = exported(other.path(), 40, 90);
    let (good, said) = script(foreign.path(), Some(&key));
    assert!(!good && said.contains("forged"), "{said}");

    let segment = with_ending(&other.path().join("journal"), "journal");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[900] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let found = examine(other.path(), &[], None).unwrap();
    assert!(!found.findings.is_empty());
    let out = TempDir::new().unwrap();
    let refused = export(other.path(), at(40), at(90), out.path(), &mut |_| Ok(()));
    assert!(matches!(refused, Err(ExportError::NotWhole(_))));
}

/// Another first digit in the bytes that were chained.
fn flip_raw(line: &mut String) {
    let at = line.find("\"raw\":\"").unwrap() + 7;
    let other = if line[at..].starts_with('0') {
        "1"
    } else {
        "0"
    };
    line.replace_range(at..=at, other);
}

/// Changes the lines and mends length and hash in the proof, as a forger would.
fn forge(folder: &Path, tamper: impl FnOnce(&mut Vec<String>)) {
    use sha2::{Digest, Sha256};
    let path = folder.join("entries.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (before, count) = (lines.clone(), lines.len());
    tamper(&mut lines);
    assert_ne!(before, lines);
    let new = lines.join("\n") + "\n";
    std::fs::write(&path, &new).unwrap();
    let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
    change(&folder.join("proof.json"), &hash(&text), &hash(&new));
    if count != lines.len() {
        let (old, new) = (
            format!("\"lines\": {count}"),
            format!("\"lines\": {}", lines.len()),
        );
        change(&folder.join("proof.json"), &old, &new);
    }
}
