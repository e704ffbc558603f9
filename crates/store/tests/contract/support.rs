//! A store in a temporary folder, and rows to put into it.

use model::codec::Tag;
use store::{
    CommitBuffer, JournalError, JournalOptions, Link, Position, Recovered, Sealed, Store, Writer,
};
use tempfile::TempDir;

pub(crate) type Rows = Vec<(Tag, Vec<u8>)>;

/// Row `n`, of a length that follows from it.
pub(crate) fn row(n: u64) -> (Tag, Vec<u8>) {
    let tag = Tag {
        kind: (n % 200) as u8,
        version: 1 + (n % 3) as u8,
    };
    (tag, n.to_le_bytes().repeat((n % 23) as usize))
}

pub(crate) fn rows(count: u64) -> Rows {
    (1..=count).map(row).collect()
}

/// A folder and its store.
pub(crate) fn place() -> (TempDir, Store) {
    let dir = TempDir::new().unwrap();
    let store = Store::for_tests(dir.path());
    (dir, store)
}

pub(crate) fn options() -> JournalOptions {
    JournalOptions {
        segment_bytes: 1 << 16,
        reserve_bytes: 0,
    }
}

/// Opens the journal from its beginning, with everything in it.
pub(crate) fn open(store: &Store) -> Result<(Writer, Recovered, Rows), JournalError> {
    let mut seen = Vec::new();
    let (writer, found) =
        store.open_journal(options(), Position::START, &mut |n, tag, bytes| {
            assert_eq!(n, seen.len() as u64 + 1);
            seen.push((tag, bytes.to_vec()));
            Ok(())
        })?;
    Ok((writer, found, seen))
}

/// Seals `rows` as one commit.
pub(crate) fn seal(buffer: &mut CommitBuffer, rows: &[(Tag, Vec<u8>)]) -> Sealed {
    for (tag, payload) in rows {
        buffer.push(*tag, payload).unwrap();
    }
    buffer.seal()
}

/// Appends `rows`, so many a commit.
pub(crate) fn write(writer: &mut Writer, rows: &[(Tag, Vec<u8>)], each: usize) {
    let mut buffer = CommitBuffer::new(writer.position());
    for part in rows.chunks(each.max(1)) {
        writer.append(&seal(&mut buffer, part)).unwrap();
    }
}

/// Whether the tests run on files.
pub(crate) fn on_files() -> bool {
    std::env::var_os("WATCHFIRE_TEST_POSTGRES").is_none()
}

/// The database of a store, when it is one.
pub(crate) fn database(dir: &TempDir) -> Option<Link> {
    address(dir).map(|address| Link::new(&address, None).unwrap())
}

/// Its address with the schema of this folder.
pub(crate) fn address(dir: &TempDir) -> Option<String> {
    if on_files() {
        return None;
    }
    let said = std::fs::read(dir.path().join("store.json")).unwrap();
    let said: serde_json::Value = serde_json::from_slice(&said).unwrap();
    Some(said["postgres"]["address"].as_str().unwrap().to_owned())
}

/// Says something to the database behind the store's back.
pub(crate) fn say(dir: &TempDir, sql: &str) {
    say_to(&address(dir).unwrap(), sql);
}

/// The same to any address.
pub(crate) fn say_to(address: &str, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection, PgConnection};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(address).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .unwrap();
    });
}

/// Ends every session that holds a journal of this schema.
pub(crate) fn cut_off(dir: &TempDir) {
    say(
        dir,
        "SELECT pg_terminate_backend(pid) FROM pg_locks
         WHERE locktype = 'advisory' AND objid = (hashtext(current_schema())::bigint & 4294967295)::oid
           AND pid <> pg_backend_pid()",
    );
}
