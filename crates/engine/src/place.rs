//! Where the person of a task is, as their phone tells it by itself while the task is open.
//!
//! It is no word of anybody: a phone in the pocket of somebody who lies under a wall goes on telling. So it
//! moves no stage and no clock, answers no call and renews no lease; it only says where they were last.

use model::action::{Act, Why};
use model::id::Seal;
use model::task::Place;
use model::{Effect, Effects, TaskId, Time};

use crate::engine::Engine;

impl Engine {
    /// Keeps the newest place of a task, and no older one: the journal has them all. What is sent again, or
    /// waited for a network behind a newer one, is taken and changes nothing, so its op need not be kept.
    pub(crate) fn report_place(
        &mut self,
        act: &Act,
        id: &TaskId,
        position: &Seal,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let (command, place) = self.find_task(id).ok_or(Why::NoSuchTask)?;
        let task = self
            .task_mut(&command, place as u32)
            .ok_or(Why::NoSuchTask)?;
        if task.person != act.by {
            return Err(Why::NotYourTask);
        }
        if !task.is_open() {
            return Err(Why::TaskClosed);
        }
        let told = Place {
            op: act.op.clone(),
            at,
            device_at: act.device_at,
            position: position.clone(),
        };
        let known = task.place.as_ref();
        if known.is_none_or(|known| known.op != told.op && known.stood() <= told.stood()) {
            task.place = Some(told);
            out.push(Effect::Task {
                command,
                task: id.clone(),
            });
        }
        Ok(())
    }
}
