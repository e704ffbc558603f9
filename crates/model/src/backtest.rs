//! What a back-test is asked and what it found, as people and screens read it. Spans are in ms,
//! levels of what was found are digits 1 to 4.

pub mod calls;

use serde::{Deserialize, Serialize};

use crate::config::Text;
use crate::level::Level;
use crate::time::Time;

/// Another number for bounds of one rule, to be tried. Where a level is over moves with it, unless
/// its deadband is other too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BoundChange {
    pub rule: String,
    pub level: Level,
    /// Only on this station; absent: on every station the rule watches.
    #[serde(default)]
    pub station: Option<String>,
    /// For rules about several sums: the window whose bound is meant.
    #[serde(default)]
    pub window_ms: Option<i64>,
    /// The bound instead, in the quantity's unit; seconds for rules about silence.
    #[serde(default)]
    pub raise: Option<String>,
    /// Or how much is added to each bound.
    #[serde(default)]
    pub shift: Option<String>,
    /// How far back over the bound a reading must be before the level is over; alone, or beside one of
    /// the two above.
    #[serde(default)]
    pub deadband: Option<String>,
}

/// Other delays for one rule, to be tried; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ClockChange {
    pub rule: String,
    /// Only of this level; absent: of every level.
    #[serde(default)]
    pub level: Option<Level>,
    /// How long a level must hold before it counts.
    #[serde(default)]
    pub on_ms: Option<i64>,
    /// How long it must be over before it ends.
    #[serde(default)]
    pub off_ms: Option<i64>,
    /// How long an alarm stays at least, whatever its level.
    #[serde(default)]
    pub hold_ms: Option<i64>,
}

/// A record replayed through one rule set, or two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = BacktestReport))]
pub struct Report {
    /// The record's name.
    pub data: String,
    /// Raises that begin before this are not counted.
    pub from: Time,
    pub to: Time,
    /// How far an event may lie from a raise that it confirms.
    pub window_ms: i64,
    /// Readings that were replayed.
    pub readings: u64,
    pub a: Outcome,
    pub b: Option<Outcome>,
    /// What B does otherwise than A.
    pub difference: Option<Difference>,
}

/// What one rule set did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = BacktestOutcome))]
pub struct Outcome {
    /// Where the rules are from.
    pub name: String,
    /// Remarks of the site's reader.
    pub notes: Vec<String>,
    /// Readings of series that no station of the rule set has, or whose value could not be taken.
    pub ignored: u64,
    /// Readings refused at the door: repeats, conflicts, clocks too far ahead.
    pub refused: u64,
    /// Over all rules but forecasts, mildest level first.
    pub levels: Vec<LevelTally>,
    /// Rules that watch anything, in the order of their files.
    pub rules: Vec<RuleOutcome>,
    /// Every raise, by time; one for each level passed.
    pub raises: Vec<Raise>,
    /// Events with what the rules made of them; empty where the record has none.
    pub events: Vec<EventOutcome>,
    /// The worst hour, where it was asked for and anything happened.
    pub load: Option<Load>,
}

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RuleOutcome {
    pub rule: String,
    pub title: Text,
    pub hazard: String,
    /// It says what will be: judged by the river, not by events.
    pub forecast: bool,
    pub levels: Vec<LevelTally>,
}

/// How often a level was reached; a rise past several levels counts for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LevelTally {
    pub level: u8,
    pub raises: u64,
    /// Raises that have ended.
    pub falls: u64,
    /// Stations that reached it.
    pub stations: u64,
    /// The first raise, and where.
    pub first: Option<Time>,
    pub first_station: Option<String>,
    /// Against dated events, where the record has any.
    pub events: Option<Counted>,
    /// Forecasts: against what came.
    pub followed: Option<Followed>,
}

/// Raises of a level against events of this rank or more, and events without rank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CountedEvents))]
pub struct Counted {
    /// Raises near an event.
    pub confirmed: u64,
    /// Raises without one.
    pub false_alarms: u64,
    /// Events near a raise.
    pub caught: u64,
    pub missed: u64,
    /// From raise to event, the middle one; negative: the rules spoke after it.
    pub median_lead_ms: Option<i64>,
}

/// Forecast raises against what came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = FollowedForecasts))]
pub struct Followed {
    /// The level was reached within two hours.
    pub followed: u64,
    /// It was not: false alarms.
    pub not_followed: u64,
    /// From forecast to crossing, the middle one.
    pub median_lead_ms: Option<i64>,
}

/// A span in which a rule stood at a level or above on one station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = BacktestRaise))]
pub struct Raise {
    pub rule: String,
    pub station: String,
    pub station_name: Text,
    pub quantity: String,
    pub level: u8,
    pub forecast: bool,
    pub begin: Time,
    /// Absent: it stands at the end of the record.
    pub end: Option<Time>,
    /// Nearest event that confirms it; for a forecast, nothing.
    pub event: Option<String>,
    /// Whether anything could confirm it: an event concerns its station, or it is a forecast.
    pub judged: bool,
    /// Confirmed by an event; for a forecast, followed by the crossing.
    pub confirmed: bool,
    /// From its beginning to the event or crossing.
    pub lead_ms: Option<i64>,
}

/// What the rules made of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EventOutcome {
    pub id: String,
    pub time: Time,
    /// 1 blue to 4 red, where its words say so.
    pub rank: Option<u8>,
    pub area: String,
    pub text: String,
    /// Stations of the rule set that it concerns.
    pub stations: u64,
    /// The earliest raise of its rank that it confirms, as an index into [`Outcome::raises`].
    pub raise: Option<u64>,
    pub lead_ms: Option<i64>,
}

/// How much came at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = BacktestLoad))]
pub struct Load {
    /// The hour with the most changes of level, and what came in it.
    pub begin: Time,
    pub all: Hour,
    /// By township, most changes first; for recorded data the first part of a station's `admin`.
    pub districts: Vec<Hour>,
}

/// What came in one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = LoadHour))]
pub struct Hour {
    pub district: String,
    /// Changes of level.
    pub transitions: u64,
    /// Alarms raised: changes from no level.
    pub alarms: u64,
    /// Situations that changed; one that many districts are in is counted at its own area.
    pub situations: u64,
    /// Times people were told, at the situation's own area.
    pub annunciations: u64,
}

/// What B does otherwise than A, raise by raise of one station, quantity and level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = BacktestDifference))]
pub struct Difference {
    pub same: u64,
    pub earlier: u64,
    pub later: u64,
    /// Only in B.
    pub new: u64,
    /// Only in A.
    pub gone: u64,
    /// All pairs but those at the same time, by time.
    pub pairs: Vec<Pair>,
}

/// One raise that B moves, adds or drops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = BacktestPair))]
pub struct Pair {
    pub movement: Movement,
    pub station: String,
    pub quantity: String,
    pub level: u8,
    /// Beginning in A and in B.
    pub a: Option<Time>,
    pub b: Option<Time>,
    /// How much later B begins; negative: earlier.
    pub by_ms: Option<i64>,
}

/// What became of a raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = BacktestMovement))]
pub enum Movement {
    Earlier,
    Later,
    New,
    Gone,
}
