//! Journal, snapshots, blobs, quarantine and history: everything Watchfire keeps on disk.
//!
//! This crate works on bytes and files. It speaks the words of `model` and knows no engine, no
//! clock and no network. What each part keeps, under one data folder:
//!
//! | part | where | what it is |
//! |---|---|---|
//! | [`Journal`] | `journal/` | every input and outcome, chained; the only truth |
//! | [`SnapshotStore`] | `snapshots/` | the engine's state now and then, so that starting is quick |
//! | [`Keyframes`] | `keyframes/` | the same at places of the past, so that a replay begins near any second |
//! | [`Pages`] | `lanes/` | what a screen asks of the past, by day; made again from the journal |
//! | [`Notary`] | `evidence/` | the key, and signed checkpoints of the chain |
//! | [`Blobs`] | `blobs/` | what may have to be erased: texts, photos; named by salted hash |
//! | [`Uploads`] | `uploads/` | files of phones that are still on their way, bounded by bytes and age |
//! | [`Devices`] | `devices.json` | device accounts; of passwords only hashes |
//! | [`Quarantine`] | `quarantine/` | messages that were refused, bounded by bytes and days |
//! | [`History`] | `history.db` | readings by series and day, transitions; rebuilt from the journal if lost |
//!
//! # Starting
//!
//! 1. [`Snapshots::newest_valid`] gives a [`Position`] and the engine's state (else
//!    [`Position::START`] and an empty engine).
//! 2. [`History::open`] says from which record on it needs the past: [`History::resume_from`]. Records
//!    between that and the snapshot come from [`Store::read`].
//! 3. [`Store::open_journal`] gives every record after the snapshot, in order, to a visitor that applies it
//!    and pushes it to the history.
//! 4. Where [`History::through`] lies beyond the journal's end, the database belongs to another
//!    journal: [`History::forget`], then all records from the first.
//!
//! What the history is pushed, it is pushed in journal order: readings, transitions, and with each
//! config a [`Roster`], since slots mean what the config says that stands when a record is written.
//!
//! # Writing
//!
//! The thread that decides owns a [`CommitBuffer`]: `push` records, `seal` a commit, hand the
//! [`Sealed`] to the journal's thread, go on with the next one while [`Journal::append`] syncs it, get
//! it back and reuse its memory with [`CommitBuffer::seal_reusing`].

mod backup;
pub mod blobs;
pub mod devices;
mod durable;
pub mod evidence;
mod export;
pub mod history;
pub mod journal;
pub mod keyframes;
pub mod logins;
pub mod notes;
pub mod pages;
pub mod places;
pub mod postgres;
pub mod quarantine;
pub mod snapshot;
pub mod sqlite;
mod store;
mod telemetry;
pub mod threads;
mod transfer;
pub mod uploads;

pub use backup::{BackedUp, CopyError, Restored, Until, backup, restore};
pub use blobs::Blobs;
pub use devices::{DeviceAccount, DeviceAccounts, Devices, DevicesError};
pub use evidence::{Checkpoint, Notary, PublicKey};
pub use export::{ExportError, Exported, export};
pub use history::{
    Course, Former, History, HistoryError, HistoryItem, HistoryOptions, NamedTransition, Roster,
    Sample, TransitionRow, newest_revisions,
};
pub use journal::{
    CommitBuffer, Cursor, Journal, JournalError, JournalOptions, JournalReader, Position,
    Recovered, Sealed, TooLong, TornTail, read, verify,
};
pub use keyframes::{Keyframes, Place};
pub use logins::{Login, Logins, LoginsError, SessionRow};
pub use pages::Pages;
pub use postgres::{Link, LinkError};
pub use quarantine::{Body, Bounds, Quarantine, Refused};
pub use snapshot::{Snapshot, SnapshotStore};
pub use sqlite::{Database, Durability};
pub(crate) use store::Kind;
pub use store::{Choice, Snapshots, Store, StoreError, Writer};
pub use transfer::{TransferError, Transferred, transfer};
pub use uploads::{Claim, Standing, UploadBounds, UploadError, Uploads};
