//! How loud it is: transitions, alarms, situations and annunciations counted, flood mode, and room
//! for another notice when there is too much to read.

use std::collections::{BTreeMap, VecDeque};

use model::action::Truth;
use model::effect::SystemKind;
use model::view::LoadView;
use model::{Effects, RuleSlot, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::timers::Due;

/// Counts of the last window, and since the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Load {
    changes: Tide,
    raised: Tide,
    /// When the notices of the last window were given.
    told: VecDeque<Time>,
    all_changes: u64,
    all_raised: u64,
    all_told: u64,
    pub(crate) situations: u64,
    flood_since: Option<Time>,
    /// By rule id.
    rules: BTreeMap<String, Tally>,
}

/// How often something happened, in parts of the window, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tide {
    parts: VecDeque<(Time, u32)>,
}

/// What became of the alarms of one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) episodes: u32,
    pub(crate) found_true: u32,
    pub(crate) found_false: u32,
}

/// A window is counted in this many parts.
const PARTS: i64 = 60;
/// Where the policy names no window.
const WINDOW_MS: i64 = 600_000;
/// More notices than this are not told apart.
const MOST_TOLD: usize = 1024;

impl Tally {
    /// A person's word about an alarm of the rule replaces another.
    pub(crate) fn judge(&mut self, before: Truth, after: Truth) {
        match before {
            Truth::True => self.found_true = self.found_true.saturating_sub(1),
            Truth::False => self.found_false = self.found_false.saturating_sub(1),
            Truth::Unverified | Truth::Test | Truth::Duplicate => {}
        }
        match after {
            Truth::True => self.found_true += 1,
            Truth::False => self.found_false += 1,
            Truth::Unverified | Truth::Test | Truth::Duplicate => {}
        }
    }
}

impl Tide {
    fn rise(&mut self, at: Time, window_ms: i64) {
        let part_ms = (window_ms / PARTS).max(1);
        match self.parts.back_mut() {
            Some((from, count)) if at.since_ms(*from) < part_ms => *count += 1,
            Some(_) | None => self.parts.push_back((at, 1)),
        }
        self.ebb(at, window_ms);
    }

    fn ebb(&mut self, at: Time, window_ms: i64) {
        while self
            .parts
            .front()
            .is_some_and(|(from, _)| at.since_ms(*from) >= window_ms)
        {
            self.parts.pop_front();
        }
    }

    fn count(&self) -> u32 {
        self.parts.iter().map(|(_, count)| count).sum()
    }
}

impl Engine {
    fn window_ms(&self) -> i64 {
        match self.config.policy.limits.flood_ms {
            ms if ms > 0 => ms,
            _ => WINDOW_MS,
        }
    }

    /// Counts a change of an alarm; too many begin a flood.
    pub(crate) fn count_change(&mut self, raised: bool, at: Time, out: &mut Effects) {
        let window_ms = self.window_ms();
        let load = &mut self.state.load;
        load.all_changes += 1;
        load.changes.rise(at, window_ms);
        if raised {
            load.all_raised += 1;
            load.raised.rise(at, window_ms);
        }
        let above = u32::from(self.config.policy.limits.flood_above);
        if above > 0 && load.flood_since.is_none() && load.changes.count() > above {
            load.flood_since = Some(at);
            let wait = at.plus_ms((window_ms / PARTS).max(1));
            self.state.timers.arm(wait, Due::Load);
            self.notice(SystemKind::FloodMode, "", true, at, out);
        }
    }

    /// In a flood, whether it is over; asked once every part of the window.
    pub(crate) fn judge_load(&mut self, at: Time, out: &mut Effects) {
        let window_ms = self.window_ms();
        let below = u32::from(self.config.policy.limits.flood_below);
        let load = &mut self.state.load;
        if load.flood_since.is_none() {
            return;
        }
        load.changes.ebb(at, window_ms);
        load.raised.ebb(at, window_ms);
        if load.changes.count() < below.max(1) {
            load.flood_since = None;
            self.notice(SystemKind::FloodMode, "", false, at, out);
            return;
        }
        let wait = at.plus_ms((window_ms / PARTS).max(1));
        self.state.timers.arm(wait, Due::Load);
    }

    /// Counts one annunciation.
    pub(crate) fn count_told(&mut self, at: Time) {
        let window_ms = self.window_ms();
        let load = &mut self.state.load;
        load.all_told += 1;
        load.told.push_back(at);
        while load.told.len() > MOST_TOLD
            || load
                .told
                .front()
                .is_some_and(|t| at.since_ms(*t) >= window_ms)
        {
            load.told.pop_front();
        }
    }

    /// When there is room for another notice that may wait: no more of them in a window than
    /// changes that make a flood. What waits is told together, never dropped.
    pub(crate) fn room_at(&self, at: Time) -> Time {
        let most = usize::from(self.config.policy.limits.flood_above);
        let window_ms = self.window_ms();
        let told = self.state.load.told.iter().rev();
        let recent: Vec<&Time> = told.take_while(|t| at.since_ms(**t) < window_ms).collect();
        if most == 0 || recent.len() < most {
            return at;
        }
        recent[most - 1].plus_ms(window_ms)
    }

    pub(crate) fn tally(&mut self, rule: RuleSlot) -> &mut Tally {
        let id = &self.config.rules[rule.index()].id;
        let rules = &mut self.state.load.rules;
        if !rules.contains_key(id) {
            rules.insert(id.clone(), Tally::default());
        }
        rules.entry(id.clone()).or_default()
    }

    pub(crate) fn tally_of(&self, rule: &str) -> Tally {
        self.state.load.rules.get(rule).copied().unwrap_or_default()
    }

    /// The alarm load as of the newest change, and since the start.
    pub fn load_view(&self) -> LoadView {
        let load = &self.state.load;
        let situations = self.state.situations.list.values();
        let open: Vec<usize> = situations
            .filter(|s| !s.closed)
            .map(|s| s.members.len())
            .collect();
        LoadView {
            transitions: load.changes.count(),
            raised: load.raised.count(),
            told: load.told.len() as u32,
            alarms: open.iter().sum::<usize>() as u32,
            situations: open.len() as u32,
            flood_since: load.flood_since,
            all_transitions: load.all_changes,
            all_raised: load.all_raised,
            all_situations: load.situations,
            all_told: load.all_told,
        }
    }
}
