//! One signed checkpoint, and the keys it is looked at with. The signed text is five lines, so that
//! it can be written and checked by hand in any language.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use ed25519_dalek::{Signature, VerifyingKey};
use model::Time;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::journal::Position;

/// A place in the chain, when it was reached, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Number of the last record it stands for.
    pub number: u64,
    /// Chain hash after that record, 64 hexadecimal digits.
    pub hash: String,
    /// By the machine's clock.
    pub time: Time,
    /// Id of the key that signed.
    pub key: String,
    /// Ed25519 over [`Checkpoint::text`], 128 hexadecimal digits.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed.
    pub fn text(&self) -> String {
        let Checkpoint {
            number,
            hash,
            time,
            key,
            ..
        } = self;
        format!("watchfire checkpoint 1\n{number}\n{hash}\n{time}\n{key}\n")
    }

    /// The place in the chain; `None` when its hash is no hash.
    pub fn position(&self) -> Option<Position> {
        let hash = hex::decode(&self.hash).ok()?.try_into().ok()?;
        let number = self.number;
        Some(Position { number, hash })
    }
}

/// The half of a key that anybody may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: String,
}

impl PublicKey {
    pub(crate) fn of(key: VerifyingKey) -> PublicKey {
        let id = hex::encode(&Sha256::digest(key.as_bytes())[..8]);
        PublicKey { key, id }
    }

    /// Reads 64 hexadecimal digits; `None` when they are no key.
    pub fn read(text: &str) -> Option<PublicKey> {
        let bytes: [u8; 32] = hex::decode(text.trim()).ok()?.try_into().ok()?;
        VerifyingKey::from_bytes(&bytes).ok().map(PublicKey::of)
    }

    /// The first 16 hexadecimal digits of the key's SHA-256.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key as 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        hex::encode(self.key.as_bytes())
    }

    /// Whether this key signed `checkpoint`.
    pub fn signed(&self, checkpoint: &Checkpoint) -> bool {
        let signature = hex::decode(&checkpoint.signature)
            .ok()
            .and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| {
            let text = checkpoint.text();
            self.key.verify_strict(text.as_bytes(), &signature).is_ok()
        })
    }
}

/// Public keys by their ids.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    keys: BTreeMap<String, PublicKey>,
}

impl Keyring {
    /// All keys that lie in `dir` as `*.pub`; an absent folder has none.
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

    /// Why a checkpoint is not to be believed; `None` when it is.
    pub(crate) fn flaw(&self, checkpoint: &Checkpoint) -> Option<&'static str> {
        match self.get(&checkpoint.key) {
            None => Some("no public key of that id is known"),
            Some(key) if !key.signed(checkpoint) => Some("the signature is not of this text"),
            Some(_) if checkpoint.position().is_none() => Some("it names no chain hash"),
            Some(_) => None,
        }
    }
}
