//! Situations: alarms grouped so that one person can grasp them, and the only noise there is.
//!
//! Never decides about a reading; it gathers what alarms became.

use model::action::Why;
use model::view::{AreaView, SituationView};
use model::{AlarmKey, Effects, PersonId, SituationId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// All situations that are not closed, and what was told of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Situations {}

impl Engine {
    /// One situation, open or just closed.
    pub fn situation_view(&self, _id: SituationId) -> Option<SituationView> {
        None
    }

    /// Every open situation.
    pub(crate) fn situation_views(&self) -> Vec<SituationView> {
        Vec::new()
    }

    pub(crate) fn situation_of(&self, _watch: u32) -> Option<SituationId> {
        None
    }

    pub(crate) fn area_views(&self) -> Vec<AreaView> {
        let view = |a: &model::config::Area| AreaView {
            kind: a.kind,
            code: a.code.clone(),
            title: a.title.clone(),
            people: a.people,
        };
        self.config.areas.iter().map(view).collect()
    }

    pub(crate) fn acknowledge_situation(
        &mut self,
        _situation: SituationId,
        _alarms: &[AlarmKey],
        _by: &PersonId,
        _at: Time,
        _out: &mut Effects,
    ) -> Result<(), Why> {
        Err(Why::NoSuchSituation)
    }

    pub(crate) fn tell_situation(&mut self, _id: SituationId, _at: Time, _out: &mut Effects) {}
}
