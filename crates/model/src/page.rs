//! Pages: one attempt to reach one person on one channel, and what became of it.
//!
//! Addresses stand outside, in the site's people file: a page says whom and how, never a number.

use serde::{Deserialize, Serialize};

use crate::effect::SystemKind;
pub use crate::id::PageId;
use crate::id::{OpId, PersonId, SituationId, TaskId};
use crate::level::Level;

/// A way to reach a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Channel {
    /// Socket, sound and banner at a desk.
    Desk,
    /// Web push to a signed-in phone.
    Push,
    /// A robot in a work chat group.
    Robot,
    Sms,
    Voice,
    Mail,
    /// A village loudspeaker.
    Loudspeaker,
}

impl Channel {
    /// Every channel, in the order they are shown.
    pub const ALL: [Channel; 7] = [
        Channel::Desk,
        Channel::Push,
        Channel::Robot,
        Channel::Sms,
        Channel::Voice,
        Channel::Mail,
        Channel::Loudspeaker,
    ];

    /// The word for it in files and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Channel::Desk => "desk",
            Channel::Push => "push",
            Channel::Robot => "robot",
            Channel::Sms => "sms",
            Channel::Voice => "voice",
            Channel::Mail => "mail",
            Channel::Loudspeaker => "loudspeaker",
        }
    }

    /// The channel of a word.
    pub fn of_word(word: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|c| c.word() == word)
    }
}

/// What an attempt is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum About {
    Situation(SituationId),
    Task(TaskId),
    /// A condition of the system itself.
    Notice {
        kind: SystemKind,
        subject: String,
    },
    /// A roll-call, by the op that began it.
    RollCall(OpId),
    /// A test of the channels, by the op that began it.
    Test(OpId),
}

/// One page to send now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Page {
    pub id: PageId,
    pub to: PersonId,
    pub channel: Channel,
    pub about: About,
    pub level: Option<Level>,
    /// An earlier attempt's outcome is unknown, so it may come twice under this id.
    #[serde(default)]
    pub repeat: bool,
    /// What else it tells of: attempts that the limits of this contact held back until now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<About>,
}

/// What a reply by a gateway was of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyOf {
    /// Absent: nobody could say of which page.
    pub page: Option<PageId>,
    /// The desk has it to read.
    pub unread: bool,
}

/// One thing known about a page; who may say which is a rule of the system, see the glossary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum PageFact {
    /// Given to the channel; its answer is not known yet.
    Sent,
    /// The provider's definite yes.
    Accepted {
        /// The provider's own number for it.
        reference: Option<String>,
    },
    /// The app's or handset's own receipt.
    Delivered,
    /// Visible to its person for a second, or the call answered.
    Seen,
    /// The person's key, digit or button.
    Acked,
    /// The person says no.
    Declined,
    /// The provider's definite no.
    Failed { why: String },
    /// It was given up: nothing was heard in time.
    Expired,
    /// There was nothing to try: no number, no browser that asked to be woken. It says nothing of the
    /// channel. The senders of older journals said [`PageFact::Failed`].
    NoWay { why: String },
}
