//! A reader that goes on where it stopped, for those who follow the journal piece by piece.
//!
//! It keeps its segment or its connection open, so that reading a little costs a little however long the
//! journal is.

use std::path::Path;

use model::codec::Tag;

use super::frame::HEADER;
use super::scan::{Scan, Step};
use super::{JournalError, JournalReader, Place, chain, segment};
use crate::Link;
use crate::postgres::{Follower, Shelf};

/// Reads committed records in order, a piece at a time.
pub struct Cursor {
    reader: JournalReader,
    /// Number of the next record to give.
    next: u64,
    open: Open,
}

/// What is held open between two pieces.
enum Open {
    Nothing,
    /// The segment that begins with a record.
    Segment(u64, Scan),
    Table(Follower),
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
            open: Open::Nothing,
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

    /// Gives records to `visit` until at least `most` were given, files to the end of a commit, or the end
    /// is reached; how many were given.
    ///
    /// # Errors
    /// As [`super::read`].
    pub fn read(
        &mut self,
        most: usize,
        visit: &mut dyn FnMut(u64, Tag, &[u8]),
    ) -> Result<usize, JournalError> {
        let last = self.reader.committed();
        if self.next > last {
            return Ok(0);
        }
        match self.reader.place.clone() {
            Place::Dir(dir) => self.read_segments(&dir, last, most, visit),
            Place::Database(link, shelf) => self.read_table(&link, &shelf, last, most, visit),
        }
    }

    fn read_segments(
        &mut self,
        dir: &Path,
        last: u64,
        most: usize,
        visit: &mut dyn FnMut(u64, Tag, &[u8]),
    ) -> Result<usize, JournalError> {
        let mut given = 0;
        if let Open::Segment(_, scan) = &mut self.open {
            scan.forget()?;
        }
        while given < most && self.next <= last {
            let (first, mut scan) = match std::mem::replace(&mut self.open, Open::Nothing) {
                Open::Segment(first, scan) => (first, scan),
                Open::Nothing | Open::Table(_) => enter(dir, self.next, last)?,
            };
            let (header, frame) = match scan.step()? {
                Step::Frame { header, frame } => (header, frame),
                Step::End { .. } => {
                    // The next record is on disk, so it stands in a later segment.
                    let (later, scan) = enter(dir, self.next, last)?;
                    if later == first {
                        return Err(short(self.next, last));
                    }
                    self.open = Open::Segment(later, scan);
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
            self.open = Open::Segment(first, scan);
        }
        Ok(given)
    }

    fn read_table(
        &mut self,
        link: &Link,
        shelf: &Shelf,
        last: u64,
        most: usize,
        visit: &mut dyn FnMut(u64, Tag, &[u8]),
    ) -> Result<usize, JournalError> {
        let follower = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Table(follower) => follower,
            Open::Nothing | Open::Segment(..) => shelf.take(link)?,
        };
        let until = last.min(self.next.saturating_add(most.max(1) as u64 - 1));
        let rows = follower.rows(self.next, until)?;
        for row in &rows {
            if row.number != self.next {
                return Err(short(self.next, last));
            }
            visit(row.number, row.tag, &row.payload);
            self.next += 1;
        }
        if self.next <= until {
            return Err(short(self.next, last));
        }
        self.open = Open::Table(follower);
        Ok(rows.len())
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        let open = std::mem::replace(&mut self.open, Open::Nothing);
        if let (Open::Table(follower), Place::Database(_, shelf)) = (open, &self.reader.place) {
            shelf.put(follower);
        }
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
