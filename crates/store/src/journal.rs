//! The journal: everything that was ever confirmed, in order, on disk before anyone is told.
//!
//! Append-only segment files with one write and one fdatasync a commit; see `chain` for records,
//! `frame` for commits, `segment` for files. It belongs to one thread of its own and knows no
//! tokio. Nothing written is ever changed; only a torn last commit, which nobody was told of, is
//! cut off when the journal is opened.

mod archive;
mod audit;
pub(crate) mod block;
pub(crate) mod chain;
mod commit;
pub(crate) mod copying;
mod cursor;
mod disk;
mod finding;
mod frame;
mod older;
pub(crate) mod pack;
mod scan;
mod seen;
mod segment;
#[cfg(test)]
mod tampered;
#[cfg(test)]
mod tests;
mod walk;

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::codec::Tag;

pub use archive::{ArchiveStep, Archived, archive, archive_with};
pub use audit::{Audit, audit};
pub use chain::Position;
pub use commit::{CommitBuffer, MAX_COMMIT, MAX_RECORD, Sealed, TooLong};
pub use cursor::Cursor;
pub use disk::free_bytes;
pub use finding::Finding;
pub use older::{Looked, older};
pub use seen::{LookedThrough, forget_seen, look_through};
pub use walk::{Recovered, TornTail, Visit};

use self::disk::{Disk, Reserve};
use self::frame::HEADER;
use self::scan::{Scan, Step};
use self::segment::{HEAD, Segment, Spare};
use crate::postgres::Shelf;
use crate::telemetry;

/// Sizes that a deployment may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalOptions {
    /// Length of one segment file in bytes; a larger commit gets a larger segment.
    pub segment_bytes: u64,
    /// Room kept aside for the day the disk is full, in bytes; 0 for none.
    pub reserve_bytes: u64,
}

impl Default for JournalOptions {
    fn default() -> JournalOptions {
        JournalOptions {
            segment_bytes: 32 << 20,
            reserve_bytes: 64 << 20,
        }
    }
}

/// Why the journal cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("could not {action} {}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// Confirmed bytes are damaged; the journal refuses to open.
    #[error("the journal is broken at record {record} in {segment}: {reason}")]
    Broken {
        segment: String,
        record: u64,
        reason: &'static str,
    },
    /// Something stands for records that the journal does not have.
    #[error("the journal ends at record {last}, but record {wanted} was confirmed once")]
    Short { last: u64, wanted: u64 },
    /// No room. Nothing of this commit counts; append it again when there is room.
    #[error("the disk is full")]
    Full,
    #[error("another process has {} open", dir.display())]
    InUse { dir: PathBuf },
    #[error("a commit that follows record {found} cannot be written behind record {expected}")]
    OutOfOrder { expected: u64, found: u64 },
    /// An earlier sync failed, so nobody knows what is on disk; open the journal again.
    #[error("the journal stopped after a failed write")]
    Stopped,
    #[error("record {record} could not be taken")]
    Visitor {
        record: u64,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database cannot be reached, and whether it took the commit is not known: append the same
    /// one again, it is looked up first.
    #[error("the database is away: {told}")]
    Away { told: String },
    #[error("the database refused")]
    Database(#[source] crate::LinkError),
}

impl JournalError {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> JournalError {
        if disk::is_full(&source) {
            return JournalError::Full;
        }
        JournalError::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// The journal opened for writing, by one process and one thread.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    options: JournalOptions,
    segment: Segment,
    spare: Spare,
    reserve: Reserve,
    position: Position,
    committed: Arc<AtomicU64>,
    /// One past the last byte that a failed append may have written.
    dirty: u64,
    stopped: bool,
    disk: Disk,
    /// Held for as long as the journal is open.
    _lock: File,
}

impl Journal {
    /// Opens or creates the journal in `dir`, giving every record after `from` to `visit` in order.
    ///
    /// `from` is [`Position::START`] or what a snapshot stands for; older segments are not read.
    /// A torn last commit is cut off and reported.
    ///
    /// # Errors
    /// [`JournalError::Broken`] names the first broken record and nothing is changed;
    /// [`JournalError::Short`] when `from` lies behind the end; [`JournalError::Visitor`] hands back
    /// the visitor's own error; [`JournalError::InUse`], [`JournalError::Full`], [`JournalError::Io`].
    pub fn open(
        dir: &Path,
        options: JournalOptions,
        from: Position,
        visit: &mut Visit<'_>,
    ) -> Result<(Journal, Recovered), JournalError> {
        Journal::open_on(Disk::default(), dir, options, from, visit)
    }

    fn open_on(
        disk: Disk,
        dir: &Path,
        options: JournalOptions,
        from: Position,
        visit: &mut Visit<'_>,
    ) -> Result<(Journal, Recovered), JournalError> {
        let failed = |error| JournalError::io("open", dir, error);
        std::fs::create_dir_all(dir).map_err(failed)?;
        let lock = disk::lock(&dir.join("lock"))
            .map_err(failed)?
            .ok_or_else(|| JournalError::InUse {
                dir: dir.to_owned(),
            })?;
        let (recovered, end) = walk::walk(dir, from, visit)?;
        Spare::clear(dir).map_err(failed)?;
        let segment = match end {
            Some(end) if end.packed => {
                follow(&disk, dir, options.segment_bytes, recovered.last).map_err(failed)?
            }
            Some(end) => {
                let path = segment::path(dir, end.first);
                reopen(&path, end.offset, recovered.torn.as_ref())
                    .map_err(|e| JournalError::io("repair", &path, e))?
            }
            None => first_segment(&disk, dir, options.segment_bytes).map_err(failed)?,
        };
        let reserve = Reserve {
            path: dir.join("reserve"),
            bytes: options.reserve_bytes,
        };
        let journal = Journal {
            dir: dir.to_owned(),
            options,
            segment,
            spare: Spare::None,
            reserve,
            position: recovered.last,
            committed: Arc::new(AtomicU64::new(recovered.last.number)),
            dirty: 0,
            stopped: false,
            disk,
            _lock: lock,
        };
        // A full disk is no reason not to start; the reserve comes back when there is room.
        match journal.rebuild_reserve() {
            Err(error) if !matches!(error, JournalError::Full) => Err(error),
            Ok(()) | Err(_) => Ok((journal, recovered)),
        }
    }

    /// Writes one commit and returns when it is on disk.
    ///
    /// # Errors
    /// [`JournalError::Full`]: nothing counts, the same commit may be appended again.
    /// [`JournalError::OutOfOrder`]: it does not follow what is written. After any other error the
    /// journal takes nothing more ([`JournalError::Stopped`]).
    pub fn append(&mut self, sealed: &Sealed) -> Result<(), JournalError> {
        if self.stopped {
            return Err(JournalError::Stopped);
        }
        if sealed.before() != self.position {
            let (expected, found) = (self.position.number, sealed.before().number);
            return Err(JournalError::OutOfOrder { expected, found });
        }
        if sealed.records() == 0 {
            return Ok(());
        }
        let started = std::time::Instant::now();
        let written = self.write(sealed.frame());
        if let Err(error) = &written {
            self.stopped = !matches!(error, JournalError::Full);
            return written;
        }
        self.position = sealed.after();
        self.committed
            .store(self.position.number, Ordering::Release);
        telemetry::commit(started.elapsed(), sealed.frame().len(), sealed.records());
        Ok(())
    }

    /// Number and chain hash after the last record on disk.
    pub fn position(&self) -> Position {
        self.position
    }

    /// A handle for reading what is committed, from any thread.
    pub fn reader(&self) -> JournalReader {
        JournalReader {
            place: Place::Dir(self.dir.clone()),
            committed: Arc::clone(&self.committed),
        }
    }

    /// Bytes that are free for this process on the journal's file system.
    ///
    /// # Errors
    /// [`JournalError::Io`] when the file system cannot be asked.
    pub fn free_bytes(&self) -> Result<u64, JournalError> {
        free_bytes(&self.dir).map_err(|e| JournalError::io("measure", &self.dir, e))
    }

    /// How large the reserve is while it stands.
    pub fn reserve_bytes(&self) -> u64 {
        self.reserve.bytes
    }

    /// Whether the reserve stands.
    pub fn has_reserve(&self) -> bool {
        self.reserve.stands()
    }

    /// Gives the reserve back to the file system, so that commands and acknowledgements go on.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn release_reserve(&self) -> Result<(), JournalError> {
        self.reserve
            .release()
            .map_err(|e| JournalError::io("release", &self.reserve.path, e))
    }

    /// Takes the reserve again.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room yet; [`JournalError::Io`].
    pub fn rebuild_reserve(&self) -> Result<(), JournalError> {
        self.reserve
            .rebuild(&self.disk)
            .map_err(|e| JournalError::io("make", &self.reserve.path, e))
    }

    /// Closes the journal with an empty commit, so that damage to the last one can no longer be
    /// taken for a commit torn by a crash.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn close(mut self) -> Result<(), JournalError> {
        if self.stopped || self.position.number == 0 {
            return Ok(());
        }
        let seal = CommitBuffer::new(self.position).seal();
        if self.segment.fits(seal.frame().len()) {
            self.write(seal.frame())
        } else {
            Ok(())
        }
    }

    fn write(&mut self, frame: &[u8]) -> Result<(), JournalError> {
        if !self.segment.fits(frame.len()) {
            self.rotate(frame.len())?;
        }
        let end = self.segment.end + frame.len() as u64;
        let dirty = self.dirty;
        self.dirty = dirty.max(end);
        let write = || {
            self.disk
                .write(&self.segment.file, frame, self.segment.end)?;
            // What an earlier, failed and longer attempt left behind this one must not stay.
            disk::zero(&self.segment.file, end, dirty)?;
            self.segment.file.sync_data()
        };
        write().map_err(|e| JournalError::io("write", &self.dir, e))?;
        self.dirty = 0;
        self.segment.end = end;
        if end > self.segment.size / 2 {
            self.spare
                .prepare(&self.disk, &self.dir, self.options.segment_bytes);
        }
        Ok(())
    }

    /// Goes on in a new segment that has room for a frame of `bytes`.
    fn rotate(&mut self, bytes: usize) -> Result<(), JournalError> {
        let failed = |error| JournalError::io("make a segment in", &self.dir, error);
        // A failed attempt must not stay behind in a segment that is no longer the newest.
        if self.dirty > self.segment.end {
            disk::zero(&self.segment.file, self.segment.end, self.dirty).map_err(failed)?;
            self.segment.file.sync_data().map_err(failed)?;
            self.dirty = 0;
        }
        let size = self
            .options
            .segment_bytes
            .max(HEAD + bytes as u64 + HEADER as u64);
        let file = self
            .spare
            .take(&self.disk, &self.dir, size)
            .map_err(failed)?;
        match Segment::name(&self.dir, file, self.position) {
            Ok(segment) => self.segment = segment,
            Err(error) => {
                Spare::clear(&self.dir).map_err(failed)?;
                return Err(failed(error));
            }
        }
        Ok(())
    }
}

/// Opens the newest segment for writing, cutting a torn commit off.
fn reopen(path: &Path, end: u64, torn: Option<&TornTail>) -> io::Result<Segment> {
    let file = File::options().read(true).write(true).open(path)?;
    let mut head = [0; HEAD as usize];
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut head, 0)?;
    let size = segment::Head::read(&head).map_or(0, |h| h.size);
    if let Some(torn) = torn {
        disk::zero(&file, torn.offset, torn.offset + torn.bytes)?;
        disk::allocate(&file, size)?;
        file.sync_all()?;
    }
    Ok(Segment { file, size, end })
}

fn first_segment(disk: &Disk, dir: &Path, bytes: u64) -> io::Result<Segment> {
    follow(disk, dir, bytes, Position::START)
}

/// A new segment whose first record follows `before`.
fn follow(disk: &Disk, dir: &Path, bytes: u64, before: Position) -> io::Result<Segment> {
    let file = Spare::None.take(disk, dir, bytes.max(HEAD + HEADER as u64))?;
    Segment::name(dir, file, before)
}

/// The chain hash after one more record.
pub(crate) fn next_hash(before: &[u8; 32], tag: Tag, payload: &[u8]) -> [u8; 32] {
    let mut hashed = Vec::with_capacity(payload.len() + 8);
    chain::put(&mut hashed, tag, payload);
    chain::next(before, &hashed)
}

/// Walks the whole journal from its first record, changing nothing.
///
/// # Errors
/// As [`Journal::open`].
pub fn verify(dir: &Path) -> Result<Recovered, JournalError> {
    walk::walk(dir, Position::START, &mut |_, _, _| Ok(())).map(|(recovered, _)| recovered)
}

/// Reads committed records while the journal is being written.
#[derive(Clone, Debug)]
pub struct JournalReader {
    place: Place,
    committed: Arc<AtomicU64>,
}

/// Where committed records are read.
#[derive(Clone, Debug)]
enum Place {
    Dir(PathBuf),
    Database(crate::Link, Shelf),
}

impl JournalReader {
    /// A reader of the journal in a database.
    pub(crate) fn of_tables(link: &crate::Link, committed: &Arc<AtomicU64>) -> JournalReader {
        JournalReader {
            place: Place::Database(link.clone(), Shelf::default()),
            committed: Arc::clone(committed),
        }
    }

    /// Number of the last record on disk.
    pub fn committed(&self) -> u64 {
        self.committed.load(Ordering::Acquire)
    }

    /// Reads on from record `first`, a piece at a time.
    pub fn cursor(&self, first: u64) -> Cursor {
        Cursor::new(self.clone(), first)
    }

    /// Gives the records from `first` to the last committed one to `visit`; see [`read`].
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&self, first: u64, visit: &mut Take<'_>) -> Result<(), JournalError> {
        let last = self.committed();
        match &self.place {
            Place::Dir(dir) => read(dir, first, last, visit),
            Place::Database(link, _) => crate::postgres::read(link, first, last, visit),
        }
    }
}

/// Takes records one by one, until it breaks off.
pub type Take<'t> = dyn FnMut(u64, Tag, &[u8]) -> ControlFlow<()> + 't;

/// Gives the records `first` to `last` to `visit` in order, until it breaks off.
///
/// All of them must be committed. Each commit's crc is checked; the chain is not, see [`verify`].
///
/// # Errors
/// [`JournalError::Broken`], [`JournalError::Short`] when the journal ends before `last`,
/// [`JournalError::Io`].
pub fn read(dir: &Path, first: u64, last: u64, visit: &mut Take<'_>) -> Result<(), JournalError> {
    let mut next = first.max(1);
    while next <= last {
        let firsts = segment::list(dir).map_err(|e| JournalError::io("list", dir, e))?;
        let behind = firsts.partition_point(|first| *first <= next);
        let short = JournalError::Short {
            last: next - 1,
            wanted: last,
        };
        let Some(segment) = behind.checked_sub(1).map(|i| firsts[i]) else {
            return Err(short);
        };
        let before = next;
        if read_segment(dir, segment, &mut next, last, visit)?.is_break() {
            return Ok(());
        }
        if next == before {
            return Err(short);
        }
    }
    Ok(())
}

fn read_segment(
    dir: &Path,
    segment: u64,
    next: &mut u64,
    last: u64,
    visit: &mut Take<'_>,
) -> Result<ControlFlow<()>, JournalError> {
    let mut scan = Scan::part(dir, segment)?;
    scan.skip_before(*next);
    while *next <= last {
        let (header, frame) = match scan.step()? {
            Step::Frame { header, frame } => (header, frame),
            Step::End { .. } => break,
            Step::Bad { .. } => {
                let segment = format!("{segment:020}.journal");
                return Err(JournalError::Broken {
                    segment,
                    record: *next,
                    reason: "damaged commit",
                });
            }
        };
        if header.last() < *next {
            continue;
        }
        let mut rest = &frame[HEADER..];
        for number in header.first..=header.last().min(last) {
            let Some(cut) = chain::cut(rest) else { break };
            rest = cut.rest;
            if number < *next {
                continue;
            }
            *next = number + 1;
            if visit(number, cut.tag, cut.payload).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
