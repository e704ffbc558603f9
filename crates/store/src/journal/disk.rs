//! What the journal asks of the file system: room ahead of time, syncs that are really done, and a
//! reserve for the day the disk is full. It knows nothing of records.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::fs::{FallocateFlags, FlockOperation};
use rustix::io::Errno;

use crate::durable;

/// Whether somebody waits for a file that is being made, so that its maker rests no more.
pub(crate) type Hurry = Arc<AtomicBool>;

/// Whether the blocks of a new file are written once.
#[derive(Clone, Debug)]
pub(crate) enum Fill {
    /// They are: a later write into them changes nothing but their bytes, and its sync is short.
    /// Rests between the pieces, so that commits go on meanwhile.
    Zeros(Hurry),
    /// They are only taken.
    None,
}

/// The file system under one folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    /// Tests set it to see what happens on a full disk.
    #[cfg(test)]
    pub(crate) full: Arc<AtomicBool>,
}

impl Disk {
    /// Makes a file of `size` bytes that has all its blocks, synced. Nothing is left on failure.
    pub(crate) fn create(&self, path: &Path, size: u64, fill: &Fill) -> io::Result<File> {
        let made = self.try_create(path, size, fill);
        if made.is_err() {
            durable::remove(path)?;
        }
        made
    }

    fn try_create(&self, path: &Path, size: u64, fill: &Fill) -> io::Result<File> {
        self.refuse_when_full()?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)?;
        allocate(&file, size)?;
        match fill {
            Fill::Zeros(hurry) => {
                for at in (0..size).step_by(durable::PIECE) {
                    let began = Instant::now();
                    zero(&file, at, size.min(at + durable::PIECE as u64))?;
                    file.sync_data()?;
                    let more = at + (durable::PIECE as u64) < size;
                    if more && !hurry.load(Ordering::Relaxed) {
                        durable::rest(began);
                    }
                }
            }
            Fill::None => {}
        }
        file.sync_all()?;
        Ok(file)
    }

    /// Writes all of `bytes` at `offset`.
    pub(crate) fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        if let Err(full) = self.refuse_when_full() {
            // As a real disk would: part of it is written.
            file.write_all_at(&bytes[..bytes.len() / 2], offset)?;
            return Err(full);
        }
        file.write_all_at(bytes, offset)
    }

    #[cfg(test)]
    fn refuse_when_full(&self) -> io::Result<()> {
        if self.full.load(Ordering::Relaxed) {
            return Err(Errno::NOSPC.into());
        }
        Ok(())
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    fn refuse_when_full(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives `file` all blocks of its first `size` bytes; new ones read as zeros.
pub(crate) fn allocate(file: &File, size: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, size) {
        Ok(()) => Ok(()),
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => zero(file, file.metadata()?.len(), size),
        Err(errno) => Err(errno.into()),
    }
}

/// Writes zeros over `from..to`.
pub(crate) fn zero(file: &File, from: u64, to: u64) -> io::Result<()> {
    let zeros = [0u8; 64 << 10];
    let mut at = from;
    while at < to {
        let length = (to - at).min(zeros.len() as u64);
        file.write_all_at(&zeros[..length as usize], at)?;
        at += length;
    }
    Ok(())
}

/// Whether an error says that there is no room left.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::NOSPC | Errno::DQUOT)
    )
}

/// Takes the lock of a folder for this process, or `None` when another one has it.
pub(crate) fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

/// Bytes that this process may still use on the file system of `dir`.
///
/// # Errors
/// When the file system cannot be asked.
pub fn free_bytes(dir: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Room kept aside so that commands and acknowledgements go on when the disk is full.
#[derive(Debug)]
pub(crate) struct Reserve {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

impl Reserve {
    /// Whether the reserve stands with all its bytes.
    pub(crate) fn stands(&self) -> bool {
        self.path.metadata().is_ok_and(|m| m.len() >= self.bytes)
    }

    /// Gives the room back to the file system. Harmless when it was given back already.
    pub(crate) fn release(&self) -> io::Result<()> {
        durable::remove(&self.path).map(drop)
    }

    /// Takes the room again.
    pub(crate) fn rebuild(&self, disk: &Disk) -> io::Result<()> {
        if self.bytes == 0 || self.stands() {
            return Ok(());
        }
        self.release()?;
        disk.create(&self.path, self.bytes, &Fill::None).map(drop)
    }
}
