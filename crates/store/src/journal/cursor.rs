//! A reader that goes on where it stopped, for those who follow the journal piece by piece.
//!
//! It keeps its segment open, so that reading a little costs a little however long the segment is.

use std::path::Path;

use model::codec::Tag;

use super::frame::HEADER;
use super::scan::{Scan, Step};
use super::{JournalError, JournalReader, chain, segment};

/// Reads committed records in order, a piece at a time.
pub struct Cursor {
    reader: JournalReader,
    /// Number of the next record to give.
    next: u64,
    open: Option<(u64, Scan)>,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor").field("next", &self.next).finish()
    }
}

impl Cursor {
    pub(super) fn new(reader: JournalReader, first: u64) -> Cursor {
        Cursor {
            reader,
            next: first.max(1),
            open: None,
        }
    }

    /// Number of the next record it will give.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Number of the last record on disk.
    pub fn committed(&self) -> u64 {
        self.reader.committed()
    }

    /// Gives whole commits to `visit` until at least `most` records were given or the end is reached;
    /// how many were given.
    ///
    /// # Errors
    /// As [`super::read`].
    pub fn read(
        &mut self,
        most: usize,
        visit: &mut dyn FnMut(u64, Tag, &[u8]),
    ) -> Result<usize, JournalError> {
        let last = self.reader.committed();
        let mut given = 0;
        if let Some((_, scan)) = &mut self.open
            && self.next <= last
        {
            scan.forget()?;
        }
        while given < most && self.next <= last {
            let dir = self.reader.dir.clone();
            let (first, mut scan) = match self.open.take() {
                Some(open) => open,
                None => enter(&dir, self.next, last)?,
            };
            let (header, frame) = match scan.step()? {
                Step::Frame { header, frame } => (header, frame),
                Step::End { .. } => {
                    // The next record is on disk, so it stands in a later segment.
                    let later = enter(&dir, self.next, last)?;
                    if later.0 == first {
                        return Err(short(self.next, last));
                    }
                    self.open = Some(later);
                    continue;
                }
                Step::Bad { .. } => {
                    return Err(JournalError::Broken {
                        segment: format!("{first:020}.journal"),
                        record: self.next,
                        reason: "damaged commit",
                    });
                }
            };
            if header.last() >= self.next {
                let mut rest = &frame[HEADER..];
                for number in header.first..=header.last() {
                    let Some(cut) = chain::cut(rest) else { break };
                    rest = cut.rest;
                    if number >= self.next {
                        visit(number, cut.tag, cut.payload);
                        given += 1;
                    }
                }
                self.next = header.last() + 1;
            }
            self.open = Some((first, scan));
        }
        Ok(given)
    }
}

/// Opens the segment that holds record `next`.
fn enter(dir: &Path, next: u64, last: u64) -> Result<(u64, Scan), JournalError> {
    let firsts = segment::list(dir).map_err(|e| JournalError::io("list", dir, e))?;
    let behind = firsts.partition_point(|first| *first <= next);
    let first = behind
        .checked_sub(1)
        .map(|place| firsts[place])
        .ok_or_else(|| short(next, last))?;
    let mut scan = Scan::part(dir, first)?;
    scan.skip_before(next);
    Ok((first, scan))
}

fn short(next: u64, last: u64) -> JournalError {
    JournalError::Short {
        last: next - 1,
        wanted: last,
    }
}
