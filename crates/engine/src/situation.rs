//! Situations: alarms grouped so that one person can grasp them.
//!
//! An alarm takes a seat in one situation when it opens and keeps it until it is closed. All counts
//! are kept as seats change, so one alarm among ten thousand costs what one among ten does. Never
//! decides about a reading, never tells anybody: that is `annunciation.rs`.

use std::collections::{BTreeMap, BTreeSet};

use model::effect::NoticeReason;
use model::incident::Decision;
use model::{AlarmKey, SituationId, Time};
use serde::{Deserialize, Serialize};

use crate::blind_alarm;
use crate::decisions::Undecided;
use crate::engine::Engine;
use crate::ground::AreaName;
use crate::manual::Manual;
use crate::timers::Due;

/// All situations that are not forgotten, and the storms they belong to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Situations {
    pub(crate) list: BTreeMap<SituationId, Situation>,
    /// By hazard.
    pub(crate) storms: BTreeMap<String, Storm>,
    /// Areas whose groups became one, by hazard and storm.
    pub(crate) merged: BTreeSet<(String, u64, AreaName)>,
    /// Open groups under one area, by hazard and storm.
    pub(crate) siblings: BTreeMap<(String, u64, AreaName), BTreeSet<SituationId>>,
    /// After a start, notices below red wait until then.
    pub(crate) hold_until: Option<Time>,
    /// Situations to be looked at before this input is over, and whether to show them anew.
    #[serde(skip)]
    pub(crate) touched: BTreeMap<SituationId, bool>,
    /// The input being applied says that the process started.
    #[serde(skip)]
    pub(crate) resuming: bool,
}

/// Alarms of one hazard until a long enough calm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Storm {
    ordinal: u64,
    pub(crate) active: u32,
    pub(crate) calm_since: Option<Time>,
}

/// What an alarm adds to the counts of its situation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seat {
    pub(crate) situation: SituationId,
    /// Level it is told at; 0 once returned.
    pub(crate) level: u8,
    quiet: bool,
    unacked: bool,
}

/// Members of a situation in one township: open, loud, and loud but unacknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Touch {
    open: u32,
    pub(crate) loud: u32,
    pub(crate) unread: u32,
}

/// What people have been told, or have themselves acknowledged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) level: u8,
    pub(crate) townships: BTreeSet<String>,
    pub(crate) people: u32,
    pub(crate) count: u32,
    pub(crate) at: Option<Time>,
    pub(crate) reason: Option<NoticeReason>,
    pub(crate) red_at: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Situation {
    pub(crate) hazard: String,
    pub(crate) area: AreaName,
    pub(crate) storm: u64,
    pub(crate) opened: Time,
    pub(crate) changed: Time,
    pub(crate) first: AlarmKey,
    pub(crate) newest: AlarmKey,
    pub(crate) worst: u8,
    /// Watches of the open alarms.
    pub(crate) members: BTreeSet<u32>,
    /// Members by level, quiet ones included; by level, those that make noise; of these the
    /// unacknowledged.
    pub(crate) levels: [u32; 5],
    pub(crate) loud: [u32; 5],
    pub(crate) unread: [u32; 5],
    pub(crate) quiet: u32,
    pub(crate) unacked: u32,
    pub(crate) townships: BTreeMap<String, Touch>,
    pub(crate) told: Told,
    /// Something that has to be told at once: why, and at which level.
    pub(crate) forced: Option<(NoticeReason, u8)>,
    pub(crate) news_since: Option<Time>,
    pub(crate) unread_since: Option<Time>,
    pub(crate) due: Option<Time>,
    pub(crate) merged_into: Option<SituationId>,
    pub(crate) closed: bool,
    /// What is known of it when no gauge raised it.
    #[serde(default)]
    pub(crate) manual: Option<Manual>,
    /// What was decided about it, oldest first.
    #[serde(default)]
    pub(crate) decisions: Vec<Decision>,
    #[serde(default)]
    pub(crate) undecided: Option<Undecided>,
}

impl Seat {
    /// A seat that makes noise and that nobody has taken note of.
    pub(crate) fn loud(situation: SituationId, level: u8) -> Seat {
        Seat {
            situation,
            level,
            quiet: false,
            unacked: true,
        }
    }

    /// The same after somebody took note.
    pub(crate) fn noted(self) -> Seat {
        Seat {
            unacked: false,
            ..self
        }
    }
}

/// Closed situations are remembered this long, for whoever looks at one just then.
const REMEMBER_MS: i64 = 86_400_000;

/// The highest level that has anything.
pub(crate) fn top(levels: &[u32; 5]) -> u8 {
    (1..5u8)
        .rev()
        .find(|l| levels[usize::from(*l)] > 0)
        .unwrap_or(0)
}

impl Situation {
    pub(crate) fn level(&self) -> u8 {
        top(&self.levels)
    }

    pub(crate) fn active(&self) -> u32 {
        self.levels[1..].iter().sum()
    }

    pub(crate) fn add(&mut self, watch: u32, seat: Seat, township: Option<&str>) {
        self.members.insert(watch);
        self.count(seat, township, u32::wrapping_add);
        self.worst = self.worst.max(seat.level);
    }

    fn remove(&mut self, watch: u32, seat: Seat, township: Option<&str>) {
        self.members.remove(&watch);
        self.count(seat, township, u32::wrapping_sub);
    }

    pub(crate) fn count(
        &mut self,
        seat: Seat,
        township: Option<&str>,
        op: impl Fn(u32, u32) -> u32,
    ) {
        let step = |count: &mut u32| *count = op(*count, 1);
        let (level, loud) = (usize::from(seat.level), seat.level > 0 && !seat.quiet);
        step(&mut self.levels[level]);
        if seat.quiet {
            step(&mut self.quiet);
        }
        if seat.unacked {
            step(&mut self.unacked);
        }
        if loud {
            step(&mut self.loud[level]);
        }
        if loud && seat.unacked {
            step(&mut self.unread[level]);
        }
        let Some(township) = township else { return };
        if !self.townships.contains_key(township) {
            self.townships.insert(township.to_owned(), Touch::default());
        }
        if let Some(touch) = self.townships.get_mut(township) {
            step(&mut touch.open);
            if loud {
                step(&mut touch.loud);
            }
            if loud && seat.unacked {
                step(&mut touch.unread);
            }
            if touch.open == 0 {
                self.townships.remove(township);
            }
        }
    }
}

impl Engine {
    pub(crate) fn situation_of(&self, watch: u32) -> Option<SituationId> {
        let seat = self.state.alarms.get(&watch)?.seat?;
        Some(seat.situation)
    }

    /// Brings the seat of an alarm in line with what the alarm is now.
    pub(crate) fn reseat(&mut self, watch: u32, at: Time) {
        let Some(alarm) = self.state.alarms.get(&watch) else {
            return;
        };
        let old = alarm.seat;
        if alarm.closed && old.is_none() {
            return;
        }
        let situation = match old {
            Some(seat) => seat.situation,
            None => match self.join_blinded(watch, at) {
                Some(blinded) => blinded,
                None => self.join(watch, at),
            },
        };
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        let new = (!alarm.closed).then(|| Seat {
            situation,
            level: alarm.told_level(),
            quiet: alarm.is_quiet(),
            unacked: alarm.ack.is_none(),
        });
        alarm.seat = new;
        let was = old.is_some_and(|s| s.level > 0);
        let is = new.is_some_and(|s| s.level > 0);
        if old == new {
            self.state.situations.touched.entry(situation).or_default();
        } else {
            self.move_seat(watch, situation, (old, new), at);
        }
        if was != is {
            self.blow(watch, is, at);
            self.gather(situation, at);
        }
    }

    fn move_seat(
        &mut self,
        watch: u32,
        id: SituationId,
        (old, new): (Option<Seat>, Option<Seat>),
        at: Time,
    ) {
        let key = self.key_of(watch);
        let township = self.township_of(watch).map(str::to_owned);
        let Some(situation) = self.state.situations.list.get_mut(&id) else {
            return;
        };
        if let Some(seat) = old {
            situation.remove(watch, seat, township.as_deref());
        }
        if let Some(seat) = new {
            situation.add(watch, seat, township.as_deref());
        }
        situation.changed = at;
        situation.newest = key;
        self.state.situations.touched.insert(id, true);
        if situation.members.is_empty() && situation.manual.is_none() {
            self.close_situation(id);
        }
    }

    pub(crate) fn township_of(&self, watch: u32) -> Option<&str> {
        let station = self.station_slot(watch);
        let place = self.index.ground.township(station)?;
        Some(&place.name.1)
    }

    pub(crate) fn station_slot(&self, watch: u32) -> u32 {
        if let Some(station) = blind_alarm::station_of(watch) {
            return station;
        }
        let series = self.config.watches[watch as usize].series;
        self.config.series[series.index()].station.0
    }

    pub(crate) fn close_situation(&mut self, id: SituationId) {
        let situations = &mut self.state.situations;
        let Some(situation) = situations.list.get_mut(&id) else {
            return;
        };
        situation.closed = true;
        situation.told = Told {
            count: situation.told.count,
            at: situation.told.at,
            reason: situation.told.reason,
            ..Told::default()
        };
        situation.forced = None;
        if let Some(due) = situation.due.take() {
            self.state
                .timers
                .disarm(due, Due::Situation { situation: id });
        }
        let group = (situation.hazard.clone(), situation.storm);
        let area = situation.area.clone();
        if let Some(parent) = self.above(&area)
            && let Some(row) = self
                .state
                .situations
                .siblings
                .get_mut(&(group.0, group.1, parent))
        {
            row.remove(&id);
        }
    }

    /// The name of the area above, if there is one.
    pub(crate) fn above(&self, area: &AreaName) -> Option<AreaName> {
        let ground = &self.index.ground;
        let parent = ground.find(area)?.1.parent?;
        Some(ground.at(parent).name.clone())
    }

    /// Counts an alarm of a storm in or out.
    pub(crate) fn blow(&mut self, watch: u32, on: bool, at: Time) {
        let hazard = self.hazard_of(watch).to_owned();
        let Some(storm) = self.state.situations.storms.get_mut(&hazard) else {
            return;
        };
        if on {
            storm.active += 1;
            storm.calm_since = None;
        } else {
            storm.active = storm.active.saturating_sub(1);
            if storm.active == 0 {
                storm.calm_since = Some(at);
            }
        }
    }

    /// The storm an alarm of a hazard that begins now belongs to.
    pub(crate) fn storm(&mut self, hazard: &str, at: Time) -> u64 {
        let gap_ms = self.config.policy.grouping.storm_gap_ms;
        let situations = &mut self.state.situations;
        let storm = situations.storms.entry(hazard.to_owned()).or_default();
        let over = storm
            .calm_since
            .is_none_or(|since| at.since_ms(since) >= gap_ms);
        if storm.active == 0 && over {
            storm.ordinal += 1;
            storm.calm_since = Some(at);
            let now = storm.ordinal;
            situations
                .merged
                .retain(|(h, ordinal, _)| h != hazard || *ordinal >= now);
            situations
                .siblings
                .retain(|(h, ordinal, _), row| h != hazard || *ordinal >= now || !row.is_empty());
            return now;
        }
        storm.ordinal
    }

    /// The situation a newly opened alarm belongs to: of the largest area above it whose groups
    /// were merged, else of its own.
    fn join(&mut self, watch: u32, at: Time) -> SituationId {
        let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
        let hazard = rule.hazard.clone();
        let storm = self.storm(&hazard, at);
        let ground = &self.index.ground;
        let leaf = ground.leaf(self.station_slot(watch));
        let merged = |place: &u32| {
            let name = ground.at(*place).name.clone();
            let key = (hazard.clone(), storm, name);
            self.state.situations.merged.contains(&key)
        };
        let place = ground.chain(leaf).filter(merged).last().unwrap_or(leaf);
        let area = ground.at(place).name.clone();
        let key = self.key_of(watch);
        self.open_situation(hazard, area, storm, key, at)
    }

    pub(crate) fn open_situation(
        &mut self,
        hazard: String,
        area: AreaName,
        storm: u64,
        first: AlarmKey,
        at: Time,
    ) -> SituationId {
        let kind = format!("{:?}", area.0).to_lowercase();
        let place = format!("{kind}:{}", area.1);
        let id = SituationId::of(&self.config.code, &hazard, &place, storm);
        let known = self.state.situations.list.get(&id);
        if known.is_some_and(|s| !s.closed) {
            return id;
        }
        let told = known.map(|s| s.told.clone()).unwrap_or_default();
        let bound = at.plus_ms(-REMEMBER_MS);
        let situations = &mut self.state.situations;
        situations
            .list
            .retain(|_, s| !s.closed || s.changed >= bound);
        situations.list.insert(
            id,
            Situation {
                hazard: hazard.clone(),
                area: area.clone(),
                storm,
                opened: at,
                changed: at,
                first,
                newest: first,
                worst: 0,
                members: BTreeSet::new(),
                levels: [0; 5],
                loud: [0; 5],
                unread: [0; 5],
                quiet: 0,
                unacked: 0,
                townships: BTreeMap::new(),
                told: Told { count: 0, ..told },
                forced: None,
                news_since: None,
                unread_since: None,
                due: None,
                merged_into: None,
                closed: false,
                manual: None,
                decisions: Vec::new(),
                undecided: None,
            },
        );
        self.state.load.situations += 1;
        if let Some(parent) = self.above(&area) {
            let row = (hazard, storm, parent);
            let siblings = &mut self.state.situations.siblings;
            siblings.entry(row).or_default().insert(id);
        }
        id
    }
}
