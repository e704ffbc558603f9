//! Situations as screens see them.

use model::view::{AreaView, SituationView};
use model::{AlarmKey, SituationId};

use crate::engine::Engine;
use crate::situation::Situation;

impl Engine {
    /// One situation, open or closed within the last day.
    pub fn situation_view(&self, id: SituationId) -> Option<SituationView> {
        let situation = self.state.situations.list.get(&id)?;
        Some(self.view_of(id, situation))
    }

    /// Every open situation.
    pub(crate) fn situation_views(&self) -> Vec<SituationView> {
        let list = self.state.situations.list.iter();
        list.filter(|(_, s)| !s.closed)
            .map(|(id, s)| self.view_of(*id, s))
            .collect()
    }

    fn view_of(&self, id: SituationId, s: &Situation) -> SituationView {
        let ground = &self.index.ground;
        let (kind, code) = s.area.clone();
        let place = ground.find(&s.area).map(|(_, place)| place);
        let people = s.townships.keys();
        let people = people.map(|code| ground.people_of(code)).sum();
        SituationView {
            id,
            hazard: s.hazard.clone(),
            area: AreaView {
                kind,
                title: place.map_or_else(
                    || model::config::Text::same(&code),
                    |place| place.title.clone(),
                ),
                code,
                people: place.map_or(0, |place| place.people),
            },
            level: s.level(),
            worst: s.worst,
            opened: s.opened,
            changed: s.changed,
            first: s.first,
            newest: s.newest,
            members: self.members_of(s),
            active: s.active(),
            unacked: s.unacked,
            quiet: s.quiet,
            people,
            townships: s.townships.keys().cloned().collect(),
            told: s.told.count,
            told_at: s.told.at,
            told_for: s.told.reason,
            next_notice: s.due,
            merged_into: s.merged_into,
            closed: s.closed,
            manual: s.manual.as_ref().map(|manual| manual.view(id)),
            decisions: s.decisions.clone(),
            undecided_since: s.undecided.map(|u| u.since),
            decide_by: s.undecided.map(|u| u.due),
        }
    }

    /// Open members, worst first, then by the rule's priority, then the oldest.
    fn members_of(&self, situation: &Situation) -> Vec<AlarmKey> {
        let mut members: Vec<_> = situation
            .members
            .iter()
            .filter_map(|watch| {
                let alarm = self.state.alarms.get(watch)?;
                let priority = self.priority_of(*watch);
                let key = self.key_of(*watch);
                Some((
                    std::cmp::Reverse(alarm.told_level()),
                    priority,
                    alarm.raised,
                    key,
                ))
            })
            .collect();
        members.sort_unstable();
        members.into_iter().map(|(.., key)| key).collect()
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
}
