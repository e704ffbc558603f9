//! A journal lived through again, from its first entry, into a fresh fleet.
//!
//! The same `apply` as live, no outbox and no feed, so it can reach nobody. It reads only, also while
//! the journal is being written.

use std::ops::ControlFlow;
use std::path::Path;

use model::codec::decode;
use store::{JournalError, Store, StoreError};

use crate::fleet::Fleet;
use crate::recover::{Again, Replayed};

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("could not find the journal")]
    Store(#[from] StoreError),
    #[error("could not read the journal")]
    Journal(#[from] JournalError),
    #[error("record {seq} cannot be read by this program")]
    Record {
        seq: u64,
        source: model::codec::BadRecord,
    },
}

/// The fleet after all inputs, and how many outcomes are decided otherwise now.
pub struct Replay {
    pub fleet: Fleet,
    pub inputs: u64,
    pub mismatches: u64,
}

/// Applies the whole journal under the data folder `data`, showing every input to `see`.
///
/// # Errors
/// [`ReplayError`] names the record that is broken or unknown.
pub fn replay(data: &Path, mut see: impl FnMut(&Replayed<'_>)) -> Result<Replay, ReplayError> {
    let store = Store::of(data)?;
    let last = store.verify()?.last.number;
    let mut again = Again::default();
    let mut bad = None;
    store.read(
        1,
        last,
        &mut |seq, tag, payload| match decode(tag, payload) {
            Ok(record) => {
                again.take(seq, record, &mut see);
                ControlFlow::Continue(())
            }
            Err(source) => {
                bad = Some(ReplayError::Record { seq, source });
                ControlFlow::Break(())
            }
        },
    )?;
    again.settle(last);
    match bad {
        Some(error) => Err(error),
        None => Ok(Replay {
            inputs: again.inputs,
            mismatches: again.mismatches,
            fleet: again.fleet,
        }),
    }
}
