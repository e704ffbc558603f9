//! What a jurisdiction is: stations, series, rules, people and policies, checked and complete.
//!
//! `site` makes it from files, the journal carries it as an input, the engine obeys it. Everything
//! that can change a decision is in here; names and telephone numbers of people are not.

use serde::{Deserialize, Serialize};

use crate::fixed::{Decimals, Fixed};
use crate::id::{GroupId, PersonId, RuleSlot, SeriesSlot, StationSlot};
use crate::level::Level;
use crate::time::Time;

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

/// What kind of ground an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AreaKind {
    Township,
    Catchment,
    /// A risk area, a flood zone: any ground with a name and a border.
    Zone,
    /// The whole jurisdiction, the root of every tree of areas.
    County,
}

/// Ground with a name: what stations lie in and situations are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Unique among the areas of its kind.
    pub code: String,
    pub kind: AreaKind,
    pub title: Text,
    /// Code of the area of the same kind it belongs to; absent: the county itself.
    pub parent: Option<String>,
    /// People who live or stay in it and would be at risk.
    pub people: u32,
}

/// A gauge upstream and how long its water takes to here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    pub station: StationSlot,
    pub travel_ms: i64,
}

/// A place of measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Code of the catchment it drains to, where known.
    #[serde(default)]
    pub catchment: Option<String>,
    /// Codes of the zones whose polygon holds it, sorted.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Nearest gauges upstream, in the order of the file.
    #[serde(default)]
    pub upstream: Vec<Upstream>,
}

/// One quantity at one station.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    pub station: StationSlot,
    /// Index into [`Config::quantities`].
    pub quantity: u16,
    /// Expected time between readings; absent: learned from the last 20 gaps.
    pub interval_ms: Option<i64>,
    /// The gauge reports only above a start level, so silence says nothing.
    pub silence_normal: bool,
    /// Indexes into [`Config::checks`]: what is asked of a reading before any rule sees it.
    #[serde(default)]
    pub checks: Vec<u16>,
}

/// What makes a reading doubtful before any rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Check {
    /// Further than `by` from the newest believed value that is at most `within_ms` older. Believed
    /// again once a second reading in a row lies within `by` of it.
    Jump { by: Fixed, within_ms: i64 },
    /// The same value in every reading for `for_ms` or longer.
    Stuck { for_ms: i64 },
    /// Outside what the place allows, though inside the quantity's range.
    OutOfRange { low: Fixed, high: Fixed },
    /// At least `swings` changes of direction by more than `by` each within `within_ms`.
    Oscillating {
        by: Fixed,
        swings: u16,
        within_ms: i64,
    },
}

/// A check as written in the site's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityRule {
    pub id: String,
    pub title: Text,
    pub check: Check,
}

/// Which stations count as near each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Within `radius_mm` of each other.
    #[default]
    Distance,
    /// In one township, catchment, or zone.
    Township,
    Catchment,
    Zone,
}

/// Bounds of one window of [`Measure::Sums`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowBounds {
    pub window_ms: i64,
    /// Bounds of blue, yellow, orange, red.
    pub bounds: [Option<Bound>; 4],
}

/// How wet the ground already is, and what that does to bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wetness {
    /// Antecedent rain is summed over (t − window, t].
    pub window_ms: i64,
    /// At or above: bounds are multiplied by `wet_permille` / 1000.
    pub wet: Fixed,
    pub wet_permille: i64,
    /// Below: bounds are multiplied by `dry_permille` / 1000.
    pub dry: Fixed,
    pub dry_permille: i64,
}

/// One thing another rule says: it stands at `level` or above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub rule: RuleSlot,
    pub level: Level,
    /// On any gauge upstream instead of on this subject.
    pub upstream: bool,
}

/// When a level of [`Measure::Levels`] is met: every one of `all`, one of `any` (if there are any),
/// none of `none`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    pub all: Vec<Term>,
    pub any: Vec<Term>,
    pub none: Vec<Term>,
}

/// How a forecast looks ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// The recent rise is taken over this span.
    pub recent_ms: i64,
    /// A level reached within this is met.
    pub lead_ms: i64,
    /// Whether gauges upstream and their travel times are asked too.
    pub upstream: bool,
    /// What is asked of them, as an index into [`Config::quantities`]: the outflow of a dam may say
    /// more than its stage. Absent: the quantity of the series itself.
    #[serde(default)]
    pub upstream_quantity: Option<u16>,
}

/// What a rule looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measure {
    /// The newest value.
    #[default]
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
        #[serde(default)]
        within: Within,
    },
    /// Change over the last `span_ms`, per `per_ms`: against the newest reading at least `span_ms`
    /// old, or the oldest remembered when the series is younger. Compared as for [`Measure::Rate`].
    Rise { span_ms: i64, per_ms: i64 },
    /// The highest or lowest value with observed time in (t − window, t].
    Extreme { window_ms: i64, highest: bool },
    /// Several sums at once, each with bounds of its own: a level is met when any (or all) of the
    /// windows that have a bound for it are. The watch's bounds say only which levels there are.
    Sums {
        windows: Vec<WindowBounds>,
        all: bool,
        wetness: Option<Wetness>,
    },
    /// Time since the series was last heard, in ms; bounds are in ms too.
    Silence,
    /// What other rules say about the same station, or those upstream of it. A level that has no
    /// clause is not met.
    Levels { clauses: [Option<Clause>; 4] },
    /// A bounded expression that gives the level, 0 to 4, over whole numbers; see the engine's
    /// `expression` module for the names it may use.
    Expression { text: String },
    /// Met for a level whose bound is not reached yet but will be within the lead time.
    Forecast { outlook: Outlook },
}

/// Which side of a threshold is dangerous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Met at or above the threshold.
    #[default]
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

/// How sure the numbers of a rule are; grades of the sources they come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Certainty {
    /// Primary text read.
    A,
    /// Public secondary source read.
    B,
    /// Common knowledge.
    C,
    /// A default of ours without official standing: to be confirmed before operation.
    T,
    /// The author says nothing about it.
    #[default]
    Unsaid,
}

/// When in the year and the day a rule is in force, in the site's own time. Outside, nothing is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    /// First and last day, as month × 100 + day; may run over New Year. Absent: all year.
    pub days: Option<(u16, u16)>,
    /// From and before, in minutes of the day; may run over midnight. Absent: all day.
    pub minutes: Option<(u16, u16)>,
    /// Minutes the site's time is ahead of UTC.
    pub offset_min: i16,
}

/// A rule as written in `rules/`, resolved. Its subjects are the [`Watch`]es that name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Who answers for the rule.
    #[serde(default)]
    pub owner: String,
    /// Lower first among alarms of one level; consequence and time to respond.
    #[serde(default)]
    pub priority: u8,
    /// The plan that goes with it, by name or number.
    #[serde(default)]
    pub plan: String,
    /// Where its numbers come from.
    #[serde(default)]
    pub basis: String,
    #[serde(default)]
    pub certainty: Certainty,
    #[serde(default)]
    pub season: Option<Season>,
    /// Its alarms are marked as forecast: they say what will be, never what is.
    #[serde(default)]
    pub forecast: bool,
}

/// Where a level begins and where it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub raise: Fixed,
    /// `raise` less the deadband (more, for a rule whose dangerous side is below).
    pub reset: Fixed,
}

/// One rule on one series, with the bounds of that subject. Levels may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    pub rule: RuleSlot,
    pub series: SeriesSlot,
    /// Bounds of blue, yellow, orange, red; in force before the first of `versions`.
    pub bounds: [Option<Bound>; 4],
    /// Later bounds, ascending by the observed time from which each is in force.
    #[serde(default)]
    pub versions: Vec<Version>,
}

/// Bounds from a day on: a season, a new survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub valid_from: Time,
    pub bounds: [Option<Bound>; 4],
}

impl Watch {
    /// The bounds for a reading observed at `time`.
    pub fn bounds_at(&self, time: Time) -> &[Option<Bound>; 4] {
        if self.versions.is_empty() {
            return &self.bounds;
        }
        let later = self.versions.partition_point(|v| v.valid_from <= time);
        later
            .checked_sub(1)
            .map_or(&self.bounds, |place| &self.versions[place].bounds)
    }
}

/// One alarm makes others needless: declared, one step deep, without circles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inhibition {
    pub source: RuleSlot,
    pub target: RuleSlot,
    /// What source and target must have in common.
    pub equal: Within,
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
    /// However long the interval, a series is STALE after this; 0: no such bound.
    #[serde(default)]
    pub stale_max_ms: i64,
    /// Tenths of the expected interval after which a condition is UNKNOWN.
    pub horizon_tenths: i64,
    /// Acknowledgement leases of blue, yellow, orange, red; 0 for none.
    pub lease_ms: [i64; 4],
    /// After a missed `ack_by`, the next automatic step comes this much later.
    pub escalate_ms: i64,
    #[serde(default)]
    pub blind_spot: BlindSpot,
    #[serde(default)]
    pub interface_down: InterfaceDown,
    #[serde(default)]
    pub flapping: Flapping,
    #[serde(default)]
    pub grouping: Grouping,
    #[serde(default)]
    pub limits: Limits,
}

/// When a quiet gauge among active neighbours is called a blind spot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindSpot {
    /// Active stations in the same catchment (or township) that make it one; 0: never.
    pub neighbours: u16,
}

/// When single quiet gauges are one interface that is down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceDown {
    /// Share of the interface's series STALE, in percent; 0: never.
    pub percent: u8,
    /// They all went within this.
    pub within_ms: i64,
    /// An interface with fewer series than this is never called down.
    pub least: u16,
}

/// When an alarm is called unstable. All zero: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// This many changes of level within `slow_ms` …
    pub slow: u16,
    pub slow_ms: i64,
    /// … or this many within `fast_ms`.
    pub fast: u16,
    pub fast_ms: i64,
    /// Off-delays are multiplied by this while it lasts.
    pub factor: i64,
}

/// How alarms are gathered and told. A `merge_above` of 0 keeps every group apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grouping {
    /// From the first alarm of a group to its notice, by level blue to red.
    pub wait_ms: [i64; 4],
    /// Between two notices about new members.
    pub interval_ms: i64,
    /// Repeats while nobody has acknowledged, by level; 0: none.
    pub repeat_ms: [i64; 4],
    /// More active groups under one parent than this become one.
    pub merge_above: u16,
    /// People at risk must grow by more than this many percent to be news.
    pub people_percent: u16,
    /// Without an active alarm of a hazard for this long, the next one begins a new storm.
    pub storm_gap_ms: i64,
    /// After a start, notices below red wait this long for sources.
    pub settle_ms: i64,
}

/// Bounds on what may be kept quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub silence_ms: i64,
    /// For silences that cover red; they also need a second person.
    pub silence_red_ms: i64,
    pub shelve_ms: i64,
    /// Before a silence ends, its owner and the desk are warned.
    pub warn_ms: i64,
    /// A silence ends early when everything it matched has been normal for this long.
    pub idle_ms: i64,
    /// Targets of an inhibition that ended wait this long before they are told.
    pub after_inhibition_ms: i64,
    /// Alarm changes in `flood_ms` above which the desk goes into flood mode, and below which it leaves.
    pub flood_above: u16,
    pub flood_below: u16,
    pub flood_ms: i64,
}

impl Policy {
    /// Silence after which a series of this expected interval is STALE; never before it is LATE.
    pub fn stale_ms(&self, interval_ms: i64) -> i64 {
        let after = |tenths: i64| (interval_ms * tenths / 10).max(1);
        let stale_ms = after(self.stale_tenths);
        match self.stale_max_ms {
            0 => stale_ms,
            most => stale_ms.min(most.max(after(self.late_tenths))),
        }
    }
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
            stale_max_ms: 12 * 3_600_000,
            horizon_tenths: 25,
            lease_ms: [0, 0, 3_600_000, 900_000],
            escalate_ms: 120_000,
            blind_spot: BlindSpot { neighbours: 2 },
            interface_down: InterfaceDown {
                percent: 60,
                within_ms: 300_000,
                least: 3,
            },
            flapping: Flapping {
                slow: 4,
                slow_ms: 1_800_000,
                fast: 5,
                fast_ms: 300_000,
                factor: 4,
            },
            grouping: Grouping {
                wait_ms: [60_000, 60_000, 20_000, 0],
                interval_ms: 180_000,
                repeat_ms: [0, 0, 600_000, 180_000],
                merge_above: 5,
                people_percent: 20,
                storm_gap_ms: 6 * 3_600_000,
                settle_ms: 60_000,
            },
            limits: Limits {
                silence_ms: 12 * 3_600_000,
                silence_red_ms: 2 * 3_600_000,
                shelve_ms: 12 * 3_600_000,
                warn_ms: 600_000,
                idle_ms: 1_800_000,
                after_inhibition_ms: 60_000,
                flood_above: 10,
                flood_below: 5,
                flood_ms: 600_000,
            },
        }
    }
}

/// One jurisdiction, complete. Two engines given equal configs and inputs are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Townships, catchments and zones.
    #[serde(default)]
    pub areas: Vec<Area>,
    /// Checks that series name.
    #[serde(default)]
    pub checks: Vec<QualityRule>,
    /// Depth one, no rule is both source and target.
    #[serde(default)]
    pub inhibitions: Vec<Inhibition>,
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
        self.flaw_of_references()
    }

    fn flaw_of_references(&self) -> Option<String> {
        let (rules, stations) = (self.rules.len(), self.stations.len());
        let upstream = self.stations.iter().flat_map(|s| &s.upstream);
        if upstream.into_iter().any(|u| u.station.index() >= stations) {
            return Some("a station names one upstream that is not there".to_owned());
        }
        let checks = self.series.iter().flat_map(|s| &s.checks);
        if checks
            .into_iter()
            .any(|c| usize::from(*c) >= self.checks.len())
        {
            return Some("a series names a check that is not there".to_owned());
        }
        for rule in &self.rules {
            let Measure::Levels { clauses } = &rule.measure else {
                continue;
            };
            let clauses = clauses.iter().flatten();
            let mut terms = clauses.flat_map(|c| c.all.iter().chain(&c.any).chain(&c.none));
            if terms.any(|t| t.rule.index() >= rules) {
                return Some(format!("`{}` names a rule that is not there", rule.id));
            }
        }
        let mut ends = self.inhibitions.iter().flat_map(|i| [i.source, i.target]);
        ends.any(|r| r.index() >= rules)
            .then(|| "an inhibition names a rule that is not there".to_owned())
    }
}
