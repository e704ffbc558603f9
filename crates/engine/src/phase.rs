//! What a command waits for before anybody is told: its number, a second person, the moment in
//! which it can be stopped. Every wait is engine state, so a start in between loses none.

use model::action::{Act, Why};
use model::command::Phase;
use model::{CommandId, Effect, Effects, PersonId, Time};

use crate::engine::Engine;
use crate::timers::Due;

/// After a start, Stop can be pressed for this long at least, although the hold is over.
const AFTER_START_MS: i64 = 5_000;

impl Engine {
    /// What comes next for a command whose number is right: the second person, the hold, the people.
    pub(crate) fn proceed(&mut self, id: &CommandId, at: Time, out: &mut Effects) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        if command.needs_approval && command.approved_by.is_none() {
            self.enter_phase(id, Phase::Waiting, out);
        } else if command.mass {
            let until = at.plus_ms(self.config.policy.command.hold_ms);
            self.enter_phase(id, Phase::Held { until }, out);
        } else {
            self.leave_phase(id);
            self.send_out(id, at, out);
        }
    }

    pub(crate) fn enter_phase(&mut self, id: &CommandId, phase: Phase, out: &mut Effects) {
        self.leave_phase(id);
        let Some(command) = self.state.commands.get_mut(id) else {
            return;
        };
        if let Some(until) = end_of(&phase) {
            let due = Due::Command {
                command: id.clone(),
            };
            self.state.timers.arm(until, due);
        }
        command.phase = phase;
        out.push(Effect::Command {
            command: id.clone(),
        });
    }

    fn leave_phase(&mut self, id: &CommandId) {
        let Some(command) = self.state.commands.get(id) else {
            return;
        };
        if let Some(until) = end_of(&command.phase) {
            let due = Due::Command {
                command: id.clone(),
            };
            self.state.timers.disarm(until, due);
        }
    }

    /// A phase is over by itself: what is held goes out, what nobody confirmed is dropped.
    pub(crate) fn end_phase(&mut self, id: &CommandId, at: Time, out: &mut Effects) {
        let phase = self.state.commands.get(id).map(|c| c.phase.clone());
        match phase {
            Some(Phase::Held { until }) if until <= at => self.send_out(id, at, out),
            Some(Phase::Prepared { until }) if until <= at => self.stop_phase(id, None, at, out),
            Some(
                Phase::Held { .. }
                | Phase::Prepared { .. }
                | Phase::Waiting
                | Phase::Issued
                | Phase::Stopped { .. },
            )
            | None => {}
        }
    }

    /// The officer typed how many it reaches.
    pub(crate) fn confirm_command(
        &mut self,
        id: &CommandId,
        count: u32,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let command = self.state.commands.get(id).ok_or(Why::NoSuchCommand)?;
        if !matches!(command.phase, Phase::Prepared { .. }) {
            return Err(Why::NothingToConfirm);
        }
        if count as usize != command.reach.len() {
            return Err(Why::CountDiffers);
        }
        self.proceed(id, at, out);
        Ok(())
    }

    /// A second person agrees or does not; never the one who wrote it.
    pub(crate) fn approve_command(
        &mut self,
        act: &Act,
        id: &CommandId,
        approve: bool,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let command = self.state.commands.get_mut(id).ok_or(Why::NoSuchCommand)?;
        if command.phase != Phase::Waiting {
            return Err(Why::NothingToApprove);
        }
        if command.by == act.by {
            return Err(Why::ApproverIsOwner);
        }
        if approve {
            command.approved_by = Some(act.by.clone());
            self.proceed(id, at, out);
        } else {
            self.stop_phase(id, Some(act.by.clone()), at, out);
        }
        Ok(())
    }

    /// Stops a command of which nobody has been told.
    pub(crate) fn stop_command(
        &mut self,
        act: &Act,
        id: &CommandId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let command = self.state.commands.get(id).ok_or(Why::NoSuchCommand)?;
        match command.phase {
            Phase::Prepared { .. } | Phase::Waiting | Phase::Held { .. } => {}
            Phase::Issued => return Err(Why::AlreadyIssued),
            Phase::Stopped { .. } => return Err(Why::TaskClosed),
        }
        self.stop_phase(id, Some(act.by.clone()), at, out);
        Ok(())
    }

    fn stop_phase(&mut self, id: &CommandId, by: Option<PersonId>, at: Time, out: &mut Effects) {
        self.enter_phase(id, Phase::Stopped { by, at }, out);
    }

    /// While the process was down nobody could press Stop: what was held then is held a little more.
    pub(crate) fn hold_on(&mut self, at: Time) {
        let until = at.plus_ms(AFTER_START_MS);
        let held = self.state.commands.iter();
        let held = held.filter_map(|(id, command)| match command.phase {
            Phase::Held { until: end } if end < until => Some((id.clone(), end)),
            Phase::Held { .. }
            | Phase::Prepared { .. }
            | Phase::Waiting
            | Phase::Issued
            | Phase::Stopped { .. } => None,
        });
        for (command, end) in held.collect::<Vec<_>>() {
            let due = Due::Command {
                command: command.clone(),
            };
            self.state.timers.disarm(end, due.clone());
            self.state.timers.arm(until, due);
            if let Some(command) = self.state.commands.get_mut(&command) {
                command.phase = Phase::Held { until };
            }
        }
    }
}

/// When a phase is over by itself.
fn end_of(phase: &Phase) -> Option<Time> {
    match phase {
        Phase::Prepared { until } | Phase::Held { until } => Some(*until),
        Phase::Waiting | Phase::Issued | Phase::Stopped { .. } => None,
    }
}
