//! Cluster rules: k of n gauges hot within a distance. Cost falls on a flip, not on a reading.

use model::config::{Config, Measure};
use serde::{Deserialize, Serialize};

use crate::index::Index;

/// Which members of one cluster are hot, and how many hot ones each has near it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Heat {
    hot: Vec<bool>,
    near: Vec<u16>,
}

/// A member to be judged again after a flip: its watch, and whether its condition is met.
pub(crate) struct Turned {
    pub(crate) watch: u32,
    pub(crate) met: bool,
}

impl Heat {
    pub(crate) fn of(members: usize) -> Heat {
        Heat {
            hot: vec![false; members],
            near: vec![0; members],
        }
    }

    pub(crate) fn is_hot(&self, member: u32) -> bool {
        self.hot[member as usize]
    }

    /// Sets one member without telling the neighbours to be judged; for taking over old state.
    pub(crate) fn set(&mut self, index: &Index, cluster: u32, member: u32, hot: bool) {
        if self.hot[member as usize] == hot {
            return;
        }
        self.hot[member as usize] = hot;
        for near in &index.clusters[cluster as usize].near[member as usize] {
            let count = &mut self.near[*near as usize];
            *count = if hot { *count + 1 } else { *count - 1 };
        }
    }

    /// Takes the new sum of a member. When it flips, the members near it in order of station id.
    pub(crate) fn look(
        &mut self,
        config: &Config,
        index: &Index,
        watch: u32,
        sum: i64,
    ) -> Option<Vec<Turned>> {
        let (cluster, member) = *index.member_of.get(&watch)?;
        let rule = &config.rules[config.watches[watch as usize].rule.index()];
        let Measure::Cluster {
            hot, cool, count, ..
        } = rule.measure
        else {
            return None;
        };
        let was = self.is_hot(member);
        let now = sum >= hot || (was && sum >= cool);
        if now == was {
            return None;
        }
        self.set(index, cluster, member, now);
        let members = &index.clusters[cluster as usize];
        Some(
            members.near[member as usize]
                .iter()
                .map(|near| Turned {
                    watch: members.watches[*near as usize],
                    met: self.hot[*near as usize] && self.near[*near as usize] >= count,
                })
                .collect(),
        )
    }
}
