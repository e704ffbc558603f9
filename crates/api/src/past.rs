//! Stands where the store's history will stand.

use model::intake::Quality;
use model::{Fixed, JurisdictionSlot, SeriesSlot, Time};

/// Readings by series.
#[derive(Clone, Debug, Default)]
pub struct History;

/// One reading as kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) observed: Time,
    pub(crate) received: Time,
    pub(crate) value: Option<Fixed>,
    pub(crate) quality: Quality,
    pub(crate) revision: u16,
    pub(crate) late: bool,
}

impl History {
    pub(crate) async fn samples(
        &self,
        _jurisdiction: JurisdictionSlot,
        _series: SeriesSlot,
        _from: Option<Time>,
        _to: Option<Time>,
    ) -> std::io::Result<Vec<Sample>> {
        std::future::ready(Ok(Vec::new())).await
    }
}
