//! Snapshots as rows: the very bytes of the file, hash included.

use std::io;

use sqlx::{Connection, Row};

use super::{Link, LinkError, aside, prepare};
use crate::journal::Position;
use crate::snapshot::{self, KEPT, Snapshot};

/// What the server calls the session.
const NAME: &str = "watchfire snapshots";

/// The table of snapshots. One thread writes at a time.
#[derive(Clone, Debug)]
pub struct SnapshotTable {
    link: Link,
}

impl SnapshotTable {
    pub(crate) fn open(link: &Link) -> io::Result<SnapshotTable> {
        prepare::ready(link).map_err(io::Error::other)?;
        Ok(SnapshotTable { link: link.clone() })
    }

    /// As [`crate::SnapshotStore::write`].
    ///
    /// # Errors
    /// When the database is away or refuses; earlier snapshots stay.
    pub fn write(&self, position: Position, format: u16, content: &[u8]) -> io::Result<()> {
        let file = snapshot::encode(position, format, content);
        let written = aside(|| async {
            let mut connection = self.link.connect(NAME).await?;
            let mut change = connection.begin().await?;
            sqlx::query(
                "INSERT INTO snapshot VALUES ($1, $2)
                 ON CONFLICT (number) DO UPDATE SET file = excluded.file",
            )
            .bind(position.number as i64)
            .bind(&file)
            .execute(&mut *change)
            .await?;
            sqlx::query(
                "DELETE FROM snapshot WHERE number NOT IN
                 (SELECT number FROM snapshot ORDER BY number DESC LIMIT $1)",
            )
            .bind(KEPT as i64)
            .execute(&mut *change)
            .await?;
            change.commit().await?;
            Ok::<_, LinkError>(connection.close().await?)
        })?;
        written.map_err(io::Error::other)
    }

    /// As [`crate::SnapshotStore::newest_valid`].
    ///
    /// # Errors
    /// When the database is away.
    pub fn newest_valid(&self, reads: impl Fn(u16) -> bool) -> io::Result<Option<Snapshot>> {
        for number in self.numbers()?.into_iter().rev() {
            match self.file(number)?.and_then(snapshot::decode) {
                Some(found) if found.position.number == number && reads(found.format) => {
                    return Ok(Some(found));
                }
                Some(found) => {
                    let format = found.format;
                    tracing::warn!(format, "snapshot {number} is of another kind, skipped");
                }
                None => tracing::warn!("snapshot {number} is damaged, skipped"),
            }
        }
        Ok(None)
    }

    /// Journal numbers of the snapshots there, ascending.
    pub(crate) fn numbers(&self) -> io::Result<Vec<u64>> {
        let read = aside(|| async {
            let mut connection = self.link.connect_patiently(NAME).await?;
            let numbers = sqlx::query_scalar::<_, i64>("SELECT number FROM snapshot ORDER BY 1")
                .fetch_all(&mut connection)
                .await?;
            connection.close().await?;
            Ok::<_, LinkError>(numbers)
        })?;
        let numbers = read.map_err(io::Error::other)?;
        Ok(numbers.into_iter().map(|number| number as u64).collect())
    }

    /// The bytes of one.
    pub(crate) fn file(&self, number: u64) -> io::Result<Option<Vec<u8>>> {
        let read = aside(|| async {
            let mut connection = self.link.connect_patiently(NAME).await?;
            let row = sqlx::query("SELECT file FROM snapshot WHERE number = $1")
                .bind(number as i64)
                .fetch_optional(&mut connection)
                .await?;
            connection.close().await?;
            let file = row.map(|row| row.try_get::<Vec<u8>, _>(0)).transpose()?;
            Ok::<_, LinkError>(file)
        })?;
        read.map_err(io::Error::other)
    }
}
