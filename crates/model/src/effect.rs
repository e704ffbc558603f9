//! What the engine decided: numbered `(entry seq, n)` in the order they were made.

use serde::{Deserialize, Serialize};

use crate::action::Answer;
use crate::calling::RunLine;
use crate::id::{
    AlarmKey, CommandId, OpId, PageId, PersonId, PostId, RuleSlot, RunId, SeriesSlot, SituationId,
    StationSlot, TaskId,
};
use crate::level::Level;
use crate::page::Page;
use crate::time::Time;

/// A change of level of one rule on one subject. Level 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    pub rule: RuleSlot,
    pub subject: StationSlot,
    pub prev: u8,
    pub level: u8,
    /// Observed time of the reading that decided it; for a deadline, that instant.
    pub time: Time,
}

/// A condition of the system itself, not of a hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SystemKind {
    /// An alarm stands and its gauge has gone quiet.
    SightLost,
    /// An interface lost its link.
    LinkDown,
    /// The system clock jumped.
    ClockStepped,
    /// Someone did not answer and the automatic steps are used up.
    Unanswered,
    /// Someone in the field needs help.
    NeedHelp,
    /// The disk is nearly full; readings wait.
    DiskFull,
    /// A gauge is quiet while its neighbours are in alarm. Subject: a station.
    BlindSpot,
    /// Most series of one interface went quiet at once. Subject: the interface.
    InterfaceDown,
    /// A signal swings more than nature does; the sensor wants repair. Subject: a station.
    UnstableSignal,
    /// A silence, a shelf or a maintenance window is about to end. Subject: its op id.
    SuppressionEnding,
    /// More alarms change than people can read one by one. Subject: empty.
    FloodMode,
    /// New rule files were not taken over; the old ones are in force. Subject: empty.
    RulesRefused,
    /// The expression of a rule errs and gives no level. Subject: the rule's id, `@`, the station's.
    RuleFailing,
    /// A sensor wants repair: someone looks after it until a person says it is done. Subject: a
    /// station.
    SensorRepair,
    /// A crew on the scene has not checked in. Subject: a task.
    CrewOverdue,
    /// A warning has become no decision in time. Subject: a situation.
    Undecided,
    /// A report is owed and late. Subject: the incident, `/`, the clock.
    ReportOverdue,
    /// A step of an escalation had nobody to call. Subject: the run's id, `#`, the step from 1.
    EmptyStep,
    /// Every step was taken as often as allowed and nobody answered. Subject: the run's id.
    CallsExhausted,
    /// A clock of the law ran out before its people answered. Subject: the run's id, `#`, the step.
    LegalClock,
    /// A roster has too few people ahead. Subject: the post's id.
    CoverageGap,
    /// Nobody signed in for a shift in time. Subject: the post's id.
    NotSignedIn,
    /// A shift has begun and is not handed over. Subject: the post's id.
    HandoverOpen,
    /// A channel reaches nobody in a township. Subject: the channel, `/`, the township's code.
    ChannelLost,
    /// An old part of the journal is not as it was written. Subject: empty.
    JournalBroken,
    /// Somebody wrote back, and what they mean is not known. Subject: the channel, `/`, the person; nobody
    /// behind the stroke where the number is of nobody known.
    ReplyUnread,
}

/// Why a situation is told to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum NoticeReason {
    New,
    /// The worst level rose.
    Rise,
    /// Another township is in it.
    Spread,
    /// Many more people are at risk.
    People,
    /// Nobody has acknowledged.
    Repeat,
    /// An acknowledgement was not followed by progress.
    LeaseLapsed,
    /// What kept it quiet has ended and it still stands.
    SuppressionEnded,
    /// It stood before a restart and had not been told.
    AfterRestart,
}

/// One thing to be done or shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    Transition(Transition),
    /// This series has a new newest value or another freshness.
    Series(SeriesSlot),
    /// This alarm looks different now.
    Alarm(AlarmKey),
    /// This situation looks different now.
    Situation(SituationId),
    /// This situation is to be told to people now: an annunciation, the only noise there is.
    Annunciate {
        situation: SituationId,
        level: Level,
        reason: NoticeReason,
        at: Time,
    },
    /// What is kept quiet, or the end of it, has changed.
    Suppression(OpId),
    /// A late reading would have decided otherwise at its own time: rule, what stood, what would have.
    LateEvidence(Transition),
    /// This command or one of its tasks looks different now.
    Task {
        command: CommandId,
        task: TaskId,
    },
    /// This command itself is in another phase.
    Command {
        command: CommandId,
    },
    /// This incident looks different now.
    Incident(OpId),
    /// Tell this person of this task, at least once, until a receipt comes back.
    Deliver {
        task: TaskId,
        to: PersonId,
    },
    /// A system alarm began or ended. `subject` names what: a station id, an interface, a task.
    System {
        kind: SystemKind,
        subject: String,
        on: bool,
        at: Time,
        /// How bad, for kinds that have a level.
        #[serde(default)]
        level: Option<Level>,
        /// Who looks after it.
        #[serde(default)]
        owner: Option<PersonId>,
    },
    /// This weather warning is new, or over.
    Weather(OpId),
    /// This event was entered, looks different now, or was dropped.
    Event(OpId),
    /// The answer to the act of this entry.
    Answer(Answer),
    /// Try to reach this person now, at least once, until a receipt or a definite answer comes back.
    Page(Page),
    /// A run went on, and how: one line of its log.
    Run {
        run: RunId,
        line: RunLine,
    },
    /// More is known of a page.
    PageKnown(PageId),
    /// This post looks different now.
    Duty(PostId),
}

/// The effects of one or more inputs, in order.
#[derive(Debug, Default)]
pub struct Effects {
    list: Vec<Effect>,
}

impl Effects {
    /// Adds one effect.
    pub fn push(&mut self, effect: Effect) {
        self.list.push(effect);
    }

    /// Everything so far, in order.
    pub fn as_slice(&self) -> &[Effect] {
        &self.list
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes all, leaving none; the buffer is kept.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Effect> {
        self.list.drain(..)
    }
}
