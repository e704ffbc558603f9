//! Situations no gauge raised: a telephone call, an area drawn on the map, somebody who needs help.
//!
//! Such a situation has a seat of its own beside those of alarms, so it is counted, told and
//! repeated like any other. It ends only by a person.

use std::collections::{BTreeMap, BTreeSet};

use model::action::{Act, Shown, Why};
use model::config::AreaKind;
use model::effect::{NoticeReason, SystemKind};
use model::id::Seal;
use model::incident::{ManualView, OpenSituation, OpenedBy};
use model::task::FactKind;
use model::{AlarmKey, Effects, Level, PersonId, SituationId, TaskId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::ground::AreaName;
use crate::situation::{Seat, Situation, Told};

/// The hazard of whoever needs help.
const HELP: &str = "need_help";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manual {
    pub(crate) seat: Seat,
    pub(crate) level: Level,
    how: OpenedBy,
    by: PersonId,
    text: Option<Seal>,
    place: Option<Seal>,
    pub(crate) task: Option<TaskId>,
    pub(crate) township: Option<String>,
    pub(crate) acked: Option<(PersonId, Time)>,
    /// Until when that holds without a word from there; absent: for good.
    #[serde(default)]
    lease_until: Option<Time>,
    /// Which call of its task for help it is, from 1; of other situations there is one.
    #[serde(default)]
    call: u32,
}

impl Manual {
    pub(crate) fn lease_until(&self) -> Option<Time> {
        self.lease_until
    }

    /// An id of this call among all calls of its situation.
    fn episode(&self, id: SituationId) -> String {
        format!("{id}-{}", self.call)
    }

    /// Whether it has neither become worse nor been called anew since a screen showed it; of what nothing is
    /// said, it is taken as it is.
    fn is_as_shown(&self, id: SituationId, shown: &[Shown]) -> bool {
        let mut shown = shown.iter();
        let seen = shown.find(|shown| shown.alarm == key_of(id));
        seen.is_none_or(|seen| self.level.digit() <= seen.level && self.episode(id) == seen.episode)
    }

    pub(crate) fn view(&self, id: SituationId) -> ManualView {
        ManualView {
            how: self.how,
            by: self.by.clone(),
            level: self.level,
            text: self.text.clone(),
            place: self.place.clone(),
            task: self.task.clone(),
            episode: self.episode(id),
            acked_by: self.acked.as_ref().map(|(by, _)| by.clone()),
            acked_at: self.acked.as_ref().map(|(_, at)| *at),
            lease_until: self.lease_until,
        }
    }
}

/// No alarm began a situation opened by hand; its own id stands where an alarm's would.
fn key_of(id: SituationId) -> AlarmKey {
    AlarmKey(id.0)
}

impl Situation {
    fn by_hand(hazard: &str, area: AreaName, id: SituationId, at: Time) -> Situation {
        let key = key_of(id);
        Situation {
            hazard: hazard.to_owned(),
            area,
            storm: 0,
            opened: at,
            changed: at,
            first: key,
            newest: key,
            worst: 0,
            members: BTreeSet::new(),
            levels: [0; 5],
            loud: [0; 5],
            unread: [0; 5],
            quiet: 0,
            unacked: 0,
            townships: BTreeMap::new(),
            told: Told::default(),
            forced: None,
            news_since: None,
            unread_since: None,
            due: None,
            merged_into: None,
            closed: false,
            manual: None,
            decisions: Vec::new(),
            undecided: None,
        }
    }

    /// Takes the seat of what was opened by hand out of the counts, or puts it in.
    pub(crate) fn seat_manual(&mut self, on: bool) {
        let Some(manual) = &self.manual else { return };
        let (seat, township) = (manual.seat, manual.township.clone());
        let op = if on {
            u32::wrapping_add
        } else {
            u32::wrapping_sub
        };
        self.count(seat, township.as_deref(), op);
        if on {
            self.worst = self.worst.max(seat.level);
        }
    }
}

impl Engine {
    pub(crate) fn open_by_hand(
        &mut self,
        act: &Act,
        order: &OpenSituation,
        at: Time,
    ) -> Result<(), Why> {
        let area = match &order.area {
            Some(area) if self.index.ground.find(area).is_some() => area.clone(),
            Some(_) => return Err(Why::NoSuchArea),
            None => self.county(),
        };
        let place = format!("by_hand:{}", act.op);
        let id = SituationId::of(&self.config.code, &order.hazard, &place, 0);
        let township = (area.0 == AreaKind::Township).then(|| area.1.clone());
        let manual = Manual {
            seat: Seat::loud(id, order.level.digit()),
            level: order.level,
            how: order.how,
            by: act.by.clone(),
            text: Some(order.text.clone()),
            place: order.place.clone(),
            task: None,
            township,
            acked: None,
            lease_until: None,
            call: 1,
        };
        self.seat_by_hand(id, &order.hazard, area, manual, at);
        Ok(())
    }

    fn county(&self) -> AreaName {
        self.index.ground.at(0).name.clone()
    }

    fn seat_by_hand(
        &mut self,
        id: SituationId,
        hazard: &str,
        area: AreaName,
        manual: Manual,
        at: Time,
    ) {
        let situations = &mut self.state.situations;
        let mut situation = Situation::by_hand(hazard, area, id, at);
        if let Some(known) = situations.list.get(&id) {
            situation.told.count = known.told.count;
        }
        situation.manual = Some(manual);
        situation.seat_manual(true);
        situations.list.insert(id, situation);
        situations.touched.insert(id, true);
        self.state.load.situations += 1;
    }

    /// Somebody in the field needs help: a red situation of their own, told at once.
    pub(crate) fn call_for_help(
        &mut self,
        task: &TaskId,
        by: &PersonId,
        (text, place): (Option<&Seal>, Option<&Seal>),
        at: Time,
    ) {
        let id = self.help_id(task);
        let of = self.find_task(task).and_then(|(command, n)| {
            let task = &self.state.commands.get(&command)?.tasks[n];
            let facts = task.facts.iter();
            let calls = facts.filter(|fact| fact.kind == FactKind::NeedHelp).count();
            Some((task.person.clone(), calls as u32))
        });
        let (assignee, before) = of.unzip();
        let mut people = self.config.people.iter();
        let person = people.find(|p| Some(&p.id) == assignee.as_ref());
        let township = person.and_then(|p| p.township.clone());
        let area = township.map(|code| (AreaKind::Township, code));
        let area = area.filter(|area| self.index.ground.find(area).is_some());
        let manual = Manual {
            seat: Seat::loud(id, Level::Red.digit()),
            level: Level::Red,
            how: OpenedBy::Help,
            by: assignee.unwrap_or_else(|| by.clone()),
            text: text.cloned(),
            place: place.cloned(),
            task: Some(task.clone()),
            township: area.as_ref().map(|(_, code)| code.clone()),
            acked: None,
            lease_until: None,
            call: before.unwrap_or(0) + 1,
        };
        if self.is_manual(id) {
            self.end_by_hand(id, at);
        }
        let area = area.unwrap_or_else(|| self.county());
        self.seat_by_hand(id, HELP, area, manual, at);
    }

    fn help_id(&self, task: &TaskId) -> SituationId {
        SituationId::of(&self.config.code, HELP, task.as_str(), 0)
    }

    pub(crate) fn is_manual(&self, id: SituationId) -> bool {
        let situation = self.state.situations.list.get(&id);
        situation.is_some_and(|s| !s.closed && s.manual.is_some())
    }

    /// The desk has dealt with whoever needed help.
    ///
    /// # Errors
    /// [`Why::NotAsShown`] when somebody called again since.
    pub(crate) fn help_is_over(
        &mut self,
        task: &str,
        shown: &[Shown],
        at: Time,
    ) -> Result<(), Why> {
        let id = self.help_id(&TaskId(task.to_owned()));
        if self.is_manual(id) {
            self.end_as_shown(id, shown)?;
            self.end_by_hand(id, at);
        }
        Ok(())
    }

    /// Takes note of what was opened by hand, unless it is another call by now than a screen showed.
    pub(crate) fn note_by_hand(
        &mut self,
        id: SituationId,
        shown: &[Shown],
        by: &PersonId,
        at: Time,
    ) -> bool {
        let leases_ms = self.config.policy.lease_ms;
        let situations = &mut self.state.situations;
        let Some(situation) = situations.list.get_mut(&id).filter(|s| !s.closed) else {
            return false;
        };
        let Some(manual) = &situation.manual else {
            return false;
        };
        // Whoever pressed is shown what it is by now.
        situations.touched.insert(id, true);
        if !manual.is_as_shown(id, shown) {
            return false;
        }
        situation.seat_manual(false);
        if let Some(manual) = &mut situation.manual {
            manual.acked = Some((by.clone(), at));
            manual.lease_until = lease(&leases_ms, manual.level, at);
            manual.seat = manual.seat.noted();
        }
        situation.seat_manual(true);
        situation.changed = at;
        true
    }

    /// Whoever took note has not been heard of since: it is unread again, and told.
    pub(crate) fn lapse_by_hand(&mut self, id: SituationId, at: Time) -> bool {
        let Some(situation) = self.state.situations.list.get_mut(&id) else {
            return false;
        };
        let until = situation.manual.as_ref().and_then(Manual::lease_until);
        if until.is_none_or(|until| until > at) {
            return false;
        }
        situation.seat_manual(false);
        if let Some(manual) = &mut situation.manual {
            (manual.acked, manual.lease_until) = (None, None);
            manual.seat = Seat::loud(id, manual.level.digit());
            situation.forced = Some((NoticeReason::LeaseLapsed, manual.level.digit()));
        }
        situation.seat_manual(true);
        situation.changed = at;
        true
    }

    /// Something was heard of a situation opened by hand: from whoever needed help, or of a command
    /// that answers it.
    pub(crate) fn renew_by_hand(&mut self, task: &TaskId, of: Option<SituationId>, at: Time) {
        let leases_ms = self.config.policy.lease_ms;
        for id in [Some(self.help_id(task)), of].into_iter().flatten() {
            let situation = self.state.situations.list.get_mut(&id);
            let manual = situation.and_then(|situation| situation.manual.as_mut());
            if let Some(manual) = manual.filter(|manual| manual.acked.is_some()) {
                manual.lease_until = lease(&leases_ms, manual.level, at);
                self.state.situations.touched.entry(id).or_default();
            }
        }
    }

    /// Another level for what was opened by hand; a rise is unread again.
    pub(crate) fn grade_by_hand(
        &mut self,
        id: SituationId,
        level: Level,
        at: Time,
    ) -> Result<(), Why> {
        if !self.is_manual(id) {
            return Err(Why::NoSuchSituation);
        }
        let situations = &mut self.state.situations;
        let Some(situation) = situations.list.get_mut(&id) else {
            return Err(Why::NoSuchSituation);
        };
        situation.seat_manual(false);
        if let Some(manual) = &mut situation.manual {
            if level > manual.level || manual.acked.is_none() {
                (manual.acked, manual.lease_until) = (None, None);
                manual.seat = Seat::loud(id, level.digit());
            } else {
                manual.seat = Seat::loud(id, level.digit()).noted();
            }
            manual.level = level;
        }
        situation.seat_manual(true);
        situation.changed = at;
        situations.touched.insert(id, true);
        Ok(())
    }

    /// A person says that it is over.
    pub(crate) fn close_by_hand(
        &mut self,
        id: SituationId,
        shown: &[Shown],
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let task = self.end_as_shown(id, shown)?;
        self.end_by_hand(id, at);
        if let Some(task) = task {
            self.notice(SystemKind::NeedHelp, task.as_str(), false, at, out);
            self.calm_task(task.as_str(), out);
        }
        Ok(())
    }

    /// The task whose person called for help, where a situation opened by hand may be ended by a press.
    fn end_as_shown(&mut self, id: SituationId, shown: &[Shown]) -> Result<Option<TaskId>, Why> {
        let situation = self.state.situations.list.get(&id);
        let open = situation.filter(|situation| !situation.closed);
        let Some(manual) = open.and_then(|situation| situation.manual.as_ref()) else {
            return Err(Why::NoSuchSituation);
        };
        if manual.is_as_shown(id, shown) {
            return Ok(manual.task.clone());
        }
        // Whoever pressed is shown what it is by now.
        self.state.situations.touched.insert(id, true);
        Err(Why::NotAsShown)
    }

    fn end_by_hand(&mut self, id: SituationId, at: Time) {
        if let Some(situation) = self.state.situations.list.get_mut(&id) {
            situation.seat_manual(false);
            situation.manual = None;
            situation.changed = at;
        }
        self.close_situation(id);
        self.state.situations.touched.insert(id, true);
    }
}

fn lease(leases_ms: &[i64; 4], level: Level, at: Time) -> Option<Time> {
    let lease_ms = leases_ms[level.index()];
    (lease_ms > 0).then(|| at.plus_ms(lease_ms))
}
