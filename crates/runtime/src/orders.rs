//! The order that goes with news of a task: whoever has not heard of the command needs it whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::task::FactKind;
use model::view::{Change, CommandView};
use model::{CommandId, JurisdictionSlot};

use crate::fleet::Fleet;

/// The orders of tasks whose phone has not said that it has them; each is made once a commit.
#[derive(Default)]
pub(crate) struct Orders(BTreeMap<CommandId, Option<Arc<CommandView>>>);

impl Orders {
    /// A substitute who is called in, or anybody whose first message was lost, has to be told of the
    /// command and not of the task alone.
    pub(crate) fn of(
        &mut self,
        fleet: &Fleet,
        slot: Option<JurisdictionSlot>,
        change: &Change,
    ) -> Option<Arc<CommandView>> {
        let Change::Task { task, .. } = change else {
            return None;
        };
        if task.facts.iter().any(|f| f.kind == FactKind::Delivered) {
            return None;
        }
        let order = self.0.entry(task.command.clone()).or_insert_with(|| {
            let mut own = fleet.commands_of(slot?, &task.person).into_iter();
            own.find(|command| command.id == task.command)
                .map(|command| {
                    Arc::new(CommandView {
                        tasks: Vec::new(),
                        ..command
                    })
                })
        });
        order.clone()
    }
}
