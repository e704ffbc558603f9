//! Where the history's tables are: a file of SQLite, or a PostgreSQL server. The same either way.

use sqlx::SqlitePool;

use super::open::Span;
use super::table::{self, Addition, Place, Stored};
use super::{HistoryError, READERS, Sample, TransitionRow};
use crate::postgres::{Lanes, chunks};
use crate::sqlite::{self, Durability};
use crate::{Kind, Store};

/// The one connection that writes, used on the history's thread alone.
pub(crate) enum Table {
    File(table::Table),
    Server(chunks::Table),
}

/// The connections that read.
#[derive(Debug)]
pub(crate) enum Reads {
    File { pool: SqlitePool, place: Place },
    Server(Lanes),
}

/// Opens both, with what the tables stand for.
pub(crate) async fn open(store: &Store) -> Result<(Table, Reads, Stored), HistoryError> {
    match store.kind() {
        Kind::Embedded => {
            let path = store.data().join("history.db");
            let place = Place::new(&path);
            let (table, stored) = table::Table::open_or_replace(&place).await?;
            let pool = sqlite::pool(READERS)
                .connect_with(sqlite::options(&path, Durability::Rebuilt).read_only(true))
                .await?;
            Ok((Table::File(table), Reads::File { pool, place }, stored))
        }
        Kind::Postgres(link) => {
            let (table, stored) = chunks::Table::open(link).await?;
            let lanes = Lanes::new(link, "watchfire history reading", READERS);
            Ok((Table::Server(table), Reads::Server(lanes), stored))
        }
    }
}

impl Table {
    pub(crate) async fn store(&mut self, addition: &Addition<'_>) -> Result<(), HistoryError> {
        match self {
            Table::File(table) => table.store(addition).await,
            Table::Server(table) => table.store(addition).await,
        }
    }

    pub(crate) async fn forget(&mut self) -> Result<(), HistoryError> {
        match self {
            Table::File(table) => table.forget().await,
            Table::Server(table) => table.forget().await,
        }
    }
}

impl Reads {
    /// The days of `span` that have a closed chunk, each once.
    pub(crate) async fn days(&self, span: &Span) -> Result<Vec<i64>, HistoryError> {
        match self {
            Reads::File { pool, place } => place.note_damage(table::days(pool, span).await),
            Reads::Server(lanes) => chunks::days(lanes, span).await,
        }
    }

    pub(crate) async fn samples(&self, span: &Span) -> Result<Vec<Sample>, HistoryError> {
        match self {
            Reads::File { pool, place } => place.note_damage(table::samples(pool, span).await),
            Reads::Server(lanes) => chunks::samples(lanes, span).await,
        }
    }

    pub(crate) async fn transitions(
        &self,
        after: u64,
        before: u64,
        limit: usize,
    ) -> Result<Vec<TransitionRow>, HistoryError> {
        match self {
            Reads::File { pool, place } => {
                place.note_damage(table::transitions(pool, after, before, limit).await)
            }
            Reads::Server(lanes) => chunks::transitions(lanes, after, before, limit).await,
        }
    }
}
