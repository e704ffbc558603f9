//! Logins and sessions: who may sign in, who has, and whether a password or a token is right.
//!
//! The site's accounts file says who may sign in; the store is brought in line with it at each
//! start. Only hashes are kept: of passwords by argon2, of session tokens by SHA-256.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use model::PersonId;
use runtime::bulkhead;
use sha2::{Digest, Sha256};
use store::{Login, Logins, LoginsError, SessionRow, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::access::SessionId;

/// A session unused for this long has ended.
const IDLE_S: i64 = 14 * 86_400;
/// How old the noted last use may be before it is written again.
const TOUCH_S: i64 = 3600;
/// Sessions kept at once, all people together; beyond, the one unused longest ends.
const SESSIONS: usize = 20_000;
/// Passwords checked at once: each costs the memory its hash asks for (19 MiB by default).
const CHECKS: usize = 2;

/// One login as the site's accounts file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub login: String,
    pub jurisdiction: String,
    pub person: PersonId,
    /// PHC string, such as `$argon2id$v=19$…`.
    pub hash: String,
}

/// Why logins, or the places of stations, could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    #[error("could not use the logins")]
    Logins(#[from] LoginsError),
    #[error("could not use the places of stations")]
    Places(#[from] store::places::PlacesError),
    #[error("could not use the uploads of phones")]
    Uploads(#[source] std::io::Error),
}

/// Logins and sessions.
pub(crate) struct Accounts {
    kept: Logins,
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
    /// Opens the logins of `store` and brings them in line with `accounts`.
    pub(crate) async fn open(
        store: &Store,
        accounts: Vec<Account>,
    ) -> Result<Accounts, AccountsError> {
        let (kept, rows) = store.logins(&logins(&accounts), now_s() - IDLE_S).await?;
        let session = |row: SessionRow| {
            let (login, used_s) = (row.login, row.used_s);
            (SessionId(row.token), Session { login, used_s })
        };
        Ok(Accounts {
            kept,
            by_login: ArcSwap::from_pointee(by_login(&accounts)),
            sessions: Mutex::new(rows.into_iter().map(session).collect()),
            checks: Arc::new(Semaphore::new(CHECKS)),
            decoy: accounts.first().map(|account| account.hash.clone()),
        })
    }

    /// Other accounts are in force; sessions of changed or vanished ones end.
    pub(crate) async fn replace(&self, accounts: Vec<Account>) -> Result<(), AccountsError> {
        let before = self.by_login.load_full();
        let since_s = now_s() - IDLE_S;
        self.kept.reconcile(&logins(&accounts), since_s).await?;
        let now = by_login(&accounts);
        let kept = |s: &mut Session| before.get(&s.login) == now.get(&s.login);
        let mut sessions = self.sessions.lock().expect("no holder of this lock panics");
        sessions.retain(|_, session| kept(session));
        drop(sessions);
        self.by_login.store(Arc::new(now));
        Ok(())
    }

    /// Waits until a password may be checked.
    pub(crate) async fn turn(&self) -> OwnedSemaphorePermit {
        let turn = Arc::clone(&self.checks).acquire_owned().await;
        turn.expect("nobody closes these turns")
    }

    /// The account of this login, if the password is its own. The turn is over when the hash is made,
    /// also where nobody waits for it any more.
    pub(crate) async fn check(
        &self,
        turn: OwnedSemaphorePermit,
        login: &str,
        password: &str,
    ) -> Option<Account> {
        let account = self.by_login.load().get(login).cloned();
        let hash = account
            .as_ref()
            .map(|a| a.hash.clone())
            .or_else(|| self.decoy.clone())?;
        let password = password.to_owned();
        let work = move || {
            let right = matches(&hash, &password);
            drop(turn);
            right
        };
        let right = bulkhead::aside(work).await.ok()?;
        account.filter(|_| right)
    }

    /// Begins a session and returns its token, known to nobody else.
    pub(crate) async fn begin(&self, login: &str) -> Result<String, AccountsError> {
        let token = new_token();
        let (hash, used_s) = (hash_of(&token), now_s());
        let session = SessionRow {
            token: hash.0,
            login: login.to_owned(),
            used_s,
        };
        self.kept.begin(&session).await?;
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
            let noted = self.kept.touch(&hash.0, now).await;
            if let Err(cause) = noted {
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
        Ok(self.kept.end(&hash.0).await?)
    }
}

/// The accounts as the store keeps them.
fn logins(accounts: &[Account]) -> Vec<Login> {
    let login = |account: &Account| Login {
        login: account.login.clone(),
        jurisdiction: account.jurisdiction.clone(),
        person: account.person.0.clone(),
        hash: account.hash.clone(),
    };
    accounts.iter().map(login).collect()
}

fn by_login(accounts: &[Account]) -> HashMap<String, Account> {
    let pairs = accounts.iter().map(|a| (a.login.clone(), a.clone()));
    pairs.collect()
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
    use futures_util::FutureExt as _;

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

    async fn check(accounts: &Accounts, login: &str, password: &str) -> Option<Account> {
        accounts.check(accounts.turn().await, login, password).await
    }

    #[tokio::test]
    async fn who_hangs_up_keeps_the_turn_until_the_hash_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::for_tests(folder.path());
        // 256 MiB to go over: a good part of a second, whatever the password.
        let slow =
            "$argon2id$v=19$m=262144,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2Fs";
        let officer = Account {
            hash: slow.to_owned(),
            ..account("officer", "")
        };
        let accounts = Accounts::open(&store, vec![officer]).await.unwrap();
        let mut asked = Box::pin(check(&accounts, "officer", "guess"));
        assert_eq!((&mut asked).now_or_never(), None);
        drop(asked);
        assert_eq!(accounts.checks.available_permits(), CHECKS - 1);
        let all = accounts.checks.acquire_many(CHECKS as u32).await;
        assert!(all.is_ok(), "it is free afterwards");
    }

    #[tokio::test]
    async fn a_session_survives_a_restart_and_ends_with_logout() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::for_tests(folder.path());
        let officer = account("officer", "烽火");
        let accounts = Accounts::open(&store, vec![officer.clone()]).await.unwrap();
        assert_eq!(check(&accounts, "officer", "wrong").await, None);
        assert_eq!(check(&accounts, "nobody", "烽火").await, None);
        let right = check(&accounts, "officer", "烽火").await;
        assert_eq!(right, Some(officer.clone()));
        let token = accounts.begin("officer").await.unwrap();
        drop(accounts);

        let accounts = Accounts::open(&store, vec![officer.clone()]).await.unwrap();
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
        let store = Store::for_tests(folder.path());
        let (one, two) = (account("one", "a"), account("two", "b"));
        let accounts = Accounts::open(&store, vec![one, two.clone()])
            .await
            .unwrap();
        let (first, second) = (
            accounts.begin("one").await.unwrap(),
            accounts.begin("two").await.unwrap(),
        );
        drop(accounts);
        let accounts = Accounts::open(&store, vec![account("one", "changed"), two.clone()])
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
        let store = Store::embedded(folder.path());
        let accounts = Accounts::open(&store, vec![officer.clone()]).await.unwrap();
        assert_eq!(check(&accounts, "officer", "p").await, Some(officer));
        assert!(path.with_extension("damaged").exists());
    }
}
