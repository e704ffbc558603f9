//! What people do: each press is an input with an op id, a person and both times.

use serde::{Deserialize, Serialize};

use crate::command::{FormAnswer, VillageCount, VillageTarget};
use crate::config::{Role, TaskClocks};
use crate::effect::SystemKind;
use crate::field::{KeptEvent, WeatherWarning};
use crate::id::{
    AlarmKey, CommandId, GroupId, OpId, PageId, PersonId, PostId, RunId, Seal, SituationId, TaskId,
};
use crate::incident::OpenSituation;
use crate::level::Level;
use crate::loss::{JudgeDouble, ReportLoss};
use crate::report::WriteReport;
use crate::task::{FactKind, Means, Shot};
use crate::time::Time;

/// One press of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Minted where it was pressed; the same op again gets the first answer.
    pub op: OpId,
    pub by: PersonId,
    pub role: Role,
    /// What the device's clock said.
    pub device_at: Option<Time>,
    pub action: Action,
}

/// What was pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// A duty officer has taken note of these alarms, the set frozen at the press.
    Acknowledge {
        alarms: Vec<AlarmKey>,
        /// How they were shown then; of whichever nothing is said, however it is now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shown: Vec<Shown>,
    },
    /// What the alarm turned out to be.
    MarkTruth {
        alarm: AlarmKey,
        truth: Truth,
        /// For a duplicate: the alarm that is kept.
        #[serde(default)]
        of: Option<AlarmKey>,
    },
    /// Ends a latched alarm, or one whose sight is lost, with a reason.
    ResetAlarm {
        alarm: AlarmKey,
        reason: Option<Seal>,
    },
    IssueCommand(IssueCommand),
    CancelCommand {
        command: CommandId,
        reason: Option<Seal>,
    },
    ReportTask(ReportTask),
    /// A person says that a notice of the system is dealt with.
    EndNotice {
        notice: SystemKind,
        subject: String,
        /// Of a call for help: how its situation was shown at the press. A call that came since is not
        /// ended by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown: Option<Shown>,
    },
    /// Takes note of a situation: of the members shown at the press, and of nothing that came after.
    AcknowledgeSituation {
        situation: SituationId,
        alarms: Vec<AlarmKey>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shown: Vec<Shown>,
    },
    /// One alarm makes no noise until `until`, unless it rises.
    Shelve {
        alarm: AlarmKey,
        until: Time,
        reason: Option<Seal>,
    },
    Unshelve {
        alarm: AlarmKey,
    },
    /// Everything that matches makes no noise until `until`. Its id is the op id of the press.
    Silence {
        matcher: Matcher,
        until: Time,
        reason: Seal,
    },
    /// The work on a station: its readings are marked, its alarms are created quiet.
    Maintain {
        stations: Vec<String>,
        from: Time,
        until: Time,
        /// The work order in plain words, in journals of earlier versions.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        ticket: String,
        /// The work order; whoever types it may name somebody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<Seal>,
    },
    /// A station is out of service until it is put back; needs a second person.
    TakeOutOfService {
        station: String,
        reason: Seal,
    },
    /// A second person agrees to a suppression that needs it.
    ApproveSuppression {
        suppression: OpId,
    },
    /// Ends a silence, a maintenance window, or puts a station back in service.
    EndSuppression {
        suppression: OpId,
    },
    /// Someone of the site looks after a notice until it is ended.
    TakeNotice {
        notice: SystemKind,
        subject: String,
        owner: PersonId,
    },
    /// A weather service warns of an area. Its id is the op id of the press.
    WarnOfWeather(WeatherWarning),
    /// A weather warning is lifted before its end.
    LiftWeather {
        warning: OpId,
    },
    /// Something happened in the county. Its id is the op id of the press.
    KeepEvent(KeptEvent),
    /// An event was entered by mistake.
    DropEvent {
        event: OpId,
        reason: Seal,
    },
    /// A note on a time or an interval, for whoever looks at it later. It decides nothing.
    Mark {
        at: Time,
        #[serde(default)]
        until: Option<Time>,
        note: Seal,
    },
    /// The number of people a prepared command will reach, typed by the officer.
    ConfirmCommand {
        command: CommandId,
        count: u32,
    },
    /// A second person agrees to a command that waits for one, or does not.
    ApproveCommand {
        command: CommandId,
        approve: bool,
        reason: Option<Seal>,
    },
    /// Stops a command before anybody is told.
    StopCommand {
        command: CommandId,
    },
    /// Another person takes over a task.
    ReassignTask {
        task: TaskId,
        to: PersonId,
        reason: Option<Seal>,
    },
    /// The next automatic step of a task is taken now.
    HastenTask {
        task: TaskId,
    },
    /// The next automatic step of a silent person's task comes this much later.
    PostponeTask {
        task: TaskId,
        by_ms: i64,
    },
    /// A situation no gauge raised. Its id follows from the op id of the press.
    OpenSituation(OpenSituation),
    /// Another level for a situation opened by hand.
    GradeSituation {
        situation: SituationId,
        level: Level,
    },
    /// A situation opened by hand is over.
    CloseSituation {
        situation: SituationId,
        reason: Seal,
        /// How it was shown at the press: another call, or a higher level, since then is not ended by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown: Option<Shown>,
    },
    /// A response level 1 (Ⅰ) to 4 (Ⅳ) for a warning, or none: decided not to act, and why.
    Decide {
        situation: SituationId,
        response: Option<u8>,
        reason: Option<Seal>,
    },
    /// One named operation; its id is the op id of the press.
    OpenIncident {
        title: Seal,
        /// Event class; empty: no reports are owed.
        class: String,
        situations: Vec<SituationId>,
        commands: Vec<CommandId>,
    },
    GatherIncident {
        incident: OpId,
        situations: Vec<SituationId>,
        commands: Vec<CommandId>,
    },
    NoteIncident {
        incident: OpId,
        text: Seal,
        photos: Vec<Seal>,
    },
    /// It is part of another one.
    MergeIncident {
        incident: OpId,
        into: OpId,
    },
    CloseIncident {
        incident: OpId,
        reason: Seal,
    },
    /// A report was sent: this press is the proof.
    SendReport {
        incident: OpId,
        clock: String,
        text: Seal,
        /// Who took it, or the number it was filed under.
        received_by: Seal,
        photos: Vec<Seal>,
    },
    /// The next version of what a township lost; its id is the op id of the press.
    ReportLoss(ReportLoss),
    /// What may be counted twice in loss reports is two, or is open again.
    JudgeDouble(JudgeDouble),
    /// A page was visible to its person for a second; it answers nothing.
    SeePage {
        page: PageId,
    },
    /// A person says that a page reached them, or an officer on their word.
    AnswerPage {
        page: PageId,
        /// False: they say no.
        ack: bool,
        means: Means,
        #[serde(default)]
        reason: Option<Seal>,
    },
    /// An officer heard what somebody of a run says, whether or not a call has gone out to them yet.
    AnswerCall {
        run: RunId,
        person: PersonId,
        /// False: they say no.
        ack: bool,
        means: Means,
        #[serde(default)]
        reason: Option<Seal>,
    },
    /// Where the phone of a task's person is, told by itself while the task is open. It is no word of
    /// theirs: it moves nothing but their last place.
    ReportPlace {
        task: TaskId,
        position: Seal,
    },
    /// Somebody is away from a post, somebody comes instead, or besides.
    ChangeDuty {
        post: PostId,
        from: Time,
        until: Time,
        out: Option<PersonId>,
        into: Option<PersonId>,
    },
    /// Two people take each other's shift: the ones at these instants.
    SwapShifts {
        post: PostId,
        first: PersonId,
        first_at: Time,
        second: PersonId,
        second_at: Time,
    },
    /// Takes a change or a swap back, as of now.
    EndDutyChange {
        change: OpId,
    },
    /// On duty and here.
    SignIn {
        post: PostId,
    },
    /// Who goes signs first, who comes second; then the post is handed over.
    SignHandover {
        post: PostId,
        #[serde(default)]
        note: Option<Seal>,
    },
    /// Every post is called to say that it is there; empty: all of them.
    CallRoll {
        posts: Vec<PostId>,
    },
    /// Ends a run: nobody more is called.
    EndRun {
        run: RunId,
    },
    /// Tries every contact point of these people once.
    TestContacts {
        people: Vec<PersonId>,
    },
    /// A new version of a section of an after-action report. It decides nothing.
    WriteReport(WriteReport),
}

/// What a silence covers: everything that agrees with each field that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Matcher {
    #[serde(default)]
    pub hazard: Option<String>,
    #[serde(default)]
    pub rule: Option<String>,
    #[serde(default)]
    pub station: Option<String>,
    #[serde(default)]
    pub township: Option<String>,
    #[serde(default)]
    pub catchment: Option<String>,
    /// Alarms up to this level; absent: up to orange, so that red is never silenced by oversight.
    #[serde(default)]
    pub up_to: Option<Level>,
}

impl Matcher {
    /// The highest level it keeps quiet.
    pub fn highest(&self) -> Level {
        self.up_to.unwrap_or(Level::Orange)
    }

    /// Whether no field narrows it: it would cover everything.
    pub fn is_open(&self) -> bool {
        let fields = [
            &self.hazard,
            &self.rule,
            &self.station,
            &self.township,
            &self.catchment,
        ];
        fields.iter().all(|field| field.is_none())
    }
}

/// An order to groups and people; its id is the op id of the press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueCommand {
    /// The alarm it answers, which it acknowledges in the officer's name.
    pub alarm: Option<AlarmKey>,
    pub template: String,
    pub level: Level,
    pub groups: Vec<GroupId>,
    pub people: Vec<PersonId>,
    /// The wording as sent.
    pub wording: Seal,
    /// Absent: the template's clocks for this level.
    pub clocks: Option<TaskClocks>,
    /// The situation it was issued from.
    #[serde(default)]
    pub situation: Option<SituationId>,
    /// Its members as shown at the press, which it acknowledges in the officer's name; none that
    /// came after.
    #[serde(default)]
    pub alarms: Vec<AlarmKey>,
    /// How many people the officer says it will reach; a large command is only prepared without.
    #[serde(default)]
    pub count: Option<u32>,
    /// The command it takes the place of; for a correction, the one it takes back.
    #[serde(default)]
    pub supersedes: Option<CommandId>,
    /// People to be moved, by village, for an evacuation.
    #[serde(default)]
    pub villages: Vec<VillageTarget>,
    /// How the alarms it acknowledges were shown at the press.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<Shown>,
}

/// An alarm as a screen showed it when somebody took note of it. One that has risen or begun anew since is
/// none that they have seen. For a situation opened by hand, such as a call for help, its own id stands where
/// an alarm's would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Shown {
    pub alarm: AlarmKey,
    /// Its episode, as the view names it.
    pub episode: String,
    /// The level it was told at.
    pub level: u8,
}

/// A fact about a task from its assignee, or recorded for them by an officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTask {
    pub task: TaskId,
    #[serde(flatten)]
    pub kind: FactKind,
    pub means: Means,
    pub note: Option<Seal>,
    pub position: Option<Seal>,
    pub photos: Vec<Seal>,
    /// The task's version the device knew when it was pressed.
    #[serde(default)]
    pub version: Option<u32>,
    /// People by village, for an evacuation.
    #[serde(default)]
    pub count: Vec<VillageCount>,
    /// Answers to the template's questions.
    #[serde(default)]
    pub form: Vec<FormAnswer>,
    /// Pictures that follow by themselves: the report does not wait for them.
    #[serde(default, skip_serializing_if = "is_none_coming")]
    pub coming: u8,
    /// The picture that this report brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shot: Option<Shot>,
}

fn is_none_coming(coming: &u8) -> bool {
    *coming == 0
}

/// What an alarm turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Truth {
    #[default]
    Unverified,
    True,
    False,
    Test,
    /// Another alarm tells of the same event.
    Duplicate,
}

/// The answer to a press, remembered under its op id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Answer {
    Done,
    Refused { why: Why },
}

/// Why a press was not honoured; screens have a sentence for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Why {
    NoSuchAlarm,
    NoSuchTask,
    NoSuchCommand,
    NoSuchTemplate,
    NoSuchPerson,
    NobodyToReach,
    NotYourTask,
    RoleNotAllowed,
    AlarmNotOpen,
    TaskClosed,
    NotDoneYet,
    VerifierIsDoer,
    ProofMissing,
    BadPercent,
    NoSuchNotice,
    NoSuchSituation,
    NoSuchStation,
    NoSuchSuppression,
    /// A suppression of this kind may not last that long.
    TooLong,
    /// It ends before it begins, or has ended already.
    NotInFuture,
    /// A matcher without any field would silence the county.
    MatchesEverything,
    /// The second person must be another one.
    ApproverIsOwner,
    /// Nothing waits for a second person.
    NothingToApprove,
    /// An alarm cannot be the duplicate of itself, also not by way of others.
    DuplicateOfItself,
    NoSuchWarning,
    NoSuchEvent,
    /// As many as may be kept are kept already.
    TooMany,
    /// What it tells of still goes on.
    NotOverYet,
    /// The number typed is not the number of people it would reach.
    CountDiffers,
    /// A command this large needs a template that takes it back.
    CorrectionMissing,
    /// It has gone out; only a correction takes it back.
    AlreadyIssued,
    /// Nobody has been told yet: it can be stopped, not cancelled.
    NotIssuedYet,
    /// Nothing waits to be confirmed.
    NothingToConfirm,
    /// The person has a task of this command already.
    AlreadyAssigned,
    /// Nothing happens by itself for this task that could be moved.
    NoAutomaticStep,
    /// An evacuation without a head-count cannot be verified.
    HeadCountMissing,
    /// To move is not moved + refused + unreachable in every village.
    HeadCountShort,
    /// Someone refused or was not found, and has neither a name nor a picture.
    NamesMissing,
    /// An answer does not fit the template's question.
    BadForm,
    /// No such village in this command, or the same twice.
    BadCount,
    NoSuchArea,
    NoSuchIncident,
    NoSuchClass,
    NoSuchReport,
    /// Response levels are 1 to 4.
    NoSuchResponse,
    /// Not acting is decided with a reason.
    ReasonMissing,
    NoSuchPage,
    NoSuchPost,
    NoSuchRun,
    NoSuchDutyChange,
    /// A page of somebody else, answered from one's own device.
    NotYourPage,
    /// Not on duty at this post then.
    NotOnDuty,
    /// The post has no roster, so there is no shift to change, sign in for or hand over.
    NoRoster,
    /// Nobody is named, or the same person twice.
    NothingChanges,
    /// Who goes has to sign before who comes.
    FirstSignatureMissing,
    /// The second signature must be another person's.
    SignedAlready,
    /// No escalation of the files says how posts are called.
    NoRollCallPolicy,
    /// It has risen, or begun anew, since the screen that was pressed showed it.
    NotAsShown,
    /// They stand in no step of this run, so nobody would have called them.
    NotInRun,
    /// A township's losses begin with the first report.
    FirstLossMissing,
    /// The first report is there already.
    FirstLossThere,
    /// The figures are verified: only a correction comes after them.
    LossVerified,
    /// A correction comes after verified figures alone.
    LossNotVerified,
    /// Figures are verified by somebody who reported none of them.
    VerifierIsReporter,
    /// A newer version has come in since the form was opened.
    NewerLoss,
    /// A number or a case that does not fit: the same twice, a case that is not there.
    BadLoss,
    /// The ledger has more cases than the number says.
    LedgerAbove,
    /// Verified figures need a case of the ledger for each of the dead, the missing, the fallen homes.
    LedgerShort,
    /// A response-level event needs three pictures.
    PhotosMissing,
    /// The table shows no such possible double count, or not any more.
    NoSuchDouble,
}
