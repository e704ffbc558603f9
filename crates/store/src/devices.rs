//! Device accounts: which device may speak for which stations, beside the logins of people.
//!
//! One small file, whatever the store, so that devices are let in while a database is away; it is
//! replaced whole and read again when it is another. Of a password only a hash is kept: a fast one,
//! because a password is 128 random bits and ten thousand devices may come back at once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::Time;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::durable;

/// Under the data folder.
pub(crate) const FILE: &str = "devices.json";
/// Held by whoever changes the file.
const LOCK: &str = "devices.lock";

/// One device account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAccount {
    pub name: String,
    /// Ids of the stations it speaks for; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stations: Option<Vec<String>>,
    /// SHA-256 of name and password, in hex.
    pub secret: String,
    pub made: Time,
}

/// Why device accounts cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum DevicesError {
    #[error("could not read or write {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} does not read as device accounts", path.display())]
    Unreadable {
        path: PathBuf,
        source: serde_json::Error,
    },
}

/// All accounts, by name.
pub type DeviceAccounts = BTreeMap<String, DeviceAccount>;

impl DeviceAccount {
    /// Whether this is its password. The time taken says nothing: hashes are compared.
    pub fn is_password(&self, password: &[u8]) -> bool {
        self.secret == hash(&self.name, password)
    }
}

/// The device accounts of a data folder; clones share what was read.
#[derive(Clone, Debug)]
pub struct Devices {
    data: PathBuf,
    read: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    stamp: Option<Stamp>,
    accounts: Arc<DeviceAccounts>,
    edition: u64,
}

/// Tells one state of the file from another; it is only ever replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    seconds: i64,
    nanos: i64,
}

impl Devices {
    /// The accounts of `data`, read when they are asked for.
    pub fn of(data: &Path) -> Devices {
        Devices {
            data: data.to_owned(),
            read: Arc::default(),
        }
    }

    /// The accounts as they are now, with a number that is another after every change. When they
    /// cannot be read, those that were read last stay.
    pub fn now(&self) -> (Arc<DeviceAccounts>, u64) {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.stamp();
        if stamp != known.stamp {
            match self.load() {
                Ok(accounts) => known.accounts = Arc::new(accounts),
                Err(error) => {
                    tracing::error!(%error, "device accounts cannot be read; those read before stay in force");
                }
            }
            known.stamp = stamp;
            known.edition += 1;
        }
        (Arc::clone(&known.accounts), known.edition)
    }

    /// Whether an account was ever made here, also where all are gone again.
    pub fn were_made(&self) -> bool {
        self.data.join(FILE).exists()
    }

    /// Reads the accounts.
    ///
    /// # Errors
    /// [`DevicesError`]; no file is no error.
    pub fn load(&self) -> Result<DeviceAccounts, DevicesError> {
        let path = self.data.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(source) => return Err(DevicesError::Io { path, source }),
        };
        let list: Vec<DeviceAccount> = serde_json::from_slice(&bytes)
            .map_err(|source| DevicesError::Unreadable { path, source })?;
        Ok(list.into_iter().map(|a| (a.name.clone(), a)).collect())
    }

    /// Makes an account, or gives one of that name other stations; either way with a new password,
    /// which is given back and kept nowhere. On disk when this returns.
    ///
    /// # Errors
    /// [`DevicesError`]; nothing was changed then.
    pub fn add(
        &self,
        name: &str,
        stations: Option<Vec<String>>,
        made: Time,
    ) -> Result<String, DevicesError> {
        let password = new_password().map_err(|source| self.failed(source))?;
        let account = DeviceAccount {
            name: name.to_owned(),
            stations,
            secret: hash(name, password.as_bytes()),
            made,
        };
        self.change(|accounts| {
            accounts.insert(name.to_owned(), account);
            true
        })?;
        Ok(password)
    }

    /// Takes an account away; false when there was none. On disk when this returns.
    ///
    /// # Errors
    /// [`DevicesError`]; nothing was changed then.
    pub fn remove(&self, name: &str) -> Result<bool, DevicesError> {
        self.change(|accounts| accounts.remove(name).is_some())
    }

    fn change(
        &self,
        change: impl FnOnce(&mut DeviceAccounts) -> bool,
    ) -> Result<bool, DevicesError> {
        let lock = File::create(self.data.join(LOCK)).and_then(|lock| {
            lock.lock()?;
            Ok(lock)
        });
        let lock = lock.map_err(|source| self.failed(source))?;
        let mut accounts = self.load()?;
        let changed = change(&mut accounts);
        if changed {
            self.save(&accounts).map_err(|source| self.failed(source))?;
        }
        drop(lock);
        Ok(changed)
    }

    fn save(&self, accounts: &DeviceAccounts) -> io::Result<()> {
        let list: Vec<&DeviceAccount> = accounts.values().collect();
        let text = serde_json::to_vec_pretty(&list)?;
        durable::write(&self.data, FILE, &[&text, b"\n"])?;
        let own = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(self.data.join(FILE), own)
    }

    fn stamp(&self) -> Option<Stamp> {
        let file = std::fs::metadata(self.data.join(FILE)).ok()?;
        Some(Stamp {
            inode: file.ino(),
            bytes: file.len(),
            seconds: file.mtime(),
            nanos: file.mtime_nsec(),
        })
    }

    fn failed(&self, source: io::Error) -> DevicesError {
        DevicesError::Io {
            path: self.data.join(FILE),
            source,
        }
    }
}

fn hash(name: &str, password: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"watchfire device\0");
    hash.update(name.as_bytes());
    hash.update(b"\0");
    hash.update(password);
    hex::encode(hash.finalize())
}

/// 128 random bits, in hex.
fn new_password() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn accounts_are_read_as_they_are_by_whoever_asks() {
        let dir = tempfile::tempdir().unwrap();
        let (desk, door) = (Devices::of(dir.path()), Devices::of(dir.path()));
        let (none, before) = door.now();
        assert!(none.is_empty());
        let own = Some(vec!["A".to_owned()]);
        let password = desk.add("gate", own.clone(), Time::from_ms(5)).unwrap();
        assert_eq!(password.len(), 32);
        let (accounts, made) = door.now();
        assert_ne!(made, before);
        assert_eq!(door.now().1, made, "nothing changed");
        assert_eq!(accounts["gate"].stations, own);
        assert!(accounts["gate"].is_password(password.as_bytes()));
        assert!(!accounts["gate"].is_password(b"other"));
        let file = dir.path().join(FILE);
        assert!(!std::fs::read_to_string(&file).unwrap().contains(&password));
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);

        let other = desk.add("gate", None, Time::from_ms(6)).unwrap();
        let accounts = door.now().0;
        assert!(!accounts["gate"].is_password(password.as_bytes()));
        assert!(accounts["gate"].is_password(other.as_bytes()));
        assert_eq!(accounts["gate"].stations, None);

        // A file that somebody spoiled by hand shuts nobody out.
        let sound = std::fs::read(&file).unwrap();
        std::fs::write(&file, b"[{").unwrap();
        assert_eq!(door.now().0.len(), 1);
        assert!(desk.add("other", None, Time::from_ms(7)).is_err());
        std::fs::write(&file, sound).unwrap();
        assert!(desk.remove("gate").unwrap() && !desk.remove("gate").unwrap());
        assert!(door.now().0.is_empty());
    }
}
