//! Incidents, situations opened by hand, decisions and reporting clocks: the words.

use serde::{Deserialize, Serialize};

use crate::config::{AreaKind, Text};
use crate::id::{CommandId, OpId, PersonId, Seal, SituationId, TaskId};
use crate::level::Level;
use crate::loss::{FIRST_CLOCK, Filed, LossTable};
use crate::time::Time;

/// How a situation that no gauge raised came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum OpenedBy {
    /// Somebody telephoned.
    Call,
    /// An officer drew an area on the map.
    Drawn,
    /// Somebody in the field pressed "need help".
    Help,
}

/// A situation opened by hand; its id follows from the op id of the press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSituation {
    pub hazard: String,
    pub level: Level,
    pub how: OpenedBy,
    /// The named area it lies in; absent: the county.
    pub area: Option<(AreaKind, String)>,
    /// What was said.
    pub text: Seal,
    /// Where exactly: a point or the border that was drawn.
    pub place: Option<Seal>,
}

/// What is not a gauge's about a situation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ManualView {
    pub how: OpenedBy,
    pub by: PersonId,
    pub level: Level,
    pub text: Option<Seal>,
    pub place: Option<Seal>,
    /// The task of whoever needs help.
    pub task: Option<TaskId>,
    /// Which call it is, as an acknowledgement says what was shown: another call for help has another.
    #[serde(default)]
    pub episode: String,
    pub acked_by: Option<PersonId>,
    pub acked_at: Option<Time>,
    /// Until when that holds without a word from there; absent: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Time>,
}

/// What was decided about a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Response level 1 (Ⅰ) to 4 (Ⅳ); absent: decided not to act.
    pub response: Option<u8>,
    /// Level of the situation it was decided at; a rise above it asks anew.
    pub level: u8,
    pub by: PersonId,
    pub at: Time,
    pub reason: Option<Seal>,
    /// The command that was the decision.
    pub command: Option<CommandId>,
}

/// A class of events and what has to be reported about one, by when, to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EventClass {
    pub id: String,
    pub title: Text,
    pub clocks: Vec<ReportClock>,
}

/// One report that is owed, counted from the opening of the incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReportClock {
    pub id: String,
    pub title: Text,
    pub to: Text,
    pub within_ms: i64,
}

impl EventClass {
    /// What counties must report by notice and rule: the leader by telephone in 10 min, the level
    /// above by telephone in 20 and in writing in 40, passed on to departments in 30; the first loss
    /// report in 2 h.
    pub fn defaults() -> Vec<EventClass> {
        let clock = |id: &str, title: (&str, &str), to: (&str, &str), minutes: i64| ReportClock {
            id: id.to_owned(),
            title: Text::new(title.0, title.1),
            to: Text::new(to.0, to.1),
            within_ms: minutes * 60_000,
        };
        let leader = clock(
            "phone_leader",
            ("电话报县主要领导", "Phone county leader"),
            ("县主要领导", "County leader"),
            10,
        );
        let above = clock(
            "phone_above",
            ("电话报市", "Phone the city"),
            ("市应急指挥中心", "City emergency centre"),
            20,
        );
        let pass_on = clock(
            "pass_on",
            ("转有关部门", "Pass on to departments"),
            ("有关部门", "Departments concerned"),
            30,
        );
        let written = clock(
            "written_above",
            ("书面报市", "Written report to city"),
            ("市应急指挥中心", "City emergency centre"),
            40,
        );
        let loss = clock(
            FIRST_CLOCK,
            ("首次灾情报告", "First loss report"),
            ("市应急管理局", "City emergency bureau"),
            120,
        );
        vec![
            EventClass {
                id: "urgent".to_owned(),
                title: Text::new("突发险情", "Sudden danger"),
                clocks: vec![leader.clone(), above.clone(), pass_on, written.clone()],
            },
            EventClass {
                id: "loss".to_owned(),
                title: Text::new("有灾情", "Losses"),
                clocks: vec![leader, above, written, loss],
            },
        ]
    }
}

/// A report that was sent, with the proof of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SentReport {
    pub by: PersonId,
    pub at: Time,
    /// The wording as sent.
    pub text: Seal,
    /// Who took it, or the number it was filed under.
    pub received_by: Seal,
    pub photos: Vec<Seal>,
}

/// A reporting clock of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OwedReport {
    pub id: String,
    pub title: Text,
    pub to: Text,
    pub due: Time,
    /// The deadline passed before anything was sent.
    pub overdue: bool,
    /// Every version, oldest first; versions are never changed.
    pub sent: Vec<SentReport>,
    /// The loss reports that ended this clock, whether or not anything was sent beside them.
    #[serde(default)]
    pub filed: Option<Filed>,
}

/// Something written down in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IncidentNote {
    pub by: PersonId,
    pub at: Time,
    pub text: Seal,
    pub photos: Vec<Seal>,
}

/// What was still open when an incident was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "open", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StillOpen {
    Situation { situation: SituationId },
    Command { command: CommandId },
    Report { clock: String },
}

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Closing {
    pub by: PersonId,
    pub at: Time,
    pub reason: Seal,
    pub open: Vec<StillOpen>,
}

/// One named operation that gathers situations, commands, reports and decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IncidentView {
    pub id: OpId,
    pub title: Seal,
    /// Event class; empty where none was chosen.
    pub class: String,
    pub by: PersonId,
    pub opened: Time,
    pub situations: Vec<SituationId>,
    pub commands: Vec<CommandId>,
    pub reports: Vec<OwedReport>,
    pub notes: Vec<IncidentNote>,
    pub merged_into: Option<OpId>,
    pub closed: Option<Closing>,
    /// Losses by township.
    #[serde(default)]
    pub losses: LossTable,
}
