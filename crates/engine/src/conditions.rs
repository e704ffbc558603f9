//! The conditions of all watches, and which of them are known to be idle.
//!
//! A county in calm has thousands of idle conditions and a few that are not. One byte a watch says which,
//! so that a calm reading need not read the condition itself.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use crate::condition::Condition;

/// One condition per watch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<Condition>", into = "Vec<Condition>")]
pub(crate) struct Conditions {
    list: Vec<Condition>,
    /// Whoever may have changed one has left it awake, until somebody finds it idle.
    awake: Vec<bool>,
}

impl Conditions {
    /// So many conditions that nothing has happened to.
    pub(crate) fn idle(count: usize) -> Conditions {
        Conditions {
            list: vec![Condition::default(); count],
            awake: vec![false; count],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.list.iter()
    }

    /// Whether every level is off and nothing is frozen, see [`Condition::is_idle`].
    pub(crate) fn is_idle(&mut self, watch: u32) -> bool {
        let place = watch as usize;
        if self.awake[place] {
            self.awake[place] = !self.list[place].is_idle();
        }
        !self.awake[place]
    }
}

impl Index<usize> for Conditions {
    type Output = Condition;

    fn index(&self, place: usize) -> &Condition {
        &self.list[place]
    }
}

impl IndexMut<usize> for Conditions {
    fn index_mut(&mut self, place: usize) -> &mut Condition {
        self.awake[place] = true;
        &mut self.list[place]
    }
}

/// What is known to be idle follows from the conditions.
impl PartialEq for Conditions {
    fn eq(&self, other: &Conditions) -> bool {
        self.list == other.list
    }
}

impl From<Vec<Condition>> for Conditions {
    fn from(list: Vec<Condition>) -> Conditions {
        let awake = vec![true; list.len()];
        Conditions { list, awake }
    }
}

impl From<Conditions> for Vec<Condition> {
    fn from(conditions: Conditions) -> Vec<Condition> {
        conditions.list
    }
}
