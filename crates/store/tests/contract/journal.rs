//! Records in, the same records out, in one chain that no packing and no store changes.

use std::ops::ControlFlow;

use crate::support::*;
use model::codec::Tag;
use proptest::prelude::*;
use store::{CommitBuffer, JournalError, Position, Store};

#[test]
fn what_was_appended_comes_back_and_goes_on() {
    let (_dir, store) = place();
    let all = rows(500);
    let (mut writer, found, seen) = open(&store).unwrap();
    assert_eq!((found.last, seen.len()), (Position::START, 0));
    write(&mut writer, &all[..300], 37);
    let middle = writer.position();
    write(&mut writer, &all[300..], 3);
    let last = writer.position();
    writer.close().unwrap();

    let (writer, found, seen) = open(&store).unwrap();
    assert_eq!((found.records, found.last), (500, last));
    assert_eq!(seen, all);
    drop(writer);
    let mut tail = Vec::new();
    let visit = &mut |number, tag, bytes: &[u8]| {
        tail.push((number, (tag, bytes.to_vec())));
        Ok(())
    };
    let (_writer, found) = store.open_journal(options(), middle, visit).unwrap();
    assert_eq!((found.records, found.last), (200, last));
    assert_eq!(tail.first().unwrap(), &(301, row(301)));
    assert_eq!(store.verify().unwrap().last, last);
}

#[test]
fn a_part_can_be_read_while_it_is_written() {
    let (_dir, store) = place();
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(5_000), 400);
    let mut seen = Vec::new();
    store
        .read(701, 4_000, &mut |number, tag, payload| {
            assert_eq!((tag, payload.to_vec()), row(number));
            seen.push(number);
            match number {
                3_900 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })
        .unwrap();
    assert_eq!(seen, (701..=3_900).collect::<Vec<_>>());
    write(&mut writer, &[row(5_001)], 1);
}

#[test]
fn the_chain_is_the_same_in_every_store() {
    let (_dir, store) = place();
    let beside = tempfile::tempdir().unwrap();
    let files = Store::embedded(beside.path());
    for (store, each) in [(&store, 7), (&files, 64)] {
        write(&mut open(store).unwrap().0, &rows(300), each);
    }
    assert_eq!(store.verify().unwrap(), files.verify().unwrap());
}

#[test]
fn a_large_record_and_an_empty_one_are_records() {
    let (_dir, store) = place();
    let tag = Tag {
        kind: 255,
        version: 255,
    };
    let all = vec![(tag, vec![0xF9; 9 << 20]), (tag, Vec::new())];
    write(&mut open(&store).unwrap().0, &all, 2);
    assert_eq!(open(&store).unwrap().2, all);
}

#[test]
fn a_place_that_is_not_in_it_is_refused() {
    let (_dir, store) = place();
    write(&mut open(&store).unwrap().0, &rows(20), 6);
    let from = |number, hash| {
        let from = Position { number, hash };
        store.open_journal(options(), from, &mut |_, _, _| Ok(()))
    };
    let behind = from(21, [1; 32]);
    assert!(
        matches!(
            behind,
            Err(JournalError::Short {
                last: 20,
                wanted: 21
            })
        ),
        "{behind:?}"
    );
    let foreign = from(9, [1; 32]);
    assert!(
        matches!(foreign, Err(JournalError::Broken { record: 9, .. })),
        "{foreign:?}"
    );
}

#[test]
fn the_visitor_stops_it_by_name() {
    let (_dir, store) = place();
    write(&mut open(&store).unwrap().0, &rows(9), 2);
    let stopped = store.open_journal(
        options(),
        Position::START,
        &mut |number, _, _| match number {
            5 => Err("enough".into()),
            _ => Ok(()),
        },
    );
    assert!(
        matches!(stopped, Err(JournalError::Visitor { record: 5, .. })),
        "{stopped:?}"
    );
}

#[test]
fn only_what_follows_is_taken_and_only_one_writes() {
    let (_dir, store) = place();
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(4), 4);
    let stray = seal(&mut CommitBuffer::new(Position::START), &rows(2));
    let refused = writer.append(&stray);
    assert!(
        matches!(
            refused,
            Err(JournalError::OutOfOrder {
                expected: 4,
                found: 0
            })
        ),
        "{refused:?}"
    );
    let second = open(&store).map(|_| ());
    assert!(
        matches!(second, Err(JournalError::InUse { .. })),
        "{second:?}"
    );
    write(&mut writer, &[row(5)], 1);
}

proptest! {
    // A database is made anew for each.
    #![proptest_config(ProptestConfig::with_cases(if on_files() { 8 } else { 3 }))]

    #[test]
    fn how_records_are_packed_changes_nothing(
        count in 1u64..200,
        one in 1usize..40,
        other in 1usize..40,
    ) {
        let ends = [one, other].map(|each| {
            let (_dir, store) = place();
            write(&mut open(&store).unwrap().0, &rows(count), each);
            let (_, found, seen) = open(&store).unwrap();
            assert_eq!(seen, rows(count));
            found.last
        });
        prop_assert_eq!(ends[0], ends[1]);
    }
}
