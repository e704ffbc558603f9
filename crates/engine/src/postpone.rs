//! The automatic steps after silence, moved by an officer: taken now, or later.

use model::action::{Act, Why};
use model::task::{Fact, FactKind, Means};
use model::{CommandId, Effect, Effects, TaskId, Time};

use crate::engine::Engine;
use crate::task::{Window, system_fact};

/// The most by which one press postpones a step.
const MOST_MS: i64 = 30 * 60_000;

fn moved(kind: FactKind, act: &Act, at: Time) -> Fact {
    Fact {
        op: Some(act.op.clone()),
        by: Some(act.by.clone()),
        means: Means::App,
        device_at: act.device_at,
        ..system_fact(kind, at)
    }
}

impl Engine {
    /// The step that silence leads to next, if the person has not answered.
    fn step_of(&self, task: &TaskId) -> Result<(CommandId, usize, Window), Why> {
        let (id, place) = self.find_task(task).ok_or(Why::NoSuchTask)?;
        let window = self.silence_window(&id, place);
        let window = window.ok_or(Why::NoAutomaticStep)?;
        Ok((id, place, window))
    }

    pub(crate) fn hasten(
        &mut self,
        act: &Act,
        task: &TaskId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let (id, place, window) = self.step_of(task)?;
        let early_ms = window.at.since_ms(at).max(0);
        if let Some(task) = self.task_mut(&id, place as u32) {
            task.facts.push(moved(FactKind::Hastened, act, at));
            // What follows keeps its distance from the step that is taken now.
            task.postponed_ms -= early_ms;
        }
        self.take_step(&id, place as u32, window, at, out);
        Ok(())
    }

    pub(crate) fn postpone(
        &mut self,
        act: &Act,
        task: &TaskId,
        by_ms: i64,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        if by_ms > MOST_MS {
            return Err(Why::TooLong);
        }
        if by_ms < 60_000 {
            return Err(Why::NotInFuture);
        }
        let (id, place, _) = self.step_of(task)?;
        let minutes = u16::try_from(by_ms / 60_000).unwrap_or(u16::MAX);
        if let Some(row) = self.task_mut(&id, place as u32) {
            row.postponed_ms += by_ms;
            row.facts
                .push(moved(FactKind::Postponed { minutes }, act, at));
        }
        out.push(Effect::Task {
            command: id.clone(),
            task: task.clone(),
        });
        self.wind(&id, place as u32);
        Ok(())
    }

    /// An officer is calling: the next step does not come while they are on the telephone.
    pub(crate) fn leave_room(&mut self, id: &CommandId, place: usize, at: Time) {
        let room_ms = self.config.policy.escalate_ms;
        let window = self.silence_window(id, place);
        let lacking_ms = window.map_or(0, |window| room_ms - window.at.since_ms(at));
        if lacking_ms > 0
            && let Some(task) = self.task_mut(id, place as u32)
        {
            task.postponed_ms += lacking_ms;
        }
        let task = self.state.commands.get(id).map(|c| c.task_id(place));
        if let Some(task) = task {
            self.hold_task_calls(&task, at.plus_ms(room_ms));
        }
    }
}
