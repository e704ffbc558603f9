//! Old segments made small: each becomes an archive of the same records under the same chain, which
//! is read where it lies.
//!
//! An archive is written beside its segment, read back whole and compared with it, and only then
//! named; only when the name is on disk does the segment go. Whatever stops this between two steps,
//! one of the two is whole. The newest segment is never touched, so the writer never notices.
//! Commits are not kept apart: how records were packed into them is no part of the chain.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::chain::{self, Position};
use super::disk;
use super::frame::HEADER;
use super::pack::Packer;
use super::scan::{Scan, Step};
use super::segment::{self, Head};
use super::{JournalError, audit, block};
use crate::durable;

/// What archiving did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// Segments, or parts of a table.
    pub segments: u64,
    pub records: u64,
    /// Bytes of the records' segments as far as they were written, and of the archives.
    pub bytes_before: u64,
    pub bytes_after: u64,
}

/// Between which steps a test may have archiving stop.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveStep {
    /// Half of the archive is written.
    Half,
    /// The archive is written and synced, and has no name yet.
    Written,
    /// It has its name; the segment is still there.
    Named,
    /// The segment is gone.
    Removed,
}

/// Turns every segment that was last written before `older_than` into an archive, but never the
/// newest one.
///
/// # Errors
/// [`JournalError::InUse`] when another process archives; [`JournalError::Broken`] names a damaged
/// segment, which stays as it is; [`JournalError::Full`], [`JournalError::Io`].
pub fn archive(dir: &Path, older_than: SystemTime) -> Result<Archived, JournalError> {
    archive_with(dir, older_than, &mut |_| Ok(()))
}

/// [`archive`], asking `strike` at each step whether to go on.
#[doc(hidden)]
pub fn archive_with(
    dir: &Path,
    older_than: SystemTime,
    strike: &mut dyn FnMut(ArchiveStep) -> io::Result<()>,
) -> Result<Archived, JournalError> {
    let failed = |error| JournalError::io("archive", dir, error);
    let _lock = disk::lock(&dir.join("archive.lock"))
        .map_err(failed)?
        .ok_or_else(|| JournalError::InUse {
            dir: dir.to_owned(),
        })?;
    let mut done = Archived::default();
    let mut segments = segment::named(dir, ".journal").map_err(failed)?;
    // The newest segment belongs to the writer.
    segments.pop();
    for first in segments {
        let path = segment::path(dir, first);
        let written = std::fs::metadata(&path).and_then(|m| m.modified());
        if written.map_err(failed)? >= older_than {
            continue;
        }
        let one = one(dir, first, strike)?;
        done.segments += 1;
        done.records += one.records;
        done.bytes_before += one.bytes_before;
        done.bytes_after += one.bytes_after;
    }
    Ok(done)
}

fn one(
    dir: &Path,
    first: u64,
    strike: &mut dyn FnMut(ArchiveStep) -> io::Result<()>,
) -> Result<Archived, JournalError> {
    let name = segment::archive_path(dir, first);
    let failed = |error| JournalError::io("archive", &name, error);
    // A whole segment is the measure: an archive an earlier run left is only as good as it says.
    let segment = audit::whole(dir, Scan::open(segment::path(dir, first))?, first)?;
    let known = match Scan::open(name.clone()) {
        Ok(scan) => audit::whole(dir, scan, first).is_ok_and(|archive| archive.end == segment.end),
        Err(_) => false,
    };
    if !known {
        let draft = write(dir, first, strike)?;
        let archive = audit::whole(dir, Scan::open(draft.clone())?, first)?;
        if archive.end != segment.end || archive.before != segment.before {
            return Err(JournalError::Broken {
                segment: format!("{first:020}.archive"),
                record: first,
                reason: "the archive does not read as its segment does; the segment was kept",
            });
        }
        strike(ArchiveStep::Written).map_err(failed)?;
        std::fs::rename(&draft, &name).map_err(failed)?;
        durable::sync_dir(dir).map_err(failed)?;
    }
    strike(ArchiveStep::Named).map_err(failed)?;
    durable::remove(&segment::path(dir, first)).map_err(failed)?;
    durable::sync_dir(dir).map_err(failed)?;
    strike(ArchiveStep::Removed).map_err(failed)?;
    Ok(Archived {
        segments: 1,
        records: segment.records,
        bytes_before: segment.bytes,
        bytes_after: std::fs::metadata(&name).map_err(failed)?.len(),
    })
}

/// Writes the archive of a segment under a name that nobody reads, synced.
fn write(
    dir: &Path,
    first: u64,
    strike: &mut dyn FnMut(ArchiveStep) -> io::Result<()>,
) -> Result<PathBuf, JournalError> {
    let draft = dir.join(format!("{first:020}.archive.tmp"));
    let failed = |error| JournalError::io("write", &draft, error);
    let mut scan = Scan::open(segment::path(dir, first))?;
    let Some(head) = scan.head() else {
        return Err(audit::broken(first, first, "damaged segment head"));
    };
    let mut out = Draft {
        file: File::create(&draft).map_err(failed)?,
        packer: Packer::default(),
        before: head.before,
        now: head.before,
    };
    let head = Head {
        size: 0,
        packed: true,
        ..head
    };
    out.file.write_all(&head.encode()).map_err(failed)?;
    while let Step::Frame { frame, .. } = scan.step()? {
        let mut rest = &frame[HEADER..];
        while let Some(cut) = chain::cut(rest) {
            out.packer.push(cut.tag, cut.payload, cut.hashed);
            out.now.hash = chain::next(&out.now.hash, cut.hashed);
            out.now.number += 1;
            rest = cut.rest;
            if out.packer.is_full() {
                out.block().map_err(failed)?;
                strike(ArchiveStep::Half).map_err(failed)?;
            }
        }
    }
    out.block().map_err(failed)?;
    out.file.sync_all().map_err(failed)?;
    Ok(draft)
}

/// An archive being written.
struct Draft {
    file: File,
    packer: Packer,
    before: Position,
    now: Position,
}

impl Draft {
    /// Closes the open block, if it has any record.
    fn block(&mut self) -> io::Result<()> {
        if self.packer.records() == 0 {
            return Ok(());
        }
        let first = self.before.number + 1;
        let frame = block::close(&mut self.packer, first, self.now.hash)?;
        self.before = self.now;
        self.file.write_all(&frame)
    }
}
