//! What a jurisdiction is: stations, series, rules, people and policies, checked and complete.
//!
//! `site` makes it from files, the journal carries it as an input, the engine obeys it. Everything
//! that can change a decision is in here; names and telephone numbers of people are not.

use serde::{Deserialize, Serialize};

use crate::fixed::{Decimals, Fixed};
use crate::id::{GroupId, PersonId, RuleSlot, SeriesSlot, StationSlot};
use crate::level::Level;

/// A text in both languages; Chinese is the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Text {
    pub zh: String,
    pub en: String,
}

impl Text {
    /// The same words in both languages, for proper names.
    pub fn same(text: &str) -> Text {
        Text {
            zh: text.to_owned(),
            en: text.to_owned(),
        }
    }

    /// A text in Chinese and English.
    pub fn new(zh: &str, en: &str) -> Text {
        Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

/// Which clock a site lives by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Clock {
    /// The machine's own; the only one that may reach real people.
    Wall,
    /// A made-up night: starts at `start` and runs `factor` times as fast as the wall.
    Scaled { start: crate::Time, factor: f64 },
    /// Time is carried by the messages; recorded nights run as they ran then.
    Feed,
}

/// What happens to readings that are not newer than their series' newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LatePolicy {
    /// Every late reading is stored, marked too late, and decides nothing.
    Discard,
    /// Late readings up to this far behind the watermark enter windows in their place.
    Allow { within_ms: i64 },
}

/// One way readings come in. Slot 0 is MQTT, slot 1 is HTTP; later ones are declared in files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    pub id: String,
    pub title: Text,
    pub late: LatePolicy,
}

/// A measured quantity and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// As in topics: `rain`, `water_level`.
    pub id: String,
    pub title: Text,
    /// As shown: `mm`, `m`.
    pub unit: String,
    pub decimals: Decimals,
    /// Lowest and highest value that can be true; outside is refused. Absent: no bound.
    pub range: Option<(Fixed, Fixed)>,
}

/// A place of measurement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    pub id: String,
    pub name: Text,
    /// WGS 84 degrees × 1,000,000; absent where the source has none.
    pub position_e6: Option<(i32, i32)>,
    /// `river`, `rain`, `reservoir`, `landslide`, `gas` …
    pub kind: String,
    /// Code of the township it lies in, where known.
    pub township: Option<String>,
    /// Risk point, control point …; shown, and matched by rules.
    pub tags: Vec<String>,
}

/// One quantity at one station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    pub station: StationSlot,
    /// Index into [`Config::quantities`].
    pub quantity: u16,
    /// Expected time between readings; absent: learned from the last 20 gaps.
    pub interval_ms: Option<i64>,
    /// The gauge reports only above a start level, so silence says nothing.
    pub silence_normal: bool,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measure {
    /// The newest value.
    Value,
    /// The sum of the values with observed time in (t − window, t].
    Sum { window_ms: i64 },
    /// Change since the accepted reading before, per `per_ms`. Met when
    /// `dv * per_ms >= raise * dt`; over when `dv * per_ms < reset * dt`.
    Rate { per_ms: i64 },
    /// 1 when this station is hot and at least `count` hot stations (itself counted) lie within
    /// `radius_mm`. Hot: the sum over `window_ms` reaches `hot`, until it is below `cool`.
    Cluster {
        window_ms: i64,
        hot: Fixed,
        cool: Fixed,
        radius_mm: i64,
        count: u16,
    },
}

/// Which side of a threshold is dangerous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Met at or above the threshold.
    Above,
    /// Met at or below the threshold.
    Below,
}

/// How long a level must hold before it counts, and before it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delays {
    pub on_ms: i64,
    pub off_ms: i64,
}

/// A rule as written in `rules/`, resolved. Its subjects are the [`Watch`]es that name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// As in transitions: `threshold:water_level`, `rain:1h`.
    pub id: String,
    pub title: Text,
    /// `flood`, `rainstorm`, `landslide`, `gas` … part of the alarm's key.
    pub hazard: String,
    pub measure: Measure,
    pub side: Side,
    /// Delays of blue, yellow, orange, red.
    pub delays: [Delays; 4],
    /// An alarm stays at least this long once raised.
    pub min_hold_ms: i64,
    /// Red stays until a person resets it.
    pub latch: bool,
    /// Whether a series gone quiet makes the condition UNKNOWN. Off: only the screen shows it.
    pub unknown_when_stale: bool,
    /// A recurrence within this long after the end is the same episode.
    pub reopen_ms: i64,
    /// What to do, shown beside the alarm.
    pub advice: Text,
}

/// Where a level begins and where it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub raise: Fixed,
    /// `raise` less the deadband (more, for a rule whose dangerous side is below).
    pub reset: Fixed,
}

/// One rule on one series, with the bounds of that subject. Levels may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    pub rule: RuleSlot,
    pub series: SeriesSlot,
    /// Bounds of blue, yellow, orange, red.
    pub bounds: [Option<Bound>; 4],
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Role {
    Viewer,
    Planner,
    Responder,
    DutyOfficer,
    Administrator,
}

/// A person as decisions know them; name and telephone stay in the site's people file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub role: Role,
    /// Code of the township they answer for, where there is one.
    pub township: Option<String>,
    /// Who is told when this person does not answer.
    pub substitute: Option<PersonId>,
}

/// People who receive a command together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub title: Text,
    pub members: Vec<PersonId>,
}

/// Deadlines of a command, counted from its issue unless said otherwise. Absent: no such clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskClocks {
    /// Accept or decline.
    pub ack_by_ms: Option<i64>,
    /// A progress entry at least this often once accepted.
    pub update_every_ms: Option<i64>,
    pub arrive_by_ms: Option<i64>,
    pub done_by_ms: Option<i64>,
    /// Counted from the report "done".
    pub verify_by_ms: Option<i64>,
}

/// A command prepared beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub id: String,
    pub title: Text,
    /// The wording sent unless the officer changes it.
    pub wording: Text,
    /// Clocks for commands of blue, yellow, orange, red.
    pub clocks: [TaskClocks; 4],
    /// Done needs a photo or a named witness.
    pub proof: bool,
}

/// Numbers of semantics sections 1, 3, 4 and 9 that a site may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Readings of a series remembered exactly for recognising repeats.
    pub remember_ms: i64,
    /// A reading further ahead of its arrival than this has a suspect clock.
    pub suspect_ahead_ms: i64,
    /// A reading further ahead than this is refused as `future`.
    pub refuse_ahead_ms: i64,
    /// Tenths of the expected interval after which a series is LATE, STALE; then DEAD in ms.
    pub late_tenths: i64,
    pub stale_tenths: i64,
    pub dead_ms: i64,
    /// Tenths of the expected interval after which a condition is UNKNOWN.
    pub horizon_tenths: i64,
    /// Acknowledgement leases of blue, yellow, orange, red; 0 for none.
    pub lease_ms: [i64; 4],
    /// After a missed `ack_by`, the next automatic step comes this much later.
    pub escalate_ms: i64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            remember_ms: 24 * 3_600_000,
            suspect_ahead_ms: 120_000,
            refuse_ahead_ms: 24 * 3_600_000,
            late_tenths: 20,
            stale_tenths: 40,
            dead_ms: 24 * 3_600_000,
            horizon_tenths: 25,
            lease_ms: [0, 0, 3_600_000, 900_000],
            escalate_ms: 120_000,
        }
    }
}

/// One jurisdiction, complete. Two engines given equal configs and inputs are equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Any short text; a county's GB/T 2260 code where there is one.
    pub code: String,
    pub title: Text,
    /// Everything in it is made up; every screen says so.
    pub demo: bool,
    /// Hash of the rule files, named beside every outcome they decided.
    pub rules_version: String,
    pub interfaces: Vec<Interface>,
    pub quantities: Vec<Quantity>,
    pub stations: Vec<Station>,
    /// At most one per (station, quantity).
    pub series: Vec<Series>,
    pub rules: Vec<Rule>,
    /// Sorted by series, then in the order transitions of one reading are told.
    pub watches: Vec<Watch>,
    pub people: Vec<Person>,
    pub groups: Vec<Group>,
    pub templates: Vec<Template>,
    pub policy: Policy,
}

impl Config {
    /// The quantity of a series.
    pub fn quantity_of(&self, series: SeriesSlot) -> &Quantity {
        &self.quantities[usize::from(self.series[series.index()].quantity)]
    }

    /// The station of a series.
    pub fn station_of(&self, series: SeriesSlot) -> &Station {
        &self.stations[self.series[series.index()].station.index()]
    }

    /// The bound of a level of a watch, if it has one.
    pub fn bound(&self, watch: usize, level: Level) -> Option<Bound> {
        self.watches[watch].bounds[level.index()]
    }

    /// The first thing that makes this config unfit, as a sentence; `site` reports them with places,
    /// this guards the engine's own indexing.
    pub fn flaw(&self) -> Option<String> {
        for series in &self.series {
            if series.station.index() >= self.stations.len() {
                return Some(format!(
                    "a series names station {} of {}",
                    series.station.0,
                    self.stations.len()
                ));
            }
            if usize::from(series.quantity) >= self.quantities.len() {
                return Some(format!(
                    "a series names quantity {} of {}",
                    series.quantity,
                    self.quantities.len()
                ));
            }
        }
        for watch in &self.watches {
            if watch.rule.index() >= self.rules.len() || watch.series.index() >= self.series.len() {
                return Some("a watch names a rule or series that is not there".to_owned());
            }
        }
        if !self.watches.is_sorted_by_key(|w| w.series) {
            return Some("watches are not sorted by series".to_owned());
        }
        None
    }
}
