//! How loud it is: transitions, alarms, situations and annunciations counted, flood mode, and which
//! alarms swing too often to be told one by one.

use model::view::{LoadView, RuleView};
use model::{Effects, Time};

use crate::engine::Engine;

impl Engine {
    /// The alarm load now and since the start.
    pub fn load_view(&self) -> LoadView {
        LoadView::default()
    }

    /// Every rule with what it watches and how often it spoke.
    pub fn rule_views(&self) -> Vec<RuleView> {
        Vec::new()
    }

    pub(crate) fn swings_of(&self, _watch: u32) -> Option<u32> {
        None
    }

    pub(crate) fn judge_calm(&mut self, _watch: u32, _at: Time, _out: &mut Effects) {}

    pub(crate) fn judge_load(&mut self, _at: Time, _out: &mut Effects) {}
}
