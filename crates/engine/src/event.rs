//! What happened in the county: entered by people, or taken from what they say of alarms.
//!
//! Decides nothing: it is what back-tests are held against. A marked alarm is kept here too, since
//! its next episode replaces it among the alarms.

use model::action::{Act, Truth, Why};
use model::config::Role;
use model::field::{AreaRef, KeptEvent};
use model::view::{EventSource, EventView};
use model::{Effect, Effects, Level, OpId, PersonId};

use crate::engine::Engine;

/// Events kept; a county enters a few a week.
const MOST: usize = 20_000;

/// The roles that write the book of events.
pub(crate) fn may_keep_events(role: Role) -> bool {
    match role {
        Role::Planner | Role::DutyOfficer | Role::Administrator => true,
        Role::Viewer | Role::Responder => false,
    }
}

impl Engine {
    pub(crate) fn keep_event(
        &mut self,
        act: &Act,
        event: &KeptEvent,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let area = event.area.as_ref();
        let known = |a: &AreaRef| {
            let name = (a.kind, a.code.clone());
            self.index.ground.find(&name).is_some()
        };
        if !area.is_none_or(known) {
            return Err(Why::NoSuchArea);
        }
        let known = |id: &String| self.config.stations.iter().any(|s| s.id == *id);
        if !event.stations.iter().all(known) {
            return Err(Why::NoSuchStation);
        }
        if event.until.is_some_and(|until| until < event.from) {
            return Err(Why::NotInFuture);
        }
        if self.state.events.len() >= MOST {
            return Err(Why::TooMany);
        }
        let view = EventView {
            id: act.op.0.clone(),
            source: EventSource::Entered,
            kind: event.kind.clone(),
            area: event.area.clone(),
            stations: event.stations.clone(),
            level: event.level,
            from: event.from,
            until: event.until,
            text: Some(event.text.clone()),
            by: act.by.clone(),
            alarm: None,
            truth: None,
            dropped: false,
        };
        self.state.events.insert(act.op.clone(), view);
        out.push(Effect::Event(act.op.clone()));
        Ok(())
    }

    pub(crate) fn drop_event(
        &mut self,
        act: &Act,
        event: &OpId,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let entered = |e: &&mut EventView| !e.dropped && e.source == EventSource::Entered;
        let row = self.state.events.get_mut(event).filter(entered);
        let row = row.ok_or(Why::NoSuchEvent)?;
        row.dropped = true;
        row.by = act.by.clone();
        out.push(Effect::Event(event.clone()));
        Ok(())
    }

    /// An alarm marked as true happened; marked as false it did not. Any other mark says nothing.
    pub(crate) fn keep_mark(&mut self, watch: u32, by: &PersonId, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get(&watch) else {
            return;
        };
        let id = self.mark_id(watch, alarm.episode);
        let known = self.state.events.get_mut(&id);
        match alarm.truth {
            Truth::True | Truth::False => {}
            Truth::Unverified | Truth::Test | Truth::Duplicate => {
                if let Some(row) = known.filter(|row| !row.dropped) {
                    row.dropped = true;
                    out.push(Effect::Event(id));
                }
                return;
            }
        }
        if known.is_none() && self.state.events.len() >= MOST {
            return;
        }
        let row = EventView {
            id: id.0.clone(),
            source: EventSource::Marked,
            kind: self.hazard_of(watch).to_owned(),
            area: None,
            stations: vec![self.station_id(watch)],
            level: Level::from_digit(alarm.worst),
            from: alarm.raised,
            until: alarm.returned,
            text: None,
            by: by.clone(),
            alarm: Some(self.key_of(watch)),
            truth: Some(alarm.truth),
            dropped: false,
        };
        self.state.events.insert(id.clone(), row);
        out.push(Effect::Event(id));
    }

    /// A marked alarm is closed: how bad it got and when it ended stand now.
    pub(crate) fn settle_mark(&mut self, watch: u32, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get(&watch) else {
            return;
        };
        let id = self.mark_id(watch, alarm.episode);
        let (level, until) = (Level::from_digit(alarm.worst), alarm.returned);
        if let Some(row) = self.state.events.get_mut(&id).filter(|row| !row.dropped) {
            (row.level, row.until) = (level, until);
            out.push(Effect::Event(id));
        }
    }

    fn mark_id(&self, watch: u32, episode: u32) -> OpId {
        OpId(format!("{}-{episode}", self.key_of(watch)))
    }

    /// Ids of the stations that lie in an area.
    pub fn stations_in(&self, area: &AreaRef) -> Vec<String> {
        let stations = self.config.stations.iter().zip(0u32..);
        let inside = stations.filter(|(_, slot)| self.index.ground.lies_in(*slot, area));
        inside.map(|(station, _)| station.id.clone()).collect()
    }

    /// One event, also one that was just dropped.
    pub fn event_view(&self, id: &OpId) -> Option<EventView> {
        self.state.events.get(id).cloned()
    }

    /// Everything that happened, by its beginning.
    pub fn event_views(&self) -> Vec<EventView> {
        let kept = self.state.events.values().filter(|e| !e.dropped);
        let mut list: Vec<EventView> = kept.cloned().collect();
        list.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        list
    }
}
