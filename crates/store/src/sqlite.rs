//! Opening SQLite files the way this system uses them: write-ahead log, one writer, few readers.
//!
//! It knows no table. What is confirmed lies in the journal, so tables that can be rebuilt from it use
//! [`Durability::Rebuilt`]; what exists only in its table uses [`Durability::Own`].

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// How long a statement waits for another process's lock.
const BUSY: Duration = Duration::from_secs(5);

/// What a commit of a file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The file is rebuilt from the journal: a power cut may take the last commits.
    Rebuilt,
    /// The file is the only place: a commit is on disk when it returns.
    Own,
}

/// Two pools on one file: one connection that writes, some that read.
#[derive(Clone, Debug)]
pub struct Database {
    pub write: SqlitePool,
    pub read: SqlitePool,
}

impl Database {
    /// Opens or creates the file at `path` with `readers` reading connections.
    ///
    /// # Errors
    /// When the file cannot be opened or is no database.
    pub async fn open(
        path: &Path,
        durability: Durability,
        readers: u32,
    ) -> Result<Database, sqlx::Error> {
        let options = options(path, durability);
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(readers).connect_with(options.read_only(true)).await?;
        Ok(Database { write, read })
    }

    /// Closes all connections; the write-ahead log is folded in.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// How every file is opened.
pub(crate) fn options(path: &Path, durability: Durability) -> SqliteConnectOptions {
    let synchronous = match durability {
        Durability::Rebuilt => SqliteSynchronous::Normal,
        Durability::Own => SqliteSynchronous::Full,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(BUSY)
}

/// A pool whose connections stay open; it needs no background task.
pub(crate) fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
}
