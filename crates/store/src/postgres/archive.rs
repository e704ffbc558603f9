//! Old parts of the journal's table made small: each becomes blocks of an archive under the same chain,
//! which are read where they lie.
//!
//! The blocks of a part are written in one transaction, read back whole, and only then the part goes:
//! first detached, which waits for those who read it and holds off nobody, then dropped. Whatever stops
//! this between two steps, the records are there, and the next run goes on from it; as long as both are
//! there, readers take the blocks. The newest part belongs to the writer.

use std::io;
use std::ops::ControlFlow;
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::copy::Row;
use super::journal::{TABLE, broken, last, part_name, thread};
use super::reading::{Span, table_rows};
use super::{Link, LinkError, aside, packed, prepare};
use crate::journal::pack::Packer;
use crate::journal::{ArchiveStep, Archived, JournalError, Position, block, chain};

/// What the server calls the session.
const NAME: &str = "watchfire archiving";
/// First half of the number by which sessions that archive exclude each other.
const LOCK: i32 = 0x5748;

/// A part that may go.
struct Part {
    first: u64,
    last: u64,
}

/// Whether to go on at a step.
type Strike<'s> = dyn FnMut(ArchiveStep) -> io::Result<()> + Send + 's;

/// Packs every part that was last written to before `older_than`, but never the newest one.
///
/// # Errors
/// [`JournalError::InUse`] when another process archives; [`JournalError::Broken`] names a damaged record,
/// whose part stays as it is; [`JournalError`] when the database cannot be asked.
pub(crate) fn archive_with(
    link: &Link,
    older_than: SystemTime,
    strike: &mut Strike<'_>,
) -> Result<Archived, JournalError> {
    let asked = aside(move || async move {
        let mut connection = link.connect_patiently(NAME).await?;
        prepare::prepare(link, &mut connection).await?;
        prepare::must_last(&mut connection).await?;
        let taken = sqlx::query_scalar::<_, bool>(
            "SELECT pg_try_advisory_lock($1, hashtext(current_schema()))",
        );
        let taken = taken.bind(LOCK).fetch_one(&mut connection).await;
        if !taken.map_err(LinkError::from)? {
            return Err(LinkError::InUse.into());
        }
        let mut done = Archived::default();
        for part in old(&mut connection, older_than).await? {
            let one = one(&mut connection, &part, strike).await?;
            done.segments += 1;
            done.records += one.records;
            done.bytes_before += one.bytes_before;
            done.bytes_after += one.bytes_after;
        }
        Ok(done)
    });
    asked.map_err(thread)?
}

/// The oldest parts in order, as far as each was followed by another before `older_than`.
async fn old(
    connection: &mut PgConnection,
    older_than: SystemTime,
) -> Result<Vec<Part>, JournalError> {
    let since = older_than.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Behind a part that was just begun the end of the journal is still in the one before.
    let end = last(connection).await.map_err(LinkError::from)?.number;
    let rows = sqlx::query(
        "SELECT one.first, one.behind, later.begun < to_timestamp($1)
         FROM part one JOIN part later ON later.first = one.behind
         WHERE one.behind <= $2 ORDER BY one.first",
    )
    .bind(since.as_secs_f64())
    .bind(end as i64)
    .fetch_all(connection)
    .await
    .map_err(LinkError::from)?;
    let mut parts = Vec::new();
    for row in rows {
        let is_old: bool = row.try_get(2).map_err(LinkError::from)?;
        if !is_old {
            break;
        }
        parts.push(Part {
            first: row.try_get::<i64, _>(0).map_err(LinkError::from)? as u64,
            last: row.try_get::<i64, _>(1).map_err(LinkError::from)? as u64 - 1,
        });
    }
    Ok(parts)
}

async fn one(
    connection: &mut PgConnection,
    part: &Part,
    strike: &mut Strike<'_>,
) -> Result<Archived, JournalError> {
    let failed = |source| JournalError::Io {
        action: "archive",
        path: TABLE.into(),
        source,
    };
    let table = part_name(part.first);
    let size =
        sqlx::query_scalar::<_, Option<i64>>("SELECT pg_total_relation_size(to_regclass($1))");
    let size = size.bind(&table).fetch_one(&mut *connection).await;
    let bytes_before = size.map_err(LinkError::from)?.unwrap_or(0) as u64;
    if packed::end(connection).await.map_err(LinkError::from)? < part.last {
        let blocks = pack(connection, part).await?;
        strike(ArchiveStep::Half).map_err(failed)?;
        write(connection, &blocks).await?;
    }
    strike(ArchiveStep::Named).map_err(failed)?;
    let bytes_after = look_back(connection, part).await?;
    drop_part(connection, part.first, &table).await?;
    strike(ArchiveStep::Removed).map_err(failed)?;
    Ok(Archived {
        segments: 1,
        records: part.last + 1 - part.first,
        bytes_before,
        bytes_after,
    })
}

/// The records of a part as blocks, the chain checked on the way.
async fn pack(
    connection: &mut PgConnection,
    part: &Part,
) -> Result<Vec<packed::Block>, JournalError> {
    let before = before(connection, part.first).await?;
    let mut draft = Draft {
        blocks: Vec::new(),
        packer: Packer::default(),
        before,
        now: before,
        hashed: Vec::new(),
        failed: None,
    };
    let span = Span::all(part.first, part.last);
    table_rows(connection, span, &mut |page| {
        page.into_iter().for_each(|row| draft.take(&row));
        true
    })
    .await?;
    draft.close();
    match draft.failed {
        Some(failed) => Err(failed),
        None if draft.now.number == part.last => Ok(draft.blocks),
        None => Err(broken(draft.now.number + 1, "the record is missing")),
    }
}

/// The place in the chain before a record.
async fn before(connection: &mut PgConnection, first: u64) -> Result<Position, JournalError> {
    if first == 1 {
        return Ok(Position::START);
    }
    let mut place = None;
    let span = Span::all(first - 1, first - 1);
    packed::rows(connection, span, &mut |page| {
        place = page.first().map(|row| Position {
            number: row.number,
            hash: row.hash,
        });
        true
    })
    .await?;
    place.ok_or_else(|| broken(first - 1, "the record is missing"))
}

/// Blocks being made.
struct Draft {
    blocks: Vec<packed::Block>,
    packer: Packer,
    /// Before the first record of the open block.
    before: Position,
    now: Position,
    hashed: Vec<u8>,
    failed: Option<JournalError>,
}

impl Draft {
    fn take(&mut self, row: &Row) {
        if self.failed.is_some() {
            return;
        }
        if row.number != self.now.number + 1 {
            self.failed = Some(broken(self.now.number + 1, "the record is missing"));
            return;
        }
        self.hashed.clear();
        chain::put(&mut self.hashed, row.tag, &row.payload);
        let hash = chain::next(&self.now.hash, &self.hashed);
        if hash != row.hash {
            self.failed = Some(broken(row.number, "the chain is broken"));
            return;
        }
        self.now = Position {
            number: row.number,
            hash,
        };
        self.packer.push(row.tag, &row.payload, &self.hashed);
        if self.packer.is_full() {
            self.close();
        }
    }

    fn close(&mut self) {
        if self.packer.records() == 0 || self.failed.is_some() {
            return;
        }
        let first = self.before.number + 1;
        match block::close(&mut self.packer, first, self.now.hash) {
            Ok(frame) => self.blocks.push(packed::Block {
                first,
                last: self.now.number,
                before: self.before.hash,
                frame,
            }),
            Err(source) => self.failed = Some(thread(source)),
        }
        self.before = self.now;
    }
}

/// Writes the blocks of a part, all or none.
async fn write(
    connection: &mut PgConnection,
    blocks: &[packed::Block],
) -> Result<(), JournalError> {
    let written = async {
        let mut change = connection.begin().await?;
        for block in blocks {
            sqlx::query("INSERT INTO packed (first, last, before, frame) VALUES ($1, $2, $3, $4)")
                .bind(block.first as i64)
                .bind(block.last as i64)
                .bind(&block.before[..])
                .bind(&block.frame)
                .execute(&mut *change)
                .await?;
        }
        change.commit().await
    };
    Ok(written.await.map_err(LinkError::from)?)
}

/// Reads what the server has of a part and follows its chain from the record before it to the one behind
/// it, which stands in the table; the bytes it takes.
async fn look_back(connection: &mut PgConnection, part: &Part) -> Result<u64, JournalError> {
    let mut now = before(connection, part.first).await?;
    let mut bytes = 0;
    packed::blocks(connection, part.first, &mut |block| {
        let follows = block.first == now.number + 1 && block.before == now.hash;
        let mut end = now;
        let whole = block.rows(&mut |row| {
            end = Position {
                number: row.number,
                hash: row.hash,
            };
        });
        if !follows || !whole {
            return Err(broken(
                block.first,
                "its block does not read as the table does; both were kept",
            ));
        }
        now = end;
        bytes += block.frame.len() as u64;
        Ok(match now.number < part.last {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    })
    .await?;
    let mut follows = false;
    let next = Span::all(part.last + 1, part.last + 1);
    table_rows(connection, next, &mut |page| {
        follows |= page.first().is_some_and(|row| {
            let mut hashed = Vec::new();
            chain::put(&mut hashed, row.tag, &row.payload);
            chain::next(&now.hash, &hashed) == row.hash
        });
        true
    })
    .await?;
    match follows && now.number == part.last {
        true => Ok(bytes),
        false => Err(broken(
            part.last + 1,
            "it does not follow from the archive; both were kept",
        )),
    }
}

/// Lets a part go whose records are packed.
async fn drop_part(
    connection: &mut PgConnection,
    first: u64,
    table: &str,
) -> Result<(), JournalError> {
    let gone = async {
        let state = sqlx::query_scalar::<_, bool>(
            "SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass($1)",
        );
        let how = match state.bind(table).fetch_optional(&mut *connection).await? {
            Some(false) => Some("CONCURRENTLY"),
            // An earlier run was stopped while it waited for readers.
            Some(true) => Some("FINALIZE"),
            None => None,
        };
        if let Some(how) = how {
            let words = format!("ALTER TABLE journal DETACH PARTITION {table} {how}");
            sqlx::raw_sql(AssertSqlSafe(words))
                .execute(&mut *connection)
                .await?;
        }
        let words = format!(
            "BEGIN; DROP TABLE IF EXISTS {table}; DELETE FROM part WHERE first = {first}; COMMIT"
        );
        sqlx::raw_sql(AssertSqlSafe(words))
            .execute(&mut *connection)
            .await?;
        Ok::<_, sqlx::Error>(())
    };
    Ok(gone.await.map_err(LinkError::from)?)
}
