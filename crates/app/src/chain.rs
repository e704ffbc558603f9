//! The journal of a process that is not running: is it whole, and what state does it lead to.

use std::path::Path;

use anyhow::Context;
use store::Store;

use crate::{lock, say};

/// Walks the chain and prints its end; a broken record is named.
pub(crate) fn verify(data: &Path) -> anyhow::Result<()> {
    let _lock = lock::take(data)?;
    let found = Store::of(data)?
        .verify()
        .with_context(|| format!("the journal in {} is not whole", data.display()))?;
    let torn = found
        .torn
        .map(|torn| format!(", then an unconfirmed commit at record {}", torn.record));
    say(&format!(
        "{} records, each following the one before{}",
        found.records,
        torn.unwrap_or_default()
    ))
}

/// Applies every input again and prints the hash of the state they lead to, as JSON.
pub(crate) fn replay(data: &Path) -> anyhow::Result<()> {
    let replayed = runtime::replay(data, |_| {})
        .with_context(|| format!("could not replay the journal in {}", data.display()))?;
    if replayed.mismatches > 0 {
        tracing::warn!(
            mismatches = replayed.mismatches,
            "outcomes in the journal are decided otherwise by this program"
        );
    }
    say(&serde_json::to_string(&replayed.fleet.hash()).context("could not write JSON")?)
}
