//! The ledger of everything that makes no noise now: who, why, until when.
//!
//! Suppressed alarms still exist, are listed, and count; nothing here touches a condition. What a
//! person pressed stands as an entry; what the rules themselves keep quiet is in `inhibition.rs`
//! and `flapping.rs`.

use std::collections::{BTreeMap, BTreeSet};

use model::action::Matcher;
use model::effect::{NoticeReason, SystemKind};
use model::id::Seal;
use model::view::QuietKind;
use model::{AlarmKey, Effect, Effects, OpId, PersonId, Time};
use serde::{Deserialize, Serialize};

use crate::alarm::Alarm;
use crate::engine::Engine;
use crate::timers::Due;

/// Shelves, silences, maintenance windows and stations out of service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// Ended ones are kept for a day, for whoever looks at one just then.
    pub(crate) entries: BTreeMap<OpId, Entry>,
    /// Those in force.
    live: BTreeSet<OpId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) kind: QuietKind,
    pub(crate) by: PersonId,
    pub(crate) from: Time,
    /// Absent: until a person ends it.
    pub(crate) until: Option<Time>,
    pub(crate) reason: Option<Seal>,
    pub(crate) ticket: Option<String>,
    /// Of a silence.
    pub(crate) matcher: Option<Matcher>,
    /// The alarm of a shelf, and the level it was shelved at.
    pub(crate) alarm: Option<(AlarmKey, u8)>,
    pub(crate) stations: Vec<String>,
    /// Of a silence: the alarms it is about that stood when it was made, and at which level.
    #[serde(default)]
    pub(crate) stood: BTreeMap<AlarmKey, u8>,
    /// Those of them that have risen since: it is about them no more.
    #[serde(default)]
    pub(crate) risen: BTreeSet<AlarmKey>,
    pub(crate) waits_for_approval: bool,
    pub(crate) approved_by: Option<PersonId>,
    pub(crate) ended: Option<Time>,
    /// Active alarms it is about.
    covers: u32,
    /// It was about something active, and nothing since then.
    idle_since: Option<Time>,
    /// Its next deadline.
    due: Option<Time>,
}

/// What keeps an alarm quiet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Quiet {
    /// Entries of the ledger.
    pub(crate) held: BTreeSet<OpId>,
    /// Silences that would cover it at a lower level.
    outgrown: BTreeSet<OpId>,
    /// All of these count the alarm as active.
    counted: bool,
    pub(crate) inhibited: bool,
    /// Inhibition has ended; it may be told from then.
    pub(crate) rest_until: Option<Time>,
}

impl Quiet {
    pub(crate) fn is_any(&self) -> bool {
        !self.held.is_empty() || self.is_inhibited()
    }

    /// Whether another alarm keeps it quiet, or did until just now.
    pub(crate) fn is_inhibited(&self) -> bool {
        self.inhibited || self.rest_until.is_some()
    }

    fn entries(&self) -> BTreeSet<&OpId> {
        self.held.union(&self.outgrown).collect()
    }
}

impl Entry {
    /// An entry that begins at `from`, as its press says.
    pub(crate) fn new(kind: QuietKind, by: &PersonId, from: Time, until: Option<Time>) -> Entry {
        Entry {
            kind,
            by: by.clone(),
            from,
            until,
            reason: None,
            ticket: None,
            matcher: None,
            alarm: None,
            stations: Vec::new(),
            stood: BTreeMap::new(),
            risen: BTreeSet::new(),
            waits_for_approval: false,
            approved_by: None,
            ended: None,
            covers: 0,
            idle_since: None,
            due: None,
        }
    }

    /// Whether it keeps an alarm quiet that it is about, at the level that is told.
    fn holds(&self, key: AlarmKey, level: u8) -> bool {
        let highest = self.matcher.as_ref().map_or(4, |m| m.highest().digit());
        level <= highest && !self.risen.contains(&key)
    }

    fn is_live(&self, at: Time) -> bool {
        self.ended.is_none() && !self.waits_for_approval && self.from <= at
    }
}

impl Engine {
    /// Entries in force that are about the alarm of a watch.
    fn holders(&self, watch: u32) -> impl Iterator<Item = (&OpId, &Entry)> {
        let live = self.state.ledger.live.iter();
        let live = live.filter_map(|id| Some((id, self.state.ledger.entries.get(id)?)));
        live.filter(move |(_, entry)| self.covers(entry, watch))
    }

    /// Whether an entry is about the alarm of a watch, at whatever level.
    fn covers(&self, entry: &Entry, watch: u32) -> bool {
        if let Some((key, _)) = entry.alarm {
            return key == self.key_of(watch);
        }
        let station = &self.config.stations[self.station_slot(watch) as usize];
        let Some(matcher) = &entry.matcher else {
            return entry.stations.contains(&station.id);
        };
        let rule = self.rule_id(watch);
        let agrees = |field: &Option<String>, is: Option<&str>| {
            let wanted = field.as_deref();
            wanted.is_none() || is == wanted
        };
        agrees(&matcher.hazard, Some(self.hazard_of(watch)))
            && agrees(&matcher.rule, Some(rule))
            && agrees(&matcher.station, Some(station.id.as_str()))
            && agrees(&matcher.township, station.township.as_deref())
            && agrees(&matcher.catchment, station.catchment.as_deref())
    }

    /// An alarm that stands above the level it had when a silence was made is no longer what whoever
    /// made it spoke of, whatever becomes of it: the silence goes on for the others.
    fn leave_silences(&mut self, watch: u32) {
        let level = self.state.alarms.get(&watch).map_or(0, Alarm::told_level);
        let key = self.key_of(watch);
        for entry in self.state.ledger.entries.values_mut() {
            if entry.stood.get(&key).is_some_and(|stood| level > *stood) {
                entry.risen.insert(key);
            }
        }
    }

    /// The alarms that stand now and that a silence would be about, with their levels.
    pub(crate) fn standing_under(&self, entry: &Entry) -> BTreeMap<AlarmKey, u8> {
        let open = self.state.alarms.iter().filter(|(_, a)| !a.closed);
        let under = open.filter(|(watch, a)| a.told_level() > 0 && self.covers(entry, **watch));
        let key = |watch: u32| self.key_of(watch);
        under
            .map(|(watch, a)| (key(*watch), a.told_level()))
            .collect()
    }

    /// Brings what keeps an alarm quiet in line with the ledger and the inhibitions.
    pub(crate) fn weigh_quiet(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get(&watch) else {
            return;
        };
        let old = alarm.quiet.clone();
        let (closed, active) = (alarm.closed, alarm.told_level() > 0);
        if closed && old == Quiet::default() {
            return;
        }
        let mut new = self.weigh_inhibition(watch, &old, at);
        if !closed && !self.state.ledger.entries.is_empty() {
            self.leave_silences(watch);
        }
        if !closed && !self.state.ledger.live.is_empty() {
            let level = self.state.alarms.get(&watch).map_or(0, Alarm::told_level);
            let key = self.key_of(watch);
            let holders = self.holders(watch);
            let (held, outgrown) = holders.partition::<Vec<_>, _>(|(_, e)| e.holds(key, level));
            new.held = held.into_iter().map(|(id, _)| id.clone()).collect();
            new.outgrown = outgrown.into_iter().map(|(id, _)| id.clone()).collect();
        }
        new.counted = active && !new.entries().is_empty();
        if new == old {
            return;
        }
        let inhibited = old.is_inhibited() != new.is_inhibited() || old.inhibited != new.inhibited;
        let shown = old.is_any() != new.is_any() || old.held != new.held || inhibited;
        let of = |quiet: &Quiet| -> BTreeSet<OpId> {
            let counted = quiet.entries().into_iter().filter(|_| quiet.counted);
            counted.cloned().collect()
        };
        let (before, after) = (of(&old), of(&new));
        for id in before.difference(&after) {
            self.cover(id, false, at);
        }
        for id in after.difference(&before) {
            self.cover(id, true, at);
        }
        if let Some(alarm) = self.state.alarms.get_mut(&watch) {
            alarm.quiet = new;
        }
        if inhibited {
            out.push(Effect::Suppression(self.inhibition_id(watch)));
        }
        if shown {
            out.push(Effect::Alarm(self.key_of(watch)));
        }
    }

    /// Counts one active alarm that an entry keeps quiet; a silence over nothing begins to idle.
    fn cover(&mut self, id: &OpId, on: bool, at: Time) {
        let Some(entry) = self.state.ledger.entries.get_mut(id) else {
            return;
        };
        entry.covers = if on {
            entry.covers + 1
        } else {
            entry.covers.saturating_sub(1)
        };
        entry.idle_since = (entry.covers == 0).then_some(at);
        if entry.kind == QuietKind::Silenced {
            self.wind_entry(id, at);
        }
    }

    /// Takes a new entry into the ledger.
    pub(crate) fn enter_ledger(&mut self, id: OpId, entry: Entry, at: Time, out: &mut Effects) {
        let bound = at.plus_ms(-86_400_000);
        let entries = &mut self.state.ledger.entries;
        entries.retain(|_, e| e.ended.is_none_or(|ended| ended >= bound));
        entries.insert(id.clone(), entry);
        out.push(Effect::Suppression(id.clone()));
        self.take_force(&id, at, out);
        self.wind_entry(&id, at);
    }

    /// Puts an entry in force if it may be; its alarms become quiet.
    pub(crate) fn take_force(&mut self, id: &OpId, at: Time, out: &mut Effects) {
        let entry = self.state.ledger.entries.get(id);
        if entry.is_some_and(|e| e.is_live(at)) && self.state.ledger.live.insert(id.clone()) {
            self.touch_covered(id, at, out);
            self.judge_service(id, at, out);
        }
    }

    /// Looks anew at every open alarm an entry is about; gives those it kept quiet.
    fn touch_covered(&mut self, id: &OpId, at: Time, out: &mut Effects) -> Vec<u32> {
        let Some(entry) = self.state.ledger.entries.get(id) else {
            return Vec::new();
        };
        let open = self.state.alarms.iter().filter(|(_, a)| !a.closed);
        let covered =
            open.filter(|(w, a)| a.quiet.entries().contains(id) || self.covers(entry, **w));
        let covered = covered.map(|(w, a)| (*w, a.quiet.held.contains(id)));
        let covered: Vec<(u32, bool)> = covered.collect();
        for (watch, _) in &covered {
            self.touch(*watch, at, out);
        }
        let held = covered.into_iter().filter(|(_, held)| *held);
        held.map(|(watch, _)| watch).collect()
    }

    /// Arms the next deadline of an entry: its beginning, its warning, its idle end, its end.
    pub(crate) fn wind_entry(&mut self, id: &OpId, at: Time) {
        let limits = self.config.policy.limits;
        let Some(entry) = self.state.ledger.entries.get_mut(id) else {
            return;
        };
        let begins = Some(entry.from).filter(|from| *from > at);
        let warns = entry.until.map(|until| until.plus_ms(-limits.warn_ms));
        let warns = warns.filter(|t| limits.warn_ms > 0 && *t > at.max(entry.from));
        let idle = entry
            .idle_since
            .filter(|_| entry.kind == QuietKind::Silenced);
        let idle = idle.map(|since| since.plus_ms(limits.idle_ms));
        let all = [begins, warns, idle, entry.until];
        let due = all.into_iter().flatten().min();
        let due = due.filter(|_| entry.ended.is_none()).map(|due| due.max(at));
        let old = std::mem::replace(&mut entry.due, due);
        let row = Due::Suppression {
            suppression: id.clone(),
        };
        if let Some(old) = old {
            self.state.timers.disarm(old, row.clone());
        }
        if let Some(due) = due {
            self.state.timers.arm(due, row);
        }
    }

    /// A deadline of an entry came.
    pub(crate) fn review_suppression(&mut self, id: &OpId, at: Time, out: &mut Effects) {
        let limits = self.config.policy.limits;
        let Some(entry) = self.state.ledger.entries.get_mut(id) else {
            return;
        };
        entry.due = None;
        if entry.ended.is_some() {
            return;
        }
        let idle = entry
            .idle_since
            .filter(|_| entry.kind == QuietKind::Silenced);
        let idle = idle.is_some_and(|since| at.since_ms(since) >= limits.idle_ms);
        let over = entry.until.is_some_and(|until| until <= at);
        let live = entry.is_live(at);
        let ending = entry.until.is_some_and(|until| {
            limits.warn_ms > 0 && until.plus_ms(-limits.warn_ms) <= at && entry.from < at
        });
        if over || idle {
            self.end_suppression(id, NoticeReason::SuppressionEnded, at, out);
            return;
        }
        if live && !self.state.ledger.live.contains(id) {
            out.push(Effect::Suppression(id.clone()));
            self.take_force(id, at, out);
        }
        if ending && live {
            self.notice(SystemKind::SuppressionEnding, id.as_str(), true, at, out);
        }
        self.wind_entry(id, at);
    }

    /// Ends an entry; what it kept quiet and still stands is told at once.
    pub(crate) fn end_suppression(
        &mut self,
        id: &OpId,
        reason: NoticeReason,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(entry) = self.state.ledger.entries.get_mut(id) else {
            return;
        };
        entry.ended = Some(at);
        self.wind_entry(id, at);
        let was_live = self.state.ledger.live.remove(id);
        out.push(Effect::Suppression(id.clone()));
        if was_live {
            for watch in self.touch_covered(id, at, out) {
                self.force(watch, reason);
            }
            self.judge_service(id, at, out);
        }
        self.notice(SystemKind::SuppressionEnding, id.as_str(), false, at, out);
    }

    /// A level above the one it was shelved at ends a shelf.
    pub(crate) fn rise_above_shelf(&mut self, watch: u32, level: u8, at: Time, out: &mut Effects) {
        if let Some((id, shelved_at)) = self.shelf_of(watch)
            && level > shelved_at
        {
            self.end_suppression(&id, NoticeReason::SuppressionEnded, at, out);
        }
    }

    /// The shelf of an alarm that is closed has nothing more to keep.
    pub(crate) fn end_shelf(&mut self, watch: u32, at: Time, out: &mut Effects) {
        if let Some((id, _)) = self.shelf_of(watch) {
            self.end_suppression(&id, NoticeReason::SuppressionEnded, at, out);
        }
    }

    /// The shelf an alarm lies on, and the level it was put there at.
    pub(crate) fn shelf_of(&self, watch: u32) -> Option<(OpId, u8)> {
        let held = &self.state.alarms.get(&watch)?.quiet.held;
        held.iter().find_map(|id| {
            let (_, level) = self.state.ledger.entries.get(id)?.alarm?;
            Some((id.clone(), level))
        })
    }

    /// Whether people work on a station now.
    pub(crate) fn is_maintained(&self, station: u32) -> bool {
        self.is_named(station, QuietKind::Maintenance)
    }

    /// Whether a station is out of service now.
    pub(crate) fn is_out_of_service(&self, station: u32) -> bool {
        self.is_named(station, QuietKind::OutOfService)
    }

    fn is_named(&self, station: u32, kind: QuietKind) -> bool {
        let id = &self.config.stations[station as usize].id;
        self.state.ledger.live.iter().any(|op| {
            let entry = self.state.ledger.entries.get(op);
            entry.is_some_and(|e| e.kind == kind && e.stations.contains(id))
        })
    }

    /// Stations that an entry takes out of service, or no more, are seen no more, or again.
    fn judge_service(&mut self, id: &OpId, at: Time, out: &mut Effects) {
        let entry = self.state.ledger.entries.get(id);
        let entry = entry.filter(|e| e.kind == QuietKind::OutOfService);
        let named = entry.map(|e| e.stations.clone()).unwrap_or_default();
        for name in named {
            let mut stations = self.config.stations.iter().zip(0u32..);
            let known = stations.find(|(station, _)| station.id == name);
            if let Some((_, slot)) = known {
                self.judge_station_sight(slot, at, out);
            }
        }
    }

    /// Counts what each entry keeps quiet anew, after slots changed their meaning.
    pub(crate) fn recount_ledger(&mut self) {
        for entry in self.state.ledger.entries.values_mut() {
            entry.covers = 0;
        }
        for alarm in self.state.alarms.values().filter(|a| a.quiet.counted) {
            for id in alarm.quiet.entries() {
                if let Some(entry) = self.state.ledger.entries.get_mut(id) {
                    entry.covers += 1;
                }
            }
        }
    }

    pub(crate) fn is_live(&self, id: &OpId) -> bool {
        self.state.ledger.live.contains(id)
    }
}
