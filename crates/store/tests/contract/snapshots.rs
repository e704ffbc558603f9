//! The newest whole snapshot counts, and three are kept.

use crate::support::*;
use store::Position;

fn at(number: u64) -> Position {
    Position {
        number,
        hash: [number as u8; 32],
    }
}

#[test]
fn the_newest_of_a_format_that_can_be_read_counts() {
    let (_dir, store) = place();
    let snapshots = store.snapshots().unwrap();
    assert_eq!(snapshots.newest_valid(|_| true).unwrap(), None);
    for number in 1..=5u64 {
        let content = number.to_le_bytes().repeat(100_000);
        snapshots.write(at(number), 7, &content).unwrap();
    }
    snapshots.write(at(4), 8, b"again").unwrap();
    let newest = snapshots.newest_valid(|_| true).unwrap().unwrap();
    assert_eq!((newest.position, newest.format), (at(5), 7));
    assert_eq!(newest.content.len(), 800_000);
    let other = store.snapshots().unwrap();
    let older = other.newest_valid(|format| format == 8).unwrap().unwrap();
    assert_eq!((older.position, &*older.content), (at(4), &b"again"[..]));
    assert_eq!(other.newest_valid(|format| format == 9).unwrap(), None);
}

#[test]
fn a_damaged_one_is_stepped_over() {
    let (dir, store) = place();
    let snapshots = store.snapshots().unwrap();
    snapshots.write(at(1), 1, b"before").unwrap();
    snapshots.write(at(2), 1, b"after").unwrap();
    if database(&dir).is_some() {
        say(
            &dir,
            "UPDATE snapshot SET file = set_byte(file, 60, 0) WHERE number = 2",
        );
    } else {
        let path = dir.path().join("snapshots/00000000000000000002.snapshot");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[60] = 0;
        std::fs::write(&path, bytes).unwrap();
    }
    let found = snapshots.newest_valid(|_| true).unwrap().unwrap();
    assert_eq!((found.position, &*found.content), (at(1), &b"before"[..]));
}
