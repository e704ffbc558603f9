//! Groups of one area that became too many become one situation of that area.

use model::action::{Shown, Why};
use model::config::AreaKind;
use model::{AlarmKey, Effects, PersonId, SituationId, Time};

use crate::engine::Engine;

impl Engine {
    /// Makes one situation of the groups under one area when too many of them are active.
    pub(crate) fn gather(&mut self, id: SituationId, at: Time) {
        let most = usize::from(self.config.policy.grouping.merge_above);
        let Some(situation) = self.state.situations.list.get(&id) else {
            return;
        };
        if most == 0 || situation.closed || situation.area.0 == AreaKind::County {
            return;
        }
        let Some(parent) = self.above(&situation.area) else {
            return;
        };
        let row = (situation.hazard.clone(), situation.storm, parent);
        let situations = &self.state.situations;
        let Some(children) = situations.siblings.get(&row).cloned() else {
            return;
        };
        let active = |id: &&SituationId| situations.list.get(id).is_some_and(|s| s.active() > 0);
        if children.iter().filter(active).count() <= most {
            return;
        }
        let (hazard, storm, area) = row.clone();
        self.state.situations.merged.insert(row);
        let first = children
            .iter()
            .filter_map(|c| self.state.situations.list.get(c))
            .min_by_key(|s| (s.opened, s.first))
            .map(|s| (s.first, s.opened));
        let Some((first, opened)) = first else { return };
        let whole = self.open_situation(hazard, area, storm, first, at);
        if let Some(s) = self.state.situations.list.get_mut(&whole) {
            s.first = first;
            s.opened = s.opened.min(opened);
        }
        for child in children {
            self.absorb(child, whole, at);
        }
        self.gather(whole, at);
    }

    /// Moves every member of a group, and what was told of it, into a larger one.
    fn absorb(&mut self, child: SituationId, whole: SituationId, at: Time) {
        let Some(part) = self.state.situations.list.get_mut(&child) else {
            return;
        };
        part.merged_into = Some(whole);
        let members: Vec<u32> = part.members.iter().copied().collect();
        let (told, worst) = (part.told.clone(), part.worst);
        let (news, unread, forced) = (part.news_since, part.unread_since, part.forced);
        let newest = part.newest;
        let decisions = part.decisions.clone();
        self.close_situation(child);
        for watch in members {
            let township = self.township_of(watch).map(str::to_owned);
            let seat = self.state.alarms.get_mut(&watch).and_then(|a| {
                let seat = a.seat.as_mut()?;
                seat.situation = whole;
                Some(*seat)
            });
            if let (Some(seat), Some(s)) = (seat, self.state.situations.list.get_mut(&whole)) {
                s.add(watch, seat, township.as_deref());
            }
        }
        let situations = &mut self.state.situations;
        if let Some(s) = situations.list.get_mut(&whole) {
            s.changed = at;
            s.newest = newest;
            s.worst = s.worst.max(worst);
            s.news_since = earlier(s.news_since, news);
            s.unread_since = earlier(s.unread_since, unread);
            s.forced = s.forced.max(forced);
            s.decisions.extend(decisions);
            s.decisions.sort_by_key(|d| d.at);
            s.told.level = s.told.level.max(told.level);
            s.told.townships.extend(told.townships);
            let ground = &self.index.ground;
            s.told.people = s.told.townships.iter().map(|t| ground.people_of(t)).sum();
            s.told.count += told.count;
            s.told.red_at = s.told.red_at.max(told.red_at);
            if told.at > s.told.at {
                s.told.at = told.at;
                s.told.reason = told.reason;
            }
        }
        situations.touched.insert(child, true);
        situations.touched.insert(whole, true);
    }

    /// Takes note of the members shown at the press, and of a situation opened by hand itself, in a
    /// person's name.
    pub(crate) fn acknowledge_situation(
        &mut self,
        situation: SituationId,
        (alarms, shown): (&[AlarmKey], &[Shown]),
        by: &PersonId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let whole = self.whole(situation).ok_or(Why::NoSuchSituation)?;
        let members = self.members_among(whole, alarms);
        let by_hand = self.is_manual(whole);
        let seen = self.note_by_hand(whole, shown, by, at);
        if members.is_empty() && !by_hand {
            return Err(Why::NoSuchAlarm);
        }
        let noted = self.note_as_shown(&members, shown, by, at, out);
        if noted == 0 && !seen {
            return Err(Why::NotAsShown);
        }
        Ok(())
    }

    /// Those of `alarms` that are open members of a situation.
    pub(crate) fn members_among(&self, whole: SituationId, alarms: &[AlarmKey]) -> Vec<u32> {
        let open = alarms.iter().filter_map(|key| self.open_alarm(key));
        open.filter(|watch| self.situation_of(*watch) == Some(whole))
            .collect()
    }

    pub(crate) fn knows_situation(&self, id: SituationId) -> bool {
        self.whole(id).is_some()
    }

    /// The situation that another has become part of, if it did.
    pub(crate) fn whole(&self, id: SituationId) -> Option<SituationId> {
        let mut id = id;
        while let Some(next) = self.state.situations.list.get(&id)?.merged_into {
            id = next;
        }
        Some(id)
    }

    /// Counts every situation anew from the seats of the alarms, after slots changed their meaning.
    pub(crate) fn recount_situations(&mut self, at: Time) {
        for situation in self.state.situations.list.values_mut() {
            situation.members.clear();
            situation.townships.clear();
            (situation.levels, situation.loud, situation.unread) = ([0; 5], [0; 5], [0; 5]);
            (situation.quiet, situation.unacked) = (0, 0);
            situation.seat_manual(true);
        }
        for storm in self.state.situations.storms.values_mut() {
            storm.active = 0;
        }
        let watches: Vec<u32> = self.state.alarms.keys().copied().collect();
        for watch in watches {
            let Some(seat) = self.state.alarms.get(&watch).and_then(|a| a.seat) else {
                continue;
            };
            let township = self.township_of(watch).map(str::to_owned);
            let situations = &mut self.state.situations;
            match situations.list.get_mut(&seat.situation) {
                Some(situation) => situation.add(watch, seat, township.as_deref()),
                None => {
                    if let Some(alarm) = self.state.alarms.get_mut(&watch) {
                        alarm.seat = None;
                    }
                    continue;
                }
            }
            if seat.level > 0 {
                self.blow(watch, true, at);
            }
        }
        let lists = self.state.situations.list.iter();
        let empty = lists.filter(|(_, s)| !s.closed && s.members.is_empty() && s.manual.is_none());
        let empty: Vec<SituationId> = empty.map(|(id, _)| *id).collect();
        for id in empty {
            self.close_situation(id);
            self.state.situations.touched.insert(id, true);
        }
        for storm in self.state.situations.storms.values_mut() {
            if storm.active == 0 && storm.calm_since.is_none() {
                storm.calm_since = Some(at);
            }
        }
    }
}

fn earlier(a: Option<Time>, b: Option<Time>) -> Option<Time> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
