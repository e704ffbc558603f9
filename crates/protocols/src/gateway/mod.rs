//! Gateways: how another program is asked to reach a person, and how its answers are understood.
//!
//! A gateway is a template out of a site's file. Here stands what it means, bytes to model and back:
//! what is filled in ([`Pattern`]), what an answer says ([`Judgement`]), what a receipt says
//! ([`Receipts`]), what a person writes back ([`Replies`]). Who is called, when, and how often again is not known here.

mod answer;
mod pattern;
mod reason;
mod receipt;
mod reply;

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::config::Text;
use model::page::Channel;

pub use answer::{Judgement, Success};
pub use pattern::{BadPattern, Escape, Filling, Hole, Pattern};
pub use reason::plain_reason;
pub use receipt::{FactWord, Key, Receipt, Receipts, Says, Unread};
pub use reply::{Replies, Reply, Word, plain_number, plain_word};

/// One way out of a site, as its file says. Secrets are named by file and stand nowhere in here.
#[derive(Clone, Debug, PartialEq)]
pub struct Gateway {
    /// As in `POST /api/v1/channels/<id>/receipts`.
    pub id: String,
    pub channel: Channel,
    pub title: Text,
    /// Codes of the jurisdictions it serves; empty: all of the site.
    pub jurisdictions: Vec<String>,
    pub language: Language,
    pub pace: Pace,
    pub way: Way,
    pub receipts: Option<Receipts>,
    /// How what people write back is read; absent: nobody is asked to.
    pub replies: Option<Replies>,
    /// Files with secrets, by the name under which templates ask for them.
    pub secrets: BTreeMap<String, PathBuf>,
}

/// The language in which people are spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Zh,
    En,
    /// Chinese first, English behind it.
    Both,
}

/// How patient a gateway is, and how much it is asked at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// An answer that has not come after this long is unknown.
    pub timeout_ms: u64,
    /// Attempts at one page before it counts as failed.
    pub tries: u32,
    /// The first wait between attempts; it doubles up to `longest_ms`.
    pub shortest_ms: u64,
    pub longest_ms: u64,
    /// Requests under way at the same time.
    pub at_once: usize,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            timeout_ms: 10_000,
            tries: 4,
            shortest_ms: 1_000,
            longest_ms: 30_000,
            at_once: 8,
        }
    }
}

/// What carries a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    Http(Box<HttpWay>),
    Mail(MailWay),
    Push(PushWay),
    Loudspeaker(LoudspeakerWay),
}

/// A request to another program.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpWay {
    pub method: Method,
    pub url: Pattern,
    pub headers: Vec<(String, Pattern)>,
    pub body: Option<Pattern>,
    pub kind: BodyKind,
    pub sign: Option<Sign>,
    pub success: Success,
}

/// The methods by which gateways take messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
}

/// What the body is written in, and so how what is filled in must be escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    Json,
    Form,
    Text,
}

impl BodyKind {
    /// The value of the header `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            BodyKind::Json => "application/json; charset=utf-8",
            BodyKind::Form => "application/x-www-form-urlencoded; charset=utf-8",
            BodyKind::Text => "text/plain; charset=utf-8",
        }
    }

    /// How a text is written inside such a body.
    pub const fn escape(self) -> Escape {
        match self {
            BodyKind::Json => Escape::Json,
            BodyKind::Form => Escape::Url,
            BodyKind::Text => Escape::None,
        }
    }
}

/// A signature over the time of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    pub scheme: SignScheme,
    /// Name of the secret it is made with.
    pub secret: String,
}

/// Whose signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignScheme {
    /// HMAC-SHA256 of `<ms>\n<secret>` under the secret, base64; `{{sign.time}}` in milliseconds.
    DingTalk,
    /// HMAC-SHA256 of nothing under `<s>\n<secret>`, base64; `{{sign.time}}` in seconds.
    Feishu,
}

/// A mail by a relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailWay {
    pub security: MailSecurity,
    pub host: String,
    pub port: u16,
    /// As in a header: `烽火 <watchfire@example.cn>`.
    pub from: String,
    /// Login at the relay and the name of the secret with its password.
    pub login: Option<(String, String)>,
}

/// How the line to a mail relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// Not at all: a relay on this machine.
    Plain,
    /// Begun plainly and then encrypted.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
}

/// Web push to the browsers that have subscribed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushWay {
    /// Whom a push service may write to: `mailto:…` or `https://…`.
    pub contact: String,
    /// How long a push service keeps what it cannot deliver, seconds.
    pub keep_s: u32,
}

/// A message down to a loudspeaker's own device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoudspeakerWay {
    /// The topic behind `down/<station>/`.
    pub path: String,
    /// How long it waits for a device that is away.
    pub lives_ms: u64,
}

impl Gateway {
    /// Whether pages of this jurisdiction go by it.
    pub fn serves(&self, jurisdiction: &str) -> bool {
        self.jurisdictions.is_empty() || self.jurisdictions.iter().any(|code| code == jurisdiction)
    }
}
