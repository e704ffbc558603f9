//! Logins and sessions: who may sign in as the site's files say, and who has.
//!
//! Only hashes are kept: of passwords as the files have them, of session tokens by SHA-256. In SQLite
//! a lost or damaged file costs the sessions, nothing else. It judges no password and no time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sqlx::{Row, SqlitePool};

use crate::postgres;
use crate::sqlite::{Database, Durability};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS account (
        login TEXT PRIMARY KEY, jurisdiction TEXT NOT NULL, person TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS session (
        token_hash BLOB PRIMARY KEY, login TEXT NOT NULL, used_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// One login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub login: String,
    pub jurisdiction: String,
    pub person: String,
    /// PHC string, such as `$argon2id$v=19$…`.
    pub hash: String,
}

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token.
    pub token: [u8; 32],
    pub login: String,
    /// When it was last used, in seconds since 1970.
    pub used_s: i64,
}

/// Why logins could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum LoginsError {
    #[error("could not open {}", path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("could not set aside the damaged {}", path.display())]
    SetAside {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("could not reach the database of logins")]
    Link(#[from] crate::LinkError),
    #[error("could not write logins")]
    Write(#[from] sqlx::Error),
}

impl LoginsError {
    /// Whether the file itself is no sound database: SQLite's codes CORRUPT and NOTADB.
    fn is_damage(&self) -> bool {
        let (LoginsError::Open { source, .. } | LoginsError::Write(source)) = self else {
            return false;
        };
        let code = source.as_database_error().and_then(|cause| cause.code());
        code.and_then(|code| code.parse::<u32>().ok())
            .is_some_and(|code| matches!(code & 0xff, 11 | 26))
    }
}

/// Logins and sessions on disk.
#[derive(Clone, Debug)]
pub struct Logins {
    kept: Kept,
}

#[derive(Clone, Debug)]
enum Kept {
    File(Database),
    Server(postgres::logins::Table),
}

/// What must change so that the table says what the files say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) put: Vec<Login>,
    pub(crate) gone: Vec<String>,
    /// Logins whose sessions end: of another password, another person, or gone.
    pub(crate) end: Vec<String>,
}

impl Logins {
    /// Opens or makes the file at `path`, brings it in line with `logins` and gives the sessions used
    /// since `since_s`; a damaged file is set aside.
    ///
    /// # Errors
    /// [`LoginsError`].
    pub(crate) async fn in_file(
        path: &Path,
        logins: &[Login],
        since_s: i64,
    ) -> Result<(Logins, Vec<SessionRow>), LoginsError> {
        let cause = match load(path, logins, since_s).await {
            Ok(opened) => return Ok(opened),
            Err(cause) if cause.is_damage() => cause,
            Err(cause) => return Err(cause),
        };
        let aside = path.with_extension("damaged");
        tracing::warn!(
            %cause,
            "{} is damaged: it is kept as {}, made anew from the site, and everybody signs in again",
            path.display(),
            aside.display()
        );
        set_aside(path, &aside)?;
        load(path, logins, since_s).await
    }

    /// The same in the tables of a database.
    ///
    /// # Errors
    /// [`LoginsError`].
    pub(crate) async fn in_tables(
        link: &crate::Link,
        logins: &[Login],
        since_s: i64,
    ) -> Result<(Logins, Vec<SessionRow>), LoginsError> {
        let table = postgres::logins::Table::open(link).await?;
        table.reconcile(logins, since_s).await?;
        let sessions = table.sessions().await?;
        let kept = Kept::Server(table);
        Ok((Logins { kept }, sessions))
    }

    /// Makes the table equal to `logins`; sessions of changed or vanished ones end, and those not
    /// used since `since_s`.
    ///
    /// # Errors
    /// [`LoginsError::Write`].
    pub async fn reconcile(&self, logins: &[Login], since_s: i64) -> Result<(), LoginsError> {
        match &self.kept {
            Kept::File(file) => reconcile(&file.write, logins, since_s).await?,
            Kept::Server(table) => table.reconcile(logins, since_s).await?,
        }
        Ok(())
    }

    /// Keeps a new session; it is on disk when this returns.
    ///
    /// # Errors
    /// [`LoginsError::Write`].
    pub async fn begin(&self, session: &SessionRow) -> Result<(), LoginsError> {
        match &self.kept {
            Kept::File(file) => {
                sqlx::query("INSERT INTO session (token_hash, login, used_s) VALUES (?, ?, ?)")
                    .bind(session.token.as_slice())
                    .bind(&session.login)
                    .bind(session.used_s)
                    .execute(&file.write)
                    .await?;
            }
            Kept::Server(table) => table.begin(session).await?,
        }
        Ok(())
    }

    /// Notes when a session was last used.
    ///
    /// # Errors
    /// [`LoginsError::Write`].
    pub async fn touch(&self, token: &[u8; 32], used_s: i64) -> Result<(), LoginsError> {
        match &self.kept {
            Kept::File(file) => {
                sqlx::query("UPDATE session SET used_s = ? WHERE token_hash = ?")
                    .bind(used_s)
                    .bind(token.as_slice())
                    .execute(&file.write)
                    .await?;
            }
            Kept::Server(table) => table.touch(token, used_s).await?,
        }
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`LoginsError::Write`].
    pub async fn end(&self, token: &[u8; 32]) -> Result<(), LoginsError> {
        match &self.kept {
            Kept::File(file) => {
                sqlx::query("DELETE FROM session WHERE token_hash = ?")
                    .bind(token.as_slice())
                    .execute(&file.write)
                    .await?;
            }
            Kept::Server(table) => table.end(token).await?,
        }
        Ok(())
    }

    /// The file at `path` as it is.
    pub(crate) async fn as_is(path: &Path) -> Result<Logins, LoginsError> {
        let opened = Database::open(path, Durability::Own, 1).await;
        let file = opened.map_err(|source| LoginsError::Open {
            path: path.to_owned(),
            source,
        })?;
        sqlx::raw_sql(SCHEMA).execute(&file.write).await?;
        let kept = Kept::File(file);
        Ok(Logins { kept })
    }

    /// The tables of a database as they are.
    pub(crate) async fn as_they_are(link: &crate::Link) -> Result<Logins, LoginsError> {
        let kept = Kept::Server(postgres::logins::Table::open(link).await?);
        Ok(Logins { kept })
    }

    /// Every login and session, for a move to another store.
    pub(crate) async fn all(&self) -> Result<(Vec<Login>, Vec<SessionRow>), LoginsError> {
        Ok(match &self.kept {
            Kept::File(file) => (logins(&file.write).await?, sessions(&file.write).await?),
            Kept::Server(table) => (table.logins().await?, table.sessions().await?),
        })
    }

    /// Closes what is open.
    pub(crate) async fn close(&self) {
        match &self.kept {
            Kept::File(file) => file.close().await,
            Kept::Server(_) => {}
        }
    }
}

/// Compares what the table has with what the files say.
pub(crate) fn compare(there: Vec<Login>, wanted: &[Login]) -> Changes {
    let mut old: HashMap<String, Login> = there.into_iter().map(|l| (l.login.clone(), l)).collect();
    let mut changes = Changes::default();
    for login in wanted {
        let known = old.remove(&login.login);
        if known.as_ref() == Some(login) {
            continue;
        }
        if known.is_some() {
            changes.end.push(login.login.clone());
        }
        changes.put.push(login.clone());
    }
    changes.gone = old.into_keys().collect();
    changes.gone.sort_unstable();
    changes.end.extend(changes.gone.iter().cloned());
    changes
}

async fn load(
    path: &Path,
    wanted: &[Login],
    since_s: i64,
) -> Result<(Logins, Vec<SessionRow>), LoginsError> {
    // A session that was answered is one: its commit is on disk.
    let opened = Database::open(path, Durability::Own, 1).await;
    let file = opened.map_err(|source| LoginsError::Open {
        path: path.to_owned(),
        source,
    })?;
    sqlx::raw_sql(SCHEMA).execute(&file.write).await?;
    reconcile(&file.write, wanted, since_s).await?;
    let sessions = sessions(&file.write).await?;
    let kept = Kept::File(file);
    Ok((Logins { kept }, sessions))
}

async fn logins(pool: &SqlitePool) -> Result<Vec<Login>, sqlx::Error> {
    let rows = sqlx::query("SELECT login, jurisdiction, person, hash FROM account")
        .fetch_all(pool)
        .await?;
    let login = |row: &sqlx::sqlite::SqliteRow| Login {
        login: row.get(0),
        jurisdiction: row.get(1),
        person: row.get(2),
        hash: row.get(3),
    };
    Ok(rows.iter().map(login).collect())
}

async fn sessions(pool: &SqlitePool) -> Result<Vec<SessionRow>, sqlx::Error> {
    let rows = sqlx::query("SELECT token_hash, login, used_s FROM session")
        .fetch_all(pool)
        .await?;
    let session = |row: &sqlx::sqlite::SqliteRow| {
        Some(SessionRow {
            token: row.get::<Vec<u8>, _>(0).try_into().ok()?,
            login: row.get(1),
            used_s: row.get(2),
        })
    };
    Ok(rows.iter().filter_map(session).collect())
}

async fn reconcile(pool: &SqlitePool, wanted: &[Login], since_s: i64) -> Result<(), sqlx::Error> {
    let changes = compare(logins(pool).await?, wanted);
    let mut change = pool.begin().await?;
    for login in &changes.put {
        sqlx::query(
            "INSERT OR REPLACE INTO account (login, jurisdiction, person, hash) VALUES (?, ?, ?, ?)",
        )
        .bind(&login.login)
        .bind(&login.jurisdiction)
        .bind(&login.person)
        .bind(&login.hash)
        .execute(&mut *change)
        .await?;
    }
    for login in &changes.gone {
        sqlx::query("DELETE FROM account WHERE login = ?")
            .bind(login)
            .execute(&mut *change)
            .await?;
    }
    for login in &changes.end {
        sqlx::query("DELETE FROM session WHERE login = ?")
            .bind(login)
            .execute(&mut *change)
            .await?;
    }
    sqlx::query("DELETE FROM session WHERE used_s < ?")
        .bind(since_s)
        .execute(&mut *change)
        .await?;
    change.commit().await
}

fn set_aside(path: &Path, aside: &Path) -> Result<(), LoginsError> {
    for suffix in ["-wal", "-shm"] {
        let mut side = path.as_os_str().to_owned();
        side.push(suffix);
        if let Err(cause) = std::fs::remove_file(&side)
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%cause, "could not remove {}", PathBuf::from(&side).display());
        }
    }
    std::fs::rename(path, aside).map_err(|source| LoginsError::SetAside {
        path: path.to_owned(),
        source,
    })
}
