//! Prints what a store's commits take beside what else could be done with the same rows: for files a plain
//! batched INSERT into a durable SQLite table with the same key, and, as the least possible, one plain write
//! and fdatasync of the same bytes; for PostgreSQL a plain COPY and a plain INSERT, whichever is quicker.
//! `cargo run --release -p watchfire-store --example commits [rows]`; with `WATCHFIRE_TEST_POSTGRES` the
//! database is measured too. All sides take turns, commit by commit.
#![allow(clippy::print_stdout)]

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use model::codec::Tag;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, QueryBuilder, SqliteConnection,
};
use store::{CommitBuffer, JournalOptions, Position, Sealed, Store, Writer};

type Failure = Box<dyn std::error::Error>;

/// Rows of one commit.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// A payload as long as a reading's.
fn payload(n: usize) -> [u8; 26] {
    std::array::from_fn(|at| (n.wrapping_mul(31) >> (at % 8)) as u8)
}

fn commit(buffer: &mut CommitBuffer, size: usize) -> Result<Sealed, Failure> {
    let tag = Tag {
        kind: 1,
        version: 1,
    };
    for n in 0..size {
        buffer.push(tag, &payload(n))?;
    }
    Ok(buffer.seal())
}

fn open(store: &Store) -> Result<Writer, Failure> {
    let options = JournalOptions::default();
    let (writer, _) = store.open_journal(options, Position::START, &mut |_, _, _| Ok(()))?;
    Ok(writer)
}

fn say(what: &str, size: usize, rows: usize, ours: Duration, least: Duration) {
    let rate = |took: Duration| rows as f64 / took.as_secs_f64();
    println!(
        "{what:<22} {size:>6} a commit: {:>9.0} rows/s, beside {:>9.0} rows/s: {:.0} %",
        rate(ours),
        rate(least),
        100.0 * rate(ours) / rate(least)
    );
}

/// A table as a plain program would have it: on disk when a commit returns.
async fn plain_table(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    let make = "CREATE TABLE plain (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL,
                version INTEGER NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL)";
    sqlx::raw_sql(make).execute(&mut connection).await?;
    Ok(connection)
}

/// The same rows in one transaction, a thousand a statement.
async fn plain_rows(
    connection: &mut SqliteConnection,
    first: usize,
    size: usize,
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for begin in (0..size).step_by(1_000) {
        let rows = begin..size.min(begin + 1_000);
        let mut insert = QueryBuilder::new("INSERT INTO plain ");
        insert.push_values(rows, |mut row, n| {
            row.push_bind((first + n) as i64);
            row.push_bind(1i16).push_bind(1i16);
            row.push_bind(payload(n).to_vec())
                .push_bind(vec![n as u8; 32]);
        });
        insert.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

fn files(rows: usize) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for size in SIZES {
        let dir = tempfile::tempdir()?;
        let mut writer = open(&Store::embedded(dir.path()))?;
        let mut plain = std::fs::File::create(dir.path().join("plain"))?;
        let mut buffer = CommitBuffer::new(writer.position());
        let mut table = runtime.block_on(plain_table(&dir.path().join("plain.sqlite")))?;
        let (mut ours, mut least) = (Duration::ZERO, Duration::ZERO);
        let mut inserted = Duration::ZERO;
        let commits = (rows / size).clamp(5, 2_000);
        for n in 0..commits {
            let started = Instant::now();
            let sealed = commit(&mut buffer, size)?;
            writer.append(&sealed)?;
            ours += started.elapsed();
            let bytes = vec![7; sealed.records() * 33 + 56];
            let started = Instant::now();
            plain.write_all(&bytes)?;
            plain.sync_data()?;
            least += started.elapsed();
            let started = Instant::now();
            runtime.block_on(plain_rows(&mut table, 1 + n * size, size))?;
            inserted += started.elapsed();
        }
        say("files against INSERT", size, commits * size, ours, inserted);
        say("files against a write", size, commits * size, ours, least);
        runtime.block_on(table.close())?;
    }
    Ok(())
}

/// The same rows as a plain COPY has them.
fn plain_copy(first: u64, size: usize) -> Vec<u8> {
    let mut out = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    let field = |out: &mut Vec<u8>, bytes: &[u8]| {
        out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        out.extend_from_slice(bytes);
    };
    for n in 0..size {
        out.extend_from_slice(&5i16.to_be_bytes());
        field(&mut out, &(first + n as u64).to_be_bytes());
        field(&mut out, &1i16.to_be_bytes());
        field(&mut out, &1i16.to_be_bytes());
        field(&mut out, &payload(n));
        field(&mut out, &[n as u8; 32]);
    }
    out.extend_from_slice(&(-1i16).to_be_bytes());
    out
}

/// The same rows in one INSERT, with nothing around it.
async fn plain_insert(
    connection: &mut PgConnection,
    table: &str,
    first: u64,
    size: usize,
) -> Result<(), sqlx::Error> {
    let numbers: Vec<i64> = (0..size).map(|n| (first + n as u64) as i64).collect();
    let ones = vec![1i16; size];
    let payloads: Vec<Vec<u8>> = (0..size).map(|n| payload(n).to_vec()).collect();
    let hashes: Vec<Vec<u8>> = (0..size).map(|n| vec![n as u8; 32]).collect();
    let insert = format!(
        "INSERT INTO {table} SELECT * FROM
         unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::bytea[], $5::bytea[])"
    );
    sqlx::query(AssertSqlSafe(insert))
        .bind(numbers)
        .bind(ones.clone())
        .bind(ones)
        .bind(payloads)
        .bind(hashes)
        .execute(connection)
        .await?;
    Ok(())
}

fn database(address: &str, dir: &Path, rows: usize) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for size in SIZES {
        let mut writer = open(&Store::for_tests(&dir.join(size.to_string())))?;
        let mut buffer = CommitBuffer::new(writer.position());
        let table = format!("plain_{}_{size}", std::process::id());
        let mut connection = runtime.block_on(async {
            let mut connection = PgConnection::connect(address).await?;
            let make = format!(
                "CREATE TABLE {table} (number bigint PRIMARY KEY, kind smallint NOT NULL,
                 version smallint NOT NULL, payload bytea NOT NULL, hash bytea NOT NULL)"
            );
            sqlx::raw_sql(AssertSqlSafe(make))
                .execute(&mut connection)
                .await?;
            Ok::<_, sqlx::Error>(connection)
        })?;
        let (mut ours, mut copied, mut inserted) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        let commits = (rows / size).clamp(5, 500);
        for n in 0..commits {
            let started = Instant::now();
            let sealed = commit(&mut buffer, size)?;
            writer.append(&sealed)?;
            ours += started.elapsed();
            let first = 1 + (2 * n * size) as u64;
            let bytes = plain_copy(first, size);
            let copy = format!("COPY {table} FROM STDIN (FORMAT binary)");
            let started = Instant::now();
            runtime.block_on(async {
                let mut copying = connection.copy_in_raw(&copy).await?;
                copying.send(bytes.as_slice()).await?;
                copying.finish().await
            })?;
            copied += started.elapsed();
            let started = Instant::now();
            let behind = first + size as u64;
            runtime.block_on(plain_insert(&mut connection, &table, behind, size))?;
            inserted += started.elapsed();
        }
        say("tables against COPY", size, commits * size, ours, copied);
        say(
            "tables against INSERT",
            size,
            commits * size,
            ours,
            inserted,
        );
        runtime.block_on(async {
            let drop = format!("DROP TABLE {table}");
            sqlx::raw_sql(AssertSqlSafe(drop))
                .execute(&mut connection)
                .await
        })?;
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let rows = std::env::args().nth(1).map_or(Ok(100_000), |n| n.parse())?;
    files(rows)?;
    match std::env::var("WATCHFIRE_TEST_POSTGRES") {
        Ok(address) => database(&address, tempfile::tempdir()?.path(), rows),
        Err(_) => Ok(()),
    }
}
