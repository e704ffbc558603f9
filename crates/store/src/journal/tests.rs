#![allow(clippy::unwrap_used)]
//! Laws of the journal, on small segments in a temporary folder.

use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

type Rows = Vec<(Tag, Vec<u8>)>;

const SMALL: JournalOptions = JournalOptions {
    segment_bytes: 2048,
    reserve_bytes: 0,
};

fn row(n: u64) -> (Tag, Vec<u8>) {
    (
        Tag {
            kind: n as u8,
            version: 1,
        },
        format!("record {n}").repeat(n as usize % 7).into_bytes(),
    )
}

fn rows(count: u64) -> Rows {
    (1..=count).map(row).collect()
}

fn open(dir: &TempDir) -> Result<(Journal, Recovered, Rows), JournalError> {
    open_from(dir, Position::START)
}

fn open_from(dir: &TempDir, from: Position) -> Result<(Journal, Recovered, Rows), JournalError> {
    let mut seen = Vec::new();
    let mut next = from.number + 1;
    let (journal, recovered) =
        Journal::open(dir.path(), SMALL, from, &mut |number, tag, bytes| {
            assert_eq!(number, next, "records come without gaps");
            next += 1;
            seen.push((tag, bytes.to_vec()));
            Ok(())
        })?;
    assert_eq!(recovered.records, seen.len() as u64);
    Ok((journal, recovered, seen))
}

/// Writes rows in commits of the given sizes, the last one takes the rest.
fn write(journal: &mut Journal, rows: &[(Tag, Vec<u8>)], cuts: &[usize]) {
    let mut buffer = CommitBuffer::new(journal.position());
    let mut rest = rows;
    for size in cuts.iter().copied().chain([usize::MAX]) {
        let (now, later) = rest.split_at(size.min(rest.len()));
        for (tag, payload) in now {
            buffer.push(*tag, payload).unwrap();
        }
        journal.append(&buffer.seal()).unwrap();
        rest = later;
    }
}

fn written(count: u64, cuts: &[usize]) -> (TempDir, Position) {
    let dir = TempDir::new().unwrap();
    let (mut journal, _, _) = open(&dir).unwrap();
    write(&mut journal, &rows(count), cuts);
    (dir, journal.position())
}

/// All segments as (path, end of their last frame).
fn segments(dir: &TempDir) -> Vec<(PathBuf, u64)> {
    let firsts = segment::list(dir.path()).unwrap();
    firsts
        .into_iter()
        .map(|first| {
            let path = segment::path(dir.path(), first);
            let mut scan = Scan::open(path.clone()).unwrap();
            loop {
                match scan.step().unwrap() {
                    Step::Frame { .. } => {}
                    Step::End { offset } | Step::Bad { offset } => return (path, offset),
                }
            }
        })
        .collect()
}

fn frames(path: &Path) -> Vec<(u64, Vec<u8>)> {
    let mut scan = Scan::open(path.to_owned()).unwrap();
    let (mut at, mut found) = (HEAD, Vec::new());
    while let Step::Frame { frame, .. } = scan.step().unwrap() {
        found.push((at, frame.to_vec()));
        at += frame.len() as u64;
    }
    found
}

fn flip(path: &Path, at: u64) {
    let file = File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
}

#[test]
fn what_was_written_is_read_again_over_many_segments() {
    let (dir, end) = written(300, &[7; 42]);
    assert!(segments(&dir).len() > 3);
    let (_, recovered, seen) = open(&dir).unwrap();
    assert_eq!((recovered.last, recovered.torn), (end, None));
    assert_eq!(seen, rows(300));
    assert_eq!(verify(dir.path()).unwrap().last, end);
}

#[test]
fn one_process_has_the_journal() {
    let (dir, _) = written(3, &[]);
    let (_journal, _, _) = open(&dir).unwrap();
    assert!(matches!(open(&dir), Err(JournalError::InUse { .. })));
}

#[test]
fn a_commit_larger_than_a_segment_gets_its_own() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _, _) = open(&dir).unwrap();
    write(
        &mut journal,
        &[(
            Tag {
                kind: 1,
                version: 1,
            },
            vec![7; 10_000],
        )],
        &[],
    );
    write(&mut journal, &rows(5), &[1, 1]);
    drop(journal);
    assert_eq!(open(&dir).unwrap().2.len(), 6);
}

#[test]
fn a_commit_that_does_not_follow_is_refused() {
    let (dir, end) = written(3, &[]);
    let (mut journal, _, _) = open(&dir).unwrap();
    let mut buffer = CommitBuffer::new(Position {
        number: 2,
        hash: end.hash,
    });
    buffer
        .push(
            Tag {
                kind: 1,
                version: 1,
            },
            b"x",
        )
        .unwrap();
    let refused = journal.append(&buffer.seal());
    assert!(matches!(
        refused,
        Err(JournalError::OutOfOrder {
            expected: 3,
            found: 2
        })
    ));
}

#[test]
fn a_snapshot_lets_recovery_start_anywhere() {
    let (dir, _) = written(120, &[9; 12]);
    let mut places = vec![Position::START];
    let mut buffer = CommitBuffer::new(Position::START);
    for (tag, payload) in rows(120) {
        buffer.push(tag, &payload).unwrap();
        places.push(buffer.position());
    }
    for from in &places {
        let (_, _, seen) = open_from(&dir, *from).unwrap();
        assert_eq!(seen, rows(120)[from.number as usize..], "from {from:?}");
    }
    let foreign = Position {
        number: 50,
        hash: [9; 32],
    };
    assert!(matches!(
        open_from(&dir, foreign),
        Err(JournalError::Broken { record: 50, .. })
    ));
    let ahead = Position {
        number: 121,
        hash: [9; 32],
    };
    assert!(matches!(
        open_from(&dir, ahead),
        Err(JournalError::Short {
            last: 120,
            wanted: 121
        })
    ));
}

#[test]
fn swapped_commits_are_named() {
    let dir = TempDir::new().unwrap();
    let alike: Rows = (10u8..30)
        .map(|n| {
            (
                Tag {
                    kind: 1,
                    version: 1,
                },
                vec![n; 9],
            )
        })
        .collect();
    write(&mut open(&dir).unwrap().0, &alike, &[2; 10]);
    let path = &segments(&dir)[0].0;
    let all = frames(path);
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(&all[4].1, all[1].0).unwrap();
    file.write_all_at(&all[1].1, all[4].0).unwrap();
    assert!(matches!(
        open(&dir),
        Err(JournalError::Broken { record: 3, .. })
    ));
}

#[test]
fn a_rewritten_record_with_a_good_crc_is_named() {
    let (dir, _) = written(20, &[4; 4]);
    let path = &segments(&dir)[0].0;
    let (at, mut frame) = frames(path).swap_remove(1);
    let header = frame::FrameHeader::read(&frame).unwrap();
    let place = frame.windows(8).position(|w| w == b"record 6").unwrap();
    frame[place] = b'R';
    header.finish(&mut frame);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .write_all_at(&frame, at)
        .unwrap();
    assert!(matches!(
        open(&dir),
        Err(JournalError::Broken { record: 6, .. })
    ));
}

#[test]
fn a_cut_in_the_middle_is_not_taken_for_a_torn_tail() {
    let (dir, _) = written(40, &[2; 20]);
    let path = &segments(&dir)[0].0;
    let (at, frame) = frames(path).swap_remove(3);
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(&vec![0; frame.len()], at).unwrap();
    assert!(matches!(
        open(&dir),
        Err(JournalError::Broken { record: 7, .. })
    ));
}

#[test]
fn a_missing_segment_is_named() {
    let (dir, _) = written(200, &[5; 40]);
    let firsts = segment::list(dir.path()).unwrap();
    std::fs::remove_file(segment::path(dir.path(), firsts[1])).unwrap();
    let record = firsts[1];
    assert!(matches!(open(&dir), Err(JournalError::Broken { record: r, .. }) if r == record));
    std::fs::remove_file(segment::path(dir.path(), firsts[0])).unwrap();
    assert!(matches!(
        open(&dir),
        Err(JournalError::Broken { record: 1, .. })
    ));
}

#[test]
fn a_torn_commit_leaves_nothing_behind() {
    let (dir, _) = written(30, &[3; 10]);
    let (path, _) = segments(&dir).pop().unwrap();
    let (at, frame) = frames(&path).pop().unwrap();
    // The page of the header never reached the disk, a later one did.
    let file = File::options().write(true).open(&path).unwrap();
    file.write_all_at(&vec![0; frame.len() - 6], at).unwrap();
    let (mut journal, recovered, seen) = open(&dir).unwrap();
    let torn = recovered.torn.unwrap();
    assert_eq!((torn.record, torn.offset, torn.shortened), (28, at, false));
    assert_eq!(seen, rows(27));
    write(&mut journal, &[row(100)], &[]);
    drop(journal);
    let (_, recovered, seen) = open(&dir).unwrap();
    assert_eq!((recovered.torn, seen.len()), (None, 28));
}

#[test]
fn a_closed_journal_knows_damage_from_a_torn_tail() {
    let (dir, _) = written(9, &[3; 3]);
    open(&dir).unwrap().0.close().unwrap();
    let (path, _) = segments(&dir).pop().unwrap();
    let (at, _) = frames(&path).swap_remove(2);
    assert!(open(&dir).unwrap().1.torn.is_none());
    flip(&path, at + HEADER as u64 + 5);
    assert!(matches!(
        open(&dir),
        Err(JournalError::Broken { record: 7, .. })
    ));
}

#[test]
fn a_full_disk_loses_nothing_and_ends() {
    let dir = TempDir::new().unwrap();
    let disk = Disk::default();
    let options = JournalOptions {
        segment_bytes: 2048,
        reserve_bytes: 4096,
    };
    let visit: &mut Visit<'_> = &mut |_, _, _| Ok(());
    let (mut journal, _) =
        Journal::open_on(disk.clone(), dir.path(), options, Position::START, visit).unwrap();
    assert!(journal.has_reserve());
    let mut buffer = CommitBuffer::new(journal.position());
    let mut expected = Rows::new();
    for turn in 0..200u64 {
        for n in 0..turn % 5 + 1 {
            let (tag, payload) = row(turn + n);
            buffer.push(tag, &payload).unwrap();
            expected.push((tag, payload));
        }
        let sealed = buffer.seal();
        disk.full.store(turn % 3 == 0, Ordering::Relaxed);
        if let Err(error) = journal.append(&sealed) {
            assert!(matches!(error, JournalError::Full), "{error}");
            assert_eq!(journal.position(), sealed.before());
            disk.full.store(false, Ordering::Relaxed);
            journal.append(&sealed).unwrap();
        }
    }
    journal.release_reserve().unwrap();
    assert!(!journal.has_reserve());
    journal.rebuild_reserve().unwrap();
    assert!(journal.has_reserve());
    drop(journal);
    assert_eq!(open(&dir).unwrap().2, expected);
}

/// The same on a disk that is really small: `WATCHFIRE_SMALL_DISK` names a folder on a file system of
/// 8 to 64 MB with nothing else on it.
#[test]
fn a_really_full_disk_takes_the_reserve_and_recovers() {
    let Some(dir) = std::env::var_os("WATCHFIRE_SMALL_DISK").map(PathBuf::from) else {
        #[allow(clippy::print_stdout)]
        return println!("skipped: no WATCHFIRE_SMALL_DISK");
    };
    let dir = dir.join("journal");
    let options = JournalOptions {
        segment_bytes: 1 << 20,
        reserve_bytes: 3 << 20,
    };
    let visit: &mut Visit<'_> = &mut |_, _, _| Ok(());
    let (mut journal, _) = Journal::open(&dir, options, Position::START, visit).unwrap();
    let mut buffer = CommitBuffer::new(Position::START);
    let mut sealed = buffer.seal();
    let mut fill = |journal: &mut Journal, sealed: &mut Sealed| loop {
        if let Err(error) = journal.append(sealed) {
            assert!(matches!(error, JournalError::Full), "{error}");
            return;
        }
        for n in 0..1000u64 {
            buffer
                .push(
                    Tag {
                        kind: 1,
                        version: 1,
                    },
                    &n.to_le_bytes().repeat(5),
                )
                .unwrap();
        }
        *sealed = buffer.seal();
    };
    fill(&mut journal, &mut sealed);
    let full_at = journal.position().number;
    assert!(matches!(journal.append(&sealed), Err(JournalError::Full)));
    journal.release_reserve().unwrap();
    fill(&mut journal, &mut sealed);
    let (last, reserved) = (journal.position(), journal.position().number - full_at);
    assert!(reserved > 30_000, "the reserve carried {reserved} records");
    assert!(matches!(journal.rebuild_reserve(), Err(JournalError::Full)));
    drop(journal);
    assert_eq!(verify(&dir).unwrap().last, last);
    let (journal, recovered) = Journal::open(&dir, options, Position::START, visit).unwrap();
    assert_eq!((recovered.last, journal.has_reserve()), (last, false));
}

#[test]
fn a_failed_longer_attempt_leaves_nothing_behind_a_shorter_one() {
    let dir = TempDir::new().unwrap();
    let disk = Disk::default();
    let visit: &mut Visit<'_> = &mut |_, _, _| Ok(());
    let (mut journal, _) =
        Journal::open_on(disk.clone(), dir.path(), SMALL, Position::START, visit).unwrap();
    let mut long = CommitBuffer::new(Position::START);
    long.push(
        Tag {
            kind: 1,
            version: 1,
        },
        &[0xEE; 900],
    )
    .unwrap();
    disk.full.store(true, Ordering::Relaxed);
    assert!(matches!(
        journal.append(&long.seal()),
        Err(JournalError::Full)
    ));
    disk.full.store(false, Ordering::Relaxed);
    write(&mut journal, &rows(2), &[1]);
    drop(journal);
    let (_, recovered, seen) = open(&dir).unwrap();
    assert_eq!((recovered.torn, seen), (None, rows(2)));
}

#[test]
fn readers_see_what_is_committed_while_it_is_written() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _, _) = open(&dir).unwrap();
    let reader = journal.reader();
    let follower = std::thread::spawn(move || {
        let mut next = 1;
        while next <= 2000 {
            reader
                .read(next, &mut |number, tag, bytes| {
                    assert_eq!((number, (tag, bytes.to_vec())), (next, row(next)));
                    next += 1;
                    ControlFlow::Continue(())
                })
                .unwrap();
        }
    });
    write(&mut journal, &rows(2000), &[11; 180]);
    follower.join().unwrap();
    let mut seen = Vec::new();
    let ends = read(dir.path(), 700, 1500, &mut |number, _, _| {
        seen.push(number);
        if number == 900 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(ends.is_ok());
    assert_eq!(seen, (700..=900).collect::<Vec<_>>());
    let short = read(
        dir.path(),
        1,
        2001,
        &mut |_, _, _| ControlFlow::Continue(()),
    );
    assert!(matches!(
        short,
        Err(JournalError::Short {
            last: 2000,
            wanted: 2001
        })
    ));
}

fn any_rows() -> impl Strategy<Value = Rows> {
    let row = (
        any::<u8>(),
        0u8..3,
        prop::collection::vec(any::<u8>(), 0..200),
    );
    let row = row.prop_map(|(kind, version, payload)| (Tag { kind, version }, payload));
    prop::collection::vec(row, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn how_records_are_packed_changes_nothing(
        rows in any_rows(),
        one in prop::collection::vec(1usize..9, 0..20),
        other in prop::collection::vec(1usize..30, 0..5),
    ) {
        let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        for (dir, cuts) in [(&first, &one), (&second, &other)] {
            write(&mut open(dir).unwrap().0, &rows, cuts);
        }
        let (a, b) = (open(&first).unwrap(), open(&second).unwrap());
        prop_assert_eq!(a.1.last, b.1.last);
        prop_assert_eq!(&a.2, &rows);
        prop_assert_eq!(&b.2, &rows);
    }

    #[test]
    fn cutting_the_tail_loses_only_the_last_commit(
        rows in any_rows(),
        cuts in prop::collection::vec(1usize..9, 0..20),
        place in any::<prop::sample::Index>(),
    ) {
        let dir = TempDir::new().unwrap();
        write(&mut open(&dir).unwrap().0, &rows, &cuts);
        let newest = segments(&dir).pop().unwrap().0;
        let (at, frame) = frames(&newest).pop().unwrap();
        let last = frame::FrameHeader::read(&frame).unwrap();
        let keep = at + place.index(frame.len()) as u64;
        File::options().write(true).open(&newest).unwrap().set_len(keep).unwrap();
        let kept = last.first as usize - 1;
        {
            let (mut journal, recovered, seen) = open(&dir).unwrap();
            prop_assert_eq!(&seen, &rows[..kept]);
            let torn = recovered.torn.expect("it is reported");
            prop_assert!(torn.shortened);
            prop_assert_eq!(torn.record, last.first);
            write(&mut journal, &rows[kept..], &[]);
        }
        let (_, recovered, seen) = open(&dir).unwrap();
        prop_assert_eq!(recovered.torn, None);
        prop_assert_eq!(&seen, &rows);
    }

    #[test]
    fn a_flipped_byte_is_found_and_named(
        rows in any_rows(),
        cuts in prop::collection::vec(1usize..9, 0..20),
        segment in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
    ) {
        let dir = TempDir::new().unwrap();
        write(&mut open(&dir).unwrap().0, &rows, &cuts);
        let all = segments(&dir);
        let (path, end) = segment.get(&all);
        let at = place.index(*end as usize) as u64;
        let holds = |begin: u64, frame: &[u8]| (begin..begin + frame.len() as u64).contains(&at);
        let hit = frames(path).into_iter().find(|(begin, f)| holds(*begin, f));
        let newest = path == &all.last().unwrap().0;
        flip(path, at);
        let found = open(&dir).map(|(_, recovered, _)| recovered);
        let Some((begin, frame)) = hit else {
            prop_assert!(matches!(found, Err(JournalError::Broken { .. })), "a damaged head is found");
            return Ok(());
        };
        let header = frame::FrameHeader::read(&frame).unwrap();
        let last = newest && begin + frame.len() as u64 == *end;
        match found {
            Ok(recovered) => {
                prop_assert!(last, "only the last commit can look torn");
                prop_assert_eq!(recovered.torn.expect("it is reported").record, header.first);
            }
            Err(JournalError::Broken { record, .. }) => {
                let place = (at - begin) as usize;
                if place < HEADER {
                    prop_assert!((header.first..=header.last()).contains(&record));
                } else {
                    prop_assert_eq!(record, damaged_record(&header, &frame, place));
                }
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

/// The record that byte `at` of a frame belongs to.
fn damaged_record(header: &frame::FrameHeader, frame: &[u8], at: usize) -> u64 {
    let mut rest = &frame[HEADER..];
    for number in header.first..=header.last() {
        let cut = chain::cut(rest).unwrap();
        if at < frame.len() - cut.rest.len() {
            return number;
        }
        rest = cut.rest;
    }
    panic!("byte {at} lies behind the frame")
}
