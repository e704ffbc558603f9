//! A snapshot told by what differs from the one told before it on the same socket.
//!
//! A replay that goes to another time has a world of thousands of entries, of which a few hundred differ
//! from those its client was told last. Only those are told again; what a client was told by updates in
//! between does not count, so it keeps each snapshot beside what became of it.

use serde::{Deserialize, Serialize};

use crate::calling::{PageView, PostView, RunView};
use crate::config::Text;
use crate::drill::DrillMark;
use crate::field::WeatherView;
use crate::incident::{EventClass, IncidentView};
use crate::quiet::{AreaView, LoadView, SituationView, SuppressionView};
use crate::replay::Mode;
use crate::view::{
    AlarmView, ClockView, CommandView, CountyView, GroupView, MassView, PersonView, SeriesNow,
    StationView, SystemView, TemplateView,
};

/// Everything, as of journal number `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChangedView {
    pub seq: u64,
    pub clock: ClockView,
    pub counties: Vec<CountyChanged>,
    pub system: Vec<SystemView>,
    #[serde(default)]
    pub mode: Mode,
}

/// A list of which each entry has an id: what differs from the same list as it was told before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ListChanged<T> {
    /// The ids of all entries in order; absent where they are the same in the same order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<String>>,
    /// Entries that are new or differ.
    pub put: Vec<T>,
}

/// A county's lists by what differs, and whole what is short. The newest values stand in `now` alone: those
/// inside `stations` are empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CountyChanged {
    pub code: String,
    pub title: Text,
    pub demo: bool,
    pub drill: Option<DrillMark>,
    pub rules_version: String,
    pub load: LoadView,
    pub mass: MassView,
    pub event_classes: Vec<EventClass>,
    pub stations: ListChanged<StationView>,
    /// Newest values; the id is `<station>/<quantity>`.
    pub now: ListChanged<SeriesNow>,
    pub alarms: ListChanged<AlarmView>,
    pub commands: ListChanged<CommandView>,
    pub groups: ListChanged<GroupView>,
    pub templates: ListChanged<TemplateView>,
    pub people: ListChanged<PersonView>,
    pub situations: ListChanged<SituationView>,
    pub suppressions: ListChanged<SuppressionView>,
    /// The id is `<kind>/<code>`.
    pub areas: ListChanged<AreaView>,
    pub weather: ListChanged<WeatherView>,
    pub incidents: ListChanged<IncidentView>,
    pub runs: ListChanged<RunView>,
    pub pages: ListChanged<PageView>,
    pub posts: ListChanged<PostView>,
}

/// The newest values of a county, taken out of its stations, which keep what does not change.
pub fn take_values(county: &mut CountyView) -> Vec<SeriesNow> {
    let series = county
        .stations
        .iter_mut()
        .flat_map(|station| &mut station.series);
    let values = series.map(|series| {
        let bare = SeriesNow::of_nothing(series.now.station.clone(), series.now.quantity.clone());
        std::mem::replace(&mut series.now, bare)
    });
    values.collect()
}
