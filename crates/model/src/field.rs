//! What people tell the county about the world outside its gauges: weather warnings that stand, and
//! events that happened.

use serde::{Deserialize, Serialize};

use crate::action::Truth;
use crate::config::AreaKind;
use crate::id::{AlarmKey, PersonId, Seal};
use crate::level::Level;
use crate::time::Time;

/// An area of the site by kind and code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AreaRef {
    pub kind: AreaKind,
    pub code: String,
}

/// A warning of a weather service for an area. A newer one of the same kind and area replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WeatherWarning {
    /// What of, as its issuer says: `rainstorm`, `typhoon`.
    pub kind: String,
    pub area: AreaRef,
    pub level: Level,
    pub until: Time,
}

/// Something that happened, for back-tests and the book of the county.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEvent {
    /// A hazard of the rules, or any other word.
    pub kind: String,
    /// Where; with neither area nor stations it concerns the whole county.
    pub area: Option<AreaRef>,
    #[serde(default)]
    pub stations: Vec<String>,
    pub level: Option<Level>,
    pub from: Time,
    /// Absent: a moment.
    pub until: Option<Time>,
    pub text: Seal,
}

/// A weather warning as screens see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WeatherView {
    /// Op id of the press that entered it.
    pub id: String,
    pub kind: String,
    pub area: AreaRef,
    pub level: Level,
    pub by: PersonId,
    pub from: Time,
    pub until: Time,
    /// It is over, lifted or replaced, and is told for the last time.
    pub ended: bool,
}

/// Where an event is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum EventSource {
    /// A person entered it.
    Entered,
    /// An alarm that a person marked as true or false.
    Marked,
}

/// A dated event as screens see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EventView {
    /// Op id of the press that entered it; for a marked alarm `<key>-<episode>`.
    pub id: String,
    pub source: EventSource,
    pub kind: String,
    pub area: Option<AreaRef>,
    pub stations: Vec<String>,
    pub level: Option<Level>,
    pub from: Time,
    pub until: Option<Time>,
    /// Absent for marked alarms.
    pub text: Option<Seal>,
    pub by: PersonId,
    /// The marked alarm, and what it turned out to be: a false one says that nothing happened.
    pub alarm: Option<AlarmKey>,
    pub truth: Option<Truth>,
    /// It was dropped and is told for the last time.
    pub dropped: bool,
}
