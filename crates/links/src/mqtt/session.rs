//! What outlives a connection: subscriptions, and downlinks nobody has acknowledged yet.
//!
//! Bounded in number, bytes and time. Order is kept; what does not fit is refused to the one who
//! sends it, never dropped behind his back. Nothing of a reading is ever kept here.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

pub use super::wire::Filter;
use crate::topic;

/// Sessions that are remembered beyond their connection, connected or not.
const MOST_SESSIONS: usize = 32_768;
/// Those of one account.
const MOST_OF_ONE: usize = 4_096;
/// Sessions nobody would miss that make room at once when there is none.
const ROOM: usize = 64;
/// Longest file name a session's key is written out in; beyond, its hash stands for it.
const MOST_NAME: usize = 200;
/// Filters of one session.
const MOST_FILTERS: usize = 32;
/// Downlinks of one session that wait or are unacknowledged, and their bytes.
const MOST_DOWNLINKS: usize = 256;
const MOST_DOWNLINK_BYTES: usize = 1024 * 1024;
/// Longest that a session without a connection is kept, whatever was asked for.
pub(crate) const LONGEST_SESSION_S: u32 = 7 * 24 * 3600;

/// One message to a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downlink {
    pub topic: String,
    #[serde(with = "hex_bytes")]
    pub body: Bytes,
    /// Milliseconds since 1970; afterwards it is not sent any more.
    pub expires_ms: i64,
}

/// What a store keeps of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub client: String,
    pub filters: Vec<Filter>,
    /// Oldest first; with the packet id it was sent under, if it was.
    pub downlinks: VecDeque<(Option<u16>, Downlink)>,
    /// How long it lives without a connection.
    pub lives_s: u32,
    /// When it lost its connection, in milliseconds since 1970.
    pub left_ms: Option<i64>,
}

/// Where sessions survive the process.
pub trait SessionStore: Send + Sync + 'static {
    /// Every session that was kept.
    ///
    /// # Errors
    /// When they cannot be read; the front door then starts without them and says so.
    fn load(&self) -> std::io::Result<Vec<Kept>>;
    /// Keeps one session in place of its earlier state.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save(&self, session: &Kept) -> std::io::Result<()>;
    /// Forgets one session.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, client: &str) -> std::io::Result<()>;
}

/// What a session is kept under: a session belongs to the account it was made under, whatever name a
/// client gives itself. No client's own name holds the character between the two.
pub(crate) fn key(account: Option<&str>, client: &str) -> String {
    match account {
        Some(account) => format!("{account}\0{client}"),
        None => client.to_owned(),
    }
}

/// What the sessions of an account begin with.
fn of_account(key: &str) -> Option<&str> {
    key.find('\0').map(|end| &key[..=end])
}

/// One JSON file a session, named by what it is kept under, in hex.
pub struct SessionFiles {
    folder: PathBuf,
}

impl SessionFiles {
    /// Sessions in `folder`, which is made when missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: PathBuf) -> std::io::Result<SessionFiles> {
        std::fs::create_dir_all(&folder)?;
        Ok(SessionFiles { folder })
    }

    fn path(&self, client: &str) -> PathBuf {
        let mut name = hex::encode(client);
        if name.len() > MOST_NAME {
            name = format!("sha256-{}", hex::encode(Sha256::digest(client)));
        }
        self.folder.join(format!("{name}.json"))
    }
}

impl SessionStore for SessionFiles {
    fn load(&self) -> std::io::Result<Vec<Kept>> {
        let mut sessions = Vec::new();
        for file in std::fs::read_dir(&self.folder)? {
            let path = file?.path();
            if path.extension().is_none_or(|end| end != "json") {
                continue;
            }
            match serde_json::from_slice(&std::fs::read(&path)?) {
                Ok(kept) => sessions.push(kept),
                Err(error) => {
                    warn!(path = %path.display(), %error, "a session cannot be read; left out")
                }
            }
        }
        Ok(sessions)
    }

    fn save(&self, session: &Kept) -> std::io::Result<()> {
        let path = self.path(&session.client);
        let new = path.with_extension("new");
        std::fs::write(&new, serde_json::to_vec(session)?)?;
        std::fs::rename(new, path)
    }

    fn remove(&self, client: &str) -> std::io::Result<()> {
        match std::fs::remove_file(self.path(client)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Keeps nothing: sessions end with the process.
pub struct NoStore;

impl SessionStore for NoStore {
    fn load(&self) -> std::io::Result<Vec<Kept>> {
        Ok(Vec::new())
    }
    fn save(&self, _session: &Kept) -> std::io::Result<()> {
        Ok(())
    }
    fn remove(&self, _client: &str) -> std::io::Result<()> {
        Ok(())
    }
}

/// Why a message cannot be queued for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownlinkRefused {
    #[error("no device of this station has ever subscribed, or its session has ended")]
    NobodyListens,
    #[error("the device has left {MOST_DOWNLINKS} messages or 1 MiB unacknowledged")]
    Full,
}

/// All sessions of the front door.
pub(crate) struct Sessions {
    sessions: Mutex<BTreeMap<String, Session>>,
    store: Box<dyn SessionStore>,
}

struct Session {
    kept: Kept,
    online: Option<Online>,
    next_id: u16,
}

struct Online {
    serial: u64,
    kick: CancellationToken,
    mail: Arc<Notify>,
    /// Ids sent in this connection, of those in `kept.downlinks`.
    sent: Vec<u16>,
}

/// What a connection holds while its session is open.
pub(crate) struct Opened {
    pub(crate) present: bool,
    pub(crate) lives_s: u32,
    pub(crate) kick: CancellationToken,
    pub(crate) mail: Arc<Notify>,
    pub(crate) serial: u64,
}

/// A downlink to be written now.
pub(crate) struct Due {
    /// Absent when the device does not acknowledge.
    pub(crate) id: Option<u16>,
    pub(crate) again: bool,
    pub(crate) downlink: Downlink,
}

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Sessions {
    pub(crate) fn new(store: Box<dyn SessionStore>, now_ms: i64) -> Sessions {
        let kept = store.load().unwrap_or_else(|error| {
            warn!(%error, "device sessions could not be read; devices will subscribe anew");
            Vec::new()
        });
        let sessions = kept
            .into_iter()
            .map(|mut kept| {
                // One that was connected when the process ended is absent from now on.
                kept.left_ms.get_or_insert(now_ms);
                (
                    kept.client.clone(),
                    Session {
                        kept,
                        online: None,
                        next_id: 1,
                    },
                )
            })
            .collect();
        Sessions {
            sessions: Mutex::new(sessions),
            store,
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the session of a client that is let in, and ends its earlier connection. One that is to
    /// be kept may take the place of another that nobody would miss; `None` when there is none.
    pub(crate) fn open(
        &self,
        client: &str,
        serial: u64,
        clean: bool,
        lives_s: Option<u32>,
        now_ms: i64,
    ) -> Option<Opened> {
        let mut sessions = self.lock();
        // Version 3.1.1 has no word for the time a session is kept: clean is none, else the longest.
        let unsaid = if clean { 0 } else { LONGEST_SESSION_S };
        let lives_s = lives_s.unwrap_or(unsaid).min(LONGEST_SESSION_S);
        if lives_s > 0
            && !sessions.contains_key(client)
            && !self.make_room(&mut sessions, client, now_ms)
        {
            return None;
        }
        let mut present = false;
        if let Some(old) = sessions.get_mut(client) {
            // Asked while the old connection still counts: one that has not been missed yet is no end.
            present = !clean && !old.is_over(now_ms);
            if let Some(online) = old.online.take() {
                online.kick.cancel();
            }
        }
        let fresh = || Session {
            kept: Kept {
                client: client.to_owned(),
                ..Kept::default()
            },
            online: None,
            next_id: 1,
        };
        let session = sessions.entry(client.to_owned()).or_insert_with(fresh);
        if !present {
            *session = fresh();
        }
        let (kick, mail) = (CancellationToken::new(), Arc::new(Notify::new()));
        session.kept.lives_s = lives_s;
        session.kept.left_ms = None;
        session.online = Some(Online {
            serial,
            kick: kick.clone(),
            mail: Arc::clone(&mail),
            sent: Vec::new(),
        });
        if present {
            mail.notify_one();
        }
        self.keep(session);
        Some(Opened {
            present,
            lives_s,
            kick,
            mail,
            serial,
        })
    }

    /// Whether one more session may be kept, for an account and at all; others may have gone for it.
    fn make_room(
        &self,
        sessions: &mut BTreeMap<String, Session>,
        client: &str,
        now_ms: i64,
    ) -> bool {
        if let Some(account) = of_account(client) {
            let own = |(key, _): &(&String, &Session)| key.starts_with(account);
            let from = sessions.range(account.to_owned()..);
            if from.take_while(own).count() >= MOST_OF_ONE {
                let gone = missed_least(sessions, |key| key.starts_with(account));
                if gone.is_empty() {
                    return false;
                }
                self.let_go(sessions, gone);
            }
        }
        if sessions.len() < MOST_SESSIONS {
            return true;
        }
        sessions.retain(|_, session| !session.is_over(now_ms));
        let kept = |session: &&Session| session.kept.lives_s > 0;
        if sessions.values().filter(kept).count() < MOST_SESSIONS {
            return true;
        }
        let gone = missed_least(sessions, |_| true);
        let room = !gone.is_empty();
        self.let_go(sessions, gone);
        room
    }

    fn let_go(&self, sessions: &mut BTreeMap<String, Session>, gone: Vec<String>) {
        warn!(
            count = gone.len(),
            "sessions of devices that are away were let go: there are as many as may be"
        );
        for key in gone {
            sessions.remove(&key);
            self.forget(&key);
        }
    }

    /// Takes back what a client subscribed to that it may not hear any more, and what waits for it of
    /// that.
    pub(crate) fn narrow(&self, client: &str, hears: impl Fn(&str) -> bool) {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(client) else {
            return;
        };
        let kept = &mut session.kept;
        let before = kept.filters.len();
        kept.filters.retain(|filter| hears(&filter.topic));
        if kept.filters.len() < before {
            let filters = &kept.filters;
            kept.downlinks.retain(|(_, downlink)| {
                filters
                    .iter()
                    .any(|filter| topic::matches(&filter.topic, &downlink.topic))
            });
            self.keep(session);
        }
    }

    /// The connection ended; the session stays for as long as it was asked to.
    pub(crate) fn close(&self, client: &str, serial: u64, lives_s: Option<u32>, now_ms: i64) {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(client) else {
            return;
        };
        if session
            .online
            .as_ref()
            .is_none_or(|online| online.serial != serial)
        {
            return;
        }
        session.online = None;
        session.kept.left_ms = Some(now_ms);
        if let Some(lives_s) = lives_s {
            session.kept.lives_s = lives_s.min(LONGEST_SESSION_S);
        }
        if session.kept.lives_s == 0 {
            sessions.remove(client);
            self.forget(client);
        } else {
            self.keep(session);
        }
    }

    /// Adds a filter; false when the session has as many as it may.
    pub(crate) fn subscribe(&self, client: &str, filter: &Filter) -> bool {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(client) else {
            return false;
        };
        let filters = &mut session.kept.filters;
        filters.retain(|known| known.topic != filter.topic);
        if filters.len() >= MOST_FILTERS {
            return false;
        }
        filters.push(filter.clone());
        self.keep(session);
        true
    }

    /// Removes a filter; false when there was none.
    pub(crate) fn unsubscribe(&self, client: &str, filter: &str) -> bool {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(client) else {
            return false;
        };
        let before = session.kept.filters.len();
        session.kept.filters.retain(|known| known.topic != filter);
        self.keep(session);
        session.kept.filters.len() < before
    }

    /// The device has a downlink.
    pub(crate) fn taken(&self, client: &str, id: u16) {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(client) else {
            return;
        };
        session.kept.downlinks.retain(|(sent, _)| *sent != Some(id));
        if let Some(online) = &mut session.online {
            online.sent.retain(|sent| *sent != id);
            online.mail.notify_one();
        }
        self.keep(session);
    }

    /// What may be written to a device now, at most `window` unacknowledged at a time.
    pub(crate) fn due(&self, client: &str, serial: u64, window: usize, now_ms: i64) -> Vec<Due> {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(client) else {
            return Vec::new();
        };
        let Some(online) = session
            .online
            .as_mut()
            .filter(|online| online.serial == serial)
        else {
            return Vec::new();
        };
        session
            .kept
            .downlinks
            .retain(|(id, d)| id.is_some() || d.expires_ms > now_ms);
        let mut due = Vec::new();
        let mut at = 0;
        while at < session.kept.downlinks.len() && online.sent.len() < window {
            let (known, downlink) = &session.kept.downlinks[at];
            let (known, downlink) = (*known, downlink.clone());
            if !acknowledges(&session.kept.filters, &downlink.topic) {
                session.kept.downlinks.remove(at);
                due.push(Due {
                    id: None,
                    again: false,
                    downlink,
                });
                continue;
            }
            at += 1;
            if known.is_some_and(|id| online.sent.contains(&id)) {
                continue;
            }
            let id = match known {
                Some(id) => id,
                None => free_id(&mut session.next_id, &session.kept.downlinks),
            };
            session.kept.downlinks[at - 1].0 = Some(id);
            online.sent.push(id);
            due.push(Due {
                id: Some(id),
                again: known.is_some(),
                downlink,
            });
        }
        if due.iter().any(|due| !due.again) {
            self.keep(session);
        }
        due
    }

    /// Queues a message for every session that subscribes to its topic; the number of them.
    pub(crate) fn send(&self, downlink: &Downlink, now_ms: i64) -> Result<usize, DownlinkRefused> {
        let mut sessions = self.lock();
        let mut queued = 0;
        let mut full = false;
        for session in sessions.values_mut() {
            if session.is_over(now_ms) || !session.hears(&downlink.topic) {
                continue;
            }
            session
                .kept
                .downlinks
                .retain(|(id, d)| id.is_some() || d.expires_ms > now_ms);
            let bytes: usize = session
                .kept
                .downlinks
                .iter()
                .map(|(_, d)| d.body.len())
                .sum();
            let waiting = session.kept.downlinks.len();
            if waiting >= MOST_DOWNLINKS || bytes + downlink.body.len() > MOST_DOWNLINK_BYTES {
                full = true;
                continue;
            }
            session.kept.downlinks.push_back((None, downlink.clone()));
            if let Some(online) = &session.online {
                online.mail.notify_one();
            }
            self.keep(session);
            queued += 1;
        }
        match (queued, full) {
            (0, true) => Err(DownlinkRefused::Full),
            (0, false) => Err(DownlinkRefused::NobodyListens),
            (queued, _) => Ok(queued),
        }
    }

    fn keep(&self, session: &Session) {
        if session.kept.lives_s == 0 {
            return;
        }
        if let Err(error) = self.store.save(&session.kept) {
            warn!(client = %session.kept.client, %error, "a device's session could not be saved");
        }
    }

    fn forget(&self, client: &str) {
        if let Err(error) = self.store.remove(client) {
            warn!(%client, %error, "a device's session could not be removed");
        }
    }
}

impl Session {
    fn is_over(&self, now_ms: i64) -> bool {
        let lives_ms = i64::from(self.kept.lives_s) * 1000;
        self.online.is_none()
            && self
                .kept
                .left_ms
                .is_none_or(|left| left + lives_ms < now_ms)
    }

    fn hears(&self, topic: &str) -> bool {
        let filters = &self.kept.filters;
        filters
            .iter()
            .any(|filter| topic::matches(&filter.topic, topic))
    }
}

/// The keys of sessions that nobody would miss, of those that are `meant`: without a connection and with
/// nothing waiting. Several that have no subscription either, else the one that is away longest.
fn missed_least(sessions: &BTreeMap<String, Session>, meant: impl Fn(&str) -> bool) -> Vec<String> {
    let mut idle: Vec<(bool, i64, &String)> = sessions
        .iter()
        .filter(|(key, session)| {
            meant(key) && session.online.is_none() && session.kept.downlinks.is_empty()
        })
        .map(|(key, session)| {
            let kept = &session.kept;
            (!kept.filters.is_empty(), kept.left_ms.unwrap_or(0), key)
        })
        .collect();
    idle.sort_unstable();
    let bare = idle.iter().take_while(|(hears, _, _)| !hears).count();
    idle.truncate(bare.clamp(1, ROOM));
    idle.into_iter().map(|(_, _, key)| key.clone()).collect()
}

/// Whether a device acknowledges messages on this topic; one that has let go of it is asked to.
fn acknowledges(filters: &[Filter], topic: &str) -> bool {
    let hears = |filter: &&Filter| topic::matches(&filter.topic, topic);
    let mut hearing = filters.iter().filter(hears).peekable();
    hearing.peek().is_none() || hearing.any(|filter| filter.acknowledged)
}

fn free_id(next: &mut u16, taken: &VecDeque<(Option<u16>, Downlink)>) -> u16 {
    loop {
        let id = *next;
        *next = id.checked_add(1).unwrap_or(1);
        if !taken.iter().any(|(used, _)| *used == Some(id)) {
            return id;
        }
    }
}

mod hex_bytes {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(input)?;
        hex::decode(text)
            .map(Bytes::from)
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
