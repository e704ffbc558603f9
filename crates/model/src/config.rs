//! What a jurisdiction is: stations, series, rules, people and policies, checked and complete.
//!
//! `site` makes it from files, the journal carries it as an input, the engine obeys it. Everything
//! that can change a decision is in here; names and telephone numbers of people are not.

use serde::{Deserialize, Serialize};

use crate::command::{CrewTimer, Field, ProofBound, TemplateKind};
use crate::drill::Drill;
use crate::fixed::{Decimals, Fixed};
use crate::id::{GroupId, PersonId, PostId, SeriesSlot, StationSlot};
use crate::incident::EventClass;
use crate::level::Level;
use crate::page::Channel;

pub use crate::organisation::{
    Call, Collapse, ContactLimit, Escalation, EscalationStep, Occasion, Organisation, Post, Roster,
    Target, Unit,
};
pub use crate::plan::{Every, Plan, Schedule};
pub use crate::policy::{
    BlindSpot, CommandPolicy, Flapping, Grouping, InterfaceDown, Limits, Policy,
};
pub use crate::rule::{
    Bound, Certainty, Check, Clause, Delays, Graded, Inhibition, Measure, Misses, Number, Outlook,
    QualityRule, Rule, Side, Term, Version, Watch, Wetness, WindowBounds, Within,
};
pub use crate::season::Season;

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
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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
    /// The kinds of contact points they have, in the order they are to be tried.
    #[serde(default)]
    pub contacts: Vec<Channel>,
}

/// People who receive a command together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub title: Text,
    pub members: Vec<PersonId>,
    /// Posts whose holders belong to it as well.
    #[serde(default)]
    pub posts: Vec<PostId>,
}

/// Deadlines of a command, counted from its issue unless said otherwise. Absent: no such clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskClocks {
    /// Accept or decline.
    pub ack_by_ms: Option<i64>,
    /// Under way, once accepted.
    #[serde(default)]
    pub move_by_ms: Option<i64>,
    /// A progress entry at least this often once accepted.
    pub update_every_ms: Option<i64>,
    pub arrive_by_ms: Option<i64>,
    pub done_by_ms: Option<i64>,
    /// Counted from the report "done".
    pub verify_by_ms: Option<i64>,
}

/// A command prepared beforehand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub id: String,
    pub title: Text,
    /// The wording sent unless the officer changes it.
    pub wording: Text,
    /// Clocks for commands of blue, yellow, orange, red.
    pub clocks: [TaskClocks; 4],
    /// Done needs a photo or a named witness.
    pub proof: bool,
    #[serde(default)]
    pub kind: TemplateKind,
    /// Hazards it is offered for first; empty: no one more than another.
    #[serde(default)]
    pub hazards: Vec<String>,
    /// From this level on a second person has to agree; absent: as the policy says.
    #[serde(default)]
    pub approve_from: Option<Level>,
    /// Id of the template that takes it back.
    #[serde(default)]
    pub correction: Option<String>,
    /// What the phone asks with "done".
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub crew: Vec<CrewTimer>,
    /// The reading that verifies it, where one can.
    #[serde(default)]
    pub proven_by: Option<ProofBound>,
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
    /// What has to be reported about which kind of event.
    #[serde(default)]
    pub event_classes: Vec<EventClass>,
    /// Units, posts, rosters and escalations.
    #[serde(default)]
    pub organisation: Organisation,
    /// This is a drill, and of what; absent: it is real.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Box<Drill>>,
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
            .or_else(|| self.organisation.flaw())
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
