//! The journal as a table: one statement, and so one transaction, a commit.
//!
//! A commit of usual size is one INSERT, which goes to the server in one piece: a COPY goes in two, and
//! the second waits until the first is acknowledged, which a server that has nothing to say yet puts off
//! for 40 ms. Only where that is little beside the bytes it is a COPY.
//!
//! Numbers and chain hashes are made by our own process exactly as for the files; the table's primary
//! key makes a second record of a number impossible. When a connection is lost while a commit is on
//! its way, nobody knows whether it was taken: the last number and hash in the table say so before
//! anything is sent again. It belongs to one thread of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use tokio::runtime::Runtime;

use super::link::{Trouble, trouble};
use super::reading::walk;
use super::{Link, LinkError, copy, prepare, small_runtime};
use crate::journal::chain;
use crate::journal::{JournalError, JournalReader, Position, Recovered, Sealed, Visit, free_bytes};
use crate::telemetry;

/// Bytes that a record is counted as where a part's length is given in bytes: one part is a storm day of a
/// county, or a few calm ones.
const RECORD: u64 = 128;
/// How long a commit may take before the connection counts as lost, beside its bytes.
const PATIENCE: Duration = Duration::from_secs(20);
/// The slowest line on which a commit is waited for, in bytes a second.
const SLOWEST: u64 = 1 << 20;
/// Bytes from which on a commit is a COPY.
const LARGE: usize = 8 << 20;
/// How long the session of a process that died may hold the journal before it counts as in use.
const LEFTOVER: Duration = Duration::from_secs(5);
/// What an error names instead of a segment.
pub(super) const TABLE: &str = "the table journal";
/// First half of the number by which sessions exclude each other; the second is the schema's.
const LOCK: i32 = 0x5746;

/// The journal opened for writing, by one process and one thread.
pub struct Tables {
    link: Link,
    /// The data folder, where blobs and quarantine need room.
    data: PathBuf,
    /// There until it is dropped.
    runtime: Option<Runtime>,
    connection: Option<PgConnection>,
    /// What the server calls this process's sessions; unique to it.
    name: String,
    position: Position,
    committed: Arc<AtomicU64>,
    /// Records of one part that is begun from now on.
    part: u64,
    /// Records up to here have a part.
    room: u64,
    /// The COPY of a large commit; its memory is used again.
    copy: Vec<u8>,
    stopped: bool,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables")
            .field("link", &self.link)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

/// Why a commit was not written by one attempt.
enum Missed {
    /// Nobody knows whether it was; the table says so once it can be asked.
    Unknown {
        told: String,
    },
    Known(JournalError),
}

impl Tables {
    /// Opens or makes the tables, giving every record after `from` to `visit` in order. A part of the table
    /// is cut where a segment of so many bytes would be.
    ///
    /// # Errors
    /// As [`crate::Journal::open`], and [`JournalError::Away`] when no server that takes writes
    /// answers within half a minute.
    pub fn open(
        link: &Link,
        data: PathBuf,
        segment_bytes: u64,
        from: Position,
        visit: &mut Visit<'_>,
    ) -> Result<(Tables, Recovered), JournalError> {
        let name = format!(
            "watchfire journal {}-{}",
            std::process::id(),
            jiff::Timestamp::now().as_microsecond()
        );
        let mut tables = Tables {
            link: link.clone(),
            data,
            runtime: None,
            connection: None,
            name,
            position: Position::START,
            committed: Arc::default(),
            part: (segment_bytes / RECORD).max(1),
            room: 0,
            copy: Vec::new(),
            stopped: false,
        };
        let runtime = tables.runtime.insert(small_runtime().map_err(thread)?);
        let (connection, last) = runtime.block_on(async {
            let mut connection = tables.link.connect_patiently(&tables.name).await?;
            prepare::prepare(&tables.link, &mut connection).await?;
            own(&tables.link, &mut connection, &tables.name).await?;
            let last = last(&mut connection).await?;
            Ok::<_, LinkError>((connection, last))
        })?;
        tables.connection = Some(connection);
        let recovered = walk(link, from, last, visit)?;
        tables.advance(recovered.last);
        Ok((tables, recovered))
    }

    /// Writes one commit and returns when the server has it on disk.
    ///
    /// # Errors
    /// [`JournalError::Away`]: nobody knows whether it is written; append the same commit again, and
    /// it is looked up first. [`JournalError::Full`]: nothing counts, the same commit may be appended
    /// again. [`JournalError::OutOfOrder`]: it does not follow what is written.
    /// [`JournalError::Short`]: the server, another one than before, lacks confirmed records. After
    /// any other error the journal takes nothing more.
    pub fn append(&mut self, sealed: &Sealed) -> Result<(), JournalError> {
        if self.stopped {
            return Err(JournalError::Stopped);
        }
        if sealed.before() != self.position {
            let (expected, found) = (self.position.number, sealed.before().number);
            return Err(JournalError::OutOfOrder { expected, found });
        }
        if sealed.records() == 0 {
            return Ok(());
        }
        let started = Instant::now();
        let written = self.write(sealed);
        if let Err(error) = &written {
            self.stopped = !matches!(error, JournalError::Full | JournalError::Away { .. });
            return written;
        }
        self.advance(sealed.after());
        telemetry::commit(started.elapsed(), sealed.frame().len(), sealed.records());
        Ok(())
    }

    fn advance(&mut self, to: Position) {
        self.position = to;
        self.committed.store(to.number, Ordering::Release);
    }

    /// A handle for reading what is committed, from any thread.
    pub fn reader(&self) -> JournalReader {
        JournalReader::of_tables(&self.link, &self.committed)
    }

    /// Number and chain hash after the last record written.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Bytes that are free for this process where blobs and quarantine lie.
    ///
    /// # Errors
    /// [`JournalError::Io`] when the file system cannot be asked.
    pub fn free_bytes(&self) -> Result<u64, JournalError> {
        free_bytes(&self.data).map_err(|source| JournalError::Io {
            action: "measure",
            path: self.data.clone(),
            source,
        })
    }

    fn write(&mut self, sealed: &Sealed) -> Result<(), JournalError> {
        let rows = rows_of(sealed)?;
        let mut told = String::new();
        // The connection may have died unseen since the last commit: one more attempt on a new one.
        for _ in 0..2 {
            match self.attempt(sealed, &rows) {
                Ok(()) => return Ok(()),
                // Whatever went wrong may have left a transaction half said.
                Err(missed) => {
                    self.connection = None;
                    match missed {
                        Missed::Unknown { told: reason } => told = reason,
                        Missed::Known(error) => return Err(error),
                    }
                }
            }
        }
        Err(JournalError::Away { told })
    }

    fn attempt(&mut self, sealed: &Sealed, rows: &[copy::Seen<'_>]) -> Result<(), Missed> {
        let bytes = sealed.body().len();
        let patience = PATIENCE + Duration::from_secs(bytes as u64 / SLOWEST);
        let Tables {
            link,
            runtime: Some(runtime),
            connection,
            name,
            part,
            room,
            copy,
            ..
        } = self
        else {
            return Err(Missed::Known(JournalError::Stopped));
        };
        let work = async {
            let connection = match connection {
                Some(connection) => connection,
                None => {
                    let mut new = link.connect(name).await?;
                    own(link, &mut new, name).await?;
                    if found(sealed, last(&mut new).await?)? {
                        *connection = Some(new);
                        return Ok(());
                    }
                    // Another server may have other partitions.
                    *room = 0;
                    connection.insert(new)
                }
            };
            make_room(connection, *part, room, sealed).await?;
            if bytes < LARGE {
                insert(connection, rows).await?;
            } else {
                copy_in(connection, rows, copy).await?;
            }
            Ok(())
        };
        runtime
            .block_on(async { tokio::time::timeout(patience, work).await })
            .unwrap_or_else(|_| {
                let told = format!("no answer for {} s", patience.as_secs());
                Err(Missed::Unknown { told })
            })
    }
}

async fn insert(connection: &mut PgConnection, rows: &[copy::Seen<'_>]) -> Result<(), sqlx::Error> {
    let numbers: Vec<i64> = rows.iter().map(|row| row.number as i64).collect();
    let kinds: Vec<i16> = rows.iter().map(|row| row.tag.kind.into()).collect();
    let versions: Vec<i16> = rows.iter().map(|row| row.tag.version.into()).collect();
    let payloads: Vec<&[u8]> = rows.iter().map(|row| row.payload).collect();
    let hashes: Vec<&[u8]> = rows.iter().map(|row| &row.hash[..]).collect();
    sqlx::query(
        "INSERT INTO journal (number, kind, version, payload, hash)
         SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::bytea[], $5::bytea[])",
    )
    .bind(numbers)
    .bind(kinds)
    .bind(versions)
    .bind(payloads)
    .bind(hashes)
    .execute(connection)
    .await?;
    Ok(())
}

async fn copy_in(
    connection: &mut PgConnection,
    rows: &[copy::Seen<'_>],
    bytes: &mut Vec<u8>,
) -> Result<(), sqlx::Error> {
    copy::begin(bytes);
    for row in rows {
        copy::put(bytes, row);
    }
    copy::end(bytes);
    let into = "COPY journal (number, kind, version, payload, hash) FROM STDIN (FORMAT binary)";
    let mut copying = connection.copy_in_raw(into).await?;
    copying.send(bytes.as_slice()).await?;
    copying.finish().await?;
    Ok(())
}

impl Drop for Tables {
    fn drop(&mut self) {
        drop(self.connection.take());
        if let Some(runtime) = self.runtime.take() {
            // Nothing runs on it any more; waiting is forbidden where this may be dropped.
            runtime.shutdown_background();
        }
    }
}

impl From<sqlx::Error> for Missed {
    fn from(error: sqlx::Error) -> Missed {
        match trouble(&error) {
            // A number that is taken: an earlier attempt came through after all, or somebody else
            // wrote. The table is asked which.
            Trouble::Away | Trouble::Taken => Missed::Unknown {
                told: error.to_string(),
            },
            Trouble::Full => Missed::Known(JournalError::Full),
            Trouble::Other => Missed::Known(JournalError::Database(LinkError::from(error))),
        }
    }
}

impl From<LinkError> for Missed {
    fn from(error: LinkError) -> Missed {
        match error {
            LinkError::Database(error) => error.into(),
            LinkError::Away { told } => Missed::Unknown { told },
            LinkError::Address { .. }
            | LinkError::Password { .. }
            | LinkError::NoPostgis { .. }
            | LinkError::Tables(_)
            | LinkError::Forgetful { .. }
            | LinkError::InUse => Missed::Known(error.into()),
        }
    }
}

impl From<LinkError> for JournalError {
    fn from(error: LinkError) -> JournalError {
        match error {
            LinkError::Away { told } => JournalError::Away { told },
            LinkError::InUse => JournalError::InUse {
                dir: PathBuf::from(TABLE),
            },
            LinkError::Database(_)
            | LinkError::Address { .. }
            | LinkError::Password { .. }
            | LinkError::NoPostgis { .. }
            | LinkError::Tables(_)
            | LinkError::Forgetful { .. } => JournalError::Database(error),
        }
    }
}

pub(super) fn thread(source: std::io::Error) -> JournalError {
    JournalError::Io {
        action: "start a thread for",
        path: PathBuf::from(TABLE),
        source,
    }
}

pub(super) fn broken(record: u64, reason: &'static str) -> JournalError {
    JournalError::Broken {
        segment: TABLE.to_owned(),
        record,
        reason,
    }
}

/// The records of a commit, each with its whole chain hash.
fn rows_of(sealed: &Sealed) -> Result<Vec<copy::Seen<'_>>, JournalError> {
    let mut rows = Vec::with_capacity(sealed.records());
    let mut now = sealed.before();
    let mut rest = sealed.body();
    while now.number < sealed.after().number {
        let cut = chain::cut(rest).ok_or_else(|| broken(now.number + 1, "no whole record"))?;
        now.hash = chain::next(&now.hash, cut.hashed);
        now.number += 1;
        rows.push(copy::Seen {
            number: now.number,
            tag: cut.tag,
            payload: cut.payload,
            hash: now.hash,
        });
        rest = cut.rest;
    }
    if now == sealed.after() {
        Ok(rows)
    } else {
        Err(broken(now.number, "the commit does not end as it says"))
    }
}

/// Whether the commit is in a journal that ends at `last` already.
fn found(sealed: &Sealed, last: Position) -> Result<bool, Missed> {
    if last == sealed.after() {
        return Ok(true);
    }
    if last == sealed.before() {
        return Ok(false);
    }
    Err(Missed::Known(if last.number < sealed.before().number {
        // A standby that took over without them: going on would leave a hole in the chain.
        JournalError::Short {
            last: last.number,
            wanted: sealed.before().number,
        }
    } else {
        broken(sealed.first(), "another process has written to the journal")
    }))
}

/// Makes this session the only one that writes, ending what is left of our own earlier one.
async fn own(link: &Link, connection: &mut PgConnection, name: &str) -> Result<(), LinkError> {
    prepare::must_last(connection).await?;
    sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = $1 AND pid <> pg_backend_pid()",
    )
    .bind(name)
    .fetch_all(&mut *connection)
    .await?;
    let until = Instant::now() + LEFTOVER;
    loop {
        let taken = sqlx::query_scalar::<_, bool>(
            "SELECT pg_try_advisory_lock($1, hashtext(current_schema()))",
        );
        if taken.bind(LOCK).fetch_one(&mut *connection).await? {
            return Ok(());
        }
        if Instant::now() >= until {
            tracing::error!(
                address = link.address(),
                "another process writes this journal"
            );
            return Err(LinkError::InUse);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Where the table ends.
pub(super) async fn last(connection: &mut PgConnection) -> Result<Position, sqlx::Error> {
    let row = sqlx::query("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(Position::START), |row| {
        let hash: Vec<u8> = row.try_get(1)?;
        Ok(Position {
            number: row.try_get::<i64, _>(0)? as u64,
            // Of another length only when somebody changed it: no chain goes on from zeros.
            hash: hash.try_into().unwrap_or_default(),
        })
    })
}

/// Makes the parts that a commit goes into.
async fn make_room(
    connection: &mut PgConnection,
    part: u64,
    room: &mut u64,
    sealed: &Sealed,
) -> Result<(), sqlx::Error> {
    let end = sealed.after().number;
    if *room == 0 {
        let behind = sqlx::query_scalar::<_, i64>("SELECT coalesce(max(behind), 1) FROM part");
        *room = behind.fetch_one(&mut *connection).await? as u64 - 1;
        // Nothing was ever written, or nothing is left of it.
        *room = (*room).max(sealed.first() - 1);
    }
    while *room < end {
        let (first, behind) = (*room + 1, *room + part + 1);
        let table = part_name(first);
        // Attached, not made in place: a reader of the whole journal does not hold this up.
        sqlx::raw_sql(AssertSqlSafe(format!(
            "BEGIN;
             CREATE TABLE {table} (LIKE journal INCLUDING ALL);
             CREATE TRIGGER journal_is_final_whole BEFORE TRUNCATE ON {table}
                 EXECUTE FUNCTION journal_is_final();
             ALTER TABLE journal ATTACH PARTITION {table} FOR VALUES FROM ({first}) TO ({behind});
             INSERT INTO part (first, behind) VALUES ({first}, {behind});
             COMMIT"
        )))
        .execute(&mut *connection)
        .await?;
        *room = behind - 1;
    }
    Ok(())
}

/// The table of the part that begins with a record.
pub(super) fn part_name(first: u64) -> String {
    format!("journal_{first:020}")
}
