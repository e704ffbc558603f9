//! Reading old parts of the journal where they lie: blocks of an archive, in a table of their own.

use std::ops::ControlFlow;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::copy::Row;
use super::journal::thread;
use super::reading::{Looked, NAME, PAGE_BYTES, Span, table_rows};
use super::{Link, LinkError, aside};
use crate::journal::{JournalError, block};

/// What an error names instead of a file.
pub(super) const TABLE: &str = "the table packed";

/// One block as it lies there.
pub(super) struct Block {
    pub(super) first: u64,
    pub(super) last: u64,
    /// Chain hash before its first record.
    pub(super) before: [u8; 32],
    pub(super) frame: Vec<u8>,
}

impl Block {
    fn of(row: &PgRow) -> Result<Block, sqlx::Error> {
        let before: Vec<u8> = row.try_get(2)?;
        Ok(Block {
            first: row.try_get::<i64, _>(0)? as u64,
            last: row.try_get::<i64, _>(1)? as u64,
            // Of another length only when somebody changed it: no chain goes on from zeros.
            before: before.try_into().unwrap_or_default(),
            frame: row.try_get(3)?,
        })
    }

    /// Gives its records; false when it is not what was written, also where some were given already.
    pub(super) fn rows(&self, give: &mut dyn FnMut(Row)) -> bool {
        let opened = block::open(&self.frame, self.before, |number, tag, payload, hash| {
            give(Row {
                number,
                tag,
                payload: payload.to_vec(),
                hash,
            });
        });
        opened.is_some_and(|opened| (opened.first, opened.last) == (self.first, self.last))
    }
}

/// The last record that is packed; 0 for none.
pub(super) async fn end(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let last = sqlx::query_scalar::<_, i64>("SELECT coalesce(max(last), 0) FROM packed");
    Ok(last.fetch_one(connection).await? as u64)
}

/// The block with a record, else the first behind it.
async fn block_at(
    connection: &mut PgConnection,
    number: u64,
) -> Result<Option<Block>, sqlx::Error> {
    let found = sqlx::query(
        "SELECT first, last, before, frame FROM packed
         WHERE first >= coalesce((SELECT max(first) FROM packed WHERE first <= $1), 0) AND last >= $1
         ORDER BY first LIMIT 1",
    )
    .bind(i64::try_from(number).unwrap_or(i64::MAX))
    .fetch_optional(connection)
    .await?;
    found.map(|row| Block::of(&row)).transpose()
}

/// Gives blocks from the one with record `first` on until `take` breaks off.
pub(super) async fn blocks(
    connection: &mut PgConnection,
    first: u64,
    take: &mut dyn FnMut(Block) -> Result<ControlFlow<()>, JournalError>,
) -> Result<(), JournalError> {
    let mut next = first;
    while let Some(block) = block_at(connection, next).await.map_err(LinkError::from)? {
        next = block.last.max(next) + 1;
        if take(block)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// Gives rows, first those that are packed, then those of the table, a page at a time, until `give` says
/// that nobody wants more. Of both it sees one moment: whoever archives may be at it.
pub(super) async fn rows(
    connection: &mut PgConnection,
    span: Span<'_>,
    give: &mut dyn FnMut(Vec<Row>) -> bool,
) -> Result<(), JournalError> {
    // The lock holds off nobody who writes. With it no part of the table goes while this reads.
    say(
        connection,
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE journal IN ACCESS SHARE MODE",
    )
    .await?;
    let packed = end(connection).await.map_err(LinkError::from)?;
    let mut wanted = true;
    if span.first <= packed {
        let last = span.last;
        blocks(connection, span.first, &mut |block| {
            if block.first > last {
                return Ok(ControlFlow::Break(()));
            }
            let (mut page, mut held) = (Vec::new(), 0);
            let whole = block.rows(&mut |row| {
                let inside = (span.first..=last).contains(&row.number);
                if wanted && inside && (span.kinds.is_empty() || span.kinds.contains(&row.tag.kind))
                {
                    held += row.payload.len();
                    page.push(row);
                    if held > PAGE_BYTES {
                        held = 0;
                        wanted = give(std::mem::take(&mut page));
                    }
                }
            });
            if !whole {
                return Err(JournalError::Broken {
                    segment: TABLE.to_owned(),
                    record: block.first,
                    reason: "a damaged block of the archive",
                });
            }
            wanted = wanted && give(page);
            Ok(match wanted {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })
        .await?;
    }
    if wanted && span.last > packed {
        let behind = Span {
            first: span.first.max(packed + 1),
            ..span
        };
        wanted = table_rows(connection, behind, give).await?;
    }
    // Where nobody wants more, the connection is not used again.
    if wanted {
        say(connection, "COMMIT").await?;
    }
    Ok(())
}

/// Shows every block to whoever looks for what is wrong; the last record that is packed.
pub(super) fn look(link: &Link, looked: &mut Looked) -> Result<u64, JournalError> {
    let asked = aside(move || async move {
        let mut connection = link.connect_patiently(NAME).await?;
        let mut last = 0;
        blocks(&mut connection, 1, &mut |block| {
            last = block.last;
            looked.take_block(&block);
            Ok(ControlFlow::Continue(()))
        })
        .await?;
        Ok(last)
    });
    asked.map_err(thread)?
}

pub(super) async fn say(
    connection: &mut PgConnection,
    words: &'static str,
) -> Result<(), JournalError> {
    let said = sqlx::raw_sql(words).execute(connection).await;
    said.map_err(LinkError::from)?;
    Ok(())
}
