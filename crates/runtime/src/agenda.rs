//! Which engine wants to be woken next: the earliest deadline of every jurisdiction, in one order.
//!
//! Derived from the engines and never stored; an entry with nothing due costs one comparison.

use std::collections::BTreeSet;

use engine::Engine;
use model::Time;

/// The earliest deadlines, by (deadline, slot).
#[derive(Clone, Debug, Default)]
pub(crate) struct Agenda {
    earliest: Option<Time>,
    order: BTreeSet<(Time, usize)>,
    by_slot: Vec<Option<Time>>,
}

impl Agenda {
    /// The agenda of these engines.
    pub(crate) fn of(engines: &[Engine]) -> Agenda {
        let mut agenda = Agenda::default();
        for (slot, engine) in engines.iter().enumerate() {
            agenda.note(slot, engine.next_deadline());
        }
        agenda
    }

    /// The earliest deadline of all.
    pub(crate) fn earliest(&self) -> Option<Time> {
        self.earliest
    }

    /// The first engine that is due by `until`, and when.
    pub(crate) fn due(&self, until: Time) -> Option<(Time, usize)> {
        if self.earliest? > until {
            return None;
        }
        self.order.first().copied()
    }

    /// Keeps up with an engine that may have moved its next deadline.
    pub(crate) fn note(&mut self, slot: usize, deadline: Option<Time>) {
        if self.by_slot.len() <= slot {
            self.by_slot.resize(slot + 1, None);
        }
        let held = self.by_slot[slot];
        if held == deadline {
            return;
        }
        if let Some(old) = held {
            self.order.remove(&(old, slot));
        }
        if let Some(new) = deadline {
            self.order.insert((new, slot));
        }
        self.by_slot[slot] = deadline;
        self.earliest = self.order.first().map(|(at, _)| *at);
    }
}
