//! What screens see of situations, of what is told and what is kept quiet, and of rules.
//!
//! Part of [`crate::view`], and like it grows by addition.

use serde::{Deserialize, Serialize};

use crate::action::Matcher;
use crate::config::{AreaKind, Certainty, Graded, Text};
use crate::effect::NoticeReason;
use crate::id::{AlarmKey, PersonId, Seal, SituationId};
use crate::incident::{Decision, ManualView};
use crate::level::Level;
use crate::time::Time;

/// What keeps an alarm quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum QuietKind {
    Shelved,
    Inhibited,
    Silenced,
    Maintenance,
    OutOfService,
    /// Told once as unstable; its swings make no further noise.
    Flapping,
}

/// One thing that keeps an alarm quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct QuietView {
    pub kind: QuietKind,
    /// The suppression of the ledger, or the alarm that inhibits; absent for flapping.
    pub by: Option<String>,
    pub until: Option<Time>,
}

/// One entry of the list of everything that makes no noise now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SuppressionView {
    /// Op id of the press that began it.
    pub id: String,
    pub kind: QuietKind,
    pub by: Option<PersonId>,
    pub from: Time,
    pub until: Option<Time>,
    pub reason: Option<Seal>,
    /// The work order of a maintenance, where the journal has it in plain words; else it is the reason.
    pub ticket: Option<String>,
    pub matcher: Option<Matcher>,
    /// The alarm of a shelf; the source of an inhibition.
    pub alarm: Option<AlarmKey>,
    pub stations: Vec<String>,
    pub approved_by: Option<PersonId>,
    /// It waits for a second person and is not in force yet.
    pub waits_for_approval: bool,
    /// Alarms it keeps quiet now.
    pub matches: Vec<AlarmKey>,
    /// It has ended and is told for the last time.
    pub ended: bool,
}

/// Alarms that belong together, so that one person can grasp them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SituationView {
    pub id: SituationId,
    pub hazard: String,
    /// Where: the area's kind, code and name.
    pub area: AreaView,
    /// Worst level now; 0 when every member has returned.
    pub level: u8,
    /// Worst level ever.
    pub worst: u8,
    pub opened: Time,
    /// The newest change of any member.
    pub changed: Time,
    /// The alarm that began it.
    pub first: AlarmKey,
    /// The member that changed last.
    pub newest: AlarmKey,
    /// Open members, worst first.
    pub members: Vec<AlarmKey>,
    pub active: u32,
    pub unacked: u32,
    /// Members that are kept quiet.
    pub quiet: u32,
    /// People at risk in the townships it touches.
    pub people: u32,
    /// Codes of the townships it touches, sorted.
    pub townships: Vec<String>,
    /// Times it has been told, and the last time with its reason.
    pub told: u32,
    pub told_at: Option<Time>,
    pub told_for: Option<NoticeReason>,
    /// When it is told next if nobody acknowledges.
    pub next_notice: Option<Time>,
    /// The larger situation it has become part of.
    pub merged_into: Option<SituationId>,
    /// Every member is closed: it leaves the list.
    pub closed: bool,
    /// What is known of it when no gauge raised it.
    #[serde(default)]
    pub manual: Option<ManualView>,
    /// What was decided about it, oldest first.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// Since when it has stood without a decision, and by when one is due.
    #[serde(default)]
    pub undecided_since: Option<Time>,
    #[serde(default)]
    pub decide_by: Option<Time>,
}

/// A named area as screens need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AreaView {
    pub kind: AreaKind,
    pub code: String,
    pub title: Text,
    pub people: u32,
}

/// An annunciation: the only thing that makes noise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AnnunciationView {
    pub situation: SituationId,
    pub level: Level,
    pub reason: NoticeReason,
    pub at: Time,
}

/// How loud it is: what came in, what it became, what was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LoadView {
    /// Within the flood window: transitions, alarms raised, annunciations.
    pub transitions: u32,
    pub raised: u32,
    pub told: u32,
    /// Open now.
    pub alarms: u32,
    pub situations: u32,
    /// Flood mode, and since when.
    pub flood_since: Option<Time>,
    /// Since the start of the jurisdiction.
    pub all_transitions: u64,
    pub all_raised: u64,
    pub all_situations: u64,
    pub all_told: u64,
}

/// A rule as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RuleView {
    pub id: String,
    pub title: Text,
    pub hazard: String,
    pub owner: String,
    pub plan: String,
    pub advice: Text,
    /// Where its numbers come from, and how sure they are.
    pub basis: String,
    pub certainty: Certainty,
    pub forecast: bool,
    pub priority: u8,
    /// The condition in words, in both languages.
    pub condition: Text,
    pub on_delay_ms: [i64; 4],
    pub off_delay_ms: [i64; 4],
    pub min_hold_ms: i64,
    pub latch: bool,
    /// Stations it watches.
    pub subjects: u32,
    /// Standing at a level now.
    pub active: u32,
    /// Episodes since the start, and what people said of them.
    pub episodes: u32,
    pub found_true: u32,
    pub found_false: u32,
    /// Its numbers, where it has any: what a back-test may try otherwise.
    #[serde(default)]
    pub bounds: Vec<RuleBoundView>,
    /// True where the dangerous side is below.
    #[serde(default)]
    pub below: bool,
    /// Numbers that are surer, or less sure, than the rule as a whole.
    #[serde(default)]
    pub grades: Vec<Graded>,
}

/// Where a level of a rule begins, over all that it watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RuleBoundView {
    pub level: Level,
    /// For rules about several sums: the window it is for.
    pub window_ms: Option<i64>,
    /// Lowest and highest over its stations and seasons; the same where all share one.
    pub lowest: String,
    pub highest: String,
    /// The quantity's; `s` for rules about silence.
    pub unit: String,
    /// Stations that have it.
    pub stations: u32,
    /// How far back over it a reading must be before the level is over, where all share that.
    #[serde(default)]
    pub deadband: Option<String>,
}
