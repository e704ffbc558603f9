//! One signed checkpoint, and the key it is looked at with. The signed text is five lines, so that
//! it can be written and checked by hand in any language.

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
        self.signed_text(&checkpoint.text(), &checkpoint.signature)
    }

    /// Whether `signature`, 128 hexadecimal digits, is this key's over `text`.
    pub(crate) fn signed_text(&self, text: &str, signature: &str) -> bool {
        let signature = hex::decode(signature)
            .ok()
            .and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature
            .is_some_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}
