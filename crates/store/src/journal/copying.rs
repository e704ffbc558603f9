//! Copies of the journal: up to the last whole commit while it is being written, and up to any entry.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use model::codec::entry_time;

use super::chain::{self, Position};
use super::commit::CommitBuffer;
use super::disk::Disk;
use super::frame::HEADER;
use super::scan::{Scan, Step};
use super::segment::{self, HEAD, Segment, Spare};
use super::{JournalError, audit, read};
use crate::backup::{Until, lay};
use crate::durable;

/// What was copied.
pub(crate) struct Copied {
    pub(crate) through: Position,
    /// First record of the newest part.
    pub(crate) newest: u64,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// Copies every part from `done` on, the newest as far as its commits are whole and on disk.
pub(crate) fn whole_commits(from: &Path, to: &Path, done: u64) -> Result<Copied, JournalError> {
    let failed = |error| JournalError::io("copy", from, error);
    let firsts = segment::list(from).map_err(failed)?;
    let mut copied = Copied {
        through: Position::START,
        newest: 0,
        files: 0,
        bytes: 0,
    };
    for (index, first) in firsts.iter().enumerate() {
        let newest = index + 1 == firsts.len();
        let there = segment::path(to, *first).exists();
        let archived = segment::archive_path(to, *first).exists();
        if !newest && *first < done && (there || archived) {
            continue;
        }
        let mut scan = Scan::part(from, *first)?;
        let size = scan.size();
        let (name, end) = if scan.is_packed() {
            (segment::archive_path(to, *first), size)
        } else {
            let (end, place) = end_of(&mut scan, *first)?;
            if newest {
                copied.through = place;
            }
            (segment::path(to, *first), end)
        };
        let source = from.join(name.file_name().unwrap_or_default());
        let file = name
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        lay(to, file, &source, end, size).map_err(failed)?;
        if scan.is_packed() {
            // An earlier copy of the segment may be only its beginning. It goes once the archive is there.
            durable::remove(&segment::path(to, *first)).map_err(failed)?;
        }
        copied.newest = *first;
        copied.files += 1;
        copied.bytes += end;
    }
    if let Some(last) = firsts.last() {
        let scan = Scan::part(from, *last)?;
        if scan.is_packed() {
            copied.through = audit::whole(from, scan, *last)?.end;
        }
    }
    Ok(copied)
}

/// Where the last whole commit of the journal ends; on disk.
pub(crate) fn end(dir: &Path) -> Result<Position, JournalError> {
    let firsts = segment::list(dir).map_err(|e| JournalError::io("list", dir, e))?;
    let Some(last) = firsts.last() else {
        return Ok(Position::START);
    };
    let mut scan = Scan::part(dir, *last)?;
    if scan.is_packed() {
        return Ok(audit::whole(dir, scan, *last)?.end);
    }
    Ok(end_of(&mut scan, *last)?.1)
}

/// Where the last whole commit of a segment ends, and the place in the chain behind it; on disk.
fn end_of(scan: &mut Scan, first: u64) -> Result<(u64, Position), JournalError> {
    let head = scan.head();
    let mut place = head
        .ok_or_else(|| audit::broken(first, first, "damaged segment head"))?
        .before;
    let mut end = HEAD;
    while let Step::Frame { header, frame } = scan.step()? {
        end += frame.len() as u64;
        place = Position {
            number: header.last(),
            hash: header.hash,
        };
    }
    // The writer may not have synced the last of them yet; once we have, no crash takes it back.
    scan.sync()?;
    Ok((end, place))
}

/// The last record of the last input up to `until`, with all it led to; `None` when there is none.
pub(crate) fn cut(dir: &Path, until: Until) -> Result<Option<u64>, JournalError> {
    let end = audit::audit(dir, &[])?.end.number;
    let mut last = 0;
    let begin = match until {
        Until::End => return Ok((end > 0).then_some(end)),
        Until::Number(number) => number.min(end),
        Until::Time(time) => first_after(dir, time)?.saturating_sub(1).max(1),
    };
    read(dir, begin, end, &mut |number, tag, payload| {
        let beyond = entry_time(tag, payload).is_some_and(|at| match until {
            Until::End => false,
            Until::Number(wanted) => number > wanted,
            Until::Time(wanted) => at > wanted,
        });
        if beyond {
            return ControlFlow::Break(());
        }
        last = number;
        ControlFlow::Continue(())
    })?;
    Ok((last > 0).then_some(last))
}

/// The first record of the last part that begins with an entry up to `time`; 1 when none does.
pub(crate) fn first_after(dir: &Path, time: model::Time) -> Result<u64, JournalError> {
    let firsts = segment::list(dir).map_err(|e| JournalError::io("list", dir, e))?;
    let (mut low, mut high) = (0, firsts.len());
    while low < high {
        let middle = (low + high) / 2;
        let begun = first_time(dir, firsts[middle])?;
        if begun.is_none_or(|at| at <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low.checked_sub(1).map_or(1, |at| firsts[at]))
}

/// The entry time of the first input of a part; `None` for an empty one.
fn first_time(dir: &Path, first: u64) -> Result<Option<model::Time>, JournalError> {
    let mut scan = Scan::part(dir, first)?;
    while let Step::Frame { frame, .. } = scan.step()? {
        let mut rest = &frame[HEADER..];
        while let Some(cut) = chain::cut(rest) {
            if let Some(at) = entry_time(cut.tag, cut.payload) {
                return Ok(Some(at));
            }
            rest = cut.rest;
        }
    }
    Ok(None)
}

/// Copies records 1 to `last` of the journal in `from` to the empty folder `to`: whole parts as they
/// are, the one with the cut written anew under the same chain.
pub(crate) fn records_up_to(from: &Path, to: &Path, last: u64) -> Result<(), JournalError> {
    let failed = |error| JournalError::io("copy", from, error);
    let firsts = segment::list(from).map_err(failed)?;
    for (index, first) in firsts.iter().enumerate() {
        if *first > last {
            break;
        }
        let next = firsts.get(index + 1);
        if next.is_some_and(|next| *next <= last + 1) {
            let mut scan = Scan::part(from, *first)?;
            let (name, end) = if scan.is_packed() {
                (segment::archive_path(from, *first), scan.size())
            } else {
                (segment::path(from, *first), end_of(&mut scan, *first)?.0)
            };
            let file = name
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            lay(to, file, &name, end, scan.size()).map_err(failed)?;
        } else {
            write_anew(from, to, *first, last)?;
        }
    }
    Ok(())
}

/// Bytes of records written as one commit.
const COMMIT: usize = 1 << 20;

fn write_anew(from: &Path, to: &Path, first: u64, last: u64) -> Result<(), JournalError> {
    let mut scan = Scan::part(from, first)?;
    let head = scan.head();
    let head = head.ok_or_else(|| audit::broken(first, first, "damaged segment head"))?;
    let mut buffer = CommitBuffer::new(head.before);
    let mut frames = Vec::new();
    let mut close = |buffer: &mut CommitBuffer| frames.extend_from_slice(buffer.seal().frame());
    while let Step::Frame { header, frame } = scan.step()? {
        let mut rest = &frame[HEADER..];
        for number in header.first..=header.last() {
            let Some(cut) = chain::cut(rest).filter(|_| number <= last) else {
                break;
            };
            rest = cut.rest;
            let pushed = buffer.push(cut.tag, cut.payload);
            pushed.map_err(|_| audit::broken(first, number, "a record longer than any may be"))?;
            if buffer.len_bytes() >= COMMIT {
                close(&mut buffer);
            }
        }
    }
    if !buffer.is_empty() {
        close(&mut buffer);
    }
    let failed = |error| JournalError::io("write", to, error);
    // Room for the frames and for the next commit's header, as a writer would have taken.
    let size = scan.size().max(HEAD + frames.len() as u64 + HEADER as u64);
    let file = Spare::None
        .take(&Disk::default(), to, size)
        .map_err(failed)?;
    disk_write(&file, &frames).map_err(failed)?;
    Segment::name(to, file, head.before).map_err(failed)?;
    Ok(())
}

fn disk_write(file: &File, frames: &[u8]) -> std::io::Result<()> {
    Disk::default().write(file, frames, HEAD)?;
    file.sync_all()
}
