//! Nothing is served on a journal that is not as it was written: what is new is read at every start, what is
//! old at the latest at the start behind the one whose look beside the serving found it.

use std::ops::ControlFlow;

use crate::support::*;
use store::journal::Looked;
use store::{JournalError, Store};
use tempfile::TempDir;

const ALL: u64 = 2_000;

/// A closed journal of that many records.
fn written() -> (TempDir, Store) {
    let (dir, store) = place();
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(ALL), 61);
    writer.close().unwrap();
    (dir, store)
}

/// Changes record `number` behind the store's back.
fn harm(dir: &TempDir, store: &Store, number: u64) {
    let Some(folder) = store.journal_folder() else {
        say(
            dir,
            &format!(
                "ALTER TABLE journal DISABLE TRIGGER USER;
                 UPDATE journal SET payload = payload || '\\x00' WHERE number = {number};
                 ALTER TABLE journal ENABLE TRIGGER USER"
            ),
        );
        return;
    };
    let wanted = number.to_le_bytes().repeat((number % 23) as usize);
    assert!(
        wanted.len() > 16,
        "a record that can be found by its content"
    );
    let parts = std::fs::read_dir(folder).unwrap();
    for path in parts.map(|part| part.unwrap().path()) {
        let mut bytes = std::fs::read(&path).unwrap_or_default();
        let place = bytes.windows(wanted.len()).position(|part| part == wanted);
        if let Some(place) = place {
            bytes[place] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            return;
        }
    }
    panic!("record {number} is not there");
}

/// The record that a start is refused for.
fn refused(store: &Store) -> Option<u64> {
    match store.look_through() {
        Ok(_) => None,
        Err(JournalError::Broken { record, .. }) => Some(record),
        Err(error) => panic!("{error}"),
    }
}

/// Of files a commit is named, by its first record.
fn names(found: Option<u64>, number: u64) -> bool {
    found.is_some_and(|found| match on_files() {
        true => (number.saturating_sub(60)..=number).contains(&found),
        false => found == number,
    })
}

fn look_back(store: &Store) -> Result<Looked, JournalError> {
    store.look_back(ALL, &mut || ControlFlow::Continue(()))
}

#[test]
fn what_was_read_is_not_read_again_and_what_was_written_since_is() {
    let (_dir, store) = written();
    assert_eq!(store.look_through().unwrap().records, ALL);
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &[row(ALL + 1)], 1);
    writer.close().unwrap();
    let again = store.look_through().unwrap();
    assert!(again.records >= 1 && again.records < ALL / 2, "{again:?}");
}

#[test]
fn a_journal_nobody_looked_at_is_refused_wherever_it_is_broken() {
    for number in [17, 1_103, ALL - 1] {
        let (dir, store) = written();
        harm(&dir, &store, number);
        let found = refused(&store);
        assert!(names(found, number), "{number}: {found:?}");
        assert_eq!(refused(&store), found, "and stays so");
    }
}

#[test]
fn what_was_broken_behind_a_look_is_found_and_the_next_start_refused() {
    let (dir, store) = written();
    store.look_through().unwrap();
    assert_eq!(look_back(&store).unwrap(), Looked::Whole);
    harm(&dir, &store, 1_103);
    let found = look_back(&store);
    assert!(
        matches!(found, Err(JournalError::Broken { record, .. }) if names(Some(record), 1_103)),
        "{found:?}"
    );
    store.forget_seen().unwrap();
    store.forget_seen().unwrap();
    assert!(names(refused(&store), 1_103));
}

#[test]
fn a_note_of_another_journal_lends_it_nothing() {
    let (dir, store) = written();
    store.look_through().unwrap();
    harm(&dir, &store, 40);
    // Of files the part has changed; of tables the newest record is another than noted.
    harm(&dir, &store, ALL - 1);
    if !on_files() {
        say(
            &dir,
            &format!(
                "ALTER TABLE journal DISABLE TRIGGER USER;
                 UPDATE journal SET hash = sha256('x') WHERE number = {ALL};
                 ALTER TABLE journal ENABLE TRIGGER USER"
            ),
        );
    }
    assert!(names(refused(&store), 40));
}

#[test]
fn an_empty_journal_is_whole_and_a_look_ends_when_it_is_told_to() {
    let (_dir, store) = place();
    assert_eq!(store.look_through().unwrap().records, 0);
    let (mut writer, _, _) = open(&store).unwrap();
    assert_eq!(store.look_through().unwrap().records, 0);
    let never = &mut || ControlFlow::Break(());
    assert_eq!(store.look_back(0, never).unwrap(), Looked::Whole);
    // Longer than a look goes without a rest.
    let tag = model::codec::Tag {
        kind: 1,
        version: 1,
    };
    let many: Rows = (0..60_000).map(|_| (tag, vec![7; 80])).collect();
    write(&mut writer, &many, 5_000);
    assert_eq!(store.look_back(60_000, never).unwrap(), Looked::Stopped);
}
