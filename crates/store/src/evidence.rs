//! Signed checkpoints: what shows that the journal is the one that was written then.
//!
//! The chain alone shows that entries follow one another; whoever can write the whole journal anew
//! can chain it anew. A checkpoint is a signature over one place in the chain and a time. Kept where
//! the operator has no hand, it fixes everything before it. Under `<data>/evidence/`:
//!
//! | file | what it is |
//! |---|---|
//! | `key` | the secret half, 64 hexadecimal digits, for its owner alone; no backup has it |
//! | `<key id>.pub` | the public half, 64 hexadecimal digits; the id is the start of its SHA-256 |
//! | `signer` | which public key is the one in use: in a copy, that lacks the secret half |
//! | `keys.jsonl` | one older key a line, under a signature of the key that took its place |
//! | `checkpoints.jsonl` | one signed checkpoint a line, only appended to |

mod checkpoint;
mod examine;
mod keys;
mod notary;

pub use checkpoint::{Checkpoint, PublicKey};
pub(crate) use examine::examine_with;
pub use examine::{Examined, examine, read_checkpoints};
pub use keys::{Keyring, signer};
pub use notary::{Notary, hand_out};

/// Name of the folder under the data folder.
pub const FOLDER: &str = "evidence";
pub(crate) const CHECKPOINTS: &str = "checkpoints.jsonl";
/// What a copy knows its keys by.
pub(crate) const NAMES_OF_KEYS: [&str; 2] = [keys::SIGNER, keys::KEYS];
/// The secret key.
pub(crate) const KEY: &str = "key";
