//! A reader that follows the journal piece by piece gives what is there, once, from every store.

use crate::support::*;
use store::{Cursor, JournalError, Writer};

/// Reads all that is committed, so many at a time.
fn take(cursor: &mut Cursor, most: usize) -> Result<Rows, JournalError> {
    let mut seen = Vec::new();
    loop {
        let first = cursor.next();
        let mut expected = first;
        let given = cursor.read(most, &mut |number, tag, payload| {
            assert_eq!(number, expected);
            expected += 1;
            seen.push((tag, payload.to_vec()));
        })?;
        assert_eq!(cursor.next(), first + given as u64);
        if given == 0 {
            return Ok(seen);
        }
    }
}

fn follower(writer: &Writer, first: u64) -> Cursor {
    writer.reader().cursor(first)
}

#[test]
fn pieces_are_the_whole_and_it_goes_on() {
    let (_dir, store) = place();
    let (mut writer, _, _) = open(&store).unwrap();
    let all = rows(6_000);
    let mut early = follower(&writer, 1);
    assert_eq!(take(&mut early, 10).unwrap(), []);
    write(&mut writer, &all[..5_000], 700);
    let mut late = follower(&writer, 3_210);
    assert_eq!(take(&mut early, 1_000).unwrap(), all[..5_000]);
    assert_eq!(take(&mut late, 77).unwrap(), all[3_209..5_000]);
    write(&mut writer, &all[5_000..], 90);
    for cursor in [&mut early, &mut late] {
        assert_eq!(take(cursor, 64).unwrap(), all[5_000..]);
        assert_eq!(cursor.next(), 6_001);
    }
}

#[tokio::test]
async fn it_may_be_read_where_sockets_are_carried() {
    let (_dir, store) = place();
    let all = rows(40);
    let work = {
        let all = all.clone();
        move || {
            let (mut writer, _, _) = open(&store).unwrap();
            write(&mut writer, &all, 9);
            writer
        }
    };
    let writer = tokio::task::spawn_blocking(work).await.unwrap();
    let mut cursor = follower(&writer, 1);
    assert_eq!(take(&mut cursor, 7).unwrap(), all);
}

#[test]
fn a_lost_connection_is_made_again() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(200), 50);
    let mut cursor = follower(&writer, 101);
    assert_eq!(take(&mut cursor, 1_000).unwrap(), rows(200)[100..]);
    // Only the session that has just read from record 101 on.
    say(
        &dir,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE query LIKE '%BETWEEN 101 AND 200%' AND pid <> pg_backend_pid()",
    );
    write(&mut writer, &rows(220)[200..], 7);
    assert_eq!(take(&mut cursor, 1_000).unwrap(), rows(220)[200..]);
}

#[test]
fn a_record_that_is_missing_is_named() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(9), 3);
    let mut cursor = follower(&writer, 1);
    say(
        &dir,
        "ALTER TABLE journal DISABLE TRIGGER USER; DELETE FROM journal WHERE number = 6",
    );
    let missing = take(&mut cursor, 100);
    assert!(
        matches!(missing, Err(JournalError::Short { last: 5, wanted: 9 })),
        "{missing:?}"
    );
}
