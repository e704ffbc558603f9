//! What only a database can do: lose a connection in the middle, become a standby, be changed behind
//! our back. Without `WATCHFIRE_TEST_POSTGRES` there is nothing to show.

use crate::support::*;
use store::{CommitBuffer, JournalError, Link, Position, Store};

#[test]
fn a_lost_connection_is_made_again() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(10), 3);
    for n in 11..=14 {
        cut_off(&dir);
        write(&mut writer, &[row(n)], 1);
    }
    drop(writer);
    assert_eq!(open(&store).unwrap().2, rows(14));
}

#[test]
fn a_commit_whose_outcome_is_unknown_is_looked_up_and_never_doubled() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(5), 5);
    let commit = seal(&mut CommitBuffer::new(writer.position()), &rows(8)[5..]);
    // The commit came through and the word of it did not: as if another hand had written it.
    cut_off(&dir);
    open(&store).unwrap().0.append(&commit).unwrap();
    writer.append(&commit).unwrap();
    assert_eq!(writer.position(), commit.after());
    write(&mut writer, &[row(9)], 1);
    drop(writer);
    assert_eq!(open(&store).unwrap().2, rows(9));
}

#[test]
fn another_hand_in_the_journal_ends_it() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(5), 5);
    let ours = seal(&mut CommitBuffer::new(writer.position()), &[row(77)]);
    cut_off(&dir);
    write(&mut open(&store).unwrap().0, &[row(6)], 1);
    let refused = writer.append(&ours);
    assert!(
        matches!(refused, Err(JournalError::Broken { record: 6, .. })),
        "{refused:?}"
    );
    let refused = writer.append(&ours);
    assert!(matches!(refused, Err(JournalError::Stopped)), "{refused:?}");
}

#[test]
fn a_server_that_lacks_confirmed_records_is_not_gone_on_with() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &rows(5), 5);
    cut_off(&dir);
    // A standby that took over before the last commits had reached it.
    say(&dir, "DROP TABLE journal_00000000000000000001");
    let next = seal(&mut CommitBuffer::new(writer.position()), &[row(6)]);
    let refused = writer.append(&next);
    assert!(
        matches!(refused, Err(JournalError::Short { last: 0, wanted: 5 })),
        "{refused:?}"
    );
}

#[test]
fn no_record_is_changed_or_removed_by_chance() {
    let (dir, store) = place();
    if database(&dir).is_none() {
        return;
    }
    write(&mut open(&store).unwrap().0, &rows(5), 5);
    for sql in [
        "UPDATE journal SET kind = 1 WHERE number = 2",
        "DELETE FROM journal WHERE number = 2",
        "TRUNCATE journal",
        "TRUNCATE journal_00000000000000000001",
    ] {
        let tried = std::panic::catch_unwind(|| say(&dir, sql));
        assert!(tried.is_err(), "{sql}");
    }
    assert_eq!(store.verify().unwrap().records, 5);
}

#[test]
fn whoever_changes_one_on_purpose_is_found_and_the_record_named() {
    for (sql, record, want) in [
        (
            "UPDATE journal SET payload = payload || '\\x00' WHERE number = 3",
            3,
            "entry 3 was changed",
        ),
        (
            "UPDATE journal SET kind = kind + 1 WHERE number = 4",
            4,
            "entry 4 was changed",
        ),
        (
            "UPDATE journal SET hash = sha256('') WHERE number = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "DELETE FROM journal WHERE number = 2",
            2,
            "entries 2 to 2 were removed",
        ),
        (
            "DELETE FROM journal WHERE number < 4",
            1,
            "entries 1 to 3 are missing",
        ),
        (
            "UPDATE journal a SET payload = b.payload FROM journal b
             WHERE (a.number, b.number) IN ((6, 7), (7, 6))",
            6,
            "entries 6 and 7 were swapped",
        ),
        (
            "UPDATE journal a SET kind = b.kind, version = b.version, payload = b.payload, hash = b.hash
             FROM journal b WHERE (a.number, b.number) IN ((5, 8), (8, 5))",
            5,
            "entries 5 and 8 were swapped",
        ),
    ] {
        let (dir, store) = place();
        if database(&dir).is_none() {
            return;
        }
        write(&mut open(&store).unwrap().0, &rows(9), 4);
        say(
            &dir,
            &format!("ALTER TABLE journal DISABLE TRIGGER USER; {sql}"),
        );
        let found = store.verify();
        assert!(
            matches!(found, Err(JournalError::Broken { record: named, .. }) if named == record),
            "{sql}: {found:?}"
        );
        let opened = open(&store).map(|_| ());
        assert!(matches!(opened, Err(JournalError::Broken { .. })), "{sql}");
        let told: Vec<String> = store
            .audit(&[])
            .unwrap()
            .findings
            .iter()
            .map(|f| f.to_string())
            .collect();
        assert!(told.len() == 1 && told[0].starts_with(want), "{told:?}");
    }
}

#[test]
fn hosts_are_tried_in_order_and_a_standby_is_passed_over() {
    let (dir, store) = place();
    let Some(address) = address(&dir) else {
        return;
    };
    write(&mut open(&store).unwrap().0, &rows(3), 3);
    let (before, host) = address.split_once('@').unwrap();
    let dead_first = format!("{before}@127.0.0.1:1,{host}");
    let reached = Store::postgres(dir.path(), Link::new(&dead_first, None).unwrap());
    assert_eq!(open(&reached).unwrap().2, rows(3));

    let reads_only = format!("{address}&options[default_transaction_read_only]=on");
    let standby = Store::postgres(dir.path(), Link::new(&reads_only, None).unwrap());
    let refused = standby.open_journal(options(), Position::START, &mut |_, _, _| Ok(()));
    assert!(
        matches!(&refused, Err(JournalError::Away { told }) if told.contains("standby")),
        "{refused:?}"
    );
}
