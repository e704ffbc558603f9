//! The history's tables in SQLite: closed chunks, transitions, and the journal numbers they stand
//! for, which change in the same transaction.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use model::{JurisdictionSlot, RuleSlot, StationSlot, Time, Transition};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, SqliteConnection, SqlitePool};

use super::open::{ChunkKey, SeriesKey, Span};
use super::roster::{Kind, NameRow, Names};
use super::{HistoryError, Sample, TransitionRow, columns};
use crate::durable;
use crate::sqlite::{self, Durability};

/// Written into the file; another number is another program's file.
const LAYOUT: i64 = 1;
/// Chunks of a day have one to three thousand bytes: several fit into a page.
const PAGE_BYTES: u32 = 16 << 10;
/// Pages in the write-ahead log before it is folded in: 3 MB.
const WAL_PAGES: &str = "200";
/// Rows of one statement: each one passes between two threads.
const ROWS: usize = 100;
/// A file up to this long is checked page by page when opened, about a second for all of it.
const CHECKED_BYTES: u64 = 256 << 20;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunk (
    jurisdiction INTEGER NOT NULL,
    series INTEGER NOT NULL,
    day INTEGER NOT NULL,
    through INTEGER NOT NULL,
    columns BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS chunk_place ON chunk (jurisdiction, series, day, through);
CREATE TABLE IF NOT EXISTS name (
    jurisdiction INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    slot INTEGER,
    PRIMARY KEY (jurisdiction, kind, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS transition (
    number INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    jurisdiction INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    rule INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    prev INTEGER NOT NULL,
    level INTEGER NOT NULL,
    time_ms INTEGER NOT NULL
);
";

/// Where the database lies, and where it goes when it is damaged.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: PathBuf,
}

/// What the database stands for.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// Everything up to this journal number is there.
    pub(crate) resume: u64,
    /// Nothing beyond this journal number is there.
    pub(crate) through: u64,
    /// Newest transition there.
    pub(crate) last_transition: u64,
    pub(crate) names: Names,
    /// Chunks with samples beyond `resume`, and up to which journal number they are complete.
    pub(crate) closed: HashMap<ChunkKey, u64>,
}

/// What goes into the database at once.
pub(crate) struct Addition<'a> {
    pub(crate) chunks: &'a [(ChunkKey, Vec<u8>)],
    pub(crate) transitions: &'a [TransitionRow],
    pub(crate) names: &'a [NameRow],
    /// The marks afterwards, see [`Stored`].
    pub(crate) resume: u64,
    pub(crate) through: u64,
}

/// The one connection that writes.
pub(crate) struct Table {
    connection: SqliteConnection,
}

impl Place {
    pub(crate) fn new(path: &Path) -> Place {
        Place {
            path: path.to_owned(),
        }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    /// Moves a damaged database out of the way; an earlier one there is replaced.
    fn set_aside(&self) -> std::io::Result<()> {
        if self.path.exists() {
            std::fs::rename(&self.path, self.beside(".damaged"))?;
        }
        for ending in ["-wal", "-shm", ".rebuild"] {
            durable::remove(&self.beside(ending))?;
        }
        Ok(())
    }

    /// Passes an answer on; damage found in it makes the next start rebuild the database.
    pub(crate) fn note_damage<T>(
        &self,
        answer: Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        match answer {
            Err(error) if is_damage(&error) => {
                let noted = std::fs::write(self.beside(".rebuild"), b"");
                let noted = noted.is_ok();
                tracing::error!(%error, noted, "the history database is damaged");
                Err(HistoryError::Damaged)
            }
            other => other,
        }
    }
}

fn is_damage(error: &HistoryError) -> bool {
    match error {
        HistoryError::Damaged => true,
        HistoryError::Database(error) => error.as_database_error().is_some_and(|e| {
            // SQLITE_CORRUPT and SQLITE_NOTADB, with or without an extended code.
            let code = e.code().and_then(|c| c.parse::<u32>().ok());
            code.is_some_and(|c| matches!(c & 0xff, 11 | 26))
        }),
        HistoryError::Io(_) | HistoryError::Stopped | HistoryError::Server(_) => false,
    }
}

impl Table {
    /// Opens the database; a damaged one is set aside and begun anew.
    pub(crate) async fn open_or_replace(place: &Place) -> Result<(Table, Stored), HistoryError> {
        let asked = place.beside(".rebuild").exists();
        let opened = if asked {
            Err(HistoryError::Damaged)
        } else {
            Table::open(place).await
        };
        match opened {
            Err(error) if is_damage(&error) => {
                tracing::warn!(
                    "history database {} is damaged; it is set aside and rebuilt from the journal",
                    place.path.display()
                );
                place.set_aside()?;
                Table::open(place).await
            }
            other => other,
        }
    }

    async fn open(place: &Place) -> Result<(Table, Stored), HistoryError> {
        let options = sqlite::options(&place.path, Durability::Rebuilt)
            .page_size(PAGE_BYTES)
            .pragma("wal_autocheckpoint", WAL_PAGES);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        check(&mut connection, &place.path).await?;
        sqlx::raw_sql(TABLES).execute(&mut connection).await?;
        sqlx::raw_sql("PRAGMA user_version = 1")
            .execute(&mut connection)
            .await?;
        let stored = stored(&mut connection).await?;
        Ok((Table { connection }, stored))
    }

    /// Adds what there is to add and moves the marks, all or nothing.
    pub(crate) async fn store(&mut self, addition: &Addition<'_>) -> Result<(), HistoryError> {
        let Addition {
            chunks,
            transitions,
            names,
            resume,
            through,
        } = *addition;
        let mut change = self.connection.begin().await?;
        for some in chunks.chunks(ROWS) {
            let mut rows = QueryBuilder::new("INSERT INTO chunk ");
            rows.push_values(some, |mut row, (key, columns)| {
                row.push_bind(key.of.jurisdiction.0)
                    .push_bind(key.of.number)
                    .push_bind(key.day)
                    .push_bind(through as i64)
                    .push_bind(columns.as_slice());
            });
            rows.build().execute(&mut *change).await?;
        }
        for some in transitions.chunks(ROWS) {
            let mut rows = QueryBuilder::new("INSERT INTO transition ");
            rows.push_values(some, |mut row, of| {
                row.push_bind(of.number as i64)
                    .push_bind(of.seq as i64)
                    .push_bind(of.jurisdiction.0)
                    .push_bind(of.at.ms())
                    .push_bind(of.transition.rule.0)
                    .push_bind(of.transition.subject.0)
                    .push_bind(of.transition.prev)
                    .push_bind(of.transition.level)
                    .push_bind(of.transition.time.ms());
            });
            rows.build().execute(&mut *change).await?;
        }
        for row in names {
            sqlx::query("INSERT OR REPLACE INTO name VALUES (?, ?, ?, ?, ?)")
                .bind(row.jurisdiction.0)
                .bind(row.kind as i64)
                .bind(row.number)
                .bind(&*row.text)
                .bind(row.slot)
                .execute(&mut *change)
                .await?;
        }
        for (name, number) in [("resume", resume), ("through", through)] {
            sqlx::query("INSERT OR REPLACE INTO mark VALUES (?, ?)")
                .bind(name)
                .bind(number as i64)
                .execute(&mut *change)
                .await?;
        }
        Ok(change.commit().await?)
    }

    /// Empties all tables.
    pub(crate) async fn forget(&mut self) -> Result<(), HistoryError> {
        let mut change = self.connection.begin().await?;
        sqlx::raw_sql(
            "DELETE FROM chunk; DELETE FROM transition; DELETE FROM name; DELETE FROM mark",
        )
        .execute(&mut *change)
        .await?;
        Ok(change.commit().await?)
    }
}

/// Finds out whether the file is sound and ours.
async fn check(connection: &mut SqliteConnection, path: &Path) -> Result<(), HistoryError> {
    let row = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await?;
    let layout: i64 = row.try_get(0)?;
    if layout != LAYOUT && layout != 0 {
        return Err(HistoryError::Damaged);
    }
    if std::fs::metadata(path)?.len() <= CHECKED_BYTES {
        let row = sqlx::query("PRAGMA quick_check(1)")
            .fetch_one(&mut *connection)
            .await?;
        if row.try_get::<&str, _>(0)? != "ok" {
            return Err(HistoryError::Damaged);
        }
    }
    Ok(())
}

async fn stored(connection: &mut SqliteConnection) -> Result<Stored, HistoryError> {
    let mut stored = Stored::default();
    for row in sqlx::query("SELECT name, number FROM mark")
        .fetch_all(&mut *connection)
        .await?
    {
        let number = row.try_get::<i64, _>(1)? as u64;
        match row.try_get::<&str, _>(0)? {
            "resume" => stored.resume = number,
            "through" => stored.through = number,
            _ => {}
        }
    }
    let newest = sqlx::query("SELECT coalesce(max(number), 0) FROM transition");
    stored.last_transition = newest
        .fetch_one(&mut *connection)
        .await?
        .try_get::<i64, _>(0)? as u64;
    let closed = sqlx::query(
        "SELECT jurisdiction, series, day, max(through) FROM chunk WHERE through > ? GROUP BY 1, 2, 3",
    );
    for row in closed
        .bind(stored.resume as i64)
        .fetch_all(&mut *connection)
        .await?
    {
        let jurisdiction = JurisdictionSlot(row.try_get(0)?);
        let of = SeriesKey {
            jurisdiction,
            number: row.try_get(1)?,
        };
        let key = ChunkKey {
            day: row.try_get(2)?,
            of,
        };
        stored.closed.insert(key, row.try_get::<i64, _>(3)? as u64);
    }
    stored.names = names(connection).await?;
    Ok(stored)
}

async fn names(connection: &mut SqliteConnection) -> Result<Names, HistoryError> {
    let mut rows = Vec::new();
    for row in sqlx::query("SELECT * FROM name")
        .fetch_all(&mut *connection)
        .await?
    {
        let kind = row.try_get::<i64, _>(1)?;
        rows.push(NameRow {
            jurisdiction: JurisdictionSlot(row.try_get(0)?),
            kind: Kind::ALL
                .into_iter()
                .find(|k| *k as i64 == kind)
                .ok_or(HistoryError::Damaged)?,
            number: row.try_get(2)?,
            text: row.try_get::<&str, _>(3)?.into(),
            slot: row.try_get(4)?,
        });
    }
    Ok(Names::load(rows))
}

/// The days of closed chunks in `span`.
pub(crate) async fn days(pool: &SqlitePool, span: &Span) -> Result<Vec<i64>, HistoryError> {
    let rows = sqlx::query(
        "SELECT DISTINCT day FROM chunk WHERE jurisdiction = ? AND series = ? AND day BETWEEN ? AND ?",
    )
    .bind(span.of.jurisdiction.0)
    .bind(span.of.number)
    .bind(span.from.day())
    .bind(span.to.day())
    .fetch_all(pool)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The samples of closed chunks in `span`.
pub(crate) async fn samples(pool: &SqlitePool, span: &Span) -> Result<Vec<Sample>, HistoryError> {
    let rows = sqlx::query(
        "SELECT day, columns FROM chunk WHERE jurisdiction = ? AND series = ? AND day BETWEEN ? AND ?",
    )
    .bind(span.of.jurisdiction.0)
    .bind(span.of.number)
    .bind(span.from.day())
    .bind(span.to.day())
    .fetch_all(pool)
    .await?;
    let mut found = Vec::new();
    for row in rows {
        let samples = columns::decode(row.try_get(0)?, row.try_get(1)?);
        let samples = samples.ok_or(HistoryError::Damaged)?;
        found.extend(samples.into_iter().filter(|sample| span.holds(sample)));
    }
    Ok(found)
}

/// Transitions with `after < number < before`, ascending, at most `limit`.
pub(crate) async fn transitions(
    pool: &SqlitePool,
    after: u64,
    before: u64,
    limit: usize,
) -> Result<Vec<TransitionRow>, HistoryError> {
    let rows = sqlx::query(
        "SELECT * FROM transition WHERE number > ? AND number < ? ORDER BY number LIMIT ?",
    )
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(i64::try_from(before).unwrap_or(i64::MAX))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    rows.iter().map(transition).collect()
}

fn transition(row: &SqliteRow) -> Result<TransitionRow, HistoryError> {
    Ok(TransitionRow {
        number: row.try_get::<i64, _>(0)? as u64,
        seq: row.try_get::<i64, _>(1)? as u64,
        jurisdiction: JurisdictionSlot(row.try_get(2)?),
        at: Time::from_ms(row.try_get(3)?),
        transition: Transition {
            rule: RuleSlot(row.try_get(4)?),
            subject: StationSlot(row.try_get(5)?),
            prev: row.try_get(6)?,
            level: row.try_get(7)?,
            time: Time::from_ms(row.try_get(8)?),
        },
    })
}
