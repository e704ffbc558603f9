//! Which keys are this journal's: the one that signs now, and those that it vouches for.
//!
//! A public key that merely lies in the folder is nobody's: whoever can write a file could lay one there.
//! A restored folder gets a key of its own, which signs over the keys that were trusted in the copy.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};

use super::{Checkpoint, KEY, PublicKey, read_checkpoints};
use crate::durable;

/// Names the key in use, for copies.
pub(crate) const SIGNER: &str = "signer";
/// Older keys under the signatures of those that followed.
pub(crate) const KEYS: &str = "keys.jsonl";

/// An older key, and who says that it was one of this journal's.
#[derive(Serialize, Deserialize)]
struct Vouched {
    /// 64 hexadecimal digits.
    key: String,
    /// Id of the key that signed.
    by: String,
    signature: String,
}

fn vouched_text(key: &str, by: &str) -> String {
    format!("watchfire key 1\n{key}\n{by}\n")
}

/// Public keys by their ids.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    keys: BTreeMap<String, PublicKey>,
}

impl Keyring {
    /// All keys that lie in `dir` as `*.pub`, for a folder that is trusted as a whole; an absent folder
    /// has none.
    ///
    /// # Errors
    /// When the folder or a key cannot be read.
    pub fn in_folder(dir: &Path) -> io::Result<Keyring> {
        let mut ring = Keyring::default();
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ring),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "pub") {
                let text = std::fs::read_to_string(&path)?;
                let key = PublicKey::read(&text).ok_or_else(|| {
                    let why = format!("{} is no public key", path.display());
                    io::Error::new(io::ErrorKind::InvalidData, why)
                })?;
                ring.add(key);
            }
        }
        Ok(ring)
    }

    /// The keys of the journal beside `dir`: the one that signs, and whatever it vouches for.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn trusted(dir: &Path) -> io::Result<Keyring> {
        let mut ring = Keyring::default();
        if let Some(key) = signer(dir)? {
            ring.add(key);
        }
        ring.take_vouched(dir)?;
        Ok(ring)
    }

    /// Adds every key in `dir` that one of the ring vouches for.
    pub(crate) fn take_vouched(&mut self, dir: &Path) -> io::Result<()> {
        let text = read(&dir.join(KEYS))?.unwrap_or_default();
        let lines = text.lines().map(serde_json::from_str);
        let mut waiting: Vec<Vouched> = lines.filter_map(Result::ok).collect();
        loop {
            let before = waiting.len();
            waiting.retain(|line| !self.take(line));
            if waiting.len() == before {
                return Ok(());
            }
        }
    }

    fn take(&mut self, line: &Vouched) -> bool {
        let text = vouched_text(&line.key, &line.by);
        let by = self.get(&line.by);
        let good = by.is_some_and(|by| by.signed_text(&text, &line.signature));
        match PublicKey::read(&line.key).filter(|_| good) {
            Some(key) => {
                self.add(key);
                true
            }
            None => false,
        }
    }

    /// Adds one.
    pub fn add(&mut self, key: PublicKey) {
        self.keys.insert(key.id().to_owned(), key);
    }

    /// The key of this id.
    pub fn get(&self, id: &str) -> Option<&PublicKey> {
        self.keys.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.values()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether one of them signed it.
    pub fn believes(&self, checkpoint: &Checkpoint) -> bool {
        let key = self.get(&checkpoint.key);
        key.is_some_and(|key| key.signed(checkpoint)) && checkpoint.position().is_some()
    }
}

/// The public key in use: of the secret one, or the one a copy names. A copy that was made before copies
/// named it has the key that signed first.
///
/// # Errors
/// When a file is there and cannot be read, or is no key.
pub fn signer(dir: &Path) -> io::Result<Option<PublicKey>> {
    let secret = match read(&dir.join(KEY)) {
        // It is for its owner alone; whoever else looks has what a copy has.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        read => read?,
    };
    if let Some(text) = secret {
        let key = read_secret(&text).ok_or_else(|| no_key(&dir.join(KEY)))?;
        return Ok(Some(PublicKey::of(key.verifying_key())));
    }
    if let Some(text) = read(&dir.join(SIGNER))? {
        let key = PublicKey::read(&text).ok_or_else(|| no_key(&dir.join(SIGNER)))?;
        return Ok(Some(key));
    }
    let Some(first) = read_checkpoints(dir)?.into_iter().flatten().next() else {
        return Ok(None);
    };
    // A file that is no key is left lying.
    let text = read(&dir.join(format!("{}.pub", first.key)))?;
    let key = text.and_then(|text| PublicKey::read(&text));
    Ok(key.filter(|key| key.signed(&first)))
}

/// Signs over `older` with the key that takes their place, before that key is named anywhere.
pub(crate) fn vouch(dir: &Path, older: &Keyring, key: &SigningKey) -> io::Result<()> {
    let by = PublicKey::of(key.verifying_key());
    let mut lines = read(&dir.join(KEYS))?.unwrap_or_default();
    for one in older.iter() {
        let text = vouched_text(&one.hex(), by.id());
        let line = Vouched {
            key: one.hex(),
            by: by.id().to_owned(),
            signature: hex::encode(key.sign(text.as_bytes()).to_bytes()),
        };
        lines += &serde_json::to_string(&line).map_err(io::Error::other)?;
        lines.push('\n');
    }
    if older.is_empty() {
        return Ok(());
    }
    durable::write(dir, KEYS, &[lines.as_bytes()])
}

pub(crate) fn read_secret(text: &str) -> Option<SigningKey> {
    let bytes: [u8; 32] = hex::decode(text.trim()).ok()?.try_into().ok()?;
    Some(SigningKey::from_bytes(&bytes))
}

pub(crate) fn no_key(path: &Path) -> io::Error {
    let why = format!("{} is no key", path.display());
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
