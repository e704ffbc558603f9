//! Segment files: pre-allocated, named by their first record number, each starting with 64 bytes
//! that say what it is. A name is given only to a file whose head is on disk.
//!
//! An archive is a segment whose frames are packed; it has another magic and another ending of its name.
//!
//! Head: `magic [8], first number u64, size u64, chain hash before the first record [32],
//! zeros [4], crc u32`, little-endian.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::chain::Position;
use super::disk::{Disk, Fill, Hurry};
use crate::{durable, threads};

/// Bytes before the first frame.
pub(crate) const HEAD: u64 = 64;
const MAGIC: [u8; 8] = *b"\xF9WFjrn1\n";
const PACKED: [u8; 8] = *b"\xF9WFarc1\n";
const SPARE: &str = "spare.tmp";

/// What the first bytes of a segment say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Where the journal stood before the segment's first record.
    pub(crate) before: Position,
    /// Length of the file in bytes; 0 for an archive, whose length was not known when it was begun.
    pub(crate) size: u64,
    /// Whether its frames are packed.
    pub(crate) packed: bool,
}

impl Head {
    pub(crate) fn encode(&self) -> [u8; HEAD as usize] {
        let mut bytes = [0; HEAD as usize];
        bytes[..8].copy_from_slice(if self.packed { &PACKED } else { &MAGIC });
        bytes[8..16].copy_from_slice(&(self.before.number + 1).to_le_bytes());
        bytes[16..24].copy_from_slice(&self.size.to_le_bytes());
        bytes[24..56].copy_from_slice(&self.before.hash);
        let crc = crc32fast::hash(&bytes[..60]);
        bytes[60..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads the head of a segment; `None` when the bytes are none.
    pub(crate) fn read(bytes: &[u8]) -> Option<Head> {
        let bytes: &[u8; HEAD as usize] = bytes.first_chunk()?;
        let number = |at: usize| {
            let mut part = [0; 8];
            part.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(part)
        };
        let mut hash = [0; 32];
        hash.copy_from_slice(&bytes[24..56]);
        let before = Position {
            number: number(8).checked_sub(1)?,
            hash,
        };
        let head = Head {
            before,
            size: number(16),
            packed: bytes[..8] == PACKED,
        };
        (head.encode() == *bytes).then_some(head)
    }
}

/// The name of the segment whose first record is `first`.
pub(crate) fn path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.journal"))
}

/// The name of the archive whose first record is `first`.
pub(crate) fn archive_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.archive"))
}

/// The first record numbers of all segments and archives in `dir`, ascending, each once.
pub(crate) fn list(dir: &Path) -> io::Result<Vec<u64>> {
    // A folder that is being written to may show a younger file and not an older one. Whatever came
    // before the newest that was seen is there by now, and a second look shows it.
    let newest = seen(dir)?.last().copied();
    let mut firsts = seen(dir)?;
    firsts.retain(|first| newest.is_some_and(|newest| *first <= newest));
    Ok(firsts)
}

fn seen(dir: &Path) -> io::Result<Vec<u64>> {
    // Segments first: one that becomes an archive meanwhile is then met under one name or both.
    let mut firsts = named(dir, ".journal")?;
    firsts.extend(named(dir, ".archive")?);
    firsts.sort_unstable();
    firsts.dedup();
    Ok(firsts)
}

/// The first record numbers of all files in `dir` whose names end so.
pub(crate) fn named(dir: &Path, ending: &str) -> io::Result<Vec<u64>> {
    let mut firsts = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        let first = name.to_str().and_then(|n| n.strip_suffix(ending));
        if let Some(first) = first.filter(|f| f.len() == 20).and_then(|f| f.parse().ok()) {
            firsts.push(first);
        }
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// The segment being written.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) file: File,
    pub(crate) size: u64,
    /// Where the next frame goes.
    pub(crate) end: u64,
}

impl Segment {
    /// Turns an allocated file into the segment that follows `before`, durably.
    pub(crate) fn name(dir: &Path, file: File, before: Position) -> io::Result<Segment> {
        let size = file.metadata()?.len();
        let head = Head {
            before,
            size,
            packed: false,
        };
        file.write_all_at(&head.encode(), 0)?;
        file.sync_data()?;
        std::fs::rename(dir.join(SPARE), path(dir, before.number + 1))?;
        durable::sync_dir(dir)?;
        Ok(Segment {
            file,
            size,
            end: HEAD,
        })
    }

    /// Whether a frame of `bytes` fits behind the last one.
    pub(crate) fn fits(&self, bytes: usize) -> bool {
        self.end + bytes as u64 <= self.size
    }
}

/// The next segment's file, made while the current one is being filled.
#[derive(Debug, Default)]
pub(crate) enum Spare {
    #[default]
    None,
    Coming {
        maker: std::thread::JoinHandle<io::Result<File>>,
        hurry: Hurry,
    },
}

impl Spare {
    /// Starts making a file of `size` bytes on a thread of its own, unless one is coming.
    pub(crate) fn prepare(&mut self, disk: &Disk, dir: &Path, size: u64) {
        if let Spare::None = self {
            let (disk, path) = (disk.clone(), dir.join(SPARE));
            let hurry = Hurry::default();
            let waited_for = Arc::clone(&hurry);
            let thread = std::thread::Builder::new().name("journal-spare".to_owned());
            // Without a thread the file is made when it is needed.
            if let Ok(maker) = thread.spawn(move || {
                threads::go_along();
                disk.create(&path, size, &Fill::Zeros(waited_for))
            }) {
                *self = Spare::Coming { maker, hurry };
            }
        }
    }

    /// The file, waiting for it or making it now when it failed or is too small.
    pub(crate) fn take(&mut self, disk: &Disk, dir: &Path, size: u64) -> io::Result<File> {
        if let Spare::Coming { maker, hurry } = std::mem::take(self) {
            hurry.store(true, Ordering::Relaxed);
            if let Ok(Ok(file)) = maker.join() {
                if file.metadata()?.len() >= size {
                    return Ok(file);
                }
                drop(file);
                std::fs::remove_file(dir.join(SPARE))?;
            }
        }
        let at_once = Fill::Zeros(Hurry::new(true.into()));
        disk.create(&dir.join(SPARE), size, &at_once)
    }

    /// Removes what an earlier process left.
    pub(crate) fn clear(dir: &Path) -> io::Result<()> {
        durable::remove(&dir.join(SPARE)).map(drop)
    }
}
