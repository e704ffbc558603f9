//! Which store a data folder uses: files of its own, or a PostgreSQL database.
//!
//! The folder itself remembers it (`store.json`), so that every tool finds the same journal by the
//! folder alone, and a site file that names another store than the data lies in is refused instead of
//! beginning an empty journal. Blobs, quarantine and the devices' sessions are files either way.

mod sides;

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::durable;
use crate::journal::{self, Audit, Journal, JournalError, JournalOptions, Position, Recovered};
use crate::journal::{ArchiveStep, Archived, Looked, LookedThrough, Take, Visit};
use crate::logins::{Login, Logins, LoginsError, SessionRow};
use crate::postgres::snapshots::SnapshotTable;
use crate::postgres::{self, Link, LinkError, Tables};
use crate::snapshot::SnapshotStore;

pub use sides::{Snapshots, Writer};

/// Under the data folder: which store it uses.
const MARKER: &str = "store.json";
/// Under the data folder: the segments of the journal.
const JOURNAL: &str = "journal";

/// Which store a site asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Files in the data folder.
    #[default]
    Embedded,
    Postgres {
        /// `postgres://user@host:5432,standby/database`; without a password.
        address: String,
        password_file: Option<PathBuf>,
    },
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Choice::Embedded => f.write_str("embedded"),
            Choice::Postgres { address, .. } => f.write_str(address),
        }
    }
}

/// Why a data folder's store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("could not read or write {}", path.display())]
    Marker { path: PathBuf, source: io::Error },
    #[error("{} does not say which store the folder uses", path.display())]
    Unreadable {
        path: PathBuf,
        source: serde_json::Error,
    },
    /// Beginning an empty journal beside the full one would lose it to sight.
    #[error(
        "the data of {} lies in the store {there}, but the site asks for {asked}; move it first: \
         watchfire move --site … --data {} --to {asked}", data.display(), data.display()
    )]
    Elsewhere {
        data: PathBuf,
        there: Choice,
        asked: Choice,
    },
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> JournalError {
        let io = |path, source| JournalError::Io {
            action: "read",
            path,
            source,
        };
        match error {
            StoreError::Marker { path, source } => io(path, source),
            StoreError::Unreadable { path, source } => io(path, source.into()),
            StoreError::Link(error) => JournalError::Database(error),
            StoreError::Elsewhere { data, .. } => io(data, io::Error::other("another store")),
        }
    }
}

/// The store of a data folder; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    data: PathBuf,
    kind: Kind,
}

/// What a store is made of.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Embedded,
    Postgres(Link),
}

impl Store {
    /// Files in `data`.
    pub fn embedded(data: &Path) -> Store {
        Store {
            data: data.to_owned(),
            kind: Kind::Embedded,
        }
    }

    /// Tables in the database behind `link`; `data` keeps what stays files.
    pub fn postgres(data: &Path, link: Link) -> Store {
        Store {
            data: data.to_owned(),
            kind: Kind::Postgres(link),
        }
    }

    /// The store that `choice` names, whatever the folder says.
    ///
    /// # Errors
    /// [`StoreError::Link`] when its address or password cannot be used.
    pub fn chosen(data: &Path, choice: &Choice) -> Result<Store, StoreError> {
        match choice {
            Choice::Embedded => Ok(Store::embedded(data)),
            Choice::Postgres {
                address,
                password_file,
            } => {
                let link = Link::new(address, password_file.as_deref())?;
                Ok(Store::postgres(data, link))
            }
        }
    }

    /// The store that the folder uses; files where it says nothing.
    ///
    /// # Errors
    /// [`StoreError`] when what it says cannot be read or used.
    pub fn of(data: &Path) -> Result<Store, StoreError> {
        let choice = said(data)?.unwrap_or_default();
        Store::chosen(data, &choice)
    }

    /// The store that a site asks for, if the data lies there or nowhere yet; the folder remembers it.
    ///
    /// # Errors
    /// [`StoreError::Elsewhere`] when the data lies in another one.
    pub fn open(data: &Path, asked: &Choice) -> Result<Store, StoreError> {
        let there = match said(data)? {
            Some(there) => Some(there),
            None if has_segments(data) => Some(Choice::Embedded),
            None => None,
        };
        let store = Store::chosen(data, asked)?;
        if let Some(there) = there.filter(|there| !same(there, asked)) {
            return Err(StoreError::Elsewhere {
                data: data.to_owned(),
                there,
                asked: asked.clone(),
            });
        }
        store.remember(asked)?;
        Ok(store)
    }

    /// Lets the folder remember that it uses this store.
    ///
    /// # Errors
    /// [`StoreError::Marker`].
    pub fn remember(&self, choice: &Choice) -> Result<(), StoreError> {
        let path = self.data.join(MARKER);
        if said(&self.data)?.as_ref() == Some(choice)
            || (*choice == Choice::Embedded && !path.exists())
        {
            return Ok(());
        }
        let text = serde_json::to_vec_pretty(choice).map_err(|source| StoreError::Unreadable {
            path: path.clone(),
            source,
        })?;
        std::fs::create_dir_all(&self.data)
            .and_then(|()| durable::write(&self.data, MARKER, &[&text]))
            .map_err(|source| StoreError::Marker { path, source })
    }

    /// Whether the folder is one that a store's data lies in.
    pub fn is_in(data: &Path) -> bool {
        data.join(JOURNAL).is_dir() || data.join(MARKER).is_file()
    }

    /// Whether both keep their journal in the same place.
    pub fn is_same(&self, other: &Store) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Embedded, Kind::Embedded) => self.data == other.data,
            (Kind::Postgres(a), Kind::Postgres(b)) => same_database(a.address(), b.address()),
            (Kind::Embedded, Kind::Postgres(_)) | (Kind::Postgres(_), Kind::Embedded) => false,
        }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Where the journal's files lie; `None` for tables.
    pub fn journal_folder(&self) -> Option<PathBuf> {
        match &self.kind {
            Kind::Embedded => Some(self.data.join(JOURNAL)),
            Kind::Postgres(_) => None,
        }
    }

    /// Opens the journal for writing; see [`Journal::open`] and [`Tables::open`].
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open_journal(
        &self,
        options: JournalOptions,
        from: Position,
        visit: &mut Visit<'_>,
    ) -> Result<(Writer, Recovered), JournalError> {
        match &self.kind {
            Kind::Embedded => {
                let dir = self.data.join(JOURNAL);
                let (journal, found) = Journal::open(&dir, options, from, visit)?;
                Ok((Writer::Files(journal), found))
            }
            Kind::Postgres(link) => {
                let (tables, found) =
                    Tables::open(link, self.data.clone(), options.segment_bytes, from, visit)?;
                Ok((Writer::Tables(Box::new(tables)), found))
            }
        }
    }

    /// Walks the whole journal from its first record, changing nothing.
    ///
    /// # Errors
    /// [`JournalError`] names the first broken record.
    pub fn verify(&self) -> Result<Recovered, JournalError> {
        match &self.kind {
            Kind::Embedded => journal::verify(&self.data.join(JOURNAL)),
            Kind::Postgres(link) => postgres::verify(link),
        }
    }

    /// Reads what of the journal was not read before, ahead of serving: of files also what was changed since,
    /// of tables what was written since.
    ///
    /// # Errors
    /// [`JournalError::Broken`] with the first record that is not as it was written; other errors when it
    /// cannot be read.
    pub fn look_through(&self) -> Result<LookedThrough, JournalError> {
        match &self.kind {
            Kind::Embedded => journal::look_through(&self.data.join(JOURNAL)),
            Kind::Postgres(link) => postgres::looking::look_through(link, &self.data),
        }
    }

    /// Looks through all records up to `last`, which are all committed; asks `rest` after each piece, which
    /// may sleep, or say that it is enough.
    ///
    /// # Errors
    /// As [`Store::look_through`].
    pub fn look_back(
        &self,
        last: u64,
        rest: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Looked, JournalError> {
        match &self.kind {
            Kind::Embedded => journal::older(&self.data.join(JOURNAL), last, rest),
            Kind::Postgres(link) => postgres::looking::older(link, last, rest),
        }
    }

    /// Forgets what was read, so that [`Store::look_through`] reads all of it.
    ///
    /// # Errors
    /// When what says so cannot be removed.
    pub fn forget_seen(&self) -> io::Result<()> {
        match &self.kind {
            Kind::Embedded => journal::forget_seen(&self.data.join(JOURNAL)),
            Kind::Postgres(_) => postgres::looking::forget_seen(&self.data),
        }
    }

    /// Gives the records `first` to `last`, all committed, to `visit` in order, until it breaks off.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn read(&self, first: u64, last: u64, visit: &mut Take<'_>) -> Result<(), JournalError> {
        match &self.kind {
            Kind::Embedded => journal::read(&self.data.join(JOURNAL), first, last, visit),
            Kind::Postgres(link) => postgres::read(link, first, last, visit),
        }
    }

    /// Looks at every record, naming everything that is wrong; `marks` are records whose chain hash is
    /// wanted.
    ///
    /// # Errors
    /// [`JournalError`] when it cannot be read.
    pub fn audit(&self, marks: &[u64]) -> Result<Audit, JournalError> {
        match &self.kind {
            Kind::Embedded => journal::audit(&self.data.join(JOURNAL), marks),
            Kind::Postgres(link) => postgres::audit(link, marks),
        }
    }

    /// The records of these kinds from `first` to `last`, all committed, in order, until `visit` breaks
    /// off. A database sends no others.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn read_kinds(
        &self,
        kinds: &[u8],
        first: u64,
        last: u64,
        visit: &mut Take<'_>,
    ) -> Result<(), JournalError> {
        match &self.kind {
            Kind::Embedded => self.read(first, last, &mut |number, tag, payload| {
                if kinds.contains(&tag.kind) {
                    return visit(number, tag, payload);
                }
                ControlFlow::Continue(())
            }),
            Kind::Postgres(link) => postgres::read_kinds(link, kinds, first, last, visit),
        }
    }

    /// Makes what was last written to before `older_than` small, but never the newest part; it is read where
    /// it lies.
    ///
    /// # Errors
    /// [`JournalError::InUse`] when another process archives; [`JournalError::Broken`] names what is
    /// damaged, which stays as it is; [`JournalError`].
    pub fn archive(&self, older_than: SystemTime) -> Result<Archived, JournalError> {
        self.archive_with(older_than, &mut |_| Ok(()))
    }

    /// [`Store::archive`], asking `strike` at each step whether to go on.
    #[doc(hidden)]
    pub fn archive_with(
        &self,
        older_than: SystemTime,
        strike: &mut (dyn FnMut(ArchiveStep) -> io::Result<()> + Send),
    ) -> Result<Archived, JournalError> {
        match &self.kind {
            Kind::Embedded => journal::archive_with(&self.data.join(JOURNAL), older_than, strike),
            Kind::Postgres(link) => postgres::archive_with(link, older_than, strike),
        }
    }

    /// Where the journal ends now: its last whole commit, on disk.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn end(&self) -> Result<Position, JournalError> {
        match &self.kind {
            Kind::Embedded => journal::copying::end(&self.data.join(JOURNAL)),
            Kind::Postgres(link) => postgres::end_of(link),
        }
    }

    /// A record from which on everything entered after `time` can be found.
    pub(crate) fn first_after(&self, time: model::Time) -> Result<u64, JournalError> {
        match &self.kind {
            Kind::Embedded => journal::copying::first_after(&self.data.join(JOURNAL), time),
            Kind::Postgres(link) => postgres::first_after(link, time),
        }
    }

    /// Opens the snapshots.
    ///
    /// # Errors
    /// When they can be neither reached nor made.
    pub fn snapshots(&self) -> io::Result<Snapshots> {
        match &self.kind {
            Kind::Embedded => {
                SnapshotStore::open(&self.data.join("snapshots")).map(Snapshots::Files)
            }
            Kind::Postgres(link) => SnapshotTable::open(link).map(Snapshots::Table),
        }
    }

    /// Opens the logins, brings them in line with `logins`, and gives the sessions that were used
    /// since `since_s`.
    ///
    /// # Errors
    /// [`LoginsError`].
    pub async fn logins(
        &self,
        logins: &[Login],
        since_s: i64,
    ) -> Result<(Logins, Vec<SessionRow>), LoginsError> {
        match &self.kind {
            Kind::Embedded => {
                let path = self.data.join("accounts.db");
                Logins::in_file(&path, logins, since_s).await
            }
            Kind::Postgres(link) => Logins::in_tables(link, logins, since_s).await,
        }
    }
}

impl Store {
    /// The logins without bringing them in line with anything; `None` where there are none yet.
    pub(crate) async fn logins_as_they_are(&self) -> Result<Option<Logins>, LoginsError> {
        match &self.kind {
            Kind::Embedded => {
                let path = self.data.join("accounts.db");
                if !path.exists() {
                    return Ok(None);
                }
                Logins::as_is(&path).await.map(Some)
            }
            Kind::Postgres(link) => Logins::as_they_are(link).await.map(Some),
        }
    }

    /// The store that tests use in `data`: files, or a schema of its own in the database that
    /// `WATCHFIRE_TEST_POSTGRES` names.
    ///
    /// # Panics
    /// When that database cannot be used.
    #[doc(hidden)]
    pub fn for_tests(data: &Path) -> Store {
        let Ok(address) = std::env::var("WATCHFIRE_TEST_POSTGRES") else {
            return Store::embedded(data);
        };
        // A copy of a folder goes on with the same journal.
        if said(data).is_ok_and(|there| there.is_some()) {
            return Store::of(data).expect("the folder names a sound store");
        }
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
        let schema = format!("t_{}", hex::encode(&digest[..8]));
        let mark = if address.contains('?') { '&' } else { '?' };
        let choice = Choice::Postgres {
            address: format!("{address}{mark}options[search_path]={schema},public"),
            password_file: None,
        };
        let store = Store::chosen(data, &choice).expect("the test database's address is sound");
        store.remember(&choice).expect("the folder can be written");
        if let Kind::Postgres(link) = &store.kind {
            let made = postgres::aside(|| async {
                let mut connection = link.connect("watchfire tests").await?;
                sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
                    "CREATE SCHEMA IF NOT EXISTS {schema}"
                )))
                .execute(&mut connection)
                .await?;
                Ok::<_, LinkError>(())
            });
            made.expect("a thread starts")
                .expect("a schema can be made");
        }
        store
    }
}

/// What the folder's marker says.
fn said(data: &Path) -> Result<Option<Choice>, StoreError> {
    let path = data.join(MARKER);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|source| StoreError::Unreadable { path, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Marker { path, source }),
    }
}

fn has_segments(data: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(data.join(JOURNAL)) else {
        return false;
    };
    files
        .filter_map(Result::ok)
        .any(|file| file.path().extension().is_some_and(|e| e == "journal"))
}

/// Whether both lead to the same database; hosts may be added and the password's file may move.
fn same(there: &Choice, asked: &Choice) -> bool {
    match (there, asked) {
        (Choice::Embedded, Choice::Embedded) => true,
        (Choice::Postgres { address: a, .. }, Choice::Postgres { address: b, .. }) => {
            same_database(a, b)
        }
        (Choice::Embedded, Choice::Postgres { .. })
        | (Choice::Postgres { .. }, Choice::Embedded) => false,
    }
}

/// Whether the addresses share a host and name the same database, and schema where one is chosen.
fn same_database(one: &str, other: &str) -> bool {
    let (one, other) = (parts(one), parts(other));
    one.1 == other.1 && one.0.iter().any(|host| other.0.contains(host))
}

/// The hosts of an address, and what names the database on them.
fn parts(address: &str) -> (Vec<&str>, (&str, Vec<&str>)) {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, name) = path.split_once('/').unwrap_or((path, ""));
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    let mut hosts: Vec<&str> = hosts
        .split(',')
        .map(|host| host.strip_suffix(":5432").unwrap_or(host))
        .collect();
    hosts.extend(query.split('&').filter(|pair| pair.starts_with("host=")));
    let mut kept: Vec<&str> = query
        .split('&')
        .filter(|pair| pair.starts_with("options[search_path]") || pair.starts_with("dbname="))
        .collect();
    kept.sort_unstable();
    (hosts, (name, kept))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn postgres(address: &str) -> Choice {
        Choice::Postgres {
            address: address.to_owned(),
            password_file: None,
        }
    }

    #[test]
    fn a_folder_remembers_where_its_data_lies() {
        let dir = tempfile::tempdir().unwrap();
        let (one, more) = (
            postgres("postgres://fire@one/county"),
            postgres("postgres://fire@two:5433,one:5432/county"),
        );
        Store::open(dir.path(), &one).unwrap();
        Store::open(dir.path(), &more).unwrap();
        assert!(Store::is_in(dir.path()));
        for other in [
            Choice::Embedded,
            postgres("postgres://fire@two:5433/other"),
            postgres("postgres://fire@three/county"),
        ] {
            let told = Store::open(dir.path(), &other).unwrap_err().to_string();
            assert!(told.contains("watchfire move"), "{told}");
        }
        assert_eq!(Store::of(dir.path()).unwrap().journal_folder(), None);
    }

    #[test]
    fn files_that_are_there_are_not_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        Store::open(dir.path(), &Choice::Embedded).unwrap();
        assert!(!dir.path().join(MARKER).exists());
        let visit: &mut Visit<'_> = &mut |_, _, _| Ok(());
        Journal::open(
            &dir.path().join(JOURNAL),
            JournalOptions::default(),
            Position::START,
            visit,
        )
        .unwrap();
        let told = Store::open(dir.path(), &postgres("postgres://fire@one/county"));
        assert!(matches!(told, Err(StoreError::Elsewhere { .. })));
    }
}
