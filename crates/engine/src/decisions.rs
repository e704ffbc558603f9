//! Warnings that have become no decision: a list with a clock, and what was decided by whom, why.

use model::action::{Act, Why};
use model::effect::SystemKind;
use model::id::Seal;
use model::incident::Decision;
use model::{CommandId, Effects, Level, SituationId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::timers::Due;

/// A warning nobody has decided about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Undecided {
    pub(crate) level: u8,
    /// Since it has stood at this level without a decision.
    pub(crate) since: Time,
    pub(crate) due: Time,
    /// The desk was told that the time is over.
    pub(crate) told: bool,
}

impl Engine {
    pub(crate) fn decide(
        &mut self,
        act: &Act,
        id: SituationId,
        (response, reason): (Option<u8>, Option<&Seal>),
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        if response.is_none() && reason.is_none() {
            return Err(Why::ReasonMissing);
        }
        if response.is_some_and(|r| !(1..=4).contains(&r)) {
            return Err(Why::NoSuchResponse);
        }
        let situation = self.state.situations.list.get(&id);
        let situation = situation.filter(|s| !s.closed);
        let level = situation.ok_or(Why::NoSuchSituation)?.level();
        let decision = Decision {
            response,
            level,
            by: act.by.clone(),
            at,
            reason: reason.cloned(),
            command: None,
        };
        self.note_decision(id, decision, at, out);
        Ok(())
    }

    /// A command is a decision about the situation it answers.
    pub(crate) fn decide_by_command(
        &mut self,
        id: SituationId,
        command: &CommandId,
        at: Time,
        out: &mut Effects,
    ) {
        let (Some(order), Some(situation)) = (
            self.state.commands.get(command),
            self.state.situations.list.get(&id),
        ) else {
            return;
        };
        let decision = Decision {
            response: Some(5 - order.level.digit()),
            level: situation.level(),
            by: order.by.clone(),
            at,
            reason: None,
            command: Some(command.clone()),
        };
        self.note_decision(id, decision, at, out);
    }

    fn note_decision(&mut self, id: SituationId, decision: Decision, at: Time, out: &mut Effects) {
        let situations = &mut self.state.situations;
        if let Some(situation) = situations.list.get_mut(&id) {
            situation.decisions.push(decision);
            situations.touched.insert(id, true);
        }
        self.weigh_decision(id, at, out);
    }

    /// Brings the clock of an undecided warning in line with what the situation is now.
    pub(crate) fn weigh_decision(&mut self, id: SituationId, at: Time, out: &mut Effects) {
        let decide_ms = self.config.policy.command.decide_ms;
        let Some(situation) = self.state.situations.list.get_mut(&id) else {
            return;
        };
        let level = if situation.closed {
            0
        } else {
            situation.level()
        };
        let decided = situation.decisions.iter().map(|d| d.level).max();
        let within_ms = level
            .checked_sub(1)
            .map_or(0, |n| decide_ms[usize::from(n)]);
        // Whoever needs help is answered by people, not by a response level.
        let manual = situation.manual.as_ref();
        let help = manual.is_some_and(|manual| manual.task.is_some());
        let owed = within_ms > 0 && level > decided.unwrap_or(0) && !help;
        let before = situation.undecided;
        let now = match before {
            Some(known) if owed && known.level == level => Some(known),
            Some(_) | None if owed => Some(Undecided {
                level,
                since: at,
                due: at.plus_ms(within_ms),
                told: false,
            }),
            Some(_) | None => None,
        };
        // A fall to a level that may wait longer does not take back what is owed already.
        let now = match (before, now) {
            (Some(old), Some(new)) if new.level < old.level => Some(Undecided {
                level: new.level,
                ..old
            }),
            (_, now) => now,
        };
        if before == now {
            return;
        }
        situation.undecided = now;
        let row = Due::Decision { situation: id };
        if let Some(old) = before {
            self.state.timers.disarm(old.due, row.clone());
        }
        if let Some(new) = now.filter(|new| !new.told) {
            self.state.timers.arm(new.due, row);
        }
        self.state.situations.touched.insert(id, true);
        if now.is_none() {
            self.notice(SystemKind::Undecided, &id.to_string(), false, at, out);
        }
    }

    /// The time to decide is over.
    pub(crate) fn miss_decision(&mut self, id: SituationId, at: Time, out: &mut Effects) {
        let situations = &mut self.state.situations;
        let Some(situation) = situations.list.get_mut(&id) else {
            return;
        };
        let Some(undecided) = situation.undecided.as_mut().filter(|u| u.due <= at) else {
            return;
        };
        undecided.told = true;
        let level = Level::from_digit(undecided.level);
        situations.touched.insert(id, true);
        self.notice_at(SystemKind::Undecided, &id.to_string(), level, at, out);
    }
}
