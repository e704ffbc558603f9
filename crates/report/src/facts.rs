//! What a report says, in exact types. Every figure names the entries of the journal it was read from.
//!
//! Names of people and texts are not in it: they stand outside the journal, may be erased, and are put
//! beside the facts when a report is shown.

use std::collections::BTreeMap;

use model::action::Truth;
use model::command::Phase;
use model::config::Text;
use model::effect::{NoticeReason, SystemKind};
use model::intake::Counts;
use model::task::{FactKind, Means, Stage};
use model::{
    AlarmKey, CommandId, Level, Observed, OpId, PersonId, Seal, SituationId, TaskId, Time,
};
use serde::Serialize;

use crate::attempts::ChannelRow;
use crate::calls::{CallRow, ReachPace};
use crate::clocks::ClockRow;
use crate::curve::Curve;
use crate::losses::LossRows;

/// An after-action report of one interval of one jurisdiction.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub of: Subject,
    pub record: Recorded,
    pub keys: Vec<KeyTime>,
    pub figures: Vec<Figure>,
    /// Most alarms that stood at once, with when.
    pub worst: Option<Standing>,
    pub alarms: Vec<AlarmRow>,
    pub situations: Vec<SituationRow>,
    pub commands: Vec<CommandRow>,
    pub paces: Vec<Pace>,
    pub channels: Vec<ChannelRow>,
    pub calls: Vec<CallRow>,
    /// How fast whoever was called was reached, all calls together; tests of the channels stand apart.
    pub reach: Vec<ReachPace>,
    pub clocks: Vec<ClockRow>,
    pub decisions: Vec<DecisionRow>,
    pub incidents: Vec<IncidentRow>,
    pub villages: Vec<VillageRow>,
    pub amounts: Vec<AmountRow>,
    /// Loss reports of townships, by incident.
    pub losses: Vec<LossRows>,
    pub notices: Vec<NoticeRow>,
    pub curves: Vec<Curve>,
    pub maps: Vec<MapMoment>,
    pub course: Vec<crate::course::Event>,
    pub texts: Vec<model::report::ReportText>,
}

/// What it is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Subject {
    pub jurisdiction: String,
    pub title: Text,
    /// Everything in it is made up.
    pub demo: bool,
    /// It is a drill.
    pub drill: bool,
    pub from: Time,
    pub to: Time,
    pub incident: Option<OpId>,
    pub incident_title: Option<Seal>,
}

/// Where it was read from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Recorded {
    /// First and last entry of the interval; absent when nothing was entered.
    pub first: Option<u64>,
    pub last: Option<u64>,
    pub inputs: u64,
    pub readings: u64,
    /// Readings that came after a newer one of their series.
    pub late: u64,
    /// Messages that were refused or repeated, as counted.
    pub refused: u64,
    pub repeated: u64,
    /// Which entries these counts were read from.
    #[serde(skip)]
    pub sources: Sources,
    /// Rule files in force, one after the other.
    pub rules: Vec<RulesInForce>,
}

/// The entries behind the counts of readings and messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    /// The first reading and the last.
    pub readings: Option<(u64, u64)>,
    pub late: Vec<u64>,
    pub refused: Vec<u64>,
    pub repeated: Vec<u64>,
}

/// Entries of one kind of message that are named; the counts go on.
const MOST_SOURCES: usize = 100_000;

impl Recorded {
    pub(crate) fn observed(&mut self, number: u64, observed: &Observed) {
        self.readings += 1;
        let first = self.sources.readings.map_or(number, |(first, _)| first);
        self.sources.readings = Some((first, number));
        self.late += u64::from(observed.late);
        note(&mut self.sources.late, number, u64::from(observed.late));
    }

    pub(crate) fn tallied(&mut self, number: u64, counts: &Counts) {
        let said = &counts.refused;
        let refused = said.malformed + said.unknown + said.future + said.oversized + said.conflict;
        self.refused += refused;
        self.repeated += counts.duplicate;
        note(&mut self.sources.refused, number, refused);
        note(&mut self.sources.repeated, number, counts.duplicate);
    }
}

fn note(list: &mut Vec<u64>, number: u64, count: u64) {
    if count > 0 && list.len() < MOST_SOURCES {
        list.push(number);
    }
}

/// Rule files that were in force from an instant on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RulesInForce {
    pub version: String,
    /// Absent: they were in force when the interval began.
    pub since: Option<Moment>,
}

/// When something was entered, and as which entry. Absent entry: before the interval began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moment {
    pub at: Time,
    pub entry: Option<u64>,
}

impl Moment {
    /// Entered within the interval.
    pub fn of(at: Time, entry: u64) -> Moment {
        let entry = Some(entry);
        Moment { at, entry }
    }

    /// Known from before the interval.
    pub fn before(at: Time) -> Moment {
        Moment { at, entry: None }
    }
}

/// The times that every inquiry asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    FirstSignal,
    FirstAlarm,
    WorstLevel,
    Acknowledged,
    Decided,
    Commanded,
    Accepted,
    OnScene,
    Proven,
    AllProven,
    Reported,
}

impl Key {
    /// In the order in which they should come.
    pub const ALL: [Key; 11] = [
        Key::FirstSignal,
        Key::FirstAlarm,
        Key::WorstLevel,
        Key::Acknowledged,
        Key::Decided,
        Key::Commanded,
        Key::Accepted,
        Key::OnScene,
        Key::Proven,
        Key::AllProven,
        Key::Reported,
    ];
}

/// One of them; without a moment nothing of the kind is on record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyTime {
    pub key: Key,
    pub moment: Option<Moment>,
    /// For the first signal: when it was observed, which may be earlier than it was known.
    pub observed: Option<Time>,
    pub by: Option<PersonId>,
    pub about: About,
    /// From the first alarm on, negative before it.
    pub after_alarm_ms: Option<i64>,
}

/// What something is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    #[default]
    Nothing,
    Station {
        id: String,
        name: Text,
        title: Text,
        level: u8,
    },
    Situation {
        id: SituationId,
        hazard: String,
        area: Text,
        level: u8,
    },
    Command {
        id: CommandId,
        title: Text,
        person: Option<PersonId>,
    },
    Clock {
        title: Text,
        to: Text,
    },
    /// Calls about something, and whom a step of theirs waits for.
    Call {
        on: Box<About>,
        policy: Text,
        step: u16,
        of: Vec<PersonId>,
    },
    Incident {
        id: OpId,
    },
    Word(String),
}

/// A counted thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    Readings,
    /// Readings that came after a newer one of their series.
    Late,
    /// Messages that were refused, and that said again what was known.
    Refused,
    Repeated,
    /// Alarms that stood at the worst moment.
    AtOnce,
    /// Alarms that rose, by the worst level each reached.
    Alarms(Level),
    Situations,
    /// Notices to people about situations.
    Told,
    Acknowledged,
    Commands,
    Tasks,
    /// Tasks whose person answered.
    Answered,
    /// Tasks that nobody answered in time.
    NoReply,
    OnScene,
    Verified,
    HelpCalls,
    Decisions,
    /// Reports sent upward.
    Reports,
    ClocksKept,
    ClocksMissed,
    LateEvidence,
    BlindSpots,
    SightLost,
    InterfacesDown,
}

/// A count with the entries it counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    pub what: Counted,
    pub count: u64,
    /// Of things counted; what stood before the interval has none.
    pub entries: Vec<u64>,
    /// Of what is counted by the thousand: the first entry and the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<(u64, u64)>,
}

/// How many alarms stood.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    pub moment: Moment,
    pub alarms: u32,
    pub by_level: [u32; 4],
}

/// One episode of an alarm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlarmRow {
    pub key: AlarmKey,
    pub rule: String,
    pub title: Text,
    pub hazard: String,
    pub station: String,
    pub name: Text,
    pub quantity: String,
    pub unit: String,
    pub forecast: bool,
    pub situation: Option<SituationId>,
    /// Observed time of the oldest sample that decided it.
    pub signal: Option<Signal>,
    pub raised: Moment,
    /// Observed time that decided the rise.
    pub observed: Time,
    pub first_level: u8,
    pub worst: u8,
    pub worst_at: Moment,
    pub peak: Option<String>,
    pub acked: Option<Pressed>,
    pub returned: Option<Moment>,
    /// Every change of level, in order.
    pub changes: Vec<LevelChange>,
    pub truth: Truth,
    pub sight_lost: bool,
}

/// A change of level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LevelChange {
    pub moment: Moment,
    pub observed: Time,
    pub prev: u8,
    pub level: u8,
}

/// A sample that began something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signal {
    pub observed: Time,
    pub value: Option<String>,
    /// When and as which entry it came in, where it came in within the interval.
    pub moment: Option<Moment>,
}

/// Who pressed something, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pressed {
    pub moment: Moment,
    pub by: PersonId,
}

/// Alarms that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SituationRow {
    pub id: SituationId,
    pub hazard: String,
    pub area: Text,
    pub opened: Time,
    pub worst: u8,
    pub people: u32,
    pub townships: Vec<String>,
    /// Alarms of this report that were told with it.
    pub alarms: u32,
    pub by_hand: bool,
    /// Times people were told of it.
    pub told: Vec<Told>,
    pub closed: bool,
}

/// A notice about a situation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Told {
    pub moment: Moment,
    pub level: Level,
    pub reason: NoticeReason,
}

/// A command with its tasks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CommandRow {
    pub id: CommandId,
    pub title: Text,
    pub level: Level,
    pub by: PersonId,
    pub issued: Moment,
    pub wording: Seal,
    pub phase: Phase,
    pub worst: Stage,
    pub cancelled: Option<Time>,
    pub situation: Option<SituationId>,
    pub tasks: Vec<TaskRow>,
}

/// One person's task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskRow {
    pub id: TaskId,
    pub person: PersonId,
    pub stage: Stage,
    pub facts: Vec<FactRow>,
}

/// One fact of a task, where it stands in the journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactRow {
    #[serde(flatten)]
    pub kind: FactKind,
    pub moment: Moment,
    pub by: Option<PersonId>,
    pub means: Means,
    /// What the device's clock said.
    pub device_at: Option<Time>,
    pub note: Option<Seal>,
    pub photos: Vec<Seal>,
}

/// A step on a task's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Delivered,
    Seen,
    Answered,
    OnScene,
    Done,
    Verified,
}

impl Step {
    pub const ALL: [Step; 6] = [
        Step::Delivered,
        Step::Seen,
        Step::Answered,
        Step::OnScene,
        Step::Done,
        Step::Verified,
    ];
}

/// How fast the people of one command came to a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pace {
    pub command: CommandId,
    pub step: Step,
    /// Tasks that came to it, of how many.
    pub count: u32,
    pub of: u32,
    pub fastest_ms: i64,
    pub median_ms: i64,
    pub slowest_ms: i64,
    pub entries: Vec<u64>,
}

/// A decision about a warning, or the decision not to act.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionRow {
    pub moment: Moment,
    pub by: PersonId,
    pub about: About,
    /// Response level 1 (Ⅰ) to 4 (Ⅳ); absent: decided not to act.
    pub response: Option<u8>,
    /// The command that was the decision.
    pub command: Option<CommandId>,
    pub reason: Option<Seal>,
}

/// An incident of the interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IncidentRow {
    pub id: OpId,
    pub title: Seal,
    pub class: String,
    pub by: PersonId,
    pub opened: Moment,
    pub closed: Option<Pressed>,
    pub notes: Vec<NoteRow>,
    pub reports: Vec<SentRow>,
}

/// Something written down in an incident.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoteRow {
    pub moment: Moment,
    pub by: PersonId,
    pub text: Seal,
}

/// A report that was sent upward.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentRow {
    pub title: Text,
    pub to: Text,
    /// Version 1, 2, 3 … of this report.
    pub version: u32,
    pub moment: Moment,
    pub by: PersonId,
    pub text: Seal,
    pub received_by: Seal,
}

/// A village of an evacuation as last counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VillageRow {
    pub command: CommandId,
    pub village: String,
    pub to_move: u32,
    pub moved: u32,
    pub refused: u32,
    pub unreachable: u32,
    /// People not accounted for.
    pub short: u32,
    /// The newest count; absent: nobody has counted.
    pub counted: Option<Moment>,
}

/// The sum of a number that a template asked for with "done".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AmountRow {
    pub command: CommandId,
    pub field: String,
    pub title: Text,
    pub sum: i64,
    pub entries: Vec<u64>,
}

/// A condition of the system itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoticeRow {
    pub kind: SystemKind,
    pub subject: String,
    pub name: Text,
    pub about: About,
    pub began: Moment,
    pub ended: Option<Moment>,
}

/// The map as of one moment, as it was known then.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MapMoment {
    pub at: Time,
    /// The newest entry it knew.
    pub entry: u64,
    pub why: Why,
    pub marks: Vec<Mark>,
    /// Stations without an alarm: longitude and latitude.
    pub quiet: Vec<(f64, f64)>,
    pub by_level: [u32; 4],
    pub unacked: u32,
}

/// Why the map of a moment is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    FirstAlarm,
    /// Most and worst alarms stood.
    Worst,
    OnScene,
    #[default]
    End,
    /// Whoever asked for the report wanted it.
    Asked,
}

/// A station on the map that stands at a level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    pub station: String,
    pub name: Text,
    pub lon: f64,
    pub lat: f64,
    pub level: u8,
    pub value: Option<String>,
    pub unit: String,
    pub acked: bool,
    pub sight_lost: bool,
}

/// Names and texts as a reader may see them: what may be erased stands beside the facts.
#[derive(Clone, Debug, Default)]
pub struct Voices {
    pub people: BTreeMap<PersonId, String>,
    /// Absent: erased, or not for this reader.
    pub texts: BTreeMap<Seal, String>,
}
