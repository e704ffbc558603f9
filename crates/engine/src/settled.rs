//! Commands that are over: shown among the others for a week, kept for a month. The journal has them for ever;
//! what is decided now hangs on none of them.

use std::collections::BTreeSet;

use model::{CommandId, Time};

use crate::command::Command;
use crate::engine::Engine;

/// How long after the last word of it a command stands among those that are shown.
const SHOWN_MS: i64 = 7 * 86_400_000;
/// How long it can still be reported on: phones come back late.
const REMEMBER_MS: i64 = 30 * 86_400_000;

impl Command {
    /// When something came of it last.
    fn changed(&self) -> Time {
        let facts = self.tasks.iter().flat_map(|task| &task.facts);
        let told = facts.map(|fact| fact.at).chain(self.cancelled);
        told.fold(self.issued, Time::max)
    }

    fn is_settled_before(&self, bound: Time) -> bool {
        !self.is_open() && self.changed() < bound
    }
}

impl Engine {
    /// The commands that are shown at `now`: all but those that were over a week ago and belong to no open
    /// incident.
    pub(crate) fn shown_commands(&self, now: Time) -> impl Iterator<Item = &Command> {
        let bound = now.plus_ms(-SHOWN_MS);
        let gathered = self.gathered();
        let all = self.state.commands.values();
        all.filter(move |one| !one.is_settled_before(bound) || gathered.contains(&one.id))
    }

    /// Forgets those that were over a month ago; those of an open incident stay with it.
    pub(crate) fn forget_settled_commands(&mut self, at: Time) {
        let bound = at.plus_ms(-REMEMBER_MS);
        let gathered = self.gathered();
        let is_kept =
            |id: &CommandId, one: &Command| !one.is_settled_before(bound) || gathered.contains(id);
        self.state.commands.retain(|id, one| is_kept(id, one));
    }

    /// What open incidents have gathered.
    fn gathered(&self) -> BTreeSet<CommandId> {
        let open = self.state.incidents.values().filter(|one| one.is_open());
        open.flat_map(|one| one.commands.iter().cloned()).collect()
    }
}
