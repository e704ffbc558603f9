//! The same store in PostgreSQL 15 with PostGIS: journal, snapshots, history and logins as tables.
//!
//! It decides nothing that the files do not: numbers, hashes and their order are made by our own
//! process, the database keeps them. Each thread that writes drives a connection on a small runtime
//! of its own; a lost connection is made again, on whichever host of the address takes writes.

mod archive;
pub(crate) mod chunks;
mod copy;
mod follow;
mod journal;
mod lanes;
mod link;
pub(crate) mod logins;
pub(crate) mod looking;
mod packed;
pub(crate) mod places;
mod prepare;
mod reading;
pub(crate) mod snapshots;
mod swapped;

pub(crate) use archive::archive_with;
pub(crate) use follow::{Follower, Shelf};
pub use journal::Tables;
pub(crate) use lanes::Lanes;
pub use link::{Link, LinkError};
pub(crate) use reading::{audit, end_of, first_after, read, read_kinds, verify};

use std::io;

use tokio::runtime::Runtime;

/// A runtime that lives on the thread that uses it.
pub(crate) fn small_runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// Does `work` on a thread and a runtime of its own, so that it may be asked for on any thread, also
/// one that carries sockets.
pub(crate) fn aside<T: Send, W: Future<Output = T>>(
    work: impl FnOnce() -> W + Send,
) -> io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("watchfire-database".to_owned())
            .spawn_scoped(scope, || Ok(small_runtime()?.block_on(work())))?;
        thread
            .join()
            .map_err(|_| io::Error::other("the database's thread panicked"))?
    })
}
