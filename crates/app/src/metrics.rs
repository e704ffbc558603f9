//! Numbers about the process, rendered when somebody asks for `/metrics`; no listener of their own.

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Collects from here on what every crate counts.
pub(crate) fn install() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new()
        .install_recorder()
        .context("could not install the metrics")
}
