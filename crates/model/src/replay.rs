//! The past on screens: how a replay is asked for and marked, and the lanes under every screen.
//!
//! A replay speaks the feed's own messages, each marked, so that a screen needs no other words for
//! the past than for the present.

use serde::{Deserialize, Serialize};

use crate::config::Text;
use crate::id::{OpId, PersonId, Seal};
use crate::level::Level;
use crate::time::Time;

/// Whether a message tells what is or what was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Mode {
    #[default]
    Live,
    /// From the journal: not what is now, and nobody is told anything.
    Replay,
}

/// Which of the two times a replay goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Knowledge {
    /// What had been received: the journal in its own order.
    #[default]
    Then,
    /// What had been observed, whenever it was received.
    Now,
}

/// Where a replay stands, beside its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReplayView {
    /// How many seconds pass in one; 0 stands still.
    pub speed: u16,
    pub knowledge: Knowledge,
    /// The newest entry there was when this was told; a replay does not go beyond it.
    pub last: Time,
    /// It has come to the newest entry.
    pub ended: bool,
}

/// What a client says to a replay on its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ReplayOrder {
    /// Go to this time.
    Seek { at: Time },
    /// Go on at this speed; 0 stands still.
    Pace { speed: u16 },
    /// Go by the other of the two times.
    Know { knowledge: Knowledge },
}

/// The fastest replay, seconds in one.
pub const FASTEST: u16 = 3_600;

/// What happened in a span of time, in equal buckets; every list has one value a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LanesView {
    pub from: Time,
    pub to: Time,
    /// Length of one bucket, milliseconds.
    pub bucket_ms: i64,
    /// First and newest entry of the journal.
    pub first: Time,
    pub last: Time,
    /// Highest rain reading of any gauge, as `rain_decimals` says, in `rain_unit`.
    pub rain: Vec<i64>,
    pub rain_decimals: u8,
    pub rain_unit: String,
    /// Worst level that stood; 0 none.
    pub levels: Vec<u8>,
    /// Changes of level by the level reached, 0 (returned) to 4.
    pub alarms: Vec<[u32; 5]>,
    /// People and situations told.
    pub calls: Vec<u32>,
    /// Commands issued.
    pub commands: Vec<u32>,
    /// Facts that came back from the field.
    pub reports: Vec<u32>,
    /// Presses of the desk that decided something.
    pub decisions: Vec<u32>,
    /// Readings that came in after a newer one of their series, where they came in.
    pub late: Vec<u32>,
    /// Commands, decisions and marks one by one, oldest first; at most as many as
    /// [`LanesView::MOST_DEEDS`], the newest.
    pub deeds: Vec<DeedView>,
    /// How many deeds there are in all.
    pub all_deeds: u32,
}

impl LanesView {
    /// Most deeds told one by one.
    pub const MOST_DEEDS: usize = 500;
}

/// What kind of deed it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DeedKind {
    Command,
    Cancel,
    Acknowledge,
    Truth,
    Reset,
    Quiet,
    Notice,
    Mark,
    /// Grades, responses, incidents, what became of a command or task by the desk's hand.
    Decide,
}

/// One press, as the time bar shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DeedView {
    pub kind: DeedKind,
    /// When it was pressed; of a mark: the time it is about.
    pub at: Time,
    /// Of what stands at another time than it was pressed at: when it was pressed.
    #[serde(default)]
    pub pressed: Option<Time>,
    /// Of a mark on an interval: its end.
    pub until: Option<Time>,
    pub op: OpId,
    pub by: PersonId,
    /// Of a command.
    pub title: Option<Text>,
    pub level: Option<Level>,
    /// Of a mark: what was written.
    pub note: Option<Seal>,
    /// How many alarms, tasks or stations it is about.
    pub about: u32,
}
