//! Looking through what a start does not read: everything up to a record, with rests, by a thread that
//! nobody waits for.
//!
//! A start begins at a snapshot, so it would not notice that a segment far behind it was changed or is
//! gone. This walks the same way from the very first record, and may run beside the writer: what is
//! written meanwhile lies behind the record where it stops.

use std::ops::ControlFlow;
use std::path::Path;

use model::codec::Tag;

use super::seen::begin;
use super::{JournalError, segment, walk};

/// Bytes of records between two rests.
const PIECE: usize = if cfg!(test) { 1 << 10 } else { 4 << 20 };

/// How a look went that found nothing wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Every record up to the last one asked for is as it was written.
    Whole,
    /// It was told to stop.
    Stopped,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Why the walk ended where nothing was wrong.
#[derive(Debug, thiserror::Error)]
#[error("far enough")]
struct Enough(Looked);

/// Looks through the records of `dir` up to `last`, which are all committed; asks `rest` after each piece,
/// which may sleep, or say that it is enough.
///
/// # Errors
/// [`JournalError::Broken`] with the first record that is not as it was written; other errors when files
/// cannot be read.
pub fn older(
    dir: &Path,
    last: u64,
    rest: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Looked, JournalError> {
    let firsts = segment::list(dir).map_err(|e| JournalError::io("list", dir, e))?;
    let Some(first) = firsts.first().copied().filter(|first| *first <= last) else {
        return Ok(Looked::Whole);
    };
    let mut bytes = 0;
    let mut visit = |number: u64, _: Tag, payload: &[u8]| -> Result<(), Failed> {
        if number > last {
            return Err(Enough(Looked::Whole).into());
        }
        bytes += payload.len();
        if bytes >= PIECE {
            bytes = 0;
            if rest().is_break() {
                return Err(Enough(Looked::Stopped).into());
            }
        }
        Ok(())
    };
    match walk::walk(dir, begin(dir, first)?, &mut visit) {
        Ok(_) => Ok(Looked::Whole),
        // The writer is at work there: it is none of what was asked for.
        Err(JournalError::Broken { record, .. }) if record > last => Ok(Looked::Whole),
        Err(JournalError::Visitor { record, source }) => match source.downcast::<Enough>() {
            Ok(enough) => Ok(enough.0),
            Err(source) => Err(JournalError::Visitor { record, source }),
        },
        Err(error) => Err(error),
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use tempfile::TempDir;

    use super::*;
    use crate::journal::{CommitBuffer, Journal, JournalOptions, Position};

    pub(crate) const LAST: u64 = 300;

    /// A journal of many small segments.
    pub(crate) fn written() -> (TempDir, Vec<u64>) {
        let dir = TempDir::new().unwrap();
        let options = JournalOptions {
            segment_bytes: 4096,
            reserve_bytes: 0,
        };
        let nothing = &mut |_: u64, _: Tag, _: &[u8]| Ok(());
        let opened = Journal::open(dir.path(), options, Position::START, nothing);
        let (mut journal, _) = opened.unwrap();
        let mut buffer = CommitBuffer::new(Position::START);
        for number in 1..=LAST {
            let (kind, version) = (2, 1);
            buffer
                .push(Tag { kind, version }, &number.to_le_bytes().repeat(9))
                .unwrap();
            journal.append(&buffer.seal()).unwrap();
        }
        journal.close().unwrap();
        let firsts = segment::list(dir.path()).unwrap();
        assert!(firsts.len() > 4, "{firsts:?}");
        (dir, firsts)
    }

    fn look(dir: &TempDir, last: u64) -> Result<Looked, JournalError> {
        older(dir.path(), last, &mut || ControlFlow::Continue(()))
    }

    fn is_broken_in(looked: Result<Looked, JournalError>, from: u64, to: u64) -> bool {
        matches!(looked, Err(JournalError::Broken { record, .. }) if (from..=to).contains(&record))
    }

    #[test]
    fn what_was_done_to_an_old_segment_is_found_behind_any_snapshot() {
        let (dir, firsts) = written();
        assert_eq!(look(&dir, LAST).unwrap(), Looked::Whole);
        let path = segment::path(dir.path(), firsts[1]);
        let sound = std::fs::read(&path).unwrap();
        let mut changed = sound.clone();
        changed[800] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        assert!(is_broken_in(look(&dir, LAST), firsts[1], firsts[2] - 1));
        // What lies in front of it is as it was, and nobody asked for more.
        assert_eq!(look(&dir, firsts[1] - 1).unwrap(), Looked::Whole);
        std::fs::remove_file(&path).unwrap();
        assert!(is_broken_in(look(&dir, LAST), firsts[1], firsts[1]));
        std::fs::write(&path, &sound).unwrap();
        assert_eq!(look(&dir, LAST).unwrap(), Looked::Whole);
        // Older parts may have been given up.
        std::fs::remove_file(segment::path(dir.path(), firsts[0])).unwrap();
        assert_eq!(look(&dir, LAST).unwrap(), Looked::Whole);
    }

    #[test]
    fn it_ends_when_it_is_told_to() {
        let (dir, _) = written();
        let mut rests = 0;
        let looked = older(dir.path(), LAST, &mut || {
            rests += 1;
            match rests {
                3 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        assert_eq!((looked.unwrap(), rests), (Looked::Stopped, 3));
    }
}
