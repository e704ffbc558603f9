//! What screens see of runs, pages, duty and handover, and the lines a run writes about itself.
//!
//! Part of [`crate::view`], and like it grows by addition.

use serde::{Deserialize, Serialize};

use crate::config::Text;
use crate::id::{
    AlarmKey, CommandId, GroupId, OpId, PageId, PersonId, PostId, RunId, Seal, SituationId, TaskId,
};
use crate::level::Level;
use crate::organisation::Occasion;
use crate::page::{About, Channel, PageFact};
use crate::task::Means;
use crate::time::Time;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RunState {
    Running,
    /// The alarms are acknowledged, or everybody has confirmed.
    Satisfied,
    /// Every step was taken as often as allowed, and nobody answered.
    Exhausted,
    /// There is nothing to call about any more.
    Cancelled,
}

/// Why a run ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CancelReason {
    /// Every alarm has returned, is kept quiet, or was closed.
    NothingLoud,
    /// The level rose, and its own policy calls now.
    Superseded,
    /// The situation became part of a larger one that is called about already.
    Merged,
    /// A person ended it.
    Ended,
}

/// One line of the log of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RunLine {
    Began {
        level: Option<Level>,
    },
    /// Step `step` (from 1) of round `round` was taken and called so many.
    Step {
        round: u8,
        step: u16,
        called: u32,
    },
    /// Nobody on duty or no usable channel: the next step was taken at once.
    Empty {
        round: u8,
        step: u16,
    },
    /// Everybody who was called said no, or could not be reached: the next step was taken at once.
    Refused {
        round: u8,
        step: u16,
    },
    /// The steps that came due while nobody looked were taken as one.
    Recovered {
        from: Time,
        until: Time,
        called: u32,
    },
    /// A clock of the law ran out and none of its people had answered.
    ClockMissed {
        step: u16,
    },
    /// Newly concerned people were called with the steps already taken.
    Widened {
        called: u32,
    },
    Satisfied,
    Exhausted {
        called: u32,
    },
    Cancelled {
        why: CancelReason,
    },
    /// An officer recorded what somebody said whom no call had gone out to.
    Answered {
        person: PersonId,
        /// False: they said no.
        ack: bool,
        means: Means,
        by: PersonId,
        note: Option<Seal>,
    },
}

/// A line and when it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunEntry {
    pub at: Time,
    #[serde(flatten)]
    pub line: RunLine,
}

/// What a run does next by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NextCall {
    pub at: Time,
    /// From 1; absent: the round is over, and it begins again or is used up.
    pub step: Option<u16>,
    pub to: Vec<PersonId>,
    pub by: Vec<Channel>,
    /// The step is a clock of the law. Where it is met already, nobody is called by it.
    #[serde(default)]
    pub must: bool,
    /// The clock of the law that runs out next in this round, while it is not met: that of this step, or
    /// of one behind it.
    #[serde(default)]
    pub law: Option<LawClock>,
}

/// By when one of some people must have answered a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LawClock {
    /// From 1.
    pub step: u16,
    pub by: Time,
    /// Empty: nobody holds its posts.
    pub of: Vec<PersonId>,
}

/// One escalation on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunView {
    pub id: RunId,
    pub about: About,
    pub policy: String,
    pub title: Text,
    pub occasion: Occasion,
    pub level: Option<Level>,
    pub state: RunState,
    pub began: Time,
    pub ended: Option<Time>,
    /// Round and rounds there are, from 1.
    pub round: u8,
    pub rounds: u8,
    /// Steps taken in this round, and steps there are.
    pub step: u16,
    pub steps: u16,
    pub next: Option<NextCall>,
    pub confirm_all: bool,
    /// People called, those who confirmed, refused, and of whom nothing is known.
    pub called: u32,
    pub confirmed: u32,
    pub refused: u32,
    /// Called, and neither confirmed nor refused; longest silence first.
    pub waiting: Vec<PersonId>,
    /// Who stands in its steps and has not been called: not yet, or by no channel of theirs. What they say
    /// elsewhere can be recorded.
    #[serde(default)]
    pub uncalled: Vec<PersonId>,
    /// Posts that were to be called and had nobody.
    pub vacant: Vec<PostId>,
    /// Of a roll-call: every post that was called, in the order of the files.
    #[serde(default)]
    pub posts: Vec<PostCalled>,
    pub log: Vec<RunEntry>,
}

/// A post of a roll-call and whether somebody there has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PostCalled {
    pub post: PostId,
    /// Everybody who held it when it was called.
    pub people: Vec<PersonId>,
    /// The first of them who said that they are there.
    pub here: Option<SignIn>,
}

/// How far one attempt came; a reading of its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum PageStage {
    /// Held back by the limits of the contact; it goes with others as soon as they allow.
    Held,
    /// It went out together with another attempt.
    Bundled,
    /// Given to the channel.
    Called,
    /// The gateway took it; a call that nobody answers comes after.
    Accepted,
    Failed,
    /// Nothing was heard before the run ended.
    Expired,
    Delivered,
    Seen,
    Declined,
    Acked,
}

/// A fact of a page and when the server had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PageEntry {
    pub at: Time,
    #[serde(flatten)]
    pub fact: PageFact,
    /// The officer who recorded it for them.
    #[serde(default)]
    pub by: Option<PersonId>,
    /// Why they say no.
    #[serde(default)]
    pub note: Option<Seal>,
}

/// One attempt to reach one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PageView {
    pub id: PageId,
    pub run: RunId,
    pub to: PersonId,
    pub channel: Channel,
    pub about: About,
    pub level: Option<Level>,
    pub round: u8,
    pub step: u16,
    pub stage: PageStage,
    /// When it was decided; when it went out, if it did.
    pub at: Time,
    pub sent: Option<Time>,
    /// When it goes out at the latest, while it is held back.
    pub held_until: Option<Time>,
    /// The attempt it went out with.
    pub bundled: Option<PageId>,
    /// It was sent again after a start, its outcome being unknown.
    pub repeated: bool,
    /// Its person is still asked for an answer.
    #[serde(default)]
    pub open: bool,
    pub facts: Vec<PageEntry>,
}

/// A person and what each of their contact points has proven, in the order they are tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonContacts {
    pub person: PersonId,
    pub contacts: Vec<ContactView>,
}

/// One contact point: when it was last tried, and the last of each thing that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContactView {
    pub channel: Channel,
    pub tried: Option<Time>,
    /// The last test that went out to it.
    pub tested: Option<Time>,
    /// The provider took it; says nothing of the person.
    pub accepted: Option<Time>,
    /// A receipt of the device, or more than that.
    pub reached: Option<Time>,
    /// Its person answered by it.
    pub answered: Option<Time>,
    pub failed: Option<Time>,
    /// Why it failed last, in the provider's words.
    pub why: Option<String>,
}

/// What the channels of a jurisdiction reach, and when they are tested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReachView {
    /// Where channels reach nobody.
    pub lost: Vec<LostReach>,
    /// Tests that begin by themselves, in the order of the files.
    pub plans: Vec<PlanView>,
}

/// A channel that reaches nobody in a township.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LostReach {
    pub township: String,
    pub channel: Channel,
    /// When that was known.
    pub since: Time,
    /// Who was tried there since the last receipt, longest silence first.
    pub people: Vec<PersonId>,
}

/// A test of the channels that begins by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlanView {
    pub id: String,
    pub title: Text,
    /// Empty: everybody who can be called.
    pub groups: Vec<GroupId>,
    /// Empty: every one.
    pub channels: Vec<Channel>,
    pub next: Time,
    /// It was due already, and waits for another day: people were being called about a situation, or
    /// the program did not run.
    pub put_off: bool,
    pub last: Option<PlanResult>,
}

/// What the last test of a plan came to, with whatever was heard since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlanResult {
    pub at: Time,
    /// Nobody is waited for any more.
    pub over: bool,
    pub people: u32,
    /// Whose device said something by every channel that was tried.
    pub reached: u32,
    pub answered: u32,
    /// Who has not answered, in the order of the files.
    pub silent: Vec<Unheard>,
}

/// A person who has not answered a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Unheard {
    pub person: PersonId,
    /// The channels by which nothing came back either.
    pub by: Vec<Channel>,
}

/// A shift and who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ShiftView {
    pub from: Time,
    pub until: Time,
    pub people: Vec<PersonId>,
    /// Fewer than it needs.
    pub short: bool,
}

/// A part of a shift with fewer people than it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GapView {
    pub post: PostId,
    pub from: Time,
    pub until: Time,
    pub people: Vec<PersonId>,
    pub least: u16,
}

/// Somebody signed in for a shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SignIn {
    pub by: PersonId,
    pub at: Time,
}

/// A swap, an absence or an addition to a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DutyChangeView {
    /// The op that made it; a swap is two changes under one op.
    pub op: OpId,
    pub post: PostId,
    pub from: Time,
    pub until: Time,
    /// Who is away.
    pub out: Option<PersonId>,
    /// Who comes instead, or besides.
    pub into: Option<PersonId>,
    pub by: PersonId,
}

/// A handover on its way: signed by who goes, not yet by who comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HandoverView {
    /// Who is on the hook until it is over.
    pub from: Vec<PersonId>,
    /// Who the roster has next.
    pub to: Vec<PersonId>,
    /// When the shift of those who come begins, or began.
    pub due: Time,
    pub signed: Option<SignIn>,
    pub note: Option<Seal>,
    pub obligations: Obligations,
}

/// What the next shift takes over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Obligations {
    /// Open alarms, worst first.
    pub alarms: Vec<AlarmKey>,
    /// Tasks nobody has answered.
    pub unanswered: Vec<TaskId>,
    /// Tasks with a clock that is running, and when it runs out.
    pub clocks: Vec<RunningClock>,
    /// What is kept quiet and ends before the next shift does.
    pub endings: Vec<EndingQuiet>,
    /// Runs that still call.
    pub runs: Vec<RunId>,
    /// Tasks whose person called for help, which nobody has ended.
    #[serde(default)]
    pub help: Vec<TaskId>,
    /// Open situations that no gauge raised, but for calls for help.
    #[serde(default)]
    pub by_hand: Vec<SituationId>,
    /// Tasks whose person said no, and that nobody has instead.
    #[serde(default)]
    pub declined: Vec<TaskId>,
    /// Tasks reported done that wait for whoever verifies them, with no clock that runs.
    #[serde(default)]
    pub unverified: Vec<TaskId>,
    /// Tasks that the desk ended and whose person has not taken note of it.
    #[serde(default)]
    pub end_unseen: Vec<TaskId>,
    /// Commands of which nobody has been told: prepared, waiting for a second person, or held.
    #[serde(default)]
    pub untold: Vec<CommandId>,
    /// Runs that called everybody in vain, which nobody has ended.
    #[serde(default)]
    pub exhausted: Vec<RunId>,
}

/// A clock of a task that the next shift has to mind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunningClock {
    pub task: TaskId,
    pub due: Time,
}

/// A suppression that ends in the next shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EndingQuiet {
    pub id: OpId,
    pub until: Time,
}

/// A post and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PostView {
    pub id: PostId,
    pub title: Text,
    /// What posts like it are called in policies.
    pub duty: String,
    pub unit: Option<String>,
    pub township: Option<String>,
    /// Who is called now: on duty by the roster, and who is still on the hook.
    pub now: Vec<PersonId>,
    /// This shift and those that follow, for posts with a roster.
    pub shifts: Vec<ShiftView>,
    pub gaps: Vec<GapView>,
    /// Who signed in for this shift; who should have by then.
    pub signed_in: Vec<SignIn>,
    pub sign_in_by: Option<Time>,
    pub changes: Vec<DutyChangeView>,
    /// Present where the crew before is still on the hook, or has signed already.
    pub handover: Option<HandoverView>,
}
