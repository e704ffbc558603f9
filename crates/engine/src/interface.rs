//! Interfaces that go quiet as a whole: one notice instead of one for every series.
//!
//! Counts move only when a series first speaks, changes its interface, goes stale, or comes back.

use std::collections::{BTreeMap, BTreeSet};

use model::config::Measure;
use model::effect::SystemKind;
use model::view::Freshness;
use model::{Effects, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// What is heard by one interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterfaceVoices {
    /// Series last heard by it.
    pub series: u32,
    /// Those of them that are stale.
    pub silent: u32,
    pub heard: Option<Time>,
    pub down: bool,
}

/// By slot of the interface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Interfaces {
    rows: BTreeMap<u8, Voices>,
}

/// The series last heard by one interface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Voices {
    series: u32,
    /// Those that are stale, with when they became so.
    stale: BTreeSet<(Time, u32)>,
    since: BTreeMap<u32, Time>,
    down: bool,
}

impl Voices {
    /// How many of them are that share, at least one.
    fn share(&self, percent: u8) -> usize {
        let share = u64::from(self.series) * u64::from(percent);
        share.div_ceil(100).max(1) as usize
    }
}

impl Engine {
    /// A series is heard for the first time, by another interface, or after it was stale.
    pub(crate) fn move_voice(
        &mut self,
        slot: u32,
        from: Option<u8>,
        to: u8,
        at: Time,
        out: &mut Effects,
    ) {
        let rows = &mut self.state.interfaces.rows;
        if let Some(row) = from.and_then(|from| rows.get_mut(&from)) {
            if let Some(since) = row.since.remove(&slot) {
                row.stale.remove(&(since, slot));
            }
            row.series = row.series.saturating_sub(u32::from(from != Some(to)));
        }
        let row = rows.entry(to).or_default();
        row.series += u32::from(from != Some(to));
        for interface in from.filter(|from| *from != to).into_iter().chain([to]) {
            self.lift_if_heard(interface, at, out);
        }
    }

    /// A series has become stale; with enough others of its interface the interface is down.
    pub(crate) fn lose_voice(&mut self, slot: u32, at: Time, out: &mut Effects) {
        let policy = self.config.policy.interface_down;
        let interface = self.state.series[slot as usize].interface;
        let Some(row) = self.state.interfaces.rows.get_mut(&interface) else {
            return;
        };
        if row.since.contains_key(&slot) {
            return;
        }
        row.since.insert(slot, at);
        row.stale.insert((at, slot));
        if policy.percent == 0 || row.down || row.series < u32::from(policy.least) {
            return;
        }
        let from = at.plus_ms(-policy.within_ms);
        // As many of the newest as are wanted must all lie within the window.
        let wanted = row.share(policy.percent);
        let recent = row.stale.iter().rev().take(wanted);
        let recent = recent.take_while(|(since, _)| *since >= from);
        if recent.count() < wanted {
            return;
        }
        row.down = true;
        let subject = self.interface_name(interface);
        self.notice(SystemKind::InterfaceDown, &subject, true, at, out);
        self.touch_silences(interface, at, out);
    }

    /// An interface that was down is so no more once fewer of its series are silent than make it down;
    /// a single voice says nothing of the others.
    fn lift_if_heard(&mut self, interface: u8, at: Time, out: &mut Effects) {
        let percent = self.config.policy.interface_down.percent;
        let Some(row) = self.state.interfaces.rows.get_mut(&interface) else {
            return;
        };
        if !row.down || (percent > 0 && row.since.len() >= row.share(percent)) {
            return;
        }
        row.down = false;
        let subject = self.interface_name(interface);
        self.notice(SystemKind::InterfaceDown, &subject, false, at, out);
        self.touch_silences(interface, at, out);
    }

    /// Alarms that only say "nothing heard" follow their interface.
    fn touch_silences(&mut self, interface: u8, at: Time, out: &mut Effects) {
        let open = self.state.alarms.iter().filter(|(_, a)| !a.closed);
        let concerned = open.filter(|(watch, _)| {
            if self.rule_behind(**watch).is_none() {
                return false;
            }
            let spec = &self.config.watches[**watch as usize];
            self.config.rules[spec.rule.index()].measure == Measure::Silence
                && self.state.series[spec.series.index()].interface == interface
        });
        let concerned: Vec<u32> = concerned.map(|(watch, _)| *watch).collect();
        for watch in concerned {
            self.touch(watch, at, out);
        }
    }

    /// Whether an alarm about silence says only what the notice about its interface says.
    pub(crate) fn is_link_down(&self, watch: u32) -> bool {
        if self.rule_behind(watch).is_none() {
            return false;
        }
        let spec = &self.config.watches[watch as usize];
        let interface = self.state.series[spec.series.index()].interface;
        self.config.rules[spec.rule.index()].measure == Measure::Silence
            && self
                .state
                .interfaces
                .rows
                .get(&interface)
                .is_some_and(|row| row.down)
    }

    /// What is heard by each interface that was ever heard: series, silent ones, the newest entry time,
    /// and whether it counts as down. Looks at every series.
    pub fn voices(&self) -> BTreeMap<u8, InterfaceVoices> {
        let mut all: BTreeMap<u8, InterfaceVoices> = BTreeMap::new();
        for series in &self.state.series {
            let Some(heard) = series.heard else { continue };
            let row = all.entry(series.interface).or_default();
            row.series += 1;
            row.heard = row.heard.max(Some(heard));
        }
        for (interface, row) in &mut all {
            if let Some(known) = self.state.interfaces.rows.get(interface) {
                row.silent = known.since.len() as u32;
                row.down = known.down;
            }
        }
        all
    }

    pub(crate) fn interface_name(&self, interface: u8) -> String {
        let declared = self.config.interfaces.get(usize::from(interface));
        declared.map_or_else(|| format!("interface-{interface}"), |i| i.id.clone())
    }

    /// Counts the voices anew, after slots changed their meaning; who was down stays so.
    pub(crate) fn recount_voices(&mut self, old: &Engine) {
        let mut rows: BTreeMap<u8, Voices> = BTreeMap::new();
        for (interface, row) in &old.state.interfaces.rows {
            rows.entry(*interface).or_default().down = row.down;
        }
        for (slot, series) in self.state.series.iter().enumerate() {
            if series.heard.is_none() {
                continue;
            }
            let row = rows.entry(series.interface).or_default();
            row.series += 1;
            if let (Freshness::Stale | Freshness::Dead, Some(heard)) =
                (series.freshness, series.heard)
            {
                row.since.insert(slot as u32, heard);
                row.stale.insert((heard, slot as u32));
            }
        }
        self.state.interfaces = Interfaces { rows };
    }
}
