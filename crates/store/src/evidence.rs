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
//! | `checkpoints.jsonl` | one signed checkpoint a line, only appended to |

mod checkpoint;
mod examine;
mod notary;

pub use checkpoint::{Checkpoint, Keyring, PublicKey};
pub use examine::{Examined, examine, read_checkpoints};
pub use notary::{Notary, hand_out};

/// Name of the folder under the data folder.
pub const FOLDER: &str = "evidence";
pub(crate) const CHECKPOINTS: &str = "checkpoints.jsonl";
