//! Drills: what is practised, as the script says it. It is part of the config of a drill, so its
//! journal says from its first entry on that it is one, and what was expected of whom.

use serde::{Deserialize, Serialize};

use crate::config::{AreaKind, Text};
use crate::fixed::Fixed;
use crate::id::{OpId, PersonId, PostId, SituationId};
use crate::level::Level;
use crate::page::Channel;
use crate::time::Time;

/// The interface by which a drill's readings come in.
pub const INTERFACE: &str = "drill";

/// Who gives the injects: nobody of the people file.
pub const CONTROL: &str = "drill-control";

/// What every text of a drill begins with.
pub const MARK_ZH: &str = "【演练】";
pub const MARK_EN: &str = "[DRILL] ";

/// A script, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// Name of its file.
    pub id: String,
    pub title: Text,
    /// What its clock shows when it begins.
    pub start: Time,
    pub length_ms: i64,
    /// By time; those of one time in the order of the file.
    pub injects: Vec<Inject>,
}

/// One thing that happens in a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inject {
    pub id: String,
    /// After the start.
    pub at_ms: i64,
    pub title: Text,
    pub what: What,
    #[serde(default)]
    pub expect: Option<Expect>,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A series says these values, one every `every_ms`, and the last one from then on.
    Readings {
        station: String,
        quantity: String,
        every_ms: i64,
        values: Vec<Fixed>,
    },
    /// A station says nothing; absent: until its next readings.
    Silence {
        station: String,
        for_ms: Option<i64>,
    },
    /// Readings of a recorded event, or of the site's own history.
    Recorded { source: String },
    /// Somebody telephones.
    Report {
        hazard: String,
        level: Level,
        area: Option<(AreaKind, String)>,
        text: Text,
    },
    /// An interface is cut off.
    Interface { interface: String, for_ms: i64 },
    /// Nothing gets through by these channels; without people, to nobody.
    Unreachable {
        channels: Vec<Channel>,
        people: Vec<PersonId>,
        for_ms: Option<i64>,
    },
    /// A word to whoever takes part.
    Note { text: Text },
}

/// What an inject is to lead to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// Whose work it is.
    pub post: PostId,
    pub about: About,
    #[serde(default)]
    pub acknowledged_ms: Option<i64>,
    #[serde(default)]
    pub commanded_ms: Option<i64>,
    #[serde(default)]
    pub on_scene_ms: Option<i64>,
    /// Every task of it.
    #[serde(default)]
    pub proven_ms: Option<i64>,
    /// Nobody beyond the first step is called about it.
    #[serde(default)]
    pub escalated_to_nobody: bool,
}

/// Where it is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Alarms of this station that rise from this time after the start on.
    Station { station: String, from_ms: i64 },
    /// The situation that this inject opened.
    Report { inject: String },
}

impl Drill {
    /// When it is over by its own clock.
    pub fn end(&self) -> Time {
        self.start.plus_ms(self.length_ms)
    }

    /// When an inject is given.
    pub fn when(&self, inject: &Inject) -> Time {
        self.start.plus_ms(inject.at_ms)
    }

    /// The situation that a telephone report opens in the jurisdiction `code`.
    pub fn situation(&self, inject: &str, code: &str) -> Option<SituationId> {
        let inject = self.injects.iter().find(|one| one.id == inject)?;
        let What::Report { hazard, .. } = &inject.what else {
            return None;
        };
        let place = format!("by_hand:{}", self.op(&inject.id));
        Some(SituationId::of(code, hazard, &place, 0))
    }

    /// The op under which a press of the inject is entered; the same at every start.
    pub fn op(&self, inject: &str) -> OpId {
        OpId(format!("drill-{}-{inject}", self.id))
    }
}

/// What screens show of a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DrillMark {
    pub id: String,
    pub title: Text,
    pub start: Time,
    pub end: Time,
}

impl From<&Drill> for DrillMark {
    fn from(drill: &Drill) -> DrillMark {
        DrillMark {
            id: drill.id.clone(),
            title: drill.title.clone(),
            start: drill.start,
            end: drill.end(),
        }
    }
}

/// What was asked of whoever took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Asked {
    Acknowledged,
    Commanded,
    OnScene,
    /// Every task of it.
    Proven,
    /// Nobody beyond the first step of the calls was called.
    EscalatedToNobody,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Verdict {
    Kept,
    Missed,
    /// Its time is not over.
    Running,
    /// Nothing came of the inject, so there was nothing to do.
    Void,
}

/// When something happened, and who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct By {
    pub at: Time,
    pub by: Option<PersonId>,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ScoreLine {
    pub inject: String,
    pub title: Text,
    /// When the inject was given.
    pub given: Time,
    pub post: PostId,
    pub asked: Asked,
    /// From when on the clock runs; absent: nothing came of the inject yet.
    pub began: Option<Time>,
    pub within_ms: Option<i64>,
    pub due: Option<Time>,
    /// What met it; of an escalation: the call that there should not have been.
    pub met: Option<By>,
    pub verdict: Verdict,
}

/// What one post kept and missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PostTally {
    pub post: PostId,
    pub title: Text,
    pub kept: u32,
    pub missed: u32,
    pub running: u32,
    pub void: u32,
}

/// The table of a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Score {
    pub drill: String,
    pub title: Text,
    pub start: Time,
    pub end: Time,
    /// The newest entry it was read from; no later than the end.
    pub through: Time,
    pub over: bool,
    pub lines: Vec<ScoreLine>,
    pub posts: Vec<PostTally>,
}
