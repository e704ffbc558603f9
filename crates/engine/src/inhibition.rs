//! One alarm makes others needless: along declared edges only, one step deep, while it stands and is
//! seen, and none that is worse than itself.
//!
//! Never keeps quiet what is red, what a person has called true, or what has lost sight.

use std::collections::{BTreeMap, BTreeSet};

use model::action::Truth;
use model::config::Measure;
use model::{Effects, Level, OpId, Time};
use serde::{Deserialize, Serialize};

use crate::alarm::Alarm;
use crate::engine::Engine;
use crate::suppression::Quiet;
use crate::timers::Due;

/// Sources that stand, by edge and by what source and target have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inhibitors {
    rows: BTreeMap<(u16, u32), BTreeSet<u32>>,
}

impl Engine {
    /// What inhibition makes of an alarm, from what it made of it before.
    pub(crate) fn weigh_inhibition(&mut self, watch: u32, old: &Quiet, at: Time) -> Quiet {
        let mut new = Quiet::default();
        let may = self.may_be_inhibited(watch);
        if self.rule_behind(watch).is_none() {
            return new;
        }
        new.inhibited = may && (self.inhibitor_of(watch).is_some() || self.is_link_down(watch));
        // Where its source stands still, it is told at once: it has become the worse of the two.
        let outgrown = may && !new.inhibited && self.sources_of(watch).next().is_some();
        if may && !new.inhibited && !outgrown {
            let wait_ms = self.config.policy.limits.after_inhibition_ms;
            let ended = (old.inhibited && wait_ms > 0).then(|| at.plus_ms(wait_ms));
            new.rest_until = old.rest_until.or(ended).filter(|until| *until > at);
        }
        if new.rest_until != old.rest_until {
            if let Some(until) = old.rest_until {
                self.state.timers.disarm(until, Due::Rest { watch });
            }
            if let Some(until) = new.rest_until {
                self.state.timers.arm(until, Due::Rest { watch });
            }
        }
        new
    }

    fn may_be_inhibited(&self, watch: u32) -> bool {
        // A blind spot is never made needless.
        let Some(rule) = self.rule_behind(watch) else {
            return false;
        };
        let silence = self.config.rules[rule.index()].measure == Measure::Silence;
        let target = !self.index.ground.edges_to(rule.0).is_empty();
        let Some(alarm) = self.state.alarms.get(&watch) else {
            return false;
        };
        (target || silence)
            && !alarm.closed
            && alarm.told_level() < Level::Red.digit()
            && !alarm.sight_lost
            && alarm.truth != Truth::True
    }

    /// An alarm that makes this one needless: never a milder one.
    pub(crate) fn inhibitor_of(&self, watch: u32) -> Option<u32> {
        self.rule_behind(watch)?;
        let level_of = |watch: u32| self.state.alarms.get(&watch).map_or(0, Alarm::told_level);
        let level = level_of(watch);
        self.sources_of(watch)
            .find(|source| level_of(*source) >= level)
    }

    /// The alarms that stand at the other end of the edges to this one.
    fn sources_of(&self, watch: u32) -> impl Iterator<Item = u32> + '_ {
        let rule = self.config.watches[watch as usize].rule;
        let ground = &self.index.ground;
        let station = self.station_slot(watch);
        ground.edges_to(rule.0).iter().flat_map(move |edge| {
            let equal = self.config.inhibitions[usize::from(*edge)].equal;
            let keys = ground.keys(equal, station).into_iter();
            let rows = &self.state.inhibitors.rows;
            keys.filter_map(move |key| rows.get(&(*edge, key)))
                .flatten()
                .copied()
        })
    }

    /// Brings the edges that begin at an alarm in line with it.
    pub(crate) fn project(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let Some(rule) = self.rule_behind(watch) else {
            return;
        };
        let edges = self.index.ground.edges_from(rule.0).to_vec();
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        let on = !edges.is_empty()
            && alarm.is_active()
            && !alarm.sight_lost
            && alarm.quiet.held.is_empty()
            && !alarm.quiet.inhibited;
        let level = if on { alarm.told_level() } else { 0 };
        if (alarm.inhibits, alarm.inhibits_at) == (on, level) {
            return;
        }
        (alarm.inhibits, alarm.inhibits_at) = (on, level);
        self.set_rows(watch, &edges, on, Some((at, out)));
    }

    fn set_rows(
        &mut self,
        watch: u32,
        edges: &[u16],
        on: bool,
        mut tell: Option<(Time, &mut Effects)>,
    ) {
        let station = self.station_slot(watch);
        for edge in edges {
            let equal = self.config.inhibitions[usize::from(*edge)].equal;
            for key in self.index.ground.keys(equal, station) {
                let rows = &mut self.state.inhibitors.rows;
                let row = rows.entry((*edge, key)).or_default();
                if on {
                    row.insert(watch);
                } else {
                    row.remove(&watch);
                }
                if row.is_empty() {
                    rows.remove(&(*edge, key));
                }
                if let Some((at, out)) = &mut tell {
                    for target in self.index.ground.targets(*edge, key).to_vec() {
                        self.touch(target, *at, out);
                    }
                }
            }
        }
    }

    /// An alarm whose inhibition ended has waited for long enough.
    pub(crate) fn end_rest(&mut self, watch: u32, at: Time, out: &mut Effects) {
        self.touch(watch, at, out);
    }

    /// Makes the rows anew from the alarms, after slots changed their meaning.
    pub(crate) fn rebuild_inhibitors(&mut self) {
        self.state.inhibitors = Inhibitors::default();
        let watches: Vec<u32> = self.state.alarms.keys().copied().collect();
        for watch in watches {
            let Some(rule) = self.rule_behind(watch) else {
                continue;
            };
            let edges = self.index.ground.edges_from(rule.0).to_vec();
            let inhibits = self.state.alarms.get(&watch).is_some_and(|a| a.inhibits);
            if inhibits && !edges.is_empty() {
                self.set_rows(watch, &edges, true, None);
            } else if let Some(alarm) = self.state.alarms.get_mut(&watch) {
                alarm.inhibits = false;
            }
            let rest = self.state.alarms.get(&watch);
            if let Some(until) = rest.and_then(|a| a.quiet.rest_until) {
                self.state.timers.arm(until, Due::Rest { watch });
            }
        }
    }

    /// The ledger's name for an inhibited alarm, made from its key.
    pub(crate) fn inhibition_id(&self, watch: u32) -> OpId {
        OpId(format!("inhibited:{}", self.key_of(watch)))
    }
}
