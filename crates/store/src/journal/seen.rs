//! Looking through the whole journal before anything is served, without reading twice what was read
//! before: a note beside the segments says which files were seen whole, and what they were then.
//!
//! The note saves time and proves nothing. A file whose length, inode or time of change is another one
//! than noted is read anew with all that follows it, and so is everything where the note is gone;
//! whoever can write a file and its times too is found by [`older`](super::older), which reads all of it,
//! and by an audit.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chain::Position;
use super::scan::Scan;
use super::{JournalError, segment, walk};

/// What was read before serving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookedThrough {
    /// Records that were read now.
    pub records: u64,
    /// Files that are as they were when they were last read.
    pub unchanged: usize,
}

/// A file that nothing is written to any more, seen whole.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    first: u64,
    length: u64,
    inode: u64,
    /// Time of change in nanoseconds, which no program sets.
    changed: i64,
    /// The chain hash after it.
    after: String,
}

/// Reads everything of `dir` that was changed or written since it was last read, to the last commit.
///
/// # Errors
/// [`JournalError::Broken`] with the first record that is not as it was written; other errors when files
/// cannot be read. A torn last commit is none: opening the journal cuts it off.
pub fn look_through(dir: &Path) -> Result<LookedThrough, JournalError> {
    let failed = |error| JournalError::io("list", dir, error);
    let firsts = match segment::list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Default::default()),
        listed => listed.map_err(failed)?,
    };
    // The newest part belongs to the writer.
    let Some((_, sealed)) = firsts.split_last() else {
        return Ok(Default::default());
    };
    let known = noted(dir, sealed);
    let unchanged = known.len();
    let from = match known.last() {
        None => begin(dir, firsts[0])?,
        Some(part) => after(part, dir, firsts[unchanged])?,
    };
    let (found, _) = walk::walk(dir, from, &mut |_, _, _| Ok(()))?;
    let mut parts = known;
    for (at, first) in sealed.iter().enumerate().skip(unchanged) {
        // The walk has found that the next one follows it.
        let next = head(dir, firsts[at + 1])?;
        parts.push(part(dir, *first, next.before).map_err(failed)?);
    }
    if let Err(cause) = note(dir, &parts) {
        tracing::warn!(%cause, "what was read of the journal is not noted, and is read again");
    }
    Ok(LookedThrough {
        records: found.records,
        unchanged,
    })
}

/// Forgets what was read, so that the next look reads all of it.
///
/// # Errors
/// When the note cannot be removed.
pub fn forget_seen(dir: &Path) -> io::Result<()> {
    match std::fs::remove_file(path(dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn path(dir: &Path) -> PathBuf {
    dir.join("seen.json")
}

/// The parts from the oldest on that are as they were noted, up to the first that is not.
fn noted(dir: &Path, sealed: &[u64]) -> Vec<Part> {
    let read = std::fs::read(path(dir)).unwrap_or_default();
    let parts: Vec<Part> = serde_json::from_slice(&read).unwrap_or_default();
    // Older ones may have been given up.
    let oldest = parts.iter().position(|p| Some(&p.first) == sealed.first());
    let kept = parts.iter().skip(oldest.unwrap_or(parts.len())).zip(sealed);
    let same = kept.take_while(|(noted, first)| {
        let now = position(noted).and_then(|after| part(dir, **first, after).ok());
        now.as_ref() == Some(*noted)
    });
    same.map(|(noted, _)| noted.clone()).collect()
}

fn note(dir: &Path, parts: &[Part]) -> io::Result<()> {
    let draft = dir.join("seen.json.tmp");
    std::fs::write(&draft, serde_json::to_vec(parts)?)?;
    std::fs::rename(&draft, path(dir))
}

fn part(dir: &Path, first: u64, after: Position) -> io::Result<Part> {
    let file = file(dir, first)?;
    Ok(Part {
        first,
        length: file.len(),
        inode: file.ino(),
        changed: file
            .ctime()
            .saturating_mul(1_000_000_000)
            .saturating_add(file.ctime_nsec()),
        after: format!("{}:{}", after.number, after.hex()),
    })
}

fn file(dir: &Path, first: u64) -> io::Result<Metadata> {
    match std::fs::metadata(segment::path(dir, first)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::metadata(segment::archive_path(dir, first))
        }
        found => found,
    }
}

fn position(part: &Part) -> Option<Position> {
    let (number, hash) = part.after.split_once(':')?;
    let mut after = Position::START;
    after.number = number.parse().ok()?;
    hex::decode_to_slice(hash, &mut after.hash).ok()?;
    Some(after)
}

/// Where the journal stood after a part, as the next one says it too.
fn after(part: &Part, dir: &Path, next: u64) -> Result<Position, JournalError> {
    let before = head(dir, next)?.before;
    match position(part) {
        Some(after) if after == before => Ok(after),
        _ => {
            let due = position(part).map_or(next, |after| after.number + 1);
            Err(walk::broken(next, due, "the segment does not follow"))
        }
    }
}

/// Where the journal stood before its oldest part: older archives may have been given up.
pub(super) fn begin(dir: &Path, first: u64) -> Result<Position, JournalError> {
    if first == 1 {
        return Ok(Position::START);
    }
    Ok(head(dir, first)?.before)
}

fn head(dir: &Path, first: u64) -> Result<segment::Head, JournalError> {
    let head = Scan::part(dir, first)?.head();
    head.ok_or_else(|| walk::broken(first, first, "damaged segment head"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::super::older::tests::{LAST, written};
    use super::*;

    fn broken(dir: &Path) -> u64 {
        let error = look_through(dir).unwrap_err();
        let JournalError::Broken { record, .. } = error else {
            panic!("{error}");
        };
        record
    }

    #[test]
    fn what_was_read_is_not_read_again_until_it_changes() {
        let (dir, firsts) = written();
        let (dir, sealed) = (dir.path(), firsts.len() - 1);
        let newest = LAST - firsts[sealed] + 1;
        let first = look_through(dir).unwrap();
        assert_eq!((first.records, first.unchanged), (LAST, 0));
        let second = look_through(dir).unwrap();
        assert_eq!((second.records, second.unchanged), (newest, sealed));

        // The same bytes written again are read again, with what follows them.
        let path = segment::path(dir, firsts[2]);
        let sound = fs::read(&path).unwrap();
        fs::write(&path, &sound).unwrap();
        let third = look_through(dir).unwrap();
        assert_eq!((third.records, third.unchanged), (LAST - firsts[2] + 1, 2));

        // Another byte is found behind whatever was seen, and so it stays.
        let mut changed = sound.clone();
        changed[800] ^= 1;
        fs::write(&path, &changed).unwrap();
        for _ in 0..2 {
            assert!((firsts[2]..firsts[3]).contains(&broken(dir)));
        }
        // A missing part is named by the record that should follow.
        fs::remove_file(&path).unwrap();
        assert_eq!(broken(dir), firsts[2]);
        fs::write(&path, &sound).unwrap();
        assert_eq!(look_through(dir).unwrap().unchanged, 2);

        // Older parts may be given up; what is known of the others still holds.
        fs::remove_file(segment::path(dir, firsts[0])).unwrap();
        assert_eq!(look_through(dir).unwrap().unchanged, sealed - 1);
    }

    #[test]
    fn without_a_note_or_with_a_broken_one_everything_is_read() {
        let (dir, _) = written();
        let dir = dir.path();
        look_through(dir).unwrap();
        forget_seen(dir).unwrap();
        forget_seen(dir).unwrap();
        assert_eq!(look_through(dir).unwrap().records, LAST);
        fs::write(path(dir), "[{").unwrap();
        assert_eq!(look_through(dir).unwrap().records, LAST);
    }

    #[test]
    fn a_note_that_speaks_of_another_journal_lends_it_nothing() {
        let (dir, firsts) = written();
        let dir = dir.path();
        look_through(dir).unwrap();
        let mut parts = noted(dir, &firsts[..2]);
        parts[1].after = format!("{}:{}", firsts[2] - 1, "00".repeat(32));
        note(dir, &parts).unwrap();
        assert_eq!(broken(dir), firsts[2]);
    }

    #[test]
    fn a_folder_without_a_journal_has_nothing_to_read() {
        let dir = tempfile::tempdir().unwrap();
        let nothing = LookedThrough::default();
        assert_eq!(look_through(dir.path()).unwrap(), nothing);
        assert_eq!(look_through(&dir.path().join("none")).unwrap(), nothing);
    }
}
