//! The ledger of everything that makes no noise now: who, why, until when.
//!
//! Suppressed alarms still exist, are listed, and count; nothing here touches a condition.

use model::action::{Act, Why};
use model::view::{QuietView, SuppressionView};
use model::{Effects, OpId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// Shelves, silences, maintenance windows and stations out of service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {}

impl Engine {
    /// One entry of the ledger, in force or just ended.
    pub fn suppression_view(&self, _id: &OpId) -> Option<SuppressionView> {
        None
    }

    /// Every entry that is in force or waits for approval.
    pub(crate) fn suppression_views(&self) -> Vec<SuppressionView> {
        Vec::new()
    }

    /// What keeps the alarm of a watch quiet.
    pub(crate) fn quiet_views(&self, _watch: u32) -> Vec<QuietView> {
        Vec::new()
    }

    pub(crate) fn suppress(
        &mut self,
        _act: &Act,
        _at: Time,
        _out: &mut Effects,
    ) -> Result<(), Why> {
        Err(Why::NoSuchSuppression)
    }

    pub(crate) fn review_suppression(&mut self, _id: &OpId, _at: Time, _out: &mut Effects) {}
}
