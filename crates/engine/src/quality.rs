//! Checks before any rule: what makes a reading doubtful, with the reason kept.
//!
//! A doubtful reading may raise with a mark and never clears; it is never thrown away here.

use model::view::{Doubt, EvidenceView};
use model::{Effects, SeriesSlot, Time};

use crate::engine::Engine;

impl Engine {
    /// Why the newest value of a series is not trusted.
    pub(crate) fn doubts_of(&self, _slot: SeriesSlot) -> Vec<Doubt> {
        Vec::new()
    }

    /// The samples that decided the last change of an alarm.
    pub(crate) fn evidence_of(&self, _watch: u32) -> Vec<EvidenceView> {
        Vec::new()
    }

    pub(crate) fn judge_silence(&mut self, _watch: u32, _at: Time, _out: &mut Effects) {}
}
