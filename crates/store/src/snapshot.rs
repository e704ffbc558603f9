//! Snapshots: the engine's state as of a journal number, so that starting is quick.
//!
//! Each is one file, complete and hashed, or it does not count. What is inside is the caller's
//! affair. Losing all of them costs time, never a record.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::durable;
use crate::journal::Position;

/// How many are kept.
pub(crate) const KEPT: usize = 3;
const MAGIC: [u8; 6] = *b"\xF9WFsn1";
/// Magic, format, journal number, chain hash, length of the content.
const HEAD: usize = MAGIC.len() + 2 + 8 + 32 + 8;
const DIGEST: usize = 32;

/// The state of something as of a place in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The last record it stands for, and the chain hash after it.
    pub position: Position,
    /// How `content` is written; the caller's own numbering.
    pub format: u16,
    pub content: Vec<u8>,
}

/// The folder of snapshots. One thread writes at a time.
#[derive(Clone, Debug)]
pub struct SnapshotStore {
    dir: PathBuf,
}

impl SnapshotStore {
    /// Opens or creates the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(dir: &Path) -> io::Result<SnapshotStore> {
        std::fs::create_dir_all(dir)?;
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            // One that was being written when an earlier process ended.
            if path.extension().is_some_and(|ending| ending == "tmp") {
                durable::remove(&path)?;
            }
        }
        Ok(SnapshotStore {
            dir: dir.to_owned(),
        })
    }

    /// Writes one snapshot and returns when it is on disk; older ones than the newest three go.
    ///
    /// # Errors
    /// When the file cannot be written; earlier snapshots stay.
    pub fn write(&self, position: Position, format: u16, content: &[u8]) -> io::Result<()> {
        let (head, digest) = seal(position, format, content);
        let name = format!("{:020}.snapshot", position.number);
        durable::write(&self.dir, &name, &[&head, content, &digest])?;
        for number in self.numbers()?.iter().rev().skip(KEPT) {
            durable::remove(&self.path(*number))?;
        }
        Ok(())
    }

    /// The newest snapshot that is whole and has a format that `reads` accepts; damaged ones are
    /// skipped with a warning.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn newest_valid(&self, reads: impl Fn(u16) -> bool) -> io::Result<Option<Snapshot>> {
        for number in self.numbers()?.into_iter().rev() {
            let path = self.path(number);
            let read = std::fs::read(&path).map_err(|e| e.to_string());
            match read.and_then(|bytes| decode(bytes).ok_or("its hash does not match".to_owned())) {
                Ok(snapshot) if snapshot.position.number == number && reads(snapshot.format) => {
                    return Ok(Some(snapshot));
                }
                Ok(snapshot) => {
                    let format = snapshot.format;
                    tracing::warn!(
                        format,
                        "snapshot {} is of another kind, skipped",
                        path.display()
                    );
                }
                Err(reason) => {
                    tracing::warn!(reason, "snapshot {} is damaged, skipped", path.display());
                }
            }
        }
        Ok(None)
    }

    /// Journal numbers of the snapshots there, ascending.
    pub(crate) fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|n| n.strip_suffix(".snapshot"));
            numbers.extend(number.and_then(|n| n.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The bytes of one.
    pub(crate) fn file(&self, number: u64) -> io::Result<Option<Vec<u8>>> {
        std::fs::read(self.path(number)).map(Some)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number:020}.snapshot"))
    }
}

/// What stands before and behind the content of a whole file.
pub(crate) fn seal(position: Position, format: u16, content: &[u8]) -> ([u8; HEAD], [u8; DIGEST]) {
    let head = encode_head(position, format, content.len());
    let digest = Sha256::new()
        .chain_update(head)
        .chain_update(content)
        .finalize()
        .into();
    (head, digest)
}

fn encode_head(position: Position, format: u16, length: usize) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..6].copy_from_slice(&MAGIC);
    head[6..8].copy_from_slice(&format.to_le_bytes());
    head[8..16].copy_from_slice(&position.number.to_le_bytes());
    head[16..48].copy_from_slice(&position.hash);
    head[48..].copy_from_slice(&(length as u64).to_le_bytes());
    head
}

/// A whole file, for where it is no file.
pub(crate) fn encode(position: Position, format: u16, content: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEAD + content.len() + DIGEST);
    file.extend_from_slice(&encode_head(position, format, content.len()));
    file.extend_from_slice(content);
    let digest = Sha256::digest(&file);
    file.extend_from_slice(&digest);
    file
}

/// Reads a whole file; `None` when anything about it is not as written.
pub(crate) fn decode(mut bytes: Vec<u8>) -> Option<Snapshot> {
    let (covered, digest) = bytes.split_last_chunk::<DIGEST>()?;
    let (head, content) = covered.split_first_chunk::<HEAD>()?;
    let number = u64::from_le_bytes(*head[8..].first_chunk()?);
    let hash = *head[16..].first_chunk()?;
    let position = Position { number, hash };
    let format = u16::from_le_bytes(*head[6..].first_chunk()?);
    let length = content.len();
    if *head != encode_head(position, format, length) || Sha256::digest(covered)[..] != digest[..] {
        return None;
    }
    bytes.truncate(HEAD + length);
    bytes.drain(..HEAD);
    Some(Snapshot {
        position,
        format,
        content: bytes,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(number: u64) -> Position {
        Position {
            number,
            hash: [number as u8; 32],
        }
    }

    #[test]
    fn the_newest_whole_one_counts_and_three_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open(dir.path()).unwrap();
        assert_eq!(store.newest_valid(|_| true).unwrap(), None);
        for number in 1..=5u64 {
            store
                .write(at(number), 7, &number.to_le_bytes().repeat(100))
                .unwrap();
        }
        assert_eq!(store.numbers().unwrap(), [3, 4, 5]);
        let newest = store.newest_valid(|format| format == 7).unwrap().unwrap();
        assert_eq!((newest.position, newest.content.len()), (at(5), 800));
        assert_eq!(store.newest_valid(|format| format == 8).unwrap(), None);
    }

    #[test]
    fn any_damage_makes_it_step_back_to_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open(dir.path()).unwrap();
        store.write(at(1), 1, b"before").unwrap();
        store.write(at(2), 1, b"after").unwrap();
        let path = store.path(2);
        let whole = std::fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(
                store.newest_valid(|_| true).unwrap().unwrap().content,
                b"before"
            );
            std::fs::write(&path, &whole[..place]).unwrap();
            assert_eq!(
                store.newest_valid(|_| true).unwrap().unwrap().content,
                b"before"
            );
        }
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(
            store.newest_valid(|_| true).unwrap().unwrap().content,
            b"after"
        );
    }

    #[test]
    fn a_snapshot_under_another_number_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open(dir.path()).unwrap();
        store.write(at(4), 1, b"four").unwrap();
        std::fs::rename(store.path(4), store.path(9)).unwrap();
        assert_eq!(store.newest_valid(|_| true).unwrap(), None);
    }
}
