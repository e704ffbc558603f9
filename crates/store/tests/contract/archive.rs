//! Old parts made small: the same records, in every store, read where they lie.

use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::*;
use store::journal::{ArchiveStep, Finding};
use store::{JournalError, Store};

const ALL: u64 = 3_000;

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3_600)
}

fn read(store: &Store, first: u64, last: u64) -> Rows {
    let mut seen = Vec::new();
    store
        .read(first, last, &mut |number, tag, payload| {
            assert_eq!(number, first + seen.len() as u64);
            seen.push((tag, payload.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
    seen
}

#[test]
fn what_is_archived_reads_as_it_did_and_is_written_on() {
    let (_dir, store) = place();
    let all = rows(ALL + 700);
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &all[..ALL as usize], 61);
    let before = store.verify().unwrap();
    let mut early = writer.reader().cursor(1);
    early.read(100, &mut |_, _, _| {}).unwrap();

    assert_eq!(
        store.archive(UNIX_EPOCH).unwrap().segments,
        0,
        "nothing is that old"
    );
    let done = store.archive(later()).unwrap();
    assert!(done.segments > 1 && done.records > ALL / 2, "{done:?}");
    assert!(done.bytes_after < done.bytes_before, "{done:?}");
    assert_eq!(
        store.archive(later()).unwrap().segments,
        0,
        "all that may be is"
    );

    assert_eq!(store.verify().unwrap(), before);
    assert_eq!(read(&store, 1, ALL), all[..ALL as usize]);
    let edge = done.records;
    for (first, last) in [(edge - 2, edge + 3), (7, 7), (edge, edge), (edge + 1, ALL)] {
        let want = &all[first as usize - 1..last as usize];
        assert_eq!(read(&store, first, last), want, "{first} to {last}");
    }
    let mut kinds = Vec::new();
    let of_kind = &mut |number, tag: model::codec::Tag, _: &[u8]| {
        assert!([3, 90].contains(&tag.kind));
        kinds.push(number);
        ControlFlow::Continue(())
    };
    store.read_kinds(&[3, 90], 1, ALL, of_kind).unwrap();
    let want: Vec<u64> = (1..=ALL).filter(|n| [3, 90].contains(&(n % 200))).collect();
    assert_eq!(kinds, want);

    // Who followed before goes on, and what is written goes behind.
    write(&mut writer, &all[ALL as usize..], 50);
    for mut cursor in [
        early,
        writer.reader().cursor(1),
        writer.reader().cursor(edge - 5),
    ] {
        let mut next = cursor.next();
        while cursor
            .read(333, &mut |number, tag, payload| {
                assert_eq!((number, (tag, payload.to_vec())), (next, row(next)));
                next += 1;
            })
            .unwrap()
            > 0
        {}
        assert_eq!(next, ALL + 701);
    }
    let end = writer.position();
    writer.close().unwrap();
    assert!(store.archive(later()).unwrap().segments > 0);
    let (writer, found, seen) = open(&store).unwrap();
    assert_eq!((found.last, seen), (end, all));
    drop(writer);
    let audit = store.audit(&[1, edge, ALL + 1]).unwrap();
    assert_eq!(
        (audit.end, audit.records, audit.findings.len()),
        (end, ALL + 700, 0)
    );
    assert!(audit.marks.iter().all(Option::is_some));
    // A start from a snapshot that stands for what was archived since.
    let mut tail = 0;
    let from = store::Position {
        number: edge,
        hash: audit.marks[1].unwrap(),
    };
    let visit = &mut |_, _, _: &[u8]| {
        tail += 1;
        Ok(())
    };
    store.open_journal(options(), from, visit).unwrap();
    assert_eq!(tail, ALL + 700 - edge);
}

#[test]
fn whatever_stops_it_the_next_run_goes_on() {
    for stop in [ArchiveStep::Half, ArchiveStep::Named, ArchiveStep::Removed] {
        let (_dir, store) = place();
        let all = rows(ALL);
        write(&mut open(&store).unwrap().0, &all, 61);
        let before = store.verify().unwrap();
        let mut left = 2;
        let stopped = store.archive_with(later(), &mut |step| {
            left -= u32::from(step == stop);
            match left {
                0 => Err(io::Error::other("power cut")),
                _ => Ok(()),
            }
        });
        // Blocks of files are larger than these parts: there is no half of one.
        if stop != ArchiveStep::Half || stopped.is_err() {
            assert!(
                matches!(stopped, Err(JournalError::Io { .. })),
                "{stop:?}: {stopped:?}"
            );
        }
        assert_eq!(store.verify().unwrap(), before, "{stop:?}");
        assert_eq!(read(&store, 1, ALL), all, "{stop:?}");
        store.archive(later()).unwrap();
        assert_eq!(store.verify().unwrap(), before, "{stop:?}");
        assert_eq!(open(&store).unwrap().2, all, "{stop:?}");
    }
}

#[test]
fn who_reads_while_it_is_archived_misses_nothing() {
    let (_dir, store) = place();
    let all = rows(ALL);
    let (writer, _, _) = open(&store).unwrap();
    let mut writer = writer;
    write(&mut writer, &all, 61);
    std::thread::scope(|scope| {
        let reading: Vec<_> = (0..3)
            .map(|place| {
                let (store, all) = (store.clone(), &all);
                scope.spawn(move || {
                    for round in 0..20 {
                        let first = 1 + (place * 700 + round * 131) % ALL;
                        assert_eq!(read(&store, first, ALL), all[first as usize - 1..]);
                    }
                })
            })
            .collect();
        // Parts go one after the other while they read, and the writer is not held up.
        store.archive(later()).unwrap();
        write(&mut writer, &[row(ALL + 1)], 1);
        for one in reading {
            one.join().unwrap();
        }
    });
}

/// Only in a database: its blocks are rows that somebody may lay hands on.
#[test]
fn what_is_wrong_with_the_archive_is_named() {
    let told = |harm: &str| {
        let (dir, store) = place();
        database(&dir)?;
        write(&mut open(&store).unwrap().0, &rows(ALL), 61);
        store.archive(later()).unwrap();
        say(&dir, "ALTER TABLE packed DISABLE TRIGGER USER");
        say(&dir, harm);
        assert!(store.verify().is_err(), "{harm}");
        Some(store.audit(&[]).unwrap().findings)
    };
    let among = |finding: &Finding, from, to| matches!(finding, Finding::ChangedAmong { from: a, to: b, .. } if (*a, *b) == (from, to));
    let second = "first = (SELECT first FROM packed ORDER BY first OFFSET 1 LIMIT 1)";
    let byte = format!(
        "UPDATE packed SET frame = set_byte(frame, 90, 255 - get_byte(frame, 90)) WHERE {second}"
    );
    let Some(found) = told(&byte) else { return };
    assert!(found.len() == 1 && among(&found[0], 513, 1024), "{found:?}");
    let found = told(&format!("DELETE FROM packed WHERE {second}")).unwrap();
    assert!(
        matches!(
            found[..],
            [Finding::Removed {
                from: 513,
                to: 1024,
                ..
            }]
        ),
        "{found:?}"
    );
    let found = told("DELETE FROM packed WHERE first = 1").unwrap();
    assert!(
        matches!(found[..], [Finding::CutHead { to: 512 }]),
        "{found:?}"
    );
    let found = told(&format!(
        "UPDATE packed SET before = decode(repeat('07', 32), 'hex') WHERE {second}"
    ));
    assert!(among(&found.unwrap()[0], 513, 1024));
}

/// Only in a database: nobody changes or removes what is packed through the usual door.
#[test]
fn what_is_packed_is_final_and_its_part_is_gone() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    write(&mut open(&store).unwrap().0, &rows(ALL), 61);
    let done = store.archive(later()).unwrap();
    let count = |what: &str| {
        format!("DO $$ BEGIN IF NOT ({what}) THEN RAISE EXCEPTION 'not so'; END IF; END $$")
    };
    let rows_left = ALL - done.records;
    say(
        &dir,
        &count(&format!("(SELECT count(*) FROM journal) = {rows_left}")),
    );
    say(
        &dir,
        &count("(SELECT count(*) FROM pg_inherits WHERE inhparent = 'journal'::regclass) = 1"),
    );
    for harm in [
        "DELETE FROM packed",
        "UPDATE packed SET last = 0",
        "TRUNCATE packed",
    ] {
        let refused = std::panic::catch_unwind(|| say(&dir, harm));
        assert!(refused.is_err(), "{harm}");
    }
}
