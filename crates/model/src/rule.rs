//! Rules as decisions know them: what is asked of a reading, what is compared with what, when a level
//! counts and when it is over. Part of the config; nothing is decided here.

use serde::{Deserialize, Serialize};

use crate::config::Text;
use crate::fixed::Fixed;
use crate::id::{RuleSlot, SeriesSlot};
use crate::level::Level;
use crate::season::Season;
use crate::time::Time;

/// What makes a reading doubtful before any rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Check {
    /// Further than `by` from the newest believed value that is at most `within_ms` older. Believed
    /// again once a second reading in a row lies within `by` of it, or goes further the same way.
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
    /// More than `most` in all over (t − window, t].
    TooMuch { most: Fixed, window_ms: i64 },
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
    /// Antecedent rain is summed over (t − window, t], less the rain of the sum that is compared.
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
#[expect(
    clippy::large_enum_variant,
    reason = "a site has hundreds of rules, and they lie still"
)]
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
    /// `radius_mm`. Hot: the sum over `window_ms`, or the newest value where that is 0, reaches `hot`,
    /// until it is below `cool`.
    Cluster {
        window_ms: i64,
        hot: Fixed,
        cool: Fixed,
        radius_mm: i64,
        count: u16,
        #[serde(default)]
        within: Within,
    },
    /// Change over the last `span_ms`: against the newest reading at least `span_ms` old, or the oldest
    /// remembered when the series is younger. Where `per_ms` is another time it is a rate, compared as
    /// for [`Measure::Rate`], that says nothing before `least_ms` lie between the two readings.
    Rise {
        span_ms: i64,
        per_ms: i64,
        #[serde(default)]
        least_ms: i64,
    },
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

/// A number of a rule that may have a source of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Number {
    /// Where a level begins.
    Blue,
    Yellow,
    Orange,
    Red,
    /// Spans and bounds inside the measure.
    Measure,
    Deadband,
    OnDelay,
    OffDelay,
    MinHold,
    DoubtfulUpTo,
}

impl Number {
    /// The level it begins, if it is one that does.
    pub fn level(self) -> Option<Level> {
        match self {
            Number::Blue => Some(Level::Blue),
            Number::Yellow => Some(Level::Yellow),
            Number::Orange => Some(Level::Orange),
            Number::Red => Some(Level::Red),
            Number::Measure
            | Number::Deadband
            | Number::OnDelay
            | Number::OffDelay
            | Number::MinHold
            | Number::DoubtfulUpTo => None,
        }
    }
}

/// How sure one number is, and where it comes from; an empty source is the rule's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Graded {
    pub number: Number,
    pub certainty: Certainty,
    pub basis: String,
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
    /// An alarm that has reached the highest level the rule has stays until a person resets it.
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
    /// How many readings end a wait for the on-delay. Absent: one.
    #[serde(default)]
    pub misses: Option<Misses>,
    /// The highest level that doubtful values alone may raise; a good one goes on from there. Absent:
    /// any.
    #[serde(default)]
    pub doubtful_up_to: Option<Level>,
    /// Numbers whose source is another than `basis`, each once.
    #[serde(default)]
    pub grades: Vec<Graded>,
}

impl Rule {
    /// How sure one of its numbers is: by itself, else as the rule.
    pub fn certainty_of(&self, number: Number) -> Certainty {
        let own = self.grades.iter().find(|graded| graded.number == number);
        own.map_or(self.certainty, |graded| graded.certainty)
    }
}

/// This many of the last `of` good readings, counted from the run's first, must not meet a level
/// before the wait for its on-delay is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misses {
    pub count: u8,
    /// At most [`Misses::MOST`].
    pub of: u8,
}

impl Misses {
    /// Readings that are looked back on.
    pub const MOST: u8 = 32;
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
    /// The highest level it has ever a bound for.
    pub fn highest(&self) -> Option<Level> {
        let versions = self.versions.iter().map(|v| &v.bounds);
        let all = std::iter::once(&self.bounds).chain(versions);
        let has = |level: &&Level| all.clone().any(|b| b[level.index()].is_some());
        Level::ALL.iter().rev().find(has).copied()
    }

    /// Whether it has no bound at all. Nothing is asked of such a one: it is kept for an alarm that
    /// was open when the files no longer named it.
    pub fn is_bare(&self) -> bool {
        self.bounds == [None; 4] && self.versions.is_empty()
    }

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
