//! One attempt at one page on the way its gateway goes.

use std::time::Duration;

use model::Page;
use protocols::gateway::{Judgement, Way};

use super::board::Subject;
use super::contacts::Contact;
use super::equipment::Exit;
use super::wording::{self, Asks, Words};
use super::{Shared, http, loudspeaker, mail, push};

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted {
        reference: Option<String>,
    },
    /// A definite no.
    Refused {
        why: String,
    },
    /// This person has nothing to be tried on here.
    NoWay {
        why: &'static str,
    },
    /// Nobody knows, or later; `wait` is how long the other side asked for.
    Unclear {
        why: String,
        wait: Option<Duration>,
    },
}

impl Outcome {
    pub(crate) fn refused(why: &str) -> Outcome {
        Outcome::Refused {
            why: why.to_owned(),
        }
    }

    pub(crate) fn unclear(why: &str) -> Outcome {
        Outcome::Unclear {
            why: why.to_owned(),
            wait: None,
        }
    }

    pub(crate) fn of(judged: Judgement, wait: Option<Duration>) -> Outcome {
        match judged {
            Judgement::Accepted { reference } => Outcome::Accepted { reference },
            Judgement::Refused { why } => Outcome::Refused { why },
            Judgement::Unclear { why } => Outcome::Unclear { why, wait },
        }
    }
}

/// What one attempt carries.
pub(crate) struct Load<'a> {
    pub(crate) page: &'a Page,
    pub(crate) words: Words,
    pub(crate) contact: &'a Contact,
    /// Code of the jurisdiction.
    pub(crate) jurisdiction: &'a str,
    /// It tells that the desk took its task back.
    pub(crate) is_end: bool,
}

/// Tries once; an attempt without an answer in the gateway's time has none.
pub(crate) async fn attempt(
    shared: &Shared,
    exit: &Exit,
    page: &Page,
    tries: u32,
    subject: &Subject,
    contact: &Contact,
) -> Outcome {
    let load = Load {
        page,
        words: wording::words(
            page,
            page.repeat || tries > 1,
            subject,
            exit.gateway.language,
            Asks::of(&exit.gateway),
        ),
        contact,
        jurisdiction: &subject.jurisdiction,
        is_end: subject.withdrawn.is_some(),
    };
    let trying = async {
        match &exit.gateway.way {
            Way::Http(way) => http::send(shared, exit, way, &load).await,
            Way::Mail(way) => mail::send(shared, exit, way, &load).await,
            Way::Push(way) => push::send(shared, way, &load).await,
            Way::Loudspeaker(way) => loudspeaker::send(shared, way, &load),
        }
    };
    let patience = Duration::from_millis(exit.gateway.pace.timeout_ms);
    match tokio::time::timeout(patience, trying).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::unclear("no answer in time"),
    }
}
