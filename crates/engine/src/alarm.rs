//! The alarm behind a watch: process, acknowledgement, latch and truth, moving apart.

use model::action::Truth;
use model::config::Role;
use model::effect::NoticeReason;
use model::{AlarmKey, CommandId, Effect, Effects, Level, PersonId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::flapping::Motion;
use crate::situation::Seat;
use crate::suppression::Quiet;
use crate::timers::Due;

/// A person has taken note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ack {
    pub(crate) by: PersonId,
    pub(crate) at: Time,
    pub(crate) lease_until: Option<Time>,
}

/// The newest episode of one alarm. What a screen calls "returned, unread" is read off the regions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alarm {
    pub(crate) episode: u32,
    /// Times it was raised within this episode.
    pub(crate) occurrence: u32,
    /// Level now; 0 once returned.
    pub(crate) level: u8,
    pub(crate) worst: u8,
    pub(crate) raised: Time,
    pub(crate) changed: Time,
    pub(crate) returned: Option<Time>,
    pub(crate) ack: Option<Ack>,
    pub(crate) latched: bool,
    pub(crate) truth: Truth,
    /// The alarm that is kept, where this one is its duplicate.
    #[serde(default)]
    pub(crate) duplicate_of: Option<AlarmKey>,
    pub(crate) sight_lost: bool,
    /// Open commands that answer it.
    pub(crate) commands: Vec<CommandId>,
    pub(crate) closed: bool,
    /// What it adds to its situation; none once closed.
    #[serde(default)]
    pub(crate) seat: Option<Seat>,
    #[serde(default)]
    pub(crate) quiet: Quiet,
    /// It is active and not itself kept quiet, so what it makes needless is.
    #[serde(default)]
    pub(crate) inhibits: bool,
    /// The level at which it is, for what is no worse.
    #[serde(default)]
    pub(crate) inhibits_at: u8,
    #[serde(default)]
    pub(crate) motion: Motion,
    /// Of a blind spot: the hazard it may hide.
    #[serde(default)]
    pub(crate) hides: String,
}

impl Alarm {
    pub(crate) fn is_active(&self) -> bool {
        self.level > 0
    }

    /// The level people are told: while it is unstable, the worst of its swings.
    pub(crate) fn told_level(&self) -> u8 {
        self.motion
            .unstable
            .map_or(self.level, |u| self.level.max(u.level))
    }

    /// Whether it makes no noise.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet.is_any()
    }

    fn opened(episode: u32, time: Time) -> Alarm {
        Alarm {
            episode,
            occurrence: 0,
            level: 0,
            worst: 0,
            raised: time,
            changed: time,
            returned: None,
            ack: None,
            latched: false,
            truth: Truth::Unverified,
            duplicate_of: None,
            sight_lost: false,
            commands: Vec::new(),
            closed: false,
            seat: None,
            quiet: Quiet::default(),
            inhibits: false,
            inhibits_at: 0,
            motion: Motion::default(),
            hides: String::new(),
        }
    }
}

/// The roles of the desk.
pub(crate) fn is_officer(role: Role) -> bool {
    match role {
        Role::DutyOfficer | Role::Administrator => true,
        Role::Viewer | Role::Planner | Role::Responder => false,
    }
}

impl Engine {
    /// A watch changed its level at `time`: opens, raises, lowers or returns its alarm.
    pub(crate) fn move_alarm(
        &mut self,
        watch: u32,
        prev: u8,
        level: u8,
        time: Time,
        at: Time,
        out: &mut Effects,
    ) {
        let slot = self.config.watches[watch as usize].rule.index();
        let reopen_ms = self.config.rules[slot].reopen_ms;
        let latch = self.index.latches[slot];
        if prev == 0 {
            self.open(watch, reopen_ms, time, out);
        }
        self.count_change(prev == 0, at, out);
        let unstable = self
            .state
            .alarms
            .get(&watch)
            .and_then(|a| a.motion.unstable);
        self.count_swing(watch, prev, level, at, out);
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            debug_assert!(false, "a level above 0 always has an alarm");
            return;
        };
        alarm.level = level;
        alarm.worst = alarm.worst.max(level);
        alarm.changed = time;
        if level > prev {
            // Acknowledged at a lower level must not stay quiet at a higher one; a swing below what
            // was told already says nothing new.
            if unstable.is_none_or(|u| level > u.level) {
                alarm.ack = None;
            }
            alarm.returned = None;
            alarm.latched |= latch.is_some_and(|latch| level >= latch.digit());
        }
        if level == 0 {
            alarm.returned = Some(time);
            alarm.sight_lost = false;
        }
        if level > prev {
            self.rise_above_shelf(watch, level, at, out);
        }
        out.push(Effect::Alarm(self.key_of(watch)));
        self.settle(watch, at, out);
        self.note_danger(watch, at, out);
    }

    /// Whatever depends on what an alarm is now: what keeps it quiet, what it makes needless, its
    /// seat in a situation. Called after every change of an alarm.
    pub(crate) fn touch(&mut self, watch: u32, at: Time, out: &mut Effects) {
        self.weigh_quiet(watch, at, out);
        self.project(watch, at, out);
        self.reseat(watch, at);
    }

    /// Opens a new episode, or the old one again when it recurs soon. One that nobody has closed yet
    /// leaves to the next what still hangs on it: its latch, its commands, its place among others.
    pub(crate) fn open(&mut self, watch: u32, reopen_ms: i64, time: Time, out: &mut Effects) {
        let old = self.state.alarms.get(&watch);
        let again = old.is_some_and(|a| match a.returned {
            Some(returned) => time.since_ms(returned) <= reopen_ms,
            None => !a.closed,
        });
        let next = old.map_or(1, |a| a.episode + 1);
        if old.is_some_and(|a| !a.closed) && !again {
            self.settle_mark(watch, out);
        }
        let alarm = self
            .state
            .alarms
            .entry(watch)
            .or_insert_with(|| Alarm::opened(next, time));
        if !again {
            let old = std::mem::replace(alarm, Alarm::opened(next, time));
            alarm.motion = old.motion;
            if !old.closed {
                alarm.latched = old.latched;
                alarm.commands = old.commands;
                (alarm.seat, alarm.hides) = (old.seat, old.hides);
                alarm.quiet = old.quiet;
                (alarm.inhibits, alarm.inhibits_at) = (old.inhibits, old.inhibits_at);
            }
        }
        alarm.occurrence += 1;
        alarm.closed = false;
        if alarm.occurrence == 1
            && let Some(rule) = self.rule_behind(watch)
        {
            self.tally(rule).episodes += 1;
        }
    }

    /// Closes an alarm that has returned, is acknowledged, not latched and owes nothing.
    pub(crate) fn settle(&mut self, watch: u32, at: Time, out: &mut Effects) {
        self.close(watch, at, out);
        self.touch(watch, at, out);
    }

    fn close(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        let over = alarm.returned.is_some() && alarm.ack.is_some() && !alarm.latched;
        let busy = !alarm.commands.is_empty() || alarm.motion.unstable.is_some();
        if alarm.closed || !over || busy {
            return;
        }
        alarm.closed = true;
        if let Some(until) = alarm.ack.as_ref().and_then(|a| a.lease_until) {
            self.state.timers.disarm(until, Due::Lease { watch });
        }
        out.push(Effect::Alarm(self.key_of(watch)));
        self.settle_mark(watch, out);
        self.end_shelf(watch, at, out);
        if self.rule_behind(watch).is_some() {
            self.end_sight_notice(self.config.watches[watch as usize].series.0, at, out);
        }
    }

    /// Acknowledges in a person's name, with a lease where the level that is told has one.
    pub(crate) fn take_note(&mut self, watch: u32, by: &PersonId, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        if let Some(until) = alarm.ack.as_ref().and_then(|a| a.lease_until) {
            self.state.timers.disarm(until, Due::Lease { watch });
        }
        let lease_ms = Level::from_digit(alarm.told_level())
            .map_or(0, |level| self.config.policy.lease_ms[level.index()]);
        let lease_until = (lease_ms > 0).then(|| at.plus_ms(lease_ms));
        alarm.ack = Some(Ack {
            by: by.clone(),
            at,
            lease_until,
        });
        if let Some(until) = lease_until {
            self.state.timers.arm(until, Due::Lease { watch });
        }
        out.push(Effect::Alarm(self.key_of(watch)));
        self.settle(watch, at, out);
    }

    /// Progress on a command renews the lease of the alarm it answers.
    pub(crate) fn renew_lease(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let leased = self.state.alarms.get(&watch).and_then(|a| a.ack.as_ref());
        let Some(ack) = leased.filter(|a| a.lease_until.is_some()) else {
            return;
        };
        let by = ack.by.clone();
        self.take_note(watch, &by, at, out);
    }

    /// A lease ran out: unacknowledged again.
    pub(crate) fn lapse(&mut self, watch: u32, at: Time, out: &mut Effects) {
        let Some(alarm) = self.state.alarms.get_mut(&watch) else {
            return;
        };
        if alarm.closed || alarm.ack.as_ref().and_then(|a| a.lease_until) != Some(at) {
            return;
        }
        alarm.ack = None;
        out.push(Effect::Alarm(self.key_of(watch)));
        self.touch(watch, at, out);
        self.force(watch, NoticeReason::LeaseLapsed);
    }
}
