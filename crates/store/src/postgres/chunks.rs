//! The history's tables in PostgreSQL: as in SQLite, with chunks in partitions of 32 days.

use std::collections::BTreeSet;

use model::{JurisdictionSlot, RuleSlot, StationSlot, Time, Transition};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::{Lanes, Link, LinkError, prepare};
use crate::history::open::{ChunkKey, SeriesKey, Span};
use crate::history::roster::{Kind, NameRow, Names};
use crate::history::table::{Addition, Stored};
use crate::history::{HistoryError, Sample, TransitionRow, columns};

/// What the server calls the session.
const NAME: &str = "watchfire history";
/// Days in one partition.
const DAYS: i64 = 32;
/// Blocks of days that get a partition of their own: 1970 to 2145. The rest share one.
const BLOCKS: std::ops::Range<i64> = 0..2_000;

/// The one connection that writes; made when it is first needed, on the thread that needs it.
pub(crate) struct Table {
    link: Link,
    connection: Option<PgConnection>,
    /// Blocks of days that have a partition.
    blocks: BTreeSet<i64>,
}

impl From<LinkError> for HistoryError {
    fn from(error: LinkError) -> HistoryError {
        match error {
            LinkError::Database(cause) => HistoryError::Database(cause),
            LinkError::Address { .. }
            | LinkError::Password { .. }
            | LinkError::Away { .. }
            | LinkError::NoPostgis { .. }
            | LinkError::Tables(_)
            | LinkError::Forgetful { .. }
            | LinkError::InUse => HistoryError::Server(error),
        }
    }
}

impl Table {
    /// Makes the tables where they are missing and reads what they stand for.
    pub(crate) async fn open(link: &Link) -> Result<(Table, Stored), HistoryError> {
        prepare::ready_soon(link).await?;
        let mut connection = link.connect(NAME).await?;
        let stored = stored(&mut connection).await?;
        connection.close().await?;
        let table = Table {
            link: link.clone(),
            connection: None,
            blocks: BTreeSet::new(),
        };
        Ok((table, stored))
    }

    /// Adds what there is to add and moves the marks, all or nothing. After a lost connection it may
    /// have been done and be asked again: what is there already is left.
    pub(crate) async fn store(&mut self, addition: &Addition<'_>) -> Result<(), HistoryError> {
        let mut connection = self.take().await?;
        self.make_room(&mut connection, addition).await?;
        store(&mut connection, addition).await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Empties all tables.
    pub(crate) async fn forget(&mut self) -> Result<(), HistoryError> {
        let mut connection = self.take().await?;
        sqlx::raw_sql("TRUNCATE chunk, transition, name, mark")
            .execute(&mut connection)
            .await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// The connection, which is put back after it has served well.
    async fn take(&mut self) -> Result<PgConnection, HistoryError> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        self.blocks.clear();
        let mut connection = self.link.connect(NAME).await?;
        // It is rebuilt from the journal: nobody waits for its commits.
        sqlx::raw_sql("SET synchronous_commit = off")
            .execute(&mut connection)
            .await?;
        Ok(connection)
    }

    async fn make_room(
        &mut self,
        connection: &mut PgConnection,
        addition: &Addition<'_>,
    ) -> Result<(), HistoryError> {
        for (key, _) in addition.chunks {
            let block = key.day.div_euclid(DAYS);
            if !BLOCKS.contains(&block) || !self.blocks.insert(block) {
                continue;
            }
            let (first, behind) = (block * DAYS, (block + 1) * DAYS);
            sqlx::raw_sql(AssertSqlSafe(format!(
                "CREATE TABLE IF NOT EXISTS chunk_{block:04} PARTITION OF chunk
                     FOR VALUES FROM ({first}) TO ({behind})"
            )))
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

async fn store(connection: &mut PgConnection, addition: &Addition<'_>) -> Result<(), HistoryError> {
    let mut change = connection.begin().await?;
    let through = addition.through as i64;
    for (key, columns) in addition.chunks {
        sqlx::query(
            "INSERT INTO chunk VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (jurisdiction, series, day, through) DO UPDATE SET columns = excluded.columns",
        )
        .bind(i32::from(key.of.jurisdiction.0))
        .bind(i64::from(key.of.number))
        .bind(key.day)
        .bind(through)
        .bind(columns.as_slice())
        .execute(&mut *change)
        .await?;
    }
    for row in addition.transitions {
        sqlx::query(
            "INSERT INTO transition VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (number) DO NOTHING",
        )
        .bind(row.number as i64)
        .bind(row.seq as i64)
        .bind(i32::from(row.jurisdiction.0))
        .bind(row.at.ms())
        .bind(i32::from(row.transition.rule.0))
        .bind(i64::from(row.transition.subject.0))
        .bind(i16::from(row.transition.prev))
        .bind(i16::from(row.transition.level))
        .bind(row.transition.time.ms())
        .execute(&mut *change)
        .await?;
    }
    for row in addition.names {
        sqlx::query(
            "INSERT INTO name VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (jurisdiction, kind, number)
             DO UPDATE SET text = excluded.text, slot = excluded.slot",
        )
        .bind(i32::from(row.jurisdiction.0))
        .bind(row.kind as i16)
        .bind(i64::from(row.number))
        .bind(&*row.text)
        .bind(row.slot.map(i64::from))
        .execute(&mut *change)
        .await?;
    }
    for (name, number) in [("resume", addition.resume), ("through", addition.through)] {
        sqlx::query(
            "INSERT INTO mark VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET number = excluded.number",
        )
        .bind(name)
        .bind(number as i64)
        .execute(&mut *change)
        .await?;
    }
    Ok(change.commit().await?)
}

async fn stored(connection: &mut PgConnection) -> Result<Stored, HistoryError> {
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
    let newest = sqlx::query_scalar::<_, i64>("SELECT coalesce(max(number), 0) FROM transition");
    stored.last_transition = newest.fetch_one(&mut *connection).await? as u64;
    let closed = sqlx::query(
        "SELECT jurisdiction, series, day, max(through) FROM chunk WHERE through > $1 GROUP BY 1, 2, 3",
    );
    for row in closed
        .bind(stored.resume as i64)
        .fetch_all(&mut *connection)
        .await?
    {
        let of = SeriesKey {
            jurisdiction: jurisdiction(&row, 0)?,
            number: number(&row, 1)?,
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

async fn names(connection: &mut PgConnection) -> Result<Names, HistoryError> {
    let mut rows = Vec::new();
    for row in sqlx::query("SELECT jurisdiction, kind, number, text, slot FROM name")
        .fetch_all(connection)
        .await?
    {
        let kind = row.try_get::<i16, _>(1)?;
        let slot: Option<i64> = row.try_get(4)?;
        rows.push(NameRow {
            jurisdiction: jurisdiction(&row, 0)?,
            kind: Kind::ALL
                .into_iter()
                .find(|k| *k as i16 == kind)
                .ok_or(HistoryError::Damaged)?,
            number: number(&row, 2)?,
            text: row.try_get::<&str, _>(3)?.into(),
            slot: slot
                .map(|slot| u32::try_from(slot).map_err(|_| HistoryError::Damaged))
                .transpose()?,
        });
    }
    Ok(Names::load(rows))
}

/// The days of closed chunks in `span`.
pub(crate) async fn days(lanes: &Lanes, span: &Span) -> Result<Vec<i64>, HistoryError> {
    let rows = sqlx::query(
        "SELECT DISTINCT day FROM chunk
         WHERE jurisdiction = $1 AND series = $2 AND day BETWEEN $3 AND $4",
    )
    .bind(i32::from(span.of.jurisdiction.0))
    .bind(i64::from(span.of.number))
    .bind(span.from.day())
    .bind(span.to.day())
    .fetch_all(&mut *lanes.take().await?)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The samples of closed chunks in `span`.
pub(crate) async fn samples(lanes: &Lanes, span: &Span) -> Result<Vec<Sample>, HistoryError> {
    let rows = sqlx::query(
        "SELECT day, columns FROM chunk
         WHERE jurisdiction = $1 AND series = $2 AND day BETWEEN $3 AND $4",
    )
    .bind(i32::from(span.of.jurisdiction.0))
    .bind(i64::from(span.of.number))
    .bind(span.from.day())
    .bind(span.to.day())
    .fetch_all(&mut *lanes.take().await?)
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
    lanes: &Lanes,
    after: u64,
    before: u64,
    limit: usize,
) -> Result<Vec<TransitionRow>, HistoryError> {
    let rows = sqlx::query(
        "SELECT number, seq, jurisdiction, at_ms, rule, subject, prev, level, time_ms
         FROM transition WHERE number > $1 AND number < $2 ORDER BY number LIMIT $3",
    )
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(i64::try_from(before).unwrap_or(i64::MAX))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(&mut *lanes.take().await?)
    .await?;
    rows.iter().map(transition).collect()
}

fn transition(row: &PgRow) -> Result<TransitionRow, HistoryError> {
    let level =
        |at: usize| u8::try_from(row.try_get::<i16, _>(at)?).map_err(|_| HistoryError::Damaged);
    let rule = u16::try_from(row.try_get::<i32, _>(4)?).map_err(|_| HistoryError::Damaged)?;
    Ok(TransitionRow {
        number: row.try_get::<i64, _>(0)? as u64,
        seq: row.try_get::<i64, _>(1)? as u64,
        jurisdiction: jurisdiction(row, 2)?,
        at: Time::from_ms(row.try_get(3)?),
        transition: Transition {
            rule: RuleSlot(rule),
            subject: StationSlot(number(row, 5)?),
            prev: level(6)?,
            level: level(7)?,
            time: Time::from_ms(row.try_get(8)?),
        },
    })
}

fn jurisdiction(row: &PgRow, at: usize) -> Result<JurisdictionSlot, HistoryError> {
    let slot = u16::try_from(row.try_get::<i32, _>(at)?);
    Ok(JurisdictionSlot(slot.map_err(|_| HistoryError::Damaged)?))
}

fn number(row: &PgRow, at: usize) -> Result<u32, HistoryError> {
    u32::try_from(row.try_get::<i64, _>(at)?).map_err(|_| HistoryError::Damaged)
}
