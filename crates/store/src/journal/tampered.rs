#![allow(clippy::unwrap_used)]
//! Everything an inquiry is afraid of, done to a real journal: each is found and named, in segments
//! and, where it can be done there, in archives.

use std::os::unix::fs::FileExt;
use std::time::{Duration, SystemTime};

use model::codec::{Record, encode};
use model::intake::Quality;
use model::{Input, JurisdictionSlot, Observed, SeriesSlot, Time};
use proptest::prelude::*;
use tempfile::TempDir;

mod head;
mod keys;

use super::frame::FrameHeader;
use super::*;
use crate::evidence::{Checkpoint, Examined, FOLDER, Keyring, Notary, examine, hand_out};

const SMALL: JournalOptions = JournalOptions {
    segment_bytes: 4096,
    reserve_bytes: 0,
};
const LAST: u64 = 400;

/// A data folder with a journal of readings and ticks in commits of 1 to 5, signed at records 100,
/// 200, 300 and 400.
struct Kept {
    dir: TempDir,
}

fn record(n: u64) -> Record {
    let at = Time::from_ms(1_784_000_000_000 + n as i64 * 1000);
    let input = if n.is_multiple_of(10) {
        Input::Ticked
    } else {
        Input::Observed(Observed {
            interface: 0,
            series: SeriesSlot((n % 7) as u32),
            observed: at.plus_ms(-400),
            received: at,
            value: 1000 + (n as i64 * 37) % 90,
            revision: 0,
            quality: Quality::Good,
            late: false,
            too_late: false,
            suspect: false,
        })
    };
    Record::Input {
        at,
        jurisdiction: JurisdictionSlot(0),
        input,
    }
}

fn kept() -> Kept {
    let dir = TempDir::new().unwrap();
    let mut notary = Notary::open(&dir.path().join(FOLDER)).unwrap();
    let (mut journal, _) = Journal::open(
        &dir.path().join("journal"),
        SMALL,
        Position::START,
        &mut |_, _, _| Ok(()),
    )
    .unwrap();
    let mut buffer = CommitBuffer::new(Position::START);
    let mut n = 0;
    while n < LAST {
        for _ in 0..(n % 5 + 1).min(100 - n % 100) {
            n += 1;
            buffer.push_record(&record(n)).unwrap();
        }
        journal.append(&buffer.seal()).unwrap();
        if n.is_multiple_of(100) {
            let time = Time::from_ms(1_790_000_000_000 + n as i64);
            notary.sign(journal.position(), time).unwrap().unwrap();
        }
    }
    drop(journal);
    Kept { dir }
}

/// A commit taken apart: its header and its records with their checks.
type Apart = (FrameHeader, Vec<Vec<u8>>);

impl Kept {
    fn journal(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    fn examined(&self) -> Examined {
        examine(self.dir.path(), &[], None).unwrap()
    }

    fn named(&self) -> Vec<String> {
        let found = self.examined().findings;
        found.iter().map(|finding| finding.to_string()).collect()
    }

    fn archive(&self) -> Archived {
        let later = SystemTime::now() + Duration::from_secs(10);
        archive(&self.journal(), later).unwrap()
    }

    /// The segment that holds a record, and where its commits end.
    fn segment_of(&self, number: u64) -> PathBuf {
        let firsts = segment::list(&self.journal()).unwrap();
        let at = firsts.partition_point(|first| *first <= number) - 1;
        segment::path(&self.journal(), firsts[at])
    }

    fn commits(&self, path: &Path) -> Vec<Apart> {
        let mut scan = Scan::open(path.to_owned()).unwrap();
        let mut found = Vec::new();
        while let Step::Frame { header, frame } = scan.step().unwrap() {
            let (mut rest, mut records) = (&frame[HEADER..], Vec::new());
            while let Some(cut) = chain::cut(rest) {
                records.push(rest[..rest.len() - cut.rest.len()].to_vec());
                rest = cut.rest;
            }
            found.push((header, records));
        }
        found
    }

    /// Writes the commits of a segment anew, lengths and crcs made right as a forger would.
    fn forge(&self, path: &Path, change: impl FnOnce(&mut Vec<Apart>)) {
        let mut commits = self.commits(path);
        change(&mut commits);
        let file = File::options().read(true).write(true).open(path).unwrap();
        let size = file.metadata().unwrap().len();
        let mut bytes = Vec::new();
        for (header, records) in commits {
            let mut frame = vec![0; HEADER];
            frame.extend(records.iter().flatten());
            let header = FrameHeader {
                body: (frame.len() - HEADER) as u32,
                ..header
            };
            header.finish(&mut frame);
            bytes.extend(frame);
        }
        bytes.resize((size - HEAD) as usize, 0);
        file.write_all_at(&bytes, HEAD).unwrap();
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The commit that holds a record, and the record's place in it.
fn place_of(commits: &[Apart], number: u64) -> (usize, usize) {
    let at = commits
        .iter()
        .position(|(h, _)| h.last() >= number)
        .unwrap();
    (at, (number - commits[at].0.first) as usize)
}

fn flip(path: &Path, at: u64, bits: u8) {
    let file = File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ bits], at).unwrap();
}

/// Where in its file a record begins.
fn offset_of(kept: &Kept, path: &Path, number: u64) -> u64 {
    let mut at = HEAD;
    for (header, records) in kept.commits(path) {
        at += HEADER as u64;
        for (n, record) in (header.first..).zip(records) {
            if n == number {
                return at;
            }
            at += record.len() as u64;
        }
    }
    panic!("no record {number} in {}", path.display())
}

#[test]
fn nothing_is_found_where_nothing_was_done() {
    let kept = kept();
    assert!(segment::list(&kept.journal()).unwrap().len() > 4);
    let found = kept.examined();
    assert_eq!(found.findings, Vec::<Finding>::new());
    assert_eq!((found.chain.records, found.good.len()), (LAST, 4));
    kept.archive();
    let again = kept.examined();
    assert_eq!(again.findings, Vec::<Finding>::new());
    assert_eq!(again.chain.end, found.chain.end);
    assert_eq!((again.chain.records, again.good.len()), (LAST, 4));
}

#[test]
fn a_changed_byte_is_named() {
    for number in [1, 57, 150, 388] {
        let kept = kept();
        let path = kept.segment_of(number);
        flip(&path, offset_of(&kept, &path, number) + 6, 0x10);
        let want = format!("entry {number} was changed, in {}", name_of(&path));
        assert_eq!(kept.named(), [want]);
    }
}

#[test]
fn two_changed_bytes_are_both_named() {
    let kept = kept();
    for number in [20, 333] {
        let path = kept.segment_of(number);
        flip(&path, offset_of(&kept, &path, number) + 6, 1);
    }
    let named = kept.named();
    assert_eq!(named.len(), 2, "{named:?}");
    assert!(named[0].starts_with("entry 20 was changed"), "{named:?}");
    assert!(named[1].starts_with("entry 333 was changed"), "{named:?}");
}

#[test]
fn an_entry_changed_by_one_who_mends_the_frame_is_named() {
    let kept = kept();
    let path = kept.segment_of(137);
    kept.forge(&path, |commits| {
        let (at, n) = place_of(commits, 137);
        commits[at].1[n][6] ^= 1;
    });
    assert_eq!(
        kept.named(),
        [format!("entry 137 was changed, in {}", name_of(&path))]
    );
}

#[test]
fn a_removed_entry_is_named() {
    let kept = kept();
    let path = kept.segment_of(138);
    kept.forge(&path, |commits| {
        let (at, n) = place_of(commits, 138);
        commits[at].1.remove(n);
    });
    let want = format!("entries 138 to 138 were removed, in {}", name_of(&path));
    assert_eq!(kept.named(), [want]);
}

#[test]
fn an_entry_cut_out_of_the_file_is_named() {
    let kept = kept();
    let path = kept.segment_of(138);
    let at = offset_of(&kept, &path, 138) as usize;
    let length = offset_of(&kept, &path, 139) as usize - at;
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.drain(at..at + length);
    bytes.resize(bytes.len() + length, 0);
    std::fs::write(&path, bytes).unwrap();
    let want = format!("entries 138 to 138 were removed, in {}", name_of(&path));
    assert_eq!(kept.named(), [want]);
}

#[test]
fn a_removed_commit_and_a_removed_segment_are_named() {
    let kept = kept();
    let path = kept.segment_of(138);
    let mut span = (0, 0);
    kept.forge(&path, |commits| {
        let (at, _) = place_of(commits, 138);
        let (gone, _) = commits.remove(at);
        span = (gone.first, gone.last());
    });
    let want = format!(
        "entries {} to {} were removed, in {}",
        span.0,
        span.1,
        name_of(&path)
    );
    assert_eq!(kept.named(), [want]);

    let kept = self::kept();
    let firsts = segment::list(&kept.journal()).unwrap();
    std::fs::remove_file(segment::path(&kept.journal(), firsts[1])).unwrap();
    let named = kept.named();
    let want = format!("entries {} to {} were removed", firsts[1], firsts[2] - 1);
    assert!(named.len() == 1 && named[0].starts_with(&want), "{named:?}");
}

#[test]
fn two_swapped_entries_are_named() {
    // In one commit, then of two commits.
    for (one, other) in [(137, 138), (132, 139)] {
        let kept = kept();
        let path = kept.segment_of(one);
        assert_eq!(path, kept.segment_of(other));
        kept.forge(&path, |commits| {
            let (a, b) = (place_of(commits, one), place_of(commits, other));
            let (first, second) = (commits[a.0].1[a.1].clone(), commits[b.0].1[b.1].clone());
            commits[a.0].1[a.1] = second;
            commits[b.0].1[b.1] = first;
        });
        let want = format!(
            "entries {one} and {other} were swapped, in {}",
            name_of(&path)
        );
        assert_eq!(kept.named(), [want]);
    }
}

#[test]
fn two_swapped_commits_are_named() {
    let kept = kept();
    let path = kept.segment_of(138);
    let mut firsts = (0, 0);
    kept.forge(&path, |commits| {
        let (at, _) = place_of(commits, 138);
        firsts = (commits[at].0.first, commits[at + 1].0.first);
        commits.swap(at, at + 1);
    });
    let want = format!(
        "entries {} and {} were swapped, in {}",
        firsts.0,
        firsts.1,
        name_of(&path)
    );
    assert_eq!(kept.named(), [want]);
}

#[test]
fn a_cut_tail_is_known_from_a_later_checkpoint() {
    let kept = kept();
    let path = kept.segment_of(LAST);
    let mut last = 0;
    kept.forge(&path, |commits| {
        commits.pop();
        last = commits.last().map_or(0, |(h, _)| h.last());
    });
    let named = kept.named();
    assert_eq!(named.len(), 1, "{named:?}");
    let want = format!("the journal ends at entry {last}, but entry {LAST} was signed at");
    assert!(named[0].starts_with(&want), "{named:?}");
}

#[test]
fn a_cut_tail_is_known_from_a_checkpoint_kept_elsewhere() {
    let kept = kept();
    let elsewhere = TempDir::new().unwrap();
    let checkpoint = hand_out(&kept.dir.path().join(FOLDER), elsewhere.path()).unwrap();
    let ring = Keyring::in_folder(elsewhere.path()).unwrap();
    // The forger takes the tail and everything beside the journal that speaks of it.
    let path = kept.segment_of(LAST);
    std::fs::remove_file(&path).unwrap();
    std::fs::remove_file(kept.dir.path().join(FOLDER).join("checkpoints.jsonl")).unwrap();
    assert_eq!(
        kept.named(),
        Vec::<String>::new(),
        "nothing beside it knows"
    );
    let found = examine(kept.dir.path(), &[checkpoint], Some(&ring)).unwrap();
    assert!(matches!(
        found.findings[..],
        [Finding::CutTail { known: LAST, .. }]
    ));
}

#[test]
fn a_forged_checkpoint_is_named() {
    let kept = kept();
    let path = kept.dir.path().join(FOLDER).join("checkpoints.jsonl");
    let mut lines: Vec<Checkpoint> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // One dated back, one by a key that is not ours, one line of noise.
    lines[1].time = Time::from_ms(1_600_000_000_000);
    let other = TempDir::new().unwrap();
    let place = lines[2].position().unwrap();
    let mut foreign = Notary::open(other.path()).unwrap();
    lines[2] = foreign.sign(place, lines[2].time).unwrap().unwrap();
    let mut text: String = lines
        .iter()
        .map(|line| serde_json::to_string(line).unwrap() + "\n")
        .collect();
    text.push_str("noise\n");
    std::fs::write(&path, text).unwrap();
    let found = kept.examined();
    assert_eq!(found.good.len(), 2);
    assert!(matches!(
        found.findings[..],
        [
            Finding::Forged { number: 200, .. },
            Finding::Foreign { number: 300, .. },
            Finding::NoCheckpoint { line: 5 }
        ]
    ));
}

#[test]
fn a_journal_written_anew_is_not_the_one_that_was_signed() {
    let kept = kept();
    std::fs::remove_dir_all(kept.journal()).unwrap();
    let (mut journal, _) =
        Journal::open(&kept.journal(), SMALL, Position::START, &mut |_, _, _| {
            Ok(())
        })
        .unwrap();
    let mut buffer = CommitBuffer::new(Position::START);
    for n in 1..=LAST {
        // A reading of the second hundred was another one.
        let told = if n == 157 { record(158) } else { record(n) };
        let mut payload = Vec::new();
        let tag = encode(&told, &mut payload);
        buffer.push(tag, &payload).unwrap();
    }
    journal.append(&buffer.seal()).unwrap();
    drop(journal);
    let found = kept.examined();
    assert_eq!(
        found.chain.findings,
        Vec::<Finding>::new(),
        "the chain is whole"
    );
    assert!(matches!(
        found.findings[..],
        [Finding::Rewritten {
            after: 100,
            upto: 200,
            ..
        }]
    ));
}

#[test]
fn a_changed_archive_names_its_block() {
    let kept = kept();
    assert!(kept.archive().segments > 3);
    let firsts = segment::list(&kept.journal()).unwrap();
    let path = segment::archive_path(&kept.journal(), firsts[1]);
    flip(&path, HEAD + HEADER as u64 + 70, 4);
    let named = kept.named();
    let want = format!(
        "an entry from {} to {} was changed, in {}",
        firsts[1],
        firsts[1] + 31,
        name_of(&path)
    );
    assert_eq!(named, [want], "and no block behind it is accused");
}

#[test]
fn archiving_may_stop_at_any_step() {
    use ArchiveStep::{Half, Named, Removed, Written};
    for stop in [Written, Named, Removed, Half] {
        let kept = kept();
        let before = kept.examined();
        let later = SystemTime::now() + Duration::from_secs(10);
        let mut seen = 0;
        let stopped = archive_with(&kept.journal(), later, &mut |step| {
            seen += u32::from(step == stop);
            // The second time, so that one segment is done and one is between two steps.
            if step == stop && seen == 2 {
                return Err(io::Error::other("the machine stops here"));
            }
            Ok(())
        });
        assert!(stopped.is_err(), "{stop:?}");
        for _ in 0..2 {
            let found = kept.examined();
            assert_eq!(found.findings, Vec::<Finding>::new(), "{stop:?}");
            assert_eq!(found.chain.end, before.chain.end);
            let mut numbers = Vec::new();
            read(&kept.journal(), 1, LAST, &mut |number, tag, payload| {
                let mut want = Vec::new();
                assert_eq!(encode(&record(number), &mut want), tag);
                assert_eq!(want, payload);
                numbers.push(number);
                ControlFlow::Continue(())
            })
            .unwrap();
            assert_eq!(numbers, (1..=LAST).collect::<Vec<_>>());
            kept.archive();
        }
        let (journal, found) =
            Journal::open(&kept.journal(), SMALL, Position::START, &mut |_, _, _| {
                Ok(())
            })
            .unwrap();
        assert_eq!((found.last, found.records), (before.chain.end, LAST));
        drop(journal);
        let left = segment::named(&kept.journal(), ".journal").unwrap();
        assert_eq!(left.len(), 1, "the newest one stays");
    }
}

#[test]
fn a_damaged_segment_is_not_archived() {
    let kept = kept();
    let path = kept.segment_of(50);
    flip(&path, offset_of(&kept, &path, 50) + 6, 1);
    let later = SystemTime::now() + Duration::from_secs(10);
    assert!(matches!(
        archive(&kept.journal(), later),
        Err(JournalError::Broken { .. })
    ));
    assert!(path.exists());
    let young = archive(&kept.journal(), SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(young, Archived::default(), "young segments are left alone");
}

#[test]
fn the_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let kept = kept();
    let folder = kept.dir.path().join(FOLDER);
    let mode = std::fs::metadata(folder.join("key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let (one, other) = (
        Notary::open(&folder).unwrap(),
        Notary::open(&folder).unwrap(),
    );
    assert_eq!(one.public(), other.public(), "it is made once");
    assert!(!one.is_due(LAST) && one.is_due(LAST + 100_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_byte_changes_unseen(part in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(),
                              bits in 1u8.., packed in any::<bool>()) {
        let kept = kept();
        if packed {
            kept.archive();
        }
        let firsts = segment::list(&kept.journal()).unwrap();
        let first = *part.get(&firsts);
        let plain = segment::path(&kept.journal(), first);
        let path = if plain.exists() { plain } else { segment::archive_path(&kept.journal(), first) };
        let mut scan = Scan::open(path.clone()).unwrap();
        let end = loop {
            if let Step::End { offset } = scan.step().unwrap() { break offset }
        };
        flip(&path, place.index(end as usize) as u64, bits);
        prop_assert!(!kept.examined().findings.is_empty());
    }
}
