//! Looking through the journal's tables before anything is served, without reading twice what was read before:
//! a note in the data folder says up to which record they were read and found whole, and its chain hash.
//!
//! A table has no time of change that can be relied on, so what was done since to a record in front of the
//! note is not seen at a start. [`older`] reads all of it beside the serving; where it finds something wrong
//! the note is forgotten, and the next start reads all and is refused.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Link;
use super::journal::broken;
use super::reading::{end_of, walk, walk_to};
use crate::journal::{JournalError, Looked, LookedThrough, Position};

/// The note, in the data folder.
const NOTE: &str = "journal-seen.json";
/// Records between two rests; no transaction is open while it rests.
const PIECE: u64 = 50_000;

/// Up to where the tables were read and found whole.
#[derive(Serialize, Deserialize)]
struct Seen {
    number: u64,
    /// The chain hash behind it.
    hash: String,
}

impl Seen {
    fn position(&self) -> Option<Position> {
        let mut seen = Position::START;
        seen.number = self.number;
        hex::decode_to_slice(&self.hash, &mut seen.hash).ok()?;
        Some(seen)
    }
}

/// Reads everything that was written since it was last read.
///
/// # Errors
/// [`JournalError::Broken`] with the first record that is not as it was written; other errors when the
/// database cannot be read.
pub(crate) fn look_through(link: &Link, data: &Path) -> Result<LookedThrough, JournalError> {
    let end = end_of(link)?;
    // Where it cannot be where the note says, the note is of another journal or lies: all is read.
    let from = noted(data).filter(|seen| seen.number <= end.number);
    let nothing = &mut |_: u64, _, _: &[u8]| Ok(());
    let found = match from {
        Some(from) => match walk(link, from, end, nothing) {
            Err(JournalError::Broken { record, .. }) if record == from.number => {
                walk(link, Position::START, end, nothing)?
            }
            found => found?,
        },
        None => walk(link, Position::START, end, nothing)?,
    };
    if let Err(cause) = note(data, found.last) {
        tracing::warn!(%cause, "what was read of the journal is not noted, and is read again");
    }
    Ok(LookedThrough {
        records: found.records,
        unchanged: 0,
    })
}

/// Looks through all records up to `last`, which are all committed; asks `rest` after each piece, which may
/// sleep, or say that it is enough.
///
/// # Errors
/// As [`look_through`].
pub(crate) fn older(
    link: &Link,
    last: u64,
    rest: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Looked, JournalError> {
    let mut now = Position::START;
    while now.number < last {
        let to = last.min(now.number + PIECE);
        now = walk_to(link, now, to, &mut |_, _, _| Ok(()))?.last;
        if now.number < to {
            return Err(broken(now.number + 1, "the record is missing"));
        }
        if now.number < last && rest().is_break() {
            return Ok(Looked::Stopped);
        }
    }
    Ok(Looked::Whole)
}

/// Forgets what was read, so that the next look reads all of it.
///
/// # Errors
/// When the note cannot be removed.
pub(crate) fn forget_seen(data: &Path) -> io::Result<()> {
    match std::fs::remove_file(path(data)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn path(data: &Path) -> PathBuf {
    data.join(NOTE)
}

fn noted(data: &Path) -> Option<Position> {
    let read = std::fs::read(path(data)).ok()?;
    serde_json::from_slice::<Seen>(&read).ok()?.position()
}

fn note(data: &Path, seen: Position) -> io::Result<()> {
    let draft = data.join("journal-seen.json.tmp");
    let seen = Seen {
        number: seen.number,
        hash: seen.hex(),
    };
    std::fs::write(&draft, serde_json::to_vec(&seen)?)?;
    std::fs::rename(&draft, path(data))
}
