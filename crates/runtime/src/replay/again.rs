//! A journal lived through again, from its first entry, into a fresh fleet.
//!
//! The same `apply` as live, no outbox and no feed, so it can reach nobody. It reads only, also while
//! the journal is being written.

use std::ops::ControlFlow;
use std::path::Path;

use model::codec::decode;
use store::Store;

use super::ReplayError;
use crate::fleet::Fleet;
use crate::recover::{Again, Difference, Replayed};

/// The fleet after all inputs, and what is decided otherwise now.
pub struct Replay {
    pub fleet: Fleet,
    pub inputs: u64,
    /// Inputs whose outcomes this same engine version decides otherwise now.
    pub mismatches: u64,
    /// The first of these inputs, and of those that another engine version decided, one by one.
    pub differences: Vec<Difference>,
    /// How many inputs another engine version decided otherwise.
    pub changed: u64,
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
    again.settle();
    match bad {
        Some(error) => Err(error),
        None => Ok(Replay {
            inputs: again.inputs,
            mismatches: again.mismatches,
            changed: again.changed,
            differences: again.differences,
            fleet: again.fleet,
        }),
    }
}
