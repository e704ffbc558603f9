//! Logins and sessions: the only SQL of this crate, in a file of its own.
//!
//! The site's accounts file says who may sign in; the table is brought in line with it at each
//! start. Only hashes lie on disk: of passwords by argon2, of session tokens by SHA-256. A lost
//! or damaged file costs the sessions, nothing else.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use model::PersonId;
use sha2::{Digest, Sha256};
use sqlx::{Row, SqlitePool};
use store::{Database, Durability};
use tokio::sync::Semaphore;

use crate::access::SessionId;

/// A session unused for this long has ended.
const IDLE_S: i64 = 14 * 86_400;
/// How old the noted last use may be before it is written again.
const TOUCH_S: i64 = 3600;
/// Sessions kept at once, all people together; beyond, the one unused longest ends.
const SESSIONS: usize = 20_000;
/// Passwords checked at once: each costs the memory its hash asks for (19 MiB by default).
const CHECKS: usize = 2;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS account (
        login TEXT PRIMARY KEY, jurisdiction TEXT NOT NULL, person TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS session (
        token_hash BLOB PRIMARY KEY, login TEXT NOT NULL, used_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// One login as the site's accounts file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub login: String,
    pub jurisdiction: String,
    pub person: PersonId,
    /// PHC string, such as `$argon2id$v=19$…`.
    pub hash: String,
}

/// Why the accounts file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    #[error("could not open {path}")]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("could not set aside the damaged {path}")]
    SetAside {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("could not write to the accounts file")]
    Write(#[from] sqlx::Error),
}

impl AccountsError {
    /// Whether the file itself is no sound database: SQLite's codes CORRUPT and NOTADB.
    fn is_damage(&self) -> bool {
        let (AccountsError::Open { source, .. } | AccountsError::Write(source)) = self else {
            return false;
        };
        let code = source.as_database_error().and_then(|cause| cause.code());
        code.and_then(|code| code.parse::<u32>().ok())
            .is_some_and(|code| matches!(code & 0xff, 11 | 26))
    }
}

/// Logins and sessions.
pub(crate) struct Accounts {
    file: Database,
    by_login: ArcSwap<HashMap<String, Account>>,
    sessions: Mutex<HashMap<SessionId, Session>>,
    checks: Arc<Semaphore>,
    /// Checked when a login is unknown, so that the time taken tells nothing.
    decoy: Option<String>,
}

#[derive(Clone, Debug)]
struct Session {
    login: String,
    used_s: i64,
}

impl Accounts {
    /// Opens the file and brings it in line with `accounts`; a damaged file is set aside.
    pub(crate) async fn open(
        path: &Path,
        accounts: Vec<Account>,
    ) -> Result<Accounts, AccountsError> {
        let cause = match Accounts::load(path, &accounts).await {
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
        Accounts::load(path, &accounts).await
    }

    async fn load(path: &Path, accounts: &[Account]) -> Result<Accounts, AccountsError> {
        // A session that was answered is one: its commit is on disk.
        let opened = Database::open(path, Durability::Own, 1).await;
        let file = opened.map_err(|source| AccountsError::Open {
            path: path.to_owned(),
            source,
        })?;
        sqlx::raw_sql(SCHEMA).execute(&file.write).await?;
        reconcile(&file.write, accounts).await?;
        let mut sessions = HashMap::new();
        for row in sqlx::query("SELECT token_hash, login, used_s FROM session")
            .fetch_all(&file.write)
            .await?
        {
            let Ok(hash) = <[u8; 32]>::try_from(row.get::<Vec<u8>, _>(0)) else {
                continue;
            };
            sessions.insert(
                SessionId(hash),
                Session {
                    login: row.get(1),
                    used_s: row.get(2),
                },
            );
        }
        Ok(Accounts {
            file,
            by_login: ArcSwap::from_pointee(by_login(accounts)),
            sessions: Mutex::new(sessions),
            checks: Arc::new(Semaphore::new(CHECKS)),
            decoy: accounts.first().map(|account| account.hash.clone()),
        })
    }

    /// Other accounts are in force; sessions of changed or vanished ones end.
    pub(crate) async fn replace(&self, accounts: Vec<Account>) -> Result<(), AccountsError> {
        let before = self.by_login.load_full();
        reconcile(&self.file.write, &accounts).await?;
        let now = by_login(&accounts);
        let kept = |s: &mut Session| before.get(&s.login) == now.get(&s.login);
        let mut sessions = self.sessions.lock().expect("no holder of this lock panics");
        sessions.retain(|_, session| kept(session));
        drop(sessions);
        self.by_login.store(Arc::new(now));
        Ok(())
    }

    /// The account of this login, if the password is its own.
    pub(crate) async fn check(&self, login: &str, password: &str) -> Option<Account> {
        let account = self.by_login.load().get(login).cloned();
        let hash = account
            .as_ref()
            .map(|a| a.hash.clone())
            .or_else(|| self.decoy.clone())?;
        let password = password.to_owned();
        let _turn = self.checks.acquire().await.ok()?;
        let right = tokio::task::spawn_blocking(move || matches(&hash, &password))
            .await
            .ok()?;
        account.filter(|_| right)
    }

    /// Begins a session and returns its token, known to nobody else.
    pub(crate) async fn begin(&self, login: &str) -> Result<String, AccountsError> {
        let token = new_token();
        let (hash, used_s) = (hash_of(&token), now_s());
        sqlx::query("INSERT INTO session (token_hash, login, used_s) VALUES (?, ?, ?)")
            .bind(hash.0.as_slice())
            .bind(login)
            .bind(used_s)
            .execute(&self.file.write)
            .await?;
        let oldest = {
            let mut sessions = self.sessions.lock().expect("no holder of this lock panics");
            sessions.insert(
                hash,
                Session {
                    login: login.to_owned(),
                    used_s,
                },
            );
            let full = sessions.len() > SESSIONS;
            let oldest = sessions
                .iter()
                .min_by_key(|(_, s)| s.used_s)
                .map(|(hash, _)| *hash);
            oldest.filter(|_| full).inspect(|hash| {
                sessions.remove(hash);
            })
        };
        if let Some(oldest) = oldest {
            self.forget(oldest).await?;
        }
        Ok(token)
    }

    /// The account whose session this token opens.
    pub(crate) async fn recognise(&self, token: &str) -> Option<(Account, SessionId)> {
        let (hash, now) = (hash_of(token), now_s());
        let (account, touch) = {
            let mut sessions = self.sessions.lock().expect("no holder of this lock panics");
            let session = sessions.get_mut(&hash)?;
            if now - session.used_s > IDLE_S {
                sessions.remove(&hash);
                return None;
            }
            let touch = now - session.used_s > TOUCH_S;
            if touch {
                session.used_s = now;
            }
            (self.by_login.load().get(&session.login).cloned(), touch)
        };
        if touch {
            let write = sqlx::query("UPDATE session SET used_s = ? WHERE token_hash = ?")
                .bind(now)
                .bind(hash.0.as_slice());
            if let Err(cause) = write.execute(&self.file.write).await {
                tracing::warn!(%cause, "could not note the use of a session");
            }
        }
        Some((account?, hash))
    }

    /// Whether this session still lasts.
    pub(crate) fn lasts(&self, session: &SessionId) -> bool {
        self.sessions
            .lock()
            .expect("no holder of this lock panics")
            .contains_key(session)
    }

    /// Ends the session of this token.
    pub(crate) async fn end(&self, token: &str) -> Result<(), AccountsError> {
        let hash = hash_of(token);
        self.sessions
            .lock()
            .expect("no holder of this lock panics")
            .remove(&hash);
        self.forget(hash).await
    }

    async fn forget(&self, hash: SessionId) -> Result<(), AccountsError> {
        sqlx::query("DELETE FROM session WHERE token_hash = ?")
            .bind(hash.0.as_slice())
            .execute(&self.file.write)
            .await?;
        Ok(())
    }
}

fn by_login(accounts: &[Account]) -> HashMap<String, Account> {
    let pairs = accounts.iter().map(|a| (a.login.clone(), a.clone()));
    pairs.collect()
}

/// Makes the table equal to the site's accounts; sessions of changed or vanished ones end.
async fn reconcile(pool: &SqlitePool, accounts: &[Account]) -> Result<(), sqlx::Error> {
    let mut change = pool.begin().await?;
    let mut old: HashMap<String, (String, String, String)> = HashMap::new();
    for row in sqlx::query("SELECT login, jurisdiction, person, hash FROM account")
        .fetch_all(&mut *change)
        .await?
    {
        old.insert(row.get(0), (row.get(1), row.get(2), row.get(3)));
    }
    for account in accounts {
        let new = (
            account.jurisdiction.clone(),
            account.person.0.clone(),
            account.hash.clone(),
        );
        let known = old.remove(&account.login);
        if known.as_ref() == Some(&new) {
            continue;
        }
        sqlx::query("INSERT OR REPLACE INTO account (login, jurisdiction, person, hash) VALUES (?, ?, ?, ?)")
            .bind(&account.login)
            .bind(new.0)
            .bind(new.1)
            .bind(new.2)
            .execute(&mut *change)
            .await?;
        if known.is_some() {
            end_all(&mut change, &account.login).await?;
        }
    }
    for login in old.into_keys() {
        sqlx::query("DELETE FROM account WHERE login = ?")
            .bind(&login)
            .execute(&mut *change)
            .await?;
        end_all(&mut change, &login).await?;
    }
    sqlx::query("DELETE FROM session WHERE used_s < ?")
        .bind(now_s() - IDLE_S)
        .execute(&mut *change)
        .await?;
    change.commit().await
}

async fn end_all(change: &mut sqlx::SqliteConnection, login: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM session WHERE login = ?")
        .bind(login)
        .execute(change)
        .await?;
    Ok(())
}

fn set_aside(path: &Path, aside: &Path) -> Result<(), AccountsError> {
    for suffix in ["-wal", "-shm"] {
        let mut side = path.as_os_str().to_owned();
        side.push(suffix);
        if let Err(cause) = std::fs::remove_file(&side)
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%cause, "could not remove {}", PathBuf::from(&side).display());
        }
    }
    std::fs::rename(path, aside).map_err(|source| AccountsError::SetAside {
        path: path.to_owned(),
        source,
    })
}

fn matches(hash: &str, password: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    Argon2::default()
        .verify_password(password.as_bytes(), &hash)
        .is_ok()
}

/// 244 random bits, of the system's own source.
fn new_token() -> String {
    format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    )
}

fn hash_of(token: &str) -> SessionId {
    SessionId(Sha256::digest(token.as_bytes()).into())
}

fn now_s() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use argon2::password_hash::PasswordHasher;
    use argon2::{Algorithm, Params, Version};

    fn account(login: &str, password: &str) -> Account {
        let cheap = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(Params::MIN_M_COST, 1, 1, None).unwrap(),
        );
        Account {
            login: login.to_owned(),
            jurisdiction: "330624".to_owned(),
            person: PersonId::from(login),
            hash: cheap
                .hash_password(password.as_bytes())
                .unwrap()
                .to_string(),
        }
    }

    #[tokio::test]
    async fn a_session_survives_a_restart_and_ends_with_logout() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.db");
        let officer = account("officer", "烽火");
        let accounts = Accounts::open(&path, vec![officer.clone()]).await.unwrap();
        assert_eq!(accounts.check("officer", "wrong").await, None);
        assert_eq!(accounts.check("nobody", "烽火").await, None);
        assert_eq!(
            accounts.check("officer", "烽火").await,
            Some(officer.clone())
        );
        let token = accounts.begin("officer").await.unwrap();
        drop(accounts);

        let accounts = Accounts::open(&path, vec![officer.clone()]).await.unwrap();
        assert_eq!(
            accounts.recognise(&token).await.map(|found| found.0),
            Some(officer)
        );
        assert_eq!(accounts.recognise("made up").await, None);
        accounts.end(&token).await.unwrap();
        assert_eq!(accounts.recognise(&token).await, None);
    }

    #[tokio::test]
    async fn a_changed_password_ends_the_sessions_of_that_login_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.db");
        let (one, two) = (account("one", "a"), account("two", "b"));
        let accounts = Accounts::open(&path, vec![one, two.clone()]).await.unwrap();
        let (first, second) = (
            accounts.begin("one").await.unwrap(),
            accounts.begin("two").await.unwrap(),
        );
        drop(accounts);
        let accounts = Accounts::open(&path, vec![account("one", "changed"), two.clone()])
            .await
            .unwrap();
        assert_eq!(accounts.recognise(&first).await, None);
        assert_eq!(
            accounts.recognise(&second).await.map(|found| found.0),
            Some(two)
        );
    }

    #[tokio::test]
    async fn a_damaged_file_is_set_aside_and_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.db");
        std::fs::write(&path, vec![b'x'; 8192]).unwrap();
        let officer = account("officer", "p");
        let accounts = Accounts::open(&path, vec![officer.clone()]).await.unwrap();
        assert_eq!(accounts.check("officer", "p").await, Some(officer));
        assert!(path.with_extension("damaged").exists());
    }
}
