//! What a store gives out, whichever side it is on: files or tables.

use std::io;

use crate::journal::{Journal, JournalError, JournalReader, Position, Sealed};
use crate::postgres::Tables;
use crate::postgres::snapshots::SnapshotTable;
use crate::snapshot::{Snapshot, SnapshotStore};

/// The journal opened for writing, by one process and one thread.
#[derive(Debug)]
pub enum Writer {
    Files(Journal),
    Tables(Box<Tables>),
}

impl Writer {
    /// Writes one commit and returns when it is on disk.
    ///
    /// # Errors
    /// [`JournalError::Full`]: nothing counts; [`JournalError::Away`]: nobody knows whether it does.
    /// Both may be appended again. After any other error the journal takes nothing more.
    pub fn append(&mut self, sealed: &Sealed) -> Result<(), JournalError> {
        match self {
            Writer::Files(journal) => journal.append(sealed),
            Writer::Tables(tables) => tables.append(sealed),
        }
    }

    /// Number and chain hash after the last record on disk.
    pub fn position(&self) -> Position {
        match self {
            Writer::Files(journal) => journal.position(),
            Writer::Tables(tables) => tables.position(),
        }
    }

    /// A handle for reading what is committed, from any thread.
    pub fn reader(&self) -> JournalReader {
        match self {
            Writer::Files(journal) => journal.reader(),
            Writer::Tables(tables) => tables.reader(),
        }
    }

    /// Bytes that are free for this process under the data folder.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn free_bytes(&self) -> Result<u64, JournalError> {
        match self {
            Writer::Files(journal) => journal.free_bytes(),
            Writer::Tables(tables) => tables.free_bytes(),
        }
    }

    /// How large the reserve is while it stands; a server's disk has none of ours.
    pub fn reserve_bytes(&self) -> u64 {
        match self {
            Writer::Files(journal) => journal.reserve_bytes(),
            Writer::Tables(_) => 0,
        }
    }

    /// Whether the reserve stands, where there is one.
    pub fn has_reserve(&self) -> bool {
        match self {
            Writer::Files(journal) => journal.has_reserve(),
            Writer::Tables(_) => true,
        }
    }

    /// Gives the reserve back to the file system.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn release_reserve(&self) -> Result<(), JournalError> {
        match self {
            Writer::Files(journal) => journal.release_reserve(),
            Writer::Tables(_) => Ok(()),
        }
    }

    /// Takes the reserve again.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room yet; [`JournalError::Io`].
    pub fn rebuild_reserve(&self) -> Result<(), JournalError> {
        match self {
            Writer::Files(journal) => journal.rebuild_reserve(),
            Writer::Tables(_) => Ok(()),
        }
    }

    /// Closes the journal.
    ///
    /// # Errors
    /// As [`Writer::append`].
    pub fn close(self) -> Result<(), JournalError> {
        match self {
            Writer::Files(journal) => journal.close(),
            // Every commit is whole; the session's end lets go of the journal.
            Writer::Tables(_) => Ok(()),
        }
    }
}

/// The snapshots, wherever they are; clones share them.
#[derive(Clone, Debug)]
pub enum Snapshots {
    Files(SnapshotStore),
    Table(SnapshotTable),
}

impl Snapshots {
    /// Writes one and returns when it is on disk; older ones than the newest three go.
    ///
    /// # Errors
    /// When it cannot be written; earlier snapshots stay.
    pub fn write(&self, position: Position, format: u16, content: &[u8]) -> io::Result<()> {
        match self {
            Snapshots::Files(store) => store.write(position, format, content),
            Snapshots::Table(table) => table.write(position, format, content),
        }
    }

    /// The newest that is whole and has a format that `reads` accepts.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn newest_valid(&self, reads: impl Fn(u16) -> bool) -> io::Result<Option<Snapshot>> {
        match self {
            Snapshots::Files(store) => store.newest_valid(reads),
            Snapshots::Table(table) => table.newest_valid(reads),
        }
    }
}
