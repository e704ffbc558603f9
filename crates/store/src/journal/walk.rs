//! Walking over all segments: verifying frames, checks and the chain, naming what is broken first,
//! and telling a torn last commit from damage. It never writes.

use std::path::Path;

use model::codec::Tag;

use super::JournalError;
use super::chain::{self, Position};
use super::frame::{FrameHeader, HEADER};
use super::scan::{Scan, Step};
use super::segment;

/// Receives records; an error stops the walk and comes back as [`JournalError::Visitor`].
pub type Visit<'v> =
    dyn FnMut(u64, Tag, &[u8]) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + 'v;

/// A last commit that was being written when the process or the machine stopped. Nothing of it was
/// ever confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// Number of its first record; the next commit takes it again.
    pub record: u64,
    /// How many records it was to have, where that can still be read.
    pub records: Option<u32>,
    /// File name of the segment.
    pub segment: String,
    /// Where it begins in the segment, in bytes.
    pub offset: u64,
    /// Bytes from there to the last one that is not zero.
    pub bytes: u64,
    /// The file is shorter than it was made: it was cut from outside, and confirmed records may be
    /// among what is missing.
    pub shortened: bool,
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Records given to the visitor.
    pub records: u64,
    /// The last record and the chain hash after it.
    pub last: Position,
    pub torn: Option<TornTail>,
}

/// Where the newest segment ends.
pub(crate) struct End {
    pub(crate) first: u64,
    pub(crate) offset: u64,
    /// The newest part is an archive, which nothing is ever written to.
    pub(crate) packed: bool,
}

/// Walks from the record after `from` to the end. `None` for a folder without segments.
pub(crate) fn walk(
    dir: &Path,
    from: Position,
    visit: &mut Visit<'_>,
) -> Result<(Recovered, Option<End>), JournalError> {
    let firsts = segment::list(dir).map_err(|e| JournalError::io("list", dir, e))?;
    let start = firsts
        .partition_point(|first| *first <= from.number + 1)
        .saturating_sub(1);
    let mut walk = Walk {
        from,
        now: Position::START,
        records: 0,
        visit,
    };
    let mut found = Recovered {
        records: 0,
        last: Position::START,
        torn: None,
    };
    let mut end = None;
    for (index, first) in firsts.iter().enumerate().skip(start) {
        if index == start {
            walk.enter(dir, *first)?;
        }
        let newest = index + 1 == firsts.len();
        let (offset, torn, packed) = walk.segment(dir, *first, newest)?;
        found.torn = torn;
        end = Some(End {
            first: *first,
            offset,
            packed,
        });
    }
    if walk.now.number < from.number {
        return Err(JournalError::Short {
            last: walk.now.number,
            wanted: from.number,
        });
    }
    found.records = walk.records;
    found.last = walk.now;
    Ok((found, end))
}

struct Walk<'w, 'v> {
    from: Position,
    now: Position,
    records: u64,
    visit: &'w mut Visit<'v>,
}

impl Walk<'_, '_> {
    /// Takes over where the first walked segment says the journal stood before it.
    fn enter(&mut self, dir: &Path, first: u64) -> Result<(), JournalError> {
        if first > self.from.number + 1 {
            return Err(broken(
                first,
                self.from.number + 1,
                "its segment is missing",
            ));
        }
        if first > 1 {
            let scan = Scan::part(dir, first)?;
            let head = scan
                .head()
                .ok_or_else(|| broken(first, first, "damaged segment head"))?;
            self.now = Position {
                number: first - 1,
                hash: head.before.hash,
            };
            self.compare_start(first)?;
        }
        Ok(())
    }

    fn segment(
        &mut self,
        dir: &Path,
        first: u64,
        newest: bool,
    ) -> Result<(u64, Option<TornTail>, bool), JournalError> {
        let mut scan = Scan::part(dir, first)?;
        scan.skip_before(self.from.number + 1);
        let head = scan
            .head()
            .ok_or_else(|| broken(first, self.now.number + 1, "damaged segment head"))?;
        if head.before != self.now {
            return Err(broken(
                first,
                self.now.number + 1,
                "the segment does not follow",
            ));
        }
        let (shortened, packed) = (scan.size() < head.size, head.packed);
        loop {
            let offset = match scan.step()? {
                Step::Frame { header, frame } => {
                    self.frame(first, &header, &frame[HEADER..])?;
                    continue;
                }
                Step::End { offset } | Step::Bad { offset } => offset,
            };
            if !shortened && scan.written(offset)?.is_none() {
                return Ok((offset, None, packed));
            }
            // An archive is named only when it is whole, so nothing of it can be torn.
            let torn = self.torn(&mut scan, first, offset, newest && !packed)?;
            return Ok((offset, Some(TornTail { shortened, ..torn }), packed));
        }
    }

    /// Decides whether what stands at `offset` is a torn last commit or damage.
    fn torn(
        &self,
        scan: &mut Scan,
        first: u64,
        offset: u64,
        newest: bool,
    ) -> Result<TornTail, JournalError> {
        if !newest || scan.any_frame_after(offset)? {
            let record = self.first_broken(scan.remains(offset)?);
            return Err(broken(first, record, "damaged commit"));
        }
        let header =
            FrameHeader::read(scan.remains(offset)?).filter(|h| h.first == self.now.number + 1);
        let written = scan.written(offset)?;
        Ok(TornTail {
            record: self.now.number + 1,
            records: header.map(|h| h.records),
            segment: file_name(first),
            offset,
            bytes: written.map_or(0, |(_, end)| end - offset),
            shortened: false,
        })
    }

    /// The number of the first record of a damaged frame whose own check fails; its first record
    /// when the damage lies in the header.
    fn first_broken(&self, frame: &[u8]) -> u64 {
        let first = self.now.number + 1;
        let Some(header) = FrameHeader::read(frame).filter(|h| h.first == first) else {
            return first;
        };
        let mut now = self.now;
        let mut rest = &frame[HEADER..];
        while now.number < header.last() && !rest.is_empty() {
            let Some(cut) = chain::cut(rest) else {
                return now.number + 1;
            };
            now.hash = chain::next(&now.hash, cut.hashed);
            now.number += 1;
            if now.hash[..cut.check.len()] != *cut.check {
                return now.number;
            }
            rest = cut.rest;
        }
        first
    }

    /// Takes one frame whose crc is good.
    fn frame(&mut self, first: u64, header: &FrameHeader, body: &[u8]) -> Result<(), JournalError> {
        if header.first != self.now.number + 1 {
            return Err(broken(
                first,
                self.now.number + 1,
                "another commit stands in its place",
            ));
        }
        if header.last() <= self.from.number {
            // Older than what was asked for: its crc is enough.
            self.now = Position {
                number: header.last(),
                hash: header.hash,
            };
            return self.compare_start(first);
        }
        let mut rest = body;
        for number in header.first..=header.last() {
            let cut = chain::cut(rest).ok_or_else(|| broken(first, number, "no whole record"))?;
            let hash = chain::next(&self.now.hash, cut.hashed);
            if hash[..cut.check.len()] != *cut.check {
                return Err(broken(first, number, "the chain is broken"));
            }
            self.now = Position { number, hash };
            rest = cut.rest;
            if number > self.from.number {
                self.records += 1;
                (self.visit)(number, cut.tag, cut.payload).map_err(|source| {
                    JournalError::Visitor {
                        record: number,
                        source,
                    }
                })?;
            } else {
                self.compare_start(first)?;
            }
        }
        if self.now.hash != header.hash || !rest.is_empty() {
            return Err(broken(
                first,
                header.last(),
                "the commit does not end as it says",
            ));
        }
        Ok(())
    }

    /// Compares the hash that the walk was to start from with the journal's own.
    fn compare_start(&self, first: u64) -> Result<(), JournalError> {
        if self.now.number == self.from.number && self.now.hash != self.from.hash {
            return Err(broken(
                first,
                self.now.number,
                "the snapshot belongs to another journal",
            ));
        }
        Ok(())
    }
}

pub(super) fn broken(first: u64, record: u64, reason: &'static str) -> JournalError {
    JournalError::Broken {
        segment: file_name(first),
        record,
        reason,
    }
}

fn file_name(first: u64) -> String {
    format!("{first:020}.journal")
}
