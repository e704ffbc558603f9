//! Numbers about the process, rendered when somebody asks for `/metrics`; no listener of their own.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use api::Vitals;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use store::Store;

/// What was measured is drawn together this often, so that it cannot pile up while nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Collects from here on what every crate counts.
pub(crate) fn install() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .install_recorder()
        .context("could not install the metrics")?;
    let kept = handle.clone();
    tokio::spawn(async move {
        let mut turn = tokio::time::interval(UPKEEP);
        loop {
            turn.tick().await;
            kept.run_upkeep();
        }
    });
    Ok(handle)
}

/// Measures the data folder: how long ago the journal was written, where it is files, and what room is
/// left.
pub(crate) fn vitals(store: &Store) -> impl Fn() -> Vitals + Send + Sync + use<> {
    let (data, journal) = (store.data().to_owned(), store.journal_folder());
    move || Vitals {
        last_commit_age_ms: journal.as_deref().and_then(last_written_ms),
        disk_free_bytes: store::journal::free_bytes(&data).ok(),
    }
}

fn last_written_ms(journal: &Path) -> Option<u64> {
    let files = std::fs::read_dir(journal).ok()?;
    let newest = files
        .filter_map(|file| file.ok()?.metadata().ok()?.modified().ok())
        .max()?;
    u64::try_from(newest.elapsed().unwrap_or_default().as_millis()).ok()
}
