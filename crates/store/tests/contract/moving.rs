//! A move takes everything along, checked on arrival; there and back is the same journal.

use crate::support::*;
use store::{Login, SessionRow, Store, TransferError, transfer};

/// A store of files and the store under test, in two folders.
fn two() -> (tempfile::TempDir, Store, tempfile::TempDir, Store) {
    let beside = tempfile::tempdir().unwrap();
    let files = Store::embedded(beside.path());
    let (dir, store) = place();
    (beside, files, dir, store)
}

async fn sign_in(store: &Store) {
    let login = Login {
        login: "one".to_owned(),
        jurisdiction: "330624".to_owned(),
        person: "one".to_owned(),
        hash: "h".to_owned(),
    };
    let (logins, _) = store.logins(&[login], 0).await.unwrap();
    let row = SessionRow {
        token: [9; 32],
        login: "one".to_owned(),
        used_s: 50,
    };
    logins.begin(&row).await.unwrap();
}

#[test]
fn there_and_back_is_the_same_journal() {
    let (_beside, files, _dir, store) = two();
    write(&mut open(&files).unwrap().0, &rows(45_000), 1_500);
    let last = files.verify().unwrap().last;
    files.snapshots().unwrap().write(last, 1, b"state").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(sign_in(&files));

    let moved = transfer(&files, &store).unwrap();
    assert_eq!((moved.last, moved.records), (last, 45_000));
    assert_eq!((moved.snapshots, moved.logins, moved.sessions), (1, 1, 1));
    let (mut writer, _, seen) = open(&store).unwrap();
    assert_eq!(seen, rows(45_000));
    write(&mut writer, &[row(45_001)], 1);
    drop(writer);

    // Back into the files that were left: only what is new is sent.
    let back = transfer(&store, &files).unwrap();
    assert_eq!((back.last.number, back.records), (45_001, 1));
    assert_eq!(open(&files).unwrap().2, rows(45_001));
    let newest = store.snapshots().unwrap().newest_valid(|_| true).unwrap();
    assert_eq!(newest.unwrap().content, b"state");
}

#[test]
fn a_store_with_a_journal_of_its_own_is_not_written_over() {
    let (_beside, files, _dir, store) = two();
    write(&mut open(&files).unwrap().0, &rows(30), 10);
    write(&mut open(&store).unwrap().0, &rows(12)[6..], 2);
    let refused = transfer(&files, &store);
    assert!(
        matches!(refused, Err(TransferError::Occupied { last: 6 })),
        "{refused:?}"
    );
    assert_eq!(open(&store).unwrap().2, rows(12)[6..]);

    let ahead = place();
    write(&mut open(&ahead.1).unwrap().0, &rows(31), 10);
    let refused = transfer(&files, &ahead.1);
    assert!(
        matches!(refused, Err(TransferError::Occupied { last: 31 })),
        "{refused:?}"
    );
}

#[test]
fn a_broken_journal_is_not_moved() {
    let (beside, files, _dir, store) = two();
    write(&mut open(&files).unwrap().0, &rows(30), 10);
    let segment = beside.path().join("journal/00000000000000000001.journal");
    let mut bytes = std::fs::read(&segment).unwrap();
    let place = bytes.len() / 2;
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[place.min(written / 2)] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let refused = transfer(&files, &store);
    assert!(
        matches!(refused, Err(TransferError::Source(_))),
        "{refused:?}"
    );
    assert_eq!(open(&store).unwrap().2, []);
}
